"""What a reader's browser loads with a page: bytes as a server sends them, compressed."""

import gzip
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import pytest
from browser.test_pages import CHAPTERS, PHONE
from playwright.sync_api import Browser, Response

LIMIT = 250_000
COMPRESSED = {".woff2", ".png"}


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_page_is_light(browser: Browser, site: str, page: str) -> None:
    """The first load, of which state tables are no part: they come when their figure comes near."""
    loaded: dict[str, int] = {}

    def note(response: Response) -> None:
        path, body = urlsplit(response.url).path, response.body()
        small = PurePosixPath(path).suffix in COMPRESSED
        loaded[path] = len(body) if small else len(gzip.compress(body, 6))

    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    shown = context.new_page()
    shown.on("response", note)
    shown.goto(f"{site}/{page}.html", wait_until="networkidle")
    context.close()
    assert f"/{page}.html" in loaded
    assert len([path for path in loaded if path.endswith(".css")]) == 1
    tables = [path for path in loaded if path.startswith("/live/")]
    assert sum(loaded.values()) - sum(loaded[path] for path in tables) <= LIMIT, loaded
    assert len(loaded) - len(tables) <= 20, loaded
