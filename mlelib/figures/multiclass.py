"""Chapter 4's figures: three rules for three outputs, the probability triangle, softmax regions."""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Polygon, Rectangle
from numpy.typing import ArrayLike
from scipy.special import expit, rel_entr

from mlelib.arguments import Floats, labels, real_array
from mlelib.datasets import People, people
from mlelib.descent import gradient_descent
from mlelib.estimation import maximum_likelihood
from mlelib.figures import style
from mlelib.figures.regions import Regions, draw_borders
from mlelib.figures.shapes import NOWHERE, Hill, contours
from mlelib.likelihoods import Categorical
from mlelib.live import Choice, LiveFigure, Pad, Slider
from mlelib.losses import cross_entropy
from mlelib.numerics import sigmoid, softmax
from mlelib.objectives import Objective, add_intercept


def softmax_playground(outputs: Sequence[float] = (2.0, 1.0, -1.0)) -> LiveFigure:
    """Left three raw outputs, also shifted; right what each of three rules makes of them.

    `outputs`, three whole numbers from −3 to 3, are those of the first state.
    """
    shifts = Slider(-2.0, 3.0, step=1.0, value=0.0, label="shift c of all three")
    figure, left, right = style.two_panels()
    style.frame(
        left,
        ("class k", 0.5, 3.5),
        ("raw output z", shifts.min - 3.4, shifts.max + 3.4),
        x_ticks=[1, 2, 3],
        y_ticks=range(-4, 7, 2),
    )
    style.frame(right, ("class k", 0.3, 11.7), ("output", 0, 1.01), y_ticks=[0, 0.5, 1])
    right.set_xticks([1, 2, 3, 5, 6, 7, 9, 10, 11], [*"123123123"])

    left.axhline(0, color=style.INK, linewidth=style.FINE)
    shifted = bars(left, [1, 2, 3])
    dots = [style.dot(left, color) for color, _ in style.CLASSES]
    style.key(left, 0, "raw output zₖ", style.DATA, marker="o")
    style.key(left, 0.5, "zₖ + c", style.DATA, marker="s")
    softmaxes, sigmoids, shares = (bars(right, first + np.arange(3)) for first in (1, 5, 9))
    for middle, name in ((2, "softmax"), (6, "sigmoid"), (10, "|z| / Σ|z|")):
        style.label(right, middle, style.HEADER, name)
    undefined = right.text(10, 0.06, "0/0", ha="center", va="center", size=style.TEXT_SIZE)

    def absolute_values(z: Floats) -> Floats | None:
        """|z|/Σ|z|, or None for 0/0."""
        return np.abs(z) / np.abs(z).sum() if z.any() else None

    def outputs_and_shares(z1: float, z2: float, z3: float, shift: float) -> list[Artist]:
        z = np.array([z1, z2, z3], float)
        for k, dot in enumerate(dots):
            dot.set_data([k + 1], z[[k]])
        raise_to(shifted, z + shift)
        raise_to(sigmoids, sigmoid(z + shift))
        absolute = absolute_values(z + shift)
        raise_to(shares, np.zeros(3) if absolute is None else absolute)
        undefined.set_visible(absolute is None)
        return [*dots, *shifted, *sigmoids, *shares, undefined]

    def by_softmax(z1: float, z2: float, z3: float, temperature: float) -> list[Artist]:
        z = np.array([z1, z2, z3])  # not shifted: with a shift it would be the same
        raise_to(softmaxes, softmax(z / temperature))
        return [*softmaxes]

    def readout(
        z1: float, z2: float, z3: float, temperature: float, shift: float
    ) -> dict[str, str]:
        z = np.array([z1, z2, z3]) + shift
        absolute = absolute_values(z)
        return {
            "softmax": with_sum(softmax(z / temperature)),
            "sigmoid": with_sum(sigmoid(z)),
            "|z| / Σ|z|": "0/0, undefined" if absolute is None else with_sum(absolute),
        }

    sliders = {
        f"z{k}": Slider(-3.0, 3.0, step=1.0, value=value, label=f"raw output z{'₁₂₃'[k - 1]}")
        for k, value in enumerate(outputs, 1)
    }
    columns = zip(sliders, thirds(figure, left), strict=True)
    temperatures = Choice((0.25, 0.5, 1, 2, 4), 1, label="temperature T of the softmax")
    return LiveFigure(
        "softmax-playground",
        figure,
        [outputs_and_shares, by_softmax],
        controls={**sliders, "shift": shifts, "temperature": temperatures},
        pads=[Pad(column, y=name) for name, column in columns],
        readout=readout,
        caption="Drag a raw output and watch which bars follow it, then shift all three at once. "
        "The softmax does not move with the shift, and the other two do.",
        alt="Left: bars of the raw outputs 2, 1 and −1, each with a dot to drag. Right: three "
        "groups of three bars. The softmax gives most to class 1 and hardly any to class 3; the "
        "sigmoids are 0.88, 0.73 and 0.27; the absolute values give classes 2 and 3 the same.",
    )


def simplex(target: ArrayLike = (0, 0, 1)) -> LiveFigure:
    """Left KL(y‖q) over the triangle of all q; right entropy and KL beside the cross-entropy.

    The corners are the classes, the third on top. `target` (3,) are the probabilities y before they
    are smoothed: by default a one-hot row.
    """
    hard = real_array("target", target, (3,))
    q3_slider = Slider(0.05, 0.95, step=0.05, value=0.3, label="probability of class 3, q₃")
    split_slider = Slider(0.05, 0.95, step=0.05, value=0.7, label="class 2's share of the rest")
    epsilon_slider = Slider(0.0, 0.9, step=0.15, value=0.3, label="label smoothing ε")

    def smoothed(epsilon: float) -> Floats:
        return (1 - epsilon) * hard + epsilon / 3

    figure, left, right = style.two_panels()
    triangle = frame_triangle(left)
    ends = [(slider.min, slider.max) for slider in (split_slider, q3_slider, epsilon_slider)]
    tallest = max(
        entropy_kl_and_cross(smoothed(epsilon), prediction(split, q3))[2]
        for split, q3, epsilon in product(*ends)
    )
    style.frame(right, ("", -0.6, 1.6), ("nats", 0, 1.05 * tallest))
    right.set_xticks([0, 1], ["H(y) + KL(y‖q)", "H(y, q)"])
    right.tick_params(axis="x", length=0)

    side = np.linspace(0, 1, 121)
    everywhere = over_the_triangle(side)
    heat = Hill(left, side, side, color=style.LOSS, levels=(), fade=3)
    for artist in heat.set(everywhere[..., 0]):
        artist.set_clip_path(triangle)
    inside = prediction(*np.meshgrid(*[expit(np.linspace(-7, 7, 61))] * 2))  # dense at the sides
    rings = PathPatch(NOWHERE, fill=False, linewidth=style.FINE, alpha=0.6, zorder=2)
    left.add_patch(rings)
    star = style.optimum(left, 0, 0)
    cursor = style.dot(left, style.MODEL)
    style.key(left, 0, "lowest", style.INK, marker="*")
    style.key(left, 0.3, "0.1, 0.5, 1, 2 nats above", style.INK, width=style.FINE)

    (entropy_bar,) = right.bar([0], 0, width=0.7, color=style.DATA)
    (kl_bar,) = right.bar([0], 0, width=0.7, color=(style.LOSS, 0.4), edgecolor=style.LOSS)
    (cross_bar,) = right.bar([1], 0, width=0.7, color=style.LOSS)
    style.key(right, 0, "entropy", style.DATA, marker="s")
    style.key(right, 0.3, "KL", style.LOSS, marker="s")[0].set_alpha(0.5)
    style.key(right, 0.48, "cross-entropy", style.LOSS, marker="s")

    def landscape(epsilon: float) -> list[Artist]:
        y = smoothed(epsilon)
        star.set_data(*place(y[:, None]))
        star.set_markerfacecolor(style.INK if y.all() else "none")
        entropy_bar.set_height(entropy_kl_and_cross(y, y)[0])
        above = rel_entr(y, everywhere).sum(axis=-1).clip(min=0)  # at y rounding goes below 0
        above_inside = rel_entr(y[:, None, None], inside).sum(axis=0)
        rings.set_path(contours(*place(inside), above_inside, (0.1, 0.5, 1, 2)))
        return [*heat.set(above), rings, star, entropy_bar]

    def position(split: float, q3: float) -> list[Artist]:
        cursor.set_data(*place(prediction(split, q3)[:, None]))
        return [cursor]

    def stack(split: float, q3: float, epsilon: float) -> list[Artist]:
        entropy, kl, cross = entropy_kl_and_cross(smoothed(epsilon), prediction(split, q3))
        kl_bar.set(y=entropy, height=kl)
        cross_bar.set_height(cross)
        return [kl_bar, cross_bar]

    def readout(split: float, q3: float, epsilon: float) -> dict[str, str]:
        y, q = smoothed(epsilon), prediction(split, q3)
        entropy, kl, cross = entropy_kl_and_cross(y, q)
        return {
            "y": listed(y, ".3f"),
            "q": listed(q, ".3f"),
            "H(y)": style.number(entropy, ".3f"),
            "KL(y‖q)": style.number(kl, ".3f"),
            "H(y, q)": style.number(cross, ".3f"),
            "lowest": "at q = y" if y.all() else "never reached",
        }

    return LiveFigure(
        "simplex",
        figure,
        [landscape, position, stack],
        controls={"q3": q3_slider, "split": split_slider, "epsilon": epsilon_slider},
        pads=[Pad(left, x="split", y="q3", triangle=True)],
        readout=readout,
        caption="Drag the dot to the star, then change the smoothing. What is left of the "
        "cross-entropy at the star is the target's own entropy.",
        alt="Left: the triangle of all probabilities of three classes, coloured deepest around a "
        "star high up in its middle, with a dot lower on the right. Right: two bars of one height, "
        "the first made of the entropy and the KL divergence, the second the cross-entropy.",
    )


def softmax_regions(
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    names: tuple[tuple[str, str], tuple[str, str]] = (("height x₁", "cm"), ("weight x₂", "kg")),
    classes: tuple[str, ...] = People.class_names,
    truth: Callable[[Floats, Floats], Floats] | None = None,
) -> LiveFigure:
    """Left the regions of three classes in a plane; right the mean NLL of a gradient descent.

    `x` (n, 2) and labels `y` (n,): by default people and their weight classes, whose truth is
    known; `truth` gives the true probabilities (..., 3) at arrays of both measurements. `names`
    come with a unit each. The descent is that of softmax regression on standardised `x`, from
    θ = 0.
    """
    if x is None:
        adults = people()
        x, y = np.column_stack([100 * adults.height, adults.weight]), adults.weight_class
        truth = true_p_class
    points = real_array("x", x, (None, 2))
    seen = labels("y", [] if y is None else y, 3)
    n, mean, deviation = len(points), points.mean(axis=0), points.std(axis=0)

    X = add_intercept((points - mean) / deviation)
    objective = Objective(Categorical(3), X, seen)
    lowest = maximum_likelihood(Categorical(3), X, seen).value / n
    steepest = np.linalg.eigvalsh(X.T @ X)[-1] / 2  # no softmax curves more than ½ in any direction
    steps = Slider(0, 200, step=2, value=8, label="gradient-descent step", play=True)
    path = gradient_descent(objective, np.zeros((3, 3)), 1.5 / steepest, int(steps.max))
    means = path.values / n

    figure, left, right = style.two_panels()
    (x_low, y_low), (x_high, y_high) = points.min(axis=0), points.max(axis=0)
    x_margin, y_margin = 0.04 * np.ptp(points, axis=0)
    style.frame(
        left,
        (style.in_units(names[0]), x_low - x_margin, x_high + x_margin),
        (style.in_units(names[1]), y_low - y_margin, y_high + y_margin),
    )
    span = means[0] - lowest
    style.frame(
        right,
        ("gradient-descent step", steps.min, steps.max),
        ("mean NLL (nats)", lowest - 0.15 * span, means[0] + 0.02 * span),
    )

    painted = Regions(left)
    for k, (color, marker) in enumerate(style.CLASSES):
        (dots,) = left.plot(*points[seen == k].T, marker, color=color, markersize=5)
        dots.set(markeredgecolor=style.INK, markeredgewidth=0.4)
        style.key(left, 0.3 * k, classes[k], color, marker=marker)

    right.plot(means, color=style.LOSS, linewidth=style.LINE)
    right.axhline(lowest, color=style.INK, linewidth=style.THIN, linestyle=style.DOTTED)
    style.key(right, 0, "at the MLE", style.INK, dash=style.DOTTED, width=style.THIN)
    if truth is not None:
        true = np.log(truth(*points.T))
        level = float(-true[np.arange(n), seen].mean())
        right.axhline(level, color=style.DATA, linewidth=style.LINE, linestyle=style.DASHED)
        style.key(right, 0.45, "of the truth", style.DATA, dash=style.DASHED)
        draw_borders(left, truth)
    cursor = style.dot(right, style.LOSS)

    def regions(step: int) -> list[Artist]:
        weights = path.thetas[step, 1:] / deviation[:, None]  # of x itself, not standardised
        cursor.set_data([step], [means[step]])
        return [*painted.set(path.thetas[step, 0] - mean @ weights, weights), cursor]

    def readout(step: int) -> dict[str, str]:
        right_ones = Categorical(3).mode(X @ path.thetas[step]) == seen
        return {
            "mean NLL": style.number(means[step], ".4f"),
            "lowest mean NLL": style.number(lowest, ".4f"),
            "accuracy": style.number(right_ones.mean(), ".3f"),
        }

    return LiveFigure(
        "softmax-regions",
        figure,
        [regions],
        controls={"step": steps},
        pads=[Pad(right, x="step")],
        readout=readout,
        caption="Play the descent: solid borders are the model's, dashed ones those of the truth. "
        "They close in, those of the rarest class last, while the NLL creeps down to the MLE's.",
        alt="Left: people by height and weight in three classes, and the regions where each is the "
        "most likely, over above normal above under, deeper where it is nearly sure; dashed the "
        "borders of the truth. Right: the mean negative log-likelihood against the step, falling "
        "steeply, then slowly down to a dotted line just below the dashed one of the truth.",
    )


def true_p_class(height: Floats, weight: Floats) -> Floats:
    """The probabilities of people's weight classes, height in cm."""
    return People.p_class(height / 100, weight)


def prediction(split: Floats | float, q3: Floats | float) -> Floats:
    """Probabilities of classes (3, ...): that of the third, the rest split between the others."""
    return np.array([(1 - q3) * (1 - split), (1 - q3) * split, q3])


def entropy_kl_and_cross(y: Floats, q: Floats) -> tuple[float, float, float]:
    """H(y), KL(y‖q) and H(y, q), each from its own formula."""
    rows = cross_entropy([y, y], [y, q])
    return float(rows[0]), float(rel_entr(y, q).sum()), float(rows[1])


def frame_triangle(axes: Axes) -> Polygon:
    """The triangle of `place` on `axes`, its height an axis, its corners named."""
    style.frame(axes, ("", 0, 1), ("probability of class 3, q₃", 0, 1), y_ticks=[0, 0.5, 1])
    axes.set_xticks([0, 1], ["q₁ = 1", "q₂ = 1"])
    axes.tick_params(axis="x", length=0, pad=8)
    axes.spines["bottom"].set_visible(False)
    style.label(axes, 0.56, 0.95, "q₃ = 1", "left")
    triangle = Polygon([(0, 0), (1, 0), (0.5, 1)], fill=False, linewidth=style.THIN, clip_on=False)
    axes.add_patch(triangle)
    return triangle


def place(q: Floats) -> tuple[Floats, Floats]:
    """Where q (3, ...) is in the triangle between the unit square's lower corners and its top."""
    return q[1] + q[2] / 2, q[2]


def over_the_triangle(side: Floats) -> Floats:
    """The probabilities at each point of the unit square, rows upwards: `place` undone.

    Outside the triangle they are those of a point near its edge, because a page blends the colours
    of neighbours.
    """
    q3 = np.broadcast_to(side[:, None], (len(side), len(side)))
    q2 = side - q3 / 2
    q = np.stack([1 - q2 - q3, q2, q3], axis=-1).clip(min=0)
    return np.asarray(q / q.sum(axis=-1, keepdims=True))


def listed(p: Floats, spec: str) -> str:
    """Probabilities for a readout."""
    return ", ".join(style.number(each, spec) for each in p)


def with_sum(outputs: Floats) -> str:
    """Outputs for a readout, and what they add up to."""
    return f"{listed(outputs, '.2f')}; sum {style.number(outputs.sum(), '.2f')}"


def bars(axes: Axes, places: ArrayLike) -> list[Rectangle]:
    """A bar of each class's colour, yet to be raised."""
    return [
        axes.bar(
            [place],
            0,
            width=0.6,
            color=color,
        ).patches[0]
        for place, (color, _) in zip(np.asarray(places), style.CLASSES, strict=True)
    ]


def raise_to(bars: Sequence[Rectangle], heights: Floats) -> None:
    """Give each bar its height."""
    for bar, height in zip(bars, heights, strict=True):
        bar.set_height(height)


def thirds(figure: Figure, axes: Axes) -> list[Axes]:
    """Bare axes over each third of `axes`, with its y: three pads side by side."""
    left, bottom, width, height = axes.get_position().bounds
    parts = [figure.add_axes((left + k * width / 3, bottom, width / 3, height)) for k in range(3)]
    for part in parts:
        part.set_axis_off()
        part.set_ylim(axes.get_ylim())
    return parts
