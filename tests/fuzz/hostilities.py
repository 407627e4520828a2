"""Wrong numbers, shapes and types of array."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .costumes import HOSTILE, Unfit, array, hostile

NUMBERS = [
    np.nan, np.inf, -np.inf, 5e-324, -5e-324, 2.3e-308, 1e-200, -1e-200, 1e-160, 0.0, -0.0, -1.0,
    0.5, 3.0, 2.0**53, 745.0, -745.0, 1e10, 1e19, 1e155, -1e155, 1e200, -1e200,
    1.7976931348623157e308, -1.7976931348623157e308,
]  # fmt: skip


def _floats(value: Any) -> np.ndarray:
    try:
        return np.array(array(value, 0), dtype=np.float64)
    except (TypeError, ValueError):
        raise Unfit from None


@hostile("one number")
def _(value: Any, rng: np.random.Generator) -> Any:
    a = _floats(array(value))
    if a.size:
        a.flat[rng.integers(a.size)] = rng.choice(NUMBERS)
    return a


@hostile("some numbers")
def _(value: Any, rng: np.random.Generator) -> Any:
    a = _floats(array(value))
    return np.where(rng.random(a.shape) < 0.5, rng.choice(NUMBERS, a.shape), a)


@hostile("one number throughout")
def _(value: Any, rng: np.random.Generator) -> Any:
    return np.full_like(_floats(array(value)), rng.choice(NUMBERS))


@hostile("another size")
def _(value: Any, rng: np.random.Generator) -> Any:
    with np.errstate(over="ignore"):
        return _floats(array(value)) * rng.choice(NUMBERS[3:])


@hostile("a number")
def _(value: Any, rng: np.random.Generator) -> Any:
    return rng.choice([float, np.float64, np.asarray])(rng.choice(NUMBERS))


SHAPES: dict[str, Callable[[np.ndarray], Any]] = {
    "axis before": lambda a: a[None],
    "axis behind": lambda a: a[..., None],
    "flat": lambda a: a.reshape(-1),
    "transposed": lambda a: a.T,
    "empty": lambda a: a[:0],
    "one short": lambda a: a[:-1],
    "twice": lambda a: np.concatenate([a, a]),
    "twice behind": lambda a: np.concatenate([a, a], axis=-1),
    "first": lambda a: a[0],
    "batch": lambda a: np.stack([a, a, a]),
    "40 axes": lambda a: a.reshape((1,) * 40 + a.shape),
    "complex": lambda a: a.astype(complex),
    "long": lambda a: a.astype(np.longdouble) * np.longdouble("1e4000"),
    "times": lambda a: a.astype("m8[s]"),
    "dates": lambda a: a.astype("i8").astype("M8[s]"),
    "words": lambda a: a.astype(str),
    "bytes": lambda a: a.astype(bytes),
    "records": lambda a: np.array([(1.0, 2)] * len(a), dtype=[("a", "f8"), ("b", "i4")]),
    "objects with None": lambda a: np.array([None, *a.tolist()], dtype=object),
    "masked": lambda a: np.ma.masked_array(a, mask=np.arange(a.size).reshape(a.shape) == 0),
    "all masked": lambda a: np.ma.masked_array(a, mask=True),
    "list of masked": lambda a: [np.ma.masked_array(row, mask=True) for row in a],
    "masked in a list": lambda a: [np.ma.masked, *a.tolist()[1:]],
    "ragged": lambda a: [a.tolist(), 1.0],
    "ragged rows": lambda a: [[1.0, 2.0], [3.0]],
    "booleans": lambda a: a.astype(bool),
    "largest integers": lambda a: np.full(a.shape, 2**64 - 1, dtype=np.uint64),
    "least integers": lambda a: np.full(a.shape, -(2**63), dtype=np.int64),
    "huge integers": lambda a: [10**400] * len(a),
    "dictionary": lambda a: dict(enumerate(a.tolist())),
    "generator": lambda a: (x for x in a.tolist()),
}
for _name, _reshape in SHAPES.items():

    def _reshaped(value: Any, rng: np.random.Generator, reshape: Any = _reshape) -> Any:
        a = array(value)
        try:
            with np.errstate(all="ignore"):
                return reshape(a)
        except (ValueError, TypeError):
            raise Unfit from None

    HOSTILE[_name] = _reshaped


KINDS = [
    "?",
    "i1",
    "u1",
    "i8",
    "u8",
    "f2",
    "f4",
    "f8",
    ">f8",
    "c8",
    "c16",
    "M8[D]",
    "m8[s]",
    "S3",
    "U2",
]


@hostile("any array")
def _(value: Any, rng: np.random.Generator) -> Any:
    """Any type, any shape, any bits; or, half the time, the shape that was right."""
    kind = np.dtype(rng.choice(KINDS))
    shape = np.shape(array(value)) if rng.random() < 0.5 else rng.integers(0, 4, rng.integers(5))
    size = int(np.prod(shape))
    if kind.kind == "U":
        return np.full(shape, "ab")
    if kind.kind == "?":
        return rng.random(shape) < 0.5
    return np.frombuffer(rng.bytes(size * kind.itemsize), dtype=kind).reshape(shape)
