"""Single numbers, counts, words, and objects that can do something."""

from collections.abc import Collection
from math import prod
from typing import Any

import numpy as np

from mlelib.arguments.arrays import AXES, numbers

MOST = 10**9  # of what a count may ask for


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
    try:
        exact = isinstance(value, int | np.integer) and not isinstance(value, np.timedelta64)
        number = value if exact else numbers(name, value)
    except ValueError:
        number = np.nan
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
    shape = tuple(whole(name, size, 0) for size in value)
    if len(shape) > AXES or prod(shape) > MOST:
        raise ValueError(f"{name} must be that of an array that fits into memory, got {value}")
    return shape
