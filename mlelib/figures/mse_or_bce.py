"""Chapter 5's figures of one example: two losses and their slopes, chords and the gap below."""

from collections.abc import Callable

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.typing import LineStyleType

from mlelib.arguments import Floats
from mlelib.brier import BrierObjective
from mlelib.figures import style
from mlelib.figures.shapes import curve, filled, smooth
from mlelib.landscapes import chord as chord_between
from mlelib.landscapes import convexity_gap
from mlelib.likelihoods import Bernoulli
from mlelib.live import Choice, LiveFigure, Pad, Slider
from mlelib.objectives import Objective

BCE, SQUARED = "BCE", "squared error"
LOOKS: dict[str, tuple[str, LineStyleType]] = {
    BCE: (style.LOSS, style.SOLID),
    SQUARED: (style.SECOND, style.DASHED),
}
"""Colour and dash of the two losses in chapter 5."""

POINTS = 49
"""Places along a chord."""
ROUNDING = 1e-12
"""A gap no deeper than this, in units of the graph's largest value, proves nothing."""


def of_one_example(y: int) -> dict[str, Objective | BrierObjective]:
    """Both losses of a single label, as functions of its logit z: θ = (z,)."""
    return {BCE: Objective(Bernoulli(), [[1.0]], [y]), SQUARED: BrierObjective([[1.0]], [y])}


def name_losses(axes: Axes, *places: float) -> None:
    """A key for each loss above the panel, beginning at these fractions of its width."""
    for x, words, (color, dash) in zip(
        places, ("BCE (nats)", SQUARED), LOOKS.values(), strict=True
    ):
        style.key(axes, x, words, color, dash=dash)


def sensitivity(reach: int = 8) -> LiveFigure:
    """Left BCE and squared error of one label over the logit z; right their slopes in z.

    z goes from −`reach` to `reach`, a whole number.
    """
    losses = {y: of_one_example(y) for y in (0, 1)}
    z_line = np.linspace(-reach, reach, 321)
    z_slider = Slider(-reach, reach, step=0.2, value=-0.75 * reach, label="logit z")

    figure, left, right = style.two_panels()
    across = "logit z, the log-odds of y = 1", -reach, reach
    style.frame(left, across, ("loss of the example", 0, 1.02 * reach))
    style.frame(right, across, ("slope of the loss in z", -1.1, 1.1), y_ticks=[-1, -0.5, 0, 0.5, 1])
    right.axhline(0, color=style.INK, linewidth=style.FINE)
    panels = left, right
    lines = {
        name: [smooth(axes, color, dash=dash) for axes in panels]
        for name, (color, dash) in LOOKS.items()
    }
    drops = [
        axes.axvline(color=style.INK, linewidth=style.THIN, linestyle=style.DOTTED, zorder=1)
        for axes in panels
    ]
    dots = {name: [style.dot(axes, color) for axes in panels] for name, (color, _) in LOOKS.items()}
    for axes in panels:
        name_losses(axes, 0, 0.4)

    def value_and_slope(name: str, y: int, z: float) -> tuple[float, float]:
        loss = losses[y][name]
        return loss.value([z]), float(loss.gradient([z])[0])

    paths = {
        y: {
            name: [
                curve(left, z_line, loss.values(z_line[:, None])),
                curve(right, z_line, [value_and_slope(name, y, z)[1] for z in z_line]),
            ]
            for name, loss in both.items()
        }
        for y, both in losses.items()
    }

    def label(y: int) -> list[Artist]:
        for name, both in lines.items():
            for line, path in zip(both, paths[y][name], strict=True):
                line.set_path(path)
        return [*lines[BCE], *lines[SQUARED]]

    def point(z: float, y: int) -> list[Artist]:
        for name, both in dots.items():
            for dot, height in zip(both, value_and_slope(name, y, z), strict=True):
                dot.set_data([z], [height])
        for drop in drops:
            drop.set_xdata([z, z])
        return [*drops, *dots[BCE], *dots[SQUARED]]

    def readout(z: float, y: int) -> dict[str, str]:
        (bce, bce_slope), (squared, squared_slope) = (value_and_slope(n, y, z) for n in LOOKS)
        return {
            "BCE (nats)": style.number(bce, ".3f"),
            "squared error": style.number(squared, ".3f"),
            "slope of the BCE": style.number(bce_slope),
            "slope of the squared error": style.number(squared_slope),
            "ratio of the slopes": style.number(bce_slope / squared_slope, ",.1f"),
        }

    return LiveFigure(
        "sensitivity",
        figure,
        [label, point],
        controls={"z": z_slider, "y": Choice((0, 1), value=1, label="label y")},
        pads=[Pad(axes, x="z") for axes in panels],
        readout=readout,
        caption="Drag the dots to where the label is most likely wrong. The slope of the BCE goes "
        "to −1, that of the squared error back to 0.",
        alt="Left: two losses of an example with label 1 over its logit; on the far left the BCE "
        "rises along a straight line, the squared error flattens below 1. Right: their slopes, "
        "that of the BCE near −1 on the far left, that of the squared error a shallow dip around "
        "−1 and almost 0 on the far left, where a dot sits on each.",
    )


def squared_without_sigmoid(z: float) -> float:
    """(1 − z)²."""
    return (1 - z) ** 2


def chord(
    pick: Callable[[float], float] = squared_without_sigmoid,
    name: str = "(1 − z)², no sigmoid",
    reach: int = 6,
) -> LiveFigure:
    """Left the graph of a function of z and a chord of it; right how far the chord lies above it.

    To choose from are both losses of an example with label 1, and `pick`, called `name`: any
    function of a number, finite from −`reach` to `reach`. Each is drawn in units of its largest
    absolute value there.
    """
    z_line = np.linspace(-reach, reach, 241)
    functions: dict[str, Callable[[Floats], float]] = {
        each: loss.value for each, loss in of_one_example(1).items()
    }
    functions[name] = lambda z: float(pick(float(z[0])))
    looks = {**LOOKS, name: (style.DATA, style.DOTTED)}
    heights = {
        each: np.array([function(np.array([z])) for z in z_line])
        for each, function in functions.items()
    }
    units = {each: float(np.abs(height).max()) for each, height in heights.items()}

    figure, left, right = style.two_panels()
    lowest = min(0.0, *(height.min() / units[each] for each, height in heights.items()))
    style.frame(left, ("z", -reach, reach), ("f(z), largest |f| shown = 1", 1.03 * lowest, 1.03))
    style.frame(right, ("z, from a to b", -reach, reach), ("chord − graph, same unit", -0.8, 0.8))
    graphs = {each: smooth(left, color, dash=dash) for each, (color, dash) in looks.items()}
    for row, (each, (color, dash)) in enumerate(looks.items()):
        graphs[each].set_path(curve(left, z_line, heights[each] / units[each]))
        style.key(left, 0.36, each, color, dash=dash, y=0.96 - 0.09 * row)
    (straight,) = left.plot([], [], color=style.MODEL, linewidth=style.LINE, zorder=4)
    ends = [style.dot(left, style.MODEL) for _ in "ab"]
    right.axhline(0, color=style.INK, linewidth=style.FINE)
    above = filled(right, style.MODEL)
    gaps = [axes.plot([], [], color=style.INK, linewidth=3, zorder=5)[0] for axes in (left, right)]
    style.key(left, 0, "chord from a to b", style.MODEL)
    style.key(right, 0, "chord − graph", style.MODEL)
    style.key(right, 0.52, "deepest below", style.INK, width=3)
    style.label(right, 0, 0.72, "chord above the graph")
    style.label(right, 0, -0.72, "chord below the graph")

    def choose(function: str) -> list[Artist]:
        for each, graph in graphs.items():
            graph.set_visible(each == function)
        return [*graphs.values()]

    def draw(a: float, b: float, function: str) -> list[Artist]:
        along, unit = chord_between(functions[function], [a], [b], POINTS), units[function]
        line, below = along.line / unit, (along.line - along.curve) / unit
        z = a + along.t * (b - a)
        straight.set_data([a, b], line[[0, -1]])
        for end, x, y in zip(ends, (a, b), line[[0, -1]], strict=True):
            end.set_data([x], [y])
        above.set_path(curve(right, z, below, knots=11, floor=0))
        worst = 1 + below[1:-1].argmin()
        stretches = (along.curve[worst] / unit, line[worst]), (0, below[worst])
        for gap, stretch in zip(gaps, stretches, strict=True):
            gap.set(xdata=[z[worst]] * 2, ydata=stretch, visible=below[worst] < -ROUNDING)
        return [straight, above, *gaps, *ends]

    def readout(a: float, b: float, function: str) -> dict[str, str]:
        f = functions[function]
        gap = convexity_gap(f, [a], [b], POINTS)
        return {
            "f(a)": style.number(f(np.array([a])), ".3f"),
            "f(b)": style.number(f(np.array([b])), ".3f"),
            "least of chord − graph": style.number(gap, ".4f"),
            "verdict": "nowhere below"
            if gap >= -ROUNDING * units[function]
            else "below somewhere: not convex",
        }

    left_half, right_half = halves(figure, left)
    return LiveFigure(
        "chord",
        figure,
        [choose, draw],
        controls={
            "function": Choice(tuple(functions), value=SQUARED, label="function f"),
            "a": Slider(-reach, -0.25, step=0.25, value=-reach + 1.0, label="a"),
            "b": Slider(0.25, reach, step=0.25, value=2.0, label="b"),
        },
        pads=[Pad(left_half, x="a"), Pad(right_half, x="b")],
        readout=readout,
        caption="Drag the ends of the chord under each function. Below the squared error it "
        "passes for many a and b, below the BCE for none.",
        alt="Left: the squared error of an example with label 1 over its logit, falling in an S "
        "from 1 to 0, and a straight chord between two dots on it; first the chord runs below the "
        "graph, and a bar marks where it is deepest. Right: chord minus graph, a curve that sinks "
        "below 0, as deep as the bar, then rises above it.",
    )


def halves(figure: Figure, axes: Axes) -> list[Axes]:
    """Bare axes over the left and the right half of `axes`, in its units: two pads side by side."""
    left, bottom, width, height = axes.get_position().bounds
    low, high = axes.get_xlim()
    middle = (low + high) / 2
    parts = []
    for place, limits in ((left, (low, middle)), (left + width / 2, (middle, high))):
        part = figure.add_axes((place, bottom, width / 2, height))
        part.set_axis_off()
        part.set(xlim=limits, ylim=axes.get_ylim())
        parts.append(part)
    return parts
