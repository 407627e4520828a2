"""What chapter 7's captions and text say is to be seen, read off the drawings."""

import numpy as np
import pytest
from scipy.special import expit, softmax

from mlelib import figures, penguins
from mlelib.figures import style
from mlelib.figures.rulers import Scale
from mlelib.kiosk import kiosk
from mlelib.networks.heads import learn

from .drawings import curves, lines, marks
from .recipe_oracles import columns, fitted, nll_of

KINDS = tuple(columns()[1])


@pytest.fixture(scope="module")
def figure():
    return figures.recipe()


@pytest.fixture(scope="module")
def network():
    return figures.network_as_distribution()


def height_line(axes):
    (line,) = [each for each in lines(axes) if each.get_linewidth() == 3.5]
    return line


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("day", [10.0, 19.5, 26.0, 30.0])
def test_the_dot_is_minus_the_log_of_the_height_at_the_y_seen(figure, kind, day):
    left, right = figure.figure.axes
    figure.values = {"kind": kind, "day": day}
    start, end = height_line(left).get_xdata()
    assert start == day
    (dot,) = marks(right, "o")
    seen = np.exp(-dot[1])
    # One unit of length for all days of a kind.
    figure.values = {"day": 14.0}
    other_start, other_end = height_line(left).get_xdata()
    other = np.exp(-marks(right, "o")[0][1])
    assert (end - start) / seen == pytest.approx((other_end - other_start) / other, rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_the_ringed_day_is_the_diarys(figure, kind):
    left, _ = figure.figure.axes
    figure.values = {"kind": kind, "day": 23.5}
    *_, ring = marks(left, "o")
    (points,) = [each for each in lines(left) if len(each.get_xdata()) == 41]
    assert ring == pytest.approx([23.5, points.get_ydata()[27]])
    assert points.get_xdata() == pytest.approx(kiosk(41).temperature)


@pytest.mark.parametrize("kind", KINDS)
def test_the_dot_lies_on_the_curve_and_the_line_is_its_tangent(figure, kind):
    _, right = figure.figure.axes
    for day in (12.0, 26.0, 29.5):
        figure.values = {"kind": kind, "day": day}
        ((x, y),) = marks(right, "o")
        (curve,) = curves(right)
        order = np.argsort(curve[:, 0])
        assert np.interp(x, *curve[order].T) == pytest.approx(y, abs=0.08)
        (tangent,) = [line for line in lines(right) if len(line.get_xdata()) == 2]
        rise = np.diff(tangent.get_ydata())[0] / np.diff(tangent.get_xdata())[0]
        near = [np.interp(x + d, *curve[order].T) for d in (-0.01, 0.01)]
        assert rise == pytest.approx((near[1] - near[0]) / 0.02, rel=0.06, abs=0.4)


@pytest.mark.parametrize("kind", KINDS)
def test_distributions_lie_on_their_side_and_have_the_right_shape(figure, kind):
    left, _ = figure.figure.axes
    figure.values = {"kind": kind, "day": 26.0}
    X, _ = columns()
    theta, sigma = fitted(kind)
    z = X[32] @ theta
    scale = SCALES[kind]
    bars = [line for line in lines(left) if line.get_linewidth() == 8 and line.get_visible()]
    if bars:
        ends, rows = np.array(bars[0].get_xdata())[1::3], np.array(bars[0].get_ydata())[1::3]
        lengths = ends - 26
        values = np.round(scale.low + rows * (scale.high - scale.low)).astype(int)
    else:
        bell = curves(left)[-1]
        lengths, values = bell[:, 0] - 26, scale.low + bell[:, 1] * (scale.high - scale.low)
        values = np.maximum(values, 1e-3)
    p = np.exp(-nll_of(kind, values, np.repeat(np.asarray(z)[None], len(values), axis=0), sigma))
    large = p > 0.2 * p.max()
    assert lengths[large] / lengths.max() == pytest.approx(p[large] / p.max(), abs=0.04)
    if bars:
        assert values.tolist() == list(range(len(values)))


SCALES = {
    "a quantity": Scale("", 18, 42, ()),
    "a quantity with outliers": Scale("", 0, 42, ()),
    "a quantity above 0": Scale("", 0, 11, ()),
    "a count": Scale("", -0.7, 15.7, ()),
    "yes or no": Scale("", -0.15, 1.15, ()),
    "one of several": Scale("", -0.6, 2.6, ()),
    "changing noise": Scale("", 0, 12, ()),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_y_fits_on_its_ruler(figure, kind):
    left, _ = figure.figure.axes
    figure.values = {"kind": kind}
    (points,) = [each for each in lines(left) if len(each.get_xdata()) == 41]
    assert 0 <= points.get_ydata().min() < points.get_ydata().max() <= 1
    back = points.get_ydata() * (SCALES[kind].high - SCALES[kind].low) + SCALES[kind].low
    assert back == pytest.approx(columns()[1][kind])


def test_a_lost_digit_hardly_pulls_and_under_a_gaussian_nothing_pulls_harder(figure):
    typed = kiosk(41)
    lost = np.flatnonzero(typed.typed != typed.power)
    assert len(lost) == 5
    for row in lost:
        figure.values = {"kind": "a quantity with outliers", "day": 10 + row / 2}
        slope = float(figure.texts()["slope in z"].replace("−", "-"))
        assert 0 < slope < 0.25
        assert marks(figure.figure.axes[1], "o")[0][1] > 6


def test_yes_or_no_has_no_lowest_point(figure):
    _, right = figure.figure.axes
    for day in (12.0, 26.0, 30.0):
        figure.values = {"kind": "yes or no", "day": day}
        (curve,) = curves(right)
        heights = curve[np.argsort(curve[:, 0]), 1]
        steps = np.diff(heights[:: max(1, len(heights) // 40)])
        assert (steps < 1e-9).all() or (steps > -1e-9).all()


def test_the_changing_noise_widens(figure):
    left, _ = figure.figure.axes
    figure.values = {"kind": "changing noise"}
    band = max(curves(left), key=lambda each: np.ptp(each[:, 0]) * np.ptp(each[:, 1]))

    def width(at):
        near = band[abs(band[:, 0] - at) < 0.6, 1]
        return np.ptp(near)

    assert width(29.7) > 3 * width(10.3)


def test_what_the_network_says_is_drawn(network):
    left, _ = network.figure.axes
    flippers = np.linspace(172, 232, 61)
    outputs = learn(flippers).outputs

    for epoch in (0, 70, 600):
        z = outputs[epoch]
        network.values = {"head": "sex: Bernoulli", "epoch": epoch}
        (curve,) = [each for each in curves(left) if len(each) > 20]
        p = (curve[:, 1] - 0.08) / 0.72
        assert p == pytest.approx(np.interp(curve[:, 0], flippers, expit(z[:, 2])), abs=0.02)
        network.values = {"head": "species: categorical"}
        three = [each for each in curves(left) if len(each) > 20]
        assert len(three) == 3
        for each, share in zip(three, softmax(z[:, 3:], axis=1).T, strict=True):
            p = (each[:, 1] - 0.08) / 0.72
            assert p == pytest.approx(np.interp(each[:, 0], flippers, share), abs=0.02)


def test_the_network_finds_a_rise_a_dip_and_a_rise(network):
    left, _ = network.figure.axes
    network.values = {"head": "sex: Bernoulli", "epoch": 70}
    (early,) = [each for each in curves(left) if len(each) > 20]
    assert (np.diff(early[:, 1]) > -1e-6).all()
    network.values = {"epoch": 600}
    (late,) = [each for each in curves(left) if len(each) > 20]

    def at(mm):
        return np.interp(mm, *late.T)

    assert at(203) > at(210) + 0.3
    assert at(230) > at(210) + 0.3


def test_the_nll_goes_down_and_the_dots_ride_on_it(network):
    _, right = network.figure.axes
    nlls = learn(np.array([195.0])).nlls
    for which, head in enumerate(network.controls["head"].grid()):
        totals = []
        for epoch in (0, 50, 250, 600):
            network.values = {"head": head, "epoch": epoch}
            dots = marks(right, "o")
            assert np.array(dots) == pytest.approx(
                np.column_stack([[epoch] * 2, nlls[epoch, :, which]])
            )
            totals.append(dots[0][1])
        assert totals == sorted(totals, reverse=True)
        (level,) = [
            line
            for line in lines(right)
            if len(line.get_xdata()) == 2 and line.get_linewidth() == style.THIN
        ]
        assert level.get_ydata()[0] > nlls[600, :, which].max(), "the flipper is worth something"


def test_without_the_flipper_the_level_is_that_of_the_shares(network):
    _, right = network.figure.axes
    birds = penguins()
    rows = np.arange(333) % 3 != 2
    shares = np.array([np.mean(birds.species[rows] == k) for k in range(3)])
    network.values = {"head": "species: categorical"}
    (level,) = [line for line in lines(right) if len(line.get_xdata()) == 2]
    wanted = -np.log(shares[birds.species[~rows]]).mean()
    assert level.get_ydata() == pytest.approx([wanted] * 2)


def test_odd_lengths_of_training_are_refused():
    with pytest.raises(ValueError, match="epochs must be a multiple of 10"):
        figures.network_as_distribution(epochs=255)


def test_a_scale_places_its_ends_at_0_and_1():
    scale = Scale("kg", 2.5, 6.5, (3.0, 4.5), ())
    assert scale.place([2.5, 4.5, 6.5]) == pytest.approx([0, 0.5, 1])
    assert scale.texts == ("3", "4.5")
