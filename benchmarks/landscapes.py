"""A loss over 201×201 parameters of two, summed over all examples at each."""

import tracemalloc
from collections.abc import Iterator
from functools import partial

import numpy as np
import torch
from torch.nn import functional

from benchmarks.race import Row, Work, in_turn, race
from mlelib.arguments import Floats
from mlelib.landscapes import grid
from mlelib.likelihoods import Bernoulli, Gaussian, Likelihood
from mlelib.objectives import BLOCK, THREADS, Objective, add_intercept

POINTS, N, MANY = 201, 1000, 1_000_000
FEW_POINTS = 21  # at a million examples: 201×201 would take minutes
BLOCKS = 20  # of each thread's: the most memory that values may take, whatever n
IN_CACHE = 16_000  # numbers: where exp and log1p alone are fastest


def problem(likelihood: Likelihood, n: int) -> Objective:
    rng = np.random.default_rng(0)
    X = add_intercept(rng.normal(size=n))
    return Objective(likelihood, X, likelihood.sample(X @ [0.5, -1.0], rng))


def landscape(objective: Objective, points: int = POINTS) -> Floats:
    along = np.linspace(-4, 4, points)
    return grid(objective, [0.0, 0.0], along, along).values


def broadcast(objective: Objective) -> Floats:
    """As one writes it in NumPy: the logits of all examples at all points, log(1 + eᶻ), a sum."""
    along = np.linspace(-4, 4, POINTS)
    z = along[:, None] + along[:, None, None] * objective.X[:, 1]
    return np.asarray(np.logaddexp(0, (1 - 2 * objective.y) * z).sum(axis=-1))


def broadcast_in_torch(objective: Objective) -> Floats:
    along = torch.linspace(-4, 4, POINTS, dtype=torch.float64)
    x, sign = torch.tensor(objective.X[:, 1]), torch.tensor(1.0 - 2.0 * objective.y)
    z = along[:, None] + along[:, None, None] * x
    return np.asarray(functional.softplus(sign * z, threshold=40).sum(-1).numpy())


def exponentials(numbers: int) -> Work:
    """One exp and one log1p a number, in place in a block, in one thread."""
    block = -np.random.default_rng(1).exponential(size=IN_CACHE)

    def work() -> None:
        into = np.empty_like(block)
        for _ in range(numbers // IN_CACHE):
            np.log1p(np.exp(block, out=into), out=into)

    return work


def logistic() -> Iterator[Row]:
    objective = problem(Bernoulli(), N)
    floor = exponentials(POINTS**2 * N // THREADS), f"one exp and log1p a number, {THREADS} threads"
    peers = {
        "NumPy, broadcast, logaddexp": (broadcast, 5),
        "torch, broadcast, softplus": (broadcast_in_torch, 1),
    }
    for against, (peer, target) in peers.items():
        yield race(
            f"logistic landscape {POINTS}×{POINTS}, n = {N:,}",
            partial(landscape, objective),
            partial(peer, objective),
            against,
            target,
            floor=floor,
        )


def growth() -> Iterator[Row]:
    small, large = problem(Bernoulli(), N), problem(Bernoulli(), MANY)
    work = [partial(landscape, small), partial(landscape, large, FEW_POINTS)]
    sizes = POINTS**2 * N, FEW_POINTS**2 * MANY
    here, there = (1e6 * t / size for t, size in zip(in_turn(work, 3), sizes, strict=True))
    what = f"logistic landscape, n = {MANY:,}"
    points = f"{FEW_POINTS}×{FEW_POINTS} points there"
    against = f"ours at n = {N:,}"
    yield Row(f"{what}, per number", "ns", there, here, against, 0.8, note=points)
    tracemalloc.start()
    landscape(large, FEW_POINTS)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    limit = BLOCKS * THREADS * BLOCK * 8 / 1e6
    note = f"{points}; the logits alone, broadcast, are {FEW_POINTS**2 * MANY * 8 / 1e9:.1f} GB"
    yield Row(f"{what}, peak memory", "MB", peak, limit, "a limit", 1, note=note)


def squares(objective: Objective, points: int) -> Floats:
    """The Gaussian nll as one writes it in NumPy, a point at a time."""
    along = np.linspace(-4, 4, points)
    y, x = objective.y, objective.X[:, 1]
    sums = [[np.sum((y - a - b * x) ** 2) for a in along] for b in along]
    return np.array(sums) / 2 + len(y) * np.log(2 * np.pi) / 2


def gaussian() -> Iterator[Row]:
    objective = problem(Gaussian(), MANY)

    def ours(points: int) -> Floats:
        return landscape(Objective(Gaussian(), objective.X, objective.y), points)

    few = 5
    np.testing.assert_allclose(ours(few), squares(objective, few), rtol=1e-9)
    mine, theirs = in_turn([partial(ours, POINTS), partial(squares, objective, few)], 3)
    what = f"Gaussian landscape {POINTS}×{POINTS}, n = {MANY:,}"
    note = f"the peer's time is that of {few}×{few} points, times {POINTS**2 / few**2:,.0f}"
    peer = theirs * POINTS**2 / few**2
    yield Row(what, "ms", mine, peer, "NumPy, a point at a time", 100, note=note)


def rows() -> Iterator[Row]:
    yield from logistic()
    yield from growth()
    yield from gaussian()
