"""Maximum likelihood and maximum a posteriori for linear models, each family by what suits it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import LinAlgError

from mlelib.absolute import least_absolute
from mlelib.arguments import Floats
from mlelib.exceptions import NoFiniteOptimum
from mlelib.existence import require_finite_optimum
from mlelib.kinks import smallest_subgradient
from mlelib.least_squares import factorise, least_squares
from mlelib.likelihoods import Gaussian, Laplace, Likelihood
from mlelib.newton import Minimum, newton
from mlelib.objectives import Objective
from mlelib.priors import BetaPrior, Flat, GaussianPrior, LaplacePrior, Prior
from mlelib.proximal import minimise_with_zeros
from mlelib.rotated import Rotated
from mlelib.starts import starting_outputs


@dataclass(frozen=True, eq=False)
class Estimate:
    """What a fit found.

    `theta` is (d,), or (d, m) for m raw outputs; `value` is the objective there, in nats;
    `gradient_norm` the length of its gradient, of the smallest subgradient where there is a kink.
    `iterations` is 0 for a closed form. `standard_errors` has the shape of `theta`, or is None where
    they would mean nothing.
    """

    theta: Any
    value: float
    gradient_norm: float
    iterations: int
    converged: bool
    standard_errors: Any


def maximum_likelihood(likelihood: Likelihood, X: ArrayLike, y: ArrayLike) -> Estimate:
    """argmax Σᵢ log p(yᵢ | xᵢ·θ): `maximum_a_posteriori` under a flat prior."""
    return maximum_a_posteriori(likelihood, X, y, Flat())


def maximum_a_posteriori(
    likelihood: Likelihood, X: ArrayLike, y: ArrayLike, prior: Prior
) -> Estimate:
    """argmax Σᵢ log p(yᵢ | xᵢ·θ) + Σⱼ log p(θⱼ), the minimum of `Objective(likelihood, X, y, prior)`.

    ==============  ===============================================================================
    Gaussian        orthogonal factorisation, refined; a Gaussian prior adds rows to X
    Bernoulli, Categorical, Poisson, Gamma    Newton's method with a line search
    ScaledGaussian  Fisher scoring, then Newton's method: a local minimum
    StudentT        reweighting from several starts, then Newton's method: the best of the local minima found
    Laplace         linear programme: an optimum, for there may be more than one
    Laplace prior   proximal Newton method, with exact zeros
    ==============  ===============================================================================

    Standard errors are square roots of the inverse Fisher information's diagonal, at the scale that the
    likelihood states. A `Gaussian` knows its sigma; where you do not, multiply them by
    √(RSS/(n − d))/sigma, as regression tables do. Under a Gaussian prior its curvature is added and they
    are approximate posterior deviations. Under a Laplace prior they are None.
    """
    objective = Objective(likelihood, X, y, prior)
    match likelihood, prior:
        case _, BetaPrior():
            theta, errors = _coin(objective, prior)
            minimum = Minimum(theta, 0, True)
        case Gaussian(), Flat() | GaussianPrior():
            theta, errors = _linear(objective)
            minimum = Minimum(theta, 0, True)
        case _, LaplacePrior():
            minimum, errors = _sparse(objective), None
        case _:
            minimum, errors = _smooth(objective)
    theta = minimum.position
    return Estimate(
        theta,
        objective.value(theta),
        smallest_subgradient(objective, theta),
        minimum.iterations,
        minimum.converged,
        errors,
    )


def _linear(objective: Objective) -> tuple[Floats, Floats]:
    """Least squares; a Gaussian prior is a row σ/τ more for each parameter that it acts on."""
    X, y, prior, sigma = objective.X, objective.y, objective.prior, objective.likelihood.sigma
    if isinstance(prior, GaussianPrior):
        acts = prior.felt(objective.shape)
        X = np.vstack([X, np.diag(acts * sigma / prior.tau)[acts]])
        y = np.append(y, np.zeros(acts.sum()))
    theta, factors = least_squares(X, y)
    return theta, sigma * np.linalg.norm(factors.parameters(np.eye(len(theta))), axis=1)


def _smooth(objective: Objective) -> tuple[Minimum, Floats | None]:
    """Under a flat or a Gaussian prior: Newton's method, or a programme for absolute deviations."""
    rotated = Rotated(objective)
    if isinstance(objective.likelihood, Laplace):
        scale = objective.likelihood.scale
        minimum = least_absolute(objective.X, objective.y, scale, objective.prior)
        return minimum, rotated.standard_errors(np.zeros(len(minimum.position)))
    require_finite_optimum(objective)
    starts = [rotated.coordinates(outputs) for outputs in starting_outputs(objective)]
    found = [newton(rotated, start) for start in starts]
    position, iterations, converged = min(found, key=lambda m: rotated.value(m.position))
    try:
        errors = rotated.standard_errors(position)
    except LinAlgError:  # no information is left along some direction
        errors = None
    return Minimum(rotated.parameters(position), iterations, converged), errors


def _sparse(objective: Objective) -> Minimum:
    """Under a Laplace prior. Columns on which it does not act must be independent."""
    X, y, prior, likelihood = objective.X, objective.y, objective.prior, objective.likelihood
    left_alone = ~prior.felt(objective.shape).reshape(X.shape[1], likelihood.outputs)
    for free in left_alone.T:
        if free.any():
            factorise(X[:, free])
    if isinstance(likelihood, Laplace):
        return least_absolute(X, y, likelihood.scale, prior)
    require_finite_optimum(objective)
    starts = [
        np.linalg.lstsq(X, outputs)[0].reshape(objective.shape)
        for outputs in starting_outputs(objective)
    ]
    found = [minimise_with_zeros(objective, prior, start) for start in starts]
    return min(found, key=lambda m: objective.value(m.position))


def _coin(objective: Objective, prior: BetaPrior) -> tuple[Floats, Floats]:
    """The mode (heads + a − 1)/(n + a + b − 2) of a coin's bias, as log-odds."""
    heads = float(objective.y.sum()) + prior.a - 1
    tails = len(objective.y) - float(objective.y.sum()) + prior.b - 1
    if heads <= 0 or tails <= 0:
        raise NoFiniteOptimum(
            "the posterior of the bias is greatest at 0 or 1, where the log-odds are infinite: "
            f"heads + a − 1 is {heads:g} and tails + b − 1 is {tails:g}, and both must be above 0"
        )
    return np.log([heads / tails]), np.sqrt([(heads + tails) / (heads * tails)])
