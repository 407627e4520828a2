"""The special functions against mpmath, to a few units in the last place."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from mlelib.likelihoods import Bernoulli, Categorical
from mlelib.numerics import (
    exp_above_tangent,
    log_softmax,
    sigmoid,
    softmax,
    softplus,
    stirling_remainder,
    times_exp,
)

Array = np.ndarray
DIGITS = 60
LARGEST = mpf(np.finfo(float).max)


def ulps(got: float, exact: mpf) -> float:
    """The error in units of the last place of the exact value; a subnormal has its own, 2^−1074."""
    if abs(exact) > LARGEST:
        return 0.0 if got == float(mp.sign(exact)) * np.inf else np.inf
    return float(abs(mpf(float(got)) - exact) / mpf(float(np.spacing(abs(float(exact))))))


def small_exp(x: mpf) -> mpf:
    """eˣ for x ≤ 0, without the digits of an e^(−10³⁰⁰) that no double shows."""
    return mp.exp(x) if x > -5000 else mpf(0)


def exact_nll(row: Array, k: int) -> mpf:
    """−log softmax(row)ₖ. Every difference is taken between the given numbers, never twice."""
    top = int(np.argmax(row))
    gaps = [mpf(float(v)) - mpf(float(row[top])) for v in row]
    rest = mp.log1p(mp.fsum(small_exp(g) for j, g in enumerate(gaps) if j != top))
    return rest - gaps[k]


def exact_softplus(z: float) -> mpf:
    return max(mpf(z), mpf(0)) + mp.log1p(small_exp(-abs(mpf(z))))


# Strata: sizes from 1e-300 to 1e300, where exp underflows, where log1p takes over, ties.
STRATA: list[Callable[[np.random.Generator, Any], Array]] = [
    lambda rng, shape: 10 ** rng.uniform(-300, 300, size=shape),
    lambda rng, shape: 10 ** rng.uniform(-3, 3, size=shape),
    lambda rng, shape: rng.uniform(0, 750, size=shape),
    lambda rng, shape: rng.uniform(0, 3, size=shape),
    lambda rng, shape: rng.uniform(30, 45, size=shape),
    lambda rng, shape: rng.uniform(700, 745, size=shape),
    lambda rng, shape: rng.integers(0, 20, size=shape).astype(float),
]
strata = pytest.mark.parametrize("stratum", range(len(STRATA)))


def signed(stratum: int, shape: Any) -> Array:
    rng = np.random.default_rng(stratum)
    return STRATA[stratum](rng, shape) * rng.choice([-1, 1], size=shape)


SIZE = st.floats(1e-300, 1e300)
ANY = st.one_of(st.just(0.0), SIZE, SIZE.map(lambda v: -v), st.floats(-800, 800))


@strata
def test_bernoulli_is_within_4_ulp(stratum: int) -> None:
    z = signed(stratum, 600)
    with mp.workdps(DIGITS):
        for y, sign in [(0, 1), (1, -1)]:
            got = Bernoulli().nll(np.full(len(z), y), z)
            worst = max(map(ulps, got, [exact_softplus(sign * v) for v in z.tolist()]))
            assert worst <= 4


@settings(deadline=None)
@given(z=ANY, y=st.integers(0, 1))
def test_bernoulli_is_within_4_ulp_wherever_hypothesis_looks(z: float, y: int) -> None:
    with mp.workdps(DIGITS):
        assert ulps(-Bernoulli().log_prob([y], [z])[0], exact_softplus(-z if y else z)) <= 4


@strata
@pytest.mark.parametrize("classes", [2, 3, 10, 50])
def test_categorical_is_within_4_ulp(stratum: int, classes: int) -> None:
    z = signed(stratum, (60, classes))
    alone = signed((stratum + 1) % len(STRATA), 30)
    z[:30] = z[:30] / 1e3 + 1.5  # one class far from a crowd of the others
    z[:30, 0] += alone
    y = np.arange(len(z)) % classes
    with mp.workdps(DIGITS):
        for targets in (y, np.zeros_like(y), z.argmax(axis=1)):
            got = Categorical(classes).nll(targets, z)
            worst = max(map(ulps, got, map(exact_nll, z, targets)))
            assert worst <= 4


@settings(deadline=None)
@given(row=st.lists(ANY, min_size=2, max_size=50), data=st.data())
def test_categorical_is_within_4_ulp_wherever_hypothesis_looks(
    row: list[float], data: st.DataObject
) -> None:
    y = data.draw(st.integers(0, len(row) - 1))
    got = -Categorical(len(row)).log_prob([y], [row])[0]
    with mp.workdps(DIGITS):
        assert ulps(got, exact_nll(np.array(row), y)) <= 4


@settings(deadline=None)
@given(far=st.floats(-760, -20), crowd=st.lists(st.floats(0, 1e-9), min_size=1, max_size=49))
def test_a_crowd_of_small_probabilities_adds_up(far: float, crowd: list[float]) -> None:
    """Subnormal ones too: each alone is rounded to a few digits, their sum must not be."""
    row = np.array([0.0, *(far - c for c in crowd)])
    with mp.workdps(DIGITS):
        assert ulps(-log_softmax(row)[0], exact_nll(row, 0)) <= 4


def test_what_scipy_rounds_away() -> None:
    assert -log_softmax(np.array([40.0, 0.0]))[0] == pytest.approx(np.exp(-40), rel=1e-15)
    assert sigmoid(np.array([-720.0]))[0] == np.exp(-720)


@strata
def test_softmax_and_sigmoid(stratum: int) -> None:
    z = signed(stratum, (40, 5))
    with mp.workdps(DIGITS):
        for row, p in zip(z, softmax(z), strict=True):
            exact = [mp.exp(-exact_nll(row, k)) for k in range(5)]
            assert max(map(ulps, p, exact)) <= 6
        for v, p in zip(z.ravel().tolist(), sigmoid(z).ravel(), strict=True):
            assert ulps(p, small_exp(min(mpf(v), mpf(0))) / (1 + small_exp(-abs(mpf(v))))) <= 4
    assert np.allclose(softmax(z).sum(axis=-1), 1, rtol=1e-15)


def test_at_the_end_of_the_floating_range() -> None:
    top = float(np.finfo(float).max)
    row = np.array([top, 4.81447028068564e307, 0.0, -top / 2, -top])
    assert log_softmax(row).tolist() == [0.0, row[1] - top, -top, -np.inf, -np.inf]
    assert softmax(row).tolist() == [1, 0, 0, 0, 0]


def test_batches_and_memory_layouts_of_softmax() -> None:
    z = np.random.default_rng(0).normal(size=(2, 3, 4)) * 20
    assert log_softmax(z).shape == softmax(z).shape == z.shape
    assert np.array_equal(log_softmax(z)[1, 2], log_softmax(z[1, 2]))
    assert np.array_equal(log_softmax(np.asfortranarray(z)), log_softmax(z))
    assert np.array_equal(log_softmax(z[..., ::-1].copy()[..., ::-1]), log_softmax(z))
    assert np.array_equal(log_softmax(np.zeros((2, 3))), np.full((2, 3), -np.log1p(2)))


@settings(deadline=None)
@given(
    a=st.floats(allow_nan=False),
    x=st.one_of(st.floats(-1600, 1600), st.floats(allow_nan=False, allow_infinity=False)),
)
def test_times_exp(a: float, x: float) -> None:
    got = float(times_exp(np.array(a), np.array(x)))
    if np.isinf(a):
        assert got == a
        return
    with mp.workdps(DIGITS):
        exact = mpf(a) * mp.exp(mpf(max(min(x, 3000.0), -3000.0)))
        if abs(exact) > LARGEST * (1 - mpf(2) ** -49):
            assert abs(got) >= float(LARGEST) * (1 - 2**-48)
        else:
            assert ulps(got, exact) <= 16


@settings(deadline=None)
@given(t=st.floats(-800, 700))
def test_exp_above_tangent(t: float) -> None:
    got = float(exp_above_tangent(np.array(t), np.exp(t)))
    assert got >= 0
    with mp.workdps(DIGITS):
        exact = mp.expm1(mpf(t)) - mpf(t)
        assert abs(got - exact) <= 3e-16 * max(min(abs(mpf(t)), abs(mp.expm1(t))), exact)


@settings(deadline=None)
@given(x=st.one_of(st.floats(0, 40), st.floats(0, 1e18), st.integers(0, 10**15).map(float)))
def test_stirling_remainder(x: float) -> None:
    with mp.workdps(DIGITS):
        exact = mp.loggamma(mpf(x) + 1) - (mpf(x) * mp.log(mpf(x)) - mpf(x) if x else 0)
        assert abs(stirling_remainder(np.array(x)) - exact) <= 1e-14 * max(exact, 1)


def test_softplus_at_both_ends() -> None:
    assert softplus(np.array([-1e300, -800.0, 0.0, 800.0, 1e300])).tolist() == [
        0.0,
        0.0,
        float(np.log(2)),
        800.0,
        1e300,
    ]
