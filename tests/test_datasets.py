"""Penguins against what was published about them; people against the truth they are drawn from."""

import hashlib
from importlib.resources import files

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, ndtr, xlogy
from scipy.stats import chisquare, linregress, norm, truncnorm

from mlelib.datasets import Penguins, People, coins, penguins, people


def test_the_file_of_penguins_is_the_one_that_was_checked() -> None:
    content = files("mlelib").joinpath("data/penguins.csv").read_bytes()
    assert hashlib.sha256(content).hexdigest() == (
        "b6e7326492ab7e844cabed4e243be2bb4c5af927a9c2e48521324ed050f80fe1"
    )


def test_penguins_are_counted_as_published() -> None:
    """Counts of the complete rows as the palmerpenguins package's articles give them."""
    birds = penguins()
    assert _counts(birds.species, Penguins.species_names) == {
        "Adelie": 146,
        "Chinstrap": 68,
        "Gentoo": 119,
    }
    assert _counts(birds.sex, Penguins.sex_names) == {"female": 165, "male": 168}
    assert _counts(birds.island, Penguins.island_names) == {
        "Biscoe": 163,
        "Dream": 123,
        "Torgersen": 47,
    }
    for names in (Penguins.species_names, Penguins.island_names, Penguins.sex_names):
        assert names == tuple(sorted(names))
    on_dream = birds.island == Penguins.island_names.index("Dream")
    assert set(birds.species[on_dream]) == {0, 1}  # Gentoo breed on Biscoe only
    assert set(birds.island[birds.species == 2]) == {0}


def test_the_published_regression_of_mass_on_flipper_length() -> None:
    """Slope and intercept printed in many introductions for the 333 rows; R² beside them."""
    birds = penguins()
    fit = linregress(birds.flipper_length_mm, birds.body_mass_g)
    assert round(fit.slope, 2) == 50.15
    assert round(fit.intercept, 2) == -5872.09
    assert round(fit.rvalue**2, 3) == 0.762


def test_every_row_of_penguins_reads_back_as_the_file_has_it() -> None:
    birds = penguins()
    lines = files("mlelib").joinpath("data/penguins.csv").read_text(encoding="utf-8").splitlines()
    rebuilt = [
        f"{birds.species_names[birds.species[i]]},{birds.island_names[birds.island[i]]},"
        f"{birds.bill_length_mm[i]:g},{birds.bill_depth_mm[i]:g},{birds.flipper_length_mm[i]:g},"
        f"{birds.body_mass_g[i]:g},{birds.sex_names[birds.sex[i]]},{birds.year[i]}"
        for i in range(len(birds.species))
    ]
    assert rebuilt == lines[1:]


def test_the_source_of_the_penguins_is_named() -> None:
    text = files("mlelib").joinpath("data/README.md").read_text(encoding="utf-8")
    for fact in ("CC0", "10.1371/journal.pone.0090081", "10.5281/zenodo.3960218"):
        assert fact in text


def test_people_are_seeded() -> None:
    assert np.array_equal(people(50, seed=3).weight, people(50, seed=3).weight)
    assert not np.array_equal(people(50, seed=3).weight, people(50, seed=4).weight)


def test_people_are_of_possible_size() -> None:
    crowd = people(20_000, seed=1)
    assert crowd.height.min() > 1.70 * np.exp(-2.5 * 0.055)
    assert crowd.height.max() < 1.70 * np.exp(2.5 * 0.055)
    assert crowd.bmi.min() > 23 * np.exp(-2.5 * 0.18)
    assert crowd.bmi.max() < 23 * np.exp(2.5 * 0.18)
    assert np.allclose(crowd.bmi, crowd.weight / crowd.height / crowd.height, rtol=1e-14)


def test_height_and_bmi_are_the_stated_log_normals_and_independent() -> None:
    """Twenty equally likely bins each, then a 5 × 5 table; one seed in a thousand fails each χ²."""
    crowd = people(20_000, seed=2)
    cut = truncnorm(-2.5, 2.5)
    u = cut.cdf(np.log(crowd.height / 1.70) / 0.055)
    v = cut.cdf(np.log(crowd.bmi / 23) / 0.18)
    for sample in (u, v):
        assert 0 < sample.min() < 0.001
        assert 0.999 < sample.max() < 1
        assert chisquare(np.histogram(sample, bins=20, range=(0, 1))[0]).pvalue > 1e-3
    table = np.histogram2d(u, v, bins=5, range=((0, 1), (0, 1)))[0]
    assert chisquare(table.ravel()).pvalue > 1e-3


def test_the_truth_is_what_the_docstring_says() -> None:
    """Even odds at 25; 2^(1/16) more doubles them; neighbouring classes equal at 18.5 and 25."""
    h = 1.8
    assert People.p_diet(h, 25 * h**2) == pytest.approx(0.5, rel=1e-14)
    doubled = People.p_diet(h, 25 * 2 ** (1 / 16) * h**2)
    assert doubled / (1 - doubled) == pytest.approx(2, rel=1e-13)
    under, normal, over = People.p_class(h, 18.5 * h**2)
    assert under == pytest.approx(normal, rel=1e-13)
    assert over < under
    under, normal, over = People.p_class(h, 25 * h**2)
    assert over == pytest.approx(normal, rel=1e-13)
    assert under < over


def test_both_truths_are_linear_in_the_logarithms() -> None:
    """Log-odds less 16·(log w − 2·log h) are constant over a grid of heights and weights."""
    log_h, log_w = np.meshgrid(np.linspace(0.4, 0.65, 6), np.linspace(3.6, 4.8, 7), indexing="ij")
    p, q = (
        People.p_diet(np.exp(log_h), np.exp(log_w)),
        People.p_class(np.exp(log_h), np.exp(log_w)),
    )
    for log_odds, slope in (
        (np.log(p) - np.log1p(-p), 16),
        (np.log(q[..., 2]) - np.log(q[..., 1]), 16),
        (np.log(q[..., 0]) - np.log(q[..., 1]), -16),
    ):
        plane = log_odds - slope * (log_w - 2 * log_h)
        assert np.ptp(plane) < 1e-9  # log1p(−p) of p rounded near 1 costs digits


def test_class_probabilities_are_a_distribution_for_any_body() -> None:
    h, w = np.meshgrid([1e-3, 0.5, 1.7, 3.0, 1e3], [1e-6, 1.0, 70.0, 1e6], indexing="ij")
    q = People.p_class(h, w)
    assert q.shape == (5, 4, 3)
    assert (q >= 0).all()
    assert np.allclose(q.sum(axis=-1), 1, rtol=0, atol=1e-15)
    assert People.p_diet(1e-3, 1e6) == 1
    assert 0 < People.p_diet(1e3, 1e-6) < 1e-100


def test_verdicts_follow_the_truth() -> None:
    """Calibration in ten bins of the true probability: the sum of squared z-scores is a χ²."""
    crowd = people(20_000, seed=5)
    p, q = (
        People.p_diet(crowd.height, crowd.weight),
        People.p_class(crowd.height, crowd.weight),
    )
    hits = [(p, crowd.diet), *((q[:, k], crowd.weight_class == k) for k in range(3))]
    for truth, happened in hits:
        bins = np.digitize(truth, np.quantile(truth, np.linspace(0.1, 0.9, 9)))
        expected = np.bincount(bins, truth)
        spread = np.sqrt(np.bincount(bins, truth * (1 - truth)))
        z = (np.bincount(bins, happened) - expected) / spread
        assert np.abs(z).max() < norm.isf(1e-4)
        assert (z**2).sum() < 29.6  # χ²(10) is above that once in a thousand
    both = (crowd.diet - p) * ((crowd.weight_class == 2) - q[:, 2])
    assert abs(both.mean()) < 4 * both.std() / np.sqrt(len(both))  # drawn independently


def test_the_numbers_in_the_docstring_of_people() -> None:
    """By quadrature over the population: best accuracy, and what a straight boundary costs."""
    nodes, weights = np.polynomial.legendre.leggauss(80)
    t = 2.5 * nodes
    mass = weights * norm.pdf(t)
    mass = np.outer(mass, mass).ravel() / mass.sum() ** 2
    bmi, height = (a.ravel() for a in np.meshgrid(23 * np.exp(0.18 * t), 1.70 * np.exp(0.055 * t)))
    weight = bmi * height**2
    p = People.p_diet(height, weight)
    best_diet = mass @ np.maximum(p, 1 - p)
    best_class = mass @ People.p_class(height, weight).max(axis=1)
    assert (round(best_diet, 2), round(best_class, 2)) == (0.84, 0.75)

    X = np.column_stack([np.ones_like(p), (height - 1.7) / 0.1, (weight - 70) / 10])

    def cross_entropy(theta: np.ndarray) -> tuple[float, np.ndarray]:
        z = X @ theta
        return mass @ (np.logaddexp(0, z) - p * z), X.T @ (mass * (expit(z) - p))

    line = minimize(cross_entropy, np.zeros(3), jac=True, method="BFGS", options={"gtol": 1e-9})
    entropy = -mass @ (xlogy(p, p) + xlogy(1 - p, 1 - p))
    assert round(line.fun - entropy, 4) == 0.0021
    h = np.linspace(1.50, 1.92, 101)
    straight = 70 - 10 * (line.x[0] + line.x[1] * (h - 1.7) / 0.1) / line.x[2]
    assert 1.1 < np.abs(straight - 25 * h**2).max() < 1.2
    assert ndtr(2.5) - ndtr(-2.5) > 0.98  # the cut leaves out little


@pytest.mark.parametrize(("heads", "tails"), [(7, 3), (9, 4), (0, 2), (2, 0)])
def test_coins_have_the_counts_asked_for(heads: int, tails: int) -> None:
    tosses = coins(heads, tails)
    assert np.bincount(tosses, minlength=2).tolist() == [tails, heads]
    assert np.array_equal(tosses, coins(heads, tails))


def test_coins_come_in_a_seeded_random_order() -> None:
    orders = {tuple(coins(3, 2, seed=s)) for s in range(100)}
    assert len(orders) == 10  # all 5!/(3! 2!) of them


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: people(0), "n"),
        (lambda: people(-1), "n"),
        (lambda: people(2.5), "n"),
        (lambda: people("30"), "n"),
        (lambda: coins(-1, 2), "heads"),
        (lambda: coins(1, 2.5), "tails"),
        (lambda: People.p_diet(0.0, 70.0), "height"),
        (lambda: People.p_diet(1.7, [70.0, -1.0]), "weight"),
        (lambda: People.p_class(1.7, np.nan), "weight"),
        (lambda: People.p_class("1.7", 70.0), "height"),
    ],
)
def test_bad_input_is_named(call, name) -> None:
    with pytest.raises(ValueError, match=f"^{name} must"):
        call()


def _counts(labels: np.ndarray, names: tuple[str, ...]) -> dict[str, int]:
    return dict(zip(names, np.bincount(labels).tolist(), strict=True))
