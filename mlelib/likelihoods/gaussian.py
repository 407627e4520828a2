"""Gaussian noise: of one known standard deviation, or of one that the model puts out itself."""

from dataclasses import dataclass

import numpy as np

from mlelib.arguments import Floats, positive
from mlelib.likelihoods.base import Likelihood
from mlelib.numerics import difference, times_exp

HALF_LOG_2PI = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True)
class Gaussian(Likelihood):
    """y ~ N(z, σ²): mean z, and a known standard deviation `sigma`.

    nll = (y − z)²/(2σ²) + ½ log 2πσ². The loss is the squared error over 2σ².

    Raises
    ------
    ValueError
        If `sigma` is not a finite number above 0.
    """

    sigma: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "sigma", positive("sigma", self.sigma))

    @np.errstate(over="ignore")
    def _loss(self, y: Floats, z: Floats) -> Floats:
        r, k = difference(y, z)
        return _half_square(r / self.sigma * k)

    def _constant(self, y: Floats) -> Floats:
        return np.full(y.shape, np.log(self.sigma) + HALF_LOG_2PI)

    @np.errstate(over="ignore")
    def _gradient(self, y: Floats, z: Floats) -> Floats:
        r, k = difference(z, y)
        return np.asarray(r / self.sigma / self.sigma * k)

    def _curvature(self, y: Floats, z: Floats) -> Floats:
        return np.full(z.shape, 1 / self.sigma / self.sigma)

    def _mean(self, z: Floats) -> Floats:
        return z.copy()

    def _mode(self, z: Floats) -> Floats:
        return z.copy()

    def _sample(self, z: Floats, rng: np.random.Generator) -> Floats:
        return rng.normal(z, self.sigma)


@dataclass(frozen=True)
class ScaledGaussian(Likelihood):
    """y ~ N(μ, e^(2s)): two raw outputs, the mean μ = z[..., 0] and s = z[..., 1] = log σ.

    nll = s + (y − μ)² e^(−2s)/2 + ½ log 2π. The loss is that without ½ log 2π. It has no lower
    bound: at μ = y it falls with s for ever. It is not convex in (μ, s) together either.

    Source: Nix & Weigend (1994), *Estimating the mean and variance of the target probability
    distribution*.
    """

    @property
    def outputs(self) -> int:
        return 2

    @np.errstate(over="ignore")
    def _loss(self, y: Floats, z: Floats) -> Floats:
        s = z[..., 1]
        r, k = difference(y, z[..., 0])
        return np.asarray(s + _half_square(times_exp(r, -s) * k))

    def _constant(self, y: Floats) -> Floats:
        return np.full(y.shape, HALF_LOG_2PI)

    @np.errstate(over="ignore")
    def _gradient(self, y: Floats, z: Floats) -> Floats:
        s = z[..., 1]
        r, k = difference(y, z[..., 0])
        return np.stack([-times_exp(r, -2 * s) * k, 1 - (times_exp(r, -s) * k) ** 2], axis=-1)

    @np.errstate(over="ignore")
    def _curvature(self, y: Floats, z: Floats) -> Floats:
        s = z[..., 1]
        r, k = difference(y, z[..., 0])
        matrix = np.empty((*s.shape, 2, 2))
        matrix[..., 0, 0] = np.exp(-2 * s)
        matrix[..., 0, 1] = matrix[..., 1, 0] = 2 * times_exp(r, -2 * s) * k
        matrix[..., 1, 1] = 2 * (times_exp(r, -s) * k) ** 2
        return matrix

    def _mean(self, z: Floats) -> Floats:
        return z[..., 0].copy()

    def _mode(self, z: Floats) -> Floats:
        return z[..., 0].copy()

    @np.errstate(over="ignore")
    def _sample(self, z: Floats, rng: np.random.Generator) -> Floats:
        return np.asarray(z[..., 0] + times_exp(rng.normal(size=z.shape[:-1]), z[..., 1]))


def _half_square(u: Floats) -> Floats:
    """u²/2, also where u² alone overflows."""
    return np.asarray(u / 2 * u)
