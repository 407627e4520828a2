"""Outlines as SVG path data: whole units, each relative to the one before.

Equal shapes are then equal text wherever they lie, and a shape that moves changes two numbers.
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import IdentityTransform, Transform

UNITS = 10  # to a point
GLYPH_UNITS = 1000  # to an em, as fonts are drawn
FAR = 100_000.0  # points; beyond it a corner is as good as at infinity, and short to write


def number(points: float) -> str:
    """A length in points as it is written."""
    return str(round(points * UNITS))


def path_data(path: Path, transform: Transform, height: float, *, units: float = UNITS) -> str:
    """A path as the `d` of an SVG path, y downward from `height`, whole `units` to a point.

    Moves are absolute and all else relative, yet rounding does not add up: each step leads from one
    rounded point to the next.

    Lines are neither simplified nor cut off at the canvas: a line of as many points in every state
    packs better.
    """
    clean = path.cleaned(transform=transform, remove_nans=True, curves=True)
    codes = np.asarray(clean.codes)
    vertices = np.clip(np.asarray(clean.vertices) * (1, -1) + (0, height), -FAR, FAR)
    points = np.rint(vertices * units).astype(np.int64)
    if len(codes) == 0:
        return ""
    pieces: list[str] = []
    start = here = points[0]
    cuts = [0, *(np.flatnonzero(np.diff(codes)) + 1), len(codes)]
    for first, last in pairwise(cuts):
        code, run = codes[first], points[first:last]
        if code == Path.MOVETO:
            start = here = run[-1]
            pieces.append(f"M{here[0]} {here[1]}")
        elif code == Path.CLOSEPOLY:
            here = start
            pieces.append("z")
        elif code != Path.STOP:
            letter, size = _SEGMENTS[int(code)]
            ends = run[size - 1 :: size]
            begins = np.concatenate((here[None], ends[:-1]))
            steps = run.reshape(-1, size, 2) - begins[:, None]
            here = ends[-1]
            pieces.append(letter + " ".join(map(str, steps.ravel().tolist())))
    return "".join(pieces)


_SEGMENTS = {int(Path.LINETO): ("l", 1), int(Path.CURVE3): ("q", 2), int(Path.CURVE4): ("c", 3)}


@lru_cache(maxsize=4096)
def text_data(text: str, font: FontProperties, mathematics: bool) -> str:
    """The letters of a text as path data, `GLYPH_UNITS` to an em, from the start of its base
    line."""
    vertices, codes = text_to_path.get_text_path(font, text, ismath=mathematics)
    if len(codes) == 0:
        return ""
    outline = Path(np.asarray(vertices), np.asarray(codes))
    return path_data(outline, IdentityTransform(), 0.0, units=GLYPH_UNITS / text_to_path.FONT_SCALE)
