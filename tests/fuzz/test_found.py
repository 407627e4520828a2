"""What the fuzzer found, each once: wrong answers, warnings and errors from within."""

import warnings
from functools import partial

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal

from mlelib import (
    Bernoulli,
    Categorical,
    Flat,
    Gaussian,
    GaussianPrior,
    Laplace,
    LaplacePrior,
    Objective,
    Poisson,
    ScaledGaussian,
    StudentT,
    add_intercept,
    checks,
    chord,
    coins,
    convexity_gap,
    datasets,
    gradient_descent,
    grid,
    hessian_spectrum,
    losses,
    maximum_a_posteriori,
    maximum_likelihood,
    networks,
    numerics,
    people,
)
from mlelib.calibration import temperature
from mlelib.sandwich import sandwich_errors

X = add_intercept(np.arange(8.0))
Y = np.array([0.0, 1, 0, 1, 0, 0, 1, 1])
MASKED = np.ma.masked_array([1.0, 2.0], mask=[False, True])
HUGE = np.array([1.7e308, -1.7e308])
LOGISTIC = Objective(Bernoulli(), X, Y)
NET = networks.mlp([2, 3, 1])


def test_masked_numbers_are_not_used() -> None:
    for masked in (MASKED, [MASKED], [1.0, np.ma.masked]):
        with pytest.raises(ValueError, match=r"^y must have no masked entries"):
            losses.squared_error(masked, 0.0)
    assert_array_equal(losses.squared_error(np.ma.masked_array([2.0]), 0.0), [4.0])


def test_special_functions_compute_in_double_precision() -> None:
    z = np.array([[0.5, -3.0, 2.0]])
    for special in (numerics.log_softmax, numerics.softmax):
        assert_array_equal(special(z.astype("f2")), special(z))  # was right to three digits
    assert numerics.softplus([True]).dtype == np.float64


def test_layout_does_not_change_a_bit() -> None:
    wide = np.random.default_rng(0).normal(size=(40, 7))
    theta = np.linspace(-1, 1, 7)
    y = np.arange(40.0) % 2
    right = Objective(Bernoulli(), wide, y).gradient(theta)
    for same in (np.asfortranarray(wide), wide.astype(">f8"), wide[::-1][::-1], wide.tolist()):
        assert_array_equal(Objective(Bernoulli(), same, y).gradient(theta), right)


def test_outputs_that_overflow_on_the_way_are_right() -> None:
    far = Objective(Gaussian(), [[2.0**1000, 2.0**1000], [1.0, 0.0]], [0.0, 0.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        theta = [2.0**30, -(2.0**30)]  # 2¹⁰³⁰ − 2¹⁰³⁰ = 0
        assert far.value(theta) == pytest.approx(2.0**59, rel=1e-12)
        assert far.values([theta])[0] == far.value(theta)


def test_a_chord_between_infinite_values_has_no_nan() -> None:
    line = chord(lambda t: np.inf if t == 0 else 1.0, 0.0, 1.0, 5).line
    assert_array_equal(line, [np.inf, np.inf, np.inf, np.inf, 1.0])


@pytest.mark.parametrize("tau", [1e-200, 1e200])
def test_the_square_of_a_scale_may_leave_the_range(tau: float) -> None:
    assert GaussianPrior(tau).weight_decay(3) in (0.0, np.inf)
    with pytest.raises(ValueError, match=r"^tau must be of a size"):
        maximum_a_posteriori(Bernoulli(), X, Y, GaussianPrior(tau))


def test_a_penalty_out_of_range_is_infinite() -> None:
    assert LaplacePrior(5e-324).gradient([1.0]) == np.inf


def test_answers_of_any_kind_are_judged() -> None:
    for answer in (MASKED, [10**400], np.longdouble("1e4000"), object(), [np.ma.masked]):
        assert not checks.check("1.3", answer)


def test_boolean_labels_have_a_twin() -> None:
    y, z = torch.tensor([True, False]), torch.tensor([0.5, 2.0], dtype=torch.float64)
    assert torch.equal(networks.brier(y, z), networks.brier(y.long(), z))
    assert torch.equal(networks.nll(Gaussian(), y, z), networks.nll(Gaussian(), y.long(), z))


def _trained(**changed: object) -> object:
    x, y = torch.zeros(4, 2, dtype=torch.float64), torch.zeros(4)
    given = {"network": NET, "x": x, "y": y, "loss": networks.brier, "steps": 1, "progress": False}
    given["optimiser"] = partial(torch.optim.SGD, lr=0.1)
    return networks.train(**(given | changed))  # type: ignore[arg-type]


REFUSED = {
    "X": [
        lambda: maximum_likelihood(Gaussian(), X * 1e-310, Y),
        lambda: maximum_likelihood(Poisson(), X * 1e300, Y),
    ],
    "y": [
        lambda: maximum_likelihood(StudentT(3.0), X, Y * 1e300),
        lambda: losses.brier([[1.0], [1.0, 0.0]], 0.5),
        lambda: networks.nll(Bernoulli(), torch.zeros(2, dtype=torch.bfloat16), torch.zeros(2)),
    ],
    "scale": [lambda: maximum_likelihood(Laplace(1e-200), X, Y)],
    "z": [
        lambda: numerics.softplus("a"),
        lambda: numerics.log_softmax(1.0),
        lambda: numerics.softmax(np.zeros((2, 0))),
        lambda: temperature(Bernoulli(), Y, np.zeros((3, 8))),
        lambda: temperature(Bernoulli(), Y, Y * 1e308 - 1.0),
        lambda: Gaussian().sample(np.zeros((1,) * 40), np.random.default_rng(0)),
        lambda: networks.brier(torch.zeros(2), torch.zeros(2).to_sparse()),
    ],
    "x": [
        lambda: numerics.stirling_remainder(-1.0),
        lambda: numerics.times_exp([1.0, 2.0], [1.0, 2.0, 3.0]),
        lambda: grid(LOGISTIC, [0.0, 0.0], HUGE, [1.0], (np.full(2, 10.0), 1)),
        lambda: _trained(x=torch.zeros(4, 2, dtype=torch.float32)),
        lambda: _trained(x=torch.zeros(4, 3, dtype=torch.float64)),
    ],
    "classes": [lambda: Categorical(1e300), lambda: Categorical(np.timedelta64(3))],
    "theta": [
        lambda: hessian_spectrum(Objective(Poisson(), X, Y), [0.0, 1e3]),
        lambda: sandwich_errors(Poisson(), X, Y, [0.0, 1e3]),
        lambda: Objective(Poisson(), X - 3, Y).gradient([-800.0, 0.0]),
    ],
    "start": [lambda: gradient_descent(LOGISTIC, [[0.0, 0.0]], 0.1, 1)],
    "objective": [
        lambda: gradient_descent(None, [0.0], 0.1, 1),
        lambda: grid("f", [0.0, 0.0], [1.0], [1.0]),
        lambda: hessian_spectrum(object, [0.0]),
    ],
    "center": [lambda: grid(LOGISTIC, [0.0, 0.0, 0.0], [1.0], [1.0])],
    "axes": [
        lambda: grid(LOGISTIC, [0.0, 0.0], [1.0], [1.0], None),
        lambda: grid(LOGISTIC, [0.0, 0.0], [1.0], [1.0], (0,)),
        lambda: grid(LOGISTIC, [0.0, 0.0], [1.0], [1.0], (0, "a")),
    ],
    "f": [lambda: chord(3, 0.0, 1.0), lambda: convexity_gap(None, 0.0, 1.0)],
    "points": [lambda: chord(abs, 0.0, 1.0, 3.5), lambda: chord(abs, 0.0, 1.0, "a")],
    "n": [lambda: people(10**30), lambda: GaussianPrior(1.0).weight_decay(10**30)],
    "seed": [
        lambda: people(5, "a"),
        lambda: coins(1, 1, -1),
        lambda: networks.mlp([1, 1], seed=1.5),
        lambda: networks.filter_normalised(networks.mlp([1, 1]), "a"),
    ],
    "weight": [lambda: datasets.People.p_diet([1.0, 2.0], [1.0, 2.0, 3.0])],
    "number": [lambda: checks.check([], 1.0)],
    "exercise": [lambda: checks.judge(None, 1.0)],
    "loss": [lambda: GaussianPrior(1.0).weight_decay(3, []), lambda: _trained(loss=3)],
    "shape": [lambda: Flat().felt(3), lambda: Flat().felt((10**5,) * 4)],
    "mask": [lambda: GaussianPrior(1.0, np.ma.masked_array([True, False], mask=True))],
    "eigenvalues": [lambda: networks.negative_share(1.0)],
    "widths": [lambda: networks.mlp(3), lambda: networks.mlp([[1, 2]])],
    "network": [
        lambda: _trained(network=None),
        lambda: networks.block_spectra(1, abs, Z, Z[:, 0]),
        lambda: networks.filter_normalised(3),
    ],
    "directions": [
        lambda: _seen(3),
        lambda: _seen(({}, {})),
        lambda: _seen("ab"),
        lambda: _seen(({"0.weight": None, "0.bias": None},) * 2),
    ],
    "keep": [lambda: _trained(keep=3), lambda: _trained(keep=np.asarray(1))],
    "optimiser": [lambda: _trained(optimiser=None)],
}
Z = torch.zeros(4, 2, dtype=torch.float64)


@pytest.mark.parametrize(
    ("name", "call"), [(name, call) for name, calls in REFUSED.items() for call in calls]
)
def test_the_argument_is_named(name: str, call) -> None:
    with pytest.raises(ValueError, match=f"^{name} (or y )?must"):
        call()


def test_a_share_of_large_eigenvalues_does_not_overflow() -> None:
    assert networks.negative_share([-1.7e308, 1.7e308]) == 0.5


def test_a_sum_of_infinities_is_no_nan() -> None:
    far = Objective(ScaledGaussian(), np.ones((2, 1)), [0.0, 1e300])
    values = far.values([[[0.0, -1e300]]])
    assert not np.isnan(values).any()


def test_a_broadcast_row_is_taken_without_a_warning() -> None:
    """To ask whether it may be written to would be one."""
    row = np.broadcast_arrays(np.zeros(3), np.zeros((1, 3)))[0]
    np.testing.assert_array_equal(numerics.softplus(row), [[np.log(2.0)] * 3])


def _seen(directions=None, y=None):
    network = networks.mlp([2, 1])
    directions = networks.filter_normalised(network) if directions is None else directions
    y = Z[:, 0] if y is None else y
    return networks.landscape(network, networks.brier, Z, y, directions, [0.0], [0.0])


def test_the_landscape_of_labels_that_autograd_watches_is_plain_numbers() -> None:
    assert _seen(y=Z[:, 0].clone().requires_grad_()).values == _seen().values


def test_the_temperature_of_huge_raw_outputs_is_as_huge() -> None:
    """Its inverse is far below what a root finder takes for 0 as a rule."""
    y, z = [0, 1, 1, 0], np.array([-1.0, 2.0, -0.5, 0.3])
    plain = temperature(Bernoulli(), y, z)
    assert temperature(Bernoulli(), y, 2.0**100 * z) == pytest.approx(2.0**100 * plain, rel=1e-12)


def test_directions_may_be_of_another_precision() -> None:
    halves = networks.filter_normalised(networks.mlp([2, 1]).float())
    assert _seen(directions=halves).values == _seen().values
