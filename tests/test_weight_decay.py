"""The conversions of λ in Chapter 6's table: each row's minimiser is the MAP of the stated prior.

The chapter names these tests. Gradients that must vanish are compared with the size of their parts.
"""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import Lasso, LogisticRegression, Ridge
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from mlelib import (
    Bernoulli,
    Gaussian,
    GaussianPrior,
    LaplacePrior,
    Objective,
    add_intercept,
    maximum_a_posteriori,
    maximum_likelihood,
)

Floats = NDArray[np.float64]
SIGMA, TAU, N = 0.7, 0.4, 50
MASK = np.array([True, False, False, False])
ROWS = Path(__file__).parents[1] / "chapters/map.md"


@pytest.fixture
def line() -> tuple[Floats, Floats]:
    rng = np.random.default_rng(1)
    X = add_intercept(rng.normal(size=(N, 3)))
    return X, X @ [3.0, 1.0, -2.0, 0.5] + SIGMA * rng.normal(size=N)


@pytest.fixture
def verdicts() -> tuple[Floats, NDArray[np.int64]]:
    rng = np.random.default_rng(2)
    X = add_intercept(rng.normal(size=(N, 3)))
    return X, (rng.random(N) < expit(X @ [0.5, 1.0, -2.0, 0.5])).astype(np.int64)


def at_rest(loss: torch.Tensor, theta: torch.Tensor, decay: float) -> None:
    """Assert that the gradient of `loss` plus (decay/2)‖w‖² is 0 and that both parts are not."""
    loss.backward()
    assert theta.grad is not None
    push = decay * theta.detach().numpy() * ~MASK
    assert np.abs(push).max() > 1e-3
    np.testing.assert_allclose(theta.grad.numpy(), -push, rtol=0, atol=1e-13)


def mode_of(line: tuple[Floats, Floats]) -> torch.Tensor:
    mode = maximum_a_posteriori(Gaussian(SIGMA), *line, GaussianPrior(TAU, MASK)).theta
    return torch.tensor(mode, requires_grad=True)


def residuals(line: tuple[Floats, Floats], theta: torch.Tensor) -> torch.Tensor:
    return torch.tensor(line[1]) - torch.tensor(line[0]) @ theta


def test_lambda_beside_a_mean_nll(line, verdicts) -> None:
    lam = 1 / (N * TAU**2)
    assert GaussianPrior(TAU).weight_decay(N) == pytest.approx(lam, rel=1e-14)
    theta = mode_of(line)
    at_rest((residuals(line, theta) ** 2 / (2 * SIGMA**2)).mean(), theta, lam)
    mode = maximum_a_posteriori(Bernoulli(), *verdicts, GaussianPrior(TAU, MASK)).theta
    theta = torch.tensor(mode, requires_grad=True)
    z = torch.tensor(verdicts[0]) @ theta
    at_rest(bce(z, torch.tensor(verdicts[1]).double()), theta, lam)


def test_lambda_beside_half_the_squared_error(line) -> None:
    lam = SIGMA**2 / (N * TAU**2)
    theta = mode_of(line)
    at_rest((residuals(line, theta) ** 2 / 2).mean(), theta, lam)
    ours = GaussianPrior(TAU).weight_decay(N, "half squared error", sigma=SIGMA)
    assert ours == pytest.approx(lam, rel=1e-14)


def test_lambda_beside_mse_loss(line) -> None:
    lam = 2 * SIGMA**2 / (N * TAU**2)
    theta = mode_of(line)
    at_rest(nn.MSELoss()(torch.tensor(line[0]) @ theta, torch.tensor(line[1])), theta, lam)
    ours = GaussianPrior(TAU).weight_decay(N, "squared error", sigma=SIGMA)
    assert ours == pytest.approx(lam, rel=1e-14)


def test_lambda_beside_a_sum(verdicts) -> None:
    mode = maximum_a_posteriori(Bernoulli(), *verdicts, GaussianPrior(TAU, MASK)).theta
    theta = torch.tensor(mode, requires_grad=True)
    z, target = torch.tensor(verdicts[0]) @ theta, torch.tensor(verdicts[1]).double()
    at_rest(bce(z, target, reduction="sum") / N, theta, 1 / TAU**2 / N)
    assert GaussianPrior(TAU).weight_decay(1) == pytest.approx(1 / TAU**2, rel=1e-14)


@pytest.mark.parametrize("options", [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}])
def test_sgd_adds_the_priors_gradient(verdicts, options) -> None:
    """Over a whole run of 300 steps, to 1e-12; the prior is asked for its gradient, no λ in it."""
    X, y = verdicts
    prior = GaussianPrior(TAU, MASK)
    x, target = torch.tensor(X), torch.tensor(y).double()

    def run(by_hand: bool) -> Floats:
        b = torch.tensor([2.0]).double().requires_grad_()
        w = torch.tensor([1.0, -1.0, 3.0]).double().requires_grad_()
        decay = 0.0 if by_hand else prior.weight_decay(N)
        groups = [{"params": [b]}, {"params": [w], "weight_decay": decay}]
        optimiser = torch.optim.SGD(groups, lr=0.3, **options)
        trail = []
        for _ in range(300):
            optimiser.zero_grad()
            bce(x @ torch.cat([b, w]), target).backward()
            if by_hand:
                theta = torch.cat([b, w]).detach().numpy()
                w.grad += torch.tensor(prior.gradient(theta)[1:]) / N
            optimiser.step()
            trail.append(torch.cat([b, w]).detach().numpy())
        return np.array(trail)

    ours, theirs = run(by_hand=True), run(by_hand=False)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
    mode = maximum_a_posteriori(Bernoulli(), X, y, prior).theta
    assert np.linalg.norm(ours[0] - mode) > 0.5
    np.testing.assert_allclose(ours[-1], mode, atol=1e-6)  # and the run ends at the MAP
    assert np.linalg.norm(maximum_likelihood(Bernoulli(), X, y).theta - mode) > 0.5


def test_ridge_is_map(line) -> None:
    X, y = line
    theirs = Ridge(alpha=SIGMA**2 / TAU**2, solver="cholesky", tol=1e-12).fit(X[:, 1:], y)
    mode = maximum_a_posteriori(Gaussian(SIGMA), X, y, GaussianPrior(TAU, MASK)).theta
    np.testing.assert_allclose([theirs.intercept_, *theirs.coef_], mode, rtol=1e-12)


def test_lasso_is_map_with_the_same_zeros() -> None:
    rng = np.random.default_rng(3)
    X = add_intercept(rng.normal(size=(N, 8)))
    y = X[:, :3] @ [1.0, 2.0, -1.0] + SIGMA * rng.normal(size=N)
    scale = 0.08
    theirs = Lasso(alpha=SIGMA**2 / (N * scale), tol=1e-14, max_iter=100_000).fit(X[:, 1:], y)
    prior = LaplacePrior(scale, np.arange(9) == 0)
    mode = maximum_a_posteriori(Gaussian(SIGMA), X, y, prior).theta
    zeros = mode[1:] == 0
    assert 2 <= zeros.sum() <= 6
    np.testing.assert_array_equal(theirs.coef_ == 0, zeros)
    np.testing.assert_allclose([theirs.intercept_, *theirs.coef_], mode, atol=1e-7)
    bell = GaussianPrior(np.sqrt(2) * scale, np.arange(9) == 0)
    assert (maximum_a_posteriori(Gaussian(SIGMA), X, y, bell).theta != 0).all()


def test_logistic_regression_is_map(verdicts) -> None:
    X, y = verdicts
    theirs = LogisticRegression(C=TAU**2, tol=1e-12, solver="newton-cholesky").fit(X[:, 1:], y)
    mode = maximum_a_posteriori(Bernoulli(), X, y, GaussianPrior(TAU, MASK)).theta
    np.testing.assert_allclose([*theirs.intercept_, *theirs.coef_[0]], mode, rtol=1e-6)
    default = LogisticRegression(tol=1e-12, solver="newton-cholesky").fit(X[:, 1:], y)
    mode = maximum_a_posteriori(Bernoulli(), X, y, GaussianPrior(1.0, MASK)).theta
    np.testing.assert_allclose([*default.intercept_, *default.coef_[0]], mode, rtol=1e-6)


def train(
    name: str,
    X: Floats,
    y: NDArray[np.int64],
    lam: float,
    fall: float = 0.995,
    **options: object,
) -> Floats:
    """θ after 4,000 full-batch steps on the mean BCE, each `fall` times as long as the last."""
    b = torch.zeros(1).double().requires_grad_()
    w = torch.zeros(X.shape[1] - 1).double().requires_grad_()
    groups = [{"params": [b], "weight_decay": 0.0}, {"params": [w], "weight_decay": lam}]
    optimiser = getattr(torch.optim, name)(groups, **options)
    falling = torch.optim.lr_scheduler.ExponentialLR(optimiser, fall)
    x, target = torch.tensor(X), torch.tensor(y).double()
    for _ in range(4000):
        optimiser.zero_grad()
        bce(x @ torch.cat([b, w]), target).backward()
        optimiser.step()
        falling.step()
    return np.asarray(torch.cat([b, w]).detach().numpy())


def test_l2_under_sgd_and_adam_ends_at_the_map_and_adamw_does_not(verdicts) -> None:
    """At rest means: the gradient that the rule sets to zero is 0 to 1e-7."""
    X, y = verdicts
    prior = GaussianPrior(TAU, MASK)
    lam = prior.weight_decay(N)
    mode = maximum_a_posteriori(Bernoulli(), X, y, prior).theta
    mle = maximum_likelihood(Bernoulli(), X, y).theta
    penalised, bare = Objective(Bernoulli(), X, y, prior), Objective(Bernoulli(), X, y)
    adam = {"lr": 0.1, "betas": (0.9, 0.99)}
    for name, options in (("SGD", {"lr": 2.0}), ("Adam", adam)):
        found = train(name, X, y, lam, **options)
        assert np.linalg.norm(penalised.gradient(found)) / N < 1e-7
        np.testing.assert_allclose(found, mode, atol=1e-6)
    found = train("AdamW", X, y, lam, **adam)
    assert np.linalg.norm(bare.gradient(found)) / N < 1e-7
    np.testing.assert_allclose(found, mle, atol=1e-5)
    assert np.linalg.norm(penalised.gradient(found)) / N > 0.1
    assert np.linalg.norm(mle - mode) > 0.5


def test_adamw_on_full_batches_is_maximum_likelihood_inside_a_box(verdicts) -> None:
    X, y = verdicts
    mle, objective = maximum_likelihood(Bernoulli(), X, y).theta, Objective(Bernoulli(), X, y)
    wall = 0.5 * np.abs(mle[1:]).max()
    box = [(None, None)] + 3 * [(-wall, wall)]
    inside = minimize(objective.value, np.zeros(4), jac=objective.gradient, bounds=box).x
    found = train("AdamW", X, y, 1 / wall, fall=0.999, lr=0.1, betas=(0.9, 0.99))
    np.testing.assert_allclose(found, inside, atol=2e-3)  # the slower the steps fall, the nearer
    assert np.abs(inside[1:]).max() == pytest.approx(wall)
    mode = maximum_a_posteriori(Bernoulli(), X, y, GaussianPrior(np.sqrt(wall / N), MASK)).theta
    assert np.linalg.norm(found - mode) > 0.5


def test_decoupled_decay_is_l2_for_sgd_without_momentum(verdicts) -> None:
    X, y = verdicts
    lam, rate = 0.1, 0.5
    objective = Objective(Bernoulli(), X, y)
    theta = np.array([1.0, 2.0, -1.0, 0.5])
    w = torch.tensor(theta, requires_grad=True)
    optimiser = torch.optim.SGD([w], lr=rate, weight_decay=lam)
    bce(torch.tensor(X) @ w, torch.tensor(y).double()).backward()
    optimiser.step()
    decoupled = (1 - rate * lam) * theta - rate * objective.gradient(theta) / N
    np.testing.assert_allclose(w.detach().numpy(), decoupled, rtol=1e-14)


def test_a_batch_takes_the_whole_data_sets_lambda(verdicts) -> None:
    """Averaged over all batches of 10, mean batch loss plus (λ/2)‖w‖², λ = 1/(nτ²), is at rest."""
    X, y = verdicts
    prior = GaussianPrior(TAU, MASK)
    mode = maximum_a_posteriori(Bernoulli(), X, y, prior).theta
    batches = np.random.default_rng(0).permutation(N).reshape(-1, 10)
    slopes = [Objective(Bernoulli(), X[i], y[i]).gradient(mode) / 10 for i in batches]
    push = prior.weight_decay(N) * mode * ~MASK
    np.testing.assert_allclose(np.mean(slopes, axis=0), -push, atol=1e-13)


def test_the_chapters_table_names_tests_that_are_here() -> None:
    named = re.findall(r"^\d\. `(test_\w+)`", ROWS.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(named) == 8
    assert set(named) <= set(globals())
