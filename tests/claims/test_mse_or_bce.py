"""The claims of Chapter 5, decided again without its cells, and the numbers in its prose."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_expit
from torch import nn

from mlelib import (
    Bernoulli,
    Objective,
    add_intercept,
    gradient_descent,
    hessian_spectrum,
    losses,
    maximum_likelihood,
    penguins,
    people,
)
from mlelib.brier import BrierObjective
from mlelib.exercises.mse_or_bce import FAR, scans
from mlelib.networks import brier, mlp, protocol

# torch.func calls what torch 2.13 deprecates itself.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated")

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
CHAPTER = Path(__file__).parents[2] / "chapters/mse-or-bce.md"
PROSE = " ".join(CHAPTER.read_text(encoding="utf-8").split())


def states(*phrases: str) -> None:
    """Assert that the chapter says each of these, percentages with a space."""
    for phrase in phrases:
        assert phrase.replace("%", " %") in PROSE, phrase


def standardised(columns: Floats) -> Floats:
    return (columns - columns.mean(axis=0)) / columns.std(axis=0)


@pytest.fixture
def sexes() -> tuple[Floats, Integers]:
    """Mass and bill depth in standard deviations, and 1 for a male."""
    birds = penguins()
    columns = np.column_stack([birds.body_mass_g, birds.bill_depth_mm])
    return add_intercept(standardised(columns)), birds.sex


@pytest.fixture
def duel(sexes: tuple[Floats, Integers]) -> tuple[Objective, BrierObjective]:
    return Objective(Bernoulli(), *sexes), BrierObjective(*sexes)


@pytest.fixture
def limits(sexes: tuple[Floats, Integers]) -> tuple[float, float]:
    """L of BCE and of the squared error."""
    top = float(np.linalg.eigvalsh(sexes[0].T @ sexes[0])[-1])
    return top / 4, 0.155 * top


@cache
def measured() -> Floats:
    return protocol.measure(seeds=20)


def test_c19_the_slopes_differ_by_two_or_more() -> None:
    e = torch.linspace(0, 1, 100_001, dtype=torch.float64)[1:-1].requires_grad_()
    bce, squared = -torch.log1p(-e), e**2
    assert torch.all(bce > e)
    assert torch.all(e > squared)
    slopes = [torch.autograd.grad(loss.sum(), e)[0] for loss in (bce, squared)]
    ratio = (slopes[0] / slopes[1]).numpy()
    assert ratio.min() == pytest.approx(2, rel=1e-9)
    assert e[ratio.argmin()].item() == pytest.approx(0.5, abs=1e-5)
    assert min(ratio[0], ratio[-1]) > 1e4
    assert np.all(np.diff(ratio[:49_000]) < 0)
    assert np.all(np.diff(ratio[51_000:]) > 0)

    # In the logit, for both labels, the same ratio.
    z = torch.linspace(-9, 9, 181, dtype=torch.float64).requires_grad_()
    for label in (0.0, 1.0):
        target = torch.full_like(z, label)
        cross = nn.functional.binary_cross_entropy_with_logits(z, target, reduction="sum")
        square = ((torch.sigmoid(z) - target) ** 2).sum()
        pulls = [torch.autograd.grad(loss, z)[0] for loss in (cross, square)]
        q = torch.sigmoid(z)
        assert torch.allclose(pulls[0] / pulls[1], 1 / (2 * q * (1 - q)), rtol=1e-9)


def test_c20_bounded_losses_are_not_convex() -> None:
    rng = np.random.default_rng(2)
    for _ in range(50):
        X, theta = rng.normal(size=(12, 3)), rng.normal(scale=5, size=3)
        labels = torch.tensor(rng.integers(0, 2, 12)).double()

        def cross(w: torch.Tensor, X: Floats = X, y: torch.Tensor = labels) -> torch.Tensor:
            raw = torch.tensor(X) @ w
            return nn.functional.binary_cross_entropy_with_logits(raw, y, reduction="sum")

        eigenvalues = torch.linalg.eigvalsh(torch.func.hessian(cross)(torch.tensor(theta)))
        assert eigenvalues.min() > -1e-12

        # Along any ray the squared error stays within 0 and n, so a long chord must pass below.
        f = BrierObjective(X, labels.numpy())
        a, b = theta, theta + rng.normal(size=3)
        low, high = sorted((a, b), key=f.value)
        assert f.value(low) < f.value(high)
        for t in (10.0, 1e3, 1e6):
            far = low + t * (high - low)
            if f.value(high) > (1 - 1 / t) * f.value(low) + f.value(far) / t:
                break
        else:
            pytest.fail("no chord through the higher point passes below it")


def test_c22_the_plateau_is_where_the_model_is_sure_and_wrong(
    sexes: tuple[Floats, Integers], limits: tuple[float, float]
) -> None:
    X, male = sexes
    corner = np.array([0.0, -10, -10])
    right = {}
    for question, asked in (("male", male), ("female", 1 - male)):
        for kind, L in zip((BrierObjective, Objective), limits[::-1], strict=True):
            f = kind(X, asked) if kind is BrierObjective else Objective(Bernoulli(), X, asked)
            end = gradient_descent(f, corner, 1 / L, 10_000).thetas[-1]
            right[question, kind] = np.mean((X @ end > 0) == asked)
    assert right["male", BrierObjective] < 0.51
    assert (
        min(right["male", Objective], *(right["female", k] for k in (Objective, BrierObjective)))
        > 0.88
    )
    bce, squared = Objective(Bernoulli(), X, male), BrierObjective(X, male)
    ratio = np.linalg.norm(bce.gradient(corner)) / np.linalg.norm(squared.gradient(corner))
    states(f"the squared error's gradient is {ratio:.0f} times smaller than BCE's")

    # The time that an example takes back: dτ = du/pull, by quadrature instead of by steps.
    for u in (8.0, 10.0):
        grid = np.linspace(0, u, 200_001)
        time = np.trapezoid(1 / (2 * expit(grid) ** 2 * expit(-grid)), grid)
        assert time == pytest.approx(np.exp(u) / 2, rel=0.02)

    # And in float32 the pull is 0, not small, where q errs towards 1.
    for raw, dead in ((16.0, False), (17.5, True)):
        z = torch.tensor(raw, requires_grad=True)
        (torch.sigmoid(z) ** 2).backward()
        assert (z.grad.item() == 0) == dead


def test_c23_which_loss_bends_a_hidden_layer_less_depends_on_the_errors() -> None:
    nu = measured()
    bce, squared = nu[:, :, 0], nu[:, :, 1]  # labels, places, layers, seeds
    hidden = np.s_[:, :, :3]
    lower = (bce < squared)[hidden].sum(axis=-1)
    higher = (bce > squared)[hidden].sum(axis=-1)
    assert (lower > higher).sum() == 21
    start, late_squared = 0, 4
    assert np.all(lower[:, start] > 13)
    assert np.all(lower[:, late_squared] < higher[:, late_squared])
    # 18 of 20, or 2 and fewer: the sign test at 0.05/30, by counting.
    chances = np.array([1.0])
    for _ in range(20):
        chances = np.convolve(chances, [0.5, 0.5])
    assert 2 * chances[18:].sum() < 0.05 / 30 < 2 * chances[17:].sum()
    tests = protocol.compare_losses(nu)
    sure = [t for t in tests if t.p < 0.05 / 30]
    assert [2 * t.below > t.seeds for t in sure].count(True) == 3
    assert len(sure) == 5
    assert {t.where[1] for t in sure if 2 * t.below < t.seeds} == {"MSE path, step 200"}
    # "by a few per cent of ν"
    gain = np.median(squared[:, :2, :1] / bce[:, :2, :1] - 1, axis=-1)
    assert np.all((gain > 0) & (gain < 0.06))
    # Under BCE the output layer is convex in every place.
    assert bce[:, :, 3].max() < 1e-12

    third = np.median(nu[1, late_squared, :, 2], axis=-1)
    states("the third layer has ν = {:.3f} under BCE against {:.3f}".format(*third))


def test_c23_each_layer_of_a_relu_network_is_convex_under_bce() -> None:
    rng = np.random.default_rng(8)
    x = torch.tensor(rng.normal(size=(60, 4)))
    y = torch.tensor(rng.integers(0, 2, 60))
    network = mlp([4, 5, 5, 1], activation="relu", seed=3)
    with torch.no_grad():
        network[-2].weight *= 20  # sure, and so often sure and wrong
    for layer in (0, 2, 4):
        size = network[layer].weight.shape
        for loss, convex in (("bce", True), ("squared", False)):

            def value(flat: torch.Tensor, layer: int = layer, size=size, loss: str = loss):
                own = {f"{layer}.weight": flat.view(size)}
                z = torch.func.functional_call(network, own, (x,))
                if loss == "squared":
                    return brier(y, z).sum()
                return nn.functional.binary_cross_entropy_with_logits(
                    z, y.double(), reduction="sum"
                )

            hessian = torch.func.hessian(value)(network[layer].weight.detach().reshape(-1))
            assert (torch.linalg.eigvalsh(hessian).min() > -1e-10) == convex


def test_c24_the_step_and_the_minimiser_are_conditions(
    duel: tuple[Objective, BrierObjective], limits: tuple[float, float]
) -> None:
    bce, _ = duel
    best = minimize(
        bce.value, np.zeros(3), jac=bce.gradient, hess=bce.hessian, method="trust-exact"
    ).x
    curved = hessian_spectrum(bce, best)[-1]
    for start in ([30, -30, -30], [-50, 0, 20], [0, 0, 0]):
        path = gradient_descent(bce, start, 1.95 / limits[0], 20_000)
        assert path.thetas[-1] == pytest.approx(best, abs=1e-6)
        assert np.all(np.diff(path.values) <= 1e-9)
    cycle = gradient_descent(bce, [30, -30, -30], 2.1 / curved, 20_000).values[-3:]
    assert cycle.min() > bce.value(best) + 1
    assert cycle[0] == pytest.approx(cycle[2], rel=1e-9)
    first = gradient_descent(bce, [30, -30, -30], 1.9 / limits[0], 0).values[0]
    states(f"at {cycle.max():.2f}, for ever", f"from {first:,.0f} down")

    # The parabola, solved: (1 − step)^k.
    assert abs(1 - 1.99) ** 1000 < 1e-4
    assert abs(1 - 2.01) ** 1000 > 1e4

    x = np.array([[-2.0], [-1], [1], [3]])
    path = gradient_descent(Objective(Bernoulli(), x, [0, 0, 1, 1]), [0.0], 0.2, 20_000)
    assert np.all(np.diff(path.thetas[:, 0]) > 0)
    assert path.values[-1] < 1e-3


def test_c25_one_non_convex_loss_has_a_trap_and_one_has_none() -> None:
    w = torch.linspace(-1, 5, 60_001, dtype=torch.float64)
    loss = (
        9 * (1 - torch.sigmoid(w)) ** 2 + torch.sigmoid(w) ** 2 + torch.sigmoid(20 * w) ** 2
    ).numpy()
    inner = loss[1:-1]
    minima = np.flatnonzero((inner < loss[:-2]) & (inner < loss[2:])) + 1
    assert len(minima) == 2
    assert loss[minima] == pytest.approx([2.674, 1.900], abs=5e-4)
    states("from w ≤ 0 you end at a loss of 2.674, from 0.3 on at 1.900")
    hill = w[minima[0] + loss[minima[0] : minima[1]].argmax()].item()
    assert 0 < hill < 0.3  # so 0 rolls left, and 0.3 right

    # (1 − uv)²: wherever the gradient is 0, uv = 1 or u = v = 0, and there it curves down.
    def product(uv: torch.Tensor) -> torch.Tensor:
        return (1 - uv[0] * uv[1]) ** 2

    rng = np.random.default_rng(4)
    for start in rng.normal(scale=2, size=(30, 2)):
        found = minimize(lambda v: (1 - v[0] * v[1]) ** 2, start, method="BFGS", tol=1e-12)
        assert found.fun < 1e-12
    saddle = torch.func.hessian(product)(torch.zeros(2, dtype=torch.float64))
    assert torch.linalg.eigvalsh(saddle).tolist() == [-2, 2]


def truth_and_design() -> tuple[Floats, Floats]:
    adults = people()
    logs = np.log(np.column_stack([adults.height, adults.weight]))
    return adults.p_diet(adults.height, adults.weight), add_intercept(standardised(logs))


def excesses(labels: Integers) -> tuple[float, float]:
    """Of BCE's fit and of the squared error's, beyond the truth, nats a person."""
    truth, X = truth_and_design()
    first = maximum_likelihood(Bernoulli(), X, labels).theta
    f = BrierObjective(X, labels)
    second = minimize(f.value, first, jac=f.gradient, hess=f.hessian, method="trust-exact").x

    def cost(q: Floats) -> float:
        return float(losses.binary_cross_entropy(truth, q).mean())

    bce, squared = (cost(expit(X @ theta)) - cost(truth) for theta in (first, second))
    return bce, squared


def test_c41_swapped_labels_cost_the_squared_error_less() -> None:
    truth, _ = truth_and_design()
    n = len(truth)
    means = {}
    for share in (0, 30):
        pairs = []
        for seed in range(60):
            rng = np.random.default_rng([41, share, seed])
            labels = (rng.random(n) < truth).astype(int)
            labels[rng.choice(n, share, replace=False)] ^= 1
            pairs.append(excesses(labels))
        means[share] = np.mean(pairs, axis=0)
    assert means[0][0] < means[0][1]
    assert means[30][1] < 0.8 * means[30][0]

    # Proper: the expected loss at p is least at q = p, for both; the absolute error's is not.
    q = np.arange(1, 1000) / 1000
    for p in (0.1, 0.3, 0.8):
        for score in (losses.binary_cross_entropy, losses.brier):
            assert q[(p * score(1, q) + (1 - p) * score(0, q)).argmin()] == pytest.approx(p)
        absolute = p * (1 - q) + (1 - p) * q
        assert q[absolute.argmin()] in (q[0], q[-1])
    assert losses.brier(0, 1 - 1e-12) <= 1
    assert losses.binary_cross_entropy(0, 1 - 1e-12) > 27
    states(
        f"One swapped label costs BCE {np.log(0.999 / 0.001):.1f} nats",
        "The excess is in nats, BCE's own currency",
    )


def test_c41_its_prose_and_the_table_state_the_chapters_own_draws() -> None:
    truth, _ = truth_and_design()

    def redraw(seed: int, share: float) -> Integers:
        rng = np.random.default_rng([5, seed])
        labels = rng.random(300) < truth
        return (labels ^ (rng.permutation(300) < share * 300)).astype(int)

    means = {
        share: np.mean([excesses(redraw(seed, share)) for seed in range(100)], axis=0)
        for share in (0, 0.01, 0.03, 0.1)
    }
    states("| {:.4f} nats | {:.4f} nats | the people, redrawn |".format(*means[0]))
    states("| {:.4f} nats | {:.4f} nats | the people, redrawn |".format(*means[0.1]))
    assert means[0.01][0] < means[0.01][1]  # "With 1 % swapped it still is."
    assert means[0.03][0] > means[0.03][1]  # "From 3 % on"
    assert means[0.1][1] / means[0.1][0] == pytest.approx(2 / 3, abs=0.05)

    clearest = np.argsort(-abs(truth - 0.5))[:6]
    pairs = []
    for seed in range(100):
        labels = redraw(seed, 0)
        labels[clearest] ^= 1
        pairs.append(excesses(labels))
    bce, squared = np.mean(pairs, axis=0)
    assert bce / squared == pytest.approx(3, abs=0.5)  # "three times as far from the truth"


def test_c43_the_order_of_the_layers_holds_early() -> None:
    nu = measured()[..., :3, :]  # labels, places, losses, hidden layers, seeds
    further = (nu[..., :-1, :] > nu[..., 1:, :]).sum(axis=(0, 2, 3, 4))
    pairs = (nu[..., :-1, :] != nu[..., 1:, :]).sum(axis=(0, 2, 3, 4))
    start, early_bce, late_bce, early_squared, late_squared = further / pairs
    assert min(start, early_bce, early_squared) > 0.9
    assert 0.5 < min(late_bce, late_squared) < max(late_bce, late_squared) < 0.65
    medians = np.median(measured()[0, 0, 0], axis=-1)
    states("0.51, 0.38, 0.20 and 0")
    assert medians == pytest.approx([0.51, 0.38, 0.20, 0], abs=0.005)
    flipped = np.median(measured()[1, 4, 0], axis=-1)
    assert flipped[:3].argmax() == 2  # the layer nearest to the output


def test_the_opening_and_the_advice_state_what_happens() -> None:
    birds = penguins()
    columns = [birds.body_mass_g / 100, birds.bill_depth_mm, birds.flipper_length_mm]
    field_book = np.column_stack(columns)
    target = torch.tensor(birds.sex).float()

    def train(squared: bool, inputs: Floats) -> tuple[float, float, float]:
        """Loss and gradient at the start, share right at the end."""
        x, network = torch.tensor(inputs).float(), nn.Linear(3, 1)
        generator = torch.Generator().manual_seed(0)
        for parameter in network.parameters():
            nn.init.uniform_(parameter, -0.577, 0.577, generator=generator)
        optimiser, seen = torch.optim.Adam(network.parameters(), lr=0.05), []
        for _ in range(400):
            z = network(x)[:, 0]
            q = torch.sigmoid(z)
            loss = (
                ((q - target) ** 2).mean()
                if squared
                else nn.functional.binary_cross_entropy_with_logits(z, target)
            )
            optimiser.zero_grad()
            loss.backward()
            seen.append((loss.item(), network.weight.grad.norm().item()))
            optimiser.step()
        right = ((network(x)[:, 0] > 0) == (target == 1)).double().mean().item()
        return *seen[0], right

    loss, gradient, right = train(True, field_book)
    assert gradient == 0
    assert right == pytest.approx(0.5, abs=0.01)
    loss, gradient, right = train(False, field_book)
    assert loss > 40  # "a loss of 40 nats a bird"
    assert right > 0.8
    for squared in (True, False):
        assert train(squared, standardised(field_book))[2] > 0.88


def test_the_descents_and_the_plateau_state_their_numbers(
    sexes: tuple[Floats, Integers],
    duel: tuple[Objective, BrierObjective],
    limits: tuple[float, float],
) -> None:
    X, male = sexes
    bce, _ = duel
    for f, L in zip(duel, limits, strict=True):
        path = gradient_descent(f, [0, -10, -10], 1 / L, 1000)
        right = {k: np.mean((X @ path.thetas[k] > 0) == male) for k in (0, 10, 100, 1000)}
        if f is bce:
            assert right[10] > 0.88  # "BCE has turned around after 10 steps"
        else:
            assert right[10] < 0.12
            females = int((male == 0).sum())
            states(f"its loss is {path.values[-1]:.2f}", f"There are {females} females")
            assert path.values[-1] == pytest.approx(females, abs=0.01)
            assert np.all(X @ path.thetas[-1] > 0)  # "call every bird a male"

    best = maximum_likelihood(Bernoulli(), X, male).theta
    norms = np.array([[np.linalg.norm(f.gradient(-r * best)) for f in duel] for r in (0, 4, 8, 16)])
    assert norms[0, 0] / norms[0, 1] == pytest.approx(2, rel=1e-3)
    assert norms[1:, 0] == pytest.approx(195, abs=0.5)
    states("BCE's gradient settles near 195", f"At 16 times the best it is {norms[3, 1]:.1f}")


def test_small_statements_of_the_prose() -> None:
    # Pulls of the table: "from a coin to a certain mistake"
    e = np.array([0.5, 2 / 3, 0.9999, 0.01, 0.99])
    pulls = 2 * e**2 * (1 - e)
    states(f"The squared error's rises to {pulls[1]:.4f} and falls to {pulls[2]:.4f}")
    assert f"{pulls[3]:.4f}" == f"{pulls[2]:.4f}"  # "pull equally hard"
    states(f"BCE pulls with 0.99, the squared error with {pulls[4]:.2f}")

    # The words around the live figures.
    wrong = expit(6.0)
    states(
        f"At z = −6 BCE pulls with {wrong:.3f} and the squared error with "
        f"{2 * wrong**2 * (1 - wrong):.3f}: the ratio is {1 / (2 * wrong * (1 - wrong)):.0f}"
    )
    f = BrierObjective([[1.0]], [1])
    z = np.linspace(-6, 0.25, 2001)
    t = (z + 6) / 6.25
    line = (1 - t) * f.value([-6.0]) + t * f.value([0.25])
    states(f"from −6 to 0.25, it passes {-(line - f.values(z[:, None])).min():.2f} below")


def test_the_solutions_state_their_numbers() -> None:
    X, y, X_new, y_new = scans()
    f = BrierObjective(X, y)
    ends = [gradient_descent(f, start, 0.02, 300).values[-1] for start in (np.zeros(3), FAR)]
    fits = [
        maximum_likelihood(Bernoulli(), X, y).theta,
        minimize(f.value, np.zeros(3), jac=f.gradient, hess=f.hessian, method="trust-exact").x,
    ]

    def nll(rows: Floats, labels: Integers, theta: Floats) -> float:
        return float(-log_expit((2 * labels - 1) * (rows @ theta)).mean())

    checked, typed = ([nll(*rows, w) for w in fits] for rows in ((X_new, y_new), (X, y)))
    limit = 8 / np.linalg.eigvalsh(X.T @ X)[-1]
    states(
        f"2/L is {limit:.4f}, so 0.02 would be a little too long for BCE",
        f"From 0 the loss is {ends[0]:.2f}, from far off {ends[1]:.2f} of {len(y)}",
        f"with an eigenvalue of −{-hessian_spectrum(f, FAR)[0]:.2f}",
        "BCE's fit has {:.3f}, the squared error's {:.3f} nats".format(*checked),
        "the other way round, {:.3f} and {:.3f}".format(*typed),
    )
    assert limit * 0.25 / 0.155 > 0.02  # "for the squared error it is safe"
    assert limit < 0.02
