"""Are hidden layers less non-convex under cross-entropy than under squared error? A measurement.

Fair to both losses: each is looked at in the *same* points, the start and the paths of two
trainings, one under each loss. What is measured is, for each layer's block of the Hessian, the
share of its spectrum that is negative, ν = Σ|λ₋|/Σ|λ|. What is compared is paired by seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
import torch
from scipy.stats import binomtest
from torch import Tensor
from torch.func import functional_call, vmap

from mlelib.arguments import Floats, real_array, whole
from mlelib.likelihoods import Bernoulli
from mlelib.networks.curvature import block_hessians, negative_share
from mlelib.networks.examples import Loss, Parameters
from mlelib.networks.training import mlp
from mlelib.networks.twins import brier, nll

WIDTHS = (6, 6, 6, 6, 1)  # hidden blocks of one size, 42 parameters each, so that ν can be compared
EXAMPLES, FLIPPED, STEPS, RATE = 120, 12, (20, 200), 0.01

LABELS = ("clean", "10 % flipped")
LOSSES = ("BCE", "MSE")
POINTS = ("start", *(f"{loss} path, step {step}" for loss in LOSSES for step in STEPS))
LAYERS = ("hidden 1", "hidden 2", "hidden 3", "output")  # from the input on
AXES = (LABELS, POINTS, LOSSES, LAYERS)

_FUNCTIONS: tuple[Loss, ...] = (partial(nll, Bernoulli()), brier)
_CHUNK = 20  # Hessians at once: 40 MB


def measure(seeds: int = 20) -> Floats:
    """ν, (labels, points, losses, layers, seeds), in the order of `AXES`.

    Each seed has its own tanh network of `WIDTHS`, its own 120 inputs x ~ N(0, 1)⁶ and labels
    y = 1 where x₁x₂ + x₃ > 0, of which 12 are flipped in the second case. Both trainings begin at
    the network's default start and take 200 full-batch steps of Adam at a rate of 0.01, in float64.
    The networks of all seeds are trained, and their Hessians taken, together.

    Raises
    ------
    ValueError
        If `seeds` is no whole number above 0.
    """
    data = [_data(seed) for seed in range(whole("seeds", seeds, 1))]
    x, clean, flipped = (torch.stack(tensors) for tensors in zip(*data, strict=True))
    return np.stack([_shares(x, y) for y in (clean, flipped)])


def _data(seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """x (n, 6), and the labels without and with flips."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(EXAMPLES, WIDTHS[0]))
    clean = x[:, 0] * x[:, 1] + x[:, 2] > 0
    flipped = clean.copy()
    flipped[rng.choice(EXAMPLES, size=FLIPPED, replace=False)] ^= True
    return torch.tensor(x), torch.tensor(clean).long(), torch.tensor(flipped).long()


def _shares(x: Tensor, y: Tensor) -> Floats:
    """ν for one set of labels, (points, losses, layers, seeds); x is (seeds, n, 6)."""
    networks = [dict(mlp(WIDTHS, seed=seed).named_parameters()) for seed in range(len(x))]
    start = {name: torch.stack([net[name].detach() for net in networks]) for name in networks[0]}
    points = [start] + [point for loss in _FUNCTIONS for point in _path(loss, start, x, y)]
    return np.stack([[_spectra(loss, point, x, y) for loss in _FUNCTIONS] for point in points])


def _path(loss: Loss, start: Parameters, x: Tensor, y: Tensor) -> list[Parameters]:
    """The parameters of all networks at `STEPS`. Adam goes entry by entry, so one trains all."""
    network = mlp(WIDTHS)
    parameters = {name: p.clone().requires_grad_() for name, p in start.items()}
    adam = torch.optim.Adam(parameters.values(), lr=RATE)

    def value(own: Parameters, x: Tensor, y: Tensor) -> Tensor:
        return loss(y, functional_call(network, own, (x,))).sum()

    kept = []
    for step in range(1, max(STEPS) + 1):
        adam.zero_grad()
        vmap(value)(parameters, x, y).sum().backward()
        adam.step()
        if step in STEPS:
            kept.append({name: p.detach().clone() for name, p in parameters.items()})
    return kept


def _spectra(loss: Loss, parameters: Parameters, x: Tensor, y: Tensor) -> Floats:
    """ν of one loss in one point of each network, (layers, seeds)."""
    network = mlp(WIDTHS)

    def blocks(own: Parameters, x: Tensor, y: Tensor) -> list[Tensor]:
        return block_hessians(network, loss, own, x, y)

    hessians = vmap(blocks, chunk_size=_CHUNK)(parameters, x, y)
    return np.stack([negative_share(np.linalg.eigvalsh(block.numpy())) for block in hessians])


@dataclass(frozen=True)
class Comparison:
    """A paired sign test: in how many of the seeds the first ν is below the second.

    `where` says what is held fast, `first` and `second` what is compared, `medians` their ν. `p` is
    two-sided: how probable counts at least as uneven are if each seed is a fair coin. Ties are left
    out of `seeds`.
    """

    where: tuple[str, ...]
    first: str
    second: str
    medians: tuple[float, float]
    below: int
    seeds: int
    p: float


def compare_losses(nu: Floats) -> list[Comparison]:
    """BCE against MSE: one comparison for each set of labels, point and hidden layer, 30 in all."""
    nu = _checked(nu)
    return [
        _sign_test((LABELS[i], POINTS[j], LAYERS[k]), LOSSES, nu[i, j, :, k])
        for i, j, k in product(range(2), range(5), range(3))
    ]


def compare_layers(nu: Floats) -> list[Comparison]:
    """Each hidden layer against the next, nearer the output: for labels, point, loss; 40 in all."""
    nu = _checked(nu)
    return [
        _sign_test((LABELS[i], POINTS[j], LOSSES[k]), LAYERS[m : m + 2], nu[i, j, k, m : m + 2])
        for i, j, k, m in product(range(2), range(5), range(2), range(2))
    ]


def _sign_test(where: tuple[str, ...], names: Sequence[str], pair: Floats) -> Comparison:
    below, above = int((pair[0] < pair[1]).sum()), int((pair[0] > pair[1]).sum())
    seeds = below + above
    p = binomtest(below, seeds).pvalue if seeds else 1.0
    first, second = np.median(pair, axis=1)
    return Comparison(where, names[0], names[1], (float(first), float(second)), below, seeds, p)


def _checked(nu: Floats) -> Floats:
    return real_array("nu", nu, (*map(len, AXES), None))
