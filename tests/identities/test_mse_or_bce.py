"""Every displayed equation of Chapter 5, line by line.

`test_duel_prices` proves the equation labelled `duel-prices`, and so on: see
`test_every_equation.py`.
"""

from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
import torch
from scipy.special import expit
from sympy import Rational, exp, log

from mlelib import Bernoulli, Objective, add_intercept, hessian_spectrum
from mlelib.brier import BrierObjective

# sympy 1.14 calls what mpmath 1.4 deprecates, and torch 2.13 what it deprecates itself.
pytestmark = [
    pytest.mark.filterwarnings("ignore:bitcount function is deprecated"),
    pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated"),
]

e, q, p = sp.symbols("e q p", positive=True)
u, z, y, t = sp.symbols("u z y t", real=True)
of_u = 1 / (1 + exp(-u))  # the probability of the wrong label, where u is z turned wrong side up
bce, squared = -log(1 - e), e**2
pulls = {bce: e, squared: 2 * e**2 * (1 - e)}
curvatures = {bce: e * (1 - e), squared: 2 * e**2 * (1 - e) * (2 - 3 * e)}


def same(*lines: sp.Expr) -> None:
    """Assert that the lines of a derivation are one expression."""
    for above, below in pairwise(lines):
        assert sp.simplify(above - below) == 0


def turned(y_: int) -> sp.Expr:
    """z in terms of u: u = z for a no, u = −z for a yes."""
    return -u if y_ else u


def test_duel_prices() -> None:
    for label, of_q in ((1, 1 - q), (0, q)):
        cases = {1: (-log(q), (1 - q) ** 2), 0: (-log(1 - q), q**2)}[label]
        same(cases[0], bce.subs(e, of_q))
        same(cases[1], squared.subs(e, of_q))
        for value in (Rational(1, 5), Rational(9, 10)):
            assert of_q.subs(q, value) == abs(label - value)
    # The text: e^(−squared) sums to 1.37 over the labels at q = 0, to 1.56 at q = ½.
    total = exp(-(q**2)) + exp(-((1 - q) ** 2))
    assert float(total.subs(q, 0)) == pytest.approx(1.37, abs=0.005)
    assert float(total.subs(q, Rational(1, 2))) == pytest.approx(1.56, abs=0.005)


def test_duel_series() -> None:
    same(sp.series(bce, e, 0, 6).removeO(), sum(e**k / k for k in range(1, 6)))
    grid = np.linspace(0, 1, 1001)[1:-1]
    assert np.all(-np.log1p(-grid) > grid)
    assert np.all(grid > grid**2)


def test_duel_slopes() -> None:
    same(bce.diff(e), 1 / (1 - e))
    same(squared.diff(e), 2 * e)
    ratio = (1 / (1 - e)) / (2 * e)
    same(ratio, 1 / (2 * e * (1 - e)))
    same(Rational(1, 4) - e * (1 - e), (e - Rational(1, 2)) ** 2)
    assert ratio.subs(e, Rational(1, 2)) == 2


def test_duel_gradient() -> None:
    same(of_u.diff(u), of_u * (1 - of_u))
    for loss, pull in pulls.items():
        same(loss.subs(e, of_u).diff(u), pull.subs(e, of_u))
    of_z = 1 / (1 + exp(-z))
    for label in (0, 1):
        in_z = {
            bce: -label * log(of_z) - (1 - label) * log(1 - of_z),
            squared: (label - of_z) ** 2,
        }
        same(in_z[bce].diff(z), of_z - label)
        same(in_z[squared].diff(z), 2 * (of_z - label) * of_z * (1 - of_z))
        for loss, pull in pulls.items():
            same(in_z[loss].subs(z, turned(label)), loss.subs(e, of_u))
            sign = 1 - 2 * label
            same(in_z[loss].diff(z).subs(z, turned(label)), sign * pull.subs(e, of_u))
    # The text: hardest at e = 2/3, with 8/27.
    assert sp.solve(pulls[squared].diff(e), e) == [Rational(2, 3)]
    assert pulls[squared].subs(e, Rational(2, 3)) == Rational(8, 27)


def test_duel_curvature() -> None:
    for loss, curvature in curvatures.items():
        same(loss.subs(e, of_u).diff(u, 2), curvature.subs(e, of_u))
    same((4 * e - 6 * e**2) * e * (1 - e), curvatures[squared])
    assert sp.solve(curvatures[squared] / (e**2 * (1 - e)), e) == [Rational(2, 3)]
    # The text: e > 2/3 is a label of probability below 1/3, log-odds of log 2 on the wrong side.
    same(of_u.subs(u, log(2)), Rational(2, 3))


def test_duel_hessian() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        X, theta, v = add_intercept(rng.normal(size=(9, 2))), *rng.normal(size=(2, 3))
        labels = rng.integers(0, 2, 9)
        wrong = expit((1 - 2 * labels) * (X @ theta))
        chances = expit(X @ theta)
        for objective, d in (
            (Objective(Bernoulli(), X, labels), chances * (1 - chances)),
            (BrierObjective(X, labels), 2 * wrong**2 * (1 - wrong) * (2 - 3 * wrong)),
        ):
            outer = sum(d[i] * np.outer(X[i], X[i]) for i in range(9))
            assert X.T @ np.diag(d) @ X == pytest.approx(outer, abs=1e-12)
            assert objective.hessian(theta) == pytest.approx(outer, abs=1e-12)
            assert v @ outer @ v == pytest.approx(np.sum(d * (X @ v) ** 2), abs=1e-12)
        assert wrong * (1 - wrong) == pytest.approx(chances * (1 - chances), rel=1e-9)


def test_duel_chord() -> None:
    # A bowl satisfies the definition, a hill does not, at every chord and every t.
    a, b = sp.symbols("a b", real=True)
    bowl = ((1 - t) * a**2 + t * b**2) - ((1 - t) * a + t * b) ** 2
    same(bowl, t * (1 - t) * (a - b) ** 2)


def test_duel_second() -> None:
    rng = np.random.default_rng(1)
    X, labels = rng.normal(size=(8, 2)), rng.integers(0, 2, 8)
    f = Objective(Bernoulli(), X, labels)
    for a, b in rng.normal(scale=3, size=(50, 2, 2)):
        s = torch.tensor(0.3, dtype=torch.float64)

        def along(s: torch.Tensor, a: np.ndarray = a, b: np.ndarray = b) -> torch.Tensor:
            raw = torch.tensor(X) @ (torch.tensor(a) + s * torch.tensor(b - a))
            return torch.nn.functional.softplus(torch.tensor(1.0 - 2 * labels) * raw).sum()

        second = torch.func.hessian(along)(s).item()
        at = a + 0.3 * (b - a)
        assert second == pytest.approx((b - a) @ f.hessian(at) @ (b - a), rel=1e-9)
        assert second >= 0
        for share in (0.1, 0.5, 0.8):
            chord = (1 - share) * f.value(a) + share * f.value(b)
            assert f.value((1 - share) * a + share * b) <= chord


def test_duel_stationary() -> None:
    rng = np.random.default_rng(2)
    X, labels = rng.normal(size=(30, 2)), rng.integers(0, 2, 30)
    f = Objective(Bernoulli(), X, labels)
    for a, b in rng.normal(scale=3, size=(200, 2, 2)):
        quotients = [(f.value(a + s * (b - a)) - f.value(a)) / s for s in (1, 0.5, 0.1, 1e-6)]
        limit = f.gradient(a) @ (b - a)
        # From the chord down to the tangent: each is at most the one before.
        falling = [f.value(b) - f.value(a), *quotients, limit]
        assert all(below <= above + 1e-9 for above, below in pairwise(falling))
        assert quotients[-1] == pytest.approx(limit, abs=2e-3)  # s/2 times the curvature


def test_duel_bounded() -> None:
    a, c, fa, fb, fc = sp.symbols("a c f_a f_b f_c", real=True)
    b = (1 - 1 / t) * a + c / t
    same(b.subs(c, a + t * (sp.Symbol("b") - a)), sp.Symbol("b"))
    chord = (1 - 1 / t) * fa + fc / t - fb
    same(t * chord, (t - 1) * fa + fc - t * fb)
    same((t - 1) * fa + fc - t * fb, fc - (fa + t * (fb - fa)))
    # A bounded function does break it, and a convex one does not.
    for f, convex in ((np.tanh, False), (np.logaddexp.reduce, True)):
        low, high, far = 0.0, 1.0, 50.0

        def value(x: float, f=f, convex: bool = convex) -> float:
            return float(f([0, x]) if convex else f(x))

        bound = value(low) + far * (value(high) - value(low))
        assert (value(low + far * (high - low)) >= bound) == convex


def test_duel_escape() -> None:
    tau, u0 = sp.symbols("tau u_0", positive=True)
    path = log(exp(u0) - 2 * tau)
    same(path.diff(tau), -2 * exp(-path))
    same(exp(path).diff(tau), sp.Integer(-2))
    same(path.subs(tau, 0), u0)
    # The approximation: far out, the pull is 2 exp(−u) to within 1 % from u = 6 on.
    far = np.linspace(6, 30, 50)
    wrong = expit(far)
    assert 2 * wrong**2 * expit(-far) == pytest.approx(2 * np.exp(-far), rel=0.01)
    # The text: 11,000 steps from 10, 243 million from 20.
    assert np.exp(10) / 2 == pytest.approx(11_000, rel=0.01)
    assert np.exp(20) / 2 == pytest.approx(243e6, rel=0.01)


def test_duel_step() -> None:
    f0, g2, eta, L = sp.symbols("f_0 g_2 eta L", positive=True)
    bound = f0 - eta * g2 + L / 2 * eta**2 * g2
    same(bound, f0 - eta * (1 - eta * L / 2) * g2)
    # Both losses obey it, with the bounds that the text gives for L.
    rng = np.random.default_rng(3)
    X, labels = rng.normal(size=(40, 3)), rng.integers(0, 2, 40)
    top = np.linalg.eigvalsh(X.T @ X)[-1]
    for objective, share in (
        (Objective(Bernoulli(), X, labels), 0.25),
        (BrierObjective(X, labels), 0.155),
    ):
        for theta in rng.normal(scale=3, size=(200, 3)):
            gradient = objective.gradient(theta)
            for step in np.array([0.5, 1, 1.9]) / (share * top):
                promised = step * (1 - step * share * top / 2) * (gradient @ gradient)
                after = objective.value(theta - step * gradient)
                assert after <= objective.value(theta) - promised + 1e-9
            assert np.abs(hessian_spectrum(objective, theta)).max() <= share * top
    greatest = max(
        curvatures[squared].subs(e, root) for root in sp.solve(12 * e**2 - 15 * e + 4, e)
    )
    assert 0.154 < float(greatest) < 0.155


def test_duel_parabola() -> None:
    theta, eta, L = sp.symbols("theta eta L", positive=True)
    same(theta - eta * (L / 2 * theta**2).diff(theta), (1 - eta * L) * theta)
    for product, limit in ((Rational(199, 100), 0), (Rational(201, 100), sp.oo)):
        assert sp.limit(abs(1 - product) ** t, t, sp.oo) == limit


def test_duel_layers() -> None:
    torch.manual_seed(0)
    x, label = torch.randn(4, dtype=torch.float64), torch.tensor(1.0, dtype=torch.float64)
    weights = torch.randn(9, dtype=torch.float64)

    def raw(w: torch.Tensor) -> torch.Tensor:
        return w[8] * torch.tanh(w[:4] @ x) + torch.tanh(w[4:8] @ x)

    for loss in (
        torch.nn.functional.binary_cross_entropy_with_logits,
        lambda raw_, label_: (torch.sigmoid(raw_) - label_) ** 2,
    ):
        out = raw(weights)
        first = torch.func.grad(lambda v, loss=loss: loss(v, label))
        slope, curvature = first(out), torch.func.grad(first)(out)
        bend, twist = torch.func.grad(raw)(weights), torch.func.hessian(raw)(weights)
        whole = torch.func.hessian(lambda w, loss=loss: loss(raw(w), label))(weights)
        parts = curvature * torch.outer(bend, bend) + slope * twist
        assert torch.allclose(whole, parts, rtol=1e-10, atol=1e-12)
        chained = torch.func.grad(lambda w, loss=loss: loss(raw(w), label))(weights)
        assert torch.allclose(chained, slope * bend, rtol=1e-10, atol=1e-12)


def test_duel_layer_ratio() -> None:
    shares = [curvatures[loss] / pulls[loss] for loss in (bce, squared)]
    same(shares[0], 1 - e)
    same(shares[1], 2 - 3 * e)
    same(shares[0] - shares[1], 2 * e - 1)


def test_duel_proper() -> None:
    expected = p * (1 - q) ** 2 + (1 - p) * q**2
    same(expected, p - 2 * p * q + q**2, (q - p) ** 2 + p * (1 - p))
    assert sp.solve(expected.diff(q), q) == [p]
