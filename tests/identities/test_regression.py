"""Every displayed equation of Chapter 2, line by line, for three symbolic examples.

`test_reg_nll` proves the equation labelled `reg-nll`, and so on: see `test_every_equation.py`.
"""

from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
from scipy import stats
from sympy import Rational, exp, gamma, log, pi, sqrt

# sympy 1.14 calls what mpmath 1.4 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:bitcount function is deprecated")

n = 3
y = sp.symbols("y1:4", real=True)
mu = sp.symbols("mu1:4", real=True)
x = sp.symbols("x1:4", real=True)
w, c = sp.symbols("w c", real=True)
sigma, b, nu, s = sp.symbols("sigma b nu s", positive=True)
r = [yi - mi for yi, mi in zip(y, mu, strict=True)]
rss = sum(ri**2 for ri in r)
mse, mae = rss / n, sum(abs(ri) for ri in r) / n


def bell(y: sp.Expr, mu: sp.Expr) -> sp.Expr:
    return exp(-((y - mu) ** 2) / (2 * sigma**2)) / (sqrt(2 * pi) * sigma)


nll = n / (2 * sigma**2) * mse + Rational(n, 2) * log(2 * pi * sigma**2)


def same(*lines: sp.Expr) -> None:
    """Assert that the lines of a derivation are one expression."""
    for above, below in pairwise(lines):
        assert sp.simplify(sp.expand_log(above - below, force=True)) == 0


def test_reg_density() -> None:
    density = bell(y[0], mu[0])
    assert sp.integrate(density, (y[0], -sp.oo, sp.oo)) == 1
    assert sp.integrate(y[0] * density, (y[0], -sp.oo, sp.oo)) == mu[0]
    spread = sp.integrate((y[0] - mu[0]) ** 2 * density, (y[0], -sp.oo, sp.oo))
    assert sp.simplify(spread) == sigma**2


def test_reg_nll() -> None:
    likelihood = sp.prod(bell(yi, mi) for yi, mi in zip(y, mu, strict=True))
    same(
        -log(likelihood),
        -sum(log(bell(yi, mi)) for yi, mi in zip(y, mu, strict=True)),
        sum(ri**2 / (2 * sigma**2) + log(2 * pi * sigma**2) / 2 for ri in r),
        rss / (2 * sigma**2) + Rational(n, 2) * log(2 * pi * sigma**2),
        nll,
    )


def test_reg_argmin() -> None:
    kept = n / (2 * sigma**2) * mse
    assert not (nll - kept).free_symbols & set(mu)  # what is dropped first holds no parameter
    assert (kept / mse).simplify().is_positive  # what is dropped then is a positive factor


def test_reg_gradient() -> None:
    for mi, yi in zip(mu, y, strict=True):
        same(nll.diff(mi), (mi - yi) / sigma**2)
    model = [c + w * xi + sp.sin(w * c * xi) for xi in x]  # any f of two parameters
    of_theta = dict(zip(mu, model, strict=True))
    for parameter in (w, c):
        same(
            nll.subs(of_theta).diff(parameter),
            sum((m - yi) * m.diff(parameter) for m, yi in zip(model, y, strict=True)) / sigma**2,
            n / (2 * sigma**2) * mse.subs(of_theta).diff(parameter),
        )


def test_reg_sigma() -> None:
    MSE = sp.symbols("MSE", positive=True)
    of_sigma = n * MSE / (2 * sigma**2) + n * log(sigma) + Rational(n, 2) * log(2 * pi)
    same(nll, of_sigma.subs(MSE, mse))
    slope = -n / sigma**3 * MSE + n / sigma
    same(of_sigma.diff(sigma), slope)
    assert sp.solve(slope, sigma) == [sqrt(MSE)]
    assert (slope.subs(sigma, sqrt(MSE) / 2)).is_negative
    assert (slope.subs(sigma, sqrt(MSE) * 2)).is_positive


def test_reg_profile() -> None:
    MSE = sp.symbols("MSE", positive=True)
    of_both = n / (2 * sigma**2) * MSE + Rational(n, 2) * log(2 * pi * sigma**2)
    same(of_both.subs(sigma, sqrt(MSE)), n * log(MSE) / 2 + Rational(n, 2) * (1 + log(2 * pi)))


def test_reg_dof() -> None:
    # With errors e of mean 0 and covariance σ²I the residual is (I − H)e, H the hat matrix, so that
    # E‖(I − H)e‖² = σ² · trace of (I − H)ᵀ(I − H).
    rng = np.random.default_rng(2)
    for rows, d in ((2, 2), (5, 2), (40, 7)):
        X = rng.normal(size=(rows, d))
        left = np.eye(rows) - X @ np.linalg.pinv(X)
        assert np.trace(left.T @ left) == pytest.approx(rows - d, abs=1e-12)


def test_reg_predict() -> None:
    here, output = y[0], mu[0]
    slope = sp.simplify(bell(here, output).diff(here) / bell(here, output))
    same(slope, -((here - output) ** 2).diff(here) / (2 * sigma**2))  # one rises as the other falls
    assert sp.solve(slope, here) == [output]
    assert bell(here, output).diff(here, 2).subs(here, output).simplify().is_negative


def test_reg_laplace() -> None:
    of_one = [exp(-abs(ri) / b) / (2 * b) for ri in r]
    centred = exp(-abs(y[0]) / b) / (2 * b)
    assert sp.integrate(centred, (y[0], -sp.oo, sp.oo)) == 1
    same(
        -sum(log(density) for density in of_one),
        sum(abs(ri) for ri in r) / b + n * log(2 * b),
        n / b * mae + n * log(2 * b),
    )


def student_nll() -> sp.Expr:
    tails = (nu + 1) / 2 * sum(log(1 + ri**2 / (nu * s**2)) for ri in r)
    return tails + n * log(sqrt(nu * pi) * s * gamma(nu / 2) / gamma((nu + 1) / 2))


def test_reg_student() -> None:
    rng = np.random.default_rng(3)
    expression = sp.lambdify((*y, *mu, nu, s), student_nll(), ["scipy", "numpy"])
    for _ in range(20):
        values, means, df, scale = rng.normal(size=3), rng.normal(size=3), *rng.uniform(0.5, 9, 2)
        exact = -stats.t.logpdf(values, df, means, scale).sum()
        assert expression(*values, *means, df, scale) == pytest.approx(exact, rel=1e-12, abs=1e-12)


def test_reg_pull() -> None:
    same(-nll.diff(mu[0]), r[0] / sigma**2)
    same(-student_nll().diff(mu[0]), (nu + 1) * r[0] / (nu * s**2 + r[0] ** 2))
    laplace = n / b * mae + n * log(2 * b)
    same(-laplace.diff(mu[0]), sp.sign(r[0]) / b)
