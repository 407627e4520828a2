"""Chapter 5's duel: the landscapes of two losses over the same weights, and a descent on each."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from numpy.typing import ArrayLike
from scipy.optimize import minimize

from mlelib.arguments import Floats, Integers
from mlelib.brier import BrierObjective
from mlelib.descent import Path, gradient_descent
from mlelib.figures import style
from mlelib.figures.shapes import NOWHERE, Hill, contours
from mlelib.figures.sheet import Sheet
from mlelib.landscapes import grid, hessian_spectrum
from mlelib.likelihoods import Bernoulli
from mlelib.live import Choice, LiveFigure, Pad, Slider
from mlelib.objectives import Objective

STEPS = 50
"""Of either descent."""
STEP = 2.0
"""On the mean loss; far below 2/L for measurements of variance 1."""

NAMES = "BCE", "squared error"
COLORS = style.LOSS, style.SECOND
RINGS = (0.1, 1, 3, 6), (0.05, 0.2, 0.4, 0.6)
"""How far above the lowest point the contours of either loss are."""
KEYS, UPPER_KEYS = 0.3, style.HEADER + 0.09
"""What a second row of keys needs, in inches, and where it stands."""


class Ground:
    """A loss over a square of weights: what a panel shows of it, all of it means over examples."""

    def __init__(self, objective: Objective | BrierObjective, side: Floats) -> None:
        self.objective, self.n = objective, len(objective.y)
        values = grid(objective, [0.0, 0.0], side, side).values
        row, column = np.unravel_index(values.argmin(), values.shape)
        self.best = minimize(
            objective.value,
            [side[column], side[row]],
            jac=objective.gradient,
            hess=objective.hessian,
            method="trust-exact",
        ).x
        self.lowest = objective.value(self.best) / self.n
        self.above = (values / self.n - self.lowest).clip(min=0)
        self.smallest = np.array(
            [[self.smallest_eigenvalue([w1, w2]) for w1 in side[::2]] for w2 in side[::2]]
        )

    def smallest_eigenvalue(self, w: ArrayLike) -> float:
        """Of the Hessian at weights `w` (2,)."""
        return float(hessian_spectrum(self.objective, w)[0]) / self.n

    def descend(self, start: ArrayLike) -> Path:
        """`STEPS` steps of `STEP` from `start`; the path's values and gradients are sums."""
        return gradient_descent(self.objective, start, STEP / self.n, STEPS)


def landscape_duel(
    samples: Sequence[tuple[ArrayLike, ArrayLike]] | None = None, reach: int = 7
) -> LiveFigure:
    """Left BCE, right squared error over two weights, with a descent on each; below, from aside.

    `samples` are two or more of X (n, 2) and labels y (n,), which must overlap: by default three
    draws of 100 from one model. There is no intercept. The mean of the loss is shown for weights
    from −`reach` to `reach`, a whole number.
    """
    drawn = [overlapping(seed) for seed in (1, 2, 3)] if samples is None else samples
    side = np.linspace(-reach, reach, 121)
    grounds = {
        number: (Ground(Objective(Bernoulli(), X, y), side), Ground(BrierObjective(X, y), side))
        for number, (X, y) in enumerate(drawn, 1)
    }

    figure, upper, lower = two_landscapes(below=3.6)
    views = Slider(0, 345, 15, value=30, label="turn the view (degrees)", play=True)
    ticks = np.linspace(-reach + 1, reach - 1, 5)
    for axes in upper:
        style.frame(axes, ("weight w₁", -reach, reach), ("weight w₂", -reach, reach), ticks, ticks)
    hills = [
        Hill(axes, side, side, color=color, levels=levels, fade=1.4 * levels[-1])
        for axes, color, levels in zip(upper, COLORS, RINGS, strict=True)
    ]
    borders = [PathPatch(NOWHERE, fill=False, linewidth=style.LINE, zorder=3) for _ in upper]
    for axes, border in zip(upper, borders, strict=True):
        border.set_linestyle(style.DASHED)
        axes.add_patch(border)
    tracks = [
        axes.plot([], [], color=style.MODEL, linewidth=style.LINE, zorder=4)[0] for axes in upper
    ]
    ends = [axes.plot([], [], "X", color=style.MODEL, markersize=9, zorder=4)[0] for axes in upper]
    stars = [style.optimum(axes, 0, 0) for axes in upper]
    starts = [style.dot(axes, style.MODEL) for axes in upper]
    for axes, name, color, levels in zip(upper, NAMES, COLORS, RINGS, strict=True):
        name_landscape(axes, name, color, levels)
        style.key(axes, 0.76, "lowest", style.INK, marker="*")
    style.key(upper[0], 0.33, f"after {STEPS} steps", style.MODEL, marker="X", y=UPPER_KEYS)
    style.key(upper[1], 0.6, "convex in it", style.INK, dash=style.DASHED, y=UPPER_KEYS)

    net = slice(None, None, 12)
    sheets, dials = [], []
    for k, axes in enumerate(lower):
        axes.set(xlim=(views.min, views.max), ylim=(0, 1), xticks=[], yticks=[])
        axes.axhline(0, color=style.INK, linewidth=style.FINE)
        top = max((each[k].above + each[k].lowest).max() for each in grounds.values())
        sheets.append(Sheet(axes, side[net] / reach, COLORS[k], ("w₁", "w₂"), top))
        style.label(axes, views.min, 1, NAMES[k], "left")
        dials.append(style.dot(axes, style.INK))

    def ground(sample: int) -> list[Artist]:
        changed: list[Artist] = []
        for k, each in enumerate(grounds[sample]):
            changed += hills[k].set(each.above)
            stars[k].set_data(*each.best[:, None])
            borders[k].set_path(contours(side[::2], side[::2], each.smallest, (0,)))
            changed += [stars[k], borders[k]]
        return changed

    @lru_cache
    def ways(sample: int, w1: float, w2: float) -> list[Path]:
        return [each.descend([w1, w2]) for each in grounds[sample]]

    def descend(sample: int, w1: float, w2: float) -> list[Artist]:
        for way, start, track, end in zip(ways(sample, w1, w2), starts, tracks, ends, strict=True):
            track.set_data(*evenly(way.thetas, 17).T)
            start.set_data([w1], [w2])
            end.set_data(*way.thetas[-1][:, None])
        return [*tracks, *ends, *starts]

    def turn(sample: int, view: int) -> list[Artist]:
        changed: list[Artist] = []
        for each, sheet, dial in zip(grounds[sample], sheets, dials, strict=True):
            changed += sheet.set(each.above[net, net] + each.lowest, view)
            dial.set_data([view], [0])
            changed.append(dial)
        return changed

    def readout(sample: int, w1: float, w2: float) -> dict[str, str]:
        pairs = list(zip(grounds[sample], ways(sample, w1, w2), strict=True))
        slopes = (way.gradient_norms[-1] / each.n for each, way in pairs)
        smallest = (each.smallest_eigenvalue([w1, w2]) for each, _ in pairs)
        return {
            f"loss after {STEPS} steps": named(
                (way.values[-1] / each.n for each, way in pairs), ".3f"
            ),
            "lowest loss": named((each.lowest for each, _ in pairs), ".3f"),
            f"gradient after {STEPS} steps": named(slopes, ".5f"),
            "least eigenvalue at the start": named(smallest, ".5f"),
        }

    return LiveFigure(
        "landscape-duel",
        figure,
        [ground, descend, turn],
        controls={
            "w1": Slider(-reach, reach, 1, value=1 - reach, label="start w₁"),
            "w2": Slider(-reach, reach, 1, value=1 - reach, label="start w₂"),
            "sample": Choice(tuple(grounds), value=1, label="sample"),
            "view": views,
        },
        pads=[
            *(Pad(axes, x="w1", y="w2") for axes in upper),
            *(Pad(axes, x="view") for axes in lower),
        ],
        readout=readout,
        caption="Drag the start into the corner where both weights are wrong. The descent on the "
        "BCE ends at the star, that on the squared error stays on the plateau.",
        alt="Left: the BCE over two weights, a bowl with contours, and a path from a dot in the "
        "lower left corner straight to the star at its lowest point. Right: the squared error, a "
        "high plateau in that corner and a small ring around the star in which it is convex; the "
        "path from the same dot ends close to it. Below each the same surface from aside, left "
        "a bowl, right a slope that levels out above and below.",
    )


def overlapping(seed: int, n: int = 100) -> tuple[Floats, Integers]:
    """Two standard normal measurements and labels with log-odds 1.5·(x₁ + x₂): X (n, 2), y (n,)."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2))
    return X, Bernoulli().sample(1.5 * X.sum(axis=1), rng)


def evenly(way: Floats, points: int) -> Floats:
    """A polyline (k, 2) in so many points, at equal distances along it."""
    length = np.r_[0, np.hypot(*np.diff(way, axis=0).T).cumsum()]
    places = np.linspace(0, length[-1], points)
    return np.column_stack([np.interp(places, length, column) for column in way.T])


def named(values: Iterable[float], spec: str) -> str:
    """A number of either loss, for a readout."""
    return ", ".join(
        f"{name} {style.number(value, spec)}" for name, value in zip(NAMES, values, strict=True)
    )


def two_landscapes(below: float = 0) -> tuple[Figure, list[Axes], list[Axes]]:
    """Two panels with room for two rows of keys, and bare ones `below` inches high under them."""
    figure, *upper = style.two_panels()
    width, height = figure.get_size_inches()
    total = KEYS + height + below
    figure.set_size_inches(width, total)
    lower = []
    for axes in upper:
        left, bottom, across, up = axes.get_position().bounds
        axes.set_position((left, (below + height * bottom) / total, across, height * up / total))
        if below:
            lower.append(figure.add_axes((left, 0.2 / total, across, (below - 0.4) / total)))
            lower[-1].set_axis_off()
    return figure, upper, lower


def name_landscape(axes: Axes, name: str, color: str, rings: Sequence[float]) -> None:
    """The keys of a loss's heat map, and of its contours so far above the lowest point."""
    style.key(axes, 0, name, color, marker="s", y=UPPER_KEYS)
    heights = ", ".join(style.number(ring, "g") for ring in rings)
    style.key(axes, 0, f"{heights} above", style.INK, width=style.FINE)
