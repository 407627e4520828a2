"""The likelihoods in torch are the likelihoods in NumPy: value, gradient, curvature, extremes."""

import numpy as np
import pytest
import torch
from registry import CASES, Case
from torch.func import grad, jacrev, vmap

from mlelib.brier import BrierObjective
from mlelib.likelihoods import Bernoulli, Categorical, Gaussian, Laplace, Likelihood, Poisson
from mlelib.networks import brier, nll

each_case = pytest.mark.parametrize("case", CASES, ids=str)
EXTREMES = [40.0, 800.0, 1e10, 1e300]


def gradient(likelihood: Likelihood, y: torch.Tensor, z: torch.Tensor) -> np.ndarray:
    return grad(lambda z: nll(likelihood, y, z).sum())(z).numpy()


@each_case
def test_the_value_is_the_likelihoods(case: Case) -> None:
    wanted = case.likelihood.nll(case.y, case.z)
    twin = nll(case.likelihood, torch.tensor(case.y), torch.tensor(case.z))
    assert twin.dtype == torch.float64
    np.testing.assert_allclose(twin.numpy(), wanted, rtol=1e-12, atol=1e-12)


@each_case
def test_autograd_gives_the_gradient_and_the_curvature(case: Case) -> None:
    y, z = torch.tensor(case.y), torch.tensor(case.z)
    slopes = case.likelihood.gradient(case.y, case.z)
    np.testing.assert_allclose(gradient(case.likelihood, y, z), slopes, rtol=1e-12, atol=1e-12)

    def alone(y: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        return nll(case.likelihood, y[None], z[None])[0]

    curvature = vmap(jacrev(grad(alone, argnums=1), argnums=1))(y, z)  # y is mapped too
    wanted = case.likelihood.curvature(case.y, case.z)
    np.testing.assert_allclose(curvature.numpy(), wanted, rtol=1e-11, atol=1e-12)


@each_case
def test_batches_go_before(case: Case) -> None:
    y, z = torch.tensor(case.y), torch.tensor(case.z)
    batch = torch.stack([z, z + 1, z - 1])
    wanted = case.likelihood.nll(case.y, batch.numpy())
    np.testing.assert_allclose(nll(case.likelihood, y, batch), wanted, rtol=1e-12, atol=1e-12)


@each_case
@pytest.mark.parametrize("size", EXTREMES)
def test_far_out_all_is_as_exact_and_nothing_is_nan(case: Case, size: float) -> None:
    rng = np.random.default_rng(1)
    z = size * rng.choice([-1.0, 1.0], size=case.z.shape)
    y, at = torch.tensor(case.y), torch.tensor(z)
    # e^(log y − z) carries the rounding of its exponent; beyond 800 it is 0 or inf
    digits = {"rtol": 1e-12, "atol": 0.0}
    np.testing.assert_allclose(
        nll(case.likelihood, y, at), case.likelihood.nll(case.y, z), **digits
    )
    with np.errstate(invalid="raise"):
        slopes = case.likelihood.gradient(case.y, z)
    np.testing.assert_allclose(gradient(case.likelihood, y, at), slopes, **digits)


def test_a_hit_of_certain_width_is_no_nan() -> None:
    likelihood, y = CASES[7].likelihood, torch.tensor([2.0, 2.0], dtype=torch.float64)
    z = torch.tensor([[2.0, -800.0], [2.0, 800.0]], dtype=torch.float64)
    wanted = likelihood.nll(y.numpy(), z.numpy())
    np.testing.assert_allclose(nll(likelihood, y, z), wanted, rtol=1e-15)
    np.testing.assert_array_equal(gradient(likelihood, y, z), [[0, 1], [0, 1]])


@pytest.mark.parametrize("z", [0.0, 3.0, -3.0, 38.0, -38.0, 1e300, -1e300])
@pytest.mark.parametrize("y", [0, 1])
def test_the_twin_of_the_brier_objective(y: int, z: float) -> None:
    objective = BrierObjective([[1.0]], [y])
    label, at = torch.tensor([y]), torch.tensor([z], dtype=torch.float64)
    one = (0.0 + brier(label, at)).item()
    assert one == pytest.approx(objective.value([z]), rel=1e-14, abs=1e-300)
    slope = grad(lambda z: brier(label, z).sum())(at).item()
    # torch's sigmoid′ is σ(1 − σ), which cancels where σ is near 1
    assert slope == pytest.approx(objective.gradient([z])[0], rel=1e-12, abs=1e-16)


def test_a_likelihood_without_a_twin_is_named() -> None:
    class Other(Gaussian.__base__):  # a likelihood of the reader's own
        _loss = _constant = _gradient = _curvature = _mean = _mode = _sample = None

    with pytest.raises(ValueError, match="likelihood must be one of"):
        nll(Other(), torch.ones(2), torch.ones(2))


ONES = torch.ones(3, dtype=torch.float64)
WRONG = {
    "a class": (lambda: nll(Gaussian, ONES, ONES), "likelihood must be one"),
    "z an array": (lambda: nll(Gaussian(), ONES, np.ones(3)), "z must be a tensor of floating"),
    "z of integers": (lambda: nll(Gaussian(), ONES, torch.tensor([1, 2, 3])), "z must be a tensor"),
    "y an array": (lambda: nll(Gaussian(), np.ones(3), ONES), "y must be a tensor"),
    "y a column": (lambda: nll(Gaussian(), ONES[:, None], ONES), r"y must be .* \(3, 1\)"),
    "z a column": (lambda: nll(Gaussian(), ONES, ONES[:, None]), r"z must have shape \(..., 3\)"),
    "z short": (lambda: nll(Gaussian(), ONES, ONES[:2]), r"z must have shape \(..., 3\)"),
    "z of a pair": (lambda: nll(CASES[7].likelihood, ONES, ONES), r"\(..., 3, 2\), got \(3,\)"),
    "label 2": (lambda: nll(Bernoulli(), 2 * ONES, ONES), "y must hold whole labels from 0 to 1"),
    "label K": (
        lambda: nll(Categorical(3), 3 * ONES, torch.ones(3, 3)),
        "y must hold whole labels from 0 to 2",
    ),
    "count ½": (lambda: nll(Poisson(), ONES / 2, ONES), "y must hold counts"),
    "nan": (lambda: nll(Laplace(), torch.nan * ONES, ONES), "y must be finite"),
    "brier": (lambda: brier(3 * ONES, ONES), "y must hold whole labels"),
}


@pytest.mark.parametrize(("call", "message"), WRONG.values(), ids=WRONG)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
