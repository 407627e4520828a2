"""`LiveFigure`: what an author writes."""

import inspect
import io
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from matplotlib.artist import Artist
from matplotlib.figure import Figure

from mlelib.live.controls import Control, Pad, Slider, Value

Update = Callable[..., Sequence[Artist]]
Readout = Callable[..., Mapping[str, str]]


class LiveFigure:
    """A matplotlib figure plus update functions in matplotlib's own blitting style.

    Parameters
    ----------
    name
        Lower-case letters, digits and hyphens; unique in the book. It names files and stands in
        addresses.
    fig
        A `matplotlib.figure.Figure`, never one of pyplot's, drawn in any state. The live figure
        takes it over: it is laid out once, autoscaling and the layout engine are switched off, its
        resolution becomes 72 dots an inch.
    updates
        Functions of controls, see below.
    controls
        Each control by its name: `Slider`, `Choice` or `Toggle`, shown in this order.
    pads
        Axes in which the pointer moves sliders.
    readout
        A function of controls that returns the numbers the text speaks of, `{label: text}`, always
        with the same labels.
    alt
        What the first state shows, for those who cannot see it.
    caption
        What to do and what to see, one sentence each.

    The contract of an update function
    ----------------------------------
    - Its parameters are names of controls, all of them and nothing else. It is called with
      keywords; a `Slider` gives a float (an int if min, max and step are ints), a `Choice` the
      option, a `Toggle` a bool.
    - It sets artists that exist (`set_data`, `set_offsets`, `set_visible`, …) and returns those it
      changed, always the same ones in the same order. It creates and removes none, and leaves all
      others alone. Two updates never return the same artist.
    - It is a function of its parameters and of nothing else: not of the state before it, the clock
      or a random generator.
    - On a static page it is sampled over the grid of its own parameters, at most 3,000 states.
      Split what depends on different controls over several updates: then the numbers of states add
      and do not multiply. A readout may have 12,000.
    - Whatever is returned is drawn in its place in matplotlib's drawing order. Returning an `Axes`
      draws all of it anew: that is how a viewpoint turns (`axes.view_init(azim=angle); return
      [axes]`).
    - Limits, ticks, titles and labels are static. A number that changes belongs in the readout.

    What is drawn
    -------------
    Black follows the page's text colour and white is left out, so that dark pages work. Each axes
    (with what overlaps it) is a panel of its own, and panels stack on a phone; nothing may be
    attached to the figure itself (`suptitle`, `fig.text`). Give heat maps as `imshow(...,
    interpolation="none")`: the grid is embedded as it is and the browser smooths it. Hatches and
    Gouraud shading are not supported.

    Raises
    ------
    ValueError
        Where any of this is broken as far as it can be seen without sampling.
    """

    def __init__(
        self,
        name: str,
        fig: Figure,
        updates: Sequence[Update],
        *,
        controls: Mapping[str, Control],
        pads: Sequence[Pad] = (),
        readout: Readout | None = None,
        alt: str,
        caption: str,
    ) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
            raise ValueError(f"name must be lower-case words joined by hyphens, got {name!r}")
        if not isinstance(fig, Figure):
            raise ValueError(f"fig must be a matplotlib.figure.Figure, got {fig!r}")
        if not updates or not all(callable(update) for update in updates):
            raise ValueError(f"updates must be one or more functions, got {updates!r}")
        for label, text in (("alt", alt), ("caption", caption)):
            if not isinstance(text, str) or not text.strip():
                raise ValueError(f"{label} must be some text, got {text!r}")
        self.name, self.figure, self.alt, self.caption = name, fig, alt, caption
        self.controls = MappingProxyType(dict(controls))
        self.updates, self.pads, self.readout = tuple(updates), tuple(pads), readout
        self._check_controls()
        self._values = {key: control.value for key, control in self.controls.items()}
        for update in self.updates:
            update(**{key: self._values[key] for key in parameters(update)})

    @property
    def values(self) -> Mapping[str, Value]:
        """The controls' values. Assign a mapping of some or all of them to move the figure."""
        return MappingProxyType(self._values)

    @values.setter
    def values(self, values: Mapping[str, Value]) -> None:
        for name in values:
            if name not in self.controls:
                raise ValueError(f"values must name controls {list(self.controls)}, got {name!r}")
        new = {name: self.controls[name].check(name, value) for name, value in values.items()}
        changed = {name for name, value in new.items() if value != self._values[name]}
        self._values |= new
        for update in self.updates:
            if changed & set(parameters(update)):
                update(**{key: self._values[key] for key in parameters(update)})

    def _check_controls(self) -> None:
        functions = [*self.updates, *([self.readout] if self.readout else [])]
        used: set[str] = set()
        for function in functions:
            for parameter in parameters(function):
                if parameter not in self.controls:
                    raise ValueError(
                        f"{function.__name__}() asks for {parameter!r}, which is no control; "
                        f"there are {list(self.controls)}"
                    )
            used |= set(parameters(function))
        for name, control in self.controls.items():
            if not name.isidentifier():
                raise ValueError(f"a control's name must be a Python identifier, got {name!r}")
            if not isinstance(control, Control):
                raise ValueError(
                    f"control {name!r} must be a Slider, Choice or Toggle, got {control!r}"
                )
            if name not in used:
                raise ValueError(
                    f"control {name!r} moves nothing: no update and no readout asks for it"
                )
        for pad in self.pads:
            if pad.axes not in self.figure.axes:
                raise ValueError(f"pads must be on axes of this figure, got {pad.axes!r}")
            for target in (pad.x, pad.y):
                if target is not None and not isinstance(self.controls.get(target), Slider):
                    raise ValueError(f"a Pad must name Sliders, got {target!r}")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        picture = io.StringIO()
        self.figure.savefig(picture, format="svg")
        return {"image/svg+xml": picture.getvalue(), "text/plain": self.alt}


def parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of a function's parameters, each of which must be an ordinary one without a
    default."""
    signature = inspect.signature(function).parameters
    for parameter in signature.values():
        if (
            parameter.kind is not parameter.POSITIONAL_OR_KEYWORD
            or parameter.default is not parameter.empty
        ):
            raise ValueError(
                f"{function.__name__}() must have plain parameters only, got {parameter}"
            )
    return tuple(signature)
