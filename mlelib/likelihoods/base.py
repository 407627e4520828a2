"""What all likelihoods share: the arguments' checks, and the public methods that make them.

The public methods check their arguments and then call their namesake with an underscore, which
does not check: for callers inside the package that go over the same y many times. Those take y as
`targets` returned it and a float64 z that fits, and neither of them warns about overflow. `_loss`
and `_nll` may write over z.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mlelib.arguments import Booleans, Floats, real_array


class Likelihood(ABC):
    """p(y | z), the distribution of a target y given a model's raw output z.

    `y` is (n,) and `z` is (..., n), or (..., n, m) for a likelihood of m raw `outputs`; leading
    axes are a batch, say of parameters. All values are per example and in nats, nothing is reduced.

    Every method raises `ValueError`, naming the argument, for input of another shape, empty, not
    finite, not of real numbers, or for targets that the distribution cannot give.

    A result out of floating range is ±inf, never nan, and there is no warning. Bernoulli and
    Categorical (K ≤ 50) give log_prob within 4 units in the last place, however large or small z;
    the others within 1e-14 of its largest term.
    """

    @property
    def outputs(self) -> int:
        """m, the number of raw outputs for each example."""
        return 1

    def log_prob(self, y: ArrayLike, z: ArrayLike) -> Floats:
        """log p(y | z), of shape (..., n): the log of a density where y is continuous."""
        return -self.nll(y, z)

    def nll(self, y: ArrayLike, z: ArrayLike) -> Floats:
        """−log p(y | z) = loss + constant, (..., n)."""
        targets, outputs = self._checked(y, z)
        return self._nll(targets, outputs.copy())

    def loss(self, y: ArrayLike, z: ArrayLike) -> Floats:
        """The nll without the terms that the textbook drops, (..., n)."""
        targets, outputs = self._checked(y, z)
        return self._loss(targets, outputs.copy())

    def constant(self, y: ArrayLike) -> Floats:
        """What the textbook drops, (n,): it depends on y at most, never on z."""
        return self._constant(self.targets(y))

    def gradient(self, y: ArrayLike, z: ArrayLike) -> Floats:
        """The nll's first derivative in z, of the shape of z."""
        return self._gradient(*self._checked(y, z))

    def curvature(self, y: ArrayLike, z: ArrayLike) -> Floats:
        """The nll's second derivative in z, (..., n), or (..., n, m, m) for m raw outputs."""
        return self._curvature(*self._checked(y, z))

    def mean(self, z: ArrayLike) -> Floats:
        """E[y | z], (..., n)."""
        return self._mean(self._raw(z))

    def mode(self, z: ArrayLike) -> NDArray[Any]:
        """The y of the largest probability or density, (..., n)."""
        return self._mode(self._raw(z))

    def sample(self, z: ArrayLike, rng: np.random.Generator) -> NDArray[Any]:
        """One draw of y for each example, (..., n)."""
        if not isinstance(rng, np.random.Generator):
            raise ValueError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
        return self._sample(self._raw(z), rng)

    def targets(self, y: ArrayLike) -> NDArray[Any]:
        """`y` as the methods with an underscore take it: checked, and whole numbers if labels."""
        return real_array("y", y, (None,))

    def _checked(self, y: ArrayLike, z: ArrayLike) -> tuple[NDArray[Any], Floats]:
        targets = self.targets(y)
        return targets, self._raw(z, len(targets))

    def _raw(self, z: ArrayLike, n: int | None = None) -> Floats:
        array = real_array("z", z)
        wanted = (n,) if self.outputs == 1 else (n, self.outputs)
        actual = array.shape[-len(wanted) :]
        if len(actual) < len(wanted) or any(
            w is not None and a != w for a, w in zip(actual, wanted, strict=True)
        ):
            spelled = ", ".join("n" if size is None else str(size) for size in wanted)
            raise ValueError(f"z must have shape (..., {spelled}), got {array.shape}")
        return array

    def _nll(self, y: NDArray[Any], z: Floats) -> Floats:
        return self._loss(y, z) + self._constant(y)

    @abstractmethod
    def _loss(self, y: NDArray[Any], z: Floats) -> Floats: ...
    @abstractmethod
    def _constant(self, y: NDArray[Any]) -> Floats: ...
    @abstractmethod
    def _gradient(self, y: NDArray[Any], z: Floats) -> Floats: ...
    @abstractmethod
    def _curvature(self, y: NDArray[Any], z: Floats) -> Floats: ...
    @abstractmethod
    def _mean(self, z: Floats) -> Floats: ...
    @abstractmethod
    def _mode(self, z: Floats) -> NDArray[Any]: ...
    @abstractmethod
    def _sample(self, z: Floats, rng: np.random.Generator) -> NDArray[Any]: ...


def mended(result: Floats, wrong: Booleans, other: Callable[[], Floats]) -> Floats:
    """`result`, and what `other` gives where it is `wrong`: not asked for where nothing is."""
    return np.where(wrong, other(), result) if np.any(wrong) else np.asarray(result)
