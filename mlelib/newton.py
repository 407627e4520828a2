"""Newton's method and scoring, with a line search, for a smooth function of a vector."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from mlelib.arguments import Floats

STEPS = 300
NEAR = 0.1  # below this decrement the Hessian serves better than what stands in for it
CLOSE = 1e-6  # below this decrement values differ by rounding only: full steps are taken
FLOOR = 1e-14


class Minimum(NamedTuple):
    """Where a method stopped, after how many iterations, and whether it had converged."""

    position: Floats
    iterations: int
    converged: bool


class Smooth(Protocol):
    """What Newton's method needs: value, gradient, Hessian, and a definite matrix in its place.

    Where the function is not convex the stand-in is the Fisher information (Fisher scoring) or the
    weights of a reweighting, elsewhere the Hessian itself.
    """

    def value(self, position: Floats) -> float: ...
    def gradient(self, position: Floats) -> Floats: ...
    def hessian(self, position: Floats) -> Floats: ...
    def stand_in(self, position: Floats) -> Floats: ...


def newton(smooth: Smooth, start: Floats) -> Minimum:
    """A local minimum of `smooth`; the minimum, where it is convex."""

    def step(position: Floats, last: float) -> tuple[Floats, float]:
        gradient = smooth.gradient(position)
        if last < NEAR:
            try:
                return _solve(smooth.hessian(position), gradient)
            except LinAlgError:
                pass
        return _solve(smooth.stand_in(position), gradient)

    return descend(smooth.value, step, start)


def descend(
    value: Callable[[Floats], float],
    step: Callable[[Floats, float], tuple[Floats, float]],
    start: Floats,
) -> Minimum:
    """Follow steps of the Newton kind down to a minimum.

    `step(position, last)` gives a step s and its decrement λ = √(sᵀ M s) in the matrix M that it
    was made with, when the last was `last`; λ²/2 is what a quadratic would still fall by, in nats.
    It has converged when λ is below `CLOSE` and shrinks no more, for only rounding is left of it,
    or below `FLOOR`. (Where data are nearly separable λ shrinks by a factor of √e only, for long.)
    """
    position, last = start, np.inf
    for iteration in range(STEPS):
        try:
            change, decrement = step(position, last)
        except LinAlgError:  # no curvature is left along some direction
            return Minimum(position, iteration, False)
        if decrement < FLOOR or (last < CLOSE and decrement >= 0.9 * last):
            return Minimum(position, iteration, True)
        length = 1.0 if decrement < CLOSE else _length(value, position, change, decrement)
        if length == 0:
            return Minimum(position, iteration, False)
        position, last = position + length * change, decrement
    return Minimum(position, STEPS, False)


def _solve(matrix: Floats, gradient: Floats) -> tuple[Floats, float]:
    step = -cho_solve(cho_factor(matrix, check_finite=False), gradient)
    return step, float(np.sqrt(np.abs(gradient @ step)))


def _length(
    value: Callable[[Floats], float], position: Floats, step: Floats, decrement: float
) -> float:
    """The longest of 1, ½, ¼, … with which the value falls by enough (Armijo); 0 if none does."""
    before = value(position)
    noise = 1e-14 * abs(before)
    length = 1.0
    while length > 1e-12:
        if value(position + length * step) <= before - 1e-4 * length * decrement**2 + noise:
            return length
        length /= 2
    return 0.0
