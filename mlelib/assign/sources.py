"""A problem set: one MyST file in `assignments`, and the notebook for nbgrader that it becomes.

A cell's `nbgrader` metadata gives what it is; the rest follows.

- `{grade_id: name, solution: true}`: students write here, between the solution's marks.
- `{grade_id: name, points: 2}`: tests. Those between the marks of hidden tests are not released.
- `{grade_id: name, points: 2, solution: true}`: an explanation in prose, graded by hand; what the
  source has in its place is a model answer and the rubric.
- `{grade_id: name}`: read only.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jupytext
import yaml
from nbformat import NotebookNode

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "assignments"
SEED = "seed = 0"


@dataclass(frozen=True)
class ProblemSet:
    """The problem set of a chapter, by the chapter's name."""

    name: str

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}.md"

    @cached_property
    def about(self) -> dict[str, Any]:
        """chapter, title, minutes: the front matter's `assignment`."""
        front = self.file.read_text(encoding="utf-8").split("---\n")[1]
        found: dict[str, Any] = yaml.safe_load(front)["assignment"]
        return found

    @property
    def points(self) -> int:
        cells = self.notebook(0).cells
        return sum(cell.metadata.get("nbgrader", {}).get("points", 0) for cell in cells)

    def notebook(self, seed: int) -> NotebookNode:
        """The instructor's notebook: solutions, hidden tests, and data drawn from `seed`."""
        text = self.file.read_text(encoding="utf-8")
        if len(re.findall(rf"^{SEED}$", text, re.MULTILINE)) != 1:
            raise ValueError(f"{self.file} must have the line {SEED!r} once")
        source = jupytext.reads(re.sub(rf"^{SEED}$", f"seed = {seed}", text, flags=re.M), "md:myst")
        for number, cell in enumerate(source.cells):
            cell.id = f"{self.name}-{number}"
            if given := cell.metadata.get("nbgrader"):
                cell.metadata["nbgrader"] = _completed(given, cell.cell_type)
        source.metadata = {
            "kernelspec": source.metadata["kernelspec"],
            "language_info": {"name": "python"},
        }
        return source


def _completed(given: dict[str, Any], cell_type: str) -> dict[str, Any]:
    solution, points = given.get("solution", False), given.get("points")
    return {
        "schema_version": 3,
        "cell_type": cell_type,
        "grade_id": given["grade_id"],
        "grade": points is not None,
        "solution": solution,
        "locked": not solution,
        "task": False,
        **({} if points is None else {"points": points}),
    }


def problem_sets() -> list[ProblemSet]:
    """All of them, in the order of the chapters."""
    if not FOLDER.is_dir():
        raise FileNotFoundError(
            f"the problem sets are expected in {FOLDER}: run this from a clone of the book"
        )
    found = [ProblemSet(file.stem) for file in FOLDER.glob("*.md")]
    return sorted(found, key=lambda each: each.about["chapter"])


def problem_set(name: str) -> ProblemSet:
    """The problem set of this name, or of the chapter with this number."""
    known = problem_sets()
    for each in known:
        if name in (each.name, str(each.about["chapter"])):
            return each
    raise ValueError(f"CHAPTER must be one of {[each.name for each in known]}, got {name!r}")
