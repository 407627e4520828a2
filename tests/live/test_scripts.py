"""stage.js and table.js in a real Chromium, against Python."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import mlelib.live
from mlelib.live import LiveFigure, Pad, Slider
from mlelib.live.sampling import sample
from mlelib.live.table import table

from .synthetic import regression, wireframe

STATIC = Path(mlelib.live.__file__).parent / "static"
MAKERS = [regression, wireframe]


@pytest.fixture
def open_page(browser):
    """Opens a bare page that hosts a live figure: `values`, `set(changes)`, `moves`, `stage`."""
    pages = []

    def open_page(figure, **context):
        spec = figure.spec()
        script = table(figure.name, sample(figure)).script
        page = browser.new_context(viewport={"width": 900, "height": 500}, **context).new_page()
        pages.append(page)
        page.set_content(
            f"<style>body {{ margin: 0 }} {(STATIC / 'stage.css').read_text()}</style>"
            f"<div id='root'>{spec.pop('stage')}</div><div style='height: 2000px'></div>"
            f"<script>{script}{(STATIC / 'stage.js').read_text()}"
            f"{(STATIC / 'table.js').read_text()}"
            f"const spec = {json.dumps(spec)};"
            """
            const root = document.getElementById("root");
            const look = liveLookup(Object.values(liveTables)[0], spec.controls);
            const values = Object.fromEntries(spec.controls.map((c) => [c.name, c.value]));
            const moves = [];
            function set(changes) {
              Object.assign(values, changes);
              stage.show(look(values).slots);
              stage.place(values);
            }
            const stage = liveStage(root, spec, (move) => { moves.push(move); set(move); });
            stage.place(values);
            </script>"""
        )
        return page

    yield open_page
    for page in pages:
        page.context.close()


@pytest.mark.parametrize("make", MAKERS)
def test_the_page_finds_in_the_table_what_python_draws(make, open_page):
    page, figure = open_page(make()), make()
    for function in figure.functions:
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        points = list(product(*(figure.controls[name].grid() for name in names)))
        states = [dict(zip(names, point, strict=True)) for point in points]
        seen = page.evaluate(
            "(states) => states.map((state) => look({ ...values, ...state }))", states
        )
        for state, shown in zip(states, seen, strict=True):
            found = shown["slots"] | shown["texts"]
            contents = figure.contents(function, state)
            for target, content in zip(figure.targets(function), contents, strict=True):
                assert found[str(target)] == content


def test_values_off_the_grid_count_as_the_nearest_and_never_leave_it(open_page):
    page = open_page(regression())

    def look(w):
        return page.evaluate("(w) => look({ ...values, w }).texts", w)

    assert look(0.55) == look(0.4)
    assert look(0.65) == look(0.8)
    assert look(-7) == look(-2) != look(2) == look(9)


def test_only_slots_that_change_are_patched(open_page):
    page = open_page(regression())
    page.evaluate("set({})")
    patched = page.evaluate(
        """async () => {
          const seen = new Set();
          const observer = new MutationObserver((records) =>
            records.forEach((record) => seen.add(Number(record.target.dataset.slot))));
          root.querySelectorAll("[data-slot]").forEach((slot) =>
            observer.observe(slot, { childList: true }));
          set({ shown: false });
          await new Promise((done) => setTimeout(done));
          return [...seen];
        }"""
    )
    assert patched == [3]  # the band: after line, residuals and dot


@pytest.mark.parametrize("make", MAKERS)
def test_whatever_was_shown_before_a_slot_is_as_if_drawn_fresh(make, open_page):
    page, figure = open_page(make()), make()
    rng = np.random.default_rng(0)
    walk = [
        {name: rng.choice(control.grid()).item() for name, control in figure.controls.items()}
        for _ in range(100)
    ]
    wrong = page.evaluate(
        """(walk) => walk.filter((state) => {
          set(state);
          return Object.entries(look(state).slots).some(([number, markup]) => {
            const fresh = document.createElementNS("http://www.w3.org/2000/svg", "g");
            fresh.innerHTML = markup;
            return root.querySelector(`[data-slot="${number}"]`).innerHTML !== fresh.innerHTML;
          });
        })""",
        walk,
    )
    assert wrong == []


def test_shapes_that_move_stay_the_same_elements(open_page):
    page = open_page(regression())
    page.evaluate("set({}); shapes = [...root.querySelectorAll('[data-slot] path')]")
    before = page.evaluate("shapes.map((shape) => shape.outerHTML)")
    page.evaluate("set({ w: values.w - 1 })")
    assert page.evaluate("shapes.every((shape) => shape.isConnected)")
    assert page.evaluate("shapes.map((shape) => shape.outerHTML)") != before


@pytest.mark.parametrize("make", MAKERS)
def test_the_saved_picture_is_the_one_that_python_draws(make, open_page):
    figure = make()
    page = open_page(figure)
    values = {name: control.grid()[1] for name, control in figure.controls.items()}
    page.evaluate("(values) => set(values)", values)
    saved = page.evaluate("stage.picture()")
    figure = make()
    figure.values = values
    shapes = "(markup) => new DOMParser().parseFromString(markup, 'image/svg+xml').documentElement"
    outlines = (
        f"(markup) => [...({shapes})(markup).querySelectorAll('path, image')]"
        ".map((e) => e.getAttribute('d') ?? e.getAttribute('x') + ' ' + e.getAttribute('y'))"
    )
    assert page.evaluate(outlines, saved) == page.evaluate(outlines, figure.picture())
    assert "live-pad" not in saved
    assert "var(" not in saved


def middle(page, selector):
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_mouse_drags_from_anywhere_in_the_axes(open_page):
    page = open_page(regression())
    box = page.locator(".live-area").bounding_box()

    def at(w, b):
        return box["x"] + (w + 2) / 4 * box["width"], box["y"] + (2 - b) / 4 * box["height"]

    page.mouse.move(*at(-1, -1))
    page.mouse.down()
    assert page.evaluate("values.w") == pytest.approx(-1, abs=0.02)
    page.mouse.move(*at(1.5, 0.5), steps=4)
    assert page.evaluate("values.w") == pytest.approx(1.5, abs=0.02)
    assert page.evaluate("values.b") == pytest.approx(0.5, abs=0.02)
    page.mouse.move(*at(9, -9))
    assert page.evaluate("[values.w, values.b]") == [2, -2]
    page.mouse.up()
    page.mouse.move(*at(0, 0))
    assert page.evaluate("[values.w, values.b]") == [2, -2]


def test_grabbing_the_handle_off_its_middle_does_not_make_it_jump(open_page):
    page = open_page(regression())
    x, y = middle(page, ".live-handle")
    page.mouse.move(x + 8, y + 5)
    page.mouse.down()
    page.mouse.move(x + 9, y + 5)
    assert page.evaluate("values.w") == pytest.approx(0.4, abs=0.03)
    assert page.evaluate("values.b") == pytest.approx(0, abs=0.03)


def triangular():
    """A dot in a triangle: `h` is its height, `s` how far across the triangle it is there."""
    fig = Figure(figsize=(4, 2))
    axes = fig.subplots()
    axes.set(xlim=(0, 1), ylim=(0, 1))
    (dot,) = axes.plot([0.5], [0.5], "o")

    def place(s, h):
        dot.set_data([0.5 + (s - 0.5) * (1 - h)], [h])
        return [dot]

    sliders = {name: Slider(0, 1, step=0.25, value=0.5, label=name) for name in "sh"}
    pads = [Pad(axes, x="s", y="h", triangle=True)]
    return LiveFigure("t", fig, [place], controls=sliders, pads=pads, alt="a", caption="c")


def test_in_a_triangle_the_handle_is_under_the_pointer_or_on_the_side_next_to_it(open_page):
    page = open_page(triangular())
    area = page.locator(".live-area").bounding_box()

    def handle(x, y):
        """Where the handle is when the pointer is at (x, y), both in data units."""
        page.mouse.move(area["x"] + x * area["width"], area["y"] + (1 - y) * area["height"])
        page.mouse.down()
        left, top = middle(page, ".live-handle")
        page.mouse.up()
        shares = (left - area["x"]) / area["width"], 1 - (top - area["y"]) / area["height"]
        return pytest.approx(shares, abs=0.01)

    for inside in ((0.5, 0.5), (0.2, 0.1), (0.6, 0.7), (0.51, 0.9), (0.9, 0.05)):
        assert inside == handle(*inside)
    assert page.evaluate("[values.s, values.h]") == pytest.approx([0.92, 0.05], abs=0.01)
    assert handle(0.95, 0.6) == (0.7, 0.6)
    assert page.evaluate("values.s") == 1
    assert handle(0.1, 0.4) == (0.2, 0.4)
    assert page.evaluate("values.s") == 0


def test_the_tip_of_a_triangle_is_no_place_where_the_handle_jumps(open_page):
    page = open_page(triangular())
    area = page.locator(".live-area").bounding_box()
    page.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    page.mouse.down()
    for sideways in (-1, 1):
        page.mouse.move(area["x"] + area["width"] / 2 + sideways, area["y"] - 30)
        s, h = page.evaluate("[values.s, values.h]")
        assert h == 1
        assert s == pytest.approx(0.5 + sideways / (0.05 * area["width"]), abs=0.02)


def test_the_handle_follows_the_controls(open_page):
    page = open_page(wireframe())
    area = page.locator(".live-area").bounding_box()
    for k in (0.2, 1.0, 5.0):
        page.evaluate("(k) => set({ k })", k)
        x, _ = middle(page, ".live-handle")
        share = (x - area["x"]) / area["width"]
        assert 10 ** (-1 + 2 * share) == pytest.approx(k, rel=0.02)


def test_a_finger_drags_the_handle_taps_the_area_and_scrolls_the_page(open_page):
    page = open_page(regression(), has_touch=True)
    session = page.context.new_cdp_session(page)

    def touch(kind, *points):
        touches = [{"x": x, "y": y} for x, y in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    x, y = middle(page, ".live-handle")
    touch("touchStart", (x, y))
    for step in range(1, 6):
        touch("touchMove", (x + 10 * step, y - 10 * step))
    touch("touchEnd")
    area = page.locator(".live-area").bounding_box()
    w, b = 0.4 + 200 / area["width"], 200 / area["height"]  # 50 px of an axes 4 wide and high
    page.wait_for_function(f"Math.abs(values.w - {w}) < 0.03 && Math.abs(values.b - {b}) < 0.03")
    assert page.evaluate("scrollY") == 0

    page.touchscreen.tap(area["x"] + area["width"] / 8, area["y"] + area["height"] / 8)
    assert page.evaluate("[values.w, values.b]") == pytest.approx([-1.5, 1.5], abs=0.03)

    x, y = area["x"] + area["width"] * 0.8, area["y"] + area["height"] * 0.8
    touch("touchStart", (x, y))
    for step in range(1, 12):
        touch("touchMove", (x, y - 15 * step))
    touch("touchEnd")
    page.wait_for_function("scrollY > 50")
    assert page.evaluate("[values.w, values.b]") == pytest.approx([-1.5, 1.5], abs=0.03)


def test_panels_stand_side_by_side_and_stack_on_a_phone(open_page):
    page = open_page(regression())

    def boxes():
        return [panel.bounding_box() for panel in page.locator(".live-panel").all()]

    wide = boxes()
    assert wide[0]["y"] == pytest.approx(wide[1]["y"], abs=1)
    page.set_viewport_size({"width": 390, "height": 800})
    narrow = boxes()
    assert narrow[1]["y"] >= narrow[0]["y"] + narrow[0]["height"] - 1
    assert all(box["width"] == pytest.approx(390, abs=1) for box in narrow)
