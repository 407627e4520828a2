"""The contract of update functions: kept, or the error names who broke it and how."""

import itertools

import pytest
from matplotlib.figure import Figure

from mlelib.live import Choice, LiveFigure, Pad, Slider
from mlelib.live.sampling import sample

from .synthetic import single

K = {"k": Slider(0, 1, 0.25, value=0.25, label="k")}


def moved(axes, line, beside=lambda k: None):
    """One update that moves `line` as it should, and does something `beside`."""

    def update(k):
        line.set_ydata([0, k])
        beside(k)
        return [line]

    return [update]


def test_an_update_that_keeps_the_contract_moves_the_picture():
    figure = single(moved, K)
    before = figure.picture()
    figure.values = {"k": 1}
    assert figure.values == {"k": 1.0}
    after = figure.picture()
    figure.values = {"k": 0.25}
    assert before == figure.picture() != after


@pytest.mark.parametrize(
    ("beside", "name"),
    [
        (lambda axes: axes.lines[0].set_ydata([1, 0.5]), r"Line2D\(bystander\)"),
        (lambda axes: axes.lines[0].set_color("red"), r"Line2D\(bystander\)"),
        (lambda axes: axes.lines[0].set_visible(False), r"Line2D\(bystander\)"),
        (lambda axes: axes.set_title("new"), "'new'"),
        (lambda axes: axes.set_xlabel("new"), "'new'"),
        (lambda axes: axes.spines["top"].set_visible(False), "Spine"),
        (lambda axes: axes.set_ylim(0, 2), "YAxis.*'the x axis'"),
        (lambda axes: axes.invert_xaxis(), "XAxis.*'the x axis'"),
        (lambda axes: axes.plot([0, 1], label="newcomer"), r"Line2D\(newcomer\)"),
        (lambda axes: axes.lines[0].remove(), r"Line2D\(bystander\)"),
    ],
)
def test_touching_what_is_not_returned_is_caught_and_the_artist_named(beside, name):
    def make(axes, line):
        return moved(axes, line, lambda k: beside(axes) if k > 0.25 else None)

    with pytest.raises(ValueError, match=rf"update\(k=0.5\) touches .*{name}"):
        sample(single(make, K))
    figure = single(make, K)
    with pytest.raises(ValueError, match=rf"update\(k=1.0\) touches .*{name}"):
        figure.values = {"k": 1}
    assert figure.values == {"k": 0.25}


def test_what_no_setter_tells_is_caught_when_the_static_parts_are_drawn_again():
    def make(axes, line):
        def in_place(k):
            axes.lines[0].get_path().vertices[1, 1] = k

        return moved(axes, line, in_place)

    figure = single(make, K)
    with pytest.raises(ValueError, match=r"update\(\) changes panel 0 of figure 'single' outside"):
        sample(figure)


def test_an_update_with_a_memory_is_caught():
    def make(axes, line):
        calls = itertools.count()

        def update(k):
            line.set_ydata([0, k + 0.01 * next(calls)])
            return [line]

        return [update]

    with pytest.raises(ValueError, match=r"update\(k=0.0\) gives something else the second time"):
        sample(single(make, K))


def test_other_artists_than_before_are_caught():
    def make(axes, line):
        def update(k):
            return [line] if k < 0.5 else [line, axes.lines[0]]

        return [update]

    with pytest.raises(ValueError, match=r"update\(k=0.5\) returned .*bystander.*same artists"):
        sample(single(make, K))


def test_an_artist_belongs_to_one_update():
    def twice(axes, line):
        def first(k):
            return [line]

        def second(k):
            return [line]

        return [first, second]

    def inside(axes, line):
        def first(k):
            return [line]

        def second(k):
            return [axes]

        return [first, second]

    for make in (twice, inside):
        with pytest.raises(ValueError, match=r"Line2D\(mover\) is returned by first.*second"):
            single(make, K)


def test_an_exception_says_from_which_state_it_came():
    def make(axes, line):
        def update(k):
            line.set_ydata([0, {0.0: 0, 0.25: 1}[k]])
            return [line]

        return [update]

    with pytest.raises(KeyError) as caught:
        sample(single(make, K))
    assert caught.value.__notes__ == ["in update(k=0.5)"]


def test_too_many_states_say_how_many_and_what_to_coarsen():
    def make(axes, line):
        def update(k, j):
            line.set_ydata([j, k])
            return [line]

        return [update]

    figure = single(
        make,
        {
            "k": Slider(0, 1, 0.01, value=0, label="k"),
            "j": Slider(0, 1, 0.02, value=0, label="j"),
        },
    )
    with pytest.raises(
        ValueError,
        match=r"update\(\) of figure 'single' has 5,151 states, 101 \(k\) × 51 \(j\), and at most "
        r"3,000 are sampled: coarsen 'k' to 58 values",
    ):
        sample(figure)


def test_a_readout_may_have_more_states_than_an_update():
    def readout(k, j):
        return {"sum": f"{k + j:.2f}"}

    controls = {
        "k": Slider(0, 1, 0.01, value=0, label="k"),
        "j": Slider(0, 1, 0.02, value=0, label="j"),
    }
    figure = single(moved, controls, readout=readout)
    assert len(sample(figure)[1].contents) == 5151


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, "must return a list of the artists"),
        ([], "must return a list of the artists"),
        (["line"], "must return artists, got 'line'"),
    ],
)
def test_what_an_update_must_return(result, message):
    with pytest.raises(ValueError, match=message):
        single(lambda axes, line: [lambda k: result], K)


def updates_of(function):
    return lambda axes, line: [function]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda q: [], "asks for 'q', which is no control"),
        (lambda k=0.5: [], "plain parameters only, got k=0.5"),
        (lambda *k: [], r"plain parameters only, got \*k"),
        (lambda **k: [], r"plain parameters only, got \*\*k"),
    ],
)
def test_parameters_are_controls(function, message):
    with pytest.raises(ValueError, match=message):
        single(updates_of(function), K)


def test_a_control_that_moves_nothing_is_named():
    with pytest.raises(ValueError, match="control 'idle' moves nothing"):
        single(moved, {**K, "idle": Choice(["a", "b"], "a", "idle")})


@pytest.mark.parametrize(
    ("readout", "message"),
    [
        (lambda k: {"half": k / 2}, "must return {label: text}"),
        (lambda k: "half", "must return {label: text}"),
        (lambda k: {f"half of {k}": ""}, "the same labels in every state"),
    ],
)
def test_readouts_are_texts_under_the_same_labels(readout, message):
    with pytest.raises(ValueError, match=message):
        sample(single(moved, K, readout=readout))


def valid(**changes):
    fig = Figure()
    axes = fig.subplots()
    (line,) = axes.plot([0, 1])
    arguments = {
        "name": "a-figure",
        "fig": fig,
        "updates": moved(axes, line),
        "controls": K,
        "alt": "a",
        "caption": "c",
    }
    return LiveFigure(**{**arguments, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "A figure"}, "name must be lower-case"),
        ({"name": "a--figure"}, "name must be lower-case"),
        ({"fig": "figure"}, "fig must be a matplotlib"),
        ({"updates": []}, "updates must be one or more functions"),
        ({"updates": [None]}, "updates must be one or more functions"),
        ({"controls": {}}, "asks for 'k', which is no control"),
        ({"controls": {"k": 1}}, "control 'k' must be a Slider, Choice or Toggle"),
        ({"alt": " "}, "alt must be some text"),
        ({"caption": None}, "caption must be some text"),
        ({"pads": [Pad(Figure().subplots(), x="k")]}, "axes of this figure"),
    ],
)
def test_bad_arguments_are_named(changes, message):
    valid()
    with pytest.raises(ValueError, match=message):
        valid(**changes)


def test_a_pad_drives_sliders():
    fig = Figure()
    axes = fig.subplots()
    (line,) = axes.plot([0, 1])
    controls = {"k": Choice([0.25, 0.5], 0.25, "k")}
    for name in ("k", "q"):
        with pytest.raises(ValueError, match=f"a Pad must name Sliders, got '{name}'"):
            valid(fig=fig, updates=moved(axes, line), controls=controls, pads=[Pad(axes, x=name)])


@pytest.mark.parametrize("values", [{"k": 2}, {"k": "1"}, {"q": 1}])
def test_bad_values_are_refused_and_change_nothing(values):
    figure = single(moved, K)
    before = figure.picture()
    with pytest.raises(ValueError, match="must"):
        figure.values = values
    assert figure.values == {"k": 0.25}
    assert figure.picture() == before


def test_values_cannot_be_set_behind_the_figures_back():
    with pytest.raises(TypeError):
        single(moved, K).values["k"] = 1


def test_only_updates_that_depend_on_a_control_run():
    ran = []

    def make(axes, line):
        other = axes.lines[0]

        def first(k):
            ran.append("first")
            return [line]

        def second(j):
            ran.append("second")
            return [other]

        return [first, second]

    figure = single(make, {**K, "j": Slider(0, 1, 1, value=0, label="j")})
    ran.clear()
    figure.values = {"j": 1}
    assert ran == ["second"]
    figure.values = {"j": 1}
    assert ran == ["second"]
