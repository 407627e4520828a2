"""Self-checks for the book's exercises: right or wrong and why, never the answer.

In a cell, `answer = ...` waits for you; replace the dots and run `check("1.3", answer)` as the
cell's last line. `mlelib.exercises.kinds` says how an exercise is added.
"""

import textwrap
from dataclasses import dataclass
from typing import Any, Literal

from mlelib.arguments import able, one_of
from mlelib.exercises.answers import NotAnsweredError
from mlelib.exercises.kinds import Exercise


@dataclass(frozen=True, repr=False)
class Result:
    """What a check found: true if the answer is right; its repr is the message, as plain text."""

    id: str
    verdict: Literal["right", "wrong", "not answered"]
    says: str

    def __bool__(self) -> bool:
        return self.verdict == "right"

    def __repr__(self) -> str:
        heading = {"right": "right", "wrong": "not yet", "not answered": "not answered yet"}
        message = f"Exercise {self.id}, {heading[self.verdict]}. {self.says}"
        return textwrap.fill(message, 68, break_long_words=False, break_on_hyphens=False)


def check(number: str, answer: Any) -> Result:
    """Judge your answer to the exercise of this number, such as "1.3".

    Raises
    ------
    ValueError
        If there is no such exercise. Nothing that you answer raises.
    """
    from mlelib.exercises.book import EXERCISES  # noqa: PLC0415  they use more than the package loads

    return judge(EXERCISES[one_of("number", number, EXERCISES)], answer)


def judge(exercise: Exercise, answer: Any) -> Result:
    """The result of an answer to an exercise, listed in the book or not."""
    able("exercise", exercise, "judge")
    try:
        problem = exercise.judge(answer)
    except NotAnsweredError:
        return Result(
            exercise.id, "not answered", "Replace the ... with your answer and run the cell."
        )
    if problem is None:
        return Result(exercise.id, "right", exercise.why)
    return Result(exercise.id, "wrong", problem)
