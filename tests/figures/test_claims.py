"""What captions and chapters say is to be seen, read off the drawings."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from mlelib import (
    Bernoulli,
    Gaussian,
    Laplace,
    Objective,
    StudentT,
    add_intercept,
    coins,
    figures,
    maximum_likelihood,
    penguins,
    people,
)
from mlelib.figures.intro import LOSSES, log_probability

from .drawings import curves, lines, marks
from .oracles import noise_data, residuals

ROOT = Path(__file__).parents[2]


def panels(figure):
    return figure.figure.axes


def test_the_first_two_minutes_of_the_introduction():
    figure = figures.loss_map()
    text = (ROOT / "intro.md").read_text(encoding="utf-8")
    for z, p, loss in ((0.0, "0.500", "0.693"), (2.2, "0.900", "0.105"), (-2.0, "0.119", "2.127")):
        figure.values = {"task": "binary", "z": z}
        assert figure.texts()["p(y = 1 | z)"] == p
        assert figure.texts()["−log p(y = 1 | z)"] == loss
        assert loss in text
    assert f"{-np.log(0.9):.3f}" == "0.105"


def test_the_loss_is_minus_the_log_of_the_height_at_what_was_seen():
    figure = figures.loss_map()
    left, right = panels(figure)
    for task in LOSSES:
        for z in (-2.0, -0.5, 1.0, 4.0):
            figure.values = {"task": task, "z": z}
            (tip,), (dot,) = marks(left, "o"), marks(right, "o")
            assert tip[0] == 1
            assert dot == pytest.approx([z, -np.log(tip[1])])


def test_each_assumption_is_a_distribution():
    figure = figures.loss_map()
    left, _ = panels(figure)
    bars = left.lines[0]
    figure.values = {"task": "regression", "z": 1.0}
    assert not bars.get_visible()
    (bell,) = curves(left)
    assert np.trapezoid(bell[:, 1], bell[:, 0]) == pytest.approx(1, abs=1e-3)
    for task, outcomes in (("binary", [0, 1]), ("multiclass", [0, 1, 2])):
        figure.values = {"task": task, "z": -1.3}
        assert curves(left) == []
        x, height = bars.get_xdata()[1::3], bars.get_ydata()[1::3]
        assert list(x) == outcomes
        assert sum(height) == pytest.approx(1)
    assert log_probability("multiclass", [0, 1, 2], 0.0) == pytest.approx(np.log([1 / 3] * 3))


def test_the_chosen_loss_is_drawn_instead_of_its_thin_line():
    figure = figures.loss_map()
    _, right = panels(figure)
    z = np.linspace(-2, 4, 50)
    for task in LOSSES:
        figure.values = {"task": task}
        drawn = [np.interp(z, *curve.T) for curve in curves(right)]
        wanted = [*(other for other in LOSSES if other != task), task]
        assert len(drawn) == 3
        for curve, name in zip(drawn, wanted, strict=True):
            assert curve == pytest.approx(-log_probability(name, 1, z), abs=0.01)


def test_a_coins_likelihood_and_its_log_peak_at_the_same_theta():
    figure = figures.coin_likelihood()
    _, right = panels(figure)
    for heads, tails in ((7, 3), (14, 6), (9, 4), (0, 5), (5, 0)):
        figure.values = {"heads": heads, "tails": tails}
        (star,) = marks(right, "*")
        assert star == pytest.approx([heads / (heads + tails), 1])
        for drawn in curves(right):
            theta, height = drawn.T
            assert height.max() == pytest.approx(1, abs=1e-3)
            # flat at the top: a thousandth of the height is a hundredth of the width
            assert theta[height.argmax()] == pytest.approx(star[0], abs=0.02)
    figure.values = {"heads": 9, "tails": 4}
    fitted = maximum_likelihood(Bernoulli(), np.ones((13, 1)), coins(9, 4)).theta[0]
    assert marks(right, "*")[0][0] == pytest.approx(1 / (1 + np.exp(-fitted)))


def test_doubling_both_counts_narrows_the_hill_and_shrinks_the_area():
    figure = figures.coin_likelihood()
    _, right = panels(figure)

    def half_width():
        theta, height = curves(right)[0].T
        return np.ptp(theta[height > 0.5])

    def area(heads, tails):
        text = figure.readout(heads=heads, tails=tails)["area under L(θ)"]
        return float(text.replace("−", "-"))

    wide = half_width()
    figure.values = {"heads": 14, "tails": 6}
    assert half_width() == pytest.approx(wide / np.sqrt(2), rel=0.05)
    assert area(14, 6) < area(7, 3) < 1


def test_the_ray_holds_the_counts_with_the_same_peak():
    figure = figures.coin_likelihood()
    left, _ = panels(figure)
    _, ray, _ = lines(left)
    for heads, tails in ((7, 3), (2, 15), (0, 1), (0, 0)):
        figure.values = {"heads": heads, "tails": tails}
        x, y = (np.asarray(data, float) for data in ray.get_data())
        assert y * tails == pytest.approx(x * heads)
        assert max(x.max(), y.max()) == (15 if heads + tails else 0)


def test_without_a_toss_there_is_no_peak():
    figure = figures.coin_likelihood()
    _, right = panels(figure)
    figure.values = {"heads": 0, "tails": 0}
    assert marks(right, "*") == []
    assert figure.readout(heads=0, tails=0)["area under L(θ)"] == "1"


def test_the_switch_hides_the_log_alone():
    figure = figures.coin_likelihood()
    _, right = panels(figure)
    area, _ = curves(right)
    figure.values = {"log": False}
    (alone,) = curves(right)
    np.testing.assert_array_equal(alone, area)


@pytest.mark.parametrize(
    ("precision", "p", "death"),
    [("float32", 0.5, 150), ("float64", 0.5, 1075), ("float32", 0.1, 46), ("float64", 0.1, 324)],
)
def test_the_product_dies_where_the_chapter_says(precision, p, death):
    figure = figures.underflow()
    left, right = panels(figure)
    figure.values = {"precision": precision, "p": p}
    ((n, height),) = marks(left, "X")
    (dot,) = marks(left, "o")
    assert n == death
    assert dot[1] == height == left.get_yticks()[-1]
    assert figure.readout(n=1200, precision=precision, p=p)["product"] == "0"
    (total,) = marks(right, "o")
    assert total == pytest.approx([1200, 1200 * np.log(p)], rel=1e-4)  # float32 rounds


def test_a_product_of_large_probabilities_sticks_above_zero():
    figure = figures.underflow()
    left, _ = panels(figure)
    figure.values = {"precision": "float32", "p": 0.9}
    assert marks(left, "X") == []
    shown = figure.readout(n=1200, precision="float32", p=0.9)
    assert float(shown["product"].replace("−", "-")) > 0
    assert shown["product is 0"] == "never: it sticks"


def test_the_dots_of_product_and_sum_stand_at_n():
    figure = figures.underflow()
    left, right = panels(figure)
    for n in (0, 10, 700, 1200):
        figure.values = {"n": n, "p": 0.5}
        (product,), (total,) = marks(left, "o"), marks(right, "o")
        assert total == pytest.approx([n, n * np.log(0.5)])
        zero = left.get_yticks()[-1]
        assert product == pytest.approx([n, n * np.log10(0.5) if n < 1075 else zero])


def test_the_running_product_is_drawn_without_a_corner_cut():
    figure = figures.underflow()
    left, _ = panels(figure)
    (product,) = (line for line in lines(left) if len(line.get_xdata()) > 5)
    for precision in ("float32", "float64"):
        for p in (0.1, 0.3, 0.5, 0.7, 0.9):
            figure.values = {"precision": precision, "p": p}
            running = np.cumprod(np.full(1200, p, precision))
            alive = running > 0
            n = np.arange(1, 1201)[alive]
            drawn = np.interp(n, *product.get_data())
            # the last step before 0 shares its n with no other; subnormals step by a factor of 2
            assert drawn == pytest.approx(np.log10(running[alive].astype(float)), abs=0.05)


def test_the_star_is_the_top_of_the_surface_and_the_surface_is_the_likelihood():
    figure = figures.gaussian_surface()
    _, right = panels(figure)
    (image,) = right.images
    y = 100 * people(100).height
    for n in (5, 20, 100):
        figure.values = {"n": n}
        (star,) = marks(right, "*")
        assert star == pytest.approx([y[:n].mean(), y[:n].std()])
        top = stats.norm.logpdf(y[:n], *star).sum()
        shown = np.asarray(image.get_array())
        mus = np.linspace(*right.get_xlim(), shown.shape[1])
        sigmas = np.linspace(*right.get_ylim(), shown.shape[0])
        row, column = np.unravel_index(shown.argmax(), shown.shape)
        assert abs(mus[column] - star[0]) <= mus[1] - mus[0]
        assert abs(sigmas[row] - star[1]) <= sigmas[1] - sigmas[0]
        for i, j in ((0, 0), (30, 10), (60, 60), (12, 40)):
            below = top - stats.norm.logpdf(y[:n], mus[j], sigmas[i]).sum()
            assert shown[i, j] == pytest.approx(max(0, 1 - np.sqrt(below / 60)), abs=1e-6)


def test_a_bell_too_narrow_loses_more_than_one_too_wide():
    figure = figures.gaussian_surface()
    _, right = panels(figure)
    (star,) = marks(right, "*")
    y = 100 * people(100).height[:20]
    narrow, wide = (stats.norm.logpdf(y, star[0], star[1] + off).sum() for off in (-4, 4))
    assert narrow < wide


def test_bells_are_the_densities_of_their_dots():
    figure = figures.gaussian_surface()
    left, _ = panels(figure)
    figure.values = {"mu": 170.0, "sigma": 6.0}
    y, height = curves(left)[0].T
    assert height == pytest.approx(stats.norm.pdf(y, 170, 6), abs=3e-4)  # half a pixel
    figure = figures.sigma_mle()
    left, _ = panels(figure)
    figure.values = {"sigma": 300.0}
    r, height = curves(left)[0].T
    assert height == pytest.approx(333 * 100 * stats.norm.pdf(r, 0, 300), abs=0.3)


def test_sigma_moves_the_walls_of_the_valley_and_leaves_its_floor():
    figure = figures.line_and_bells()
    _, right = panels(figure)
    (image,) = right.images
    x, y = penguins().flipper_length_mm, penguins().body_mass_g
    X = add_intercept(x - 170)
    best = np.linalg.lstsq(X, y, rcond=None)[0]
    (star,) = marks(right, "*")
    assert star == pytest.approx(best[::-1])
    floors = set()
    for sigma in figure.controls["sigma"].grid():
        figure.values = {"sigma": sigma}
        shown = np.asarray(image.get_array())
        floors.add(int(shown.argmax()))
        slopes = np.linspace(*right.get_xlim(), shown.shape[1])
        intercepts = np.linspace(*right.get_ylim(), shown.shape[0])
        objective = Objective(Gaussian(sigma), X, y)
        for i, j in ((0, 0), (30, 30), (20, 55), (60, 5)):
            above = objective.value([intercepts[i], slopes[j]]) - objective.value(best)
            assert shown[i, j] == pytest.approx(max(0, 1 - np.sqrt(above / 2000)), abs=1e-6)
    assert len(floors) == 1


def test_three_bells_stand_on_the_line_and_have_its_width():
    figure = figures.line_and_bells()
    left, _ = panels(figure)
    for sigma in (200.0, 600.0):
        figure.values = {"w": 44.0, "b": 3000.0, "sigma": sigma}
        bells = curves(left)
        assert len(bells) == 3
        line = left.lines[1]
        for foot, (x, y) in zip((170, 195, 220), (bell.T for bell in bells), strict=True):
            middle = 3000 + 44 * (foot - 170)
            assert np.interp(foot, *line.get_data()) == pytest.approx(middle)
            assert y[x.argmax()] == pytest.approx(middle, abs=0.03 * sigma)
            density = stats.norm.pdf(y, middle, sigma)
            reach = 0.75 * 25 / stats.norm.pdf(0, 0, 200)
            assert x - foot == pytest.approx(reach * density, abs=0.15)


def test_an_outlier_turns_the_gaussian_most_and_student_t_least():
    figure = figures.noise_family()
    left, _ = panels(figure)
    before, after = (line for line in lines(left) if len(line.get_xdata()) == 2)
    turned = []
    for family in ("Gaussian", "Laplace", "Student-t"):
        figure.values = {"family": family}
        gaps = np.subtract(after.get_ydata(), before.get_ydata())
        turned.append(abs(gaps[1] - gaps[0]))
    assert turned[0] > 2 * turned[1] > 2 * turned[2]


def test_the_tangent_has_the_slope_of_the_loss():
    figure = figures.noise_family()
    _, right = panels(figure)
    _, _, deviation = noise_data()
    families = {
        "Gaussian": Gaussian(deviation),
        "Laplace": Laplace(deviation / np.sqrt(2)),
        "Student-t": StudentT(3, deviation / np.sqrt(3)),
    }
    (tangent,) = (line for line in lines(right) if len(line.get_xdata()) == 2)
    for family, likelihood in families.items():
        for outlier in (2200.0, 4000.0, 7500.0):
            figure.values = {"family": family, "outlier": outlier}
            (dot,) = marks(right, "o")
            aside = dot[0] + np.array([-0.5, 0.5])
            rise = np.diff(likelihood.loss(aside, np.zeros(2)))[0]
            (x0, x1), (y0, y1) = tangent.get_data()
            assert (y1 - y0) / (x1 - x0) == pytest.approx(rise, rel=1e-3)
            assert dot == pytest.approx([(x0 + x1) / 2, (y0 + y1) / 2])
            assert dot[1] == pytest.approx(likelihood.loss(dot[:1], np.zeros(1))[0])


def test_the_three_noises_have_one_standard_deviation():
    _, _, deviation = noise_data()
    assert stats.laplace.std(scale=deviation / np.sqrt(2)) == pytest.approx(deviation)
    assert stats.t.std(3, scale=deviation / np.sqrt(3)) == pytest.approx(deviation)


def test_the_best_sigma_is_the_rms_residual_and_the_mse_does_not_move():
    figure = figures.sigma_mle()
    _, right = panels(figure)
    rms = np.sqrt(np.mean(residuals() ** 2))
    ((best, least),) = marks(right, "*")
    assert best == pytest.approx(rms)
    sigma, nll = curves(right)[0].T
    assert nll.min() >= least - 0.05
    assert sigma[nll.argmin()] == pytest.approx(rms, rel=0.03)
    levels, texts = set(), set()
    for sigma in figure.controls["sigma"].grid():
        figure.values = {"sigma": sigma}
        on_nll, on_mse = marks(right, "o")
        assert on_nll[0] == on_mse[0] == sigma
        assert on_nll[1] > least
        levels.add(on_mse[1])
        texts.add(figure.readout(sigma=sigma)["MSE (g²)"])
    assert len(levels) == len(texts) == 1


def test_first_states_make_the_point():
    """Each figure opens away from its optimum, so that there is something to do and to see."""
    for name in ("gaussian_surface", "line_and_bells", "sigma_mle"):
        _, right = panels(getattr(figures, name)())
        (star,), dot = marks(right, "*"), marks(right, "o")[0]
        there, here = right.transData.transform([star, dot])
        assert np.hypot(*(there - here)) > 40
    shown = figures.underflow().readout(n=1200, precision="float64", p=0.5)
    assert shown["product"] == "0"


def test_the_dot_can_be_dragged_onto_the_star():
    """Somewhere on the grids the likelihood is within a nat of its best."""
    figure = figures.gaussian_surface()
    y = 100 * people(100).height
    mus, sigmas = (np.array(figure.controls[name].grid()) for name in ("mu", "sigma"))
    for n in (5, 20, 100):
        best = stats.norm.logpdf(y[:n], y[:n].mean(), y[:n].std()).sum()
        near = mus[abs(mus - y[:n].mean()).argmin()], sigmas[abs(sigmas - y[:n].std()).argmin()]
        assert best - stats.norm.logpdf(y[:n], *near).sum() < 1
    figure = figures.line_and_bells()
    x, y = penguins().flipper_length_mm, penguins().body_mass_g
    objective = Objective(Gaussian(400), add_intercept(x - 170), y)
    slopes, intercepts = (figure.controls[name].grid() for name in ("w", "b"))
    thetas = np.stack(np.meshgrid(intercepts, slopes), axis=-1)
    best = np.linalg.lstsq(objective.X, y, rcond=None)[0]
    assert objective.values(thetas).min() - objective.value(best) < 3


def test_figures_take_the_readers_own_data():
    rng = np.random.default_rng(5)
    x = rng.uniform(0.2, 0.9, 60)
    y = 0.004 - 0.01 * x + rng.normal(0, 0.001, 60)
    names = {"x_name": ("dose", "mg"), "y_name": ("rate", "1/s")}
    line = figures.line_and_bells(x, y, **names)
    slope, intercept = np.polyfit(x, y, 1)
    origin = float(panels(line)[1].get_ylabel().split("= ")[1])
    assert origin <= x.min()
    (star,) = marks(panels(line)[1], "*")
    assert star == pytest.approx([slope, intercept + slope * origin])
    noise = figures.noise_family(x, y, moved=3, **names)
    assert marks(panels(noise)[0], "o")[0][0] == x[3]
    assert panels(noise)[0].get_xlabel() == "dose (mg)"
    width = figures.sigma_mle(y - y.mean(), unit="1/s")
    assert marks(panels(width)[1], "*")[0][0] == pytest.approx(y.std())
    hill = figures.gaussian_surface(1000 * y, y_name=("rate", "1/ks"), sizes=(10, 60))
    assert marks(panels(hill)[1], "*")[0] == pytest.approx([1000 * y.mean(), 1000 * y.std()])


def test_bad_data_is_refused():
    with pytest.raises(ValueError, match="y must hold max"):
        figures.gaussian_surface(np.arange(10.0))
    with pytest.raises(ValueError, match="y must have shape"):
        figures.line_and_bells(np.arange(10.0))
    with pytest.raises(ValueError, match="residuals must be finite"):
        figures.sigma_mle([1.0, np.nan])
    with pytest.raises(ValueError, match="x must have shape"):
        figures.noise_family(np.zeros((4, 2)), np.zeros(4))
