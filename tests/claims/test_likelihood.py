"""The claims of Chapter 1, decided again by other means than the chapter's cells.

The cells multiply, draw and add up grids; here stand exact arithmetic, closed forms
and integrals. The last part recomputes the numbers that the chapter's prose prints.
"""

import math
import re
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import accumulate, product
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import integrate, optimize, special, stats
from torch import nn

from mlelib import Bernoulli, Gaussian, coins, losses, maximum_likelihood, penguins
from mlelib.exercises import likelihood

CHAPTER = (Path(__file__).parents[2] / "chapters/likelihood.md").read_text(encoding="utf-8")
FLOATS = (np.float32, np.float64)


def smallest(number: type[np.floating]) -> Fraction:
    return Fraction(float(np.nextafter(number(0), number(1))))


# The claims


@pytest.mark.parametrize(
    ("p", "number", "n"),
    [
        (0.5, np.float32, 150),
        (0.5, np.float64, 1075),
        (0.1, np.float32, 46),
        (0.1, np.float64, 324),
    ],
)
def test_c01_products_underflow_and_sums_of_logs_do_not(
    p: float, number: type[np.floating], n: int
) -> None:
    # The exact product falls below half of the smallest number, which is what rounds to 0, at n;
    # rounding after every factor has not moved that n.
    exact, floor = Fraction(float(number(p))), smallest(number)
    assert exact**n <= floor / 2 < exact ** (n - 1)
    running = np.multiply.accumulate(np.full(n, p, number))
    assert running[n - 2] > 0 == running[n - 1]
    with localcontext(prec=40):
        logarithm = n * Decimal(float(number(p))).ln()
    # Each of n logs and n additions rounds a number of at most the sum's size, by half an eps.
    allowed = 2 * n * float(abs(logarithm) * Decimal(float(np.finfo(number).eps))) / 2
    total = np.add.accumulate(np.log(np.full(n, p, number)))[-1]
    assert float(total) == pytest.approx(float(logarithm), abs=allowed)


@pytest.mark.parametrize("number", FLOATS)
@pytest.mark.parametrize("p", [0.51, 0.6, 0.7, 0.75, 0.8, 0.9])
def test_c01_above_one_half_the_product_sticks(p: float, number: type[np.floating]) -> None:
    # k times the smallest number times p rounds back to k times it if k·(1 − p) is below one half.
    # So the product can sink no lower than the largest such k, and stops there.
    floor, factor = smallest(number), Fraction(float(number(p)))
    last = float(np.multiply.accumulate(np.full(12_000, p, number))[-1])
    k = Fraction(last) / floor
    assert k.denominator == 1
    assert 1 <= k <= math.ceil(1 / (2 * (1 - p)))
    assert abs(k * factor - k) <= Fraction(1, 2)
    assert (k + 1) * (1 - factor) >= Fraction(1, 2)


def test_c02_products_of_densities_can_overflow() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(0, 0.01, size=400)
    exponent = stats.norm(0, 0.01).logpdf(values).sum() / np.log(10)
    assert exponent > 308.3  # the decimal exponent of the largest float64
    with np.errstate(over="ignore"):
        assert np.prod(stats.norm(0, 0.01).pdf(values)) == np.inf
    # The flippers: the same birds below the range of floats in one unit, above it in the other.
    for scale, left in ((1, 0.0), (1000, np.inf)):
        y = penguins().flipper_length_mm / scale
        with np.errstate(over="ignore"):
            assert np.prod(stats.norm(y.mean(), y.std()).pdf(y)) == left


def test_c02_a_product_of_probabilities_need_not_go_to_0() -> None:
    # ∏ from k = 1 to n of 1 − 1/(k + 1)² is (n + 2)/(2(n + 1)): above one half for every n.
    factors = (1 - Fraction(1, (k + 1) ** 2) for k in range(1, 301))
    for n, running in enumerate(accumulate(factors, lambda a, b: a * b), start=1):
        assert running == Fraction(n + 2, 2 * (n + 1)) > Fraction(1, 2)


def test_c03_an_increasing_function_keeps_the_maximiser() -> None:
    def climb(f: Callable[[float], float], heads: int, tails: int) -> float:
        """The maximiser of f(L), by a search that knows no derivative."""
        return optimize.minimize_scalar(
            lambda theta: -f(theta**heads * (1 - theta) ** tails),
            bounds=(1e-3, 1 - 1e-3),
            method="bounded",
            options={"xatol": 1e-9},
        ).x

    for heads, tails in product((1, 2, 5, 9), (1, 3, 8)):
        best = heads / (heads + tails)
        # 1e-6: around a peak, values that differ in θ by less cannot be told apart in floats.
        for increasing in (np.log, np.sqrt, np.cbrt, lambda value: -1 / value):
            assert climb(increasing, heads, tails) == pytest.approx(best, abs=1e-6)
        # |log L| decreases where L < 1, so its maximum is at an edge.
        assert abs(climb(lambda value: abs(np.log(value)), heads, tails) - best) > 0.05


def test_c03_the_shape_is_not_kept() -> None:
    # d²/dθ² of log L is −h/θ² − t/(1 − θ)², negative everywhere; of L it changes sign.
    theta = np.linspace(0.01, 0.99, 99)
    slope = 7 / theta - 3 / (1 - theta)
    second = -7 / theta**2 - 3 / (1 - theta) ** 2
    assert (second < 0).all()
    of_likelihood = np.sign(second + slope**2)  # (e^f)″ = e^f·(f″ + f′²)
    assert set(of_likelihood) == {-1, 1}


def test_c04_a_loss_may_be_negative() -> None:
    # A perfect guess under a bell: NLL = log(σ·√2π), below 0 for σ < 1/√2π, and without a floor.
    for sigma in (1e-200, 1e-3, 0.39, 0.4, 1.0):
        nll = Gaussian(sigma).nll(np.array([2.0]), np.array([2.0]))[0]
        assert nll == pytest.approx(math.log(sigma * math.sqrt(2 * math.pi)), rel=1e-12)
        assert (nll < 0) == (sigma < 1 / math.sqrt(2 * math.pi))
    # Squared error reaches its bound; a Bernoulli's NLL, log(1 + e⁻ᶻ), stays above it.
    assert losses.squared_error(np.array([2.0]), np.array([2.0]))[0] == 0
    z = np.linspace(-40, 700, 500)
    nll = Bernoulli().nll(np.ones(500), z)
    assert (nll > 0).all()
    assert (np.diff(nll) < 0).all()


def test_c05_the_area_under_a_likelihood() -> None:
    for heads, tails in product((1, 2, 7), (1, 3, 5)):
        over_theta, _ = integrate.quad(lambda p, h=heads, t=tails: p**h * (1 - p) ** t, 0, 1)
        assert over_theta == pytest.approx(special.beta(heads + 1, tails + 1), rel=1e-10)
        over_z, _ = integrate.quad(
            lambda z, h=heads, t=tails: special.expit(z) ** h * special.expit(-z) ** t, -60, 60
        )
        assert over_z == pytest.approx(special.beta(heads, tails), rel=1e-7)
        rows = product((1, 0), repeat=heads + tails)
        third = Fraction(1, 3)
        over_data = sum(third ** sum(r) * (1 - third) ** (len(r) - sum(r)) for r in rows)
        assert over_data == 1
    assert special.beta(8, 4) == pytest.approx(1 / 1320, rel=1e-12)
    assert special.beta(7, 3) == pytest.approx(1 / 252, rel=1e-12)


def test_c07_the_prior_enters_once() -> None:
    def peak(a: float, b: float) -> Fraction:
        return Fraction(a - 1) / Fraction(a + b - 2)

    # Conjugacy: a Beta(a, b) prior and h heads, t tails give a Beta(a + h, b + t) posterior. A toss
    # alone gives Beta(a + 1, b) or Beta(a, b + 1); in their product θ has exponent n·(a − 1) + h.
    a, b, h, t = 5, 5, 7, 3
    once = peak(a + h, b + t)
    each = peak((h + t) * (a - 1) + h + 1, (h + t) * (b - 1) + t + 1)
    assert once == Fraction(11, 18)
    assert each == Fraction(47, 90)
    grid = np.linspace(0.001, 0.999, 9981)
    rule = stats.beta(a, b).logpdf(grid) + h * np.log(grid) + t * np.log1p(-grid)
    multiplied = h * stats.beta(a + 1, b).logpdf(grid) + t * stats.beta(a, b + 1).logpdf(grid)
    assert grid[rule.argmax()] == pytest.approx(float(once), abs=1e-4)
    assert grid[multiplied.argmax()] == pytest.approx(float(each), abs=1e-4)
    # With the flat prior, a = b = 1, the two peaks are one.
    assert peak(1 + h, 1 + t) == peak(h + 1, t + 1) == Fraction(h, h + t)


def test_c08_iid_pairs_whose_noise_changes_with_x() -> None:
    # x uniform on (0, 2), y given x normal with mean 3x and deviation x. The law of total variance:
    # every y has Var y = E[x²] + Var(3x) = 4/3 + 3, and given x it has x². Both are true at once.
    rng = np.random.default_rng(80)
    x = rng.uniform(0, 2, size=100_000)
    y = rng.normal(3 * x, x)
    for part in np.split(y, 4):
        assert part.var() == pytest.approx(4 / 3 + 3, rel=0.05)  # five standard errors
    first, second = np.split(y, 2)
    assert stats.ks_2samp(first, second).pvalue > 0.01
    assert stats.levene(y[x < 1] - 3 * x[x < 1], y[x > 1] - 3 * x[x > 1]).pvalue < 1e-100


def test_c45_a_density_has_a_unit() -> None:
    grams = penguins().body_mass_g
    n = len(grams)
    fits = {}
    for scale in (1, 1000):
        y = grams / scale
        bell = stats.norm(y.mean(), y.std())
        other = stats.norm(1.1 * y.mean(), 1.3 * y.std())
        width = 25 / scale
        cells = -np.log(bell.cdf(y + width / 2) - bell.cdf(y - width / 2)).sum()
        fits[scale] = (-bell.logpdf(y).sum(), -other.logpdf(y).sum(), bell.mean() * scale, cells)
    (nll, worse, mean, cells), (nll_kg, worse_kg, mean_kg, cells_kg) = fits[1], fits[1000]
    assert nll - nll_kg == pytest.approx(n * math.log(1000), rel=1e-12)
    assert worse - nll == pytest.approx(worse_kg - nll_kg, rel=1e-9)
    assert mean == pytest.approx(mean_kg, rel=1e-12)
    # True probabilities do not depend on the unit, and the density's NLL tells them to four digits.
    assert cells == pytest.approx(cells_kg, rel=1e-9)
    assert nll - n * math.log(25) == pytest.approx(cells, rel=1e-4)
    assert cells > 0


# What the prose prints


def says(text: str) -> bool:
    return text in re.sub(r"\s+", " ", CHAPTER)


def nll(theta: float) -> float:
    return -7 * math.log(theta) - 3 * math.log(1 - theta)


def flipper_nll(scale: float) -> float:
    y = penguins().flipper_length_mm / scale
    return float(-stats.norm(y.mean(), y.std()).logpdf(y).sum())


def test_the_numbers_of_the_coin() -> None:
    ratio = math.exp(nll(0.5) - nll(0.7))
    assert says(f"θ = 0.7 makes your sequence {ratio:.1f} times as probable")
    assert says(
        f"larger by {nll(0.5) - nll(0.7):.2f}, and exp({nll(0.5) - nll(0.7):.2f}) = {ratio:.1f}"
    )
    assert says(f"The same {nll(0.7):.3f} nats and the same coin")
    assert says(f"there are {2**10:,} sequences of ten")
    assert says(f"there are {math.comb(10, 7)} sequences that fit")
    assert says(f"L(0.7) = {0.7**2 * 0.3:.3f} in the column HHT")
    saved = 1 - nll(0.7) / nll(0.5)
    assert says(f"saves {100 * saved:.0f} % of that")
    fit = maximum_likelihood(Bernoulli(), np.ones((10, 1)), coins(7, 3))
    assert fit.value == pytest.approx(nll(0.7), rel=1e-12)


def test_the_numbers_of_floating_point() -> None:
    assert says("after 1,075 factors, a float32 after 150")
    assert says("after 1,075 examples, with p = 0.1 after 324")
    assert says("it takes 150 and 46")
    assert 1400 * math.log(0.7) + 600 * math.log(0.3) < math.log(float(smallest(np.float64)))
    assert says("about 5·10⁻³²⁴")
    assert f"{math.nextafter(0, 1):.0e}" == "5e-324"


def test_the_numbers_of_the_penguins() -> None:
    flippers = penguins().flipper_length_mm
    assert says(f"flippers of {len(flippers)} penguins")
    metres = stats.norm(0, flippers.std() / 1000)
    assert says(
        f"a bell that is {metres.std():.3f} m wide it is about {metres.pdf(0):.0f} per metre"
    )
    assert flipper_nll(1000) < 0 < flipper_nll(1)
    assert (penguins().body_mass_g % 25 == 0).all()  # "the masses were read to 25 g"
    difference = flipper_nll(1) - flipper_nll(1000)
    assert difference == pytest.approx(len(flippers) * math.log(1000), rel=1e-12)


def test_the_numbers_of_the_surface() -> None:
    def loss(factor: float) -> float:
        """NLL per example above the best, at the best mean and `factor` times the best σ."""
        return math.log(factor) + 1 / (2 * factor**2) - 1 / 2

    y = penguins().flipper_length_mm
    wide = stats.norm(y.mean(), 2 * y.std()).logpdf(y) - stats.norm(y.mean(), y.std()).logpdf(y)
    assert -wide.mean() == pytest.approx(loss(2), rel=1e-9)
    assert says(f"half as wide as the best loses {loss(0.5):.2f} nats an example")
    assert says(f"one twice as wide only {loss(2):.2f}")


def test_the_numbers_of_the_claims() -> None:
    assert says(f"the posterior peaks at (7 + 4)/(10 + 8) = {11 / 18:.3f}")
    assert says(f"the other at (7 + 40)/(10 + 80) = {47 / 90:.3f}")
    assert (1 - 1 / np.arange(2, 1_000_002) ** 2).prod() > 0.5
    assert Bernoulli().nll(np.ones(1), np.array([1000.0]))[0] == 0


def test_the_numbers_of_the_solutions() -> None:
    assert says(f"log(256/27) = {math.log(256 / 27):.3f} nats")
    assert says(f"{math.log(256 / 27):.3f} − log 4 = {math.log(64 / 27):.3f} nats")
    assert says(f"3·(log 4 + 1) = {3 * (math.log(4) + 1):.3f} nats")
    assert says(f"3·(log(4/60) + 1) = −{-3 * (math.log(4 / 60) + 1):.3f} nats")
    peaks = [h * math.log(2 / 3) + t * math.log(1 / 3) for h, t in ((2, 1), (8, 4))]
    assert says("log L goes from −{:.2f} to −{:.2f}".format(*(-peak for peak in peaks)))
    small, large = special.beta(3, 2), special.beta(9, 5)
    assert says(f"from 1/12 = {small:.4f} to 1/{1 / large:.0f} = {large:.6f}")
    assert says(f"{small / large:.0f} times smaller")
    cut_off = nn.BCELoss()(torch.zeros(1), torch.ones(1)).item()
    assert says(f"`nn.BCELoss` says {cut_off:.0f} there")
    narrower = likelihood.copied()[2]
    assert says(f"shrinks to {narrower:.3f} of its length, near 1/√10 ≈ {10**-0.5:.3f}")
    rain, _, _ = likelihood.forecasts()
    assert says(f"product of the first service's {len(rain):,} probabilities")
