"""Chapter 7's figure of the recipe: seven kinds of y, each with distribution, link, loss and fit."""


from dataclasses import dataclass
from functools import cache

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.path import Path
from scipy import stats

from mlelib.arguments import Floats
from mlelib.estimation import maximum_likelihood
from mlelib.figures import style
from mlelib.figures.rulers import Ruler, Scale
from mlelib.figures.shapes import NOWHERE, curve, filled, smooth
from mlelib.kiosk import SHAPE, Kiosk, kiosk
from mlelib.likelihoods import (
    Bernoulli,
    Categorical,
    Gamma,
    Gaussian,
    Likelihood,
    Poisson,
    ScaledGaussian,
    StudentT,
)
from mlelib.live import Choice, LiveFigure, Pad, Slider
from mlelib.objectives import add_intercept

DAYS = 41
WIDTH = 5.5
"""How far the highest density reaches from its day, in °C."""


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of y: the target, its scale, the likelihood fitted to it, and how the book spells it.

    `z` is the scale of the raw output on the right.
    """

    y: Floats
    scale: Scale
    z: Scale
    likelihood: Likelihood
    distribution: str
    link: str
    loss: str


def kinds_of(diary: Kiosk) -> dict[str, Kind]:
    """The seven kinds, from a kiosk's diary."""
    X = design(diary.temperature)
    rms = np.sqrt(np.mean((diary.power - X @ np.linalg.lstsq(X, diary.power)[0]) ** 2))
    power = "power y (kWh)"
    names = Kiosk.favourite_names
    return {
        "a quantity": Kind(
            diary.power,
            Scale(power, 18.0, 42.0, (20.0, 25.0, 30.0, 35.0, 40.0)),
            Scale("raw output z", 20.0, 40.0, (20.0, 25.0, 30.0, 35.0, 40.0)),
            Gaussian(float(rms)),
            "Gaussian, one σ",
            "mean = z",
            "(y − z)²/(2σ²)",
        ),
        "a quantity with outliers": Kind(
            diary.typed,
            Scale(power, 0.0, 42.0, (0.0, 10.0, 20.0, 30.0, 40.0)),
            Scale("raw output z", 0.0, 40.0, (0.0, 10.0, 20.0, 30.0, 40.0)),
            StudentT(3, 1.5),
            "Student-t, ν = 3",
            "centre = z",
            "(ν+1)/2 · log(1 + (y − z)²/(νs²))",
        ),
        "a quantity above 0": Kind(
            diary.wait,
            Scale("waiting time y (min)", 0.0, 11.0, (0.0, 2.0, 4.0, 6.0, 8.0, 10.0)),
            Scale("raw output z", -0.5, 3.0, (0.0, 1.0, 2.0, 3.0)),
            Gamma(SHAPE),
            "Gamma, shape α = 4",
            "mean = exp(z)",
            "α·(z + y·exp(−z))",
        ),
        "a count": Kind(
            diary.customers.astype(float),
            Scale("customers y", -0.7, 15.7, (0.0, 3.0, 6.0, 9.0, 12.0, 15.0)),
            Scale("raw output z", -0.5, 3.0, (0.0, 1.0, 2.0, 3.0)),
            Poisson(),
            "Poisson",
            "mean = exp(z)",
            "exp(z) − y·z",
        ),
        "yes or no": Kind(
            diary.sold_out.astype(float),
            Scale("sold out y, and P(yes)", -0.15, 1.15, (0.0, 0.5, 1.0)),
            Scale("raw output z, the log-odds", -5.0, 5.0, (-4.0, -2.0, 0.0, 2.0, 4.0)),
            Bernoulli(),
            "Bernoulli",
            "P(yes) = σ(z)",
            "log(1 + exp(z)) − y·z",
        ),
        "one of several": Kind(
            diary.favourite.astype(float),
            Scale("", -0.6, 2.6, (0.0, 1.0, 2.0), names),
            Scale("raw output z of the class seen", -5.0, 5.0, (-4.0, -2.0, 0.0, 2.0, 4.0)),
            Categorical(3),
            "Categorical",
            "p = softmax(z)",
            "log Σ exp(zₖ) − z of the class",
        ),
        "changing noise": Kind(
            diary.takings,
            Scale("takings y (100 €)", 0.0, 12.0, (0.0, 3.0, 6.0, 9.0, 12.0)),
            Scale("raw output z₁, the mean", 0.0, 12.0, (0.0, 3.0, 6.0, 9.0, 12.0)),
            ScaledGaussian(),
            "Gaussian, σ predicted too",
            "mean = z₁, σ = exp(z₂)",
            "z₂ + (y − z₁)²·exp(−2z₂)/2",
        ),
    }


def design(temperature: Floats) -> Floats:
    """Ones, and (temperature − 20)/10."""
    return add_intercept((np.asarray(temperature, dtype=np.float64) - 20) / 10)


def recipe() -> LiveFigure:
    """Left a diary's days, a fit, and p(y | z) at one day; right the loss of that day over z.

    The data are 41 days of the book's `kiosk`, one for each half degree.
    """
    diary = kiosk(DAYS)
    kinds = kinds_of(diary)
    days = Slider(10.0, 30.0, step=0.5, value=26.0, label="temperature of the ringed day (°C)")

    @cache
    def fit(kind: str) -> Floats:
        each = kinds[kind]
        return np.asarray(
            maximum_likelihood(each.likelihood, design(diary.temperature), each.y).theta
        )

    def example(kind: str, day: float) -> tuple[float, Floats]:
        """The ringed day's y, and the fit's raw output there, () or (m,)."""
        row = int(np.abs(diary.temperature - day).argmin())
        return float(kinds[kind].y[row]), np.asarray((design([day]) @ fit(kind))[0])

    def along(kind: str, y: float, z: Floats, moved: Floats) -> Floats:
        """Raw outputs (k,) or (k, m) in which the one that the right panel shows is `moved`."""
        if z.ndim == 0:
            return moved
        rows = np.tile(z, (len(moved), 1))
        rows[:, shown(kind, y)] = moved
        return rows

    def shown(kind: str, y: float) -> int:
        return int(y) if kind == "one of several" else 0

    def nlls(kind: str, y: float, z: Floats) -> Floats:
        """−log p(y | z) at many raw outputs (k,) or (k, m)."""
        return kinds[kind].likelihood.nll(np.full(len(z), y), z)

    figure, left, right = style.two_panels()
    style.frame(left, ("temperature x (°C)", 9, 36), ("", 0, 1), x_ticks=[10, 15, 20, 25, 30])
    style.frame(right, ("", 0, 1), ("loss −log p(y | z) (nats)", -1, 7))
    heights = Ruler(left, "left", {name: kind.scale for name, kind in kinds.items()})
    outputs = Ruler(right, "bottom", {name: kind.z for name, kind in kinds.items()})
    (points,) = left.plot([], [], "o", color=style.DATA, markersize=4, alpha=0.7)
    points.set_markeredgewidth(0)
    band, mean = filled(left, style.MODEL), smooth(left, style.MODEL)
    band.set_edgecolor("none")
    bell = filled(left, style.MODEL)
    bell.set_linewidth(style.THIN)
    (bars,) = left.plot([], [], color=style.MODEL, linewidth=8, alpha=0.5, solid_capstyle="butt")
    (height,) = left.plot([], [], color=style.LIKELIHOOD, linewidth=3.5, zorder=5)
    ringed = style.dot(left, style.DATA)
    style.key(left, 0, "fit, and p(y | z)", style.MODEL)
    style.key(left, 0.56, "p(y seen)", style.LIKELIHOOD, width=3.5)
    loss_line = smooth(right, style.LOSS)
    (slope,) = right.plot([], [], color=style.INK, linewidth=style.THIN, zorder=4)
    at_fit = style.dot(right, style.MODEL)
    style.key(right, 0, "loss of the ringed day", style.LOSS)
    style.key(right, 0.72, "slope", style.INK, width=style.THIN)

    def data(kind: str) -> list[Artist]:
        each, theta = kinds[kind], fit(kind)
        points.set_data(diary.temperature, each.scale.place(each.y))
        across = np.linspace(10, 30, 81)
        z = design(across) @ theta
        band.set_path(spread(left, each, across, z))
        line = kind != "one of several"
        if line:
            mean.set_path(curve(left, across, each.scale.place(each.likelihood.mean(z))))
        mean.set_visible(line)
        return [points, band, mean, *heights.set(kind), *outputs.set(kind)]

    def ring(kind: str, day: float) -> list[Artist]:
        each, (y, z) = kinds[kind], example(kind, day)
        unit = WIDTH / highest(kind)
        p_seen = np.exp(-nlls(kind, y, z[None]))[0]
        place = float(each.scale.place(y))
        ringed.set_data([day], [place])
        height.set_data([day, day + unit * p_seen], [place, place])
        values = support(each)
        p = np.exp(-each.likelihood.nll(values, np.repeat(z[None], len(values), axis=0)))
        counted = np.all(values == np.floor(values))
        bell.set_visible(not counted)
        bars.set_visible(bool(counted))
        where = each.scale.place(values)
        if counted:
            gap = np.full_like(p, np.nan)
            ends = np.column_stack([np.full_like(p, day), day + unit * p, gap]).ravel()
            bars.set_data(ends, np.repeat(where, 3))
        else:
            bell.set_path(curve(left, day + unit * p, where))
        return [bell, bars, height, ringed]

    @cache
    def highest(kind: str) -> float:
        """The greatest density or probability of any day."""
        each, values = kinds[kind], support(kinds[kind])
        z = design(diary.temperature) @ fit(kind)
        return float(
            max(
                np.exp(-each.likelihood.nll(values, np.repeat(row[None], len(values), axis=0))).max()
                for row in z
            )
        )

    def loss(kind: str, day: float) -> list[Artist]:
        each, (y, z) = kinds[kind], example(kind, day)
        own = float(z) if z.ndim == 0 else float(z[shown(kind, y)])
        moved = np.linspace(each.z.low, each.z.high, 161)
        values = nlls(kind, y, along(kind, y, z, moved))
        inside = np.flatnonzero((values <= 7) & (values >= -1))
        part = slice(inside[0], inside[-1] + 1)
        loss_line.set_path(curve(right, each.z.place(moved[part]), values[part]))
        value, steepness = pull(kind, day)
        at_fit.set_data([each.z.place(own)], [value])
        per_panel = steepness * (each.z.high - each.z.low)
        aside = np.array([-1, 1]) / np.hypot(1 / 0.13, per_panel / (0.13 * 8))
        slope.set_data(each.z.place(own) + aside, value + per_panel * aside)
        return [loss_line, slope, at_fit]

    def pull(kind: str, day: float) -> tuple[float, float]:
        """The ringed day's nll at the fit, and its slope in the raw output shown."""
        y, z = example(kind, day)
        slopes = kinds[kind].likelihood.gradient([y], z[None])[0]
        return float(nlls(kind, y, z[None])[0]), float(
            slopes if z.ndim == 0 else slopes[shown(kind, y)]
        )

    def readout(kind: str, day: float) -> dict[str, str]:
        each, (y, z) = kinds[kind], example(kind, day)
        value, steepness = pull(kind, day)
        own = float(z) if z.ndim == 0 else float(z[shown(kind, y)])
        seen = Kiosk.favourite_names[int(y)] if kind == "one of several" else style.number(y, ".3g")
        return {
            "distribution": each.distribution,
            "link": each.link,
            "loss": each.loss,
            "y seen": seen,
            "z of the fit": style.number(own, ".2f"),
            "−log p(y | z)": style.number(value, ".2f"),
            "slope in z": style.number(steepness, ".2f"),
        }

    return LiveFigure(
        "recipe",
        figure,
        [data, ring, loss],
        controls={
            "kind": Choice(tuple(kinds), value="a count", label="what y is"),
            "day": days,
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


def support(kind: Kind) -> Floats:
    """Values of y at which p(y | z) is drawn: all that are counted, or many along the scale."""
    match kind.likelihood:
        case Bernoulli():
            return np.arange(2.0)
        case Categorical(classes=classes):
            return np.arange(float(classes))
        case Poisson():
            return np.arange(np.floor(kind.scale.high) + 1)
    low = max(kind.scale.low, 1e-3) if isinstance(kind.likelihood, Gamma) else kind.scale.low
    return np.linspace(low, kind.scale.high, 401)


def spread(axes: Axes, kind: Kind, x: Floats, z: Floats) -> Path:
    """Between the tenth and the ninetieth percentile of y; for classes a ribbon as wide as each
    is probable."""
    match kind.likelihood:
        case Bernoulli() | Poisson():
            return NOWHERE
        case Categorical(classes=classes) as likelihood:
            half = 0.4 * likelihood.mean(z).T
            rows = np.arange(classes)[:, None]
            edges = zip(kind.scale.place(rows - half), kind.scale.place(rows + half), strict=True)
            return Path.make_compound_path(*(between(axes, x, *pair) for pair in edges))
        case Gamma(shape=shape):
            ends = [np.exp(z) * stats.gamma.ppf(p, shape) / shape for p in (0.1, 0.9)]
        case ScaledGaussian():
            ends = [z[:, 0] + stats.norm.ppf(p) * np.exp(z[:, 1]) for p in (0.1, 0.9)]
        case StudentT(df=df, scale=scale):
            ends = [z + scale * stats.t.ppf(p, df) for p in (0.1, 0.9)]
        case Gaussian(sigma=sigma):
            ends = [z + sigma * stats.norm.ppf(p) for p in (0.1, 0.9)]
    low, high = (kind.scale.place(end) for end in ends)
    return between(axes, x, low, high)


def between(axes: Axes, x: Floats, low: Floats, high: Floats) -> Path:
    """The area between two curves over x, within the panel."""
    there = curve(axes, x, np.clip(low, 0, 1), knots=13)
    back = curve(axes, x[::-1], np.clip(high, 0, 1)[::-1], knots=13)
    codes = np.concatenate([there.codes, back.codes])
    codes[len(there.vertices)] = Path.LINETO
    return Path(np.concatenate([there.vertices, back.vertices]), codes)


