"""One of K classes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from mlelib.arguments import Floats, Integers, labels, whole
from mlelib.likelihoods.base import Likelihood
from mlelib.numerics import log_softmax, softmax, softmax_and_rest


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
        object.__setattr__(self, "classes", whole("classes", self.classes, 2))

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
        slopes, rest = softmax_and_rest(z)
        each = np.arange(len(y))
        slopes[..., each, y] = -rest[..., each, y]  # p − 1 without the cancellation
        return slopes

    def _curvature(self, y: Integers, z: Floats) -> Floats:
        p, rest = softmax_and_rest(z)
        matrix = -p[..., :, None] * p[..., None, :]
        k = np.arange(self.classes)
        matrix[..., k, k] = p * rest  # pₖ(1 − pₖ) without the cancellation
        return matrix

    def _mean(self, z: Floats) -> Floats:
        return softmax(z)

    def _mode(self, z: Floats) -> Integers:
        return np.asarray(z.argmax(axis=-1))

    def _sample(self, z: Floats, rng: np.random.Generator) -> Integers:
        # the largest of independent Gumbels shifted by zₖ is the k-th with probability pₖ
        return np.asarray((log_softmax(z) + rng.gumbel(size=z.shape)).argmax(axis=-1))
