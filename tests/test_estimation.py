"""Estimates against other libraries, against brute force, and against what theory says of them."""

from itertools import combinations

import numpy as np
import pytest
import statsmodels.api as sm
from registry import CASES, Case
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.linear_model import Lasso, LogisticRegression, Ridge

from mlelib import proximal
from mlelib.datasets import coins, penguins
from mlelib.estimation import Estimate, maximum_a_posteriori, maximum_likelihood
from mlelib.exceptions import NoFiniteOptimum
from mlelib.information import information
from mlelib.kinks import smallest_subgradient
from mlelib.likelihoods import (
    Bernoulli,
    Categorical,
    Gamma,
    Gaussian,
    Laplace,
    Likelihood,
    Poisson,
    ScaledGaussian,
    StudentT,
)
from mlelib.objectives import Objective, add_intercept
from mlelib.priors import BetaPrior, Flat, GaussianPrior, LaplacePrior, Prior

THETA = np.array([-1.0, 0.5, 0.02, 30.0])
UNITS = np.array([1.0, 1.0, 10.0, 0.01])  # columns of different sizes, one of them off centre


def design(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return add_intercept(rng.normal(size=(n, 3))) * UNITS + [0, 0, 50, 0]


def drawn(likelihood: Likelihood, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """X and y of a model that is true."""
    X = design(n, seed)
    z = X @ THETA
    if likelihood.outputs > 1:
        z = np.outer(z, [0.5, -0.3, 0.7, -1.1][: likelihood.outputs])
    return X, likelihood.sample(z, np.random.default_rng(seed + 1))


LIKELIHOODS = [
    Gaussian(1.5),
    Laplace(0.7),
    StudentT(3.0, 0.5),
    ScaledGaussian(),
    Poisson(),
    Gamma(2.5),
    Bernoulli(),
    Categorical(3),
]
CONVEX = [one for one in LIKELIHOODS if not isinstance(one, StudentT | ScaledGaussian)]
SMOOTH = [one for one in LIKELIHOODS if not isinstance(one, Laplace)]
PRIORS = [
    Flat(),
    GaussianPrior(0.5),
    GaussianPrior(0.1, [True, False, False, False]),
    LaplacePrior(0.5),
    LaplacePrior(0.05, [True, False, False, False]),
]
each_likelihood = pytest.mark.parametrize("likelihood", LIKELIHOODS, ids=str)
each_smooth = pytest.mark.parametrize("likelihood", SMOOTH, ids=str)
each_prior = pytest.mark.parametrize("prior", PRIORS, ids=str)


# --- other libraries ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_logistic_regression_is_that_of_statsmodels(seed: int) -> None:
    X, y = drawn(Bernoulli(), 400, seed)
    ours, theirs = maximum_likelihood(Bernoulli(), X, y), fit(sm.Logit(y, X))
    np.testing.assert_allclose(ours.theta, theirs.params, rtol=1e-9)
    np.testing.assert_allclose(ours.standard_errors, theirs.bse, rtol=1e-9)
    assert ours.value == pytest.approx(-theirs.llf, rel=1e-13)


@pytest.mark.parametrize("seed", range(3))
def test_softmax_regression_is_that_of_statsmodels(seed: int) -> None:
    X, y = drawn(Categorical(4), 500, seed)
    ours, theirs = maximum_likelihood(Categorical(4), X, y), fit(sm.MNLogit(y, X))
    np.testing.assert_allclose(ours.theta[:, 1:] - ours.theta[:, :1], theirs.params, rtol=1e-8)
    assert ours.value == pytest.approx(-theirs.llf, rel=1e-13)
    # their covariance is that of the differences to class 0; ours of the parameters that sum to 0
    centre = (np.eye(4) - 0.25)[:, 1:]  # θ = differences @ centre.T
    spread = np.kron(centre, np.eye(4))  # they go through the classes first
    covariance = spread @ np.asarray(theirs.cov_params()) @ spread.T
    errors = np.sqrt(np.diag(covariance)).reshape(4, 4).T
    np.testing.assert_allclose(ours.standard_errors, errors, rtol=1e-8)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("likelihood", "family"),
    [
        (Poisson(), sm.families.Poisson()),
        (Gamma(2.5), sm.families.Gamma(sm.families.links.Log())),
        (Gaussian(1.5), sm.families.Gaussian()),
        (Bernoulli(), sm.families.Binomial()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_generalised_linear_models_are_those_of_statsmodels(likelihood, family, seed: int) -> None:
    X, y = drawn(likelihood, 300, seed)
    scale = {"Gamma": 1 / 2.5, "Gaussian": 1.5**2}.get(type(likelihood).__name__, 1.0)
    theirs = sm.GLM(y, X, family=family).fit(tol=1e-14, maxiter=300, scale=scale)
    ours = maximum_likelihood(likelihood, X, y)
    np.testing.assert_allclose(ours.theta, theirs.params, rtol=1e-8)
    # their weights are those of the last but one iteration: hence 1e-8 and not less
    np.testing.assert_allclose(ours.standard_errors, theirs.bse, rtol=1e-8)


def fit(model):
    return model.fit(method="newton", tol=1e-14, maxiter=200, disp=False)


def test_regression_tables_scale_the_errors_by_the_residuals() -> None:
    X, y = drawn(Gaussian(1.5), 50, 4)
    estimate = maximum_likelihood(Gaussian(1.0), X, y)
    residual = np.sqrt(np.sum((y - X @ estimate.theta) ** 2) / (50 - 4))
    table = sm.OLS(y, X).fit()
    np.testing.assert_allclose(estimate.standard_errors * residual, table.bse, rtol=1e-10)


def test_penguins_weigh_what_a_regression_table_says() -> None:
    data = penguins()
    X = add_intercept(data.flipper_length_mm)
    estimate = maximum_likelihood(Gaussian(400.0), X, data.body_mass_g)
    np.testing.assert_allclose(estimate.theta, [-5872.09, 50.15], atol=0.005)


@pytest.mark.parametrize("seed", range(5))
def test_least_absolute_deviations_are_a_quantile_regression_at_the_median(seed: int) -> None:
    X, y = drawn(Laplace(0.7), 80, seed)
    ours = maximum_likelihood(Laplace(0.7), X, y)
    theirs = sm.QuantReg(y, X).fit(q=0.5, max_iter=10_000, p_tol=1e-12)
    np.testing.assert_allclose(ours.theta, theirs.params, rtol=1e-4)  # theirs stops at 5 digits,
    assert np.abs(y - X @ ours.theta).sum() <= np.abs(y - X @ theirs.params).sum()  # short of ours


@pytest.mark.parametrize("tau", [1e-3, 0.1, 1.0, 1e4])
def test_a_gaussian_prior_on_a_line_is_ridge_regression(tau: float) -> None:
    X, y = drawn(Gaussian(1.5), 60, 5)
    estimate = maximum_a_posteriori(Gaussian(1.5), X, y, GaussianPrior(tau))
    closed = np.linalg.solve(X.T @ X / 1.5**2 + np.eye(4) / tau**2, X.T @ y / 1.5**2)
    np.testing.assert_allclose(estimate.theta, closed, rtol=1e-8)
    theirs = Ridge(alpha=1.5**2 / tau**2, fit_intercept=False, solver="svd").fit(X, y).coef_
    np.testing.assert_allclose(estimate.theta, theirs, rtol=1e-8)
    covariance = np.linalg.inv(X.T @ X / 1.5**2 + np.eye(4) / tau**2)
    np.testing.assert_allclose(estimate.standard_errors**2, np.diag(covariance), rtol=1e-8)


@pytest.mark.parametrize("scale", [0.01, 0.05, 0.2, 10.0])
@pytest.mark.parametrize("n", [15, 100])
def test_a_laplace_prior_on_a_line_is_the_lasso_zeros_and_all(scale: float, n: int) -> None:
    rng = np.random.default_rng(n)
    X = rng.normal(size=(n, 25))  # more columns than rows, for n = 15
    y = X[:, :5] @ [3.0, -2.0, 1.0, 0.5, -0.25] + rng.normal(size=n)
    estimate = maximum_a_posteriori(Gaussian(), X, y, LaplacePrior(scale))
    lasso = Lasso(alpha=1 / (n * scale), fit_intercept=False, tol=1e-14, max_iter=10**6).fit(X, y)
    np.testing.assert_array_equal(estimate.theta == 0, lasso.coef_ == 0)
    np.testing.assert_allclose(estimate.theta, lasso.coef_, rtol=0, atol=1e-7)
    assert estimate.gradient_norm < 1e-8
    assert estimate.standard_errors is None


@pytest.mark.parametrize("scale", [0.1, 0.3, 2.0])
def test_a_sparse_logistic_regression_is_that_of_scikit_learn(scale: float) -> None:
    rng = np.random.default_rng(6)
    X = rng.normal(size=(120, 8))
    y = (rng.random(120) < expit(X[:, 0] - 2 * X[:, 1])).astype(int)
    estimate = maximum_a_posteriori(Bernoulli(), X, y, LaplacePrior(scale))
    model = LogisticRegression(
        C=scale,
        l1_ratio=1.0,
        solver="liblinear",
        fit_intercept=False,
        tol=1e-12,
        max_iter=10**5,
        random_state=0,
    )
    theirs = model.fit(X, y).coef_[0]
    np.testing.assert_array_equal(estimate.theta == 0, theirs == 0)
    np.testing.assert_allclose(estimate.theta, theirs, atol=1e-6)


@pytest.mark.parametrize("seed", range(40))
def test_an_active_set_finds_the_minimum_in_few_moves(seed: int, monkeypatch) -> None:
    monkeypatch.setattr(proximal, "MOVES", 200)
    rng = np.random.default_rng(seed)
    d, rank = rng.integers(1, 9), rng.integers(1, 9)
    root = rng.normal(size=(rank, d))
    if seed % 3 == 0:
        root[:, -1] = root[:, 0]  # the very same column twice
    w = 10.0 ** rng.integers(-6, 2) * rng.random(d)
    H, c = root.T @ root, root.T @ rng.normal(size=rank)
    phi = proximal.minimise_quadratic(H, c, w, rng.normal(size=d) * rng.integers(0, 2, d))
    slope, slack = H @ phi + c, 1e-12 * np.abs(c).max() * d
    moving = phi != 0
    np.testing.assert_allclose(slope[moving], -w[moving] * np.sign(phi[moving]), atol=slack)
    assert np.all(np.abs(slope[~moving]) <= w[~moving] + slack)


# --- brute force ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_no_line_through_data_has_smaller_absolute_deviations(seed: int) -> None:
    X, y = drawn(Laplace(0.7), 12, seed)
    lines = [np.linalg.solve(X[list(rows)], y[list(rows)]) for rows in combinations(range(12), 4)]
    best = min(np.abs(y - X @ theta).sum() for theta in lines)
    ours = maximum_likelihood(Laplace(0.7), X, y)
    assert np.abs(y - X @ ours.theta).sum() == pytest.approx(best, rel=1e-13)
    assert np.sum(np.abs(y - X @ ours.theta) < 1e-12) == 4  # it passes through as many as it can


@pytest.mark.parametrize("prior", [GaussianPrior(0.3), LaplacePrior(0.2)], ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_absolute_deviations_under_a_prior_have_no_better_neighbour(prior, seed: int) -> None:
    X, y = drawn(Laplace(0.7), 30, seed)
    objective = Objective(Laplace(0.7), X, y, prior)
    estimate = maximum_a_posteriori(Laplace(0.7), X, y, prior)
    found = minimize(  # convex, so that no start is far
        objective.value,
        estimate.theta,
        method="Nelder-Mead",
        options={"xatol": 1e-12, "fatol": 1e-14, "maxiter": 20_000, "maxfev": 20_000},
    )
    assert found.fun >= estimate.value - 1e-10
    assert estimate.gradient_norm < 1e-8


@pytest.mark.parametrize("far", [0.0, 8.0])  # outliers among the others, or at the end of a lever
@pytest.mark.parametrize("seed", range(5))
def test_students_t_finds_the_best_of_many_minima(seed: int, far: float) -> None:
    rng = np.random.default_rng(seed)
    x, out = rng.uniform(-2, 2, 40), np.arange(40) % 5 < 2
    x[out] += far
    y = np.where(out, 8 - 3 * (x - far), 1 + 2 * x) + 0.1 * rng.normal(size=40)
    X, likelihood = add_intercept(x), StudentT(1.0, 0.1)
    objective = Objective(likelihood, X, y)
    grid = np.stack(np.meshgrid(np.linspace(-10, 15, 251), np.linspace(-6, 6, 241)), axis=-1)
    values = objective.values(grid)
    start = grid.reshape(-1, 2)[np.argsort(values, axis=None)[:20]]
    best = min(minimize(objective.value, s, method="Nelder-Mead", tol=1e-10).fun for s in start)
    assert maximum_likelihood(likelihood, X, y).value <= best + 1e-9


@pytest.mark.parametrize("prior", [Flat(), GaussianPrior(0.5)], ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_a_scaled_gaussian_is_what_a_general_optimiser_finds(prior: Prior, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = add_intercept(rng.normal(size=(150, 2)))
    y = rng.normal(X @ [1.0, 2.0, -1.0], np.exp(X @ [-0.5, 0.6, 0.3]))
    objective = Objective(ScaledGaussian(), X, y, prior)
    found = minimize(
        lambda t: objective.value(t.reshape(3, 2)),
        np.zeros(6),
        jac=lambda t: objective.gradient(t.reshape(3, 2)).ravel(),
        options={"gtol": 1e-9},
    )
    estimate = maximum_a_posteriori(ScaledGaussian(), X, y, prior)
    assert estimate.value <= found.fun + 1e-10
    np.testing.assert_allclose(estimate.theta.ravel(), found.x, atol=1e-6)


# --- what theory says -----------------------------------------------------------------------------


@each_likelihood
@each_prior
def test_nothing_near_an_estimate_is_better(likelihood: Likelihood, prior: Prior) -> None:
    X, y = drawn(likelihood, 120, 7)
    objective = Objective(likelihood, X, y, prior)
    estimate = maximum_a_posteriori(likelihood, X, y, prior)
    assert estimate.converged
    assert estimate.value == objective.value(estimate.theta)
    # rounding of a sum of 120 slopes of up to the size of y, times columns of up to 80
    assert estimate.gradient_norm < 1e-9 * (1 + np.abs(y).sum())
    rng = np.random.default_rng(8)
    units = (1 / UNITS).reshape(4, *[1] * (estimate.theta.ndim - 1))
    for size in (1e-1, 1e-3, 1e-5):
        steps = size * units * rng.normal(size=(300, *estimate.theta.shape))
        around = objective.values(estimate.theta + steps)
        assert around.min() >= estimate.value - 1e-12 * abs(estimate.value)


@each_likelihood
def test_new_columns_from_old_ones_change_the_parameters_alone(likelihood: Likelihood) -> None:
    X, y = drawn(likelihood, 100, 9)
    change = np.array([[1, 3, 0, 0], [0, 2, 1, 0], [0, 0, 0.1, 5], [0.5, 0, 0, 1]])
    old, new = maximum_likelihood(likelihood, X, y), maximum_likelihood(likelihood, X @ change, y)
    np.testing.assert_allclose(change @ new.theta, old.theta, rtol=1e-6, atol=1e-9)
    assert new.value == pytest.approx(old.value, rel=1e-12)


@each_smooth
def test_a_column_in_other_units_scales_its_parameter_and_its_error(likelihood: Likelihood) -> None:
    X, y = drawn(likelihood, 100, 10)
    units = np.array([1.0, 1e6, 1e-7, 3.0])
    old, new = maximum_likelihood(likelihood, X, y), maximum_likelihood(likelihood, X * units, y)
    np.testing.assert_allclose(new.theta.T * units, old.theta.T, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(new.standard_errors.T * units, old.standard_errors.T, rtol=1e-8)


@each_likelihood
def test_every_example_twice_halves_the_variance(likelihood: Likelihood) -> None:
    X, y = drawn(likelihood, 80, 11)
    once = maximum_likelihood(likelihood, X, y)
    twice = maximum_likelihood(likelihood, np.vstack([X, X]), np.append(y, y))
    np.testing.assert_allclose(twice.theta, once.theta, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(twice.standard_errors * np.sqrt(2), once.standard_errors, rtol=1e-7)


INTERCEPTS = {
    Gaussian(2.0): np.mean,
    Laplace(2.0): np.median,
    Poisson(): lambda y: np.log(np.mean(y)),
    Gamma(0.5): lambda y: np.log(np.mean(y)),
    Bernoulli(): lambda y: logit(np.mean(y)),
}


@pytest.mark.parametrize(
    ("likelihood", "answer"), INTERCEPTS.items(), ids=[str(likelihood) for likelihood in INTERCEPTS]
)
def test_an_intercept_alone_is_the_mean_the_median_or_the_link_of_it(likelihood, answer) -> None:
    y = likelihood.sample(np.full(41, 0.4), np.random.default_rng(12))  # odd: one median
    assert maximum_likelihood(likelihood, np.ones((41, 1)), y).theta == pytest.approx(
        [answer(y)], rel=1e-12
    )


def test_an_intercept_alone_of_two_outputs() -> None:
    y = np.random.default_rng(13).normal(3.0, 2.0, size=30)
    scaled = maximum_likelihood(ScaledGaussian(), np.ones((30, 1)), y)
    np.testing.assert_allclose(scaled.theta, [[y.mean(), np.log(y.std())]], rtol=1e-10)
    labels = np.repeat([0, 1, 2], [2, 3, 7])
    softmax = maximum_likelihood(Categorical(3), np.ones((12, 1)), labels)
    logs = np.log([2, 3, 7])
    np.testing.assert_allclose(softmax.theta, [logs - logs.mean()], rtol=1e-12)


@each_likelihood
def test_wider_and_wider_priors_lead_to_the_maximum_likelihood(likelihood: Likelihood) -> None:
    X, y = drawn(likelihood, 100, 14)
    flat = maximum_likelihood(likelihood, X, y)
    size = np.abs(flat.theta).max()
    for prior in (GaussianPrior(1e7), LaplacePrior(1e9)):
        wide = maximum_a_posteriori(likelihood, X, y, prior)
        if isinstance(likelihood, Categorical) and isinstance(prior, LaplacePrior):
            shift = wide.theta.mean(axis=1, keepdims=True)  # of which the data say nothing
            np.testing.assert_array_equal(np.median(wide.theta, axis=1), 0)
        else:
            shift = 0.0
        np.testing.assert_allclose(wide.theta - shift, flat.theta, atol=1e-4 * size)


@each_likelihood
@pytest.mark.parametrize("kind", [GaussianPrior, LaplacePrior])
def test_a_narrow_prior_leaves_what_its_mask_leaves(likelihood: Likelihood, kind) -> None:
    X, y = drawn(likelihood, 101, 15)  # odd: one median
    estimate = maximum_a_posteriori(likelihood, X, y, kind(1e-7, [True, False, False, False]))
    alone = maximum_likelihood(likelihood, X[:, :1], y)
    assert np.abs(estimate.theta[1:]).max() < 1e-6
    if kind is LaplacePrior:
        assert not estimate.theta[1:].any()
    np.testing.assert_allclose(estimate.theta[:1], alone.theta, rtol=1e-3, atol=1e-3)


@each_likelihood
def test_more_columns_than_rows_need_a_prior_and_nothing_else(likelihood: Likelihood) -> None:
    rng = np.random.default_rng(16)
    X = rng.normal(size=(6, 9))
    y = likelihood.sample(np.ones((6, likelihood.outputs)).squeeze(), rng)
    estimate = maximum_a_posteriori(likelihood, X, y, GaussianPrior(0.5))
    assert estimate.converged
    assert estimate.gradient_norm < 1e-8
    assert np.all(estimate.standard_errors <= 0.5 * (1 + 1e-12))  # the data cannot add doubt


def test_softmax_parameters_sum_to_zero_and_two_classes_are_a_logistic_regression() -> None:
    X, y = drawn(Bernoulli(), 200, 17)
    two, one = maximum_likelihood(Categorical(2), X, y), maximum_likelihood(Bernoulli(), X, y)
    np.testing.assert_allclose(two.theta.sum(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(two.theta[:, 1] - two.theta[:, 0], one.theta, rtol=1e-9)
    np.testing.assert_allclose(2 * two.standard_errors[:, 1], one.standard_errors, rtol=1e-9)
    assert two.value == pytest.approx(one.value, rel=1e-13)


def test_they_sum_to_zero_where_columns_are_nearly_dependent() -> None:
    rng = np.random.default_rng(26)
    X = rng.uniform(0, 1, 300)[:, None] ** np.arange(8)
    theta = maximum_likelihood(Categorical(3), X, rng.integers(0, 3, 300)).theta
    assert np.abs(theta).max() > 1e3
    assert np.all(np.abs(theta.sum(axis=1)) <= 4e-16 * np.abs(theta).sum(axis=1))


def test_the_softmax_covariance_is_the_pseudo_inverse_of_the_hessian() -> None:
    rng = np.random.default_rng(18)
    X = add_intercept(rng.normal(size=(90, 2)))
    y = rng.integers(0, 3, 90)
    estimate = maximum_likelihood(Categorical(3), X, y)
    hessian = Objective(Categorical(3), X, y).hessian(estimate.theta)
    covariance = np.linalg.pinv(hessian, rcond=1e-10, hermitian=True)
    errors = np.sqrt(np.diag(covariance)).reshape(3, 3)
    np.testing.assert_allclose(estimate.standard_errors, errors, rtol=1e-9)


@pytest.mark.parametrize(
    "prior",
    [
        GaussianPrior(0.7),
        GaussianPrior(0.7, [True, False, False]),
        GaussianPrior(0.7, [[True, False, False], [True, True, True], [False, False, True]]),
    ],
    ids=["all", "slopes", "some"],
)
def test_under_a_gaussian_prior_the_errors_are_those_of_the_whole_hessian(prior) -> None:
    rng = np.random.default_rng(19)
    X = add_intercept(rng.normal(size=(90, 2)))
    y = rng.integers(0, 3, 90)
    estimate = maximum_a_posteriori(Categorical(3), X, y, prior)
    hessian = Objective(Categorical(3), X, y, prior).hessian(estimate.theta)
    covariance = np.linalg.pinv(hessian, rcond=1e-10, hermitian=True)
    errors = np.sqrt(np.diag(covariance)).reshape(3, 3)
    np.testing.assert_allclose(estimate.standard_errors, errors, rtol=1e-9)


@each_likelihood
def test_under_a_laplace_prior_there_are_no_standard_errors(likelihood: Likelihood) -> None:
    X, y = drawn(likelihood, 60, 20)
    assert maximum_a_posteriori(likelihood, X, y, LaplacePrior(0.5)).standard_errors is None


EXPECTED = [  # y as a density to integrate over, at z
    (Gaussian(1.5), np.array([0.3]), (-np.inf, np.inf)),
    (Laplace(0.7), np.array([0.3]), (-np.inf, np.inf)),
    (StudentT(3.0, 0.5), np.array([0.3]), (-np.inf, np.inf)),
    (Gamma(2.5), np.array([0.3]), (0, np.inf)),
    (ScaledGaussian(), np.array([[0.3, -0.4]]), (-np.inf, np.inf)),
]


@pytest.mark.parametrize(("likelihood", "z", "limits"), EXPECTED, ids=lambda v: str(v)[:12])
def test_information_is_the_mean_square_of_the_slope(likelihood, z, limits) -> None:
    def expected(i: int, j: int) -> float:
        def integrand(y: float) -> float:
            slope = likelihood.gradient([y], z).ravel()
            return slope[i] * slope[j] * np.exp(likelihood.log_prob([y], z)[0])

        middle = float(z.ravel()[0])
        halves = [(limits[0], middle), (middle, limits[1])]
        return sum(quad(integrand, *half, epsabs=1e-12, epsrel=1e-11)[0] for half in halves)

    m = likelihood.outputs
    exact = [[expected(i, j) for j in range(m)] for i in range(m)]
    found = information(likelihood, np.array([1.0]), z).reshape(m, m)
    np.testing.assert_allclose(found, exact, rtol=1e-8, atol=1e-9)


def test_standard_errors_are_the_spread_of_estimates() -> None:
    X = design(200, 21)
    rng = np.random.default_rng(22)
    for likelihood in (Laplace(0.7), StudentT(3.0, 0.5), Gamma(2.5)):
        fits = [
            maximum_likelihood(likelihood, X, likelihood.sample(X @ THETA, rng)) for _ in range(60)
        ]
        spread = np.std([f.theta for f in fits], axis=0, ddof=1)
        errors = np.mean([f.standard_errors for f in fits], axis=0)
        # a standard deviation from 60 is good to 1/√118, 9 %: three of those
        np.testing.assert_allclose(spread / errors, 1, atol=0.3)


# --- coins ----------------------------------------------------------------------------------------


def test_nine_heads_and_four_tails() -> None:
    y = [1] * 9 + [0] * 4
    estimate = maximum_likelihood(Bernoulli(), np.ones((13, 1)), y)
    assert expit(estimate.theta[0]) == pytest.approx(9 / 13, rel=1e-15)
    assert estimate.standard_errors[0] == pytest.approx(np.sqrt(13 / 36), rel=1e-12)
    same = maximum_a_posteriori(Bernoulli(), np.ones((13, 1)), y, BetaPrior(1, 1))
    assert expit(same.theta[0]) == pytest.approx(9 / 13, rel=1e-15)
    assert same.standard_errors[0] == pytest.approx(np.sqrt(13 / 36), rel=1e-14)


@pytest.mark.parametrize(("a", "b"), [(2.0, 2.0), (5.0, 1.5), (0.5, 0.5), (40.0, 1.0)])
def test_the_mode_of_a_coins_posterior(a: float, b: float) -> None:
    X, y = np.ones((13, 1)), coins(9, 4)
    estimate = maximum_a_posteriori(Bernoulli(), X, y, BetaPrior(a, b))
    assert expit(estimate.theta[0]) == pytest.approx((9 + a - 1) / (13 + a + b - 2), rel=1e-14)
    assert estimate.gradient_norm < 1e-13
    hessian = Objective(Bernoulli(), X, y, BetaPrior(a, b)).hessian(estimate.theta)
    assert estimate.standard_errors[0] == pytest.approx(hessian[0, 0] ** -0.5, rel=1e-13)


def test_a_coin_that_never_shows_tails_needs_a_prior() -> None:
    X, y = np.ones((3, 1)), [1, 1, 1]
    with pytest.raises(NoFiniteOptimum, match=r"tails \+ b − 1 is 0"):
        maximum_a_posteriori(Bernoulli(), X, y, BetaPrior(1, 1))
    with pytest.raises(NoFiniteOptimum, match="both must be above 0"):
        maximum_a_posteriori(Bernoulli(), X, y, BetaPrior(2, 0.5))
    fair = maximum_a_posteriori(Bernoulli(), X, y, BetaPrior(2, 2))
    assert expit(fair.theta[0]) == pytest.approx(4 / 5, rel=1e-15)


# --- kinks ----------------------------------------------------------------------------------------


def test_the_smallest_subgradient_of_a_median() -> None:
    y = np.array([0.0, 1.0, 5.0])
    objective = Objective(Laplace(0.5), np.ones((3, 1)), y)
    # slope 1/b = 2 from each side: 1 above and 1 below cancel, and the point itself gives anything
    assert smallest_subgradient(objective, np.array([1.0])) == 0
    assert smallest_subgradient(objective, np.array([0.0])) == pytest.approx(2.0)  # 4 − 2
    assert smallest_subgradient(objective, np.array([3.0])) == pytest.approx(2.0)  # 2 · (2 − 1)


def test_the_smallest_subgradient_at_a_parameter_of_zero() -> None:
    X, y = np.eye(2), np.array([0.3, 5.0])
    objective = Objective(Gaussian(), X, y, LaplacePrior(1.0))
    at_zero = smallest_subgradient(objective, np.zeros(2))
    assert at_zero == pytest.approx(4.0)  # 0.3 is within the slope of 1, 5 beyond it by 4
    assert smallest_subgradient(objective, np.array([0.0, 4.0])) == pytest.approx(0, abs=1e-12)
    assert smallest_subgradient(objective, np.array([0.0, 6.0])) == pytest.approx(2.0)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_where_there_is_no_kink_it_is_the_gradient(case: Case) -> None:
    rng = np.random.default_rng(23)
    objective = Objective(case.likelihood, rng.normal(size=(len(case.y), 2)), case.y)
    theta = rng.normal(size=objective.shape)
    expected = np.linalg.norm(objective.gradient(theta))
    assert smallest_subgradient(objective, theta) == pytest.approx(expected, rel=1e-14)


# --- hard numbers ---------------------------------------------------------------------------------


def test_large_counts_and_rare_events_converge() -> None:
    X = add_intercept(np.linspace(-1, 1, 50))
    rng = np.random.default_rng(24)
    counts = maximum_likelihood(Poisson(), X, rng.poisson(np.exp(X @ [20.0, 1.0])))
    assert counts.converged
    assert counts.iterations < 10  # from 0 it takes some 40, one for each step down from e^20
    np.testing.assert_allclose(counts.theta, [20.0, 1.0], atol=1e-4)
    few = np.zeros(5000)
    few[[10, 2500, 4000]] = 1
    x = np.linspace(-1, 1, 5000)
    rare = maximum_likelihood(Bernoulli(), add_intercept(x), few)
    assert rare.converged
    assert rare.gradient_norm < 1e-9


def test_a_prior_far_from_the_data_is_overcome_step_by_step() -> None:
    X = add_intercept([-30.0, 10.0, 20.0, 60.0])
    for likelihood, y in (
        (Poisson(), [0, 3, 1, 4000]),
        (Bernoulli(), [1, 0, 1, 1]),
        (Gamma(0.1), [1e-9, 1.0, 5.0, 1e12]),
    ):
        estimate = maximum_a_posteriori(likelihood, X, y, GaussianPrior(50.0))
        assert isinstance(estimate, Estimate)
        assert estimate.converged
        assert estimate.gradient_norm < 1e-6


@pytest.mark.parametrize("degree", [3, 6, 9])
def test_ill_conditioned_columns_cost_no_digits_of_the_fit(degree: int) -> None:
    rng = np.random.default_rng(25)
    x = rng.uniform(0, 1, 400)
    y = rng.poisson(np.exp(1 + np.sin(3 * x)))
    powers = maximum_likelihood(Poisson(), x[:, None] ** np.arange(degree + 1), y)
    legendre = np.polynomial.legendre.legvander(2 * x - 1, degree)
    orthogonal = maximum_likelihood(Poisson(), legendre, y)
    assert powers.converged
    # z = X θ itself is rounded to 1e-16 of Σ|xⱼ θⱼ|, some 1e4, in each of 400 rows
    assert powers.value == pytest.approx(orthogonal.value, rel=1e-12)


@pytest.mark.parametrize("tau", [1e2, 1e4, 1e6, 1e8])
def test_separable_data_under_a_wide_prior_end_where_the_prior_stops_them(tau: float) -> None:
    x = np.array([[-2.0], [-1.0], [1.0], [2.0]])
    estimate = maximum_a_posteriori(Bernoulli(), x, [0, 0, 1, 1], GaussianPrior(tau))
    w = estimate.theta[0]
    assert estimate.converged
    # w/τ² = 2 σ(−w) + 4 σ(−2w), where the slope of the likelihood is as small as e^−34
    assert w == pytest.approx(tau**2 * (2 * expit(-w) + 4 * expit(-2 * w)), rel=1e-8)


def test_scales_far_from_the_data_are_found_step_by_step() -> None:
    rng = np.random.default_rng(27)
    X = rng.normal(size=(200, 3))  # no intercept: s = 0 at the middle of X, where |y| is 1e6
    y = 1e6 * rng.normal(size=200)
    estimate = maximum_likelihood(ScaledGaussian(), X, y)
    assert estimate.converged
    assert estimate.gradient_norm < 1e-12 * estimate.value


def test_ties_without_number_are_no_burden() -> None:
    y = np.resize([0.0, 1.0, 1.0, 1.0, 2.0], 5000)  # 3000 residuals of 0 at once
    for prior in (Flat(), LaplacePrior(1.0), GaussianPrior(1.0)):
        estimate = maximum_a_posteriori(Laplace(), np.ones((5000, 1)), y, prior)
        assert estimate.theta == pytest.approx([1.0], abs=1e-12)
        assert estimate.gradient_norm < 1e-6


def test_a_fit_that_does_not_converge_says_so() -> None:
    X, y = add_intercept([-2.0, -1.0, 1.0, 2.0]), [1.0, 2.0, 4.0, 5.0]  # on a line
    estimate = maximum_a_posteriori(ScaledGaussian(), X, y, GaussianPrior(1e4))
    assert not estimate.converged  # the optimum is at scales of e^−50 and less
