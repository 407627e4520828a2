"""Fits under a Laplace prior: a proximal Newton method, whose zeros are zeros."""

from collections.abc import Callable

import numpy as np
from scipy.linalg import LinAlgError, cholesky

from mlelib.arguments import Floats
from mlelib.information import stand_in
from mlelib.least_squares import unit_scale
from mlelib.likelihoods import Categorical
from mlelib.newton import Minimum, descend
from mlelib.objectives import Objective, weighted_gram
from mlelib.priors import LaplacePrior, Mask

SWEEPS = 10_000


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

    def settle(phi: Floats) -> Floats:
        if not isinstance(objective.likelihood, Categorical):
            return phi
        return _shifted(phi.reshape(start.shape), acts).ravel()

    def value(phi: Floats) -> float:
        return smooth.value(phi.reshape(start.shape)) + float(weights @ np.abs(phi))

    def step(phi: Floats, _last: float) -> tuple[Floats, float]:
        theta = phi.reshape(start.shape)
        matrix = _convex_hessian(smooth, theta)
        linear = smooth.gradient(theta).ravel() - matrix @ phi
        change = settle(_minimise_quadratic(matrix, linear, weights, phi, settle)) - phi
        return change, float(np.sqrt(np.abs(change @ matrix @ change)))

    phi, iterations, converged = descend(value, step, (start / scales).ravel())
    return Minimum(phi.reshape(start.shape) * scales, iterations, converged)


def _shifted(theta: Floats, acts: Mask) -> Floats:
    """The same softmax with the least penalty: rows of a median 0, of a mean 0 if no prior acts."""
    middle = np.sort(theta, axis=1)[:, (theta.shape[1] - 1) // 2]
    shift = np.where(acts.all(axis=1), middle, np.where(acts.any(axis=1), 0.0, theta.mean(axis=1)))
    return theta - shift[:, None]


def _convex_hessian(smooth: Objective, theta: Floats) -> Floats:
    """The Hessian where it is positive definite, else what stands in for it."""
    hessian = smooth.hessian(theta)
    try:
        cholesky(hessian)
    except LinAlgError:
        weights = stand_in(smooth.likelihood, smooth.y, smooth.X @ theta)
        return weighted_gram(smooth.X, weights)
    return hessian


def _minimise_quadratic(
    H: Floats, c: Floats, w: Floats, start: Floats, settle: Callable[[Floats], Floats]
) -> Floats:
    """argmin φᵀHφ/2 + c·φ + Σ wⱼ|φⱼ|, coordinate by coordinate until the signs are found.

    `settle` moves along directions in which the quadratic is constant.
    """
    phi = start.copy()
    moving = np.flatnonzero(np.diag(H) > 0)
    for sweep in range(SWEEPS):
        before = phi.copy()
        for j in moving:
            pull = H[j, j] * phi[j] - H[j] @ phi - c[j]
            phi[j] = np.sign(pull) * max(abs(pull) - w[j], 0.0) / H[j, j]
        phi = settle(phi)
        if sweep % 10 == 0 and (exact := _solve_signs(H, c, w, phi)) is not None:
            return exact
        if np.array_equal(before, phi):
            break
    return phi


def _solve_signs(H: Floats, c: Floats, w: Floats, phi: Floats) -> Floats | None:
    """The minimum if its zeros and signs are those of `phi`, else None."""
    active = (phi != 0) | (w == 0)
    signs = np.sign(phi[active])
    right = -c[active] - w[active] * signs
    square = H[np.ix_(active, active)]
    exact = np.zeros_like(phi)
    exact[active] = phi[active] + np.linalg.lstsq(square, right - square @ phi[active])[0]
    slope = H @ exact + c
    slack = 1e-10 * (np.abs(c).max() + w.max())
    kept = np.all((np.sign(exact[active]) == signs) | (w[active] == 0))
    flat = np.all(np.abs(slope[active] + w[active] * signs) <= slack)
    quiet = np.all(np.abs(slope[~active]) <= w[~active] + slack)
    return exact if kept and flat and quiet else None
