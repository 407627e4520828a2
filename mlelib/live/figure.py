"""`LiveFigure`: what an author writes."""

import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from types import MappingProxyType
from typing import Any, cast

from matplotlib.figure import Figure

from mlelib.live.controls import Control, Pad, Slider, Value
from mlelib.live.payload import MIME, build_folder, payload
from mlelib.live.stage import Stage
from mlelib.live.updates import (
    Readout,
    Update,
    Watch,
    artists_of,
    call,
    called,
    check_disjoint,
    parameters,
    read,
)


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
    Black follows the page's text colour and white its background, so that dark pages work
    (`#000001` and `#fffffe` stay as they are). Each axes
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
        self._artists = [artists_of(update, self._values) for update in self.updates]
        check_disjoint(self.updates, self._artists)
        self._stage = Stage(name, fig, [artist for group in self._artists for artist in group])
        self._watch = Watch(fig)
        self._static = self._stage.static()
        self._labels = tuple(call(readout, self._values)) if readout else ()
        self._observers: list[Callable[[Collection[str]], None]] = []

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
        before = dict(self._values)
        self._values |= new
        try:
            self.refresh(changed)
        except Exception:
            self._values = before
            with suppress(Exception):  # the first error is the one to tell
                self.refresh(changed)
            raise
        if changed:
            for tell in self._observers:
                tell(changed)

    def observe(self, tell: Callable[[Collection[str]], None]) -> None:
        """Have `tell` called with the names of the controls whose values are new, after each
        move."""
        self._observers.append(tell)

    def refresh(self, changed: Collection[str] | None = None) -> None:
        """Bring the artists to the figure's values: all, or those that `changed` controls move."""
        for update, artists in zip(self.updates, self._artists, strict=True):
            if changed is None or not set(changed).isdisjoint(parameters(update)):
                self._watch.run(update, artists, self._values)

    @property
    def functions(self) -> tuple[Update | Readout, ...]:
        """The updates and, if there is one, the readout: whatever is sampled."""
        return (*self.updates, self.readout) if self.readout else self.updates

    def targets(self, function: Update | Readout) -> tuple[int | str, ...]:
        """What a function of this figure fills: an update slots of the stage, the readout
        labels."""
        if function is self.readout:
            return self._labels
        before = self._artists[: self.updates.index(cast(Update, function))]
        start = sum(map(len, before))
        return tuple(range(start, start + len(self._artists[len(before)])))

    def contents(self, function: Update | Readout, values: Mapping[str, Value]) -> list[str]:
        """What a function of this figure puts into its targets at these values of its
        parameters."""
        if function is self.readout:
            return read(self.readout, self._labels, values)
        update = cast(Update, function)
        self._watch.run(update, self._artists[self.updates.index(update)], values)
        return [self._stage.fragment(cast(int, slot)) for slot in self.targets(function)]

    def check_static(self, function: Update | Readout) -> None:
        """`ValueError` if anything outside the slots looks different from when the figure was laid
        out."""
        for number, (now, then) in enumerate(zip(self._stage.static(), self._static, strict=True)):
            if now != then:
                raise ValueError(
                    f"{called(function)} changes panel {number} of figure {self.name!r} outside "
                    "the artists it returns: return every artist that changes"
                )

    def _check_controls(self) -> None:
        functions = [*self.updates, *([self.readout] if self.readout else [])]
        used: set[str] = set()
        for function in functions:
            for parameter in parameters(function):
                if parameter not in self.controls:
                    raise ValueError(
                        f"{called(function)} asks for {parameter!r}, which is no control; "
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

    def fragments(self, changed: Collection[str] | None = None) -> dict[int, str]:
        """The markup of every slot as the figure is now, or of those that `changed` controls
        move."""
        return {
            cast(int, slot): self._stage.fragment(cast(int, slot))
            for update in self.updates
            if changed is None or not set(changed).isdisjoint(parameters(update))
            for slot in self.targets(update)
        }

    def texts(self) -> dict[str, str]:
        """What the readout says now: {label: text}."""
        if self.readout is None:
            return {}
        return dict(zip(self._labels, read(self.readout, self._labels, self._values), strict=True))

    def picture(self) -> str:
        """The figure as it is now, as the text of an SVG file."""
        return self._stage.picture()

    def spec(self) -> dict[str, Any]:
        """What any host needs to show the figure, ready for JSON; payload.py describes it."""
        return {
            "name": self.name,
            "alt": self.alt,
            "caption": self.caption,
            "controls": [
                {"name": name, **control.spec(), "value": self._values[name]}
                for name, control in self.controls.items()
            ],
            "pads": [self._stage.pad(pad) for pad in self.pads],
            "readout": [list(pair) for pair in self.texts().items()],
            **self._stage.spec(),
        }

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        folder = build_folder()
        live: dict[str, Any] = {}
        if folder:
            live = {MIME: payload(self, folder)}
        elif in_a_kernel():
            live = self._box._repr_mimebundle_()
        return {**live, "image/svg+xml": self.picture(), "text/plain": self.alt}

    @cached_property
    def _box(self) -> Any:
        """The widget in a kernel; made when first shown, since a book build must make none."""
        from mlelib.live.kernel import Host  # noqa: PLC0415  ipywidgets only where they are wanted

        return Host(self).box


def in_a_kernel() -> bool:
    """Whether this process is a Jupyter kernel, whose front end can show widgets."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")
