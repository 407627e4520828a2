"""Where the iterations begin: raw outputs that the responses themselves suggest."""

import numpy as np

from mlelib.absolute import least_absolute
from mlelib.arguments import Floats
from mlelib.likelihoods import Gamma, Poisson, ScaledGaussian, StudentT
from mlelib.objectives import Objective

RANDOM_STARTS = 20


def starting_outputs(objective: Objective) -> list[Floats]:
    """Raw outputs (n, m) to begin at: one, but many for `StudentT`, whose minima are many.

    Those are y itself (the method begins at its projection: least squares), the least absolute
    deviations, and fits to d rows drawn at random, 20 times, by a generator of their own: outliers
    make minima, and some draws are free of them (Rousseeuw 1984).
    """
    X, y = objective.X, objective.y
    match objective.likelihood:
        case Poisson():
            return [np.log(y + 0.5)[:, None]]
        case Gamma():
            return [np.log(y)[:, None]]
        case ScaledGaussian():
            return [np.column_stack([y, np.full(len(y), np.log(np.abs(y).max() or 1.0))])]
        case StudentT(scale=scale):
            absolute = least_absolute(X, y, scale, objective.prior).position
            rng = np.random.default_rng(0)
            n, d = X.shape
            draws = [rng.choice(n, min(n, d), replace=False) for _ in range(RANDOM_STARTS)]
            fits = [np.linalg.lstsq(X[rows], y[rows])[0] for rows in draws]
            return [y[:, None], *((X @ theta)[:, None] for theta in (absolute, *fits))]
    return [np.zeros((len(y), objective.likelihood.outputs))]
