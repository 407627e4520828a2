"""The claims of Chapter 7, decided again without its cells, and the numbers in its prose."""

from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import linprog, minimize
from scipy.special import expit

from mlelib import (
    Bernoulli,
    Gamma,
    Gaussian,
    Interpolation,
    Poisson,
    ScaledGaussian,
    StudentT,
    add_intercept,
    losses,
    maximum_likelihood,
    networks,
    penguins,
)
from mlelib.calibration import reliability, temperature
from mlelib.exercises.recipe import calls, help_desk
from mlelib.kiosk import kiosk
from mlelib.networks.heads import learn, split
from mlelib.sandwich import sandwich_errors

Floats = NDArray[np.float64]
CHAPTER = Path(__file__).parents[2] / "chapters/recipe.md"
PROSE = " ".join(CHAPTER.read_text(encoding="utf-8").split())
DIARY = kiosk()
X = add_intercept((DIARY.temperature - 20) / 10)
EVEN, ODD = np.arange(200) % 2 == 0, np.arange(200) % 2 == 1


def normalisable(exp_losses: Floats) -> bool:
    """Are there weights of the outcomes (columns) with Σ w·exp(−loss) = 1 in every row?

    None below 1e-6: a weight of 0 would be a loss of ∞.
    """
    one = np.ones(exp_losses.shape)
    found = linprog(0 * one[0], A_eq=exp_losses, b_eq=one[:, 0], bounds=(1e-6, None))
    return bool(found.status == 0)


def test_c15_dice_is_no_likelihood_and_not_proper() -> None:
    rng = np.random.default_rng(0)
    for pixels, scale in product((1, 2, 3), (0.5, 1.0, 4.0)):
        masks = np.array(list(product([0, 1], repeat=pixels)))
        forecasts = rng.uniform(0.05, 0.95, (12, pixels))
        dice = [[losses.soft_dice(mask, q) for mask in masks] for q in forecasts]
        assert not normalisable(np.exp(-scale * np.array(dice)))
        bce = [[losses.binary_cross_entropy(m, q).sum() for m in masks] for q in forecasts]
        assert normalisable(np.exp(-np.array(bce)))

    p = np.array([0.9, 0.6, 0.4, 0.1])
    masks = np.array(list(product([0, 1], repeat=4)))
    chance = np.prod(np.where(masks == 1, p, 1 - p), axis=1)

    def expected(q: Floats) -> float:
        both = masks.sum(axis=1) + q.sum()
        return float(chance @ (1 - 2 * (masks @ q) / np.maximum(both, 1e-300)))

    starts = [*rng.uniform(size=(20, 4)), p]
    found = [minimize(expected, q, bounds=[(1e-9, 1)] * 4) for q in starts]
    best = min(found, key=lambda each: each.fun)
    assert best.x == pytest.approx([1, 1, 0, 0], abs=1e-6)
    assert expected(p) > best.fun + 0.05
    cross = [chance @ losses.binary_cross_entropy(masks, q).sum(axis=1) for q in (p, best.x)]
    assert cross[0] < cross[1]
    assert best.fun == pytest.approx(0.266, abs=5e-4)
    assert expected(p) == pytest.approx(0.348, abs=5e-4)


def interpolators() -> tuple[Floats, Floats, Floats, Floats]:
    rng = np.random.default_rng(0)
    u, between = (np.arange(12) + 0.5) / 12, np.linspace(0, 1, 1001)
    v = np.sin(2 * np.pi * u) + 0.25 * rng.normal(size=12)
    U, wide = (np.polynomial.legendre.legvander(2 * at - 1, 29) for at in (u, between))
    starts = np.array([size * rng.normal(size=30) for size in (0, 0.3, 1, 3)])
    return U, v, wide, starts


def test_c42_one_training_nll_and_many_predictions() -> None:
    U, v, wide, starts = interpolators()
    # Gradient descent stays in start + the row space of U, so it ends at this projection.
    ends = starts + (v - starts @ U.T) @ np.linalg.pinv(U).T
    truth = np.sin(2 * np.pi * np.linspace(0, 1, 1001))
    off = np.sqrt(np.mean((ends @ wide.T - truth) ** 2, axis=1))
    for theta in ends:
        assert U @ theta == pytest.approx(v, abs=1e-9)
    assert np.all(np.diff(off) > 0)
    assert off[-1] / off[0] == pytest.approx(19, abs=0.5)
    assert "one is 19 times as wrong as another" in PROSE
    L = np.linalg.eigvalsh(U.T @ U).max()
    for start, end in zip(starts, ends, strict=True):
        theta = start
        for _ in range(20_000):
            theta = theta - 1.9 / L * U.T @ (U @ theta - v)
        assert wide @ theta == pytest.approx(wide @ end, abs=2e-3 * (1 + abs(wide @ end).max()))


def test_c48_the_hinge_comes_from_no_distribution() -> None:
    z = np.array([-3.0, -1, -0.3, 0, 0.3, 1, 3])
    pairs = {
        "cross-entropy": lambda z: np.logaddexp(0, -z),
        "squared": lambda z: expit(-z) ** 2,
        "hinge": lambda z: np.maximum(0, 1 - z),
    }
    for name, loss in pairs.items():
        for scale in (0.3, np.log(2), 1.0, 3.0):
            table = np.exp(-scale * np.column_stack([loss(z), loss(-z)]))
            assert normalisable(table) == (name == "cross-entropy" and scale == 1.0)
    # The chapter's argument: both weights 1, then the factor log 2, then a contradiction.
    s = np.log(2)
    assert 2 * np.exp(-s) == pytest.approx(1)
    assert np.exp(-s * 0) + np.exp(-s * 2) != pytest.approx(1)

    tried = np.linspace(-4, 4, 8001)
    for share in (0.6, 0.75, 0.9):
        best = {
            name: tried[(share * loss(tried) + (1 - share) * loss(-tried)).argmin()]
            for name, loss in pairs.items()
        }
        log_odds = np.log(share / (1 - share))
        assert best["cross-entropy"] == pytest.approx(log_odds, abs=1e-3)
        assert best["squared"] == pytest.approx(log_odds, abs=1e-3)
        assert best["hinge"] == pytest.approx(1, abs=1e-3)
    assert "the log-odds, log 1.5, log 3 and log 9" in PROSE


def rms(columns: Floats, target: Floats, rows: NDArray[np.bool_] = EVEN | ODD) -> float:
    theta = np.linalg.lstsq(columns[rows], target[rows], rcond=None)[0]
    return float(np.sqrt(np.mean((target[rows] - columns[rows] @ theta) ** 2)))


def test_the_prose_about_counts_states_its_numbers() -> None:
    theta = maximum_likelihood(Poisson(), X, DIARY.customers).theta
    assert f"exp({theta[1]:.3f}) ≈ {np.exp(theta[1]):.1f}" in PROSE
    assert f"a factor of {np.e:.1f}" in PROSE
    line = np.linalg.lstsq(X, DIARY.customers, rcond=None)[0]
    true = np.exp(X @ [1.2, 1.0])
    apart = [np.sqrt(np.mean((m - true) ** 2)) for m in (np.exp(X @ theta), X @ line)]
    assert "three times as far" in PROSE
    assert apart[1] / apart[0] == pytest.approx(3, abs=0.5)
    assert np.array([1, -1.5]) @ line < 0, "Less than no customers"
    # "multiplies it by eʷ": the log link's mean
    assert Poisson().mean([0.3 + 1.1]) / Poisson().mean([0.3]) == pytest.approx(np.exp(1.1))


def test_the_prose_about_the_takings_states_its_numbers() -> None:
    cold, warm = np.exp([-0.6 - 1, -0.6 + 1]) * 100  # euros
    assert "some 20 euros on cold days and by 150 on warm ones" in PROSE
    assert [cold, warm] == pytest.approx([20, 150], rel=0.03)
    three = np.array([0, 100, 199])
    parabola = np.vander((DIARY.temperature[three] - 20) / 10, 3)
    with pytest.raises(Interpolation):
        maximum_likelihood(ScaledGaussian(), parabola, DIARY.takings[three])


def test_student_t_does_not_mind_lost_digits_and_squares_do() -> None:
    clean = np.linalg.lstsq(X, DIARY.power, rcond=None)[0]
    robust = maximum_likelihood(StudentT(3, 1.5), X, DIARY.typed).theta
    squared = np.linalg.lstsq(X, DIARY.typed, rcond=None)[0]
    assert abs(robust - clean).max() < 0.15
    assert abs(squared - clean).max() > 2


def waves(*stages: object) -> tuple[float, Floats]:
    """How far the mean is off, and the σ, by training in plain torch."""
    place = np.linspace(-2, 2, 200)
    curve = np.sin(1.25 * np.pi * (place + 2))
    y = torch.tensor(curve + np.random.default_rng(0).normal(0, 0.05, 200))
    x = torch.tensor(place)[:, None]
    network = networks.mlp([1, 16, 2], seed=0)
    for stage in stages:
        adam = torch.optim.Adam(network.parameters(), lr=0.01)
        for _ in range(2000 // len(stages)):
            adam.zero_grad()
            mean, s = network(x).T
            squares = (y - mean) ** 2
            both = s + squares * torch.exp(-2 * s) / 2
            if stage == "mean":
                loss = squares
            elif stage == "weighted":
                loss = both * torch.exp(2 * s).detach()
            else:
                loss = both
            loss.mean().backward()
            adam.step()
    z = network(x).detach().numpy()
    return float(np.sqrt(np.mean((z[:, 0] - curve) ** 2))), np.exp(z[:, 1])


def test_training_the_noise_first_excuses_the_mean() -> None:
    nll, warm, weighted = waves("both"), waves("mean", "both"), waves("weighted")
    assert nll[0] > 3 * warm[0]
    assert nll[0] > 3 * weighted[0]
    assert "up to more than 0.7, where the noise is 0.05" in PROSE
    assert nll[1].max() > 0.7
    assert warm[1].max() < 0.1
    assert weighted[1].max() < 0.1


def test_the_prose_about_standard_errors_states_its_numbers() -> None:
    noise = Gaussian(rms(X, DIARY.takings))
    fit = maximum_likelihood(noise, X, DIARY.takings)
    sandwich = sandwich_errors(noise, X, DIARY.takings, fit.theta)
    redrawn = [
        np.linalg.lstsq(X, kiosk(seed=seed).takings, rcond=None)[0] for seed in range(1, 301)
    ]
    spread = np.std(redrawn, axis=0)[1]
    assert f"known to {fit.standard_errors[1]:.3f}, and it varies by {spread:.3f}" in PROSE
    assert f"says {sandwich[1]:.3f}" in PROSE


@cache
def waits() -> dict[str, float]:
    """Held-out mean nats a day of the four models, by scipy.stats."""
    wait = DIARY.wait
    gauss = rms(X, wait, EVEN)
    line = X @ np.linalg.lstsq(X[EVEN], wait[EVEN], rcond=None)[0]
    log_sd = rms(X, np.log(wait), EVEN)
    log_line = X @ np.linalg.lstsq(X[EVEN], np.log(wait[EVEN]), rcond=None)[0]
    found = {
        "Gaussian": -stats.norm(line, gauss).logpdf(wait),
        "log y": -stats.norm(log_line, log_sd).logpdf(np.log(wait)),
        "log-normal": -stats.lognorm(log_sd, scale=np.exp(log_line)).logpdf(wait),
    }
    for name, columns in (("Gamma", X), ("alone", X[:, :1])):
        theta = maximum_likelihood(Gamma(4.0), columns[EVEN], wait[EVEN]).theta
        mean = np.exp(columns @ theta)
        found[name] = -stats.gamma(4.0, scale=mean / 4).logpdf(wait)
    return {name: float(nats[ODD].mean()) for name, nats in found.items()}


def test_the_prose_about_comparing_states_its_numbers() -> None:
    nats = waits()
    assert "win by nearly a nat" in PROSE
    assert nats["Gamma"] - nats["log y"] == pytest.approx(0.95, abs=0.03)
    assert "ties with the Gamma" in PROSE
    assert abs(nats["log-normal"] - nats["Gamma"]) < 0.005
    assert "a quarter of a nat better than the Gaussian" in PROSE
    assert nats["Gaussian"] - nats["Gamma"] == pytest.approx(0.25, abs=0.015)
    assert f"worth, {nats['alone'] - nats['Gamma']:.2f} nats a day" in PROSE


def test_the_prose_about_mass_and_density_states_its_numbers() -> None:
    y = DIARY.customers
    theta = maximum_likelihood(Poisson(), X[EVEN], y[EVEN]).theta
    poisson = -stats.poisson(np.exp(X[ODD] @ theta)).logpmf(y[ODD]).mean()
    line, sigma = np.linalg.lstsq(X[EVEN], y[EVEN], rcond=None)[0], rms(X, y, EVEN)
    frozen = stats.norm(X[ODD] @ line, sigma)
    area = -np.log(frozen.cdf(y[ODD] + 0.5) - frozen.cdf(y[ODD] - 0.5)).mean()
    assert f"wins by {area - poisson:.2f} nats a day" in PROSE
    assert f"beside a σ of {sigma:.0f}" in PROSE
    assert "height of 4" in PROSE
    assert stats.norm.pdf(0, 0, 0.1) == pytest.approx(4, abs=0.02)


def test_paragraphs_on_three_more_kinds_of_y() -> None:
    cuts, z = np.array([-1.0, 0.2, 1.5]), 0.4
    shares = np.diff(np.r_[0, expit(cuts - z), 1])
    assert shares.sum() == pytest.approx(1)
    assert (shares > 0).all()
    draws = np.random.default_rng(0).normal(3, 2, 200_000)
    assert np.exp(stats.norm.logsf(4.5, 3, 2)) == pytest.approx(np.mean(draws > 4.5), abs=4e-3)
    grid = np.linspace(-20, 20, 40_001)
    mixture = 0.3 * stats.norm(-1, 0.5).pdf(grid) + 0.7 * stats.norm(2, 1).pdf(grid)
    assert np.trapezoid(mixture, grid) == pytest.approx(1)


@cache
def three_heads() -> tuple[Floats, Floats]:
    """The network of the chapter at the held-out birds after 600 epochs, and all nlls."""
    mm = penguins().flipper_length_mm
    learning = learn(mm[split()[1]])
    return learning.outputs[600], learning.nlls


def test_the_prose_about_three_heads_states_its_numbers() -> None:
    _, nlls = three_heads()
    mass, sex, species = nlls[:, 0].T
    assert "mass is learnt within 50 epochs and the species within 100" in PROSE
    for head, by in ((mass, 50), (species, 100)):
        assert head[by] - head[-1] < 0.1 * (head[0] - head[-1])
    assert sex[100] - sex[-1] > 0.5 * (sex[0] - sex[-1])
    at = learn(np.array([190.0, 203.0, 210.0, 230.0])).outputs[600]
    p_male = expit(at[:, 2])
    assert p_male[1] > 0.75
    assert p_male[2] < 0.25
    assert p_male[3] > 0.9


def test_males_are_heavier_at_the_same_flipper() -> None:
    """The independence given x is wrong, as the chapter says."""
    birds = penguins()
    line = np.polyfit(birds.flipper_length_mm, birds.body_mass_g, 1)
    residual = birds.body_mass_g - np.polyval(line, birds.flipper_length_mm)
    assert residual[birds.sex == 1].mean() - residual[birds.sex == 0].mean() > 200


def test_the_prose_about_calibration_states_its_numbers() -> None:
    z, _ = three_heads()
    held_out = split()[1]
    found = reliability(penguins().sex[held_out], expit(z[:, 2]), 5)
    off = abs(found.observed - found.predicted) / found.deviations
    assert "Four of five groups are within a standard deviation" in PROSE
    assert (off < 1).sum() == 4
    assert off.max() < 1.5
    masses = penguins().body_mass_g[held_out] / 1000 - 4.2
    depth = stats.norm(z[:, 0], np.exp(z[:, 1])).cdf(masses)
    levels = np.array([0.1, 0.5, 0.9])
    by_chance = 100 * np.sqrt(levels * (1 - levels) / 111)
    shares = [100 * np.mean(depth < level) for level in levels]
    low, middle, high = (f"{each:.0f}" for each in by_chance)
    assert f"by about {low}, {middle} and {high} points" in PROSE
    assert "so {:.0f}, {:.0f} and {:.0f} % are no surprise".format(*shares) in PROSE
    assert np.all(abs(shares - 100 * levels) < 2 * by_chance)


def test_the_prose_about_temperature_states_its_numbers() -> None:
    birds = penguins()
    columns = [birds.bill_length_mm, birds.bill_depth_mm, birds.flipper_length_mm]
    scaled = stats.zscore(np.column_stack(columns))
    part = np.arange(333) % 3
    x, y = torch.tensor(scaled[part == 0]), torch.tensor(birds.sex[part == 0])
    network = networks.mlp([3, 32, 32, 1], seed=0)
    adam = torch.optim.Adam(network.parameters(), lr=0.01)
    for _ in range(300):
        adam.zero_grad()
        torch.nn.BCEWithLogitsLoss()(network(x), y.double()).backward()
        adam.step()
    z = network(torch.tensor(scaled)).detach().numpy()
    assert np.mean((z[part == 0] > 0) == birds.sex[part == 0]) == 1, "knows every sex by heart"
    T = temperature(Bernoulli(), birds.sex[part == 1], z[part == 1])
    raw, labels = z[part == 2], birds.sex[part == 2]
    before, after = (Bernoulli().nll(labels, at).mean() for at in (raw, raw / T))
    right = np.mean((raw > 0) == labels)
    assert f"right for {right:.0%} of new birds".replace("%", " %") in PROSE
    assert before > np.log(2), "a worse NLL than a coin"
    assert f"T = {T:.1f} halves the NLL" in PROSE
    assert after / before == pytest.approx(0.5, abs=0.02)


def test_the_solution_about_the_help_desk_states_its_numbers() -> None:
    X_fit, y_fit, _, _ = calls()
    factor, curvature, sandwich, poisson, areas, nbinom = help_desk()
    for phrase in (
        f"multiply the calls by {factor:.2f}",
        f"The sandwich's error, {sandwich:.3f}, is {sandwich / curvature:.1f} times",
        f"the Poisson has {poisson:.3f} nats, ",
        f"even the Gaussian's areas are better, {areas:.3f}",
        f"The negative binomial has {nbinom:.3f}",
    ):
        assert phrase in PROSE, phrase
    # against statsmodels' negative binomial with α = 1/r
    sm = pytest.importorskip("statsmodels.api")
    family = sm.families.NegativeBinomial(alpha=0.5)
    theirs = sm.GLM(y_fit, X_fit, family=family).fit(tol=1e-12).params
    _, _, X_new, y_new = calls()
    mean = np.exp(X_new @ theirs)
    assert nbinom == pytest.approx(-stats.nbinom(2, 2 / (2 + mean)).logpmf(y_new).mean(), rel=1e-5)


def test_the_other_solutions_state_their_numbers() -> None:
    assert f"1/√12 ≈ {1 / np.sqrt(12):.3f}" in PROSE
    assert f"log 3 + 5·log 1.5 ≈ {np.log(3) + 5 * np.log(1.5):.3f}" in PROSE
    assert f"−2.60 + log 60 ≈ {-2.6 + np.log(60):.3f}" in PROSE
    assert f"1.60·log 2 ≈ {1.6 * np.log(2):.3f}, ahead of A by {1.2 - 1.6 * np.log(2):.2f}" in PROSE
    assert stats.norm.cdf(9) == 1  # "nine standard deviations below its time"
    assert np.isfinite(stats.norm.logsf(9))
    # The geometric's gradient is q·(y − mean).
    z, y = 0.3, 4
    q = expit(z)
    step = 1e-6
    ends = [np.logaddexp(0, -(z + d)) + y * np.logaddexp(0, z + d) for d in (-step, step)]
    assert (ends[1] - ends[0]) / (2 * step) == pytest.approx(q * (y - (1 - q) / q), rel=1e-7)
