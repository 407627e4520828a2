"""How each public function is called: one entry each, and a valid call of it from a generator."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

Random = np.random.Generator
Call = tuple[Callable[..., Any], dict[str, Any]]  # what is called, and by which arguments


@dataclass(frozen=True)
class Entry:
    """`make` gives a valid call, all arguments by name.

    Those in `left` are not changed by the fuzzer (say a callback whose own errors are not ours),
    those in `in_place` by the function, as its docstring says.
    """

    name: str
    make: Callable[[Random], Call]
    left: frozenset[str] = frozenset()
    in_place: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()  # what a message may name besides
    keeps: bool = False  # what it is given, as it is: a record

    def names(self, call: Callable[..., Any], arguments: Mapping[str, Any]) -> set[str]:
        """What a message may name: arguments, and fields of those and of the method's object."""
        owners = [getattr(call, "__self__", None), *arguments.values()]
        inner = {f.name for owner in owners if is_dataclass(owner) for f in fields(owner)}
        return self.also | inner | set(arguments) | set(inspect.signature(call).parameters)


ENTRIES: dict[str, Entry] = {}


def enter(name: str, make: Callable[[Random], Call], **options: Any) -> None:
    assert name not in ENTRIES, name
    ENTRIES[name] = Entry(name, make, **options)


def function(
    name: str,
    call: Callable[..., Any],
    arguments: Callable[[Random], dict[str, Any]],
    **options: Any,
) -> None:
    """A function that is always the same."""
    enter(name, lambda rng: (call, arguments(rng)), **options)
