"""The squared error of a sigmoid: against its definition, differences, torch and mpmath."""

import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mp, mpf

from mlelib import losses, objectives
from mlelib.brier import BrierObjective
from mlelib.descent import gradient_descent
from mlelib.landscapes import convexity_gap, grid, hessian_spectrum
from mlelib.likelihoods import Bernoulli
from mlelib.numerics import sigmoid
from mlelib.objectives import Objective, add_intercept


def problem(n: int = 40) -> tuple[BrierObjective, np.ndarray]:
    rng = np.random.default_rng(5)
    X, y = add_intercept(rng.normal(size=(n, 2))), rng.integers(0, 2, size=n)
    return BrierObjective(X, y), rng.normal(scale=1.5, size=3)


def in_torch(objective: BrierObjective):
    """The definition, for automatic differentiation."""
    X, y = torch.tensor(objective.X), torch.tensor(objective.y)
    return lambda theta: ((y - torch.sigmoid(X @ theta)) ** 2).sum()


def differences(function, theta: np.ndarray) -> np.ndarray:
    """∂ function/∂θ in the last axis, from central differences at two steps (Richardson): O(h⁴)."""

    def central(h: float) -> np.ndarray:
        return np.stack(
            [(function(theta + s) - function(theta - s)) / (2 * h) for s in h * np.eye(3)], axis=-1
        )

    return (4 * central(1e-3) - central(2e-3)) / 3


def test_the_value_is_the_sum_of_the_textbook_loss() -> None:
    objective, theta = problem()
    summed = losses.brier(objective.y, sigmoid(objective.X @ theta)).sum()
    assert objective.value(theta) == pytest.approx(summed, rel=1e-14)


def test_the_derivatives_are_the_differences() -> None:
    objective, theta = problem()
    slopes = differences(lambda t: np.asarray(objective.value(t)), theta)
    np.testing.assert_allclose(objective.gradient(theta), slopes, rtol=0, atol=1e-9)
    rows = differences(objective.gradient, theta)
    np.testing.assert_allclose(objective.hessian(theta), rows, rtol=0, atol=1e-9)


@pytest.mark.parametrize("scale", [0.0, 0.3, 1.0, 10.0])
def test_gradient_and_hessian_are_those_of_automatic_differentiation(scale: float) -> None:
    objective, theta = problem()
    value, at = in_torch(objective), torch.tensor(scale * theta)
    gradient = torch.func.grad(value)(at).numpy()
    np.testing.assert_allclose(objective.gradient(at.numpy()), gradient, rtol=0, atol=1e-13)
    hessian = torch.func.jacrev(torch.func.grad(value))(at).numpy()
    np.testing.assert_allclose(objective.hessian(at.numpy()), hessian, rtol=0, atol=1e-12)


@given(
    st.sampled_from([-1.0, 1.0]),
    st.floats(min_value=-300, max_value=300) | st.floats(min_value=0, max_value=2.9),
    st.integers(0, 1),
)
def test_one_example_is_right_to_the_last_digits(side: float, exponent: float, y: int) -> None:
    z = side * 10.0**exponent
    objective = BrierObjective([[1.0]], [y])
    with mp.workdps(60):
        t = -mpf(z) if y else mpf(z)
        e = 1 / (1 + mp.exp(-t)) if t > -1e6 else mpf(0)
        rest = 1 / (1 + mp.exp(t)) if t < 1e6 else mpf(0)
        slope = (1 - 2 * y) * 2 * e**2 * rest
        wanted = [float(v) for v in (e**2, slope, 2 * e**2 * rest * (2 - 3 * e))]
    value, (gradient,) = objective.value([z]), objective.gradient([z])
    ((curvature,),) = objective.hessian([z])
    # subnormal results have fewer digits than the tolerance asks for
    assert value == pytest.approx(wanted[0], rel=4e-15, abs=1e-300)
    assert gradient == pytest.approx(wanted[1], rel=8e-15, abs=1e-300)
    # 2 − 3e cancels where e is 2/3, at z = ±log 2: there the digits are those of 2·2e²(1 − e)
    assert curvature == pytest.approx(wanted[2], rel=8e-15, abs=max(1e-15 * abs(wanted[1]), 1e-300))


def test_beyond_the_floating_range_there_is_no_nan_and_no_warning() -> None:
    X = np.array([[1e300], [-1e300], [1e300], [-1e300]])
    for scale in (1.0, -1.0, 1e300, -1e300):
        for y in ([0, 0, 1, 1], [1, 1, 0, 0]):
            objective, theta = BrierObjective(X, y), [scale]
            assert objective.value(theta) == objective.values([theta])[0] == 2.0
            assert objective.gradient(theta) == 0
            assert objective.hessian(theta) == 0


def test_many_values_at_once_are_the_values_one_by_one(monkeypatch) -> None:
    objective, theta = problem()
    thetas = theta + np.random.default_rng(12).normal(size=(3, 5, 3))
    one_by_one = [[objective.value(t) for t in row] for row in thetas]
    for block in (1, 7, 48, 16_000):
        monkeypatch.setattr(objectives, "BLOCK", block)
        np.testing.assert_allclose(objective.values(thetas), one_by_one, rtol=1e-13)
    assert objective.values(theta).shape == ()


def test_many_values_take_no_more_memory_than_their_blocks() -> None:
    objective, theta = problem(200_000)
    thetas = np.tile(theta, (100, 1))
    tracemalloc.start()
    try:
        objective.values(thetas)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    budget = 20 * objectives.BLOCK * 8 * objectives.THREADS
    assert peak < budget < 100 * 200_000 * 8 / 3  # a third of all raw outputs at once


def test_landscapes_and_descent_take_it_and_show_that_it_is_not_convex() -> None:
    X = add_intercept([-1.0, 1.0, 2.0, -2.0])
    duel = BrierObjective(X, [0, 1, 1, 0]), Objective(Bernoulli(), X, [0, 1, 1, 0])
    wrong, better = np.array([0.0, -6.0]), np.array([0.0, 1.0])
    gaps = [convexity_gap(objective.value, wrong, better) for objective in duel]
    assert gaps[0] < -0.1 < 0 < gaps[1]
    spectra = [hessian_spectrum(objective, wrong) for objective in duel]
    assert spectra[0].max() < 0 < spectra[1].min()
    seen = grid(duel[0], wrong, np.linspace(-1, 1, 3), np.linspace(-6, 6, 5))
    assert seen.values[0, 1] == pytest.approx(duel[0].value(wrong), rel=1e-15)
    paths = [gradient_descent(objective, wrong, step=0.1, steps=100) for objective in duel]
    assert paths[0].values[-1] > 0.9 * paths[0].values[0]  # the plateau
    assert paths[1].values[-1] < 0.1 * paths[1].values[0]


def test_where_the_wrong_answer_is_surer_than_two_thirds_it_curves_down() -> None:
    for e in (0.6, 0.66, 0.67, 0.9):
        logit = np.log(e / (1 - e))
        curvature = BrierObjective([[1.0]], [0]).hessian([logit])[0, 0]
        assert (curvature < 0) == (e > 2 / 3)


GOOD_X, GOOD_Y = np.ones((3, 2)), [0, 1, 1]
GOOD = BrierObjective(GOOD_X, GOOD_Y)
WRONG = {
    "X transposed": (lambda: BrierObjective(GOOD_X.T, GOOD_Y), "X must have one row for"),
    "X a vector": (lambda: BrierObjective([1.0, 2.0], [0, 1]), "X must have shape"),
    "X nan": (lambda: BrierObjective(GOOD_X * np.nan, GOOD_Y), "X must be finite"),
    "label 2": (lambda: BrierObjective(GOOD_X, [0, 1, 2]), "y must hold whole labels"),
    "probability": (lambda: BrierObjective(GOOD_X, [0, 1, 0.5]), "y must hold whole labels"),
    "theta long": (lambda: GOOD.value([1.0, 2.0, 3.0]), r"theta must have shape \(2,\)"),
    "theta nan": (lambda: GOOD.gradient([np.nan, 1.0]), "theta must be finite"),
    "theta wide": (lambda: GOOD.hessian(np.ones((2, 2))), r"theta must have shape \(2,\)"),
    "thetas": (lambda: GOOD.values(np.ones((2, 5))), r"thetas must have shape \(..., 2\)"),
}


@pytest.mark.parametrize(("call", "message"), WRONG.values(), ids=WRONG)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
