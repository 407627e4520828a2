"""The tested functions behind the book *Deep Learning Is Maximum Likelihood*.

Choose a distribution for y given the model's raw output z; the loss is its negative log-likelihood.
`likelihoods` writes the distributions, `losses` the textbook formulas, and the tests prove that one
is the other.

Shapes, the same everywhere: n examples, d features, K classes, m raw outputs an example.

=========  =========================================================================================
X          (n, d), its own column of ones included (`add_intercept`)
y          (n,), numbers, counts or labels 0 … K − 1
theta      (d,), or (d, m) for m raw outputs
z = Xθ     (n,), or (n, m); leading batch axes are allowed
=========  =========================================================================================

Everything is per example unless it says sum, and in nats. Wrong input raises `ValueError` naming
the argument; where a likelihood has no finite or no unique maximum, a named exception says what to
do.
"""

from typing import TYPE_CHECKING, Any

from mlelib import checks, losses, numerics
from mlelib.brier import BrierObjective
from mlelib.datasets import coins, penguins, people
from mlelib.descent import Path, gradient_descent
from mlelib.exceptions import (
    AbsentClass,
    CompleteSeparation,
    Interpolation,
    NoFiniteOptimum,
    NoUniqueOptimum,
    PoissonSeparation,
    QuasiSeparation,
    RankDeficient,
)
from mlelib.landscapes import Landscape, chord, convexity_gap, grid, hessian_spectrum
from mlelib.likelihoods import (
    Bernoulli,
    Categorical,
    Gamma,
    Gaussian,
    Laplace,
    Likelihood,
    Poisson,
    ScaledGaussian,
    StudentT,
)
from mlelib.objectives import Objective, add_intercept
from mlelib.priors import BetaPrior, Flat, GaussianPrior, LaplacePrior

if TYPE_CHECKING:
    from mlelib.estimation import Estimate, maximum_a_posteriori, maximum_likelihood
else:

    def __getattr__(name: str) -> Any:
        """What fits is loaded when first asked for: scipy.linalg comes along, slow to load."""
        if name not in {"Estimate", "maximum_a_posteriori", "maximum_likelihood"}:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from mlelib import estimation  # noqa: PLC0415

        return getattr(estimation, name)


__all__ = [
    "AbsentClass",
    "Bernoulli",
    "BetaPrior",
    "BrierObjective",
    "Categorical",
    "CompleteSeparation",
    "Estimate",
    "Flat",
    "Gamma",
    "Gaussian",
    "GaussianPrior",
    "Interpolation",
    "Landscape",
    "Laplace",
    "LaplacePrior",
    "Likelihood",
    "NoFiniteOptimum",
    "NoUniqueOptimum",
    "Objective",
    "Path",
    "Poisson",
    "PoissonSeparation",
    "QuasiSeparation",
    "RankDeficient",
    "ScaledGaussian",
    "StudentT",
    "add_intercept",
    "checks",
    "chord",
    "coins",
    "convexity_gap",
    "gradient_descent",
    "grid",
    "hessian_spectrum",
    "losses",
    "maximum_a_posteriori",
    "maximum_likelihood",
    "numerics",
    "penguins",
    "people",
]
