"""A folder of submissions to a table of scores, each notebook in a process of its own, with limits.

This is no sandbox: a submission runs with your rights. The limits keep one from stopping the
others; run it where nothing can be lost, in a container or on a spare account.
"""

import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat

from mlelib.assign.course import Course
from mlelib.assign.gradebook import Score, scores
from mlelib.assign.repair import repair


@dataclass(frozen=True)
class Limits:
    """What a submission may take: seconds in all, bytes of memory, bytes of a file it writes."""

    seconds: int = 300
    memory: int = 3 * 2**30
    file: int = 64 * 2**20

    @property
    def words(self) -> str:
        """For the shell; they hold for the kernel, too."""
        return f"ulimit -d {self.memory // 1024} && ulimit -f {self.file // 512} && ulimit -c 0"


@dataclass(frozen=True)
class Graded:
    """What became of a submission: "graded …", or why not; no scores then."""

    student: str
    status: str
    scores: list[Score]


def submissions(folder: Path) -> dict[str, Path]:
    """Notebooks by student: STUDENT.ipynb, or the one notebook in the folder STUDENT.

    Raises
    ------
    ValueError
        If there are none, or a student's folder has several.
    """
    found: dict[str, Path] = {}
    for entry in sorted(folder.iterdir()):
        notebooks = sorted(entry.rglob("*.ipynb")) if entry.is_dir() else [entry]
        notebooks = [each for each in notebooks if ".ipynb_checkpoints" not in each.parts]
        if entry.is_dir() and len(notebooks) > 1:
            raise ValueError(f"{entry} must hold one notebook, has {len(notebooks)}")
        for notebook in notebooks:
            if notebook.suffix == ".ipynb":
                found[entry.stem] = notebook
    if not found:
        raise ValueError(f"SUBMISSIONS must hold notebooks, found none in {folder}")
    return found


def grade(
    folder: Path,
    course: Course,
    problems: str,
    limits: Limits | None = None,
    report: Callable[[int, int, str], None] = lambda done, total, what: None,
) -> Iterator[Graded]:
    """Grade every submission; one that goes wrong is said to, and touches no other's scores."""
    allowed = limits or Limits()
    everyone = submissions(folder)
    for number, (student, notebook) in enumerate(everyone.items(), 1):
        before = course.gradebook.read_bytes()
        others = _others(course, problems, student)
        status = _autograde(course, problems, student, notebook, allowed)
        if _others(course, problems, student) != others:
            course.gradebook.write_bytes(before)
            status = "changed other students' scores, which were put back"
        own = [each for each in _scores(course, problems) if each.student == student]
        report(number, len(everyone), f"{student}: {status}")
        yield Graded(student, status, own if status.startswith("graded") else [])


def _scores(course: Course, problems: str) -> list[Score]:
    try:
        return scores(course.gradebook, problems)
    except sqlite3.Error:  # a submission can reach the file
        return []


def _others(course: Course, problems: str, student: str) -> list[Score]:
    return [each for each in _scores(course, problems) if each.student != student]


def _autograde(course: Course, problems: str, student: str, notebook: Path, limits: Limits) -> str:
    """Let nbgrader grade a submission; "graded …", or what went wrong, in a few words."""
    try:
        submitted = nbformat.read(notebook, as_version=4)
        missing = repair(submitted, course.released(problems))
        nbformat.validate(submitted)
    except Exception as error:  # whatever a file may hold
        return f"is no notebook: {str(error).splitlines()[0][:80]}"
    place = course.folder / "submitted" / student / problems / f"{problems}.ipynb"
    place.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(submitted, place)
    command = ("autograde", problems, f"--student={student}", "--force")
    try:
        done = course.nbgrader(*command, timeout=limits.seconds, limits=limits.words)
    except subprocess.TimeoutExpired:
        return f"took more than {limits.seconds} s"
    if done.returncode == 0:
        return f"graded, {missing} missing cell(s) put back" if missing else "graded"
    for sign, words in REASONS.items():
        if sign in done.stdout:
            return words
    return f"could not be graded: {_last_error(done.stdout)}"


REASONS = {
    "DeadKernelError": "ended the kernel, by exit() or by taking too much memory",
    "IOPub": "printed too much",
    "MemoryError": "took too much memory",
}


def _last_error(said: str) -> str:
    """The last line that names an error: an exception's, which comes before nbgrader's own."""
    lines = said.splitlines()
    errors = [line for line in lines if re.match(r"\s*[\w.]*(Error|Exception)\b", line)]
    return (errors or lines or ["nothing was said"])[-1].strip()[:120]
