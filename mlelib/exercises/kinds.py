"""The two kinds of exercise, and how an answer to each is judged.

Add an exercise to a chapter's `EXERCISES` in about six lines:

    Value(
        "1.3",
        expected=lambda: Bernoulli().nll(TOSSES, np.zeros(10)).sum(),
        why="The sum over tosses is what training minimises.",
        mistakes=(Mistake("This is the mean; the sum is wanted.", lambda right: right / 10),),
    )
    Function(
        "1.4",
        expected=lambda z: Bernoulli().nll(np.ones(len(z)), z),
        inputs={"small raw outputs": lambda rng: (rng.normal(size=5),),
                "raw outputs near −1000": lambda rng: (rng.uniform(-1100, -900, size=5),)},
        why="Written in z, it neither overflows nor rounds to zero.",
    )

`expected` calls the library when the answer is checked, so that no answer stands in the source as
a number (anyone can still run the library: a check is a mirror, not a lock). A `Mistake` computes
the wrong answer that it recognises, `instead(right, *inputs)`. First come an exercise's own, in
order, in whole or at the wrong entries of an array; then a wrong sign and logarithms to base 10 and
2. What is said never holds the right number.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mlelib.arguments import Floats
from mlelib.exercises import answers


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that is recognised: `instead(right, *inputs)` computes it, `says` names it."""

    says: str
    instead: Callable[..., ArrayLike]


COMMON = (
    Mistake("The size is right, the sign is not.", lambda right, *_: -right),
    Mistake(
        "You took the logarithm to base 10; “log” is the natural one, `np.log`.",
        lambda right, *_: right / np.log(10),
    ),
    Mistake(
        "You took the logarithm to base 2, so this is in bits; the book counts in nats, `np.log`.",
        lambda right, *_: right / np.log(2),
    ),
)


@dataclass(frozen=True)
class Property:
    """What an answer must satisfy: `holds(answer, *inputs)`; `says` is said when it does not."""

    says: str
    holds: Callable[..., Any]


@dataclass(frozen=True)
class Value:
    """The answer is a number or an array: right if |answer − right| ≤ rtol·|right| + atol."""

    id: str
    expected: Callable[[], ArrayLike]
    why: str
    mistakes: Sequence[Mistake] = ()
    properties: Sequence[Property] = ()
    rtol: float = 1e-6
    atol: float = 1e-12

    def judge(self, answer: Any) -> str | None:
        """None if right, else what is wrong; `NotAnsweredError` is raised if the `...` stands."""
        given = answers.read_numbers(answer)
        if isinstance(given, str):
            return f"Your answer is {given}."
        return _compare(given, (), self)


@dataclass(frozen=True)
class Function:
    """The answer is a function: called on hidden, seeded inputs and compared with `expected`.

    `inputs` names each case ("small raw outputs") and makes its arguments from a generator. The
    first case that fails is reported: a mistake that is recognised, else shape, property or size.
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
        """As `Value.judge`; what is wrong is that of the first case that fails."""
        answers.require_answer(answer)
        if not callable(answer):
            return f"Pass the function by its name; this is {answers.name_kind(answer)}."
        rng = np.random.default_rng([ord(letter) for letter in self.id])
        passed: list[str] = []
        for case, make in self.inputs.items():
            problem = self._judge_case(answer, make(rng))
            if problem is not None:
                so_far = f"Right with {' and '.join(passed)}. " if passed else ""
                return f"{so_far}With {case}: {problem}"
            passed.append(case)
        return None

    def _judge_case(self, answer: Callable[..., Any], inputs: tuple[Any, ...]) -> str | None:
        own = deepcopy(inputs)
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                returned = answer(*own)
        except Exception as error:
            shapes = ", ".join(str(np.shape(value)) for value in inputs)
            what = f"{type(error).__name__}: {error}".rstrip(".")
            return f"your function stops with {what}. The shapes of its arguments: {shapes}."
        if not all(
            np.array_equal(used, made)
            for used, made in zip(own, inputs, strict=True)
            if isinstance(made, np.ndarray)
        ):
            return "your function changes its arguments; work on a copy."
        if returned is None:
            return "your function returns nothing; is a return missing?"
        given = answers.read_numbers(returned)
        if isinstance(given, str):
            return f"your function returns something {given}."
        return _compare(given, inputs, self)


Exercise = Value | Function


def _compare(given: Floats, inputs: tuple[Any, ...], exercise: Exercise) -> str | None:
    right = np.asarray(exercise.expected(*inputs), dtype=np.float64)
    tolerance = answers.Tolerance(exercise.rtol, exercise.atol)
    if given.size == right.size == 1:
        given = given.reshape(right.shape)
    if tolerance.same(given, right):
        return None
    with np.errstate(all="ignore"):
        wrongs = [
            (mistake.says, np.asarray(mistake.instead(right, *inputs), dtype=np.float64))
            for mistake in (*exercise.mistakes, *COMMON)
        ]
    return (
        answers.recognise(given, right, wrongs, tolerance)
        or answers.compare_shapes(given.shape, right.shape)
        or answers.find_not_finite(given, right)
        or _lacks(given, inputs, exercise.properties)
        or answers.describe(given, right, tolerance)
    )


def _lacks(given: Floats, inputs: tuple[Any, ...], properties: Sequence[Property]) -> str | None:
    return next((p.says for p in properties if not p.holds(given, *inputs)), None)
