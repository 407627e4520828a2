"""One network at many parameters at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from mlelib.networks.examples import Parameters
from mlelib.networks.training import MLP

BLOCK = 160_000  # numbers: with smaller blocks two threads spend their time waiting for Python
THREADS = 2


def outputs(network: nn.Module, parameters: Parameters, x: Tensor) -> Tensor:
    """z (p, n) or (p, n, m) of `network` on x (n, d), for `parameters` with an axis (p,) in front.

    They are seen in `THREADS` threads, each a block of as many parameters at a time as a layer
    makes `BLOCK` numbers of, or one. Any network will do; one that `mlp` made goes several times
    as fast.
    """
    evaluate: Callable[[nn.Module, Parameters, Tensor], Tensor] = (
        _perceptrons if isinstance(network, MLP) else _any
    )
    widest = max(max(p[0].numel(), len(x) * p.shape[1:2].numel()) for p in parameters.values())
    block = max(1, BLOCK // widest)
    split = {name: p.split(block) for name, p in parameters.items()}
    blocks = [dict(zip(split, own, strict=True)) for own in zip(*split.values(), strict=True)]
    with ThreadPoolExecutor(THREADS) as threads:
        return torch.cat(list(threads.map(lambda own: evaluate(network, own, x), blocks)))


def _any(network: nn.Module, parameters: Parameters, x: Tensor) -> Tensor:
    z: Tensor = vmap(lambda own: functional_call(network, own, (x,)))(parameters)
    return z


@np.errstate(over="ignore", invalid="ignore")
def _perceptrons(network: nn.Module, parameters: Parameters, x: Tensor) -> Tensor:
    """In NumPy, whose tanh takes less than half the time of torch's, and in place."""
    h = x.detach().numpy().T  # units before examples: long rows for what is added and squashed
    for name, layer in network.named_children():
        match layer:
            case nn.Linear():
                h = parameters[f"{name}.weight"].numpy() @ h  # (p, units, n)
                h += parameters[f"{name}.bias"].numpy()[:, :, None]
            case nn.Tanh():
                np.tanh(h, out=h)
            case nn.ReLU():
                np.maximum(h, 0, out=h)
            case nn.Flatten():
                h = h[:, 0]
    return torch.from_numpy(h if h.ndim == 2 else h.swapaxes(1, 2))
