"""The meter of benchmarks/accuracy.py, on errors that are known, and a small run of it."""

import sys
from pathlib import Path

import numpy as np
import pytest
from mpmath import mp, mpf

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import accuracy
from ulps import meter, oracles

LARGEST = np.finfo(float).max
TINY = 2.0**-1074


def truth(*answers: mpf) -> meter.Exact:
    """As an oracle gives them, one for each example."""
    given = dict(enumerate(answers))
    n = np.arange(len(answers))
    return meter.exact(lambda y, _: [[given[int(y)]]], n, np.zeros(len(n)))


def moved(x: float, steps: int) -> float:
    for _ in range(abs(steps)):
        x = float(np.nextafter(x, np.copysign(np.inf, steps)))
    return x


@pytest.mark.parametrize("x", [1.1, -3e-9, 1e300, -2e-308, 5e-320, 40 * TINY, 0.0])
@pytest.mark.parametrize("steps", [0, 3, -3, 1000])
def test_a_planted_error_is_measured(x: float, steps: int) -> None:
    of_result, of_term = meter.errors(np.array([[moved(x, steps)]]), truth(mpf(x)))
    assert of_result.tolist() == of_term.tolist() == [[abs(steps)]]


def test_a_part_of_an_ulp_is_measured() -> None:
    with mp.workprec(200):
        third = truth(mpf(1) / 3)
        quarter = truth(mpf(7) + mpf(2) ** -52)  # of the ulp 2^−50
    assert 0.3 < meter.errors(np.array([[1 / 3]]), third)[0].item() < 0.34
    assert meter.errors(np.array([[7.0]]), quarter)[0].item() == 0.25


def test_the_ulp_is_the_spacing_of_doubles() -> None:
    x = np.array([0.0, TINY, 2.0**-1022, 0.3, 1.0, -1.5, 2.0, 1e300])
    assert np.array_equal(meter.ulp(x), np.spacing(np.abs(x)))
    assert meter.ulp(np.array(LARGEST)) == 2.0**971


def test_a_sum_that_cancels_is_measured_by_its_largest_term() -> None:
    """1 − (1 + 2^−60) with 1 ulp of 1 wrong: 2^8 times the answer, which is 2^60 of its ulps."""
    y, z, got = np.zeros(1), np.zeros(1), np.array([[-(2.0**-52)]])
    true = meter.exact(lambda _, __: [[mpf(1), -1 - mpf(2) ** -60]], y, z)
    assert true.nearest.item() == -(2.0**-60)
    of_result, of_term = meter.errors(got, true)
    assert of_result.item() == (2**8 - 1) * 2.0**52
    assert of_term.item() == 1 - 2.0**-8


def test_the_oracle_has_digits_enough_where_terms_cancel() -> None:
    """log p of a count under its own rate, to thousands of bits less than its terms have."""
    y, z = np.array([1e308]), np.log([1e308])
    true = meter.exact(oracles.poisson()["log_prob"], y, z)
    with mp.workprec(5000):
        count, raw = mpf(1e308), mpf(z.item())
        direct = float(count * raw - mp.exp(raw) - mp.loggamma(count + 1))
    assert true.nearest.item() == direct


def test_what_is_not_finite_is_counted_and_not_hidden() -> None:
    true = truth(mpf(1), mpf(1), mpf(2), mpf(10) ** 400, -(mpf(10) ** 400), mpf(10) ** 400)
    got = np.array([[np.inf], [np.nan], [moved(2.0, 2)], [np.inf], [np.nan], [1e300]])
    found = meter.measure(got, true, np.arange(6), np.zeros(6))
    assert (found.not_finite, found.not_infinite, found.answers) == (2, 2, 6)
    assert found.of_result == found.of_term == 2
    assert found.of_result_at == {
        "y": 2,
        "z": 0.0,
        "entry": 0,
        "got": moved(2.0, 2),
        "exact": 2.0,
    }


def test_next_to_the_end_of_the_range_an_infinity_is_a_number() -> None:
    """Which of the two an answer rounds to hangs on the last digit."""
    end = mpf(2) ** 1024
    true = truth(mpf(moved(LARGEST, -1)), end, -end)
    got = np.array([[np.inf], [LARGEST], [-moved(LARGEST, -4)]])
    assert meter.errors(got, true)[0].ravel().tolist() == [2, 1, 5]
    assert np.isinf(meter.errors(np.array([[np.inf]]), truth(mpf(1.7e308)))[0])


def test_no_finite_answer_is_no_error() -> None:
    found = meter.measure(np.array([[np.nan]]), truth(mpf(1)), np.zeros(1), np.zeros(1))
    assert (found.of_result, found.of_term_at, found.not_finite) == (None, None, 1)


@pytest.mark.parametrize("case", accuracy.CASES, ids=lambda case: str(case.likelihood))
def test_ours_keeps_the_bounds_on_a_few_points(case: accuracy.Case) -> None:
    for quantity, by in accuracy.findings(case, 60).items():
        assert accuracy.kept(case, quantity, by["ours"]), (quantity, by["ours"])
        assert ("scipy" in by) == (quantity == "log_prob")
        assert by["torch"].answers == by["ours"].answers


def test_an_answer_above_the_bound_is_no_success() -> None:
    case = accuracy.CASES[0]
    good = accuracy.findings(case, 4)["gradient"]["ours"]
    assert accuracy.kept(case, "gradient", good)
    for harm in ({"of_term": 46.0}, {"not_finite": 1}, {"not_infinite": 1}, {"of_term": None}):
        assert not accuracy.kept(case, "gradient", meter.Finding(**good.as_dict() | harm))
