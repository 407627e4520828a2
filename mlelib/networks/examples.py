"""What the parts of this package share: names of types, and the check of x and y."""

from collections.abc import Callable
from typing import Any

from torch import Tensor

Loss = Callable[[Tensor, Tensor], Tensor]
Parameters = dict[str, Tensor]


def check_examples(x: Tensor, y: Tensor) -> int:
    """n, the number of examples; ValueError unless x is (n, d) floating and y (n,) tensors."""
    if not (isinstance(x, Tensor) and x.is_floating_point() and x.ndim == 2):
        raise ValueError(f"x must be a tensor of floating numbers, (n, d), got {spell(x)}")
    if not (isinstance(y, Tensor) and y.shape == x.shape[:1]):
        raise ValueError(f"y must be a tensor of shape ({len(x)},), got {spell(y)}")
    return len(x)


def spell(value: Any) -> str:
    """What a value is, for a message: type and shape of a tensor, the type of anything else."""
    if isinstance(value, Tensor):
        return f"{value.dtype} of shape {tuple(value.shape)}"
    return type(value).__name__
