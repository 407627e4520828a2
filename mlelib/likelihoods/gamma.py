"""Quantities in (0, ∞) whose spread grows with their mean."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mlelib.arguments import Floats, positive, real_array
from mlelib.likelihoods.base import Likelihood, mended
from mlelib.numerics import exp_above_tangent, stirling_remainder, times_exp


@dataclass(frozen=True)
class Gamma(Likelihood):
    """y ~ Gamma of the mean e^z and a known `shape` α; its scale is e^z/α. Log link.

    nll = α z + α y e^(−z) − (α − 1) log y − α log α + log Γ(α). The loss is half the scaled
    deviance, α (y e^(−z) − 1 − log(y e^(−z))) ≥ 0, which is 0 at e^z = y. The standard deviation is
    e^z/√α: a constant share of the mean.

    The mode is (1 − 1/α) e^z; for α ≤ 1 it is given as 0, where the density is largest or grows
    without bound. For α far below 1 a sample may underflow to 0, which is no target.

    Source: McCullagh & Nelder (1989), *Generalized Linear Models*, chapter 8.

    Raises
    ------
    ValueError
        If `shape` is not a finite number above 0.
    """

    shape: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", positive("shape", self.shape))

    def targets(self, y: ArrayLike) -> Floats:
        amounts = real_array("y", y, (None,))
        if not (amounts > 0).all():
            raise ValueError(f"y must be above 0, got {amounts[amounts <= 0][0]:g}")
        return amounts

    @np.errstate(over="ignore")
    def _loss(self, y: Floats, z: Floats) -> Floats:
        ratio = times_exp(y, -z)
        loss = self.shape * exp_above_tangent(np.log(y) - z, ratio)
        # the tangent is nothing beside an infinite ratio
        return mended(loss, np.isinf(ratio), lambda: self._curvature(y, z))

    def _constant(self, y: Floats) -> Floats:
        return np.asarray(
            np.log(y) - np.log(self.shape) + stirling_remainder(np.asarray(self.shape))
        )

    @np.errstate(over="ignore")
    def _gradient(self, y: Floats, z: Floats) -> Floats:
        return np.asarray(self.shape - self._curvature(y, z))

    @np.errstate(over="ignore")
    def _curvature(self, y: Floats, z: Floats) -> Floats:
        product = times_exp(y, -z, self.shape)  # α y may overflow where the rest leads back
        return mended(product, np.isinf(product), lambda: self.shape * times_exp(y, -z))

    @np.errstate(over="ignore")
    def _mean(self, z: Floats) -> Floats:
        return np.asarray(np.exp(z))

    @np.errstate(over="ignore")
    def _mode(self, z: Floats) -> Floats:
        share = max(1 - 1 / self.shape, 0.0)
        return np.asarray(share * np.exp(z)) if share else np.zeros(z.shape)

    @np.errstate(over="ignore")
    def _sample(self, z: Floats, rng: np.random.Generator) -> Floats:
        return times_exp(rng.standard_gamma(self.shape, size=z.shape) / self.shape, z)
