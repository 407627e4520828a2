"""A real JupyterLab on a copy of the chapters, looked at with a real Chromium."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
SESSION = "jupyterapp.shell.currentWidget.context.sessionContext"
OWN_FOLDERS = (
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_RUNTIME_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
)


@pytest.fixture(scope="session")
def lab_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that JupyterLab shows: the book's sources, in a copy that may be saved to."""
    folder = tmp_path_factory.mktemp("lab") / "book"
    shutil.copytree(ROOT / "chapters", folder / "chapters", ignore=shutil.ignore_patterns(".*"))
    return folder


@contextmanager
def running_lab(
    python: Path | str, folder: Path, home: Path, *options: str
) -> Iterator[tuple[str, int]]:
    """A JupyterLab of that Python on a folder: its address and its process."""
    own = {name: str(home / name) for name in OWN_FOLDERS}
    command = [python, "-m", "jupyterlab", "--no-browser", "--port=0", "--allow-root"]
    command += ["--ServerApp.password=", "--expose-app-in-browser", *options]
    log = home / "log"
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=folder, env=os.environ | own, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield _address(server, log), server.pid
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture(scope="session")
def lab(lab_files: Path) -> Iterator[str]:
    """The address of a JupyterLab on that folder, its settings as `make lab` leaves them."""
    no_token = "--IdentityProvider.token="
    with running_lab(sys.executable, lab_files, lab_files.parent, no_token) as (address, _):
        yield address


def ready(page: Page) -> None:
    """Wait until a notebook is shown and its kernel is ready."""
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()
    page.wait_for_function(f"() => {SESSION}.session?.kernel?.status === 'idle'")


@pytest.fixture
def open_notebook(browser: Browser, lab: str) -> Iterator[Callable[[str], Page]]:
    """Opens a file in a workspace of its own, as a notebook whose kernel is ready."""
    pages: list[Page] = []

    def opened(path: str) -> Page:
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        pages.append(page)
        page.goto(f"{lab}/lab/workspaces/{Path(path).stem}/tree/{path}?reset")
        ready(page)
        return page

    yield opened
    for page in pages:
        page.evaluate(f"() => {SESSION}.shutdown()")
        page.close()


def _address(server: subprocess.Popen, log: Path) -> str:
    for _ in range(600):
        found = re.search(r"is running at:\s.*?(http://\S+?)/lab", log.read_text(), re.DOTALL)
        if found:
            return found[1]
        try:
            server.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")
