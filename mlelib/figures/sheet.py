"""A surface over a square as strips of a net, seen by a viewer who goes round it."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from mlelib.arguments import Floats
from mlelib.figures import style
from mlelib.figures.ranges import round_step
from mlelib.figures.wireframe import View


class Sheet:
    """Heights from 0 to about `top` over the square from −1 to 1.

    `side` (k,) are the places of the net's lines in either direction, ascending from −1 to 1;
    `names` those of the two directions.
    """

    elevation, lift = 28.0, 1.4  # degrees; how tall the upper end of the ruler is

    def __init__(
        self, axes: Axes, side: Floats, color: str, names: Sequence[str], top: float
    ) -> None:
        width, height = axes.bbox.size
        size = width / 3.3  # points to 1
        place = Affine2D().scale(size / width, size / height).translate(0.54, 0.36) + axes.transAxes
        self._x, self._y = np.meshgrid(side, side)
        step = round_step(top / 2)
        self._scale = self.lift / (2 * step)
        rise = self.lift * np.cos(np.radians(self.elevation))
        post = axes.plot([-1.55, -1.55], [0, rise], color=style.INK, linewidth=style.FINE)[0]
        post.set(transform=place, clip_on=False)
        for number in range(3):
            words = style.number(number * step)
            label = axes.text(-1.62, number * rise / 2, words, transform=place, ha="right")
            label.set(va="center", size=style.TICK_SIZE)
        (self._floor,) = axes.plot([], [], color=style.INK, linewidth=style.FINE, zorder=1)
        self._floor.set_transform(place)
        self._strips = PathCollection([], edgecolors=style.INK, linewidths=0.5, transform=place)
        self._strips.set(facecolor=(*to_rgb(color), 0.5), clip_on=False, zorder=2)
        axes.add_collection(self._strips, autolim=False)
        self._names = [
            axes.text(0, 0, name, transform=place, ha="center", va="center", size=style.TEXT_SIZE)
            for name in names
        ]

    def set(self, heights: Floats, azimuth: float) -> list[Artist]:
        """Show `heights` (k, k), rows along the second direction, to a viewer at `azimuth`, in
        degrees."""
        view = View(azimuth, self.elevation)
        net = view.project(np.stack([self._x, self._y, self._scale * heights], axis=-1))
        toward = view.nearness(np.eye(3))[:2]
        if abs(toward[0]) > abs(toward[1]):  # strips run across the view
            net, toward = net.swapaxes(0, 1), toward[::-1]
        if toward[1] < 0:  # far ones first
            net = net[::-1]
        self._strips.set_paths([strip(far, near) for far, near in pairwise(net)])
        corners = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0), (-1, -1, 0)])
        self._floor.set_data(*view.project(corners).T)
        for words, along in zip(self._names, np.eye(3), strict=False):
            edges = view.project(1.15 * (np.eye(3)[:2].sum(axis=0) - along) * [[1.0], [-1.0]])
            words.set_position(edges[edges[:, 1].argmin()])  # the nearer edge
        return [self._floor, self._strips, *self._names]


def strip(far: Floats, near: Floats) -> Path:
    """What lies between two lines of a net (k, 2): its outline, then a rung at each inner knot."""
    rungs = np.stack([far[1:-1], near[1:-1]], axis=1).reshape(-1, 2)
    outline = [Path.MOVETO] + [Path.LINETO] * (2 * len(far))
    return Path(
        np.concatenate([far, near[::-1], far[:1], rungs]),
        outline + [Path.MOVETO, Path.LINETO] * (len(far) - 2),
    )
