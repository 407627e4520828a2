"""What the readouts of chapter 6's figures must say, computed without the figures: by scipy.stats,
normal equations, an enumeration of signs, and PyTorch's own optimisers."""

from functools import cache
from itertools import product

import numpy as np
import torch
from scipy import stats

from mlelib import penguins


def listed(weights):
    texts = ("0 exactly" if weight == 0 else f"{weight:z.3f}" for weight in weights)
    return ", ".join(texts).replace("-", "−")


def prior_times_likelihood(heads, tails, a, b):
    def mode(a, b):
        return (a - 1) / (a + b - 2) if a + b > 2 else "none, it is flat"

    posterior = stats.beta(a + heads, b + tails)
    low, high = posterior.interval(0.95)
    return {
        "prior's peak": mode(a, b),
        "MLE": mode(1 + heads, 1 + tails),
        "MAP": mode(a + heads, b + tails),
        "posterior mean": posterior.mean(),
        "95 % of the posterior": f"{low:.2f} to {high:.2f}",
    }


def gentoos():
    """Standardised bills (119, 2), masses and sexes of the Gentoo penguins."""
    birds = penguins()
    bills = np.column_stack([birds.bill_length_mm, birds.bill_depth_mm])[birds.species == 2]
    return stats.zscore(bills), *(v[birds.species == 2] for v in (birds.body_mass_g, birds.sex))


def two_weights():
    """X (119, 2), y and σ of the linear model, in the figure's order."""
    bills, mass, _ = gentoos()
    order = np.random.default_rng(0).permutation(np.flatnonzero(penguins().species == 2))
    order -= np.flatnonzero(penguins().species == 2)[0]
    X, y = bills[order], stats.zscore(mass)[order]
    _, squares, *_ = np.linalg.lstsq(X, y)
    return X, y, np.sqrt(squares[0] / len(y))


def lasso(A, c, k):
    """argmin wᵀAw/2 − c·w + k Σ|wⱼ| of two weights: the best that agrees with its own signs."""
    found = []
    for signs in product((-1, 0, 1), repeat=2):
        active, w = np.array(signs) != 0, np.zeros(2)
        if active.any():
            right = (c - k * np.array(signs))[active]
            w[active] = np.linalg.solve(A[np.ix_(active, active)], right)
        if (np.sign(w) == signs).all():
            found.append((w @ A @ w / 2 - c @ w + k * abs(w).sum(), w))
    return min(found, key=lambda pair: pair[0])[1]


@cache
def two_weights_map(n, prior, tau):
    X, y, sigma = two_weights()
    A, c = X[:n].T @ X[:n] / sigma**2, X[:n].T @ y[:n] / sigma**2
    if prior == "Gaussian":
        return np.linalg.solve(A + np.eye(2) / 10 ** (2 * tau), c), np.linalg.solve(A, c)
    return lasso(A, c, np.sqrt(2) / 10**tau), np.linalg.solve(A, c)


def map_contours(prior, n, tau):
    best, mle = two_weights_map(n, prior, tau)
    return {
        "τ": 10**tau,
        "MAP": listed(best),
        "MLE": listed(mle),
        "MAP to MLE": np.hypot(*(best - mle)),
    }


def sines():
    rng = np.random.default_rng(0)
    x, x_new = (np.arange(15) + 0.5) / 15, rng.uniform(size=1000)
    y = np.sin(2 * np.pi * x) + rng.normal(0, 0.25, 15)
    return x, y, x_new, np.sin(2 * np.pi * x_new) + rng.normal(0, 0.25, 1000)


def ridge_curve(decay):
    x, y, x_new, y_new = sines()
    low, high = x_new.min(), x_new.max()

    def powers(u):
        return np.polynomial.legendre.legvander((2 * u - low - high) / (high - low), 9)

    lam, X = 10**decay, powers(x)
    penalty = np.diag([0.0] + [15 * lam * 0.0625] * 9)
    w = np.linalg.solve(X.T @ X + penalty, X.T @ y)
    return {
        "λ": lam,
        "prior's τ": 1 / np.sqrt(15 * lam),
        "mean NLL": -stats.norm.logpdf(y, X @ w, 0.25).mean(),
        "mean NLL of new points": -stats.norm.logpdf(y_new, powers(x_new) @ w, 0.25).mean(),
        "length of w": np.linalg.norm(w[1:]),
    }


@cache
def torch_run(optimiser, decay, steps=600, start=(-1.0, 3.5)):
    """PyTorch's path from the start, (steps + 1, 2); λ = `decay` is its `weight_decay`."""
    X, _, sex = gentoos()
    X, y = torch.tensor(X), torch.tensor(sex, dtype=torch.float64)
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    if optimiser == "SGD":
        rule = torch.optim.SGD([w], lr=1.0, weight_decay=decay)
    else:
        kind = {"Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW}[optimiser]
        rule = kind([w], lr=0.05, betas=(0.9, 0.99), weight_decay=decay)
    path = [w.detach().numpy().copy()]
    for _ in range(steps):
        rule.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(X @ w, y).backward()
        rule.step()
        path.append(w.detach().numpy().copy())
    return np.array(path)


def slope(w, decay):
    """The gradient of the mean NLL plus (λ/2)‖w‖²."""
    X, _, sex = gentoos()
    return X.T @ (1 / (1 + np.exp(-X @ w)) - sex) / len(X) + decay * w


@cache
def logistic_best(decay):
    """Where that is least, by Newton's method."""
    X, _, _ = gentoos()
    w = np.zeros(2)
    for _ in range(50):
        p = 1 / (1 + np.exp(-X @ w))
        hessian = (X.T * p * (1 - p)) @ X / len(X) + decay * np.eye(2)
        w = w - np.linalg.solve(hessian, slope(w, decay))
    return w


def decay_race(optimiser, decay, step):
    lam = 10**decay
    w = torch_run(optimiser, lam)[step]
    lengths = {
        "distance to the MAP": w - logistic_best(lam),
        "distance to the MLE": w - logistic_best(0.0),
        "length of the gradient": slope(w, lam),
    }
    norms = {name: np.linalg.norm(vector) for name, vector in lengths.items()}
    shown = {name: "below 10⁻⁶" if norm < 1e-6 else norm for name, norm in norms.items()}
    return {"λ": lam, "w": listed(w), **shown}
