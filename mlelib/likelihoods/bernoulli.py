"""Yes or no."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mlelib.arguments import Floats, Integers, labels
from mlelib.likelihoods.base import Likelihood
from mlelib.numerics import _softplus_in_place, sigmoid


@dataclass(frozen=True)
class Bernoulli(Likelihood):
    """p(y = 1) = 1/(1 + e^(−z)) for labels y = 0 or 1; the logit z is the log of the odds.

    nll = log(1 + e^z) − y z, the binary cross-entropy of that probability. The constant is 0.

    `mode` is the more probable label, and 0 at the tie z = 0.
    """

    def targets(self, y: ArrayLike) -> Integers:
        return labels("y", y, 2)

    def _loss(self, y: Integers, z: Floats) -> Floats:
        z *= 1.0 - 2.0 * y
        return _softplus_in_place(z)

    def _constant(self, y: Integers) -> Floats:
        return np.zeros(y.shape)

    def _gradient(self, y: Integers, z: Floats) -> Floats:
        sign = 1.0 - 2.0 * y
        return np.asarray(sign * sigmoid(sign * z))  # σ(z) − y without the cancellation at y = 1

    def _curvature(self, y: Integers, z: Floats) -> Floats:
        tail = np.exp(-np.abs(z))
        return np.asarray(tail / (1 + tail) ** 2)

    def _mean(self, z: Floats) -> Floats:
        return sigmoid(z)

    def _mode(self, z: Floats) -> Integers:
        return (z > 0).astype(np.int64)

    def _sample(self, z: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
        return (rng.random(z.shape) < sigmoid(z)).astype(np.int64)
