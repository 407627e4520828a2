"""Scores out of nbgrader's gradebook."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

QUERY = """
select submitted_assignment.student_id, base_cell.name, grade_cells.max_score,
       grade.auto_score, grade.manual_score, grade.needs_manual_grade
from grade
join base_cell on base_cell.id = grade.cell_id
join grade_cells on grade_cells.id = base_cell.id
join submitted_notebook on submitted_notebook.id = grade.notebook_id
join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
join assignment on assignment.id = submitted_assignment.assignment_id
where assignment.name = ?
order by submitted_assignment.student_id, base_cell.rowid
"""


@dataclass(frozen=True)
class Score:
    """A student's points for a problem; None until somebody has graded it by hand."""

    student: str
    problem: str
    points: float | None
    of: float


def scores(gradebook: Path, problems: str) -> list[Score]:
    """All scores of a problem set, as the file `gradebook` has them."""
    with closing(sqlite3.connect(f"file:{gradebook}?mode=ro", uri=True)) as connection:
        rows = connection.execute(QUERY, (problems,)).fetchall()
    return [
        Score(student, problem, None if waits else _first(manual, auto), of)
        for student, problem, of, auto, manual, waits in rows
    ]


def _first(*points: float | None) -> float | None:
    return next((each for each in points if each is not None), None)
