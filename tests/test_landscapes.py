"""Landscapes of functions whose shape is known exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlelib.datasets import penguins, people
from mlelib.landscapes import chord, convexity_gap, grid, hessian_spectrum
from mlelib.likelihoods import Bernoulli, Categorical, StudentT
from mlelib.objectives import Objective, add_intercept

A = np.array([[2.0, 0.5, -1.0], [0.5, 3.0, 0.25], [-1.0, 0.25, 1.5]])
B = np.array([1.0, -2.0, 0.5])
CENTER = np.array([0.5, -1.5, 2.0])


class Quadratic:
    """f(θ) = ½ θᵀAθ + Bᵀθ."""

    def value(self, theta: np.ndarray) -> float:
        return float(0.5 * theta @ A @ theta + B @ theta)

    def values(self, thetas: np.ndarray) -> np.ndarray:
        return np.array([self.value(theta) for theta in thetas])

    def hessian(self, theta: np.ndarray) -> np.ndarray:
        return A


class Weighted:
    """f(Θ) = Σ Wᵢⱼ·Θᵢⱼ over a matrix Θ, so that each entry shows where it went."""

    W = np.array([[1.0, 10.0], [100.0, 1000.0], [1e4, 1e5]])

    def values(self, thetas: np.ndarray) -> np.ndarray:
        assert thetas.shape[1:] == self.W.shape
        return (thetas * self.W).sum(axis=(1, 2))


def logistic_nll(seed: int):
    """Σ log(1 + exp(−sᵢ·xᵢᵀθ)) for random x and signs s: convex whatever they are."""
    rng = np.random.default_rng(seed)
    signed = rng.normal(size=(20, 3)) * rng.choice([-1, 1], size=(20, 1))
    return lambda theta: float(np.logaddexp(0, -signed @ theta).sum())


def test_coordinates_are_replaced_by_x_and_y_and_the_rest_is_the_centre() -> None:
    x, y = np.linspace(-1, 1, 4), np.linspace(0, 3, 3)
    for axes in [(0, 1), (2, 0), (-1, 1), ((1,), 2)]:
        seen = grid(Quadratic(), CENTER, x, y, axes)
        assert seen.values.shape == (3, 4)
        for row, column in np.ndindex(3, 4):
            theta = CENTER.copy()
            theta[axes[0]], theta[axes[1]] = x[column], y[row]
            assert seen.values[row, column] == pytest.approx(Quadratic().value(theta), rel=1e-14)
    assert np.array_equal(seen.x, x)
    assert np.array_equal(seen.y, y)


def test_directions_start_at_the_centre() -> None:
    u, v = np.array([1.0, 1.0, 0.0]), np.array([0.0, -2.0, 0.5])
    x, y = np.array([-1.0, 0.0, 2.0]), np.array([0.0, 3.0])
    seen = grid(Quadratic(), CENTER, x, y, (u, v)).values
    for row, column in np.ndindex(2, 3):
        exact = Quadratic().value(CENTER + x[column] * u + y[row] * v)
        assert seen[row, column] == pytest.approx(exact, rel=1e-14)


def test_a_coordinate_and_a_direction_may_be_mixed() -> None:
    u = np.array([1.0, 0.0, 1.0])
    seen = grid(Quadratic(), CENTER, [0.25], [4.0], (u, 1)).values
    exact = Quadratic().value(np.array([CENTER[0] + 0.25, 4.0, CENTER[2] + 0.25]))
    assert seen.item() == pytest.approx(exact, rel=1e-14)


def test_a_matrix_of_parameters_is_sliced_by_pairs_of_indices() -> None:
    center = np.ones((3, 2))
    seen = grid(Weighted(), center, [2.0, 3.0], [5.0], ((0, 1), (2, 0))).values
    rest = 1 + 100 + 1000 + 1e5
    assert seen.tolist() == [[rest + 20 + 5e4, rest + 30 + 5e4]]
    assert center.tolist() == np.ones((3, 2)).tolist()


def test_the_chord_and_gap_of_a_quadratic_are_exact() -> None:
    a, b = np.array([1.0, 2.0, 3.0]), np.array([-2.0, 0.5, 1.0])
    seen = chord(Quadratic().value, a, b, points=11)
    t = np.linspace(0, 1, 11)
    assert np.array_equal(seen.t, t)
    assert seen.curve[0] == seen.line[0] == Quadratic().value(a)
    assert seen.curve[-1] == seen.line[-1] == Quadratic().value(b)
    exact = 0.5 * t * (1 - t) * ((b - a) @ A @ (b - a))
    assert np.allclose(seen.line - seen.curve, exact, rtol=0, atol=1e-13)
    # The least inside lies next to an end.
    assert convexity_gap(Quadratic().value, a, b, 11) == pytest.approx(exact[1], rel=1e-12)


@given(
    seed=st.integers(0, 10**6),
    ends=st.lists(st.floats(-20, 20), min_size=6, max_size=6),
)
def test_no_chord_of_the_logistic_nll_passes_below_it(seed: int, ends: list[float]) -> None:
    f = logistic_nll(seed)
    a, b = np.array(ends[:3]), np.array(ends[3:])
    rounding = 1e-14 * (f(a) + f(b) + 1)
    assert convexity_gap(f, a, b, 21) >= -rounding


def test_squared_error_behind_a_sigmoid_has_a_chord_below_it() -> None:
    """(σ(z) − 1)² is concave for z < −log 2: at e = 1 − σ its curvature has the sign of 2 − 3e."""
    brier = lambda z: (1 / (1 + np.exp(-z)) - 1) ** 2  # noqa: E731
    assert convexity_gap(brier, -6.0, -1.0) < -0.1
    assert convexity_gap(brier, 0.0, 5.0) > 0
    inflection = -np.log(2)
    assert convexity_gap(brier, inflection - 0.01, inflection) < 0
    assert convexity_gap(brier, inflection, inflection + 0.01) > 0


def test_a_chord_between_numbers() -> None:
    seen = chord(lambda x: x**2, -1.0, 3.0, points=5)
    assert seen.curve.tolist() == [1.0, 0.0, 1.0, 4.0, 9.0]
    assert seen.line.tolist() == [1.0, 3.0, 5.0, 7.0, 9.0]


def test_the_spectrum_is_that_of_the_hessian() -> None:
    """Against the roots of the characteristic polynomial, ascending."""
    seen = hessian_spectrum(Quadratic(), np.zeros(3))
    assert np.allclose(seen, np.sort(np.roots(np.poly(A)).real), rtol=1e-12)


def test_the_spectrum_over_a_matrix_of_parameters_counts_its_entries() -> None:
    rng = np.random.default_rng(4)
    factor = rng.normal(size=(6, 6))

    class Tensor:
        def hessian(self, theta: np.ndarray) -> np.ndarray:
            return (factor @ np.diag([-3.0, 1, 2, 3, 4, 5]) @ np.linalg.inv(factor)).reshape(
                3, 2, 3, 2
            )

    factor = np.linalg.qr(factor)[0]
    spectrum = hessian_spectrum(Tensor(), np.zeros((3, 2)))
    assert np.allclose(spectrum, [-3, 1, 2, 3, 4, 5], rtol=1e-12)


def test_the_landscape_of_an_objective_is_its_value_at_each_point() -> None:
    birds = penguins()
    X = add_intercept((birds.flipper_length_mm - 200) / 14)
    objective = Objective(Categorical(3), X, birds.species)
    center = np.array([[0.1, -0.2, 0.1], [-2.0, -1.0, 3.0]])
    x, y = np.linspace(-3, 0, 4), np.linspace(1, 4, 3)
    seen = grid(objective, center, x, y, ((1, 0), (1, 2))).values
    for row, column in np.ndindex(3, 4):
        theta = center.copy()
        theta[1, 0], theta[1, 2] = x[column], y[row]
        assert seen[row, column] == pytest.approx(objective.value(theta), rel=1e-12)


def test_the_curvature_of_objectives_is_seen() -> None:
    """Logistic regression curves up everywhere; the Student-t curves down where residuals are wide;
    softmax is flat along the d shifts that it does not see."""
    crowd = people(100, seed=1)
    X = add_intercept(np.column_stack([crowd.height - 1.7, (crowd.weight - 70) / 10]))
    theta = np.array([0.3, -5.0, 2.0])
    assert hessian_spectrum(Objective(Bernoulli(), X, crowd.diet), theta)[0] > 0
    # The residual of a single example is 2: curvature (ν + 1)(ν − r²)/(ν + r²)² = 4·(3 − 4)/49.
    alone = Objective(StudentT(df=3.0), np.ones((1, 1)), np.array([2.0]))
    assert hessian_spectrum(alone, [0.0]) == pytest.approx([-4 / 49], rel=1e-14)
    spectrum = hessian_spectrum(Objective(Categorical(3), X, crowd.weight_class), np.zeros((3, 3)))
    assert np.allclose(spectrum[:3], 0, atol=1e-12 * spectrum[-1])
    assert spectrum[3] > 1e-6 * spectrum[-1]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: grid(Quadratic(), [np.inf, 0, 0], [1.0], [1.0]), "center"),
        (lambda: grid(Quadratic(), CENTER, 1.0, [1.0]), "x"),
        (lambda: grid(Quadratic(), CENTER, [1.0], [[1.0]]), "y"),
        (lambda: grid(Quadratic(), CENTER, [1.0], [1.0], (0, 3)), "axes"),
        (lambda: grid(Quadratic(), CENTER, [1.0], [1.0], (1, 1)), "axes"),
        (lambda: grid(Quadratic(), CENTER, [1.0], [1.0], (0, np.ones(2))), "axes"),
        (lambda: grid(Quadratic(), CENTER, [1.0], [1.0], (B, -3 * B)), "axes"),
        (lambda: grid(Weighted(), np.ones((3, 2)), [1.0], [1.0], (0, 1)), "axes"),
        (lambda: chord(abs, np.nan, 1.0), "a"),
        (lambda: chord(abs, 0.0, [1.0, 2.0]), "b"),
        (lambda: convexity_gap(abs, 0.0, 1.0, 2), "points"),
        (lambda: hessian_spectrum(Quadratic(), [np.nan, 0, 0]), "theta"),
    ],
)
def test_bad_input_is_named(call, name) -> None:
    with pytest.raises(ValueError, match=f"^{name} must"):
        call()
