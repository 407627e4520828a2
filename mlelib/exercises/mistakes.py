"""Mistakes that many exercises share.

Each turns the right number into the wrong one that it recognises and needs no inputs, so that it
serves numbers and functions alike.
"""

from typing import Any

import numpy as np
from scipy.special import expit, logit

from mlelib.arguments import Floats
from mlelib.exercises.kinds import Mistake

SIGN = Mistake("The size is right, the sign is not.", lambda right, *_: -right)
LOG10 = Mistake(
    "You took the logarithm to base 10; “log” is the natural one, `np.log`.",
    lambda right, *_: right / np.log(10),
)
LOG2 = Mistake(
    "You took the logarithm to base 2, so this is in bits; the book counts in nats, `np.log`.",
    lambda right, *_: right / np.log(2),
)
DOUBLED = Mistake("Twice what is wanted: is a ½ missing?", lambda right, *_: 2 * right)
HALVED = Mistake("Half of what is wanted: is there a ½ too many?", lambda right, *_: right / 2)
LIKELIHOOD = Mistake(
    "This is the likelihood itself; its negative logarithm is wanted.",
    lambda right, *_: np.exp(-right),
)
VARIANCE = Mistake("This is σ², the variance; σ is wanted.", lambda right, *_: right**2)
DEVIATION = Mistake("This is σ; the variance σ² is wanted.", lambda right, *_: np.sqrt(right))
PROBABILITY = Mistake(
    "This is a probability; the logit, its log-odds, is wanted.", lambda right, *_: expit(right)
)
LOGIT = Mistake(
    "This is a logit; the probability that belongs to it is wanted.", lambda right, *_: logit(right)
)


def averaged(n: int) -> Mistake:
    """The mean over n examples where the sum is wanted."""

    def mean(right: Floats, *_: Any) -> Floats:
        return right / n

    return Mistake("This is the mean over the examples; the sum is wanted.", mean)


def summed(n: int) -> Mistake:
    """The sum over n examples where the mean is wanted."""

    def total(right: Floats, *_: Any) -> Floats:
        return right * n

    return Mistake("This is the sum over the examples; the mean is wanted.", total)
