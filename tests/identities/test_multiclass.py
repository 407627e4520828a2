"""Every displayed equation of Chapter 4, line by line: symbolic, or at random points to 1e-12.

`test_multi_nll` proves the equation labelled `multi-nll`, and so on: see `test_every_equation.py`.
"""

from itertools import pairwise, permutations, product

import numpy as np
import pytest
import sympy as sp
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax
from sympy import exp, log

from mlelib import Bernoulli, Categorical, add_intercept, losses, maximum_likelihood, penguins

# sympy 1.14 calls what mpmath 1.4 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:bitcount function is deprecated")

Floats = NDArray[np.float64]
K = 3
z = sp.symbols("z1:4", real=True)
p = sp.symbols("p1:4", positive=True)
c, x = sp.symbols("c x", real=True)
T = sp.symbols("T", positive=True)
total = sum(exp(zk) for zk in z)
soft = [exp(zk) / total for zk in z]


def same(*lines: sp.Expr) -> None:
    """Assert that the lines of a derivation are one expression."""
    for above, below in pairwise(lines):
        assert sp.simplify(sp.expand_log(above - below, force=True)) == 0


def close(*lines: Floats | float) -> None:
    """Assert that the lines of a derivation are one number, or one array."""
    for above, below in pairwise(lines):
        np.testing.assert_allclose(above, below, rtol=1e-12, atol=1e-12)


def entropy(t: Floats) -> float:
    t = t[t > 0]
    return float(-np.sum(t * np.log(t)))


def divergence(t: Floats, q: Floats) -> float:
    some = t > 0
    return float(np.sum(t[some] * np.log(t[some] / q[some])))


def crossing(t: Floats, q: Floats) -> float:
    some = t > 0
    return float(-np.sum(t[some] * np.log(q[some])))


def random_rows(seed: int, times: int = 30) -> list[tuple[int, Floats]]:
    """(label, raw outputs) for 2 to 12 classes."""
    rng = np.random.default_rng(seed)
    return [(int(rng.integers(k)), rng.normal(0, 3, k)) for k in rng.integers(2, 13, times)]


def test_multi_categorical() -> None:
    for label in range(K):
        one_hot = np.eye(K, dtype=int)[label]
        same(sp.prod(pk**ek for pk, ek in zip(p, one_hot, strict=True)), p[label])


def test_multi_softmax() -> None:
    # From the wish: p1 and p2 by p3, then the sum of 1 fixes p3.
    by_last = [p[2] * exp(zk - z[2]) for zk in z]
    same(sum(by_last), p[2] * exp(-z[2]) * total)
    (last,) = sp.solve(sum(by_last) - 1, p[2])
    same(last, exp(z[2]) / total)
    for pk, sk in zip(by_last, soft, strict=True):
        same(pk.subs(p[2], last), sk)
    for j, k in permutations(range(K), 2):
        same(log(soft[k] / soft[j]), z[k] - z[j])
    same(sum(soft), 1)
    # The inverse, up to any constant.
    back = [sk.subs(dict(zip(z, [log(pk) + c for pk in p], strict=True))) for sk in soft]
    for pk, bk in zip(p, back, strict=True):
        same(bk, pk / sum(p))


def test_multi_odds() -> None:
    for k in range(K):
        others = sum(exp(z[j]) for j in range(K) if j != k)
        same(log(soft[k] / (1 - soft[k])), log(exp(z[k]) / others), z[k] - log(others))


def test_multi_shift() -> None:
    for k in range(K):
        shifted = exp(z[k] + c) / sum(exp(zj + c) for zj in z)
        same(shifted, exp(c) * exp(z[k]) / (exp(c) * total), soft[k])


def test_multi_two() -> None:
    zero, one = z[:2]
    p1 = exp(one) / (exp(zero) + exp(one))
    sigmoid = 1 / (1 + exp(-(one - zero)))
    same(p1, sigmoid)
    rng = np.random.default_rng(0)
    y, raw = rng.integers(2, size=50), rng.normal(0, 5, (50, 2))
    chance = 1 / (1 + np.exp(raw[:, 0] - raw[:, 1]))
    close(
        -np.log(softmax(raw, axis=1)[np.arange(50), y]),
        -y * np.log(chance) - (1 - y) * np.log(1 - chance),
        Categorical(2).nll(y, raw),
        Bernoulli().nll(y, raw[:, 1] - raw[:, 0]),
    )


def test_multi_jacobian() -> None:
    for k, j in product(range(K), range(K)):
        quotient = int(k == j) * exp(z[k]) / total - exp(z[k]) * exp(z[j]) / total**2
        same(soft[k].diff(z[j]), quotient, soft[k] * (int(k == j) - soft[j]))


def test_multi_nll() -> None:
    rows = [sp.symbols(f"p{i}_1:4", positive=True) for i in range(2)]
    for labels in product(range(K), repeat=2):
        e = np.eye(K, dtype=int)[list(labels)]
        likelihood = sp.prod(row[label] for row, label in zip(rows, labels, strict=True))
        of_each = [
            sp.prod(q ** int(ek) for q, ek in zip(row, ei, strict=True))
            for row, ei in zip(rows, e, strict=True)
        ]
        same(likelihood, sp.prod(of_each))
        double = -sum(int(e[i, k]) * log(rows[i][k]) for i in range(2) for k in range(K))
        picked = -sum(log(row[label]) for row, label in zip(rows, labels, strict=True))
        same(-log(likelihood), -sum(log(one) for one in of_each), double, picked)
    rng = np.random.default_rng(13)
    y, raw = rng.integers(K, size=40), rng.normal(0, 3, (40, K))
    mean = losses.cross_entropy(np.eye(K)[y], softmax(raw, axis=1)).mean()
    close(Categorical(K).nll(y, raw).sum(), 40 * mean)


def test_multi_lse() -> None:
    for label, raw in random_rows(1):
        top = raw.max()
        close(
            -np.log(softmax(raw)[label]),
            np.log(np.exp(raw).sum()) - raw[label],
            top + np.log(np.exp(raw - top).sum()) - raw[label],
            Categorical(len(raw)).nll([label], raw[None])[0],
        )
    same(-log(soft[0]), log(total) - z[0])


def test_multi_gradient() -> None:
    for label, k in product(range(K), range(K)):
        slope = (log(total) - z[label]).diff(z[k])
        same(slope, exp(z[k]) / total - int(label == k), soft[k] - int(label == k))
    # One class's two parameters, two examples with labels 0 and 2.
    theta = sp.symbols("t1:7", real=True)  # (2, 3), row by row
    inputs = [sp.symbols(f"x{i}_1:3", real=True) for i in range(2)]
    nll, slopes = 0, [0, 0]
    for row, label in zip(inputs, (0, 2), strict=True):
        raw = [row[0] * theta[k] + row[1] * theta[3 + k] for k in range(K)]
        nll += log(sum(exp(zk) for zk in raw)) - raw[label]
        for j in range(2):
            prediction = exp(raw[2]) / sum(exp(zk) for zk in raw)
            slopes[j] += (prediction - int(label == 2)) * row[j]
    same(nll.diff(theta[2]), slopes[0])
    same(nll.diff(theta[5]), slopes[1])


def test_multi_score() -> None:
    birds = penguins()
    X, y = add_intercept(birds.flipper_length_mm - 200), birds.species
    fitted = softmax(X @ maximum_likelihood(Categorical(K), X, y).theta, axis=1)
    shares = np.bincount(y) / len(y)
    assert (fitted - np.eye(K)[y]).sum(axis=0) == pytest.approx(0, abs=1e-8)  # Newton's tolerance
    assert fitted.mean(axis=0) == pytest.approx(shares, abs=1e-10)
    through_origin = X[:, 1:]
    fitted = softmax(
        through_origin @ maximum_likelihood(Categorical(K), through_origin, y).theta, axis=1
    )
    assert np.abs(fitted.mean(axis=0) - shares).max() > 0.01  # so the intercept is needed


def test_multi_hessian() -> None:
    loss = log(total) - z[1]
    v = sp.symbols("v1:4", real=True)
    form = 0
    for k, j in product(range(K), range(K)):
        same(loss.diff(z[k], z[j]), soft[k] * (int(k == j) - soft[j]))
        form += v[k] * v[j] * p[k] * (int(k == j) - p[j])
    mean = sum(pk * vk for pk, vk in zip(p, v, strict=True))
    variance = sum(pk * (vk - mean) ** 2 for pk, vk in zip(p, v, strict=True))
    same(form, sum(pk * vk**2 for pk, vk in zip(p, v, strict=True)) - mean**2)
    last = {p[2]: 1 - p[0] - p[1]}  # the third line needs that p sums to 1
    same(form.subs(last), variance.subs(last))
    for _, raw in random_rows(2):
        eigenvalues = np.linalg.eigvalsh(Categorical(len(raw)).curvature([0], raw[None])[0])
        assert eigenvalues[0] == pytest.approx(0, abs=1e-15)
        assert eigenvalues[1] > 1e-9


def test_multi_split() -> None:
    rng = np.random.default_rng(3)
    for t, q in rng.dirichlet(np.full(5, 0.5), (40, 2)):
        close(
            losses.cross_entropy([t], [q])[0],
            -np.sum(t * np.log(q)),
            -np.sum(t * np.log(t)) + np.sum(t * np.log(t / q)),
            entropy(t) + divergence(t, q),
        )


def test_multi_gibbs() -> None:
    rng = np.random.default_rng(4)
    for t, q in rng.dirichlet(np.full(5, 0.4), (200, 2)):
        target = np.where(t < 0.05, 0, t)
        target /= target.sum()
        some = target > 0
        u = q[some] / target[some]
        assert np.all(np.log(u) <= u - 1)
        lines = [
            -divergence(target, q),
            np.sum(target[some] * (u - 1)),
            q[some].sum() - target.sum(),
        ]
        close(lines[1], lines[2])
        assert lines[0] <= lines[1] <= 1e-15  # q sums to 1 in floating point
        assert lines[0] < 0
    assert divergence(q, q) == 0


def test_multi_floor() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.integers(4, size=60), rng.integers(K, size=60)
    table = rng.dirichlet(np.ones(K), 4)
    model = -np.log(table[x, y]).mean()
    shares = [np.bincount(y[x == value], minlength=K) / np.sum(x == value) for value in range(4)]
    weight = [np.mean(x == value) for value in range(4)]
    split = sum(
        w * (entropy(share) + divergence(share, q))
        for w, share, q in zip(weight, shares, table, strict=True)
    )
    floor = sum(w * entropy(share) for w, share in zip(weight, shares, strict=True))
    close(model, split)
    assert floor < model
    with np.errstate(divide="ignore"):
        close(-np.log(np.array(shares)[x, y]).mean(), floor)


def test_multi_temperature() -> None:
    cooled = [exp(zk / T) / sum(exp(zj / T) for zj in z) for zk in z]
    same(log(cooled[0] / cooled[1]), (z[0] - z[1]) / T)
    for _, raw in random_rows(6):
        for temperature in (0.3, 1.0, 4.0):
            power = softmax(raw) ** (1 / temperature)
            close(softmax(raw / temperature), power / power.sum())


def test_multi_smooth() -> None:
    rng = np.random.default_rng(7)
    for classes, epsilon in product((2, 3, 10), (0.01, 0.1, 0.9)):
        q = rng.dirichlet(np.ones(classes))
        t = (1 - epsilon) * np.eye(classes)[1] + epsilon / classes
        close(t.sum(), 1.0)
        close(
            crossing(t, q),
            -(1 - epsilon) * np.log(q[1]) - epsilon / classes * np.log(q).sum(),
        )
        close(np.log(t[1] / t[0]), np.log(1 + classes * (1 - epsilon) / epsilon))
        assert crossing(t, q) > crossing(t, t)


def test_multi_weights() -> None:
    rng = np.random.default_rng(8)
    for _ in range(30):
        truth, q, w = rng.dirichlet(np.ones(4)), rng.dirichlet(np.ones(4)), rng.uniform(0.1, 9, 4)
        W = w @ truth
        t = w * truth / W
        close(-np.sum(w * truth * np.log(q)), W * crossing(t, q))
        assert crossing(t, t) < crossing(t, q)
        close(softmax(np.log(truth) + np.log(w) + 5.0), w * truth / np.sum(w * truth))


def test_multi_chain() -> None:
    """A joint distribution of three tokens out of three, with no independence in it."""
    joint = np.random.default_rng(9).dirichlet(np.full(27, 0.5)).reshape(3, 3, 3)
    first = joint.sum(axis=(1, 2))
    second = joint.sum(axis=2) / first[:, None]
    third = joint / joint.sum(axis=2, keepdims=True)
    for a, b, d in product(range(3), repeat=3):
        factors = np.array([first[a], second[a, b], third[a, b, d]])
        close(joint[a, b, d], np.prod(factors))
        close(-np.log(joint[a, b, d]), -np.log(factors).sum())
    alone = [joint.sum(axis=axes) for axes in ((1, 2), (0, 2), (0, 1))]
    assert np.abs(joint - np.einsum("a,b,c->abc", *alone)).max() > 0.01


def test_multi_bigram() -> None:
    n1, n2, n3 = (sp.Symbol(f"n{k}", positive=True) for k in (1, 2, 3))
    multiplier = sp.Symbol("lambda")
    row = -sum(nk * log(pk) for nk, pk in zip((n1, n2, n3), p, strict=True))
    lagrangian = row + multiplier * (sum(p) - 1)
    for nk, pk in zip((n1, n2, n3), p, strict=True):
        same(lagrangian.diff(pk), -nk / pk + multiplier)
        assert sp.solve(lagrangian.diff(pk), pk) == [nk / multiplier]
    assert sp.solve((n1 + n2 + n3) / multiplier - 1, multiplier) == [n1 + n2 + n3]
    # The first line, and that the shares are the minimum: on a text.
    ids = np.random.default_rng(10).integers(3, size=80)
    counts = np.zeros((3, 3))
    np.add.at(counts, (ids[:-1], ids[1:]), 1)
    shares = counts / counts.sum(axis=1, keepdims=True)
    close(-np.log(shares[ids[:-1], ids[1:]]).sum(), -np.sum(counts * np.log(shares)))
    fit = maximum_likelihood(Categorical(3), np.eye(3)[ids[:-1]], ids[1:])
    assert softmax(fit.theta, axis=1) == pytest.approx(shares, rel=1e-8)  # Newton's tolerance
    assert fit.value == pytest.approx(-np.sum(counts * np.log(shares)), rel=1e-12)


def test_multi_perplexity() -> None:
    for m in (1, 5, 30):
        of_each = np.random.default_rng(m).uniform(0.01, 1, m)
        mean = -np.log(of_each).mean()
        close(np.exp(mean), np.prod(1 / of_each) ** (1 / m), 2 ** (mean / np.log(2)))
    close(np.exp(-np.log(np.full(4, 1 / 8)).mean()), 8.0)  # 1/V for every word: perplexity V


def test_multi_twice() -> None:
    for label, raw in random_rows(11, 200):
        classes = len(raw)
        q = softmax(raw)
        others = np.delete(q, label)
        first = logsumexp(q) - q[label]
        close(first, np.log(1 + np.exp(others - q[label]).sum()))
        third = np.log(1 + (classes - 1) * np.exp((1 - q[label]) / (classes - 1) - q[label]))
        floor = np.log(1 + (classes - 1) / np.e)
        assert first >= third * (1 - 1e-14)  # equal at K = 2
        assert third > floor
        assert first < floor + 1  # the window of one nat
    sure = softmax(softmax(np.array([60.0, 0, 0])))
    close(-np.log(sure[0]), np.log(1 + 2 / np.e))
    close(-np.log(sure[1]), np.log(1 + 2 / np.e) + 1)


def test_multi_idempotent() -> None:
    for _, raw in random_rows(12):
        log_p = raw - logsumexp(raw)
        close(log_p - logsumexp(log_p), log_p - np.log(np.exp(log_p).sum()), log_p)
