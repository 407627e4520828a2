"""A digest of everything that a live figure's states can depend on, so that an unchanged figure is
not sampled again.

What is digested is a pickle of the update functions *by value*: their code, what they close over
(the figure and its artists, data, other functions) and the globals they use. Functions and classes
of the packages named in `COVERED` are pickled by name: their content is in the digest through the
packages' versions, and mlelib's through its source. Whatever cannot be digested in this way (a
class defined in a notebook, an open file) makes the figure *not* cacheable: the price of doubt is a
second sampling, never an old picture.
"""

import hashlib
import io
import pickle
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any

from matplotlib.transforms import TransformNode

COVERED = ("mlelib", "numpy", "scipy", "matplotlib")


def fingerprint(thing: Any) -> str | None:
    """The digest of `thing` in hexadecimal, or None if something in it cannot be digested."""
    stream = io.BytesIO()
    try:
        _ByValue(stream, protocol=5).dump(thing)
    except (pickle.PicklingError, TypeError, AttributeError):
        return None
    return hashlib.sha256(_surroundings() + stream.getvalue()).hexdigest()[:32]


@cache
def _surroundings() -> bytes:
    """Python, the covered packages' versions and every source file of mlelib."""
    digest = hashlib.sha256(sys.version.encode())
    for package in COVERED:
        digest.update(f"{package} {version(package)}".encode())
    root = Path(__file__).parents[1]
    for source in sorted(path for path in root.rglob("*") if path.suffix in {".py", ".csv"}):
        digest.update(source.relative_to(root).as_posix().encode())
        digest.update(source.read_bytes())
    return digest.digest()


class _ByValue(pickle.Pickler):
    """A pickle that is only ever digested, so what it says about functions need not be loadable."""

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, FunctionType) and not (_covered(thing) and _importable(thing)):
            used = {
                name: thing.__globals__[name] for name in _names(thing.__code__, thing.__globals__)
            }
            parts = (thing.__code__, thing.__defaults__, thing.__kwdefaults__, thing.__closure__)
            return _by_value, ("function",), (parts, used)
        if isinstance(thing, CodeType):
            return _by_value, ("code",), (thing.co_code, thing.co_consts, thing.co_names)
        if isinstance(thing, CellType):
            return _by_value, ("cell",), thing.cell_contents
        if isinstance(thing, TransformNode):  # whose `_parents` are keyed by addresses in memory
            state = {key: value for key, value in vars(thing).items() if key != "_parents"}
            return _by_value, (type(thing).__qualname__,), state
        if isinstance(thing, ModuleType):
            if not _covered(thing):
                raise pickle.PicklingError(f"{thing.__name__} is not covered")
            return _by_value, (thing.__name__,)
        if isinstance(thing, type) and not _covered(thing):
            raise pickle.PicklingError(f"{thing.__qualname__} is not covered")
        return NotImplemented


def _by_value(*_: Any) -> None:
    raise NotImplementedError("a fingerprint is never loaded")


def _covered(thing: Any) -> bool:
    module = thing.__name__ if isinstance(thing, ModuleType) else thing.__module__
    return module.partition(".")[0] in {*COVERED, *sys.stdlib_module_names} - {"__main__"}


def _importable(function: FunctionType) -> bool:
    return "<" not in function.__qualname__


def _names(code: CodeType, scope: dict[str, Any]) -> list[str]:
    """The globals that a piece of code, or code inside it, may look up."""
    inner = [const for const in code.co_consts if isinstance(const, CodeType)]
    names = {*code.co_names, *(name for part in inner for name in _names(part, scope))}
    return sorted(name for name in names if name in scope)
