"""The claims of Chapter 6, decided again without its cells, and the numbers in its prose."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy import integrate, stats
from scipy.optimize import minimize, minimize_scalar
from scipy.special import beta as beta_function
from scipy.special import expit, logit
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from mlelib import (
    Bernoulli,
    BetaPrior,
    Gaussian,
    GaussianPrior,
    LaplacePrior,
    Objective,
    add_intercept,
    gradient_descent,
    maximum_a_posteriori,
    maximum_likelihood,
    penguins,
    people,
)
from mlelib.exercises.posterior import sensors

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
CHAPTER = Path(__file__).parents[2] / "chapters/map.md"
PROSE = " ".join(CHAPTER.read_text(encoding="utf-8").split())
SLOPES = np.array([True, False, False])  # the intercept is left alone


def states(*phrases: str) -> None:
    """Assert that the chapter says each of these."""
    for phrase in phrases:
        assert phrase in PROSE, phrase


def standardised(*columns: Floats) -> Floats:
    return add_intercept(np.column_stack([(c - c.mean()) / c.std() for c in columns]))


@pytest.fixture
def diets() -> tuple[Floats, Integers]:
    adults = people()
    return standardised(adults.height, adults.weight), adults.diet


@pytest.fixture
def masses() -> tuple[Floats, Floats]:
    """Flipper, bill depth and bill length, in standard deviations, and the mass in kg."""
    birds = penguins()
    columns = birds.flipper_length_mm, birds.bill_depth_mm, birds.bill_length_mm
    return standardised(*columns), birds.body_mass_g / 1000


def peak(log_density, low: float = 0.0, high: float = 1.0) -> float:
    found = minimize_scalar(
        lambda x: -log_density(x), bounds=(low, high), method="bounded", options={"xatol": 1e-10}
    )
    return float(found.x)


def decayed(
    name: str, X: Floats, y: Integers, lam: float, start: Floats, **options: object
) -> Floats:
    """θ after 3,500 falling full-batch steps on the mean BCE from `start`."""
    b = torch.tensor(start[:1], requires_grad=True)
    w = torch.tensor(start[1:], requires_grad=True)
    groups = [{"params": [b], "weight_decay": 0.0}, {"params": [w], "weight_decay": lam}]
    optimiser = getattr(torch.optim, name)(groups, **options)
    falling = torch.optim.lr_scheduler.ExponentialLR(optimiser, 0.995)
    x, target = torch.tensor(X), torch.tensor(y).double()
    for _ in range(3500):
        optimiser.zero_grad()
        bce(x @ torch.cat([b, w]), target).backward()
        optimiser.step()
        falling.step()
    return np.asarray(torch.cat([b, w]).detach().numpy())


def test_c06_only_a_flat_prior_drops_out() -> None:
    rng = np.random.default_rng(3)
    for heads, tails in rng.integers(2, 40, size=(20, 2)):
        share = heads / (heads + tails)

        def nll(bias: float, h: int = heads, t: int = tails) -> float:
            return float(
                -Bernoulli().nll(np.repeat([1, 0], [h, t]), np.full(h + t, logit(bias))).sum()
            )

        assert peak(nll) == pytest.approx(share, abs=1e-6)  # flat in the bias
        in_log_odds = peak(lambda x, nll=nll: nll(x) - np.log(x) - np.log(1 - x))
        assert in_log_odds == pytest.approx((heads - 1) / (heads + tails - 2), abs=1e-6)
        shaped = peak(lambda x, nll=nll: nll(x) + stats.beta(5, 5).logpdf(x))
        assert shaped == pytest.approx((heads + 4) / (heads + tails + 8), abs=1e-6)
        if heads != tails:
            assert abs(shaped - share) > 1e-4
    states("flat in *these* parameters")


def test_c10_sigma_matters_under_a_prior_and_a_fixed_step(masses) -> None:
    X, kg = masses
    alone = np.arange(4) == 0
    sigmas = 0.4, 1 / np.sqrt(2), 2.0
    free = [maximum_likelihood(Gaussian(s), X, kg).theta for s in sigmas]
    np.testing.assert_allclose(free, np.broadcast_to(free[0], (3, 4)), rtol=1e-9)
    modes = [maximum_a_posteriori(Gaussian(s), X, kg, GaussianPrior(0.1, alone)) for s in sigmas]
    flippers = [mode.theta[1] for mode in modes]
    assert flippers[0] > 1.1 * flippers[1] > 2 * flippers[2]
    # only the ratio counts
    twice = maximum_a_posteriori(Gaussian(0.8), X, kg, GaussianPrior(0.2, alone)).theta
    np.testing.assert_allclose(twice, modes[0].theta, rtol=1e-9)
    off = [
        np.linalg.norm(
            gradient_descent(Objective(Gaussian(s), X, kg), np.zeros(4), 4e-4, 100).thetas[-1]
            - free[0]
        )
        for s in sigmas
    ]
    assert off[0] < 1e-3 * off[2]


def test_c33_the_factor_1_over_n_sets_steps_and_priors(diets) -> None:
    X, y = diets
    n, lam = len(y), 0.1
    objective = Objective(Bernoulli(), X, y)
    best = maximum_likelihood(Bernoulli(), X, y).theta
    for factor, tau in ((1.0, 1 / np.sqrt(lam)), (1 / n, 1 / np.sqrt(n * lam))):
        # the minimiser alone does not change
        found = minimize(
            lambda t, f=factor: f * objective.value(t),
            np.zeros(3),
            jac=lambda t, f=factor: f * objective.gradient(t),
            options={"gtol": 1e-10},
        ).x
        np.testing.assert_allclose(found, best, atol=1e-5)
        # that of factor·NLL + (λ/2)‖w‖² is the MAP of the stated τ
        found = minimize(
            lambda t, f=factor: f * objective.value(t) + lam / 2 * (t[1:] @ t[1:]),
            np.zeros(3),
            options={"gtol": 1e-8},
        ).x
        mode = maximum_a_posteriori(Bernoulli(), X, y, GaussianPrior(tau, SLOPES)).theta
        np.testing.assert_allclose(found, mode, atol=2e-4)
    summed = gradient_descent(objective, np.zeros(3), 1.0, 500)
    averaged = gradient_descent(objective, np.zeros(3), 1.0 / n, 500)
    assert np.linalg.norm(summed.thetas[-50:] - best, axis=1).min() > 1
    assert np.linalg.norm(averaged.thetas[-1] - best) < 1e-3
    states("τ = 3.2", "τ = 0.18")
    assert 1 / np.sqrt(lam) == pytest.approx(3.2, abs=0.05)
    assert 1 / np.sqrt(n * lam) == pytest.approx(0.18, abs=0.005)
    narrow = maximum_a_posteriori(Bernoulli(), X, y, GaussianPrior(1 / np.sqrt(n * lam), SLOPES))
    assert (np.abs(narrow.theta[1:]) < np.abs(best[1:]) / 3).all()


def test_c35_the_peaks_meet_like_one_over_n_and_the_densities_do_not(diets) -> None:
    sizes = np.array([10, 100, 1000, 10_000, 100_000])
    heads, tails = 7 * sizes // 10, 3 * sizes // 10
    modes = [
        expit(
            maximum_a_posteriori(
                Bernoulli(), np.ones((h + t, 1)), np.repeat([1, 0], [h, t]), BetaPrior(5, 5)
            ).theta[0]
        )
        for h, t in zip(heads, tails, strict=True)
    ]
    slope = np.polyfit(np.log(sizes[1:]), np.log(0.7 - np.array(modes[1:])), 1)[0]
    assert slope == pytest.approx(-1, abs=0.02)
    heights = [stats.beta(h + 5, t + 5).pdf(m) for h, t, m in zip(heads, tails, modes, strict=True)]
    log_l = heads * np.log(0.7) + tails * np.log(0.3)
    assert np.polyfit(np.log(sizes), np.log(heights), 1)[0] == pytest.approx(0.5, abs=0.03)
    assert log_l[0] == pytest.approx(-6.1, abs=0.05)
    assert log_l[-1] == pytest.approx(-61086, abs=1)
    assert heights[0] == pytest.approx(3.6, abs=0.05)
    assert heights[-1] == pytest.approx(275, abs=0.5)
    states("from e⁻⁶ to e⁻⁶¹⁰⁸⁶", "from 3.6 to 275")
    # a prior that is 0 around the truth: the mode stays at its edge
    for h, t in zip(heads, tails, strict=True):
        inside = np.linspace(0.001, 0.5, 5000)
        assert inside[np.argmax(h * np.log(inside) + t * np.log(1 - inside))] == 0.5

    # and for a logistic regression, its slope measured on nested samples
    crowd = people(300_000)
    X = add_intercept(np.column_stack([(crowd.height - 1.70) / 0.094, (crowd.weight - 67) / 14.5]))
    sizes, distances, errors = np.array([300, 3000, 30_000, 300_000]), [], []
    for size in sizes:
        data = Bernoulli(), X[:size], crowd.diet[:size]
        free = maximum_likelihood(*data)
        mode = maximum_a_posteriori(*data, GaussianPrior(1.0, SLOPES)).theta
        distances.append(np.linalg.norm(mode - free.theta))
        errors.append(np.linalg.norm(free.standard_errors))
    assert np.polyfit(np.log(sizes), np.log(distances), 1)[0] == pytest.approx(-1, abs=0.02)
    assert np.polyfit(np.log(sizes), np.log(errors), 1)[0] == pytest.approx(-0.5, abs=0.02)
    assert 1 < distances[0] / errors[0] < 1.5
    assert errors[-1] / distances[-1] == pytest.approx(20, rel=0.1)


def test_c36_the_evidence_moves_no_peak(diets) -> None:
    X, y = diets
    rng = np.random.default_rng(0)
    prior = GaussianPrior(0.5, SLOPES)
    objective = Objective(Bernoulli(), X, y, prior)
    for log_evidence in (-500.0, 3.0, 1000.0):
        found = minimize(
            lambda t, c=log_evidence: objective.value(t) + c, rng.normal(size=3), tol=1e-10
        ).x
        mode = maximum_a_posteriori(Bernoulli(), X, y, prior).theta
        np.testing.assert_allclose(found, mode, atol=1e-3)
    # what it is needed for: probabilities, and the comparison of priors
    evidences, chances = [], []
    for a, b in ((1, 1), (5, 5), (1, 7)):

        def joint(x: float, a: int = a, b: int = b) -> float:
            return float(x**7 * (1 - x) ** 3 * stats.beta(a, b).pdf(x))

        evidences.append(integrate.quad(joint, 0, 1)[0])
        chances.append(integrate.quad(joint, 0.5, 1)[0] / evidences[-1])
        assert chances[-1] == pytest.approx(stats.beta(7 + a, 3 + b).sf(0.5))
    assert evidences[1] > evidences[0] > evidences[2]
    states("Beta(5, 5) made it most probable, Beta(1, 7) least")


@pytest.mark.parametrize("lam", [0.005, 0.08])
def test_c37_l2_rests_at_the_map_and_decoupled_decay_does_not(diets, lam: float) -> None:
    X, y = diets
    n = len(y)
    mode = maximum_a_posteriori(
        Bernoulli(), X, y, GaussianPrior(1 / np.sqrt(n * lam), SLOPES)
    ).theta
    best = maximum_likelihood(Bernoulli(), X, y).theta
    start = np.array([1.0, 2.0, -1.0])
    adam = {"lr": 0.1, "betas": (0.9, 0.99)}
    runs = {"SGD": {"lr": 1.0, "momentum": 0.8}, "Adam": adam}
    for name, options in runs.items():
        found = decayed(name, X, y, lam, start, **options)
        np.testing.assert_allclose(found, mode, atol=1e-6)
        slope = Objective(Bernoulli(), X, y).gradient(found) / n
        assert np.abs(slope + lam * found * ~SLOPES).max() < 1e-7  # at rest by its own rule
    found = decayed("AdamW", X, y, lam, start, **adam)
    assert np.abs(Objective(Bernoulli(), X, y).gradient(found) / n).max() < 1e-6
    np.testing.assert_allclose(found, best, atol=1e-4)
    assert np.linalg.norm(found - mode) > 0.5


def test_c38_the_formula_is_one_ratio_of_variances(masses) -> None:
    X, kg = masses
    alone = np.arange(4) == 0
    for count in (1, len(kg)):

        def formula(theta: Floats, count: int = count) -> float:
            return float(np.sum((kg - X @ theta) ** 2) / count + theta[1:] @ theta[1:] / 2)

        found = minimize(formula, np.zeros(4), options={"gtol": 1e-8}).x
        for sigma in (0.3, 1.0):
            prior = GaussianPrior(sigma * np.sqrt(2 / count), alone)
            mode = maximum_a_posteriori(Gaussian(sigma), X, kg, prior).theta
            np.testing.assert_allclose(found, mode, atol=1e-5)
            other = GaussianPrior(2 * sigma * np.sqrt(2 / count), alone)
            mode = maximum_a_posteriori(Gaussian(sigma), X, kg, other).theta
            assert np.abs(found - mode).max() > 1e-4


def test_c44_a_prior_over_parameters_ties_outputs_together(masses) -> None:
    X, kg = masses
    tau = 0.5
    # free outputs: the optimum of the Gaussian likelihood is the labels themselves
    free = maximum_likelihood(Gaussian(0.4), np.eye(12), kg[:12]).theta
    np.testing.assert_allclose(free, kg[:12], rtol=1e-12)
    # with an independent prior on each output, another bird's label changes nothing
    prior = GaussianPrior(10.0)
    other = kg.copy()
    other[1:] += 1.0
    apart = [maximum_a_posteriori(Gaussian(0.4), np.eye(12), v[:12], prior) for v in (kg, other)]
    assert apart[0].theta[0] == apart[1].theta[0]
    # the covariance τ²xᵀx′ of two outputs under a prior over θ
    draws = np.random.default_rng(1).normal(0, tau, size=(200_000, 3))
    outputs = draws @ X[:20, 1:].T
    np.testing.assert_allclose(
        np.cov(outputs.T), tau**2 * X[:20, 1:] @ X[:20, 1:].T, atol=0.03, rtol=0.03
    )


def test_c50_a_prior_at_the_initial_value_learns_nothing(masses) -> None:
    X, kg = masses
    rng = np.random.default_rng(4)
    best = maximum_likelihood(Gaussian(0.4), X, kg).theta
    for _ in range(5):
        initial = rng.normal(size=4)
        modes = [
            initial
            + maximum_a_posteriori(Gaussian(0.4), X, kg - X @ initial, GaussianPrior(width)).theta
            for width in (100.0, 1e-2, 1e-4, 1e-6)
        ]
        np.testing.assert_allclose(modes[0], best, atol=1e-4)
        from_start = [np.linalg.norm(mode - initial) for mode in modes]
        assert from_start == sorted(from_start, reverse=True)
        assert from_start[-1] < 1e-5
        # training from there forgets it
        walk = gradient_descent(Objective(Gaussian(0.4), X, kg), initial, 4e-4, 2000)
        np.testing.assert_allclose(walk.thetas[-1], best, atol=1e-6)


def test_c51_the_normaliser_goes_and_the_width_stays(masses) -> None:
    X, kg = masses
    x, centred = X[:, 1], kg - kg.mean()
    found = {}
    for tau in (0.01, 0.1, 1.0):

        def penalised(w: float, penalty) -> float:
            return float(-np.sum((centred - w * x) ** 2) / (2 * 0.16) - penalty(w))

        whole = peak(lambda w, t=tau: penalised(w, lambda v: -stats.norm(0, t).logpdf(v)))
        bare = peak(lambda w, t=tau: penalised(w, lambda v: v**2 / (2 * t**2)))
        lost = peak(lambda w: penalised(w, lambda v: v**2 / 2))
        assert whole == pytest.approx(bare, abs=1e-6)
        found[tau] = whole, lost
        closed = (x @ centred) / (x @ x + 0.16 / tau**2)
        assert whole == pytest.approx(closed, abs=1e-6)
    assert len({round(lost, 6) for _, lost in found.values()}) == 1
    assert found[0.01][0] < 0.2
    assert 0.6 < found[0.1][0] < found[1.0][0]
    # without the normaliser a wider prior is always better, with it there is a best width
    w = np.array([0.3, -0.7, 1.1])
    widths = np.geomspace(0.1, 100, 50)
    bare = [np.sum(w**2) / (2 * t**2) for t in widths]
    whole = [-GaussianPrior(t).log_prob(w).sum() for t in widths]
    assert np.argmin(bare) == 49
    assert widths[np.argmin(whole)] == pytest.approx(np.sqrt(np.mean(w**2)), rel=0.1)


def test_c53_a_posterior_peak_moves_and_a_likelihood_peak_does_not() -> None:
    for h, t, a, b in ((7, 3, 1, 1), (7, 3, 2, 2), (3, 9, 5, 2)):
        after = stats.beta(h + a, t + b)

        def density_z(z: float, after=after) -> float:
            return float(after.logpdf(expit(z)) + np.log(expit(z)) + np.log(expit(-z)))

        def log_l(x: float, h: int = h, t: int = t) -> float:
            return float(h * np.log(x) + t * np.log1p(-x))

        by_bias = peak(after.logpdf)
        by_z = expit(peak(density_z, -9, 9))
        assert by_bias == pytest.approx((h + a - 1) / (h + t + a + b - 2), abs=1e-6)
        assert by_z == pytest.approx((h + a) / (h + t + a + b), abs=1e-6)
        assert abs(by_bias - by_z) > 1e-3
        likelihood_z = expit(peak(lambda z, f=log_l: f(expit(z)), -9, 9))
        assert peak(log_l) == pytest.approx(likelihood_z, abs=1e-6)
    states("two MAPs, 0.667 and 0.643")
    ours = maximum_a_posteriori(
        Bernoulli(), np.ones((10, 1)), np.repeat([1, 0], [7, 3]), BetaPrior(2, 2)
    ).theta[0]
    assert ours == pytest.approx(logit(2 / 3))


# What the chapter's prose says besides.


def test_the_numbers_about_the_coin() -> None:
    assert stats.beta(5, 2).sf(0.5) == pytest.approx(0.891, abs=5e-4)
    states("with probability 0.89", "5/7·6/8 = 0.536", "0.8² = 0.64", "11/18 = 0.611")
    assert stats.beta(5, 2).moment(2) == pytest.approx(0.536, abs=5e-4)
    assert peak(stats.beta(12, 8).logpdf) == pytest.approx(11 / 18, abs=1e-6)


def test_the_zeros_of_the_noise_columns(masses) -> None:
    X, kg = masses
    rng = np.random.default_rng(0)
    noise = standardised(*rng.normal(size=(333, 5)).T)[:, 1:]
    wide, alone = np.column_stack([X, noise]), np.arange(9) == 0
    sparse = maximum_a_posteriori(Gaussian(0.4), wide, kg, LaplacePrior(0.02, alone)).theta
    np.testing.assert_array_equal(sparse != 0, [1, 1, 0, 1, 0, 0, 0, 0, 0])
    bell = GaussianPrior(np.sqrt(2) * 0.02, alone)
    round_ = maximum_a_posteriori(Gaussian(0.4), wide, kg, bell).theta
    free = maximum_likelihood(Gaussian(0.4), wide, kg).theta
    assert (round_ != 0).all()
    assert round_[1] / free[1] == pytest.approx(0.5, abs=0.03)
    assert sparse[1] / free[1] > 0.9
    states("It halves the flipper's weight", "0.028")


def test_the_polynomials_numbers() -> None:
    rng = np.random.default_rng(0)
    u, u_new = (np.arange(15) + 0.5) / 15, rng.uniform(size=1000)
    v, v_new = (np.sin(2 * np.pi * x) + rng.normal(0, 0.25, len(x)) for x in (u, u_new))
    U, U_new = (np.polynomial.legendre.legvander(2 * x - 1, 9) for x in (u, u_new))
    bell, alone = Gaussian(0.25), np.arange(10) == 0
    widths = (100, 3, 1, 0.5, 0.3, 0.1, 0.03)
    rows = []
    for width in widths:
        w = maximum_a_posteriori(bell, U, v, GaussianPrior(width, alone)).theta
        new = bell.nll(v_new, U_new @ w)
        rows.append([bell.nll(v, U @ w).mean(), new[:30].mean(), new[30:].mean()])
    training, held, _ = np.array(rows).T
    assert (np.diff(training) > 0).all()
    assert widths[held.argmin()] == 0.3
    assert held[0] == pytest.approx(3.9, abs=0.05)
    assert held.min() == pytest.approx(0.55, abs=0.005)
    states("falls from 3.9 to 0.55 and rises again", "least at τ = 0.5, next to the 0.3")
    # the evidence, as the integral it is: by numbers for a line, against the chapter's formula
    evidence = {
        width: stats.multivariate_normal(
            cov=0.0625 * np.eye(15) + U @ np.diag(np.where(alone, 100.0, width**2)) @ U.T
        ).logpdf(v)
        for width in widths
    }
    assert max(evidence, key=evidence.__getitem__) == 0.5
    two, few = U[:4, :2], v[:4]

    w0, w1 = np.meshgrid(np.linspace(-6, 6, 1201), np.linspace(-6, 6, 1201), indexing="ij")
    log_l = stats.norm(0, 0.25).logpdf(
        few - (w0[..., None] * two[:, 0] + w1[..., None] * two[:, 1])
    )
    log_prior = stats.norm(0, 10).logpdf(w0) + stats.norm(0, 1).logpdf(w1)
    integral = np.exp(log_l.sum(axis=-1) + log_prior).sum() * 0.01**2
    formula = stats.multivariate_normal(cov=0.0625 * np.eye(4) + two @ np.diag([100, 1]) @ two.T)
    assert integral == pytest.approx(formula.pdf(few), rel=1e-3)


def test_the_gentoos_have_a_map_under_every_prior() -> None:
    birds = penguins()
    gentoo = (birds.species == birds.species_names.index("Gentoo")).astype(int)
    X = standardised(birds.flipper_length_mm, birds.bill_depth_mm)
    lengths = [
        np.linalg.norm(
            maximum_a_posteriori(Bernoulli(), X, gentoo, GaussianPrior(t, SLOPES)).theta[1:]
        )
        for t in (0.5, 1, 2, 10, 100)
    ]
    assert lengths == sorted(lengths)
    assert lengths[-1] > 6 * lengths[0]


def test_solution_67_says_what_came_out() -> None:
    (X, y), _, (X_new, y_new) = sensors()
    alone = np.arange(31) == 0
    exact = maximum_a_posteriori(Gaussian(1.0), X, y, LaplacePrior(0.03, alone)).theta
    assert set(np.flatnonzero(exact)) == {0, 3, 11, 19, 26}
    truth = np.zeros(31)
    truth[[0, 3, 11, 19, 26]] = 5.0, 2.0, -1.5, 1.0, -1.0
    nll = Gaussian(1.0).nll(y_new, X_new @ truth).mean()
    assert nll == pytest.approx(1.42, abs=0.03)
    states("2.199", "1.917", "1.541", "1.42")


def test_c56_the_evidence_is_a_number_and_the_prior_a_function() -> None:
    """Exactly, by the Beta function: 7 heads, 3 tails, Beta(5, 5)."""
    evidence = beta_function(7 + 5, 3 + 5) / beta_function(5, 5)
    theta = np.linspace(0.01, 0.99, 981)  # steps of 0.001
    likelihood, prior = theta**7 * (1 - theta) ** 3, stats.beta(5, 5).pdf(theta)
    posterior = stats.beta(12, 8).pdf(theta)
    assert likelihood * prior / evidence == pytest.approx(posterior, rel=1e-12)
    peak = theta[posterior.argmax()]
    assert peak == pytest.approx(11 / 18, abs=0.001)
    assert theta[(likelihood * prior).argmax()] == peak
    assert theta[(likelihood / evidence).argmax()] == pytest.approx(0.7)
    states("the evidence because it has no θ, always; the prior because it is flat, if it is")
