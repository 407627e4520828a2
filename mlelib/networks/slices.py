"""The loss of a network over a plane through its parameters."""

from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.func import vmap

from mlelib.arguments import real_array, seed_number
from mlelib.landscapes import Landscape
from mlelib.memory import keep_freed
from mlelib.networks.batched import outputs
from mlelib.networks.examples import Loss, Parameters, check_network, check_problem, dense

BLOCK = 400_000  # numbers: 3 MB


def filter_normalised(network: nn.Module, seed: int = 0) -> tuple[Parameters, Parameters]:
    """Two random directions in the space of the parameters, each filter as long as the network's.

    A filter is the row of weights that makes one unit's input. Each direction is Gaussian, each row
    then scaled to the norm of the network's row, and 0 for the biases. So two slices can be
    compared though one network's weights are larger: a ReLU layer times c and the next one over c
    are the same network, and get the same picture.

    Source: Li et al. (2018), *Visualizing the loss landscape of neural nets*, section 4; biases
    stay as they are in the authors' code.

    Raises
    ------
    ValueError
        If `network` is none, or `seed` is no whole number that torch takes.
    """
    check_network(network)
    generator = torch.Generator().manual_seed(seed_number("seed", seed))

    def direction(parameter: Tensor) -> Tensor:
        if parameter.ndim < 2:
            return torch.zeros_like(parameter)
        random = torch.randn(parameter.shape, dtype=parameter.dtype, generator=generator)
        axes = tuple(range(1, parameter.ndim))
        ours, theirs = (t.norm(dim=axes, keepdim=True) for t in (random, parameter.detach()))
        scaled: Tensor = random * (theirs / ours)
        return scaled

    first, second = (
        {name: direction(p) for name, p in network.named_parameters()} for _ in range(2)
    )
    return first, second


def landscape(
    network: nn.Module,
    loss: Loss,
    x: Tensor,
    y: Tensor,
    directions: tuple[Parameters, Parameters],
    a: ArrayLike,
    b: ArrayLike,
) -> Landscape:
    """Σᵢ loss(yᵢ, zᵢ) with the network's parameters at θ + a·first + b·second.

    `a` (columns,) and `b` (rows,) are where the plane is looked at; (0, 0) is the network as it is.
    Many points are seen at once, as many as have `BLOCK` parameters or outputs, or one at least: a
    few arrays of 3 MB, whatever n and the grid.

    Raises
    ------
    ValueError
        If `x` and `y` are not tensors of one length or `x` does not fit the network, `a` or `b` is
        no vector of finite numbers, or `directions` are not two, each with the names and shapes of
        the network's parameters.
    """
    outputs_here = check_problem(network, loss, x, y).numel()
    columns, rows = real_array("a", a, (None,)), real_array("b", b, (None,))
    center = {name: p.detach() for name, p in network.named_parameters()}
    shapes = {name: p.shape for name, p in center.items()}
    if not isinstance(directions, tuple | list) or [*map(_shapes, directions)] != [shapes, shapes]:
        raise ValueError(f"directions must be two, each with tensors of the shapes {shapes}")
    across, along = (torch.tensor(t.ravel(), dtype=x.dtype) for t in np.meshgrid(columns, rows))
    steps = torch.stack([torch.ones_like(across), across, along], dim=1)
    plane = torch.stack(
        [
            torch.cat([tensors[name].reshape(-1) for name in shapes])
            for tensors in (center, *directions)
        ]
    ).to(x.dtype)
    sizes = [shape.numel() for shape in shapes.values()]
    block = max(1, BLOCK // max(plane.shape[1], outputs_here))
    keep_freed()

    def values(some: Tensor) -> Tensor:
        parts = zip(shapes.items(), (some @ plane).split(sizes, dim=1), strict=True)
        moved = {name: part.view(-1, *shape) for (name, shape), part in parts}
        return vmap(partial(loss, y))(outputs(network, moved, x)).sum(dim=1)

    everywhere = torch.cat([values(some) for some in steps.split(block)]).detach()
    return Landscape(columns, rows, np.asarray(everywhere).reshape(len(rows), len(columns)))


def _shapes(direction: Any) -> dict[str, torch.Size] | None:
    """The shapes of a dictionary of tensors of floating numbers; None if it is anything else."""
    if not isinstance(direction, dict):
        return None
    tensors = direction.values()
    if not all(dense(tensor) and tensor.is_floating_point() for tensor in tensors):
        return None
    return {name: tensor.shape for name, tensor in direction.items()}
