"""The names of all that is public: functions, classes, and the public methods of classes."""

import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import mlelib
from mlelib import calibration, datasets, kiosk, networks, sandwich

BESIDES = [datasets, calibration, kiosk, sandwich]  # modules that chapters import from


def public() -> list[str]:
    """All of them, as `Gaussian.nll` or `losses.brier`. An abstract class is its children."""
    own = {name: getattr(mlelib, name) for name in mlelib.__all__}
    names = [found for name, thing in own.items() for found in _names(name, thing)]
    for module in BESIDES:
        inside = _names(module.__name__.removeprefix("mlelib."), module)
        names += [name for name in inside if name.rpartition(".")[2] not in own]
    for name in networks.__all__:
        names += _names(f"networks.{name}", getattr(networks, name))
    return sorted(set(names))


def _names(name: str, thing: Any) -> Iterator[str]:
    if isinstance(thing, ModuleType):
        for inner, value in vars(thing).items():
            if not inner.startswith("_") and getattr(value, "__module__", "") == thing.__name__:
                yield from _names(f"{name}.{inner}", value) if callable(value) else ()
    elif not inspect.isclass(thing):
        yield name
    elif not inspect.isabstract(thing):
        yield name
        if not issubclass(thing, BaseException):
            for inner, _ in inspect.getmembers(thing, inspect.isroutine):
                if not inner.startswith("_"):
                    yield f"{name}.{inner}"
