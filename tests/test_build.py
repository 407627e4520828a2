"""What makes the build fail, and what makes cells run again, on a small book."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = (
    "_config.yml",
    "references.bib",
    "requirements.txt",
    "requirements-torch.txt",
    "pyproject.toml",
    "CITATION.cff",
    "claims.yml",
)
COUNTING_CELL = """
from pathlib import Path

runs = Path("runs")
runs.write_text(runs.read_text() + "x" if runs.exists() else "x")
"""


class Book:
    """A copy of this book with one small page that is worked on instead of its chapters."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("_ext", "mlelib", "tools", "images", "appendices", "tests/claims"):
            shutil.copytree(
                ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        for file in FILES:
            shutil.copy(ROOT / file, folder / file)
        (folder / "_toc.yml").write_text("{format: jb-book, root: intro, chapters: [{file: end}]}")
        (folder / "end.md").write_text("# The end")  # the theme cannot do with a single page

    def write(self, text: str = "Text.", cell: str = "1 + 1") -> None:
        chapter = sorted((ROOT / "chapters").glob("*.md"))[0].read_text(encoding="utf-8")
        header = chapter[: chapter.index("\n---\n") + len("\n---\n")]
        cell = f"```{{code-cell}} ipython3\n{cell}\n```"
        page = f"{header}\n# A page\n\n{text}\n\n{cell}\n"
        (self.folder / "intro.md").write_text(page, encoding="utf-8")

    def build(self) -> str | None:
        """What the build complains about, or None if it succeeds."""
        command = [sys.executable, self.folder / "tools" / "build.py"]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        assert (done.returncode == 0) == (self.folder / "_build" / "built-from").exists()
        return done.stdout + done.stderr if done.returncode else None

    @property
    def runs(self) -> int:
        """How often the counting cell ran."""
        return len((self.folder / "runs").read_text())


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


def test_a_failing_cell_fails_the_build_each_time(book: Book) -> None:
    book.write(cell="1 / 0")
    for _ in range(2):
        assert "ZeroDivisionError" in (book.build() or "")


def test_warnings_fail_the_build_each_time_and_all_are_told(book: Book) -> None:
    text = r"$\nosuchcommand$ {eq}`no-equation` {cite}`nobody`"
    book.write(text, "import sys; print('on stderr', file=sys.stderr)")
    for _ in range(2):
        told = book.build() or ""
        for words in ("nosuchcommand", "no-equation", "nobody", "stderr was found"):
            assert words in told


def test_cells_run_again_when_the_library_changes_and_not_when_prose_does(book: Book) -> None:
    book.write("Before.", COUNTING_CELL)
    assert book.build() is None
    assert book.runs == 1

    book.write("After.", COUNTING_CELL)
    assert book.build() is None
    assert book.runs == 1
    assert "After." in (book.folder / "_build" / "html" / "intro.html").read_text(encoding="utf-8")

    module = book.folder / "mlelib" / "losses.py"
    before = module.read_text(encoding="utf-8")
    module.write_text(before + "\n# changed\n", encoding="utf-8")
    assert book.build() is None
    assert book.runs == 2

    module.write_text(before, encoding="utf-8")
    assert book.build() is None
    assert book.runs == 2
