"""What a valid argument is changed into: the same numbers in other clothes, or something hostile.

Each takes the valid value and a generator; `Unfit` is raised for a value that cannot wear it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

Costume = Callable[[Any, np.random.Generator], Any]
DISGUISES: dict[str, Costume] = {}
HOSTILE: dict[str, Costume] = {}
MAY_BE_REFUSED = {"objects", "fraction", "decimal", "whole float", "0-d"}  # though the numbers are


class Unfit(Exception):  # noqa: N818  no error
    """The value cannot be dressed so."""


def disguise(name: str) -> Callable[[Costume], Costume]:
    return lambda costume: DISGUISES.setdefault(name, costume)


def hostile(name: str) -> Callable[[Costume], Costume]:
    return lambda costume: HOSTILE.setdefault(name, costume)


def array(value: Any, least: int = 1) -> np.ndarray:
    if not isinstance(value, np.ndarray) or value.ndim < least:
        raise Unfit
    return value
