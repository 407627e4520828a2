"""State tables: what comes out is what was drawn, for every state and in any order."""

import gzip
import json
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlelib.live import sampling
from mlelib.live.sampling import sample
from mlelib.live.table import Track, table

from .synthetic import regression, wireframe

MAKERS = [regression, wireframe]


def unpack(script):
    """{(controls, target): [content of every state]}, read as table.py describes the file."""
    name, _, text = script.removeprefix("(globalThis.liveTables??={})").partition("]=")
    content = json.loads(text.rstrip().removesuffix(";"))
    assert content["format"] == 1
    contents = {}
    for track in content["tracks"]:
        for target in track["targets"]:
            key = (tuple(track["controls"]), target.get("slot", target.get("label")))
            contents[key] = unpack_target(target, track["width"])
    return json.loads(name[1:]), contents


def unpack_target(target, width):
    differences = iter(split_numbers(target["numbers"]))
    template, seen, contents = 0, [], []
    for state, step in enumerate(target["states"]):
        template += step
        texts = target["templates"][template]

        def neighbour(distance, state=state, template=template):
            leaves_the_row = distance != width and state % width == 0
            if leaves_the_row or distance > state or seen[state - distance][0] != template:
                return None
            return seen[state - distance][1]

        left, up, corner = neighbour(1), neighbour(width), neighbour(width + 1)
        numbers = []
        for place in range(len(texts) - 1):
            if left and up and corner:
                guess = left[place] + up[place] - corner[place]
            else:
                guess = (left or up or [0] * len(texts))[place]
            numbers.append(guess + next(differences))
        seen.append((template, numbers))
        contents.append(
            texts[0] + "".join(f"{n}{text}" for n, text in zip(numbers, texts[1:], strict=True))
        )
    assert next(differences, None) is None
    return contents


def split_numbers(text):
    while text:
        if text[0] == "!":
            number, _, text = text[1:].partition(" ")
            yield int(number)
        else:
            yield ord(text[0]) - 79
            text = text[1:]


@pytest.mark.parametrize("make", MAKERS)
def test_every_state_of_a_table_is_the_state_drawn_fresh(make):
    """In another figure, in random order, with the other controls at random places."""
    _, contents = unpack(table("x", sample(make())).script)
    figure = make()
    random = Random(5)
    grids = {name: control.grid() for name, control in figure.controls.items()}
    checked = 0
    for function in figure.functions:
        names = next(names for names, target in contents if target == figure.targets(function)[0])
        states = list(enumerate(product(*(grids[name] for name in names))))
        random.shuffle(states)
        for number, point in states:
            figure.values = {name: random.choice(grid) for name, grid in grids.items()}
            fresh = figure.contents(function, dict(zip(names, point, strict=True)))
            for target, content in zip(figure.targets(function), fresh, strict=True):
                assert contents[names, target][number] == content
                checked += 1
    assert checked == sum(len(states) for states in contents.values()) > 50


@pytest.mark.parametrize("make", MAKERS)
def test_a_table_does_not_depend_on_the_order_of_sampling(make, monkeypatch):
    """Chunks of other sizes start from other states; one process visits them in another order."""
    whole = table("x", sample(make())).script
    monkeypatch.setattr(sampling, "CHUNK", 7)
    assert table("x", sample(make())).script == whole
    monkeypatch.setattr("sys.platform", "darwin")  # does not fork
    figure = make()
    figure.values = {name: control.grid()[-1] for name, control in figure.controls.items()}
    assert table("x", sample(figure)).script == whole
    assert figure.values == {name: control.grid()[-1] for name, control in figure.controls.items()}


def test_sampling_leaves_the_figure_as_it_was():
    figure = regression()
    figure.values = {"w": 1.2, "sigma": 2}
    before = figure.picture()
    sample(figure)
    assert figure.picture() == before


def test_progress_counts_every_state_to_the_last():
    heard = []
    figure = regression()
    sample(figure, lambda done, total: heard.append((done, total)))
    assert heard[-1] == (11 * 9 + 6 + 11 * 9,) * 2
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


TEXTS = st.text(alphabet="Ml 0123456789-.#'<z", max_size=12)


@given(st.integers(1, 5), st.integers(1, 4), st.data())
def test_any_contents_come_back(width, rows, data):
    count = width * rows
    contents = data.draw(st.lists(st.tuples(TEXTS, TEXTS), min_size=count, max_size=count))
    packed = table("x", [Track(("a", "b"), width, (0, "label"), contents)])
    _, unpacked = unpack(packed.script)
    for place, target in enumerate((0, "label")):
        assert unpacked[("a", "b"), target] == [content[place] for content in contents]


@given(
    st.lists(
        st.lists(st.integers(-9_999_999, 9_999_999), min_size=3, max_size=3),
        min_size=6,
        max_size=6,
    )
)
def test_any_numbers_come_back(rows):
    contents = [(f"M{a} {b}l{c} 0",) for a, b, c in rows]
    _, unpacked = unpack(table("x", [Track(("a", "b"), 3, (0,), contents)]).script)
    assert [(content,) for content in unpacked[("a", "b"), 0]] == contents


def test_numbers_that_change_steadily_cost_next_to_nothing():
    """A plane over the grid, 50 numbers a state: only its first row and column are news."""
    contents = [
        (" ".join(str(1000 + 37 * i - 11 * j * k) for k in range(50)),)
        for i in range(40)
        for j in range(40)
    ]
    script = table("x", [Track(("a", "b"), 40, (0,), contents)]).script
    assert len(gzip.compress(script.encode())) < 0.002 * sum(len(text) for (text,) in contents)


def test_equal_contents_are_stored_once():
    """As with images, which are chosen by few controls and have no numbers to speak of."""
    pictures = [f"<image href='{'ABCDefg' * 500}{kind}'/>" for kind in "xyz"]
    contents = [(pictures[state % 3],) for state in range(60)]
    script = table("x", [Track(("a", "b"), 6, (0,), contents)]).script
    assert all(script.count(picture) == 1 for picture in pictures)
    assert len(script) < 1.1 * sum(map(len, pictures))


def test_a_tables_name_changes_with_its_content_and_only_then():
    track = Track(("a",), 2, (0,), [("one",), ("two",)])
    other = Track(("a",), 2, (0,), [("one",), ("TWO",)])
    assert table("x", [track]) == table("x", [track])
    assert table("x", [track]).stem != table("x", [other]).stem
    assert table("x", [track]).stem.startswith("x-")
    assert unpack(table("x", [track]).script)[0] == table("x", [track]).stem


def test_the_widest_text_of_a_label_in_digits():
    track = Track(("a",), 3, (0, "NLL"), [["<path/>", "7"], ["<path/>", "−12345.67"], ["", "8, 8"]])
    assert table("t", [track]).widest == {"NLL": 9}
    words = Track(("a",), 2, ("lowest",), [["0.190"], ["falls to 0"]])
    assert table("t", [words]).widest == {"lowest": 8}  # six of ten characters are narrow
