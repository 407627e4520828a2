"""Chapter 6's figure of a prior and a likelihood over two weights."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.path import Path
from numpy.typing import ArrayLike
from scipy.linalg import solve_triangular

from mlelib.arguments import Floats, real_array
from mlelib.datasets import penguins
from mlelib.estimation import maximum_a_posteriori, maximum_likelihood
from mlelib.figures import style
from mlelib.figures.shapes import NOWHERE, Hill, curve, smooth
from mlelib.figures.weights import DEPTH, LENGTH, decades, map_mark, standardised, weight_plane
from mlelib.landscapes import grid
from mlelib.likelihoods import Gaussian
from mlelib.live import Choice, LiveFigure, Pad, Slider
from mlelib.objectives import Objective
from mlelib.priors import GaussianPrior, LaplacePrior

PRIORS = "Gaussian", "Laplace"


@dataclass(frozen=True, eq=False)
class TwoWeights:
    """A linear model of `y` (n,) from the columns of `X` (n, 2), both standardised; no intercept.

    σ is the root mean squared residual of all rows, whatever number of them is used. τ is a prior's
    standard deviation: the scale of the Laplace prior is τ/√2.
    """

    X: Floats
    y: Floats

    @cached_property
    def noise(self) -> Gaussian:
        residuals = self.y - self.X @ maximum_likelihood(Gaussian(), self.X, self.y).theta
        return Gaussian(np.sqrt(np.mean(residuals**2)))

    def objective(self, n: int) -> Objective:
        """The NLL of the first n rows."""
        return Objective(self.noise, self.X[:n], self.y[:n])

    def best(self, n: int, prior: str, log_tau: float) -> Floats:
        """The MAP of the first n rows under the `prior` of that name, (2,)."""
        tau = 10**log_tau
        density = GaussianPrior(tau) if prior == "Gaussian" else LaplacePrior(tau / np.sqrt(2))
        return np.asarray(maximum_a_posteriori(self.noise, self.X[:n], self.y[:n], density).theta)


def map_contours(
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    names: tuple[str, str] = (LENGTH, DEPTH),
    sizes: tuple[int, ...] = (5, 15, 40, 119),
) -> LiveFigure:
    """Left likelihood and prior over two weights, as contours; right the MAP's weights against τ.

    `x` (n, 2) and `y` (n,): by default the Gentoo penguins' bills and their mass. The first 5, 15,
    … rows are used, standardised by all. τ is the standard deviation of either prior.
    """
    if x is None:
        x, y = gentoo_bills()
    columns = real_array("x", x, (None, 2))
    target = real_array("y", [] if y is None else y, (len(columns),))
    if len(columns) < max(sizes):
        raise ValueError(f"x must have max(sizes) = {max(sizes)} rows or more, got {len(columns)}")
    model = TwoWeights(standardised(columns), standardised(target))
    objectives = {n: model.objective(n) for n in sizes}
    mles = {n: maximum_likelihood(o.likelihood, o.X, o.y).theta for n, o in objectives.items()}
    tau_slider = Slider(-3, 0.5, 0.05, value=-0.8, label="log₁₀ τ, the prior's width")

    figure, left, right = style.two_panels()
    ends = np.array([np.zeros(2), *mles.values()])
    w0, w1 = weight_plane(left, ends, 0.2, names)
    margin = 0.15 * np.ptp(ends)
    style.frame(
        right,
        ("prior's standard deviation τ", tau_slider.min, tau_slider.max),
        ("weight at the MAP", ends.min() - margin, ends.max() + margin),
    )
    decades(right)
    nats = {n: grid(o, mles[n], w0, w1).values - o.value(mles[n]) for n, o in objectives.items()}

    hill = Hill(left, w0, w1, color=style.LIKELIHOOD, levels=(1, 4, 16, 64), fade=16)
    prior_ring = smooth(left, style.PRIOR, dash=style.DOTTED)
    likelihood_ring = smooth(left, style.LIKELIHOOD, dash=style.DASHED)
    (track,) = left.plot([], [], color=style.POSTERIOR, linewidth=style.THIN, zorder=4)
    left.plot([0], [0], "P", color=style.PRIOR, markersize=9, markeredgecolor=style.INK, zorder=5)
    star, diamond = style.optimum(left, 0, 0), map_mark(left)
    name_parts(left)

    right.axhline(0, color=style.INK, linewidth=style.FINE)
    weights = [
        right.plot([], [], color=style.POSTERIOR, linestyle=dash, linewidth=style.LINE)[0]
        for dash in (style.SOLID, style.DASHED)
    ]
    levels = [
        right.axhline(0, color=style.LIKELIHOOD, linestyle=style.DOTTED, linewidth=style.THIN)
        for _ in weights
    ]
    diamonds = [map_mark(right) for _ in weights]
    style.key(right, 0, "w₀", style.POSTERIOR)
    style.key(right, 0.27, "w₁", style.POSTERIOR, dash=style.DASHED)
    style.key(right, 0.54, "at the MLE", style.LIKELIHOOD, dash=style.DOTTED, width=style.THIN)

    fit = lru_cache(maxsize=1024)(model.best)

    def data(n: int) -> list[Artist]:
        star.set_data(*mles[n][:, None])
        for level, weight in zip(levels, mles[n], strict=True):
            level.set_ydata([weight, weight])
        return [*hill.set(nats[n]), star, *levels]

    def paths(prior: str, n: int) -> list[Artist]:
        taus = tau_slider.grid()
        found = np.array([fit(n, prior, tau) for tau in taus])
        track.set_data(*found.T)
        for line, weight in zip(weights, found.T, strict=True):
            line.set_data(taus, weight)
        return [track, *weights]

    def position(prior: str, n: int, tau: float) -> list[Artist]:
        w = fit(n, prior, tau)
        diamond.set_data(*w[:, None])
        for mark, weight in zip(diamonds, w, strict=True):
            mark.set_data([tau], [weight])
        prior_ring.set_path(prior_level(left, prior, w))
        likelihood_ring.set_path(likelihood_level(left, objectives[n], mles[n], w))
        return [prior_ring, likelihood_ring, diamond, *diamonds]

    def readout(prior: str, n: int, tau: float) -> dict[str, str]:
        w = fit(n, prior, tau)
        return {
            "τ": style.number(10**tau),
            "MAP": weights_text(w),
            "MLE": weights_text(mles[n]),
            "MAP to MLE": style.number(np.hypot(*(w - mles[n])), ".3f"),
        }

    return LiveFigure(
        "map-contours",
        figure,
        [data, paths, position],
        controls={
            "tau": tau_slider,
            "n": Choice(sizes, value=sizes[1], label="number of examples n"),
            "prior": Choice(PRIORS, value=PRIORS[0], label="prior"),
        },
        pads=[Pad(right, x="tau")],
        readout=readout,
        caption="Widen the prior or add examples: the MAP slides to the MLE. Under the Laplace "
        "prior it first runs along an axis, one weight exactly 0.",
        alt="Left: over two weights the likelihood as a shaded hill with tilted ellipses around a "
        "star, the MLE, and a circle of the prior around the origin; a diamond, the MAP, is where "
        "the circle touches one of the ellipses. A thin line leads from the origin through the "
        "diamond to the star. Right: the MAP's two weights against the prior's width, both rising "
        "from 0 to the dotted lines of the MLE.",
    )


def name_parts(axes: Axes) -> None:
    """The keys of the plane of weights."""
    style.key(axes, 0, "prior", style.PRIOR, dash=style.DOTTED)
    style.key(axes, 0.25, "likelihood", style.LIKELIHOOD, dash=style.DASHED)
    style.key(axes, 0.61, "MLE", style.INK, marker="*")
    style.key(axes, 0.81, "MAP", style.POSTERIOR, marker="D")


def prior_level(axes: Axes, prior: str, w: Floats) -> Path:
    """The line through `w` on which the prior has one density: a circle or a diamond."""
    if prior == "Gaussian":
        return ring(axes, np.zeros(2), np.hypot(*w) * np.eye(2))
    corner = np.abs(w).sum()
    return Path(corner * np.array([(1, 0), (0, 1), (-1, 0), (0, -1), (1, 0)]))


def likelihood_level(axes: Axes, objective: Objective, mle: Floats, w: Floats) -> Path:
    """The line through `w` on which a Gaussian likelihood has one value: an ellipse."""
    above = objective.value(w) - objective.value(mle)
    root = np.linalg.cholesky(objective.hessian(mle))
    return ring(
        axes, mle, np.sqrt(2 * max(above, 0)) * solve_triangular(root, np.eye(2), lower=True)
    )


def ring(axes: Axes, center: Floats, matrix: Floats) -> Path:
    """The ellipse `center` + u·`matrix`, |u| = 1; nothing if it is too small to be seen."""
    angle = np.linspace(0, 2 * np.pi, 201)
    offsets = np.column_stack([np.cos(angle), np.sin(angle)]) @ matrix
    if not offsets.any():
        return NOWHERE
    return curve(axes, *(center + offsets).T, knots=17)


def weights_text(w: Floats) -> str:
    """Two weights for a readout; a zero that is exact says so."""
    return ", ".join("0 exactly" if each == 0 else style.number(each, ".3f") for each in w)


def gentoo_bills() -> tuple[Floats, Floats]:
    """Bill length and depth (119, 2) of the Gentoo penguins and their mass, in a random order."""
    birds = penguins()
    rows = np.flatnonzero(birds.species == birds.species_names.index("Gentoo"))
    rows = np.random.default_rng(0).permutation(rows)
    bills = np.column_stack([birds.bill_length_mm, birds.bill_depth_mm])
    return bills[rows], birds.body_mass_g[rows]
