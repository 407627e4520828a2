"""Chapter 7's figure of the recipe: seven kinds of y, each with distribution, link, loss, fit."""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from mlelib.figures import style
from mlelib.figures.kinds import Kind, kinds_of, spread, support
from mlelib.figures.rulers import Ruler
from mlelib.figures.shapes import curve, filled, smooth
from mlelib.kiosk import Kiosk, kiosk
from mlelib.likelihoods import Categorical
from mlelib.live import Choice, LiveFigure, Pad, Slider

DAYS = 41
WIDTH = 5.5
"""How far the highest density reaches from its day, in °C."""
LOSSES = -1.0, 12.0
"""Nats, from a density above 1 to that of a lost digit."""


def recipe() -> LiveFigure:
    """Left a diary's days, a fit, and p(y | z) at one day; right the loss of that day over z.

    The data are 41 days of the book's `kiosk`, one for each half degree.
    """
    kinds = kinds_of(kiosk(DAYS))
    figure, left, right = style.two_panels()
    style.frame(left, ("temperature x (°C)", 9, 36), ("", 0, 1), x_ticks=[10, 15, 20, 25, 30])
    style.frame(right, ("", 0, 1), ("loss −log p(y | z) (nats)", *LOSSES), y_ticks=[0, 3, 6, 9, 12])
    heights = Ruler(left, "left", {name: kind.scale for name, kind in kinds.items()})
    outputs = Ruler(right, "bottom", {name: kind.z for name, kind in kinds.items()})
    fit, one_day, bowl = Fit(left), OneDay(left), Bowl(right)
    style.key(left, 0, "fit, and p(y | z)", style.MODEL)
    style.key(left, 0.56, "p(y seen)", style.LIKELIHOOD, width=3.5)
    style.key(right, 0, "loss of the ringed day", style.LOSS)
    style.key(right, 0.72, "slope", style.INK, width=style.THIN)

    def data(kind: str) -> list[Artist]:
        return [*fit.set(kinds[kind]), *heights.set(kind), *outputs.set(kind)]

    def ring(kind: str, day: float) -> list[Artist]:
        return one_day.set(kinds[kind], day)

    def loss(kind: str, day: float) -> list[Artist]:
        return bowl.set(kinds[kind], day)

    def readout(kind: str, day: float) -> dict[str, str]:
        chosen = kinds[kind]
        seen = chosen.example(day)
        named = isinstance(chosen.likelihood, Categorical)
        return {
            "distribution": chosen.distribution,
            "link": chosen.link,
            "loss": chosen.loss,
            "y seen": Kiosk.favourite_names[int(seen.y)] if named else style.number(seen.y),
            "z of the fit": style.number(seen.own, ".2f"),
            "−log p(y | z)": style.number(seen.nll, ".2f"),
            "slope in z": style.number(seen.slope, ".2f"),
        }

    day_slider = Slider(10.0, 30.0, step=0.5, value=26.0, label="ringed day (°C)")
    return LiveFigure(
        "recipe",
        figure,
        [data, ring, loss],
        controls={
            "kind": Choice(tuple(kinds), value="a count", label="what y is"),
            "day": day_slider,
        },
        pads=[Pad(left, x="day")],
        readout=readout,
        caption="Choose what y is, then drag the ringed day. Whatever the distribution, the loss "
        "is minus the log of the height that it has at the y seen.",
        alt="Left: counts of customers against temperature, a fitted curve that rises ever faster, "
        "and at the ringed day a Poisson distribution as bars lying on their side, the one at the "
        "count seen marked. Right: the loss of that day against the raw output, a lopsided bowl; a "
        "dot at the fit's output, with a tangent.",
    )


class Fit:
    """All days, the fitted mean, and where eight of ten y are."""

    def __init__(self, axes: Axes) -> None:
        self._axes = axes
        (self._points,) = axes.plot([], [], "o", color=style.DATA, markersize=4, alpha=0.7)
        self._points.set_markeredgewidth(0)
        self._band, self._mean = filled(axes, style.MODEL), smooth(axes, style.MODEL)
        self._band.set_edgecolor("none")

    def set(self, kind: Kind) -> list[Artist]:
        self._points.set_data(kind.temperature, kind.scale.place(kind.y))
        x = np.linspace(10, 30, 81)
        z = kind.output(x)
        self._band.set_path(spread(self._axes, kind, x, z))
        has_mean = not isinstance(kind.likelihood, Categorical)
        if has_mean:
            self._mean.set_path(curve(self._axes, x, kind.scale.place(kind.likelihood.mean(z))))
        self._mean.set_visible(has_mean)
        return [self._points, self._band, self._mean]


class OneDay:
    """The distribution of y at one day, lying on its side, and its height at the y seen."""

    def __init__(self, axes: Axes) -> None:
        self._axes = axes
        self._bell = filled(axes, style.MODEL)
        self._bell.set_linewidth(style.THIN)
        (self._bars,) = axes.plot([], [], color=style.MODEL, linewidth=8, alpha=0.5)
        self._bars.set_solid_capstyle("butt")
        (self._height,) = axes.plot([], [], color=style.LIKELIHOOD, linewidth=3.5, zorder=5)
        self._ring = style.dot(axes, style.DATA)

    def set(self, kind: Kind, day: float) -> list[Artist]:
        seen, unit, values = kind.example(day), WIDTH / kind.highest, support(kind)
        place = float(kind.scale.place(seen.y))
        self._ring.set_data([day], [place])
        self._height.set_data([day, day + unit * np.exp(-seen.nll)], [place, place])
        ends, where = day + unit * np.exp(-kind.nlls(values, seen.z)), kind.scale.place(values)
        counted = bool(np.all(values == np.floor(values)))
        self._bell.set_visible(not counted)
        self._bars.set_visible(counted)
        if counted:
            row = np.column_stack([np.full_like(ends, day), ends, np.full_like(ends, np.nan)])
            self._bars.set_data(row.ravel(), np.repeat(where, 3))
        else:
            high = ends > day + 2e-3 * (ends.max() - day)
            self._bell.set_path(curve(self._axes, ends[high], where[high]))
        return [self._bell, self._bars, self._height, self._ring]


class Bowl:
    """The loss of one day as a function of its raw output, and where the fit is on it."""

    def __init__(self, axes: Axes) -> None:
        self._axes, self._line = axes, smooth(axes, style.LOSS)
        (self._slope,) = axes.plot([], [], color=style.INK, linewidth=style.THIN, zorder=4)
        self._dot = style.dot(axes, style.MODEL)

    def set(self, kind: Kind, day: float) -> list[Artist]:
        seen = kind.example(day)
        moved = np.linspace(kind.z.low, kind.z.high, 161)
        outputs = np.repeat(seen.z[None], len(moved), axis=0)
        index: tuple[Any, ...] = (..., *kind.shown(seen.y))
        outputs[index] = moved
        losses = kind.nlls(np.full(len(moved), seen.y), outputs)
        inside = np.flatnonzero((losses >= LOSSES[0]) & (losses <= LOSSES[1]))
        part = slice(inside[0], inside[-1] + 1)
        self._line.set_path(curve(self._axes, kind.z.place(moved[part]), losses[part]))
        place = float(kind.z.place(seen.own))
        self._dot.set_data([place], [seen.nll])
        rise = seen.slope * (kind.z.high - kind.z.low)  # over the whole panel
        aside = 0.13 * np.array([-1, 1]) / np.hypot(1, rise / np.ptp(LOSSES))
        self._slope.set_data(place + aside, seen.nll + rise * aside)
        return [self._line, self._slope, self._dot]
