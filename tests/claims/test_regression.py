"""The claims of Chapter 2, decided again without its cells, and the numbers in its prose."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import brentq, minimize

from mlelib import (
    Gamma,
    Gaussian,
    Laplace,
    Poisson,
    StudentT,
    add_intercept,
    losses,
    maximum_likelihood,
    penguins,
)
from mlelib.exercises.regression import mistyped

Floats = NDArray[np.float64]
CHAPTER = Path(__file__).parents[2] / "chapters/regression.md"
PROSE = " ".join(CHAPTER.read_text(encoding="utf-8").split())


def mse(y: Floats, mu: Floats) -> float:
    return float(np.mean((y - mu) ** 2))


def squares(X: Floats, y: Floats) -> Floats:
    return np.linalg.lstsq(X, y, rcond=None)[0]


@pytest.fixture
def birds() -> tuple[Floats, Floats]:
    data = penguins()
    return add_intercept(data.flipper_length_mm), data.body_mass_g


def test_c09_gaussian_noise_gives_the_mse() -> None:
    rng = np.random.default_rng(1)
    n = 30
    X, y = add_intercept(rng.normal(size=n)), rng.normal(size=n)

    for sigma in (1e-3, 0.7, 400.0):
        for theta in rng.normal(size=(5, 2)):
            exact = n / (2 * sigma**2) * mse(y, X @ theta) + n / 2 * np.log(2 * np.pi * sigma**2)
            assert Gaussian(sigma).nll(y, X @ theta).sum() == pytest.approx(exact, rel=1e-12)
        fit = maximum_likelihood(Gaussian(sigma), X, y)
        assert fit.theta == pytest.approx(squares(X, y), rel=1e-10)

    # A common σ that is not known: minimise over θ and σ together.
    def nll(parameters: Floats) -> float:
        return float(Gaussian(np.exp(parameters[2])).nll(y, X @ parameters[:2]).sum())

    both = minimize(nll, np.zeros(3), method="BFGS", options={"gtol": 1e-8})
    assert both.x[:2] == pytest.approx(squares(X, y), abs=1e-6)  # the optimiser's accuracy
    assert np.exp(2 * both.x[2]) == pytest.approx(mse(y, X @ squares(X, y)), rel=1e-6)

    # A σ of its own for each example is another loss with another minimiser.
    own = np.where(X[:, 1] < 0, 0.5, 2.0)
    assert np.abs(squares(X / own[:, None], y / own) - squares(X, y)).max() > 0.01


def test_squared_error_estimates_the_conditional_mean_under_any_noise() -> None:
    rng = np.random.default_rng(2)
    X = add_intercept(rng.uniform(-1, 1, 200_000))
    y = X @ [1.0, 2.0] + rng.exponential(size=len(X)) - 1  # skew, far from Gaussian
    theta = maximum_likelihood(Gaussian(), X, y).theta
    assert theta == pytest.approx([1, 2], abs=0.016)  # four standard errors of the slope


def test_c11_the_mode_is_the_mean_for_a_gaussian_and_not_for_a_poisson() -> None:
    z = np.array([-3.0, 0.2, 1.0])
    assert np.array_equal(Gaussian(0.7).mode(z), Gaussian(0.7).mean(z))

    counts = np.arange(60)
    for mean in (0.3, 3.7, 20.5):
        raw = np.log([mean])
        most_probable = counts[stats.poisson(mean).pmf(counts).argmax()]
        assert Poisson().mode(raw)[0] == most_probable
        assert Poisson().mean(raw)[0] == pytest.approx(mean, rel=1e-14)
        assert most_probable == np.floor(mean) != mean

    shape, mean = 3.0, 2.0
    grid = np.linspace(0.01, 6, 60_000)
    peak = grid[stats.gamma(shape, scale=mean / shape).pdf(grid).argmax()]
    assert Gamma(shape).mode(np.log([mean]))[0] == pytest.approx(peak, abs=1e-4)  # the grid's step
    assert peak < mean


def test_c31_squared_error_is_the_nll_of_a_gaussian() -> None:
    rng = np.random.default_rng(3)
    y, z = rng.normal(size=(2, 50))
    for sigma in (0.1, 1 / np.sqrt(2), 3.0):
        assert losses.squared_error(y, z) / (2 * sigma**2) == pytest.approx(
            Gaussian(sigma).loss(y, z), rel=1e-12, abs=1e-14
        )
    plain = Gaussian(1 / np.sqrt(2)).nll(y, z) - 0.5 * np.log(np.pi)
    assert losses.squared_error(y, z) == pytest.approx(plain, rel=1e-12, abs=1e-14)
    for prediction in (-2.0, 0.0, 5.0):

        def bump(y: float, prediction: float = prediction) -> float:
            return float(np.exp(-losses.squared_error(y, prediction)))

        area, _ = quad(bump, prediction - 10, prediction + 10)
        assert area == pytest.approx(np.sqrt(np.pi), rel=1e-10)


def test_c34_with_a_plus_there_is_no_area() -> None:
    mu, sigma = 0.7, 2.0

    def density(w: float, sign: int) -> float:
        return float(np.exp(sign * (w - mu) ** 2 / (2 * sigma**2)) / np.sqrt(2 * np.pi) / sigma)

    assert quad(density, -np.inf, np.inf, (-1,))[0] == pytest.approx(1, rel=1e-9)
    assert density(1.9, -1) == pytest.approx(stats.norm(mu, sigma).pdf(1.9), rel=1e-12)
    areas = [quad(density, mu - k * sigma, mu + k * sigma, (1,))[0] for k in (1, 3, 5, 10)]
    assert np.all(np.diff(np.log(areas)) > 1)  # "grows without end"
    heights = [density(mu + k, 1) for k in range(5)]
    assert heights == sorted(heights)  # "it is lowest at μ"


def polynomial(u: Floats, degree: int) -> Floats:
    return np.polynomial.legendre.legvander(2 * u - 1, degree)


def noisy_sine(u: Floats, rng: np.random.Generator) -> Floats:
    return np.sin(2 * np.pi * u) + rng.normal(0, 0.25, len(u))


def train_and_test_nll(seed: int, degrees: tuple[int, ...]) -> Floats:
    """(degrees, 2): mean NLL of 15 points that are fitted and of 1,000 that are not."""
    rng = np.random.default_rng(seed)
    u, u_new = (np.arange(15) + 0.5) / 15, rng.uniform(size=1000)
    v, v_new = noisy_sine(u, rng), noisy_sine(u_new, rng)
    rows = []
    for degree in degrees:
        theta = squares(polynomial(u, degree), v)
        sigma = np.sqrt(mse(v, polynomial(u, degree) @ theta))
        rows.append([
            Gaussian(sigma).nll(v, polynomial(u, degree) @ theta).mean(),
            Gaussian(sigma).nll(v_new, polynomial(u_new, degree) @ theta).mean(),
        ])  # fmt: skip
    return np.array(rows)


def test_c52_training_nll_falls_while_test_nll_rises() -> None:
    for seed in range(40):
        train, test = train_and_test_nll(seed, (1, 3, 5, 7, 9)).T
        assert np.all(np.diff(train) < 0)
        assert test[4] > test[1]


def test_c54_training_ends_at_the_conditional_mean() -> None:
    rng = np.random.default_rng(0)
    for size, from_y, from_mean in ((10, 0.0, None), (100_000, 0.25, 0.0)):
        u = (np.arange(size) + 0.5) / size
        v = noisy_sine(u, rng)
        mu = polynomial(u, 9) @ maximum_likelihood(Gaussian(), polynomial(u, 9), v).theta
        # σ̂ has a standard error of σ/√2n = 0.0006, the curve one of σ√(10/n) = 0.0025.
        assert np.sqrt(mse(v, mu)) == pytest.approx(from_y, abs=0.0025)
        if from_mean is not None:
            assert np.sqrt(mse(np.sin(2 * np.pi * u), mu)) == pytest.approx(from_mean, abs=0.0075)

    # With a parameter for each x the optimum is the mean of the y at that x, no y of its own.
    x = np.repeat([0, 1, 2], 4)
    y = rng.normal(size=12)
    theta = maximum_likelihood(Gaussian(), np.eye(3)[x], y).theta
    assert theta == pytest.approx(y.reshape(3, 4).mean(axis=1), rel=1e-12)
    assert np.abs(theta[x] - y).min() > 1e-3


def fitted(birds: tuple[Floats, Floats]) -> tuple[Floats, Floats, float]:
    """θ̂, the residuals and σ̂ of the penguins."""
    X, y = birds
    theta = squares(X, y)
    return theta, y - X @ theta, np.sqrt(mse(y, X @ theta))


def test_the_prose_about_the_penguins_states_their_numbers(birds: tuple[Floats, Floats]) -> None:
    X, y = birds
    theta, residual, sigma = fitted(birds)
    n, d = X.shape
    fit = maximum_likelihood(Gaussian(sigma * np.sqrt(n / (n - d))), X, y)
    male = penguins().sex == 1
    excess = stats.kurtosis(y)
    for phrase in (
        f"You have {n} birds",
        f"flipper goes with {theta[1]:.0f} g more penguin",
        f"The slope is known to about {fit.standard_errors[1]:.1f} g/mm",
        f"an excess of −{-excess:.2f} is that of a flat top",
        f"misses the line by {1 / np.sqrt(2):.1f} g",
        f"the two σ̂ differ by {np.sqrt(n / (n - d)) - 1:.1%}".replace("%", " %"),
        f"with 5 birds by {np.sqrt(5 / 3) - 1:.0%}".replace("%", " %"),
    ):
        assert phrase in PROSE, phrase
    assert fit.theta[1] / fit.standard_errors[1] > 30, "more than thirty standard errors away"
    assert "about 160 g each way" in PROSE
    for mean in (residual[male].mean(), -residual[~male].mean()):
        assert mean == pytest.approx(160, abs=5)
    both = np.abs(np.array([stats.skew(residual), stats.kurtosis(residual)]))
    assert np.all(both < np.abs([stats.skew(y), excess]))  # "The residuals come close."
    assert f"{round(np.linalg.cond(X), -2):,.0f} times as long as it is wide" in PROSE
    tonnes = Gaussian(sigma / 1e6).nll(residual / 1e6, np.zeros(n)).sum()
    assert tonnes < 0, "in tonnes it would be negative"


def test_the_prose_about_two_lines_states_their_numbers(birds: tuple[Floats, Floats]) -> None:
    X, y = birds

    def gap(sigma: float) -> float:
        nll = [Gaussian(sigma).nll(y, X @ [b, w]).sum() for b, w in ((-5800, 50), (-6900, 55))]
        return float(nll[1] - nll[0])

    assert f"{gap(200):.0f} at 200 g" in PROSE
    assert f"{gap(800):.1f} at 800 g" in PROSE


def test_the_prose_about_distributions_states_their_numbers() -> None:
    beyond = 2 * stats.norm.sf(4)
    assert f"one bird in {round(1 / beyond, -3):,.0f}" in PROSE
    inside = [1 - 2 * stats.norm.sf(k) for k in (1, 1.96)]
    assert f"{inside[0]:.1%} within one σ of its mean, {inside[1]:.1%}".replace("%", " %") in PROSE
    assert "holds 95 % of it" in PROSE

    # "the pull is greatest at r = s√ν"
    df, scale = 3.0, 2.0
    r = np.linspace(0.01, 20, 100_000)
    pull = -StudentT(df, scale).gradient(r, np.zeros_like(r))
    assert r[pull.argmax()] == pytest.approx(scale * np.sqrt(df), abs=2e-4)  # the grid's step
    # "log σ once and the minimum moves to σ² = n·MSE"
    forgotten = minimize(lambda t: 7 * 3.0 / (2 * np.exp(2 * t[0])) + t[0], [0.0])
    assert np.exp(2 * forgotten.x[0]) == pytest.approx(7 * 3.0, rel=1e-4)
    for noise, deviation in (
        (stats.laplace(scale=2.0), np.sqrt(2) * 2.0),
        (stats.t(5, scale=2.0), 2.0 * np.sqrt(5 / 3)),
    ):
        assert noise.std() == pytest.approx(deviation, rel=1e-12)  # the summary's third row


def test_the_prose_about_polynomials_states_their_numbers() -> None:
    rng = np.random.default_rng(0)
    u, _ = (np.arange(15) + 0.5) / 15, rng.uniform(size=1000)
    v = noisy_sine(u, rng)
    sigma = {
        degree: np.sqrt(mse(v, polynomial(u, degree) @ squares(polynomial(u, degree), v)))
        for degree in (1, 3, 5, 7, 9)
    }
    assert "believes that σ is half of what it is" in PROSE
    assert sigma[9] == pytest.approx(0.25 / 2, rel=0.05)
    assert min(sigma, key=lambda degree: abs(sigma[degree] - 0.25)) == 3  # "nearest to the truth"
    _, test = train_and_test_nll(0, (1, 3, 5, 7, 9)).T
    assert test.argmin() == 1


def test_the_solution_to_the_lost_digits_states_its_numbers(birds: tuple[Floats, Floats]) -> None:
    X, y, X_new, y_new = mistyped()
    noises = (Gaussian(), Laplace(), StudentT(df=3, scale=300))
    thetas = [maximum_likelihood(noise, X, y).theta for noise in noises]
    slopes = [f"{theta[1]:.1f}" for theta in thetas]
    clean, _, sigma = fitted(birds)
    assert f"{slopes[0]}, {slopes[1]} and {slopes[2]} g/mm, against {clean[1]:.1f}" in PROSE
    spoilt = np.sqrt(mse(y, X @ thetas[0]))
    assert f"σ̂ is {spoilt:,.0f} g instead of {sigma:.0f}" in PROSE
    scaled = (Gaussian(spoilt), Laplace(np.mean(np.abs(y - X @ thetas[1]))), noises[2])
    nlls = [
        noise.nll(y_new, X_new @ theta).mean() for noise, theta in zip(scaled, thetas, strict=True)
    ]
    assert "{:.3f}, {:.3f} and {:.3f} nats a bird".format(*nlls) in PROSE
    miss = 0.9 * birds[1].mean() / sigma
    assert miss == pytest.approx(10, abs=0.5)  # "a miss of about ten σ"
    errors = [mse(y_new, X_new @ theta) for theta in thetas]
    assert np.argmin(errors) == 0  # "it is smallest for the Gaussian's line"
    assert f"Each falls by log 1000 = {np.log(1000):.3f}" in PROSE


def test_what_the_prose_says_of_a_point_that_moves_away() -> None:
    rng = np.random.default_rng(4)
    x = np.arange(20.0)
    X, y = add_intercept(x), 2 * x + rng.normal(size=20)

    def slopes(noise: Gaussian | Laplace | StudentT) -> list[float]:
        """With the last point ever farther below the line."""
        moved = [np.append(y[:-1], y[-1] - drop) for drop in (4, 8, 16, 32, 64)]
        return [maximum_likelihood(noise, X, values).theta[1] for values in moved]

    assert np.all(np.diff(slopes(Gaussian())) < -0.05)  # "follows the point as far as it goes"
    assert np.ptp(slopes(Laplace())) < 1e-8  # "does not care how far away the point is"
    assert np.all(np.diff(slopes(StudentT(3))) > 0)  # "the line comes back"


def test_the_solution_about_sigma_states_its_numbers(birds: tuple[Floats, Floats]) -> None:
    _, residual, sigma = fitted(birds)
    n = len(residual)

    def above(value: float) -> float:
        at, lowest = (Gaussian(s).nll(residual, np.zeros(n)).sum() for s in (value, sigma))
        return float(at - lowest - 2)

    low, high = brentq(above, 300, sigma), brentq(above, sigma, 500)
    near = 2 * sigma / np.sqrt(2 * n)
    for phrase in (
        f"{sigma:.0f} ± {near:.0f} g, {sigma - near:.0f} to {sigma + near:.0f} g",
        f"the NLL itself gives {low:.0f} to {high:.0f} g",
        f"about {near / 2:.0f} g, σ̂/√(2n)",
        f"e² ≈ {np.exp(2):.1f} times worse",
    ):
        assert phrase in PROSE, phrase


def test_c55_squared_error_needs_no_linear_model() -> None:
    """For curves of any kind NLL − n/(2σ²)·MSE is one and the same number."""
    rng = np.random.default_rng(55)
    x, y = rng.normal(size=50), rng.normal(size=50)
    means = [f(x) for f in (np.exp, np.sin, np.abs, lambda x: np.where(x > 0, 7.0, -1.0))]
    gaps = [Gaussian(0.4).nll(y, m).sum() - 50 / (2 * 0.16) * np.mean((y - m) ** 2) for m in means]
    assert gaps == pytest.approx([25 * np.log(2 * np.pi * 0.16)] * 4, rel=1e-12)
    assert not np.allclose(means[0], np.polyval(np.polyfit(x, means[0], 1), x), atol=0.1)


def test_what_the_prose_says_of_pytorch() -> None:
    """A warning and a broadcast in Exercise 2.3; `HuberLoss` is −log of a Gaussian with tails."""
    target = torch.tensor([3.0, 4.0, 8.0])
    with pytest.warns(UserWarning, match="target size"):
        loss = torch.nn.MSELoss()(torch.full((3, 1), 5.0), target)
    assert loss.item() == pytest.approx(14 / 3)
    r = np.linspace(-5, 5, 201)
    huber = torch.nn.HuberLoss(reduction="none")(torch.tensor(r), torch.zeros(201)).numpy()
    middle = np.abs(r) <= 1
    assert huber[middle] == pytest.approx(Gaussian(1.0).loss(r, 0 * r)[middle])
    assert np.ptp((huber - Laplace(1.0).loss(r, 0 * r))[~middle]) < 1e-6
