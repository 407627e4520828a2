"""What a valid argument is changed into: the same numbers in other clothes, or something hostile.

Each takes the valid value and a generator; `Unfit` is raised for a value that cannot wear it.
"""

import datetime
import decimal
import fractions
import warnings
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


def _array(value: Any, least: int = 1) -> np.ndarray:
    if not isinstance(value, np.ndarray) or value.ndim < least:
        raise Unfit
    return value


def _strided(a: np.ndarray) -> np.ndarray:
    wide = np.full([2 * size for size in a.shape], 77, dtype=a.dtype)
    wide[tuple(slice(None, None, 2) for _ in a.shape)] = a
    return wide[tuple(slice(None, None, 2) for _ in a.shape)]


def _backwards(a: np.ndarray) -> np.ndarray:
    turn = tuple(slice(None, None, -1) for _ in a.shape)
    return np.ascontiguousarray(a[turn])[turn]


def _read_only(a: np.ndarray) -> np.ndarray:
    own = a.copy()
    own.flags.writeable = False
    return own


def _unaligned(a: np.ndarray) -> np.ndarray:
    raw = np.zeros(a.nbytes + 1, dtype=np.uint8)[1:]
    view = raw.view(a.dtype).reshape(a.shape)
    view[...] = a
    return view


def _matrix(a: np.ndarray) -> Any:
    if a.ndim != 2:
        raise Unfit
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.matrix(a)


class Subclass(np.ndarray):
    """Behaves as its parent."""


LAYOUTS: dict[str, Callable[[np.ndarray], Any]] = {
    "Fortran": np.asfortranarray,
    "strided": _strided,
    "backwards": _backwards,
    "read-only": _read_only,
    "unaligned": _unaligned,
    "byte-swapped": lambda a: a.astype(a.dtype.newbyteorder()),
    "list": lambda a: a.tolist(),
    "list of arrays": list,
    "tuple": lambda a: tuple(a.tolist()),
    "matrix": _matrix,
    "nothing masked": np.ma.masked_array,
    "subclass": lambda a: a.view(Subclass),
    "objects": lambda a: a.astype(object),
    "transposed twice": lambda a: np.ascontiguousarray(a.T).T,
}
for _name, _layout in LAYOUTS.items():
    DISGUISES[_name] = lambda value, rng, layout=_layout: layout(_array(value))

TYPES = ["f2", "f4", "g", ">f4", ">i2", "u1", "i1", "i4", "u8", "?"]


@disguise("another type")
def _(value: Any, rng: np.random.Generator) -> Any:
    a = _array(value)
    fits = [t for t in TYPES if a.dtype != bool and np.array_equal(a.astype(t), a)]
    if not fits:
        raise Unfit
    return a.astype(rng.choice(fits))


def _scalar(value: Any) -> float | int:
    if type(value) not in (int, float):
        raise Unfit
    return value


SCALARS: dict[str, Callable[[Any], Any]] = {
    "numpy scalar": lambda x: np.int16(x) if isinstance(x, int) else np.float64(x),
    "long double": np.longdouble,
    "0-d": np.asarray,
    "0-d, byte-swapped": lambda x: np.array(x, dtype=">f8"),
    "whole float": float,
    "fraction": fractions.Fraction,
    "decimal": decimal.Decimal,
}
for _name, _change in SCALARS.items():
    DISGUISES[_name] = lambda value, rng, change=_change: change(_scalar(value))
MAY_BE_REFUSED |= {"long double", "0-d, byte-swapped"}  # as a whole number


NUMBERS = [
    np.nan, np.inf, -np.inf, 5e-324, -5e-324, 2.3e-308, 1e-200, -1e-200, 1e-160, 0.0, -0.0, -1.0,
    0.5, 3.0, 2.0**53, 745.0, -745.0, 1e10, 1e19, 1e155, -1e155, 1e200, -1e200,
    1.7976931348623157e308, -1.7976931348623157e308,
]  # fmt: skip


def _floats(value: Any) -> np.ndarray:
    try:
        return np.array(_array(value, 0), dtype=np.float64)
    except (TypeError, ValueError):
        raise Unfit from None


@hostile("one number")
def _(value: Any, rng: np.random.Generator) -> Any:
    a = _floats(_array(value))
    if a.size:
        a.flat[rng.integers(a.size)] = rng.choice(NUMBERS)
    return a


@hostile("some numbers")
def _(value: Any, rng: np.random.Generator) -> Any:
    a = _floats(_array(value))
    return np.where(rng.random(a.shape) < 0.5, rng.choice(NUMBERS, a.shape), a)


@hostile("one number throughout")
def _(value: Any, rng: np.random.Generator) -> Any:
    return np.full_like(_floats(_array(value)), rng.choice(NUMBERS))


@hostile("another size")
def _(value: Any, rng: np.random.Generator) -> Any:
    with np.errstate(over="ignore"):
        return _floats(_array(value)) * rng.choice(NUMBERS[3:])


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
        a = _array(value)
        try:
            with np.errstate(all="ignore"):
                return reshape(a)
        except (ValueError, TypeError):
            raise Unfit from None

    HOSTILE[_name] = _reshaped


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
    shape = np.shape(_array(value)) if rng.random() < 0.5 else rng.integers(0, 4, rng.integers(5))
    size = int(np.prod(shape))
    if kind.kind == "U":
        return np.full(shape, "ab")
    if kind.kind == "?":
        return rng.random(shape) < 0.5
    return np.frombuffer(rng.bytes(size * kind.itemsize), dtype=kind).reshape(shape)
