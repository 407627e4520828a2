"""The objective is the sum that it says it is, and its derivatives are its own."""

import tracemalloc

import numpy as np
import pytest
from registry import CASES, Case

from mlelib import objectives
from mlelib.likelihoods import Bernoulli, Categorical, Gamma, Gaussian, Poisson
from mlelib.objectives import Objective, add_intercept, weighted_gram
from mlelib.priors import BetaPrior, Flat, GaussianPrior, LaplacePrior

PRIORS = [
    Flat(),
    GaussianPrior(0.8),
    GaussianPrior(0.8, [True, False, False]),
    LaplacePrior(0.6),
    LaplacePrior(0.6, [False, True, False]),
]
each_case = pytest.mark.parametrize("case", CASES, ids=str)
each_prior = pytest.mark.parametrize("prior", PRIORS, ids=str)


def problem(case: Case, prior=PRIORS[0]) -> tuple[Objective, np.ndarray]:
    """An objective in three columns, and a θ with no entry at a kink."""
    rng = np.random.default_rng(11)
    X = add_intercept(rng.normal(size=(len(case.y), 2)))
    objective = Objective(case.likelihood, X, case.y, prior)
    return objective, rng.normal(scale=0.7, size=objective.shape)


@each_case
@each_prior
def test_the_value_is_the_sum_of_all_it_is_made_of(case: Case, prior) -> None:
    objective, theta = problem(case, prior)
    examples = sum(
        case.likelihood.nll(case.y[i : i + 1], (objective.X[i] @ theta)[None])[0]
        for i in range(len(case.y))
    )
    parameters = sum(objective.prior.log_prob(theta).ravel())
    assert objective.value(theta) == pytest.approx(examples - parameters, rel=1e-13)


def differences(function, theta: np.ndarray) -> np.ndarray:
    """∂ function/∂θ in the last axis, from central differences at two steps (Richardson): O(h⁴)."""

    def central(h: float) -> np.ndarray:
        steps = h * np.eye(theta.size).reshape(-1, *theta.shape)
        sides = [function(theta + step) - function(theta - step) for step in steps]
        return np.stack(sides, axis=-1) / (2 * h)

    return (4 * central(1e-3) - central(2e-3)) / 3


@each_case
@each_prior
def test_the_gradient_is_the_values(case: Case, prior) -> None:
    objective, theta = problem(case, prior)
    slopes = differences(lambda t: np.asarray(objective.value(t)), theta)
    assert objective.gradient(theta).shape == theta.shape
    # the differences are good to h⁴ and to the rounding of the value over h
    scale = max(1.0, np.abs(slopes).max())
    np.testing.assert_allclose(objective.gradient(theta).ravel(), slopes, rtol=0, atol=2e-8 * scale)


@each_case
@each_prior
def test_the_hessian_is_the_gradients_in_the_order_of_ravel(case: Case, prior) -> None:
    objective, theta = problem(case, prior)
    rows = differences(lambda t: objective.gradient(t).ravel(), theta)
    scale = max(1.0, np.abs(rows).max())
    np.testing.assert_allclose(objective.hessian(theta), rows, rtol=0, atol=2e-8 * scale)


@each_case
@each_prior
def test_many_values_at_once_are_the_values_one_by_one(case: Case, prior, monkeypatch) -> None:
    objective, theta = problem(case, prior)
    thetas = theta + np.random.default_rng(12).normal(size=(3, 5, *theta.shape))
    one_by_one = [[objective.value(t) for t in row] for row in thetas]
    for block in (1, 7, 48, 16_000):  # less than a row, a part of the rows, one parameter, all
        monkeypatch.setattr(objectives, "BLOCK", block)
        np.testing.assert_allclose(objective.values(thetas), one_by_one, rtol=1e-13)
    assert objective.values(theta).shape == ()


@each_case
def test_many_values_take_no_more_memory_than_their_blocks(case: Case) -> None:
    rng = np.random.default_rng(13)
    n, many = 200_000, 60
    X = add_intercept(rng.normal(size=(n, 2)))
    objective = Objective(case.likelihood, X, np.resize(case.y, n))
    thetas = rng.normal(scale=0.3, size=(many, *objective.shape))
    objective.value(thetas[0])  # sums the constants once
    tracemalloc.start()
    try:
        objective.values(thetas)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    block = objectives.BLOCK * 8 * objectives.THREADS
    assert peak < 20 * block  # 41 MB, where the raw outputs alone are 96 MB and more
    assert many * n * case.likelihood.outputs * 8 > 1.5 * 20 * block


def test_nothing_is_a_mean() -> None:
    case = CASES[0]
    objective, theta = problem(case)
    twice = Objective(case.likelihood, np.tile(objective.X, (2, 1)), np.tile(case.y, 2))
    assert twice.value(theta) == pytest.approx(2 * objective.value(theta), rel=1e-14)
    np.testing.assert_allclose(twice.gradient(theta), 2 * objective.gradient(theta), rtol=1e-13)


def test_the_softmax_has_a_row_of_parameters_for_each_feature() -> None:
    X, y = np.array([[1.0, 2.0], [1.0, -1.0], [1.0, 0.5]]), [0, 2, 1]
    objective = Objective(Categorical(3), X, y)
    assert objective.shape == (2, 3)
    theta = np.zeros((2, 3))
    assert objective.value(theta) == pytest.approx(3 * np.log(3), rel=1e-15)
    # pₖ − [y = k] summed against x: by hand for the second class and the second feature
    assert objective.gradient(theta)[1, 1] == pytest.approx((2 - 1 + 0.5) / 3 - 0.5, rel=1e-14)


def test_the_weighted_gram_matrix_is_the_sum_over_rows() -> None:
    rng = np.random.default_rng(14)
    X, w, W = rng.normal(size=(6, 2)), rng.random(6), rng.normal(size=(6, 3, 3))
    np.testing.assert_allclose(
        weighted_gram(X, w), sum(w[i] * np.outer(X[i], X[i]) for i in range(6)), rtol=1e-13
    )
    np.testing.assert_allclose(
        weighted_gram(X, W), sum(np.kron(np.outer(X[i], X[i]), W[i]) for i in range(6)), rtol=1e-12
    )


def test_the_intercept_comes_first() -> None:
    np.testing.assert_array_equal(add_intercept([5, 6]), [[1, 5], [1, 6]])
    np.testing.assert_array_equal(add_intercept([[5.0, 7.0]]), [[1, 5, 7]])


def test_labels_may_be_booleans_and_targets_lists() -> None:
    X = np.array([[1.0], [1.0]])
    booleans = Objective(Bernoulli(), X, [True, False])
    assert booleans.value([0.3]) == Objective(Bernoulli(), X, np.array([1.0, 0.0])).value([0.3])


GOOD_X, GOOD_Y, NAN = np.ones((3, 2)), np.array([0.0, 1.0, 2.0]), float("nan")
GOOD = Objective(Gaussian(), GOOD_X, GOOD_Y)
WIDE = Objective(Categorical(3), GOOD_X, GOOD_Y)
WRONG = {
    "likelihood a class": (lambda: Objective(Gaussian, GOOD_X, GOOD_Y), "likelihood must be one"),
    "likelihood a name": (lambda: Objective("poisson", GOOD_X, GOOD_Y), "likelihood must be one"),
    "prior a class": (lambda: Objective(Gaussian(), GOOD_X, GOOD_Y, Flat), "prior must be one"),
    "prior a number": (lambda: Objective(Gaussian(), GOOD_X, GOOD_Y, 0.1), "prior must be one"),
    "X transposed": (lambda: Objective(Gaussian(), GOOD_X.T, GOOD_Y), "X must have one row for"),
    "X a vector": (lambda: Objective(Gaussian(), GOOD_Y, GOOD_Y), "X must have shape"),
    "X empty": (lambda: Objective(Gaussian(), np.empty((0, 2)), []), "X must not be empty"),
    "X nan": (lambda: Objective(Gaussian(), GOOD_X * NAN, GOOD_Y), "X must be finite"),
    "X infinite": (lambda: Objective(Gaussian(), GOOD_X * np.inf, GOOD_Y), "X must be finite"),
    "X strings": (lambda: Objective(Gaussian(), [["a"]], [1.0]), "X must hold real numbers"),
    "X objects": (lambda: Objective(Gaussian(), [[None]], [1.0]), "X must hold real numbers"),
    "X ragged": (lambda: Objective(Gaussian(), [[1], [1, 2]], [1, 2]), "X must be a rectangular"),
    "y short": (lambda: Objective(Gaussian(), GOOD_X, [1.0]), "one row for each of the 1 entries"),
    "y a column": (lambda: Objective(Gaussian(), GOOD_X, GOOD_Y[:, None]), "y must have shape"),
    "y empty": (lambda: Objective(Gaussian(), GOOD_X, []), "y must not be empty"),
    "y nan": (lambda: Objective(Gaussian(), GOOD_X, [0, NAN, 1]), "y must be finite"),
    "y strings": (lambda: Objective(Gaussian(), GOOD_X, ["a", "b", "c"]), "y must hold real"),
    "label −1": (lambda: Objective(Bernoulli(), GOOD_X, [0, 1, -1]), "y must hold whole labels"),
    "label 2": (lambda: Objective(Bernoulli(), GOOD_X, [0, 1, 2]), "y must hold whole labels"),
    "label ½": (lambda: Objective(Categorical(3), GOOD_X, [0, 1, 0.5]), "y must hold whole labels"),
    "label K": (lambda: Objective(Categorical(3), GOOD_X, [0, 1, 3]), "y must hold whole labels"),
    "count −1": (lambda: Objective(Poisson(), GOOD_X, [0, 1, -1]), "y must hold counts"),
    "count ½": (lambda: Objective(Poisson(), GOOD_X, [0, 1, 0.5]), "y must hold counts"),
    "amount 0": (lambda: Objective(Gamma(1.0), GOOD_X, GOOD_Y), "y must be above 0"),
    "mask long": (
        lambda: Objective(Gaussian(), GOOD_X, GOOD_Y, GaussianPrior(1.0, [True] * 3)),
        "mask must have the shape of theta",
    ),
    "beta on a line": (
        lambda: Objective(Bernoulli(), GOOD_X, [0, 1, 1], BetaPrior(1, 1)),
        "prior must fit theta",
    ),
    "beta on a Gaussian": (
        lambda: Objective(Gaussian(), np.ones((3, 1)), GOOD_Y, BetaPrior(1, 1)),
        "prior must fit the likelihood",
    ),
    "beta on a slope": (
        lambda: Objective(Bernoulli(), 2 * np.ones((3, 1)), [0, 1, 1], BetaPrior(1, 1)),
        "prior must fit the likelihood",
    ),
    "theta long": (lambda: GOOD.value([1.0, 2.0, 3.0]), r"theta must have shape \(2,\)"),
    "theta flat": (lambda: WIDE.value(np.ones(6)), r"theta must have shape \(2, 3\)"),
    "theta turned": (lambda: WIDE.gradient(np.ones((3, 2))), r"theta must have shape \(2, 3\)"),
    "theta nan": (lambda: GOOD.hessian([NAN, 1.0]), "theta must be finite"),
    "theta strings": (lambda: GOOD.value(["a", "b"]), "theta must hold real numbers"),
    "thetas turned": (lambda: GOOD.values(np.ones((2, 5))), r"thetas must have shape \(..., 2\)"),
    "thetas flat": (lambda: WIDE.values(np.ones(3)), r"thetas must have shape \(..., 2, 3\)"),
    "thetas nan": (lambda: GOOD.values([[NAN, 1.0]]), "thetas must be finite"),
    "intercept of a cube": (lambda: add_intercept(np.ones((2, 2, 2))), "X must have shape"),
    "intercept of words": (lambda: add_intercept(["a"]), "X must hold real numbers"),
}


@pytest.mark.parametrize(("call", "message"), WRONG.values(), ids=WRONG)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
