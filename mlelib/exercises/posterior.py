"""The self-checks of Chapter 6, MAP and weight decay (ids "6.x")."""

from collections.abc import Callable

import numpy as np
from scipy import stats
from scipy.special import expit

from mlelib.arguments import Floats, Integers
from mlelib.estimation import maximum_a_posteriori, maximum_likelihood
from mlelib.exercises.kinds import Exercise, Function, Mistake, Value
from mlelib.likelihoods import Bernoulli, Gaussian
from mlelib.objectives import Objective, add_intercept
from mlelib.priors import BetaPrior, GaussianPrior, LaplacePrior

SENSORS = 30
WIDTHS = (0.03, 0.1, 0.3, 1.0, 3.0)
SPLITS = (40, 40, 1000)

Rows = tuple[Floats, Floats]


def sensors() -> tuple[Rows, Rows, Rows]:
    """Wear of a machine from 30 sensors: `(X, y)` to fit, to choose with and to report on.

    40, 40 and 1,000 rows; the first column of each X is ones. The noise of y is Gaussian, σ = 1.
    """
    rng = np.random.default_rng(6)
    X = add_intercept(rng.normal(size=(sum(SPLITS), SENSORS)))
    theta = np.zeros(1 + SENSORS)
    theta[[0, 3, 11, 19, 26]] = 5.0, 2.0, -1.5, 1.0, -1.0
    y = X @ theta + rng.normal(size=len(X))
    fitting, choosing, reporting = np.split(np.arange(len(X)), np.cumsum(SPLITS)[:-1])
    return (X[fitting], y[fitting]), (X[choosing], y[choosing]), (X[reporting], y[reporting])


def new_drug() -> Floats:
    """Of four recoveries of four under Beta(3, 2): MLE, MAP, mean, P(the next two recover)."""
    ones, yes = np.ones((4, 1)), np.ones(4, dtype=np.int64)
    mode = expit(maximum_a_posteriori(Bernoulli(), ones, yes, BetaPrior(3, 2)).theta[0])
    after = stats.beta(3 + 4, 2)
    return np.array([1.0, mode, after.mean(), after.moment(2)])


def recipes() -> Floats:
    """τ of λ = 0.001, n = 40,000; its λ at n = 1,000; λ beside MSE and α, σ = ½, τ = 1, n = 200."""
    width = 1 / np.sqrt(40_000 * 1e-3)
    small = GaussianPrior(width).weight_decay(1000)
    unit = GaussianPrior(1.0)
    beside_mse = unit.weight_decay(200, "squared error", sigma=0.5)
    return np.array([width, small, beside_mse, unit.weight_decay(1, "half squared error", 0.5)])


def share_or_amount() -> Floats:
    """MAPs of weights with the MLEs 1 and 0.2 and curvature 8: τ = ½; b = ¼; b where one is 0."""
    X, y, noise = np.eye(2), np.array([1.0, 0.2]), Gaussian(np.sqrt(1 / 8))
    bell = maximum_a_posteriori(noise, X, y, GaussianPrior(0.5)).theta
    kink = maximum_a_posteriori(noise, X, y, LaplacePrior(0.25)).theta
    return np.array([*bell, *kink, 1 / (8 * 0.2)])


def ridge(X: Floats, y: Floats, sigma: float, tau: float) -> Floats:
    prior = GaussianPrior(tau, np.arange(X.shape[1]) == 0)
    return np.asarray(maximum_a_posteriori(Gaussian(sigma), X, y, prior).theta)


def solved(X: Floats, y: Floats, penalty: float, first: int = 1) -> Floats:
    """Σ(y − Xθ)² + penalty·Σθⱼ² over j ≥ first, at its least."""
    square = penalty * np.diag((np.arange(X.shape[1]) >= first).astype(float))
    return np.asarray(np.linalg.solve(X.T @ X + square, X.T @ y))


def sgd_step(X: Floats, y: Integers, theta: Floats, rate: float, tau: float) -> Floats:
    objective = Objective(Bernoulli(), X, y, GaussianPrior(tau, np.arange(len(theta)) == 0))
    return np.asarray(theta - rate * objective.gradient(theta) / len(y))


def stepped(X: Floats, y: Integers, theta: Floats, rate: float, decay: Floats) -> Floats:
    """One step with any decay, added to the gradient of the mean loss."""
    slope = Objective(Bernoulli(), X, y).gradient(theta) / len(y)
    return np.asarray(theta - rate * (slope + decay))


def heads_in_a_row() -> Floats:
    """Heads in a row till the MAP is at least 0.75, under Beta(1, 1), Beta(3, 3) and Beta(5, 5)."""
    heads = np.arange(1, 100)
    modes = [(heads + a - 1) / (heads + 2 * a - 2) for a in (1, 3, 5)]
    return np.array([heads[np.argmax(mode >= 0.75)] for mode in modes], dtype=float)


def chosen_priors(scored: int = 1, reported: int = 2) -> Floats:
    """Of `sensors`: NLL of the MLE; τ and NLL; b, NLL and zeros; λ of `MSELoss` at 40 and 4,000."""
    sets = sensors()
    X, y = sets[0]
    noise, alone = Gaussian(1.0), np.arange(1 + SENSORS) == 0

    def mean_nll(which: int, theta: Floats) -> float:
        rows, wear = sets[which]
        return float(noise.nll(wear, rows @ theta).mean())

    def choose(family: type[GaussianPrior] | type[LaplacePrior]) -> tuple[float, Floats]:
        fits = [maximum_a_posteriori(noise, X, y, family(width, alone)).theta for width in WIDTHS]
        best = int(np.argmin([mean_nll(scored, theta) for theta in fits]))
        return WIDTHS[best], fits[best]

    tau, bell = choose(GaussianPrior)
    scale, sparse = choose(LaplacePrior)
    decays = [GaussianPrior(tau).weight_decay(n, "squared error", 1.0) for n in (40, 4000)]
    free = maximum_likelihood(noise, X, y).theta
    nlls = [mean_nll(reported, theta) for theta in (free, bell, sparse)]
    return np.array([nlls[0], tau, nlls[1], scale, nlls[2], np.sum(sparse == 0), *decays])


def rows_of(n: int, d: int) -> Callable[[np.random.Generator], tuple[object, ...]]:
    """A regression of n rows and d columns, the first ones, with σ and τ."""

    def draw(rng: np.random.Generator) -> tuple[object, ...]:
        X = add_intercept(rng.normal(size=(n, d - 1)))
        y = X @ rng.normal(size=d) + 10 + 0.5 * rng.normal(size=n)
        return X, y, 0.5, 0.8

    return draw


def verdicts(spread: float) -> Callable[[np.random.Generator], tuple[object, ...]]:
    """A logistic regression of 30 rows, a θ, a step size and τ."""

    def draw(rng: np.random.Generator) -> tuple[object, ...]:
        X = add_intercept(rng.normal(size=(30, 2)))
        y = (rng.random(30) < expit(X @ [0.5, 1.0, -1.0])).astype(np.int64)
        return X, y, 1 + spread * rng.normal(size=3), 0.3, 0.4

    return draw


def without_first(theta: Floats) -> Floats:
    return np.where(np.arange(len(theta)) == 0, 0.0, theta)


EXERCISES: tuple[Exercise, ...] = (
    Value(
        "6.1",
        expected=new_drug,
        why="A peak, an average, and a prediction are three questions to one posterior.",
        rtol=2e-3,
        mistakes=(
            Mistake(
                "The last squares one number; after the first recovery you believe more in it.",
                lambda right: np.r_[right[:3], right[2] ** 2],
            ),
            Mistake(
                "The last squares the MAP, which takes the probability as known.",
                lambda right: np.r_[right[:3], right[1] ** 2],
            ),
            Mistake(
                "The prior counts a − 1 and b − 1 invented cases at the peak, not a and b.",
                lambda right: np.r_[right[0], right[2], right[2:]],
            ),
        ),
    ),
    Value(
        "6.2",
        expected=recipes,
        why="The same belief, four numbers: n, σ and a 2 come and go with the loss.",
        rtol=2e-3,
        mistakes=(
            Mistake("The first is τ²; take its root.", lambda right: right ** [2, 1, 1, 1]),
            Mistake(
                "For fewer examples the penalty beside a mean must weigh more, not less.",
                lambda right: np.r_[right[0], 1e-3 / 40, right[2:]],
            ),
            Mistake(
                "The third is that of half the squared error; MSELoss has no half.",
                lambda right: right * [1, 1, 0.5, 1],
            ),
            Mistake(
                "Ridge sums the squared errors, so its alpha has no n.",
                lambda right: right / [1, 1, 1, 200],
            ),
            Mistake(
                "Ridge's penalty has no half before it, and its loss has none either.",
                lambda right: right * [1, 1, 1, 2],
            ),
        ),
    ),
    Value(
        "6.3",
        expected=share_or_amount,
        why="A share of something is something; an amount can be all there is.",
        rtol=2e-3,
        mistakes=(
            Mistake(
                "A weight that has less than the amount becomes 0; it does not change sides.",
                lambda right: np.r_[right[:3], 0.2 - 0.5, right[4]],
            ),
            Mistake(
                "The Gaussian's curvature is 1/τ², not 1/τ.",
                lambda right: np.r_[0.8, 0.16, right[2:]],
            ),
            Mistake(
                "You took 1/b off; the parabola's curvature divides it.",
                lambda right: np.r_[right[:2], 0.0, 0.0, right[4]],
            ),
        ),
    ),
    Function(
        "6.4",
        expected=ridge,
        inputs={"more rows than columns": rows_of(30, 4), "fewer rows": rows_of(5, 9)},
        why="One linear system, and it has a solution for fewer rows than columns, too.",
        rtol=1e-5,
        mistakes=(
            Mistake(
                "You penalise the intercept too; the prior leaves it alone.",
                lambda right, X, y, sigma, tau: solved(X, y, (sigma / tau) ** 2, first=0),
            ),
            Mistake(
                "The penalty is 1/τ², so the noise has σ = 1; multiply by σ².",
                lambda right, X, y, sigma, tau: solved(X, y, 1 / tau**2),
            ),
            Mistake(
                "σ and τ are standard deviations: square their ratio.",
                lambda right, X, y, sigma, tau: solved(X, y, sigma / tau),
            ),
            Mistake(
                "The penalty grows with n here; the squared errors are summed, so it should not.",
                lambda right, X, y, sigma, tau: solved(X, y, len(y) * (sigma / tau) ** 2),
            ),
            Mistake(
                "The penalty is divided by n, and the squared errors are not.",
                lambda right, X, y, sigma, tau: solved(X, y, (sigma / tau) ** 2 / len(y)),
            ),
        ),
    ),
    Function(
        "6.5",
        expected=sgd_step,
        inputs={"small weights": verdicts(0.2), "larger weights": verdicts(2.0)},
        why="That is all of weight_decay: the prior's gradient, divided by n like the rest.",
        mistakes=(
            Mistake(
                "You decay the intercept too; leave it alone.",
                lambda right, X, y, theta, rate, tau: stepped(
                    X, y, theta, rate, theta / (len(y) * tau**2)
                ),
            ),
            Mistake(
                "λ beside a mean has an n under it.",
                lambda right, X, y, theta, rate, tau: stepped(
                    X, y, theta, rate, without_first(theta) / tau**2
                ),
            ),
            Mistake(
                "You went uphill: subtract the step.",
                lambda right, X, y, theta, rate, tau: 2 * theta - right,
            ),
            Mistake(
                "The gradient of (λ/2)‖w‖² is λw; the 2 cancels.",
                lambda right, X, y, theta, rate, tau: stepped(
                    X, y, theta, rate, 2 * without_first(theta) / (len(y) * tau**2)
                ),
            ),
            Mistake(
                "τ is a standard deviation: λ has its square.",
                lambda right, X, y, theta, rate, tau: stepped(
                    X, y, theta, rate, without_first(theta) / (len(y) * tau)
                ),
            ),
            Mistake(
                "This is a step on the summed loss; the mean is wanted.",
                lambda right, X, y, theta, rate, tau: stepped(
                    X, y, theta, rate * len(y), without_first(theta) / (len(y) * tau**2)
                ),
            ),
        ),
    ),
    Value(
        "6.6",
        expected=heads_in_a_row,
        why="What a prior is worth can be said in tosses.",
        mistakes=(
            Mistake(
                "You read the posterior's mean; the MAP stands before it.",
                lambda right: [2, 6, 10],
            ),
            Mistake(
                "There the MAP is above 0.75; it may also be equal to it.", lambda right: [1, 5, 9]
            ),
        ),
    ),
    Value(
        "6.7",
        expected=chosen_priors,
        why="A prior that says what is known of the sensors, at a width that the data chose.",
        rtol=1e-3,
        mistakes=(
            Mistake(
                "You chose the widths by the rows that were fitted; they prefer the widest.",
                lambda right: chosen_priors(scored=0),
            ),
            Mistake(
                "You report on the rows that chose the widths; take the 1,000.",
                lambda right: chosen_priors(reported=1),
            ),
            Mistake(
                "The decays are those of half the squared error; MSELoss has no half.",
                lambda right: right / [1, 1, 1, 1, 1, 1, 2, 2],
            ),
            Mistake(
                "The same belief with a hundred times the rows: divide by a hundred.",
                lambda right: np.r_[right[:7], right[6]],
            ),
        ),
    ),
)
