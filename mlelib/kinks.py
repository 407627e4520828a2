"""The smallest subgradient: how far from an optimum an objective with kinks is."""

import numpy as np

from mlelib.arguments import Floats
from mlelib.likelihoods import Laplace
from mlelib.objectives import Objective
from mlelib.priors import LaplacePrior

NEAR = 1e-10  # residuals so small, beside the largest |y|, count as zeros


@np.errstate(over="ignore")
def smallest_subgradient(objective: Objective, theta: Floats) -> float:
    """The least ‖g‖ of the subgradients g of `objective` at `theta`: 0 at a minimum, kink or none.

    Where a residual (Laplace likelihood) or a parameter (Laplace prior) is 0, its slope may be
    any number between the two on its sides.
    """
    gradient = objective.gradient(theta).ravel()
    columns = [np.empty((gradient.size, 0))]
    if isinstance(objective.likelihood, Laplace):
        residuals = objective.y - objective.X @ theta
        fitted = np.abs(residuals) <= NEAR * np.abs(objective.y).max()
        rows = objective.X[fitted].T / objective.likelihood.scale
        gradient += rows @ np.sign(residuals[fitted])  # its share, of arbitrary sign, goes out
        columns.append(rows)
    if isinstance(objective.prior, LaplacePrior):
        zeros = (theta == 0) & objective.prior.felt(theta.shape)
        columns.append(np.eye(theta.size)[:, zeros.ravel()] / objective.prior.scale)
    slopes = np.hstack(columns)
    if slopes.shape[1] == 0:
        return float(np.linalg.norm(gradient))
    from scipy.optimize import lsq_linear  # noqa: PLC0415  slower to import than all else together

    return float(np.sqrt(2 * lsq_linear(slopes, -gradient, (-1, 1)).cost))
