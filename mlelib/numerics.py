"""Special functions that scipy.special lacks, or rounds too coarsely for a log-likelihood.

No argument is clipped. A result out of floating range is ±inf (or 0), without a warning; where an
argument is not finite, there may be nan.

All raise `ValueError`, naming the argument, for input that is not of real numbers or does not fit.
"""

import numpy as np
from scipy.special import gammaln, xlogy

from mlelib.arguments import Floats, numbers, positive, together


def softplus(z: Floats) -> Floats:
    """log(1 + eᶻ): the Bernoulli's nll of y = 0 at the logit z, and at −z that of y = 1."""
    return _softplus_in_place(numbers("z", z).copy())


def _softplus_in_place(z: Floats) -> Floats:
    """`softplus`, written over the array `z`: a landscape asks for many, and memory is slow."""
    with np.errstate(invalid="ignore"):
        tail = np.asarray(np.copysign(z, -1.0))  # −|z|
        for step in (np.exp, np.log1p):
            step(tail, out=tail)
        np.maximum(z, 0, out=z)
        z += tail
    return z


def sigmoid(z: Floats) -> Floats:
    """1/(1 + e⁻ᶻ), down to the subnormal numbers, where `scipy.special.expit` gives 0."""
    z = numbers("z", z)
    tail = np.exp(-np.abs(z))
    return np.asarray(np.where(z < 0, tail, 1.0) / (1 + tail))


def log_softmax(z: Floats) -> Floats:
    """zₖ − log Σⱼ exp(zⱼ) over the last axis; each entry is right to the last digits of its own.

    `scipy.special.log_softmax` is so to the last digits of the row's largest: 0 for −4.2e-18.
    """
    gap, _, others = _from_top(z)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.moveaxis(gap - np.log1p(others), 0, -1)


def softmax(z: Floats) -> Floats:
    """exp(zₖ) / Σⱼ exp(zⱼ) over the last axis, with the same care."""
    _, weights, others = _from_top(z)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.moveaxis(weights / (1 + others), 0, -1)


def softmax_and_rest(z: Floats) -> tuple[Floats, Floats]:
    """The softmax p and 1 − p, each entry of both right to the last digits of its own."""
    gap, weights, others = _from_top(z)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = weights / (1 + others)
        rest = np.where(gap == 0, others / (1 + others), 1 - p)  # but for the largest, p ≤ ½
    return np.moveaxis(p, 0, -1), np.moveaxis(rest, 0, -1)


def difference(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """d and k with a − b = d·k: k is 1, or 2 where a − b overflows; d never does."""
    a, b = together("a", a, "b", b)
    with np.errstate(over="ignore", invalid="ignore"):
        d = a - b
    wide = np.isinf(d)
    if not wide.any():
        return np.asarray(d), np.asarray(1.0)
    with np.errstate(invalid="ignore"):
        return np.where(wide, a / 2 - b / 2, d), np.where(wide, 2.0, 1.0)


def times_exp(a: Floats, x: Floats, factor: float = 1.0) -> Floats:
    """factor·a·eˣ, also where eˣ alone leaves the floating range; a = 0 and a = ±inf stay so.

    It may be infinite where factor·a is.
    """
    (a, x), factor = together("a", a, "x", x), positive("factor", factor)
    lift = np.where((np.abs(a) < 2.0**-900) & (x < 1000), 2.0**300, 1.0)  # out of the subnormals
    with np.errstate(over="ignore", invalid="ignore"):
        quarter = np.exp(x / 4)
        product = a * lift * (factor * quarter) * quarter * quarter * quarter / lift
    return np.asarray(np.where((a == 0) | np.isinf(a), a, product))


def exp_above_tangent(t: Floats, exp_t: Floats) -> Floats:
    """eᵗ − (1 + t) ≥ 0. The caller gives eᵗ too, and may know more of its digits than t has."""
    t, exp_t = together("t", t, "exp_t", exp_t)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.where(np.abs(t) < 1, np.expm1(t) - t, exp_t - 1 - t))


def stirling_remainder(x: Floats) -> Floats:
    """log x! − (x log x − x) for x ≥ 0: what the crudest form of Stirling's formula leaves out.

    It is the nll of a count x under its own rate (Loader 2000, *Fast and accurate computation of
    binomial probabilities*).
    """
    x = numbers("x", x)
    if (x < 0).any():
        raise ValueError(f"x must be 0 or more, got {x.min()}")
    small, large = np.minimum(x, 16), np.maximum(x, 16)
    exact = gammaln(small + 1) - xlogy(small, small) + small
    q = (1 / large) ** 2
    series = 1 / 12 - q * (1 / 360 - q * (1 / 1260 - q / 1680))
    asymptotic = 0.5 * (np.log(2 * np.pi) + np.log(large)) + series / large
    return np.asarray(np.where(x > 16, asymptotic, exact))


def _from_top(z: Floats) -> tuple[Floats, Floats, Floats]:
    """Differences to the largest entry and their exponentials, the last axis first: (K, ...).

    `gap` is zₖ − max z, rounded. `weights` is exp(zₖ − max z), which would magnify that rounding by
    hundreds, so that what it dropped is put back (Knuth's TwoDiff). `others` (...) is their sum but
    for one that is 1, beside which small ones would be lost.
    """
    z = numbers("z", z)
    if z.ndim == 0 or z.shape[-1] == 0:
        raise ValueError(f"z must have a last axis with entries, got shape {z.shape}")
    rows = np.ascontiguousarray(np.moveaxis(z, -1, 0))  # small K: the long axes go last for speed
    with np.errstate(over="ignore", invalid="ignore"):
        top = rows.max(axis=0)
        gap = rows - top
        part = gap - rows
        lost = (rows - (gap - part)) - (top + part)
    lost[~np.isfinite(lost)] = 0.0  # a step overflowed, and gap is −inf or right to half an ulp
    weights, below = _exponentials(gap, lost, 0.0)
    faint = below < 1e-290
    if faint.any():  # subnormal terms, each rounded to a few digits: add them up 64 nats higher
        below = np.where(faint, _exponentials(gap, lost, 64.0)[1] * np.exp(-64), below)
    ties = np.count_nonzero(gap == 0, axis=0) - 1
    return gap, weights, below + ties


def _exponentials(gap: Floats, lost: Floats, shift: float) -> tuple[Floats, Floats]:
    """exp(gap + lost + shift), and the sum over the first axis of those with gap < 0."""
    rounded = np.exp(gap + shift)
    weights = rounded + rounded * lost
    return weights, _sum_by_halves(np.where(gap < 0, weights, 0.0))


def _sum_by_halves(terms: Floats) -> Floats:
    """The sum over the first axis, with log₂ K roundings on the way of each term."""
    if len(terms) <= 4:
        return np.asarray(terms.sum(axis=0))
    half = len(terms) // 2
    return _sum_by_halves(terms[:half]) + _sum_by_halves(terms[half:])
