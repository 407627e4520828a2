"""Theorems about likelihoods, over all of them, and oracles that know nothing of the package."""

from collections.abc import Callable
from itertools import combinations_with_replacement

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from registry import CASES, Case, one_hot
from scipy.optimize import brentq

from mlelib import losses
from mlelib.likelihoods import (
    Bernoulli,
    Categorical,
    Gamma,
    Gaussian,
    Laplace,
    Likelihood,
    Poisson,
    ScaledGaussian,
    StudentT,
)

Array = np.ndarray
every = pytest.mark.parametrize("case", CASES, ids=str)
SMOOTH = [case for case in CASES if not isinstance(case.likelihood, Laplace)]
PAIR = ["nll", "log_prob", "loss", "gradient", "curvature"]


def rows(case: Case) -> Array:
    """z as (n, m), also where m = 1."""
    return case.z.reshape(len(case.y), -1)


def squeeze(likelihood: Likelihood, z: Array) -> Array:
    """(..., m) as the likelihood takes it."""
    return z[..., 0] if likelihood.outputs == 1 else z


def model(case: Case, z: Array) -> tuple[Array, Array, Array]:
    """All of p(y | z) at the one raw output z (m,): y (q,), z for each of them, and weights (q,).

    The weights are p(y | z) dy, so that an expectation is a sum. Discrete sums are exact, up to the
    tail of the counts. On each half of a line y = z ± eᵛ, and the trapezoid rule in v
    converges like e^(−c/h) for these densities, heavy tails and poles included (Stenger 1993).
    """
    likelihood = case.likelihood
    v = np.arange(-90, 90, 0.05)
    match case.support:
        case "labels":
            y = np.arange(max(likelihood.outputs, 2))
            widths = np.ones(len(y))
        case "counts":
            y = np.arange(np.ceil(np.exp(z[0]) + 20 * np.exp(z[0] / 2) + 60))
            widths = np.ones(len(y))
        case "positive":
            y, widths = np.exp(v), 0.05 * np.exp(v)
        case "real":
            y = np.concatenate([z[0] + np.exp(v), z[0] - np.exp(v)])
            widths = np.tile(0.05 * np.exp(v), 2)
    copies = squeeze(likelihood, np.tile(z, (len(y), 1)))
    return y, copies, np.exp(likelihood.log_prob(y, copies)) * widths


def spread(weights: Array, values: Array) -> tuple[Array, Array]:
    """E[v vᵀ] for v (q, m), and E[v]."""
    return np.einsum("q,qk,ql->kl", weights, values, values), weights @ values


# What the book says: a loss is a negative log-likelihood.


@every
def test_nll_is_loss_plus_constant_and_log_prob_its_negative(case: Case) -> None:
    lik, y, z = case.likelihood, case.y, case.z
    assert lik.constant(y).shape == y.shape
    assert np.allclose(lik.nll(y, z), lik.loss(y, z) + lik.constant(y), rtol=1e-15, atol=0)
    assert np.array_equal(lik.log_prob(y, z), -lik.nll(y, z))


@every
def test_the_loss_is_the_textbooks(case: Case) -> None:
    textbook = case.loss(case.y, case.z)
    assert np.allclose(case.likelihood.loss(case.y, case.z), textbook, rtol=1e-12, atol=1e-12)


@every
def test_the_constant_is_free_of_z(case: Case) -> None:
    lik, y = case.likelihood, case.y
    gap = lik.nll(y, case.z) - lik.loss(y, case.z)
    elsewhere = np.roll(case.z, 3, axis=0) / 2
    assert np.allclose(gap, lik.nll(y, elsewhere) - lik.loss(y, elsewhere), rtol=0, atol=1e-13)
    if case.support == "labels":
        assert np.array_equal(lik.constant(y), np.zeros(len(y)))


def test_a_deviance_is_never_negative_and_zero_at_the_saturated_model() -> None:
    counts = np.array([1.0, 2.0, 3.0, 7.0, 1e3, 1e15, 1e300])
    amounts = np.array([1e-300, 1e-9, 0.1, 1.0, 3.0, 1e9, 1e300])
    for lik, y in [(Poisson(), counts), (Gamma(2.0), amounts)]:
        assert np.all(lik.loss(y, np.log(y)) <= 1e-27 * y + 1e-27)
        near = np.log(y) + np.linspace(-1e-6, 1e-6, 2001)[:, None]
        assert np.all(lik.loss(y, near) >= 0)
    assert np.array_equal(Poisson().loss(np.zeros(2), [-800.0, 1.0]), [0.0, np.exp(1.0)])


# Oracles.


@every
def test_log_prob_equals_scipys(case: Case) -> None:
    distribution = case.distribution(case.z)
    if isinstance(case.likelihood, Categorical):
        theirs = distribution.logpmf(one_hot(case.y, case.likelihood.classes))
    elif case.support in ("labels", "counts"):
        theirs = distribution.logpmf(case.y)
    else:
        theirs = distribution.logpdf(case.y)
    assert np.allclose(case.likelihood.log_prob(case.y, case.z), theirs, rtol=1e-12, atol=1e-13)


@every
def test_without_checks_the_values_are_the_same(case: Case) -> None:
    lik = case.likelihood
    y = lik.targets(case.y.tolist())
    for name in ["nll", "loss", "gradient", "curvature"]:
        unchecked = getattr(lik, f"_{name}")(y, case.z.copy())
        assert np.array_equal(unchecked, getattr(lik, name)(case.y, case.z))
    assert np.array_equal(lik._constant(y), lik.constant(case.y))


def near(got: float, parts: list[mpf], tolerance: float) -> None:
    """`got` is the sum of the parts, within the tolerance of the largest.

    1e-25: what `mp.diff` at 40 digits makes of a derivative that is 0.
    """
    assert abs(got - mp.fsum(parts)) <= tolerance * max(map(abs, parts)) + 1e-25, (got, parts)


@every
def test_log_prob_is_within_1e_14_of_its_largest_term(case: Case) -> None:
    with mp.workdps(50):
        for stretch in (1e-3, 1.0, 1e2):
            z = case.z * stretch
            got = case.likelihood.nll(case.y, z)
            for value, y, row in zip(got, case.y, z.reshape(len(z), -1), strict=True):
                near(float(value), case.terms(mpf(float(y)), [mpf(float(v)) for v in row]), 1e-14)


WIDE = {
    "real": st.floats(-1e100, 1e100),
    "positive": st.floats(1e-100, 1e100),
    "counts": st.one_of(st.integers(0, 10**4), st.integers(0, 2**53)),
}


@pytest.mark.parametrize("case", [c for c in CASES if c.support in WIDE], ids=str)
@settings(deadline=None)
@given(data=st.data())
def test_and_so_it_is_in_the_domain_stated(case: Case, data: st.DataObject) -> None:
    y = data.draw(WIDE[case.support])
    exponent = st.floats(-300, 300)
    first = WIDE["real"] if case.support == "real" else exponent
    z = [data.draw(first), *(data.draw(exponent) for _ in range(case.likelihood.outputs - 1))]
    got = case.likelihood.nll([y], squeeze(case.likelihood, np.array([z])))
    with mp.workdps(250):
        parts = case.terms(mpf(y), [mpf(v) for v in z])
        assume(max(map(abs, parts)) < 1e307)  # no square overflows
        near(float(got[0]), parts, 1e-14)


def term(case: Case, y: mpf, t: int) -> Callable:
    return lambda *z: case.terms(y, list(z))[t]


@every
def test_gradient_and_curvature_are_the_derivatives(case: Case) -> None:
    lik, m = case.likelihood, case.likelihood.outputs
    gradient = lik.gradient(case.y, case.z).reshape(-1, m)
    curvature = lik.curvature(case.y, case.z).reshape(-1, m, m)
    with mp.workdps(40):
        for i, (y, row) in enumerate(zip(case.y, rows(case), strict=True)):
            target, point = mpf(float(y)), [mpf(float(v)) for v in row]
            terms = [term(case, target, t) for t in range(len(case.terms(target, point)))]
            for k in range(m):
                order = tuple(int(j == k) for j in range(m))
                near(gradient[i, k], [mp.diff(f, point, order) for f in terms], 1e-13)
            for k, l in list(combinations_with_replacement(range(m), 2))[:12]:  # noqa: E741
                order = tuple(int(j == k) + int(j == l) for j in range(m))
                near(curvature[i, k, l], [mp.diff(f, point, order) for f in terms], 1e-13)
                assert curvature[i, k, l] == curvature[i, l, k]


TORCH = [
    (Gaussian(2**-0.5), lambda y, z: torch.nn.functional.mse_loss(z, y, reduction="none"), 0),
    (Laplace(), lambda y, z: torch.nn.functional.l1_loss(z, y, reduction="none"), 0),
    (
        Poisson(),
        lambda y, z: torch.nn.functional.poisson_nll_loss(z, y, reduction="none"),
        lambda y: y - y * np.log(np.maximum(y, 1)),
    ),
    (
        Bernoulli(),
        lambda y, z: torch.nn.functional.binary_cross_entropy_with_logits(z, y, reduction="none"),
        0,
    ),
    (
        Categorical(3),
        lambda y, z: torch.nn.functional.cross_entropy(z, y.long(), reduction="none"),
        0,
    ),
    (
        ScaledGaussian(),
        lambda y, z: torch.nn.functional.gaussian_nll_loss(
            z[:, 0], y, torch.exp(2 * z[:, 1]), reduction="none", eps=1e-300
        ),
        0,
    ),
    (StudentT(3.0, 0.5), lambda y, z: -torch.distributions.StudentT(3.0, z, 0.5).log_prob(y), None),
    (
        Gamma(4.5),
        lambda y, z: -torch.distributions.Gamma(4.5, 4.5 * torch.exp(-z)).log_prob(y),
        None,
    ),
]


@pytest.mark.parametrize(("likelihood", "theirs", "dropped"), TORCH, ids=lambda v: str(v)[:20])
def test_torch_agrees_in_value_and_gradient(
    likelihood: Likelihood, theirs: Callable, dropped: Callable | int | None
) -> None:
    """`dropped`: what torch's loss leaves out of ours (a function of y), or None: it is the nll."""
    case = next(c for c in CASES if type(c.likelihood) is type(likelihood))
    z = case.z if likelihood.outputs == 1 else np.resize(case.z, (len(case.y), likelihood.outputs))
    y = case.y % 3 if isinstance(likelihood, Categorical) else case.y
    raw = torch.tensor(z, requires_grad=True)
    loss = theirs(torch.tensor(np.asarray(y, dtype=np.float64)), raw)
    loss.sum().backward()
    if dropped is None:
        ours = likelihood.nll(y, z)
    else:
        ours = likelihood.loss(y, z) + (dropped(y) if callable(dropped) else dropped)
    assert np.allclose(ours, loss.detach().numpy(), rtol=1e-12, atol=1e-13)
    assert np.allclose(likelihood.gradient(y, z), raw.grad.numpy(), rtol=1e-12, atol=1e-13)


def test_a_printed_example() -> None:
    """y = (0, 0, 1, 0), p = (.2, .1, .65, .05): the cross-entropy is −log .65 = 0.43078….

    A double cannot hold .65, and −log of the double next to it differs in the 16th digit.
    """
    p = np.array([0.2, 0.1, 0.65, 0.05])
    with mp.workdps(30):
        decimal, double = -mp.log(mpf("0.65")), -mp.log(mpf(0.65))
        assert mp.nstr(decimal, 16) == "0.4307829160924543"
        assert mp.nstr(double, 16) == "0.4307829160924542"
    by_likelihood = Categorical(4).nll([2], np.log(p)[None])[0]
    by_formula = losses.cross_entropy([[0, 0, 1, 0]], [p])[0]
    assert f"{by_likelihood:.16f}" == mp.nstr(decimal, 16)
    assert f"{by_formula:.16f}" == mp.nstr(double, 16)
    assert f"{by_likelihood:.15f}" == f"{by_formula:.15f}" == mp.nstr(decimal, 15)


# What makes it a distribution, and the identities of the score (Fisher).


@every
def test_total_probability_is_one(case: Case) -> None:
    for z in rows(case):
        _, _, weights = model(case, z)
        assert weights.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_score_has_mean_zero(case: Case) -> None:
    for z in rows(case):
        y, copies, weights = model(case, z)
        score = case.likelihood.gradient(y, copies).reshape(len(y), -1)
        square, mean = spread(weights, score)
        assert np.allclose(mean, 0, rtol=0, atol=1e-11 * np.sqrt(np.diag(square)).max())


@pytest.mark.parametrize("case", SMOOTH, ids=str)
def test_the_mean_curvature_is_the_variance_of_the_score(case: Case) -> None:
    """Without Laplace: its curvature sits in the kink, where no derivative sees it."""
    m = case.likelihood.outputs
    for z in rows(case):
        y, copies, weights = model(case, z)
        square, _ = spread(weights, case.likelihood.gradient(y, copies).reshape(-1, m))
        curvature = case.likelihood.curvature(y, copies).reshape(-1, m, m)
        mean = np.einsum("q,qkl->kl", weights, curvature)
        assert np.allclose(mean, square, rtol=1e-11, atol=1e-11 * np.abs(square).max())


@pytest.mark.parametrize("case", [c for c in CASES if c.dispersion], ids=str)
def test_canonical_links_the_gradient_is_mean_minus_target_over_the_dispersion(case: Case) -> None:
    lik = case.likelihood
    target = one_hot(case.y, lik.classes) if isinstance(lik, Categorical) else case.y
    expected = (lik.mean(case.z) - target) / case.dispersion
    assert np.allclose(lik.gradient(case.y, case.z), expected, rtol=1e-13, atol=1e-15)


# Mean, mode, samples.


@every
def test_the_mean_is_the_expected_target(case: Case) -> None:
    lik = case.likelihood
    if case.moments <= 1:
        with pytest.raises(ValueError, match="df must be above 1"):
            lik.mean(case.z)
        return
    for z, mean in zip(rows(case), lik.mean(case.z), strict=True):
        y, _, weights = model(case, z)
        target = one_hot(y, lik.classes) if isinstance(lik, Categorical) else y
        # a tail like y^−ν: what lies beyond the quadrature is e^(90 (1 − ν))
        assert np.allclose(weights @ target, mean, rtol=1e-11, atol=1e-12)


@every
def test_the_mode_is_the_most_probable_target(case: Case) -> None:
    lik = case.likelihood
    modes = lik.mode(case.z)
    for z, mode in zip(rows(case), modes, strict=True):
        y, copies, _ = model(case, z)
        density = lik.log_prob(y, copies)
        if isinstance(lik, Gamma) and lik.shape <= 1:
            assert mode == 0
            assert np.all(np.diff(density[:1000]) <= 1e-12)  # it never falls as y nears 0
            assert lik.shape == 1 or density[0] > 40
        else:
            at_mode = lik.log_prob([mode], squeeze(lik, z[None]))[0]
            assert at_mode >= density.max() - 1e-14 * abs(density.max())


def test_the_mode_of_a_poisson_is_the_floor_of_its_rate() -> None:
    rates = np.array([0.3, 1.5, 2.0000001, 6.999])
    assert np.array_equal(Poisson().mode(np.log(rates)), [0, 1, 2, 6])
    assert Poisson().mode([0.0])[0] == 1  # the tie of 0 and 1
    assert Poisson().log_prob([0], [0.0]) == Poisson().log_prob([1], [0.0])


def test_the_mode_at_a_tie_of_classes_is_the_lowest() -> None:
    assert Bernoulli().mode([0.0])[0] == 0
    assert Categorical(3).mode([[1.0, 2.0, 2.0]])[0] == 1


@every
def test_samples_have_the_models_moments(case: Case) -> None:
    """Features with finite variance, each mean within 5 standard errors of the exact one."""
    lik, draws = case.likelihood, 4000
    rng = np.random.default_rng(11)
    features = [np.arctan, lambda y: np.arctan(y) ** 2, lambda y: np.arctan(3 * y)]
    if case.moments > 4:
        features += [lambda y: 1.0 * y, lambda y: 1.0 * y**2]
    sample = lik.sample(np.broadcast_to(case.z, (draws, *case.z.shape)), rng)
    assert sample.shape == (draws, len(case.y))
    for i, z in enumerate(rows(case)):
        y, _, weights = model(case, z)
        for feature in features:
            exact = weights @ feature(y)
            error = np.sqrt(max(weights @ feature(y) ** 2 - exact**2, 0) / draws)
            assert abs(feature(sample[:, i]).mean() - exact) <= 5 * error + 1e-12


@every
def test_samples_are_targets_and_repeat_with_the_seed(case: Case) -> None:
    lik = case.likelihood
    first, second = (lik.sample(case.z, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first, second)
    assert np.isfinite(lik.nll(first, case.z)).all()
    assert (first.dtype.kind == "i") == (case.support in ("labels", "counts"))


def test_a_poisson_too_large_to_draw_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"z must be below 43\.7"):
        Poisson().sample([1.0, 50.0], np.random.default_rng(0))


# The best constant.

LINKED = [c for c in CASES if isinstance(c.likelihood, Gaussian | Poisson | Gamma | Bernoulli)]


@pytest.mark.parametrize("case", LINKED, ids=str)
def test_the_best_constant_predicts_the_mean(case: Case) -> None:
    lik, y = case.likelihood, case.y

    def slope(z: float) -> float:
        return lik.gradient(y, np.full(len(y), z)).sum()

    best = brentq(slope, -20, 20, xtol=1e-13)
    assert lik.mean([best])[0] == pytest.approx(y.mean(), rel=1e-11)
    total = [lik.nll(y, np.full(len(y), z)).sum() for z in (best - 0.01, best, best + 0.01)]
    assert total[1] < min(total[0], total[2])


def test_the_best_constant_of_a_laplace_is_the_median() -> None:
    y = np.array([3.0, -1.0, 100.0, 2.0, 2.5])
    candidates = np.linspace(-2, 101, 1031)[:, None] * np.ones(5)
    total = Laplace().nll(y, candidates).sum(axis=1)
    assert candidates[total.argmin(), 0] == pytest.approx(np.median(y), abs=1e-9)


def test_the_best_constant_of_a_categorical_is_the_frequencies() -> None:
    y = np.array([0, 0, 1, 2, 2, 2])
    z = np.tile(np.log(np.bincount(y) / 6), (6, 1))
    assert np.allclose(Categorical(3).gradient(y, z).sum(axis=0), 0, atol=1e-15)


def test_the_best_constant_of_a_scaled_gaussian_is_mean_and_root_mean_square() -> None:
    y = np.array([3.0, -1.0, 4.0, 1.5])
    z = np.tile([y.mean(), np.log(y.std())], (4, 1))
    assert np.allclose(ScaledGaussian().gradient(y, z).sum(axis=0), 0, atol=1e-14)


# Shape in z.


@every
def test_convex_in_z_where_claimed_and_only_there(case: Case) -> None:
    m = case.likelihood.outputs
    curvature = case.likelihood.curvature(case.y, 10 * case.z).reshape(-1, m, m)
    eigenvalues = np.linalg.eigvalsh(curvature)  # (n, m), ascending
    if case.convex:
        assert np.all(eigenvalues[:, 0] >= -1e-15 * np.abs(eigenvalues[:, -1]))
    else:
        assert np.any(eigenvalues[:, 0] < -1e-3 * np.abs(eigenvalues[:, -1]))


REAL = st.floats(-50, 50)


@pytest.mark.parametrize("case", [c for c in CASES if c.convex], ids=str)
@settings(deadline=None)
@given(data=st.data())
def test_no_chord_passes_below_a_convex_nll(case: Case, data: st.DataObject) -> None:
    m = case.likelihood.outputs
    point = st.lists(REAL, min_size=m, max_size=m).map(np.array)
    a, b, t = data.draw(point), data.draw(point), data.draw(st.floats(0, 1))
    at = np.stack([a, b, (1 - t) * a + t * b])
    y = case.y[data.draw(st.integers(0, len(case.y) - 1))]
    first, last, between = case.likelihood.nll(np.full(3, y), squeeze(case.likelihood, at))
    line = (1 - t) * first + t * last
    assert between <= line + 1e-12 * (1 + abs(first) + abs(last))


@settings(deadline=None)
@given(z=st.integers(-(2**40), 2**40), fraction=st.integers(0, 2**10 - 1))
def test_two_classes_are_a_bernoulli(z: int, fraction: int) -> None:
    logit = np.full(2, z / 2**10 * 1.0 + fraction / 2**20)
    pair = np.stack([np.zeros(2), logit], axis=-1)
    y = np.array([0, 1])
    two, coin = Categorical(2), Bernoulli()
    assert np.allclose(two.nll(y, pair), coin.nll(y, logit), rtol=6e-16, atol=0)
    assert np.allclose(two.gradient(y, pair)[:, 1], coin.gradient(y, logit), rtol=6e-16, atol=0)
    assert np.allclose(two.mean(pair)[:, 1], coin.mean(logit), rtol=6e-16, atol=0)
    assert np.allclose(
        two.curvature(y, pair)[:, 1, 1], coin.curvature(y, logit), rtol=1e-15, atol=0
    )


@settings(deadline=None)
@given(
    z=st.lists(st.integers(-(2**30), 2**30), min_size=2, max_size=8),
    shift=st.integers(-(2**50), 2**50),
)
def test_a_shift_of_all_z_changes_no_digit_of_a_categorical(z: list[int], shift: int) -> None:
    """Whole numbers below 2^53, so that the sums are exact."""
    classes = len(z)
    y, rows = np.arange(classes), np.tile(np.array(z, dtype=float), (classes, 1))
    lik = Categorical(classes)
    assert np.array_equal(lik.nll(y, rows + shift), lik.nll(y, rows))
    assert np.array_equal(lik.mean(rows + shift), lik.mean(rows))


# Batches.


@every
def test_batch_axes_equal_loops(case: Case) -> None:
    lik, y = case.likelihood, case.y
    scale = np.linspace(-1.5, 1.5, 6).reshape(2, 3, *np.ones(case.z.ndim, dtype=int))
    batch = case.z * scale
    names = [n for n in ["mean", "mode"] if case.moments > 1 or n == "mode"]
    for name in PAIR:
        together = getattr(lik, name)(y, batch)
        for i, j in np.ndindex(2, 3):
            alone = getattr(lik, name)(y, batch[i, j])
            assert np.allclose(together[i, j], alone, rtol=4e-15, atol=0)
    for name in names:
        together = getattr(lik, name)(batch)
        for i, j in np.ndindex(2, 3):
            assert np.allclose(together[i, j], getattr(lik, name)(batch[i, j]), rtol=4e-15, atol=0)


@every
def test_shapes_are_as_stated(case: Case) -> None:
    lik, n = case.likelihood, len(case.y)
    tail = () if lik.outputs == 1 else (lik.outputs,)
    batch = np.broadcast_to(case.z, (4, *case.z.shape))
    for name in ["nll", "loss", "log_prob"]:
        assert getattr(lik, name)(case.y, batch).shape == (4, n)
    assert lik.gradient(case.y, batch).shape == (4, n, *tail)
    assert lik.curvature(case.y, batch).shape == (4, n, *tail, *tail)
    assert lik.mode(batch).shape == (4, n)
    if case.moments > 1:
        assert lik.mean(batch).shape == (4, n, *(tail if case.support == "labels" else ()))


@every
def test_arguments_are_left_as_they_were(case: Case) -> None:
    lik, y, z = case.likelihood, case.y.copy(), case.z.copy()
    results = [getattr(lik, name)(y, z) for name in PAIR]
    results += [lik.mode(z), lik.sample(z, np.random.default_rng(0))]
    for result in results:
        result[...] = -77
    assert np.array_equal(y, case.y)
    assert np.array_equal(z, case.z)


# Out of floating range.

FINITE = st.floats(allow_nan=False, allow_infinity=False)
SUPPORTS = {
    "real": FINITE,
    "positive": st.floats(0, exclude_min=True, allow_infinity=False),
    "counts": st.one_of(st.integers(0, 10**6), FINITE.map(lambda v: np.floor(abs(v)))),
}


@every
@settings(deadline=None)
@given(data=st.data())
def test_never_nan_and_never_a_warning(case: Case, data: st.DataObject) -> None:
    lik, m = case.likelihood, case.likelihood.outputs
    labels = st.integers(0, max(m, 2) - 1)
    y = np.array([data.draw(SUPPORTS.get(case.support, labels))])
    z = squeeze(lik, np.array([data.draw(st.lists(FINITE, min_size=m, max_size=m))]))
    for name in PAIR:
        assert not np.isnan(getattr(lik, name)(y, z)).any(), name
    assert not np.isnan(lik.mode(z)).any()
    if case.moments > 1:
        assert not np.isnan(lik.mean(z)).any()


def test_what_is_out_of_range_is_infinite() -> None:
    big = np.finfo(float).max
    assert Poisson().nll([3], [1e3])[0] == np.inf
    assert Gaussian().nll([big], [-big])[0] == np.inf
    assert Gaussian(1e-200).nll([1.0], [0.0])[0] == np.inf
    assert Gaussian(1e-200).curvature([1.0], [0.0])[0] == np.inf
    assert Gamma(2.0).nll([1.0], [-1e3])[0] == np.inf
    assert ScaledGaussian().nll([1.0], [[0.0, -1e3]])[0] == np.inf
    assert Categorical(2).nll([1], [[big, -big]])[0] == np.inf
    assert Categorical(2).nll([0], [[big, -big]])[0] == 0
    assert Bernoulli().log_prob([1, 0], [-1e3, -1e3]).tolist() == [-1e3, 0]


def test_factors_out_of_range_do_not_matter_where_the_product_is_in_it() -> None:
    """y e^(−z) with y = 1e-300 and z = −1000, where e^(−z) alone is infinite."""
    with mp.workdps(40):
        product = float(mp.exp(1000) * mpf(1e-300))
    assert Gamma(1.0).curvature([1e-300], [-1000.0])[0] == pytest.approx(product, rel=4e-15)
    assert ScaledGaussian().gradient([1e-300], [[0.0, -500.0]])[0, 0] == pytest.approx(
        -product, rel=4e-15
    )


def test_a_far_outlier_of_a_student_t_is_no_overflow() -> None:
    """Its loss grows like a log, and its slope falls like 1/u, also where u² is out of range."""
    u = np.array([1e160, -1e250, 1e300])
    assert np.allclose(StudentT(1.0).loss(u, np.zeros(3)), 2 * np.log(np.abs(u)), rtol=1e-15)
    assert np.allclose(StudentT(1.0).gradient(u, np.zeros(3)), -2 / u, rtol=1e-15, atol=0)


def test_far_tails_keep_their_slope() -> None:
    """Where σ(z) − y, p − 1 and p (1 − p) would cancel or underflow to 0."""
    z = np.array([40.0, 300.0, 700.0])
    with mp.workdps(400):
        exact = [-1 / (1 + mp.exp(mpf(float(v)))) for v in z]
        bend = [float(-p * (1 + p)) for p in exact]
        exact = [float(p) for p in exact]
    y = np.ones(3, dtype=int)
    pair = np.stack([np.zeros(3), z], axis=-1)
    assert np.allclose(Bernoulli().gradient(y, z), exact, rtol=4e-16, atol=0)
    assert np.allclose(Categorical(2).gradient(y, pair)[:, 1], exact, rtol=1e-15, atol=0)
    assert np.allclose(Bernoulli().curvature(y, z), bend, rtol=1e-15, atol=0)
    for k in range(2):
        assert np.allclose(Categorical(2).curvature(y, pair)[:, k, k], bend, rtol=1e-15, atol=0)


# Bad input.

NAN, INF = float("nan"), float("inf")
BAD = [
    (lambda: Gaussian(0), "sigma must be a finite number above 0, got 0"),
    (lambda: Gaussian(-1.0), "sigma must be a finite number above 0, got -1.0"),
    (lambda: Gaussian(NAN), "sigma must be a finite number above 0, got nan"),
    (lambda: Gaussian(INF), "sigma must be a finite number above 0, got inf"),
    (lambda: Gaussian("1"), "sigma must hold real numbers"),
    (lambda: Gaussian([1.0, 2.0]), "sigma must be a single number"),
    (lambda: Laplace(-2), "scale must be a finite number above 0, got -2"),
    (lambda: StudentT(0), "df must be a finite number above 0"),
    (lambda: StudentT(3, 0), "scale must be a finite number above 0"),
    (lambda: Gamma(-0.5), "shape must be a finite number above 0"),
    (lambda: Categorical(1), "classes must be a whole number, 2 or more, got 1"),
    (lambda: Categorical(2.5), "classes must be a whole number, 2 or more, got 2.5"),
    (lambda: Categorical(None), "classes must be a whole number, 2 or more, got None"),
    (lambda: Gaussian().nll([1.0, 2.0], [1.0]), r"z must have shape \(..., 2\), got \(1,\)"),
    (lambda: Gaussian().nll([1.0], 1.0), r"z must have shape \(..., 1\), got \(\)"),
    (lambda: Gaussian().nll(1.0, [1.0]), r"y must have shape \(any,\), got \(\)"),
    (lambda: Gaussian().nll([[1.0]], [1.0]), r"y must have shape \(any,\), got \(1, 1\)"),
    (lambda: Gaussian().nll([1.0, 2.0], [[1.0], [2.0]]), r"z must have shape \(..., 2\)"),
    (lambda: Gaussian().nll([], []), "y must not be empty"),
    (lambda: Gaussian().nll([1.0], np.empty((0, 1))), "z must not be empty"),
    (lambda: Gaussian().nll([NAN], [1.0]), "y must be finite, got nan"),
    (lambda: Gaussian().gradient([1.0], [INF]), "z must be finite, got inf"),
    (lambda: Laplace().loss([-INF], [1.0]), "y must be finite, got -inf"),
    (lambda: StudentT(3).curvature([1.0], [NAN]), "z must be finite, got nan"),
    (lambda: Gaussian().nll(["1.0"], [1.0]), "y must hold real numbers"),
    (lambda: Gaussian().nll([1.0], np.array([None])), "z must hold real numbers, got dtype object"),
    (lambda: Gaussian().nll([1.0], [1j]), "z must hold real numbers, got dtype complex128"),
    (lambda: Gaussian().nll([[1.0], [1.0, 2.0]], [1.0]), "y must be a rectangular array"),
    (lambda: Gaussian().constant([NAN]), "y must be finite"),
    (lambda: Poisson().nll([-1], [0.0]), "y must hold counts 0, 1, 2, …, got -1"),
    (lambda: Poisson().nll([1.5], [0.0]), "y must hold counts 0, 1, 2, …, got 1.5"),
    (lambda: Gamma(2.0).nll([0.0], [0.0]), "y must be above 0, got 0"),
    (lambda: Bernoulli().nll([2], [0.0]), "y must hold whole labels from 0 to 1, got 2"),
    (lambda: Bernoulli().nll([-1], [0.0]), "y must hold whole labels from 0 to 1, got -1"),
    (lambda: Bernoulli().nll([0.5], [0.0]), "y must hold whole labels from 0 to 1, got 0.5"),
    (lambda: Categorical(3).nll([3], [[0.0] * 3]), "y must hold whole labels from 0 to 2, got 3"),
    (lambda: Categorical(3).nll([-1], [[0.0] * 3]), "y must hold whole labels from 0 to 2, got -1"),
    (lambda: Categorical(3).nll([1.5], [[0.0] * 3]), "y must hold whole labels from 0 to 2"),
    (lambda: Categorical(3).nll([[0, 1, 0]], [[0.0] * 3]), r"y must have shape \(any,\)"),
    (
        lambda: Categorical(3).nll([0, 1], np.zeros((3, 2))),
        r"z must have shape \(..., 2, 3\), got \(3, 2\)",
    ),
    (lambda: Categorical(3).nll([0], np.zeros(3)), r"z must have shape \(..., 1, 3\), got \(3,\)"),
    (lambda: Categorical(3).mean(np.zeros((2, 4))), r"z must have shape \(..., n, 3\)"),
    (lambda: ScaledGaussian().nll([0.0], [[1.0]]), r"z must have shape \(..., 1, 2\)"),
    (lambda: ScaledGaussian().mode([0.0, 1.0]), r"z must have shape \(..., n, 2\)"),
    (lambda: Gaussian().mean(1.0), r"z must have shape \(..., n\), got \(\)"),
    (lambda: Bernoulli().mean([NAN]), "z must be finite"),
    (lambda: Bernoulli().sample([0.0], 0), "rng must be a numpy.random.Generator, got int"),
    (lambda: Bernoulli().sample([0.0], np.random), "rng must be a numpy.random.Generator"),
]


@pytest.mark.parametrize(("call", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_input_is_named(call: Callable, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
