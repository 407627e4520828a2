"""Every page for people who see, hear or move differently: what axe-core finds, order, focus."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser.test_pages import CHAPTERS, PAGES, PHONE, WIDE
from playwright.sync_api import Browser

LOAD_FIGURES = "Promise.all([...document.querySelectorAll('live-figure')].map(each => each.load()))"


@pytest.mark.parametrize("page", PAGES)
def test_axe_objects_to_nothing(browser: Browser, site: str, page: str) -> None:
    found = []
    for size in (WIDE, PHONE):
        for scheme in ("light", "dark"):
            viewport = {"width": size[0], "height": size[1]}
            context = browser.new_context(viewport=viewport, color_scheme=scheme)
            shown = context.new_page()
            shown.goto(f"{site}/{page}.html", wait_until="load")
            shown.add_style_tag(content="* { content-visibility: visible !important }")
            shown.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
            shown.evaluate(LOAD_FIGURES)
            answer = Axe().run(shown).response
            assert answer["passes"]
            for fault in answer["violations"]:
                for node in fault["nodes"]:
                    found.append(f"{size[0]} {scheme} {fault['id']}: {node['html'][:150]}")
            context.close()
    assert "\n".join(found) == ""


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("zoom", [2, 4])
def test_enlarged_a_page_does_not_scroll_sideways(
    browser: Browser, site: str, page: str, zoom: int
) -> None:
    width = 1280 // zoom  # what a window 1280 pixels wide has room for
    context = browser.new_context(viewport={"width": width, "height": 1024 // zoom})
    shown = context.new_page()
    shown.goto(f"{site}/{page}.html", wait_until="load")
    assert shown.evaluate("document.documentElement.scrollWidth") == width
    context.close()


CAN_HAVE_FOCUS = "a[href], button, input, select, textarea, summary, [tabindex='0']"
TO_REACH = f"""() => [...document.querySelectorAll({CAN_HAVE_FOCUS!r})].filter(e =>
  !e.disabled && e.tabIndex >= 0 && !e.closest("dialog:not([open])") &&
  e.checkVisibility({{ visibilityProperty: true }}) &&
  (!e.closest("details:not([open])") || e.tagName === "SUMMARY")).length"""
# What has the focus: its place among all elements, and whether one sees that it has it.
FOCUSED = """() => {
  const here = document.activeElement;
  const look = () => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(here);
    return [outlineStyle === "none" ? "" : outlineWidth + outlineColor, boxShadow].join();
  };
  const place = [...document.querySelectorAll("*")].indexOf(here), focused = look();
  here.blur();
  const plain = look();
  here.focus({ focusVisible: true, preventScroll: true });
  return here === document.body ? null : [place, focused !== plain, here.outerHTML.slice(0, 120)];
}"""


@pytest.mark.parametrize("page", ["intro", "chapters/likelihood"])
def test_the_keyboard_reaches_everything_in_order_and_is_seen(
    browser: Browser, site: str, page: str
) -> None:
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    shown = context.new_page()
    shown.goto(f"{site}/{page}.html", wait_until="networkidle")
    shown.add_style_tag(content="* { transition: none !important }")
    expected = shown.evaluate(TO_REACH)
    reached = []
    for _ in range(expected):
        shown.keyboard.press("Tab")
        reached.append(shown.evaluate(FOCUSED))
    places = [place for place, _, _ in reached]
    assert places == sorted(set(places))
    assert [html for _, seen, html in reached if not seen] == []
    context.close()


@pytest.mark.parametrize("page", [page for page in CHAPTERS if page != "genindex"])
def test_on_paper_is_the_text_and_nothing_else(browser: Browser, site: str, page: str) -> None:
    context = browser.new_context(viewport={"width": 718, "height": 1000})  # A4 with margins
    shown = context.new_page()
    shown.goto(f"{site}/{page}.html", wait_until="load")
    shown.emulate_media(media="print")
    assert shown.locator("nav:visible, button:visible, input:visible, aside:visible").count() == 0
    assert shown.evaluate("document.documentElement.scrollWidth") <= 718
    for part in ("article h1", "article section > p"):
        assert shown.locator(part).first.is_visible()
    unseen = "all => all.filter(e => !e.checkVisibility({ contentVisibilityAuto: true })).length"
    assert shown.locator("article h2, article h3, article .live-stage").evaluate_all(unseen) == 0
    context.close()
