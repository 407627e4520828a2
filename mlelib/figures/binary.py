"""Chapter 3's figures: step and sigmoid over a plane, three rulers for a chance, a landscape."""

from collections.abc import Callable

import numpy as np
from contourpy import contour_generator
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike
from scipy.special import logit

from mlelib.arguments import Floats, Integers, labels, real_array
from mlelib.datasets import penguins, people
from mlelib.estimation import maximum_likelihood
from mlelib.exceptions import CompleteSeparation
from mlelib.figures import style
from mlelib.figures.disc import FromAbove, FromAside, turned
from mlelib.figures.ranges import round_step, slider
from mlelib.figures.shapes import Hill, curve, smooth
from mlelib.landscapes import grid
from mlelib.likelihoods import Bernoulli
from mlelib.live import Choice, LiveFigure, Pad, Slider, Toggle
from mlelib.losses import binary_cross_entropy
from mlelib.objectives import Objective, add_intercept

HEIGHT, WEIGHT, MASS = ("height x₁", "cm"), ("weight x₂", "kg"), ("body mass x", "g")
LOOKS = (style.DATA, "o"), (style.SECOND, "^")
"""Colour and marker of the labels 0 and 1."""
PILE = 0.04
"""How far equal examples of one label lie apart: they are piled up, away from the curve."""
STEEPNESS = {"1": 1.0, "2": 2.0, "4": 4.0, "∞: the step": np.inf}
"""Lengths of w in `step_or_sigmoid`, per standard deviation; the last makes a step."""


def step_or_sigmoid(
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    names: tuple[tuple[str, str], tuple[str, str]] = (HEIGHT, WEIGHT),
    classes: tuple[str, str] = ("no diet", "diet"),
    truth: Callable[[Floats, Floats], Floats] | None = None,
) -> LiveFigure:
    """Left p(y = 1 | x) over a plane of two measurements, from above; right the same from aside.

    `x` (n, 2) and labels `y` (n,): by default people, in cm and kg. Each name comes with a unit.
    `truth` gives the true probability at arrays of both measurements, if it is known. The plane is
    shown as a disc around the mean, and angle, offset and |w| are those of standardised x.
    """
    if x is None:
        x, y, truth = adults()
    points = real_array("x", x, (None, 2))
    seen = same_length(labels("y", [] if y is None else y, 2), points)
    mean, deviation = points.mean(axis=0), points.std(axis=0)
    standard = (points - mean) / deviation
    X = add_intercept(standard)
    radius = 0.1 * np.ceil(10.2 * np.hypot(*standard.T).max())  # of the disc, in deviations

    figure, left, right = style.two_panels()
    reach = radius / 0.96 * np.array([left.bbox.width / left.bbox.height, 1]) * deviation
    style.frame(
        left,
        *(
            (style.in_units(name), m - r, m + r)
            for name, m, r in zip(names, mean, reach, strict=True)
        ),
    )
    above = FromAbove(left, mean, radius * deviation)
    name_classes(left, classes, 0.27)
    for label in (0, 1):
        across, up = points[seen == label].T
        draw_class(left, across, up, label)
    if truth is not None:
        draw_even_chance(left, truth)
        style.key(left, 0.44, "true p = ½", style.DATA, dash=style.DASHED)
    (eye,) = left.plot([], [], "D", color=style.INK, markersize=7, zorder=6)
    style.key(left, 0.84, "eye", style.INK, marker="D")

    right.set_axis_off()
    views = Slider(0, 345, 15, value=30, label="turn the view (degrees)", play=True)
    right.set(xlim=(views.min, views.max), ylim=(0, 1), xticks=[], yticks=[])
    aside = FromAside(right, [name for name, _ in names])
    right.axhline(0, color=style.INK, linewidth=style.FINE)
    dial = style.dot(right, style.INK)
    style.key(right, 0.28, "boundary p = ½", style.INK)

    def shade(angle: int, offset: float, steepness: str) -> list[Artist]:
        return above.shade(angle, offset / radius, STEEPNESS[steepness] * radius)

    def divide(angle: int, offset: float) -> list[Artist]:
        return above.divide(angle, offset / radius)

    def rise(steepness: str, angle: int, offset: float, view: int) -> list[Artist]:
        # Asked for in this order, alike sheets are neighbours in the state table: half the size.
        return aside.rise(angle, offset / radius, STEEPNESS[steepness] * radius, -view)

    def turn(view: int) -> list[Artist]:
        toward = np.radians(-view)
        eye.set_data(*(mean + radius * deviation * [np.cos(toward), np.sin(toward)])[:, None])
        dial.set_data([view], [0])
        return [*aside.turn(-view), eye, dial]

    def readout(angle: int, offset: float, steepness: str) -> dict[str, str]:
        slope = STEEPNESS[steepness]
        w = turned([1, 0], angle)
        side = standard @ w > offset
        if np.isinf(slope):
            nats = binary_cross_entropy(seen, side).mean()
        else:
            objective = Objective(Bernoulli(), X, seen)
            nats = objective.value([-slope * offset, *slope * w]) / len(seen)
        return {
            "on the wrong side": f"{np.count_nonzero(side != seen)} of {len(seen)}",
            "greatest slope |w|/4": "none, a jump" if np.isinf(slope) else style.number(slope / 4),
            "mean NLL (nats)": "∞" if np.isinf(nats) else style.number(nats, ".3f"),
        }

    return LiveFigure(
        "step-or-sigmoid",
        figure,
        [shade, divide, rise, turn],
        controls={
            "angle": Slider(30, 180, 30, value=120, label="angle of w (degrees)"),
            "offset": Slider(-0.6, 0.6, 0.3, value=0, label="offset of the boundary"),
            "steepness": Choice(tuple(STEEPNESS), value="2", label="steepness |w|"),
            "view": views,
        },
        pads=[Pad(right, x="view")],
        readout=readout,
        caption="Raise the steepness to the step, then turn the view. The boundary and who is on "
        "its wrong side stay; the slope becomes a jump.",
        alt="Left: weight against height, two overlapping clouds in a disc that is shaded from "
        "pale to deep across a straight boundary, and a dashed curve, the true boundary, a little "
        "above it. Right: the same disc from aside, where the shading is the height of a sheet "
        "that rises smoothly from 0 to 1 and has the boundary at half its height.",
    )


def draw_class(axes: Axes, x: Floats, y: ArrayLike, label: int) -> None:
    """The examples of one class, by colour and marker, ringed: neither is lost on any shade."""
    color, marker = LOOKS[label]
    (dots,) = axes.plot(x, np.broadcast_to(y, x.shape), marker, color=color, markersize=4.5)
    dots.set(markeredgecolor=style.INK, markeredgewidth=0.6)


def name_classes(axes: Axes, names: tuple[str, str], second: float) -> None:
    """Both classes' keys, the second from there on, as a fraction of the panel."""
    for x, (color, marker), name in zip((0, second), LOOKS, names, strict=True):
        style.key(axes, x, name, color, marker=marker)


def draw_even_chance(axes: Axes, truth: Callable[[Floats, Floats], Floats]) -> None:
    """Where the true probability is ½, a dashed curve."""
    x, y = (np.linspace(*limits, 121) for limits in (axes.get_xlim(), axes.get_ylim()))
    lines = contour_generator(x, y, truth(*np.meshgrid(x, y)), line_type="Separate")
    for line in lines.lines(0.5):
        (even,) = axes.plot(*np.array(line).T, color=style.DATA, linewidth=style.LINE)
        even.set_linestyle(style.DASHED)


def same_length(y: Integers, x: Floats) -> Integers:
    """`y`, if it has an entry for each row of `x`."""
    if len(y) != len(x):
        raise ValueError(f"y must have one label for each of the {len(x)} rows of x, got {len(y)}")
    return y


def odds(p: float = 0.8) -> LiveFigure:
    """Left p, its odds and its log-odds on three rulers; right the sigmoid, the way back to p.

    `p`, a whole number of hundredths, is the first probability shown; 1 − p goes with it.
    """
    figure, left, right = style.two_panels()
    left.set_position((92 / 720, *left.get_position().bounds[1:2], 250 / 720, 224 / 304))
    left.set_axis_off()
    left.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
    rulers = [
        Ruler(left, 0.85, "probability\np", (0, 1), [0, 0.25, 0.5, 0.75, 1], ticks_at=0.1),
        Ruler(left, 0.48, "odds\np/(1 − p)", (0, 10), [0, 1, 2, 4, 6, 8, 10], ticks_at=-0.08),
        Ruler(left, 0.11, "log-odds\nz", (-5, 5), [-4, -2, 0, 2, 4], ticks_at=-0.1),
    ]
    style.frame(
        right,
        ("log-odds z", -5, 5),
        ("probability p", 0, 1),
        x_ticks=[-4, -2, 0, 2, 4],
        y_ticks=[0, 0.25, 0.5, 0.75, 1],
    )
    z = np.linspace(-5, 5, 401)
    smooth(right, style.MODEL).set_path(curve(right, z, Bernoulli().mean(z)))
    style.key(right, 0.05, "sigmoid p = 1/(1 + e⁻ᶻ)", style.MODEL)
    (drop,) = right.plot([], [], color=style.INK, linewidth=style.THIN, linestyle=style.DOTTED)
    looks = (style.DATA, style.DASHED), (style.MODEL, style.SOLID)
    lines = [
        left.plot([], [], color=color, linewidth=style.LINE, linestyle=dash)[0]
        for color, dash in looks
    ]
    dots = [[style.dot(left, color) for _ in rulers] for color, _ in looks]
    off = [style.dot(left, color) for color, _ in looks]
    for beyond in off:
        beyond.set_marker(">")
    on_curve = [style.dot(right, color) for color, _ in looks]
    style.key(left, 0, "p", style.MODEL)
    style.key(left, 0.3, "1 − p", style.DATA, dash=style.DASHED)

    def move(p: float) -> list[Artist]:
        for q, line, marks, beyond, dot in zip((1 - p, p), lines, dots, off, on_curve, strict=True):
            values = q, q / (1 - q), logit(q)
            x = [ruler.place(value) for ruler, value in zip(rulers, values, strict=True)]
            line.set_data(x, [ruler.y for ruler in rulers])
            for mark, across, ruler in zip(marks, x, rulers, strict=True):
                mark.set(xdata=[across], ydata=[ruler.y], visible=across < 1)
            beyond.set(xdata=[1], ydata=[rulers[1].y], visible=x[1] >= 1)
            dot.set_data([logit(q)], [q])
        drop.set_data([-5, logit(p), logit(p)], [p, p, 0])
        return [drop, *lines, *dots[0], *dots[1], *off, *on_curve]

    def readout(p: float) -> dict[str, str]:
        return {
            "odds": style.number(p / (1 - p)),
            "log-odds": style.number(logit(p), ".2f"),
            "odds of 1 − p": style.number((1 - p) / p),
            "log-odds of 1 − p": style.number(logit(1 - p), ".2f"),
        }

    return LiveFigure(
        "odds",
        figure,
        [move],
        controls={"p": Slider(0.01, 0.99, step=0.01, value=p, label="probability p")},
        pads=[Pad(left, x="p"), Pad(right, y="p")],
        readout=readout,
        caption="Drag p towards 1: there p ends, and its log-odds go on. Let p and 1 − p change "
        "places: the odds turn over, the log-odds change sign.",
        alt="Left: three rulers one below the other, probability from 0 to 1, odds from 0 on, "
        "log-odds both ways from 0; a line joins the places of one p on all three, and a dashed "
        "line those of 1 − p, which on the lowest ruler lie as far to the other side of 0. Right: "
        "the sigmoid, which leads from log-odds to p, and two dots on it.",
    )


class Ruler:
    """A ruler across a panel at height `y`, its name before it, `ends` at its left and right."""

    def __init__(
        self,
        axes: Axes,
        y: float,
        name: str,
        ends: tuple[float, float],
        ticks: list[float],
        *,
        ticks_at: float,
    ) -> None:
        self.y, self.ends = y, ends
        axes.plot([0, 1], [y, y], color=style.INK, linewidth=style.FINE, clip_on=False, zorder=1)
        for tick in ticks:
            x = self.place(tick)
            axes.plot([x, x], [y, y + 0.25 * ticks_at], color=style.INK, linewidth=style.FINE)
            axes.text(
                x,
                y + ticks_at,
                style.number(tick, "g"),
                ha="center",
                va="center",
                size=style.TICK_SIZE,
            )
        axes.text(-0.06, y, name, ha="right", va="center", size=style.TEXT_SIZE, color=style.INK)

    def place(self, value: float) -> float:
        """Where a value is, from 0 at the left to 1 at the right; beyond an end, at the end."""
        low, high = self.ends
        return float(min(max((value - low) / (high - low), 0), 1))


def logistic_landscape(
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    x_name: tuple[str, str] = MASS,
    classes: tuple[str, str] = ("female", "male"),
    few: int = 30,
) -> LiveFigure:
    """Left labels over x and a fitted p(y = 1 | x); right the mean NLL over slope and intercept.

    `x` and labels `y` (n,): by default mass and sex of the Gentoo penguins. The first `few` must be
    separable, all n not. x is standardised: w is per standard deviation, b the log-odds at the
    mean.
    """
    if x is None:
        x, y = gentoos()
    across = real_array("x", x, (None,))
    seen = same_length(labels("y", [] if y is None else y, 2), across)
    mean, deviation = across.mean(), across.std()
    X = add_intercept((across - mean) / deviation)
    best = maximum_likelihood(Bernoulli(), X, seen)
    best_b, best_w = best.theta
    sizes = {False: len(seen), True: few}
    objectives = {key: Objective(Bernoulli(), X[:n], seen[:n]) for key, n in sizes.items()}
    falling_b, falling_w = falling(objectives[True])
    step = round_step(abs(best_w) / 10)
    rising = best_w > 0
    w_slider = slider(
        "slope w", 0, step, reach=(4, 40) if rising else (40, 4), start=4 if rising else -4
    )
    b_slider = slider("intercept b", 0, step, reach=(16, 16), start=-8)

    figure, left, right = style.two_panels()
    margin = 0.08 * np.ptp(across)
    style.frame(
        left,
        (style.in_units(x_name), across.min() - margin, across.max() + margin),
        (f"probability p({classes[1]} | x)", -0.35, 1.35),
        y_ticks=[0, 0.25, 0.5, 0.75, 1],
    )
    style.frame(
        right,
        ("slope w (per standard deviation)", w_slider.min, w_slider.max),
        ("intercept b, at the mean", b_slider.min, b_slider.max),
    )
    rows = [
        left.plot([], [], marker, color=color, markersize=4.5, markeredgewidth=0)[0]
        for color, marker in LOOKS
    ]
    name_classes(left, classes, 0.27)
    style.key(left, 0.5, "model", style.MODEL)
    model = smooth(left, style.MODEL)
    line = np.linspace(*left.get_xlim(), 401)

    w_grid = np.linspace(w_slider.min, w_slider.max, 121)
    b_grid = np.linspace(b_slider.min, b_slider.max, 121)
    hill = Hill(right, w_grid, b_grid, color=style.LOSS, levels=(0.02, 0.1, 0.5), fade=2)
    infimum = {False: best.value / len(seen), True: 0.0}
    above = {
        key: grid(objective, best.theta, w_grid, b_grid, axes=(1, 0)).values / sizes[key]
        - infimum[key]
        for key, objective in objectives.items()
    }
    star = [
        style.optimum(right, best_w, best_b),
        *style.key(right, 0, "lowest", style.INK, marker="*"),
    ]
    ray = arrow(right, falling_w, falling_b)
    ray_key = style.key(right, 0, "falls on", style.INK, dash=style.DASHED)
    style.key(right, 0.29, "0.02, 0.1, 0.5 nats above", style.INK, width=style.FINE)
    cursor = style.dot(right, style.MODEL)

    def landscape(separable: bool) -> list[Artist]:
        for artist in star:
            artist.set_visible(not separable)
        for artist in (ray, *ray_key):
            artist.set_visible(separable)
        for label, dots in enumerate(rows):
            shown = np.sort(across[: sizes[separable]][seen[: sizes[separable]] == label])
            aside = PILE * (np.arange(len(shown)) - np.searchsorted(shown, shown))
            dots.set_data(shown, label + (2 * label - 1) * aside)
        return [*hill.set(above[separable]), *star, ray, *ray_key, *rows]

    def fit(b: float, w: float) -> list[Artist]:
        z = b + w * (line - mean) / deviation
        model.set_path(curve(left, line, Bernoulli().mean(z), knots=19))
        cursor.set_data([w], [b])
        return [model, cursor]

    def readout(b: float, w: float, separable: bool) -> dict[str, str]:
        objective, n, theta = objectives[separable], sizes[separable], [b, w]
        hits = np.count_nonzero(Bernoulli().mode(objective.X @ theta) == objective.y)
        return {
            "mean NLL (nats)": style.number(objective.value(theta) / n, ".3f"),
            "lowest": "none, it falls towards 0"
            if separable
            else style.number(infimum[False], ".3f"),
            "on the right side of p = ½": f"{hits} of {n}",
            "length of the gradient": style.number(np.hypot(*objective.gradient(theta)) / n, ".2g"),
        }

    return LiveFigure(
        "logistic-landscape",
        figure,
        [landscape, fit],
        controls={
            "w": w_slider,
            "b": b_slider,
            "separable": Toggle(value=False, label=f"separable: first {few} only"),
        },
        pads=[Pad(right, x="w", y="b")],
        readout=readout,
        caption="Drag the dot to the star, then leave only the examples that are separable. "
        "The star is gone: along the dashed arrow the valley falls without end.",
        alt="Left: females at 0 and males at 1 over their body mass, overlapping in the middle, "
        "and a model's sigmoid that rises too late. Right: the mean negative log-likelihood over "
        "slope and intercept, a valley with contours around a star, and away from it a dot, the "
        "slope and intercept of the model.",
    )


def arrow(axes: Axes, across: float, up: float) -> Line2D:
    """A dashed arrow from the origin that way, to the left or right edge of the panel."""
    reach = 0.96 * axes.get_xlim()[int(across > 0)] / across
    ends = np.array([[0, 0], [reach * across, reach * up]])
    (line,) = axes.plot(*ends.T, color=style.INK, linewidth=style.LINE, linestyle=style.DASHED)
    x, y = np.diff(axes.transData.transform(ends), axis=0)[0]
    line.set(marker=(3, 0, np.degrees(np.arctan2(y, x)) - 90), markevery=[1], markersize=11)
    return line


def falling(objective: Objective) -> Floats:
    """θ = (b, w), w = ±1, along which a separable objective of one measurement falls for ever: the
    boundary in the middle between the classes.

    Raises
    ------
    ValueError
        If no boundary parts the classes.
    """
    x, y = objective.X[:, 1], objective.y
    try:
        maximum_likelihood(Bernoulli(), objective.X, y)
    except CompleteSeparation:
        w = 1.0 if x[y == 1].min() > x[y == 0].max() else -1.0
        middle = ((w * x)[y == 0].max() + (w * x)[y == 1].min()) / 2
        return np.array([-middle, w])
    raise ValueError(f"few must leave separable examples, the first {len(y)} are not")


def adults() -> tuple[Floats, Integers, Callable[[Floats, Floats], Floats]]:
    """People's heights in cm and weights in kg, (300, 2), who should diet, and the truth of it."""
    them = people()

    def p_diet(height: Floats, weight: Floats) -> Floats:
        return them.p_diet(height / 100, weight)

    return np.column_stack([100 * them.height, them.weight]), them.diet, p_diet


def gentoos() -> tuple[Floats, Integers]:
    """The body masses of the Gentoo penguins, in g, and their sexes."""
    birds = penguins()
    rows = birds.species == birds.species_names.index("Gentoo")
    return birds.body_mass_g[rows], birds.sex[rows]
