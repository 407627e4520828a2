"""Fits under a Laplace prior: a proximal Newton method, whose zeros are zeros."""

from typing import Any

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve, cholesky

from mlelib.arguments import Floats
from mlelib.compensated import EPS
from mlelib.information import stand_in
from mlelib.least_squares import unit_scale
from mlelib.likelihoods import Categorical
from mlelib.newton import Minimum, descend
from mlelib.objectives import Objective, weighted_gram
from mlelib.priors import LaplacePrior, Mask

MOVES = 10_000


def minimise_with_zeros(objective: Objective, prior: LaplacePrior, start: Floats) -> Minimum:
    """A local minimum of `objective`, the minimum where its likelihood is convex in z.

    Each step minimises the quadratic that Newton's method would, with Σ |θⱼ|/b left as it is (Lee,
    Sun & Saunders 2014). `start` has the shape of θ.
    """
    scale = unit_scale(objective.X)
    smooth = Objective(objective.likelihood, objective.X * scale, objective.y)
    scales = scale if start.ndim == 1 else np.repeat(scale[:, None], start.shape[1], axis=1)
    acts = prior.felt(start.shape)
    weights = (acts / prior.scale * scales).ravel()  # of |φⱼ|, θ = φ scale
    gauge: Any = 0.0
    if isinstance(objective.likelihood, Categorical):  # rows that no prior holds keep a sum of 0
        gauge = np.kron(np.diag(~acts.any(axis=1)), np.ones((start.shape[1], start.shape[1])))

    def value(phi: Floats) -> float:
        return smooth.value(phi.reshape(start.shape)) + float(weights @ np.abs(phi))

    def step(phi: Floats, _last: float) -> tuple[Floats, float]:
        theta = phi.reshape(start.shape)
        matrix = _convex_hessian(smooth, theta) + gauge
        if not np.isfinite(matrix).all():
            raise LinAlgError("the curvature is out of floating range")
        linear = smooth.gradient(theta).ravel() - matrix @ phi
        change = minimise_quadratic(matrix, linear, weights, phi) - phi
        return change, float(np.sqrt(np.abs(change @ matrix @ change)))

    phi, iterations, converged = descend(value, step, (start / scales).ravel())
    return Minimum(phi.reshape(start.shape) * scales, iterations, converged)


def _convex_hessian(smooth: Objective, theta: Floats) -> Floats:
    """The Hessian where it is positive definite, else what stands in for it."""
    hessian = smooth.hessian(theta)
    try:
        cholesky(hessian, check_finite=False)
    except LinAlgError:
        weights = stand_in(smooth.likelihood, smooth.y, smooth.X @ theta)
        return weighted_gram(smooth.X, weights)
    return hessian


def minimise_quadratic(H: Floats, c: Floats, w: Floats, start: Floats) -> Floats:
    """argmin φᵀHφ/2 + c·φ + Σ wⱼ|φⱼ| for H ≥ 0, w ≥ 0, by an active set (Lee et al. 2007).

    With the signs of the active entries given, the sum is linear and the minimum a solution of
    equations. On the way there the first entry to reach 0 leaves the set; once there, the entry
    whose slope is most above its weight joins it, until there is none.
    """
    phi, signs = start.copy(), np.sign(start)
    active = (phi != 0) | (w == 0)
    for _ in range(MOVES):
        noise = len(phi) * EPS * (np.abs(H) @ np.abs(phi) + np.abs(c))
        move, length = _move(H, H @ phi + c + w * signs, active, noise)
        shrinking = active & (w > 0) & (signs * move < 0)
        reach = np.full_like(phi, np.inf)
        reach[shrinking] = -phi[shrinking] / move[shrinking]
        first = int(reach.argmin())
        phi += min(length, reach[first]) * move
        if reach[first] <= length:
            phi[first], signs[first], active[first] = 0.0, 0.0, False
            continue
        slope = H @ phi + c
        excess = np.where(active, -np.inf, np.abs(slope) - w - noise)
        worst = int(excess.argmax())
        if excess[worst] <= 0:
            break
        active[worst], signs[worst] = True, -np.sign(slope[worst])
    return phi


def _move(H: Floats, slope: Floats, active: Mask, noise: Floats) -> tuple[Floats, float]:
    """A step in the active entries and the length to take of it: to where their slope is 0.

    If there is no such place, for H is singular, the step goes down the slope that is left.
    """
    move = np.zeros_like(slope)
    if not active.any():
        return move, 0.0
    square, down = H[np.ix_(active, active)], -slope[active]
    try:
        move[active] = cho_solve(cho_factor(square), down)
    except LinAlgError:
        move[active] = np.linalg.lstsq(square, down)[0]
        left = down - square @ move[active]
        if np.linalg.norm(left) > max(1e-9 * np.linalg.norm(down), np.linalg.norm(noise)):
            move[active] = left
            bend = left @ square @ left
            return move, float(left @ left / bend) if bend > 0 else np.inf
    return move, 1.0
