"""The self-checks of Chapter 7, the recipe (ids "7.x")."""

from collections.abc import Callable

import numpy as np
from scipy import stats
from scipy.optimize import minimize

from mlelib.arguments import Floats, Integers
from mlelib.estimation import maximum_likelihood
from mlelib.exercises.kinds import Exercise, Function, Mistake, Value
from mlelib.likelihoods import Gaussian, Poisson
from mlelib.numerics import softplus
from mlelib.objectives import Objective, add_intercept
from mlelib.sandwich import sandwich_errors

COUNTS = np.array([1, 4, 7])
BLANKS = np.array([0, 1, 5])
HOURS = 1200
R = 2.0
"""Of the negative binomial that calls are drawn from."""


def calls() -> tuple[Floats, Integers, Floats, Integers]:
    """Hours of a help desk, and the calls in each, which scatter more than a Poisson's.

    Returns `X (600, 3)`, `y (600,)` to fit, and as many held out. The columns of X are ones, the
    customers online in thousands, and 1 if it rains.
    """
    rng = np.random.default_rng(77)
    online, rain = rng.uniform(0, 4, HOURS), rng.random(HOURS) < 0.3
    X = add_intercept(np.column_stack([online, rain]))
    mean = np.exp(X @ [0.3, 0.4, 0.25])
    y = rng.poisson(mean * rng.standard_gamma(R, HOURS) / R)
    half = HOURS // 2
    return X[:half], y[:half], X[half:], y[half:]


def three_counts() -> Floats:
    """Of `COUNTS`: the mean, ẑ, the gradient at z = 0, the standard error of ẑ."""
    one = np.ones((3, 1))
    best = maximum_likelihood(Poisson(), one, COUNTS)
    slope = Objective(Poisson(), one, COUNTS).gradient([0.0])[0]
    return np.array([np.exp(best.theta[0]), best.theta[0], slope, best.standard_errors[0]])


def geometric_nll(y: Integers, z: Floats) -> float:
    return float(np.sum(softplus(-z) + y * softplus(z)))


def scratch_cards() -> Floats:
    """The loss of y = 5 at q = ⅓, its gradient at z = 0, and of `BLANKS` the best q and its z."""
    q = 1 / (1 + BLANKS.mean())
    loss = geometric_nll(np.array([5]), np.array([np.log(q / (1 - q))]))
    return np.array([loss, 0.5 * 6 - 1, q, np.log(q / (1 - q))])


def four_reports() -> Floats:
    return np.array([-2.6 + np.log(60), 0.4 + 1.1, 1.6 * np.log(2)])


def censored_nll(y: Floats, censored: Integers, mu: Floats, sigma: float) -> float:
    beyond, density = stats.norm.logsf(y, mu, sigma), stats.norm.logpdf(y, mu, sigma)
    return float(-np.where(censored == 1, beyond, density).sum())


def slowest_heads() -> Floats:
    """The slider's first epoch with a held-out nll of at most .45, .46, .60: mass, species, sex."""
    from mlelib.networks.heads import learn  # noqa: PLC0415  torch only where it is wanted

    held_out = learn(np.array([195.0])).nlls[::10, 1]
    limits = ((0, 0.45), (2, 0.46), (1, 0.60))
    return np.array([10 * (held_out[:, head] <= most).argmax() for head, most in limits])


def help_desk(held_out: bool = True) -> Floats:
    """Of `calls`: the factor; its coefficient's errors by curvature and sandwich; mean NLLs of the
    Poisson, of a Gaussian's areas, of a negative binomial."""
    X, y, X_new, y_new = calls()
    rows, counts = (X_new, y_new) if held_out else (X, y)
    fit = maximum_likelihood(Poisson(), X, y)
    robust = sandwich_errors(Poisson(), X, y, fit.theta)
    line = maximum_likelihood(Gaussian(), X, y).theta
    sigma = np.sqrt(np.mean((y - X @ line) ** 2))
    middles = np.asarray(rows @ line, dtype=np.float64)
    above, below = (stats.norm.cdf(counts + half, middles, sigma) for half in (0.5, -0.5))
    theta = minimize(nbinom_loss, fit.theta, (X, y), jac=nbinom_gradient).x
    shares = np.asarray(R / (R + np.exp(rows @ theta)), dtype=np.float64)
    return np.array([
        np.exp(fit.theta[1]),
        fit.standard_errors[1],
        robust[1],
        Poisson().nll(counts, rows @ fit.theta).mean(),
        -np.log(above - below).mean(),
        -np.mean(stats.nbinom.logpmf(counts, R, shares)),
    ])  # fmt: skip


def nbinom_loss(theta: Floats, X: Floats, y: Integers) -> float:
    z = X @ theta
    return float(np.sum((y + R) * np.log(R + np.exp(z)) - y * z))


def nbinom_gradient(theta: Floats, X: Floats, y: Integers) -> Floats:
    mean = np.exp(X @ theta)
    return np.asarray(X.T @ ((y + R) * mean / (R + mean) - y))


def blanks(spread: float) -> Callable[[np.random.Generator], tuple[object, ...]]:
    def draw(rng: np.random.Generator) -> tuple[object, ...]:
        return rng.integers(0, 9, size=12), spread * np.linspace(-1, 1, 12)

    return draw


def times(share: float) -> Callable[[np.random.Generator], tuple[object, ...]]:
    def draw(rng: np.random.Generator) -> tuple[object, ...]:
        mu, censored = rng.uniform(5, 9, 30), (rng.random(30) < share).astype(int)
        return rng.normal(mu, 1.5), censored, mu, 1.5

    return draw


def long_running(rng: np.random.Generator) -> tuple[object, ...]:
    """A time far beyond its mean, where 1 − cdf is 0."""
    return np.array([30.0, 6.0]), np.array([1, 0]), np.array([6.0, 6.5]), 1.5


EXERCISES: tuple[Exercise, ...] = (
    Value(
        "7.1",
        expected=three_counts,
        why="All that the three counts say of the rate is in their sum.",
        rtol=1e-3,
        mistakes=(
            Mistake(
                "The second is the mean again; z is its logarithm.",
                lambda right: right[[0, 0, 2, 3]],
            ),
            Mistake(
                "The third is the gradient of the mean NLL; sum it over the three.",
                lambda right: right / [1, 1, 3, 1],
            ),
            Mistake(
                "The third has the other sign: prediction minus target.",
                lambda right: right * [1, 1, -1, 1],
            ),
            Mistake("The last is a variance; take its root.", lambda right: right ** [1, 1, 1, 2]),
            Mistake(
                "The last is the error of the mean; that of z is a share of it.",
                lambda right: right * [1, 1, 1, right[0]],
            ),
        ),
    ),
    Value(
        "7.2",
        expected=scratch_cards,
        why="Distribution, link, minus log: a loss for data that the book did not have.",
        rtol=1e-3,
        mistakes=(
            Mistake(
                "The first forgets the card that wins: it pays −log q, too.",
                lambda right: np.r_[right[0] + np.log(right[2]), right[1:]],
            ),
            Mistake(
                "The second has the other sign; the loss rises with z for so many blanks.",
                lambda right: right * [1, -1, 1, 1],
            ),
            Mistake(
                "The last two belong to 1 − q, the probability of a blank.",
                lambda right: np.r_[right[:2], 1 - right[2], -right[3]],
            ),
        ),
    ),
    Value(
        "7.3",
        expected=four_reports,
        why="A density has a unit, and a log has a base: name both.",
        rtol=2e-3,
        mistakes=(
            Mistake(
                "B goes the other way: per minute the density is smaller, so the NLL is larger.",
                lambda right: [-2.6 - np.log(60), *right[1:]],
            ),
            Mistake(
                "C goes the other way: minus log of 1/y is plus log y.",
                lambda right: [right[0], 0.4 - 1.1, right[2]],
            ),
            Mistake(
                "D goes the other way: a nat is more than a bit.",
                lambda right: [*right[:2], 1.6 / np.log(2)],
            ),
        ),
    ),
    Function(
        "7.4",
        expected=geometric_nll,
        inputs={
            "moderate raw outputs": blanks(3.0),
            "raw outputs up to ±40": blanks(40.0),
            "raw outputs up to ±1000": blanks(1000.0),
        },
        why="Two softplus terms, and it is a loss for counts of blanks.",
        mistakes=(
            Mistake(
                "This is the mean over the examples; the sum is wanted.",
                lambda right, y, z: right / len(y),
            ),
            Mistake(
                "The card that wins pays, too: −log q is missing.",
                lambda right, y, z: np.sum(y * softplus(z)),
            ),
            Mistake(
                "You took q for the probability of a blank.",
                lambda right, y, z: geometric_nll(y, -z),
            ),
            Mistake(
                "This is the price of each example, and each is right; sum them.",
                lambda right, y, z: softplus(-z) + y * softplus(z),
            ),
        ),
    ),
    Function(
        "7.5",
        expected=censored_nll,
        inputs={
            "no time censored": times(0.0),
            "some times censored": times(0.4),
            "a time far beyond its mean": long_running,
        },
        why="A row pays for what was seen: that the time is y, or that it is beyond y.",
        mistakes=(
            Mistake(
                "You take censored times for complete ones.",
                lambda right, y, censored, mu, sigma: censored_nll(y, 0 * y, mu, sigma),
            ),
            Mistake(
                "You drop the censored rows; they know something.",
                lambda right, y, censored, mu, sigma: (
                    -np.where(censored == 0, stats.norm.logpdf(y, mu, sigma), 0.0).sum()
                ),
            ),
            Mistake(
                "A censored time lies beyond y: you took the probability below it.",
                lambda right, y, censored, mu, sigma: (
                    -np.where(
                        censored == 1,
                        stats.norm.logcdf(y, mu, sigma),
                        stats.norm.logpdf(y, mu, sigma),
                    ).sum()
                ),
            ),
            Mistake(
                "It is the other way round: `censored` is 1 where the time was still running.",
                lambda right, y, censored, mu, sigma: censored_nll(y, 1 - censored, mu, sigma),
            ),
            Mistake(
                "This is the mean over the rows; the sum is wanted.",
                lambda right, y, censored, mu, sigma: right / len(y),
            ),
        ),
    ),
    Value(
        "7.6",
        expected=slowest_heads,
        why="Mass and species are one slope each; the sex has to bend twice.",
        mistakes=(
            Mistake("You have the species last; sex comes last.", lambda right: right[[0, 2, 1]]),
            Mistake("One step further than needed.", lambda right: right + 10),
            Mistake("There the NLL is still too high.", lambda right: right - 10),
        ),
    ),
    Value(
        "7.7",
        expected=help_desk,
        why="The mean was right, the spread was not, and the held-out NLL knows it.",
        rtol=2e-3,
        mistakes=(
            Mistake(
                "These are the NLLs of the hours that were fitted; take the others.",
                lambda right: help_desk(held_out=False),
            ),
            Mistake(
                "The first is the coefficient; the factor is exp of it.",
                lambda right: np.r_[np.log(right[0]), right[1:]],
            ),
            Mistake(
                "The errors are the wrong way round: the curvature's first.",
                lambda right: right[[0, 2, 1, 3, 4, 5]],
            ),
        ),
    ),
)
