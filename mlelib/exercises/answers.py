"""Reading a learner's answer as numbers, and saying how it differs from the right one.

Nothing here raises on an answer, whatever it is, and nothing said holds the right number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlelib.arguments import Floats, has_masked


class NotAnsweredError(Exception):
    """The answer, or what the learner's function returns, is still the `...` of the exercise."""


@dataclass(frozen=True)
class Tolerance:
    """Two numbers are the same if they differ by at most rtol·|the right one| + atol."""

    rtol: float
    atol: float

    def close(self, given: Floats, right: Floats) -> NDArray[np.bool_]:
        """Entry by entry, for arrays of one shape; ±inf is close to itself, nan to nothing."""
        return np.isclose(given, right, self.rtol, self.atol)

    def same(self, given: Floats, right: Floats) -> bool:
        """Close everywhere and of one shape."""
        return given.shape == right.shape and bool(self.close(given, right).all())


def read_numbers(answer: Any) -> Floats | str:
    """The answer as floats, or what it is instead."""
    require_answer(answer)
    try:
        if has_masked(answer):
            return "masked in part, and should be numbers throughout"
        array = np.asarray(answer)
        if array.dtype.kind in "fiuO" and answer is not None:
            with np.errstate(all="ignore"):
                return array.astype(np.float64)
    except Exception:  # whatever the object raises, say a torch tensor that needs its gradient
        pass
    return f"{name_kind(answer)}, and should be a number or an array of numbers"


def require_answer(answer: Any) -> None:
    """Raise `NotAnsweredError` where the exercise's `...` still stands, alone or in a list."""
    if answer is Ellipsis:
        raise NotAnsweredError
    if isinstance(answer, list | tuple):
        for part in answer:
            if part is not answer:  # a list may hold itself
                require_answer(part)


def name_kind(answer: Any) -> str:
    """What an answer is that should be something else."""
    return "a function" if callable(answer) else f"of type {type(answer).__name__}"


def recognise(
    given: Floats, right: Floats, wrongs: Sequence[tuple[str, Floats]], tolerance: Tolerance
) -> str | None:
    """What is said of a known wrong answer that `given` is, in whole or at its wrong entries."""
    for says, wrong in wrongs:
        if tolerance.same(given, wrong):
            return says
    if given.shape != right.shape:
        return None
    off = ~tolerance.close(given, right)
    first = np.argwhere(off)[0]
    alike = [
        (says, tolerance.close(given, wrong))
        for says, wrong in wrongs
        if wrong.shape == given.shape
    ]
    everywhere = (says for says, match in alike if match[off].all())
    there = (says for says, match in alike if match[tuple(first)])
    found = next(everywhere, next(there, None))
    return None if found is None else f"At index {_index(first)}: {found}"


def describe(given: Floats, right: Floats, tolerance: Tolerance) -> str:
    """How a wrong answer of the right shape and range differs."""
    if Tolerance(max(1e-2, 10 * tolerance.rtol), tolerance.atol).same(given, right):
        return f"Close, but the relative error is above {tolerance.rtol:g}. Did you round?"
    off = ~tolerance.close(given, right)
    first = np.argwhere(off)[0]
    size = "too large" if given[tuple(first)] > right[tuple(first)] else "too small"
    if right.ndim == 0:
        return f"The number is {size}."
    count = f"{off.sum()} of {right.size} entries are wrong; the first"
    return f"{count}, at index {_index(first)}, is {size}."


def find_not_finite(given: Floats, right: Floats) -> str | None:
    """None unless an entry of `given` is nan, or infinite where `right` is finite."""
    lost = given[np.isnan(given) | (np.isinf(given) & np.isfinite(right))]
    if not lost.size:
        return None
    return f"It holds {lost[0]}: look for the log of 0, a division by 0, or an exp that overflows."


def compare_shapes(given: tuple[int, ...], right: tuple[int, ...]) -> str | None:
    """None if they are the same, else both."""
    if given == right:
        return None
    given_shape, right_shape = ("that of a single number" if s == () else s for s in (given, right))
    return f"The shape is {given_shape} and should be {right_shape}."


def _index(position: NDArray[np.int64]) -> str:
    return str(position[0]) if position.size == 1 else f"({', '.join(map(str, position))})"
