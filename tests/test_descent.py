"""Gradient descent against its theory: exact contraction, the limit 2/L, the descent lemma."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlelib.datasets import people
from mlelib.descent import gradient_descent
from mlelib.estimation import maximum_likelihood
from mlelib.likelihoods import Bernoulli, Gaussian, Poisson
from mlelib.objectives import Objective, add_intercept


class Quadratic:
    """f(θ) = ½ θᵀAθ."""

    def __init__(self, A: np.ndarray) -> None:
        self.A = A

    def value(self, theta: np.ndarray) -> float:
        return 0.5 * theta @ self.A @ theta

    def gradient(self, theta: np.ndarray) -> np.ndarray:
        return self.A @ theta


class Logistic:
    """The summed negative log-likelihood of labels y under P(1) = sigmoid(Xθ), written out here."""

    def __init__(self, seed: int, n: int = 30) -> None:
        rng = np.random.default_rng(seed)
        self.X = np.column_stack([np.ones(n), rng.normal(size=(n, 2))])
        self.y = rng.random(n) < 0.5
        self.L = np.linalg.eigvalsh(self.X.T @ self.X)[-1] / 4

    def value(self, theta: np.ndarray) -> float:
        z = self.X @ theta
        return float((np.logaddexp(0, z) - self.y * z).sum())

    def gradient(self, theta: np.ndarray) -> np.ndarray:
        return self.X.T @ (1 / (1 + np.exp(-self.X @ theta)) - self.y)


def spd(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A matrix with eigenvalues (0.5, 1, 4), and they and its eigenvectors."""
    Q = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    eigenvalues = np.array([0.5, 1.0, 4.0])
    return Q @ np.diag(eigenvalues) @ Q.T, eigenvalues, Q


@pytest.mark.parametrize("step", [0.01, 0.2, 0.4999, 0.51])
def test_on_a_quadratic_each_eigendirection_contracts_by_its_own_factor(step: float) -> None:
    A, eigenvalues, Q = spd(1)
    start = np.array([1.0, -2.0, 3.0])
    path = gradient_descent(Quadratic(A), start, step, 40)
    t = np.arange(41)[:, None]
    exact = (1 - step * eigenvalues) ** t * (Q.T @ start)
    assert np.allclose(path.thetas @ Q, exact, rtol=0, atol=1e-13 * np.abs(exact).max())
    assert np.allclose(path.values, 0.5 * (exact**2 * eigenvalues).sum(axis=1), rtol=1e-11)
    norms = np.sqrt(((exact * eigenvalues) ** 2).sum(axis=1))
    assert np.allclose(path.gradient_norms, norms, rtol=1e-11)


def test_just_below_two_over_l_converges_and_just_above_diverges() -> None:
    A, _, _ = spd(2)
    start = np.ones(3)
    below = gradient_descent(Quadratic(A), start, 2 / 4 * (1 - 1e-2), 3000)
    above = gradient_descent(Quadratic(A), start, 2 / 4 * (1 + 1e-2), 3000)
    assert below.values[-1] < 1e-20 * below.values[0]
    assert above.values[-1] > 1e20 * above.values[0]


@given(seed=st.integers(0, 10**6), share=st.floats(0.01, 1.99))
def test_every_step_below_two_over_l_descends_as_the_lemma_says(seed: int, share: float) -> None:
    f = Logistic(seed)
    step = share / f.L
    path = gradient_descent(f, np.random.default_rng(seed).normal(0, 3, size=3), step, 25)
    least = step * (1 - f.L * step / 2) * path.gradient_norms[:-1] ** 2
    rounding = 1e-13 * path.values[0]
    assert (path.values[:-1] - path.values[1:] >= least - rounding).all()


def test_the_rate_on_a_convex_function_with_a_minimiser() -> None:
    f = Logistic(7)
    minimiser = gradient_descent(f, np.zeros(3), 1 / f.L, 20_000).thetas[-1]
    assert np.linalg.norm(f.gradient(minimiser)) < 1e-10
    start = np.array([4.0, -4.0, 4.0])
    path = gradient_descent(f, start, 1 / f.L, 300)
    t = np.arange(1, 301)
    bound = np.sum((start - minimiser) ** 2) * f.L / (2 * t)
    assert (path.values[1:] - f.value(minimiser) <= bound).all()
    assert path.values[-1] - f.value(minimiser) < 1e-8


def test_a_diverging_path_ends_in_inf_without_a_warning() -> None:
    A, _, _ = spd(3)
    path = gradient_descent(Quadratic(A), np.ones(3), 100.0, 1000)
    assert path.values[-1] == np.inf
    assert path.gradient_norms[-1] == np.inf
    assert np.isfinite(path.values[:-1]).all()
    assert len(path.thetas) == len(path.values) == len(path.gradient_norms) < 1001
    assert not np.isnan(path.thetas).any()


def test_a_position_out_of_range_is_not_passed_to_the_objective() -> None:
    class Picky(Quadratic):
        def value(self, theta: np.ndarray) -> float:
            assert np.isfinite(theta).all()
            return 1.0

    path = gradient_descent(Picky(np.eye(1)), [1e300], 1e10, 5)
    assert path.values.tolist() == [1.0, np.inf]
    assert np.isinf(path.thetas[-1]).all()


class OneByOne:
    """An objective without the values of many parameters at once."""

    def __init__(self, objective: Objective) -> None:
        self.value, self.gradient = objective.value, objective.gradient


@pytest.mark.parametrize("step", [1e-3, 0.1, 10.0])  # the last leaves the floating range
def test_the_path_is_the_same_whether_values_come_one_by_one_or_all_at_once(step: float) -> None:
    rng = np.random.default_rng(6)
    X = add_intercept(rng.normal(size=(50, 2)))
    objective = Objective(Poisson(), X, rng.poisson(3.0, size=50))
    one_by_one, at_once = (
        gradient_descent(f, [0.5, 0.2, -0.1], step, 40) for f in (OneByOne(objective), objective)
    )
    assert np.isfinite(at_once.values[-1]) == (step < 0.1)
    np.testing.assert_array_equal(at_once.thetas, one_by_one.thetas)
    np.testing.assert_allclose(at_once.values, one_by_one.values, rtol=1e-13)
    np.testing.assert_allclose(at_once.gradient_norms, one_by_one.gradient_norms, rtol=1e-13)


def test_descent_on_an_objective_ends_at_the_maximum_of_the_likelihood() -> None:
    crowd = people(200, seed=1)
    X = add_intercept(np.column_stack([(crowd.height - 1.7) / 0.1, (crowd.weight - 70) / 10]))
    objective = Objective(Bernoulli(), X, crowd.diet)
    L = np.linalg.eigvalsh(X.T @ X)[-1] / 4
    path = gradient_descent(objective, np.zeros(3), 1.9 / L, 3000)
    estimate = maximum_likelihood(Bernoulli(), X, crowd.diet)
    assert path.gradient_norms[-1] < 1e-9
    assert np.allclose(path.thetas[-1], estimate.theta, rtol=1e-8)


@pytest.mark.parametrize("likelihood", [Gaussian(), Poisson()])
def test_descent_on_an_objective_diverges_to_inf_and_raises_nothing(likelihood) -> None:
    x = np.arange(5.0)
    objective = Objective(likelihood, add_intercept(x), 100 * x)
    path = gradient_descent(objective, np.zeros(2), 10.0, 500)
    assert path.values[-1] == np.inf
    assert np.isfinite(path.values[:-1]).all()


def test_no_steps_is_the_start_alone() -> None:
    path = gradient_descent(Quadratic(np.eye(2)), [3.0, 4.0], 0.1, 0)
    assert path.thetas.tolist() == [[3.0, 4.0]]
    assert path.values.tolist() == [12.5]
    assert path.gradient_norms.tolist() == [5.0]


def test_the_start_is_left_alone_and_a_matrix_keeps_its_shape() -> None:
    class Frobenius:
        def value(self, theta: np.ndarray) -> float:
            return 0.5 * float((theta**2).sum())

        def gradient(self, theta: np.ndarray) -> np.ndarray:
            return theta

    start = np.array([[3.0, 0.0], [0.0, 4.0]])
    path = gradient_descent(Frobenius(), start, 0.5, 3)
    assert start.tolist() == [[3.0, 0.0], [0.0, 4.0]]
    assert path.thetas.shape == (4, 2, 2)
    assert path.gradient_norms.tolist() == [5.0, 2.5, 1.25, 0.625]


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (([np.nan], 0.1, 5), "start"),
        (([], 0.1, 5), "start"),
        (([1.0], 0.0, 5), "step"),
        (([1.0], -0.1, 5), "step"),
        (([1.0], np.inf, 5), "step"),
        (([1.0], 0.1, -1), "steps"),
        (([1.0], 0.1, 2.5), "steps"),
    ],
)
def test_bad_input_is_named(arguments, name) -> None:
    with pytest.raises(ValueError, match=f"^{name} must"):
        gradient_descent(Quadratic(np.eye(1)), *arguments)
