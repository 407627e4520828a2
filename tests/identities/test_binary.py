"""Every displayed equation of Chapter 3, line by line.

`test_bin_nll` proves the equation labelled `bin-nll`, and so on: see `test_every_equation.py`.
"""

from itertools import pairwise, product

import numpy as np
import pytest
import sympy as sp
from scipy import stats
from scipy.special import expit
from sympy import Rational, exp, log

from mlelib import Bernoulli, add_intercept, maximum_likelihood

# sympy 1.14 calls what mpmath 1.4 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:bitcount function is deprecated")

n = 3
z, y, b = sp.symbols("z y b", real=True)
q, t = sp.symbols("q t", positive=True)
qs = sp.symbols("q1:4", positive=True)
zs, ys, m = sp.symbols("z1:4", real=True), sp.symbols("y1:4", real=True), sp.symbols("m1:4")
sigmoid = 1 / (1 + exp(-z))
softplus = log(1 + exp(z))


def same(*lines: sp.Expr) -> None:
    """Assert that the lines of a derivation are one expression, for real z and q in (0, 1)."""
    for above, below in pairwise(lines):
        difference = sp.expand_log(above - below, force=True)
        if sp.simplify(difference) == 0:
            continue
        letters = sorted(difference.free_symbols, key=str)
        value = sp.lambdify(letters, difference, "mpmath")
        rng = np.random.default_rng(0)
        for _ in range(50):
            drawn = [rng.uniform(0.01, 0.99) if s in (q, *qs) else rng.normal() for s in letters]
            assert abs(value(*drawn)) < 1e-12


def at(values: tuple[int, ...]) -> dict[sp.Symbol, int]:
    return dict(zip(ys, values, strict=True))


def test_bin_bernoulli() -> None:
    power = q**y * (1 - q) ** (1 - y)
    assert power.subs(y, 1) == q
    assert power.subs(y, 0) == 1 - q
    mean = power.subs(y, 1)
    same(power.subs(y, 1) + power.subs(y, 0), sp.Integer(1))
    same((1 - mean) ** 2 * q + mean**2 * (1 - q), q * (1 - q))  # the variance the text states


def test_bin_step() -> None:
    # It is the limit of ever steeper sigmoids, but for z = 0, which the definition gives to no.
    for value, limit in ((Rational(1, 100), 1), (Rational(-1, 100), 0)):
        assert sp.limit(sigmoid.subs(z, value * t), t, sp.oo) == limit


def test_bin_sigmoid() -> None:
    assert sigmoid.subs(z, 0) == Rational(1, 2)
    assert sp.limit(sigmoid, z, sp.oo) == 1
    assert sp.limit(sigmoid, z, -sp.oo) == 0
    grid = np.linspace(-30, 30, 61)
    exact = sp.lambdify(z, sigmoid, "numpy")(grid)
    assert Bernoulli().mean(grid) == pytest.approx(exact, rel=1e-14)


def test_bin_slope() -> None:
    one_minus = exp(-z) / (1 + exp(-z))
    same(1 - sigmoid, one_minus)
    quarter = Rational(1, 4) - (sigmoid - Rational(1, 2)) ** 2
    same(
        sigmoid.diff(z),
        exp(-z) / (1 + exp(-z)) ** 2,
        sigmoid * one_minus,
        sigmoid * (1 - sigmoid),
        quarter,
    )
    assert (Rational(1, 4) - quarter).is_nonnegative


def test_bin_boundary() -> None:
    for value in np.random.default_rng(1).normal(size=200):
        lines = (
            1 / (1 + np.exp(-value)) >= 0.5,
            1 + np.exp(-value) <= 2,
            np.exp(-value) <= 1,
            value >= 0,
        )
        assert len(set(lines)) == 1


def test_bin_logit() -> None:
    of_z = sigmoid
    same(1 / of_z, 1 + exp(-z))
    same((1 - of_z) / of_z, exp(-z))
    same(of_z / (1 - of_z), exp(z))
    same(log(of_z / (1 - of_z)), z)
    same(sigmoid.subs(z, log(q / (1 - q))), q)  # and upwards


def test_bin_bayes() -> None:
    prior, yes, no = sp.symbols("pi f1 f0", positive=True)
    evidence = prior * yes + (1 - prior) * no
    odds = (prior * yes / evidence) / ((1 - prior) * no / evidence)
    same(odds, prior / (1 - prior) * yes / no)
    # "Gaussian with one common covariance": the log of the ratio is linear in x, in two dimensions.
    x = sp.Matrix(sp.symbols("x1 x2", real=True))
    precision = sp.Matrix([[2, 1], [1, 3]])
    means = sp.Matrix([1, -1]), sp.Matrix([0, 2])
    log_ratio = sum(
        sign * ((x - mean).T * precision * (x - mean))[0] / 2
        for sign, mean in zip((-1, 1), means, strict=True)
    )
    assert sp.Poly(sp.expand(log_ratio), *x).total_degree() == 1
    # And then the sigmoid of it is the posterior probability.
    point, chance = np.array([0.3, 0.4]), 0.3
    covariance = np.linalg.inv(np.array(precision, dtype=float))
    f1, f0 = (
        stats.multivariate_normal(np.array(mean, dtype=float).ravel(), covariance).pdf(point)
        for mean in means
    )
    raw = np.log(chance / (1 - chance)) + float(log_ratio.subs(dict(zip(x, point, strict=True))))
    assert expit(raw) == pytest.approx(chance * f1 / (chance * f1 + (1 - chance) * f0), rel=1e-12)


def test_bin_nll() -> None:
    likelihood = sp.prod(qi**yi * (1 - qi) ** (1 - yi) for qi, yi in zip(qs, ys, strict=True))
    terms = [yi * log(qi) + (1 - yi) * log(1 - qi) for qi, yi in zip(qs, ys, strict=True)]
    by_powers = sum(log(qi**yi) + log((1 - qi) ** (1 - yi)) for qi, yi in zip(qs, ys, strict=True))
    bce = -sum(terms) / n
    for labels in product((0, 1), repeat=n):
        seen = at(labels)
        chances = sp.prod(qi if label else 1 - qi for qi, label in zip(qs, labels, strict=True))
        assert likelihood.subs(seen) == chances  # the product over independent examples
        same(
            log(likelihood.subs(seen)),
            by_powers.subs(seen),
            sum(terms).subs(seen),
        )
        same(-log(likelihood.subs(seen)), -sum(terms).subs(seen), (n * bce).subs(seen))


def test_bin_prices() -> None:
    same(-log(sigmoid), log(1 + exp(-z)))
    same(
        -log(1 - sigmoid),
        -log(exp(-z) / (1 + exp(-z))),
        z + log(1 + exp(-z)),
        softplus,
    )


def test_bin_softplus() -> None:
    same(
        -y * log(sigmoid) - (1 - y) * log(1 - sigmoid),
        y * log(1 + exp(-z)) + (1 - y) * softplus,
        y * (softplus - z) + (1 - y) * softplus,
        softplus - y * z,
    )
    for label in (0, 1):  # the same with labels −1 and 1
        same((softplus - y * z).subs(y, label), log(1 + exp(-(2 * label - 1) * z)))


def test_bin_gradient() -> None:
    loss = softplus - y * z
    same(loss.diff(z), exp(z) / (1 + exp(z)) - y, sigmoid - y)
    w, c = sp.symbols("w c", real=True)
    x = sp.symbols("x1:4", real=True)
    models = (
        [c + w * xi + sp.sin(w * c * xi) for xi in x],  # any z of two parameters
        [c + w * xi for xi in x],
    )
    for model in models:
        nll = sum(loss.subs({z: zi, y: yi}) for zi, yi in zip(model, ys, strict=True))
        pulls = [sigmoid.subs(z, zi) - yi for zi, yi in zip(model, ys, strict=True)]
        for parameter in (w, c):
            chain = sum(p * zi.diff(parameter) for p, zi in zip(pulls, model, strict=True))
            same(nll.diff(parameter), chain)
    design = sp.Matrix([[1, xi] for xi in x])
    linear = design.T * sp.Matrix(pulls)
    for parameter, entry in zip((c, w), linear, strict=True):
        same(nll.diff(parameter), entry)


def test_bin_cancel() -> None:
    loss = -y * log(q) - (1 - y) * log(1 - q)
    same(loss.diff(q), -y / q + (1 - y) / (1 - q), (q - y) / (q * (1 - q)))
    same(loss.diff(q) * q * (1 - q), q - y)


def test_bin_balance() -> None:
    rng = np.random.default_rng(2)
    X = add_intercept(rng.normal(size=(80, 3)))
    labels = (rng.random(80) < 0.3).astype(int)
    chances = expit(X @ maximum_likelihood(Bernoulli(), X, labels).theta)
    assert chances.sum() == pytest.approx(labels.sum(), rel=1e-10)
    without = expit(X[:, 1:] @ maximum_likelihood(Bernoulli(), X[:, 1:], labels).theta)
    assert abs(without.sum() - labels.sum()) > 1, "this takes an intercept"


def test_bin_curvature() -> None:
    loss = softplus - y * z
    same(loss.diff(z, 2), (sigmoid - y).diff(z), sigmoid * (1 - sigmoid))
    w, c = sp.symbols("w c", real=True)
    x = sp.symbols("x1:4", real=True)
    raw = [c + w * xi for xi in x]
    nll = sum(loss.subs({z: zi, y: yi}) for zi, yi in zip(raw, ys, strict=True))
    design = sp.Matrix([[1, xi] for xi in x])
    D = sp.diag(*[(sigmoid * (1 - sigmoid)).subs(z, zi) for zi in raw])
    hessian = design.T * D * design
    for i, first in enumerate((c, w)):
        for j, second in enumerate((c, w)):
            same(nll.diff(first, second), hessian[i, j])


def test_bin_odds_ratio() -> None:
    x, w = sp.symbols("x w", real=True)
    same(exp(b + w * (x + 1) + y) / exp(b + w * x + y), exp(w))
    chance = sigmoid.subs(z, b + w * x)
    odds = chance / (1 - chance)
    same(odds.subs(x, x + 1) / odds, exp(w))


def test_bin_decide() -> None:
    rng = np.random.default_rng(3)
    for a, c, chance in rng.uniform(0.01, 0.99, size=(500, 3)):
        lines = (
            (1 - chance) * a < chance * c,
            chance > a / (a + c),
            np.log(chance / (1 - chance)) > np.log(a / c),
        )
        assert len(set(lines)) == 1


def test_bin_separable() -> None:
    # For a yes m = z, for a no m = −z, and the price is log(1 + e^(−m)) either way.
    for label in (0, 1):
        same((softplus - y * z).subs(y, label), log(1 + exp(-(2 * label - 1) * z)))
    along = sum(log(1 + exp(-t * mi)) for mi in m)
    slope = -sum(mi / (1 + exp(t * mi)) for mi in m)
    same(along.diff(t), slope)
    margins = dict(zip(m, (Rational(1, 3), 1, 5), strict=True))
    assert sp.limit(along.subs(margins), t, sp.oo) == 0
    assert all(slope.subs(margins).subs(t, value).is_negative for value in (1, 10, 100))


def test_bin_stable() -> None:
    same(softplus, log(exp(z) * (exp(-z) + 1)), z + log(1 + exp(-z)))
    same(softplus, sp.Max(z, 0) + log(1 + exp(-abs(z))))


def test_bin_pos_weight() -> None:
    c, p = sp.symbols("c p", positive=True)
    loss = -c * p * log(q) - (1 - p) * log(1 - q)
    same(loss.diff(q), -c * p / q + (1 - p) / (1 - q))
    (best,) = sp.solve(loss.diff(q), q)
    same(best / (1 - best), c * p / (1 - p))
    weighted, honest = log(best / (1 - best)), log(p / (1 - p)) + log(c)
    for values in ({c: 4, p: Rational(1, 5)}, {c: Rational(1, 3), p: Rational(9, 10)}):
        assert float(weighted.subs(values)) == pytest.approx(float(honest.subs(values)), rel=1e-14)
