"""Priors against scipy's densities, exact derivatives, and SGD's weight decay."""

import numpy as np
import pytest
import torch
from mpmath import mp
from scipy import stats
from scipy.special import expit

from mlelib.estimation import maximum_a_posteriori
from mlelib.likelihoods import Bernoulli, Gaussian
from mlelib.objectives import Objective
from mlelib.priors import BetaPrior, Flat, GaussianPrior, LaplacePrior

THETA = np.array([-3.0, -0.25, 0.5, 2.0])
PRIORS = {
    "flat": (Flat(), lambda t: mp.mpf(0)),
    "gaussian": (GaussianPrior(0.7), lambda t: mp.log(mp.npdf(t, 0, mp.mpf(0.7)))),
    "laplace": (LaplacePrior(1.3), lambda t: -abs(t) / mp.mpf(1.3) - mp.log(2 * mp.mpf(1.3))),
    "beta": (
        BetaPrior(2.5, 0.75),
        lambda t: (
            mp.mpf(1.5) * mp.log(1 / (1 + mp.exp(-t)))
            - mp.mpf(0.25) * mp.log(1 / (1 + mp.exp(t)))
            - mp.log(mp.beta(2.5, 0.75))
        ),
    ),
}
each_prior = pytest.mark.parametrize(("prior", "log_density"), PRIORS.values(), ids=PRIORS)


@each_prior
def test_log_prob_and_its_derivatives(prior, log_density) -> None:
    with mp.workdps(40):
        for name, order, sign in (("log_prob", 0, 1), ("gradient", 1, -1), ("curvature", 2, -1)):
            exact = [float(sign * mp.diff(log_density, mp.mpf(t), order)) for t in THETA]
            np.testing.assert_allclose(getattr(prior, name)(THETA), exact, rtol=1e-14, atol=1e-15)


def test_log_prob_is_that_of_scipy() -> None:
    for prior, density in (
        (GaussianPrior(0.7), stats.norm(0, 0.7)),
        (LaplacePrior(1.3), stats.laplace(0, 1.3)),
    ):
        np.testing.assert_allclose(prior.log_prob(THETA), density.logpdf(THETA), rtol=1e-14)
    # of the probability, at the probability: no Jacobian of the log-odds
    beta = stats.beta(2.5, 0.75).logpdf(expit(THETA))
    np.testing.assert_allclose(BetaPrior(2.5, 0.75).log_prob(THETA), beta, rtol=1e-13)


def test_the_standard_deviations_are_those_that_the_docstrings_give() -> None:
    grid = np.linspace(-60, 60, 2_000_001)
    for prior, deviation in ((GaussianPrior(0.7), 0.7), (LaplacePrior(1.3), np.sqrt(2) * 1.3)):
        density = np.exp(prior.log_prob(grid))
        assert np.trapezoid(density, grid) == pytest.approx(1, rel=1e-8)
        assert np.trapezoid(grid**2 * density, grid) == pytest.approx(deviation**2, rel=1e-7)


@pytest.mark.parametrize("prior", [GaussianPrior, LaplacePrior])
def test_a_mask_leaves_alone_what_it_marks(prior) -> None:
    mask = np.array([True, False, False, True])
    masked, bare = prior(0.7, mask), prior(0.7)
    for method in ("log_prob", "gradient", "curvature"):
        entries, all_entries = getattr(masked, method)(THETA), getattr(bare, method)(THETA)
        assert not entries[mask].any()
        np.testing.assert_array_equal(entries[~mask], all_entries[~mask])
    np.testing.assert_array_equal(masked.felt((4,)), ~mask)
    assert bare.felt((4, 2)).all()


def test_a_mask_of_rows_covers_every_output() -> None:
    prior = GaussianPrior(1.0, [True, False, False]).spread((3, 2))
    np.testing.assert_array_equal(prior.mask, [[True, True], [False, False], [False, False]])
    assert prior.tau == 1.0
    whole = np.array([[True, False], [False, False], [False, True]])
    np.testing.assert_array_equal(LaplacePrior(1.0, whole).spread((3, 2)).mask, whole)


@pytest.mark.parametrize("prior", [Flat(), GaussianPrior(0.7), LaplacePrior(1.3), BetaPrior(2, 3)])
def test_far_out_there_are_infinities_and_no_warnings(prior) -> None:
    far = np.array([-1.7e308, 1.7e308])
    for method in ("log_prob", "gradient", "curvature"):
        assert not np.isnan(getattr(prior, method)(far)).any()
    assert np.isneginf(GaussianPrior(1e-200).log_prob([1e200])).all()
    assert np.isinf(GaussianPrior(1e-200).curvature([1.0])).all()


def test_at_its_kink_the_laplace_priors_gradient_is_the_smallest_subgradient() -> None:
    np.testing.assert_array_equal(LaplacePrior(0.5).gradient([0.0, 1e-300, -1e-300]), [0, 2, -2])


LOSSES = {
    "nll": lambda y, mu, sigma: ((y - mu) ** 2 / (2 * sigma**2)).mean(),
    "half squared error": lambda y, mu, _: ((y - mu) ** 2 / 2).mean(),
    "squared error": lambda y, mu, _: ((y - mu) ** 2).mean(),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_weight_decay_holds_sgd_at_the_posterior_mode(loss: str) -> None:
    rng = np.random.default_rng(8)
    X, sigma, prior = rng.normal(size=(40, 3)), 0.6, GaussianPrior(0.3)
    y = X @ [1.0, -2.0, 0.5] + sigma * rng.normal(size=40)
    mode = maximum_a_posteriori(Gaussian(sigma), X, y, prior).theta
    decay = prior.weight_decay(40, loss, None if loss == "nll" else sigma)

    theta = torch.tensor(mode, requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=1.0, weight_decay=decay)
    LOSSES[loss](torch.tensor(y), torch.tensor(X) @ theta, sigma).backward()
    optimizer.step()
    np.testing.assert_allclose(theta.detach().numpy(), mode, rtol=0, atol=1e-14)
    assert np.linalg.norm(mode) > 0.5  # it is the decay, not a mode at 0, that keeps it there


def test_weight_decay_is_what_the_chapter_says() -> None:
    prior = GaussianPrior(2.0)
    assert prior.weight_decay(50) == pytest.approx(1 / (50 * 4), rel=1e-15)
    half = prior.weight_decay(50, "half squared error", sigma=3.0)
    assert half == pytest.approx(9 / (50 * 4), rel=1e-15)
    assert prior.weight_decay(50, "squared error", sigma=3.0) == pytest.approx(2 * half, rel=1e-15)
    assert prior.weight_decay(1) == pytest.approx(1 / 4, rel=1e-15)  # a summed loss


def test_weight_decay_of_a_classifier_has_no_sigma() -> None:
    rng = np.random.default_rng(9)
    X, prior = rng.normal(size=(60, 2)), GaussianPrior(0.5)
    y = (rng.random(60) < expit(X @ [2.0, -1.0])).astype(int)
    mode = maximum_a_posteriori(Bernoulli(), X, y, prior).theta
    mean = Objective(Bernoulli(), X, y).gradient(mode) / 60
    np.testing.assert_allclose(mean + prior.weight_decay(60) * mode, 0, atol=1e-14)


WRONG = {
    "tau zero": (lambda: GaussianPrior(0.0), "tau must be a finite number above 0"),
    "tau negative": (lambda: GaussianPrior(-1.0), "tau must be a finite number above 0"),
    "tau nan": (lambda: GaussianPrior(float("nan")), "tau must be a finite number above 0"),
    "tau infinite": (lambda: GaussianPrior(float("inf")), "tau must be a finite number above 0"),
    "tau an array": (lambda: GaussianPrior([1.0, 2.0]), "tau must be a single number"),
    "tau a string": (lambda: GaussianPrior("wide"), "tau must hold real numbers"),
    "scale zero": (lambda: LaplacePrior(0), "scale must be a finite number above 0"),
    "a zero": (lambda: BetaPrior(0, 1), "a must be a finite number above 0"),
    "b negative": (lambda: BetaPrior(1, -2), "b must be a finite number above 0"),
    "mask of numbers": (lambda: GaussianPrior(1.0, [0, 1]), "mask must hold booleans"),
    "mask of strings": (lambda: LaplacePrior(1.0, ["w", "b"]), "mask must hold booleans"),
    "mask a scalar": (lambda: GaussianPrior(1.0, True), "mask must hold booleans"),
    "mask too long": (
        lambda: GaussianPrior(1.0, [True, False, False]).spread((2,)),
        r"mask must have the shape of theta, \(2,\), got \(3,\)",
    ),
    "mask of outputs": (
        lambda: GaussianPrior(1.0, [True, False]).spread((3, 2)),
        r"mask must have the shape of theta, \(3, 2\), got \(2,\)",
    ),
    "beta over many": (lambda: BetaPrior(1, 1).spread((2,)), "prior must fit theta"),
    "theta nan": (lambda: GaussianPrior(1.0).log_prob([float("nan")]), "theta must be finite"),
    "theta strings": (lambda: LaplacePrior(1.0).gradient(["a"]), "theta must hold real numbers"),
    "theta beside the mask": (
        lambda: GaussianPrior(1.0, [True, False]).log_prob([1.0, 2.0, 3.0]),
        "theta must have the shape of the mask",
    ),
    "n zero": (lambda: GaussianPrior(1.0).weight_decay(0), "n must be a whole number, 1 or more"),
    "n a fraction": (lambda: GaussianPrior(1.0).weight_decay(2.5), "n must be a whole number"),
    "loss unknown": (lambda: GaussianPrior(1.0).weight_decay(5, "mse"), "loss must be one of"),
    "sigma missing": (
        lambda: GaussianPrior(1.0).weight_decay(5, "squared error"),
        "sigma goes with the squared errors",
    ),
    "sigma unasked for": (
        lambda: GaussianPrior(1.0).weight_decay(5, sigma=1.0),
        "sigma goes with the squared errors",
    ),
    "sigma zero": (
        lambda: GaussianPrior(1.0).weight_decay(5, "squared error", 0.0),
        "sigma must be a finite number above 0",
    ),
}


@pytest.mark.parametrize(("call", "message"), WRONG.values(), ids=WRONG)
def test_bad_input_is_named(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
