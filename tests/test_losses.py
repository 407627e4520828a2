"""The textbook's formulas: values by hand, minimisers by search, torch, scikit-learn, bad input."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from scipy.optimize import minimize, minimize_scalar
from scipy.stats import entropy
from sklearn.metrics import (
    brier_score_loss,
    log_loss,
    mean_absolute_error,
    mean_gamma_deviance,
    mean_poisson_deviance,
    mean_squared_error,
)

from mlelib import losses

rng = np.random.default_rng(7)
AMOUNTS = rng.gamma(2.0, size=25)
COUNTS = rng.poisson(2.0, size=25)
REALS = rng.normal(size=25)
LABELS = np.tile([0, 1, 1, 0, 1], 5)
RATES = rng.gamma(3.0, size=25)
PROBABILITIES = rng.uniform(0.05, 0.95, size=25)


@pytest.mark.parametrize(
    ("loss", "y", "prediction", "theirs"),
    [
        (losses.squared_error, REALS, RATES, mean_squared_error),
        (losses.absolute_error, REALS, RATES, mean_absolute_error),
        (losses.poisson_deviance, COUNTS, RATES, mean_poisson_deviance),
        (losses.gamma_deviance, AMOUNTS, RATES, mean_gamma_deviance),
        (losses.binary_cross_entropy, LABELS, PROBABILITIES, log_loss),
        (losses.brier, LABELS, PROBABILITIES, brier_score_loss),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_scikit_learn_has_the_same_mean(
    loss: Callable, y: np.ndarray, prediction: np.ndarray, theirs: Callable
) -> None:
    each = loss(y, prediction)
    assert each.shape == y.shape
    assert each.mean() == pytest.approx(theirs(y, prediction), rel=1e-13)


def test_values_by_hand() -> None:
    assert losses.squared_error([1.0, 2.0], [3.0, 2.0]).tolist() == [4, 0]
    assert losses.absolute_error([1.0, 2.0], [3.0, 2.0]).tolist() == [2, 0]
    assert losses.student_t_loss([1.0], [0.0], df=1, scale=1)[0] == pytest.approx(np.log(2))
    assert losses.student_t_loss([3.0], [0.0], df=3, scale=3)[0] == pytest.approx(2 * np.log(4 / 3))
    assert losses.heteroscedastic_loss([3.0], [1.0], [2.0])[0] == pytest.approx(np.log(2) + 0.5)
    assert losses.poisson_deviance([0, 2], [3.0, 1.0]) == pytest.approx([6, 4 * np.log(2) - 2])
    assert losses.gamma_deviance([2.0], [1.0])[0] == pytest.approx(2 * (1 - np.log(2)))
    assert losses.binary_cross_entropy([1, 0], [0.25, 0.25]) == pytest.approx(
        [np.log(4), -np.log(0.75)]
    )
    assert losses.brier([1, 0], [0.25, 0.25]) == pytest.approx([0.5625, 0.0625])
    assert losses.cross_entropy([[0.5, 0.5]], [[0.25, 0.75]])[0] == pytest.approx(
        np.log(4) / 2 - np.log(0.75) / 2
    )


def test_zero_times_log_zero_is_zero_and_the_impossible_costs_infinity() -> None:
    assert losses.binary_cross_entropy([0, 1, 1, 0], [0, 1, 0, 1]).tolist() == [
        0,
        0,
        np.inf,
        np.inf,
    ]
    assert losses.cross_entropy([[0, 1], [1, 0]], [[0, 1], [0, 1]]).tolist() == [0, np.inf]


def test_probabilities_near_1_keep_their_digits() -> None:
    """−log(1 − q) at a q next to 0, where 1 − q alone is 1."""
    assert losses.binary_cross_entropy([0], [1e-20])[0] == 1e-20


@pytest.mark.parametrize(
    ("loss", "y", "bounds", "best"),
    [
        (losses.squared_error, REALS, (-3, 3), np.mean),
        (losses.absolute_error, REALS, (-3, 3), np.median),
        (losses.poisson_deviance, COUNTS, (0.01, 20), np.mean),
        (losses.gamma_deviance, AMOUNTS, (0.01, 20), np.mean),
        (losses.binary_cross_entropy, LABELS, (0.001, 0.999), np.mean),
        (losses.brier, LABELS, (0.001, 0.999), np.mean),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_the_minimiser_is_the_one_named(
    loss: Callable, y: np.ndarray, bounds: tuple[float, float], best: Callable
) -> None:
    found = minimize_scalar(
        lambda c: loss(y, c).sum(), bounds=bounds, method="bounded", options={"xatol": 1e-10}
    )
    assert found.x == pytest.approx(best(y), abs=1e-6)  # a minimum shows half the digits


def test_the_minimiser_of_the_heteroscedastic_loss_is_mean_and_deviation() -> None:
    found = minimize(
        lambda c: losses.heteroscedastic_loss(REALS, c[0], np.exp(c[1])).sum(), [0.0, 0.0]
    )
    assert [found.x[0], np.exp(found.x[1])] == pytest.approx([REALS.mean(), REALS.std()], abs=1e-4)


@settings(deadline=None)
@given(rows=st.lists(st.lists(st.floats(0.01, 1), min_size=3, max_size=3), min_size=2, max_size=2))
def test_cross_entropy_is_least_at_the_target_where_it_is_the_entropy(
    rows: list[list[float]],
) -> None:
    t, q = (np.array(row) / sum(row) for row in rows)
    assert losses.cross_entropy([t], [t])[0] == pytest.approx(entropy(t), rel=1e-12)
    gap = losses.cross_entropy([t], [q])[0] - entropy(t)
    assert gap == pytest.approx(entropy(t, q), abs=1e-12)  # the KL divergence
    assert gap >= -1e-15


def test_cross_entropy_with_soft_targets_is_torchs() -> None:
    logits = rng.normal(size=(6, 4))
    target = rng.dirichlet(np.ones(4), size=6)
    q = torch.softmax(torch.tensor(logits), dim=1)
    theirs = torch.nn.functional.cross_entropy(
        torch.tensor(logits), torch.tensor(target), reduction="none"
    )
    assert np.allclose(losses.cross_entropy(target, q.numpy()), theirs, rtol=1e-13)


def test_two_classes_are_a_binary_cross_entropy() -> None:
    rows = np.stack([1 - PROBABILITIES, PROBABILITIES], axis=1)
    both = losses.cross_entropy(np.eye(2)[LABELS], rows)
    assert np.allclose(both, losses.binary_cross_entropy(LABELS, PROBABILITIES), rtol=1e-14)


def test_float32_probabilities_are_rows_of_sum_1() -> None:
    q = torch.softmax(torch.tensor(rng.normal(size=(50, 40)) * 5, dtype=torch.float32), dim=1)
    assert losses.cross_entropy(np.full((50, 40), 1 / 40), q.numpy()).shape == (50,)


def test_dice_by_hand() -> None:
    assert losses.soft_dice([1, 1, 0, 0], [1, 1, 0, 0]) == 0
    assert losses.soft_dice([1, 1, 0, 0], [0, 0, 1, 1]) == 1
    assert losses.soft_dice([1, 1, 0, 0], [1, 0, 1, 0]) == 0.5
    assert losses.soft_dice([1, 0], [0.5, 0.5]) == pytest.approx(1 - 2 * 0.5 / 2)
    assert losses.soft_dice([0, 0], [0, 0]) == 0
    assert losses.soft_dice([0, 0], [0.1, 0]) == 1


def test_dice_on_masks_is_one_minus_the_score_of_the_sets() -> None:
    y, q = rng.integers(0, 2, size=(2, 200))
    overlap = len(set(np.flatnonzero(y)) & set(np.flatnonzero(q)))
    assert losses.soft_dice(y, q) == pytest.approx(1 - 2 * overlap / (y.sum() + q.sum()))


def test_batches_and_single_numbers() -> None:
    many = np.linspace(-1, 1, 3 * 25).reshape(3, 25)
    each = losses.squared_error(REALS, many)
    assert each.shape == (3, 25)
    assert np.array_equal(each[2], losses.squared_error(REALS, many[2]))
    assert np.array_equal(losses.squared_error(REALS, 0.0), REALS**2)
    assert np.array_equal(losses.squared_error(0.0, REALS), REALS**2)
    t, q = rng.dirichlet(np.ones(3), size=4), rng.dirichlet(np.ones(3), size=(2, 4))
    assert np.array_equal(losses.cross_entropy(t, q)[1], losses.cross_entropy(t, q[1]))


def test_out_of_range_is_infinite() -> None:
    assert losses.squared_error([1e200], [-1e200])[0] == np.inf
    assert losses.absolute_error([1.7e308], [-1.7e308])[0] == np.inf


POSITIVE = st.floats(1e-300, 1e300)


@settings(deadline=None)
@given(y=POSITIVE, prediction=POSITIVE)
def test_ratios_out_of_range_are_no_trouble(y: float, prediction: float) -> None:
    with mp.workdps(60):
        ratio = mpf(y) / mpf(prediction)
        gamma = 2 * (ratio - 1 - mp.log(ratio))
        poisson = 2 * (mpf(y) * (mp.log(ratio) - 1) + mpf(prediction))
        logs = max(1, abs(mp.log(y)), abs(mp.log(prediction)))
        if gamma < 1e308:
            assert abs(losses.gamma_deviance([y], [prediction])[0] - gamma) <= 1e-14 * max(
                ratio, logs
            )
        size = max(prediction, y * logs)
        assert abs(losses.poisson_deviance([y], [prediction])[0] - poisson) <= 1e-14 * size


ROWS = [[0.5, 0.5], [0.2, 0.8]]
BAD = [
    (lambda: losses.squared_error([1.0, 2.0], [1.0]), "prediction must match y of shape"),
    (lambda: losses.squared_error([1.0, 2.0], [[1.0], [2.0]]), "prediction must match y of shape"),
    (lambda: losses.absolute_error([1.0], [float("nan")]), "prediction must be finite, got nan"),
    (lambda: losses.absolute_error(["a"], [1.0]), "y must hold real numbers"),
    (lambda: losses.absolute_error([], []), "y must not be empty"),
    (lambda: losses.student_t_loss([1.0], [1.0], df=0), "df must be a finite number above 0"),
    (lambda: losses.student_t_loss([1.0], [1.0], 1, -1), "scale must be a finite number above 0"),
    (lambda: losses.heteroscedastic_loss([1.0], [1.0], [0.0]), "sigma must be above 0, got 0"),
    (lambda: losses.heteroscedastic_loss([1.0], [1.0], [1.0, 2.0]), "sigma must match y of shape"),
    (lambda: losses.poisson_deviance([-1.0], [1.0]), "y must be 0 or more, got -1"),
    (lambda: losses.poisson_deviance([1.0], [0.0]), "prediction must be above 0, got 0"),
    (lambda: losses.gamma_deviance([0.0], [1.0]), "y must be above 0, got 0"),
    (lambda: losses.gamma_deviance([1.0], [-2.0]), "prediction must be above 0, got -2"),
    (lambda: losses.binary_cross_entropy([2], [0.5]), r"y must be in \[0, 1\], got 2"),
    (lambda: losses.binary_cross_entropy([1], [1.5]), r"q must be in \[0, 1\], got 1.5"),
    (lambda: losses.binary_cross_entropy([1], [-3.0]), r"q must be in \[0, 1\], got -3"),
    (lambda: losses.brier([1], [1.01]), r"q must be in \[0, 1\], got 1.01"),
    (lambda: losses.cross_entropy([0, 1], [0.5, 0.5]), "target_rows must be rows of K"),
    (lambda: losses.cross_entropy(ROWS, [[0.5, 0.4], [0.5, 0.5]]), "q_rows must be rows of sum 1"),
    (lambda: losses.cross_entropy([[1, 1], [0, 1]], ROWS), "target_rows must be rows of sum 1"),
    (lambda: losses.cross_entropy([[2, -1], [0, 1]], ROWS), r"target_rows must be in \[0, 1\]"),
    (lambda: losses.cross_entropy(ROWS, [[1.0, 0, 0]]), "q_rows must match target_rows of shape"),
    (lambda: losses.cross_entropy(ROWS, 0.5), "q_rows must be rows of K"),
    (lambda: losses.soft_dice([[1.0]], [1.0]), r"y must have shape \(any,\)"),
    (lambda: losses.soft_dice([1.0], [1.0, 0.0]), r"q must have shape \(1,\)"),
    (lambda: losses.soft_dice([1.0], [2.0]), r"q must be in \[0, 1\], got 2"),
]


@pytest.mark.parametrize(("call", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_input_is_named(call: Callable, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
