"""Released, handed in, graded: by nbgrader itself, for good submissions and hostile ones."""

import csv
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from mlelib.assign.__main__ import main
from mlelib.assign.course import Course
from mlelib.assign.gradebook import scores
from mlelib.assign.grading import Limits, grade, submissions
from mlelib.assign.sources import problem_set

NAME, SEED = "likelihood", 7
PROBLEMS = problem_set(NAME)
REGION = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS)$(.*?)### END", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course folder with the problem set in it."""
    folder = tmp_path_factory.mktemp("course")
    main(["release", NAME, "--seed", str(SEED), "--out", str(folder)])
    return folder


@pytest.fixture
def course(released: Path, tmp_path: Path) -> Course:
    return Course(Path(shutil.copytree(released, tmp_path / "course")))


def student_version(folder: Path) -> NotebookNode:
    return nbformat.read(folder / "release" / NAME / f"{NAME}.ipynb", as_version=4)


def solved(folder: Path) -> NotebookNode:
    """The students' notebook with the solutions of the source in it."""
    notebook = student_version(folder)
    source = PROBLEMS.notebook(SEED)
    ours = {cell.metadata["nbgrader"]["grade_id"]: cell for cell in source.cells if named(cell)}
    for cell in notebook.cells:
        if named(cell) and cell.metadata["nbgrader"]["solution"]:
            cell.source = ours[named(cell)].source
    return notebook


def named(cell: NotebookNode) -> str:
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def hand_in(folder: Path, **notebooks: NotebookNode | str) -> Path:
    folder.mkdir()
    for student, notebook in notebooks.items():
        text = notebook if isinstance(notebook, str) else nbformat.writes(notebook)
        (folder / f"{student}.ipynb").write_text(text, encoding="utf-8")
    return folder


def table(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_students_get_no_trace_of_solutions_hidden_tests_and_rubrics(released: Path) -> None:
    text = (released / "release" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    assert "YOUR CODE HERE" in text
    assert "YOUR ANSWER HERE" in text
    assert f"seed = {SEED}" in text
    for word in ("BEGIN", "HIDDEN", "Rubric", "END SOLUTION"):
        assert word not in text
    shown = {line.strip() for cell in json.loads(text)["cells"] for line in cell["source"]}
    for cell in PROBLEMS.notebook(SEED).cells:
        secret = [line for _, region in REGION.findall(cell.source) for line in region.splitlines()]
        if "Rubric" in cell.source:
            secret += cell.source.splitlines()
        for line in secret:
            assert not line.strip() or line.strip() not in shown, line


def test_a_release_replaces_nothing_unless_told_to(
    released: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = released / "source" / NAME / f"{NAME}.ipynb"
    before = source.read_bytes()
    with pytest.raises(SystemExit, match="--force"):
        main(["release", "1", "--seed", "8", "--out", str(released)])
    assert source.read_bytes() == before
    with pytest.raises(SystemExit, match="CHAPTER must be one of"):
        main(["release", "12", "--seed", "8", "--out", str(tmp_path)])
    copy = shutil.copytree(released, tmp_path / "again")
    main(["release", "1", "--seed", "8", "--out", str(copy), "--force"])
    assert "seed = 8" in (copy / "release" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    assert "For students: " in capsys.readouterr().out


def test_a_perfect_a_partly_wrong_and_an_untouched_submission(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    partly = solved(course.folder)
    for cell in partly.cells:
        if named(cell) == "claps-theta":
            cell.source = "claps_theta = 0.123"
    folder = hand_in(
        tmp_path / "in",
        ada=solved(course.folder),
        ben=partly,
        cy=student_version(course.folder),
    )
    words = ["grade", str(folder), "--release", str(course.folder)]
    main([*words, "--csv", str(tmp_path / "scores.csv")])
    assert "[3/3] cy: graded" in capsys.readouterr().out

    rows = table(tmp_path / "scores.csv")
    points = {(row["student"], row["problem"]): row["points"] for row in rows}
    tests = [name for student, name in points if student == "ada" and name.endswith("-tests")]
    assert len(tests) == 5
    assert all(points["cy", test] == "0.0" for test in tests)
    for row in rows:
        if row["student"] == "ada" and row["problem"] in tests:
            assert row["points"] == row["of"]
        if row["problem"].endswith("-words"):
            # What nobody has written is 0 without being read.
            waits = ("", "to be graded by hand") if row["student"] != "cy" else ("0.0", "graded")
            assert (row["points"], row["status"]) == waits
    lost = {test for test in tests if points["ben", test] != points["ada", test]}
    assert lost == {"claps-theta-tests", "ratio-tests"}  # the ratio stands on θ

    canvas, moodle = (table(tmp_path / f"scores-{kind}.csv") for kind in ("canvas", "moodle"))
    assert [row["SIS Login ID"] for row in canvas] == ["", "ada", "ben", "cy"]
    assert canvas[0][NAME] == "20.0"
    assert [row[NAME] for row in canvas[1:]] == ["11.0", "7.0", "0.0"]
    assert [row[f"{NAME} total"] for row in moodle] == ["11.0", "7.0", "0.0"]
    assert {test: moodle[0][test] for test in tests} == {t: points["ada", t] for t in tests}

    with pytest.raises(SystemExit, match="--force"):
        main([*words, "--csv", str(tmp_path / "scores.csv")])


def changed(alter: Callable[[NotebookNode], None], folder: Path) -> NotebookNode:
    notebook = solved(folder)
    alter(notebook)
    return notebook


def first_answer(notebook: NotebookNode) -> NotebookNode:
    return next(cell for cell in notebook.cells if named(cell) == "claps-theta")


def put(code: str) -> Callable[[NotebookNode], None]:
    """Write something before the answer that is right."""

    def alter(notebook: NotebookNode) -> None:
        cell = first_answer(notebook)
        cell.source = f"{code}\n{cell.source}"

    return alter


def without_a_test(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if named(cell) != "claps-theta-tests"]


def renamed(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if named(cell) == "claps-theta-tests":
            cell.metadata["nbgrader"]["grade_id"] = "mine"


def worth_more(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if named(cell) == "claps-theta-tests":
            cell.metadata["nbgrader"]["points"] = 100
            cell.source = "pass"


def without_metadata(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata.pop("nbgrader", None)


HOSTILE = {
    "loops": (put("while True: pass"), "took more than"),
    "exits": (put("exit()"), None),
    "dies": (put("import os; os._exit(3)"), "ended the kernel"),
    "prints": (put("for _ in range(1000): print('x' * 10**6)"), None),
    "hoards": (put("hoard = [bytearray(2**28) for _ in range(100)]"), None),
    "forks": (put("import os\nos.fork()"), None),
    "kills": (put("import os; os.kill(os.getppid(), 9)"), None),
    "breaks": (put("def ("), None),
    "deletes": (without_a_test, None),
    "renames": (renamed, None),
    "pays": (worth_more, None),
    "bares": (without_metadata, None),
}
BOOK = """
import pathlib, sqlite3
for place in [pathlib.Path.cwd(), *pathlib.Path.cwd().parents]:
    if (place / "gradebook.db").exists():
        with sqlite3.connect(place / "gradebook.db") as book:
            book.execute("update grade set auto_score = 0")
"""


def test_hostile_submissions_stop_nobody_else(course: Course, tmp_path: Path) -> None:
    notebooks = {name: changed(alter, course.folder) for name, (alter, _) in HOSTILE.items()}
    folder = hand_in(
        tmp_path / "in",
        aaa=solved(course.folder),
        **notebooks,
        rewrites=changed(put(BOOK), course.folder),
        scrawls="this is { no notebook",
        zzz=solved(course.folder),
    )
    limits = Limits(seconds=45, memory=2 * 2**30)
    batch = {each.student: each for each in grade(folder, course, NAME, limits)}
    assert len(batch) == len(HOSTILE) + 4

    def total(student: str) -> float:
        return sum(score.points or 0 for score in batch[student].scores)

    assert total("aaa") == total("zzz") == 11
    for student, (_, wanted) in HOSTILE.items():
        said = batch[student].status
        assert said.startswith("graded") or not batch[student].scores
        assert wanted is None or said.startswith(wanted), (student, said)
        assert total(student) <= 11
    assert batch["scrawls"].status.startswith("is no notebook")
    assert total("pays") == 11  # the test is as it was, and the answer is right
    for student in ("deletes", "renames"):
        assert batch[student].status == "graded, 1 missing cell(s) put back"
        assert total(student) == 11
    assert total("bares") == 0
    assert total("breaks") < 11
    kept = {s.problem: s.points for s in scores(course.gradebook, NAME) if s.student == "aaa"}
    assert kept == {score.problem: score.points for score in batch["aaa"].scores}


def test_nbgrader_goes_on_from_there(course: Course, tmp_path: Path) -> None:
    """What was graded here is nbgrader's own: feedback and export work unchanged."""
    folder = hand_in(tmp_path / "in", ada=solved(course.folder))
    assert [each.status for each in grade(folder, course, NAME)] == ["graded"]
    assert course.nbgrader("generate_feedback", NAME).returncode == 0
    feedback = course.folder / "feedback" / "ada" / NAME / f"{NAME}.html"
    assert "claps_theta" in feedback.read_text(encoding="utf-8")
    assert course.nbgrader("export").returncode == 0
    (row,) = table(course.folder / "grades.csv")
    assert (row["student_id"], row["score"], row["max_score"]) == ("ada", "11.0", "20.0")


@pytest.mark.parametrize("command", ["list", "release", "grade", "links"])
def test_help_reads_well(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help"])
    said = capsys.readouterr().out
    assert said.startswith("usage: python -m mlelib.assign")


def test_submissions_are_found_in_folders_and_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "any name.ipynb").write_text("{}")
    (tmp_path / "ben.ipynb").write_text("{}")
    (tmp_path / "notes.txt").write_text("")
    assert list(submissions(tmp_path)) == ["ada", "ben"]
    (tmp_path / "ada" / "second.ipynb").write_text("{}")
    with pytest.raises(ValueError, match="one notebook, has 2"):
        submissions(tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ValueError, match="SUBMISSIONS must hold notebooks"):
        submissions(empty)
