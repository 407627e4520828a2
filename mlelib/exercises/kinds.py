"""The kinds of exercise, and how an answer to each is judged.

Add an exercise to a chapter's `EXERCISES` in about six lines:

    Value(
        "1.3",
        expected=lambda: Bernoulli().nll(TOSSES, np.zeros(10)).sum(),
        why="The sum over tosses is what training minimises.",
        mistakes=(LOG10, SIGN, averaged(10), Mistake("You left out the tails.", lambda right: ...)),
    )
    Function(
        "1.4",
        expected=lambda z: Bernoulli().nll(np.ones(len(z)), z),
        inputs={"small raw outputs": lambda rng: (rng.normal(size=5),),
                "raw outputs near −1000": lambda rng: (rng.uniform(-1100, -900, size=5),)},
        why="Written in z, it neither overflows nor rounds to zero.",
        mistakes=(SIGN,),
    )

`expected` calls the library when the answer is checked, so that no answer stands in the source as a
number (anyone can still run the library: a check is a mirror, not a lock). A `Mistake` computes the
wrong answer that it recognises, `instead(right, *inputs)`; those that many exercises share are in
`mlelib.exercises.mistakes`. They are tried in order, and what is said never holds the right number.
"""

import warnings
from collections.abc import Callable, Hashable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mlelib.arguments import Floats


class NotAnsweredError(Exception):
    """The answer, or what the learner's function returns, is still the `...` of the exercise."""


class Exercise(Protocol):
    """What `mlelib.checks` needs: `judge` gives None if right, else what is wrong in a sentence."""

    @property
    def id(self) -> str: ...
    @property
    def why(self) -> str: ...
    def judge(self, answer: Any) -> str | None: ...


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that is recognised: `instead(right, *inputs)` computes it, `says` names it."""

    says: str
    instead: Callable[..., ArrayLike]


@dataclass(frozen=True)
class Property:
    """What an answer must satisfy: `holds(answer, *inputs)`; `says` is said when it does not."""

    says: str
    holds: Callable[..., bool]


@dataclass(frozen=True)
class Value:
    """The answer is a number or an array: right if |answer − right| ≤ rtol·|right| + atol."""

    id: str
    expected: Callable[[], ArrayLike]
    why: str
    mistakes: Sequence[Mistake] = ()
    rtol: float = 1e-6
    atol: float = 1e-12

    def judge(self, answer: Any) -> str | None:
        """None if right, else what is wrong."""
        given = _numbers(answer)
        if isinstance(given, str):
            return f"Your answer is {given}."
        right = np.asarray(self.expected(), dtype=np.float64)
        return _compare(given, right, (), self)


@dataclass(frozen=True)
class Function:
    """The answer is a function: called on hidden, seeded inputs and compared with `expected`.

    `inputs` names each case ("small raw outputs") and makes its arguments from a generator; the
    first case that fails is reported, properties before values.
    """

    id: str
    expected: Callable[..., ArrayLike]
    inputs: Mapping[str, Callable[[np.random.Generator], tuple[Any, ...]]]
    why: str
    mistakes: Sequence[Mistake] = ()
    properties: Sequence[Property] = ()
    rtol: float = 1e-6
    atol: float = 1e-12

    def judge(self, answer: Any) -> str | None:
        """None if right in every case, else what is wrong in the first that is not."""
        if not callable(answer):
            return f"Pass the function itself, without calling it; this is {_kind(answer)}."
        rng = np.random.default_rng([ord(letter) for letter in self.id])
        passed: list[str] = []
        for case, make in self.inputs.items():
            problem = self._case(answer, make(rng))
            if problem is not None:
                so_far = f"Right with {' and '.join(passed)}. " if passed else ""
                return f"{so_far}With {case}: {problem}"
            passed.append(case)
        return None

    def _case(self, answer: Callable[..., Any], inputs: tuple[Any, ...]) -> str | None:
        own = deepcopy(inputs)
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                returned = answer(*own)
        except Exception as error:
            shapes = ", ".join(str(np.shape(value)) for value in inputs)
            return (
                f"your function stops with {type(error).__name__}: {error} "
                f"(the shapes of its arguments: {shapes})."
            )
        if not all(np.array_equal(a, b) for a, b in zip(own, inputs, strict=True)):
            return "your function changes its arguments; work on a copy."
        if returned is None:
            return "your function returns nothing; is a return missing?"
        given = _numbers(returned)
        if isinstance(given, str):
            return f"your function returns {given}."
        for required in self.properties:
            if not required.holds(given, *inputs):
                return required.says
        right = np.asarray(self.expected(*inputs), dtype=np.float64)
        return _compare(given, right, inputs, self)


@dataclass(frozen=True)
class Example:
    """Many numbers or arrays are right: all that have every property. The first missing is said."""

    id: str
    properties: Sequence[Property]
    why: str

    def judge(self, answer: Any) -> str | None:
        """None if every property holds, else the first that does not."""
        given = _numbers(answer)
        if isinstance(given, str):
            return f"Your answer is {given}."
        if not np.isfinite(given).all():
            return _not_finite(given)
        return next((p.says for p in self.properties if not p.holds(given)), None)


@dataclass(frozen=True)
class Choice:
    """The answer is one of a few; `options` maps each to what is said if it is chosen and wrong."""

    id: str
    expected: Callable[[], Hashable]
    options: Mapping[Hashable, str]
    why: str

    def judge(self, answer: Any) -> str | None:
        """None if right, else what is wrong with the option chosen."""
        if _blank(answer):
            raise NotAnsweredError
        if not isinstance(answer, Hashable) or answer not in self.options:
            return f"Answer with one of {', '.join(map(repr, self.options))}."
        return None if answer == self.expected() else self.options[answer]


def _compare(
    given: Floats, right: Floats, inputs: tuple[Any, ...], exercise: "Value | Function"
) -> str | None:
    rtol, atol = exercise.rtol, exercise.atol
    if given.size == right.size == 1:
        given = given.reshape(right.shape)
    if _same(given, right, rtol, atol):
        return None
    for mistake in exercise.mistakes:
        with np.errstate(all="ignore"):
            wrong = np.asarray(mistake.instead(right, *inputs), dtype=np.float64)
        if _same(given, wrong, rtol, atol):
            return mistake.says
    if given.shape != right.shape:
        return f"The shape is {_shape(given)} and should be {_shape(right)}."
    if not np.isfinite(given[np.isfinite(right)]).all():
        return _not_finite(given)
    if _same(given, right, max(1e-2, 10 * rtol), atol):
        return f"Close, but not to a relative error of {rtol:g}. Did you round on the way?"
    return _how_far(given, right, ~np.isclose(given, right, rtol, atol))


def _how_far(given: Floats, right: Floats, wrong: NDArray[np.bool_]) -> str:
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    size = "too large" if given[first] > right[first] else "too small"
    if right.ndim == 0:
        return f"The number is {size}."
    where = first[0] if len(first) == 1 else first
    return (
        f"{wrong.sum()} of {right.size} entries are wrong; the first, at index {where}, is {size}."
    )


def _same(a: Floats, b: Floats, rtol: float, atol: float) -> bool:
    return a.shape == b.shape and bool(np.isclose(a, b, rtol=rtol, atol=atol).all())


def _not_finite(given: Floats) -> str:
    bad = given[~np.isfinite(given)].flat[0]
    return f"It holds {bad}: look for the log of 0, a division by 0, or an exp that overflows."


def _numbers(answer: Any) -> Floats | str:
    """The answer as floats, or what it is instead."""
    if _blank(answer):
        raise NotAnsweredError
    try:
        array = np.asarray(answer)
        if array.dtype.kind in "fiuO" and answer is not None:
            return array.astype(np.float64)
    except (TypeError, ValueError, RuntimeError):  # RuntimeError: a torch tensor that needs grad
        pass
    return f"{_kind(answer)}, and should be a number or an array of numbers"


def _blank(answer: Any) -> bool:
    if isinstance(answer, list | tuple):
        return any(_blank(part) for part in answer)
    return answer is Ellipsis


def _kind(answer: Any) -> str:
    return "a function" if callable(answer) else f"of type {type(answer).__name__}"


def _shape(array: Floats) -> str:
    return "that of a single number" if array.ndim == 0 else str(array.shape)
