"""The SVG renderer: what it writes is what was drawn, to a twentieth of a point."""

import re
from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform
from PIL import Image

from mlelib.live.outlines import path_data
from mlelib.live.svg import SvgRenderer

HEIGHT = 200.0
COORDINATES = st.floats(-3000, 3000)


def corners(data):
    """The points of a path without curves, in tenths of a point, one list for each of its parts."""
    parts = []
    for move, lines in re.findall(r"M(-?\d+ -?\d+)((?:l[-\d ]*|z)*)", data):
        points = [np.array(move.split(), dtype=int)]
        for number_pairs in re.findall(r"l([-\d ]*)", lines):
            steps = np.array(number_pairs.split(), dtype=int).reshape(-1, 2)
            points += list(points[-1] + np.cumsum(steps, axis=0))
        parts.append(np.array(points))
    return parts


@given(st.lists(st.tuples(COORDINATES, COORDINATES), min_size=2, max_size=60))
def test_rounding_never_adds_up(points):
    data = path_data(Path(points), IdentityTransform(), HEIGHT)
    (written,) = corners(data)
    exact = np.array(points) * (10, -10) + (0, 10 * HEIGHT)
    assert len(written) == len(points)
    # half a tenth, and the float's own rounding
    assert np.abs(written - exact).max() <= 0.5 + 1e-9


def test_a_gap_starts_a_new_part():
    path = Path([(0, 0), (1, 0), (np.nan, 0), (2, 0), (3, 0), (3, 1)])
    assert [len(part) for part in corners(path_data(path, IdentityTransform(), HEIGHT))] == [2, 3]


def test_after_a_closed_part_the_pen_is_back_at_its_start():
    square = Path([(0, 0), (1, 0), (1, 1), (0, 0)], closed=True)
    both = Path.make_compound_path(square, Path([(5, 5), (6, 5)]))
    assert path_data(both, IdentityTransform(), 0) == "M0 0l10 0 0 -10zM50 -50l10 0"
    line_after = Path(
        [(1, 1), (2, 1), (0, 0), (3, 3)], [Path.MOVETO, Path.LINETO, Path.CLOSEPOLY, Path.LINETO]
    )
    assert path_data(line_after, IdentityTransform(), 0) == "M10 -10l10 0zl20 -20"


def test_curves_are_relative_to_where_they_begin():
    path = Path(
        [(0, 0), (1, 1), (2, 0), (3, 0), (4, 0), (5, 1)],
        [Path.MOVETO, Path.CURVE3, Path.CURVE3, Path.CURVE4, Path.CURVE4, Path.CURVE4],
    )
    assert path_data(path, IdentityTransform(), 0) == "M0 0q10 -10 20 0c10 0 20 0 30 -10"


def test_infinity_is_cut_short():
    data = path_data(Path([(0, 0), (1, 1e300)]), IdentityTransform(), HEIGHT)
    assert data == "M0 2000l10 -1002000"


def drawn(draw):
    """The markup of what `draw(axes)` returns, and the renderer's definitions."""
    figure = Figure(figsize=(3, 2), dpi=72)
    axes = figure.subplots()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    artist = draw(axes)
    renderer = SvgRenderer(216, 144, "test")
    artist.draw(renderer)
    renderer.finish()
    return "".join(renderer.body), renderer.definitions


def test_black_follows_the_text_and_white_the_page():
    black, _ = drawn(lambda axes: axes.plot([0, 1], color="black")[0])
    white, _ = drawn(lambda axes: axes.plot([0, 1], color="white")[0])
    nearly, _ = drawn(lambda axes: axes.plot([0, 1], color="#fffffe")[0])
    assert "stroke='currentColor'" in black
    assert "stroke='var(--live-paper,#fff)'" in white
    assert "stroke='#fffffe'" in nearly


def test_what_is_transparent_is_not_written():
    assert drawn(lambda axes: axes.plot([0, 1], color="none")[0])[0] == ""
    assert drawn(lambda axes: axes.plot([0, 1], linewidth=0)[0])[0] == ""
    assert drawn(lambda axes: axes.plot([0, 1], visible=False)[0])[0] == ""


def test_opacity_of_colours_and_of_artists():
    colour, _ = drawn(lambda axes: axes.axvspan(0, 1, fc=(1, 0, 0, 0.25), ec="none"))
    artist, _ = drawn(lambda axes: axes.axvspan(0, 1, fc="red", ec="none", alpha=0.25))
    assert "fill='#ff0000' fill-opacity='0.25'" in colour
    assert "fill='#ff0000'" in artist
    assert re.search(r" (fill-)?opacity='0.25'", artist)


def test_dashes_caps_joins_and_widths_are_in_tenths():
    markup, _ = drawn(
        lambda axes: axes.plot(
            [0, 1], lw=2.5, ls=(3, (4, 2)), dash_capstyle="round", dash_joinstyle="miter"
        )[0]
    )
    for attribute in (
        "stroke-width='25'",
        "stroke-dasharray='100 50'",  # matplotlib counts dashes in line widths
        "stroke-dashoffset='75'",
        "stroke-linecap='round'",
        "stroke-linejoin='miter'",
    ):
        assert attribute in markup


def test_opaque_lines_of_one_style_are_one_path_and_translucent_ones_are_not():
    ends = [[(0, 0), (1, 0.1 * k)] for k in range(5)]

    def lines(**style):
        return lambda axes: axes.add_collection(LineCollection(ends, **style))

    assert drawn(lines(colors="red"))[0].count("<path") == 1
    assert drawn(lines(colors=["red"] * 2 + ["blue"] * 3))[0].count("<path") == 2
    assert drawn(lines(colors="red", alpha=0.5))[0].count("<path") == 5


def test_markers_lie_where_the_data_are():
    markup, _ = drawn(
        lambda axes: axes.scatter([0.25, 0.5, 0.75], [0.5, 0.5, 1], c=["red", "blue", "blue"])
    )
    starts = re.findall(r"M(-?\d+) (-?\d+)([^M']*)", markup)
    assert len(starts) == 3
    assert len({shape for *_, shape in starts}) == 1
    figure = Figure(figsize=(3, 2), dpi=72)
    axes = figure.subplots()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    exact = axes.transData.transform([(0.25, 0.5), (0.5, 0.5), (0.75, 1)]) * (10, -10) + (0, 1440)
    written = np.array([(int(x), int(y)) for x, y, _ in starts])
    radius = np.sqrt(36) / 2 * 10  # a scatter's s is the square of the width; a circle starts below
    assert np.abs(written - exact - (0, radius)).max() <= 1  # two roundings


def test_markers_are_one_path_where_that_looks_the_same():
    def dots(**style):
        return drawn(lambda axes: axes.plot([0.2, 0.21, 0.4], [0.5, 0.5, 0.6], "o", **style)[0])[0]

    assert dots().count("<path") == 1  # face and edge of one colour
    assert dots(markeredgewidth=0).count("<path") == 1
    assert dots(markerfacecolor="none").count("<path") == 1
    assert dots(markeredgecolor="white").count("<path") == 3  # each ring lies on the dot before
    assert dots(markeredgewidth=0, markerfacecolor=(1, 0, 0, 0.5)).count("<path") == 3


def test_markers_at_undefined_places_are_left_out():
    markup, _ = drawn(lambda axes: axes.scatter([0.2, np.nan, 0.4], [0.5, 0.5, np.inf]))
    assert markup.count("<path") == 1


def test_an_image_keeps_its_grid_and_lies_the_right_way_up():
    values = np.arange(6.0).reshape(2, 3)
    pixels = {}
    for origin in ("upper", "lower"):
        markup, _ = drawn(
            lambda axes, origin=origin: axes.imshow(
                values, origin=origin, interpolation="none", cmap="gray", extent=(0, 1, 0, 1)
            )
        )
        data = re.search("base64,([^']+)", markup)[1]
        pixels[origin] = np.asarray(Image.open(BytesIO(b64decode(data))).convert("L"))
    assert pixels["upper"].tolist() == [[0, 51, 102], [153, 204, 255]]
    assert pixels["lower"].tolist() == [[153, 204, 255], [0, 51, 102]]


def test_what_it_cannot_draw_it_says():
    with pytest.raises(ValueError, match="hatches"):
        drawn(lambda axes: axes.axvspan(0, 1, hatch="//"))


def test_a_rotated_image_is_refused():
    def rotated(axes):
        turn = Affine2D().rotate(0.3) + axes.transData
        return axes.imshow(np.eye(3), interpolation="none", transform=turn)

    with pytest.raises(ValueError, match="rotated or sheared image"):
        drawn(rotated)
