"""Maximum likelihood and maximum a posteriori for linear models, each family by what suits it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import LinAlgError

from mlelib.arguments import Floats
from mlelib.existence import require_finite_optimum
from mlelib.least_squares import least_squares
from mlelib.likelihoods import Gamma, Gaussian, Likelihood, Poisson, ScaledGaussian
from mlelib.newton import minimise
from mlelib.objectives import Objective
from mlelib.priors import Flat, GaussianPrior, Prior
from mlelib.rotated import Rotated


@dataclass(frozen=True, eq=False)
class Estimate:
    """What a fit found.

    `theta` is (d,), or (d, m) for m raw outputs; `value` is the objective there, in nats;
    `gradient_norm` is the length of its gradient there, of its smallest subgradient at a kink;
    `iterations` is 0 for a closed form; `standard_errors` has the shape of `theta`, or is None where they
    would mean nothing.
    """

    theta: Any
    value: float
    gradient_norm: float
    iterations: int
    converged: bool
    standard_errors: Any


def maximum_likelihood(likelihood: Likelihood, X: ArrayLike, y: ArrayLike) -> Estimate:
    """The θ that makes `y` most probable given `X`: `maximum_a_posteriori` under a flat prior."""
    return maximum_a_posteriori(likelihood, X, y, Flat())


def maximum_a_posteriori(
    likelihood: Likelihood, X: ArrayLike, y: ArrayLike, prior: Prior
) -> Estimate:
    """The θ at which the posterior density is greatest."""
    objective = Objective(likelihood, X, y, prior)
    if isinstance(likelihood, Gaussian):
        return _linear(objective, likelihood.sigma)
    return _newton(objective)


def _linear(objective: Objective, sigma: float) -> Estimate:
    """Least squares; a Gaussian prior is a row σ/τ more for each parameter that it acts on."""
    X, y, prior = objective.X, objective.y, objective.prior
    if isinstance(prior, GaussianPrior):
        acts = prior.felt(objective.shape)
        X = np.vstack([X, np.diag(acts * sigma / prior.tau)[acts]])
        y = np.append(y, np.zeros(acts.sum()))
    theta, factors = least_squares(X, y)
    errors = sigma * np.linalg.norm(factors.parameters(np.eye(len(theta))), axis=1)
    gradient = objective.gradient(theta)
    return Estimate(theta, objective.value(theta), float(np.linalg.norm(gradient)), 0, True, errors)


def _newton(objective: Objective) -> Estimate:
    rotated = Rotated(objective)
    require_finite_optimum(objective)
    position, iterations, converged = minimise(rotated, rotated.coordinates(_start(objective)))
    theta = rotated.parameters(position)
    gradient_norm = float(np.linalg.norm(objective.gradient(theta)))
    try:
        errors = rotated.standard_errors(position)
    except LinAlgError:
        errors = None
    return Estimate(theta, objective.value(theta), gradient_norm, iterations, converged, errors)


def _start(objective: Objective) -> Floats:
    """Raw outputs (n, m) to begin from: those that the responses suggest."""
    y = objective.y
    match objective.likelihood:
        case Poisson():
            return np.log(y + 0.5)[:, None]
        case Gamma():
            return np.log(y)[:, None]
        case ScaledGaussian():
            return np.column_stack([y, np.full(len(y), np.log(np.std(y)))])
    return np.zeros((len(y), objective.likelihood.outputs))
