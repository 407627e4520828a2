"""Every displayed equation of Chapter 7, line by line.

`test_rec_poisson` proves the equation labelled `rec-poisson`, and so on: see
`test_every_equation.py`.
"""

from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
from scipy import stats
from sympy import exp, gamma, log, oo, pi, sqrt

from mlelib import (
    Bernoulli,
    Categorical,
    Gamma,
    Gaussian,
    Likelihood,
    Poisson,
    ScaledGaussian,
    maximum_likelihood,
)
from mlelib.calibration import temperature
from mlelib.kiosk import kiosk

# sympy 1.14 calls what mpmath 1.4 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:bitcount function is deprecated")

z, z2 = sp.symbols("z z2", real=True)
y = sp.symbols("y", positive=True)
k = sp.symbols("k", integer=True, nonnegative=True)
alpha, phi, mu, sigma = sp.symbols("alpha phi mu sigma", positive=True)


def same(*lines: sp.Expr) -> None:
    """Assert that the lines of a derivation are one expression."""
    for above, below in pairwise(lines):
        assert sp.simplify(sp.expand_log(above - below, force=True)) == 0


def test_rec_recipe() -> None:
    """The sum of −log p over independent examples is −log of their joint density."""
    rng = np.random.default_rng(0)
    raw, seen = rng.normal(size=(2, 4))
    joint = stats.multivariate_normal(raw, np.diag([0.25] * 4)).logpdf(seen)
    assert Gaussian(0.5).nll(seen, raw).sum() == pytest.approx(-joint, rel=1e-12)


def test_rec_poisson() -> None:
    mass = exp(z) ** k * exp(-exp(z)) / sp.factorial(k)
    assert sp.simplify(sp.summation(mass.subs(z, 0), (k, 0, oo))) == 1
    nll = exp(z) - k * z + log(sp.factorial(k))
    same(-log(mass), exp(z) - k * log(exp(z)) + log(sp.factorial(k)), nll)
    same(nll.diff(z), exp(z) - k)
    same(nll.diff(z, 2), exp(z))
    raw = np.array([-1.0, 0.3, 2.0])
    counts = np.array([0, 1, 9])
    ours = Poisson().nll(counts, raw)
    assert ours == pytest.approx(-stats.poisson(np.exp(raw)).logpmf(counts), rel=1e-12)
    assert Poisson().gradient(counts, raw) == pytest.approx(np.exp(raw) - counts, rel=1e-12)


def test_rec_gamma() -> None:
    density = (alpha / mu) ** alpha * y ** (alpha - 1) * exp(-alpha * y / mu) / gamma(alpha)
    area = sp.integrate(density.subs(alpha, 3), (y, 0, oo))
    assert sp.simplify(area) == 1
    mean = sp.simplify(sp.integrate(y * density.subs(alpha, 3), (y, 0, oo)))
    variance = sp.simplify(sp.integrate((y - mu) ** 2 * density.subs(alpha, 3), (y, 0, oo)))
    assert mean == mu
    same(sqrt(variance), mu / sqrt(3))  # "the share 1/√α"
    c = log(gamma(alpha)) - alpha * log(alpha) - (alpha - 1) * log(y)
    nll = alpha * z + alpha * y * exp(-z) + c
    same(-log(density.subs(mu, exp(z))), nll)
    same(nll.diff(z), alpha * (1 - y * exp(-z)), (alpha * (mu - y) / mu).subs(mu, exp(z)))


def test_rec_scaled() -> None:
    r = y - z
    density = exp(-((y - z) ** 2) / (2 * sigma**2)) / (sigma * sqrt(2 * pi))
    nll = z2 + r**2 * exp(-2 * z2) / 2 + log(2 * pi) / 2
    same(-log(density), log(sigma) + r**2 / (2 * sigma**2) + log(2 * pi) / 2)
    same(-log(density).subs(sigma, exp(z2)), nll)
    same(nll.diff(z), -r * exp(-2 * z2))
    same(nll.diff(z2), 1 - r**2 * exp(-2 * z2))
    assert sp.limit(nll.subs(y, z), z2, -oo) == -oo  # "that goes to −∞"


def test_rec_excuse() -> None:
    r = sp.symbols("r", real=True, nonzero=True)
    pull = sp.Abs(r) / sigma**2
    same(pull.subs(sigma, sp.Abs(r)), 1 / sp.Abs(r))
    assert (1 - r**2 / sigma**2).subs(sigma, sp.Abs(r)).simplify() == 0  # σ rests at |r|


FAMILIES = {
    # A(z), φ, and y's likelihood at z = 0.7
    "Gaussian": (z**2 / 2, 0.8**2, Gaussian(0.8)),
    "Poisson": (exp(z), 1, Poisson()),
    "Bernoulli": (log(1 + exp(z)), 1, Bernoulli()),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_rec_family(name: str) -> None:
    """log p − (yz − A)/φ holds y alone: it is the same at every z."""
    A, dispersion, likelihood = FAMILIES[name]
    of = sp.lambdify(z, A)
    targets = np.array([0, 1, 1, 0])
    rest = [
        likelihood.log_prob(targets, np.full(4, at)) - (targets * at - of(at)) / dispersion
        for at in (-2.0, 0.0, 1.3)
    ]
    assert np.ptp(rest, axis=0) == pytest.approx(np.zeros(4), abs=1e-12)


@pytest.mark.parametrize("name", FAMILIES)
def test_rec_moments(name: str) -> None:
    """A′ is the mean and φA″ the variance, those of scipy.stats."""
    A, dispersion, _ = FAMILIES[name]
    for at in (-1.5, 0.0, 0.7):
        mean, curvature = (float(A.diff(z, order).subs(z, at)) for order in (1, 2))
        frozen = {
            "Gaussian": stats.norm(at, 0.8),
            "Poisson": stats.poisson(np.exp(at)),
            "Bernoulli": stats.bernoulli(1 / (1 + np.exp(-at))),
        }[name]
        assert mean == pytest.approx(frozen.mean(), rel=1e-12, abs=1e-15)
        assert dispersion * curvature == pytest.approx(frozen.var(), rel=1e-12)


def test_rec_moments_by_differentiating_the_total_probability() -> None:
    A, h = sp.Function("A"), sp.Function("h")
    density = h(y) * exp((y * z - A(z)) / phi)
    same(density.diff(z) / density, (y - A(z).diff(z)) / phi)
    second = (y - A(z).diff(z)) ** 2 / phi**2 - A(z).diff(z, 2) / phi
    same(density.diff(z, 2) / density, second)


def test_rec_canonical() -> None:
    A, h = sp.Function("A"), sp.Function("h")
    nll = (A(z) - y * z) / phi - log(h(y))
    same(nll.diff(z), (A(z).diff(z) - y) / phi)
    same(nll.diff(z, 2), A(z).diff(z, 2) / phi)


@pytest.mark.parametrize(
    ("likelihood", "dispersion", "canonical"),
    [
        (Gaussian(0.8), 0.64, True),
        (Bernoulli(), 1, True),
        (Poisson(), 1, True),
        (Categorical(3), 1, True),
        (Gamma(4.0), 0.25, False),
        (ScaledGaussian(), 1, False),
    ],
)
def test_rec_canonical_the_gradient_is_prediction_minus_target(
    likelihood: Likelihood, dispersion: float, canonical: bool
) -> None:
    rng = np.random.default_rng(1)
    targets = np.array([1, 0, 1, 1]) if not isinstance(likelihood, Gamma) else rng.uniform(1, 2, 4)
    raw = rng.normal(size=(4,) if likelihood.outputs == 1 else (4, likelihood.outputs))
    if isinstance(likelihood, Categorical):
        wanted = likelihood.mean(raw) - np.eye(3)[targets]
    else:
        wanted = (likelihood.mean(raw) - targets) / dispersion
    gradient = likelihood.gradient(targets, raw)
    if likelihood.outputs == 2:
        gradient = gradient[:, 0]
    assert np.allclose(gradient, wanted, rtol=1e-12, atol=1e-14) == canonical


def test_rec_sandwich() -> None:
    """For a quadratic NLL the first order is all there is: θ̂ − θ₀ = −H⁻¹g, exactly."""
    rng = np.random.default_rng(2)
    X = rng.normal(size=(30, 2))
    truth, noise = np.array([1.0, -2.0]), rng.normal(size=(4000, 30)) * np.linspace(0.5, 2, 30)
    H = X.T @ X
    estimates = truth + noise @ np.linalg.pinv(X).T
    scores = -noise @ X
    assert estimates - truth == pytest.approx(-scores @ np.linalg.inv(H), rel=1e-9)
    sandwich = np.linalg.inv(H) @ np.cov(scores.T) @ np.linalg.inv(H)
    assert np.cov(estimates.T) == pytest.approx(sandwich, rel=1e-9)


@pytest.mark.parametrize("likelihood", [Gaussian(0.7), Bernoulli(), Poisson(), Gamma(3.0)])
def test_rec_information(likelihood: Likelihood) -> None:
    """E[ℓ′] = 0 and E[ℓ′²] = E[ℓ″] under the model: exact sums, or a fine integral."""
    at = 0.4
    if isinstance(likelihood, Bernoulli):
        values, weights = np.arange(2.0), np.ones(2)
    elif isinstance(likelihood, Poisson):
        values, weights = np.arange(80.0), np.ones(80)
    else:
        low = 1e-9 if isinstance(likelihood, Gamma) else -8.0
        values = np.linspace(low, 40.0 if low > 0 else 9.0, 400_001)
        weights = np.full(len(values), values[1] - values[0])
    raw = np.full(len(values), at)
    p = weights * np.exp(likelihood.log_prob(values, raw))
    slope, curvature = likelihood.gradient(values, raw), likelihood.curvature(values, raw)
    assert p.sum() == pytest.approx(1, abs=1e-6)
    assert p @ slope == pytest.approx(0, abs=1e-6)
    assert p @ slope**2 == pytest.approx(p @ curvature, rel=1e-5)


def test_rec_information_is_the_inverse_covariance() -> None:
    days = [kiosk(seed=seed) for seed in range(200)]
    X = np.column_stack([np.ones(200), (days[0].temperature - 20) / 10])
    fits = [maximum_likelihood(Poisson(), X, day.customers) for day in days]
    spread = np.std([fit.theta for fit in fits], axis=0)
    promised = np.mean([fit.standard_errors for fit in fits], axis=0)
    assert spread == pytest.approx(promised, rel=0.15)  # three standard errors of 200 draws


def test_rec_jacobian() -> None:
    u = sp.symbols("u", real=True)
    bell = exp(-(u**2) / 2) / sqrt(2 * pi)
    density = bell.subs(u, log(y)) / y
    below = (1 + sp.erf(log(y) / sqrt(2))) / 2  # P(Y ≤ y) = P(U ≤ log y)
    same(below.diff(y), density)
    same(-log(density), -log(bell.subs(u, log(y))) + log(y))
    values = np.array([0.2, 1.0, 7.0])
    ours = Gaussian(0.6).nll(np.log(values), np.full(3, 0.4)) + np.log(values)
    exact = -stats.lognorm(0.6, scale=np.exp(0.4)).logpdf(values)
    assert ours == pytest.approx(exact, rel=1e-12)


def test_rec_joint() -> None:
    """With a diagonal covariance the joint density of two masses is the product of two."""
    joint = stats.multivariate_normal([0.3, -1.0], np.diag([0.25, 4.0])).logpdf([0.7, 2.0])
    parts = stats.norm(0.3, 0.5).logpdf(0.7) + stats.norm(-1.0, 2.0).logpdf(2.0)
    assert joint == pytest.approx(parts, rel=1e-12)


def test_rec_temperature() -> None:
    beta = sp.symbols("beta", positive=True)
    raw = sp.symbols("a b c", real=True)
    nll = log(sum(exp(beta * each) for each in raw)) - beta * raw[1]
    p = [exp(beta * each) / sum(exp(beta * other) for other in raw) for each in raw]
    same(nll.diff(beta), sum(q * each for q, each in zip(p, raw, strict=True)) - raw[1])

    rng = np.random.default_rng(3)
    outputs = 3 * rng.normal(size=(200, 3))
    labels = Categorical(3).sample(outputs / 2.5, rng)
    T = temperature(Categorical(3), labels, outputs)
    expected = (Categorical(3).mean(outputs / T) * outputs).sum()
    assert expected == pytest.approx(outputs[np.arange(200), labels].sum(), rel=1e-9)
