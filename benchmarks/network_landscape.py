"""A network's loss over 51×51 points of a plane, against the `loss-landscapes` package.

Both get the same network, data, directions and points, in turn, in one process. The peer gets
torch's own form of the loss, which is faster than ours. Its values must be ours, or no time counts.
Ours runs in two threads; the peer's operations are too small to share, and torch gets the one
thread that suits it best.
"""

from collections.abc import Iterator
from copy import deepcopy
from functools import partial

import loss_landscapes
import numpy as np
import torch
from loss_landscapes.metrics import Loss
from torch import nn

from benchmarks.race import Row, in_turn
from mlelib.likelihoods import Bernoulli
from mlelib.networks import filter_normalised, landscape, mlp, nll

POINTS, RUNS = 51, 15
# Chapter 5's network, and larger ones, where arithmetic counts and not calls: the target for each.
CASES = {((6, 6, 6, 6, 1), 120): 10, ((2, 16, 16, 1), 200): 1, ((2, 32, 32, 1), 400): 1}


class Pair:
    """One network, seen by both over the square from its parameters to two directions' ends."""

    def __init__(self, widths: tuple[int, ...], n: int) -> None:
        self.x = torch.tensor(np.random.default_rng(1).normal(size=(n, widths[0])))
        self.y = (self.x[:, 0] * self.x[:, 1] > 0).double()
        self.network = mlp(widths)
        self.directions = filter_normalised(self.network)
        self.ends = [deepcopy(self.network) for _ in self.directions]
        for end, direction in zip(self.ends, self.directions, strict=True):
            state = self.network.state_dict()
            end.load_state_dict({name: state[name] + direction[name] for name in state})

    def ours(self, along: range = range(POINTS)) -> np.ndarray:
        a, b = np.arange(POINTS) / POINTS, np.array(along) / POINTS
        loss = partial(nll, Bernoulli())
        return landscape(self.network, loss, self.x, self.y, self.directions, a, b).values

    def theirs(self) -> np.ndarray:
        metric = Loss(nn.BCEWithLogitsLoss(reduction="sum"), self.x, self.y)
        return loss_landscapes.planar_interpolation(
            self.network, *self.ends, metric, steps=POINTS, deepcopy_model=True
        )

    def check(self) -> None:
        """The peer goes to and fro along the second direction: on the way out from 1, back to 0."""
        values = self.ours(range(POINTS + 1)).T
        wanted = values[:, :-1].copy()
        wanted[::2] = values[::2, 1:]
        np.testing.assert_allclose(self.theirs(), wanted, rtol=1e-9)


def rows() -> Iterator[Row]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    for (widths, n), target in CASES.items():
        pair = Pair(widths, n)
        what = f"network landscape {POINTS}×{POINTS}, {'-'.join(map(str, widths))}, n = {n}"
        pair.check()
        mine, theirs = in_turn([pair.ours, pair.theirs], RUNS)
        yield Row(what, "ms", mine, theirs, "loss-landscapes", target)
    torch.set_num_threads(threads)
