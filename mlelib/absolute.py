"""Least absolute deviations: the Laplace likelihood, as a linear or a quadratic programme."""

import numpy as np
from scipy.linalg import qr, solve_triangular

from mlelib.arguments import Floats
from mlelib.least_squares import unit_scale
from mlelib.newton import Minimum
from mlelib.priors import GaussianPrior, LaplacePrior, Prior
from mlelib.programmes import linear_programme

STEPS = 200


def least_absolute(X: Floats, y: Floats, width: float, prior: Prior) -> Minimum:
    """A θ that minimises Σ |yᵢ − xᵢ·θ|/b and the prior's penalty; X (n, d), b = `width`.

    A Laplace prior is a row more, with y = 0, for each parameter that it acts on, and a linear
    programme remains; a Gaussian prior makes it quadratic.
    """
    acts = prior.felt(X.shape[1:])
    weights = np.full(len(y), 1 / width)
    penalty = np.zeros(X.shape[1])
    if isinstance(prior, LaplacePrior):
        X, y = np.vstack([X, np.eye(len(acts))[acts]]), np.append(y, np.zeros(acts.sum()))
        weights = np.append(weights, np.full(acts.sum(), 1 / prior.scale))
    elif isinstance(prior, GaussianPrior):
        penalty = acts / prior.tau**2

    scale, unit, heaviest = unit_scale(X), np.abs(y).max() or 1.0, weights.max()
    A, c, w = X * scale, y / unit, weights / heaviest  # of one size, and θ = φ scale unit
    P = np.diag(penalty * unit / heaviest * scale**2)
    phi, iterations, converged = _quadratic(A, c, w, P) if P.any() else _linear(A, c, w)
    if isinstance(prior, LaplacePrior):
        phi[acts & (np.abs(phi) < 1e-12)] = 0.0
    return Minimum(phi * scale * unit, iterations, converged)


def _linear(A: Floats, y: Floats, w: Floats) -> Minimum:
    """argmin Σ wᵢ |yᵢ − aᵢ·φ| by its dual: max v·y where Aᵀ v = 0, |vᵢ| ≤ wᵢ; φ is 0's price."""
    dual = linear_programme(-y, A.T, -w, w, equal=True)
    return Minimum(-dual.prices, dual.steps, True)


def _quadratic(A: Floats, y: Floats, w: Floats, P: Floats) -> Minimum:
    """argmin Σ wᵢ |yᵢ − aᵢ·φ| + φᵀ P φ / 2, by an interior point (Portnoy & Koenker 1997).

    Residuals are p − q with p, q ≥ 0, their slopes v. At the optimum P φ = Aᵀ v, p (w − v) = 0 and
    q (w + v) = 0; here the last two are μ, and μ goes to 0 as Newton's method follows.
    """
    phi, v = np.zeros(A.shape[1]), np.zeros_like(y)
    p, q = np.maximum(y, 0) + 1.0, np.maximum(-y, 0) + 1.0
    for iteration in range(STEPS):
        above, below = w - v, w + v
        gap = p @ above + q @ below
        if gap <= 1e-14 * w.sum():
            return Minimum(phi, iteration, True)
        mu = 0.1 * gap / (2 * len(y))
        rest = y - A @ phi - mu / above + mu / below
        slopes = 1 / (p / above + q / below)
        rows = np.vstack([np.sqrt(P), np.sqrt(slopes)[:, None] * A])
        R = qr(rows, mode="r")[0][: len(phi)]  # Rᵀ R = P + Aᵀ slopes A
        pull = A.T @ (v + slopes * rest) - P @ phi
        dphi = solve_triangular(R, solve_triangular(R, pull, trans="T"))
        dv = slopes * (rest - A @ dphi)
        dp = (mu + p * dv) / above - p
        dq = (mu - q * dv) / below - q
        inside = np.concatenate([p, q, above, below])
        change = np.concatenate([dp, dq, -dv, dv])
        length = 0.99 / max(0.99, np.max(-change / inside))
        phi, v, p, q = phi + length * dphi, v + length * dv, p + length * dp, q + length * dq
    return Minimum(phi, STEPS, False)
