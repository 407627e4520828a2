"""Live figures when something goes wrong: a picture and a sentence, never a blank."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browser.live_figures import PAGES
from playwright.sync_api import Browser, Page, Route

NAME = "coin-likelihood"
TABLES = "**/live/*.js"
SENTENCE = "The states of this figure could not be loaded."
PICTURE = "figure => figure.querySelector('.live-stage').innerHTML"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    yield context.new_page()
    context.close()


def missing(route: Route) -> None:
    route.fulfill(status=404, body="")


def lost(route: Route) -> None:
    route.abort()


def cut_off(route: Route) -> None:
    body = route.fetch().text()
    route.fulfill(body=body[: len(body) // 2], content_type="text/javascript")


def of_another(route: Route) -> None:
    route.fulfill(body="(globalThis.liveTables??={})['another']={}", content_type="text/javascript")


@pytest.mark.parametrize("fault", [missing, lost, cut_off, of_another])
def test_without_its_table_a_figure_shows_its_picture_and_says_why(
    page: Page, site: str, fault: Callable[[Route], None]
) -> None:
    page.route(TABLES, fault)
    page.goto(f"{site}/figures/{NAME}.html")
    figure = page.locator(f"#{NAME}[data-failed]")
    figure.wait_for()
    assert figure.get_by_text(SENTENCE).is_visible()
    assert figure.locator(".live-panel").first.is_visible()
    assert "<path" in figure.evaluate(PICTURE)

    page.unroute(TABLES)  # the network is back, and the reader tries again
    before = figure.evaluate(PICTURE)
    page.locator(f"#{NAME} [type=range]").first.press("End")
    ready = page.locator(f"#{NAME}[data-ready]:not([data-failed])")
    ready.wait_for()
    assert ready.evaluate(PICTURE) != before


def test_what_is_moved_while_the_table_is_on_its_way_is_shown_when_it_comes(
    page: Page, site: str
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(TABLES, hold)
    page.goto(f"{site}/figures/{NAME}.html")
    figure = page.locator(f"#{NAME}")
    slider = figure.locator("[type=range]").first
    slider.press("End")
    shown = figure.evaluate(PICTURE)
    page.wait_for_timeout(100)
    (table,) = held
    table.continue_()
    page.locator(f"#{NAME}[data-ready]").wait_for()
    assert figure.evaluate(PICTURE) != shown
    assert slider.input_value() == slider.get_attribute("max")


def test_many_figures_on_one_page(page: Page, site: str, html: Path) -> None:
    names = list(PAGES)[:10]
    texts = [(html / "figures" / f"{name}.html").read_text(encoding="utf-8") for name in names]
    elements = [re.search(r"<live-figure.*</live-figure>", text, re.DOTALL)[0] for text in texts]
    head = texts[0][: texts[0].index("<main>")]
    body = f"{head}<main>{''.join(elements)}</main></body></html>"
    page.route(
        "**/figures/all.html", lambda route: route.fulfill(body=body, content_type="text/html")
    )
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site}/figures/all.html")
    for name in names:
        figure = page.locator(f"#{name}")
        figure.scroll_into_view_if_needed()
        page.locator(f"#{name}[data-ready]").wait_for()
        slider = figure.locator("[type=range]").first
        slider.press("Home")
        before = figure.evaluate(PICTURE)
        slider.press("End")
        assert figure.evaluate(PICTURE) != before, name
    assert complaints == []


DRAG = """async (figure) => {
  const sliders = [...figure.querySelectorAll("[type=range]")];
  for (let i = 0; i < 1000; i++) {
    const slider = sliders[i % sliders.length];
    slider.value = Number(slider.min) + Math.random() * (slider.max - slider.min);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    if (i % 50 === 0) await new Promise(requestAnimationFrame);
  }
}"""


@pytest.mark.parametrize("name", ["landscape-duel", "softmax-playground"])
def test_a_thousand_quick_moves_leave_nothing_behind(page: Page, site: str, name: str) -> None:
    page.goto(f"{site}/figures/{name}.html")
    figure = page.locator(f"#{name}[data-ready]")
    figure.wait_for()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def settled() -> dict[str, float]:
        page.wait_for_timeout(600)
        session.send("HeapProfiler.collectGarbage")
        metrics = session.send("Performance.getMetrics")["metrics"]
        return {each["name"]: each["value"] for each in metrics}

    figure.evaluate(DRAG)
    before = settled()
    for _ in range(3):
        figure.evaluate(DRAG)
    after = settled()
    assert after["Nodes"] <= 1.02 * before["Nodes"]
    assert after["JSEventListeners"] == before["JSEventListeners"]
    assert after["JSHeapUsedSize"] <= before["JSHeapUsedSize"] + 500_000  # bytes
