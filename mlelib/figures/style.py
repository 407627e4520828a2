"""The look of every figure: one colour per idea, direct labels, no box, no grid.

Colours are from Okabe & Ito's palette (*Color Universal Design*, 2008), safe for colour-blind
readers. Two more rules make a figure follow the page's light and dark themes: text, axes and
contours are black, which the page draws in its own text colour; and everything else is a mid tone
or a tint of one, a colour of varying opacity, so that the page shines through.

Sizes are in points, and a figure of two panels is 720 of them wide: shown in the book's column, or
one panel at a time on a phone, a point is about a pixel.
"""

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation
from matplotlib.typing import LineStyleType
from numpy.typing import ArrayLike

INK = "#000000"
DATA = "#6E6E6E"
MODEL = "#0072B2"
LIKELIHOOD = LOSS = "#D55E00"
PRIOR = "#009E73"
POSTERIOR = "#CC79A7"
SECOND = "#E69F00"
CLASSES = (MODEL, "v"), (DATA, "o"), (SECOND, "^")
"""Colour and marker of each of three classes."""

SOLID: LineStyleType = "-"
DASHED: LineStyleType = (0, (4, 2))
DOTTED: LineStyleType = (0, (1.2, 2.2))

TEXT_SIZE = 13.0
TICK_SIZE = 12.0
HEADER = 1.075
"""Where a panel's keys stand, as a fraction of its height."""
LINE = 2.2
THIN = 1.2
FINE = 0.8
FAINT = 0.25
"""Opacity of a fill under a curve."""
DEEPEST = 0.62
"""Opacity of a heat map at its deepest: marks and contours on it stand out on light and dark."""

_PANEL_WIDTH, _PANEL_HEIGHT = 360, 304
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 18, 32, 48


def two_panels() -> tuple[Figure, Axes, Axes]:
    """A figure with two panels side by side, which a narrow page stacks."""
    width, height = 2 * _PANEL_WIDTH, _PANEL_HEIGHT
    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    inner = (_PANEL_WIDTH - _LEFT - _RIGHT) / width, (height - _TOP - _BOTTOM) / height
    left, right = (
        figure.add_axes(((_LEFT + shift) / width, _BOTTOM / height, *inner))
        for shift in (0, _PANEL_WIDTH)
    )
    for axes in (left, right):
        axes.set_facecolor("none")
        axes.spines[["top", "right"]].set_visible(False)
        axes.spines[["left", "bottom"]].set(linewidth=FINE, color=INK)
        axes.tick_params(labelsize=TICK_SIZE, length=3.5, width=FINE, color=INK, labelcolor=INK)
    figure.patch.set_alpha(0)
    return figure, left, right


def frame(
    axes: Axes,
    x: tuple[str, float, float],
    y: tuple[str, float, float],
    x_ticks: ArrayLike | None = None,
    y_ticks: ArrayLike | None = None,
) -> None:
    """Name both axes and fix their limits, `(name, lowest, highest)` each."""
    axes.set_xlabel(x[0], fontsize=TEXT_SIZE, color=INK)
    axes.set_ylabel(y[0], fontsize=TEXT_SIZE, color=INK)
    axes.locator_params(nbins=6)
    if x_ticks is not None:
        axes.set_xticks(x_ticks)
    if y_ticks is not None:
        axes.set_yticks(y_ticks)
    axes.set(xlim=x[1:], ylim=y[1:])


def key(
    axes: Axes,
    x: float,
    text: str,
    color: str,
    *,
    dash: LineStyleType = SOLID,
    marker: str = "",
    width: float = LINE,
    y: float = HEADER,
) -> list[Artist]:
    """A label: a sample of the line or the marker it names, then the words, in text colour.

    The place is where the sample begins, as a fraction of the panel; by default just above it.
    """
    place = axes.figure.dpi_scale_trans + ScaledTranslation(x, y, axes.transAxes)  # type: ignore[arg-type]
    ends, words_at = ([0.08], 0.21) if marker else ([0.0, 0.31], 0.39)
    sample = Line2D(ends, [0.0] * len(ends), transform=place, color=color, clip_on=False)
    sample.set(
        linestyle=dash, linewidth=width, marker=marker, markersize=11 if marker in "*|" else 8
    )
    axes.add_line(sample)
    words = axes.text(words_at, 0, text, transform=place, va="center", size=TEXT_SIZE, color=INK)
    return [sample, words]


def label(axes: Axes, x: float, y: float, text: str, align: str = "center") -> None:
    """Words beside the thing they name, at a point of the panel in its own units."""
    axes.text(x, y, text, ha=align, va="center", size=TEXT_SIZE, color=INK)


def dot(axes: Axes, color: str) -> Line2D:
    """The mark that a control moves: ringed, unlike all others."""
    (mark,) = axes.plot([0], [0], "o", color=color, markersize=9, zorder=6, clip_on=False)
    mark.set(markeredgecolor=INK, markeredgewidth=1)
    return mark


def optimum(axes: Axes, x: float, y: float) -> Line2D:
    """The mark of a best value, the same in every figure: a star in text colour."""
    (mark,) = axes.plot([x], [y], "*", color=INK, markersize=12, zorder=5, clip_on=False)
    return mark


def number(value: float, spec: str = ".3g") -> str:
    """A number for a readout, with a minus sign that is one and none before a zero."""
    return format(value, "z" + spec).replace("-", "−")


def in_units(name: tuple[str, str]) -> str:
    """A quantity and its unit as an axis names them."""
    return f"{name[0]} ({name[1]})"
