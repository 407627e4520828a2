"""Chapter 6's figure of Bayes' rule for a coin: prior, likelihood and posterior."""

import numpy as np
from matplotlib.artist import Artist
from matplotlib.lines import Line2D
from matplotlib.path import Path
from scipy.special import betaincinv, logit

from mlelib.arguments import Floats
from mlelib.figures import style
from mlelib.figures.likelihood import coin_log_likelihood
from mlelib.figures.shapes import curve, filled, smooth
from mlelib.figures.weights import map_mark
from mlelib.live import LiveFigure, Pad, Slider
from mlelib.priors import BetaPrior

LOOKS = {
    "prior": (style.PRIOR, style.DOTTED),
    "likelihood": (style.LIKELIHOOD, style.DASHED),
    "posterior": (style.POSTERIOR, style.SOLID),
}
"""Colour and dash of each factor of Bayes' rule."""
DEPTH = 8
"""How many nats below its peak a curve is drawn: a twentieth of a point above the axis."""


def prior_times_likelihood(
    heads: int = 7, tails: int = 3, a: int = 5, b: int = 5, most: int = 10
) -> LiveFigure:
    """Left the tosses seen and those a Beta(a, b) prior imagines, added like arrows; right prior,
    likelihood and posterior over θ.

    Up to `most` heads and tails; a and b are 1, 3, 5 or 7. Each curve is scaled to its own peak, so
    that heights compare within a curve and peaks between curves.
    """
    strongest = 7
    figure, left, right = style.two_panels()
    shown = -0.6, most + strongest - 0.4
    style.frame(left, ("tails, seen and imagined", *shown), ("heads, seen and imagined", *shown))
    style.frame(
        right,
        ("probability of heads θ", 0, 1),
        ("height relative to own peak", 0, 1.24),
        x_ticks=[0, 0.25, 0.5, 0.75, 1],
        y_ticks=[0, 0.5, 1],
    )
    thetas = np.sin(np.linspace(0, np.pi / 2, 801)) ** 2  # dense at 0 and 1
    log_odds = logit(np.clip(thetas, 1e-16, 1 - 2**-53))

    area = filled(right, style.POSTERIOR)
    curves = {
        name: smooth(right, LOOKS[name][0], dash=LOOKS[name][1]) for name in ("prior", "likelihood")
    }
    for place, (name, (color, dash)) in zip((0, 0.26, 0.63), LOOKS.items(), strict=True):
        style.key(right, place, name, color, dash=dash)
    star, diamond = style.optimum(right, 0, 1), map_mark(right)
    plumbs = [
        right.plot([], [], color=style.INK, linewidth=style.THIN, linestyle=dash)[0]
        for dash in (style.DASHED, style.SOLID)
    ]
    style.key(right, 0.02, "MLE", style.INK, marker="*", y=0.94)
    style.key(right, 0.82, "MAP", style.POSTERIOR, marker="D", y=0.94)

    arrows, shifted = (
        {
            name: left.plot([], [], color=color, linestyle=dash, linewidth=width)[0]
            for name, (color, dash) in LOOKS.items()
        }
        for width in (style.LINE, style.THIN)
    )
    imagined, seen, together = (
        style.dot(left, style.PRIOR),
        style.dot(left, style.LIKELIHOOD),
        map_mark(left),
    )
    imagined.set(marker="s", markersize=8)
    style.key(left, 0, "imagined", style.PRIOR, marker="s")
    style.key(left, 0.37, "seen", style.LIKELIHOOD, marker="o")
    style.key(left, 0.61, "together", style.POSTERIOR, marker="D")

    def log_prior(a: float, b: float) -> Floats:
        return BetaPrior(a, b).log_prob(log_odds)

    def shape(log_density: Floats, knots: int, floor: float | None = None) -> Path:
        drop = log_density - log_density.max()
        seen = drop > -DEPTH
        return curve(right, thetas[seen], np.exp(drop[seen]), knots=knots, floor=floor)

    def prior(a: int, b: int) -> list[Artist]:
        curves["prior"].set_path(shape(log_prior(a, b), 25))
        arrows["prior"].set_data([0, b - 1], [0, a - 1])
        imagined.set_data([b - 1], [a - 1])
        return [curves["prior"], arrows["prior"], imagined]

    def likelihood(heads: int, tails: int) -> list[Artist]:
        curves["likelihood"].set_path(shape(coin_log_likelihood(heads, tails, thetas), 25))
        arrows["likelihood"].set_data([0, tails], [0, heads])
        seen.set_data([tails], [heads])
        mark_peak(star, plumbs[0], heads, tails)
        return [curves["likelihood"], arrows["likelihood"], seen, star, plumbs[0]]

    def posterior(heads: int, a: int, tails: int, b: int) -> list[Artist]:
        # Asked for in this order, equal posteriors are neighbours in the state table.
        log_posterior = log_prior(a, b) + coin_log_likelihood(heads, tails, thetas)
        area.set_path(shape(log_posterior, 13, floor=0))
        all_heads, all_tails = heads + a - 1, tails + b - 1
        arrows["posterior"].set_data([0, all_tails], [0, all_heads])
        shifted["prior"].set_data([tails, all_tails], [heads, all_heads])
        shifted["likelihood"].set_data([b - 1, all_tails], [a - 1, all_heads])
        together.set_data([all_tails], [all_heads])
        mark_peak(diamond, plumbs[1], all_heads, all_tails)
        sides = [shifted["prior"], shifted["likelihood"]]
        return [area, arrows["posterior"], *sides, together, diamond, plumbs[1]]

    def readout(heads: int, tails: int, a: int, b: int) -> dict[str, str]:
        all_heads, all_tails = heads + a, tails + b
        low, high = betaincinv(all_heads, all_tails, [0.025, 0.975])
        return {
            "prior's peak": peak_text(a - 1, b - 1),
            "MLE": peak_text(heads, tails),
            "MAP": peak_text(all_heads - 1, all_tails - 1),
            "posterior mean": style.number(all_heads / (all_heads + all_tails), ".3f"),
            "95 % of the posterior": f"{low:.2f} to {high:.2f}",
        }

    return LiveFigure(
        "prior-times-likelihood",
        figure,
        [prior, likelihood, posterior],
        controls={
            "heads": Slider(0, most, step=1, value=heads, label="heads seen h"),
            "tails": Slider(0, most, step=1, value=tails, label="tails seen t"),
            "a": Slider(1, strongest, step=2, value=a, label="prior's a"),
            "b": Slider(1, strongest, step=2, value=b, label="prior's b"),
        },
        pads=[Pad(left, x="tails", y="heads")],
        readout=readout,
        caption="Drag the dot, then change a and b. The tosses that the prior imagines count like "
        "those seen, and the MAP lies between the two other peaks.",
        alt="Left: three arrows from the origin in a plane of tails and heads. The prior's, as "
        "many heads as tails, and the steeper one of the tosses seen add up to the posterior's, "
        "whose slope lies between. Right: three hills over the probability of heads, each as high "
        "as the others; the posterior's, narrower, has its peak, the MAP, between the prior's "
        "peak at one half and the likelihood's, the MLE.",
    )


def mark_peak(mark: Line2D, plumb: Line2D, heads: float, tails: float) -> None:
    """Put both where θʰ(1 − θ)ᵗ peaks, or out of sight if it is flat."""
    theta = heads / max(heads + tails, 1)
    mark.set(xdata=[theta], ydata=[1], visible=heads + tails > 0)
    plumb.set(xdata=[theta, theta], ydata=[0, 1], visible=heads + tails > 0)


def peak_text(heads: float, tails: float) -> str:
    """Where θʰ(1 − θ)ᵗ peaks, for a readout."""
    return style.number(heads / (heads + tails), ".3f") if heads + tails else "none, it is flat"
