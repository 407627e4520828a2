"""A real JupyterLab on a copy of the chapters, looked at with a real Chromium."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
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


@pytest.fixture(scope="session")
def lab(lab_files: Path) -> Iterator[str]:
    """The address of a JupyterLab on that folder, its settings as `make lab` leaves them."""
    home = lab_files.parent
    own = {name: str(home / name) for name in OWN_FOLDERS}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--port=0", "--allow-root"]
    command += ["--IdentityProvider.token=", "--ServerApp.password=", "--expose-app-in-browser"]
    log = home / "log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [*command, f"--ServerApp.root_dir={lab_files}"],
            env=os.environ | own,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _address(server, log)
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture
def open_notebook(browser: Browser, lab: str) -> Iterator[Callable[[str], Page]]:
    """Opens a file in a workspace of its own, as a notebook whose kernel is ready."""
    pages: list[Page] = []

    def opened(path: str) -> Page:
        page = browser.new_page(viewport={"width": 1300, "height": 1000})
        pages.append(page)
        page.goto(f"{lab}/lab/workspaces/{Path(path).stem}/tree/{path}?reset")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        page.wait_for_function(f"() => {SESSION}.session?.kernel?.status === 'idle'")
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
