"""The likelihoods once more, in torch: the same numbers, differentiable by autograd.

Each twin is written so that autograd meets no 0·inf: where a formula for large raw outputs takes
over from one for small, each sees a harmless number on the other's side.
"""

from functools import singledispatch

import numpy as np
import torch
from scipy.special import betaln, gammaln
from torch import Tensor
from torch.nn.functional import logsigmoid

from mlelib.likelihoods import (
    Bernoulli,
    Categorical,
    Gamma,
    Gaussian,
    Laplace,
    Likelihood,
    Poisson,
    ScaledGaussian,
    StudentT,
)
from mlelib.likelihoods.gaussian import HALF_LOG_2PI
from mlelib.networks.examples import dense, spell


def nll(likelihood: Likelihood, y: Tensor, z: Tensor) -> Tensor:
    """−log p(y | z) in nats, (..., n): what `likelihood.nll` gives, as a tensor.

    `y` is (n,), `z` (..., n), or (..., n, m) for m raw outputs. Its gradient by autograd is
    `likelihood.gradient`, its second derivative `likelihood.curvature` (Laplace's kink counts as
    0). It may be used under the transforms of `torch.func`.

    Raises
    ------
    ValueError
        If `likelihood` is none that has a twin, if `z` is no tensor of floating numbers, if its
        shape does not fit, or if `y` is no target of the likelihood; y's numbers cannot be looked
        at where `torch.func.vmap` runs over y itself.
    """
    return _nll(likelihood, _checked(likelihood, y, z), z)


def brier(y: Tensor, z: Tensor) -> Tensor:
    """(y − σ(z))², (..., n), for labels y = 0 or 1: the twin of `BrierObjective`, not a likelihood.

    Raises
    ------
    ValueError
        As `nll` with a Bernoulli.
    """
    return torch.sigmoid((1 - 2 * _checked(Bernoulli(), y, z)) * z) ** 2


@singledispatch
def _nll(likelihood: Likelihood, y: Tensor, z: Tensor) -> Tensor:
    raise ValueError(f"likelihood must be one of mlelib.likelihoods, got {likelihood!r}")


@_nll.register
def _(likelihood: Gaussian, y: Tensor, z: Tensor) -> Tensor:
    sigma = likelihood.sigma
    return ((y - z) / sigma) ** 2 / 2 + float(np.log(sigma) + HALF_LOG_2PI)


@_nll.register
def _(likelihood: ScaledGaussian, y: Tensor, z: Tensor) -> Tensor:
    r, s = y - z[..., 0], z[..., 1]
    hit = (r == 0) & (s < -700)  # 0·e^(−s), where e^(−s) may be inf
    return s + (r * torch.exp(-torch.where(hit, 0.0, s))) ** 2 / 2 + float(HALF_LOG_2PI)


@_nll.register
def _(likelihood: Laplace, y: Tensor, z: Tensor) -> Tensor:
    scale = likelihood.scale
    return (y - z).abs() / scale + float(np.log(2) + np.log(scale))


@_nll.register
def _(likelihood: StudentT, y: Tensor, z: Tensor) -> Tensor:
    df, scale = likelihood.df, likelihood.scale
    u = (y - z) / scale / df**0.5
    far = u.abs() > 1  # log(1 + u²) = 2 log|u| + log(1 + u⁻²), as u² may be out of range
    large, small = torch.where(far, u, 1.0), torch.where(far, 1 / torch.where(far, u, 1.0), u)
    losses = (df + 1) / 2 * (2 * large.abs().log() + torch.log1p(small**2))
    return losses + float(np.log(scale) + np.log(df) / 2 + betaln(0.5, df / 2))


@_nll.register
def _(likelihood: Poisson, y: Tensor, z: Tensor) -> Tensor:
    return torch.exp(z) - y * z + torch.lgamma(y.to(z.dtype) + 1)


@_nll.register
def _(likelihood: Gamma, y: Tensor, z: Tensor) -> Tensor:
    shape, log_y = likelihood.shape, y.to(z.dtype).log()
    losses = shape * (torch.exp(log_y - z) - (log_y - z))
    return losses + log_y + float(gammaln(shape) - shape * np.log(shape))


@_nll.register
def _(likelihood: Bernoulli, y: Tensor, z: Tensor) -> Tensor:
    return -logsigmoid((2 * y - 1) * z)


@_nll.register
def _(likelihood: Categorical, y: Tensor, z: Tensor) -> Tensor:
    """The true class against all others together is a yes or no."""
    true = y[..., None] == torch.arange(likelihood.classes)
    others = z.masked_fill(true, -torch.inf)
    top = others.detach().amax(dim=-1, keepdim=True)  # autograd's logsumexp is coarse at large z
    gap = torch.where(true, z, 0.0).sum(dim=-1) - top.squeeze(-1)
    return -logsigmoid(gap - (others - top).logsumexp(dim=-1))


def _checked(likelihood: Likelihood, y: Tensor, z: Tensor) -> Tensor:
    """y, booleans as numbers."""
    if not isinstance(likelihood, Likelihood):
        raise ValueError(f"likelihood must be one, say Bernoulli(), got {likelihood!r}")
    if not (dense(z) and z.is_floating_point()):
        raise ValueError(f"z must be a tensor of floating numbers, got {spell(z)}")
    if not (dense(y) and y.ndim == 1 and y.dtype != torch.bfloat16):  # which NumPy cannot read
        raise ValueError(f"y must be a tensor of shape (n,), got {spell(y)}")
    wanted = (len(y),) if likelihood.outputs == 1 else (len(y), likelihood.outputs)
    if z.shape[max(z.ndim - len(wanted), 0) :] != wanted:
        spelled = ", ".join(map(str, ("...", *wanted)))
        raise ValueError(f"z must have shape ({spelled}), got {tuple(z.shape)}")
    try:
        numbers = y.detach().numpy()
    except RuntimeError:  # under vmap over y: there are no numbers to look at
        pass
    else:
        likelihood.targets(numbers)
    return y.long() if y.dtype == torch.bool else y
