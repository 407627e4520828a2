"""Special functions that scipy.special lacks, or rounds too coarsely for a log-likelihood.

No argument is clipped. A result out of floating range is ±inf (or 0), without a warning.
"""

import numpy as np
from scipy.special import exprel, gammaln, xlogy

from mlelib.arguments import Floats


@np.errstate(over="ignore")
def softplus(z: Floats) -> Floats:
    """log(1 + eᶻ), the Bernoulli's nll of y = 0 at the logit z; at −z, that of y = 1."""
    return np.asarray(np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))))


@np.errstate(over="ignore")
def sigmoid(z: Floats) -> Floats:
    """1/(1 + e⁻ᶻ), down to the subnormal numbers, where `scipy.special.expit` gives 0."""
    tail = np.exp(-np.abs(z))
    return np.asarray(np.where(z < 0, tail, 1.0) / (1 + tail))


def log_softmax(z: Floats) -> Floats:
    """zₖ − log Σⱼ exp(zⱼ) over the last axis, each entry with its own relative accuracy."""
    gap, lost, _, others = _below_top(z)
    return np.asarray(gap + (lost - np.log1p(others)))


def softmax(z: Floats) -> Floats:
    """exp(zₖ) / Σⱼ exp(zⱼ) over the last axis, each entry with its own relative accuracy."""
    _, _, weights, others = _below_top(z)
    return np.asarray(weights / (1 + others))


def times_exp(a: Floats, x: Floats) -> Floats:
    """a·eˣ, also where eˣ alone leaves the floating range; a = 0 and a = ±inf stay as they are."""
    with np.errstate(over="ignore", invalid="ignore"):
        quarter = np.exp(x / 4)
        product = a * quarter * quarter * quarter * quarter
    return np.asarray(np.where((a == 0) | np.isinf(a), a, product))


def bregman_exp(t: Floats, exp_t: Floats) -> Floats:
    """eᵗ − 1 − t ≥ 0, where the caller gives eᵗ too: it may know more of its digits than t."""
    with np.errstate(over="ignore"):
        return np.asarray(np.where(np.abs(t) < 1, t * (exprel(t) - 1), exp_t - 1 - t))


def stirling_rest(x: Floats) -> Floats:
    """log x! − (x log x − x) for x ≥ 0: what the crudest form of Stirling's formula leaves.

    It is the −log of the Poisson probability of x at the rate x (Loader 2000, *Fast and accurate
    computation of binomial probabilities*).
    """
    big = np.maximum(x, 16)
    over = 1 / big**2
    series = 1 / 12 - over * (1 / 360 - over * (1 / 1260 - over * (1 / 1680 - over / 1188)))
    asymptotic = 0.5 * np.log(2 * np.pi) + 0.5 * np.log(big) + series / big
    small = np.minimum(x, 16)
    return np.asarray(
        np.where(x > 16, asymptotic, gammaln(small + 1) - xlogy(small, small) + small)
    )


@np.errstate(over="ignore", invalid="ignore")
def _below_top(z: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """The differences to the largest entry, and their exponentials.

    z − max z = `gap` + `lost`, exactly: exp would magnify the rounding of a difference (TwoDiff).
    `weights` is exp(z − max z). `others` (..., 1) is their sum without the one 1 of the maximum, so
    that nothing is lost beside it.
    """
    top = z.max(axis=-1, keepdims=True)
    gap = z - top
    part = gap - z
    lost = (z - (gap - part)) - (top + part)
    lost = np.where(np.isfinite(lost), lost, 0.0)
    rounded = np.exp(gap)
    weights = rounded + rounded * lost
    below = np.where(gap < 0, weights, 0.0).sum(axis=-1, keepdims=True)
    ties = np.count_nonzero(gap == 0, axis=-1, keepdims=True) - 1
    return gap, lost, weights, below + ties
