"""A figure in a kernel: widgets, stage and `figure.values` in step, without a kernel or a browser.

`set_state` is what ipywidgets calls when a front end has sent something.
"""

import json
from html import escape
from typing import ClassVar

import comm
import numpy as np
import pytest
from comm.base_comm import BaseComm
from matplotlib.figure import Figure

from live.synthetic import regression, single, wireframe
from mlelib import figures
from mlelib.live import Choice, LiveFigure, Pad, Slider, Toggle
from mlelib.live import figure as figure_module
from mlelib.live.kernel import Host


class Recorder(BaseComm):
    """Keeps what the kernel sends."""

    sent: ClassVar[list[dict]] = []

    def publish_msg(self, msg_type, data=None, *args, **keywords):
        json.dumps(data)
        if data:
            Recorder.sent.append(data)


@pytest.fixture
def sent(monkeypatch):
    """The states that were sent to the front end, oldest first; echoes are not among them."""
    monkeypatch.setattr(comm, "create_comm", Recorder)
    Recorder.sent = []

    def updates():
        return [message["state"] for message in Recorder.sent if message.get("method") == "update"]

    yield updates
    Recorder.sent = []


def whole():
    """A figure with a whole slider and a real one, both on its pad and playing."""
    fig = Figure(figsize=(3, 3))
    axes = fig.subplots()
    axes.set(xlim=(0, 12), ylim=(0, 1))
    (dot,) = axes.plot([0], [0], "o")

    def move(n, p):
        assert isinstance(n, int)
        assert isinstance(p, float)
        dot.set_data([n], [p])
        return [dot]

    return LiveFigure(
        "whole",
        fig,
        [move],
        controls={
            "n": Slider(2, 10, step=2, value=4, label="n", play=True),
            "p": Slider(0, 1, step=0.1, value=0.5, label="p", play=True),
        },
        pads=[Pad(axes, x="n", y="p")],
        readout=lambda n, p: {"n & p": f"{n} < {p!r}"},
        alt="a",
        caption="c",
    )


def slots(host):
    """What the stage's slots hold."""
    return {
        int(name.removeprefix("slot_")): getattr(host.stage, name)
        for name in host.stage.trait_names()
        if name.startswith("slot_")
    }


def assert_in_step(host, figure, twin):
    """All that the host shows is what the twin, a figure of the same kind, draws afresh."""
    twin.values = figure.values
    assert slots(host) == twin.fragments()
    assert {name: control.value for name, control in host.controls.items()} == dict(figure.values)
    on_pads = {name for pad in figure.pads for name in (pad.x, pad.y) if name}
    assert host.stage.values == {name: figure.values[name] for name in on_pads}
    for name, player in host.players.items():
        grid = figure.controls[name].grid()
        distances = [abs(value - figure.values[name]) for value in grid]
        assert distances[player.value] == min(distances)
    for text in twin.texts().values():
        assert f"<b>{escape(text)}</b>" in host.readout.value


@pytest.mark.parametrize("make", [regression, wireframe])
def test_a_widget_moves_the_figure(make):
    figure, twin = make(), make()
    host = Host(figure)
    assert_in_step(host, figure, twin)
    for name, control in figure.controls.items():
        for value in (control.grid()[-1], control.grid()[0]):
            host.controls[name].value = value
            assert figure.values[name] == value
            assert type(figure.values[name]) is type(value)
            assert_in_step(host, figure, twin)


@pytest.mark.parametrize("make", [regression, wireframe])
def test_python_moves_the_widgets(make):
    figure, twin = make(), make()
    host = Host(figure)
    rng = np.random.default_rng(5)
    for _ in range(10):
        figure.values = {
            name: grid[rng.integers(len(grid))]
            for name, grid in ((name, control.grid()) for name, control in figure.controls.items())
        }
        assert_in_step(host, figure, twin)


def test_a_pad_gives_exact_values_between_the_grid():
    figure, twin = regression(), regression()
    host = Host(figure)
    host.stage.set_state({"values": {"w": 0.123456789, "b": -1.1}})
    assert figure.values["w"] == host.controls["w"].value == 0.123456789
    assert figure.values["b"] == -1.1
    assert_in_step(host, figure, twin)


def test_the_echo_of_a_slider_is_no_wish():
    figure = regression()
    host = Host(figure)
    figure.values = {"w": 0.123456789}
    host.controls["w"].set_state({"value": 0.0})  # its nearest, which the front end shows
    assert figure.values["w"] == 0.123456789
    host.controls["w"].set_state({"value": 0.4})
    assert figure.values["w"] == 0.4


def test_a_value_typed_beside_a_slider_is_exact():
    figure = regression()
    Host(figure).controls["w"].set_state({"value": 1.234})
    assert figure.values["w"] == 1.234


def test_a_slider_that_counts_in_floating_point_is_on_its_grid():
    figure, twin = whole(), whole()
    host = Host(figure)
    host.controls["p"].set_state({"value": 3 * 0.1})
    assert 3 * 0.1 != figure.values["p"] == 0.3
    assert_in_step(host, figure, twin)


def test_a_pad_rounds_whole_numbers_and_its_handle_follows(sent):
    figure, twin = whole(), whole()
    host = Host(figure)
    host.stage.set_state({"values": {"n": 6.6, "p": 0.25}})
    assert dict(figure.values) == {"n": 7, "p": 0.25}
    assert_in_step(host, figure, twin)
    host.stage.set_state({"values": {"n": 7.3, "p": 0.25}})  # still 7: the handle goes back
    assert sent()[-1] == {"values": {"n": 7, "p": 0.25}}
    assert_in_step(host, figure, twin)


def test_outside_is_clipped():
    figure, twin = whole(), whole()
    host = Host(figure)
    host.stage.set_state({"values": {"n": 11.9, "p": -1e-12}})
    assert dict(figure.values) == {"n": 10, "p": 0.0}
    assert_in_step(host, figure, twin)


def test_play_walks_the_grid():
    figure, twin = whole(), whole()
    host = Host(figure)
    for name in host.players:
        grid = figure.controls[name].grid()
        assert host.players[name].max == len(grid) - 1
        for place, value in enumerate(grid):
            host.players[name].set_state({"value": place})
            assert figure.values[name] == value
            assert_in_step(host, figure, twin)


def test_play_leaves_a_value_between_the_grid_alone():
    figure = whole()
    host = Host(figure)
    figure.values = {"p": 0.777}
    assert host.players["p"].value == 8
    host.players["p"].set_state({"value": 8})
    assert figure.values["p"] == 0.777
    host.players["p"].set_state({"value": 9})
    assert figure.values["p"] == 0.9


def test_only_what_changed_is_sent(sent):
    figure = regression()  # slots 0 to 2 are those of w and b, 3 and 4 those of sigma and shown
    host = Host(figure)

    def sent_by(widget, state):
        del Recorder.sent[:]
        widget.set_state(state)
        return [list(state) for state in sent()]

    stage, text = ["slot_0", "slot_1", "slot_2", "values"], ["value"]
    fitted = sent_by(host.controls["w"], {"value": 1.2})
    assert sorted(map(sorted, fitted)) == [stage, text]
    dragged = sent_by(host.stage, {"values": {"w": -0.3, "b": 1.7}})
    assert sorted(map(sorted, dragged)) == [stage[:3], text, text, text]  # readout, two sliders
    assert sent_by(host.controls["shown"], {"value": False}) == [["slot_3"]]
    assert sent_by(host.controls["shown"], {"value": False}) == []


def test_a_view_opened_later_is_right(sent):
    figure, twin = regression(), regression()
    host = Host(figure)
    figure.values = {"w": 2, "sigma": 0.5}
    twin.values = figure.values
    state = host.stage.get_state()
    assert {int(k[5:]): text for k, text in state.items() if k[:5] == "slot_"} == twin.fragments()
    assert state["values"] == {"w": 2, "b": 0}


@pytest.mark.parametrize(
    "bad", [{"w": 3}, {"w": "1"}, {"sigma": 0.7}, {"shown": 1}, {"other": 1}, {"b": 1, "w": np.nan}]
)
def test_a_bad_value_moves_nothing(bad):
    figure, twin = regression(), regression()
    host = Host(figure)
    figure.values = {"w": -0.8}
    with pytest.raises(ValueError, match="must"):
        figure.values = bad
    assert dict(figure.values) == {"w": -0.8, "b": 0, "sigma": 1, "shown": True}
    assert_in_step(host, figure, twin)


def test_an_update_that_fails_moves_nothing():
    def updates(axes, line):
        bystander = axes.lines[0]

        def follow(p):
            bystander.set_ydata([p, p])
            return [bystander]

        def fail(p):
            if p == 0.5:
                raise ZeroDivisionError
            line.set_ydata([0, p])
            return [line]

        return [follow, fail]

    def make():
        return single(updates, {"p": Slider(0, 1, step=0.1, value=0.2, label="p")})

    figure = make()
    host = Host(figure)
    with pytest.raises(ZeroDivisionError):
        host.controls["p"].value = 0.5
    assert_in_step(host, figure, make())
    assert figure.fragments() == make().fragments()


def test_numbers_to_choose_from_keep_their_type():
    def updates(axes, line):
        def place(n, size):
            line.set_ydata([n, size])
            return [line]

        return [place]

    controls = {"n": Choice([1, 5, 20], 5, "n"), "size": Choice([0.5, 1.0], 1.0, "size")}
    figure = single(updates, controls)
    host = Host(figure)
    assert host.controls["n"].get_state()["_options_labels"] == ("1", "5", "20")
    host.controls["n"].set_state({"index": 2})
    host.controls["size"].set_state({"index": 0})
    assert dict(figure.values) == {"n": 20, "size": 0.5}
    assert type(figure.values["n"]) is int


def test_words_are_no_markup():
    figure = whole()
    readout = Host(figure).readout
    assert "n &amp; p" in readout.value
    assert "<b>4 &lt; 0.5</b>" in readout.value


def test_outside_a_kernel_there_is_a_picture_and_no_widget():
    figure = regression()
    bundle = figure._repr_mimebundle_()
    assert bundle == {"image/svg+xml": figure.picture(), "text/plain": figure.alt}
    assert "_box" not in vars(figure)


def test_in_a_kernel_there_are_both_and_one_widget(monkeypatch):
    monkeypatch.setattr(figure_module, "in_a_kernel", lambda: True)
    figure = regression()
    first = figure._repr_mimebundle_()
    figure.values = {"w": 2}
    second = figure._repr_mimebundle_()
    view = "application/vnd.jupyter.widget-view+json"
    assert first[view] == second[view]  # displayed twice: two views of one widget
    assert first["image/svg+xml"] != second["image/svg+xml"] == figure.picture()


RNG = np.random.default_rng(11)
X = RNG.uniform(1, 9, 30)
Y = 3 * X + RNG.normal(0, 2, 30)
B = (X + RNG.normal(0, 1, 30) > 5).astype(int)
OWN_DATA = {
    "coin_likelihood": lambda: figures.coin_likelihood(heads=2, tails=9),
    "gaussian_surface": lambda: figures.gaussian_surface(Y, ("yield", "kg"), sizes=(3, 30)),
    "line_and_bells": lambda: figures.line_and_bells(X, Y, ("dose", "g"), ("yield", "kg")),
    "noise_family": lambda: figures.noise_family(X, Y, ("dose", "g"), ("yield", "kg")),
    "sigma_mle": lambda: figures.sigma_mle(Y - Y.mean(), "kg"),
    "step_or_sigmoid": lambda: figures.step_or_sigmoid(np.column_stack([X, Y]), B),
    "odds": lambda: figures.odds(0.25),
    "logistic_landscape": lambda: figures.logistic_landscape(
        X, B, ("dose", "g"), ("no", "yes"), few=6
    ),
    "softmax_playground": lambda: figures.softmax_playground((0, -1, 3)),
    "simplex": lambda: figures.simplex((1, 0, 0)),
}


@pytest.mark.parametrize("name", OWN_DATA)
def test_a_reader_looks_at_data_of_their_own(name):
    make = OWN_DATA[name]
    figure, twin = make(), make()
    host = Host(figure)
    assert host.stage.spec["stage"] != getattr(figures, name)().spec()["stage"]
    for control, slider in figure.controls.items():
        if isinstance(slider, Slider):
            host.controls[control].set_state({"value": slider.grid()[1]})
        elif not isinstance(slider, Toggle):
            host.controls[control].set_state({"index": 0})
    assert_in_step(host, figure, twin)


def test_reset_returns_to_the_first_state():
    host = Host(figure := whole())
    first = dict(figure.values)
    figure.values = {"n": 9, "p": 0.123}
    host.reset.click()
    assert figure.values == first
    assert {name: control.value for name, control in host.controls.items()} == first
