"""Chapter 2's figures: a line and its bells, three kinds of noise, the width of the bell."""

from functools import lru_cache

import numpy as np
from matplotlib.artist import Artist
from matplotlib.path import Path
from numpy.typing import ArrayLike

from mlelib.arguments import Floats, real_array
from mlelib.datasets import penguins
from mlelib.estimation import maximum_likelihood
from mlelib.figures import style
from mlelib.figures.ranges import round_step, slider
from mlelib.figures.shapes import Alternatives, Hill, curve, filled, smooth
from mlelib.landscapes import grid
from mlelib.likelihoods import Gaussian, Laplace, ScaledGaussian, StudentT
from mlelib.live import Choice, LiveFigure, Pad
from mlelib.losses import squared_error
from mlelib.objectives import Objective, add_intercept

FLIPPER = ("flipper length x", "mm")
MASS = ("body mass y", "g")


def line_and_bells(
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    x_name: tuple[str, str] = FLIPPER,
    y_name: tuple[str, str] = MASS,
) -> LiveFigure:
    """Left the data, the line b + w·(x − origin) and its bells; right the NLL over (w, b).

    `x` and `y` (n,): by default the penguins; each name comes with a unit. The origin is a round
    number just below the smallest x, so that b can be read off the drawing.
    """
    birds = penguins()
    across = real_array("x", birds.flipper_length_mm if x is None else x, (None,))
    up = real_array("y", birds.body_mass_g if y is None else y, across.shape)
    step_x = round_step(np.ptp(across) / 6)
    origin = step_x * np.floor(across.min() / step_x)
    X = add_intercept(across - origin)
    best_b, best_w = best = maximum_likelihood(Gaussian(), X, up).theta
    rms = np.sqrt(np.mean(squared_error(up, X @ best)))
    errors = maximum_likelihood(Gaussian(rms), X, up).standard_errors
    step_b, step_w = round_step(1.4 * errors[0]), round_step(1.4 * errors[1])
    w_slider = slider("slope w", best_w, step_w, reach=(12, 12), start=-7)
    b_slider = slider(f"intercept b, at x = {origin:g}", best_b, step_b, reach=(10, 10), start=8)
    sigma_slider = slider("noise σ", rms, round_step(rms / 2), reach=(1, 2), start=0)

    figure, left, right = style.two_panels()
    spacing = step_b / step_w
    spacing *= max(1, round((across.max() - origin) / spacing)) / 2
    feet = origin + spacing * np.arange(3)
    margin = 0.5 * np.ptp(up)
    style.frame(
        left,
        (
            style.in_units(x_name),
            origin - 0.2 * spacing,
            max(across.max(), feet[-1] + 0.85 * spacing),
        ),
        (style.in_units(y_name), up.min() - 0.4 * margin, up.max() + 0.6 * margin),
    )
    style.frame(
        right,
        (f"slope w ({y_name[1]}/{x_name[1]})", w_slider.min, w_slider.max),
        (f"intercept b ({y_name[1]}), at x = {origin:g}", b_slider.min, b_slider.max),
    )

    left.plot(across, up, ".", color=style.DATA, markersize=4, alpha=0.6, markeredgewidth=0)
    (line,) = left.plot([], [], color=style.MODEL, linewidth=style.LINE, zorder=4)
    bell_patches = [filled(left, style.MODEL) for _ in feet]
    tallest = np.exp(Gaussian(sigma_slider.min).log_prob([0.0], [0.0])[0])
    deviations = np.linspace(-3, 3, 151)
    style.key(left, 0, "data", style.DATA, marker="o")
    style.key(left, 0.3, "line, and bells of width σ", style.MODEL)

    w_grid = np.linspace(w_slider.min, w_slider.max, 121)
    b_grid = np.linspace(b_slider.min, b_slider.max, 121)
    hill = Hill(right, w_grid, b_grid, color=style.LOSS, levels=(10, 100, 1000), fade=2000)
    style.optimum(right, best_w, best_b)
    cursor = style.dot(right, style.MODEL)
    style.key(right, 0, "lowest", style.INK, marker="*")
    style.key(right, 0.3, "10, 100, 1000 nats above", style.INK, width=style.FINE)

    unit = Objective(Gaussian(1), X, up)
    above_floor = grid(unit, best, w_grid, b_grid, axes=(1, 0)).values - unit.value(best)

    def landscape(sigma: float) -> list[Artist]:
        return hill.set(above_floor / sigma**2)  # all that σ does to differences

    def position(w: float, b: float) -> list[Artist]:
        ends = np.array(left.get_xlim())
        line.set_data(ends, b + w * (ends - origin))
        cursor.set_data([w], [b])
        return [line, cursor]

    def bells(w: float, b: float, sigma: float) -> list[Artist]:
        for foot, patch in zip(feet, bell_patches, strict=True):
            middle = b + w * (foot - origin)
            heights = middle + sigma * deviations
            density = np.exp(Gaussian(sigma).log_prob(heights, np.full_like(heights, middle)))
            wide = 0.75 * spacing * density / tallest
            patch.set_path(curve(left, foot + wide, heights, knots=15))
        return [*bell_patches]

    def readout(w: float, b: float, sigma: float) -> dict[str, str]:
        noise, z = Gaussian(sigma), X @ [b, w]
        return {
            "NLL": style.number(noise.nll(up, z).sum(), ",.1f"),
            "lowest NLL": style.number(noise.nll(up, X @ best).sum(), ",.1f"),
            f"MSE ({y_name[1]}²)": style.number(float(squared_error(up, z).mean()), ",.0f"),
        }

    return LiveFigure(
        "line-and-bells",
        figure,
        [landscape, position, bells],
        controls={"w": w_slider, "b": b_slider, "sigma": sigma_slider},
        pads=[Pad(right, x="w", y="b")],
        readout=readout,
        caption="Drag the dot to the star, then change σ. The walls of the valley get steeper or "
        "flatter, and its floor stays where it is.",
        alt="Left: a cloud of points, a line too high and too flat for it, and on the line three "
        "Gaussian bells lying on their side. Right: the negative log-likelihood over slope and "
        "intercept, a narrow tilted valley with contours; a star on its floor, and away from it "
        "a dot, the slope and intercept of the line.",
    )


def noise_family(
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    x_name: tuple[str, str] = FLIPPER,
    y_name: tuple[str, str] = MASS,
    moved: int = -1,
) -> LiveFigure:
    """Left a line fitted with one of three noises, and a point that moves; right each noise's loss.

    `x` and `y` (n,): by default every 16th penguin by flipper. The three noises have the standard
    deviation of the residuals before any point is moved; `moved` is the index of the one that is.
    """
    birds = penguins()
    some = np.argsort(birds.flipper_length_mm, kind="stable")[4::16]
    across = real_array("x", birds.flipper_length_mm[some] if x is None else x, (None,))
    up = real_array("y", birds.body_mass_g[some] if y is None else y, across.shape)
    X = add_intercept(across)
    residuals = up - X @ maximum_likelihood(Gaussian(), X, up).theta
    rms = np.sqrt(np.mean(residuals**2))
    families = {
        "Gaussian": Gaussian(rms),
        "Laplace": Laplace(rms / np.sqrt(2)),
        "Student-t": StudentT(3, rms / np.sqrt(3)),
    }
    step = round_step(rms / 4)
    height_slider = slider("height of the ringed point", up[moved], step, reach=(38, 15), start=-38)
    shown, highest = 10.5 * rms, 30.0

    figure, left, right = style.two_panels()
    margin = 0.05 * np.ptp(across)
    style.frame(
        left,
        (style.in_units(x_name), across.min() - margin, across.max() + margin),
        (style.in_units(y_name), height_slider.min - 2 * step, height_slider.max + 2 * step),
    )
    style.frame(
        right,
        (f"residual r = y − ŷ ({y_name[1]})", -shown, shown),
        ("loss of one point (nats)", 0, highest),
    )
    ends, r = np.array(left.get_xlim()), np.linspace(-shown, shown, 401)

    left.plot(np.delete(across, moved), np.delete(up, moved), "o", color=style.DATA, markersize=5)
    (before,) = left.plot([], [], color=style.DATA, linestyle=style.DASHED, linewidth=style.LINE)
    (after,) = left.plot([], [], color=style.MODEL, linewidth=style.LINE)
    point = style.dot(left, style.DATA)
    style.key(left, 0, "fit", style.MODEL)
    style.key(left, 0.27, "fit before the point moved", style.DATA, dash=style.DASHED)

    drawn = {
        name: Path(np.column_stack([r, likelihood.loss(r, np.zeros_like(r))]))
        for name, likelihood in families.items()
    }
    losses = Alternatives(right, drawn, tuple(families), style.LOSS, key=0.36)
    (slope,) = right.plot([], [], color=style.INK, linewidth=style.THIN, zorder=4)
    tangent = 0.16 * np.array([2 * shown, highest])  # half its length, along either axis
    marker = style.dot(right, style.DATA)

    @lru_cache
    def fitted(family: str, outlier: float) -> Floats:
        targets = up.copy()
        targets[moved] = outlier
        return np.asarray(maximum_likelihood(families[family], X, targets).theta)

    def noise(family: str) -> list[Artist]:
        before.set_data(ends, add_intercept(ends) @ fitted(family, up[moved]))
        return [before, *losses.choose(family)]

    def pull(family: str, outlier: float) -> tuple[float, float, float]:
        """The moved point's residual, its loss, and the slope of the loss there."""
        prediction = X[[moved]] @ fitted(family, outlier)
        target, likelihood = np.array([outlier]), families[family]
        return (
            float(outlier - prediction[0]),
            float(likelihood.loss(target, prediction)[0]),
            -float(likelihood.gradient(target, prediction)[0]),
        )

    def fit(family: str, outlier: float) -> list[Artist]:
        after.set_data(ends, add_intercept(ends) @ fitted(family, outlier))
        point.set_data(across[[moved]], [outlier])
        residual, loss, steepness = pull(family, outlier)
        marker.set_data([residual], [loss])
        aside = np.array([-1, 1]) / np.hypot(1 / tangent[0], steepness / tangent[1])
        slope.set_data(residual + aside, loss + steepness * aside)
        return [after, point, marker, slope]

    def readout(family: str, outlier: float) -> dict[str, str]:
        residual, loss, steepness = pull(family, outlier)
        return {
            "slope of the fit": style.number(fitted(family, outlier)[1], ".1f"),
            "residual of the point": style.number(residual, ",.0f"),
            "its loss": style.number(loss, ".2f"),
            "its pull": style.number(steepness, ".2g"),
        }

    return LiveFigure(
        "noise-family",
        figure,
        [noise, fit],
        controls={
            "family": Choice(tuple(families), value="Gaussian", label="noise"),
            "outlier": height_slider,
        },
        pads=[Pad(left, y="outlier")],
        readout=readout,
        caption="Drag the ringed point up and down under each noise. The steeper the loss at its "
        "residual, the harder it pulls on the line.",
        alt="Left: points along a rising line, one more far below them, and a fitted line that it "
        "draws down, away from the dashed fit before it moved. Right: the loss of one point "
        "against its residual, a parabola for the Gaussian, a wedge for the Laplace, a curve that "
        "flattens for Student's t; a dot with a tangent marks the far point.",
    )


def sigma_mle(residuals: ArrayLike | None = None, unit: str = MASS[1]) -> LiveFigure:
    """Left the residuals and a bell of width σ; right NLL(σ), and the MSE, which has no σ in it.

    `residuals` (n,): by default those of the penguins' masses around the line of most likelihood.
    """
    birds = penguins()
    if residuals is None:
        X = add_intercept(birds.flipper_length_mm)
        fit = maximum_likelihood(Gaussian(), X, birds.body_mass_g)
        residuals = birds.body_mass_g - X @ fit.theta
    r = real_array("residuals", residuals, (None,))
    objective = Objective(ScaledGaussian(), np.ones((len(r), 1)), r)
    mse = float(np.mean(squared_error(r, np.zeros_like(r))))
    rms = np.sqrt(mse)
    sigma_slider = slider("σ", rms, round_step(rms / 40), reach=(24, 51), start=-17)

    def nll(sigma: ArrayLike) -> Floats:
        """The summed NLL of the residuals under mean 0 and each of `sigma` (m,)."""
        log_sigma = np.log(np.atleast_1d(sigma))
        return objective.values(np.stack([np.zeros_like(log_sigma), log_sigma], -1)[:, None, :])

    figure, left, right = style.two_panels()
    sigmas = np.linspace(sigma_slider.min, sigma_slider.max, 201)
    heights = nll(sigmas)
    low, high = nll(rms)[0], heights[0]
    bin_width = round_step(rms / 4)
    bins = bin_width * (np.arange(-14, 15) + 0.5)
    per_bin = len(r) * bin_width  # from a density to an expected number in a bin
    tallest = per_bin * np.exp(Gaussian(sigmas[0]).log_prob([0.0], [0.0])[0])
    style.frame(
        left,
        (f"residual r ({unit})", bins[0], bins[-1]),
        (f"residuals per {bin_width:g} {unit}", 0, 1.05 * tallest),
    )
    style.frame(
        right,
        (f"standard deviation σ ({unit})", sigmas[0], sigmas[-1]),
        ("NLL(σ) of the residuals (nats)", low - 0.4 * (high - low), high),
    )

    left.hist(r, bins=list(bins), color=style.DATA, alpha=0.45, linewidth=0)
    for side, name in ((-rms, "−√MSE"), (rms, "√MSE")):
        left.axvline(side, 0, 0.72, color=style.LOSS, linestyle=style.DASHED, linewidth=style.LINE)
        style.label(left, side, 0.77 * 1.05 * tallest, name)
    bell = smooth(left, style.MODEL)
    style.key(left, 0, "residuals", style.DATA, marker="s")
    style.key(left, 0.4, "bell of width σ", style.MODEL)

    smooth(right, style.LOSS).set_path(curve(right, sigmas, heights))
    level = low - 0.3 * (high - low)
    right.axhline(level, color=style.LOSS, linestyle=style.DASHED, linewidth=style.LINE)
    style.optimum(right, rms, low)
    style.key(right, 0, "NLL(σ)", style.LOSS)
    style.key(right, 0.35, "MSE, on its own scale", style.LOSS, dash=style.DASHED)
    style.label(right, rms, low - 0.09 * (high - low), "lowest at σ = √MSE", "left")
    on_nll, on_mse = style.dot(right, style.MODEL), style.dot(right, style.MODEL)
    deviations = np.linspace(-4, 4, 201)

    def width(sigma: float) -> list[Artist]:
        around = sigma * deviations
        density = np.exp(Gaussian(sigma).log_prob(around, np.zeros_like(around)))
        bell.set_path(curve(left, around, per_bin * density))
        on_nll.set_data([sigma], nll(sigma))
        on_mse.set_data([sigma], [level])
        return [bell, on_nll, on_mse]

    def readout(sigma: float) -> dict[str, str]:
        return {
            "NLL": style.number(nll(sigma)[0], ",.1f"),
            f"MSE ({unit}²)": style.number(mse, ",.0f"),
            f"√MSE ({unit})": style.number(rms, ",.4g"),
        }

    return LiveFigure(
        "sigma-mle",
        figure,
        [width],
        controls={"sigma": sigma_slider},
        pads=[Pad(right, x="sigma")],
        readout=readout,
        caption="Move σ until the NLL is smallest. There σ equals √MSE, which did not move.",
        alt="Left: a histogram of residuals and a bell too narrow for it, with dashed lines at "
        "plus and minus the root mean squared residual. Right: the negative log-likelihood "
        "against σ, steep on the left, lowest at a star, rising slowly on the right; below it "
        "the mean squared error, a level line.",
    )
