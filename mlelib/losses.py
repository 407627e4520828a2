"""The textbooks' losses, as formulas of a prediction. Nothing here knows a distribution.

`y` is (n,), and the predictions are means or probabilities, not raw outputs: of the same shape, or
(..., n) with batch axes before, or a single number; likewise y. Each function gives one loss per
example and reduces nothing, but for `soft_dice`, which is defined on all pixels together. What is
called the minimiser is the single prediction that makes the sum over many y smallest.

All raise `ValueError`, naming the argument, for input that is not finite, empty, not of real
numbers, of shapes that do not match, or outside the domain.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlog1py, xlogy

from mlelib.arguments import Floats, positive, real_array

ROUNDING = 1e-6  # by how much a row of float32 probabilities may miss the sum 1


@np.errstate(over="ignore")
def squared_error(y: ArrayLike, prediction: ArrayLike) -> Floats:
    """(y − ŷ)². Minimiser: the mean of y."""
    y, prediction = _matched(y, prediction, "prediction")
    return np.asarray((y - prediction) ** 2)


@np.errstate(over="ignore")
def absolute_error(y: ArrayLike, prediction: ArrayLike) -> Floats:
    """|y − ŷ|. Minimiser: the median of y."""
    y, prediction = _matched(y, prediction, "prediction")
    return np.abs(y - prediction)


@np.errstate(over="ignore")
def student_t_loss(y: ArrayLike, prediction: ArrayLike, df: float, scale: float = 1.0) -> Floats:
    """(ν + 1)/2 · log(1 + (y − ŷ)²/(ν s²)), with ν = `df` and s = `scale`.

    It grows only with the log of the error, so that far outliers hardly count; its minimiser has no
    closed form, and there may be several local ones.
    """
    y, prediction = _matched(y, prediction, "prediction")
    df, scale = positive("df", df), positive("scale", scale)
    return np.asarray((df + 1) / 2 * np.log1p(((y - prediction) / scale) ** 2 / df))


@np.errstate(over="ignore")
def heteroscedastic_loss(y: ArrayLike, prediction: ArrayLike, sigma: ArrayLike) -> Floats:
    """log σ + (y − ŷ)²/(2σ²), where a σ > 0 is predicted with each ŷ.

    Minimiser: the mean of y, and for σ the root of the mean of (y − ŷ)². Where a single y can be
    hit, there is no lower bound.
    """
    y, prediction = _matched(y, prediction, "prediction")
    y, sigma = _matched(y, sigma, "sigma")
    _inside("sigma", sigma, sigma > 0, "above 0")
    return np.asarray(np.log(sigma) + ((y - prediction) / sigma) ** 2 / 2)


@np.errstate(over="ignore")
def poisson_deviance(y: ArrayLike, prediction: ArrayLike) -> Floats:
    """2 (y log(y/ŷ) − y + ŷ) for y ≥ 0 and ŷ > 0, with 0 log 0 = 0. Minimiser: the mean of y."""
    y, prediction = _matched(y, prediction, "prediction")
    _inside("y", y, y >= 0, "0 or more")
    _inside("prediction", prediction, prediction > 0, "above 0")
    log_ratio = np.log(np.where(y > 0, y, 1)) - np.log(prediction)  # y log y alone may overflow
    return np.asarray(2 * (y * (log_ratio - 1) + prediction))


@np.errstate(over="ignore")
def gamma_deviance(y: ArrayLike, prediction: ArrayLike) -> Floats:
    """2 (y/ŷ − 1 − log(y/ŷ)) for y > 0 and ŷ > 0. Minimiser: the mean of y."""
    y, prediction = _matched(y, prediction, "prediction")
    _inside("y", y, y > 0, "above 0")
    _inside("prediction", prediction, prediction > 0, "above 0")
    return np.asarray(2 * (y / prediction - 1 - np.log(y) + np.log(prediction)))


def binary_cross_entropy(y: ArrayLike, q: ArrayLike) -> Floats:
    """−y log q − (1 − y) log(1 − q) for y and q in [0, 1], with 0 log 0 = 0; ∞ where q rules y out.

    `q` is a probability, not a logit. Minimiser: the mean of y.
    """
    y, q = _probabilities(y, q)
    return np.asarray(-xlogy(y, q) - xlog1py(1 - y, -q))


def cross_entropy(target_rows: ArrayLike, q_rows: ArrayLike) -> Floats:
    """−Σₖ tₖ log qₖ for each row, (..., n): rows (..., n, K) of probabilities, with 0 log 0 = 0.

    A one-hot row is a label; other rows are soft targets, and then the least possible value is the
    row's entropy, at q = t. The entries of a row must sum to 1 within 1e-6.
    """
    target, q = _probabilities(target_rows, q_rows, "target_rows", "q_rows")
    for name, rows in [("target_rows", target), ("q_rows", q)]:
        if rows.ndim < 2:
            raise ValueError(f"{name} must be rows of K probabilities, got shape {rows.shape}")
        sums = rows.sum(axis=-1)
        _inside(name, sums, np.abs(sums - 1) <= ROUNDING, "rows of sum 1")
    return np.asarray(-xlogy(target, q).sum(axis=-1))


def brier(y: ArrayLike, q: ArrayLike) -> Floats:
    """(y − q)² for y and q in [0, 1]: the squared error of a probability. Minimiser: the mean of y.

    Brier (1950) sums over both classes, which gives twice this.
    """
    y, q = _probabilities(y, q)
    return np.asarray((y - q) ** 2)


def soft_dice(y: ArrayLike, q: ArrayLike) -> float:
    """1 − 2 Σᵢ yᵢ qᵢ / (Σᵢ yᵢ + Σᵢ qᵢ) over all pixels, for y and q in [0, 1]; 0 if both are empty.

    One number for the whole vector, and no sum over pixels. The denominator has sums, as in Sudre
    et al. (2017); Milletari et al. (2016), who brought in the loss, have Σ yᵢ² + Σ qᵢ² there. For
    y and q in {0, 1} the two agree.
    """
    pixels = real_array("y", y, (None,))
    y, q = _probabilities(pixels, real_array("q", q, pixels.shape))
    total = y.sum() + q.sum()
    return float(1 - 2 * (y @ q) / total) if total > 0 else 0.0


def _matched(y: ArrayLike, other: ArrayLike, name: str, y_name: str = "y") -> tuple[Floats, Floats]:
    """Both as arrays, if one has the other's shape, with or without axes before it, or is a number.

    NumPy alone would make (n, n) of (n,) and (n, 1).
    """
    first, second = real_array(y_name, y), real_array(name, other)
    short, long = sorted([first.shape, second.shape], key=len)
    if long[len(long) - len(short) :] != short:
        raise ValueError(
            f"{name} must match {y_name} of shape {first.shape}, got shape {second.shape}"
        )
    return first, second


def _probabilities(
    y: ArrayLike, q: ArrayLike, y_name: str = "y", q_name: str = "q"
) -> tuple[Floats, Floats]:
    pair = _matched(y, q, q_name, y_name)
    for name, values in zip((y_name, q_name), pair, strict=True):
        _inside(name, values, (values >= 0) & (values <= 1), "in [0, 1]")
    return pair


def _inside(name: str, values: Floats, good: NDArray[np.bool_], wanted: str) -> None:
    if not good.all():
        raise ValueError(f"{name} must be {wanted}, got {values[~good].flat[0]:g}")
