"""Likelihoods and losses where floating range or the rules end: each case once slipped through."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mlelib import (
    Categorical,
    Gamma,
    Gaussian,
    Laplace,
    Poisson,
    ScaledGaussian,
    StudentT,
    losses,
)


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


BIG = np.finfo(float).max


def test_a_square_that_overflows_before_it_is_halved():
    expected = 1.6e154 * 0.8e154
    assert_allclose(Gaussian().nll([1.6e154], [0.0]), [expected], rtol=1e-15)
    assert_allclose(ScaledGaussian().nll([1.6e154], [[0.0, 0.0]]), [expected], rtol=1e-15)


def test_a_residual_that_overflows_over_a_scale_that_brings_it_back():
    y, z = np.array([BIG]), np.array([-BIG])
    assert_allclose(Laplace(4.0).loss(y, z), [BIG / 2], rtol=1e-15)
    assert_allclose(Gaussian(2e154).loss(y, z), [(BIG / 2e154) ** 2 * 2], rtol=1e-15)
    assert_allclose(Gaussian(4.0).gradient(y, z), [-BIG / 8], rtol=1e-15)
    wide = np.array([[-BIG, 400.0]])  # r e^(−2s) = 2 BIG e^(−800)
    slope = BIG * np.exp(-400) * 2 * np.exp(-400)
    assert_allclose(ScaledGaussian().gradient(y, wide)[0, 0], -slope, rtol=1e-14)
    assert_allclose(ScaledGaussian().curvature(y, wide)[0, 0, 1], 2 * slope, rtol=1e-14)


def test_the_farthest_outlier_of_a_student_t():
    """r = 2 BIG: the loss is (ν + 1) (log r − log s√ν), the gradient −(ν + 1)/r."""
    lik, y, z = StudentT(3.0, 0.5), [BIG], [-BIG]
    log_u = np.log(BIG) + np.log(2) - np.log(0.5 * np.sqrt(3))
    assert_allclose(lik.loss(y, z), [4 * log_u], rtol=1e-15)
    assert_allclose(lik.gradient(y, z), [-2 / BIG], rtol=1e-15)
    assert_allclose(lik.gradient([0.0], [BIG]), [4 / BIG], rtol=1e-15)
    assert_allclose(lik.curvature([1e155], [0.0]), [-4 / 1e155 / 1e155], rtol=1e-12)


def test_the_nearest_target_of_a_student_t():
    assert_allclose(StudentT(1.0).gradient([0.0], [1e-310]), [2e-310], rtol=1e-12)


def test_the_inflection_of_a_student_t():
    """2 (1 − u²)/(1 + u²)² at u = 1 − δ is δ + 3δ²/2 + …"""
    u = 1 - 1.3e-9
    gap = 1 - u
    assert_allclose(StudentT(1.0).curvature([u], [0.0]), [gap + 1.5 * gap**2], rtol=1e-15)


def test_a_subnormal_amount_keeps_its_digits():
    """21 · 2^−1074 · e^34 is a normal number."""
    tiny = 21 * 2.0**-1074
    expected = 21 * np.exp(34.0) * 2.0**-1074
    assert_allclose(Gamma(1.0).curvature([tiny], [-34.0]), [expected], rtol=4e-15)
    assert_allclose(Gamma(4.5).curvature([tiny], [-34.0]), [4.5 * expected], rtol=4e-15)
    gradient = ScaledGaussian().gradient([tiny], [[0.0, -17.0]])
    assert_allclose(gradient[0, 0], -expected, rtol=4e-15)


def test_a_gamma_of_a_small_shape_is_finite_where_its_ratio_is_not():
    z, half = -(np.log(BIG) + 0.5), BIG * (np.exp(0.5) / 2)
    lik = Gamma(0.5)
    assert_allclose(lik.curvature([1.0], [z]), [half], rtol=1e-12)
    assert_allclose(lik.gradient([1.0], [z]), [-half], rtol=1e-12)
    assert_allclose(lik.nll([1.0], [z]), [half], rtol=1e-12)


def test_a_gamma_of_a_large_shape_is_finite_where_shape_times_y_is_not():
    expected = 4.5 * np.exp(-3.0) * 1e308
    assert_allclose(Gamma(4.5).curvature([1e308], [3.0]), [expected], rtol=1e-14)


def test_a_rate_that_overflows_near_the_largest_counts():
    """e^z = 1.25 BIG and y = BIG: the loss is y (1.25 − 1 − log 1.25)."""
    z = np.log(BIG) + np.log(1.25)
    assert_allclose(Poisson().gradient([BIG], [z]), [BIG / 4], rtol=1e-11)
    assert_allclose(Poisson().loss([BIG], [z]), [BIG * (0.25 - np.log(1.25))], rtol=1e-10)
    assert Poisson().gradient([0.0], [z])[0] == np.inf


def test_subnormal_probabilities_add_up_in_the_slope_of_a_sure_class():
    """49 of e^(−744) = 1.55 · 2^−1074: 76 · 2^−1074, and each alone rounds to 2 · 2^−1074."""
    z = np.full((1, 50), -744.0)
    z[0, 0] = 0.0
    expected = 49 * np.exp(-672.0) * np.exp(-72.0)
    lik = Categorical(50)
    assert_allclose(lik.gradient([0], z)[0, 0], -expected, rtol=0, atol=1e-323)
    assert_allclose(lik.curvature([0], z)[0, 0, 0], expected, rtol=0, atol=1e-323)
