"""Reliability of known probabilities, and the most likely temperature by other means."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit

from mlelib import Bernoulli, Categorical, Gaussian, NoFiniteOptimum, maximum_likelihood
from mlelib.calibration import reliability, temperature


def test_groups_are_what_counting_gives() -> None:
    q = np.array([0.9, 0.1, 0.2, 0.8, 0.3, 0.7])
    y = np.array([1, 0, 1, 1, 0, 0])
    found = reliability(y, q, groups=2)
    assert found.predicted == pytest.approx([0.2, 0.8])
    assert found.observed == pytest.approx([1 / 3, 2 / 3])
    assert found.counts.tolist() == [3, 3]
    wanted = np.sqrt([0.09 + 0.16 + 0.21, 0.21 + 0.16 + 0.09]) / 3
    assert found.deviations == pytest.approx(wanted)


def test_right_probabilities_stray_by_chance_only() -> None:
    rng = np.random.default_rng(0)
    off = []
    for _ in range(300):
        q = rng.uniform(size=200)
        found = reliability(rng.random(200) < q, q, groups=5)
        off.append((found.observed - found.predicted) / found.deviations)
    assert np.mean(off) == pytest.approx(0, abs=0.1)
    assert np.std(off) == pytest.approx(1, abs=0.07)  # of 1,500: three standard errors


@pytest.mark.parametrize("true", [0.4, 1.0, 3.0])
def test_the_temperature_is_found_again(true: float) -> None:
    rng = np.random.default_rng(1)
    z = 4 * rng.normal(size=(20_000, 3))
    y = Categorical(3).sample(z / true, rng)
    assert temperature(Categorical(3), y, z) == pytest.approx(true, rel=0.05)


def test_for_yes_or_no_it_is_a_logistic_regression_on_the_logit() -> None:
    rng = np.random.default_rng(2)
    z = 3 * rng.normal(size=300)
    y = Bernoulli().sample(z / 2, rng)
    beta = maximum_likelihood(Bernoulli(), z[:, None], y).theta[0]
    assert temperature(Bernoulli(), y, z) == pytest.approx(1 / beta, rel=1e-9)
    pair = np.column_stack([np.zeros(300), z])
    assert temperature(Categorical(2), y, pair) == pytest.approx(1 / beta, rel=1e-9)


def test_no_other_temperature_has_a_lower_nll_and_none_changes_an_answer() -> None:
    rng = np.random.default_rng(3)
    z = rng.normal(size=(150, 4))
    y = Categorical(4).sample(z, rng)
    T = temperature(Categorical(4), y, z)
    found = minimize_scalar(
        lambda t: Categorical(4).nll(y, z / np.exp(t)).sum(), (-1, 1), options={"xtol": 1e-10}
    )
    assert pytest.approx(np.exp(found.x), rel=1e-6) == T
    assert np.array_equal(Categorical(4).mode(z), Categorical(4).mode(z / T))


def test_where_there_is_none_it_says_so() -> None:
    z = np.array([2.0, -1.0, 3.0])
    with pytest.raises(NoFiniteOptimum, match="right in every example"):
        temperature(Bernoulli(), (z > 0).astype(int), z)
    with pytest.raises(NoFiniteOptimum, match="say nothing about y"):
        temperature(Bernoulli(), (z < 0).astype(int), z)


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="q must be in"):
        reliability([0, 1], [0.5, 1.5], 1)
    with pytest.raises(ValueError, match="groups must be a whole number from 1 to 2"):
        reliability([0, 1], [0.5, 0.5], 3)
    with pytest.raises(ValueError, match="groups"):
        reliability([0, 1], [0.5, 0.5], 1.5)
    with pytest.raises(ValueError, match="likelihood must be Bernoulli or Categorical"):
        temperature(Gaussian(), [0.0], [1.0])  # type: ignore[arg-type]


def test_probabilities_of_0_and_1_are_allowed() -> None:
    found = reliability([0, 1], expit([-1000.0, 1000.0]), 2)
    assert found.deviations.tolist() == [0, 0]
