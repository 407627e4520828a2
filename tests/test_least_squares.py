"""Least squares against NIST's certified numbers, rational arithmetic and the other libraries."""

import warnings
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
import statsmodels.api as sm
import strd
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from mlelib.compensated import projections, remainder, two_product, two_sum
from mlelib.estimation import maximum_likelihood
from mlelib.exceptions import RankDeficient
from mlelib.least_squares import factorise, least_squares, unit_scale
from mlelib.likelihoods import Gaussian
from mlelib.powers import lost_digits

SETS = [pytest.param(strd.load(name), id=name) for name in strd.NAMES]


def fitted(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    return maximum_likelihood(Gaussian(1.0), X, y).theta


def peers(X: np.ndarray, y: np.ndarray, name: str) -> dict[str, np.ndarray]:
    """The coefficients that other libraries find; those for polynomials are given x itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs: of rank-deficiency and bad conditioning
        found = {
            "statsmodels pinv": sm.OLS(y, X).fit(method="pinv").params,
            "statsmodels qr": sm.OLS(y, X).fit(method="qr").params,
            "numpy lstsq": np.linalg.lstsq(X, y)[0],
            "scikit-learn": LinearRegression(fit_intercept=False).fit(X, y).coef_,
        }
        if not name.startswith("NoInt"):
            model = LinearRegression().fit(X[:, 1:], y)
            found["scikit-learn intercept"] = np.append(model.intercept_, model.coef_)
        if name in strd.POLYNOMIALS:
            degree = X.shape[1] - 1
            found["numpy polyfit"] = np.polyfit(X[:, 1], y, degree)[::-1]
            found["numpy Polynomial"] = (
                np.polynomial.Polynomial.fit(X[:, 1], y, degree).convert().coef
            )
    return found


@pytest.mark.parametrize("certified", SETS)
def test_the_certified_numbers_follow_from_the_data(certified: strd.Certified) -> None:
    X, y = certified.design(), [Fraction(row[0]) for row in certified.cells]
    theta = strd.least_squares(X, y)
    squares = sum((t - strd.dot(x, theta)) ** 2 for x, t in zip(X, y, strict=True))
    variance = squares / (len(y) - len(theta))
    unit = np.eye(len(theta), dtype=int)
    with localcontext(prec=40):
        for j, value in enumerate(theta):
            spread = variance * strd.solve(strd.gram(X), [Fraction(int(e)) for e in unit[j]])[j]
            assert agrees(decimal(value), certified.estimates[j])
            assert agrees(decimal(spread).sqrt(), certified.deviations[j])
        assert agrees(decimal(variance).sqrt(), certified.residual)


def decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def agrees(value: Decimal, printed: str) -> bool:
    """Does `value` round to the 15 digits printed, but for a unit of the last?"""
    stated = Decimal(printed)
    return value == 0 if stated == 0 else abs(value / stated - 1) < Decimal("1e-14")


@pytest.mark.parametrize("certified", SETS)
def test_at_least_the_certified_digits_of_the_best_peer(certified: strd.Certified) -> None:
    X, y = certified.X, certified.y
    ours = strd.digits(fitted(X, y), certified.estimates)
    best = max(
        strd.digits(theta, certified.estimates) for theta in peers(X, y, certified.name).values()
    )
    # Whole digits, for the rest is luck: y = 1.11111 is no floating-point number, and for the one
    # next to it the exact answer has 13.2 digits on Wampler2, where a rounding error may have 13.7.
    assert int(ours) >= int(best)
    assert ours > 13


@pytest.mark.parametrize("certified", SETS)
def test_the_standard_errors_have_the_certified_digits_too(certified: strd.Certified) -> None:
    X, y = certified.X, certified.y
    estimate = maximum_likelihood(Gaussian(2.0), X, y)
    spread = np.sqrt(np.sum((y - X @ estimate.theta) ** 2) / (len(y) - X.shape[1]))
    ours = strd.digits(estimate.standard_errors * spread / 2.0, certified.deviations)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = [sm.OLS(y, X).fit(method=method).bse for method in ("pinv", "qr")]
    best = max(strd.digits(np.nan_to_num(errors), certified.deviations) for errors in theirs)
    assert int(ours) >= int(best)
    assert ours > (7 if certified.name == "Filip" else 12)  # its columns, scaled: condition 5e9


@pytest.mark.parametrize("certified", SETS)
def test_the_answer_is_the_exact_one_for_the_numbers_given(certified: strd.Certified) -> None:
    X, y = certified.X, certified.y
    lost = strd.fractions(lost_digits(X))
    meant = [
        [a + b for a, b in zip(row, extra, strict=True)]
        for row, extra in zip(strd.fractions(X), lost, strict=True)
    ]
    exact = np.array([float(t) for t in strd.least_squares(meant, strd.fractions(y))])
    # relative to each entry, the error that is left is some roundings of it: 4e-16 seen
    np.testing.assert_allclose(fitted(X, y), exact, rtol=2e-15, atol=0)


@pytest.mark.parametrize("seed", range(20))
def test_an_ill_conditioned_fit_is_exact_to_rounding(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, d = rng.integers(6, 12), rng.integers(2, 6)
    X = rng.integers(-50, 50, (n, d)).astype(float)
    X[:, -1] = X[:, 0] + X[:, 1] + rng.integers(-1, 2, n) * 2.0**-20  # nearly dependent
    X[0, -1] += 2.0**-20
    y = rng.integers(-50, 50, n).astype(float)
    exact = strd.least_squares(strd.fractions(X), strd.fractions(y))
    np.testing.assert_allclose(fitted(X, y), [float(t) for t in exact], rtol=2e-15, atol=1e-12)


def test_filip_is_not_called_rank_deficient_where_lstsq_does() -> None:
    X = strd.load("Filip").X
    assert np.linalg.matrix_rank(X) == 10  # what a cut-off on the unscaled matrix makes of it
    assert factorise(X).R.shape == (11, 11)


@pytest.mark.parametrize("degree", [2, 5, 10, 14])
def test_no_polynomial_design_of_moderate_degree_is_called_rank_deficient(degree: int) -> None:
    for x in (np.linspace(0, 1, 60), np.linspace(-3, 8, 40), np.linspace(0, 1000, 200)):
        X = x[:, None] ** np.arange(degree + 1)
        assert len(factorise(X).order) == degree + 1


@pytest.mark.parametrize("n", [8, 100, 3000])
def test_a_dependent_column_is_found_whatever_its_size(n: int) -> None:
    rng = np.random.default_rng(n)
    for scale in (1e-9, 1.0, 1e9):
        X = rng.normal(size=(n, 4)) * [1, 1e6, 1e-6, 10] + [0, 1e6, 0, 3]
        for extra in (X @ [1, 2, 3, 4], X[:, 1] * 1.8 + 32 * X[:, 0], X[:, 3] / 3, np.zeros(n)):
            with pytest.raises(RankDeficient, match=r"rank 4: column \d"):
                factorise(np.column_stack([X, extra * scale]))


def test_dummies_beside_an_intercept_are_dependent() -> None:
    groups = np.eye(3)[np.arange(30) % 3]
    X = np.column_stack([np.ones(30), groups, np.random.default_rng(0).normal(size=30)])
    with pytest.raises(RankDeficient, match="X has 5 columns and rank 4"):
        factorise(X)


def test_fewer_rows_than_columns_is_said_in_those_words() -> None:
    with pytest.raises(RankDeficient, match="X has 2 rows for 3 columns"):
        factorise(np.array([[1.0, 2.0, 3.0], [1.0, 5.0, 7.0]]))


def test_scaling_a_column_by_a_power_of_two_changes_no_digit() -> None:
    certified = strd.load("Longley")
    scale = 2.0 ** np.array([40, -40, 7, 0, -100, 3, 60])
    scaled = fitted(certified.X * scale, certified.y * 2.0**20) * scale / 2.0**20
    np.testing.assert_array_equal(scaled, fitted(certified.X, certified.y))


def test_factorisation_gives_coordinates_and_takes_them_back() -> None:
    X = np.random.default_rng(1).normal(size=(9, 4)) * [1, 1e8, 1e-8, 3]
    factors = factorise(X)
    theta = np.array([1.0, -2e-8, 3e8, 0.5])
    gamma = factors.coordinates(theta)
    np.testing.assert_allclose(factors.Q @ gamma, X @ theta, rtol=1e-13)
    np.testing.assert_allclose(factors.parameters(gamma), theta, rtol=1e-13)
    np.testing.assert_allclose(factors.Q.T @ factors.Q, np.eye(4), atol=1e-15)
    assert np.all(np.log2(factors.scale) % 1 == 0)
    assert np.all(np.log2(unit_scale(np.zeros((3, 2)))) == 0)


@pytest.mark.parametrize("increasing", [True, False])
def test_the_lost_digits_of_powers_are_the_powers(increasing: bool) -> None:
    x = strd.load("Filip").X[:, 1]
    degrees = np.arange(11) if increasing else np.arange(10, -1, -1)
    for X in (x[:, None] ** degrees, np.vander(x, 11, increasing)):
        lost = lost_digits(X)
        assert np.count_nonzero(lost) > 600  # 82 entries of 9 columns, some exact
        for i, j in np.ndindex(X.shape):
            power = Fraction(x[i]) ** int(degrees[j])
            assert (
                abs(Fraction(X[i, j]) + Fraction(lost[i, j]) - power)
                <= abs(power) * Fraction(2) ** -100
            )


def test_two_polynomials_side_by_side_keep_their_own_digits() -> None:
    rng = np.random.default_rng(5)
    u, v = rng.normal(size=(2, 30))
    X = np.column_stack([np.ones(30), u, v, u**2, v**2, u * v, u**3])
    lost = lost_digits(X)
    for column, power in ((3, [Fraction(t) ** 2 for t in u]), (6, [Fraction(t) ** 3 for t in u])):
        rest = [p - Fraction(t) for p, t in zip(power, X[:, column], strict=True)]
        np.testing.assert_allclose(lost[:, column], [float(t) for t in rest], rtol=1e-10)
    assert not lost[:, [0, 1, 2, 5]].any()


def test_powers_without_an_intercept_count_too() -> None:
    x = np.random.default_rng(7).normal(size=20)
    lost = lost_digits(np.column_stack([x, x**2]))
    assert [Fraction(t**2) + Fraction(s) for t, s in zip(x, lost[:, 1], strict=True)] == [
        Fraction(t) ** 2 for t in x
    ]


def test_columns_that_are_no_powers_lose_nothing() -> None:
    rng = np.random.default_rng(6)
    X = np.column_stack([np.ones(50), rng.normal(size=(50, 5)), rng.integers(0, 2, 50)])
    assert not lost_digits(X).any()
    nearly = np.column_stack([X[:, 1], X[:, 1] ** 2 * (1 + 1e-14)])
    assert not lost_digits(nearly).any()


doubles = st.floats(-1e100, 1e100).filter(lambda t: t == 0 or abs(t) > 1e-100)


@given(doubles, doubles)
def test_a_sum_and_a_product_with_their_errors_are_exact(a: float, b: float) -> None:
    for operation, exact in (
        (two_sum, Fraction(a) + Fraction(b)),
        (two_product, Fraction(a) * Fraction(b)),
    ):
        main, error = operation(np.array([a]), np.array([b]))
        assert Fraction(main[0]) + Fraction(error[0]) == exact


@pytest.mark.parametrize("n", [1, 2, 3, 7, 64, 101])
def test_remainders_and_projections_survive_cancellation(n: int) -> None:
    rng = np.random.default_rng(n)
    A, low = rng.normal(size=(n, 3)), 1e-17 * rng.normal(size=(n, 3))
    theta = rng.normal(size=3)
    r = rng.normal(size=n)
    y = A @ theta + r  # so that all digits cancel
    rows = zip(strd.fractions(A), strd.fractions(low), strict=True)
    whole = [[p + q for p, q in zip(a, b, strict=True)] for a, b in rows]
    left = [
        Fraction(t) - Fraction(s) - strd.dot(row, strd.fractions(theta))
        for t, s, row in zip(y, r, whole, strict=True)
    ]
    found = remainder(y, r, A, low, theta)
    np.testing.assert_allclose(found, [float(t) for t in left], rtol=1e-12, atol=1e-30)
    columns = zip(*whole, strict=True)
    exact = [float(strd.dot(column, strd.fractions(r))) for column in columns]
    np.testing.assert_allclose(projections(A, low, r), exact, rtol=1e-14, atol=1e-30)


def test_a_fit_without_noise_is_exact() -> None:
    theta = np.array([3.0, -2.0, 0.5])
    X = np.random.default_rng(2).integers(-9, 9, (7, 3)).astype(float)
    np.testing.assert_array_equal(least_squares(X, X @ theta)[0], theta)
    np.testing.assert_array_equal(least_squares(X, np.zeros(7))[0], np.zeros(3))
