"""Checks on what the caller passes in.

Each raises `ValueError` that names the argument, what came and what is wanted. What comes back may
share memory with what came in: do not write into it.

Arrays come back in C order, so that the same numbers give the same answer to the last bit, whatever
their type and layout were; only those that were otherwise are copied.
"""

from mlelib.arguments.arrays import (
    Booleans,
    Floats,
    Integers,
    booleans,
    has_masked,
    labels,
    numbers,
    real_array,
    together,
)
from mlelib.arguments.ranges import known, ordinary
from mlelib.arguments.scalars import able, one_of, positive, seed_number, sizes, whole

__all__ = [
    "Booleans",
    "Floats",
    "Integers",
    "able",
    "booleans",
    "has_masked",
    "known",
    "labels",
    "numbers",
    "one_of",
    "ordinary",
    "positive",
    "real_array",
    "seed_number",
    "sizes",
    "together",
    "whole",
]
