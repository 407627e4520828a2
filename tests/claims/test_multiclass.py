"""The claims of Chapter 4, decided again without its cells, and the numbers in its prose."""

from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_softmax, rel_entr, softmax
from scipy.stats import entropy
from sklearn.linear_model import LogisticRegression
from torch import nn

from mlelib import (
    Bernoulli,
    Categorical,
    Objective,
    QuasiSeparation,
    add_intercept,
    figures,
    losses,
    maximum_likelihood,
    penguins,
    people,
)
from mlelib.exercises.multiclass import handed_over

Floats = NDArray[np.float64]
CHAPTER = Path(__file__).parents[2] / "chapters/multiclass.md"
PROSE = " ".join(CHAPTER.read_text(encoding="utf-8").split())


def of_label(z: Floats, y: NDArray[np.int64]) -> Floats:
    """−log p_y by SciPy, which is exact enough at moderate outputs."""
    return -log_softmax(z, axis=1)[np.arange(len(y)), y]


def test_c14_zero_is_for_one_hot_targets_and_a_limit() -> None:
    rng = np.random.default_rng(1)
    for classes in (2, 3, 10):
        z = rng.normal(0, 20, (200, classes))
        nll = Categorical(classes).nll(rng.integers(classes, size=200), z)
        assert np.all(nll > 0)
        q = rng.dirichlet(np.ones(classes), 500)
        label = np.eye(classes)[np.zeros(500, dtype=int)]
        ce = losses.cross_entropy(label, q)
        assert np.all((ce == 0) == (q[:, 0] == 1))
        assert losses.cross_entropy(label[:1], label[:1])[0] == 0

        soft = rng.dirichlet(np.full(classes, 5.0))  # no entry near 0
        lowest = minimize(
            lambda raw, t=soft: -(t @ log_softmax(raw)), np.zeros(classes), options={"gtol": 1e-10}
        )
        assert lowest.fun == pytest.approx(entropy(soft), rel=1e-9)
        assert softmax(lowest.x) == pytest.approx(soft, abs=1e-4)
        assert lowest.fun > 0.1

    # Equal inputs with different labels: no model reaches 0.
    y = np.array([0, 0, 1])
    best = maximum_likelihood(Categorical(2), np.ones((3, 1)), y)
    assert best.value / 3 == pytest.approx(entropy([2 / 3, 1 / 3]), rel=1e-9)


def by_size(z: Floats) -> Floats:
    return np.abs(z) / np.abs(z).sum()


def test_c26_absolute_values_forget_the_signs() -> None:
    rng = np.random.default_rng(2)
    for _ in range(50):
        z = rng.normal(size=4)
        images = {tuple(by_size(z * signs)) for signs in product((-1, 1), repeat=4)}
        assert len(images) == 1
        assert by_size(3 * z) == pytest.approx(by_size(z), rel=1e-15)
        told_apart = {tuple(softmax(z * signs)) for signs in product((-1, 1), repeat=4)}
        assert len(told_apart) == 16
    # "That of |z|/Σ|z| is not" convex: on the way from −1 to 1 the NLL of class 0 is infinite.
    with np.errstate(divide="ignore"):
        ends, middle = (
            [-np.log(by_size(np.array([a, 1.0, 1.0]))[0]) for a in (-1, 1)],
            -np.log(by_size(np.array([0.0, 1.0, 1.0]))[0]),
        )
    assert middle == np.inf > max(ends)


def test_c27_softmax_forgets_a_shift_and_nothing_else() -> None:
    rng = np.random.default_rng(3)
    for classes in (2, 3, 8):
        z = rng.normal(size=classes)
        for c in (-50.0, 0.3, 100.0):
            assert softmax(z + c) == pytest.approx(softmax(z), rel=1e-12)
        back = np.log(softmax(z))
        assert np.ptp(back - z) < 1e-12
        p = softmax(z)
        jacobian = np.diag(p) - np.outer(p, p)
        assert np.linalg.matrix_rank(jacobian, tol=1e-12) == classes - 1
        assert jacobian @ np.ones(classes) == pytest.approx(0, abs=1e-15)


def test_c28_the_signs_of_the_jacobian() -> None:
    rng = np.random.default_rng(4)
    for _ in range(200):
        z, j = rng.normal(0, 3, 6), rng.integers(6)
        raised = z + rng.uniform(0.01, 2) * np.eye(6)[j]
        others = np.arange(6) != j
        before, after = softmax(z), softmax(raised)
        assert after[j] > before[j]
        assert np.all(after[others] < before[others])
        falls = after[others] / before[others]  # all by one factor
        assert falls == pytest.approx(falls[0], rel=1e-12)
        assert np.array_equal(expit(raised)[others], expit(z)[others])


def test_c30_gibbs_inequality() -> None:
    rng = np.random.default_rng(5)
    for alpha in (0.2, 1.0, 20.0):
        t, q = rng.dirichlet(np.full(5, alpha), (2, 2000)) + 1e-9
        t, q = (rows / rows.sum(axis=1, keepdims=True) for rows in (t, q))
        gap = losses.cross_entropy(t, q) - entropy(t, axis=1)
        assert np.all(gap > 0)
        assert gap == pytest.approx(rel_entr(t, q).sum(axis=1), rel=1e-6, abs=1e-9)
        assert losses.cross_entropy(t, t) == pytest.approx(entropy(t, axis=1), rel=1e-12)
    # "around its minimum the cross-entropy is a parabola": ten times nearer, a hundred times less
    t, direction = np.array([0.5, 0.3, 0.2]), np.array([1, -1, 0])
    far, near = (rel_entr(t, t + step * direction).sum() for step in (1e-3, 1e-4))
    assert far / near == pytest.approx(100, rel=0.01)


def test_c32_the_log_is_of_the_models_probability() -> None:
    y, p = np.array([0, 0, 1, 0]), np.array([0.2, 0.1, 0.65, 0.05])
    assert y @ np.log(p) == pytest.approx(np.log(0.65), rel=1e-15)
    assert -Categorical(4).nll([2], np.log(p)[None])[0] == pytest.approx(np.log(0.65), rel=1e-14)
    with np.errstate(divide="ignore"):
        assert p @ np.log(y) == -np.inf
    for phrase in ("−log 0.65", "the *third*, since labels count from 0"):
        assert phrase in PROSE


def test_c47_the_true_class_alone_needs_probabilities_that_sum_to_one() -> None:
    y = np.repeat([0, 1, 2], [5, 3, 2])
    constant = np.ones((10, 1))
    # Softmax: the term alone finds the shares.
    alone = minimize(lambda z: of_label(np.tile(z, (10, 1)), y).sum(), np.zeros(3))
    assert softmax(alone.x) == pytest.approx([0.5, 0.3, 0.2], abs=1e-5)
    # Sigmoids: it goes to 0 whatever the labels are.
    for s, bound in ((5, 1e-2), (50, 1e-20)):
        assert np.all(Bernoulli().nll(np.ones(10, dtype=int), np.full(10, float(s))) < bound)
    # With all terms they find the shares too.
    for k, share in enumerate((0.5, 0.3, 0.2)):
        fit = maximum_likelihood(Bernoulli(), constant, (y == k).astype(int))
        assert expit(fit.theta[0]) == pytest.approx(share, rel=1e-9)


def in_logs(crowd: object) -> Floats:
    return add_intercept(np.log(np.column_stack([crowd.height, crowd.weight])))


def test_c49_a_sum_of_one_is_no_calibration() -> None:
    seen, new = people(5000, seed=11), people(40_000, seed=12)
    theta = maximum_likelihood(Categorical(3), in_logs(seen), seen.weight_class).theta
    z = in_logs(new) @ theta

    def gaps(z: Floats) -> Floats:
        """Mean confidence less accuracy, in ten bins of confidence."""
        says, right = softmax(z, axis=1).max(axis=1), z.argmax(axis=1) == new.weight_class
        order = np.argsort(says)
        return np.array([says[part].mean() - right[part].mean() for part in np.split(order, 10)])

    # A bin's accuracy has a standard error of at most ½/√4000 = 0.008.
    assert np.abs(gaps(z)).max() < 0.03
    assert gaps(3 * z).max() > 0.15
    assert np.array_equal(z.argmax(axis=1), (3 * z).argmax(axis=1))
    assert softmax(3 * z, axis=1).sum(axis=1) == pytest.approx(1, abs=1e-12)
    assert of_label(3 * z, new.weight_class).mean() > of_label(z, new.weight_class).mean() + 0.2


@pytest.fixture
def birds() -> tuple[Floats, NDArray[np.int64]]:
    data = penguins()
    return add_intercept(data.flipper_length_mm - 200), data.species


def test_estimates_of_species_equal_scikit_learns(birds: tuple[Floats, NDArray[np.int64]]) -> None:
    X, y = birds
    fit = maximum_likelihood(Categorical(3), X, y)
    # a smaller tol asks for less than rounding allows: on some machines its line search gives up
    other = LogisticRegression(C=np.inf, tol=1e-8, max_iter=10_000, solver="newton-cg")
    other.fit(X[:, 1:], y)
    theirs = np.vstack([other.intercept_, other.coef_[:, 0]])
    theirs -= theirs.mean(axis=1, keepdims=True)  # the same convention: sums of 0
    assert fit.theta == pytest.approx(theirs, abs=1e-6)
    assert softmax(X @ fit.theta, axis=1) == pytest.approx(other.predict_proba(X[:, 1:]), abs=1e-6)


def test_the_prose_about_the_penguins_states_their_numbers(
    birds: tuple[Floats, NDArray[np.int64]],
) -> None:
    X, y = birds
    x, n = X[:, 1] + 200, len(y)
    near = np.bincount(y[(x >= 200) & (x <= 204)], minlength=3)
    assert "{} Adelies, {} Chinstraps, {} Gentoo".format(*near) in PROSE
    fit = maximum_likelihood(Categorical(3), X, y)

    def even(k: int, j: int) -> float:
        b, w = fit.theta[:, k] - fit.theta[:, j]
        return float(200 - b / w)

    for phrase in (
        f"Of {n} birds",
        f"“{fit.theta[1, 2]:+.2f} against".replace("“", '"'),
        f"take over from Adelies at {even(1, 0):.1f} mm",
        f"hand over to Gentoos at {even(2, 1):.1f} mm",
        f"its even point at {even(2, 0):.1f} mm",
    ):
        assert phrase in PROSE, phrase
    w = fit.theta[1, 2] - fit.theta[1, 0]
    assert np.exp(w) == pytest.approx(2, abs=0.05)  # "doubles the odds"
    p = softmax(np.array([1, even(2, 0) - 200]) @ fit.theta)
    assert p.argmax() == 1  # "neither of the two is the most probable"

    lengths = np.unique(x)
    sizes = np.array([np.sum(x == length) for length in lengths])
    floor = sum(
        size / n * entropy(np.bincount(y[x == length]))
        for length, size in zip(lengths, sizes, strict=True)
    )
    without = entropy(np.bincount(y))
    assert f"From {without:.3f} to {fit.value / n:.3f} nats a bird" in PROSE
    assert f"Below {floor:.3f} no model" in PROSE
    assert f"{np.sum(sizes < 5)} of the {len(lengths)} lengths" in PROSE
    assert f"{np.sum(y == 1)} Chinstraps and {np.sum(y == 0)} Adelies" in PROSE


def test_the_shift_is_a_zero_eigenvalue(birds: tuple[Floats, NDArray[np.int64]]) -> None:
    X, y = birds
    scaled = X / [1, X[:, 1].std()]
    objective = Objective(Categorical(3), scaled, y)
    rng = np.random.default_rng(6)
    for theta in (np.zeros((2, 3)), rng.normal(size=(2, 3))):
        eigenvalues = np.linalg.eigvalsh(objective.hessian(theta))
        assert eigenvalues[:2] == pytest.approx(0, abs=1e-10)
        assert eigenvalues[2] > 0.01
        shift = rng.normal(size=(2, 1))
        assert objective.value(theta + shift) == pytest.approx(objective.value(theta), rel=1e-12)
        assert objective.gradient(theta).sum(axis=1) == pytest.approx(0, abs=1e-9)


def test_with_bill_depth_beside_it_there_is_no_fit() -> None:
    data = penguins()
    x, depth, y = data.flipper_length_mm, data.bill_depth_mm, data.species
    with pytest.raises(QuasiSeparation):
        maximum_likelihood(Categorical(3), add_intercept(np.column_stack([x, depth])), y)
    rule = x - 5 * depth - 125
    assert rule[y == 2].min() > 0 > rule[y != 2].max()
    z = np.zeros((len(y), 3))
    z[:, 2] = rule
    others = np.sum(y != 2)
    assert f"What stays, {others} times log 2" in PROSE
    excess = [of_label(scale * z, y).sum() - others * np.log(2) for scale in (0.1, 1, 3)]
    assert np.all(np.diff(excess) < 0)
    assert 0 < excess[2] < 1e-4
    gentoo, rest = np.log1p(2 * np.exp(-rule[y == 2])), np.log(2) + np.log1p(np.exp(rule) / 2)
    assert of_label(z, y)[y == 2] == pytest.approx(gentoo, rel=1e-9)
    assert of_label(z, y)[y != 2] == pytest.approx(rest[y != 2], rel=1e-9)
    # "for the other two classes there is an overlap and finite coefficients"
    pair = y != 2
    two = add_intercept(np.column_stack([x - 200, depth - 17]))[pair]
    assert maximum_likelihood(Bernoulli(), two, y[pair]).converged


def test_the_prose_about_people_states_their_numbers() -> None:
    crowd = people()
    fit = maximum_likelihood(Categorical(3), in_logs(crowd), crowd.weight_class)
    truth = 16 * np.array([[np.log(18.5), 0, -np.log(25)], [2, 0, -2], [-1, 0, 1]])
    assert softmax(in_logs(crowd) @ truth, axis=1) == pytest.approx(
        people().p_class(crowd.height, crowd.weight), rel=1e-9
    )
    truth -= truth.mean(axis=1, keepdims=True)
    away = np.abs(fit.theta - truth) / fit.standard_errors
    assert f"The farthest is {away.max():.1f} standard errors away" in PROSE
    assert np.mean(away < 1) > 0.5
    nll = of_label(in_logs(crowd) @ truth, crowd.weight_class).sum()
    assert fit.value < nll  # "It always is, on the data that were fitted"
    new = people(50_000, seed=5)
    of_fit, of_truth = (of_label(in_logs(new) @ t, new.weight_class) for t in (fit.theta, truth))
    gap = of_fit - of_truth
    assert gap.mean() > 2 * gap.std() / np.sqrt(len(gap))  # "On many new people the truth wins"


def test_the_prose_about_the_dials_states_their_numbers(
    birds: tuple[Floats, NDArray[np.int64]],
) -> None:
    X, y = birds
    t = 0.9 * np.eye(3)[0] + 0.1 / 3
    for phrase in (
        f"for K = 3 and ε = 0.1 it is {np.log(t[0] / t[1]):.2f}",
        f"never falls below H(t) = {entropy(t):.3f}",
        f"1 − ε + ε/K = {t[0]:.3f}",
    ):
        assert phrase in PROSE, phrase

    # On the separable birds smoothing has a finite minimum: the outputs end at the log-odds.
    separable = np.array([[1.0, -1.0], [1.0, 1.0]])
    soft = 0.8 * np.eye(2) + 0.1

    def smoothed(theta: Floats) -> float:
        return float(
            losses.cross_entropy(soft, softmax(separable @ theta.reshape(2, 2), axis=1)).sum()
        )

    end = minimize(smoothed, np.zeros(4), options={"gtol": 1e-9})
    assert softmax(separable @ end.x.reshape(2, 2), axis=1) == pytest.approx(soft, abs=1e-5)

    w = np.array([1, 2, 1])
    plain = softmax(X @ maximum_likelihood(Categorical(3), X, y).theta, axis=1)
    rows = np.repeat(np.arange(len(y)), w[y])
    theta = maximum_likelihood(Categorical(3), X[rows], y[rows]).theta
    weighted, undone = (softmax(X @ theta - shift, axis=1) for shift in (0, np.log(w)))
    assert f"which is {plain[:, 1].mean():.3f} without weights" in PROSE
    assert "the plain probabilities are back, to 0.01" in PROSE
    assert np.abs(undone - plain).max() == pytest.approx(0.01, abs=5e-4)
    assert np.abs(weighted - plain).max() > 0.15
    found = [np.sum((q.argmax(axis=1) == 1) & (y == 1)) for q in (plain, weighted)]
    assert found[1] > 2 * found[0]  # "more than twice as many Chinstraps"
    assert np.mean(weighted.argmax(axis=1) == y) < np.mean(plain.argmax(axis=1) == y)

    # In a right model with much data the weights are the shift by log w and nothing else.
    crowd = people(20_000, seed=13)
    repeated = np.repeat(np.arange(len(crowd.height)), w[crowd.weight_class])
    before, after = (
        maximum_likelihood(Categorical(3), in_logs(crowd)[some], crowd.weight_class[some]).theta
        for some in (np.arange(len(crowd.height)), repeated)
    )
    z = in_logs(crowd) @ (after - before)
    moved = z - z[:, :1]
    # The slopes have standard errors near 0.1 at n = 100,000; log BMI varies by a few tenths.
    assert moved.mean(axis=0) == pytest.approx(np.log(w), abs=0.05)


def test_the_prose_about_language_models_states_their_numbers() -> None:
    text = "the bird dives . the fish swims . the bird eats the fish . the bird sleeps ."
    tokens = text.split()
    pairs = list(pairwise(tokens))
    assert f"one −log per pair, {len(pairs)} of them" in PROSE
    after = {a: [d for c, d in pairs if c == a] for a, _ in pairs}
    p = np.array([after[a].count(b) / len(after[a]) for a, b in pairs])
    perplexity = np.prod(p) ** (-1 / len(p))
    assert f"{perplexity:.2f} says: the model is as unsure" in PROSE
    assert (after["the"].count("bird"), len(after["the"])) == (3, 5)  # "three cases of five"
    new = "the fish eats the bird ."
    assert f'new = "{new}"' in PROSE
    never = {f"{a} {b}" for a, b in pairwise(new.split()) if (a, b) not in pairs}
    assert never == {"fish eats", "bird ."}

    words = sorted(set(tokens))
    ids = [words.index(token) for token in tokens]
    with pytest.raises(QuasiSeparation):  # "would refuse this table as it refused the bills"
        maximum_likelihood(Categorical(len(words)), np.eye(len(words))[ids[:-1]], ids[1:])


def test_what_the_prose_says_of_pytorch(birds: tuple[Floats, NDArray[np.int64]]) -> None:
    _, y = birds
    z = np.random.default_rng(7).normal(size=(len(y), 3))
    output = torch.tensor(z, requires_grad=True)
    target, w = torch.tensor(y), np.array([1.0, 2.0, 1.0])
    loss = nn.CrossEntropyLoss(reduction="sum")(output, target)
    loss.backward()
    assert loss.item() == pytest.approx(Categorical(3).nll(y, z).sum(), rel=1e-12)
    assert output.grad.numpy() == pytest.approx(Categorical(3).gradient(y, z), abs=1e-12)
    log_p = torch.log_softmax(output, dim=1)
    picked = nn.NLLLoss()(log_p, target).item()
    assert picked == pytest.approx(loss.item() / len(y), rel=1e-12)
    p = softmax(z, axis=1)
    wrong = nn.NLLLoss()(torch.tensor(p), target).item()
    assert wrong == pytest.approx(-p[np.arange(len(y)), y].mean(), rel=1e-12)
    each = w[y] * of_label(z, y)
    weighted = nn.CrossEntropyLoss(weight=torch.tensor(w))(output, target).item()
    assert weighted == pytest.approx(each.sum() / w[y].sum(), rel=1e-12)
    smooth = nn.CrossEntropyLoss(label_smoothing=0.1)(output, target).item()
    rows = 0.9 * np.eye(3)[y] + 0.1 / 3
    assert smooth == pytest.approx(losses.cross_entropy(rows, p).mean(), rel=1e-12)
    # ignore_index: a mean over what is left
    masked = torch.where(torch.arange(len(y)) < 100, target, -100)
    left = nn.CrossEntropyLoss(ignore_index=-100)(output, masked).item()
    assert left == pytest.approx(of_label(z, y)[:100].mean(), rel=1e-12)
    twice = nn.CrossEntropyLoss()(log_p, target).item()
    assert twice == pytest.approx(loss.item() / len(y), rel=1e-12)


def test_the_prose_about_softmax_twice_states_its_numbers() -> None:
    floors = [np.log1p((classes - 1) / np.e) for classes in (3, 10, 1000)]
    said = "The floor is {:.3f} for three classes, {:.3f} for ten, {:.3f} for a thousand"
    assert said.format(*floors) in PROSE
    assert "stops near {:.2f}, {:.2f} or {:.2f}".format(*floors) in PROSE
    logits = torch.tensor([[-20.0, 0, 0]], dtype=torch.float64, requires_grad=True)
    nn.CrossEntropyLoss()(logits.softmax(dim=1), torch.tensor([0])).backward()
    assert "the doubled one with 10⁻⁹" in PROSE
    assert abs(logits.grad[0, 0].item()) == pytest.approx(1e-9, rel=0.3)

    def doubled(p: Floats, t: Floats) -> float:
        return float(-(t @ log_softmax(p)))

    # "If 70 % of your examples at some x are of class 0, … a p of 100 %": a corner, and no better
    # point in any direction, where the loss is convex in p.
    t, corner = np.array([0.7, 0.2, 0.1]), np.eye(3)[0]
    for other in np.random.default_rng(8).dirichlet(np.ones(3), 500):
        assert doubled(corner + 1e-3 * (other - corner), t) > doubled(corner, t)


def test_what_the_prose_says_of_overflow() -> None:
    z = np.array([[2, 1, 0.1], [0, -800, 3], [1000, 0, -1000]])
    y = np.array([0, 0, 1])
    with np.errstate(all="ignore"):
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        naive = -np.sum(np.eye(3)[y] * np.log(p), axis=1)
        clipped = -np.log(np.array([0.0]) + 1e-9)
    assert np.isnan(naive).tolist() == [False, True, True]  # "One of three."
    assert f"answer {clipped[0]:.1f} where 1000 is right" in PROSE
    assert Categorical(3).nll(y, z)[2] == 1000
    assert Categorical(3).gradient(y, z)[2].tolist() == [1, -1, 0]


def test_what_the_prose_says_of_the_live_figures() -> None:
    regions = figures.softmax_regions()

    def read(step: int) -> dict[str, float]:
        return {name: float(value) for name, value in regions.readout(step=step).items()}

    at_20, at_200 = read(20), read(200)
    assert at_20["accuracy"] == at_200["accuracy"] == 0.75  # "three quarters … as many"
    said = f"from {at_20['mean NLL']:.3f} to {at_200['mean NLL']:.3f}"
    assert said in PROSE
    between = [read(step)["accuracy"] for step in range(20, 201, 2)]
    assert np.ptp(between) < 0.011  # "accuracy hardly moves in between"
    triangle = figures.simplex()
    answers = [0.779, 0.639, 0.693]
    for q3, answer in zip((0.95, 0.8, 0.65), answers, strict=True):
        shown = triangle.readout(q3=q3, split=0.5, epsilon=0.3)
        assert shown["H(y, q)"] == f"{answer:.3f}"
        assert shown["y"] == "0.100, 0.100, 0.800"
    assert f"answer = {answers}" in PROSE
    kl = [answer - answers[1] for answer in (answers[0], answers[2])]
    assert f"Too sure costs {kl[0]:.3f} nats more than the truth, too unsure {kl[1]:.3f}" in PROSE
    assert f"{-np.log(0.95):.3f} at 0.95 and {-np.log(0.65):.3f} at 0.65" in PROSE


def test_the_solution_to_the_handed_over_model_states_its_numbers() -> None:
    z, y, z_new, y_new = handed_over()
    log_w = np.log([3, 1, 2])

    def nll(T: float, shift: Floats | float) -> float:
        return float(of_label(z_new / T - shift, y_new).mean())

    def best(shift: Floats | float) -> float:
        search = minimize(lambda a: of_label(z / np.exp(a) - shift, y).mean(), [0.5], tol=1e-10)
        return float(np.exp(search.x[0]))

    T, right = best(log_w), z_new.argmax(axis=1) == y_new
    mended = (z_new / T - log_w).argmax(axis=1) == y_new
    for phrase in (
        f"As handed over the NLL is {nll(1, 0.0):.3f} nats a person",
        f"better than the {entropy(np.bincount(y_new)):.3f} of the shares alone",
        f"although {right.mean():.0%} of the classes".replace("%", " %"),
        f"The best T is {T:.2f}",
        f"Mended, it is {nll(T, log_w):.3f}, and {mended.mean():.0%} are".replace("%", " %"),
        f"With T alone it is {nll(best(0.0), 0.0):.3f}",
    ):
        assert phrase in PROSE, phrase


def test_the_solutions_by_hand_state_their_numbers() -> None:
    q = np.array([0.3, 0.3, 0.4]) / [1, 1, 10]
    nll = 4 * np.log(3 / 2) + 2 * np.log(3)
    for phrase in (
        f"log 4 ≈ {np.log(4):.3f}",
        f"2·log 3 ≈ {nll:.3f}",
        f"e^({nll:.3f}/6) ≈ {np.exp(nll / 6):.3f}",
        f"({q[0] / q.sum():.3f}, {q[1] / q.sum():.3f}, {q[2] / q.sum():.4f})",
    ):
        assert phrase in PROSE, phrase
