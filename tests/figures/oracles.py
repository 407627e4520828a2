"""What each figure's readout must say, computed without the figures: with scipy.stats, NumPy and
the textbook's formulas, from the data sets themselves."""

from functools import cache, partial

import numpy as np
import torch
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

from mlelib import (
    Bernoulli,
    Laplace,
    StudentT,
    add_intercept,
    maximum_likelihood,
    penguins,
    people,
)
from mlelib.figures.slices import crossed
from mlelib.networks import brier, filter_normalised, mlp, nll

from .posterior_oracles import (  # noqa: F401  found by their figures' names
    decay_race,
    map_contours,
    prior_times_likelihood,
    ridge_curve,
)
from .recipe_oracles import network_as_distribution, recipe  # noqa: F401


def loss_map(task, z):
    names = {
        "regression": ("squared error", stats.norm.pdf(1, loc=z)),
        "binary": ("binary cross-entropy", 1 / (1 + np.exp(-z))),
        "multiclass": ("cross-entropy", softmax([0, z, 0])[1]),
    }
    name, p = names[task]
    return {"loss": name, "p(y = 1 | z)": p, "−log p(y = 1 | z)": -np.log(p)}


def coin_likelihood(heads, tails):
    def likelihood(theta):
        return theta**heads * (1 - theta) ** tails

    if heads + tails == 0:
        peak, height = "none: L is flat", 1.0
    else:
        peak = heads / (heads + tails)
        height = likelihood(peak)
    return {
        "peak at θ": peak,
        "L there": height,
        "log L there": np.log(height),
        "area under L(θ)": quad(likelihood, 0, 1)[0],
    }


def underflow(n, precision, p, most=1200):
    kind = np.dtype(precision).type
    product, total, products, totals = kind(1), kind(0), [kind(1)], [kind(0)]
    for _ in range(most):
        product, total = product * kind(p), total + np.log(kind(p))
        products.append(product)
        totals.append(total)
    if product == 0:
        death = f"from n = {products.index(0)}"
    else:
        death = "never: it sticks" if products[-2] == product else f"not by n = {most}"
    return {"product": products[n], "sum of logs": totals[n], "product is 0": death}


def gaussian_surface(mu, sigma, n):
    y = 100 * people(100).height[:n]
    best = y.mean(), y.std()
    return {
        "log L(μ, σ)": stats.norm.logpdf(y, mu, sigma).sum(),
        "log L at the peak": stats.norm.logpdf(y, *best).sum(),
        "peak": f"μ = {best[0]:.1f}, σ = {best[1]:.1f}",
    }


def line_and_bells(w, b, sigma):
    x, y = penguins().flipper_length_mm, penguins().body_mass_g
    line = b + w * (x - 170)
    best = np.polyval(np.polyfit(x, y, 1), x)
    return {
        "NLL": -stats.norm.logpdf(y, line, sigma).sum(),
        "lowest NLL": -stats.norm.logpdf(y, best, sigma).sum(),
        "MSE (g²)": np.mean((y - line) ** 2),
    }


def noise_data():
    """The points that the figure chooses, its moved one last, and the standard deviation around
    their line."""
    x, y = penguins().flipper_length_mm, penguins().body_mass_g
    some = np.argsort(x, kind="stable")[4::16]
    x, y = x[some], y[some]
    return x, y, np.std(y - np.polyval(np.polyfit(x, y, 1), x))


def noise_family(family, outlier):
    x, y, deviation = noise_data()
    y[-1] = outlier
    if family == "Gaussian":
        slope, intercept = np.polyfit(x, y, 1)
        r = outlier - intercept - slope * x[-1]
        loss, pull = r**2 / (2 * deviation**2), r / deviation**2
    elif family == "Laplace":
        b = deviation / np.sqrt(2)
        intercept, slope = maximum_likelihood(Laplace(b), add_intercept(x), y).theta
        r = outlier - intercept - slope * x[-1]
        loss, pull = abs(r) / b, np.sign(r) / b
    else:
        s = deviation / np.sqrt(3)
        intercept, slope = maximum_likelihood(StudentT(3, s), add_intercept(x), y).theta
        r = outlier - intercept - slope * x[-1]
        loss, pull = 2 * np.log(1 + r**2 / (3 * s**2)), 4 * r / (3 * s**2 + r**2)
    return {
        "slope of the fit": slope,
        "residual of the point": r,
        "its loss": loss,
        "its pull": pull,
    }


def residuals():
    x, y = penguins().flipper_length_mm, penguins().body_mass_g
    return y - np.polyval(np.polyfit(x, y, 1), x)


def sigma_mle(sigma):
    r = residuals()
    return {
        "NLL": -stats.norm.logpdf(r, 0, sigma).sum(),
        "MSE (g²)": np.mean(r**2),
        "√MSE (g)": np.sqrt(np.mean(r**2)),
    }


def listed(p, spec):
    return ", ".join(f"{each:{spec}}" for each in p)


def softmax_playground(z1, z2, z3, temperature, shift):
    z = np.array([z1, z2, z3]) + shift
    outputs = {"softmax": softmax(z / temperature), "sigmoid": 1 / (1 + np.exp(-z))}
    if np.any(z != 0):
        outputs["|z| / Σ|z|"] = abs(z) / sum(abs(z))
    texts = {name: f"{listed(p, '.2f')}; sum {sum(p):.2f}" for name, p in outputs.items()}
    return {"softmax": "", "sigmoid": "", "|z| / Σ|z|": "0/0, undefined"} | texts


def simplex(split, q3, epsilon):
    y = np.array([epsilon / 3, epsilon / 3, 1 - 2 * epsilon / 3])
    q = np.array([(1 - q3) * (1 - split), (1 - q3) * split, q3])
    return {
        "y": listed(y, ".3f"),
        "q": listed(q, ".3f"),
        "H(y)": stats.entropy(y),
        "KL(y‖q)": stats.entropy(y, q),
        "H(y, q)": stats.entropy(y) + stats.entropy(y, q),
        "lowest": "at q = y" if epsilon > 0 else "never reached",
    }


@cache
def weight_class_descent(steps=200):
    """Each step's mean NLL, the lowest (by another optimizer), each step's accuracy and θ, flat."""
    adults = people()
    features = np.column_stack([adults.height, adults.weight])
    X = np.column_stack([np.ones(300), stats.zscore(features)])
    one_hot = np.eye(3)[adults.weight_class]

    def mean_nll(theta):
        z = X @ theta.reshape(3, 3)
        return np.mean(logsumexp(z, axis=1) - (z * one_hot).sum(axis=1))

    def gradient(theta):
        return (X.T @ (softmax(X @ theta.reshape(3, 3), axis=1) - one_hot) / 300).ravel()

    theta = np.zeros(9)
    thetas = [theta]
    steepest = np.linalg.norm(X, 2) ** 2 / 300 / 2
    for _ in range(steps):
        theta = theta - 1.5 / steepest * gradient(theta)
        thetas.append(theta)
    best = minimize(mean_nll, theta, jac=gradient, options={"gtol": 1e-7})
    hits = [np.mean((X @ t.reshape(3, 3)).argmax(axis=1) == adults.weight_class) for t in thetas]
    return [mean_nll(theta) for theta in thetas], best.fun, hits, thetas


def softmax_regions(step):
    values, lowest, hits, _ = weight_class_descent()
    return {"mean NLL": values[step], "lowest mean NLL": lowest, "accuracy": hits[step]}


def step_or_sigmoid(angle, offset, steepness):
    adults = people()
    x = stats.zscore(np.column_stack([adults.height, adults.weight]))
    along = x @ [np.cos(np.radians(angle)), np.sin(np.radians(angle))] - offset
    wrong = np.sum((along > 0) != adults.diet)
    shown = {"on the wrong side": f"{wrong} of 300"}
    if steepness == "∞: the step":
        return shown | {"greatest slope |w|/4": "none, a jump", "mean NLL (nats)": "∞"}
    slope = float(steepness)
    p = 1 / (1 + np.exp(-slope * along))
    around = 1 / (1 + np.exp(-slope * np.array([-1e-4, 1e-4])))
    return shown | {
        "greatest slope |w|/4": np.diff(around)[0] / 2e-4,
        "mean NLL (nats)": -np.mean(np.log(np.where(adults.diet, p, 1 - p))),
    }


def odds(p):
    return {
        "odds": p / (1 - p),
        "log-odds": np.log(p / (1 - p)),
        "odds of 1 − p": (1 - p) / p,
        "log-odds of 1 − p": np.log((1 - p) / p),
    }


def gentoos():
    """Body mass and sex of the Gentoo penguins."""
    birds = penguins()
    gentoo = birds.species == 2
    return birds.body_mass_g[gentoo], birds.sex[gentoo]


def mean_logistic_nll(theta, x, y):
    return np.mean(np.logaddexp(0, theta[0] + theta[1] * x) - y * (theta[0] + theta[1] * x))


@cache
def lowest_logistic_nll():
    mass, sex = gentoos()
    return minimize(mean_logistic_nll, np.zeros(2), (stats.zscore(mass), sex), tol=1e-9).fun


def logistic_landscape(b, w, separable):
    mass, sex = gentoos()
    x, n = stats.zscore(mass), 30 if separable else len(mass)
    x, y = x[:n], sex[:n]
    p = 1 / (1 + np.exp(-b - w * x))
    gradient = np.mean(p - y), np.mean((p - y) * x)
    return {
        "mean NLL (nats)": mean_logistic_nll([b, w], x, y),
        "lowest": "none, it falls towards 0" if separable else lowest_logistic_nll(),
        "on the right side of p = ½": f"{np.sum((p > 0.5) == y)} of {n}",
        "length of the gradient": np.hypot(*gradient),
    }


def sensitivity(z, y):
    p = 1 / (1 + np.exp(-z))
    bce, squared = -np.log(p if y else 1 - p), (y - p) ** 2
    slope, squared_slope = p - y, 2 * (p - y) * p * (1 - p)
    return {
        "BCE (nats)": bce,
        "squared error": squared,
        "slope of the BCE": slope,
        "slope of the squared error": squared_slope,
        "ratio of the slopes": slope / squared_slope,
    }


def chord(a, b, function):
    f = {
        "BCE": lambda z: np.logaddexp(0, -z),
        "squared error": lambda z: 1 / (1 + np.exp(z)) ** 2,
        "(1 − z)², no sigmoid": lambda z: (1 - z) ** 2,
    }[function]
    t = np.arange(1, 48) / 48
    gap = min((1 - t) * f(a) + t * f(b) - f(a + t * (b - a)))
    return {
        "f(a)": f(a),
        "f(b)": f(b),
        "least of chord − graph": gap,
        "verdict": "below somewhere: not convex" if gap < 0 else "nowhere below",
    }


def mean_losses(X, y):
    """Mean loss, its gradient and its Hessian as functions of w, for BCE and squared error."""
    sign = 2 * y - 1
    n = len(y)

    def wrong(w):
        return 1 / (1 + np.exp(sign * (X @ w)))

    return {
        "BCE": (
            lambda w: np.logaddexp(0, -sign * (X @ w)).mean(),
            lambda w: -X.T @ (sign * wrong(w)) / n,
            lambda w: (X.T * wrong(w) * (1 - wrong(w))) @ X / n,
        ),
        "squared error": (
            lambda w: (wrong(w) ** 2).mean(),
            lambda w: -X.T @ (sign * 2 * wrong(w) ** 2 * (1 - wrong(w))) / n,
            lambda w: (X.T * (2 * wrong(w) ** 2 * (1 - wrong(w)) * (2 - 3 * wrong(w)))) @ X / n,
        ),
    }


@cache
def overlapping_sample(seed):
    """A draw of the duel, its losses and the lowest of each, by another optimizer."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(100, 2))
    losses = mean_losses(X, Bernoulli().sample(X @ [1.5, 1.5], rng))
    lowest = {
        name: minimize(value, [1, 1], jac=gradient, options={"gtol": 1e-8}).fun
        for name, (value, gradient, _) in losses.items()
    }
    return X, losses, lowest


def of_both(bce, squared, spec):
    return f"BCE {bce:{spec}}, squared error {squared:{spec}}".replace("-", "−")


def landscape_duel(sample, w1, w2):
    _, losses, lowest = overlapping_sample(sample)
    ends, slopes, smallest = [], [], []
    for value, gradient, hessian in losses.values():
        start = w = np.array([w1, w2], float)
        for _ in range(50):
            w = w - 2 * gradient(w)
        ends.append(value(w))
        slopes.append(np.hypot(*gradient(w)))
        smallest.append(np.linalg.eigvalsh(hessian(start))[0])
    return {
        "loss after 50 steps": of_both(*ends, ".3f"),
        "lowest loss": of_both(*lowest.values(), ".3f"),
        "gradient after 50 steps": of_both(*slopes, ".5f"),
        "least eigenvalue at the start": of_both(*smallest, ".5f"),
    }


@cache
def network_slices(direction, width):
    """The mean of BCE and squared error over the slice of each loss's own network, (41, 41), and
    the slice's Hessian, (41, 41, 2, 2): by the chain rule, in NumPy."""
    x, y = crossed()
    inputs, targets = torch.tensor(x), torch.tensor(y)
    sign = 2 * y - 1
    found = {}
    for name, loss in (("BCE", partial(nll, Bernoulli())), ("squared error", brier)):
        network = mlp([2, width, 1])
        adam = torch.optim.Adam(network.parameters(), lr=0.03)
        for _ in range(300):
            adam.zero_grad()
            loss(targets, network(inputs)).mean().backward()
            adam.step()
        W, c, v, d = (p.detach().numpy() for p in network.parameters())
        (W_a, _, v_a, _), (W_b, _, v_b, _) = (
            [p.numpy() for p in way.values()] for way in filter_normalised(network, direction)
        )
        a = np.linspace(-1, 1, 41)[:, None, None]
        b = a[:, None]
        u = [x @ W_a.T, x @ W_b.T]
        t = np.tanh(x @ W.T + c + a * u[0] + b * u[1])
        s, v, way = 1 - t**2, v + a * v_a + b * v_b, (v_a, v_b)
        z = (v * t).sum(axis=-1) + d
        z_i = [(way[i] * t + v * s * u[i]).sum(axis=-1) for i in (0, 1)]
        e = 1 / (1 + np.exp(sign * z))
        if name == "BCE":
            values, slope, bend = np.logaddexp(0, -sign * z), -sign * e, e * (1 - e)
        else:
            values, slope, bend = e**2, -sign * 2 * e**2 * (1 - e), 2 * e**2 * (1 - e) * (2 - 3 * e)
        hessian = np.empty((41, 41, 2, 2))
        for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
            bent = way[i] * s * u[j] + way[j] * s * u[i] - 2 * v * t * s * u[i] * u[j]
            hessian[..., i, j] = (bend * z_i[i] * z_i[j] + slope * bent.sum(axis=-1)).mean(axis=-1)
        found[name] = values.mean(axis=-1), hessian
    return found


def hidden_slices(direction, width, alpha, beta):
    slices = network_slices(direction, width).values()
    smallest = [np.linalg.eigvalsh(hessian)[..., 0] for _, hessian in slices]
    dot = round(20 + 20 * beta), round(20 + 20 * alpha)
    return {
        "at the star": of_both(*(values[20, 20] for values, _ in slices), ".3f"),
        "share of the plane that curves down": of_both(*(np.mean(s < 0) for s in smallest), ".0%"),
        "smallest eigenvalue at the dot": of_both(*(s[dot] for s in smallest), ".2f"),
    }
