"""The figures: what they say, what they draw, what they cost."""

import gzip
import inspect
import re
from math import prod
from statistics import median

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text

from mlelib import figures
from mlelib.figures import style
from mlelib.live.sampling import sample
from mlelib.live.table import table

from . import oracles

NAMES = figures.__all__
CASES = 40


@pytest.fixture(scope="module")
def live():
    """Each figure once, by name; a test leaves it in whatever state it likes."""
    return {name: getattr(figures, name)() for name in NAMES}


def first(figure):
    return {name: control.value for name, control in figure.controls.items()}


def states(figure, count=CASES, seed=0):
    """The first state, every control at its ends, and states drawn from the grids."""
    grids = {name: control.grid() for name, control in figure.controls.items()}
    start = first(figure)
    yield start
    for name, grid in grids.items():
        for value in (grid[0], grid[-1]):
            yield start | {name: value}
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield {name: grid[rng.integers(len(grid))] for name, grid in grids.items()}


def parameters(function):
    return tuple(inspect.signature(function).parameters)


def stage(figure, state):
    figure.values = state
    return figure.spec()["stage"]


def value(text):
    """The number that a readout shows, and half a unit of its last digit."""
    plain = text.replace("−", "-").replace(",", "")
    digits, _, power = plain.partition("e")
    decimals = len(digits.partition(".")[2])
    return float(plain), 0.5 * 10.0 ** (int(power or 0) - decimals)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_the_readout_is_the_independent_one(live, name):
    figure, oracle = live[name], getattr(oracles, name)
    for state in states(figure):
        asked = {key: state[key] for key in parameters(figure.readout)}
        shown, wanted = figure.readout(**asked), oracle(**asked)
        assert list(shown) == list(wanted)
        for label, text in shown.items():
            if isinstance(wanted[label], str):
                assert text == wanted[label], (asked, label)
            else:
                number, half = value(text)
                # a digit more than half a unit: the other computation rounds differently
                slack = 1.01 * half + 1e-9 * abs(number)
                assert abs(number - float(wanted[label])) <= slack, (asked, label)


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_depends_on_the_state_alone(live, name):
    figure, fresh = live[name], getattr(figures, name)()
    visited = list(states(figure, count=6))
    there = [stage(figure, state) for state in visited]
    assert len(set(there)) > len(visited) // 2
    back = [stage(fresh, state) for state in reversed(visited)]
    assert there == back[::-1]


@pytest.mark.parametrize("name", NAMES)
def test_words(live, name):
    figure = live[name]
    assert figure.name == name.replace("_", "-")
    assert figure.alt.startswith("Left: ")
    assert " Right: " in figure.alt
    sentences = re.findall(r"[.?!](?:\s|$)", figure.caption)
    assert len(sentences) == 2
    assert all(len(sentence) <= 130 for sentence in re.split(r"(?<=[.])\s", figure.caption))
    assert figure.readout
    assert figure.pads


@pytest.mark.parametrize("name", NAMES)
def test_only_the_palette_is_drawn(live, name):
    figure = live[name]
    palette = {
        to_hex(getattr(style, colour))
        for colour in ["INK", "DATA", "MODEL", "LIKELIHOOD", "PRIOR", "POSTERIOR", "SECOND"]
    }
    for state in states(figure, count=5):
        colours = set(re.findall(r"(?:fill|stroke)='(.*?)'", stage(figure, state)))
        assert colours <= palette | {"none", "currentColor"}, state
        assert "currentColor" in colours


@pytest.mark.parametrize("name", NAMES)
def test_text_can_be_read_on_a_phone(live, name):
    for axes in live[name].figure.axes:
        scale = 350 / axes.get_tightbbox().width  # of a phone's 390 pixels the page leaves 350
        for text in axes.findobj(Text):
            if text.get_text() and text.get_visible():
                assert scale * text.get_fontsize() >= 11.5
                assert to_hex(text.get_color()) == style.INK


@pytest.mark.parametrize("name", NAMES)
def test_words_do_not_overlap(live, name):
    live[name].values = first(live[name])
    for axes in live[name].figure.axes:
        shown = [axes.xaxis.label, axes.yaxis.label, *axes.texts]
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            ticks = zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=True)
            shown += [label for place, label in ticks if low <= place <= high]
        boxes = [text.get_window_extent() for text in shown if text.get_text()]
        assert len(boxes) > 4
        for number, box in enumerate(boxes):
            for other in boxes[:number]:
                assert not box.padded(-1).overlaps(other)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_moved_stays_inside_its_axes(live, name):
    figure = live[name]
    marks = [
        (axes, line)
        for axes in figure.figure.axes
        for line in axes.lines
        if line.get_marker() in ("o", "*")
        and len(line.get_xdata()) == 1
        and line.get_transform() == axes.transData
    ]
    assert marks
    for state in states(figure):
        figure.values = state
        for axes, line in marks:
            place = axes.transData.transform(np.column_stack(line.get_data()))[0]
            assert axes.bbox.padded(0.5).contains(*place) or not line.get_visible(), state


@pytest.mark.parametrize("name", NAMES)
def test_dragging_a_pad_moves_what_is_under_the_pointer(live, name):
    figure = live[name]
    for pad in figure.pads:
        for control, limits in ((pad.x, pad.axes.get_xlim()), (pad.y, pad.axes.get_ylim())):
            if control:
                grid = figure.controls[control].grid()
                assert limits[0] <= grid[0] < grid[-1] <= limits[1]


@pytest.mark.parametrize("name", NAMES)
def test_states_multiply_within_an_update_only(live, name):
    figure = live[name]
    sizes = {key: len(control.grid()) for key, control in figure.controls.items()}
    for update in figure.updates:
        assert prod(sizes[key] for key in parameters(update)) <= 3_000
    assert prod(sizes[key] for key in parameters(figure.readout)) <= 12_000


def test_tables_are_light(live):
    weights = []
    for figure in live.values():
        figure.values = first(figure)
        script = table(figure.name, sample(figure)).script
        weights.append(len(gzip.compress(script.encode())))
    assert max(weights) <= 250_000
    assert median(weights) <= 100_000
