"""The seven kinds of y of chapter 7's recipe: what each assumes, its fit, and what may be drawn."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from matplotlib.axes import Axes
from matplotlib.path import Path
from scipy import stats

from mlelib.arguments import Floats
from mlelib.estimation import maximum_likelihood
from mlelib.figures.rulers import Scale
from mlelib.figures.shapes import NOWHERE, curve
from mlelib.kiosk import SHAPE, Kiosk
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
from mlelib.objectives import add_intercept


def design(temperature: Floats) -> Floats:
    """Ones, and (temperature − 20)/10."""
    return add_intercept((temperature - 20) / 10)


@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of y: the target, its scale, the likelihood fitted to it, and how the book spells it.

    `z` is the scale of the raw output on the right.
    """

    temperature: Floats
    y: Floats
    scale: Scale
    z: Scale
    likelihood: Likelihood
    distribution: str
    link: str
    loss: str

    @cached_property
    def theta(self) -> Floats:
        """The fit, z = b + w (temperature − 20)/10: (2,), or (2, m) for m raw outputs."""
        found = maximum_likelihood(self.likelihood, design(self.temperature), self.y)
        return np.asarray(found.theta)

    def output(self, temperature: Floats) -> Floats:
        """The fit's raw outputs (k,) or (k, m)."""
        return np.asarray(design(temperature) @ self.theta)

    def nlls(self, y: Floats, z: Floats) -> Floats:
        """−log p(y | z): `z` is (k,) or (k, m), or one raw output, () or (m,), for all of `y`."""
        if z.ndim < self.theta.ndim:
            z = np.repeat(z[None], len(y), axis=0)
        return self.likelihood.nll(y, z)

    def shown(self, y: float) -> tuple[int, ...]:
        """Which raw output the right panel shows, as an index: that of the class seen, or the
        first of two."""
        if self.theta.ndim == 1:
            return ()
        return (int(y),) if isinstance(self.likelihood, Categorical) else (0,)

    def example(self, day: float) -> "Example":
        """The day nearest to this temperature."""
        row = int(np.abs(self.temperature - day).argmin())
        y, z = float(self.y[row]), self.output(self.temperature[[row]])[0]
        slopes = self.likelihood.gradient([y], z[None])[0]
        own = self.shown(y)
        nll = float(self.nlls(np.array([y]), z)[0])
        return Example(y, np.asarray(z), float(z[own]), nll, float(slopes[own]))

    @cached_property
    def highest(self) -> float:
        """The greatest density or probability of any day."""
        values = support(self)
        rows = self.output(self.temperature)
        return float(max(np.exp(-self.nlls(values, row)).max() for row in rows))


@dataclass(frozen=True, eq=False)
class Example:
    """One day: its `y`, the fit's raw output `z` there, of which `own` is shown; its nll, and the
    slope of that in `own`."""

    y: float
    z: Floats
    own: float
    nll: float
    slope: float


def kinds_of(diary: Kiosk) -> dict[str, Kind]:
    """The seven kinds, from a kiosk's diary."""
    X = design(diary.temperature)
    rms = np.sqrt(np.mean((diary.power - X @ np.linalg.lstsq(X, diary.power)[0]) ** 2))
    power = "power y (kWh)"
    names = Kiosk.favourite_names
    return {
        "a quantity": Kind(
            diary.temperature,
            diary.power,
            Scale(power, 18.0, 42.0, (20.0, 25.0, 30.0, 35.0, 40.0)),
            Scale("raw output z", 20.0, 40.0, (20.0, 25.0, 30.0, 35.0, 40.0)),
            Gaussian(float(rms)),
            "Gaussian, one σ",
            "mean = z",
            "(y − z)²/(2σ²)",
        ),
        "a quantity with outliers": Kind(
            diary.temperature,
            diary.typed,
            Scale(power, 0.0, 42.0, (0.0, 10.0, 20.0, 30.0, 40.0)),
            Scale("raw output z", 0.0, 40.0, (0.0, 10.0, 20.0, 30.0, 40.0)),
            StudentT(3, 1.5),
            "Student-t, ν = 3",
            "centre = z",
            "2·log(1 + (y − z)²/(3s²))",
        ),
        "a quantity above 0": Kind(
            diary.temperature,
            diary.wait,
            Scale("waiting time y (min)", 0.0, 11.0, (0.0, 2.0, 4.0, 6.0, 8.0, 10.0)),
            Scale("raw output z", -0.5, 3.0, (0.0, 1.0, 2.0, 3.0)),
            Gamma(SHAPE),
            "Gamma, shape α = 4",
            "mean = exp(z)",
            "α·(z + y·exp(−z))",
        ),
        "a count": Kind(
            diary.temperature,
            diary.customers.astype(float),
            Scale("customers y", -0.7, 15.7, (0.0, 3.0, 6.0, 9.0, 12.0, 15.0)),
            Scale("raw output z", -0.5, 3.0, (0.0, 1.0, 2.0, 3.0)),
            Poisson(),
            "Poisson",
            "mean = exp(z)",
            "exp(z) − y·z",
        ),
        "yes or no": Kind(
            diary.temperature,
            diary.sold_out.astype(float),
            Scale("sold out y, and P(yes)", -0.15, 1.15, (0.0, 0.5, 1.0)),
            Scale("raw output z, the log-odds", -5.0, 5.0, (-4.0, -2.0, 0.0, 2.0, 4.0)),
            Bernoulli(),
            "Bernoulli",
            "P(yes) = σ(z)",
            "log(1 + exp(z)) − y·z",
        ),
        "one of several": Kind(
            diary.temperature,
            diary.favourite.astype(float),
            Scale("", -0.6, 2.6, (0.0, 1.0, 2.0), names),
            Scale("raw output z of the class seen", -5.0, 5.0, (-4.0, -2.0, 0.0, 2.0, 4.0)),
            Categorical(3),
            "Categorical",
            "p = softmax(z)",
            "log Σ exp(zₖ) − z of the class",
        ),
        "changing noise": Kind(
            diary.temperature,
            diary.takings,
            Scale("takings y (100 €)", 0.0, 12.0, (0.0, 3.0, 6.0, 9.0, 12.0)),
            Scale("raw output z₁, the mean", 0.0, 12.0, (0.0, 3.0, 6.0, 9.0, 12.0)),
            ScaledGaussian(),
            "Gaussian, own σ",
            "mean = z₁, σ = exp(z₂)",
            "z₂ + (y − z₁)²·exp(−2z₂)/2",
        ),
    }


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
    codes = [Path.MOVETO, *[Path.CURVE4] * (np.shape(there.vertices)[0] - 1)]
    codes += [Path.LINETO, *codes[1:]]
    return Path(np.concatenate([there.vertices, back.vertices]), codes)
