"""What tests of the built book share: the book itself, served, and a Chromium to look at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from book.freshness import book_digest
from environment import CHROMIUM_FLAGS, find_chromium
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright
from serving import served

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("book", deadline=None)
settings.load_profile("book")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def html() -> Path:
    """The folder of the built book. Tests look at what `make book` made; they build nothing."""
    built_from = ROOT / "_build" / "built-from"
    if not built_from.exists():
        pytest.fail("There is no built book, or its last build failed: run `make book`.")
    if built_from.read_text() != book_digest():
        pytest.fail("The built book is older than its sources: run `make book`.")
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def site(html: Path) -> Iterator[str]:
    """The address at which the built book is served."""
    with served(html) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium: the one that `make test` found, else playwright's own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()
