"""Maximum likelihood and maximum a posteriori for linear models, each family by what suits it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import LinAlgError

from mlelib.absolute import least_absolute
from mlelib.arguments import Floats, ordinary
from mlelib.exceptions import NoFiniteOptimum
from mlelib.existence import require_finite_optimum, slopes_may_prove, slopes_prove
from mlelib.kinks import smallest_subgradient
from mlelib.least_squares import largest, least_squares
from mlelib.likelihoods import Gaussian, Laplace, Likelihood
from mlelib.memory import keep_freed
from mlelib.newton import Minimum, newton
from mlelib.objectives import Objective
from mlelib.priors import BetaPrior, Flat, GaussianPrior, LaplacePrior, Prior
from mlelib.proximal import minimise_with_zeros
from mlelib.rotated import Rotated
from mlelib.starts import starting_outputs


@dataclass(frozen=True, eq=False)
class Estimate:
    """What a fit found.

    `theta` is (d,), or (d, m) for m raw outputs; `value` is the objective there, in nats, and
    `gradient_norm` the length of its gradient, of the smallest subgradient where there is a kink.
    `iterations` is 0 for a closed form. `standard_errors` has the shape of `theta`, or is None
    where they would mean nothing.
    """

    theta: Any
    value: float
    gradient_norm: float
    iterations: int
    converged: bool
    standard_errors: Any


def maximum_likelihood(likelihood: Likelihood, X: ArrayLike, y: ArrayLike) -> Estimate:
    """argmax Σᵢ log p(yᵢ | xᵢ·θ): `maximum_a_posteriori` under a flat prior.

    Raises
    ------
    ValueError, RankDeficient, NoFiniteOptimum
        As there.
    """
    return maximum_a_posteriori(likelihood, X, y, Flat())


def maximum_a_posteriori(
    likelihood: Likelihood, X: ArrayLike, y: ArrayLike, prior: Prior
) -> Estimate:
    """argmax Σᵢ log p(yᵢ | xᵢ·θ) + Σⱼ log p(θⱼ): the minimum of the `Objective` of the arguments.

    Gaussian                   an orthogonal factorisation, refined; a Gaussian prior adds rows to X
    Bernoulli, Categorical,
    Poisson, Gamma             Newton's method with a line search
    ScaledGaussian             Fisher scoring, then Newton's method: a *local* minimum
    StudentT                   reweighting from many starts, then Newton's method: the best of the
                               *local* minima found
    Laplace                    a linear programme, or a quadratic one under a Gaussian prior:
                               *an* optimum, for there may be more than one
    … under a Laplace prior    a proximal Newton method, with exact zeros
    Bernoulli, BetaPrior       closed form

    Standard errors are the roots of the inverse Fisher information's diagonal, at the scale that
    the likelihood states. A `Gaussian` states sigma; if you do not know it, multiply them by
    √(RSS/(n − d))/sigma, as regression tables do. A Gaussian prior adds its curvature, and they are
    approximate posterior deviations; under a Laplace prior they are None. Parameters of a softmax
    sum to 0 over the classes, and its covariance is the pseudo-inverse of the Hessian.

    Raises
    ------
    ValueError
        If an argument is wrong in itself, as in `Objective`; or if the largest entry of `y` or of
        a column of `X`, or a number of the likelihood or the prior, is out of 1e-50 … 1e50.
    RankDeficient
        If a column of `X` is a combination of the others, none of them under a prior; so if n < d.
    NoFiniteOptimum
        If the objective falls for ever: one of `CompleteSeparation`, `QuasiSeparation`,
        `AbsentClass`, `PoissonSeparation`, `Interpolation` where one of these is the reason.
    """
    objective = Objective(likelihood, X, y, prior)
    _require_ordinary_sizes(objective)
    keep_freed()
    match likelihood, prior:
        case _, BetaPrior():
            minimum, errors = _coin(objective.y, prior)
        case Gaussian(), Flat() | GaussianPrior():
            minimum, errors = _linear(objective, likelihood.sigma)
        case Laplace(), _:
            minimum, errors = _absolute(objective, likelihood.scale)
        case _, LaplacePrior():
            minimum, errors = _sparse(objective, prior)
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


def _require_ordinary_sizes(objective: Objective) -> None:
    ordinary("X", largest(objective.X))
    ordinary("y", np.abs(objective.y).max())
    for part in (objective.likelihood, objective.prior):
        for name, value in vars(part).items():
            if isinstance(value, float):
                ordinary(name, value)


Fit = tuple[Minimum, Floats | None]  # and the standard errors


def _coin(y: Floats, prior: BetaPrior) -> Fit:
    """The mode (heads + a − 1)/(n + a + b − 2) of a coin's bias, as log-odds."""
    heads, tails = y.sum() + prior.a - 1, (1 - y).sum() + prior.b - 1
    if heads <= 0 or tails <= 0:
        raise NoFiniteOptimum(
            "the density of the bias is greatest at 0 or 1, where the log-odds are infinite: "
            f"heads + a − 1 is {heads:g} and tails + b − 1 is {tails:g}, and both must be above 0"
        )
    errors = np.sqrt([1 / heads + 1 / tails])
    return Minimum(np.array([np.log(heads) - np.log(tails)]), 0, True), errors


def _linear(objective: Objective, sigma: float) -> Fit:
    """Least squares; a Gaussian prior is a row σ/τ more for each parameter that it acts on."""
    X, y, prior = objective.X, objective.y, objective.prior
    if isinstance(prior, GaussianPrior):
        acts = prior.felt(objective.shape)
        X = np.vstack([X, np.diag(acts * sigma / prior.tau)[acts]])
        y = np.append(y, np.zeros(acts.sum()))
    theta, factors = least_squares(X, y)
    errors = sigma * np.linalg.norm(factors.parameters(np.eye(len(theta))), axis=1)
    return Minimum(theta, 0, True), errors


def _absolute(objective: Objective, width: float) -> Fit:
    """Least absolute deviations, under any prior."""
    require_finite_optimum(objective)
    minimum = least_absolute(objective.X, objective.y, width, objective.prior)
    if isinstance(objective.prior, LaplacePrior):
        return minimum, None
    return minimum, Rotated(objective).standard_errors(minimum.position)


def _sparse(objective: Objective, prior: LaplacePrior) -> Fit:
    """A smooth likelihood under a Laplace prior."""
    require_finite_optimum(objective)
    found = []
    for outputs in starting_outputs(objective):
        start = np.linalg.lstsq(objective.X, outputs)[0].reshape(objective.shape)
        found.append(minimise_with_zeros(objective, prior, start))
    return min(found, key=lambda minimum: objective.value(minimum.position)), None


def _smooth(objective: Objective) -> Fit:
    """A smooth likelihood under a flat or a Gaussian prior."""
    rotated = Rotated(objective)
    provable = slopes_may_prove(objective)
    if not provable:
        require_finite_optimum(objective)
    starts = [rotated.coordinates(outputs) for outputs in starting_outputs(objective)]
    found = [newton(rotated, start) for start in starts]
    position, iterations, converged = min(found, key=lambda m: rotated.value(m.position))
    if provable and not slopes_prove(objective, rotated.Q[0], rotated.outputs(position)):
        require_finite_optimum(objective)
    errors: Floats | None
    try:
        errors = rotated.standard_errors(position)
    except LinAlgError:  # no information is left along some direction
        errors = None
    return Minimum(rotated.parameters(position), iterations, converged), errors
