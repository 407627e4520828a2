"""The blocks of a network's Hessian, against the whole one and against the linear model's."""

from functools import partial

import numpy as np
import pytest
import torch
from torch.func import functional_call, grad, jacrev

from mlelib.brier import BrierObjective
from mlelib.landscapes import hessian_spectrum
from mlelib.likelihoods import Bernoulli
from mlelib.networks import block_spectra, brier, mlp, negative_share, nll
from mlelib.objectives import Objective, add_intercept

BCE = partial(nll, Bernoulli())


def data(n: int = 40) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(23)
    return torch.tensor(rng.normal(size=(n, 3))), torch.tensor(rng.integers(0, 2, size=n))


@pytest.mark.parametrize("loss", [BCE, brier], ids=["BCE", "MSE"])
def test_the_blocks_are_those_on_the_diagonal_of_the_whole_hessian(loss) -> None:
    x, y = data()
    network = mlp([3, 4, 2, 1], seed=1)
    shapes = {name: p.shape for name, p in network.named_parameters()}

    def value(flat: torch.Tensor) -> torch.Tensor:
        parts = flat.split([shape.numel() for shape in shapes.values()])
        theta = {k: part.view(shapes[k]) for k, part in zip(shapes, parts, strict=True)}
        return loss(y, functional_call(network, theta, (x,))).sum()

    theta = torch.cat([p.detach().ravel() for p in network.parameters()])
    whole = jacrev(grad(value))(theta).numpy()
    edges = np.cumsum([0, 4 * 4, 2 * 5, 3])
    spectra = block_spectra(network, loss, x, y)
    assert len(spectra) == 3
    for start, end, spectrum in zip(edges[:-1], edges[1:], spectra, strict=True):
        wanted = np.linalg.eigvalsh(whole[start:end, start:end])
        np.testing.assert_allclose(spectrum, wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("loss", "objective"),
    [(BCE, partial(Objective, Bernoulli())), (brier, BrierObjective)],
    ids=["BCE", "MSE"],
)
def test_the_output_layer_is_a_linear_model_of_what_the_hidden_ones_make(loss, objective) -> None:
    x, y = data()
    network = mlp([3, 4, 1], seed=3)
    with torch.no_grad():
        network[2].weight.mul_(20)
        features = torch.tanh(network[0](x))
    theta = torch.cat([network[2].bias, network[2].weight[0]]).detach().numpy()
    wanted = hessian_spectrum(objective(add_intercept(features.numpy()), y.numpy()), theta)
    spectrum = block_spectra(network, loss, x, y)[-1]
    np.testing.assert_allclose(spectrum, wanted, rtol=0, atol=1e-12)
    assert (negative_share(spectrum) > 0) == (loss is brier)


@pytest.mark.parametrize("scale", [1.0, 5.0])
def test_blocks_of_a_relu_network_curve_down_under_mse_only(scale: float) -> None:
    x, y = data()
    network = mlp([3, 6, 6, 1], activation="relu", seed=5)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(scale)
    assert [negative_share(s) for s in block_spectra(network, BCE, x, y)] == [0, 0, 0]
    down = [negative_share(s) for s in block_spectra(network, brier, x, y)]
    assert all(share > 0.2 for share in down) == (scale > 1)  # sure and wrong: e > 2/3


def test_blocks_of_a_tanh_network_curve_down_under_both() -> None:
    x, y = data()
    network = mlp([3, 6, 6, 1], seed=5)
    for loss in (BCE, brier):
        shares = [float(negative_share(s)) for s in block_spectra(network, loss, x, y)]
        assert min(shares[:2]) > 0.01


def test_the_negative_share() -> None:
    assert negative_share([-1.0, 1.0, 2.0]) == 0.25
    assert negative_share([-3.0, -1.0]) == 1
    assert negative_share([0.0, 0.0]) == 0
    assert negative_share([-1e-16, 1.0]) == 0  # rounding
    assert negative_share([-1e-14, 1.0]) > 0
    table = negative_share([[-1.0, 1.0], [0.0, 5.0], [-1e-200, 0.0]])
    np.testing.assert_array_equal(table, [0.5, 0, 1])


X, Y = data()
WRONG = {
    "x": (lambda: block_spectra(mlp([3, 1]), BCE, X.numpy(), Y), "x must be a tensor"),
    "y": (lambda: block_spectra(mlp([3, 1]), BCE, X, Y[1:]), "y must be a tensor of shape"),
    "empty": (lambda: negative_share([]), "eigenvalues must not be empty"),
    "nan": (lambda: negative_share([np.nan]), "eigenvalues must be finite"),
}


@pytest.mark.parametrize(("call", "message"), WRONG.values(), ids=WRONG)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
