"""Student's t noise: tails so heavy that a far outlier hardly pulls."""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln

from mlelib.arguments import Floats, positive
from mlelib.likelihoods.base import Likelihood, mended
from mlelib.numerics import difference


@dataclass(frozen=True)
class StudentT(Likelihood):
    """y = z + s·t, where t has Student's distribution of `df` = ν degrees of freedom, `scale` s.

    nll = (ν + 1)/2 · log(1 + (y − z)²/(ν s²)) + log(s √ν B(½, ν/2)). The loss is the first term; it
    is not convex in z. The standard deviation is s √(ν/(ν − 2)) for ν > 2, infinite for
    1 < ν ≤ 2. There is no mean for ν ≤ 1, and `mean` raises.

    Source: Lange, Little & Taylor (1989), *Robust statistical modeling using the t distribution*.

    Raises
    ------
    ValueError
        If `df` or `scale` is not a finite number above 0.
    """

    df: float
    scale: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "df", positive("df", self.df))
        object.__setattr__(self, "scale", positive("scale", self.scale))

    # Far from y, |u| > 1, all goes by 1/u and 1/(y − z): there u² and u may overflow.

    @np.errstate(over="ignore", divide="ignore", invalid="ignore")
    def _loss(self, y: Floats, z: Floats) -> Floats:
        r, k, u = self._residual(y, z)

        def in_parts() -> Floats:
            parts = np.log(np.abs(r)) + np.log(k) - np.log(self.scale) - 0.5 * np.log(self.df)
            return np.asarray(parts)

        log_u = mended(np.log(np.abs(u)), np.isinf(u), in_parts)
        far = 2 * log_u + np.log1p(1 / u**2)
        return np.asarray((self.df + 1) / 2 * np.where(np.abs(u) > 1, far, np.log1p(u**2)))

    def _constant(self, y: Floats) -> Floats:
        root = np.log(self.scale) + 0.5 * np.log(self.df)
        return np.full(y.shape, root + betaln(0.5, self.df / 2))

    @np.errstate(over="ignore", divide="ignore", invalid="ignore")
    def _gradient(self, y: Floats, z: Floats) -> Floats:
        r, k, u = self._residual(y, z)
        near = (self.df + 1) / np.sqrt(self.df) * (u / (1 + u**2)) / self.scale
        far = (self.df + 1) / (1 + 1 / u**2) / r / k
        return np.asarray(-np.where(np.abs(u) > 1, far, near))

    @np.errstate(over="ignore", divide="ignore", invalid="ignore")
    def _curvature(self, y: Floats, z: Floats) -> Floats:
        r, k, u = self._residual(y, z)
        bend = (1 - u) * (1 + u) / (1 + u**2) ** 2
        near = (self.df + 1) / self.df * bend / self.scale / self.scale
        v = 1 / u
        slope = 1 / (1 + v**2) / r / k
        far = (self.df + 1) * (v - 1) * (v + 1) * slope * slope
        return np.where(np.abs(u) > 1, far, near)

    def _residual(self, y: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
        """r and k with y − z = r·k (see `difference`), and u = (y − z)/(s√ν)."""
        r, k = difference(y, z)
        return r, k, np.asarray(r / self.scale / np.sqrt(self.df) * k)

    def _mean(self, z: Floats) -> Floats:
        if self.df <= 1:
            raise ValueError(f"df must be above 1 for there to be a mean, got {self.df}")
        return z.copy()

    def _mode(self, z: Floats) -> Floats:
        return z.copy()

    @np.errstate(over="ignore")
    def _sample(self, z: Floats, rng: np.random.Generator) -> Floats:
        return np.asarray(z + self.scale * rng.standard_t(self.df, size=z.shape))
