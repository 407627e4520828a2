"""A matplotlib renderer that writes compact SVG: whole tenths of a point, few attributes, no
page-wide style.

matplotlib's own SVG backend writes documents: six decimals, a style sheet for the whole page,
generated ids. A state table wants fragments, thousands of them, that compress well and mean the
same wherever they are put. Here every coordinate is a whole number of tenths and relative to the
one before, so that equal shapes are equal text. What is drawn alike is one path where that makes no
difference: a browser has less to do. Clip paths are named by a digest of their content behind the
figure's name.
"""

import base64
import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import Any, cast

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import Bbox, Transform
from numpy.typing import NDArray
from PIL import Image

from mlelib.live import paint
from mlelib.live.outlines import GLYPH_UNITS, UNITS, number, path_data, text_data


class SvgRenderer(RendererBase):
    """Collects what is drawn on a canvas of `width` × `height` points at 72 dots an inch.

    `body` is a list of markup, with an int where `slot` left room for an artist; `definitions` are
    the clip paths that the body refers to, by id.
    """

    def __init__(self, width: float, height: float, prefix: str) -> None:
        super().__init__()
        self.width, self.height, self.prefix = width, height, prefix
        self.body: list[str | int] = []
        self.definitions: dict[str, str] = {}
        self._run: tuple[str, list[str]] | None = None

    def slot(self, place: int) -> None:
        """Leave room for an artist that changes."""
        self._flush()
        self.body.append(place)

    def finish(self) -> "SvgRenderer":
        """Write out what is still held back; call it once, at the end."""
        self._flush()
        return self

    # What matplotlib calls

    def draw_path(
        self,
        gc: GraphicsContextBase,
        path: Path,
        transform: Transform,
        rgbFace: Any = None,
    ) -> None:
        fill, stroke = paint.fill(gc, rgbFace), paint.stroke(gc)
        if not (fill or stroke):
            return
        data = path_data(path, transform, self.height)
        if not data:
            return
        style = fill + stroke + paint.opacity(gc) + self._clip(gc)
        if not fill and "opacity" not in style:  # a wireframe, residuals
            self._extend(style, data)
        else:
            self._write(f"<path d='{data}'{style}/>")

    def draw_markers(
        self,
        gc: GraphicsContextBase,
        marker_path: Path,
        marker_trans: Transform,
        path: Path,
        trans: Transform,
        rgbFace: Any = None,
    ) -> None:
        places = [ends[-2:] for ends, _ in path.iter_segments(trans, simplify=False)]
        if len(places) == 1 and not np.any(places):  # a collection of one path at no offset
            self.draw_path(gc, marker_path, marker_trans, rgbFace)
            return
        self._draw_copies(gc, path_data(marker_path, marker_trans, 0.0), places, rgbFace)

    def draw_path_collection(
        self,
        gc: GraphicsContextBase,
        master_transform: Transform,
        paths: Sequence[Path],
        all_transforms: Sequence[Any],
        offsets: Any,
        *rest: Any,
        **keywords: Any,
    ) -> None:
        if len(paths) != 1 or len(offsets) == 1:
            super().draw_path_collection(
                gc, master_transform, paths, all_transforms, offsets, *rest, **keywords
            )
            return
        shapes = [
            path_data(path, transform, 0.0)
            for path, transform in self._iter_collection_raw_paths(  # type: ignore[attr-defined]
                master_transform, paths, all_transforms
            )
        ]
        offset_transform, *styles = rest
        for x, y, shape, style, face in self._iter_collection(  # type: ignore[attr-defined]
            gc, shapes, offsets, offset_transform, *styles, **keywords
        ):
            self._draw_copies(style, shape, [(x, y)], face)

    def draw_image(  # type: ignore[override]
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        im: NDArray[np.uint8],
        transform: Transform | None = None,
    ) -> None:
        height, width = im.shape[:2]
        if transform is None:
            size = np.array([width, height]) / self.get_image_magnification()
            corners = np.array([[0.0, 0.0], size])
        else:
            if any(transform.get_matrix()[[0, 1], [1, 0]]):
                raise ValueError("a live figure cannot draw a rotated or sheared image")
            corners = transform.transform([[0.0, 0.0], [1.0, 1.0]])
        if corners[1, 1] > corners[0, 1]:  # the first row is the lowest
            im = im[::-1]
        if corners[1, 0] < corners[0, 0]:
            im = im[:, ::-1]
        corners = np.sort(corners, axis=0) + np.array([x, y])
        low, high = corners
        left, top = number(low[0]), number(self.height - high[1])
        across, down = number(high[0] - low[0]), number(high[1] - low[1])
        alpha = gc.get_alpha()
        opacity = f" opacity='{alpha:.3g}'" if alpha != 1 else ""
        self._write(
            f"<image x='{left}' y='{top}' width='{across}' height='{down}'{opacity}{self._clip(gc)}"
            f" preserveAspectRatio='none' href='data:image/png;base64,{_png(im)}'/>"
        )

    def draw_text(  # type: ignore[override]
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: bool = False,
        mtext: Any = None,
    ) -> None:
        fill = paint.fill(gc, gc.get_rgb())
        data = text_data(s, prop, bool(ismath))
        if not (fill and data):
            return
        turn = f"rotate({round(-angle)})" if round(angle) else ""
        scale = prop.get_size_in_points() * UNITS / GLYPH_UNITS
        place = f"translate({number(x)} {number(y)}){turn}scale({scale:g})"
        text = f"<path transform='{place}' d='{data}'{fill}{paint.opacity(gc)}/>"
        clip = self._clip(gc)
        self._write(f"<g{clip}>{text}</g>" if clip else text)

    def option_scale_image(self) -> bool:
        return True  # an image of its own grid comes as it is, with a transform

    def option_image_nocomposite(self) -> bool:
        return True  # images stay apart: each may be an artist that changes

    def get_image_magnification(self) -> float:
        return 2.0

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self.width, self.height

    # How it is written

    def _write(self, markup: str) -> None:
        self._flush()
        self.body.append(markup)

    def _extend(self, style: str, data: str) -> None:
        """Write a path, in one with those before it of the same style."""
        if self._run is None or self._run[0] != style:
            self._flush()
            self._run = (style, [])
        self._run[1].append(data)

    def _flush(self) -> None:
        if self._run is not None:
            style, data = self._run
            self._run = None
            self.body.append(f"<path d='{''.join(data)}'{style}/>")

    def _draw_copies(
        self, gc: GraphicsContextBase, shape: str, places: Iterable[Any], face: Any
    ) -> None:
        """Draw the shape, whose data lie at the origin, at each place."""
        fill, stroke = paint.fill(gc, face), paint.stroke(gc)
        style = fill + stroke + paint.opacity(gc) + self._clip(gc)
        copies = _moved(
            shape,
            [
                (round(x * UNITS), round((self.height - y) * UNITS))
                for x, y in places
                if isfinite(x) and isfinite(y)
            ],
        )
        if not (fill or stroke) or not copies:
            return
        one_colour = not (fill and stroke) or tuple(face[:3]) == gc.get_rgb()[:3]
        if one_colour and "opacity" not in style:  # a union looks like its parts
            self._extend(style, "".join(copies))
            return
        paths = "".join(f"<path d='{data}'/>" for data in copies)
        opening = f"<g{style}>"
        previous = self.body[-1] if self.body and self._run is None else None
        if isinstance(previous, str) and previous.startswith(f"{opening}<path "):
            self.body[-1] = previous.removesuffix("</g>") + paths + "</g>"
        else:
            self._write(f"{opening}{paths}</g>")

    def _clip(self, gc: GraphicsContextBase) -> str:
        path, transform = cast(tuple[Any, Any], gc.get_clip_path())
        box = gc.get_clip_rectangle()
        if path is not None:
            outline = f"<path d='{path_data(path, transform, self.height)}'/>"
        elif box is not None:
            outline = self._rectangle(box)
        else:
            return ""
        identifier = f"{self.prefix}-{hashlib.sha256(outline.encode()).hexdigest()[:8]}"
        self.definitions[identifier] = f"<clipPath id='{identifier}'>{outline}</clipPath>"
        return f" clip-path='url(#{identifier})'"

    def _rectangle(self, box: Bbox) -> str:
        x, y = number(box.x0), number(self.height - box.y1)
        return f"<rect x='{x}' y='{y}' width='{number(box.width)}' height='{number(box.height)}'/>"


def _moved(data: str, places: Iterable[tuple[int, int]]) -> list[str]:
    """Path data at each of these places: only its moves are absolute."""
    before, *moves = re.split(r"M(-?\d+) (-?\d+)", data)
    parts = list(zip(map(int, moves[::3]), map(int, moves[1::3]), moves[2::3], strict=True))
    return [
        before + "".join([f"M{left + x} {top + y}{rest}" for left, top, rest in parts])
        for x, y in places
    ]


def _png(pixels: NDArray[np.uint8]) -> str:
    opaque = bool((pixels[..., 3] == 255).all())
    image = Image.fromarray(np.ascontiguousarray(pixels[..., :3] if opaque else pixels))
    buffer = io.BytesIO()
    image.save(buffer, format="png")
    return base64.b64encode(buffer.getvalue()).decode()
