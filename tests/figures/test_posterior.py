"""What chapter 6's captions and text say is to be seen, read off the drawings."""

from itertools import product

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import PathPatch, Rectangle
from scipy import stats
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import Ridge

from mlelib import (
    Bernoulli,
    BetaPrior,
    Gaussian,
    GaussianPrior,
    LaplacePrior,
    Objective,
    coins,
    figures,
    maximum_a_posteriori,
    maximum_likelihood,
)
from mlelib.figures import style
from mlelib.figures.optimisers import adam, sgd
from mlelib.figures.weights import prior_of

from .drawings import flattened, lines, marks
from .posterior_oracles import gentoos, sines, slope, torch_run, two_weights


def drawn(axes, color):
    """The curves of one colour, (k, 2) each."""
    patches = [patch for patch in axes.patches if isinstance(patch, PathPatch)]
    chosen = [patch for patch in patches if to_hex(patch.get_edgecolor()) == color.lower()]
    return [flattened(patch.get_path()) for patch in chosen]


def every(figure, *names):
    """All states of some controls, as mappings."""
    grids = [figure.controls[name].grid() for name in names]
    return [dict(zip(names, values, strict=True)) for values in product(*grids)]


@pytest.fixture(scope="module")
def coin():
    return figures.prior_times_likelihood()


def heights(axes, color, at):
    """A curve's height at places of the x-axis, 0 beyond its ends."""
    (points,) = drawn(axes, color)
    order = np.argsort(points[:, 0], kind="stable")
    x, y = points[order].T
    return np.interp(at, x, y, left=0, right=0)


@pytest.mark.parametrize(
    "state", [(7, 3, 5, 5), (10, 10, 7, 7), (2, 6, 5, 3), (3, 1, 1, 3), (10, 0, 7, 1), (2, 2, 3, 3)]
)
def test_the_posterior_is_prior_times_likelihood_up_to_a_factor(coin, state):
    coin.values = dict(zip(("heads", "tails", "a", "b"), state, strict=True))
    _, right = coin.figure.axes
    at = np.linspace(0.02, 0.98, 49)
    prior, likelihood, posterior = (
        heights(right, color, at) for color in (style.PRIOR, style.LIKELIHOOD, style.POSTERIOR)
    )
    a, b = coin.values["a"] + coin.values["heads"], coin.values["b"] + coin.values["tails"]
    exact = stats.beta.pdf(at, a, b) / stats.beta.pdf((a - 1) / (a + b - 2), a, b)
    assert posterior == pytest.approx(exact, abs=0.02)  # curves are drawn to a point of 181
    plain = np.minimum(np.minimum(prior, likelihood), posterior) > 0.2
    factor = posterior[plain] / (prior * likelihood)[plain]
    assert plain.sum() >= 3
    assert factor == pytest.approx(np.median(factor), rel=0.15)


def test_the_tosses_seen_and_imagined_add_up(coin):
    left, _ = coin.figure.axes
    for state in every(coin, "heads", "tails", "a", "b")[::37]:
        coin.values = state
        (seen,) = marks(left, "o")
        (imagined,), (together,) = marks(left, "s"), marks(left, "D")
        assert seen.tolist() == [state["tails"], state["heads"]]
        assert imagined.tolist() == [state["b"] - 1, state["a"] - 1]
        assert together == pytest.approx(seen + imagined)
        tips = {
            (to_hex(line.get_color()), line.get_linewidth()): np.transpose(line.get_data()).tolist()
            for line in lines(left)
            if len(line.get_xdata()) == 2
        }
        colors = [color.lower() for color in (style.PRIOR, style.LIKELIHOOD, style.POSTERIOR)]
        places = [imagined.tolist(), seen.tolist(), together.tolist()]
        for color, place in zip(colors, places, strict=True):
            assert tips[color, style.LINE] == [[0, 0], place]
        assert tips[colors[0], style.THIN] == [places[1], places[2]]
        assert tips[colors[1], style.THIN] == [places[0], places[2]]


def test_the_map_is_the_librarys_and_lies_between_the_priors_peak_and_the_mle(coin):
    _, right = coin.figure.axes
    checked = 0
    for state in every(coin, "heads", "tails", "a", "b")[::11]:
        heads, tails, a, b = state.values()
        if not heads + tails or not a + b - 2:
            continue
        coin.values = state
        ((mle, _),), ((best, _),) = marks(right, "*"), marks(right, "D")
        ends = sorted([mle, (a - 1) / (a + b - 2)])
        assert ends[0] - 1e-12 <= best <= ends[1] + 1e-12
        if 0 < best < 1:
            y = coins(heads, tails)
            found = maximum_a_posteriori(Bernoulli(), np.ones((len(y), 1)), y, BetaPrior(a, b))
            assert best == pytest.approx(expit(found.theta[0]), abs=1e-12)
            checked += 1
    assert checked > 100


def test_under_a_flat_prior_posterior_and_likelihood_are_one(coin):
    _, right = coin.figure.axes
    at = np.linspace(0.02, 0.98, 49)
    for heads, tails in ((7, 3), (1, 10), (0, 4)):
        coin.values = {"heads": heads, "tails": tails, "a": 1, "b": 1}
        assert heights(right, style.PRIOR, at) == pytest.approx(np.ones(49))
        likelihood = heights(right, style.LIKELIHOOD, at)
        assert heights(right, style.POSTERIOR, at) == pytest.approx(likelihood, abs=0.02)
        assert marks(right, "*")[0] == pytest.approx(marks(right, "D")[0])
    coin.values = {"heads": 0, "tails": 0}
    assert not marks(right, "*")
    assert not marks(right, "D")


def test_more_tosses_bring_the_map_to_the_mle_and_a_stronger_prior_takes_it_away(coin):
    _, right = coin.figure.axes

    def gap(heads, tails, a):
        coin.values = {"heads": heads, "tails": tails, "a": a, "b": a}
        return abs(marks(right, "*")[0][0] - marks(right, "D")[0][0])

    by_tosses = [gap(2 * k, k, 5) for k in range(1, 6)]
    assert by_tosses == sorted(by_tosses, reverse=True)
    by_prior = [gap(8, 2, a) for a in (1, 3, 5, 7)]
    assert by_prior == sorted(by_prior)
    assert by_prior[0] == 0


def test_without_tosses_the_posterior_is_the_prior(coin):
    coin.values = {"heads": 0, "tails": 0, "a": 7, "b": 3}
    _, right = coin.figure.axes
    at = np.linspace(0.02, 0.98, 49)
    assert not marks(right, "*")
    assert marks(right, "D")[0] == pytest.approx([0.75, 1])
    prior = heights(right, style.PRIOR, at)
    assert heights(right, style.POSTERIOR, at) == pytest.approx(prior, abs=0.02)
    assert coin.texts()["MLE"] == "none, it is flat"


@pytest.fixture(scope="module")
def plane():
    return figures.map_contours()


def best_of(figure, **values):
    """MAP and MLE as drawn."""
    figure.values = values
    left, _ = figure.figure.axes
    return marks(left, "D")[0], marks(left, "*")[0]


def test_a_wider_prior_brings_the_map_from_the_centre_to_the_mle(plane):
    for prior, n in product(*(plane.controls[name].grid() for name in ("prior", "n"))):
        left = []
        for tau in plane.controls["tau"].grid():
            best, mle = best_of(plane, prior=prior, n=n, tau=tau)
            left.append(np.hypot(*(mle - best)) / np.hypot(*mle))
        assert (np.diff(left) <= 1e-12).all(), (prior, n)
        assert left[0] > 0.99
        assert left[-1] < 0.1


def test_more_examples_bring_the_map_to_the_mle(plane):
    for prior, tau in product(("Gaussian", "Laplace"), (-1.0, -0.8, -0.5, 0.0)):
        pairs = [best_of(plane, prior=prior, n=n, tau=tau) for n in (5, 15, 40, 119)]
        left = [np.hypot(*(mle - best)) / np.hypot(*mle) for best, mle in pairs]
        assert left == sorted(left, reverse=True)
        assert left[-1] < 0.35 * left[0]


def test_the_laplace_prior_puts_one_weight_on_0_exactly_and_the_gaussian_none(plane):
    for n in plane.controls["n"].grid():
        zeros = {}
        for prior in ("Gaussian", "Laplace"):
            found = [best_of(plane, prior=prior, n=n, tau=tau)[0] for tau in taus(plane)]
            zeros[prior] = np.count_nonzero(np.array(found) == 0, axis=1).tolist()
        assert set(zeros["Gaussian"]) == {0}
        assert set(zeros["Laplace"]) == {0, 1, 2}
        assert zeros["Laplace"] == sorted(zeros["Laplace"], reverse=True)
    plane.values = {"prior": "Laplace", "n": 40, "tau": -1.7}
    assert plane.texts()["MAP"].startswith("0 exactly, 0.")


def taus(figure):
    return figure.controls["tau"].grid()


def objective(n, prior):
    X, y, sigma = two_weights()
    return Objective(Gaussian(sigma), X[:n], y[:n], prior)


@pytest.mark.parametrize("prior", ["Gaussian", "Laplace"])
@pytest.mark.parametrize(("n", "tau"), [(5, -0.5), (15, -0.8), (40, -1.55), (119, -1.5)])
def test_at_the_map_a_level_of_the_prior_touches_one_of_the_likelihood(plane, prior, n, tau):
    best, mle = best_of(plane, prior=prior, n=n, tau=tau)
    left, _ = plane.figure.axes
    width = 10**tau
    density = GaussianPrior(width) if prior == "Gaussian" else LaplacePrior(width / np.sqrt(2))
    (of_prior,), (of_likelihood,) = drawn(left, style.PRIOR), drawn(left, style.LIKELIHOOD)
    nll, penalty = objective(n, density).values, density.log_prob
    flat = Objective(Gaussian(two_weights()[2]), *(v[:n] for v in two_weights()[:2]))
    reach = flat.value(best) - flat.value(mle)
    for ring in (of_prior, of_likelihood):
        apart = np.hypot(*(ring - best).T)
        assert apart.min() < 0.02 * np.hypot(*(mle - best)) + 0.01
        assert (nll(ring) >= nll(best[None]) - 0.02 * reach).all()  # the MAP is the best of either
    assert flat.values(of_likelihood) - flat.value(mle) == pytest.approx(reach, rel=0.02)
    levels = penalty(of_prior).sum(axis=1) - penalty(np.zeros(2)).sum()
    wanted = penalty(best).sum() - penalty(np.zeros(2)).sum()
    assert levels == pytest.approx(wanted, rel=0.02)


def test_the_weights_against_the_width_are_the_path_of_the_map(plane):
    plane.values = {"prior": "Laplace", "n": 40, "tau": -1.2}
    left, right = plane.figure.axes
    (track,) = [
        line
        for line in lines(left)
        if len(line.get_xdata()) > 2 and to_hex(line.get_color()) == style.POSTERIOR.lower()
    ]
    weights = [line for line in lines(right) if len(line.get_xdata()) > 2]
    assert np.array([line.get_ydata() for line in weights]) == pytest.approx(
        np.array(track.get_data())
    )
    best, mle = best_of(plane)
    color = style.LIKELIHOOD.lower()
    level = [line for line in right.lines if to_hex(line.get_color()) == color]
    across = [line for line in level if line.get_xdata() == [0, 1]]
    assert [line.get_ydata()[0] for line in across] == mle.tolist()
    names = [text.get_text() for text in right.get_xticklabels()]
    assert dict(zip(right.get_xticks(), names, strict=True)) == {
        -3: "0.001",
        -2: "0.01",
        -1: "0.1",
        0: "1",
    }
    for (x, weight), line, wanted in zip(marks(right, "D"), weights, best, strict=True):
        assert x == -1.2
        assert weight == wanted
        assert np.interp(x, line.get_xdata(), line.get_ydata()) == pytest.approx(weight)


def test_two_weights_of_the_readers_own_data():
    rng = np.random.default_rng(6)
    X = rng.normal(50, 10, (30, 2))
    y = X @ [3.0, -1.0] + rng.normal(0, 20, 30)
    figure = figures.map_contours(X, y, names=("dose", "rate"), sizes=(10, 30))
    left, _ = figure.figure.axes
    assert (left.get_xlabel(), left.get_ylabel()) == ("weight w₀ of dose", "weight w₁ of rate")
    figure.values = {"n": 30, "tau": 0.5}
    standard = (X - X.mean(axis=0)) / X.std(axis=0)
    mle = np.linalg.lstsq(standard, (y - y.mean()) / y.std())[0]
    assert marks(left, "*")[0] == pytest.approx(mle)
    with pytest.raises(ValueError, match=r"x must have max\(sizes\) = 119 rows or more, got 30"):
        figures.map_contours(X, y)
    with pytest.raises(ValueError, match="x must have shape"):
        figures.map_contours(X[:, 0], y)
    with pytest.raises(ValueError, match="y must have shape"):
        figures.map_contours(X, y[1:], sizes=(10, 29))


@pytest.fixture(scope="module")
def ridge():
    return figures.ridge_curve()


def bars(figure):
    """The weights that are drawn."""
    found = figure.figure.axes[0].findobj(Rectangle)
    thin = [patch for patch in found if patch.get_width() == 0.7]
    return np.array([bar.get_height() for bar in sorted(thin, key=Rectangle.get_x)])


def test_decay_shrinks_the_weights_and_costs_likelihood_and_new_points_gain_first(ridge):
    _, right = ridge.figure.axes
    seen, new, lengths = [], [], []
    for decay in ridge.controls["decay"].grid():
        ridge.values = {"decay": decay}
        dots = marks(right, "o")
        assert [x for x, _ in dots] == [decay, decay]
        seen.append(dots[0][1])
        new.append(dots[1][1])
        lengths.append(np.linalg.norm(bars(ridge)))
    assert (np.diff(seen) > 0).all()
    assert (np.diff(lengths) < 0).all()
    lowest = int(np.argmin(new))
    assert marks(right, "*")[0] == pytest.approx(
        [ridge.controls["decay"].grid()[lowest], new[lowest]]
    )
    assert (np.diff(new[: lowest + 1]) < 0).all()
    assert (np.diff(new[lowest:]) > 0).all()
    assert new[0] - new[lowest] > 1
    assert lowest < len(new) - 10


@pytest.mark.parametrize("decay", [-3.0, -1.0, -0.2, 1.0])
def test_the_fit_is_that_of_scikit_learn_with_the_stated_conversion(ridge, decay):
    x, y, x_new, _ = sines()
    low, high = x_new.min(), x_new.max()

    def powers(u):
        return np.polynomial.legendre.legvander((2 * u - low - high) / (high - low), 9)[:, 1:]

    alpha = 15 * 10**decay * 0.25**2  # half the squares plus α/2 ‖w‖²: nσ² times λ
    fit = Ridge(alpha=alpha, solver="svd").fit(powers(x), y)
    ridge.values = {"decay": decay}
    assert bars(ridge) == pytest.approx(fit.coef_, abs=1e-9)
    left, _ = ridge.figure.axes
    (truth,) = [line for line in lines(left) if len(line.get_xdata()) == 401]
    assert truth.get_ydata() == pytest.approx(np.sin(2 * np.pi * truth.get_xdata()))
    (curve,) = drawn(left, style.MODEL)
    within = (curve[:, 0] > 0.03) & (curve[:, 0] < 0.97)  # the ends are steep
    assert curve[within, 1] == pytest.approx(fit.predict(powers(curve[within, 0])), abs=0.04)


@pytest.mark.parametrize(("decay", "n"), [(1e-3, 15), (0.1, 119), (2.0, 7)])
def test_the_prior_is_the_one_that_the_decay_stands_for(decay, n):
    prior = prior_of(decay, n)
    assert prior.weight_decay(n) == pytest.approx(decay, rel=1e-15)
    assert prior.tau == pytest.approx((n * decay) ** -0.5, rel=1e-15)


def test_a_ridge_curve_of_the_readers_own_data():
    rng = np.random.default_rng(1)
    x, x_new = rng.uniform(0, 5, 20), rng.uniform(0, 5, 50)
    y, y_new = (300 * np.exp(-u) + rng.normal(0, 20, len(u)) for u in (x, x_new))
    names = ("time (s)", "counts")
    figure = figures.ridge_curve(x, y, x_new, y_new, names, degree=4, sigma=20)
    left, _ = figure.figure.axes
    assert (left.get_xlabel(), left.get_ylabel()) == names
    assert "truth" not in {text.get_text() for text in left.texts}
    assert len(bars(figure)) == 4
    with pytest.raises(ValueError, match="x_new must not be empty"):
        figures.ridge_curve(x, y)
    with pytest.raises(ValueError, match="y_new must have shape"):
        figures.ridge_curve(x, y, x_new, y_new[1:])


@pytest.fixture(scope="module")
def race():
    return figures.decay_race()


def mean_gradient(w):
    return slope(w, 0.0)


@pytest.mark.parametrize("decay", [0.0, 0.01, 0.1, 1.0])
def test_the_update_rules_are_those_of_torch(decay):
    start = (-1.0, 3.5)
    runs = {
        "SGD": sgd(mean_gradient, start, 1.0, decay, 600),
        "Adam": adam(mean_gradient, start, 0.05, decay, 600, decoupled=False, betas=(0.9, 0.99)),
        "AdamW": adam(mean_gradient, start, 0.05, decay, 600, decoupled=True, betas=(0.9, 0.99)),
    }
    for name, path in runs.items():
        assert path.shape == (601, 2)
        assert path == pytest.approx(torch_run(name, decay), abs=1e-12), name


def ends(figure, optimiser, decay):
    """Where an optimiser ends, the MAP and the MLE, as drawn."""
    figure.values = {"optimiser": optimiser, "decay": decay, "step": 600}
    left, _ = figure.figure.axes
    return marks(left, "o")[0], marks(left, "D")[0], marks(left, "*")[0]


def test_decay_in_the_gradient_ends_at_the_map_under_both_and_decoupled_decay_elsewhere(race):
    X, _, sex = gentoos()
    for decay in race.controls["decay"].grid():
        prior = GaussianPrior(1 / np.sqrt(119 * 10**decay))
        found = maximum_a_posteriori(Bernoulli(), X, sex, prior).theta
        for optimiser in ("SGD", "Adam"):
            end, best, _ = ends(race, optimiser, decay)
            assert best == pytest.approx(found, abs=1e-9)
            assert end == pytest.approx(best, abs=1e-6)
            assert race.texts()["length of the gradient"] == "below 10⁻⁶"
        end, best, _ = ends(race, "AdamW", decay)
        assert np.hypot(*(end - best)) > 0.9
        assert float(race.texts()["length of the gradient"]) > 0.03
        last = torch_run("AdamW", 10**decay)[-2:]
        assert np.hypot(*(last[1] - last[0])) < 2e-3  # it has stopped all the same


def test_decoupled_decay_ends_at_the_least_nll_in_a_box(race):
    X, _, sex = gentoos()
    nll = Objective(Bernoulli(), X, sex)
    for decay in race.controls["decay"].grid():
        end, _, mle = ends(race, "AdamW", decay)
        edge = 10**-decay
        in_box = minimize(nll.value, [0, 0], jac=nll.gradient, bounds=[(-edge, edge)] * 2).x
        slow = decay in (-0.5, -0.25)  # the edge is at the MLE's larger weight or at its smaller
        assert np.hypot(*(end - in_box)) < (0.35 if slow else 0.1)
        assert (abs(end) <= 1.02 * edge).all()
        if decay <= -1:
            assert np.hypot(*(end - mle)) < 0.05
    left, _ = race.figure.axes
    words = {text.get_text(): text for text in left.texts}
    for decay, shown in ((-1.0, False), (0.0, True)):
        race.values = {"decay": decay}
        assert words["|w₀|, |w₁| ≤ 1/λ"].get_visible() == shown
        (square,) = [line for line in lines(left) if len(line.get_xdata()) == 5]
        assert square.get_visible() == shown
        assert np.abs(square.get_data()) == pytest.approx(np.full((2, 5), 10**-decay))


def test_the_distance_falls_under_decay_in_the_gradient_and_stays_under_adamw(race):
    _, right = race.figure.axes
    for optimiser in ("SGD", "Adam", "AdamW"):
        race.values = {"optimiser": optimiser, "decay": -1.0, "step": 300}
        bold = [line for line in lines(right) if to_hex(line.get_color()) == style.MODEL.lower()]
        (curve,) = [line for line in bold if len(line.get_xdata()) > 1]
        path = torch_run(optimiser, 0.1)
        best = marks(race.figure.axes[0], "D")[0]
        gaps = np.log10(np.maximum(np.hypot(*(path - best).T), 1e-6))
        drawn = curve.get_xdata()
        assert drawn[[0, -1]].tolist() == [0, 600]
        assert np.diff(drawn).max() == 5
        assert curve.get_ydata() == pytest.approx(gaps[drawn], abs=1e-6)
        assert marks(right, "o")[0] == pytest.approx([300, gaps[300]], abs=1e-6)
        assert marks(race.figure.axes[0], "o")[0] == pytest.approx(path[300])
        assert (gaps[-1] == -6) == (optimiser != "AdamW")


def test_the_shading_is_lowest_at_the_map(race):
    left, right = race.figure.axes
    names = [text.get_text() for text in right.get_yticklabels()]
    assert dict(zip(right.get_yticks(), names, strict=True)) == {
        -6: "10⁻⁶",
        -4: "10⁻⁴",
        -2: "0.01",
        0: "1",
    }
    (image,) = left.images
    for decay in (-2.0, -1.0, 0.0):
        race.values = {"decay": decay}
        shown = np.asarray(image.get_array())
        row, column = np.unravel_index(shown.argmax(), shown.shape)
        (x, y) = marks(left, "D")[0]
        x_low, x_high, y_low, y_high = image.get_extent()
        cell = np.array([x_high - x_low, y_high - y_low]) / shown.shape[::-1]
        place = np.array([x_low, y_low]) + cell * (np.array([column, row]) + 0.5)
        assert (abs(place - [x, y]) <= 0.51 * cell).all()


def test_a_race_on_the_readers_own_data():
    rng = np.random.default_rng(2)
    X = rng.normal(0, 5, (80, 2))
    y = rng.random(80) < expit(0.3 * X[:, 0])
    figure = figures.decay_race(X, y.astype(int), names=("a", "b"), start=(0.5, 0.5), steps=120)
    left, right = figure.figure.axes
    assert right.get_xlim() == (0, 120)
    standard = (X - X.mean(axis=0)) / X.std(axis=0)
    mle = maximum_likelihood(Bernoulli(), standard, y.astype(int)).theta
    assert marks(left, "*")[0] == pytest.approx(mle)
    with pytest.raises(ValueError, match="steps must be a multiple of 60, got 100"):
        figures.decay_race(steps=100)
    with pytest.raises(ValueError, match="y must"):
        figures.decay_race(X)
