"""The stage: a laid-out figure cut into panels of static markup with slots for the artists that
change.

A panel is one axes and whatever overlaps it. Its markup is what matplotlib draws, in matplotlib's
order; where an artist that changes would be drawn stands a group `<g data-slot="3">` instead,
filled with the artist's present *fragment*. All panels share the figure's coordinates, tenths of a
point from its top left corner.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from mlelib.live.controls import Pad
from mlelib.live.outlines import UNITS
from mlelib.live.paint import PAPER
from mlelib.live.svg import SvgRenderer

MARGIN = 3.0  # points around a panel
STACK = 0.8  # panels side by side go under each other when they get smaller than this


@dataclass(frozen=True)
class Panel:
    """One `<svg>`: its axes, its part of the figure in points, its markup (an int is a slot), and
    its definitions."""

    axes: tuple[Axes, ...]
    box: Bbox
    body: tuple[str | int, ...]
    definitions: dict[str, str]


class Stage:
    """The panels of `figure`, in rows, with a slot for each of `artists`.

    Raises
    ------
    ValueError
        If something is attached to the figure itself, or one of the artists is not drawn by any of
        its axes.
    """

    def __init__(self, name: str, figure: Figure, artists: Sequence[Artist]) -> None:
        self.name, self.figure, self.artists = name, figure, tuple(artists)
        _lay_out(figure)
        groups = [group for row in _rows(figure) for group in row]
        self._home: list[int] = [-1] * len(self.artists)  # the panel of each slot
        self.panels: list[Panel] = []
        for number, (axes, box) in enumerate(groups):
            drawn = self._draw_static(number, axes)
            slots = [part for part in drawn.body if isinstance(part, int)]
            for slot in slots:
                self._home[slot] = number
            # What the first state refers to stays in the panel, so that later fragments need not
            # bring it along.
            first = [self._draw(slot) for slot in slots]
            definitions = dict(drawn.definitions)
            for renderer in first:
                definitions |= renderer.definitions
            self.panels.append(Panel(axes, box, tuple(drawn.body), definitions))
        for artist, home in zip(self.artists, self._home, strict=True):
            if home < 0:
                raise ValueError(f"an update returned {artist}, which no axes of the figure draws")

    def fragment(self, slot: int) -> str:
        """The markup of one changing artist as it is now."""
        renderer = self._draw(slot)
        known = self.panels[self._home[slot]].definitions
        new = {key: text for key, text in renderer.definitions.items() if key not in known}
        shapes = f"<defs>{''.join(new.values())}</defs>" if new else ""
        return shapes + "".join(map(str, renderer.body))

    def static(self) -> list[str]:
        """The markup of each panel around its slots, drawn anew: it must never change."""
        return [
            "".join(map(str, self._draw_static(number, panel.axes).body))
            for number, panel in enumerate(self.panels)
        ]

    def spec(self) -> dict[str, Any]:
        """The figure as it is now, for a host: its size in tenths of a point, its markup."""
        width, height = self.figure.get_size_inches() * 72 * UNITS
        return {"size": [round(width), round(height)], "stage": self.markup()}

    def pad(self, pad: Pad) -> dict[str, Any]:
        """Where a pad is and what its edges mean."""
        number = next(n for n, panel in enumerate(self.panels) if pad.axes in panel.axes)
        box = pad.axes.bbox
        top = self.figure.get_figheight() * 72 - box.y1
        return {
            "panel": number,
            "x": pad.x,
            "y": pad.y,
            "triangle": pad.triangle,
            "box": [round(size * UNITS) for size in (box.x0, top, box.width, box.height)],
            "xlim": [float(limit) for limit in pad.axes.get_xlim()],
            "ylim": [float(limit) for limit in pad.axes.get_ylim()],
            "xscale": pad.axes.get_xscale(),
            "yscale": pad.axes.get_yscale(),
        }

    def markup(self) -> str:
        """The figure as it is now, for a page: rows of panels."""
        rows: list[str] = []
        top = None
        for number, panel in enumerate(self.panels):
            if top is None or panel.box.y1 != top:
                rows.append("")
                top = panel.box.y1
            rows[-1] += self._panel_markup(number, panel)
        return "".join(f"<div class='live-row'>{row}</div>" for row in rows)

    def picture(self) -> str:
        """The figure as it is now, as an SVG file of its own, black on white."""
        width, height = (round(size * UNITS) for size in self.figure.get_size_inches() * 72)
        body = "".join(self._inside(panel) for panel in self.panels).replace(PAPER, "#fff")
        return (
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' "
            f"width='{width / UNITS:g}' height='{height / UNITS:g}' fill='none' "
            f"stroke-linejoin='round' style='color:#000;background:#fff'>{body}</svg>"
        )

    def _draw(self, slot: int) -> SvgRenderer:
        renderer, artist = self._renderer(self._home[slot]), self.artists[slot]
        if hasattr(artist, "do_3d_projection") and artist.get_visible():
            artist.do_3d_projection()
        artist.draw(renderer)
        return renderer.finish()

    def _draw_static(self, panel: int, axes: Sequence[Axes]) -> SvgRenderer:
        renderer = self._renderer(panel)
        with _slots_for(self.artists, renderer):
            for each in sorted(axes, key=lambda each: each.get_zorder()):
                each.draw(renderer)
        return renderer.finish()

    def _renderer(self, panel: int) -> SvgRenderer:
        width, height = self.figure.get_size_inches() * 72
        return SvgRenderer(width, height, f"{self.name}-{panel}")

    def _panel_markup(self, number: int, panel: Panel) -> str:
        left, bottom, width, height = panel.box.bounds
        top = self.figure.get_figheight() * 72 - bottom - height
        view = " ".join(str(round(size * UNITS)) for size in (left, top, width, height))
        return (
            f"<svg class='live-panel' data-panel='{number}' viewBox='{view}' fill='none' "
            f"stroke-linejoin='round' aria-hidden='true' "
            f"style='flex:{width:.0f} 1 {width * STACK:.0f}px'>{self._inside(panel)}</svg>"
        )

    def _inside(self, panel: Panel) -> str:
        body = "".join(
            part if isinstance(part, str) else f"<g data-slot='{part}'>{self.fragment(part)}</g>"
            for part in panel.body
        )
        return f"<defs>{''.join(panel.definitions.values())}</defs>{body}"


@contextmanager
def _slots_for(artists: Sequence[Artist], renderer: SvgRenderer) -> Iterator[None]:
    """While this lasts, drawing one of the artists leaves a slot instead."""
    for number, artist in enumerate(artists):
        vars(artist)["draw"] = lambda _, number=number: renderer.slot(number)
    try:
        yield
    finally:
        for artist in artists:
            del vars(artist)["draw"]


def _lay_out(figure: Figure) -> None:
    attached = (*figure.texts, *figure.legends, *figure.lines, *figure.patches, *figure.images)
    if attached or figure.subfigs:
        raise ValueError(
            f"a live figure is made of its axes, and {(*attached, *figure.subfigs)[0]} is attached "
            "to the figure itself; put it into an axes, the caption or the readout"
        )
    if not any(axes.get_visible() for axes in figure.axes):
        raise ValueError("fig must have axes to draw")
    figure.set_dpi(72)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.autoscale(False)
        if same_color(axes.get_facecolor(), "white"):
            axes.patch.set_visible(False)  # the page is the background


def _rows(figure: Figure) -> list[list[tuple[tuple[Axes, ...], Bbox]]]:
    """The figure's axes in groups that overlap, each with its part of the figure; groups in rows,
    top to bottom."""
    groups: list[list[Axes]] = []
    for axes in figure.axes:
        if axes.get_visible():
            meeting = [group for group in groups if any(axes.bbox.overlaps(a.bbox) for a in group)]
            groups = [group for group in groups if group not in meeting]
            groups.append([*(member for group in meeting for member in group), axes])
    panels = []
    for group in groups:
        boxes = [box for axes in group if (box := axes.get_tightbbox()) is not None]
        panels.append((tuple(group), Bbox.union(boxes).padded(MARGIN)))
    rows: list[list[tuple[tuple[Axes, ...], Bbox]]] = []
    for panel in sorted(panels, key=lambda panel: -panel[1].y1):
        middle = (panel[1].y0 + panel[1].y1) / 2
        row = next((row for row in rows if row[0][1].y0 < middle < row[0][1].y1), None)
        if row is None:
            rows.append([panel])
        else:
            row.append(panel)
    for row in rows:  # one height, so that axes stay level
        low, high = min(box.y0 for _, box in row), max(box.y1 for _, box in row)
        row[:] = [(axes, Bbox([[box.x0, low], [box.x1, high]])) for axes, box in row]
        row.sort(key=lambda panel: panel[1].x0)
    return rows
