"""What chapter 4's captions and text say is to be seen, read off the drawings."""

from itertools import product

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch, Rectangle
from scipy import stats
from scipy.special import softmax

from mlelib import figures, maximum_likelihood, people
from mlelib.figures import style
from mlelib.figures.regions import cut
from mlelib.likelihoods import Categorical
from mlelib.objectives import add_intercept

from .drawings import marks
from .oracles import weight_class_descent

COLORS = [to_hex(color) for color, _ in style.CLASSES]


def bars(axes):
    """The heights of a panel's bars from left to right."""
    drawn = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    return np.array([bar.get_height() for bar in sorted(drawn, key=Rectangle.get_x)])


@pytest.fixture(scope="module")
def playground():
    return figures.softmax_playground()


def outputs(figure, **values):
    """What softmax, sigmoids and absolute values make of these controls, (3, 3)."""
    figure.values = values
    return bars(figure.figure.axes[1]).reshape(3, 3)


def raw(*z):
    return dict(zip(("z1", "z2", "z3"), z, strict=True))


def every_raw(figure):
    return product(*(figure.controls[name].grid() for name in ("z1", "z2", "z3")))


def test_the_bars_are_the_three_rules(playground):
    rng = np.random.default_rng(4)
    for _ in range(50):
        z, c, t = rng.integers(-3, 4, 3), int(rng.integers(-2, 4)), rng.choice([0.25, 0.5, 1, 2, 4])
        if not (z + c).any():
            continue
        drawn = outputs(playground, **raw(*z.tolist()), shift=c, temperature=float(t))
        wanted = softmax((z + c) / t), 1 / (1 + np.exp(-(z + c))), abs(z + c) / sum(abs(z + c))
        assert drawn == pytest.approx(np.array(wanted))
        assert bars(playground.figure.axes[0]) == pytest.approx(z + c)
        dots = marks(playground.figure.axes[0], "o")
        assert np.array(dots) == pytest.approx(np.column_stack([[1, 2, 3], z]))


def test_a_shift_leaves_the_softmax_alone_and_moves_the_others(playground):
    for z in ((2, 1, -1), (3, 0, -3), (0, 0, 1)):
        before = outputs(playground, **raw(*z), shift=0, temperature=1)
        for c in (-2, -1, 1, 2, 3):
            by_softmax, by_sigmoid, by_absolute = outputs(playground, shift=c)
            assert by_softmax.tolist() == before[0].tolist()
            assert by_softmax == pytest.approx(softmax(np.array(z) + c))
            assert (np.sign(by_sigmoid - before[1]) == np.sign(c)).all()
            assert abs(by_absolute - before[2]).max() > 0.01


def test_raising_one_output_lowers_the_others_under_softmax_and_no_other_sigmoid(playground):
    for z in ((0, 1, -2), (2, -3, 0)):
        for k in range(3):
            before = outputs(playground, **raw(*z), shift=0, temperature=1)
            raised = [value + (j == k) for j, value in enumerate(z)]
            by_softmax, by_sigmoid, _ = outputs(playground, **raw(*raised)) - before
            assert (np.sign(by_softmax) == np.where(np.arange(3) == k, 1, -1)).all()
            assert (np.sign(by_sigmoid) == (np.arange(3) == k)).all()


def test_only_the_softmax_and_the_shares_sum_to_1(playground):
    sums = []
    for z in every_raw(playground):
        if any(z):
            drawn = outputs(playground, **raw(*z), shift=0, temperature=1).sum(axis=1)
            assert drawn[[0, 2]] == pytest.approx([1, 1])
            sums.append(drawn[1])
    assert min(sums) < 0.3
    assert max(sums) > 2.5


def test_absolute_values_cannot_tell_for_from_against(playground):
    for_it = outputs(playground, **raw(2, 1, 1), shift=0, temperature=1)
    against = outputs(playground, **raw(2, 1, -1))
    assert for_it[2].tolist() == against[2].tolist()
    assert for_it[0, 2] > 2 * against[0, 2]


def test_all_outputs_0_have_no_shares(playground):
    words = playground.figure.axes[1].texts[-1]
    for z, c in (((0, 0, 0), 0), ((2, 2, 2), -2), ((-3, -3, -3), 3)):
        by_softmax, by_sigmoid, by_absolute = outputs(playground, **raw(*z), shift=c, temperature=2)
        assert by_softmax == pytest.approx([1 / 3] * 3)
        assert by_sigmoid == pytest.approx([1 / 2] * 3)
        assert (by_absolute == 0).all()
        assert words.get_visible()
        assert words.get_text() == "0/0"
        assert playground.texts()["|z| / Σ|z|"] == "0/0, undefined"
    outputs(playground, **raw(0, 0, 1), shift=0)
    assert not words.get_visible()


def test_the_temperature_sharpens_or_flattens_the_softmax_and_keeps_its_order(playground):
    drawn = [
        outputs(playground, **raw(2, 1, -1), shift=0, temperature=t) for t in (0.25, 0.5, 1, 2, 4)
    ]
    largest = [by_softmax.max() for by_softmax, _, _ in drawn]
    assert largest == sorted(largest, reverse=True)
    assert largest[0] > 0.95
    assert largest[-1] < 0.5
    for by_softmax, *others in drawn:
        assert by_softmax.argsort().tolist() == [2, 1, 0]
        assert np.array_equal(others, drawn[0][1:])


def test_each_dot_is_on_a_pad_of_its_own(playground):
    left = playground.figure.axes[0]
    for k, pad in enumerate(playground.pads):
        assert (pad.x, pad.y) == (None, f"z{k + 1}")
        assert pad.axes.get_ylim() == left.get_ylim()
        low, high = left.transData.transform([(k + 0.5, 0), (k + 1.5, 0)])[:, 0]
        assert pad.axes.bbox.intervalx == pytest.approx([low, high])
        assert pad.axes.bbox.intervaly == pytest.approx(left.bbox.intervaly)


def test_the_first_outputs_can_be_chosen():
    figure = figures.softmax_playground((0, -3, 3))
    assert bars(figure.figure.axes[0]) == pytest.approx([0, -3, 3])
    with pytest.raises(ValueError, match="got 4"):
        figures.softmax_playground((0, 0, 4))


@pytest.fixture(scope="module")
def triangle():
    return figures.simplex()


def test_entropy_and_kl_add_up_to_the_cross_entropy_in_every_state(triangle):
    _, right = triangle.figure.axes
    entropy_bar, kl_bar, cross_bar = right.patches
    for epsilon in triangle.controls["epsilon"].grid():
        y = np.array([epsilon / 3, epsilon / 3, 1 - 2 * epsilon / 3])
        grids = (triangle.controls[name].grid() for name in ("split", "q3"))
        for split, q3 in product(*grids):
            triangle.values = {"split": split, "q3": q3, "epsilon": epsilon}
            q = np.array([(1 - q3) * (1 - split), (1 - q3) * split, q3])
            assert entropy_bar.get_height() == pytest.approx(stats.entropy(y), abs=1e-15)
            assert kl_bar.get_y() == entropy_bar.get_height()
            top = kl_bar.get_y() + kl_bar.get_height()
            assert top == pytest.approx(cross_bar.get_height(), abs=1e-14)
            assert cross_bar.get_height() == pytest.approx(-(y @ np.log(q)), abs=1e-14)
            assert cross_bar.get_height() < right.get_ylim()[1]
            assert kl_bar.get_height() > -1e-15


def test_the_dot_is_where_q_is_and_the_star_where_y_is(triangle):
    left, _ = triangle.figure.axes
    corners = np.array([(0, 0), (1, 0), (0.5, 1)])
    for split, q3, epsilon in ((0.05, 0.95, 0.0), (0.7, 0.3, 0.6), (0.95, 0.05, 0.9)):
        triangle.values = {"split": split, "q3": q3, "epsilon": epsilon}
        (dot,), (star,) = marks(left, "o"), marks(left, "*")
        q = np.array([(1 - q3) * (1 - split), (1 - q3) * split, q3])
        y = np.array([epsilon / 3, epsilon / 3, 1 - 2 * epsilon / 3])
        assert dot == pytest.approx(q @ corners)
        assert star == pytest.approx(y @ corners)
        # where a triangular pad has its handle
        assert dot == pytest.approx([0.5 + (split - 0.5) * (1 - q3), q3])
    (pad,) = triangle.pads
    assert (pad.x, pad.y, pad.triangle) == ("split", "q3", True)
    assert (left.get_xlim(), left.get_ylim()) == ((0, 1), (0, 1))


def test_the_dot_can_be_put_on_the_star_where_only_the_entropy_is_left(triangle):
    left, right = triangle.figure.axes
    for epsilon in triangle.controls["epsilon"].grid()[1:]:
        q3 = round(1 - 2 * epsilon / 3, 2)
        assert q3 in triangle.controls["q3"].grid()
        triangle.values = {"split": 0.5, "q3": q3, "epsilon": epsilon}
        assert marks(left, "o")[0] == pytest.approx(marks(left, "*")[0])
        assert right.patches[1].get_height() == pytest.approx(0, abs=1e-15)
        assert triangle.texts()["KL(y‖q)"] == "0.000"
        assert triangle.texts()["lowest"] == "at q = y"


def test_without_smoothing_the_star_is_hollow_and_never_reached(triangle):
    left, right = triangle.figure.axes
    star = next(line for line in left.lines if line.get_marker() == "*" and line.get_xdata()[0])
    for epsilon in triangle.controls["epsilon"].grid():
        triangle.values = {"epsilon": epsilon}
        assert (star.get_markerfacecolor() == "none") == (epsilon == 0)
    triangle.values = {"epsilon": 0.0}
    costs = []
    for q3 in triangle.controls["q3"].grid():
        triangle.values = {"q3": q3}
        costs.append(right.patches[2].get_height())
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] > 0
    assert triangle.texts()["lowest"] == "never reached"


def test_the_colour_and_the_rings_are_the_kl_divergence(triangle):
    left, _ = triangle.figure.axes
    (image,) = left.images
    rings = next(
        p
        for p in left.patches
        if isinstance(p, PathPatch) and p.get_alpha() == 0.6 and len(p.get_path().vertices) > 1
    )
    side = np.linspace(0, 1, 61)
    for epsilon in (0.0, 0.3, 0.9):
        triangle.values = {"epsilon": epsilon}
        y = np.array([epsilon / 3, epsilon / 3, 1 - 2 * epsilon / 3])
        shown = np.asarray(image.get_array())
        for row, column in ((6, 30), (20, 15), (30, 30), (45, 28), (55, 30)):
            q3 = side[row]
            q2 = side[column] - q3 / 2
            kl = stats.entropy(y, [1 - q2 - q3, q2, q3])
            assert shown[row, column] == pytest.approx(max(0, 1 - np.sqrt(kl / 3)))
        x, q3 = rings.get_path().vertices.T
        q2 = x - q3 / 2
        kl = stats.entropy(y[:, None], np.array([1 - q2 - q3, q2, q3]))
        nearest = np.array([0.1, 0.5, 1, 2])[abs(kl[:, None] - [0.1, 0.5, 1, 2]).argmin(axis=1)]
        assert kl == pytest.approx(nearest, abs=0.01)  # straight lines between the points of a grid
        assert set(nearest) == {0.1, 0.5, 1, 2}


def test_another_target_can_be_smoothed():
    figure = figures.simplex((0.5, 0.5, 0))
    left, _ = figure.figure.axes
    figure.values = {"epsilon": 0.0}
    assert marks(left, "*")[0] == pytest.approx([0.5, 0])
    assert figure.texts()["H(y)"] == f"{np.log(2):.3f}"
    with pytest.raises(ValueError, match=r"target must have shape \(3,\)"):
        figures.simplex((0, 1))
    with pytest.raises(ValueError, match="target"):
        figures.simplex((1, 1, 0))


@pytest.fixture(scope="module")
def regions():
    return figures.softmax_regions()


def patches(axes, opacity=style.FAINT):
    """The tinted areas: three where a class is the most likely, three where it is nearly sure."""
    return [p for p in axes.patches if isinstance(p, PathPatch) and p.get_facecolor()[3] == opacity]


def test_the_nll_falls_with_every_step_down_to_that_of_the_mle(regions):
    _, right = regions.figure.axes
    heights = []
    for step in regions.controls["step"].grid():
        regions.values = {"step": step}
        ((x, height),) = marks(right, "o")
        assert x == step
        heights.append(height)
    assert (np.diff(heights) < 0).all()
    assert heights[0] == pytest.approx(np.log(3))
    adults = people()
    features = np.column_stack([adults.height, adults.weight])
    best = maximum_likelihood(Categorical(3), add_intercept(features), adults.weight_class)
    assert 0 < heights[-1] - best.value / 300 < 3e-4
    dotted, dashed = (
        line.get_ydata()[0]
        for line in right.lines
        if line.get_transform() != right.transData
        and len(line.get_xdata()) == 2
        and line.get_linestyle() != "-"
        and line.get_ydata()[0] != 0
    )
    assert dotted == pytest.approx(best.value / 300)
    true = people().p_class(adults.height, adults.weight)[np.arange(300), adults.weight_class]
    assert dashed == pytest.approx(-np.log(true).mean())
    assert dotted < dashed < heights[0]


def test_regions_are_where_a_class_is_the_most_likely(regions):
    left, _ = regions.figure.axes
    adults = people()
    features = np.column_stack([100 * adults.height, adults.weight])
    rng = np.random.default_rng(8)
    low, high = np.transpose([left.get_xlim(), left.get_ylim()])
    places = rng.uniform(low, high, (400, 2))
    X = add_intercept((places - features.mean(axis=0)) / features.std(axis=0))
    for step in (2, 8, 50, 200):
        regions.values = {"step": step}
        p = softmax(X @ weight_class_descent()[3][step].reshape(3, 3), axis=1)
        tinted = patches(left)
        assert [to_hex(patch.get_facecolor()) for patch in tinted] == COLORS * 2
        for k in range(3):
            largest, sure = (tinted[j].get_path().contains_points(places) for j in (k, k + 3))
            assert largest.tolist() == (p.argmax(axis=1) == k).tolist()
            clear = abs(p[:, k] - 0.9) > 0.005  # contours on a grid are that exact
            assert sure[clear].tolist() == (p[clear, k] > 0.9).tolist()


def test_the_accuracy_is_the_share_of_people_in_their_own_region(regions):
    left, _ = regions.figure.axes
    adults = people()
    features = np.column_stack([100 * adults.height, adults.weight])
    for step in (4, 30, 200):
        regions.values = {"step": step}
        tinted = patches(left)
        inside = [
            tinted[k].get_path().contains_points(features[adults.weight_class == k]).sum()
            for k in range(3)
        ]
        assert regions.texts()["accuracy"] == f"{sum(inside) / 300:.3f}"


def test_before_the_first_step_no_class_has_a_region(regions):
    regions.values = {"step": 0}
    for patch in patches(regions.figure.axes[0]):
        assert len(patch.get_path().vertices) == 1


def test_the_dashed_borders_are_those_of_the_body_mass_index(regions):
    left, _ = regions.figure.axes
    dashed = [p for p in left.patches if isinstance(p, PathPatch) and p not in patches(left)]
    drawn = [p.get_path().vertices for p in dashed if len(p.get_path().vertices) > 1]
    found = {
        round(np.median(w / (h / 100) ** 2), 1): w / (h / 100) ** 2
        for h, w in (points.T for points in drawn)
    }
    assert set(found) == {18.5, 25.0}
    for index, along in found.items():
        assert along == pytest.approx(index, abs=0.03)


def test_the_border_of_the_rarest_class_comes_last():
    """At the mean height, steps until a border is within a kilogram of where it ends, for good."""
    adults = people()
    features = np.column_stack([100 * adults.height, adults.weight])
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    borders = {}
    for rare, common in ((0, 1), (2, 1)):
        theta = np.array(weight_class_descent()[3][1:]).reshape(-1, 3, 3)
        apart = theta[..., rare] - theta[..., common]
        weight = mean[1] - deviation[1] * apart[:, 0] / apart[:, 2]
        borders[rare] = 2 + np.flatnonzero(abs(weight - weight[-1]) > 1)[-1]  # entry 0 is step 1
    assert borders == {0: 69, 2: 10}  # as the chapter says
    assert np.bincount(adults.weight_class).argmin() == 0


def test_regions_of_the_readers_own_data():
    rng = np.random.default_rng(3)
    y = np.arange(90) % 3
    x = rng.normal(0, 1, (90, 2)) + np.array([(0, 0), (2, 0), (0, 2)])[y]
    names, classes = (("dose", "mg"), ("rate", "1/s")), ("a", "b", "c")
    figure = figures.softmax_regions(1000 * x, y, names=names, classes=classes)
    left, right = figure.figure.axes
    assert (left.get_xlabel(), left.get_ylabel()) == ("dose (mg)", "rate (1/s)")
    assert {"a", "b", "c"} <= {text.get_text() for text in left.texts}
    assert "of the truth" not in {text.get_text() for text in right.texts}
    nll = [figure.readout(step=step)["mean NLL"] for step in (0, 20, 200)]
    assert nll == sorted(nll, reverse=True)
    with pytest.raises(ValueError, match="x must have shape"):
        figures.softmax_regions(x[:, 0], y)
    with pytest.raises(ValueError, match="y must hold whole labels from 0 to 2"):
        figures.softmax_regions(x, y + 1)


def test_cutting_a_square():
    square = np.array([(0.0, 0), (1, 0), (1, 1), (0, 1)])
    below = cut(square, 0.75 - square.sum(axis=1) / 2)  # x + y < 1.5
    assert sorted(map(tuple, below)) == [(0, 0), (0, 1), (0.5, 1), (1, 0), (1, 0.5)]
    assert cut(square, np.ones(4)).tolist() == square.tolist()
    assert cut(square, -np.ones(4)).shape == cut(square, np.zeros(4)).shape == (0, 2)
    assert cut(cut(square, -np.ones(4)), np.empty(0)).shape == (0, 2)
