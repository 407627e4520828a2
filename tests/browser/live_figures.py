"""Where the book's live figures are, and what they must show: drawn fresh by Python."""

from collections.abc import Callable, Mapping
from functools import cache

from playwright.sync_api import Locator, Page

from mlelib import figures
from mlelib.live import LiveFigure
from mlelib.live.controls import Value

PAGES = {
    "loss-map": "intro",
    "coin-likelihood": "chapters/likelihood",
    "underflow": "chapters/likelihood",
    "gaussian-surface": "chapters/likelihood",
    "line-and-bells": "chapters/regression",
    "noise-family": "chapters/regression",
    "sigma-mle": "chapters/regression",
    "step-or-sigmoid": "chapters/binary",
    "odds": "chapters/binary",
    "logistic-landscape": "chapters/binary",
    "softmax-playground": "chapters/multiclass",
    "simplex": "chapters/multiclass",
    "softmax-regions": "chapters/multiclass",
    "sensitivity": "chapters/mse-or-bce",
    "landscape-duel": "chapters/mse-or-bce",
    "chord": "chapters/mse-or-bce",
    "hidden-slices": "chapters/mse-or-bce",
    "prior-times-likelihood": "chapters/map",
    "map-contours": "chapters/map",
    "ridge-curve": "chapters/map",
    "decay-race": "chapters/map",
    "recipe": "chapters/recipe",
    "network-as-distribution": "chapters/recipe",
}

# Every slot of the page against the same slot of a fresh stage, both as Chromium reads them.
DIFFERENT_SLOTS = """([name, stage]) => {
  const fresh = document.createElement("div");
  fresh.innerHTML = stage;
  const shown = document.querySelector(`#${name} .live-stage`);
  const slots = [...fresh.querySelectorAll("[data-slot]")];
  return slots.map((slot) => slot.dataset.slot).filter((number) =>
    shown.querySelector(`[data-slot="${number}"]`).innerHTML !==
    fresh.querySelector(`[data-slot="${number}"]`).innerHTML);
}"""


@cache
def fresh(name: str) -> LiveFigure:
    """The figure as Python draws it; its values are set before each comparison."""
    function: Callable[[], LiveFigure] = getattr(figures, name.replace("-", "_"))
    return function()


class Shown:
    """A live figure on a page, its state table loaded."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name, self.figure = page, name, fresh(name)
        self.element = page.locator(f"live-figure#{name}")
        self.element.scroll_into_view_if_needed()
        page.locator(f"live-figure#{name}[data-ready]").wait_for()

    def control(self, name: str) -> Locator:
        """The slider, select or checkbox of a control."""
        return self.element.locator(f'[id="{self.name}-{name}"]')

    def number(self, name: str) -> Locator:
        """The number box of a slider."""
        return self.element.locator(f'[data-control="{name}"] [type=number]')

    def values(self) -> dict[str, Value]:
        """What the controls show."""
        shown: dict[str, Value] = {}
        for name, control in self.figure.controls.items():
            spec, element = control.spec(), self.control(name)
            if spec["kind"] == "toggle":
                shown[name] = element.is_checked()
            elif spec["kind"] == "choice":
                shown[name] = spec["options"][int(element.input_value())]
            else:
                number = float(element.input_value())
                assert float(self.number(name).input_value()) == number
                shown[name] = int(number) if control.whole else number
        return shown

    def assert_fresh(self) -> None:
        """The picture and the readout are those that Python draws for the controls' values."""
        self.figure.values = self.values()
        spec = self.figure.spec()
        different = self.page.evaluate(DIFFERENT_SLOTS, [self.name, spec["stage"]])
        assert different == []
        labels = self.element.locator(".live-readout dt").all_text_contents()
        texts = self.element.locator(".live-readout dd").all_text_contents()
        pairs = [list(pair) for pair in zip(labels, texts, strict=True)]
        assert pairs == spec["readout"]

    def assert_at(self, values: Mapping[str, Value]) -> None:
        """The controls show these values, and the figure the picture that belongs to them."""
        assert self.values() == dict(values)
        self.assert_fresh()

    def first(self) -> dict[str, Value]:
        """The figure's first state."""
        return {name: control.value for name, control in self.figure.controls.items()}
