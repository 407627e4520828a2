"""What the parts of this package share: names of types, and the check of x and y."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from mlelib.arguments import able

Loss = Callable[[Tensor, Tensor], Tensor]
Parameters = dict[str, Tensor]


def check_examples(x: Tensor, y: Tensor) -> int:
    """n, the number of examples; ValueError unless x is (n, d) floating and y (n,) tensors."""
    if not (dense(x) and x.is_floating_point() and x.ndim == 2):
        raise ValueError(f"x must be a tensor of floating numbers, (n, d), got {spell(x)}")
    if not (dense(y) and y.shape == x.shape[:1] and not y.is_complex()):
        raise ValueError(
            f"y must be a tensor of shape ({len(x)},), of real numbers, got {spell(y)}"
        )
    return len(x)


def check_network(network: nn.Module) -> None:
    """ValueError unless `network` is one."""
    if not isinstance(network, nn.Module):
        raise ValueError(f"network must be a torch.nn.Module, got {spell(network)}")


def check_problem(network: nn.Module, loss: Loss, x: Tensor, y: Tensor) -> Tensor:
    """z of `network` on `x`; ValueError too if `network` or `loss` is none, or `x` does not fit."""
    check_examples(x, y)
    check_network(network)
    able("loss", loss)
    try:
        with torch.no_grad():
            z: Tensor = network(x)
    except RuntimeError as error:
        raise ValueError(f"x must fit the network: {error}") from error
    return z


def dense(value: Any) -> bool:
    """Is it a tensor of numbers that can be read, neither sparse nor torch's placeholder?"""
    return isinstance(value, Tensor) and value.layout == torch.strided and not value.is_meta


def spell(value: Any) -> str:
    """What a value is, for a message: type and shape of a tensor, the type of anything else."""
    if isinstance(value, Tensor):
        kind = "" if dense(value) else "sparse or meta "
        return f"{kind}{value.dtype} of shape {tuple(value.shape)}"
    return type(value).__name__
