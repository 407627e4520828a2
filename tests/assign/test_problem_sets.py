"""Each problem set: solved by its own solutions, failed by an untouched one, new with each seed."""

import re
import warnings
from numbers import Number
from typing import Any

import numpy as np
import pytest
from nbformat import NotebookNode

from mlelib.assign.sources import ROOT, ProblemSet, problem_sets

SETS = problem_sets()
REGION = re.compile(r"^( *)### BEGIN SOLUTION$.*?^ *### END SOLUTION$", re.MULTILINE | re.DOTALL)
each_set = pytest.mark.parametrize("problems", SETS, ids=lambda each: each.name)


def what(cell: NotebookNode) -> dict[str, Any]:
    return dict(cell.metadata.get("nbgrader", {}))


def run(code: str, names: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # students see them; they decide nothing
        exec(compile(code, "cell", "exec"), names)


def failed_tests(notebook: NotebookNode, solve: bool = True, **given: Any) -> set[str]:
    """The tests that fail, cell by cell as a kernel runs them; `given` replaces what cells find."""
    names: dict[str, Any] = {}
    failed = set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        code = cell.source if solve else REGION.sub(r"\1raise NotImplementedError()", cell.source)
        try:
            run(code, names)
        except Exception:
            if "points" in what(cell):
                failed.add(what(cell)["grade_id"])
            elif solve:
                raise
        names |= {name: value for name, value in given.items() if name in names}
    return failed


def numbers_found(notebook: NotebookNode) -> dict[str, Any]:
    """What the solutions put into variables of their own."""
    names: dict[str, Any] = {}
    found: dict[str, Any] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            before = set(names)
            run(cell.source, names)
            if what(cell).get("solution"):
                new = {name: names[name] for name in set(names) - before}
                kinds = (Number, np.ndarray, list, tuple)
                found |= {name: value for name, value in new.items() if isinstance(value, kinds)}
    return found


def graded(problems: ProblemSet) -> list[NotebookNode]:
    return [cell for cell in problems.notebook(0).cells if "points" in what(cell)]


def test_there_is_one_for_each_chapter() -> None:
    assert [each.about["chapter"] for each in SETS] == list(range(1, 8))


@each_set
@pytest.mark.parametrize("seed", [1, 2026])
def test_its_own_solution_passes(problems: ProblemSet, seed: int) -> None:
    assert failed_tests(problems.notebook(seed)) == set()


@each_set
def test_an_untouched_one_fails_each_test(problems: ProblemSet) -> None:
    tests = {what(cell)["grade_id"] for cell in graded(problems) if cell.cell_type == "code"}
    assert len(tests) >= 4
    assert failed_tests(problems.notebook(1), solve=False) == tests


@each_set
def test_last_years_numbers_do_not_fit(problems: ProblemSet) -> None:
    found = numbers_found(problems.notebook(1))
    assert len(found) >= 3
    assert len(failed_tests(problems.notebook(2), **found)) >= 2


@each_set
def test_half_of_it_is_thinking_and_it_is_an_evening(problems: ProblemSet) -> None:
    text = problems.file.read_text(encoding="utf-8")
    minutes = problems.about["minutes"]
    assert 60 <= minutes <= 120
    assert f"About {minutes} minutes; {problems.points} points." in " ".join(text.split())
    headings = [int(n) for n in re.findall(r"^## .*\((\d+) points?\)$", text, re.MULTILINE)]
    assert sum(headings) == problems.points
    words = sum(what(cell)["points"] for cell in graded(problems) if cell.cell_type == "markdown")
    assert 0.35 <= words / problems.points <= 0.6


@each_set
def test_what_is_graded_by_hand_has_a_rubric_that_adds_up(problems: ProblemSet) -> None:
    explained = [cell for cell in graded(problems) if cell.cell_type == "markdown"]
    assert len(explained) >= 3
    for cell in explained:
        rubric = cell.source.split("*Rubric.*")[1]
        points = sum(int(n) for n in re.findall(r"(\d+) points?:", rubric))
        assert points == what(cell)["points"], what(cell)["grade_id"]
        assert len(cell.source.split("*Rubric.*")[0].split()) > 15


@each_set
def test_names_of_cells_are_unique_and_tests_are_hidden(problems: ProblemSet) -> None:
    cells = [what(cell) for cell in problems.notebook(0).cells if what(cell)]
    names = [cell["grade_id"] for cell in cells]
    assert len(names) == len(set(names))
    for cell in graded(problems):
        if cell.cell_type == "code":
            assert "### BEGIN HIDDEN TESTS" in cell.source
            visible = cell.source.split("### BEGIN HIDDEN TESTS")[0]
            assert "assert" in visible


@each_set
def test_each_problem_stands_in_the_table_of_outcomes(problems: ProblemSet) -> None:
    page = (ROOT / "appendices" / "instructors.md").read_text(encoding="utf-8")
    rows = re.findall(
        rf"^\| {problems.about['chapter']} \| .+ \| ([\d, ]+) \|$", page, re.MULTILINE
    )
    listed = {int(number) for row in rows for number in row.split(", ")}
    numbers = re.findall(r"^## (\d+)\. ", problems.file.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == {int(number) for number in numbers}
