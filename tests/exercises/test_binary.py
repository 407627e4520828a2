"""The exercises of Chapter 3: what their checks say to likely answers, and the data they give."""

import numpy as np
from numpy.typing import NDArray

from mlelib import Bernoulli, maximum_likelihood
from mlelib.checks import check
from mlelib.exercises.binary import EXERCISES, bearings
from mlelib.exercises.kinds import Function

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def naive(y: Integers, z: Floats) -> float:
    q = 1 / (1 + np.exp(-z))
    return float(-np.sum(y * np.log(q) + (1 - y) * np.log(1 - q)))


def by_logaddexp(y: Integers, z: Floats) -> float:
    return float(np.sum(np.logaddexp(0, (1 - 2 * y) * z)))


def test_the_loss_of_a_raw_output_must_survive_large_ones() -> None:
    assert check("3.4", by_logaddexp)
    assert "Right with moderate raw outputs. With raw outputs of ±40: It holds" in (
        check("3.4", naive).says
    )

    def subtracting(y: Integers, z: Floats) -> float:
        """Right but for an example that is right and whose price the subtraction swallows."""
        return float(np.sum(np.log(1 + np.exp(-np.abs(z))) + np.maximum(z, 0) - y * z))

    told = check("3.4", subtracting).says
    assert told.endswith("The loss of an example that is right is small, but not 0: use log1p.")


def test_every_raw_output_meets_a_yes_and_a_no() -> None:
    (loss,) = (exercise for exercise in EXERCISES if exercise.id == "3.4")
    assert isinstance(loss, Function)
    *both_labels, right_side = loss.inputs.values()
    for make in both_labels:
        y, z = make(np.random.default_rng(0))
        for output in np.unique(z):
            assert sorted(y[z == output]) == [0, 1]
    y, z = right_side(np.random.default_rng(0))
    assert np.array_equal(y == 1, z > 0)


def test_bearings_are_two_halves_of_one_factory() -> None:
    X, y, X_new, y_new = bearings()
    assert X.shape == X_new.shape == (1500, 3)
    assert set(y) == set(y_new) == {0, 1}
    assert not np.array_equal(X, X_new)
    assert all(np.array_equal(a, b) for a, b in zip(bearings(), (X, y, X_new, y_new), strict=True))
    # Both together know the stated truth to three standard errors.
    fit = maximum_likelihood(Bernoulli(), np.vstack([X, X_new]), np.r_[y, y_new])
    assert np.all(np.abs(fit.theta - [-12.0, 1.1, 0.09]) < 3 * fit.standard_errors)
