"""Sizes: of what goes into a fit, and of what comes out of a sum."""

from typing import Any

import numpy as np

from mlelib.arguments.arrays import Floats

ORDINARY = 1e50  # between this and its inverse, products of four sizes stay in floating range


def known(name: str, result: Any, finite: bool = False) -> Floats:
    """`result` as an array; ValueError for the argument `name` if it has a nan, as inf − inf is.

    If it is to be `finite`, for ±inf too.
    """
    array = np.asarray(result)
    if np.isnan(array).any() or (finite and not np.isfinite(array).all()):
        raise ValueError(f"{name} must be nearer to 0: there the result is out of floating range")
    return array


def ordinary(name: str, size: Any) -> None:
    """ValueError unless each of `size` ≥ 0 is 0 or from 1/`ORDINARY` to `ORDINARY`."""
    strange = (np.asarray(size) > ORDINARY) | ((np.asarray(size) < 1 / ORDINARY) & (size != 0))
    if strange.any():
        bad = np.asarray(size)[strange].flat[0]
        raise ValueError(f"{name} must be of a size from 1e-50 to 1e50, got {bad:g}: rescale it")
