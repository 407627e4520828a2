"""Least absolute deviations: the Laplace likelihood, as a linear or a quadratic programme."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import linprog

from mlelib.arguments import Floats
from mlelib.newton import Minimum
from mlelib.priors import GaussianPrior, LaplacePrior, Prior

STEPS = 200
NEAR = 1e-6  # residuals so small, beside the largest |y|, are tried as zeros


def least_absolute(X: Floats, y: Floats, scale: float, prior: Prior) -> Minimum:
    """A θ that minimises Σ |yᵢ − xᵢ·θ|/b and the prior's penalty; X (n, d), b = `scale`.

    A Laplace prior is a row more, with y = 0, for each parameter that it acts on, and a linear
    programme remains; a Gaussian prior makes it quadratic.
    """
    acts = prior.felt(X.shape[1:])
    weights = np.full(len(y), 1 / scale)
    penalty = np.zeros(X.shape[1])
    if isinstance(prior, LaplacePrior):
        X, y = np.vstack([X, np.eye(len(acts))[acts]]), np.append(y, np.zeros(acts.sum()))
        weights = np.append(weights, np.full(acts.sum(), 1 / prior.scale))
    elif isinstance(prior, GaussianPrior):
        penalty = acts / prior.tau**2

    size, unit, heaviest = np.abs(X).max(axis=0), np.abs(y).max() or 1.0, weights.max()
    A, c, w = X / size, y / unit, weights / heaviest  # all near 1: θ is now θ size / unit
    P = np.diag(penalty * unit / heaviest / size**2)
    theta, iterations, converged = _quadratic(A, c, w, P) if P.any() else _linear(A, c, w)
    theta = _sharpened(A, c, w, P, theta)
    if isinstance(prior, LaplacePrior):
        theta[acts & (np.abs(theta) < 1e-12)] = 0.0
    return Minimum(theta * unit / size, iterations, converged)


def _linear(A: Floats, y: Floats, w: Floats) -> Minimum:
    """argmin Σ wᵢ |yᵢ − aᵢ·θ| through its dual: max v·y where Aᵀ v = 0, |vᵢ| ≤ wᵢ; θ is 0's price."""
    programme = linprog(
        -y, A_eq=A.T, b_eq=np.zeros(A.shape[1]), bounds=np.column_stack([-w, w]), method="highs"
    )
    return Minimum(-programme.eqlin.marginals, int(programme.nit), bool(programme.status == 0))


def _quadratic(A: Floats, y: Floats, w: Floats, P: Floats) -> Minimum:
    """argmin Σ wᵢ |yᵢ − aᵢ·θ| + θᵀ P θ / 2, by an interior point (Portnoy & Koenker 1997).

    Residuals are p − q with p, q ≥ 0, their slopes v. At the optimum P θ = Aᵀ v, p (w − v) = 0 and
    q (w + v) = 0; here the last two are μ, and μ goes to 0 as Newton's method follows.
    """
    theta, v = np.zeros(A.shape[1]), np.zeros_like(y)
    p, q = np.maximum(y, 0) + 1.0, np.maximum(-y, 0) + 1.0
    for iteration in range(STEPS):
        above, below = w - v, w + v
        gap = p @ above + q @ below
        if gap <= 1e-14 * w.sum():
            return Minimum(theta, iteration, True)
        mu = 0.1 * gap / (2 * len(y))
        rest = y - A @ theta - mu / above + mu / below
        slopes = 1 / (p / above + q / below)
        normal = P + A.T @ (slopes[:, None] * A)
        dtheta = cho_solve(cho_factor(normal), A.T @ (v + slopes * rest) - P @ theta)
        dv = slopes * (rest - A @ dtheta)
        dp = (mu + p * dv) / above - p
        dq = (mu - q * dv) / below - q
        inside = np.concatenate([p, q, above, below])
        change = np.concatenate([dp, dq, -dv, dv])
        length = 0.99 / max(0.99, np.max(-change / inside))
        theta, v, p, q = theta + length * dtheta, v + length * dv, p + length * dp, q + length * dq
    return Minimum(theta, STEPS, False)


def _sharpened(A: Floats, y: Floats, w: Floats, P: Floats, theta: Floats) -> Floats:
    """θ to the last digits: the rows that it fits nearly are fitted exactly, if that is no worse."""

    def value(theta: Floats) -> float:
        return float(w @ np.abs(y - A @ theta) + theta @ P @ theta / 2)

    residuals = y - A @ theta
    fitted = np.abs(residuals) < NEAR
    E, pull = A[fitted], A.T @ (w * np.sign(residuals) * ~fitted)
    system = np.block([[P, -E.T], [E, np.zeros((len(E), len(E)))]])
    solution = np.linalg.lstsq(system, np.append(pull, y[fitted]))[0][: len(theta)]
    return solution if value(solution) <= value(theta) * (1 + 1e-12) else theta
