"""What chapter 6's figures share: the MAP's mark, a plane of two weights, axes of logarithms."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from mlelib.arguments import Floats
from mlelib.figures import style
from mlelib.priors import GaussianPrior

LENGTH, DEPTH = "bill length", "bill depth"


def map_mark(axes: Axes) -> Line2D:
    """The mark of a MAP, the same in every figure: a ringed diamond in the posterior's colour."""
    mark = style.dot(axes, style.POSTERIOR)
    mark.set(marker="D", markersize=8)
    return mark


def standardised(values: Floats) -> Floats:
    """`values` (n, …) with mean 0 and standard deviation 1 along the first axis."""
    return np.asarray((values - values.mean(axis=0)) / values.std(axis=0))


def weight_plane(
    axes: Axes, points: Floats, margin: float, names: tuple[str, str]
) -> tuple[Floats, Floats]:
    """Frame a panel over two weights, one scale for both, around `points` (k, 2); its grid lines.

    `margin` is a share of the points' extent, and `names` are those of the two columns of X.
    """
    size = np.array([axes.bbox.width, axes.bbox.height])
    low, high = points.min(axis=0), points.max(axis=0)
    reach = (0.5 + margin) * ((high - low) / size).max() * size
    (left, bottom), (right, top) = (low + high) / 2 - reach, (low + high) / 2 + reach
    style.frame(
        axes, (f"weight w₀ of {names[0]}", left, right), (f"weight w₁ of {names[1]}", bottom, top)
    )
    return np.linspace(left, right, 121), np.linspace(bottom, top, 121)


def decades(axes: Axes, axis: str = "x") -> None:
    """Name an axis of logarithms after the powers of ten that they stand for."""
    ruler = axes.xaxis if axis == "x" else axes.yaxis
    low, high = ruler.get_view_interval()
    step = 1 if high - low < 6 else 2
    exponents = step * np.arange(np.ceil(low / step), np.floor(high / step) + 1)
    ruler.set_ticks(exponents, [power_of_ten(int(exponent)) for exponent in exponents])


def power_of_ten(exponent: int) -> str:
    """10^exponent as a scale names it."""
    if -4 < exponent < 4:
        return f"{10.0**exponent:g}"
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def prior_of(decay: float, n: int, mask: ArrayLike | None = None) -> GaussianPrior:
    """The prior for which λ = `decay` stands beside a mean NLL over n: τ = 1/√(nλ)."""
    return GaussianPrior(1 / np.sqrt(n * decay), mask)
