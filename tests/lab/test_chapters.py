"""Each chapter opens in JupyterLab as a notebook, runs from top to bottom and saves unchanged."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

CHAPTERS = sorted(Path(__file__).parents[2].glob("chapters/*.md"))

CODE_CELLS = """() => Array.from(jupyterapp.shell.currentWidget.content.model.cells)
    .filter(cell => cell.type === "code")"""
ERRORS = f"""() => ({CODE_CELLS})().flatMap(cell => cell.outputs.toJSON())
    .filter(output => output.output_type === "error" || output.name === "stderr")"""


@pytest.fixture(params=CHAPTERS, ids=lambda chapter: chapter.stem)
def chapter(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def notebook(browser: Browser, lab: str, chapter: Path) -> Page:
    """The chapter as a notebook whose kernel is ready."""
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    page.goto(f"{lab}/lab/workspaces/{chapter.stem}/tree/chapters/{chapter.name}?reset")
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    session = "jupyterapp.shell.currentWidget.context.sessionContext.session"
    page.wait_for_function(f"() => {session}?.kernel?.status === 'idle'")
    return page


def test_runs_from_top_to_bottom(notebook: Page) -> None:
    notebook.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    assert notebook.evaluate(ERRORS) == []
    assert notebook.evaluate(f"() => ({CODE_CELLS})().every(cell => cell.executionCount > 0)")


def test_saving_changes_nothing(notebook: Page, lab_files: Path, chapter: Path) -> None:
    notebook.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
    notebook.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")
    assert (lab_files / "chapters" / chapter.name).read_bytes() == chapter.read_bytes()
