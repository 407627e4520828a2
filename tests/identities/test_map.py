"""Every displayed equation of Chapter 6, line by line.

`test_map_bayes` proves the equation labelled `map-bayes`, and so on: see `test_every_equation.py`.
"""

from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
import torch
from scipy import integrate, stats
from scipy.optimize import minimize_scalar
from sympy import Rational, exp, log, pi, sqrt

from mlelib import (
    Bernoulli,
    BetaPrior,
    Gaussian,
    GaussianPrior,
    LaplacePrior,
    Objective,
    add_intercept,
    maximum_a_posteriori,
    maximum_likelihood,
    people,
)

# sympy 1.14 calls what mpmath 1.4 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:bitcount function is deprecated")

theta, tau, scale, sigma, lam, a, b, h, t, n = sp.symbols(
    "theta tau b_ sigma lambda a b h t n", positive=True
)
curvature, mle = sp.symbols("H w_hat", positive=True)
w = sp.symbols("w1:4", real=True)
square = sum(each**2 for each in w)


def same(*lines: sp.Expr) -> None:
    """Assert that the lines of a derivation are one expression."""
    for above, below in pairwise(lines):
        difference = sp.simplify(sp.expand_log(sp.expand(above - below), force=True))
        assert difference == 0, difference


def beta(x: sp.Expr, first: sp.Expr, second: sp.Expr) -> sp.Expr:
    return x ** (first - 1) * (1 - x) ** (second - 1)


def test_map_bayes() -> None:
    likelihood, prior = theta**3, 6 * theta * (1 - theta)  # three heads, Beta(2, 2)
    assert sp.integrate(prior, (theta, 0, 1)) == 1
    joint = likelihood * prior
    evidence = sp.integrate(joint, (theta, 0, 1))
    posterior = joint / evidence
    same(posterior * evidence, likelihood * prior)
    assert sp.integrate(posterior, (theta, 0, 1)) == 1
    assert evidence == Rational(1, 5)
    assert sp.integrate(posterior, (theta, Rational(1, 2), 1)) == Rational(57, 64)  # 0.891


def test_map_beta() -> None:
    same(
        log(theta**h * (1 - theta) ** t * beta(theta, a, b)),
        log(theta ** (h + a - 1) * (1 - theta) ** (t + b - 1)),
        log(beta(theta, h + a, t + b)),
    )
    slope = sp.diff(log(beta(theta, h + a, t + b)), theta)
    peak = (h + a - 1) / (h + t + a + b - 2)
    assert sp.simplify(slope.subs(theta, peak)) == 0
    area = sp.integrate(beta(theta, sp.Integer(5), sp.Integer(2)), (theta, 0, 1))
    assert float(area) == pytest.approx(1 / float(stats.beta(5, 2).pdf(0.3) / (0.3**4 * 0.7)))
    mode = maximum_a_posteriori(Bernoulli(), np.ones((3, 1)), np.ones(3, int), BetaPrior(2, 2))
    assert 1 / (1 + np.exp(-mode.theta[0])) == pytest.approx(4 / 5)


def test_map_argmax() -> None:
    """Four functions of θ with one argmax, for a prior that is far from flat."""
    grid = np.linspace(0.001, 0.999, 99_801)
    likelihood, prior = stats.binom(10, grid).pmf(7), stats.beta(4, 9).pdf(grid)
    evidence = integrate.trapezoid(likelihood * prior, grid)
    lines = [
        likelihood * prior / evidence,
        likelihood * prior,
        np.log(likelihood) + np.log(prior),
        -(-np.log(likelihood) - np.log(prior)),
    ]
    peaks = {grid[np.argmax(line)] for line in lines}
    assert len(peaks) == 1
    assert peaks.pop() == pytest.approx((7 + 3) / (10 + 3 + 8), abs=1e-5)
    assert grid[np.argmax(likelihood * np.ones_like(grid))] == pytest.approx(0.7, abs=1e-5)


def test_map_gaussian() -> None:
    density = [exp(-(each**2) / (2 * tau**2)) / (sqrt(2 * pi) * tau) for each in w]
    lines = (
        -sum(log(each) for each in density),
        sum(log(sqrt(2 * pi) * tau) + each**2 / (2 * tau**2) for each in w),
        3 * log(sqrt(2 * pi) * tau) + square / (2 * tau**2),
    )
    same(*lines)
    ours = -GaussianPrior(0.6).log_prob([0.3, -1.0, 2.0]).sum()
    values = dict(zip(w, (0.3, -1.0, 2.0), strict=True)) | {tau: 0.6}
    assert float(lines[-1].subs(values)) == pytest.approx(ours, rel=1e-13)
    assert sp.integrate(density[0].subs(tau, 2), (w[0], -sp.oo, sp.oo)) == 1
    wrong_sign = exp(w[0] ** 2 / 8)
    assert sp.integrate(wrong_sign, (w[0], -sp.oo, sp.oo)) == sp.oo  # as the text says


def test_map_laplace() -> None:
    density = [exp(-sp.Abs(each) / scale) / (2 * scale) for each in w]
    length = sum(sp.Abs(each) for each in w)
    lines = -sum(log(each) for each in density), 3 * log(2 * scale) + length / scale
    same(*lines)
    values = dict(zip(w, (0.3, -1.0, 2.0), strict=True)) | {scale: 0.6}
    ours = -LaplacePrior(0.6).log_prob([0.3, -1.0, 2.0]).sum()
    assert float(lines[1].subs(values)) == pytest.approx(ours, rel=1e-13)


@pytest.mark.parametrize("best", [2.0, 0.3, -2.0, -0.3])
def test_map_shrink(best: float) -> None:
    h_value, width = 4.0, 0.5
    data = Gaussian(1 / np.sqrt(h_value)), np.ones((1, 1)), np.array([best])
    share = maximum_a_posteriori(*data, GaussianPrior(width)).theta[0]
    assert share == pytest.approx(best * h_value / (h_value + 1 / width**2), rel=1e-12)
    amount = maximum_a_posteriori(*data, LaplacePrior(width)).theta[0]
    expected = np.sign(best) * max(abs(best) - 1 / (h_value * width), 0)
    assert amount == pytest.approx(expected, abs=1e-12)
    if h_value * abs(best) <= 1 / width:
        assert amount == 0
    single = w[0]
    zero = curvature * (single - mle) + single / tau**2
    assert sp.simplify(zero.subs(single, mle * curvature / (curvature + 1 / tau**2))) == 0
    zero = curvature * (single - mle) + 1 / scale
    assert sp.simplify(zero.subs(single, mle - 1 / (curvature * scale))) == 0


def test_map_lambda() -> None:
    nll = sp.Symbol("NLL", positive=True)
    whole = nll + square / (2 * tau**2)
    same(whole / n, nll / n + square / (2 * n * tau**2))
    named = nll / n + lam / 2 * square
    same(whole / n, named.subs(lam, 1 / (n * tau**2)))


def test_map_lambda_squared() -> None:
    residual = sp.symbols("r1:6", real=True)
    total = sum(each**2 for each in residual) / n
    mean_nll = total / (2 * sigma**2) + square / (2 * n * tau**2)
    half = total / 2 + Rational(1, 2) * sigma**2 / (n * tau**2) * square
    plain = total + Rational(1, 2) * 2 * sigma**2 / (n * tau**2) * square
    same(mean_nll * sigma**2, half)
    same(half * 2, plain)
    prior = GaussianPrior(0.3)
    for loss, factor in (("half squared error", 1), ("squared error", 2)):
        ours = prior.weight_decay(40, loss, sigma=0.7)
        assert ours == pytest.approx(factor * 0.49 / (40 * 0.09), rel=1e-13)


def test_map_tau() -> None:
    assert sp.solve(sp.Eq(lam, 1 / (n * tau**2)), tau) == [1 / sqrt(lam * n)]
    (width,) = sp.solve(sp.Eq(lam, 2 * sigma**2 / (n * tau**2)), tau)
    same(width, sigma * sqrt(2 / (n * lam)))
    widths = [1 / np.sqrt(count * 1e-4) for count in (300, 50_000, 1_281_167)]
    for count, width in zip((300, 50_000, 1_281_167), widths, strict=True):
        assert GaussianPrior(width).weight_decay(count) == pytest.approx(1e-4)


def test_map_wash() -> None:
    """The first-order formula, its error of second order, on nested samples of the people."""
    crowd = people(100_000)
    X = add_intercept(np.column_stack([(crowd.height - 1.70) / 0.094, (crowd.weight - 67) / 14.5]))
    prior = GaussianPrior(1.0, np.array([True, False, False]))
    errors, distances, sizes = [], [], np.array([1000, 10_000, 100_000])
    for size in sizes:
        data = Bernoulli(), X[:size], crowd.diet[:size]
        mode = maximum_a_posteriori(*data, prior).theta
        best = maximum_likelihood(*data).theta
        mean_hessian = Objective(*data).hessian(best) / size
        predicted = np.linalg.solve(mean_hessian, -prior.gradient(mode)) / size
        distances.append(np.linalg.norm(mode - best))
        errors.append(np.linalg.norm(mode - best - predicted))
    assert np.polyfit(np.log(sizes), np.log(distances), 1)[0] == pytest.approx(-1, abs=0.05)
    assert np.polyfit(np.log(sizes), np.log(errors), 1)[0] == pytest.approx(-2, abs=0.15)


def test_map_rest() -> None:
    """Each rule's rest, found by PyTorch's own step from there: the weight does not move."""
    g, decay = torch.tensor([0.5], dtype=torch.float64), 0.25  # binary fractions: no rounding
    w_rest = -g / decay  # g + λw = 0
    for name in ("SGD", "Adam"):
        weight = w_rest.clone().requires_grad_()
        optimiser = getattr(torch.optim, name)([weight], lr=0.5, weight_decay=decay)
        for _ in range(3):
            weight.grad = g.clone()
            optimiser.step()
        torch.testing.assert_close(weight.detach(), w_rest, rtol=0, atol=1e-6)
    # AdamW under a constant gradient: A(g) = g/(|g| + ε), which is ±1, so w = −1/λ.
    weight = torch.tensor([-1 / decay], dtype=torch.float64).requires_grad_()
    optimiser = torch.optim.AdamW([weight], lr=0.5, weight_decay=decay)
    for _ in range(3):
        weight.grad = g.clone()
        optimiser.step()
    torch.testing.assert_close(
        weight.detach(), torch.tensor([-4.0], dtype=torch.float64), atol=1e-5, rtol=0
    )
    weight = w_rest.clone().requires_grad_()
    optimiser = torch.optim.AdamW([weight], lr=0.5, weight_decay=decay)
    weight.grad = g.clone()
    optimiser.step()
    assert abs(weight.item() - w_rest.item()) > 0.1


def test_map_adamw() -> None:
    g, epsilon, weight = sp.symbols("g epsilon w", positive=True)
    (size,) = sp.solve(sp.Eq(g / (g + epsilon), lam * weight), g)
    same(size, epsilon * lam * weight / (1 - lam * weight))
    # and a weight of PyTorch's AdamW stands still there, a large ε making the formula visible
    eps, decay, at = 0.5, 0.2, 2.0
    pull = -eps * decay * at / (1 - decay * at)
    weight_t = torch.tensor([at], dtype=torch.float64).requires_grad_()
    optimiser = torch.optim.AdamW([weight_t], lr=0.1, weight_decay=decay, eps=eps)
    for _ in range(5):
        weight_t.grad = torch.tensor([pull], dtype=torch.float64)
        optimiser.step()
    assert weight_t.item() == pytest.approx(at, abs=1e-12)


def test_map_jacobian() -> None:
    z = sp.symbols("z", real=True)
    sigmoid = 1 / (1 + exp(-z))
    same(sp.diff(sigmoid, z), sigmoid * (1 - sigmoid))
    density = beta(theta, h + a, t + b) * theta * (1 - theta)
    ratio = density / (theta ** (h + a) * (1 - theta) ** (t + b))
    assert sp.powsimp(ratio) == 1
    peak = (h + a) / (h + t + a + b)
    slope = sp.diff(log(theta ** (h + a) * (1 - theta) ** (t + b)), theta)
    assert sp.simplify(slope.subs(theta, peak)) == 0
    after = stats.beta(9, 5)

    def density_z(value: float) -> float:
        bias = 1 / (1 + np.exp(-value))
        return float(after.pdf(bias) * bias * (1 - bias))

    assert integrate.quad(density_z, -30, 30)[0] == pytest.approx(1, abs=1e-8)
    found = minimize_scalar(lambda v: -density_z(v), bounds=(-3, 3), method="bounded").x
    assert 1 / (1 + np.exp(-found)) == pytest.approx(9 / 14, abs=1e-5)
