"""Likelihoods and losses where floating range or the rules end: each case once slipped through."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlelib import Categorical, Gamma, Gaussian, Laplace, Poisson, ScaledGaussian, losses


def test_a_gradient_out_of_range_is_infinite_without_a_warning():
    assert Gaussian(1e-200).gradient([1.0], [0.0])[0] == -np.inf


def test_the_gradient_of_a_laplace_at_its_kink_is_0():
    assert Laplace(2.0).gradient([3.0], [3.0])[0] == 0


def test_the_constant_of_a_laplace_is_finite_at_the_largest_scales():
    assert_allclose(Laplace(1e308).constant([0.0]), [np.log(2) + np.log(1e308)], rtol=1e-15)


def test_the_spread_of_laplace_samples():
    n, scale = 200_000, 1.7
    draws = Laplace(scale).sample(np.zeros(n), np.random.default_rng(0))
    # The mean absolute deviation of a Laplace is its scale, that deviation's own spread as well.
    assert np.abs(draws).mean() == pytest.approx(scale, abs=4 * scale / np.sqrt(n))


def test_a_rate_that_cannot_be_sampled_names_the_argument():
    with pytest.raises(ValueError, match=r"^z "):
        Poisson().sample(np.array([43.9]), np.random.default_rng(0))


def test_a_gamma_loss_does_not_overflow_on_the_way():
    # y·e⁻ᶻ = e^(log 1e-300 + 1000), though e^1000 is out of range.
    ratio = np.exp(np.log(1e-300) + 1000)
    loss = Gamma(1.0).loss([1e-300], [-1000.0])
    assert_allclose(loss, [ratio - np.log(ratio) - 1], rtol=1e-12)


def test_the_number_of_classes_may_be_a_whole_float():
    z = np.zeros((2, 3))
    assert_allclose(Categorical(3.0).curvature([0, 2], z), Categorical(3).curvature([0, 2], z))


def test_an_infinite_residual_over_an_infinite_scale_is_no_nan():
    assert not np.isnan(ScaledGaussian().nll([1.7e308], [[-1.7e308, 4000.0]])).any()


def test_rows_of_probabilities_must_sum_to_1():
    with pytest.raises(ValueError, match="q_rows"):
        losses.cross_entropy([[1.0, 0.0]], [[0.5, 0.50005]])


def test_deviances_out_of_range_do_not_warn():
    assert not np.isnan(losses.poisson_deviance([1e300], [1e-300])).any()
