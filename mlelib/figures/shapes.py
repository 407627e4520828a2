"""Shapes that change: smooth curves of few numbers, bells, and hills seen from above."""

from collections.abc import Mapping, Sequence

import numpy as np
from contourpy import contour_generator
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.typing import LineStyleType
from numpy.typing import ArrayLike

from mlelib.arguments import Floats
from mlelib.figures import style

NOWHERE = Path([(0.0, 0.0)])


def smooth(
    axes: Axes, color: str, *, dash: LineStyleType = style.SOLID, width: float = style.LINE
) -> PathPatch:
    """An artist for a `curve`, yet to be set."""
    patch = PathPatch(NOWHERE, facecolor="none", edgecolor=color, linewidth=width, zorder=3)
    patch.set_linestyle(dash)
    axes.add_patch(patch)
    return patch


def filled(axes: Axes, color: str) -> PathPatch:
    """An artist for a `curve` with a tint under it, yet to be set."""
    patch = smooth(axes, color)
    patch.set_facecolor((*to_rgb(color), style.FAINT))
    return patch


def curve(
    axes: Axes, x: ArrayLike, y: ArrayLike, *, knots: int = 25, floor: float | None = None
) -> Path:
    """A smooth curve through the points (k,) in `knots` knots, denser where it bends as drawn.

    Between them run Bézier segments along the tangents of the points given: a third of the bytes
    of a polyline that looks as smooth. With a `floor` the ends go down to that height, so that the
    area under it can be filled.
    """
    points = np.column_stack([x, y])
    steps = np.diff(axes.transData.transform(points), axis=0)
    length = np.r_[0, np.hypot(*steps.T).cumsum()]
    bends = np.abs(np.diff(np.unwrap(np.arctan2(*steps.T))))
    effort = length / length[-1] + np.r_[0, bends.cumsum(), bends.sum()] / max(bends.sum(), 1)
    knot = np.linspace(0, effort[-1], knots)
    slopes = np.gradient(points, length, axis=0)
    everything = np.column_stack([length, points, slopes])
    along, *rest = (np.interp(knot, effort, column) for column in everything.T)
    through, tangents = np.column_stack(rest[:2]), np.column_stack(rest[2:])
    third = np.diff(along)[:, None] / 3
    after, before = through[:-1] + third * tangents[:-1], through[1:] - third * tangents[1:]
    segments = np.stack([after, before, through[1:]], axis=1).reshape(-1, 2)
    if floor is None:
        codes = [Path.MOVETO] + [Path.CURVE4] * len(segments)
        return Path(np.concatenate([through[:1], segments]), codes)
    first, last = np.array([[through[0, 0], floor]]), np.array([[through[-1, 0], floor]])
    codes = [Path.MOVETO, Path.LINETO] + [Path.CURVE4] * len(segments) + [Path.LINETO]
    return Path(np.concatenate([first, through[:1], segments, last]), codes)


def contours(x: Floats, y: Floats, heights: Floats, levels: Sequence[float]) -> Path:
    """The lines on which `heights` (rows, columns) have these levels.

    `x` and `y` are (columns,) and (rows,), or of the shape of `heights` for a bent grid.
    """
    drawn = contour_generator(x, y, heights, line_type="Separate")
    paths = [Path(np.array(line)) for level in levels for line in drawn.lines(level)]
    return Path.make_compound_path(*paths) if paths else NOWHERE


class Alternatives:
    """Curves to choose from, each named by a key and told by its dash: one is bold, the rest thin.

    The keys stand one below the other, from `key` on, as fractions of the panel.
    """

    def __init__(
        self, axes: Axes, paths: Mapping[str, Path], names: Sequence[str], color: str, key: float
    ) -> None:
        self.paths = paths
        self.dashes = dict(zip(paths, (style.SOLID, style.DASHED, style.DOTTED), strict=True))
        self._thin: dict[str, PathPatch] = {}
        for row, (choice, name) in enumerate(zip(paths, names, strict=True)):
            dash = self.dashes[choice]
            self._thin[choice] = smooth(axes, style.DATA, dash=dash, width=style.THIN)
            self._thin[choice].set_path(paths[choice])
            style.key(axes, key, name, color, dash=dash, y=0.96 - 0.09 * row)
        self._bold = smooth(axes, color)

    def choose(self, choice: str) -> list[Artist]:
        """Draw one of them bold, in place of its thin line."""
        for other, thin in self._thin.items():
            thin.set_visible(other != choice)
        self._bold.set(path=self.paths[choice], linestyle=self.dashes[choice])
        return [*self._thin.values(), self._bold]


class Hill:
    """Heights over a plane, as a smooth heat map and contours; the colour is deepest at height 0.

    `x` (columns,) and `y` (rows,) are evenly spaced, an odd number of them: contours take them all,
    the heat map, which a page smooths, every second one. Nothing is left of the colour `fade` away
    from height 0, and it pales with the root of the distance: a parabola looks like a cone.
    """

    def __init__(
        self, axes: Axes, x: Floats, y: Floats, *, color: str, levels: Sequence[float], fade: float
    ) -> None:
        self.x, self.y, self.levels, self.fade = x, y, levels, fade
        cell_x, cell_y = x[2] - x[0], y[2] - y[0]
        self._heat = axes.imshow(
            np.zeros((len(y[::2]), len(x[::2]))),
            cmap=tints(color),
            vmin=0,
            vmax=1,
            extent=(
                x[0] - cell_x / 2,
                x[-1] + cell_x / 2,
                y[0] - cell_y / 2,
                y[-1] + cell_y / 2,
            ),
            origin="lower",
            aspect="auto",
            interpolation="none",
            zorder=0,
        )
        axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
        self._rings = PathPatch(NOWHERE, facecolor="none", edgecolor=style.INK, zorder=2)
        self._rings.set(linewidth=style.FINE, alpha=0.6)
        axes.add_patch(self._rings)

    def set(self, distances: Floats) -> list[Artist]:
        """Show how far below (or above) the best height each point lies, (rows, columns)."""
        self._heat.set_data(1 - np.sqrt(distances[::2, ::2] / self.fade).clip(max=1))
        self._rings.set_path(contours(self.x, self.y, distances, self.levels))
        return [self._heat, self._rings]


def tints(color: str) -> LinearSegmentedColormap:
    """From nothing to `color` at the opacity `DEEPEST`, in even steps of lightness."""
    ends = [(*to_rgb(color), 0.0), (*to_rgb(color), style.DEEPEST)]
    return LinearSegmentedColormap.from_list("tints", ends)
