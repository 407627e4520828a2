"""The stage: panels, slots, ids, and that the whole is what matplotlib draws."""

import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from PIL import Image

from mlelib.live import LiveFigure, Slider

from .synthetic import regression, single, wireframe

MAKERS = [regression, wireframe]


def ids(markup):
    return re.findall(r"\bid='([^']+)'", markup)


def references(markup):
    return set(re.findall(r"(?:url\(|href=')#([^')]+)", markup))


@pytest.mark.parametrize("make", MAKERS)
def test_markup_is_well_formed_and_without_a_style_sheet(make):
    figure = make()
    root = ElementTree.fromstring(f"<div>{figure.spec()['stage']}</div>")
    assert len(root.findall(".//*[@data-panel]")) == 2
    ElementTree.fromstring(figure.picture())
    assert "<style" not in figure.picture() + figure.spec()["stage"]


def test_ids_are_unique_over_two_figures_and_every_reference_resolves():
    pages = [regression("one").spec()["stage"], regression("two").spec()["stage"]]
    everything = "".join(pages)
    assert len(ids(everything)) == len(set(ids(everything))) > 0
    for name, page in zip(("one", "two"), pages, strict=True):
        assert all(identifier.startswith(f"{name}-") for identifier in ids(page))
        assert references(page) <= set(ids(page))


@pytest.mark.parametrize("make", MAKERS)
def test_what_a_fragment_refers_to_is_in_it_or_in_the_first_state(make):
    figure = make()
    known = set(ids(figure.spec()["stage"]))
    for function in figure.updates:
        values = {name: control.grid()[0] for name, control in figure.controls.items()}
        for fragment in figure.contents(function, values):
            assert references(fragment) <= known | set(ids(fragment))
            assert not known & set(ids(fragment))


def test_slots_stand_where_matplotlib_draws_the_artist():
    def make(axes, line):
        line.set_zorder(0.5)  # below the bystander, which is at 2

        def update(k):
            line.set_ydata([0, k])
            return [line]

        return [update]

    figure = single(make, {"k": Slider(0, 1, 0.5, value=1, label="k")})
    stage = figure.spec()["stage"]
    bystander = stage.index("stroke='#cccccc'")
    assert stage.index("data-slot='0'") < bystander
    assert stage.index("stroke='#1f77b4'") < bystander
    assert stage.count("stroke='#1f77b4'") == 1


def test_first_state_is_what_the_page_shows_without_script():
    figure = regression()
    stage = figure.spec()["stage"]
    for update in figure.updates:
        values = {name: control.value for name, control in figure.controls.items()}
        targets = figure.targets(update)
        for slot, fragment in zip(targets, figure.contents(update, values), strict=True):
            assert f"<g data-slot='{slot}'>{fragment}</g>" in stage


def test_axes_that_overlap_are_one_panel_and_level_ones_are_one_row():
    fig = Figure(figsize=(6, 6), layout="constrained")
    (a, b), (c, d) = fig.subplots(2, 2)
    a.twinx()
    d.set_visible(False)
    (line,) = c.plot([0, 1])

    def update(k):
        line.set_ydata([0, k])
        return [line]

    figure = LiveFigure(
        "grid",
        fig,
        [update],
        controls={"k": Slider(0, 1, 1, value=1, label="k")},
        alt="a",
        caption="c",
    )
    stage = figure.spec()["stage"]
    rows = stage.split("<div class='live-row'>")[1:]
    assert [row.count("<svg") for row in rows] == [2, 1]
    boxes = [box.split() for box in re.findall("viewBox='([^']+)'", stage)]
    (x0, y0, w0, h0), (x1, y1, _, h1), (_, y2, _, _) = [[int(n) for n in box] for box in boxes]
    assert (y0, h0) == (y1, h1)
    assert x0 + w0 <= x1 + 60  # side by side, but for the margins
    assert y2 >= y0 + h0 - 60
    assert b.get_position().y0 == a.get_position().y0


def test_a_pad_is_where_its_axes_is():
    figure = wireframe()
    (pad,) = figure.spec()["pads"]
    axes = figure.pads[0].axes
    x, y, width, height = pad["box"]
    corners = axes.transData.transform([(0.1, axes.get_ylim()[0]), (10, axes.get_ylim()[1])])
    total = figure.spec()["size"][1]
    written = [(x, total - y - height), (x + width, total - y)]
    assert np.abs(np.array(written) - 10 * corners).max() <= 1.0  # each edge rounded once or twice
    assert (pad["xscale"], pad["yscale"]) == ("log", "linear")
    assert (pad["x"], pad["y"], pad["panel"], pad["triangle"]) == ("k", None, 1, False)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda fig: fig.suptitle("title"), "'title'.*attached to the figure itself"),
        (lambda fig: fig.text(0, 0, "note"), "'note'.*attached to the figure itself"),
        (lambda fig: fig.axes[0].set_visible(False), "must have axes to draw"),
    ],
)
def test_what_no_panel_can_hold_is_refused(spoil, message):
    fig = Figure()
    (line,) = fig.subplots().plot([0, 1])
    spoil(fig)

    def update(k):
        line.set_ydata([0, k])
        return [line]

    with pytest.raises(ValueError, match=message):
        LiveFigure(
            "x",
            fig,
            [update],
            controls={"k": Slider(0, 1, 1, value=1, label="k")},
            alt="a",
            caption="c",
        )


def test_an_artist_that_is_in_no_axes_is_named():
    def make(axes, line):
        stray = Line2D([0, 1], [0, 1], label="stray")

        def update(k):
            stray.set_ydata([0, k])
            return [stray]

        return [update]

    with pytest.raises(ValueError, match=r"Line2D\(stray\).* no axes"):
        single(make, {"k": Slider(0, 1, 0.5, value=1, label="k")})


@pytest.mark.parametrize("make", MAKERS)
def test_a_browser_draws_what_matplotlib_draws(make, browser):
    figure = make()
    values = {name: control.grid()[1] for name, control in figure.controls.items()}
    figure.values = values
    expected = io.BytesIO()
    figure.figure.savefig(expected, format="png", dpi=144)
    reference = Image.open(expected).convert("L")
    page = browser.new_page(
        viewport={"width": reference.width // 2, "height": reference.height // 2},
        device_scale_factor=2,
    )
    page.set_content(f"<style>body {{ margin: 0 }}</style>{figure.picture()}")
    seen = Image.open(io.BytesIO(page.screenshot(clip={"x": 0, "y": 0, **page.viewport_size})))
    page.close()
    # Blurred a little, for the two smooth edges and letters differently.
    small = (reference.width // 4, reference.height // 4)
    difference = np.asarray(seen.convert("L").resize(small, Image.Resampling.BOX), dtype=float)
    difference -= np.asarray(reference.resize(small, Image.Resampling.BOX), dtype=float)
    assert np.abs(difference).mean() < 2  # of 255
    assert (np.abs(difference) > 60).mean() < 0.002
