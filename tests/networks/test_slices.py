"""Slices through a network's loss: what they are point by point, and how they are made."""

import tracemalloc
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn
from torch.func import functional_call

from mlelib import landscapes
from mlelib.brier import BrierObjective
from mlelib.likelihoods import Bernoulli, Categorical
from mlelib.networks import batched, brier, filter_normalised, landscape, mlp, nll, slices
from mlelib.networks.batched import outputs
from mlelib.objectives import Objective, add_intercept

BCE = partial(nll, Bernoulli())
A, B = np.linspace(-1, 1, 5), np.linspace(-2, 1, 4)


def data(n: int = 30) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(22)
    return torch.tensor(rng.normal(size=(n, 3))), torch.tensor(rng.integers(0, 2, size=n))


def test_each_row_of_a_direction_is_as_long_as_the_networks_and_biases_stay() -> None:
    network = mlp([3, 5, 4, 2])
    first, second = filter_normalised(network, seed=3)
    for name, parameter in network.named_parameters():
        for direction in (first, second):
            if name.endswith("bias"):
                assert not direction[name].any()
            else:
                lengths = parameter.detach().norm(dim=1)
                torch.testing.assert_close(direction[name].norm(dim=1), lengths)
    rows = torch.cat(
        [torch.cosine_similarity(first[k], second[k]) for k in ("0.weight", "2.weight")]
    )
    assert rows.abs().max() < 0.999  # the two are drawn apart
    again, other = filter_normalised(network, seed=3)[0], filter_normalised(network, seed=4)[0]
    assert torch.equal(again["0.weight"], first["0.weight"])
    assert not torch.equal(other["0.weight"], first["0.weight"])


@pytest.mark.parametrize("block", [1, 700, 200_000])
@pytest.mark.parametrize("widths", [[3, 5, 1], [3, 4, 4, 2]], ids=str)
def test_each_point_is_the_networks_summed_loss_there(widths, block, monkeypatch) -> None:
    for module in (slices, batched):
        monkeypatch.setattr(module, "BLOCK", block)
    x, y = data()
    network, loss = mlp(widths), BCE if widths[-1] == 1 else partial(nll, Categorical(2))
    first, second = filter_normalised(network, seed=1)
    seen = landscape(network, loss, x, y, (first, second), A, B)
    before = {name: p.detach().clone() for name, p in network.named_parameters()}
    moved = mlp(widths)
    for row, column in np.ndindex(4, 5):
        theta = {k: before[k] + A[column] * first[k] + B[row] * second[k] for k in before}
        moved.load_state_dict(theta)
        value = loss(y, moved(x)).sum().item()
        assert seen.values[row, column] == pytest.approx(value, rel=1e-13)
    assert np.array_equal(seen.x, A)
    assert np.array_equal(seen.y, B)
    assert all(torch.equal(p, before[name]) for name, p in network.named_parameters())


@pytest.mark.parametrize(
    ("loss", "objective"),
    [(BCE, partial(Objective, Bernoulli())), (brier, BrierObjective)],
    ids=["BCE", "MSE"],
)
def test_a_single_layer_has_the_landscape_of_its_objective(loss, objective) -> None:
    x, y = data()
    network = mlp([3, 1], seed=2)

    def theta(tensors) -> np.ndarray:
        return np.concatenate([tensors["0.bias"].numpy(), tensors["0.weight"].numpy()[0]])

    directions = filter_normalised(network)
    center = theta({name: p.detach() for name, p in network.named_parameters()})
    axes = theta(directions[0]), theta(directions[1])
    wanted = landscapes.grid(objective(add_intercept(x.numpy()), y.numpy()), center, A, B, axes)
    seen = landscape(network, loss, x, y, directions, A, B)
    np.testing.assert_allclose(seen.values, wanted.values, rtol=1e-13)


def test_scaling_a_relu_layer_and_undoing_it_in_the_next_leaves_the_picture() -> None:
    x, y = data()
    network = mlp([3, 6, 1], activation="relu", seed=4)
    before = landscape(network, brier, x, y, filter_normalised(network), A, B)
    with torch.no_grad():
        network[0].weight.mul_(8)
        network[0].bias.mul_(8)
        network[2].weight.div_(8)
    after = landscape(network, brier, x, y, filter_normalised(network), A, B)
    np.testing.assert_allclose(after.values, before.values, rtol=1e-13)


@pytest.mark.parametrize(("n", "points"), [(50, 150), (3000, 20)])
def test_memory_is_bounded_whatever_the_number_of_examples_and_points(n: int, points: int) -> None:
    x, y = data(n)
    network = mlp([3, 40, 40, 1])
    axis, directions = np.linspace(-1, 1, points), filter_normalised(network)
    tracemalloc.start()
    try:
        landscape(network, BCE, x, y, directions, axis, axis)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # in each thread a layer's input and its output; of a block, θ and the steps to it, z and losses
    inside = 3 * batched.THREADS * max(batched.BLOCK, 40 * n)
    budget = 8 * (inside + 5 * max(slices.BLOCK, n))
    assert peak < budget < points**2 * n * 40 * 8 / 5


class Scaled(nn.Module):
    """A reader's own network, with a skip connection and a parameter without an axis."""

    def __init__(self) -> None:
        super().__init__()
        self.inner, self.last = mlp([3, 3], seed=1), mlp([3, 1], seed=2)
        self.gain = nn.Parameter(torch.tensor(0.5, dtype=torch.float64))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(x + self.gain * torch.nn.functional.gelu(self.inner(x)))


def test_any_network_will_do() -> None:
    x, y = data()
    network = Scaled()
    directions = filter_normalised(network)
    seen = landscape(network, brier, x, y, directions, A, B)
    center = {name: p.detach() for name, p in network.named_parameters()}
    for row, column in np.ndindex(4, 5):
        first, second = directions
        at = {k: p + A[column] * first[k] + B[row] * second[k] for k, p in center.items()}
        value = brier(y, functional_call(network, at, (x,))).sum().item()
        assert seen.values[row, column] == pytest.approx(value, rel=1e-13)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("widths", [[3, 1], [3, 4, 5, 1], [3, 4, 2]], ids=str)
def test_perceptrons_go_faster_to_the_same_outputs(widths, activation) -> None:
    x, _ = data()
    same = {"widths": widths, "activation": activation}
    networks = [dict(mlp(**same, seed=seed).named_parameters()) for seed in range(4)]
    stacked = {k: torch.stack([own[k].detach() for own in networks]) for k in networks[0]}
    before = x.clone()
    fast = outputs(mlp(**same), stacked, x)
    slow = outputs(nn.Sequential(*mlp(**same)), stacked, x)
    torch.testing.assert_close(fast, slow, rtol=1e-13, atol=1e-14)
    assert torch.equal(x, before)


X, Y = data()
NET = mlp([3, 2, 1])
D = filter_normalised(NET)
WRONG = {
    "x": (lambda: landscape(NET, BCE, X.numpy(), Y, D, A, B), "x must be a tensor"),
    "y": (lambda: landscape(NET, BCE, X, Y[1:], D, A, B), "y must be a tensor of shape"),
    "a": (lambda: landscape(NET, BCE, X, Y, D, 1.0, B), "a must have shape"),
    "b": (lambda: landscape(NET, BCE, X, Y, D, A, [np.nan]), "b must be finite"),
    "one": (lambda: landscape(NET, BCE, X, Y, D[:1], A, B), "directions must be two"),
    "of another network": (
        lambda: landscape(NET, BCE, X, Y, filter_normalised(mlp([3, 4, 1])), A, B),
        "directions must be two",
    ),
    "targets": (lambda: landscape(NET, BCE, X, Y + 1, D, A, B), "y must hold whole labels"),
}


@pytest.mark.parametrize(("call", "message"), WRONG.values(), ids=WRONG)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
