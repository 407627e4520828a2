"""Sandwich errors against statsmodels, against redrawn data, and as theorems."""

import numpy as np
import pytest
import statsmodels.api as sm
from numpy.typing import NDArray

from mlelib import (
    Bernoulli,
    Categorical,
    Gaussian,
    Poisson,
    ScaledGaussian,
    add_intercept,
    maximum_likelihood,
)
from mlelib.sandwich import sandwich_errors

Floats = NDArray[np.float64]


@pytest.fixture
def design() -> Floats:
    return add_intercept(np.random.default_rng(0).normal(size=(80, 2)))


@pytest.mark.parametrize(
    ("likelihood", "family"),
    [
        (Gaussian(1.7), sm.families.Gaussian()),
        (Poisson(), sm.families.Poisson()),
        (Bernoulli(), sm.families.Binomial()),
    ],
)
def test_they_are_the_hc0_errors_of_statsmodels(
    design: Floats, likelihood: Gaussian | Poisson | Bernoulli, family: sm.families.Family
) -> None:
    rng = np.random.default_rng(1)
    y = likelihood.sample(design @ [0.2, 0.5, -0.4], rng)
    theta = maximum_likelihood(likelihood, design, y).theta
    theirs = sm.GLM(y, design, family=family).fit(cov_type="HC0", tol=1e-12).bse
    assert sandwich_errors(likelihood, design, y, theta) == pytest.approx(theirs, rel=1e-6)


def test_of_two_classes_a_softmax_and_a_sigmoid_say_the_same(design: Floats) -> None:
    y = Bernoulli().sample(design @ [0.2, 0.5, -0.4], np.random.default_rng(2))
    theta = maximum_likelihood(Bernoulli(), design, y).theta
    by_sigmoid = sandwich_errors(Bernoulli(), design, y, theta)
    pair = np.column_stack([-theta / 2, theta / 2])  # log-odds are the difference
    by_softmax = sandwich_errors(Categorical(2), design, y, pair)
    assert by_softmax == pytest.approx(np.column_stack([by_sigmoid / 2] * 2), rel=1e-9)


def test_a_wrong_model_varies_as_the_sandwich_says_and_not_as_the_curvature_does() -> None:
    x = np.linspace(-1, 1, 300)
    X, rng = add_intercept(x), np.random.default_rng(3)
    slopes, curvature, sandwich = [], [], []
    for _ in range(400):
        y = 1 + 2 * x + rng.normal(size=300) * np.where(abs(x) > 0.7, 3.0, 0.3)
        theta = np.linalg.lstsq(X, y, rcond=None)[0]
        noise = Gaussian(float(np.sqrt(np.mean((y - X @ theta) ** 2))))
        fit = maximum_likelihood(noise, X, y)
        slopes.append(fit.theta[1])
        curvature.append(fit.standard_errors[1])
        sandwich.append(sandwich_errors(noise, X, y, fit.theta)[1])
    spread = np.std(slopes)  # known to 1/√800 = 3.5 %
    assert np.mean(sandwich) == pytest.approx(spread, rel=0.1)
    assert np.mean(curvature) < 0.75 * spread


def test_sigma_cancels_and_two_outputs_have_the_shape_of_theta(design: Floats) -> None:
    y = design @ [1.0, 2.0, 3.0] + np.random.default_rng(4).normal(size=80)
    theta = maximum_likelihood(Gaussian(), design, y).theta
    one, other = (sandwich_errors(Gaussian(s), design, y, theta) for s in (1.0, 50.0))
    assert one == pytest.approx(other, rel=1e-9)
    both = maximum_likelihood(ScaledGaussian(), design, y).theta
    assert sandwich_errors(ScaledGaussian(), design, y, both).shape == (3, 2)


def test_wrong_shapes_are_refused(design: Floats) -> None:
    with pytest.raises(ValueError, match="theta must have shape"):
        sandwich_errors(Gaussian(), design, np.zeros(80), np.zeros(2))
