"""The same numbers in other clothes: another layout or type, which must not change the answer."""

import decimal
import fractions
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from .costumes import DISGUISES, MAY_BE_REFUSED, Unfit, array, disguise


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
    DISGUISES[_name] = lambda value, rng, layout=_layout: layout(array(value))

TYPES = ["f2", "f4", "g", ">f4", ">i2", "u1", "i1", "i4", "u8", "?"]


@disguise("another type")
def _(value: Any, rng: np.random.Generator) -> Any:
    a = array(value)
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
