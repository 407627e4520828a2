"""What a reader's browser loads with a page: bytes as a server sends them, compressed."""

from statistics import mean
from urllib.parse import urlsplit

import jupytext
import pytest
from browser.test_pages import CHAPTERS, NUMBERED, PHONE, ROOT
from playwright.sync_api import Browser, Response
from serving import sent

LIMIT = 250_000

Loaded = dict[str, int]


def load(browser: Browser, address: str, *, figures: bool = False) -> Loaded:
    """The size of each file that the page asks for, with `figures` those of all its figures too."""
    loaded: Loaded = {}

    def note(response: Response) -> None:
        loaded[urlsplit(response.url).path] = sent(response)

    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    shown = context.new_page()
    shown.on("response", note)
    shown.goto(address, wait_until="networkidle")
    if figures:
        for figure in shown.locator("live-figure").all():
            figure.scroll_into_view_if_needed()
            figure.and_(shown.locator("[data-ready]")).wait_for()
    context.close()
    return loaded


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_page_is_light(browser: Browser, site: str, page: str) -> None:
    """The first load, of which state tables are no part: they come when their figure comes near."""
    loaded = load(browser, f"{site}/{page}.html")
    assert f"/{page}.html" in loaded
    assert len([path for path in loaded if path.endswith(".css")]) == 1
    tables = [path for path in loaded if path.startswith("/live/")]
    assert sum(loaded.values()) - sum(loaded[path] for path in tables) <= LIMIT, loaded
    assert len(loaded) - len(tables) <= 20, loaded


def test_the_page_on_scale_reckons_with_what_is_loaded(browser: Browser, site: str) -> None:
    """Its first cell states sizes and numbers of files; within a tenth, for chapters grow."""
    cells = jupytext.read(ROOT / "appendices" / "at-scale.md").cells
    stated: dict[str, float] = {}
    exec(next(cell.source for cell in cells if cell.cell_type == "code"), stated)
    chapters = [load(browser, f"{site}/{page}.html", figures=True) for page in NUMBERED]
    shared = set.intersection(*map(set, chapters))
    own = [{path: loaded[path] for path in loaded.keys() - shared} for loaded in chapters]
    tables = [sum(size for path, size in f.items() if path.startswith("/live/")) for f in own]
    pages = [sum(loaded.values()) - table for loaded, table in zip(own, tables, strict=True)]
    assert {
        "SHARED_KB": sum(chapters[0][path] for path in shared) / 1000,
        "PAGE_KB": mean(pages) / 1000,
        "TABLES_KB": mean(tables) / 1000,
        "SHARED_FILES": len(shared),
        "FILES": mean(map(len, own)),
        "CHAPTERS": len(chapters),
    } == {name: pytest.approx(stated[name], rel=0.1) for name in stated if name.isupper()}
