"""Checks on what the caller passes in.

Each raises `ValueError` that names the argument, what came and what is wanted. What comes back may
share memory with what came in: do not write into it.

Arrays come back in C order, so that the same numbers give the same answer to the last bit, whatever
their type and layout were; only those that were otherwise are copied.
"""

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST = 10**9  # of what a count may ask for
ORDINARY = 1e100  # sizes between this and its inverse: squares and their ratios stay in range


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
    if _has_masked(value):
        raise ValueError(f"{name} must have no masked entries: drop them, or fill them")
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must be a rectangular array of real numbers, got ragged rows"
        ) from None
    except Exception as error:  # say a tensor's that needs its gradient: whatever the object raises
        kind = type(value).__name__
        raise ValueError(f"{name} must be an array of real numbers, got {kind}: {error}") from error
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} must hold real numbers, got dtype {array.dtype}")
    # a long double may be out of range: inf, and refused as such
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(array, dtype=np.float64, order="C")


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


def positive(name: str, value: Any) -> float:
    """`value` as a float that is finite and above zero.

    Raises
    ------
    ValueError
        For anything else, nan, infinities and arrays included.
    """
    array = numbers(name, value)
    if array.ndim != 0:
        raise ValueError(f"{name} must be a single number, got shape {array.shape}")
    if not (np.isfinite(array) and array > 0):
        raise ValueError(f"{name} must be a finite number above 0, got {value}")
    return float(array)


def whole(name: str, value: Any, least: int, most: int = MOST) -> int:
    """`value` as a whole number from `least` to `most`; 3.0 will do for 3.

    Raises
    ------
    ValueError
        For anything else.
    """
    number = value if isinstance(value, int | np.integer) else numbers(name, value)
    if np.ndim(number) == 0 and least <= number <= most and number == number // 1:
        return int(number)
    short = most == MOST and np.ndim(number) == 0 and not number > most
    wanted = f", {least} or more" if short else f" from {least} to {most}"
    raise ValueError(f"{name} must be a whole number{wanted}, got {value!r}")


def seed_number(name: str, value: Any) -> int:
    """`value` as the seed of a generator: a whole number of up to 64 bits."""
    return whole(name, value, 0, 2**64 - 1)


def one_of(name: str, value: Any, options: Collection[str]) -> str:
    """`value`, if it is among `options`; else ValueError."""
    if not isinstance(value, str) or value not in options:
        raise ValueError(f"{name} must be one of {', '.join(options)}, got {value!r}")
    return value


def able(name: str, value: Any, *methods: str) -> None:
    """ValueError unless `value` has all of these methods, or can be called if none is named."""
    if not methods and not callable(value):
        raise ValueError(f"{name} must be a function, got {type(value).__name__}")
    if isinstance(value, type) or not all(callable(getattr(value, m, None)) for m in methods):
        raise ValueError(f"{name} must have {' and '.join(methods)}, got {type(value).__name__}")


def sizes(name: str, value: Any) -> tuple[int, ...]:
    """`value` as the shape of an array; ValueError unless it is a tuple of whole numbers."""
    if not isinstance(value, tuple):
        raise ValueError(f"{name} must be a tuple of whole numbers, got {value!r}")
    return tuple(whole(name, size, 0) for size in value)


def broadcast(name: str, array: Floats, other_name: str, other: Floats) -> None:
    """ValueError unless the two broadcast together."""
    try:
        np.broadcast_shapes(array.shape, other.shape)
    except ValueError:
        raise ValueError(
            f"{other_name} must broadcast with {name} of shape {array.shape}, got {other.shape}"
        ) from None


def ordinary(name: str, size: Any) -> None:
    """ValueError unless each of `size` ≥ 0 is 0 or from 1/`ORDINARY` to `ORDINARY`."""
    strange = (np.asarray(size) > ORDINARY) | ((np.asarray(size) < 1 / ORDINARY) & (size != 0))
    if strange.any():
        bad = np.asarray(size)[strange].flat[0]
        raise ValueError(f"{name} must be of a size from 1e-100 to 1e100, got {bad:g}: rescale it")


def _has_masked(value: Any) -> bool:
    """Are there entries that NumPy would take though they are masked?"""
    if type(value) is np.ndarray:
        return False
    if isinstance(value, list | tuple):
        inner = [v for v in value if isinstance(v, np.ma.MaskedArray | list | tuple)]
        return any(v is not value and _has_masked(v) for v in inner)
    return isinstance(value, np.ma.MaskedArray) and bool(np.ma.getmaskarray(value).any())


def _fits(actual: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(actual) == len(wanted) and all(
        w is None or a == w for a, w in zip(actual, wanted, strict=True)
    )


def _spell(shape: tuple[int | None, ...]) -> str:
    inside = ", ".join("any" if size is None else str(size) for size in shape)
    return f"({inside},)" if len(shape) == 1 else f"({inside})"
