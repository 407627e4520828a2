"""Chapter 1's figures: a likelihood and its log, a product that dies, a hill over (μ, σ)."""

from functools import lru_cache

import numpy as np
from matplotlib.artist import Artist
from numpy.typing import ArrayLike
from scipy.special import betaln, logit

from mlelib.arguments import Floats, real_array
from mlelib.datasets import people
from mlelib.estimation import maximum_likelihood
from mlelib.figures import style
from mlelib.figures.ranges import round_step, slider
from mlelib.figures.shapes import Hill, curve, filled, smooth
from mlelib.likelihoods import Bernoulli, Gaussian, ScaledGaussian
from mlelib.live import Choice, LiveFigure, Pad, Slider, Toggle
from mlelib.objectives import Objective


def coin_log_likelihood(heads: int, tails: int, theta: ArrayLike) -> Floats:
    """log L(θ) of tosses in a given order, at probabilities of heads `theta` (...), 0 and 1 too."""
    inside = np.clip(theta, 1e-16, 1 - 2**-53)  # where the log-odds are finite
    z = np.stack([logit(inside)] * 2, axis=-1)
    return np.asarray(Bernoulli().log_prob([1, 0], z) @ [heads, tails])


def coin_likelihood(heads: int = 7, tails: int = 3, most: int = 15) -> LiveFigure:
    """Left the counts, up to `most` of each; right L(θ) and log L(θ), both from their peak down."""
    figure, left, right = style.two_panels()
    shown = -0.6, most + 0.6
    style.frame(left, ("tails t", *shown), ("heads h", *shown))
    style.frame(
        right,
        ("probability of heads θ", 0, 1),
        ("height relative to the peak", 0, 1.06),
        x_ticks=[0, 0.25, 0.5, 0.75, 1],
        y_ticks=[0, 0.5, 1],
    )
    depth = 10  # nats from the peak down to the axis, for the log curve
    grid = np.sin(np.linspace(0, np.pi / 2, 801)) ** 2  # dense at 0 and 1, where log L plunges

    lattice = np.indices((most + 1, most + 1)).reshape(2, -1)
    left.plot(*lattice, ".", color=style.DATA, markersize=2)
    (ray,) = left.plot([], [], color=style.DATA, linestyle=style.DASHED, linewidth=style.LINE)
    counts = style.dot(left, style.DATA)
    style.key(left, 0, "same share of heads, same peak", style.DATA, dash=style.DASHED)

    area = filled(right, style.LIKELIHOOD)
    log_curve = smooth(right, style.LIKELIHOOD, dash=style.DASHED)
    (plumb,) = right.plot([], [], color=style.INK, linewidth=style.THIN, linestyle=style.DOTTED)
    peak = style.optimum(right, 0, 1)
    style.key(right, 0, "L(θ)", style.LIKELIHOOD)
    words = f"log L(θ), top {depth} nats"
    log_key = style.key(right, 0.3, words, style.LIKELIHOOD, dash=style.DASHED)

    @lru_cache
    def top(heads: int, tails: int) -> tuple[Floats, Floats]:
        """θ where log L is less than `depth` below its peak, and log L there, less its peak."""
        log_likelihood = coin_log_likelihood(heads, tails, grid)
        drop = log_likelihood - coin_log_likelihood(heads, tails, heads / max(heads + tails, 1))
        return grid[drop > -depth], drop[drop > -depth]

    def tosses(heads: int, tails: int) -> list[Artist]:
        counts.set_data([tails], [heads])
        reach = most / max(heads, tails, 1)
        ray.set_data([0, reach * tails], [0, reach * heads])
        return [ray, counts]

    def likelihood(heads: int, tails: int) -> list[Artist]:
        theta, drop = top(heads, tails)
        area.set_path(curve(right, theta, np.exp(drop), floor=0))
        best = heads / max(heads + tails, 1)
        plumb.set(xdata=[best, best], ydata=[0, 1], visible=heads + tails > 0)
        peak.set(xdata=[best], visible=heads + tails > 0)
        return [area, plumb, peak]

    def logarithm(heads: int, tails: int, log: bool) -> list[Artist]:
        theta, drop = top(heads, tails)
        log_curve.set(path=curve(right, theta, 1 + drop / depth), visible=log)
        return [log_curve]

    def name_logarithm(log: bool) -> list[Artist]:
        for artist in log_key:
            artist.set_visible(log)
        return log_key

    def readout(heads: int, tails: int) -> dict[str, str]:
        best = heads / max(heads + tails, 1)
        peak_log = float(coin_log_likelihood(heads, tails, best))
        return {
            "peak at θ": style.number(best) if heads + tails else "none: L is flat",
            "L there": style.number(np.exp(peak_log)),
            "log L there": style.number(peak_log, ".2f"),
            "area under L(θ)": style.number(np.exp(betaln(heads + 1, tails + 1))),
        }

    return LiveFigure(
        "coin-likelihood",
        figure,
        [tosses, likelihood, logarithm, name_logarithm],
        controls={
            "heads": Slider(0, most, step=1, value=heads, label="heads h"),
            "tails": Slider(0, most, step=1, value=tails, label="tails t"),
            "log": Toggle(value=True, label="show log L(θ)"),
        },
        pads=[Pad(left, x="tails", y="heads")],
        readout=readout,
        caption="Drag the dot to change what was tossed. L(θ) and log L(θ) peak at the same θ, the "
        "share of heads, and the area under L(θ) is not 1.",
        alt="Left: a grid of counts, tails across and heads up, with a dot and a dashed ray from "
        "the origin through it. Right: the likelihood of the probability of heads as a filled "
        "curve and its logarithm as a dashed one, both scaled to their peak; the two peaks lie "
        "on one dotted line, above the share of heads.",
    )


def underflow(most: int = 1200) -> LiveFigure:
    """Left the running product of up to `most` equal probabilities; right their sum of logs."""
    figure, left, right = style.two_panels()
    zero = -385  # the height at which the panel shows 0, which has no logarithm
    style.frame(
        left,
        ("factors multiplied n", 0, most),
        ("running product", -410, 20),
        y_ticks=[0, -100, -200, -300, zero],
    )
    left.set_yticklabels(["1", "10⁻¹⁰⁰", "10⁻²⁰⁰", "10⁻³⁰⁰", "0"])
    lowest = most * np.log(0.1)
    style.frame(
        right,
        ("terms added n", 0, most),
        ("running sum of logs (nats)", 1.04 * lowest, -0.05 * lowest),
    )

    floor = left.axhline(0, color=style.INK, linewidth=style.THIN, linestyle=style.DOTTED)
    style.key(left, 0, "smallest above 0", style.INK, dash=style.DOTTED, width=style.THIN)
    style.key(left, 0.62, "0 from here", style.INK, marker="X")
    (product_line,) = left.plot([], [], color=style.LIKELIHOOD, linewidth=style.LINE)
    (sum_line,) = right.plot([], [], color=style.LIKELIHOOD, linewidth=style.LINE)
    (death,) = left.plot([], [], "X", color=style.INK, markersize=9, zorder=5)
    here, there = style.dot(left, style.LIKELIHOOD), style.dot(right, style.LIKELIHOOD)

    def running(precision: str, p: float) -> tuple[Floats, Floats]:
        """Product and sum of logs of 0, 1, … `most` factors, rounded after every step."""
        factors = np.full(most + 1, p, dtype=precision)
        factors[0] = 1
        return np.multiply.accumulate(factors), np.add.accumulate(np.log(factors))

    def height(product: Floats) -> Floats:
        return np.log10(product, out=np.full(product.shape, zero, float), where=product > 0)

    def smallest(precision: str) -> list[Artist]:
        floor.set_ydata([np.log10(float(np.finfo(precision).smallest_subnormal))] * 2)
        return [floor]

    def curves(precision: str, p: float) -> list[Artist]:
        product, logs = running(precision, p)
        normal = np.count_nonzero(product >= np.finfo(precision).tiny)
        positive = np.count_nonzero(product)
        corners = np.r_[0, normal - 1 : min(positive + 1, most), most]  # straight in between
        product_line.set_data(corners, height(product[corners]))
        sum_line.set_data(corners, logs[corners])
        death.set(xdata=[positive], ydata=[zero], visible=positive <= most)
        return [product_line, sum_line, death]

    def position(n: int, precision: str, p: float) -> list[Artist]:
        product, logs = running(precision, p)
        here.set_data([n], height(product[[n]]))
        there.set_data([n], logs[[n]])
        return [here, there]

    def readout(n: int, precision: str, p: float) -> dict[str, str]:
        product, logs = running(precision, p)
        if product[-1] == 0:
            death = f"from n = {np.count_nonzero(product)}"
        else:
            death = "never: it sticks" if product[-1] == product[-2] else f"not by n = {most}"
        return {
            "product": style.number(float(product[n])),
            "sum of logs": style.number(float(logs[n]), ".1f"),
            "product is 0": death,
        }

    return LiveFigure(
        "underflow",
        figure,
        [smallest, curves, position],
        controls={
            "n": Slider(0, most, step=10, value=most, label="number of points n", play=True),
            "precision": Choice(("float32", "float64"), value="float64", label="precision"),
            "p": Slider(0.1, 0.9, step=0.1, value=0.5, label="probability of each point p"),
        },
        pads=[Pad(left, x="n"), Pad(right, x="n")],
        readout=readout,
        caption="Move n, the probability of each point and the precision. The product drops to 0 "
        "for good; the sum of logs goes on.",
        alt="Left: the running product on a logarithmic scale, a straight line down that, where it "
        "meets the smallest number of the precision, drops to 0 and stays there. Right: the "
        "running sum of logs, a straight line to the end.",
    )


def gaussian_surface(
    y: ArrayLike | None = None,
    y_name: tuple[str, str] = ("height y", "cm"),
    sizes: tuple[int, ...] = (5, 20, 100),
) -> LiveFigure:
    """Left the first n of `y` and the density of (μ, σ); right log L(μ, σ) around its peak.

    `y` (at least `max(sizes)`,): by default the heights of people. `y_name` is its name and unit.
    """
    values = 100 * people(max(sizes)).height if y is None else real_array("y", y, (None,))
    if len(values) < max(sizes):
        raise ValueError(f"y must hold max(sizes) = {max(sizes)} values or more, got {len(values)}")
    objectives = {n: Objective(ScaledGaussian(), np.ones((n, 1)), values[:n]) for n in sizes}
    fits = {n: maximum_likelihood(ScaledGaussian(), o.X, o.y) for n, o in objectives.items()}
    peaks = {n: (fit.theta[0, 0], np.exp(fit.theta[0, 1])) for n, fit in fits.items()}
    center, spread = peaks[max(sizes)]
    step = round_step(spread / 20)
    mu_slider = slider("mean μ", center, step, reach=(32, 32), start=-16)
    sigma_slider = slider("standard deviation σ", spread, step / 2, reach=(18, 18), start=14)
    mus = np.linspace(mu_slider.min, mu_slider.max, 121)
    sigmas = np.linspace(sigma_slider.min, sigma_slider.max, 121)
    places = np.stack(np.meshgrid(mus, np.log(sigmas)), axis=-1)[..., None, :]  # (σ, μ, 1, 2)
    below = {n: objectives[n].values(places) - fits[n].value for n in sizes}

    figure, left, right = style.two_panels()
    margin = 1.5 * sigmas[-1]
    tallest = np.exp(Gaussian(sigmas[0]).log_prob([0.0], [0.0])[0])
    style.frame(
        left,
        (f"{y_name[0]} ({y_name[1]})", mus[0] - margin, mus[-1] + margin),
        ("density p(y | μ, σ)", 0, 1.05 * tallest),
    )
    style.frame(right, ("mean μ", mus[0], mus[-1]), ("standard deviation σ", sigmas[0], sigmas[-1]))
    deviations = np.linspace(-4, 4, 201)

    (rug,) = left.plot([], [], "|", color=style.DATA, markersize=18, markeredgewidth=1.5, zorder=4)
    bell = filled(left, style.MODEL)
    style.key(left, 0, "data", style.DATA, marker="|")
    style.key(left, 0.3, "density at the dot", style.MODEL)
    hill = Hill(right, mus, sigmas, color=style.LIKELIHOOD, levels=(1, 3, 10, 30), fade=60)
    peak = style.optimum(right, 0, 0)
    cursor = style.dot(right, style.MODEL)
    style.key(right, 0, "peak", style.INK, marker="*")
    style.key(right, 0.27, "1, 3, 10, 30 nats below it", style.INK, width=style.FINE)

    def landscape(n: int) -> list[Artist]:
        peak.set_data([peaks[n][0]], [peaks[n][1]])
        rug.set_data(values[:n], np.full(n, 0.042 * tallest))
        return [*hill.set(below[n]), peak, rug]

    def density(mu: float, sigma: float) -> list[Artist]:
        around = mu + sigma * deviations
        height = np.exp(Gaussian(sigma).log_prob(around, np.full_like(around, mu)))
        bell.set_path(curve(left, around, height, floor=0))
        cursor.set_data([mu], [sigma])
        return [bell, cursor]

    def readout(mu: float, sigma: float, n: int) -> dict[str, str]:
        return {
            "log L(μ, σ)": style.number(-objectives[n].value([[mu, np.log(sigma)]]), ".1f"),
            "log L at the peak": style.number(-fits[n].value, ".1f"),
            "peak": "μ = {:.1f}, σ = {:.1f}".format(*peaks[n]),
        }

    return LiveFigure(
        "gaussian-surface",
        figure,
        [landscape, density],
        controls={
            "mu": mu_slider,
            "sigma": sigma_slider,
            "n": Choice(sizes, value=sizes[len(sizes) // 2], label="number of points n"),
        },
        pads=[Pad(right, x="mu", y="sigma")],
        readout=readout,
        caption="Drag the dot to the star. The log-likelihood is highest where the density fits "
        "the data, and with more data it falls off more steeply.",
        alt="Left: data as ticks on an axis and a Gaussian density, too wide and to one side of "
        "them. Right: the log-likelihood over mean and standard deviation as a shaded hill with "
        "contours and a star at its peak; away from it a dot, the mean and standard deviation "
        "of the density.",
    )
