"""Newton's method and scoring, with a line search, for a smooth function of a vector."""

from typing import NamedTuple, Protocol

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from mlelib.arguments import Floats

STEPS = 300
NEAR = (
    0.1  # the decrement below which the Hessian serves better than what scoring puts in its place
)
CLOSE = (
    1e-6  # the decrement below which values differ by rounding only, so that full steps are taken
)


class Smooth(Protocol):
    """What is minimised: value, gradient, Hessian, and a positive definite stand-in for it.

    The stand-in is the Fisher information (Fisher scoring) or the weights of a reweighting; where the
    function is convex it is the Hessian itself.
    """

    def value(self, position: Floats) -> float: ...
    def gradient(self, position: Floats) -> Floats: ...
    def hessian(self, position: Floats) -> Floats: ...
    def stand_in(self, position: Floats) -> Floats: ...


class Minimum(NamedTuple):
    """Where a method stopped, after how many iterations, and whether it had converged."""

    position: Floats
    iterations: int
    converged: bool


def minimise(smooth: Smooth, start: Floats) -> Minimum:
    """A local minimum of `smooth`, the minimum where it is convex.

    A step is −M⁻¹ g, its decrement λ = √(gᵀ M⁻¹ g): λ²/2 is what a quadratic would still fall by.
    It has converged when λ is below `CLOSE` and no longer halves, because only rounding is left of it.
    """
    position, last = start, np.inf
    for iteration in range(STEPS):
        gradient = smooth.gradient(position)
        try:
            step, decrement = _step(smooth, position, gradient, last)
        except LinAlgError:  # no curvature left: the function falls for ever along some direction
            return Minimum(position, iteration, False)
        if last < CLOSE and decrement >= last / 2:
            return Minimum(position, iteration, True)
        length = _length(smooth, position, step, decrement)
        if length == 0:
            return Minimum(position, iteration, False)
        position, last = position + length * step, decrement
    return Minimum(position, STEPS, False)


def _step(smooth: Smooth, position: Floats, gradient: Floats, last: float) -> tuple[Floats, float]:
    if last < NEAR:
        try:
            return _solve(smooth.hessian(position), gradient)
        except LinAlgError:
            pass
    return _solve(smooth.stand_in(position), gradient)


def _solve(matrix: Floats, gradient: Floats) -> tuple[Floats, float]:
    if not np.isfinite(matrix).all():
        raise LinAlgError
    step = -cho_solve(cho_factor(matrix), gradient)
    return step, float(np.sqrt(max(-(gradient @ step), 0.0)))


def _length(smooth: Smooth, position: Floats, step: Floats, decrement: float) -> float:
    """The longest of 1, ½, ¼, … along which the function falls by enough (Armijo); 0 if none does."""
    if decrement < CLOSE:
        return 1.0
    before = smooth.value(position)
    noise = 1e-14 * abs(before)
    length = 1.0
    while length > 1e-12:
        if smooth.value(position + length * step) <= before - 1e-4 * length * decrement**2 + noise:
            return length
        length /= 2
    return 0.0
