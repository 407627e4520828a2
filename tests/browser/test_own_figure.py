"""The page that shows how to make a live figure: its two figures say what SciPy says."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from scipy.stats import poisson

CALLS = np.array([3, 1, 4, 2, 2, 0, 3, 5, 2, 1, 2, 4, 1, 3, 2, 2, 6, 1, 3, 2])


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.goto(f"{site}/chapters/make-your-own.html")
    yield page
    context.close()


def said(number: float) -> str:
    return f"{number:.2f}".replace("-", "−")


def test_the_link_to_a_state_brings_the_figure_there(page: Page) -> None:
    readout = page.locator("#calls .live-readout dd")
    expect(readout).to_have_text(said(poisson.logpmf(CALLS, 1).sum()))
    page.get_by_role("link", name="This link", exact=True).click()
    expect(readout).to_have_text(said(poisson.logpmf(CALLS, 2.4).sum()))
    expect(page.locator("#calls")).to_be_in_viewport()


def test_both_controls_of_the_second_figure_move_it(page: Page) -> None:
    figure = page.locator("#calls-seen")
    figure.scroll_into_view_if_needed()
    figure.get_by_label("hours, as a number").fill("20")
    figure.get_by_label("hours, as a number").press("Enter")
    area = figure.locator(".live-area").bounding_box()
    page.mouse.click(area["x"] + area["width"] * 3.5 / 5.5, area["y"] + area["height"] / 2)
    below = poisson.logpmf(CALLS, 4).sum() - poisson.logpmf(CALLS, CALLS.mean()).sum()
    expect(figure.locator(".live-readout dd")).to_have_text(said(below))
    expect(figure.get_by_label("rate λ, as a number")).to_have_value("4.0")


def test_the_error_is_the_one_that_the_text_tells_of(page: Page) -> None:
    output = page.locator(".cell_output", has_text="careless(rate=2.0)")
    expect(output).to_contain_text("touches Text(0.5, 1.0, 'λ = 2.0')")
    expect(output).to_contain_text("does not return it")
