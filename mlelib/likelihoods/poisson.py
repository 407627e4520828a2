"""Counts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mlelib.arguments import Floats, real_array
from mlelib.likelihoods.base import Likelihood, mended
from mlelib.numerics import exp_above_tangent, stirling_remainder, times_exp

LARGEST_RATE = 9.2e18  # beyond it a draw does not fit into 64 bits


@dataclass(frozen=True)
class Poisson(Likelihood):
    """y ~ Poisson(e^z): counts 0, 1, 2, …, and z is the log of their rate.

    nll = e^z − y z + log y!. The loss is half the deviance, e^z − y − y (z − log y) ≥ 0, which is 0
    at e^z = y; the constant is log y! − (y log y − y), the nll of that saturated model.

    Where the rate λ is a whole number, λ − 1 and λ are equally probable, and `mode` gives λ.

    Source: McCullagh & Nelder (1989), *Generalized Linear Models*, section 2.3.
    """

    def targets(self, y: ArrayLike) -> Floats:
        counts = real_array("y", y, (None,))
        strange = (counts < 0) | (counts != np.floor(counts))
        if strange.any():
            raise ValueError(f"y must hold counts 0, 1, 2, …, got {counts[strange][0]:g}")
        return counts

    @np.errstate(over="ignore")
    def _loss(self, y: Floats, z: Floats) -> Floats:
        rate, some = np.exp(z), np.maximum(y, 1)
        log_ratio = z - np.log(some)
        ratio = mended(rate / some, np.isinf(rate), lambda: np.exp(log_ratio))
        per_count = exp_above_tangent(log_ratio, ratio)
        return np.asarray(np.where(y == 0, rate, some * per_count))

    def _constant(self, y: Floats) -> Floats:
        return stirling_remainder(y)

    @np.errstate(over="ignore")
    def _gradient(self, y: Floats, z: Floats) -> Floats:
        rate = np.exp(z)
        return mended(rate - y, np.isinf(rate), lambda: 2 * (times_exp(np.asarray(0.5), z) - y / 2))

    @np.errstate(over="ignore")
    def _curvature(self, y: Floats, z: Floats) -> Floats:
        return np.asarray(np.exp(z))

    @np.errstate(over="ignore")
    def _mean(self, z: Floats) -> Floats:
        return np.asarray(np.exp(z))

    @np.errstate(over="ignore")
    def _mode(self, z: Floats) -> Floats:
        return np.floor(np.exp(z))

    @np.errstate(over="ignore")
    def _sample(self, z: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
        rate = np.exp(z)
        if rate.max() > LARGEST_RATE:
            raise ValueError(f"z must be below {np.log(LARGEST_RATE):.1f} to sample, got {z.max()}")
        return rng.poisson(rate)
