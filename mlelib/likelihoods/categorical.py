"""One of K classes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mlelib.arguments import Floats, Integers, labels, positive
from mlelib.likelihoods.base import Likelihood
from mlelib.numerics import log_softmax, softmax


@dataclass(frozen=True)
class Categorical(Likelihood):
    """p(y = k) = exp(zₖ) / Σⱼ exp(zⱼ) for labels y = 0 … K − 1, K = `classes`; z is (..., n, K).

    nll = log Σⱼ exp(zⱼ) − z_y, the cross-entropy of the softmax to the label's one-hot row. The
    constant is 0. Adding a number to all of an example's z changes nothing.

    `mean` is the vector of probabilities, (..., n, K): the mean of the one-hot row. `mode` is the
    most probable label, and the lowest of those at a tie.

    Raises
    ------
    ValueError
        If `classes` is not a whole number, 2 or more.
    """

    classes: int

    def __post_init__(self) -> None:
        classes = positive("classes", self.classes)
        if classes < 2 or classes != int(classes):
            raise ValueError(f"classes must be a whole number, 2 or more, got {self.classes}")
        object.__setattr__(self, "classes", int(classes))

    @property
    def outputs(self) -> int:
        return self.classes

    def targets(self, y: ArrayLike) -> Integers:
        return labels("y", y, self.classes)

    def _loss(self, y: Integers, z: Floats) -> Floats:
        return np.asarray(-log_softmax(z)[..., np.arange(len(y)), y])

    def _constant(self, y: Integers) -> Floats:
        return np.zeros(y.shape)

    def _gradient(self, y: Integers, z: Floats) -> Floats:
        slopes, each = softmax(z), np.arange(len(y))
        slopes[..., each, y] = 0.0
        slopes[..., each, y] = -slopes.sum(axis=-1)  # p − 1 without the cancellation
        return slopes

    def _curvature(self, y: Integers, z: Floats) -> Floats:
        p = softmax(z)
        matrix = -p[..., :, None] * p[..., None, :]
        k = np.arange(self.classes)
        matrix[..., k, k] = 0.0
        matrix[..., k, k] = -matrix.sum(axis=-1)  # pₖ(1 − pₖ) without the cancellation
        return matrix

    def _mean(self, z: Floats) -> Floats:
        return softmax(z)

    def _mode(self, z: Floats) -> Integers:
        return np.asarray(z.argmax(axis=-1))

    def _sample(self, z: Floats, rng: np.random.Generator) -> Integers:
        # the largest of independent Gumbels shifted by zₖ is the k-th with probability pₖ
        return np.asarray((log_softmax(z) + rng.gumbel(size=z.shape)).argmax(axis=-1))
