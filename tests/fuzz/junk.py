"""What is no array of numbers at all."""

import datetime
import decimal
import fractions
from collections.abc import Callable
from typing import Any

import numpy as np

from .costumes import hostile


class Liar:
    """Says that it is an array, and is none."""

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("no")

    def __len__(self) -> int:
        return 3

    def __getitem__(self, _: int) -> Any:
        raise RuntimeError("no")


def _circle() -> list[Any]:
    circle: list[Any] = []
    circle.append(circle)
    return circle


JUNK: list[Callable[[], Any]] = [
    lambda: None, lambda: "", lambda: "abc", lambda: "1.0", lambda: b"1", dict, set, list, tuple,
    object, lambda: object, lambda: abs, lambda: ..., lambda: NotImplemented, Liar, _circle,
    lambda: range(3), lambda: {1, 2}, lambda: {"a": [1.0]}, lambda: [None], lambda: [[]],
    lambda: [[[]]], lambda: ["a", 1.0], lambda: 1j, lambda: True, lambda: False, lambda: 10**30,
    lambda: -(10**30), lambda: 10**400, lambda: -(10**400), lambda: np.ma.masked,
    lambda: np.zeros(()), lambda: np.zeros((0, 3)), lambda: np.zeros((3, 0)),
    lambda: np.datetime64("NaT"), lambda: np.timedelta64(1, "s"), lambda: datetime.date(2000, 1, 1),
    lambda: np.array(None), lambda: np.array("abc"), lambda: np.str_("abc"), lambda: slice(None),
    lambda: fractions.Fraction(1, 3), lambda: decimal.Decimal("NaN"), lambda: bytearray(8),
    lambda: memoryview(b"12345678"), lambda: np.float32(np.nan), lambda: -3, lambda: 2.5,
    lambda: [1, 2], lambda: (0, 0), lambda: (1, -1), lambda: np.void(b"ab"), lambda: np.bool_(True),
    lambda: [np.nan], lambda: np.random.default_rng(0), lambda: ValueError, lambda: [True, "x"],
]  # fmt: skip


@hostile("junk")
def _(value: Any, rng: np.random.Generator) -> Any:
    return JUNK[rng.integers(len(JUNK))]()
