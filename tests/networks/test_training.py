"""Networks begin as torch's do and train as a loop written by hand would."""

import os
import subprocess
import sys
from functools import partial
from itertools import chain

import numpy as np
import pytest
import torch
from torch import nn

from mlelib.descent import gradient_descent
from mlelib.likelihoods import Bernoulli, Categorical, Gaussian
from mlelib.networks import brier, mlp, nll, train
from mlelib.objectives import Objective, add_intercept

BCE = partial(nll, Bernoulli())
SGD = partial(torch.optim.SGD, lr=0.01)
ADAM = partial(torch.optim.Adam, lr=0.05)


def data(n: int = 30, d: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(21)
    x = rng.normal(size=(n, d))
    return torch.tensor(x), torch.tensor((x[:, 0] * x[:, 1] > 0).astype(int))


def test_a_network_starts_as_torchs_layers_do_and_leaves_the_global_generator_alone() -> None:
    torch.manual_seed(5)
    layers = [nn.Linear(3, 4, dtype=torch.float64), nn.Linear(4, 2, dtype=torch.float64)]
    state = torch.get_rng_state()
    network = mlp([3, 4, 2], seed=5)
    assert torch.equal(torch.get_rng_state(), state)
    wanted = [parameter for layer in layers for parameter in layer.parameters()]
    assert all(map(torch.equal, network.parameters(), wanted))
    assert not torch.equal(next(mlp([3, 4, 2], seed=6).parameters()), wanted[0])


@pytest.mark.parametrize(("name", "function"), [("tanh", torch.tanh), ("relu", torch.relu)])
def test_a_network_is_affine_maps_with_the_activation_between(name, function) -> None:
    x, _ = data()
    network = mlp([3, 5, 4, 2], activation=name)
    first, second, last = (layer for layer in network if isinstance(layer, nn.Linear))
    assert torch.equal(network(x), last(function(second(function(first(x))))))
    assert network(x).dtype == torch.float64
    assert mlp([3, 5, 1])(x).shape == (30,)
    assert mlp([3, 1])(x[None]).shape == (1, 30)


def test_training_a_single_layer_is_gradient_descent_on_the_objective() -> None:
    x, y = data()
    network = mlp([3, 1], seed=1)
    start = np.concatenate([p.detach().numpy().ravel() for p in network.parameters()])
    training = train(network, x, y, BCE, SGD, 200, keep=[0, 7, 200], progress=False)
    objective = Objective(Bernoulli(), add_intercept(x.numpy()), y.numpy())
    path = gradient_descent(objective, np.roll(start, 1), step=0.01, steps=200)
    np.testing.assert_allclose(training.losses, path.values, rtol=1e-13)
    assert list(training.parameters) == [0, 7, 200]
    for step, kept in training.parameters.items():
        theta = np.concatenate([kept["0.bias"], kept["0.weight"][0]])
        np.testing.assert_allclose(theta, path.thetas[step], rtol=1e-12)
    now = dict(network.named_parameters())
    assert all(torch.equal(now[name], p) for name, p in training.parameters[200].items())


@pytest.mark.parametrize("batch", [None, 7])
def test_the_same_seeds_give_the_same_numbers(batch: int | None) -> None:
    x, y = data()

    def losses(seed: int) -> np.ndarray:
        network = mlp([3, 4, 1], seed=2)
        steps = {"batch": batch, "seed": seed, "progress": False}
        return train(network, x, y, brier, ADAM, 40, **steps).losses

    torch.manual_seed(1)
    first = losses(3)
    torch.manual_seed(2)
    assert np.array_equal(losses(3), first)
    assert np.array_equal(losses(4), first) == (batch is None)
    assert first[-5:].mean() < first[:5].mean()


def test_an_epoch_sees_each_example_once_and_each_batch_estimates_the_whole_sum() -> None:
    x, _ = data()
    seen = []

    def loss(y: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        seen.append(y.tolist())
        return y + 0 * z

    still = partial(torch.optim.SGD, lr=0.0)
    training = train(mlp([3, 1]), x, torch.arange(30), loss, still, 8, batch=7, progress=False)
    epochs = [list(chain(*seen[:5])), list(chain(*seen[5:9]))]  # 7, 7, 7, 7, 2 and again
    assert sorted(epochs[0]) == list(range(30))
    assert len(set(epochs[1])) == 28
    assert epochs[0][:28] != epochs[1]
    estimates = [sum(rows) * 30 / len(rows) for rows in seen]
    np.testing.assert_allclose(training.losses, estimates, rtol=1e-14)


def test_more_than_one_raw_output() -> None:
    x, y = data()
    training = train(mlp([3, 5, 2]), x, y, partial(nll, Categorical(2)), ADAM, 50, progress=False)
    assert training.losses[0] > 1.5 * training.losses[-1]


def test_a_bar_shows_on_request_and_the_environment_can_forbid_it(capfd) -> None:
    x, y = data()
    train(mlp([3, 1]), x, y, BCE, SGD, 3, progress=False)
    assert capfd.readouterr() == ("", "")
    train(mlp([3, 1]), x, y, BCE, SGD, 3)
    said = capfd.readouterr()
    assert "3/3" in said.out
    assert said.err == ""  # which a notebook shows as an error
    program = (
        "import torch; from functools import partial; from mlelib.networks import *;"
        "x, sgd = torch.ones(4, 2, dtype=torch.float64), partial(torch.optim.SGD, lr=0.1);"
        "print(len(train(mlp([2, 1]), x, x[:, 0], brier, sgd, 3).losses))"
    )
    silent = os.environ | {"TQDM_DISABLE": "1"}  # as in a build of the book
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, env=silent, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("4\n", "")


X, Y = data()
NET = mlp([3, 1])
ALL = (NET, X, Y, BCE, SGD)
WRONG = {
    "one width": (lambda: mlp([3]), "widths must be"),
    "width 0": (lambda: mlp([3, 0, 1]), "widths must be"),
    "half a unit": (lambda: mlp([3, 2.5, 1]), "widths must be"),
    "activation": (lambda: mlp([3, 1], "gelu"), "activation must be one of"),
    "x an array": (lambda: train(NET, X.numpy(), Y, BCE, SGD, 1), "x must be a tensor of floating"),
    "x a vector": (lambda: train(NET, X[:, 0], Y, BCE, SGD, 1), r"x must be .* shape \(30,\)"),
    "x of integers": (
        lambda: train(NET, X.long(), Y, BCE, SGD, 1),
        "x must be a tensor of floating",
    ),
    "y short": (lambda: train(NET, X, Y[:-1], BCE, SGD, 1), r"y must be a tensor of shape \(30,\)"),
    "y a list": (lambda: train(NET, X, Y.tolist(), BCE, SGD, 1), "y must be a tensor .* got list"),
    "steps": (lambda: train(*ALL, -1), "steps must be a whole number"),
    "half a step": (lambda: train(*ALL, 2.5), "steps must be a whole number"),
    "keep": (lambda: train(*ALL, 5, keep=[6]), "keep must be a whole number from 0 to 5"),
    "batch 0": (lambda: train(*ALL, 5, batch=0), "batch must be a whole number from 1 to 30"),
    "batch 31": (lambda: train(*ALL, 5, batch=31), "batch must be a whole number from 1 to 30"),
    "targets": (lambda: train(NET, X, Y + 1, BCE, SGD, 5, progress=False), "y must hold whole"),
    "a column of z": (
        lambda: train(mlp([3, 2]), X, Y, partial(nll, Gaussian()), SGD, 5, progress=False),
        "z must have shape",
    ),
}


@pytest.mark.parametrize(("call", "message"), WRONG.values(), ids=WRONG)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
