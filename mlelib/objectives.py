"""The summed negative log posterior of a linear model, up to log p(D)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mlelib.arguments import Floats, known, real_array
from mlelib.likelihoods import Bernoulli, Gaussian, Likelihood
from mlelib.memory import keep_freed
from mlelib.priors import BetaPrior, Flat, Prior

BLOCK = 128_000  # numbers, 1 MB: larger arrays leave the cache, between smaller ones threads wait
TOGETHER = 16  # parameters at least in a block: for one at a time all of X would be read again
THREADS = 2
MANY = 16_000  # rows that are more than their sufficient statistics are worth
TINY = 2.0**-530  # products of two numbers that it has brought down, and sums of many, are in range
LARGEST = float(np.finfo(float).max)


def add_intercept(X: ArrayLike) -> Floats:
    """`X` (n, d) or (n,) with a column of ones before it, so that theta[0] is the intercept.

    Raises
    ------
    ValueError
        If `X` is no finite array of real numbers with one or two axes.
    """
    array = real_array("X", X)
    columns = array[:, None] if array.ndim == 1 else real_array("X", array, (None, None))
    return np.column_stack([np.ones(len(columns)), columns])


@dataclass(frozen=True, eq=False)
class Objective:
    """−Σᵢ log p(yᵢ | xᵢ·θ) − Σⱼ log p(θⱼ), in nats: a sum over all n examples, no mean.

    `X` is (n, d), its own column of ones included (`add_intercept`), `y` is (n,). `theta` is (d,),
    or (d, m) for a likelihood with m raw outputs, and z = X θ is (n,) or (n, m). A result out of
    floating range is ±inf, never nan, and there is no warning.

    Raises
    ------
    ValueError
        If `X` or `y` is not finite, empty or of the wrong shape, if `y` holds what the likelihood
        cannot give, or if the prior does not fit; and for a θ so far out that a sum of infinities
        of both signs is asked for.
    """

    likelihood: Likelihood
    X: Any
    y: Any
    prior: Prior = field(default_factory=Flat)

    def __post_init__(self) -> None:
        if not isinstance(self.likelihood, Likelihood):
            raise ValueError(f"likelihood must be one, say Gaussian(), got {self.likelihood!r}")
        if not isinstance(self.prior, Prior):
            raise ValueError(f"prior must be one, say GaussianPrior(tau=1), got {self.prior!r}")
        X = real_array("X", self.X, (None, None))
        y = self.likelihood.targets(self.y)
        if len(X) != len(y):
            raise ValueError(
                f"X must have one row for each of the {len(y)} entries of y, got shape {X.shape}"
            )
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "y", y)
        object.__setattr__(self, "prior", self.prior.spread(self.shape))
        coin = isinstance(self.likelihood, Bernoulli) and np.all(X == 1)
        if isinstance(self.prior, BetaPrior) and not coin:
            raise ValueError(
                "prior must fit the likelihood: a BetaPrior is over the bias of a coin, a Bernoulli"
                f" whose X is one column of ones, got {self.likelihood} and X of shape {X.shape}"
            )

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of theta: (d,), or (d, m) for m raw outputs."""
        d, m = self.X.shape[1], self.likelihood.outputs
        return (d,) if m == 1 else (d, m)

    def value(self, theta: ArrayLike) -> float:
        """The objective at `theta`."""
        theta = self._parameters(theta)
        with np.errstate(over="ignore", invalid="ignore"):
            losses = self.likelihood._loss(self.y, product(self.X, theta)).sum()
            return float(known("theta", losses + self._constant - self.prior.log_prob(theta).sum()))

    def gradient(self, theta: ArrayLike) -> Floats:
        """Its gradient, of the shape of `theta`; at a kink, the entry of the kink is taken as 0."""
        theta = self._parameters(theta)
        slopes = self.likelihood._gradient(self.y, product(self.X, theta))
        with np.errstate(over="ignore", invalid="ignore"):
            return known("theta", self.X.T @ slopes + self.prior.gradient(theta))

    def hessian(self, theta: ArrayLike) -> Floats:
        """Its second derivatives in `theta.ravel()`, (d, d) or (d·m, d·m); θ[j, k] is j·m + k."""
        theta = self._parameters(theta)
        curvature = self.likelihood._curvature(self.y, product(self.X, theta))
        penalty = np.diag(self.prior.curvature(theta).ravel())
        return known("theta", weighted_gram(self.X, curvature) + penalty)

    def values(self, thetas: ArrayLike) -> Floats:
        """The objective at many parameters: `thetas` (..., d) or (..., d, m), the result (...).

        In bounded memory, whatever n and the number of parameters: see `summed_losses`. A Gaussian
        with many examples goes over them once, not once for each parameter.
        """
        batch, axes = parameter_batch(thetas, self.shape)
        losses = summed_losses(self.likelihood._loss, *self._sufficient, batch)
        with np.errstate(over="ignore", invalid="ignore"):
            penalty = -self.prior.log_prob(batch).reshape(len(batch), -1).sum(axis=1)
            return known("thetas", (losses + penalty + self._constant).reshape(axes))

    @cached_property
    def _sufficient(self) -> tuple[Floats, NDArray[Any]]:
        """X and y; of many rows under a Gaussian, d + 1 that have the same ‖y − X θ‖ at every θ.

        They are the triangle R of (X, y) = Q R, which stands for all rows as Q is orthonormal.
        """
        X, y = self.X, self.y
        if not isinstance(self.likelihood, Gaussian) or len(y) <= MANY:
            return X, y
        d = X.shape[1]
        R, size = np.empty((0, d + 1)), max(1, MANY // (d + 1))
        for row in range(0, len(y), size):
            some = np.column_stack([X[row : row + size], y[row : row + size]])
            R = np.asarray(np.linalg.qr(np.vstack([R, some]), mode="r"))
        return (R[:, :d], R[:, d]) if np.isfinite(R).all() else (X, y)

    @cached_property
    def _constant(self) -> float:
        return float(self.likelihood._constant(self.y).sum())

    def _parameters(self, theta: ArrayLike) -> Floats:
        return real_array("theta", theta, self.shape)


def product(A: Floats, B: Floats) -> Floats:
    """A @ B, cut to the floating range: no entry is inf or nan, whatever overflows on the way."""
    with np.errstate(over="ignore", invalid="ignore"):
        z = A @ B
        if not np.isfinite(z.sum()):
            z = (A * TINY) @ (B * TINY) / TINY / TINY
            z = np.clip(z, -LARGEST, LARGEST)
    return np.asarray(z)


def parameter_batch(thetas: ArrayLike, shape: tuple[int, ...]) -> tuple[Floats, tuple[int, ...]]:
    """`thetas` (..., *shape) in one row, (b, *shape), and the axes that were before, (...).

    Raises
    ------
    ValueError
        If `thetas` is not finite or does not end in `shape`.
    """
    array = real_array("thetas", thetas)
    axes = max(array.ndim - len(shape), 0)
    if array.shape[axes:] != shape:
        spelled = ", ".join(map(str, ("...", *shape)))
        raise ValueError(f"thetas must have shape ({spelled}), got {array.shape}")
    return array.reshape(-1, *shape), array.shape[:axes]


def summed_losses(
    loss: Callable[[NDArray[Any], Floats], Floats], X: Floats, y: NDArray[Any], thetas: Floats
) -> Floats:
    """Σᵢ loss(yᵢ, xᵢ·θ) at each of `thetas` (b, d) or (b, d, m), the result (b,).

    The raw outputs of all rows at all parameters would fill memory, so they are made and summed in
    blocks of `BLOCK` numbers in `THREADS` threads: 2 MB, and a few times that for what the loss
    makes of them, whatever n and b.
    """
    outputs = thetas[:, 0].size  # of all parameters, for one row
    if len(X) * outputs <= BLOCK:  # less than threads are worth
        return _in_blocks(loss, X, y, thetas)
    keep_freed()

    def share(part: Floats) -> Floats:
        return _in_blocks(loss, X, y, part)

    with ThreadPoolExecutor(THREADS) as threads:
        return np.concatenate(list(threads.map(share, np.array_split(thetas, THREADS))))


def _in_blocks(
    loss: Callable[[NDArray[Any], Floats], Floats], X: Floats, y: NDArray[Any], thetas: Floats
) -> Floats:
    total = np.zeros(len(thetas))
    outputs = 1 if thetas.ndim == 2 else thetas.shape[2]
    rows = max(1, min(len(X), BLOCK // outputs // TOGETHER))
    size = max(1, BLOCK // (rows * outputs))
    for row in range(0, len(X), rows):
        some, targets = X[row : row + rows], y[row : row + rows]
        for start in range(0, len(thetas), size):
            block = thetas[start : start + size]
            with np.errstate(over="ignore", invalid="ignore"):
                # (b, n) or (b, n, m)
                z = product(block, some.T) if block.ndim == 2 else product(some, block)
                total[start : start + size] += loss(targets, z).sum(axis=1)
    return total


def weighted_gram(X: Floats, weights: Floats) -> Floats:
    """Σᵢ xᵢ xᵢᵀ wᵢ, (d, d); for weights (n, m, m), (d·m, d·m) in the order of `theta.ravel()`."""
    size = X.shape[1] * weights.shape[-1]
    with np.errstate(over="ignore", invalid="ignore"):
        if weights.ndim == 1:
            return np.asarray(X.T @ (weights[:, None] * X))
        blocks = np.einsum("ni,nkl,nj->ikjl", X, weights, X, optimize=True)
    return np.asarray(blocks.reshape(size, size))
