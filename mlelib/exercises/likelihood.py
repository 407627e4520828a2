"""The self-checks of Chapter 1, likelihood and the log (ids "1.x")."""

import numpy as np
from scipy.optimize import brentq
from scipy.special import beta, expit, logsumexp

from mlelib import losses
from mlelib.arguments import Floats, Integers
from mlelib.datasets import coins
from mlelib.estimation import maximum_likelihood
from mlelib.exercises.kinds import Exercise, Function, Mistake, Value
from mlelib.likelihoods import Bernoulli, Gamma

YEARS = 10


def forecasts() -> tuple[Integers, Floats, Floats]:
    """Ten years of days: rain (1 or 0), one service's chance of rain, the other's.

    The other announces the same chance, rounded to whole tens of percent.
    """
    rng = np.random.default_rng(365)
    chance = np.clip(rng.beta(0.8, 1.6, size=365 * YEARS), 0.005, 0.995).round(3)
    rain = (rng.random(chance.size) < chance).astype(np.int64)
    return rain, chance, chance.round(1)


def four_tosses() -> Floats:
    """θ̂ of heads, heads, tails, heads; the NLL of that sequence; that of "three heads in four"."""
    best = maximum_likelihood(Bernoulli(), np.ones((4, 1)), np.array([1, 1, 0, 1]))
    return np.array([expit(best.theta[0]), best.value, best.value - np.log(4)])


def waiting() -> Floats:
    """λ̂ per minute of exponential waits of 2, 3 and 7 minutes; the NLL there; the NLL in hours."""
    minutes = np.array([2.0, 3.0, 7.0])
    best = maximum_likelihood(Gamma(1.0), np.ones((3, 1)), minutes)
    in_hours = maximum_likelihood(Gamma(1.0), np.ones((3, 1)), minutes / 60)
    return np.array([np.exp(-best.theta[0]), best.value, in_hours.value])


def half_width(heads: int, tails: int) -> float:
    """Length of the range of θ where the likelihood is at least half of its peak."""
    peak = heads / (heads + tails)

    def above_half(theta: float) -> float:
        drop = heads * np.log(theta / peak) + tails * np.log((1 - theta) / (1 - peak))
        return float(drop + np.log(2))

    return float(brentq(above_half, peak, 1 - 1e-12) - brentq(above_half, 1e-12, peak))


def copied() -> Floats:
    """θ̂ of 70 heads and 30 tails, its NLL and its width, each over that of 7 heads and 3 tails."""
    small, large = (
        maximum_likelihood(Bernoulli(), np.ones((10 * times, 1)), coins(7 * times, 3 * times))
        for times in (1, 10)
    )
    share = expit(large.theta[0]) / expit(small.theta[0])
    return np.array([share, large.value / small.value, half_width(70, 30) / half_width(7, 3)])


def along_the_ray() -> Floats:
    """The peak at 8 heads, 4 tails; against 2 and 1, the ratio of log L, and of areas inverted."""

    def log_peak(heads: int, tails: int) -> float:
        X = np.ones((heads + tails, 1))
        return -maximum_likelihood(Bernoulli(), X, coins(heads, tails)).value

    return np.array([8 / 12, log_peak(8, 4) / log_peak(2, 1), beta(3, 2) / beta(9, 5)])


def two_services() -> Floats:
    """The first's NLL in nats; bits a day of the first, of one constant, of the second mended."""
    rain, first, second = forecasts()
    mended = second.copy()
    for certain in (0.0, 1.0):
        mended[second == certain] = rain[second == certain].mean()

    def nll(q: Floats) -> float:
        return float(losses.binary_cross_entropy(rain, q).sum())

    constant = np.full(rain.size, rain.mean())
    per_day = rain.size * np.log(2)
    return np.array([nll(first), *(nll(q) / per_day for q in (first, constant, mended))])


EXERCISES: tuple[Exercise, ...] = (
    Value(
        "1.1",
        expected=four_tosses,
        why="The order costs log 4, which holds no θ: both NLLs are smallest at the same coin.",
        rtol=1e-3,
        mistakes=(
            Mistake(
                "These are the probabilities; their −log is wanted.",
                lambda right: np.r_[right[0], np.exp(-right[1:])],
            ),
            Mistake(
                "Four sequences fit “three heads in four”, so it is more probable than one of them "
                "and its NLL is smaller.",
                lambda right: np.r_[right[:2], right[1] + np.log(4)],
            ),
            Mistake(
                "The NLLs are sums over the tosses, not means.", lambda right: right / [1, 4, 4]
            ),
        ),
    ),
    Value(
        "1.2",
        expected=waiting,
        why="The same buses and the same fit; the unit alone turned the sign of the NLL.",
        rtol=1e-3,
        mistakes=(
            Mistake(
                "λ is a rate, one over the mean wait.", lambda right: np.r_[1 / right[0], right[1:]]
            ),
            Mistake(
                "A wait in hours is a smaller number, so its density is larger: the NLL falls.",
                lambda right: np.r_[right[:2], 2 * right[1] - right[2]],
            ),
            Mistake(
                "Every wait changes its unit, so log 60 counts once for each of them.",
                lambda right: np.r_[right[:2], right[1] - np.log(60)],
            ),
            Mistake(
                "The NLLs are sums over the waits, not means.", lambda right: right / [1, 3, 3]
            ),
        ),
    ),
    Function(
        "1.3",
        expected=lambda y, theta: losses.binary_cross_entropy(y, theta).sum(),
        inputs={
            "ten tosses": lambda rng: (rng.integers(0, 2, 10), rng.uniform(0.1, 0.9, 10)),
            "5,000 tosses": lambda rng: (rng.integers(0, 2, 5000), rng.uniform(0.1, 0.9, 5000)),
            "a toss that was certain": lambda rng: (np.array([1, 0, 1]), np.array([1.0, 0.0, 0.4])),
            "a certainty that was wrong": lambda rng: (
                np.array([1, 0, 1]),
                np.array([0.3, 0.8, 0.0]),
            ),
        },
        why="Each toss may have its own θ: this is already the loss of a network.",
        mistakes=(
            Mistake(
                "This is the mean over the tosses; the sum is wanted.",
                lambda right, y, theta: right / len(y),
            ),
            Mistake(
                "The product underflowed before its log was taken: sum the logs.",
                lambda right, y, theta: -np.log(np.prod(np.where(y == 1, theta, 1 - theta))),
            ),
        ),
    ),
    Function(
        "1.4",
        expected=lambda log_l: logsumexp(log_l) - np.log(len(log_l)),
        inputs={
            "log-likelihoods near 0": lambda rng: (rng.normal(size=50),),
            "log-likelihoods near −5000": lambda rng: (rng.normal(-5000, 3, size=50),),
            "log-likelihoods near 3000": lambda rng: (rng.normal(3000, 3, size=50),),
        },
        why="Only differences from the largest one are exponentiated, and those never overflow.",
        mistakes=(
            Mistake(
                "exp went out of range before the mean was taken. Take the largest out first.",
                lambda right, log_l: np.log(np.mean(np.exp(log_l))),
            ),
            Mistake(
                "This is the mean of the logs; the log of the mean is wanted.",
                lambda right, log_l: np.mean(log_l),
            ),
            Mistake(
                "This is the log of the sum; the mean is wanted.",
                lambda right, log_l: right + np.log(len(log_l)),
            ),
        ),
    ),
    Value(
        "1.5",
        expected=copied,
        why="The copies added no coin, but the hill is about √10 times narrower. It is too sure.",
        rtol=2e-2,
        mistakes=(
            Mistake(
                "The range does become narrower, but less than that: near its peak log L is a "
                "parabola, and its width goes with a square root.",
                lambda right: np.r_[right[:2], 0.1],
            ),
            Mistake(
                "The NLL is a sum: what do ten copies do to it?",
                lambda right: np.r_[right[0], 1, right[2]],
            ),
        ),
    ),
    Value(
        "1.6",
        expected=along_the_ray,
        why="With four times the data log L is four times as long; L and its area shrink like "
        "exponentials.",
        rtol=2e-2,
        mistakes=(
            Mistake("The area shrinks; how many times?", lambda right: right ** [1, 1, -1]),
            Mistake("Compare 8 and 4 with 2 and 1.", lambda right: np.r_[right[0], 2, right[2]]),
        ),
    ),
    Value(
        "1.7",
        expected=two_services,
        why="A forecast is worth the bits a day by which it beats one number for all days; a "
        "forecast of 0 that fails once is worth nothing.",
        rtol=1e-4,
        mistakes=(
            Mistake(
                "A number a day is still in nats; divide it by log 2.",
                lambda right: right * np.log(2),
            ),
            Mistake(
                "The second service's NLL is infinite as long as it says 0 on a day with rain. "
                "Mend those days first.",
                lambda right: np.r_[right[:3], np.inf],
            ),
        ),
    ),
)
