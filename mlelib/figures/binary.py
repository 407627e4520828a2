"""Chapter 3's figures: step and sigmoid over a plane, three rulers for a chance, a landscape."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from contourpy import contour_generator
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import Circle
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Transform
from numpy.typing import ArrayLike
from scipy.special import expit, logit

from mlelib.arguments import Floats, Integers, labels, real_array
from mlelib.datasets import People, penguins, people
from mlelib.estimation import maximum_likelihood
from mlelib.exceptions import NoFiniteOptimum
from mlelib.figures import style
from mlelib.figures.ranges import round_step, slider
from mlelib.figures.shapes import Hill, curve, smooth
from mlelib.figures.wireframe import View
from mlelib.likelihoods import Bernoulli
from mlelib.live import Choice, LiveFigure, Pad, Slider, Toggle
from mlelib.losses import binary_cross_entropy
from mlelib.objectives import Objective, add_intercept

STEEPNESS = {"|w| = 1": 1.0, "|w| = 2": 2.0, "|w| = 4": 4.0, "|w| → ∞, the step": np.inf}
"""Lengths of w in `step_or_sigmoid`, per standard deviation; the last makes a step."""


def step_or_sigmoid(
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    names: tuple[tuple[str, str], tuple[str, str]] = (("height x₁", "cm"), ("weight x₂", "kg")),
    classes: tuple[str, str] = ("no diet", "diet"),
    truth: Callable[[Floats, Floats], Floats] | None = None,
) -> LiveFigure:
    """Left p(y = 1 | x) over a plane of two measurements, from above; right the same, from aside.

    `x` (n, 2) and labels `y` (n,): by default people, whose truth is known; `truth` gives the true
    probability at arrays of both measurements. `names` come with a unit each. The plane is shown as
    a disc in standard deviations around the mean, and so are w and the offset of the boundary.
    """
    if x is None:
        adults = people()
        x, y = np.column_stack([100 * adults.height, adults.weight]), adults.diet
        truth = true_p_diet
    points = real_array("x", x, (None, 2))
    seen = labels("y", [] if y is None else y, 2)
    mean, deviation = points.mean(axis=0), points.std(axis=0)
    standard = (points - mean) / deviation
    X = add_intercept(standard)
    radius = 1.03 * np.hypot(*standard.T).max()
    angles = Slider(30, 180, 30, value=120, label="angle of w (degrees)")
    offsets = Slider(-1, 1, 0.5, value=0, label="offset of the boundary")
    views = Slider(0, 345, 15, value=30, label="turn the view (degrees)", play=True)

    figure, left, right = style.two_panels()
    scale = 0.97 * left.bbox.height / 2 / radius  # points to a standard deviation
    reach = np.array(left.bbox.size) / 2 / scale * deviation
    style.frame(
        left,
        *((in_units(name), m - r, m + r) for name, m, r in zip(names, mean, reach, strict=True)),
    )
    space = Affine2D().scale(*deviation).translate(*mean) + left.transData
    rim = Circle((0, 0), radius, transform=space, facecolor="none", edgecolor=style.INK)
    rim.set_linewidth(style.FINE)
    left.add_patch(rim)
    thick = 2.5 * radius * scale
    layers = (np.arange(LAYERS) + 0.5) / LAYERS
    depth = style.DEEPEST * np.arange(LAYERS + 1) / LAYERS
    tint = to_rgb(style.MODEL)
    shading = LineCollection(
        [[(0.0, 0.0)]] * LAYERS,
        linewidths=thick,
        colors=[(*tint, 1 - (1 - after) / (1 - before)) for before, after in pairwise(depth)],
        transform=space,
        capstyle="butt",
        zorder=0,
    )
    left.add_collection(shading, autolim=False)
    shading.set_clip_path(rim)
    for label, color, marker, name in zip(
        (0, 1), (style.DATA, style.SECOND), "o^", classes, strict=True
    ):
        dots = left.plot(*points[seen == label].T, marker, color=color, markersize=4.5)[0]
        dots.set(markeredgecolor=style.INK, markeredgewidth=0.4 * label)
        style.key(left, 0.3 * (1 - label), name, color, marker=marker)
    (border,) = left.plot([], [], color=style.INK, linewidth=style.LINE, transform=space, zorder=4)
    eye = style.dot(left, style.MODEL)

    right.set_axis_off()
    right.set(xlim=(views.min, views.max), ylim=(0, 1))
    width, height = right.bbox.size
    stage = Affine2D().scale(RADIUS / width, RADIUS / height).translate(0.5, 0.31)
    place = stage + right.transAxes
    strips = PathCollection(
        [],
        facecolors=[(*tint, style.DEEPEST * p) for p in BANDS],
        edgecolors=style.INK,
        linewidths=0.4,
        transform=place,
        zorder=2,
        clip_on=False,
    )
    right.add_collection(strips, autolim=False)
    (ridge,) = right.plot([], [], color=style.INK, linewidth=style.LINE, transform=place, zorder=4)
    (cross,) = right.plot([], [], color=style.INK, linewidth=style.FINE, transform=place, zorder=1)
    turning = [
        right.text(0, 0, name, transform=place, ha="center", va="center", size=style.TEXT_SIZE)
        for name, _ in names
    ]

    def half_planes(angle: int, offset: float, steepness: str) -> list[Artist]:
        along, across = axes_of(angle)
        where = offset + logit(layers) / STEEPNESS[steepness]
        middle = where.clip(-1.05 * radius, 1.05 * radius) + thick / 2 / scale
        ends = 1.1 * radius * np.array([-1, 1])
        shading.set_segments(middle[:, None, None] * along + ends[:, None] * across)
        return [shading]

    def boundary(angle: int, offset: float) -> list[Artist]:
        along, across = axes_of(angle)
        half = np.sqrt(radius**2 - offset**2)
        corners = offset * along + np.outer([-half, half], across)
        border.set_data(*corners.T)
        return [border]

    def sheet(steepness: str, offset: float, angle: int, view: int) -> list[Artist]:
        camera = View(-view - angle)
        outlines, half = ridge_sheet(offset / radius, radius * STEEPNESS[steepness])
        corners = [camera.project(outline * RISE) for outline in outlines]
        nearer_up = camera.nearness(np.array([1.0, 0.0, 0.0])) >= 0
        order = slice(None) if nearer_up else slice(None, None, -1)
        codes = [Path.MOVETO, Path.LINETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3]
        strips.set_paths([Path(c, codes) for c in corners[order]])
        strips.set_facecolors([(*tint, style.DEEPEST * p) for p in BANDS[order]])
        ridge.set_data(*camera.project(half * RISE).T)
        return [strips, ridge]

    def turn(view: int) -> list[Artist]:
        camera = View(-view)
        axis = np.array([[-1.0, 0, 0], [1, 0, 0], [np.nan] * 3, [0, -1, 0], [0, 1, 0]])
        cross.set_data(*camera.project(axis).T)
        tips = camera.project(np.array([[1.12, 0, -0.1], [0, 1.12, -0.1]]))
        for words, tip in zip(turning, tips, strict=True):
            words.set_position(tip)
        toward = radius * axes_of(-view)[0]
        eye.set_data(*(mean + toward * deviation)[:, None])
        return [cross, *turning, eye]

    def readout(angle: int, offset: float, steepness: str) -> dict[str, str]:
        slope = STEEPNESS[steepness]
        above = standard @ axes_of(angle)[0] - offset
        wrong = np.count_nonzero((above > 0) != seen)
        if np.isinf(slope):
            nats = binary_cross_entropy(seen, (above > 0).astype(float)).mean()
            steepest = "0, and a jump"
        else:
            theta = [-slope * offset, *slope * axes_of(angle)[0]]
            nats = Objective(Bernoulli(), X, seen).value(theta) / len(seen)
            steepest = style.number(slope / 4)
        return {
            "on the wrong side": f"{wrong} of {len(seen)}",
            "greatest slope": steepest,
            "mean NLL (nats)": style.number(nats, ".3f") if np.isfinite(nats) else "∞",
        }

    return LiveFigure(
        "step-or-sigmoid",
        figure,
        [half_planes, boundary, sheet, turn],
        controls={
            "angle": angles,
            "offset": offsets,
            "steepness": Choice(tuple(STEEPNESS), value="|w| = 2", label="steepness"),
            "view": views,
        },
        pads=[Pad(right, x="view")],
        readout=readout,
        caption="Raise the steepness to the step, then turn the view. The boundary stays where it "
        "is; the slope becomes a jump with no slope beside it.",
        alt="Left: … Right: …",
    )


def odds(p: float = 0.8) -> LiveFigure:
    """Left p, its odds and its log-odds on three rulers; right the sigmoid, the way back to p.

    `p` is the first probability shown, a whole number of hundredths. Beside it goes 1 − p.
    """
    figure, left, right = style.two_panels()
    z_most, odds_most = 5.0, 10.0
    left.set_axis_off()
    left.set(xlim=(0, 1), ylim=(0, 1))
    style.frame(
        right,
        ("log-odds z", -z_most, z_most),
        ("probability p", 0, 1),
        x_ticks=[-4, -2, 0, 2, 4],
        y_ticks=[0, 0.25, 0.5, 0.75, 1],
    )
    rulers = {
        0.86: ("probability p, from 0 to 1", [0, 0.25, 0.5, 0.75, 1], 0.0, 1.0),
        0.5: ("odds p/(1 − p), from 0 on", [0, 1, 2, 4, 6, 8, 10], 0.0, odds_most),
        0.14: ("log-odds log(p/(1 − p)), without end", [-4, -2, 0, 2, 4], -z_most, z_most),
    }
    for y, (name, ticks, low, high) in rulers.items():
        ruler(left, y, name, ticks, low, high)
    z = np.linspace(-z_most, z_most, 401)
    smooth(right, style.MODEL).set_path(curve(right, z, Bernoulli().mean(z)))
    (link,) = left.plot([], [], color=style.MODEL, linewidth=style.LINE, zorder=4)
    (mirror,) = left.plot([], [], color=style.DATA, linewidth=style.LINE, linestyle=style.DASHED)
    (drop,) = right.plot([], [], color=style.MODEL, linewidth=style.THIN, linestyle=style.DOTTED)
    marks = [style.dot(left, style.MODEL) for _ in rulers]
    others = [style.dot(left, style.DATA) for _ in rulers]
    at, other = style.dot(right, style.MODEL), style.dot(right, style.DATA)

    def places(p: float) -> Floats:
        """Where p stands on each ruler, from 0 to 1; past its end, at the end."""
        on_odds = min(p / (1 - p) / odds_most, 1)
        return np.array([p, on_odds, (logit(p) + z_most) / (2 * z_most)])

    def move(p: float) -> list[Artist]:
        for q, line, dots, dot in ((p, link, marks, at), (1 - p, mirror, others, other)):
            x = places(q)
            line.set_data(x, list(rulers))
            for mark, across, y in zip(dots, x, rulers, strict=True):
                mark.set_data([across], [y])
            dot.set_data([logit(q)], [q])
        drop.set_data([-z_most, logit(p), logit(p)], [p, p, 0])
        return [link, mirror, drop, *marks, *others, at, other]

    def readout(p: float) -> dict[str, str]:
        return {
            "odds": style.number(p / (1 - p)),
            "odds of 1 − p": style.number((1 - p) / p),
            "log-odds": style.number(logit(p), ".2f"),
            "log-odds of 1 − p": style.number(logit(1 - p), ".2f"),
        }

    return LiveFigure(
        "odds",
        figure,
        [move],
        controls={"p": Slider(0.01, 0.99, step=0.01, value=p, label="probability p")},
        pads=[Pad(left, x="p"), Pad(right, y="p")],
        readout=readout,
        caption="Drag p towards 1. It stops there while its log-odds run on, and 1 − p is its "
        "mirror image on the lowest ruler.",
        alt="Left: … Right: …",
    )


def ruler(axes: Axes, y: float, name: str, ticks: list[float], low: float, high: float) -> None:
    """A ruler across the panel at height `y`, from `low` at its left to `high` at its right."""
    axes.plot([0, 1], [y, y], color=style.INK, linewidth=style.FINE, zorder=1)
    for tick in ticks:
        x = (tick - low) / (high - low)
        axes.plot([x, x], [y, y - 0.02], color=style.INK, linewidth=style.FINE)
        axes.text(x, y - 0.06, f"{tick:g}".replace("-", "−"), ha="center", size=style.TICK_SIZE)
    axes.text(0, y + 0.07, name, size=style.TEXT_SIZE, color=style.INK)


def logistic_landscape(
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    x_name: tuple[str, str] = ("body mass", "g"),
    classes: tuple[str, str] = ("female", "male"),
    apart: int = 30,
) -> LiveFigure:
    """Left labels over x and the fitted p(y = 1 | x); right the mean NLL over slope and intercept.

    `x` and labels `y` (n,): by default mass and sex of the Gentoo penguins. x is standardised, so
    the intercept is the log-odds at the mean. The first `apart` examples must be separable.
    """
    if x is None:
        birds = penguins()
        gentoo = birds.species == birds.species_names.index("Gentoo")
        x, y = birds.body_mass_g[gentoo], birds.sex[gentoo]
    across = real_array("x", x, (None,))
    seen = labels("y", [] if y is None else y, 2)
    mean, deviation = across.mean(), across.std()
    X = add_intercept((across - mean) / deviation)
    best_b, best_w = maximum_likelihood(Bernoulli(), X, seen).theta
    all_of_them, few = (
        Objective(Bernoulli(), X, seen),
        Objective(Bernoulli(), X[:apart], seen[:apart]),
    )
    gap = direction(few)
    lowest = all_of_them.value([best_b, best_w]) / len(seen)
    step = round_step(abs(best_w) / 10)
    w_slider = slider("slope w", 0, step, reach=(4, 40), start=4)
    b_slider = slider("intercept b", 0, step, reach=(16, 16), start=-8)

    figure, left, right = style.two_panels()
    margin = 0.08 * np.ptp(across)
    style.frame(
        left,
        (in_units(x_name), across.min() - margin, across.max() + margin),
        (f"p({classes[1]} | x)", -0.12, 1.12),
        y_ticks=[0, 0.5, 1],
    )
    style.frame(
        right,
        ("slope w (per standard deviation)", w_slider.min, w_slider.max),
        ("intercept b, at the mean", b_slider.min, b_slider.max),
    )
    (zeros,) = left.plot([], [], "o", color=style.DATA, markersize=5, alpha=0.6)
    (ones,) = left.plot([], [], "^", color=style.SECOND, markersize=5.5)
    model = smooth(left, style.MODEL)
    w_grid = np.linspace(w_slider.min, w_slider.max, 121)
    b_grid = np.linspace(b_slider.min, b_slider.max, 121)
    hill = Hill(right, w_grid, b_grid, color=style.LOSS, levels=(0.03, 0.1, 0.3, 1), fade=2)
    star = style.optimum(right, best_w, best_b)
    (ray,) = right.plot([], [], color=style.INK, linewidth=style.LINE, linestyle=style.DASHED)
    cursor = style.dot(right, style.MODEL)
    thetas = np.stack(np.meshgrid(b_grid, w_grid, indexing="ij"), axis=-1)
    heights = {
        False: all_of_them.values(thetas) / len(seen) - lowest,
        True: few.values(thetas) / apart,
    }
    line = np.linspace(*left.get_xlim(), 401)

    def landscape(separable: bool) -> list[Artist]:
        star.set_visible(not separable)
        end = w_slider.max / gap[1]
        ray.set(xdata=[0, end * gap[1]], ydata=[0, end * gap[0]], visible=separable)
        chosen = slice(apart) if separable else slice(None)
        for label, dots in ((0, zeros), (1, ones)):
            some = across[chosen][seen[chosen] == label]
            dots.set_data(some, np.full(len(some), float(label)))
        return [*hill.set(heights[separable]), star, ray, zeros, ones]

    def fit(w: float, b: float) -> list[Artist]:
        model.set_path(curve(left, line, Bernoulli().mean(b + w * (line - mean) / deviation)))
        cursor.set_data([w], [b])
        return [model, cursor]

    def readout(w: float, b: float, separable: bool) -> dict[str, str]:
        objective = few if separable else all_of_them
        n, theta = len(objective.y), np.array([b, w])
        right_side = np.count_nonzero(Bernoulli().mode(objective.X @ theta) == objective.y)
        return {
            "mean NLL (nats)": style.number(objective.value(theta) / n, ".4f"),
            "lowest": "none: 0 is never reached" if separable else style.number(lowest, ".4f"),
            "on the right side": f"{right_side} of {n}",
            "length of the gradient": style.number(float(np.hypot(*objective.gradient(theta))) / n),
        }

    return LiveFigure(
        "logistic-landscape",
        figure,
        [landscape, fit],
        controls={
            "w": w_slider,
            "b": b_slider,
            "separable": Toggle(value=False, label=f"the first {apart} only, which are separable"),
        },
        pads=[Pad(right, x="w", y="b")],
        readout=readout,
        caption="Drag the dot to the star, then switch to the separable birds. The star is gone "
        "and the valley falls on along the dashed line.",
        alt="Left: … Right: …",
    )


def direction(objective: Objective) -> Floats:
    """θ = (b, w) of the boundary in the middle of the gap of separable data in one dimension."""
    x, y = objective.X[:, 1], objective.y
    zeros, ones = x[y == 0], x[y == 1]
    sign = 1.0 if zeros.max() < ones.min() else -1.0
    middle = (zeros.max() + ones.min()) / 2 if sign > 0 else (zeros.min() + ones.max()) / 2
    return sign * np.array([-middle, 1.0])


LAYERS = 24
RADIUS = 95
RISE = np.array([1, 1, 1.2])
LEVELS = np.array([0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99])
BANDS = np.array([0, 0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95, 1])


def ridge_sheet(offset: float, steepness: float) -> tuple[Floats, Floats]:
    """σ(steepness · (u − offset)) over the disc u² + v² ≤ 1, cut along its level lines.

    The strips between them as outlines (strips, 9, 3) in (u, v, p), each two level lines and two
    Bézier arcs of the rim; and the level line p = ½, (2, 3). An infinite steepness is a step.
    """
    ends = steepness * np.array([-1 - offset, 1 - offset])
    z = np.r_[ends[0], logit(LEVELS).clip(*ends), ends[1]]
    with np.errstate(invalid="ignore"):
        u = np.r_[-1, offset + z[1:-1] / steepness, 1]
    p = expit(z)
    theta = np.arccos(u)
    turn = np.diff(theta)
    h = 4 / 3 * np.tan(turn / 4)
    v = np.sin(theta)
    du, dv = -v, u
    rise = p * (1 - p)
    dz = np.diff(z)
    dz = np.where(np.isfinite(dz), dz, 0)
    straight = np.zeros(len(dz), bool)
    straight[[0, -1]] = True
    dp = np.diff(p)
    out1 = np.where(straight, dp / 3, rise[:-1] * dz / 3)
    out2 = np.where(straight, dp / 3, rise[1:] * dz / 3)
    A = np.stack([u, v, p], -1)
    c1 = np.stack([u[:-1] + h * du[:-1], v[:-1] + h * dv[:-1], p[:-1] + out1], -1)
    c2 = np.stack([u[1:] - h * du[1:], v[1:] - h * dv[1:], p[1:] - out2], -1)
    m = np.array([1, -1, 1])
    a, b = A[:-1], A[1:]
    outlines = np.stack([a, a * m, c1 * m, c2 * m, b * m, b, c2, c1, a], axis=1)
    s = np.sqrt(1 - offset**2)
    return outlines, np.array([[offset, s, 0.5], [offset, -s, 0.5]])


def axes_of(angle: int) -> Floats:
    """The unit vector at `angle` degrees from the first axis, and the one to its left, (2, 2)."""
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.array([[c, s], [-s, c]])


def true_p_diet(height: Floats, weight: Floats) -> Floats:
    """The people's true p("should diet"), at heights in cm and weights in kg."""
    return People.p_diet(height / 100, weight)


def in_units(name: tuple[str, str]) -> str:
    """A quantity and its unit as an axis names them."""
    return f"{name[0]} ({name[1]})"
