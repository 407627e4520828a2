"""Controls: exact grids, and bad input named."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from mlelib.live import Choice, Pad, Slider, Toggle

DECIMALS = st.decimals(-50, 50, places=2).map(float)


@given(DECIMALS, st.sampled_from([0.01, 0.05, 0.1, 0.25, 0.3, 1.0, 7.5]), st.integers(1, 400))
def test_every_value_of_a_grid_is_the_float_its_notation_names(start, step, steps):
    stop = float(Decimal(str(start)) + steps * Decimal(str(step)))
    slider = Slider(start, stop, step, value=start, label="x")
    grid = slider.grid()
    assert len(grid) == steps + 1
    assert grid[0] == start
    assert grid[-1] == stop
    for value in grid:
        assert float(f"{value:.{slider.decimals}f}") == value
        assert slider.check("x", value) == value


def test_whole_sliders_give_ints_and_others_floats():
    assert Slider(0, 4, 2, value=2, label="n").grid() == (0, 2, 4)
    assert all(type(value) is int for value in Slider(0, 4, 2, value=2, label="n").grid())
    assert all(type(value) is float for value in Slider(0, 4, 0.5, value=2, label="n").grid())
    assert type(Slider(0, 4, 2, value=2, label="n").check("n", 2.0)) is int
    assert type(Slider(0, 4, 0.5, value=2, label="n").check("n", 2)) is float


def test_grids_of_choice_and_toggle():
    assert Choice(["a", "b"], "b", "which").grid() == ("a", "b")
    assert Toggle(True, "on").grid() == (False, True)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Slider(0, 1, 0, value=0, label="x"), "step > 0"),
        (lambda: Slider(0, 1, -0.1, value=0, label="x"), "step > 0"),
        (lambda: Slider(1, 1, 0.1, value=1, label="x"), "min < max"),
        (lambda: Slider(0, 1, 0.3, value=0, label="x"), "max of a Slider must be min plus"),
        (lambda: Slider(0, 1, 0.1, value=0.05, label="x"), "value of a Slider must be min plus"),
        (lambda: Slider(0, 1, 0.1, value=1.1, label="x"), "value must lie from 0 to 1"),
        (lambda: Slider(0, 1, 0.1, value=-0.1, label="x"), "value must lie from 0 to 1"),
        (lambda: Slider(0, float("inf"), 1, value=0, label="x"), "max of a Slider must be finite"),
        (lambda: Slider(float("nan"), 1, 1, value=0, label="x"), "min of a Slider must be finite"),
        (lambda: Slider("0", 1, 1, value=0, label="x"), "min of a Slider must be a number"),
        (lambda: Slider(0, 1, True, value=0, label="x"), "step of a Slider must be a number"),
        (lambda: Slider(0, 1, 1, value=0, label=" "), "label of a control"),
        (lambda: Choice(["a"], "a", "x"), "two or more different"),
        (lambda: Choice([1, "1"], 1, "x"), "two or more different"),
        (lambda: Choice(["a", "b"], "c", "x"), "value must be one of"),
        (lambda: Choice(["a", None], "a", "x"), "options of a Choice must be"),
        (lambda: Choice([True, False], True, "x"), "options of a Choice must be"),
        (lambda: Choice([0, 1], True, "x"), "value must be one of"),
        (lambda: Toggle(1, "x"), "True or False"),
        (lambda: Toggle(True, ""), "label of a control"),
        (lambda: Pad("axes", x="a"), "plain two-dimensional"),
        (lambda: Pad(Figure().add_subplot(projection="3d"), x="a"), "plain two-dimensional"),
        (lambda: Pad(Figure().add_subplot(projection="polar"), x="a"), "plain two-dimensional"),
        (lambda: Pad(Figure().subplots()), "name of a control"),
        (lambda: Pad(Figure().subplots(), y="a", triangle=True), "a triangle needs x and y"),
        (
            lambda: Pad(Figure().subplots(subplot_kw={"yscale": "symlog"}), x="a"),
            "linear or logarithmic, got 'symlog'",
        ),
    ],
)
def test_bad_controls_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("control", "value"),
    [
        (Slider(0, 4, 1, value=2, label="n"), 1.5),
        (Slider(0, 4, 1, value=2, label="n"), 5),
        (Slider(0, 4, 1, value=2, label="n"), "1"),
        (Slider(0, 4, 1, value=2, label="n"), True),
        (Slider(0, 4, 0.5, value=2, label="n"), float("nan")),
        (Choice(["a", "b"], "a", "which"), "A"),
        (Toggle(True, "on"), 0),
    ],
)
def test_values_that_a_control_cannot_take(control, value):
    with pytest.raises(ValueError, match=r"^speed must"):
        control.check("speed", value)
