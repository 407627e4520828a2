"""What chapter 3's captions and text say is to be seen, read off its drawings."""

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Ellipse
from matplotlib.path import Path
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit
from scipy.stats import zscore

from mlelib import Bernoulli, add_intercept, figures, maximum_likelihood, people
from mlelib.figures import style
from mlelib.figures.binary import STEEPNESS
from mlelib.figures.disc import LEVELS, SEGMENT, STRIP, FromAside, segments, strips
from mlelib.figures.wireframe import View

from .drawings import curves, flattened, lines, marks
from .oracles import gentoos, mean_logistic_nll

ADULTS = people()
X = np.column_stack([100 * ADULTS.height, ADULTS.weight])
STEP = "∞: the step"
STATES = [
    {"angle": 120, "offset": 0.0, "steepness": "2", "view": 30},
    {"angle": 30, "offset": 0.6, "steepness": "1", "view": 0},
    {"angle": 90, "offset": -0.17, "steepness": "4", "view": 225},
    {"angle": 180, "offset": 0.3, "steepness": STEP, "view": 105},
]


def panels(figure):
    return figure.figure.axes


def parts(axes, kind):
    return [part for part in axes.get_children() if isinstance(part, kind)]


def number(text):
    return float(text.replace("−", "-").replace("∞", "inf"))


@pytest.fixture(scope="module")
def plane():
    return figures.step_or_sigmoid()


def direction(state):
    """The unit vector along w, of standardised height and weight."""
    return np.array([np.cos(np.radians(state["angle"])), np.sin(np.radians(state["angle"]))])


def where(state, p):
    """How far along w, in standard deviations, the model's probability is `p`."""
    return state["offset"] + logit(p) / STEEPNESS[state["steepness"]]


def from_above(figure, standard):
    """Where points (k, 2) in standard deviations are in the left panel, in points of the page."""
    left, _ = panels(figure)
    return left.transData.transform(X.mean(axis=0) + X.std(axis=0) * standard)


def radius(figure):
    """Of the disc, in standard deviations."""
    (rim,) = parts(panels(figure)[0], Circle)
    ends = rim.get_transform().transform([[-1, 0], [1, 0]])
    one = from_above(figure, np.array([[0, 0], [1, 0]]))
    return np.ptp(ends[:, 0]) / 2 / np.ptp(one[:, 0])


def from_aside(figure, state, standard, p):
    """Where points (k, 2) in standard deviations, `p` high, are in the right panel."""
    (floor,) = parts(panels(figure)[1], Ellipse)
    ground = np.asarray(standard) / radius(figure)
    space = np.column_stack([ground, FromAside.height * np.broadcast_to(p, len(ground))])
    seen = View(-state["view"], FromAside.elevation).project(space)
    return floor.get_data_transform().transform(seen)


def ends_of(figure, state, at):
    """The ends (2, 2) of the chord of the disc at `at` along w, in standard deviations."""
    half = np.sqrt(radius(figure) ** 2 - at**2)
    w = direction(state)
    across = np.array([-w[1], w[0]])
    return at * w + np.outer([half, -half], across)


def boundary(axes):
    """The ends of the line p = ½ that a panel shows, in points of the page."""
    bold = [line for line in parts(axes, Line2D) if line.get_linewidth() == style.LINE]
    (line,) = (line for line in bold if line.get_zorder() == 4)
    assert line.get_color() == style.INK
    return line.get_transform().transform(np.column_stack(line.get_data()))


def strips_shown(figure):
    """The outlines of the sheet's strips, the palest and so the lowest first."""
    (sheet,) = parts(panels(figure)[1], PathCollection)
    order = np.argsort(sheet.get_facecolor()[:, 3])
    return [sheet.get_transform().transform_path(sheet.get_paths()[place]) for place in order]


@pytest.mark.parametrize("state", STATES)
def test_both_panels_show_the_probability_of_the_model(plane, state):
    plane.values = state
    left, _ = panels(plane)
    (shading,) = [part for part in parts(left, PathCollection) if part.get_zorder() == 0]
    layers = [shading.get_transform().transform_path(path) for path in shading.get_paths()]
    levels = (np.arange(len(layers)) + 0.5) / len(layers)
    seen_through = np.cumprod(1 - shading.get_facecolor()[:, 3])
    # Each layer is as deep as its share, and begins where p passes its level.
    assert 1 - seen_through == pytest.approx(style.DEEPEST * (levels + levels[0]))
    for layer, level in zip(layers, levels, strict=True):
        at = np.clip(where(state, level), -radius(plane), radius(plane))
        ends = from_above(plane, ends_of(plane, state, at))
        assert layer.vertices[[-1, 0]] == pytest.approx(ends)
    for outline, level in zip(strips_shown(plane), LEVELS, strict=False):
        at = np.clip(where(state, level), -radius(plane), radius(plane))
        p = level if abs(at) < radius(plane) else model(state, at)
        ends = from_aside(plane, state, ends_of(plane, state, at), p)
        drawn = outline.vertices[[4, 3]]
        assert drawn == pytest.approx(ends)


def model(state, at):
    return expit(STEEPNESS[state["steepness"]] * (at - state["offset"]))


def test_step_and_sigmoid_share_one_straight_boundary(plane):
    for state in STATES:
        drawn = set()
        for steepness in STEEPNESS:
            plane.values = state | {"steepness": steepness}
            ends = ends_of(plane, state, state["offset"])
            above, aside = map(boundary, panels(plane))
            np.testing.assert_allclose(np.sort(above, 0), np.sort(from_above(plane, ends), 0))
            assert aside == pytest.approx(from_aside(plane, state, ends, 0.5))
            drawn.add((above.tobytes(), aside.tobytes()))
        assert len(drawn) == 1


@pytest.mark.parametrize("steepness", [2.0, 4.0, 15.0, np.inf])
@pytest.mark.parametrize("offset", [-0.3, 0.0, 0.2])
def test_the_sheet_is_the_sigmoid_over_the_disc(offset, steepness):
    outlines = [Path(corners, STRIP) for corners in strips(offset, steepness)[..., [0, 2]]]
    for outline in outlines:
        u, p = flattened(outline).T
        if np.isinf(steepness):
            off = abs(u - offset) > 1e-7
            # the flat parts lead to the first level, 0.01 from 0 and from 1
            assert np.minimum(p, 1 - p)[off].max(initial=0) <= 0.01 + 1e-12
        else:
            assert p == pytest.approx(expit(steepness * (u - offset)), abs=0.02)
    for corners in strips(offset, steepness)[..., :2]:
        u, v = flattened(Path(corners, STRIP)).T
        assert np.hypot(u, v).max() <= 1.001
        on_rim = np.hypot(u, v) > 0.999
        assert on_rim.sum() >= 32


@pytest.mark.parametrize("start", [-1.0, -0.9, 0.0, 0.4, 1.0])
def test_a_layer_of_shading_is_what_a_chord_cuts_off_the_disc(start):
    (corners,) = segments(np.array([start]))
    u, v = flattened(Path(corners, SEGMENT)).T
    # three Bézier segments for a whole circle of 100 points: off by a fifth of a point
    assert np.hypot(u, v) == pytest.approx(1, abs=2e-3)
    assert u.min() >= start - 2e-3
    assert u.max() == pytest.approx(1, abs=2e-3)
    assert (u[0], v[0]) == pytest.approx((u[-1], -v[-1]))


def test_the_step_has_no_slope_but_everyone_on_the_wrong_side_costs_it_everything(plane):
    for state in STATES:
        texts = [
            plane.readout(state["angle"], state["offset"], steepness) for steepness in STEEPNESS
        ]
        assert len({text["on the wrong side"] for text in texts}) == 1
        slopes = [text["greatest slope |w|/4"] for text in texts]
        assert [number(slope) for slope in slopes[:-1]] == [0.25, 0.5, 1]
        assert slopes[-1] == "none, a jump"
        finite = [number(text["mean NLL (nats)"]) for text in texts]
        assert np.isfinite(finite).tolist() == [True, True, True, False]


def test_a_step_that_is_right_about_everyone_costs_nothing():
    x = np.column_stack([np.tile([1.0, 2.0, 3.0, 4.0], 2), np.repeat([1.0, 2.0], 4)])
    figure = figures.step_or_sigmoid(x, x[:, 1] > 1.5)
    text = figure.readout(90, 0.0, STEP)
    assert text["on the wrong side"] == "0 of 8"
    assert number(text["mean NLL (nats)"]) == 0


def test_what_is_near_is_drawn_last_and_as_deep_as_from_above(plane):
    middles = (np.r_[0, LEVELS] + np.r_[LEVELS, 1]) / 2
    for state in STATES:
        for view in (0, 105, 240):
            plane.values = state | {"view": view}
            (sheet,) = parts(panels(plane)[1], PathCollection)
            tints = sheet.get_facecolor()[:, 3]
            assert sorted(tints) == pytest.approx(style.DEEPEST * middles)
            nearness = View(-view, 0).nearness(np.array([*direction(state), 0])).round(9)
            order = np.sign(np.diff(tints))
            assert (order == np.sign(nearness)).all() or nearness == 0


def test_the_floors_axes_are_named_at_their_near_ends_clear_of_other_words(plane):
    _, right = panels(plane)
    words = [text for text in right.texts if text.get_text()]
    height, weight = (text for text in words if text.get_text() in ("height x₁", "weight x₂"))
    for view in plane.controls["view"].grid():
        plane.values = {"view": view}
        camera = View(-view, FromAside.elevation)
        for text, tip in ((height, [1.0, 0, 0]), (weight, [0, 1.0, 0])):
            place = np.array(text.get_position())
            near = camera.project(np.sign(camera.nearness(np.array(tip)).round(9)) * np.array(tip))
            assert place @ near >= 0
            assert place[1] < 0
        boxes = [text.get_window_extent() for text in words]
        for number, box in enumerate(boxes):
            assert not any(box.padded(-1).overlaps(other) for other in boxes[:number]), view


def test_turning_w_turns_the_sheet_as_walking_round_it_would(plane):
    rise = plane.updates[2]
    for steepness in ("1", STEP):
        for offset in (-0.6, 0.3):
            rest = {"steepness": steepness, "offset": offset}
            one = plane.contents(rise, rest | {"angle": 60, "view": 75})
            other = plane.contents(rise, rest | {"angle": 90, "view": 45})
            third = plane.contents(rise, rest | {"angle": 90, "view": 75})
            assert one == other != third


def test_the_eye_stands_where_the_right_panel_is_seen_from(plane):
    for view in (0, 75, 210):
        plane.values = {"view": view}
        left, right = panels(plane)
        (eye,) = marks(left, "D")
        place = (eye - X.mean(axis=0)) / X.std(axis=0)
        assert np.hypot(*place) == pytest.approx(radius(plane))
        foot = from_aside(plane, {"view": view}, [place], 0)[0]
        (floor,) = parts(right, Ellipse)
        lowest = floor.get_transform().transform([0, -1])
        assert foot == pytest.approx(lowest)


def test_the_dashed_curve_is_the_true_boundary(plane):
    left, _ = panels(plane)
    (even,) = (line for line in lines(left) if line.get_linestyle() == "--")
    height, weight = even.get_data()
    assert len(height) > 20
    assert ADULTS.p_diet(height / 100, weight) == pytest.approx(0.5, abs=0.01)


def test_the_best_boundary_of_the_grid_is_nearly_the_most_likely(plane):
    best = min(
        number(plane.readout(angle, offset, steepness)["mean NLL (nats)"])
        for angle in plane.controls["angle"].grid()
        for offset in plane.controls["offset"].grid()
        for steepness in STEEPNESS
    )
    found = maximum_likelihood(Bernoulli(), add_intercept(zscore(X)), ADULTS.diet)
    assert best == pytest.approx(found.value / 300, abs=0.002)


@pytest.mark.parametrize("name", ["step_or_sigmoid", "logistic_landscape"])
def test_both_classes_are_there_by_colour_and_marker(name):
    left, _ = panels(getattr(figures, name)())
    many = {line.get_marker(): line for line in lines(left) if len(line.get_xdata()) > 5}
    labels = ADULTS.diet if name == "step_or_sigmoid" else gentoos()[1]
    assert len(many["o"].get_xdata()) == np.sum(labels == 0)
    assert len(many["^"].get_xdata()) == np.sum(labels == 1)
    assert many["o"].get_color() != many["^"].get_color()


def test_a_view_turns_and_tilts():
    points = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1]])
    assert View(0, 0).project(points) == pytest.approx(np.array([[0, 0], [1, 0], [0, 1]]))
    assert View(90, 0).project(points) == pytest.approx(np.array([[-1, 0], [0, 0], [0, 1]]))
    assert View(0, 90).project(points) == pytest.approx(np.array([[0, -1], [1, 0], [0, 0]]))
    assert View(30, 40).nearness(points)[2] == 0
    assert View(30, 40).nearness(points)[0] == pytest.approx(np.cos(np.radians(30)))
    np.testing.assert_array_equal(View(-330, 20).project(points), View(30, 20).project(points))
    rng = np.random.default_rng(1)
    square = rng.normal(size=(50, 3)) * [1, 1, 0]
    turned = View(77, 90).project(square)
    assert np.hypot(*turned.T) == pytest.approx(np.hypot(*square[:, :2].T))


# Three rulers


def read(axes, height, x):
    """What a ruler of the panel says at `x`, by the ticks that are written on it."""
    ticks = [
        (text.get_position()[0], number(text.get_text()))
        for text in axes.texts
        if text.get_transform() == axes.transData
        and text.get_size() == style.TICK_SIZE
        and abs(text.get_position()[1] - height) < 0.15
    ]
    places, values = np.array(ticks).T
    slope, start = np.polyfit(places, values, 1)
    assert slope * places + start == pytest.approx(values, abs=1e-9)
    return slope * x + start


def test_each_ruler_reads_what_it_is_named_for():
    figure = figures.odds()
    left, right = panels(figure)
    for p in (0.1, 0.3, 0.5, 0.8, 0.9):
        figure.values = {"p": p}
        dots = marks(left, "o")
        for q, places in ((1 - p, dots[:3]), (p, dots[3:])):
            if q > 0.9:
                continue
            said = [read(left, y, x) for x, y in places]
            assert said == pytest.approx([q, q / (1 - q), np.log(q / (1 - q))], abs=1e-9)
        other, here = marks(right, "o")
        assert here == pytest.approx([np.log(p / (1 - p)), p])
        assert other == pytest.approx([-np.log(p / (1 - p)), 1 - p])


def test_p_and_its_opposite_are_mirror_images_but_for_their_odds():
    figure = figures.odds()
    left, _ = panels(figure)
    for p in (0.2, 0.35, 0.66):
        figure.values = {"p": p}
        places = np.array(marks(left, "o"))[:, 0]
        probability, odds, log_odds = places[:3] + places[3:]
        assert [probability, log_odds] == pytest.approx([1, 1])
        assert abs(odds - 1) > 0.2
        shown = figure.readout(p)
        assert number(shown["odds"]) * number(shown["odds of 1 − p"]) == pytest.approx(1, rel=0.01)
        assert number(shown["log-odds"]) == -number(shown["log-odds of 1 − p"])


def test_odds_beyond_their_ruler_are_an_arrow_at_its_end():
    figure = figures.odds()
    left, _ = panels(figure)
    for p, shown in ((0.9, 0), (0.91, 0), (0.92, 1), (0.99, 1), (0.05, 1), (0.5, 0)):
        figure.values = {"p": p}
        arrows = marks(left, ">")
        assert len(arrows) == (max(p, 1 - p) / min(p, 1 - p) >= 10 - 1e-9), p
        assert len(arrows) == shown or p == 0.91
        assert len(arrows) + len(marks(left, "o")) == 6
        for x, y in arrows:
            assert read(left, y, x) == pytest.approx(10)


def test_the_way_back_is_the_sigmoid():
    _, right = panels(figures.odds())
    z, p = curves(right)[0].T
    assert p == pytest.approx(1 / (1 + np.exp(-z)), abs=2e-3)
    assert np.ptp(z) == 10


# The landscape


@pytest.fixture(scope="module")
def valley():
    return figures.logistic_landscape()


def mean_nll(b, w, count=None):
    mass, sex = gentoos()
    return mean_logistic_nll([b, w], zscore(mass)[:count], sex[:count])


def test_the_heat_map_is_the_mean_nll_and_the_star_its_lowest(valley):
    _, right = panels(valley)
    (image,) = right.images
    for separable, count in ((False, None), (True, 30)):
        valley.values = {"separable": separable}
        floor = 0.0
        if not separable:
            ((w, b),) = marks(right, "*")
            floor = mean_nll(b, w)
            for db, dw in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01)):
                assert mean_nll(b + db, w + dw) > floor
        shown = np.asarray(image.get_array())
        slopes = np.linspace(*right.get_xlim(), shown.shape[1])
        intercepts = np.linspace(*right.get_ylim(), shown.shape[0])
        for i, j in ((0, 0), (30, 20), (35, 59), (60, 5), (60, 60)):
            above = mean_nll(intercepts[i], slopes[j], count) - floor
            assert shown[i, j] == pytest.approx(max(0, 1 - np.sqrt(above / 2)), abs=1e-6)


def test_separable_data_have_a_way_down_instead_of_a_star(valley):
    _, right = panels(valley)
    dashed = [line for line in lines(right) if line.get_linestyle() == "--"]
    valley.values = {"separable": False}
    assert len(marks(right, "*")) == 1
    assert not any(line.get_visible() for line in dashed)
    valley.values = {"separable": True}
    assert marks(right, "*") == []
    (ray,) = (line for line in dashed if line.get_visible())
    (w0, w1), (b0, b1) = ray.get_data()
    assert (w0, b0) == (0, 0)
    assert w1 > 0.9 * right.get_xlim()[1]
    along = [mean_nll(t * b1, t * w1, 30) for t in np.arange(0, 20, 0.25)]
    assert (np.diff(along) < 0).all()
    assert 0 < along[-1] < 1e-3
    with_all = [mean_nll(t * b1, t * w1) for t in np.arange(0, 20, 0.25)]
    assert with_all[-1] > min(with_all) + 1  # of all birds the same way leads up again


def test_on_separable_data_the_slope_fades_along_the_valley_and_is_never_gone(valley):
    lengths = []
    for w in (5.0, 10.0, 15.0, 20.0):
        b = minimize_scalar(mean_nll, args=(w, 30)).x
        shown = valley.readout(b=b, w=w, separable=True)
        assert shown["on the right side of p = ½"] == "30 of 30"
        lengths.append(number(shown["length of the gradient"]))
    assert (np.diff(lengths) < 0).all()
    assert lengths[-1] > 0
    best = valley.readout(b=0.41, w=5.44, separable=False)
    assert number(best["length of the gradient"]) < 0.001


def test_the_curve_is_the_dots_sigmoid(valley):
    left, right = panels(valley)
    mass, _ = gentoos()
    for w, b in ((2.0, -4.0), (20.0, 3.0), (-2.0, 0.0)):
        valley.values = {"w": w, "b": b}
        assert list(marks(right, "o")[0]) == [w, b]
        x, p = curves(left)[0].T
        assert p == pytest.approx(expit(b + w * (x - mass.mean()) / mass.std()), abs=0.01)


def test_every_bird_has_a_mark_of_its_own(valley):
    left, _ = panels(valley)
    mass, sex = gentoos()
    for separable, count in ((False, None), (True, 30)):
        valley.values = {"separable": separable}
        rows = [line for line in lines(left) if line.get_marker() in "o^"]
        for label, row in enumerate(rows):
            x, y = row.get_data()
            assert sorted(x) == sorted(mass[:count][sex[:count] == label])
            assert len(set(zip(x, y, strict=True))) == len(x)
            assert (y <= 0).all() if label == 0 else (y >= 1).all()


# The reader's own data


def test_units_do_not_matter_to_the_readouts(plane):
    meters = figures.step_or_sigmoid(
        X * [0.01, 1000], ADULTS.diet, names=(("height", "m"), ("weight", "g"))
    )
    for angle, offset, steepness in ((60, 0.3, "1"), (120, -0.6, "4")):
        assert meters.readout(angle, offset, steepness) == plane.readout(angle, offset, steepness)
    left, _ = panels(meters)
    assert left.get_xlabel() == "height (m)"
    assert not any(line.get_linestyle() == "--" for line in lines(left))


def test_a_falling_sigmoid_falls_on_the_other_way():
    mass, sex = gentoos()
    figure = figures.logistic_landscape(-mass, sex, ("minus mass", "g"), few=25)
    _, right = panels(figure)
    ((w, _),) = marks(right, "*")
    assert w < 0
    figure.values = {"separable": True}
    (ray,) = (line for line in lines(right) if line.get_linestyle() == "--")
    assert ray.get_xdata()[1] < 0
    (dot,) = marks(right, "o")
    assert right.get_xlim()[0] <= dot[0] <= right.get_xlim()[1]
    assert right.get_xlim()[0] <= w <= right.get_xlim()[1]


def test_bad_data_is_refused():
    mass, sex = gentoos()
    with pytest.raises(ValueError, match=r"few must leave separable examples, the first 119"):
        figures.logistic_landscape(mass, sex, few=119)
    with pytest.raises(ValueError, match="y must have one label for each of the 119"):
        figures.logistic_landscape(mass, sex[1:])
    with pytest.raises(ValueError, match="y must have one label for each of the 300"):
        figures.step_or_sigmoid(X, ADULTS.diet[:9])
    with pytest.raises(ValueError, match="x must have shape"):
        figures.step_or_sigmoid(X[:, 0], ADULTS.diet)
    with pytest.raises(ValueError, match="y must not be empty"):
        figures.logistic_landscape(mass)
    with pytest.raises(ValueError, match="value of a Slider"):
        figures.odds(0.123)
