"""One example: a valid call, and what becomes of it once an argument is changed."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from . import (  # noqa: F401  they fill ENTRIES and the costumes
    disguises,
    functions,
    hostilities,
    junk,
    models,
    torches,
)
from .contract import Broken, Refusal, outcome, same
from .costumes import DISGUISES, HOSTILE, MAY_BE_REFUSED, Costume, Unfit
from .entries import ENTRIES, Entry

COSTUMES: dict[str, Costume] = DISGUISES | HOSTILE


@dataclass(frozen=True)
class Example:
    """The call of seed `seed`, in which `argument` is put into `costume`."""

    entry: Entry
    seed: int
    argument: str
    costume: str

    def run(self) -> str:
        """ "answered", "refused" or "no example"; `Broken` where the contract is."""
        call, arguments = self.entry.make(np.random.default_rng(self.seed))
        names = self.entry.names(call, arguments)
        if self.argument not in arguments:
            plain = outcome(call, arguments, names)
            return self._is_answered(plain)
        rng = np.random.default_rng([self.seed, *self.costume.encode()])
        try:
            changed = COSTUMES[self.costume](arguments[self.argument], rng)
        except Unfit:
            return "no example"
        if callable(changed) and callable(arguments[self.argument]):
            return "no example"  # a callback's own errors are the caller's
        answer = outcome(call, arguments | {self.argument: changed}, names, self.entry.in_place)
        if self.costume in DISGUISES:
            _, afresh = self.entry.make(np.random.default_rng(self.seed))
            self._compare(outcome(call, afresh, names, self.entry.in_place), answer, changed)
        return "refused" if isinstance(answer, Refusal) else "answered"

    def _is_answered(self, answer: Any) -> str:
        if isinstance(answer, Refusal):
            raise Broken(f"a valid call was refused: {answer.error}")
        return "answered"

    def _compare(self, plain: Any, answer: Any, changed: Any) -> None:
        if isinstance(answer, Refusal) and self.costume in MAY_BE_REFUSED:
            return
        if not self.entry.keeps and not same(plain, answer):
            raise Broken(f"another answer: {plain!r} became {answer!r} for {changed!r}")


def arguments_of(entry: Entry) -> list[str]:
    """The arguments that are changed."""
    _, arguments = entry.make(np.random.default_rng(0))
    return [name for name in arguments if name not in entry.left]


__all__ = ["COSTUMES", "ENTRIES", "Example", "arguments_of"]
