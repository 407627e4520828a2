"""Errors in units of the last place (ulp), measured against numbers of any precision.

An ulp is the spacing of doubles at the exact answer; below the normal doubles it is 2⁻¹⁰⁷⁴.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import inf, ldexp
from typing import Any

import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray

Array = NDArray[Any]
Oracle = Callable[[Any, list[Any]], list[list[Any]]]  # (y, z) in mpmath: each entry's terms

PRECISIONS = (200, 800, 3200, 12800)  # bits; the next is taken where cancellation eats up the last
NEAR = 1024.0
LARGEST = float(np.finfo(float).max)
OVERFLOW = mpf(2) ** 1024 - mpf(2) ** 970  # what is smaller rounds to a double


@dataclass(frozen=True)
class Exact:
    """Exact answers, all of shape (n, entries)."""

    nearest: Array  # a double next to the answer, the largest one if the answer overflows
    rest: Array  # answer − nearest, in ulp
    term_ulp: Array  # the ulp of the largest of the terms whose sum the answer is
    overflows: Array


@dataclass(frozen=True)
class Finding:
    """The largest errors of one implementation, in ulp, and where; None: no answer was finite."""

    answers: int
    of_result: float | None
    of_result_at: dict[str, Any] | None
    of_term: float | None
    of_term_at: dict[str, Any] | None
    not_finite: int  # answers that are ±inf or nan where a finite double is right
    not_infinite: int  # answers that are nan, finite or of the other sign where ±inf is right

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def exact(oracle: Oracle, y: Array, z: Array) -> Exact:
    """The oracle's answers at y (n,) and z (n,) or (n, m)."""
    rows = z.reshape(len(y), -1).tolist()
    answers = [_resolve(oracle, target, row) for target, row in zip(y.tolist(), rows, strict=True)]
    nearest, rest, term_ulp, overflows = np.moveaxis(np.array(answers), -1, 0)
    return Exact(nearest, rest, term_ulp, overflows.astype(bool))


def ulp(x: Array) -> Array:
    """The spacing of doubles at x, also at the largest, where `numpy.spacing` overflows."""
    exponents = np.where(x == 0, -1074, np.frexp(x)[1] - 53)
    return np.asarray(np.ldexp(1.0, np.maximum(exponents, -1074)))


def errors(got: Array, true: Exact) -> tuple[Array, Array]:
    """The errors of `got` in ulp of the result and of the largest term; inf: of the wrong kind.

    Next to the end of the range, ±inf and the numbers within `NEAR` ulp of ±2¹⁰²⁴ are of a kind.
    """
    nearest, spacing = true.nearest, ulp(true.nearest)
    infinite = got == np.copysign(inf, nearest)
    right = true.overflows & infinite
    with np.errstate(all="ignore"):
        beyond = np.sign(nearest) * (LARGEST - np.abs(nearest) + ulp(np.array(LARGEST)))
        gap = np.where(got == nearest, 0.0, np.where(infinite, beyond, got - nearest))
        of_result = np.abs(gap / spacing - true.rest)
        of_term = np.abs(gap / true.term_ulp - true.rest * (spacing / true.term_ulp))
    lost = (~np.isfinite(got) | true.overflows) & ~(of_result <= NEAR) & ~right
    for error in (of_result, of_term):
        error[:] = np.minimum(error, LARGEST)
        error[right], error[lost] = 0.0, inf
    return of_result, of_term


def measure(got: Array, true: Exact, y: Array, z: Array) -> Finding:
    """What there is to say about the answers `got` (n, entries) at y and z."""
    of_result, of_term = errors(got, true)
    lost = np.isinf(of_result)

    def worst(error: Array) -> tuple[float | None, dict[str, Any] | None]:
        kept = np.where(lost, -1.0, error)
        i, entry = np.unravel_index(kept.argmax(), kept.shape)
        if kept[i, entry] < 0:
            return None, None
        place = {"y": y[i].item(), "z": z[i].tolist(), "entry": int(entry)}
        answers = {"got": float(got[i, entry]), "exact": float(true.nearest[i, entry])}
        return float(kept[i, entry]), place | answers

    missed = int((lost & true.overflows).sum())
    return Finding(got.size, *worst(of_result), *worst(of_term), int(lost.sum()) - missed, missed)


def _resolve(oracle: Oracle, y: float, z: list[float]) -> list[tuple[float, float, float, bool]]:
    for precision in PRECISIONS:
        with mp.workprec(precision):
            entries = oracle(mpf(y), [mpf(v) for v in z])
            sums = [terms[0] if len(terms) == 1 else mp.fsum(terms) for terms in entries]
            largest = [max(map(abs, terms)) for terms in entries]
            margin = mpf(2) ** (120 - precision)
            if all(
                len(terms) == 1 or abs(total) >= margin * top
                for terms, total, top in zip(entries, sums, largest, strict=True)
            ):
                break  # at least 120 bits are right; else, in the end, the answer is 0
    with mp.workprec(PRECISIONS[0]):
        return [_split(total, top) for total, top in zip(sums, largest, strict=True)]


def _split(answer: Any, largest: Any) -> tuple[float, float, float, bool]:
    if abs(answer) >= OVERFLOW:
        nearest, overflows = LARGEST if answer > 0 else -LARGEST, True
    else:
        nearest, overflows = max(-LARGEST, min(float(answer), LARGEST)), False
    rest = float((answer - nearest) / mpf(float(ulp(np.array(nearest)))))
    return nearest, rest, _ulp(largest), overflows


def _ulp(x: Any) -> float:
    if x == 0:
        return 2.0**-1074
    exponent = int(mp.mag(x)) - 53
    return inf if exponent > 1023 else ldexp(1.0, max(exponent, -1074))
