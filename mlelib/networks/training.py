"""Small fully connected networks, and a training loop that keeps what there is to look at."""

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from mlelib.arguments import Floats, able, one_of, real_array, seed_number, whole
from mlelib.networks.examples import Loss, Parameters, check_problem

ACTIVATIONS: dict[str, type[nn.Module]] = {"tanh": nn.Tanh, "relu": nn.ReLU}


class MLP(nn.Sequential):
    """Linear layers with activations between them; the output's axis is dropped if it is 1 long."""


def mlp(widths: Sequence[int], activation: str = "tanh", seed: int = 0) -> MLP:
    """A multilayer perceptron in float64: x (n, widths[0]) → z (n, widths[-1]), or (n,) for one.

    Linear layers of the given widths with `activation`, "tanh" or "relu", between them and none
    after the last. The start is that of `torch.nn.Linear` under `torch.manual_seed(seed)`: weights
    and biases uniform within ±1/√inputs. The global generator is left as it is.

    Raises
    ------
    ValueError
        If `widths` is not two or more whole numbers above 0, or for another `activation`.
    """
    widths = [whole("widths", width, 1) for width in real_array("widths", widths, (None,))]
    if len(widths) < 2:
        raise ValueError(f"widths must be two or more whole numbers above 0, got {widths}")
    one_of("activation", activation, ACTIVATIONS)
    seed = seed_number("seed", seed)
    layers: list[nn.Module] = []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for inputs, outputs in pairwise(widths):
            linear = nn.Linear(inputs, outputs, dtype=torch.float64)
            layers += [linear, ACTIVATIONS[activation]()]
    layers.pop()
    if widths[-1] == 1:
        layers.append(nn.Flatten(-2))  # (n, 1) → (n,)
    return MLP(*layers)


@dataclass(frozen=True, eq=False)
class Training:
    """What a training went through.

    `losses` (steps + 1,) is the loss before each step and after the last: the sum over all
    examples, or with mini-batches its estimate n/|B|·Σ over the next batch. `parameters` are the
    network's at the steps that were asked for.
    """

    losses: Floats
    parameters: dict[int, Parameters]


def train(
    network: nn.Module,
    x: Tensor,
    y: Tensor,
    loss: Loss,
    optimiser: Callable[[Iterable[Tensor]], torch.optim.Optimizer],
    steps: int,
    *,
    keep: Collection[int] = (),
    batch: int | None = None,
    seed: int = 0,
    progress: bool = True,
) -> Training:
    """Train `network` in place for `steps` steps on Σᵢ loss(yᵢ, zᵢ), z = network(x).

    `optimiser` makes one from parameters, as `partial(torch.optim.SGD, lr=0.01)` does. `keep` are
    the steps, 0 to `steps`, at which the parameters are kept. With `batch`, each step sees that
    many examples, drawn without replacement in an order from `seed` that is new in each epoch, and
    their sum is scaled by n/`batch` to estimate that of all. Same seeds, same numbers.

    A bar shows how far it is, unless `progress` is False or the environment says `TQDM_DISABLE`.

    Raises
    ------
    ValueError
        If `x` and `y` are not tensors of one length or `x` does not fit the network, if
        `steps` or a step of `keep` is out of range, or `batch` is not from 1 to n.
    """
    check_problem(network, loss, x, y)
    n = len(x)
    able("optimiser", optimiser)
    steps, seed = whole("steps", steps, 0), seed_number("seed", seed)
    if not isinstance(keep, Collection) or (isinstance(keep, np.ndarray) and keep.ndim == 0):
        raise ValueError(f"keep must hold steps from 0 to {steps}, got {keep!r}")
    keep = {whole("keep", step, 0, steps) for step in keep}
    batch = None if batch is None else whole("batch", batch, 1, n)
    if not isinstance(progress, bool):
        raise ValueError(f"progress must be True or False, got {progress!r}")
    stepper = optimiser(network.parameters())
    batches, losses, kept = _batches(n, batch, seed), [], {}

    def look(step: int) -> Tensor:
        if step in keep:
            kept[step] = {name: p.detach().clone() for name, p in network.named_parameters()}
        rows = next(batches)
        value = loss(y[rows], network(x[rows])).sum() * (n / len(y[rows]))
        losses.append(value.item())
        return value

    bar = partial(tqdm, desc="training", file=sys.stdout)  # a notebook paints stderr as an error
    for step in bar(range(steps)) if progress else range(steps):
        stepper.zero_grad()
        look(step).backward()
        stepper.step()
    look(steps)
    return Training(np.array(losses), kept)


def _batches(n: int, batch: int | None, seed: int) -> Iterator[slice | Tensor]:
    """The rows of each step: all of them, or epoch after epoch a new order cut into batches."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        if batch is None:
            yield slice(None)
        else:
            yield from torch.randperm(n, generator=generator).split(batch)
