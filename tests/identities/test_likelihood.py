"""Every displayed equation of Chapter 1, line by line.

`test_lik_nll` proves the equation labelled `lik-nll`, and so on: see `test_every_equation.py`.
"""

from itertools import pairwise, product

import numpy as np
import pytest
import sympy as sp
from scipy import stats
from sympy import Rational, binomial, exp, log, pi, sqrt

# sympy 1.14 calls what mpmath 1.4 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:bitcount function is deprecated")

n = 3
theta = sp.symbols("theta", positive=True)
h, t = sp.symbols("h t", positive=True)
coin_nll = -h * log(theta) - t * log(1 - theta)
factors = sp.symbols("p1:4", positive=True)  # p(yᵢ | xᵢ, θ), whatever they are
inputs = sp.symbols("q1:4", positive=True)  # p(xᵢ)


def bernoulli(y: sp.Expr) -> sp.Expr:
    return theta**y * (1 - theta) ** (1 - y)


def same(*lines: sp.Expr) -> None:
    """Assert that the lines of a derivation are one expression."""
    for above, below in pairwise(lines):
        assert sp.simplify(sp.expand_log(above - below, force=True)) == 0


def test_lik_bernoulli() -> None:
    same(bernoulli(1), theta)
    same(bernoulli(0), 1 - theta)


def test_lik_product() -> None:
    for row in product((0, 1), repeat=n):
        heads = sum(row)
        same(sp.prod(bernoulli(y) for y in row), theta**heads * (1 - theta) ** (n - heads))
    # It is a distribution over rows, as the first line says, and its conditionals do not look back.
    rows = list(product((0, 1), repeat=n))
    same(sum(sp.prod(bernoulli(y) for y in row) for row in rows), sp.Integer(1))
    last = sum(sp.prod(bernoulli(y) for y in row) for row in rows if row == (1, 0, 1))
    before = sum(sp.prod(bernoulli(y) for y in row) for row in rows if row[:2] == (1, 0))
    same(last / before, bernoulli(1))


def test_lik_nll() -> None:
    likelihood = sp.prod(factors)
    same(log(likelihood), sum(log(p) for p in factors))
    same(-log(likelihood), -sum(log(p) for p in factors))


def test_lik_argmin() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        values = rng.permutation(np.exp(rng.uniform(-50, 50, size=200)))  # positive, no two alike
        assert np.argmax(values) == np.argmax(np.log(values)) == np.argmin(-np.log(values))
    x = sp.symbols("x", positive=True)
    assert log(x).diff(x).is_positive


def test_lik_pairs() -> None:
    same(
        -log(sp.prod(p * q for p, q in zip(factors, inputs, strict=True))),
        -sum(log(p * q) for p, q in zip(factors, inputs, strict=True)),
        -sum(log(p) for p in factors) - sum(log(q) for q in inputs),
    )


def test_lik_binomial() -> None:
    for heads in range(6):
        rows = [row for row in product((0, 1), repeat=5) if sum(row) == heads]
        count = sum(sp.prod(bernoulli(y) for y in row) for row in rows)
        same(-log(count), coin_nll.subs({h: heads, t: 5 - heads}) - log(binomial(5, heads)))
    assert binomial(10, 7) == 120


def test_lik_coin() -> None:
    for row in product((0, 1), repeat=n):
        same(
            -sum(log(bernoulli(y)) for y in row),
            -sum(y * log(theta) + (1 - y) * log(1 - theta) for y in row),
            coin_nll.subs({h: sum(row), t: n - sum(row)}),
        )


def test_lik_coin_mle() -> None:
    slope = coin_nll.diff(theta)
    same(slope, -h / theta + t / (1 - theta))
    same(slope * theta * (1 - theta), t * theta - h * (1 - theta))
    assert sp.solve(slope, theta) == [h / (h + t)]
    assert slope.subs(theta, h / (h + t) / 2).simplify().is_negative
    assert slope.subs(theta, (1 + h / (h + t)) / 2).simplify().is_positive


def test_lik_kl() -> None:
    counts, p = sp.symbols("n1:4", positive=True), factors
    total = sum(counts)
    shares = [count / total for count in counts]
    cross_entropy = -sum(s * log(pk) for s, pk in zip(shares, p, strict=True))
    entropy = -sum(s * log(s) for s in shares)
    divergence = sum(s * log(s / pk) for s, pk in zip(shares, p, strict=True))
    nll = -log(sp.prod(pk**count for pk, count in zip(p, counts, strict=True)))
    same(nll / total, cross_entropy, entropy + divergence)


def test_lik_kl_is_at_least_0_and_0_for_equals() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        p, q = rng.dirichlet(np.ones(4), size=2)
        assert stats.entropy(p, q) > 0
        assert stats.entropy(p, p) == 0


def test_lik_bayes() -> None:
    prior = 2 * theta  # any density on (0, 1)
    likelihood = theta**3 * (1 - theta)
    evidence = sp.integrate(likelihood * prior, (theta, 0, 1))
    posterior = likelihood * prior / evidence
    assert sp.integrate(posterior, (theta, 0, 1)) == 1
    for level in (Rational(1, 3), Rational(4, 5)):  # P(θ < level, D) in both orders of conditioning
        joint = sp.integrate(likelihood * prior, (theta, 0, level))
        assert sp.integrate(posterior, (theta, 0, level)) * evidence == joint


def test_lik_gaussian() -> None:
    y = sp.symbols("y1:4", real=True)
    mu, sigma = sp.symbols("mu", real=True), sp.symbols("sigma", positive=True)
    bells = [exp(-((yi - mu) ** 2) / (2 * sigma**2)) / (sqrt(2 * pi) * sigma) for yi in y]
    squares = sum((yi - mu) ** 2 for yi in y) / (2 * sigma**2)
    same(
        -log(sp.prod(bells)),
        -sum(log(bell) for bell in bells),
        squares + n * log(sigma) + Rational(n, 2) * log(2 * pi),
    )
    assert sp.integrate(bells[0], (y[0], -sp.oo, sp.oo)) == 1
