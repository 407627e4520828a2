"""One body, three heads: a penguin's mass, sex and species from one input, one likelihood."""

from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call

from mlelib.arguments import Floats, Integers
from mlelib.datasets import penguins
from mlelib.likelihoods import Bernoulli, Categorical, ScaledGaussian
from mlelib.networks.training import mlp, train
from mlelib.networks.twins import nll

WIDTHS = (1, 16, 6)
EPOCHS, RATE = 600, 0.01


class Targets(NamedTuple):
    """Of n birds: body mass in kg above `CENTRE`, sex and species as labels; (n,) each."""

    mass: Tensor
    sex: Tensor
    species: Tensor


CENTRE = 4.2
"""kg: where the head for the mass has its 0."""


def head_nlls(targets: Targets, z: Tensor) -> Tensor:
    """−log p of each target given its own raw outputs, (3, n), for z (n, 6).

    z[:, :2] are mean and log σ of the mass, z[:, 2] is the log-odds of a male, z[:, 3:] the raw
    outputs of the species. Given z the three are independent, so their sum is the nll of a bird.
    """
    return torch.stack([
        nll(ScaledGaussian(), targets.mass, z[:, :2]),
        nll(Bernoulli(), targets.sex, z[:, 2]),
        nll(Categorical(3), targets.species, z[:, 3:]),
    ])  # fmt: skip


@dataclass(frozen=True, eq=False)
class Learning:
    """A training of the network, looked at in each of its epochs 0 … `EPOCHS`.

    `nlls` (epochs, 2, 3) are mean nlls per bird of the three heads, on the birds that were fitted
    and on those held out. `outputs` (epochs, k, 6) are the raw outputs at the k flippers asked for.
    """

    nlls: Floats
    outputs: Floats


def split() -> tuple[Integers, Integers]:
    """Rows of the penguins: those to fit, and every third, held out."""
    rows = np.arange(len(penguins().sex))
    return rows[rows % 3 != 2], rows[rows % 3 == 2]


def learn(flippers: Floats, epochs: int = EPOCHS) -> Learning:
    """Train the network on two of three penguins, and see what it says at `flippers`, in mm (k,).

    A tanh network of `WIDTHS` from `mlp`'s first start; its input is the flipper length,
    standardised by the birds that are fitted. Each epoch is one step of Adam on the mean over them
    of the sum of the three nlls.
    """
    birds = penguins()
    fitted, held_out = split()
    lengths = birds.flipper_length_mm
    mean, deviation = lengths[fitted].mean(), lengths[fitted].std()

    def inputs(mm: Floats) -> Tensor:
        return torch.tensor((mm - mean) / deviation)[:, None]

    def targets(rows: Integers) -> Targets:
        mass = birds.body_mass_g[rows] / 1000 - CENTRE
        return Targets(*map(torch.tensor, (mass, birds.sex[rows], birds.species[rows])))

    own = targets(fitted)

    def joint(rows: Tensor, z: Tensor) -> Tensor:
        return head_nlls(Targets(*(target[rows] for target in own)), z).sum(dim=0) / len(fitted)

    network = mlp(WIDTHS)
    x, rows = inputs(lengths[fitted]), torch.arange(len(fitted))
    adam = partial(torch.optim.Adam, lr=RATE)
    steps = range(epochs + 1)
    kept = train(network, x, rows, joint, adam, epochs, keep=steps, progress=False).parameters
    seen = ((own, x), (targets(held_out), inputs(lengths[held_out])))
    nlls, outputs = [], []
    with torch.no_grad():
        for step in steps:

            def at(x: Tensor, step: int = step) -> Tensor:
                z: Tensor = functional_call(network, kept[step], (x,))
                return z

            nlls.append(torch.stack([head_nlls(y, at(x)).mean(dim=1) for y, x in seen]))
            outputs.append(at(inputs(flippers)))
    return Learning(torch.stack(nlls).numpy(), torch.stack(outputs).numpy())
