"""The claims of Chapter 3, decided again without its cells, and the numbers in its prose."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import minimize
from scipy.special import comb, expit, log_ndtr, logit, xlogy
from sklearn.linear_model import LogisticRegression
from torch import nn

from mlelib import (
    Bernoulli,
    CompleteSeparation,
    Estimate,
    Objective,
    add_intercept,
    gradient_descent,
    losses,
    maximum_likelihood,
    penguins,
    people,
)
from mlelib.exercises.binary import bearings

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
CHAPTER = Path(__file__).parents[2] / "chapters/binary.md"
PROSE = " ".join(CHAPTER.read_text(encoding="utf-8").split())


def states(*phrases: str) -> None:
    """Assert that the chapter says each of these, percentages with a space."""
    for phrase in phrases:
        assert phrase.replace("%", " %") in PROSE, phrase


def standardised(*columns: Floats) -> Floats:
    return add_intercept(np.column_stack([(c - c.mean()) / c.std() for c in columns]))


def logistic(X: Floats, y: Integers) -> Estimate:
    return maximum_likelihood(Bernoulli(), X, y)


@pytest.fixture
def diets() -> tuple[Floats, Integers]:
    """The people in standard deviations, as in the chapter's ten lines."""
    adults = people()
    return standardised(adults.height, adults.weight), adults.diet


@pytest.fixture
def gentoos() -> tuple[Floats, Integers]:
    """Flipper and bill depth, in standard deviations, which separate the Gentoos."""
    birds = penguins()
    gentoo = (birds.species == birds.species_names.index("Gentoo")).astype(int)
    return standardised(birds.flipper_length_mm, birds.bill_depth_mm), gentoo


@pytest.fixture
def sexes() -> tuple[Floats, Integers]:
    """Body mass in units of 100 g and bill depth in mm, and 1 for a male."""
    birds = penguins()
    return add_intercept(np.column_stack([birds.body_mass_g / 100, birds.bill_depth_mm])), birds.sex


def test_c12_a_binomial_adds_a_constant() -> None:
    rng = np.random.default_rng(1)
    x = np.repeat(np.arange(6.0), 7)
    y = (rng.random(42) < expit(0.7 * x - 2)).astype(int)
    level = np.arange(6.0)
    yes = y.reshape(6, 7).sum(axis=1)
    constant = np.log(comb(7, yes)).sum()
    for b, w in rng.normal(size=(20, 2)):
        rows = Bernoulli().nll(y, b + w * x).sum()
        groups = -stats.binom(7, expit(b + w * level)).logpmf(yes).sum()
        assert rows - groups == pytest.approx(constant, rel=1e-10)
    assert constant > 1
    one = stats.binom(1, 0.3)
    assert [one.pmf(0), one.pmf(1)] == pytest.approx([0.7, 0.3], rel=1e-15)

    # Sums of coins that differ scatter less than a binomial of the same mean.
    q = rng.uniform(size=200)
    assert np.sum(q * (1 - q)) < stats.binom(200, q.mean()).var()


def test_c13_one_term_alone_is_best_at_yes_for_all() -> None:
    y = np.array([1, 0, 0, 1, 0])
    q = np.linspace(0.001, 1, 1000)
    one_term = np.array([-xlogy(y, value).sum() for value in q])
    both = np.array([losses.binary_cross_entropy(y, value).sum() for value in q])
    assert q[one_term.argmin()] == 1
    assert one_term.min() == 0
    assert q[both.argmin()] == pytest.approx(0.4, abs=1e-3)  # the grid's step

    chances = np.random.default_rng(2).uniform(size=5)
    over_outcomes = losses.cross_entropy(
        np.column_stack([1 - y, y]), np.column_stack([1 - chances, chances])
    )
    assert over_outcomes == pytest.approx(losses.binary_cross_entropy(y, chances), rel=1e-12)


def test_c16_the_greatest_slope_of_the_sigmoid() -> None:
    z = (torch.arange(-3000.0, 3001, dtype=torch.float64) / 100).requires_grad_()
    (slope,) = torch.autograd.grad(torch.sigmoid(z).sum(), z)
    assert slope.max().item() == 0.25
    assert z[slope.argmax()].item() == 0
    assert torch.count_nonzero(slope == 0.25) == 1
    for w in (-3.0, 0.5, 20.0):
        x = (torch.arange(-1000.0, 1001, dtype=torch.float64) / 1000).requires_grad_()
        (slope,) = torch.autograd.grad(torch.sigmoid(w * x).sum(), x)
        assert slope.abs().max().item() == pytest.approx(abs(w) / 4, rel=1e-12)


def test_c17_flatness_stops_the_step_and_not_its_jump(diets: tuple[Floats, Integers]) -> None:
    X, y = diets

    def squared(theta: Floats, kind: str) -> float:
        z = X @ theta
        jump = (z > 0).astype(float)
        q = {"step": jump, "cracked": 0.8 * expit(z) + 0.2 * jump}[kind]
        return float(losses.brier(y, q).mean())

    rng = np.random.default_rng(3)
    for theta in rng.normal(size=(200, 3)):
        # No example is within 1e-9 of the jump, so the loss of the step is constant around here.
        assert np.abs(X @ theta).min() > 1e-9
        nudges = 1e-11 * np.vstack([np.eye(3), -np.eye(3)])
        assert {squared(theta + nudge, "step") for nudge in nudges} == {squared(theta, "step")}

    def descend(kind: str) -> tuple[float, float]:
        """Numeric gradients, steps of 1: the loss before and after."""
        theta = np.full(3, 0.5)
        before = squared(theta, kind)
        for _ in range(300):
            slopes = [
                (squared(theta + h, kind) - squared(theta - h, kind)) / 2e-7
                for h in 1e-7 * np.eye(3)
            ]
            theta = theta - np.clip(slopes, -1, 1)  # a difference across the jump is no slope
        return before, squared(theta, kind)

    before, after = descend("step")
    assert after == before
    before, after = descend("cracked")
    assert after < before / 2


def test_c18_the_boundary_is_linear_in_the_inputs() -> None:
    rng = np.random.default_rng(4)
    for b, *w in rng.normal(size=(50, 3)):
        normal = np.array(w) / np.linalg.norm(w)
        for q in (0.1, 0.5, 0.9):
            # All points at the distance (logit(q) − b)/|w| from 0 along w, wherever across it.
            across = rng.normal(size=(20, 1)) * [-normal[1], normal[0]]
            points = (logit(q) - b) / np.linalg.norm(w) * normal + across
            assert expit(b + points @ w) == pytest.approx(np.full(20, q), rel=1e-12)
        x = rng.normal(size=(1000, 2))
        z = b + x @ w
        assert np.array_equal(expit(z) >= 0.5, z >= 0)
    # In logs of the inputs the boundary is a curve: the middle of two of its points is off it.
    height = np.array([1.5, 1.7, 1.9])
    weight = 25 * height**2
    assert people().p_diet(height, weight) == pytest.approx(0.5, abs=1e-12)
    assert people().p_diet(height[1], weight[[0, 2]].mean()) > 0.52


def test_c21_the_nll_goes_to_its_infimum_from_every_start(
    diets: tuple[Floats, Integers], gentoos: tuple[Floats, Integers]
) -> None:
    X, y = diets
    objective, best = Objective(Bernoulli(), X, y), logistic(X, y)
    bound = np.linalg.eigvalsh(X.T @ X).max() / 4
    rng = np.random.default_rng(5)
    for theta in 20 * rng.normal(size=(200, 3)):
        assert np.linalg.eigvalsh(objective.hessian(theta)).max() <= bound
    for start in 20 * rng.normal(size=(5, 3)):
        path = gradient_descent(objective, start, 1.9 / bound, 3000)
        assert np.all(np.diff(path.values) <= 1e-9)  # rounding of a sum of 300 terms
        assert path.values[-1] == pytest.approx(best.value, rel=1e-9)
        assert path.thetas[-1] == pytest.approx(best.theta, abs=1e-4)  # full rank: one minimiser
    for start in ([0, 0, 0], [-20, -20, -20], [0, 50, -50]):
        path = gradient_descent(objective, start, 5.7 / bound, 2000)
        assert path.values[-1] > best.value + 10
        assert np.linalg.norm(path.thetas[-1] - path.thetas[-2]) > 0.1  # "jumps to and fro"

    X, y = gentoos
    bound = np.linalg.eigvalsh(X.T @ X).max() / 4
    for start in ([0, 0, 0], [-5, -5, -5], [3, -4, 5]):
        path = gradient_descent(Objective(Bernoulli(), X, y), start, 1.9 / bound, 20_000)
        assert path.values[-1] < 0.05
        lengths = np.linalg.norm(path.thetas, axis=1)
        assert lengths[2000] < lengths[6000] < lengths[20_000]


def test_c29_logits_are_logs_of_counted_odds() -> None:
    z = np.linspace(-15, 15, 301)
    assert logit(expit(z)) == pytest.approx(z, rel=1e-9, abs=1e-12)  # 1 − q loses digits
    birds = penguins()
    heavy = birds.body_mass_g > 4200
    counts = [np.bincount(birds.sex[group], minlength=2) for group in (~heavy, heavy)]
    odds = [males / females for females, males in counts]
    b, w = logistic(add_intercept(heavy.astype(int)), birds.sex).theta
    assert [b, b + w, w] == pytest.approx(
        [np.log(odds[0]), np.log(odds[1]), np.log(odds[1] / odds[0])], rel=1e-9
    )


def test_c39_least_squares_on_logits_of_labels_is_arbitrary() -> None:
    adults = people()
    X = add_intercept(np.log(np.column_stack([adults.height, adults.weight])))
    with np.errstate(divide="ignore"):
        assert np.all(np.isinf(logit(adults.diet.astype(float))))

    def least_squares(outputs: Floats) -> Floats:
        return np.linalg.lstsq(X, outputs, rcond=None)[0]

    unit = least_squares(2.0 * adults.diet - 1)
    for epsilon in (0.1, 0.01, 1e-6):
        nudged = np.where(adults.diet == 1, 1 - epsilon, epsilon)
        assert least_squares(logit(nudged)) == pytest.approx(logit(1 - epsilon) * unit, rel=1e-6)
    truth = least_squares(logit(adults.p_diet(adults.height, adults.weight)))
    assert truth == pytest.approx([-16 * np.log(25), -32, 16], rel=1e-9)
    fit = logistic(X, adults.diet)
    assert np.all(np.abs(fit.theta - truth) < fit.standard_errors)  # "within one standard error"


def perceptron(X: Floats, y: Integers, seed: int, epochs: int = 50) -> tuple[Floats, int]:
    """θ, and the mistakes of the last pass."""
    rng, theta = np.random.default_rng(seed), np.zeros(X.shape[1])
    mistakes = 0
    for _ in range(epochs):
        mistakes = 0
        for i in rng.permutation(len(y)):
            if (X[i] @ theta > 0) != y[i]:
                theta, mistakes = theta + (2 * y[i] - 1) * X[i], mistakes + 1
        if mistakes == 0:
            break
    return theta, mistakes


def nearest(X: Floats, y: Integers, theta: Floats) -> float:
    return float(np.min((2 * y - 1) * (X @ theta)) / np.linalg.norm(theta[1:]))


def widest(X: Floats, y: Integers, start: Floats, weigh_intercept: bool) -> Floats:
    """The θ of the greatest least margin, for |w| = 1, or for |θ| = 1."""
    sign = 2 * y - 1
    kept = {"type": "ineq", "fun": lambda theta: sign * (X @ theta) - 1}
    first = 0 if weigh_intercept else 1
    shortest = minimize(
        lambda t: t[first:] @ t[first:] / 2, start, constraints=[kept], method="SLSQP"
    )
    assert shortest.success
    return shortest.x


def test_c40_the_perceptron_stops_at_any_separator(
    diets: tuple[Floats, Integers], gentoos: tuple[Floats, Integers]
) -> None:
    X, y = gentoos
    bound = np.linalg.eigvalsh(X.T @ X).max() / 4
    path = gradient_descent(Objective(Bernoulli(), X, y), np.zeros(3), 1.9 / bound, 20_000)
    limit = widest(X, y, 2 * path.thetas[-1], weigh_intercept=True)
    best = nearest(X, y, widest(X, y, 2 * path.thetas[-1], weigh_intercept=False))
    assert nearest(X, y, limit) == pytest.approx(best, rel=1e-5)  # "For these birds that is"
    away = [
        np.linalg.norm(theta / np.linalg.norm(theta) - limit / np.linalg.norm(limit))
        for theta in path.thetas[[20, 200, 2000, 20_000]]
    ]
    assert np.all(np.diff(away) < 0)
    distances = []
    for seed in range(12):
        theta, mistakes = perceptron(X, y, seed)
        assert mistakes == 0
        distances.append(nearest(X, y, theta))
    assert min(distances) < 0.1 * best
    assert np.ptp(distances) > 0.5 * best
    closing = [nearest(X, y, path.thetas[step]) for step in (20, 200, 2000, 20_000)]
    assert np.all(np.diff(closing) > 0)
    assert 0.9 * best < closing[-1] < best
    states(f"from the nearest bird, which is {best:.2f}.")

    X, y = diets
    shares = []
    for seed in range(12):
        theta, mistakes = perceptron(X, y, seed)
        assert mistakes > 0
        shares.append(np.mean((X @ theta > 0) == y))
    assert np.ptp(shares) > 0.1
    assert max(shares) <= np.mean((X @ logistic(X, y).theta > 0) == y) + 0.01


def test_c46_zero_and_one_leave_only_the_bernoulli(diets: tuple[Floats, Integers]) -> None:
    for labels in ([0, 0, 1], [1] * 7 + [0], [0, 1]):  # any numbers 0 and 1, however they arose
        m = np.mean(labels)
        assert np.var(labels) == pytest.approx(m * (1 - m), rel=1e-14)
    mixture = stats.betabinom(1, 2, 5)  # a coin whose bias is drawn first
    assert mixture.pmf([0, 1]) == pytest.approx(stats.bernoulli(2 / 7).pmf([0, 1]), rel=1e-12)

    # The form may be wrong …
    adults = people()
    careful = (adults.weight_class != 1).astype(int)
    u = np.log(adults.bmi / 21.5)
    straight = logistic(add_intercept(u), careful)
    bent = logistic(add_intercept(np.column_stack([u, u**2])), careful)
    assert straight.value - bent.value > 24  # "dozens of nats"
    # … and so may independence: twice the rows, the same estimate, too sure by √2.
    X, y = diets
    once, twice = logistic(X, y), logistic(np.repeat(X, 2, axis=0), np.repeat(y, 2))
    assert twice.theta == pytest.approx(once.theta, rel=1e-8)
    assert once.standard_errors / twice.standard_errors == pytest.approx(np.sqrt(2), rel=1e-8)


def test_the_fits_equal_scikit_learns_without_a_penalty(sexes: tuple[Floats, Integers]) -> None:
    birds = penguins()
    X, y = sexes
    designs = [X, X[:, :2], X[:, [0, 2]], standardised(birds.body_mass_g, birds.bill_depth_mm)]
    for design in designs:
        theirs = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000, solver="newton-cholesky")
        theirs.fit(design[:, 1:], y)
        found = np.r_[theirs.intercept_, theirs.coef_[0]]
        assert logistic(design, y).theta == pytest.approx(found, rel=1e-6, abs=1e-6)
    # "Unless told otherwise it adds a penalty, ½‖w‖² beside the summed loss"
    penalised = LogisticRegression(tol=1e-12, max_iter=10_000, solver="newton-cholesky")
    penalised.fit(X[:, 1:], y)
    theta = np.r_[penalised.intercept_, penalised.coef_[0]]
    gradient = Objective(Bernoulli(), X, y).gradient(theta)
    assert gradient == pytest.approx(-np.r_[0, theta[1:]], abs=1e-6)


def test_the_prose_about_the_people_states_their_numbers(diets: tuple[Floats, Integers]) -> None:
    X, y = diets
    adults, n = people(), len(y)
    fit = logistic(X, y)
    logs = add_intercept(np.log(np.column_stack([adults.height, adults.weight])))
    truth = adults.p_diet(adults.height, adults.weight)
    states(
        f"You have {n} such verdicts",
        f"knows only that {y.sum()} of {n} are told to diet",
        f"starts at {n}·log 2 and settles at {fit.value:.4f} nats",
        f"Is {fit.value / n:.3f} nats a person much?",
        f"a fair coin has log 2 = {np.log(2):.3f}",
        f"its NLL is even {logistic(logs, y).value - fit.value:.1f} nats lower",
        f"From each start the short step arrives at {fit.value:.4f}",
    )
    assert fit.value < losses.binary_cross_entropy(y, truth).sum()  # "Your fit beats the truth."
    crowd = people(100_000, seed=1)
    Z = add_intercept(
        np.column_stack([
            (crowd.height - adults.height.mean()) / adults.height.std(),
            (crowd.weight - adults.weight.mean()) / adults.weight.std(),
        ])
    )  # fmt: skip
    of_truth = losses.binary_cross_entropy(crowd.diet, crowd.p_diet(crowd.height, crowd.weight))
    assert of_truth.mean() < Bernoulli().nll(crowd.diet, Z @ fit.theta).mean()  # "On new people"

    # Probit: "its NLL is within one nat of the sigmoid's"
    sign = 2.0 * y - 1
    probit = minimize(lambda theta: -log_ndtr(sign * (X @ theta)).sum(), np.zeros(3))
    assert abs(probit.fun - fit.value) < 1
    # The two people of the first paragraph.
    alike = (np.abs(adults.height - 1.65) < 0.01) & (np.abs(adults.weight - 70) < 0.5)
    assert sorted(y[alike]) == [0, 1]
    # "six steps" of Newton, "hundreds" of gradient descent (Exercise 3.5)
    theta, objective = np.zeros(3), Objective(Bernoulli(), X, y)
    away = []
    for _ in range(6):
        away.append(np.linalg.norm(theta - fit.theta))
        theta = theta - np.linalg.solve(objective.hessian(theta), objective.gradient(theta))
    assert np.linalg.norm(theta - fit.theta) < 1e-9 < away[-1]
    path = gradient_descent(objective, np.zeros(3), 0.01, 1000)
    far = np.linalg.norm(path.thetas - fit.theta, axis=1) > 1e-9
    assert 100 < far.sum() < 1000


def test_the_prose_about_the_penguins_states_their_numbers(sexes: tuple[Floats, Integers]) -> None:
    X, male = sexes
    alone, both = logistic(X[:, :2], male), logistic(X, male)
    right = [np.mean((design @ logistic(design, male).theta > 0) == male) for design in (
        X[:, :2], X[:, [0, 2]]
    )]  # fmt: skip
    ratio = np.exp(both.theta[1])
    states(
        f"the sex of {len(male)} penguins",
        f"Mass alone gets {right[0]:.0%} of the birds right, and so does depth alone",
        f"multiplies the odds of a male by {np.exp(alone.theta[1]):.2f}. And by {ratio:.2f}.",
        f"{ratio:.2f} times the odds is {ratio / (1 + ratio):.2f} instead of 0.50, but "
        f"{9 * ratio / (1 + 9 * ratio):.2f} instead of 0.90",
        f"by at most {25 * both.theta[1]:.0f} points, and 1 mm of bill depth by at most "
        f"{25 * both.theta[2]:.0f}",
    )
    assert f"{right[0]:.0%}" == f"{right[1]:.0%}"
    birds = penguins()
    gentoo = birds.species == 2
    assert gentoo[birds.body_mass_g > 4500].mean() > 0.8  # "the heavy ones are mostly Gentoos"
    assert set(birds.sex[gentoo & (birds.body_mass_g > 4500)]) == {0, 1}  # "females too"
    assert birds.bill_depth_mm[gentoo].max() < np.median(birds.bill_depth_mm[~gentoo])
    # "within the few birds that chance allows": two standard deviations of a sum of coins
    q = expit(X @ both.theta)
    for low, high in ((0, 0.1), (0.1, 0.3), (0.3, 0.7), (0.7, 0.9), (0.9, 1)):
        rows = (q > low) & (q <= high)
        spread = np.sqrt(np.sum(q[rows] * (1 - q[rows])))
        assert abs(q[rows].sum() - male[rows].sum()) < 2 * spread


def test_the_standard_errors_are_what_repeated_data_show() -> None:
    """The root of the diagonal of (XᵀDX)⁻¹ is the scatter of estimates over data sets."""
    rng = np.random.default_rng(6)
    X = add_intercept(rng.normal(size=400))
    theta = np.array([-0.5, 1.0])
    q = expit(X @ theta)
    formula = np.sqrt(np.diag(np.linalg.inv(X.T @ ((q * (1 - q))[:, None] * X))))
    estimates = [logistic(X, (rng.random(400) < q).astype(int)).theta for _ in range(600)]
    # 600 draws know a standard deviation to 1/√1200 = 3 %; three of these, and small-sample bias.
    assert np.std(estimates, axis=0) == pytest.approx(formula, rel=0.11)
    labels = (rng.random(400) < q).astype(int)
    fit = logistic(X, labels)
    p = expit(X @ fit.theta)
    at_fit = np.sqrt(np.diag(np.linalg.inv(X.T @ ((p * (1 - p))[:, None] * X))))
    assert fit.standard_errors == pytest.approx(at_fit, rel=1e-6)


def test_the_prose_about_overflow_states_what_happens() -> None:
    def naive(y: int, z: Floats) -> Floats:
        with np.errstate(all="ignore"):
            q = 1 / (1 + np.exp(-z))
            return -(y * np.log(q) + (1 - y) * np.log(1 - q))

    assert np.isinf(naive(0, np.array([40.0])))[0]
    assert np.isnan(naive(1, np.array([40.0])))[0]
    assert np.isinf(naive(0, np.array([20], np.float32)))[0]  # "z = 20 is enough"
    assert np.isfinite(naive(0, np.array([20.0])))[0]
    states(f"Beyond z = {-np.log(1e-7):.0f} the example")

    for dtype in (torch.float32, torch.float64):
        far = torch.tensor([40.0], dtype=dtype, requires_grad=True)
        loss = nn.BCELoss()(torch.sigmoid(far), torch.zeros(1, dtype=dtype))
        loss.backward()
        assert (loss.item(), far.grad.item()) == (100, 0)  # "it says 100 …, its gradient is 0"
        far.grad = None
        loss = nn.BCEWithLogitsLoss()(far, torch.zeros(1, dtype=dtype))
        loss.backward()
        assert (loss.item(), far.grad.item()) == (40, 1)


def test_torch_agrees_with_the_likelihood(diets: tuple[Floats, Integers]) -> None:
    X, y = diets
    rng = np.random.default_rng(7)
    target = torch.tensor(y, dtype=torch.float64)
    for theta in rng.normal(size=(5, 3)):
        z = X @ theta
        for of_logits in (True, False):
            output = torch.tensor(z, requires_grad=True)
            loss = (
                nn.BCEWithLogitsLoss(reduction="sum")(output, target)
                if of_logits
                else nn.BCELoss(reduction="sum")(torch.sigmoid(output), target)
            )
            loss.backward()
            assert loss.item() == pytest.approx(Bernoulli().nll(y, z).sum(), rel=1e-12)
            assert output.grad.numpy() == pytest.approx(expit(z) - y, abs=1e-12)


def test_what_the_prose_says_of_reduction_and_weights(sexes: tuple[Floats, Integers]) -> None:
    X, male = sexes
    z, target = torch.tensor([0.3, -2.0, 1.0]), torch.tensor([1.0, 0.0, 1.0])
    for kind in ({"pos_weight": torch.tensor(4.0)}, {"weight": torch.tensor([1.0, 2.0, 3.0])}):
        each, total, mean = (
            nn.BCEWithLogitsLoss(reduction=r, **kind)(z, target) for r in ("none", "sum", "mean")
        )
        assert each.shape == (3,)
        assert total.item() == pytest.approx(each.sum().item())
        assert mean.item() == pytest.approx(total.item() / 3)  # "the number of elements"

    # A whole weight is that many copies, and its fit has about log c more in every log-odds.
    fit = logistic(X, male)
    copies = np.where(male == 1, 4, 1)
    heavy = logistic(np.repeat(X, copies, axis=0), np.repeat(male, copies))
    raw = torch.tensor(X @ fit.theta)
    weighted = nn.BCEWithLogitsLoss(reduction="sum", pos_weight=torch.tensor(4.0))
    copied = np.repeat(Bernoulli().nll(male, raw.numpy()), copies).sum()
    assert weighted(raw, torch.tensor(male, dtype=torch.float64)).item() == pytest.approx(copied)
    shift = X @ heavy.theta - X @ fit.theta
    assert shift.mean() == pytest.approx(np.log(4), abs=0.05)  # "the main effect is the shift"
    assert np.ptp(shift) > 0.3  # "without also bending its weights a little"
    mended = Bernoulli().nll(male, X @ heavy.theta - np.log(4)).sum()
    spoilt = Bernoulli().nll(male, X @ heavy.theta).sum()
    assert mended - fit.value < 0.05 * (spoilt - fit.value)  # "repairs most of it"

    # A model that can express it, one share for each group, is shifted by log c and nothing else.
    group = np.repeat(np.eye(2), [30, 50], axis=0)
    label = np.r_[np.repeat([1, 0], [12, 18]), np.repeat([1, 0], [20, 30])]
    times = np.where(label == 1, 3, 1)
    shifted = logistic(np.repeat(group, times, axis=0), np.repeat(label, times)).theta
    assert shifted - logistic(group, label).theta == pytest.approx(np.log([3, 3]), rel=1e-9)


def test_what_the_prose_says_of_separable_data(gentoos: tuple[Floats, Integers]) -> None:
    X, gentoo = gentoos
    with pytest.raises(CompleteSeparation):
        logistic(X, gentoo)
    birds = penguins()
    fit = logistic(add_intercept(birds.flipper_length_mm), gentoo)  # overlaps: an ordinary estimate
    assert fit.theta[1] / fit.standard_errors[1] > 3

    x, y = np.array([-3.0, -2, -1, 1, 2, 3]), np.array([0, 0, 0, 1, 1, 1])
    path = gradient_descent(Objective(Bernoulli(), x[:, None], y), [0.0], 0.1, 10_000)
    growth = np.diff(path.thetas[[100, 1000, 10_000], 0])
    assert growth == pytest.approx(np.log(10), abs=0.2)  # "about log 10 = 2.3": it is a limit
    assert abs(growth[1] - np.log(10)) < abs(growth[0] - np.log(10))

    # Torch raises nothing, and |w| grows by a nearly equal amount for ten times the steps.
    network = nn.Linear(2, 1, dtype=torch.float64)
    nn.init.zeros_(network.weight)
    nn.init.zeros_(network.bias)
    optimiser = torch.optim.SGD(network.parameters(), lr=4.0)
    inputs, target = torch.tensor(X[:, 1:]), torch.tensor(gentoo, dtype=torch.float64)
    lengths = {}
    for step in range(1, 3001):
        optimiser.zero_grad()
        nn.BCEWithLogitsLoss()(network(inputs)[:, 0], target).backward()
        optimiser.step()
        lengths[step] = network.weight.norm().item()
    growth = np.diff([lengths[step] for step in (30, 300, 3000)])
    assert np.all((growth > 2) & (growth < 5))
    assert lengths[3000] > 10


def test_the_solutions_state_their_numbers() -> None:
    X, y, X_new, y_new = bearings()
    assert np.r_[y, y_new].mean() == pytest.approx(1 / 20, abs=0.005)  # "one in twenty"
    theta = logistic(X, y).theta
    copies = np.where(y == 1, 10, 1)
    heavy = logistic(np.repeat(X, copies, axis=0), np.repeat(y, copies)).theta
    raw = [X_new @ theta, X_new @ heavy, X_new @ heavy - np.log(10)]
    nlls = [Bernoulli().nll(y_new, z).mean() for z in raw]
    share = losses.binary_cross_entropy(y_new, y.mean()).mean()

    def cost(inspect: NDArray[np.bool_]) -> int:
        return int(np.sum((y_new == 0) & inspect) + 20 * np.sum((y_new == 1) & ~inspect))

    states(
        f"The odds ratio is {np.exp(theta[1]):.2f} per mm/s",
        "The NLLs are {:.3f}, {:.3f} and {:.3f}".format(*nlls),
        f"only the share of failures has {share:.3f}",
        f"It costs {cost(raw[0] > -np.log(20))}; ½ costs {cost(raw[0] > 0):,}; "
        f"to inspect none would cost {cost(np.zeros(len(y_new), bool)):,}",
        f"with the threshold ½ costs {cost(raw[1] > 0)}",
    )
    assert nlls[1] > 2 * nlls[0]  # "the weights more than double it"
    assert nlls[1] > share  # "worse than no model"
    assert np.corrcoef(stats.rankdata(raw[0]), stats.rankdata(raw[1]))[0, 1] > 0.999

    error = np.sqrt(1 / 10 + 1 / 30 + 1 / 20 + 1 / 30)
    states(
        f"is √{error**2:.4f} ≈ {error:.3f}",
        f"$e^{{0.693 - {1.96 * error:.3f}}} = {np.exp(np.log(2) - 1.96 * error):.2f}$",
        f"to $e^{{0.693 + {1.96 * error:.3f}}} = {np.exp(np.log(2) + 1.96 * error):.2f}$",
        f"log(40/3) ≈ {np.log(40 / 3):.3f}",
        f"log(1 + e⁻¹) ≈ {np.log1p(np.exp(-1)):.3f}",
        f"σ(1) ≈ {expit(1):.3f}",
    )
    halved = 100 * (np.array([0.8, 0.2, 0.02]) - expit(logit([0.8, 0.2, 0.02]) - np.log(2)))
    states("in probability it is {:.0f}, {:.0f} and {:.0f} of a hundred people".format(*halved))


def test_the_words_around_the_live_figures_state_their_numbers(
    diets: tuple[Floats, Integers],
) -> None:
    X, y = diets
    direction = np.array([np.cos(np.radians(120)), np.sin(np.radians(120))])

    def mean_nll(length: float) -> float:
        theta = length * np.r_[-0.3, direction]
        return float(Bernoulli().nll(y, X @ theta).mean())

    states(
        f"|w| = 4 the mean NLL is {mean_nll(4):.3f}, close to the best there is",
        f"At half the steepness it is {mean_nll(2):.3f}",
    )
    assert mean_nll(4) - logistic(X, y).value / len(y) < 0.003
    z = logit([0.8, 0.9, 0.98, 0.99])
    states(f"From 0.98 to 0.99 they rise by {z[3] - z[2]:.2f}")
    assert z[3] - z[2] == pytest.approx(z[1] - z[0], rel=0.15)  # "nearly as much"

    birds = penguins()
    gentoo = birds.species == birds.species_names.index("Gentoo")
    mass, sex = birds.body_mass_g[gentoo] / 1000, birds.sex[gentoo]
    lowest = logistic(add_intercept(mass), sex).value / len(sex)
    states(f"The sex of {len(sex)} Gentoos", f"one star, a mean NLL of {lowest:.3f}")
    with pytest.raises(CompleteSeparation):
        logistic(add_intercept(mass[:30]), sex[:30])


def test_small_statements_of_the_prose() -> None:
    # "w = 0.69 doubles the odds", "turns 0.50 into 0.67, and 0.98 into 0.99"
    assert np.exp(0.69) == pytest.approx(2, abs=0.01)
    doubled = expit(logit([0.5, 0.98]) + np.log(2))
    states(f"it turns 0.50 into {doubled[0]:.2f}, and 0.98 into {doubled[1]:.2f}")
    assert expit(np.log(3)) == pytest.approx(0.75, rel=1e-15)  # "at q = 0.75 they are 3"
    # Exercise 3.2: where yes is rarer than no, a second sigmoid leaves the raw output at 0.
    z = np.linspace(0, 1, 1001)
    for p in (0.05, 0.3, 0.49):
        loss = p * np.logaddexp(0, -z) + (1 - p) * np.logaddexp(0, z)
        assert z[loss.argmin()] == 0
