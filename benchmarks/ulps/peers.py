"""The same quantities by scipy.stats and by torch, as their documentation says to get them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from scipy import special, stats
from torch import Tensor
from torch import distributions as dist
from torch.nn import functional

from ulps.meter import Array

Scipy = Callable[[Array, Array], Any]  # (y, z) -> log p(y | z)
Torch = Callable[[Tensor, Tensor], Any]


def gaussian(sigma: float) -> tuple[Scipy, Torch]:
    return (
        lambda y, z: stats.norm.logpdf(y, z, sigma),
        lambda y, z: dist.Normal(z, sigma).log_prob(y),
    )


def scaled_gaussian() -> tuple[Scipy, Torch]:
    """torch's loss clips variances at `eps`; without that it is right more often."""

    def log_prob(y: Tensor, z: Tensor) -> Tensor:
        variance = torch.exp(2 * z[:, 1])
        return -functional.gaussian_nll_loss(
            z[:, 0], y, variance, full=True, eps=0.0, reduction="none"
        )

    return lambda y, z: stats.norm.logpdf(y, z[:, 0], np.exp(z[:, 1])), log_prob


def laplace(scale: float) -> tuple[Scipy, Torch]:
    return (
        lambda y, z: stats.laplace.logpdf(y, z, scale),
        lambda y, z: dist.Laplace(z, scale).log_prob(y),
    )


def student_t(df: float, scale: float) -> tuple[Scipy, Torch]:
    return (
        lambda y, z: stats.t.logpdf(y, df, z, scale),
        lambda y, z: dist.StudentT(df, z, scale).log_prob(y),
    )


def poisson() -> tuple[Scipy, Torch]:
    """torch's loss and what it leaves out; `full=True` would add a rough approximation of that."""

    def log_prob(y: Tensor, z: Tensor) -> Tensor:
        return -functional.poisson_nll_loss(z, y, reduction="none") - torch.lgamma(y + 1)

    return lambda y, z: stats.poisson.logpmf(y, np.exp(z)), log_prob


def gamma(shape: float) -> tuple[Scipy, Torch]:
    return (
        lambda y, z: stats.gamma.logpdf(y, shape, scale=np.exp(z) / shape),
        lambda y, z: dist.Gamma(shape, shape * torch.exp(-z)).log_prob(y),
    )


def bernoulli() -> tuple[Scipy, Torch]:
    def log_prob(y: Tensor, z: Tensor) -> Tensor:
        return -functional.binary_cross_entropy_with_logits(z, y.double(), reduction="none")

    return lambda y, z: stats.bernoulli.logpmf(y, special.expit(z)), log_prob


def categorical() -> tuple[Scipy, Torch]:
    def logpmf(y: Array, z: Array) -> Array:
        rows = np.eye(z.shape[1], dtype=int)[y]
        return np.asarray(stats.multinomial.logpmf(rows, 1, special.softmax(z, axis=1)))

    return logpmf, lambda y, z: -functional.cross_entropy(z, y, reduction="none")


def by_scipy(log_prob: Scipy, y: Array, z: Array) -> dict[str, Array]:
    """It has no derivatives."""
    with np.errstate(all="ignore"):
        return {"log_prob": log_prob(y, z)[:, None]}


def by_torch(log_prob: Torch, y: Array, z: Array) -> dict[str, Array]:
    """The derivatives are autograd's, of −log p: of a matrix the upper triangle."""
    dist.Distribution.set_default_validate_args(False)
    targets, raw = torch.tensor(y), torch.tensor(z, requires_grad=True)
    values = log_prob(targets, raw)
    (slopes,) = torch.autograd.grad(-values.sum(), raw, create_graph=True)
    flat = slopes.reshape(len(y), -1)
    rows = [_slopes(flat[:, k].sum(), raw).reshape(len(y), -1)[:, k:] for k in range(flat.shape[1])]
    answers = {"log_prob": values[:, None], "gradient": flat, "curvature": torch.cat(rows, dim=1)}
    return {name: answer.detach().numpy() for name, answer in answers.items()}


def _slopes(value: Tensor, raw: Tensor) -> Tensor:
    """Zeros where the value does not depend on `raw`, say a Laplace's slope."""
    if not value.requires_grad:
        return torch.zeros_like(raw)
    (slopes,) = torch.autograd.grad(value, raw, retain_graph=True, allow_unused=True)
    return torch.zeros_like(raw) if slopes is None else slopes
