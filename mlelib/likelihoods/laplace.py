"""Laplace noise: heavier tails than the Gaussian's, and the absolute error."""

from dataclasses import dataclass

import numpy as np

from mlelib.arguments import Floats, positive
from mlelib.likelihoods.base import Likelihood
from mlelib.numerics import difference


@dataclass(frozen=True)
class Laplace(Likelihood):
    """y ~ Laplace(z, b): median and mean z, and a known `scale` b. Its standard deviation is √2 b.

    nll = |y − z|/b + log 2b. The loss is the absolute error over b.

    At the kink z = y the gradient is given as 0, the smallest subgradient. The curvature is 0.

    Raises
    ------
    ValueError
        If `scale` is not a finite number above 0.
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "scale", positive("scale", self.scale))

    @np.errstate(over="ignore")
    def _loss(self, y: Floats, z: Floats) -> Floats:
        r, k = difference(y, z)
        return np.asarray(np.abs(r) / self.scale * k)

    def _constant(self, y: Floats) -> Floats:
        return np.full(y.shape, np.log(2) + np.log(self.scale))

    @np.errstate(over="ignore")
    def _gradient(self, y: Floats, z: Floats) -> Floats:
        return np.asarray(np.sign(z - y) / self.scale)

    def _curvature(self, y: Floats, z: Floats) -> Floats:
        return np.zeros(z.shape)

    def _mean(self, z: Floats) -> Floats:
        return z.copy()

    def _mode(self, z: Floats) -> Floats:
        return z.copy()

    def _sample(self, z: Floats, rng: np.random.Generator) -> Floats:
        return rng.laplace(z, self.scale)
