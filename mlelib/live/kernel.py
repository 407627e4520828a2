"""A live figure in a kernel: the stage as an anywidget, ipywidgets beside it, exact at any value.

The figure's values are the only state. Whatever moves them (a slider, the pointer on a pad, Python)
sets `figure.values`; the figure then tells its host, which brings everything shown into step.
"""

from collections.abc import Collection
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
    """The stage: `spec` as payload.py describes it, the controls' `values`, and one text for each
    slot, so that only what changed is sent and a view opened later is right at once."""

    _esm = "\n".join((STATIC / name).read_text("utf-8") for name in ("stage.js", "widget.js"))
    _css = "\n".join((STATIC / name).read_text("utf-8") for name in ("stage.css", "widget.css"))
    spec = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)


class Host:
    """What shows one figure in a kernel: `box` is the widget, displayed as often as one likes."""

    def __init__(self, figure: "LiveFigure") -> None:
        self._figure = figure
        self._sliders = {
            name: control
            for name, control in figure.controls.items()
            if isinstance(control, Slider)
        }
        self.stage = Stage(spec=figure.spec(), values=dict(figure.values))
        fragments = figure.fragments()
        self.stage.add_traits(**{_slot(n): traitlets.Unicode().tag(sync=True) for n in fragments})
        self.controls = {name: self._control(name) for name in figure.controls}
        self._players = {
            name: self._player(name) for name, slider in self._sliders.items() if slider.play
        }
        self._readout = ipywidgets.HTML()
        self._show(figure.controls)
        self.stage.observe(lambda change: self._ask(change.new), "values")
        figure.observe(self._show)
        rows = [
            ipywidgets.HBox([control, self._players[name]]) if name in self._players else control
            for name, control in self.controls.items()
        ]
        caption = ipywidgets.HTML(escape(figure.caption))
        self.box = ipywidgets.VBox([self.stage, self._readout, *rows, caption])

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
        grid = self._figure.controls[name].grid()
        player = ipywidgets.Play(max=len(grid) - 1, interval=BEAT, show_repeat=False)
        player.observe(lambda change: self._move(name, grid[change.new]), "value")
        return player

    def _move(self, name: str, value: Value) -> None:
        """A widget has come to `value`. One that was told a value off its grid says the nearest
        one on it: that is no wish."""
        now = self._figure.values[name]
        if name in self._sliders and value == self._sliders[name].nearest(now) != now:
            return
        self._ask({name: value})

    def _ask(self, values: dict[str, Any]) -> None:
        """A reader asks for values. From a pad they come as floats, on the edge perhaps a little
        outside."""
        wanted = {
            name: self._sliders[name].inside(value) if name in self._sliders else value
            for name, value in values.items()
        }
        self._figure.values = {n: v for n, v in wanted.items() if v != self._figure.values[n]}

    def _show(self, changed: Collection[str]) -> None:
        """Bring the widgets to the figure's values, those of `changed` being new."""
        values = self._figure.values
        with self.stage.hold_sync():
            for number, text in self._figure.fragments(changed).items():
                setattr(self.stage, _slot(number), text)
            self.stage.values = dict(values)
        for name in changed:
            self.controls[name].value = values[name]
            if name in self._players:
                slider = self._sliders[name]
                self._players[name].value = slider.grid().index(slider.nearest(values[name]))
        self._readout.value = " &emsp; ".join(
            f"<span style='white-space:nowrap'>{escape(label)} <b>{escape(text)}</b></span>"
            for label, text in self._figure.texts().items()
        )


def _slot(number: int) -> str:
    return f"slot_{number}"
