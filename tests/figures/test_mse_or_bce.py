"""What chapter 5's captions and text say is to be seen, read off its drawings."""

from functools import partial
from itertools import product

import numpy as np
import pytest
import torch
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from scipy.special import expit
from torch.autograd.functional import hessian

from mlelib import Bernoulli, figures
from mlelib.figures import style
from mlelib.figures.duel import overlapping
from mlelib.figures.sheet import Sheet
from mlelib.figures.slices import NEAR, SIDE, smallest_eigenvalues
from mlelib.figures.wireframe import View
from mlelib.networks import brier, nll

from .drawings import curves, flattened, lines, marks
from .oracles import network_slices, overlapping_sample

STARTS = range(-7, 8)


def panels(figure):
    return figure.figure.axes


def number(text):
    return float(text.replace("−", "-").replace(",", ""))


def patches(axes, opacity):
    """The patches of a panel whose faces have this opacity."""
    return [p for p in axes.patches if isinstance(p, PathPatch) and p.get_facecolor()[3] == opacity]


@pytest.fixture(scope="module")
def both_losses():
    return figures.sensitivity()


@pytest.mark.parametrize("y", [0, 1])
def test_the_curves_are_both_losses_and_their_derivatives(both_losses, y):
    both_losses.values = {"y": y}
    z = torch.linspace(-7.9, 7.9, 80, dtype=torch.float64, requires_grad=True)
    left, right = (curves(axes) for axes in panels(both_losses))
    p = torch.sigmoid(z)
    for k, loss in enumerate([-torch.log(p if y else 1 - p), (y - p) ** 2]):
        (slope,) = torch.autograd.grad(loss.sum(), z, retain_graph=True)
        for drawn, exact, tolerance in ((left[k], loss, 0.02), (right[k], slope, 0.005)):
            height = np.interp(z.detach().numpy(), *drawn.T)
            assert height == pytest.approx(exact.detach().numpy(), abs=tolerance)


def test_the_slope_of_the_squared_error_dies_where_the_label_is_confidently_wrong(both_losses):
    _, right = panels(both_losses)
    for y, side in ((1, -1), (0, 1)):
        for z in (5.0, 6.4, 8.0):
            both_losses.values = {"y": y, "z": side * z}
            (_, bce), (_, squared) = marks(right, "o")
            assert side * bce > 0.99
            assert 0 < side * squared < 0.02
    both_losses.values = {"y": 1, "z": -8.0}
    assert number(both_losses.texts()["ratio of the slopes"]) > 1000


def test_no_slope_of_the_bce_is_less_than_twice_that_of_the_squared_error(both_losses):
    z = both_losses.controls["z"].grid()
    for y in (0, 1):
        ratios = [number(both_losses.readout(z=each, y=y)["ratio of the slopes"]) for each in z]
        assert min(ratios) == 2
        assert number(both_losses.readout(z=0.0, y=1)["ratio of the slopes"]) == 2


def test_the_dots_are_on_the_curves(both_losses):
    for z, y in ((-6.0, 1), (0.4, 1), (8.0, 0), (-2.2, 0)):
        both_losses.values = {"z": z, "y": y}
        for axes in panels(both_losses):
            for (x, height), curve in zip(marks(axes, "o"), curves(axes), strict=True):
                assert x == z
                assert height == pytest.approx(np.interp(z, *curve.T), abs=0.02)


@pytest.fixture(scope="module")
def chords():
    return figures.chord()


def every_chord(figure):
    return product(figure.controls["a"].grid()[::2], figure.controls["b"].grid()[::2])


def test_no_chord_of_the_bce_passes_below_it_and_many_of_the_squared_error_do(chords):
    verdicts = {
        f: [chords.readout(a=a, b=b, function=f)["verdict"] for a, b in every_chord(chords)]
        for f in chords.controls["function"].grid()
    }
    bce, squared, without_sigmoid = verdicts.values()
    assert set(bce) == set(without_sigmoid) == {"nowhere below"}
    below = squared.count("below somewhere: not convex")
    assert len(squared) / 2 < below < len(squared)


def graph(figure):
    """The function shown, as points (k, 2), and the largest of its values."""
    f = figure.values["function"]
    z = np.linspace(-6, 6, 2001)
    heights = {
        "BCE": np.logaddexp(0, -z),
        "squared error": expit(-z) ** 2,
        "(1 − z)², no sigmoid": (1 - z) ** 2,
    }[f]
    return z, heights, heights.max()


def test_chord_and_bar_are_drawn_where_the_numbers_say(chords):
    left, right = panels(chords)[:2]
    chord_line = next(line for line in lines(left) if line.get_color() == style.MODEL)
    bars = [
        next(line for line in lines(axes) if line.get_linewidth() == 3) for axes in (left, right)
    ]
    for f, (a, b) in product(chords.controls["function"].grid(), ((-5, 2), (-0.5, 6), (-6, 0.5))):
        chords.values = {"function": f, "a": float(a), "b": float(b)}
        z, heights, largest = graph(chords)
        (drawn,) = curves(left)
        assert np.interp(z, *drawn.T) == pytest.approx(heights / largest, abs=0.01)
        ends = np.interp([a, b], z, heights) / largest
        assert np.column_stack(chord_line.get_data()) == pytest.approx(
            np.array([(a, ends[0]), (b, ends[1])]), abs=1e-4
        )
        assert np.array(marks(left, "o")) == pytest.approx(np.column_stack(chord_line.get_data()))
        inside = (z > a) & (z < b)
        apart = (np.interp(z, [a, b], ends) - heights / largest)[inside]
        (hill,) = curves(right)
        assert np.interp(z[inside], *hill[1:-1].T) == pytest.approx(apart, abs=0.01)
        assert [bar.get_visible() for bar in bars] == [apart.min() < 0] * 2
        if apart.min() < 0:
            for bar in bars:
                assert np.ptp(bar.get_ydata()) == pytest.approx(-apart.min(), abs=1e-3)
            assert bars[0].get_xdata()[0] == bars[1].get_xdata()[0]
            shown = number(chords.texts()["least of chord − graph"])
            assert shown == pytest.approx(largest * apart.min(), abs=1e-3)


def test_either_end_is_on_a_pad_of_its_own(chords):
    left, _, *halves = panels(chords)
    for pad, half, (name, ends) in zip(
        chords.pads, halves, (("a", (-6, 0)), ("b", (0, 6))), strict=True
    ):
        assert (pad.axes, pad.x, pad.y) == (half, name, None)
        low, high = left.transData.transform([(ends[0], 0), (ends[1], 0)])[:, 0]
        assert half.bbox.intervalx == pytest.approx([low, high])
        assert half.get_xlim() == ends


def test_a_function_of_the_readers_own():
    down = figures.chord(lambda z: -(z**2), "−z²")
    straight = figures.chord(lambda z: 0.1 * z - 7, "a line")
    for a, b in ((-6.0, 6.0), (-0.25, 3.5), (-2.5, 0.25)):
        assert down.readout(a=a, b=b, function="−z²")["verdict"] == "below somewhere: not convex"
        deepest = number(down.readout(a=a, b=b, function="−z²")["least of chord − graph"])
        assert deepest == pytest.approx(-((b - a) ** 2) / 4, abs=1e-4)
        assert straight.readout(a=a, b=b, function="a line")["verdict"] == "nowhere below"
    straight.values = {"function": "a line"}
    for axes in panels(straight)[:2]:
        assert not next(line for line in lines(axes) if line.get_linewidth() == 3).get_visible()
    assert panels(straight)[0].get_ylim()[0] < -1


@pytest.fixture(scope="module")
def duel():
    return figures.landscape_duel()


def of_both(text):
    """The numbers of the BCE and of the squared error in a readout."""
    bce, squared = text.removeprefix("BCE ").split(", squared error ")
    return number(bce.rstrip("%")), number(squared.rstrip("%"))


def losses_after(figure, sample, w1, w2):
    """Of the BCE, then the squared error: the loss after the descent, and the lowest."""
    texts = figure.readout(sample=sample, w1=w1, w2=w2)
    return list(
        zip(of_both(texts["loss after 50 steps"]), of_both(texts["lowest loss"]), strict=True)
    )


@pytest.mark.parametrize("sample", [1, 2, 3])
def test_the_bce_is_learnt_from_every_start_and_the_squared_error_is_not(duel, sample):
    stuck = 0
    for w1, w2 in product(STARTS[::2], STARTS[::2]):
        (bce, lowest), (squared, least) = losses_after(duel, sample, w1, w2)
        assert bce <= lowest + 0.05
        stuck += squared > 2 * least
    assert stuck > 20  # of 64
    for start in ((-6, -6), (-7, -5)):
        squared, least = losses_after(duel, sample, *start)[1]
        assert squared > least + 0.4


def mean_losses(sample):
    X, y = map(torch.tensor, overlapping(sample))
    return [
        lambda w, loss=loss: loss(y, X @ w).mean() for loss in (partial(nll, Bernoulli()), brier)
    ]


@pytest.mark.parametrize("sample", [1, 2, 3])
def test_the_eigenvalues_are_those_of_the_hessian_that_torch_differentiates(duel, sample):
    rng = np.random.default_rng(sample)
    for w1, w2 in [(-6, -6), (1, 1), (2, 1), *rng.integers(-7, 8, (8, 2)).tolist()]:
        texts = duel.readout(sample=sample, w1=w1, w2=w2)
        at = torch.tensor([w1, w2], dtype=torch.float64)
        exact = [torch.linalg.eigvalsh(hessian(loss, at))[0].item() for loss in mean_losses(sample)]
        shown = of_both(texts["least eigenvalue at the start"])
        assert shown == pytest.approx(exact, abs=0.51e-5)  # five decimals
        assert exact[0] > 0


@pytest.mark.parametrize("sample", [1, 2, 3])
def test_inside_the_dashed_line_the_squared_error_is_convex_and_outside_it_is_not(duel, sample):
    duel.values = {"sample": sample}
    rng = np.random.default_rng(sample)
    _, losses, _ = overlapping_sample(sample)
    places = np.concatenate([rng.uniform(-7, 7, (300, 2)), rng.uniform(-0.5, 2.5, (100, 2))])
    for axes, name in zip(panels(duel), ("BCE", "squared error"), strict=False):
        (border,) = (p for p in axes.patches if p.get_linestyle() != "solid")
        smallest = np.array([np.linalg.eigvalsh(losses[name][2](w))[0] for w in places])
        if name == "BCE":
            assert len(border.get_path().vertices) == 1
            assert smallest.min() > 0
        else:
            line = flattened(border.get_path())
            apart = np.array([np.hypot(*(line - w).T).min() for w in places])
            clear = apart > 0.1  # it is straight between points of a grid that lie 0.23 apart
            inside = border.get_path().contains_points(places)
            assert clear.mean() > 0.8
            assert inside[clear].tolist() == (smallest[clear] > 0).tolist()
            assert 0.01 < inside[:300].mean() < 0.1


def test_both_descents_leave_the_same_start_and_end_where_gradient_descent_does(duel):
    for sample, w1, w2 in ((1, -6, -6), (2, 5, -7), (3, 0, 2)):
        duel.values = {"sample": sample, "w1": w1, "w2": w2}
        for axes, loss in zip(panels(duel), mean_losses(sample), strict=False):
            assert marks(axes, "o")[0].tolist() == [w1, w2]
            w = torch.tensor([w1, w2], dtype=torch.float64, requires_grad=True)
            optimiser = torch.optim.SGD([w], lr=2.0)
            way = []
            for _ in range(50):
                way.append(w.detach().numpy().copy())
                optimiser.zero_grad()
                loss(w).backward()
                optimiser.step()
            way = np.array([*way, w.detach().numpy()])
            assert marks(axes, "X")[0] == pytest.approx(way[-1])
            (track,) = (
                np.column_stack(line.get_data())
                for line in lines(axes)
                if line.get_color() == style.MODEL and len(line.get_xdata()) > 1
            )
            assert track[[0, -1]] == pytest.approx(way[[0, -1]])
            drawn = flattened(Path(way), pieces=20)  # on its segments
            assert all(np.hypot(*(drawn - point).T).min() < 0.05 for point in track)


@pytest.mark.parametrize("sample", [1, 2, 3])
def test_the_stars_are_the_lowest_points_and_the_colour_fades_from_there(duel, sample):
    duel.values = {"sample": sample}
    for axes, loss in zip(panels(duel), mean_losses(sample), strict=False):
        (star,) = marks(axes, "*")
        at = torch.tensor(star, requires_grad=True)
        (slope,) = torch.autograd.grad(loss(at), at)
        assert slope.norm() < 1e-6
        side = np.linspace(-7, 7, 61)
        heights = np.array(
            [[loss(torch.tensor([a, b])).item() for a in side[::6]] for b in side[::6]]
        )
        assert heights.min() > loss(at).item()
        shown = np.asarray(axes.images[0].get_array())[::6, ::6]
        order = heights.ravel().argsort()
        assert (np.diff(shown.ravel()[order]) <= 0).all()


def test_the_surfaces_turn_and_keep_their_heights(duel):
    """From above they are read back: the pictures are those of the losses over the net."""
    for sample, view in ((1, 30), (3, 200), (2, 345)):
        duel.values = {"sample": sample, "view": view - view % 15}
        seen = View(view - view % 15, Sheet.elevation)
        side = np.linspace(-7, 7, 11)
        x, y = np.meshgrid(side, side)
        for axes, loss, scale in zip(
            panels(duel)[2:], mean_losses(sample), (1.4 / 10, 1.4 / 1), strict=True
        ):
            heights = [[loss(torch.tensor([a, b])).item() for a in side] for b in side]
            net = np.stack([x / 7, y / 7, scale * np.array(heights)], axis=-1)
            wanted = seen.project(net.reshape(-1, 3))
            (strips,) = (p for p in axes.collections if isinstance(p, PathCollection))
            drawn = np.concatenate([path.vertices for path in strips.get_paths()])
            assert len(strips.get_paths()) == 10
            for one, other in ((wanted, drawn), (drawn, wanted)):
                assert all(np.hypot(*(other - point).T).min() < 1e-9 for point in one)


def test_from_every_side_near_strips_are_drawn_last():
    axes = Figure(figsize=(4, 3), dpi=72).add_axes((0, 0, 1, 1))
    sheet = Sheet(axes, np.linspace(-1, 1, 5), style.LOSS, ("a", "b"), 1.0)
    for azimuth in range(0, 360, 15):
        strips = sheet.set(np.zeros((5, 5)), azimuth)[1].get_paths()
        heights = [path.vertices[:, 1].mean() for path in strips]  # far is up on a flat sheet
        assert len(heights) == 4
        assert (np.diff(heights) < -0.1).all()
        names = np.array([words.get_position() for words in sheet._names])
        assert names[:, 1].max() < 0.05  # at the near edges


def test_the_readers_own_samples():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 2))
    samples = [(X, rng.integers(0, 2, 40)) for _ in range(2)]
    figure = figures.landscape_duel(samples, reach=3)
    assert figure.controls["sample"].grid() == (1, 2)
    assert panels(figure)[0].get_xlim() == (-3, 3)
    (bce, lowest), _ = losses_after(figure, 2, -2, 1)
    assert bce == pytest.approx(lowest, abs=0.01)
    with pytest.raises(ValueError, match="X must have one row for each of the 39"):
        figures.landscape_duel([(X, samples[0][1][:-1]), samples[1]])


@pytest.fixture(scope="module")
def slices():
    return figures.hidden_slices()


LOSSES = ("BCE", 4), ("squared error", 0.6)
"""Each panel's loss, and how far above the lowest point its colour has faded."""


def test_the_colour_is_the_loss_evaluated_directly(slices):
    for direction, width in ((1, 8), (3, 2), (4, 4)):
        slices.values = {"direction": direction, "width": width}
        for axes, (name, fade) in zip(panels(slices), LOSSES, strict=True):
            values, _ = network_slices(direction, width)[name]
            above = values[::2, ::2] - values.min()
            shown = np.asarray(axes.images[0].get_array())
            # ten digits of a training of 300 steps
            assert shown == pytest.approx(1 - np.sqrt(above / fade).clip(max=1), abs=1e-5)


def test_every_slice_of_a_network_goes_through_what_it_was_trained_to(slices):
    for width in (2, 4, 8):
        texts = [
            slices.readout(direction=seed, width=width, alpha=0.0, beta=0.0)
            for seed in (1, 2, 3, 4)
        ]
        assert len({text["at the star"] for text in texts}) == 1
    for axes in panels(slices):
        assert marks(axes, "*")[0].tolist() == [0, 0]


def test_grey_is_where_some_eigenvalue_is_negative(slices):
    a, b = np.meshgrid(SIDE[1:-1], SIDE[1:-1])
    places = np.column_stack([a.ravel(), b.ravel()])
    for direction, width in ((1, 8), (2, 2)):
        slices.values = {"direction": direction, "width": width}
        shares = []
        for axes, (name, _) in zip(panels(slices), LOSSES, strict=True):
            smallest = np.linalg.eigvalsh(network_slices(direction, width)[name][1])[..., 0]
            (grey,) = patches(axes, 0.4)
            inside = sum(
                Path(polygon, closed=True).contains_points(places).astype(int)
                for polygon in grey.get_path().to_polygons()
            )  # a hole is inside two of them
            negative = smallest[1:-1, 1:-1].ravel() < 0
            assert (inside % 2 == negative).mean() > 0.999
            shares.append(round(100 * (smallest < 0).mean()))
        assert of_both(slices.texts()["share of the plane that curves down"]) == tuple(shares)


def test_eigenvalues_of_quadratic_slices_are_exact():
    a, b = np.meshgrid(NEAR, NEAR)
    rng = np.random.default_rng(5)
    for _ in range(5):
        H = rng.normal(size=(2, 2))
        H = H + H.T
        values = (H[0, 0] * a**2 + 2 * H[0, 1] * a * b + H[1, 1] * b**2) / 2 + a - 2 * b + 3
        smallest = np.linalg.eigvalsh(H)[0]
        # differences of values near 10, with their rounding, over the step squared
        assert smallest_eigenvalues(values) == pytest.approx(np.full((41, 41), smallest), abs=2e-6)


def test_the_squared_error_curves_down_in_more_of_the_plane_and_the_bce_in_much(slices):
    for direction, width in product((1, 2, 3, 4), (4, 8)):
        texts = slices.readout(direction=direction, width=width, alpha=0.0, beta=0.0)
        bce, squared = of_both(texts["share of the plane that curves down"])
        assert 40 < bce < squared
    assert to_rgb(patches(panels(slices)[0], 0.4)[0].get_facecolor()[:3]) == to_rgb(style.DATA)


def test_one_dot_in_both_slices(slices):
    slices.values = {"alpha": -0.3, "beta": 0.8}
    for axes in panels(slices):
        assert marks(axes, "o")[0].tolist() == [-0.3, 0.8]


def test_slices_of_the_readers_own_network():
    rng = np.random.default_rng(2)
    figure = figures.hidden_slices(rng.normal(size=(30, 3)), rng.integers(0, 2, 30), widths=(2, 3))
    assert figure.controls["width"].grid() == (2, 3)
    with pytest.raises(ValueError, match="y must have one label for each of the 5 rows of x"):
        figures.hidden_slices(np.ones((5, 2)), [0, 1])
