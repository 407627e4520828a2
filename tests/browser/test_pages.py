"""Every page of the built book in a real Chromium: served, and opened as a file."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml
from book.styles import NAME, whole
from playwright.sync_api import Browser, Page, Request, Route

ROOT = Path(__file__).parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
CHAPTERS = [TOC["root"], *(page["file"] for part in TOC["parts"] for page in part["chapters"])]
NUMBERED = [page["file"] for page in TOC["parts"][0]["chapters"]]  # appendices may lack formulas
PAGES = [*CHAPTERS, "search"]
MATHEMATICAL = [p for p in CHAPTERS if "$$" in (ROOT / f"{p}.md").read_text(encoding="utf-8")]
WIDE, PHONE = (1200, 900), (390, 844)

Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open an address; when the test is over, no error must have been logged, nothing missed."""
    complaints: list[str] = []
    contexts = []

    def open_page(address: str, size: tuple[int, int] = WIDE, scheme: str = "light") -> Page:
        viewport = {"width": size[0], "height": size[1]}
        context = browser.new_context(viewport=viewport, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        origin = address[: address.index("/", 8)]  # of a file: everything on this machine

        page.on("console", lambda m: complaints.append(m.text) if m.type in LOUD else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "requestfailed", lambda r: complaints.append(f"failed: {r.url}") if lost(r) else None
        )
        page.on(
            "response", lambda r: complaints.append(f"{r.status}: {r.url}") if not r.ok else None
        )
        page.on("request", lambda r: complaints.append(r.url) if foreign(r.url, origin) else None)
        page.goto(address, wait_until="networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


LOUD = {"warning", "error"}


def lost(request: Request) -> bool:
    """Not only given up, because the page led on to another."""
    return request.failure != "net::ERR_ABORTED"


def foreign(url: str, origin: str) -> bool:
    return not url.startswith((origin, "data:", "blob:"))


@pytest.fixture(params=["http", "file"])
def root(request: pytest.FixtureRequest, site: str, html: Path) -> str:
    """Where the book begins: at a server, or in a folder."""
    return site if request.param == "http" else html.as_uri()


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_loads_quietly_and_from_one_host(
    visit: Visit, root: str, page: str, scheme: str
) -> None:
    shown = visit(f"{root}/{page}.html", scheme=scheme)
    assert shown.title()
    assert shown.locator("h1:visible").count() == 1
    assert shown.evaluate("document.documentElement.dataset.theme") == scheme


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_wider_than_a_phone(visit: Visit, site: str, page: str) -> None:
    shown = visit(f"{site}/{page}.html", PHONE)
    assert shown.evaluate("document.documentElement.scrollWidth") == PHONE[0]


def test_the_first_page_leads_to_the_introduction(visit: Visit, root: str) -> None:
    shown = visit(f"{root}/index.html")
    shown.wait_for_url(f"{root}/{TOC['root']}.html")


def test_the_contents_open_on_a_phone(visit: Visit, site: str) -> None:
    shown = visit(f"{site}/{CHAPTERS[1]}.html", PHONE)
    entry = shown.get_by_role("link", name="Likelihood and the log").first
    assert not entry.is_visible()
    shown.locator(".bd-header-article .primary-toggle").click()
    entry.wait_for(state="visible")


def test_search_finds_a_chapter(visit: Visit, root: str) -> None:
    shown = visit(f"{root}/search.html?q=likelihood")
    shown.locator("#search-results li a").first.wait_for()


@pytest.mark.parametrize("page", NUMBERED)
def test_mathematics_is_shown_in_the_books_own_font(visit: Visit, site: str, page: str) -> None:
    shown = visit(f"{site}/{page}.html")
    loaded = "[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)"
    assert "Book Math" in [family.strip('"') for family in shown.evaluate(loaded)]
    formulas = shown.locator("math")
    assert formulas.count() > 10
    boxes = formulas.evaluate_all("all => all.map(m => m.getBoundingClientRect().width)")
    visible = formulas.evaluate_all("all => all.map(m => m.checkVisibility())")
    assert all(width > 0 for width, seen in zip(boxes, visible, strict=True) if seen)


@pytest.mark.parametrize("page", NUMBERED)
@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_skipping_what_is_out_of_sight_moves_nothing(
    visit: Visit, site: str, page: str, size: tuple[int, int]
) -> None:
    shown = visit(f"{site}/{page}.html", size)
    sections = shown.locator(".book-still")
    assert sections.count() > 10
    shown.wait_for_function(
        "all => all.every(s => s.style.containIntrinsicHeight.startsWith('auto'))",
        arg=sections.element_handles(),
    )
    seen = "e => e.lastElementChild.checkVisibility({ contentVisibilityAuto: true })"
    assert sections.evaluate_all(f"all => all.filter({seen}).length") < sections.count() / 2
    height = "document.documentElement.scrollHeight"
    before = shown.evaluate(height)
    sections.evaluate_all("all => all.forEach(s => s.style.contentVisibility = 'visible')")
    assert shown.evaluate(height) == pytest.approx(before, abs=1)  # of rounding


LOOK = """() => [...document.body.querySelectorAll("*")].filter(e => e.checkVisibility()).map(e => {
  const { x, y, width, height } = e.getBoundingClientRect();
  const style = getComputedStyle(e);
  const shown = ["color", "backgroundColor", "fontSize", "fontWeight", "borderTopWidth", "cursor"];
  return [e.tagName, e.className.toString(), x, y, width, height, ...shown.map(key => style[key])];
})"""


@pytest.mark.parametrize("page", PAGES)
def test_a_page_looks_as_with_every_rule_of_every_sheet(
    browser: Browser, site: str, html: Path, page: str
) -> None:
    """The joined sheet leaves out no rule that the page needs."""
    everything = whole(html / "_static").replace("url(../", "url(")
    for size, scheme in ((WIDE, "light"), (PHONE, "dark")):
        viewport = {"width": size[0], "height": size[1]}
        context = browser.new_context(viewport=viewport, color_scheme=scheme)
        looks = []
        for sheet in (None, everything):
            shown = context.new_page()
            if sheet:
                shown.route(f"**/{NAME}*", partial(Route.fulfill, body=sheet))
            shown.goto(f"{site}/{page}.html", wait_until="networkidle")
            shown.add_style_tag(
                content="* { transition: none !important; content-visibility: visible !important }"
            )
            looks.append(shown.evaluate(LOOK))
        context.close()
        assert len(looks[0]) > 40
        different = [pair for pair in zip(*looks, strict=True) if pair[0] != pair[1]]
        assert different == []


@pytest.mark.parametrize("aim", ["#exercises", "#c41", "#chord", "#chord:a=-4"])
def test_an_address_leads_to_its_place_and_stays_there(visit: Visit, site: str, aim: str) -> None:
    shown = visit(f"{site}/chapters/mse-or-bce.html{aim}")
    shown.wait_for_function(
        "[...document.querySelectorAll('.book-still')]"
        ".every(section => section.style.containIntrinsicHeight.startsWith('auto'))"
    )
    shown.wait_for_timeout(500)
    place = "name => document.getElementById(name).getBoundingClientRect().top"
    assert 0 <= shown.evaluate(place, aim[1:].partition(":")[0]) < WIDE[1] / 2


def test_the_ledger_is_filtered(visit: Visit, site: str) -> None:
    shown = visit(f"{site}/appendices/ledger.html")
    form = shown.get_by_role("search", name="Filter the ledger")
    rows = shown.locator("table.ledger tbody tr:visible")
    everything = rows.count()
    assert everything >= 54
    assert form.locator("output").text_content() == f"{everything} of {everything}"

    form.get_by_label("Verdict").select_option("false")
    assert set(rows.locator("td:nth-child(2)").all_inner_texts()) == {"false"}
    form.get_by_label("Chapter").select_option("Chapter 6")
    assert 0 < rows.count() < everything
    form.get_by_label("Verdict").select_option("any")
    form.get_by_label("Chapter").select_option("any")
    form.get_by_label("Words").fill("prior drops i.i.d")
    assert rows.evaluate_all("all => all.map(row => row.id)") == ["ledger-c06"]
    assert form.locator("output").text_content() == f"1 of {everything}"
