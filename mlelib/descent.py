"""Gradient descent with a fixed step, every position kept: for looking at, not for speed.

θ₍ₜ₊₁₎ = θ₍ₜ₎ − step · ∇f(θ₍ₜ₎).

If the gradient of f is L-Lipschitz (its curvature nowhere exceeds L), then a step below 2/L lowers
f every time, by at least step·(1 − L·step/2)·‖∇f‖². If f is also convex and has a minimiser θ*, the
path converges to a minimiser, and for step ≤ 1/L

    f(θ₍ₜ₎) − f(θ*) ≤ ‖θ₍₀₎ − θ*‖² / (2·t·step).

On a quadratic, the error along an eigenvector of curvature λ is multiplied by 1 − step·λ each time:
above 2/L it grows without bound. (Nesterov, *Lectures on Convex Optimization*, 2018, section 2.1.)
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from mlelib.arguments import Floats, able, positive, real_array, whole


class Differentiable(Protocol):
    """Anything with a value and a gradient at θ: an `Objective`, or a class of your own.

    If it has `values` of many θ as well, (m, …) → (m,), a descent takes them from there.
    """

    def value(self, theta: Floats, /) -> float: ...
    def gradient(self, theta: Floats, /) -> Floats: ...


@dataclass(frozen=True, eq=False)
class Path:
    """The positions of a descent, the start first.

    `thetas` has shape (steps + 1, …), `values` and `gradient_norms` (steps + 1,). A path that
    leaves the floating range ends there, shorter, and its last value is inf.
    """

    thetas: Floats
    values: Floats
    gradient_norms: Floats


def gradient_descent(objective: Differentiable, start: ArrayLike, step: float, steps: int) -> Path:
    """`steps` steps of gradient descent on `objective` from `start`, an array of θ's shape.

    Raises
    ------
    ValueError
        If `start` is not finite, `step` is not above 0, `steps` no whole number of at least 0, or
        `objective` has no value and gradient.
    """
    able("objective", objective, "value", "gradient")
    theta = real_array("start", start, getattr(objective, "shape", None))
    step, steps = positive("step", step), whole("steps", steps, 0)
    with np.errstate(all="ignore"):
        return _at_once(objective, theta, step, steps) or _by_steps(objective, theta, step, steps)


def _at_once(objective: Differentiable, theta: Floats, step: float, steps: int) -> Path | None:
    """By gradients alone, with the values of all positions together: twice as fast.

    None if the objective has no such `values`, or if a number on the way is not finite.
    """
    if not callable(values := getattr(objective, "values", None)):
        return None
    thetas, gradients = [theta], []
    try:
        for _ in range(steps):
            gradients.append(objective.gradient(thetas[-1]))
            thetas.append(thetas[-1] - step * gradients[-1])
        gradients.append(objective.gradient(thetas[-1]))
        path = np.array(thetas)
        heights = np.asarray(values(path))
    except ValueError:  # out of range
        return None
    norms = np.linalg.norm(np.reshape(gradients, (steps + 1, -1)), axis=1)
    fine = heights.shape == norms.shape and bool(np.isfinite(heights + norms).all())
    return Path(path, heights, norms) if fine else None


def _by_steps(objective: Differentiable, theta: Floats, step: float, steps: int) -> Path:
    """As far as values are finite."""
    thetas, values, norms = [], [], []
    for _ in range(steps + 1):
        inside = bool(np.isfinite(theta).all())
        value = float(objective.value(theta)) if inside else np.inf
        value = np.inf if np.isnan(value) else value
        gradient = objective.gradient(theta) if np.isfinite(value) else np.inf
        thetas.append(theta)
        values.append(value)
        norms.append(float(np.linalg.norm(gradient)))
        if not np.isfinite(value):
            break
        theta = theta - step * gradient
    return Path(np.array(thetas), np.array(values), np.array(norms))
