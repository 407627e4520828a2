"""Each chapter opens in JupyterLab as a notebook, runs from top to bottom and saves unchanged."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

CHAPTERS = sorted(Path(__file__).parents[2].glob("chapters/*.md"))

CODE_CELLS = """() => Array.from(jupyterapp.shell.currentWidget.content.model.cells)
    .filter(cell => cell.type === "code")"""
ERRORS = f"""() => ({CODE_CELLS})().flatMap(cell => cell.outputs.toJSON())
    .filter(output => output.output_type === "error" || output.name === "stderr")"""


@pytest.fixture(params=CHAPTERS, ids=lambda chapter: chapter.stem)
def chapter(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def notebook(open_notebook: Callable[[str], Page], chapter: Path) -> Page:
    return open_notebook(f"chapters/{chapter.name}")


def test_runs_from_top_to_bottom(notebook: Page) -> None:
    notebook.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    assert notebook.evaluate(ERRORS) == []
    assert notebook.evaluate(f"() => ({CODE_CELLS})().every(cell => cell.executionCount > 0)")


def test_saving_changes_nothing(notebook: Page, lab_files: Path, chapter: Path) -> None:
    notebook.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    notebook.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    assert (lab_files / "chapters" / chapter.name).read_bytes() == chapter.read_bytes()
