"""Checks on what the caller passes in.

Each raises `ValueError` that names the argument, what came and what is wanted. What comes back may
share memory with what came in: do not write into it.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def real_array(name: str, value: ArrayLike, shape: tuple[int | None, ...] | None = None) -> Floats:
    """`value` as a float64 array, finite, not empty, and of `shape` where that is given.

    A None in `shape` stands for any length.

    Raises
    ------
    ValueError
        For strings, objects, complex or ragged input, for nan or ±inf, for no entries, for another
        shape.
    """
    array = _numeric(name, value)
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if not np.isfinite(array).all():
        bad = array[~np.isfinite(array)].flat[0]
        raise ValueError(f"{name} must be finite, got {bad}")
    if shape is not None and not _fits(array.shape, shape):
        raise ValueError(f"{name} must have shape {_spell(shape)}, got {array.shape}")
    return array


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
    array = _numeric(name, value)
    if array.ndim != 0:
        raise ValueError(f"{name} must be a single number, got shape {array.shape}")
    if not (np.isfinite(array) and array > 0):
        raise ValueError(f"{name} must be a finite number above 0, got {value}")
    return float(array)


def _numeric(name: str, value: Any) -> Floats:
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name} must be a rectangular array of real numbers, got ragged rows"
        ) from None
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} must hold real numbers, got dtype {array.dtype}")
    with np.errstate(over="ignore"):  # a long double may be out of range: inf, and refused as such
        return array.astype(np.float64, copy=False)


def _fits(actual: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(actual) == len(wanted) and all(
        w is None or a == w for a, w in zip(actual, wanted, strict=True)
    )


def _spell(shape: tuple[int | None, ...]) -> str:
    inside = ", ".join("any" if size is None else str(size) for size in shape)
    return f"({inside},)" if len(shape) == 1 else f"({inside})"
