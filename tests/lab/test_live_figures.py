"""Live figures in a real JupyterLab: what is shown equals what Python draws for the same values.

Only standard widgets and one anywidget are used, so that Notebook 7, VS Code and Colab, which show
both, need no test of their own.
"""

import ast
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lab.conftest import SESSION
from playwright.sync_api import Locator, Page

from mlelib.figures import gaussian_surface
from mlelib.likelihoods import Gaussian
from mlelib.live import LiveFigure
from mlelib.live.controls import Value

OWN = [2.1, 3.4, 2.9, 4.4, 3.8]
NOTEBOOK = f"""---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3 (ipykernel)
  language: python
  name: python3
---

```{{code-cell}} ipython3
from mlelib.figures import gaussian_surface

figure = gaussian_surface({OWN}, ("time", "s"), sizes=(3, 5))
figure
```

```{{code-cell}} ipython3
figure.values = {{"mu": 3.0123456789, "n": 5}}
```

```{{code-cell}} ipython3
figure
```
"""

RUN_ALL = "() => jupyterapp.commands.execute('notebook:run-all-cells')"
# The cell whose source begins or ends with some text, brought into view: its place and its count.
FIND = """async (text) => {
  const { content } = jupyterapp.shell.currentWidget;
  const place = content.widgets.findIndex(({ model }) =>
    model.type === "code" && model.sharedModel.getSource().trim().endsWith(text));
  await content.scrollToItem(place, "start");
  return [place, content.widgets[place].model.executionCount];
}"""
EVALUATE = f"""async (expression) => {{
  const {{ kernel }} = {SESSION}.session;
  const future = kernel.requestExecute(
    {{ code: "", store_history: false, user_expressions: {{ it: expression }} }});
  return (await future.done).content.user_expressions.it.data["text/plain"];
}}"""
# Every slot of the widget against the same slot of a fresh stage, both as Chromium reads them.
DIFFERENT_SLOTS = """(shown, stage) => {
  const fresh = document.createElement("div");
  fresh.innerHTML = stage;
  const inside = (root, { dataset }) =>
    root.querySelector(`[data-slot="${dataset.slot}"]`).innerHTML;
  const slots = [...fresh.querySelectorAll("[data-slot]")];
  return slots.filter((slot) => inside(shown, slot) !== inside(fresh, slot))
    .map(({ dataset }) => dataset.slot);
}"""
# A point of a panel, in its own coordinates, on the screen.
ON_SCREEN = """(panel, [x, y]) => {
  const point = new DOMPoint(x, y).matrixTransform(panel.getScreenCTM());
  return [point.x, point.y];
}"""


class Shown:
    """A live figure in a cell's output, and the same figure drawn here."""

    def __init__(self, page: Page, source_end: str, expression: str, twin: LiveFigure) -> None:
        place, count = page.evaluate(FIND, source_end)
        self.page, self.twin = page, twin
        self.expression = expression.format(count=count)
        self.output = page.locator(f'.jp-Cell[data-windowed-list-index="{place}"] .jp-OutputArea')
        self.stage = self.output.locator(".live-widget")
        self.stage.locator(".live-handle").first.wait_for()

    def values(self) -> dict[str, Value]:
        """The figure's values in the kernel, to the last digit."""
        return ast.literal_eval(self.page.evaluate(EVALUATE, f"dict({self.expression}.values)"))

    def slider(self, name: str) -> Locator:
        return self.output.get_by_role("slider").nth(list(self.twin.controls).index(name))

    def drag(self, **target: float) -> None:
        """Drag with the mouse from where the handle is to where the first pad has these values."""
        pad: Mapping[str, Any] = self.twin.spec()["pads"][0]
        panel = self.stage.locator(f'[data-panel="{pad["panel"]}"]')
        panel.scroll_into_view_if_needed()
        left, top, width, height = pad["box"]
        ends = []
        for values in (self.values(), target):
            across, upward = (
                (values[pad[axis]] - pad[f"{axis}lim"][0]) / np.ptp(pad[f"{axis}lim"])
                for axis in ("x", "y")
            )
            place = [left + across * width, top + (1 - upward) * height]
            ends.append(panel.evaluate(ON_SCREEN, place))
        self.page.mouse.move(*ends[0])
        self.page.mouse.down()
        self.page.mouse.move(*ends[1], steps=8)
        self.page.mouse.up()

    def wait(self, arrived: Callable[[dict[str, Value]], bool]) -> dict[str, Value]:
        """The figure's values once they have `arrived` in the kernel."""
        for _ in range(100):
            if arrived(values := self.values()):
                return values
            self.page.wait_for_timeout(100)
        raise AssertionError(f"the figure stays at {values}")

    def assert_fresh(self) -> None:
        """Picture and readout are those that Python draws for the values in the kernel."""
        self.twin.values = self.values()
        assert self.stage.evaluate(DIFFERENT_SLOTS, self.twin.spec()["stage"]) == []
        texts = self.output.locator(".widget-html").first.locator("b").all_text_contents()
        assert texts == list(self.twin.texts().values())


@pytest.fixture
def chapter(open_notebook: Callable[[str], Page]) -> Page:
    page = open_notebook("chapters/likelihood.md")
    page.evaluate(RUN_ALL)
    return page


@pytest.fixture
def own_notebook(open_notebook: Callable[[str], Page], lab_files: Path) -> Page:
    (lab_files / "own.md").write_text(NOTEBOOK, encoding="utf-8")
    page = open_notebook("own.md")
    page.evaluate(RUN_ALL)
    return page


def near(**target: float) -> Callable[[dict[str, Value]], bool]:
    """Whether values are what the pointer aimed at, to a pixel or so."""
    return lambda values: all(abs(values[n] - v) < 0.005 * abs(v) for n, v in target.items())


def test_drag_and_keys_in_the_chapter(chapter: Page) -> None:
    shown = Shown(chapter, "\ngaussian_surface()", "Out[{count}]", gaussian_surface())
    shown.assert_fresh()
    before = shown.stage.inner_html()

    mu, sigma = 171.3, 8.2
    shown.drag(mu=mu, sigma=sigma)
    values = shown.wait(near(mu=mu, sigma=sigma))
    shown.assert_fresh()
    assert shown.stage.inner_html() != before
    n = values["n"]
    heights = ast.literal_eval(
        chapter.evaluate(
            EVALUATE, f"(100 * __import__('mlelib').people(100).height[:{n}]).tolist()"
        )
    )
    exact = Gaussian(values["sigma"]).log_prob(heights, np.full(n, values["mu"])).sum()
    readout = shown.output.locator(".widget-html").first.locator("b").first
    assert readout.inner_text() == f"{exact:.1f}".replace("-", "−")

    grid = list(shown.twin.controls["mu"].grid())
    shown.slider("mu").press("Home")
    shown.wait(lambda values: values["mu"] == grid[0])
    for _ in range(3):
        shown.slider("mu").press("ArrowRight")
    shown.wait(lambda values: values["mu"] == grid[3])
    shown.assert_fresh()


def test_values_set_in_a_cell_move_every_view(own_notebook: Page) -> None:
    twin = gaussian_surface(OWN, ("time", "s"), sizes=(3, 5))
    first = Shown(own_notebook, "\nfigure", "figure", twin)
    moved = {"mu": 3.0123456789, "sigma": twin.values["sigma"], "n": 5}
    assert first.values() == moved
    second = Shown(own_notebook, "figure", "figure", twin)
    for view in (first, second):
        view.assert_fresh()
        assert view.output.locator("select option:checked").inner_text() == "5"
        handle = view.slider("mu").get_attribute("aria-valuenow")
        assert float(handle) == pytest.approx(moved["mu"], abs=twin.controls["mu"].step)

    own_notebook.evaluate(FIND, "\nfigure")
    first.drag(mu=2.4, sigma=0.9)
    first.wait(near(mu=2.4, sigma=0.9))
    first.output.locator("select").select_option("3")
    first.wait(lambda values: values["n"] == 3)
    for view in (first, second):
        view.assert_fresh()
