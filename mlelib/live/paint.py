"""Fill, stroke and opacity as SVG attributes.

Black is written as `currentColor` and white as the page's background, so that figures follow a
page's dark mode.
"""

from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase
from matplotlib.colors import rgb2hex

from mlelib.live.outlines import number

PAPER = "var(--live-paper,#fff)"


def fill(gc: GraphicsContextBase, face: Any) -> str:
    """The attributes that fill a shape with `face` (None: nothing)."""
    if gc.get_hatch() is not None:
        raise ValueError("a live figure cannot draw hatches; use colour, dashes or markers")
    return "" if face is None else _paint("fill", gc, face)


def stroke(gc: GraphicsContextBase) -> str:
    """The attributes that draw a shape's outline; empty if it has none."""
    width = gc.get_linewidth()
    paint = _paint("stroke", gc, gc.get_rgb()) if width else ""
    if not paint:
        return ""
    style = f"{paint} stroke-width='{number(width)}'"
    offset, dashes = gc.get_dashes()
    if dashes is not None:
        style += f" stroke-dasharray='{' '.join(map(number, np.asarray(dashes)))}'"
        if offset:
            style += f" stroke-dashoffset='{number(float(offset))}'"
    if gc.get_joinstyle() != "round":
        style += f" stroke-linejoin='{gc.get_joinstyle()}'"
    if gc.get_capstyle() != "butt":
        style += f" stroke-linecap='{_CAPS[gc.get_capstyle()]}'"
    return style


_CAPS = {"projecting": "square", "round": "round"}


def _paint(name: str, gc: GraphicsContextBase, colour: Any) -> str:
    rgb = tuple(colour[:3])
    alpha = colour[3] if len(colour) == 4 and not gc.get_forced_alpha() else 1.0
    if alpha == 0:
        return ""
    paint = f" {name}='{_THEMED.get(rgb) or rgb2hex(rgb)}'"
    return paint if alpha == 1 else f"{paint} {name}-opacity='{alpha:.3g}'"


_THEMED = {(0, 0, 0): "currentColor", (1, 1, 1): PAPER}


def opacity(gc: GraphicsContextBase) -> str:
    """The attribute for an opacity of the artist as a whole."""
    alpha = gc.get_alpha()
    return f" opacity='{alpha:.3g}'" if gc.get_forced_alpha() and alpha != 1 else ""
