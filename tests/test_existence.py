"""Whether there is an optimum: linear programmes against brute force in rational numbers."""

from fractions import Fraction
from itertools import combinations
from unittest.mock import patch

import numpy as np
import pytest
from directions import dot, in_cone, rank, rays
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mlelib.datasets import penguins, people
from mlelib.estimation import maximum_a_posteriori, maximum_likelihood
from mlelib.exceptions import (
    AbsentClass,
    CompleteSeparation,
    Interpolation,
    NoFiniteOptimum,
    NoUniqueOptimum,
    PoissonSeparation,
    QuasiSeparation,
    RankDeficient,
)
from mlelib.existence import require_finite_optimum
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
from mlelib.priors import Flat, GaussianPrior, LaplacePrior

small = st.integers(-2, 2)
slow = settings(deadline=None, derandomize=True)  # brute force takes its time
FLAT = Flat()


@st.composite
def designs(draw, largest: int = 7):
    """A small matrix of whole numbers with independent columns, as rows of rational numbers."""
    d = draw(st.integers(1, 3))
    n = draw(st.integers(d, largest))
    X = [tuple(Fraction(draw(small)) for _ in range(d)) for _ in range(n)]
    assume(rank(X) == d)
    return X


def verdict(likelihood: Likelihood, X: list, y: list, prior=FLAT) -> type | None:
    """The exception that comes, None if none does; the same with two cutting planes at a time."""
    whole = thrown(likelihood, X, y, prior)
    with patch("mlelib.existence.CUTS", 2):
        assert thrown(likelihood, X, y, prior) == whole
    return whole


def thrown(likelihood: Likelihood, X: list, y: list, prior) -> type | None:
    objective = Objective(likelihood, np.array(X, dtype=float), y, prior)
    try:
        require_finite_optimum(objective)
    except NoFiniteOptimum as error:
        return type(error)
    return None


def separation(margins: list, d: int, absent: bool) -> type | None:
    """What Albert & Anderson call it: the cone of margins ≥ 0 is spanned by its extreme rays."""
    found = [b for b in rays(margins, d) if any(dot(row, b) > 0 for row in margins)]
    if not found:
        return None
    middle = tuple(sum(entries) for entries in zip(*found, strict=True))
    complete = all(dot(row, middle) > 0 for row in margins)
    return AbsentClass if absent else CompleteSeparation if complete else QuasiSeparation


@slow
@given(designs(), st.data())
def test_bernoulli(X: list, data) -> None:
    y = [data.draw(st.integers(0, 1)) for _ in X]
    margins = [
        tuple((2 * label - 1) * entry for entry in row) for row, label in zip(X, y, strict=True)
    ]
    assert verdict(Bernoulli(), X, y) is separation(margins, len(X[0]), len(set(y)) < 2)


@slow
@given(designs(largest=6), st.data())
def test_categorical(X: list, data) -> None:
    classes, d = 3, len(X[0])
    assume(d < 3)  # the cone lives in 2d dimensions
    y = [data.draw(st.integers(0, classes - 1)) for _ in X]
    margins = []  # of b = (b₀, b₁), with b₂ = 0
    for row, label in zip(X, y, strict=True):
        for other in set(range(classes)) - {label}:
            signs = [(label == k) - (other == k) for k in range(classes - 1)]
            margins.append(tuple(sign * entry for sign in signs for entry in row))
    expected = separation(margins, 2 * d, len(set(y)) < classes)
    assert verdict(Categorical(classes), X, y) is expected


@slow
@given(designs(), st.data())
def test_a_fit_says_what_the_programmes_say(X: list, data) -> None:
    """It asks its own slopes first, and the programmes only if these prove nothing."""
    likelihood = data.draw(st.sampled_from([Bernoulli(), Categorical(3)]))
    labels = st.integers(0, max(likelihood.outputs, 2) - 1)
    y = [data.draw(labels) for _ in X]
    expected = thrown(likelihood, X, y, FLAT)
    try:
        maximum_likelihood(likelihood, np.array(X, dtype=float), y)
        found = None
    except NoFiniteOptimum as error:
        found = type(error)
    assert found is expected


@pytest.mark.parametrize("likelihood", [Bernoulli(), Categorical(3)], ids=str)
def test_where_labels_overlap_a_fit_needs_no_programme(likelihood: Likelihood) -> None:
    rng = np.random.default_rng(5)
    X = add_intercept(rng.normal(size=(500, 2)))
    y = rng.integers(max(likelihood.outputs, 2), size=500)
    with patch("mlelib.existence.linear_programme", side_effect=AssertionError):
        assert maximum_likelihood(likelihood, X, y).converged


@slow
@given(designs(), st.data())
def test_poisson(X: list, data) -> None:
    y = [data.draw(st.integers(0, 2)) for _ in X]
    sides = []
    for row, count in zip(X, y, strict=True):
        sides.append(tuple(-entry for entry in row))
        sides += [row] if count else []  # x·b = 0
    unbounded = bool(rays(sides, len(X[0])))
    assert verdict(Poisson(), X, y) is (PoissonSeparation if unbounded else None)


def fits(X: list, y: list) -> bool:
    """Does one a give y = X a?"""
    return not X or rank(X) == rank([(*row, t) for row, t in zip(X, y, strict=True)])


def without_bound(X: list, y: list, price: Fraction) -> bool:
    """Is there a b with Σ xᵢ·b + price Σ|bⱼ| < 0, negative only on rows that one a fits?

    By Farkas: not if Σ xᵢ is a positive combination of the others, to within `price` in each entry.
    """
    n, d = len(X), len(X[0])
    zero = (Fraction(0),) * d
    unit = [tuple(Fraction(int(i == j)) for j in range(d)) for i in range(d)]
    target = (*(sum(column) for column in zip(*X, strict=True)), *(price,) * d)
    slack = [
        generator
        for e in unit
        for generator in ((*e, *e), (*(-entry for entry in e), *e), (*zero, *e))
    ]
    for size in range(n + 1):
        for rows in combinations(range(n), size):
            others = [(*X[i], *zero) for i in range(n) if i not in rows]
            if fits([X[i] for i in rows], [y[i] for i in rows]):
                if price == 0:
                    bounded = in_cone(target[:d], [row[:d] for row in others])
                else:
                    bounded = in_cone(target, others + slack)
                if not bounded:
                    return True
    return False


@slow
@given(designs(largest=6), st.data())
def test_scaled_gaussian(X: list, data) -> None:
    y = [Fraction(data.draw(small)) for _ in X]
    expected = Interpolation if without_bound(X, y, Fraction(0)) else None
    assert verdict(ScaledGaussian(), X, [float(t) for t in y]) is expected


@settings(slow, max_examples=30)
@given(designs(largest=4), st.data())
def test_scaled_gaussian_under_a_laplace_prior(X: list, data) -> None:
    assume(len(X[0]) < 3)
    y = [Fraction(data.draw(small)) for _ in X]
    scale = data.draw(
        st.sampled_from([Fraction(1, 8), Fraction(1, 2), Fraction(2, 3), Fraction(2)])
    )
    expected = Interpolation if without_bound(X, y, 1 / scale) else None
    prior = LaplacePrior(float(scale))
    assert verdict(ScaledGaussian(), X, [float(t) for t in y], prior) is expected


@slow
@given(designs(), st.data())
def test_a_prior_rules_out_the_directions_it_acts_in(X: list, data) -> None:
    y = [data.draw(st.integers(0, 1)) for _ in X]
    d = len(X[0])
    mask = [data.draw(st.booleans()) for _ in range(d)]
    free = [j for j in range(d) if mask[j]]
    margins = [tuple((2 * t - 1) * row[j] for j in free) for row, t in zip(X, y, strict=True)]
    expected = separation(margins, len(free), len(set(y)) < 2) if free else None
    for prior in (GaussianPrior(1.0, mask), LaplacePrior(1.0, mask)):
        assert verdict(Bernoulli(), X, y, prior) is expected


@pytest.mark.parametrize("likelihood", [Gaussian(), Laplace(), StudentT(2.0), Gamma(2.0)], ids=str)
@settings(slow, max_examples=30)
@given(X=designs(largest=5), data=st.data())
def test_four_families_always_have_an_optimum(likelihood: Likelihood, X: list, data) -> None:
    y = [data.draw(st.integers(1, 4)) for _ in X]
    assert verdict(likelihood, X, y) is None
    estimate = maximum_likelihood(likelihood, np.array(X, dtype=float), y)
    assert estimate.converged
    assert np.abs(estimate.theta).max() < 1e3


@slow
@given(designs(), st.data())
def test_where_there_is_an_optimum_newton_finds_it(X: list, data) -> None:
    y = [data.draw(st.integers(0, 1)) for _ in X]
    matrix = np.array(X, dtype=float)
    if verdict(Bernoulli(), X, y) is None:
        estimate = maximum_likelihood(Bernoulli(), matrix, y)
        assert estimate.converged
        assert estimate.gradient_norm < 1e-9
        assert np.all(estimate.standard_errors > 0)
    else:
        with pytest.raises(NoFiniteOptimum):
            maximum_likelihood(Bernoulli(), matrix, y)


X4 = add_intercept([-2.0, -1.0, 1.0, 2.0])
NAMED = {
    "complete": (Bernoulli(), X4, [0, 0, 1, 1], CompleteSeparation, "sorts y without a mistake"),
    "quasi": (
        Bernoulli(),
        add_intercept([-1.0, 0.0, 0.0, 1.0]),
        [0, 0, 1, 1],
        QuasiSeparation,
        "rows on its boundary",
    ),
    "all ones": (Bernoulli(), X4, [1, 1, 1, 1], AbsentClass, "y never holds 0"),
    "absent class": (Categorical(4), X4, [0, 1, 0, 1], AbsentClass, "y never holds 2, 3"),
    "three sorted classes": (Categorical(3), X4, [0, 0, 1, 2], CompleteSeparation, "sorts y"),
    "counts": (Poisson(), X4, [0, 0, 0, 1], PoissonSeparation, "only where y is 0"),
    "all zero counts": (Poisson(), X4, [0, 0, 0, 0], PoissonSeparation, "only where y is 0"),
    "on a line": (ScaledGaussian(), X4, [1.0, 2.0, 4.0, 5.0], Interpolation, "has no bound"),
    "one far point": (
        ScaledGaussian(),
        add_intercept([0.0, 0.1, 0.2, 0.3, 3.0]),
        [1.0, 0.0, 2.0, -1.0, 7.0],
        Interpolation,
        "has no bound",
    ),
    "a sum of columns": (
        Poisson(),
        np.column_stack([X4, X4.sum(axis=1)]),
        [0, 1, 2, 3],
        RankDeficient,
        "combination of the others",
    ),
    "n < d": (Gaussian(), X4[:1], [1.0], RankDeficient, "1 rows for 2 columns"),
    "n < d, labels": (Bernoulli(), X4[:1], [1], RankDeficient, "1 rows for 2 columns"),
    "n < d, absolute": (Laplace(), X4[:1], [1.0], RankDeficient, "1 rows for 2 columns"),
}


@pytest.mark.parametrize(("likelihood", "X", "y", "kind", "words"), NAMED.values(), ids=NAMED)
def test_the_exception_says_what_it_is_and_what_to_do(likelihood, X, y, kind, words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        maximum_likelihood(likelihood, X, y)
    assert "GaussianPrior" in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, NoUniqueOptimum if kind is RankDeficient else NoFiniteOptimum)
    # and what it says helps
    estimate = maximum_a_posteriori(likelihood, X, y, GaussianPrior(1.0))
    assert estimate.converged
    assert np.isfinite(estimate.theta).all()


def test_a_count_that_no_parameter_reaches_holds_no_direction() -> None:
    X = np.array([[0.0, 0.0], [0.0, -1.0], [1.0, 1.0]])  # of its first row, Q has only rounding
    assert verdict(Poisson(), X, [1, 0, 0]) is PoissonSeparation


def test_an_absent_class_may_have_an_optimum_without_an_intercept() -> None:
    estimate = maximum_likelihood(Bernoulli(), [[-1.0], [1.0]], [1, 1])
    assert estimate.theta == pytest.approx([0.0])


@pytest.mark.parametrize("prior", [GaussianPrior, LaplacePrior])
def test_a_prior_that_leaves_the_intercept_alone_does_not_help_an_absent_class(prior) -> None:
    with pytest.raises(AbsentClass):
        maximum_a_posteriori(Bernoulli(), X4, [1, 1, 1, 1], prior(1.0, [True, False]))
    for likelihood in (Gaussian(), Laplace()):
        with pytest.raises(RankDeficient):
            maximum_a_posteriori(likelihood, X4[:, [0, 0]], X4[:, 1], prior(1.0, [True, True]))


def test_gentoo_penguins_are_separable_by_bill_and_flipper_and_not_by_flipper_alone() -> None:
    data = penguins()
    flipper = add_intercept(data.flipper_length_mm)
    both = np.column_stack([flipper, data.bill_depth_mm])
    with pytest.raises(NoFiniteOptimum):
        maximum_likelihood(Categorical(3), both, data.species)
    assert maximum_likelihood(Categorical(3), flipper, data.species).converged


@pytest.mark.parametrize("gap", [1e-3, 1e-6])
def test_a_narrow_overlap_is_an_overlap(gap: float) -> None:
    x = np.concatenate([np.linspace(-1, gap, 20), np.linspace(0, 1, 20)])
    y = np.repeat([0, 1], 20)
    estimate = maximum_likelihood(Bernoulli(), add_intercept(x), y)
    assert estimate.converged
    with pytest.raises(CompleteSeparation):
        maximum_likelihood(Bernoulli(), add_intercept(x - 2 * gap * (y == 0)), y)


@pytest.mark.parametrize("seed", [3, 13])  # with all rows at once HiGHS gives up on 13
def test_many_rows_of_which_few_decide(seed: int) -> None:
    adults = people(100_000, seed=seed)
    X = add_intercept(np.log(np.column_stack([adults.height, adults.weight])))
    require_finite_optimum(Objective(Categorical(3), X, adults.weight_class))
    scores = X @ [0.3, -2.0, 1.0]
    sorted_out = (scores > scores[777]).astype(int)
    with pytest.raises(CompleteSeparation):
        require_finite_optimum(Objective(Bernoulli(), X, sorted_out))
    sorted_out[np.argmax(X[:, 2])] = 0  # one of them, far on the wrong side
    require_finite_optimum(Objective(Bernoulli(), X, sorted_out))


def test_the_units_of_the_columns_do_not_matter() -> None:
    rng = np.random.default_rng(3)
    X = add_intercept(rng.normal(size=(60, 2)))
    label = (X @ [0.1, 1.0, -1.0] > 0).astype(int)
    noisy = np.where(rng.random(60) < 0.2, 1 - label, label)
    for units in ([1, 1, 1], [1, 1e9, 1e-9], [1e-6, 1e6, 1e3]):
        assert verdict(Bernoulli(), X * units, label) is CompleteSeparation
        assert verdict(Bernoulli(), X * units, noisy) is None
        assert verdict(ScaledGaussian(), X * units, X @ [1.0, 2.0, 3.0]) is Interpolation
        assert verdict(ScaledGaussian(), X * units, rng.normal(size=60)) is None
