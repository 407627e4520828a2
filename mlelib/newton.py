"""Newton's method and scoring, with a line search, for a smooth function of a vector."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from mlelib.arguments import Floats

STEPS = 300
NEAR = 0.1  # below this decrement the Hessian serves better than what stands in for it
CLOSE = 1e-6
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
    Below `CLOSE`, times the root of the value, values differ by rounding only and steps are taken
    whole. It has converged when λ shrinks no more there, or is below `FLOOR`, or will be after this
    step, since the method is of second order: λ becomes Cλ², and the last step tells C. (Where data
    are nearly separable λ shrinks by a factor of √e only, for long.)
    """
    position, before, last = start, value(start), np.inf
    for iteration in range(STEPS):
        try:
            change, decrement = step(position, last)
        except LinAlgError:  # no curvature is left along some direction
            return Minimum(position, iteration, False)
        close = CLOSE * np.sqrt(1 + abs(before))
        if decrement < FLOOR or (last < close and decrement >= 0.9 * last):
            return Minimum(position, iteration, True)
        if decrement >= close:
            found = _search(value, position, change, before, 1e-4 * decrement**2)
            if found is None:
                return Minimum(position, iteration, False)
            position, before = found
        else:
            position = position + change
            if last < NEAR and decrement * (decrement / last) ** 2 < FLOOR:
                return Minimum(position, iteration + 1, True)
            before = value(position)
        last = decrement
    return Minimum(position, STEPS, False)


def _solve(matrix: Floats, gradient: Floats) -> tuple[Floats, float]:
    step = -cho_solve(cho_factor(matrix, check_finite=False), gradient)
    return step, float(np.sqrt(np.abs(gradient @ step)))


def _search(
    value: Callable[[Floats], float], position: Floats, step: Floats, before: float, fall: float
) -> tuple[Floats, float] | None:
    """Where the longest of step, step/2, step/4, … leads with which the value falls by enough, and
    the value there.

    Enough is its share of `fall` (Armijo), but for the rounding of values. None if no step does.
    """
    length = 1.0
    while length > 1e-12:
        reached = position + length * step
        after = value(reached)
        if after <= before - length * fall + 1e-14 * abs(before):
            return reached, after
        length /= 2
    return None
