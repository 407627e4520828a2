"""How the loss of a network curves in the parameters of one layer, the others held fast."""

from itertools import groupby

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from torch.func import functional_call, grad, jacrev

from mlelib.arguments import Floats, known, real_array
from mlelib.networks.examples import Loss, Parameters, check_problem


def block_spectra(network: nn.Module, loss: Loss, x: Tensor, y: Tensor) -> list[Floats]:
    """The eigenvalues, ascending, of each diagonal block of the Hessian of Σᵢ loss(yᵢ, zᵢ).

    One block for each layer that has parameters, from the input on: the second derivatives in its
    weights and biases. Under a loss that is convex in z, the block of a linear last layer has none
    below 0; nor, almost everywhere, has any block of a ReLU network, whose z is piecewise linear in
    the parameters of one layer.

    Raises
    ------
    ValueError
        If `x` and `y` are not tensors of one length, or `x` does not fit the network.
    """
    check_problem(network, loss, x, y)
    parameters = {name: p.detach() for name, p in network.named_parameters()}
    blocks = block_hessians(network, loss, parameters, x, y)
    checked = [known("x", block.detach().numpy(), finite=True) for block in blocks]
    return [np.asarray(np.linalg.eigvalsh(block), dtype=np.float64) for block in checked]


def block_hessians(
    network: nn.Module, loss: Loss, parameters: Parameters, x: Tensor, y: Tensor
) -> list[Tensor]:
    """The blocks themselves, at any `parameters`; may be mapped over those, x and y by `vmap`."""
    layers = groupby(parameters, key=lambda name: name.rpartition(".")[0])
    blocks = []
    for _, own in layers:
        shapes = {name: parameters[name].shape for name in own}

        def value(flat: Tensor, shapes: dict[str, torch.Size] = shapes) -> Tensor:
            parts = flat.split([shape.numel() for shape in shapes.values()])
            layer = {
                name: part.view(shapes[name]) for name, part in zip(shapes, parts, strict=True)
            }
            return loss(y, functional_call(network, parameters | layer, (x,))).sum()

        flat = torch.cat([parameters[name].reshape(-1) for name in shapes])
        blocks.append(jacrev(grad(value))(flat))
    return blocks


def negative_share(eigenvalues: ArrayLike) -> Floats:
    """ν = Σ|λ₋| / Σ|λ| over the last axis, (..., k) → (...): how much of the curvature is downward.

    0 for a convex function, 1 for a concave one. Eigenvalues within k·2⁻⁵²·max|λ|, the rounding of
    a symmetric eigenproblem, count as 0; where all are 0, so does ν.

    Raises
    ------
    ValueError
        If `eigenvalues` is empty or not finite.
    """
    array = real_array("eigenvalues", eigenvalues)
    if array.ndim == 0:
        raise ValueError("eigenvalues must have an axis, got a single number")
    largest = np.abs(array).max(axis=-1, keepdims=True)
    size = np.ldexp(np.abs(array), -np.frexp(largest)[1])  # of powers of 2: no sum overflows
    rounding = array.shape[-1] * np.finfo(float).eps * size.max(axis=-1, keepdims=True)
    down, total = np.where((array < 0) & (size > rounding), size, 0).sum(axis=-1), size.sum(axis=-1)
    return np.asarray(down / np.where(total == 0, 1, total))
