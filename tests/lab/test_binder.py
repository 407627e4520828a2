"""What Binder does, without its Docker: an environment made by binder/'s own files, JupyterLab
started as there, a chapter opened by the path of its launch link."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest
from bs4 import BeautifulSoup
from lab.conftest import ROOT, SESSION, ready, running_lab
from lab.test_chapters import CODE_CELLS, ERRORS
from playwright.sync_api import Browser

INSTALLED, MEMORY = 1.5e9, 1e9  # bytes: what fits Binder, and what it guarantees
OWN_PATH, TOKEN = "/user/reader-book-1a2b3c/", "0123456789abcdef"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that are or will be committed, as Binder's clone has them."""
    folder = tmp_path_factory.mktemp("binder") / "book"
    list_files = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(list_files, cwd=ROOT, check=True, capture_output=True, encoding="utf-8")
    for name in filter(None, done.stdout.split("\0")):
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def image(repository: Path) -> Path:
    """The environment that Binder would build; these are repo2docker's commands."""
    wanted = (repository / "binder" / "runtime.txt").read_text().strip()
    if wanted != f"python-{sys.version_info.major}.{sys.version_info.minor}":
        pytest.skip(f"Binder would run {wanted}")
    environment = repository.parent / "environment"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    path = f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
    for command in (
        ["pip", "install", "--quiet", "-r", "binder/requirements.txt"],
        ["./binder/postBuild"],
    ):
        done = subprocess.run(
            command,
            cwd=repository,
            env=os.environ | {"PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout
    return environment


@pytest.fixture
def binder(repository: Path, image: Path, tmp_path: Path) -> Iterator[tuple[str, int]]:
    """A fresh machine for each launch: nothing is open in its JupyterLab."""
    options = (f"--ServerApp.base_url={OWN_PATH}", f"--IdentityProvider.token={TOKEN}")
    with running_lab(image / "bin" / "python", repository, tmp_path, *options) as running:
        yield running


def test_the_image_is_small_and_holds_what_the_locks_say(image: Path) -> None:
    files = (path for path in image.rglob("*") if path.is_file() and not path.is_symlink())
    assert sum(path.stat().st_size for path in files) < INSTALLED
    check = subprocess.run([image / "bin" / "pip", "check"], capture_output=True, check=False)
    assert check.returncode == 0, check.stdout
    frozen = {
        line.strip()
        for name in ("requirements.txt", "requirements-test.txt")
        for line in (ROOT / name).read_text("utf-8").splitlines()
    }
    lines = (ROOT / "binder" / "requirements.txt").read_text("utf-8").splitlines()
    pinned = [line.strip() for line in lines if "==" in line]
    assert len(pinned) > 50
    assert set(pinned) <= frozen


@pytest.mark.parametrize("chapter", ["chapters/likelihood", "chapters/mse-or-bce"])
def test_a_launched_chapter_runs_in_the_memory_there_is(
    browser: Browser, binder: tuple[str, int], html: Path, chapter: str
) -> None:
    address, process = binder
    soup = BeautifulSoup((html / f"{chapter}.html").read_text("utf-8"), "html.parser")
    link = soup.find("a", string="Binder")
    path = parse_qs(urlsplit(str(link["href"])).query)["urlpath"][0]

    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    root = address[: address.index("/", len("http://"))] + OWN_PATH
    page.goto(f"{root}{path}?token={TOKEN}")
    ready(page)
    page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(
        f"() => ({CODE_CELLS})().every(cell => cell.executionCount > 0)", timeout=180_000
    )
    assert page.evaluate(ERRORS) == []
    assert page.locator(".live-widget").count() > 0
    assert peak_memory(process) < MEMORY
    page.evaluate(f"() => {SESSION}.shutdown()")
    page.close()


def peak_memory(process: int) -> float:
    """At most: what each process of the tree had in its worst moment, summed, in bytes."""
    server = psutil.Process(process)
    total = 0.0
    for each in (server, *server.children(recursive=True)):
        status = Path(f"/proc/{each.pid}/status").read_text()
        total += 1024 * int(status.split("VmHWM:")[1].split()[0])
    return total
