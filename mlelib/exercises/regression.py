"""The self-checks of Chapter 2, regression and squared error (ids "2.x")."""

from collections.abc import Callable

import numpy as np

from mlelib.arguments import Floats
from mlelib.datasets import penguins
from mlelib.estimation import maximum_likelihood
from mlelib.exercises.kinds import Exercise, Function, Mistake, Value
from mlelib.likelihoods import Gaussian, Laplace, StudentT
from mlelib.objectives import add_intercept

MASSES = np.array([3.0, 4.0, 8.0])
RESIDUALS = np.array([-3.0, 1.0, 2.0, -2.0])


def mistyped() -> tuple[Floats, Floats, Floats, Floats]:
    """Flippers and masses of the penguins, where some masses have lost their last digit.

    Returns `X (m, 2)`, `y (m,)` to fit, and `X (333 − m, 2)`, `y (333 − m,)` held out; mm and g.
    """
    birds = penguins()
    rng = np.random.default_rng(1)
    X, y = add_intercept(birds.flipper_length_mm), birds.body_mass_g
    y = np.where(rng.random(len(y)) < 0.06, np.floor(y / 10), y)
    fit = rng.random(len(y)) < 0.6
    return X[fit], y[fit], X[~fit], y[~fit]


def rms(residuals: Floats) -> float:
    return float(np.sqrt(np.mean(residuals**2)))


def three_masses() -> Floats:
    """Of `MASSES`: the mean, the median, σ̂ with n and with n − 1."""
    one = np.ones((3, 1))
    mean = maximum_likelihood(Gaussian(), one, MASSES).theta[0]
    median = maximum_likelihood(Laplace(), one, MASSES).theta[0]
    sigma = rms(MASSES - mean)
    return np.array([mean, median, sigma, sigma * np.sqrt(3 / 2)])


def laplace_scale() -> Floats:
    """Of `RESIDUALS`: the most likely scale of a Laplace and the NLL there."""
    b = np.mean(np.abs(RESIDUALS))
    return np.array([b, Laplace(b).nll(RESIDUALS, np.zeros(4)).sum()])


def gaussian_nll(y: Floats, mu: Floats, sigma: float) -> float:
    return float(Gaussian(sigma).nll(y, mu).sum())


def weighted_line(X: Floats, y: Floats, sigma: Floats) -> Floats:
    return np.asarray(maximum_likelihood(Gaussian(), X / sigma[:, None], y / sigma).theta)


def weighted_by(power: int) -> Callable[..., Floats]:
    """The line if the weight of a squared error were 1/σᵢ to the given power; 2 is right."""
    return lambda right, X, y, sigma: weighted_line(X, y, sigma ** (power / 2))


def two_nats() -> Floats:
    """The smallest and largest multiple of 10 g with an NLL of the residuals at most 2 nats up."""
    birds = penguins()
    X = add_intercept(birds.flipper_length_mm)
    residuals = birds.body_mass_g - X @ maximum_likelihood(Gaussian(), X, birds.body_mass_g).theta
    sigmas = np.arange(150.0, 910.0, 10.0)
    lowest = gaussian_nll(residuals, np.zeros(len(residuals)), rms(residuals))
    nlls = [gaussian_nll(residuals, np.zeros(len(residuals)), sigma) for sigma in sigmas]
    return sigmas[np.array(nlls) <= lowest + 2][[0, -1]]


def noises_for_mistyped(held_out: bool = True) -> Floats:
    """Mean NLL a bird of a Gaussian, a Laplace and a Student-t, each fitted to the first rows."""
    X, y, *new = mistyped()
    squares = maximum_likelihood(Gaussian(), X, y).theta
    absolute = maximum_likelihood(Laplace(), X, y).theta
    student = StudentT(df=3, scale=300)
    fitted = (
        (Gaussian(rms(y - X @ squares)), squares),
        (Laplace(float(np.mean(np.abs(y - X @ absolute)))), absolute),
        (student, maximum_likelihood(student, X, y).theta),
    )
    rows, targets = new if held_out else (X, y)
    return np.array([noise.nll(targets, rows @ theta).mean() for noise, theta in fitted])


def some_birds(n: int, sigma: float) -> Callable[[np.random.Generator], tuple[object, ...]]:
    def draw(rng: np.random.Generator) -> tuple[object, ...]:
        mu = rng.uniform(3, 6, n) * 2.5 * sigma
        return rng.normal(mu, sigma), mu, sigma

    return draw


def two_kinds_of_scale(n: int) -> Callable[[np.random.Generator], tuple[object, ...]]:
    def draw(rng: np.random.Generator) -> tuple[object, ...]:
        X, sigma = add_intercept(rng.normal(size=n)), np.where(np.arange(n) % 2, 0.2, 3.0)
        return X, X @ rng.normal(size=2) + sigma * rng.normal(size=n), sigma

    return draw


EXERCISES: tuple[Exercise, ...] = (
    Value(
        "2.1",
        expected=three_masses,
        why="Squares answer with the mean, absolute errors with the median.",
        rtol=1e-3,
        mistakes=(
            Mistake(
                "The third and fourth are variances; σ̂ is the root.",
                lambda right: right ** [1, 1, 2, 2],
            ),
            Mistake(
                "The first two are in the wrong order: which loss answers with the median?",
                lambda right: right[[1, 0, 2, 3]],
            ),
            Mistake(
                "The last two are in the wrong order: dividing by less gives more.",
                lambda right: right[[0, 1, 3, 2]],
            ),
        ),
    ),
    Value(
        "2.2",
        expected=laplace_scale,
        why="At the best scale the absolute residuals, counted in units of b, sum to n.",
        rtol=1e-3,
        mistakes=(
            Mistake(
                "Your b̂ is the RMS residual, the best σ of a Gaussian; derive the Laplace's own.",
                lambda right: [rms(RESIDUALS), right[1]],
            ),
            Mistake(
                "b̂ is right; each example pays log 2b, not only one.",
                lambda right: [right[0], 4 + np.log(2 * right[0])],
            ),
            Mistake(
                "b̂ is right; the NLL is the sum over the examples, and this is the mean.",
                lambda right: right / [1, 4],
            ),
        ),
    ),
    Value(
        "2.3",
        expected=lambda: [*np.full(3, MASSES.mean()), MASSES.var()],
        why="Compared with every target, each output is best at the mean of all targets.",
        rtol=1e-3,
        mistakes=(
            Mistake(
                "So it would be if output i met target i only. Here it meets all three.",
                lambda right: [*MASSES, 0.0],
            ),
            Mistake(
                "The outputs are right; the loss is the mean over the nine pairs.",
                lambda right: right * [1, 1, 1, 9],
            ),
            Mistake(
                "The outputs are right; put them into the loss: it is not 0.",
                lambda right: right * [1, 1, 1, 0],
            ),
        ),
    ),
    Function(
        "2.4",
        expected=gaussian_nll,
        inputs={
            "one bird": some_birds(1, 400.0),
            "fifty birds": some_birds(50, 400.0),
            "masses in kg": some_birds(50, 0.1),
        },
        why="This is the number that `Gaussian(sigma).nll(y, mu).sum()` gives.",
        mistakes=(
            Mistake(
                "Every bird pays log σ, not only one: the n before it is missing.",
                lambda right, y, mu, sigma: (
                    Gaussian(sigma).loss(y, mu).sum() + 0.5 * np.log(2 * np.pi * sigma**2)
                ),
            ),
            Mistake(
                "You take sigma for a variance; it is a standard deviation.",
                lambda right, y, mu, sigma: gaussian_nll(y, mu, np.sqrt(sigma)),
            ),
            Mistake(
                "This is the mean over the birds; the sum is wanted.",
                lambda right, y, mu, sigma: right / len(y),
            ),
            Mistake(
                "You dropped ½ log 2π for each bird.",
                lambda right, y, mu, sigma: right - 0.5 * len(y) * np.log(2 * np.pi),
            ),
            Mistake(
                "You dropped ½ log 2πσ² for each bird.",
                lambda right, y, mu, sigma: Gaussian(sigma).loss(y, mu).sum(),
            ),
            Mistake(
                "This is an NLL for each bird, and each is right; sum them.",
                lambda right, y, mu, sigma: Gaussian(sigma).nll(y, mu),
            ),
        ),
    ),
    Function(
        "2.5",
        expected=weighted_line,
        inputs={"forty birds": two_kinds_of_scale(40), "three birds": two_kinds_of_scale(3)},
        why="A bird weighed with a tenth of the σ counts a hundred times as much.",
        rtol=1e-5,
        mistakes=(
            Mistake("This is the plain least-squares line: σᵢ has no effect.", weighted_by(0)),
            Mistake(
                "You weigh the squared errors by 1/σᵢ; what does the exponent of the bell say?",
                weighted_by(1),
            ),
            Mistake(
                "You weigh the squared errors by 1/σᵢ⁴. If you divide X and y, divide by σᵢ.",
                weighted_by(4),
            ),
            Mistake(
                "You weigh by σᵢ², so that the poorer the scale, the more it counts.",
                weighted_by(-2),
            ),
        ),
    ),
    Value(
        "2.6",
        expected=two_nats,
        why="The curve is steeper on the side of small σ: too sure costs more than too modest.",
        mistakes=(
            Mistake(
                "These two lie just outside: their NLL is more than 2 nats above the lowest.",
                lambda right: right + np.array([-10, 10]),
            ),
            Mistake(
                "These lie 1 nat above the lowest at most; go on to 2.",
                lambda right: [380, 410],
            ),
        ),
    ),
    Value(
        "2.7",
        expected=noises_for_mistyped,
        why="In nats a bird the three can be compared, although their losses cannot.",
        rtol=1e-3,
        mistakes=(
            Mistake(
                "This is the NLL of the birds that were fitted; take the others.",
                lambda right: noises_for_mistyped(held_out=False),
            ),
            Mistake(
                "This is the sum over the held-out birds; the mean is wanted.",
                lambda right: right * len(mistyped()[3]),
            ),
        ),
    ),
)
