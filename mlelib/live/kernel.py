"""A live figure in a kernel: the stage as an anywidget, ipywidgets beside it, exact at any value.

The figure's values are the only state. Whatever moves them (a slider, the pointer on a pad, Python)
sets `figure.values`; the figure then tells its host, which brings everything shown into step.
"""

from collections.abc import Collection, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import ipywidgets
import traitlets

from mlelib.live.controls import Choice, Slider, Toggle, Value

if TYPE_CHECKING:
    from mlelib.live.figure import LiveFigure

STATIC = Path(__file__).parent / "static"
BEAT = 120  # milliseconds from one value to the next while a slider plays
LABEL, WIDTH = "11rem", "34rem"


class Stage(anywidget.AnyWidget):
    """The stage: `spec` as payload.py describes it, the `values` of the sliders that pads move, and
    one text for each slot, so that only what changed is sent and a view opened later is right at
    once."""

    _esm = "\n".join((STATIC / name).read_text("utf-8") for name in ("stage.js", "widget.js"))
    _css = "\n".join((STATIC / name).read_text("utf-8") for name in ("stage.css", "widget.css"))
    spec = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)


class Host:
    """What shows one figure in a kernel: `box` is the widget, displayed as often as one likes.

    It holds the `stage`, the `readout`, the `controls` and, for sliders that play, the `players`,
    each by its control's name, and the button `reset`.
    """

    def __init__(self, figure: "LiveFigure") -> None:
        self._figure = figure
        self._sliders = {
            name: control
            for name, control in figure.controls.items()
            if isinstance(control, Slider)
        }
        self._on_pads = sorted({name for pad in figure.pads for name in (pad.x, pad.y) if name})
        self.stage = Stage(spec=figure.spec(), values=self._points())
        slots = figure.fragments().items()
        self.stage.add_traits(**{_slot(n): traitlets.Unicode(t).tag(sync=True) for n, t in slots})
        self.controls = {name: self._control(name) for name in figure.controls}
        self.players = {
            name: self._player(name) for name, slider in self._sliders.items() if slider.play
        }
        self.readout = ipywidgets.HTML(self._words())
        self.stage.observe(lambda change: self._drag(change.new), "values")
        figure.observe(self._show)
        rows = [
            ipywidgets.HBox([control, self.players[name]]) if name in self.players else control
            for name, control in self.controls.items()
        ]
        caption = ipywidgets.HTML(escape(figure.caption))
        self.reset = ipywidgets.Button(description="Reset")
        self.reset.on_click(
            lambda _: self._wish({name: c.value for name, c in figure.controls.items()})
        )
        self.box = ipywidgets.VBox([self.stage, self.readout, *rows, caption, self.reset])

    def _control(self, name: str) -> Any:
        control, value = self._figure.controls[name], self._figure.values[name]
        common: dict[str, Any] = {
            "value": value,
            "description": control.label,
            "style": {"description_width": LABEL},
            "layout": {"width": WIDTH},
        }
        widget: Any
        match control:
            case Toggle():
                widget = ipywidgets.Checkbox(**common, indent=True)
            case Choice():
                options = [(str(option), option) for option in control.options]
                widget = ipywidgets.Dropdown(**common, options=options)
            case Slider():
                kind = ipywidgets.IntSlider if control.whole else ipywidgets.FloatSlider
                form = "d" if control.whole else f".{control.decimals}f"
                span = {"min": control.min, "max": control.max, "step": control.step}
                widget = kind(**common, **span, readout_format=form)
        widget.observe(lambda change: self._move(name, change.new), "value")
        return widget

    def _player(self, name: str) -> ipywidgets.Play:
        slider = self._sliders[name]
        grid, place = slider.grid(), slider.place(self._figure.values[name])
        player = ipywidgets.Play(place, max=len(grid) - 1, interval=BEAT, show_repeat=False)
        player.observe(lambda change: self._move(name, grid[change.new]), "value")
        return player

    def _move(self, name: str, value: Any) -> None:
        """A widget has come to `value`. One that was told a value off its grid says the nearest
        one on it: that is no wish."""
        if name in self._sliders:
            slider = self._sliders[name]
            value = slider.snap(value)
            if value == slider.nearest(self._figure.values[name]):
                return
        self._wish({name: value})

    def _drag(self, values: dict[str, float]) -> None:
        """The pointer has come to `values`, which on an edge may lie a little outside."""
        self._wish({name: self._sliders[name].inside(value) for name, value in values.items()})

    def _wish(self, values: Mapping[str, Value]) -> None:
        """Move the figure as a reader asks; what asked then shows where the figure really is."""
        try:
            self._figure.values = values
        finally:
            self._follow(values)

    def _show(self, changed: Collection[str]) -> None:
        """Show the figure as it is, the values of `changed` being new."""
        with self.stage.hold_sync():
            for number, text in self._figure.fragments(changed).items():
                setattr(self.stage, _slot(number), text)
            self._follow(changed)
        self.readout.value = self._words()

    def _follow(self, names: Collection[str]) -> None:
        """Bring the widgets of these controls, and the handles on the pads, to the figure's
        values."""
        self.stage.values = self._points()
        for name in names:
            value = self._figure.values[name]
            self.controls[name].value = value
            if name in self.players:
                self.players[name].value = self._sliders[name].place(value)

    def _points(self) -> dict[str, Value]:
        return {name: self._figure.values[name] for name in self._on_pads}

    def _words(self) -> str:
        return " &emsp; ".join(
            f"<span style='white-space:nowrap'>{escape(label)} <b>{escape(text)}</b></span>"
            for label, text in self._figure.texts().items()
        )


def _slot(number: int) -> str:
    return f"slot_{number}"
