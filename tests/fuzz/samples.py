"""Small valid arguments, in numbers that every floating type holds exactly."""

from typing import Any

import numpy as np

from mlelib import (
    Bernoulli,
    BetaPrior,
    Categorical,
    Flat,
    Gamma,
    Gaussian,
    GaussianPrior,
    Laplace,
    LaplacePrior,
    Likelihood,
    Objective,
    Poisson,
    ScaledGaussian,
    StudentT,
    add_intercept,
)
from mlelib.priors import Prior

Random = np.random.Generator
N = 12  # examples


def numbers(rng: Random, *shape: int) -> np.ndarray:
    """Eighths, or whole numbers, of either sign."""
    return rng.integers(-16, 17, shape) / rng.choice([8.0, 1.0])


def scale(rng: Random) -> float:
    return float(rng.choice([0.25, 0.5, 1.0, 2.0, 3.0]))


def probabilities(rng: Random, *shape: int) -> np.ndarray:
    return rng.integers(0, 17, shape) / 16


def rows(rng: Random, n: int = N) -> np.ndarray:
    """Rows of three probabilities."""
    q = rng.permuted(np.tile([0.125, 0.25, 0.625], (n, 1)), axis=1)
    return q if rng.random() < 0.5 else np.eye(3)[rng.integers(0, 3, n)]


LIKELIHOODS: dict[type[Likelihood], Any] = {
    Gaussian: lambda rng: {"sigma": scale(rng)},
    Laplace: lambda rng: {"scale": scale(rng)},
    StudentT: lambda rng: {"df": 1 + scale(rng), "scale": scale(rng)},
    ScaledGaussian: lambda rng: {},
    Poisson: lambda rng: {},
    Gamma: lambda rng: {"shape": scale(rng)},
    Bernoulli: lambda rng: {},
    Categorical: lambda rng: {"classes": int(rng.integers(2, 4))},
}


def likelihood(rng: Random, kind: type[Likelihood] | None = None) -> Likelihood:
    kind = kind or list(LIKELIHOODS)[rng.integers(len(LIKELIHOODS))]
    return kind(**LIKELIHOODS[kind](rng))


def targets(rng: Random, model: Likelihood, n: int = N) -> np.ndarray:
    match model:
        case Bernoulli():
            return rng.permutation(np.arange(n) % 2) * 1.0
        case Categorical(classes=classes):
            return rng.permutation(np.arange(n) % classes) * 1.0
        case Poisson():
            return rng.integers(0, 9, n) * 1.0
        case Gamma():
            return rng.integers(1, 30, n) / 8
    return numbers(rng, n)


def outputs(rng: Random, model: Likelihood, n: int = N, axes: bool = True) -> np.ndarray:
    batch = (2,) if axes and rng.random() < 0.3 else ()
    return numbers(rng, *batch, n, *((model.outputs,) if model.outputs > 1 else ())) / 2


def design(rng: Random, n: int = N) -> np.ndarray:
    """A column of ones and another, (n, 2)."""
    return add_intercept(rng.permutation(np.arange(n)) / 4 - 1)


def prior(rng: Random) -> Prior:
    kind = (Flat, GaussianPrior, LaplacePrior)[rng.integers(3)]
    mask = None if rng.random() < 0.5 else np.array([True, False])
    return Flat() if kind is Flat else kind(scale(rng), mask)


def parameters(rng: Random, objective: Any) -> np.ndarray:
    return numbers(rng, *objective.shape) / 4


def objective(rng: Random) -> Objective:
    if rng.random() < 0.1:
        toss = Bernoulli()
        return Objective(toss, np.ones((N, 1)), targets(rng, toss), BetaPrior(scale(rng), 2.0))
    model = likelihood(rng)
    return Objective(model, design(rng), targets(rng, model), prior(rng))
