"""Chapter 6's figure of what weight decay does to a fit."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.container import BarContainer
from numpy.typing import ArrayLike

from mlelib.arguments import Floats, real_array
from mlelib.estimation import maximum_a_posteriori
from mlelib.figures import style
from mlelib.figures.ranges import round_step
from mlelib.figures.shapes import curve, smooth
from mlelib.figures.weights import (
    decades,
    prior_of,
)
from mlelib.likelihoods import Gaussian
from mlelib.live import LiveFigure, Pad, Slider
from mlelib.objectives import Objective


def ridge_curve(
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    x_new: ArrayLike | None = None,
    y_new: ArrayLike | None = None,
    names: tuple[str, str] = ("input x", "target y"),
    degree: int = 9,
    sigma: float = 0.25,
    truth: Callable[[Floats], Floats] | None = None,
) -> LiveFigure:
    """Left a polynomial's MAP through points, and its weights; right the mean NLL against λ.

    `x` and `y` (n,), `x_new` and `y_new` (m,) held out: by default 15 points of a noisy sine and
    1,000 new ones. `truth` gives E[y | x], if it is known. The weights are those of Legendre
    polynomials over the range of all x; the constant's is free of decay and not shown. The noise's
    σ is given, and λ goes with the mean NLL.
    """
    if x is None:
        x, y, x_new, y_new, truth = noisy_sine()
    points = real_array("x", x, (None,))
    heights = real_array("y", [] if y is None else y, points.shape)
    new_points = real_array("x_new", [] if x_new is None else x_new, (None,))
    new_heights = real_array("y_new", [] if y_new is None else y_new, new_points.shape)
    ends = min(points.min(), new_points.min()), max(points.max(), new_points.max())

    def features(places: Floats) -> Floats:
        scaled = np.interp(places, ends, (-1, 1))
        return np.asarray(np.polynomial.legendre.legvander(scaled, degree), dtype=float)

    n, noise, constant = len(points), Gaussian(sigma), np.arange(degree + 1) == 0
    X = features(points)
    objectives = Objective(noise, X, heights), Objective(noise, features(new_points), new_heights)
    slider = Slider(-3, 1, 0.05, value=-2, label="log₁₀ λ, the weight decay")

    @lru_cache(maxsize=1024)
    def fit(decay: float) -> tuple[Floats, Floats]:
        """The weights under log₁₀ λ = `decay`, and the mean NLL of the points and of new ones."""
        prior = prior_of(10**decay, n, constant)
        theta = maximum_a_posteriori(noise, X, heights, prior).theta
        return theta, np.array([o.value(theta) / len(o.y) for o in objectives])

    decays = np.array(slider.grid(), dtype=float)
    fits = [fit(decay) for decay in decays]
    means = np.array([nats for _, nats in fits])

    figure, left, right = style.two_panels()
    shown = np.linspace(*ends, 401)
    basis = features(shown)
    low, high, span = heights.min(), heights.max(), np.ptp(heights)
    style.frame(left, (names[0], *ends), (names[1], low - 0.4 * span, high + 1.3 * span))
    left.set_yticks(round_ticks(low, high))
    if truth is not None:
        left.plot(shown, truth(shown), color=style.DATA, linewidth=style.THIN)
        style.key(left, 0.55, "truth", style.DATA, width=style.THIN)
    left.plot(points, heights, "o", color=style.DATA, markersize=5)
    fitted = smooth(left, style.MODEL)
    style.key(left, 0, "points", style.DATA, marker="o")
    style.key(left, 0.29, "fit", style.MODEL)
    bars = weight_bars(left, degree, max(np.abs(theta[1:]).max() for theta, _ in fits))

    margin = 0.08 * np.ptp(means)
    style.frame(
        right,
        ("weight decay λ", slider.min, slider.max),
        ("mean NLL (nats)", means.min() - margin, means.max() + margin),
    )
    decades(right)
    kinds = ("on the points", style.SOLID), ("on new points", style.DASHED)
    for place, (name, dash), values in zip((0, 0.48), kinds, means.T, strict=True):
        style.key(right, place, name, style.LOSS, dash=dash)
        smooth(right, style.LOSS, dash=dash).set_path(curve(right, decays, values))
    style.optimum(right, decays[means[:, 1].argmin()], means[:, 1].min())
    dots = [style.dot(right, style.MODEL) for _ in kinds]

    def position(decay: float) -> list[Artist]:
        theta, nats = fit(decay)
        fitted.set_path(curve(left, shown, basis @ theta, knots=33))
        for bar, weight in zip(bars, theta[1:], strict=True):
            bar.set_height(weight)
        for mark, value in zip(dots, nats, strict=True):
            mark.set_data([decay], [value])
        return [fitted, *bars, *dots]

    def readout(decay: float) -> dict[str, str]:
        theta, nats = fit(decay)
        return {
            "λ": style.number(10**decay),
            "prior's τ": style.number(prior_of(10**decay, n).tau),
            "mean NLL": style.number(nats[0], ".3f"),
            "mean NLL of new points": style.number(nats[1], ".3f"),
            "length of w": style.number(float(np.linalg.norm(theta[1:])), ".2f"),
        }

    return LiveFigure(
        "ridge-curve",
        figure,
        [position],
        controls={"decay": slider},
        pads=[Pad(right, x="decay")],
        readout=readout,
        caption="Raise λ from the left. The weights shrink and the NLL of the points rises; that "
        "of new points falls first, down to the star.",
        alt="Left: fifteen points around a sine, a polynomial of degree 9 that runs through nearly "
        "all of them and swings away at both ends, and above them its weights as bars, most of "
        "them large. Right: the mean negative log-likelihood against the weight decay; on the "
        "points it rises all the way, on new points it falls to a star and rises after it. Two "
        "dots mark the fit, far to the left of the star.",
    )


def round_ticks(low: float, high: float) -> Floats:
    """About three round numbers from `low` to `high`."""
    step = round_step((high - low) / 3)
    return np.asarray(step * np.arange(np.ceil(low / step), np.floor(high / step) + 1))


def weight_bars(axes: Axes, degree: int, largest: float) -> BarContainer:
    """A bar for the weight of each degree from 1 on, in the upper part of the panel."""
    inset = axes.inset_axes((0.14, 0.6, 0.86, 0.4))
    inset.set(xlim=(0.4, degree + 0.6), ylim=(-1.1 * largest, 1.6 * largest), facecolor="none")
    inset.set(xticks=[], yticks=[])
    inset.spines[:].set_visible(False)
    inset.axhline(0, color=style.INK, linewidth=style.FINE)
    style.label(inset, 0.5 + degree / 2, 1.4 * largest, f"weights of degree 1 to {degree}")
    return inset.bar(np.arange(1, degree + 1), np.zeros(degree), width=0.7, color=style.MODEL)


def noisy_sine() -> tuple[Floats, Floats, Floats, Floats, Callable[[Floats], Floats]]:
    """Chapter 2's: 15 points of sin 2πx with noise of σ = 0.25, 1,000 new ones, and the sine."""

    def sine(x: Floats) -> Floats:
        return np.asarray(np.sin(2 * np.pi * x))

    rng = np.random.default_rng(0)
    x, x_new = (np.arange(15) + 0.5) / 15, rng.uniform(size=1000)
    y, y_new = (sine(places) + rng.normal(0, 0.25, len(places)) for places in (x, x_new))
    return x, y, x_new, y_new, sine
