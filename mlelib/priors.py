"""Priors over parameters: independent densities, one for each parameter, in nats.

Every prior has `log_prob(theta)`, `gradient(theta)` and `curvature(theta)`, each of the shape of
`theta`: one entry for each parameter, nothing summed. As for a likelihood, `gradient` and
`curvature` are those of the *negative* log-density, the penalty that the prior adds to a loss.

A `mask` is True where the prior leaves a parameter alone, as one does with an intercept:
`GaussianPrior(tau=1.0, mask=[True, False])`. There the prior is flat and its entries are 0.
"""

from abc import ABC, abstractmethod
from copy import copy
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, expit, log_expit

from mlelib.arguments import Floats, booleans, one_of, positive, real_array, sizes, whole

Mask = NDArray[np.bool_]
Shape = tuple[int, ...]


class Prior(ABC):
    """What an objective asks of a prior. `ValueError` for a theta that is not finite."""

    @abstractmethod
    def log_prob(self, theta: ArrayLike) -> Floats:
        """log p(θ), one entry for each parameter."""

    @abstractmethod
    def gradient(self, theta: ArrayLike) -> Floats:
        """The first derivative of −log p(θ), likewise."""

    @abstractmethod
    def curvature(self, theta: ArrayLike) -> Floats:
        """The second derivative of −log p(θ), likewise."""

    @abstractmethod
    def spread(self, shape: Shape) -> Self:
        """This prior for parameters of `shape`; `ValueError` if it does not fit them."""

    @abstractmethod
    def felt(self, shape: Shape) -> Mask:
        """True where the prior acts, for parameters of `shape`."""


@dataclass(frozen=True)
class Flat(Prior):
    """log p(θ) = 0: no density, and flat in *this* parametrisation only. MAP is then the MLE."""

    def log_prob(self, theta: ArrayLike) -> Floats:
        return np.zeros_like(real_array("theta", theta))

    def gradient(self, theta: ArrayLike) -> Floats:
        return np.zeros_like(real_array("theta", theta))

    def curvature(self, theta: ArrayLike) -> Floats:
        return np.zeros_like(real_array("theta", theta))

    def spread(self, shape: Shape) -> Self:
        sizes("shape", shape)
        return self

    def felt(self, shape: Shape) -> Mask:
        return np.zeros(sizes("shape", shape), dtype=bool)


class _Masked(Prior):
    """The part that the Gaussian and the Laplace prior share: a mask of what they leave alone."""

    mask: Any

    def _check_mask(self) -> None:
        if self.mask is None:
            return
        mask = booleans("mask", self.mask)
        if mask.ndim not in (1, 2):
            raise ValueError(
                f"mask must hold booleans, one for each parameter, got shape {mask.shape}"
            )
        object.__setattr__(self, "mask", mask)

    def spread(self, shape: Shape) -> Self:
        """This prior for parameters of `shape`, (d,) or (d, m); a mask (d,) covers all m outputs.

        Raises
        ------
        ValueError
            If the mask has another shape.
        """
        shape = sizes("shape", shape)
        if self.mask is None or self.mask.shape == shape:
            return self
        if len(shape) != 2 or self.mask.shape != shape[:1]:
            raise ValueError(f"mask must have the shape of theta, {shape}, got {self.mask.shape}")
        spread = copy(self)
        object.__setattr__(spread, "mask", np.repeat(self.mask[:, None], shape[1], axis=1))
        return spread

    def felt(self, shape: Shape) -> Mask:
        shape = sizes("shape", shape)
        return np.ones(shape, dtype=bool) if self.mask is None else ~self.spread(shape).mask

    def _where_felt(self, entries: Floats) -> Floats:
        if self.mask is None:
            return entries
        if entries.shape[-self.mask.ndim :] != self.mask.shape:
            raise ValueError(
                f"theta must have the shape of the mask, {self.mask.shape}, got {entries.shape}"
            )
        return np.where(self.mask, 0.0, entries)


@dataclass(frozen=True, eq=False)
class GaussianPrior(_Masked):
    """log p(θ) = −θ²/(2τ²) − ½ log 2πτ²: weight decay. `tau` is the standard deviation.

    Raises
    ------
    ValueError
        If `tau` is not a finite number above 0, or the mask holds anything but booleans.
    """

    tau: float
    mask: Any = None

    def __post_init__(self) -> None:
        self._check_mask()
        object.__setattr__(self, "tau", positive("tau", self.tau))

    def log_prob(self, theta: ArrayLike) -> Floats:
        with np.errstate(over="ignore"):
            square = (real_array("theta", theta) / self.tau) ** 2
        return self._where_felt(-0.5 * square - np.log(self.tau) - 0.5 * np.log(2 * np.pi))

    def gradient(self, theta: ArrayLike) -> Floats:
        with np.errstate(over="ignore"):
            return self._where_felt(real_array("theta", theta) / self.tau / self.tau)

    def curvature(self, theta: ArrayLike) -> Floats:
        return self._where_felt(np.full_like(real_array("theta", theta), 1 / self.tau / self.tau))

    def weight_decay(
        self,
        n: int,
        loss: Literal["nll", "half squared error", "squared error"] = "nll",
        sigma: float | None = None,
    ) -> float:
        """The λ for which the mean `loss` over n examples plus (λ/2)‖w‖² is least at the MAP.

        ==================  =======================  ============
        loss                the mean of              λ
        ==================  =======================  ============
        nll                 −log p(y | z)            1/(nτ²)
        half squared error  (y − μ)²/2               σ²/(nτ²)
        squared error       (y − μ)²                 2σ²/(nτ²)
        ==================  =======================  ============

        For a loss that is a sum and no mean, take n = 1. `torch.optim.SGD` calls λ `weight_decay`.
        The squared errors drop the Gaussian's 1/σ², so they ask for `sigma`; the nll has it inside.

        Raises
        ------
        ValueError
            If `n` is no whole number above 0, `loss` is another, or `sigma` missing or unasked for.
        """
        examples = whole("n", n, 1)
        factors = {"nll": 1.0, "half squared error": 1.0, "squared error": 2.0}
        one_of("loss", loss, factors)
        if (sigma is None) != (loss == "nll"):
            raise ValueError(f"sigma goes with the squared errors and only with them, got {sigma}")
        noise = 1.0 if sigma is None else positive("sigma", sigma)
        with np.errstate(over="ignore"):
            return float(factors[loss] * np.square(noise / self.tau) / examples)


@dataclass(frozen=True, eq=False)
class LaplacePrior(_Masked):
    """log p(θ) = −|θ|/b − log 2b, b = `scale`: the lasso's penalty. Its standard deviation is √2 b.

    At the kink θ = 0 the gradient is given as 0, the smallest subgradient, and the curvature is 0
    everywhere else too.

    Raises
    ------
    ValueError
        If `scale` is not a finite number above 0, or the mask holds anything but booleans.
    """

    scale: float
    mask: Any = None

    def __post_init__(self) -> None:
        self._check_mask()
        object.__setattr__(self, "scale", positive("scale", self.scale))

    def log_prob(self, theta: ArrayLike) -> Floats:
        with np.errstate(over="ignore"):
            distance = np.abs(real_array("theta", theta)) / self.scale
        return self._where_felt(-distance - np.log(2 * self.scale))

    def gradient(self, theta: ArrayLike) -> Floats:
        with np.errstate(over="ignore"):
            return self._where_felt(np.sign(real_array("theta", theta)) / self.scale)

    def curvature(self, theta: ArrayLike) -> Floats:
        return np.zeros_like(real_array("theta", theta))


@dataclass(frozen=True)
class BetaPrior(Prior):
    """log p(π) = (a − 1) log π + (b − 1) log(1 − π) − log B(a, b): a coin's bias π before the data.

    It goes with a `Bernoulli` whose `X` is a single column of ones, where the one parameter θ is
    the log-odds. The density is one over the *probability* π = 1/(1 + e^−θ), and θ only says where
    it is read off: no Jacobian enters. The posterior's mode is then (heads + a − 1)/(n + a + b − 2)
    as a probability, and a = b = 1 gives the MLE heads/n. The mode of the density of θ itself would
    lie elsewhere, for a density's mode moves with the parametrisation.

    Raises
    ------
    ValueError
        If `a` or `b` is not a finite number above 0.
    """

    a: float
    b: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "a", positive("a", self.a))
        object.__setattr__(self, "b", positive("b", self.b))

    def log_prob(self, theta: ArrayLike) -> Floats:
        logit = real_array("theta", theta)
        with np.errstate(over="ignore"):
            heads, tails = (self.a - 1) * log_expit(logit), (self.b - 1) * log_expit(-logit)
        return np.asarray(heads + tails - betaln(self.a, self.b))

    def gradient(self, theta: ArrayLike) -> Floats:
        logit = real_array("theta", theta)
        return np.asarray((self.b - 1) * expit(logit) - (self.a - 1) * expit(-logit))

    def curvature(self, theta: ArrayLike) -> Floats:
        logit = real_array("theta", theta)
        return np.asarray((self.a + self.b - 2) * expit(logit) * expit(-logit))

    def spread(self, shape: Shape) -> Self:
        """This prior, if there is one parameter for it.

        Raises
        ------
        ValueError
            If there is more than one.
        """
        if sizes("shape", shape) != (1,):
            raise ValueError(
                "prior must fit theta: a BetaPrior is over one probability, so X must be a single "
                f"column of ones, got parameters of shape {shape}"
            )
        return self

    def felt(self, shape: Shape) -> Mask:
        return np.ones(sizes("shape", shape), dtype=bool)
