"""Chapter 6's figure of what three optimisers make of weight decay."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.artist import Artist
from numpy.typing import ArrayLike

from mlelib.arguments import Floats, Integers, labels, real_array
from mlelib.datasets import penguins
from mlelib.estimation import maximum_a_posteriori, maximum_likelihood
from mlelib.figures import style
from mlelib.figures.optimisers import adam, sgd
from mlelib.figures.shapes import Hill
from mlelib.figures.weights import (
    DEPTH,
    LENGTH,
    decades,
    map_mark,
    prior_of,
    standardised,
    weight_plane,
)
from mlelib.landscapes import grid
from mlelib.likelihoods import Bernoulli
from mlelib.live import Choice, LiveFigure, Pad, Slider
from mlelib.objectives import Objective

OPTIMISERS = {"SGD": style.SOLID, "Adam": style.DASHED, "AdamW": style.DOTTED}
"""Each optimiser's dash."""
FLOOR = 1e-6
"""Distances and gradients below it are rounding errors to the eye."""


@dataclass(frozen=True, eq=False)
class Race:
    """Runs of optimisers from one start on the mean of a `loss`'s nats plus (λ/2)‖w‖².

    All steps are full-batch: SGD's step size is 1, that of Adam and AdamW 0.05, with β₁ = 0.9 and
    β₂ = 0.99. λ comes as its logarithm to base 10.
    """

    loss: Objective
    start: tuple[float, float]
    steps: int

    def penalised(self, log_decay: float) -> Objective:
        """n times that sum, up to a constant: the negative log posterior."""
        prior = prior_of(10**log_decay, len(self.loss.y))
        return Objective(self.loss.likelihood, self.loss.X, self.loss.y, prior)

    def best(self, log_decay: float) -> Floats:
        """Where it is least: the MAP, (2,)."""
        o = self.penalised(log_decay)
        return np.asarray(maximum_a_posteriori(o.likelihood, o.X, o.y, o.prior).theta)

    def run(self, optimiser: str, log_decay: float) -> Floats:
        """The positions from the start on, (steps + 1, 2)."""

        def gradient(w: Floats) -> Floats:
            return self.loss.gradient(w) / len(self.loss.y)

        decay = 10**log_decay
        if optimiser == "SGD":
            return sgd(gradient, self.start, 1.0, decay, self.steps)
        decoupled, betas = optimiser == "AdamW", (0.9, 0.99)
        return adam(gradient, self.start, 0.05, decay, self.steps, decoupled=decoupled, betas=betas)


def decay_race(
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    names: tuple[str, str] = (LENGTH, DEPTH),
    start: tuple[float, float] = (-1.0, 3.5),
    steps: int = 600,
) -> LiveFigure:
    """Left three optimisers' paths over the mean NLL plus (λ/2)‖w‖²; right their distance to its
    minimum, the MAP.

    `x` (n, 2) and labels `y` (n,): by default bills and sex of the Gentoo penguins. x is
    standardised, and there is no intercept. `steps` is a multiple of 60; `Race` says how long they
    are.
    """
    if steps < 60 or steps % 60:
        raise ValueError(f"steps must be a multiple of 60, got {steps}")
    if x is None:
        x, y = gentoo_sexes()
    X = standardised(real_array("x", x, (None, 2)))
    loss = Objective(Bernoulli(), X, labels("y", [] if y is None else y, 2))
    mle = maximum_likelihood(Bernoulli(), X, loss.y).theta
    race = Race(loss, start, steps)
    run, best = lru_cache(maxsize=256)(race.run), lru_cache(maxsize=64)(race.best)

    figure, left, right = style.two_panels()
    w0, w1 = weight_plane(left, np.array([np.zeros(2), mle, start]), 0.15, names)
    style.frame(right, ("step", 0, steps), ("distance to the MAP", np.log10(FLOOR), 1))
    decades(right, axis="y")
    hill = Hill(left, w0, w1, color=style.LOSS, levels=(0.01, 0.1, 0.5), fade=1)
    trails, gaps = (
        {name: axes.plot([], [], linestyle=dash, zorder=3)[0] for name, dash in OPTIMISERS.items()}
        for axes in (left, right)
    )
    (square,) = left.plot([], [], color=style.INK, linewidth=style.THIN, linestyle=style.DASHED)
    left.plot(*np.array(start)[:, None], "s", color=style.MODEL, markersize=6)
    style.label(left, start[0] - 0.03 * np.ptp(w0), start[1], "start", "right")
    style.optimum(left, *mle)
    diamond = map_mark(left)
    style.key(left, 0, "MLE", style.INK, marker="*")
    style.key(left, 0.25, "MAP", style.POSTERIOR, marker="D")
    words = "|w₀|, |w₁| ≤ 1/λ"
    box = [square, *style.key(left, 0.5, words, style.INK, dash=style.DASHED, width=style.THIN)]
    for place, (name, dash) in zip((0, 0.28, 0.6), OPTIMISERS.items(), strict=True):
        style.key(right, place, name, style.MODEL, dash=dash)
    dots = style.dot(left, style.MODEL), style.dot(right, style.MODEL)
    drawn = np.r_[0:60, 60 : steps + 1 : 5]  # of the steps; later ones are short

    def distances(optimiser: str, decay: float) -> Floats:
        return np.asarray(np.linalg.norm(run(optimiser, decay) - best(decay), axis=1))

    def landscape(decay: float) -> list[Artist]:
        objective, lowest = race.penalised(decay), best(decay)
        heights = grid(objective, lowest, w0, w1).values - objective.value(lowest)
        diamond.set_data(*lowest[:, None])
        square.set_data(10**-decay * np.array([(1, -1, -1, 1, 1), (1, 1, -1, -1, 1)]))
        for artist in box:
            artist.set_visible(10**-decay < max(w0[-1], w1[-1]))
        return [*hill.set(heights / len(X)), diamond, *box]

    def tracks(optimiser: str, decay: float) -> list[Artist]:
        for name in OPTIMISERS:
            trails[name].set_data(*run(name, decay)[drawn].T)
            gaps[name].set_data(drawn, log_floored(distances(name, decay)[drawn]))
            for line in (trails[name], gaps[name]):
                line.set(color=style.DATA, linewidth=style.THIN)
                if name == optimiser:
                    line.set(color=style.MODEL, linewidth=style.LINE)
        return [*trails.values(), *gaps.values()]

    def position(optimiser: str, decay: float, step: int) -> list[Artist]:
        dots[0].set_data(*run(optimiser, decay)[step][:, None])
        dots[1].set_data([step], log_floored(distances(optimiser, decay)[[step]]))
        return [*dots]

    def readout(optimiser: str, decay: float, step: int) -> dict[str, str]:
        w = run(optimiser, decay)[step]
        slope = np.linalg.norm(race.penalised(decay).gradient(w)) / len(X)
        return {
            "λ": style.number(10**decay),
            "w": ", ".join(style.number(weight, ".3f") for weight in w),
            "distance to the MAP": small(distances(optimiser, decay)[step]),
            "distance to the MLE": small(float(np.linalg.norm(w - mle))),
            "length of the gradient": small(float(slope)),
        }

    return LiveFigure(
        "decay-race",
        figure,
        [landscape, tracks, position],
        controls={
            "optimiser": Choice(tuple(OPTIMISERS), value="AdamW", label="optimiser"),
            "decay": Slider(-2, 0, 0.25, value=-1, label="log₁₀ λ, the weight decay"),
            "step": Slider(0, steps, steps // 60, value=steps, label="step", play=True),
        },
        pads=[Pad(right, x="step")],
        readout=readout,
        caption="Play the steps under each optimiser. SGD and Adam end at the MAP; AdamW, whose "
        "decay is not in the gradient, ends elsewhere.",
        alt="Left: the penalised loss over two weights as a shaded hollow, the MAP a diamond at "
        "its bottom and the MLE a star up its side; of three paths from one start two end at the "
        "diamond, and the bold dotted one, AdamW's, at the star. Right: the distance to the MAP on "
        "a logarithmic scale; it falls step by step under SGD and Adam, and under AdamW it stays "
        "where it was.",
    )


def log_floored(lengths: Floats) -> Floats:
    """log₁₀ of lengths, as if none were below `FLOOR`."""
    return np.asarray(np.log10(np.maximum(lengths, FLOOR)))


def small(length: float) -> str:
    """A length for a readout."""
    return style.number(length, ".2g") if length >= FLOOR else "below 10⁻⁶"


def gentoo_sexes() -> tuple[Floats, Integers]:
    """Bill length and depth (119, 2) of the Gentoo penguins and their sex."""
    birds = penguins()
    rows = birds.species == birds.species_names.index("Gentoo")
    return np.column_stack([birds.bill_length_mm, birds.bill_depth_mm])[rows], birds.sex[rows]
