"""Distributions of a target y given a model's raw output z, one module for each family.

`base` says what they share; `mlelib.losses` has the textbook formulas that their negative logs are.
"""

from mlelib.likelihoods.base import Likelihood
from mlelib.likelihoods.bernoulli import Bernoulli
from mlelib.likelihoods.categorical import Categorical
from mlelib.likelihoods.gamma import Gamma
from mlelib.likelihoods.gaussian import Gaussian, ScaledGaussian
from mlelib.likelihoods.laplace import Laplace
from mlelib.likelihoods.poisson import Poisson
from mlelib.likelihoods.student_t import StudentT

__all__ = [
    "Bernoulli",
    "Categorical",
    "Gamma",
    "Gaussian",
    "Laplace",
    "Likelihood",
    "Poisson",
    "ScaledGaussian",
    "StudentT",
]
