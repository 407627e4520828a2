"""The scores as files: one row a student and problem, and what Canvas and Moodle import."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from mlelib.assign.grading import Graded

Rows = list[list[object]]


def files(file: Path) -> list[Path]:
    """FILE, and beside it the tables for Canvas and for Moodle."""
    return [file, *(file.with_name(f"{file.stem}-{kind}.csv") for kind in ("canvas", "moodle"))]


def check_absent(file: Path, force: bool) -> None:
    """`FileExistsError` if one of them is there already, unless `force`."""
    for name in files(file):
        if name.exists() and not force:
            raise FileExistsError(f"{name} is there already: give another --csv, or --force")


def write(batch: Sequence[Graded], problems: str, file: Path) -> list[Path]:
    """Write the three tables; their names."""
    file.parent.mkdir(parents=True, exist_ok=True)
    for name, table in zip(files(file), (long, canvas, moodle), strict=True):
        with name.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows(table(batch, problems))
    return files(file)


def long(batch: Iterable[Graded], problems: str) -> Rows:
    """One row a student and problem; a submission that was not graded has one row that says why."""
    rows: Rows = [["assignment", "student", "problem", "points", "of", "status"]]
    for each in batch:
        for score in each.scores:
            status = "to be graded by hand" if score.points is None else each.status
            rows.append([problems, each.student, score.problem, score.points, score.of, status])
        if not each.scores:
            rows.append([problems, each.student, None, None, None, each.status])
    return rows


def canvas(batch: Iterable[Graded], problems: str) -> Rows:
    """Canvas's gradebook: students by login, one column, the points that are known so far."""
    batch = list(batch)
    possible = next((_possible(each) for each in batch if each.scores), None)
    rows: Rows = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", problems]]
    rows.append(["    Points Possible", None, None, None, None, possible])
    rows += [["", "", "", each.student, "", _total(each)] for each in batch]
    return rows


def moodle(batch: Iterable[Graded], problems: str) -> Rows:
    """A column for each problem, for Moodle's import of grades from a file."""
    batch = list(batch)
    names = next(([score.problem for score in each.scores] for each in batch if each.scores), [])
    rows: Rows = [["ID number", f"{problems} total", *names]]
    for each in batch:
        points = {score.problem: score.points for score in each.scores}
        rows.append([each.student, _total(each), *(points.get(name) for name in names)])
    return rows


def _total(graded: Graded) -> float | None:
    """Of what is known; nothing for a submission that was not graded, which is no zero."""
    if not graded.scores:
        return None
    return sum(score.points for score in graded.scores if score.points is not None)


def _possible(graded: Graded) -> float:
    return sum(score.of for score in graded.scores)
