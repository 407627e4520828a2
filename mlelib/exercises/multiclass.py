"""The self-checks of Chapter 4, several classes and the cross-entropy (ids "4.x")."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar

from mlelib.arguments import Floats, Integers
from mlelib.datasets import people
from mlelib.estimation import maximum_likelihood
from mlelib.exercises.kinds import Exercise, Function, Mistake, Property, Value
from mlelib.likelihoods import Categorical
from mlelib.losses import cross_entropy
from mlelib.numerics import log_softmax, softmax
from mlelib.objectives import Objective, add_intercept

OUTPUTS = np.log([[1.0, 2.0, 5.0]])
WORDS = np.array([0, 1, 0, 0, 1, 1, 0])  # a b a a b b a
REPORTED, WEIGHTS = np.array([0.3, 0.3, 0.4]), np.array([1.0, 1.0, 10.0])
TARGET = np.array([0.1, 0.1, 0.8])  # of the live figure: class 3, smoothed with ε = 0.3
LOG_W = np.log([3.0, 1.0, 2.0])

Draw = Callable[[np.random.Generator], tuple[Any, ...]]


def handed_over() -> tuple[Floats, Integers, Floats, Integers]:
    """Raw outputs of somebody's classifier for 400 people and for 2,000 others, with their classes.

    Returns `z (400, 3)`, `y (400,)`, and `z (2000, 3)`, `y (2000,)`.
    """
    trained, known, new = people(1000, seed=7), people(400, seed=8), people(2000, seed=9)
    X, X_known, X_new = (
        add_intercept(np.log(np.column_stack([some.height, some.weight])))
        for some in (trained, known, new)
    )
    theta = maximum_likelihood(Categorical(3), X, trained.weight_class).theta
    z, z_new = (2.5 * (rows @ theta + LOG_W) for rows in (X_known, X_new))
    return z, known.weight_class, z_new, new.weight_class


def three_outputs() -> Floats:
    """Of `OUTPUTS`: the probabilities, the NLL of class 1 and its gradient."""
    one = Categorical(3)
    return np.concatenate(
        [softmax(OUTPUTS)[0], one.nll([1], OUTPUTS), one.gradient([1], OUTPUTS)[0]]
    )


def two_words() -> Floats:
    """Of `WORDS`: p(b | a), p(a | b), the NLL, the perplexity, and p(b | a) with 1 added."""
    before, after = np.eye(2)[WORDS[:-1]], WORDS[1:]
    fit = maximum_likelihood(Categorical(2), before, after)
    p = softmax(fit.theta)
    every = np.indices((2, 2)).reshape(2, -1)
    more = np.vstack([before, np.eye(2)[every[0]]])
    smoothed = softmax(maximum_likelihood(Categorical(2), more, [*after, *every[1]]).theta)
    perplexity = np.exp(fit.value / len(after))
    return np.array([p[0, 1], p[1, 0], fit.value, perplexity, smoothed[0, 1]])


def unweighted(q: Floats, weights: Floats) -> Floats:
    return np.asarray(softmax((np.log(q) - np.log(weights))[None])[0])


def smoothed_loss(z: Floats, y: Integers, epsilon: float) -> Floats:
    log_p = log_softmax(z)
    of_label = log_p[np.arange(len(y)), y]
    return np.asarray(-(1 - epsilon) * of_label - epsilon * log_p.mean(axis=1))


def gradient(X: Floats, y: Integers, theta: Floats) -> Floats:
    return Objective(Categorical(theta.shape[1]), X, y).gradient(theta)


def three_readings() -> Floats:
    """H(y, q) of the live figure's `TARGET` at q₃ = 0.95, 0.80 and 0.65."""
    third = np.array([0.95, 0.8, 0.65])
    q = np.column_stack([(1 - third) / 2, (1 - third) / 2, third])
    return cross_entropy(np.tile(TARGET, (3, 1)), q)


def mean_nll(z: Floats, y: Integers, temperature: float, shift: Floats | float) -> float:
    return float(Categorical(3).nll(y, z / temperature - shift).mean())


def best_temperature(shift: Floats | float) -> float:
    """The most likely T of the people whose class is known, if `shift` is taken off after it."""
    z, y, *_ = handed_over()
    search = minimize_scalar(
        lambda T: mean_nll(z, y, T, shift), bounds=(0.1, 10), options={"xatol": 1e-9}
    )
    return float(search.x)


def mended() -> Floats:
    """The new people's NLL as handed over, T̂, and their NLL mended with the weights and without."""
    *_, z, y = handed_over()
    temperature, alone = best_temperature(LOG_W), best_temperature(0.0)
    return np.array([
        mean_nll(z, y, 1, 0.0),
        temperature,
        mean_nll(z, y, temperature, LOG_W),
        mean_nll(z, y, alone, 0.0),
    ])  # fmt: skip


def weights_first(right: Floats) -> Floats:
    """If log w is taken off before the division by T."""
    z, y, z_new, y_new = handed_over()
    search = minimize_scalar(
        lambda T: mean_nll(z - LOG_W, y, T, 0.0), bounds=(0.1, 10), options={"xatol": 1e-9}
    )
    swapped = mean_nll(z_new - LOG_W, y_new, search.x, 0.0)
    return np.array([right[0], search.x, swapped, right[3]])


def fitted_on_new(right: Floats) -> Floats:
    """If T is fitted to the new people themselves."""
    *_, z, y = handed_over()
    search = minimize_scalar(
        lambda T: mean_nll(z, y, T, LOG_W), bounds=(0.1, 10), options={"xatol": 1e-9}
    )
    return np.array([right[0], search.x, mean_nll(z, y, search.x, LOG_W), right[3]])


def some_outputs(n: int, classes: int, size: float, epsilon: float) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[Any, ...]:
        z = size * rng.normal(size=(n, classes))
        return z, rng.integers(classes, size=n), epsilon

    return draw


def some_rows(n: int, d: int, classes: int, size: float) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[Any, ...]:
        X = add_intercept(rng.normal(size=(n, d - 1)))
        return X, rng.integers(classes, size=n), size * rng.normal(size=(d, classes))

    return draw


EXERCISES: tuple[Exercise, ...] = (
    Value(
        "4.1",
        expected=three_outputs,
        why="Softmax minus one-hot: the entries of a gradient sum to 0.",
        rtol=1e-3,
        mistakes=(
            Mistake(
                "These are |z|/Σ|z|; softmax has exponentials.",
                lambda right: [*(OUTPUTS[0] / OUTPUTS.sum()), *right[3:]],
            ),
            Mistake(
                "The NLL is that of class 1, and classes count from 0; all else is right.",
                lambda right: [*right[:3], -np.log(right[0]), *right[4:]],
            ),
            Mistake(
                "All but the gradient is right; it is p minus one-hot, not one-hot minus p.",
                lambda right: right * [1, 1, 1, 1, -1, -1, -1],
            ),
            Mistake(
                "All but the gradient is right; the true class has p − 1, the others have p.",
                lambda right: [*right[:4], *right[:3]],
            ),
        ),
    ),
    Value(
        "4.2",
        expected=two_words,
        why="Counting and dividing is maximum likelihood, and add-one is counting a little more.",
        rtol=1e-3,
        mistakes=(
            Mistake(
                "The perplexity is the exponential of the mean NLL, not of the sum.",
                lambda right: [*right[:3], np.exp(right[2]), right[4]],
            ),
            Mistake(
                "The mean is over the pairs; the first token is given and has none.",
                lambda right: [*right[:3], np.exp(right[2] / 7), right[4]],
            ),
            Mistake(
                "The third is the mean over the pairs; the NLL of the text is the sum.",
                lambda right: [*right[:2], right[2] / 6, *right[3:]],
            ),
            Mistake(
                "Add 1 to the counts of both words that may follow, then divide.",
                lambda right: [*right[:4], 3 / 4],
            ),
            Mistake(
                "The first two are shares of all six pairs; divide by those that begin alike.",
                lambda right: [right[0] / 2, right[1] / 2, *right[2:]],
            ),
        ),
    ),
    Value(
        "4.3",
        expected=lambda: unweighted(REPORTED, WEIGHTS),
        why="Weights add log w to the outputs, so dividing by them takes it off again.",
        rtol=1e-2,
        mistakes=(
            Mistake(
                "You multiplied by the weights: this is what a second weighting would do.",
                lambda right: unweighted(REPORTED, 1 / WEIGHTS),
            ),
            Mistake(
                "Dividing by the weights is right; then make the three sum to 1.",
                lambda right: REPORTED / WEIGHTS,
            ),
            Mistake(
                "The weights act on probabilities by division, on raw outputs by their log.",
                lambda right: np.maximum(REPORTED - np.log(WEIGHTS), 0),
            ),
        ),
    ),
    Function(
        "4.4",
        expected=smoothed_loss,
        inputs={
            "small raw outputs": some_outputs(5, 3, 1.0, 0.1),
            "ten classes": some_outputs(4, 10, 2.0, 0.3),
            "raw outputs in the thousands": some_outputs(6, 4, 3000.0, 0.1),
            "no smoothing and raw outputs in the thousands": some_outputs(6, 4, 3000.0, 0.0),
        },
        why="Written with log-sum-exp, no exponential overflows and no log meets a 0.",
        rtol=1e-9,
        mistakes=(
            Mistake(
                "You gave ε/(K − 1) to the other classes; all K share ε, the true one too.",
                lambda right, z, y, epsilon: smoothed_loss(
                    z, y, epsilon * z.shape[1] / (z.shape[1] - 1)
                ),
            ),
            Mistake(
                "You gave the other classes ε each; they get ε/K.",
                lambda right, z, y, epsilon: (
                    smoothed_loss(z, y, 0.0) * (1 - epsilon) - epsilon * log_softmax(z).sum(axis=1)
                ),
            ),
            Mistake(
                "This is the loss without smoothing.",
                lambda right, z, y, epsilon: smoothed_loss(z, y, 0.0),
            ),
            Mistake(
                "This is the mean; give one loss per example.",
                lambda right, z, y, epsilon: right.mean(),
            ),
        ),
        properties=(
            Property("A cross-entropy is at least 0.", lambda given, *_: (given >= 0).all()),
        ),
    ),
    Function(
        "4.5",
        expected=gradient,
        inputs={
            "thirty examples of three classes": some_rows(30, 2, 3, 1.0),
            "one example": some_rows(1, 4, 3, 1.0),
            "raw outputs in the thousands": some_rows(20, 3, 5, 3000.0),
        },
        why="Prediction minus target, carried to the parameters by the inputs.",
        mistakes=(
            Mistake(
                "The one-hot labels are missing: this is Xᵀp.",
                lambda right, X, y, theta: X.T @ softmax(X @ theta),
            ),
            Mistake(
                "This is the gradient of the mean; the sum is wanted.",
                lambda right, X, y, theta: right / len(y),
            ),
            Mistake(
                "Your shape is (K, d): transpose, or swap the factors.",
                lambda right, X, y, theta: right.T,
            ),
            Mistake(
                "The softmax goes over the classes, axis 1, and not over the examples.",
                lambda right, X, y, theta: (
                    X.T @ (softmax((X @ theta).T).T - np.eye(theta.shape[1])[y])
                ),
            ),
        ),
        properties=(
            Property(
                "Each row must sum to 0: no slope along the shift.",
                lambda given, X, *_: np.abs(given.sum(axis=1)).max() <= 1e-8 * np.abs(X).sum(),
            ),
        ),
    ),
    Value(
        "4.6",
        expected=three_readings,
        why="Confidence in a class that is not certain is paid for where the others come.",
        rtol=2e-3,
        mistakes=(
            Mistake(
                "This is KL, the coloured part; the cross-entropy has the entropy in it.",
                lambda right: right - right[1],
            ),
            Mistake(
                "This is without smoothing, −log q₃; set ε to 0.3 first.",
                lambda right: -np.log([0.95, 0.8, 0.65]),
            ),
            Mistake(
                "The order is the other way round: 0.95 comes first.", lambda right: right[::-1]
            ),
        ),
    ),
    Value(
        "4.7",
        expected=mended,
        why="One number from held-out data, and the weights known: the same outputs, read rightly.",
        rtol=1e-4,
        mistakes=(
            Mistake(
                "The weights were in before the factor: divide by T first, then take log w off.",
                weights_first,
            ),
            Mistake(
                "You fitted T to the new people; then they are not held out any more.",
                fitted_on_new,
            ),
            Mistake(
                "The third and fourth are in the wrong order.",
                lambda right: right[[0, 1, 3, 2]],
            ),
            Mistake(
                "NLLs are means over the new people here, and these are sums.",
                lambda right: right * [2000, 1, 2000, 2000],
            ),
            Mistake(
                "You added log w; the weights put it in, so take it off.",
                lambda right: [
                    right[0],
                    best_temperature(-LOG_W),
                    mean_nll(*handed_over()[2:], best_temperature(-LOG_W), -LOG_W),
                    right[3],
                ],
            ),
        ),
    ),
)
