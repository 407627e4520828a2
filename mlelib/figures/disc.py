"""A probability over a disc, from above as shading and from aside as a sheet in space.

The probability is that of one neuron, p = σ(k·(u − c)): u runs along the weights, at an angle from
the x-axis, c is where p = ½, and k the length of the weights; k = ∞ is the step. The disc is
u² + v² ≤ 1. Because it is round, turning the weights is the same as walking round it: the sheet
looks alike wherever angle and viewpoint differ by as much, and a state table has it once.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import Circle, Ellipse
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from mlelib.arguments import Floats
from mlelib.figures import style
from mlelib.figures.wireframe import View

LEVELS = np.array([0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
"""The probabilities at which the sheet has a line."""
LAYERS = 20
"""Steps of the shading: 3 % of opacity each, next to invisible."""


class FromAbove:
    """The disc as a shaded circle around `middle`, `radius` (2,) from it, in the panel's units."""

    def __init__(self, axes: Axes, middle: Floats, radius: Floats) -> None:
        place = Affine2D().scale(*radius).translate(*middle) + axes.transData
        rim = Circle((0, 0), 1, transform=place, facecolor="none", edgecolor=style.INK)
        rim.set_linewidth(style.FINE)
        axes.add_patch(rim)
        self._layers = PathCollection(
            [],
            facecolors=[(*to_rgb(style.MODEL), alpha) for alpha in layered(LAYERS, style.DEEPEST)],
            edgecolors="none",
            transform=place,
            clip_on=False,
            zorder=0,
        )
        axes.add_collection(self._layers, autolim=False)
        (self._boundary,) = axes.plot(
            [], [], color=style.INK, linewidth=style.LINE, transform=place, zorder=4
        )

    def shade(self, angle: float, offset: float, steepness: float) -> list[Artist]:
        """Show p, the deeper the higher."""
        levels = (np.arange(LAYERS) + 0.5) / LAYERS
        starts = (offset + logit(levels) / steepness).clip(-1, 1)
        outlines = turned(segments(starts), angle)
        self._layers.set_paths([Path(outline, SEGMENT) for outline in outlines])
        return [self._layers]

    def divide(self, angle: float, offset: float) -> list[Artist]:
        """Draw the boundary p = ½."""
        self._boundary.set_data(*turned(chord(offset), angle).T)
        return [self._boundary]


class FromAside:
    """The disc as the floor of a space whose third axis is p, seen from a viewpoint that turns."""

    elevation, size, height = 27.0, 98, 1.15  # degrees; points to a radius; radii to p = 1

    def __init__(self, axes: Axes, names: Sequence[str]) -> None:
        width, height = axes.bbox.size
        place = (
            Affine2D().scale(self.size / width, self.size / height).translate(0.5, 0.34)
            + axes.transAxes
        )
        floor = Ellipse((0, 0), 2, 2 * np.sin(np.radians(self.elevation)), transform=place)
        floor.set(facecolor="none", edgecolor=style.INK, linewidth=style.FINE, zorder=1)
        axes.add_patch(floor)
        lift = self.height * np.cos(np.radians(self.elevation))
        post = [[-1, 0], [-1, lift]]
        axes.plot(*np.transpose(post), color=style.INK, linewidth=style.FINE, transform=place)
        for p, words in ((0, "p = 0"), (0.5, "½"), (1, "1")):
            label = axes.text(-1.07, p * lift, words, transform=place, ha="right", va="center")
            label.set_fontsize(style.TICK_SIZE)
        self._strips = PathCollection(
            [], edgecolors=style.INK, linewidths=0.5, transform=place, clip_on=False, zorder=2
        )
        axes.add_collection(self._strips, autolim=False)
        (self._boundary,) = axes.plot(
            [], [], color=style.INK, linewidth=style.LINE, transform=place, zorder=4
        )
        (self._cross,) = axes.plot(
            [], [], color=style.INK, linewidth=style.FINE, transform=place, zorder=1
        )
        self._names = [
            axes.text(0, 0, name, transform=place, ha="center", va="center", size=style.TEXT_SIZE)
            for name in names
        ]

    def rise(self, angle: float, offset: float, steepness: float, azimuth: float) -> list[Artist]:
        """Show p as the height of a sheet, with its boundary p = ½."""
        view = View(azimuth - angle, self.elevation)
        space = np.array([1, 1, self.height])
        sheet = view.project(strips(offset, steepness) * space)
        tints = style.DEEPEST * np.convolve(np.r_[0, LEVELS, 1], [0.5, 0.5], "valid")
        order = np.arange(len(sheet))
        if view.nearness(np.array([1.0, 0, 0])) < 0:
            order = order[::-1]
        self._strips.set_paths([Path(sheet[strip], STRIP) for strip in order])
        self._strips.set_facecolor([(*to_rgb(style.MODEL), tints[strip]) for strip in order])
        across = np.column_stack([chord(offset), [0.5, 0.5]])
        self._boundary.set_data(*view.project(across * space).T)
        return [self._strips, self._boundary]

    def turn(self, azimuth: float) -> list[Artist]:
        """Show the axes of the floor, each named at the end that is nearer."""
        view = View(azimuth, self.elevation)
        head = [[0.9, -0.05], [1, 0], [0.9, 0.05]]
        arrow = np.array([[-1, 0], [1, 0], [np.nan] * 2, *head, [np.nan] * 2])
        both = np.concatenate([arrow, turned(arrow, 90)])
        self._cross.set_data(*view.project(np.column_stack([both, 0 * both[:, 0]])).T)
        for words, tip in zip(self._names, np.eye(3), strict=False):
            across, up = view.project(tip)
            if (round(up, 9), -across) > (0, 0):  # the far end, or of two as near the left one
                across, up = -across, -up
            words.set_position((1.22 * across, 1.12 * up - 0.13))
        return [self._cross, *self._names]


def strips(offset: float, steepness: float) -> Floats:
    """The sheet p = σ(steepness·(u − offset)), cut along `LEVELS`: outlines (strips, 8, 3).

    Each is an arc of the rim, the upper level line and the arc back, as `STRIP` says, in (u, v, p).
    A level that the disc does not reach lies at its edge. An infinite steepness is a step.
    """
    k = min(steepness, 1e9)
    ends = k * np.array([-1 - offset, 1 - offset])
    z = logit(LEVELS).clip(*ends)
    u, p = np.r_[-1, offset + z / k, 1], np.asarray(expit(np.r_[ends[0], z, ends[1]]))
    v = np.sqrt(1 - u**2)
    knots = np.stack([u, v, p], axis=-1)
    turn = np.diff(np.arccos(u))
    arc = 4 / 3 * np.tan(turn / 4)  # the handles of a Bézier segment that is an arc of a circle
    steep = k * p * (1 - p) * v  # the rise of p with the angle; a handle ends before the next knot
    rises = [
        np.minimum(-steep[side] * turn / 3, np.diff(p)) for side in (slice(-1), slice(1, None))
    ]
    after, before = (
        sign * np.stack([-arc * v[side], arc * u[side], rise], axis=-1) + knots[side]
        for sign, side, rise in zip((1, -1), (slice(-1), slice(1, None)), rises, strict=True)
    )
    here = np.stack([knots[:-1], after, before, knots[1:]], axis=1)
    there = here * [1, -1, 1]
    return np.concatenate([there, here[:, ::-1]], axis=1)


STRIP = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3]


def segments(start: Floats) -> Floats:
    """What the chords u = `start` (k,) cut off the disc above them: outlines (k, 10, 2).

    Each is an arc, as `SEGMENT` says, that the chord closes.
    """
    angles = np.arccos(start)[:, None] * np.linspace(-1, 1, 4)
    arc = 4 / 3 * np.tan(np.diff(angles) / 4)[..., None]
    knots = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    along = np.stack([-np.sin(angles), np.cos(angles)], axis=-1)
    after, before = knots[:, :-1] + arc * along[:, :-1], knots[:, 1:] - arc * along[:, 1:]
    curves = np.stack([after, before, knots[:, 1:]], axis=2).reshape(len(start), -1, 2)
    return np.concatenate([knots[:, :1], curves], axis=1)


SEGMENT = [Path.MOVETO, *[Path.CURVE4] * 9]


def chord(offset: float) -> Floats:
    """The ends of the chord u = offset, (2, 2)."""
    half = np.sqrt(1 - offset**2)
    return np.array([[offset, half], [offset, -half]])


def turned(points: ArrayLike, angle: float) -> Floats:
    """Points (..., 2) turned by so many degrees."""
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.asarray(points @ np.array([[cos, sin], [-sin, cos]]))


def layered(count: int, deepest: float) -> list[float]:
    """Opacities of `count` layers, one on the other, that reach `deepest` in equal steps."""
    reached = deepest * np.arange(count + 1) / count
    return [1 - (1 - after) / (1 - before) for before, after in pairwise(reached)]
