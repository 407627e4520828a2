"""Where in a plane each of three classes is most likely: a model's regions, a truth's borders."""

from collections.abc import Callable

import numpy as np
from contourpy import contour_generator
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from scipy.special import logit

from mlelib.arguments import Floats
from mlelib.figures import style
from mlelib.figures.shapes import NOWHERE, contours
from mlelib.numerics import log_softmax

SURE = 0.9
"""The probability from which on a class's region is tinted deeper."""
POINTS = 41
"""Along each side of the panel, for contours."""


class Regions:
    """The panel divided among three classes whose raw outputs z = b + Wᵀx are linear in the place.

    Each class has the part where it is the most likely, tinted deeper where it is nearly sure.
    """

    def __init__(self, axes: Axes) -> None:
        self._x, self._y, self._plane = lattice(axes)
        low, high = self._plane[0, 0], self._plane[-1, -1]
        corners = np.array([(-1, -1), (2, -1), (2, 2), (-1, 2)])
        self._frame = low + corners * (
            high - low
        )  # out of sight: only borders between classes show
        self._largest, self._sure = (
            [
                PathPatch(NOWHERE, facecolor=(color, style.FAINT), linewidth=width, zorder=0)
                for color, _ in style.CLASSES
            ]
            for width in (style.THIN, 0)
        )
        for patch in (*self._largest, *self._sure):
            axes.add_patch(patch)

    def set(self, b: Floats, W: Floats) -> list[Artist]:
        """Show the regions for b (3,) and W (2, 3). Where all outputs are equal there are none."""
        log_p = log_softmax(b + self._plane @ W)
        log_odds = log_p - np.log(-np.expm1(log_p))  # nearly linear in the place
        for k, (largest, sure) in enumerate(zip(self._largest, self._sure, strict=True)):
            region = self._frame
            for j in {0, 1, 2} - {k}:
                region = cut(region, b[k] - b[j] + region @ (W[:, k] - W[:, j]))
            largest.set_path(Path([*region, region[0]], closed=True) if len(region) else NOWHERE)
            sure.set_path(above(self._x, self._y, log_odds[..., k], logit(SURE)))
        return [*self._largest, *self._sure]


def draw_borders(axes: Axes, probabilities: Callable[[Floats, Floats], Floats]) -> None:
    """Draw dashed where the two most likely of three classes are equally likely.

    `probabilities` gives (..., 3) at arrays of both coordinates.
    """
    x, y, plane = lattice(axes)
    log_p = np.log(probabilities(plane[..., 0], plane[..., 1]))
    for j, k, third in ((0, 1, 2), (0, 2, 1), (1, 2, 0)):
        elsewhere = log_p[..., third] > log_p[..., [j, k]].max(axis=-1)
        apart = np.ma.array(log_p[..., j] - log_p[..., k], mask=elsewhere)
        border = PathPatch(contours(x, y, apart, (0,)), fill=False, linewidth=style.THIN, zorder=2)
        border.set_linestyle(style.DASHED)
        axes.add_patch(border)


def lattice(axes: Axes) -> tuple[Floats, Floats, Floats]:
    """Points over the panel: x (columns,), y (rows,), and all of them (rows, columns, 2)."""
    x, y = (np.linspace(*ends, POINTS) for ends in (axes.get_xlim(), axes.get_ylim()))
    return x, y, np.stack(np.meshgrid(x, y), axis=-1)


def cut(polygon: Floats, heights: Floats) -> Floats:
    """The part of a convex polygon (corners, 2) where a linear function is above 0.

    `heights` (corners,) are its values at the corners. (Sutherland & Hodgman 1974.)
    """
    kept = []
    following = zip(np.roll(polygon, -1, axis=0), np.roll(heights, -1), strict=True)
    for corner, height, (after, height_after) in zip(polygon, heights, following, strict=True):
        if height > 0:
            kept.append(corner)
        if (height > 0) != (height_after > 0):
            kept.append(corner + (after - corner) * height / (height - height_after))
    return np.reshape(kept, (-1, 2))


def above(x: Floats, y: Floats, heights: Floats, level: float) -> Path:
    """Where `heights` (rows, columns) over the grid of `x` and `y` exceed `level`."""
    areas = contour_generator(x, y, heights, fill_type="OuterCode").filled(level, np.inf)
    parts = [Path(points, codes) for points, codes in zip(*areas, strict=True)]
    return Path.make_compound_path(*parts) if parts else NOWHERE
