"""The solutions that the chapters print pass the chapters' own checks.

A solution runs as a learner would run it: after the chapter's first cell, its imports, and in the
place of the `...` of the exercise's cell.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

CHAPTERS = sorted((Path(__file__).parents[1] / "chapters").glob("*.md"))
CELL = re.compile(
    r"^```\{code-cell\} ipython3\n(?::tags: .*\n)?(.*?)^```$", re.MULTILINE | re.DOTALL
)
SOLUTION = re.compile(r"^:::\{dropdown\} Solution$(.*?)^:::$", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CHECK = re.compile(r"^check\(.*\)$", re.MULTILINE)


class Solved(NamedTuple):
    number: str
    imports: str
    cell: str
    solution: str


def solutions() -> list[Solved]:
    found = []
    for page in CHAPTERS:
        text = page.read_text(encoding="utf-8")
        imports = CELL.findall(text)[0]
        exercises = re.split(r"^### (\d\.\d) ", text, flags=re.MULTILINE)[1:]
        for number, section in zip(exercises[::2], exercises[1::2], strict=True):
            for solution in SOLUTION.findall(section):
                code = "\n".join(PYTHON.findall(solution))
                found.append(Solved(number, imports, "\n".join(CELL.findall(section)), code))
    return found


ALL = solutions()
CODED = [solved for solved in ALL if solved.solution]


def run(solved: Solved, code: str) -> Any:
    names: dict[str, Any] = {}
    exec(solved.imports, names)
    exec(CHECK.sub("", solved.cell) + code, names)
    return eval(CHECK.findall(solved.cell)[-1], names)


@pytest.mark.parametrize("solved", CODED, ids=[solved.number for solved in CODED])
def test_a_printed_solution_is_right(solved: Solved, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(solved, "").verdict == "not answered"
    result = run(solved, solved.solution)
    assert result, result


def test_every_exercise_has_a_solution() -> None:
    numbers = [solved.number for solved in ALL]
    assert len(numbers) >= 12
    assert numbers == [
        number
        for page in CHAPTERS
        for number in re.findall(r"^### (\d\.\d) ", page.read_text(encoding="utf-8"), re.MULTILINE)
    ]


def test_the_solutions_of_chapter_1_are_all_run() -> None:
    assert {s.number for s in ALL if s.number[0] == "1"} == {
        s.number for s in CODED if s.number[0] == "1"
    }
