"""The self-checks of Chapter 3, yes or no and the cross-entropy (ids "3.x")."""

from collections.abc import Callable

import numpy as np
from scipy.special import expit, logit

from mlelib import losses
from mlelib.arguments import Floats, Integers
from mlelib.estimation import maximum_likelihood
from mlelib.exercises.kinds import Exercise, Function, Mistake, Value
from mlelib.likelihoods import Bernoulli
from mlelib.objectives import Objective, add_intercept

BEARINGS = 3000
COPIES = 10
NEEDLESS, MISSED = 1, 20


def bearings() -> tuple[Floats, Integers, Floats, Integers]:
    """Bearings of machines, and whether each failed within a month (1 or 0), as few of them do.

    Returns `X (1500, 3)`, `y (1500,)` to fit, and as many held out. The columns of X are ones, the
    vibration in mm/s and the temperature in °C.
    """
    rng = np.random.default_rng(12)
    vibration = 2.5 * np.exp(0.4 * rng.normal(size=BEARINGS))
    temperature = 60 + 8 * rng.normal(size=BEARINGS)
    X = add_intercept(np.column_stack([vibration, temperature]))
    failed = (rng.random(BEARINGS) < expit(X @ [-12.0, 1.1, 0.09])).astype(np.int64)
    half = BEARINGS // 2
    return X[:half], failed[:half], X[half:], failed[half:]


def two_penguins() -> Floats:
    """q at z = log 3 and at −log 9; the summed loss of two yes there; its gradient in z."""
    z, yes = np.log([3, 1 / 9]), np.ones(2, dtype=np.int64)
    q = Bernoulli().mean(z)
    return np.array([*q, Bernoulli().nll(yes, z).sum(), *Bernoulli().gradient(yes, z)])


def sigmoid_twice() -> Floats:
    """Least loss of a yes and of a no, least and greatest chance of yes, at raw outputs 0 to 1."""
    ends = np.array([0.0, 1.0])
    least = [Bernoulli().nll(np.full(2, label), ends).min() for label in (1, 0)]
    return np.array([*least, *Bernoulli().mean(ends)])


def two_pages() -> Floats:
    """b̂, ŵ, the odds ratio and the standard error of ŵ: 10 of 40 buy, of those with x = 1 20/50."""
    x = np.repeat([0, 1], [40, 50])
    bought = np.repeat([1, 0, 1, 0], [10, 30, 20, 30])
    best = maximum_likelihood(Bernoulli(), add_intercept(x), bought)
    return np.array([*best.theta, np.exp(best.theta[1]), best.standard_errors[1]])


def bce(y: Integers, z: Floats) -> float:
    return float(Bernoulli().nll(y, z).sum())


def clipped_bce(right: Floats, y: Integers, z: Floats) -> float:
    return float(losses.binary_cross_entropy(y, expit(z).clip(1e-7, 1 - 1e-7)).sum())


def newton_step(X: Floats, y: Integers, theta: Floats) -> Floats:
    objective = Objective(Bernoulli(), X, y)
    return np.asarray(theta - np.linalg.solve(objective.hessian(theta), objective.gradient(theta)))


def halved_odds() -> Floats:
    """Probabilities with half the odds of 0.8, 0.2 and 0.02."""
    return np.asarray(expit(logit([0.8, 0.2, 0.02]) - np.log(2)))


def maintenance(held_out: bool = True) -> Floats:
    """Of `bearings`: the odds ratio of 1 mm/s; mean NLLs of the fit, of that with ten copies of
    each failure, and of the same less log 10; the costs at the thresholds 1/21 and 1/2."""
    X, y, X_new, y_new = bearings()
    theta = maximum_likelihood(Bernoulli(), X, y).theta
    copies = np.where(y == 1, COPIES, 1)
    heavy = maximum_likelihood(
        Bernoulli(), np.repeat(X, copies, axis=0), np.repeat(y, copies)
    ).theta
    rows, labels = (X_new, y_new) if held_out else (X, y)
    z, z_heavy = rows @ theta, rows @ heavy
    nlls = [Bernoulli().nll(labels, raw).mean() for raw in (z, z_heavy, z_heavy - np.log(COPIES))]
    costs = [cost(labels, z > log_odds) for log_odds in (np.log(NEEDLESS / MISSED), 0.0)]
    return np.array([np.exp(theta[1]), *nlls, *costs])


def cost(y: Integers, inspected: Floats) -> float:
    return float(np.where(y == 1, MISSED * (1 - inspected), NEEDLESS * inspected).sum())


def labelled(*outputs: float) -> Callable[[np.random.Generator], tuple[object, ...]]:
    """Each raw output once with a yes and once with a no, in a random order."""

    def draw(rng: np.random.Generator) -> tuple[object, ...]:
        order = rng.permutation(2 * len(outputs))
        return np.repeat([0, 1], len(outputs))[order], np.tile(outputs, 2).astype(float)[order]

    return draw


def thirty_rows(spread: float) -> Callable[[np.random.Generator], tuple[object, ...]]:
    def draw(rng: np.random.Generator) -> tuple[object, ...]:
        X = add_intercept(rng.normal(size=(30, 2)))
        y = (rng.random(30) < expit(X @ [0.5, 1.0, -1.0])).astype(np.int64)
        return X, y, spread * rng.normal(size=3)

    return draw


EXERCISES: tuple[Exercise, ...] = (
    Value(
        "3.1",
        expected=two_penguins,
        why="Odds of 3 and of 1/9, each priced at −log q, each pulled by y − q.",
        rtol=1e-3,
        mistakes=(
            Mistake(
                "You have the probabilities of a female; z is the log-odds of a male.",
                lambda right: np.r_[1 - right[:2], right[2:]],
            ),
            Mistake(
                "The first two are odds; the probability is odds/(1 + odds).",
                lambda right: np.r_[right[:2] / (1 - right[:2]), right[2:]],
            ),
            Mistake(
                "The loss is summed over both birds, and this is the mean.",
                lambda right: right / [1, 1, 2, 1, 1],
            ),
            Mistake(
                "The gradient is prediction minus target; yours has the other sign.",
                lambda right: right * [1, 1, 1, -1, -1],
            ),
        ),
    ),
    Value(
        "3.2",
        expected=sigmoid_twice,
        why="A model that cannot say no: the loss looks low and gets no lower.",
        rtol=1e-3,
        mistakes=(
            Mistake(
                "So it would be with one sigmoid. The loss takes q for a raw output, and q lies "
                "between 0 and 1.",
                lambda right: [0.0, 0.0, 0.0, 1.0],
            ),
            Mistake(
                "The last two are right. The loss of a no is −log of the probability of a no.",
                lambda right: np.r_[right[0], right[0], right[2:]],
            ),
            Mistake(
                "The first two are the wrong way round: which can come nearer to the truth?",
                lambda right: right[[1, 0, 2, 3]],
            ),
        ),
    ),
    Value(
        "3.3",
        expected=two_pages,
        why="With one input of 0 and 1 the fit is four counts, and so is its standard error.",
        rtol=2e-3,
        mistakes=(
            Mistake(
                "This is the ratio of the probabilities; the ratio of the odds is wanted.",
                lambda right: [right[0], np.log(1.6), 1.6, right[3]],
            ),
            Mistake(
                "b and w are logarithms of what you wrote.",
                lambda right: np.r_[np.exp(right[:2]), right[2:]],
            ),
            Mistake(
                "The second is the log-odds with the new page; w is what it adds to b.",
                lambda right: np.r_[right[0], right[0] + right[1], right[2:]],
            ),
            Mistake("The last is a variance; take its root.", lambda right: right ** [1, 1, 1, 2]),
            Mistake(
                "The last takes b as known. Invert the whole 2 × 2 matrix.",
                lambda right: np.r_[right[:3], 1 / np.sqrt(12)],
            ),
        ),
    ),
    Function(
        "3.4",
        expected=bce,
        inputs={
            "moderate raw outputs": labelled(-3, -0.5, 0, 1, 2),
            "raw outputs of ±40": labelled(-40, 40),
            "raw outputs of ±1000": labelled(-1000, 1000),
            "raw outputs on the right side": lambda rng: (np.array([0, 1]), np.array([-40.0, 40])),
        },
        why="The largest part stands outside the exponential, and log1p keeps the smallest.",
        atol=0.0,
        mistakes=(
            Mistake(
                "This is the mean over the examples; the sum is wanted.",
                lambda right, y, z: right / len(y),
            ),
            Mistake(
                "The labels are swapped: this is the loss of 1 − y.",
                lambda right, y, z: bce(1 - y, z),
            ),
            Mistake("You clip q, so that no example costs more than 16 nats.", clipped_bce),
            Mistake(
                "This is the price of each example, and each is right; sum them.",
                lambda right, y, z: Bernoulli().nll(y, z),
            ),
            Mistake(
                "The loss of an example that is right is small, but not 0: use log1p.",
                lambda right, y, z: np.sum(np.maximum((1 - 2 * y) * z, 0)),
            ),
        ),
    ),
    Function(
        "3.5",
        expected=newton_step,
        inputs={
            "a start at 0": thirty_rows(0.0),
            "a start elsewhere": thirty_rows(0.7),
        },
        why="Half a dozen of these, and the fit is exact to the last digits.",
        mistakes=(
            Mistake(
                "You went uphill: subtract the step.",
                lambda right, X, y, theta: 2 * theta - right,
            ),
            Mistake(
                "This is the step alone; add it to theta.",
                lambda right, X, y, theta: right - theta,
            ),
            Mistake(
                "You took XᵀX for the Hessian; the weights q(1 − q) are missing.",
                lambda right, X, y, theta: (
                    theta - np.linalg.solve(X.T @ X, X.T @ (expit(X @ theta) - y))
                ),
            ),
            Mistake(
                "This is a step along the gradient; solve with the Hessian.",
                lambda right, X, y, theta: theta - X.T @ (expit(X @ theta) - y),
            ),
        ),
    ),
    Value(
        "3.6",
        expected=halved_odds,
        why="The same odds ratio is worth 13 points in the middle and one at the end.",
        rtol=0.0,
        atol=0.006,
        mistakes=(
            Mistake(
                "You halved the probabilities; halve the odds.", lambda right: [0.4, 0.1, 0.01]
            ),
            Mistake(
                "You took one off the log-odds; half the odds is log 2 less.",
                lambda right: expit(logit([0.8, 0.2, 0.02]) - 1),
            ),
            Mistake("These are odds; give the probabilities.", lambda right: right / (1 - right)),
        ),
    ),
    Value(
        "3.7",
        expected=maintenance,
        why="One model, no weights on the classes, and the costs in the threshold.",
        rtol=1e-3,
        mistakes=(
            Mistake(
                "These are the bearings that were fitted; take the others.",
                lambda right: maintenance(held_out=False),
            ),
            Mistake(
                "The first is the coefficient; the odds ratio is its exponential.",
                lambda right: np.r_[np.log(right[0]), right[1:]],
            ),
            Mistake(
                "The NLLs are means over the held-out bearings, and these are sums.",
                lambda right: right * [1, *np.full(3, len(bearings()[3])), 1, 1],
            ),
            Mistake(
                "The two costs are the wrong way round.", lambda right: right[[0, 1, 2, 3, 5, 4]]
            ),
        ),
    ),
)
