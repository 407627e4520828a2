"""What an objective looks like: its values over a slice or a chord, its curvature at a point.

A function f is convex if no chord of its graph passes below it: for all a, b and t in [0, 1],
f((1 − t)·a + t·b) ≤ (1 − t)·f(a) + t·f(b) (Boyd & Vandenberghe, *Convex Optimization*, 2004,
chapter 3). One chord that does proves that f is not convex; chords that do not prove nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from mlelib.arguments import Floats, able, known, real_array, whole


class Evaluable(Protocol):
    """Anything that has values at many θ at once, (m, …) → (m,), as an `Objective` has."""

    def values(self, thetas: Floats, /) -> Floats: ...


class TwiceDifferentiable(Protocol):
    """Anything with a Hessian at θ, as an `Objective` has."""

    def hessian(self, theta: Floats, /) -> Floats: ...


@dataclass(frozen=True, eq=False)
class Landscape:
    """Values over a plane slice, as matplotlib's `contour(x, y, values)` takes them.

    `x` (columns,), `y` (rows,), `values` (rows, columns).
    """

    x: Floats
    y: Floats
    values: Floats


def grid(
    objective: Evaluable,
    center: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    axes: tuple[int | tuple[int, ...] | Floats, int | tuple[int, ...] | Floats] = (0, 1),
) -> Landscape:
    """The objective's values over the plane through `center` that `axes` span.

    Each axis is either a coordinate of θ, by its index, which `x` or `y` then replaces; or a
    direction, an array of θ's shape, which `x` or `y` then scales: θ = center + x·first + y·second.

    Raises
    ------
    ValueError
        If `x` or `y` is not a vector of finite numbers, if an axis is neither an index into θ nor
        of its shape, or if the two are parallel.
    """
    able("objective", objective, "values")
    base = real_array("center", center, getattr(objective, "shape", None)).copy()
    columns, rows = real_array("x", x, shape=(None,)), real_array("y", y, shape=(None,))
    if not isinstance(axes, tuple | list) or len(axes) != 2:
        raise ValueError(f"axes must be two, got {axes!r}")
    first, second = (_direction(axis, base) for axis in axes)
    rows_of_one_size = [d.ravel() / (np.abs(d).max() or 1.0) for d in (first, second)]
    if np.linalg.matrix_rank(rows_of_one_size) < 2:
        raise ValueError(f"axes must span a plane, got {axes}")
    shaped = (-1,) + (1,) * base.ndim
    with np.errstate(over="ignore", invalid="ignore"):
        across, along = columns.reshape(shaped) * first, rows.reshape(shaped) * second
        thetas = known("x or y", base + across[None, :] + along[:, None], finite=True)
    values = objective.values(thetas.reshape(-1, *base.shape))
    return Landscape(columns, rows, values.reshape(len(rows), len(columns)))


def _direction(axis: int | tuple[int, ...] | Floats, base: Floats) -> Floats:
    """The direction of one axis; the coordinate that an index names is set to 0 in `base`."""
    if isinstance(axis, np.ndarray):
        return real_array("axes", axis, shape=base.shape)
    direction = np.zeros_like(base)
    try:
        direction[axis] = 1
    except (IndexError, TypeError, ValueError):
        raise ValueError(f"axes must be indices into shape {base.shape}, got {axis}") from None
    if np.count_nonzero(direction) != 1:
        raise ValueError(f"axes must name one entry of shape {base.shape} each, got {axis}")
    base[axis] = 0
    return direction


@dataclass(frozen=True, eq=False)
class Chord:
    """A function between two points, and the straight line between its values there.

    `t` from 0 to 1, `curve` f((1 − t)·a + t·b), `line` (1 − t)·f(a) + t·f(b); all (points,).
    """

    t: Floats
    curve: Floats
    line: Floats


def chord(f: Callable[[Floats], float], a: ArrayLike, b: ArrayLike, points: int = 101) -> Chord:
    """`f` between `a` and `b`, two finite numbers or arrays of one shape, at `points` even steps.

    Raises
    ------
    ValueError
        If `a` or `b` is not finite, their shapes differ, or `points` is no whole number above 2.
    """
    first = real_array("a", a)
    last = real_array("b", b, shape=first.shape)
    able("f", f)
    points = whole("points", points, 3)
    t = np.linspace(0, 1, points)
    curve = np.array([float(f((1 - s) * first + s * last)) for s in t])
    with np.errstate(invalid="ignore"):
        line = (1 - t) * curve[0] + t * curve[-1]
    line[0], line[-1] = curve[0], curve[-1]  # not 0·inf, where one of them is
    return Chord(t, curve, line)


def convexity_gap(
    f: Callable[[Floats], float], a: ArrayLike, b: ArrayLike, points: int = 101
) -> float:
    """The least of line − curve strictly between `a` and `b`; below 0 only if `f` is not convex.

    For a quadratic with Hessian H the gap at t is ½·t·(1 − t)·(b − a)ᵀH(b − a). The gap is a
    difference of values of f and carries their rounding error: a gap of −1e-16·|f| proves nothing.

    Raises
    ------
    ValueError
        As `chord`, and if inf − inf is asked for.
    """
    along = chord(f, a, b, points)
    with np.errstate(invalid="ignore"):
        return float(known("f", (along.line - along.curve)[1:-1].min()))


def hessian_spectrum(objective: TwiceDifferentiable, theta: ArrayLike) -> Floats:
    """The eigenvalues of the objective's Hessian at `theta`, ascending, one for each entry of θ.

    All are ≥ 0, up to rounding, where the objective is convex; one below 0 is a direction in which
    it curves down.
    """
    able("objective", objective, "hessian")
    at = real_array("theta", theta)
    hessian = known("theta", objective.hessian(at), finite=True).reshape(at.size, at.size)
    return np.asarray(np.linalg.eigvalsh(hessian), dtype=np.float64)
