"""Arrays of numbers."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

AXES = 30  # NumPy's own limit is 32 in places, and a result may have two more


def real_array(name: str, value: ArrayLike, shape: tuple[int | None, ...] | None = None) -> Floats:
    """`value` as a float64 array, finite, not empty, and of `shape` where that is given.

    A None in `shape` stands for any length.

    Raises
    ------
    ValueError
        For strings, objects, complex or ragged input, for masked entries, for nan or ±inf, for no
        entries, for another shape.
    """
    array = numbers(name, value)
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if not np.isfinite(array).all():
        bad = array[~np.isfinite(array)].flat[0]
        raise ValueError(f"{name} must be finite, got {bad}")
    if shape is not None and not _fits(array.shape, shape):
        raise ValueError(f"{name} must have shape {_spell(shape)}, got {array.shape}")
    return array


def numbers(name: str, value: Any) -> Floats:
    """`value` as a float64 array, with nan, ±inf and no entries let through.

    Raises
    ------
    ValueError
        For strings, objects, complex or ragged input, and for masked entries.
    """
    plain = (
        type(value) is np.ndarray
        and value.dtype == np.float64
        and value.flags.c_contiguous
        and value.flags.aligned  # not `carray`: to ask that of a broadcast array is a FutureWarning
    )
    array: Floats = value if plain else _converted(name, value)
    if array.ndim > AXES:
        raise ValueError(f"{name} must have {AXES} axes at most, got {array.ndim}")
    return array


def booleans(name: str, value: Any) -> Booleans:
    """A copy of `value` as an array of booleans; ValueError if it holds anything else."""
    array = _array(name, value)
    if array.dtype != np.bool_:
        raise ValueError(f"{name} must hold booleans, got dtype {array.dtype}")
    return np.array(array)


def _converted(name: str, value: Any) -> Floats:
    array = _array(name, value)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} must hold real numbers, got dtype {array.dtype}")
    # a long double may be out of range: inf, and refused as such
    with np.errstate(over="ignore", invalid="ignore"):
        return np.require(array, np.float64, ["C", "ALIGNED"])


def _array(name: str, value: Any) -> NDArray[Any]:
    if has_masked(value):
        raise ValueError(f"{name} must have no masked entries: drop them, or fill them")
    try:
        return np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must be a rectangular array of real numbers, got ragged rows"
        ) from None
    except Exception as error:  # say a tensor's that needs its gradient: whatever the object raises
        kind = type(value).__name__
        raise ValueError(f"{name} must be an array of real numbers, got {kind}: {error}") from error


def labels(name: str, value: ArrayLike, classes: int) -> Integers:
    """`value` as a vector of class labels, whole numbers 0 … classes − 1.

    Raises
    ------
    ValueError
        As `real_array`; for a label that is no whole number or out of range; for anything but one
        axis.
    """
    array = real_array(name, value, shape=(None,))
    strange = (array != np.floor(array)) | (array < 0) | (array > classes - 1)
    if strange.any():
        raise ValueError(
            f"{name} must hold whole labels from 0 to {classes - 1}, got {array[strange][0]:g}"
        )
    return array.astype(np.int64)


def together(name: str, value: Any, other_name: str, other: Any) -> tuple[Floats, Floats]:
    """Both as `numbers`; ValueError unless they broadcast together."""
    first, second = numbers(name, value), numbers(other_name, other)
    if first.shape != second.shape:
        try:
            np.broadcast_shapes(first.shape, second.shape)
        except (ValueError, RuntimeError):  # they do not fit, or have more axes than NumPy takes
            raise ValueError(
                f"{other_name} must broadcast with {name} of shape {first.shape}, "
                f"got shape {second.shape}"
            ) from None
    return first, second


def has_masked(value: Any) -> bool:
    """Are there entries that NumPy would take though they are masked?"""
    if type(value) is np.ndarray:
        return False
    if isinstance(value, list | tuple):
        inner = [v for v in value if isinstance(v, np.ma.MaskedArray | list | tuple)]
        return any(v is not value and has_masked(v) for v in inner)
    return isinstance(value, np.ma.MaskedArray) and bool(np.ma.getmaskarray(value).any())


def _fits(actual: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(actual) == len(wanted) and all(
        w is None or a == w for a, w in zip(actual, wanted, strict=True)
    )


def _spell(shape: tuple[int | None, ...]) -> str:
    inside = ", ".join("any" if size is None else str(size) for size in shape)
    return f"({inside},)" if len(shape) == 1 else f"({inside})"
