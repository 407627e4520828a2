"""Entries: networks, and what tensors are changed into."""

from functools import partial
from typing import Any

import numpy as np
import torch

from mlelib import Bernoulli, networks

from . import samples
from .costumes import Unfit, hostile
from .entries import Call, Random, enter, function

CHANGES: list[Any] = [
    lambda t: t.float(), lambda t: t.half(), lambda t: t.long(), lambda t: t.bool(),
    lambda t: t.to(torch.complex128), lambda t: t[None], lambda t: t[..., None], lambda t: t[:0],
    lambda t: t[:-1], lambda t: t.reshape(-1), lambda t: t.movedim(0, -1),
    lambda t: t.clone().requires_grad_(),
    lambda t: t * np.nan, lambda t: t * np.inf, lambda t: t * 1e300, lambda t: t * 1e-300,
    lambda t: t.numpy(), lambda t: t.tolist(), lambda t: t.to("meta"), lambda t: t.to_sparse(),
    lambda t: t.bfloat16(), lambda t: torch.tensor(1.0), lambda t: t.fill_(1e19).clone(),
]  # fmt: skip


@hostile("another tensor")
def _(value: Any, rng: np.random.Generator) -> Any:
    if not isinstance(value, torch.Tensor):
        raise Unfit
    change = CHANGES[rng.integers(len(CHANGES))]
    if change is CHANGES[-1] and not value.is_floating_point():
        raise Unfit
    return change(value.clone())


def _nll(rng: Random) -> Call:
    model = samples.likelihood(rng)
    y, z = samples.targets(rng, model), samples.outputs(rng, model)
    given = {"likelihood": model, "y": torch.tensor(y), "z": torch.tensor(z)}
    return networks.nll, given


def _brier(rng: Random) -> dict[str, Any]:
    y, z = samples.targets(rng, Bernoulli()), samples.numbers(rng, samples.N)
    return {"y": torch.tensor(y), "z": torch.tensor(z)}


def _network(rng: Random) -> dict[str, Any]:
    y, x = samples.targets(rng, Bernoulli()), samples.numbers(rng, samples.N, 2)
    network = networks.mlp([2, 3, 1], seed=int(rng.integers(9)))
    return {"network": network, "x": torch.tensor(x), "y": torch.tensor(y)}


def _train(rng: Random) -> dict[str, Any]:
    given = _network(rng) | {"loss": networks.brier, "steps": 2, "keep": [0, 2], "batch": 5}
    optimiser = partial(torch.optim.SGD, lr=0.1)
    return given | {"optimiser": optimiser, "seed": 0, "progress": False}


def _landscape(rng: Random) -> dict[str, Any]:
    given = _network(rng)
    directions = networks.filter_normalised(given["network"], seed=int(rng.integers(9)))
    line = {"a": samples.numbers(rng, 3), "b": samples.numbers(rng, 2)}
    return given | {"loss": networks.brier, "directions": directions} | line


enter("networks.nll", _nll)
function("networks.brier", networks.brier, _brier)
function(
    "networks.mlp",
    networks.mlp,
    lambda rng: {"widths": [2, 3, 1], "activation": "relu", "seed": int(rng.integers(9))},
)
function("networks.train", networks.train, _train, in_place=frozenset({"network"}))
function(
    "networks.block_spectra",
    networks.block_spectra,
    lambda rng: _network(rng) | {"loss": networks.brier},
)
function(
    "networks.landscape",
    networks.landscape,
    _landscape,
    left=frozenset({"loss"}),
)
function(
    "networks.filter_normalised",
    networks.filter_normalised,
    lambda rng: {"network": _network(rng)["network"], "seed": 3},
)
function(
    "networks.negative_share",
    networks.negative_share,
    lambda rng: {"eigenvalues": samples.numbers(rng, 3, 4)},
)
function(
    "networks.Training",
    networks.Training,
    lambda rng: {"losses": np.ones(3), "parameters": {}},
    keeps=True,
)
