"""Are predicted probabilities met by frequencies? And one parameter that often mends it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from mlelib.arguments import Floats, Integers, labels, ordinary, real_array, whole
from mlelib.exceptions import NoFiniteOptimum
from mlelib.likelihoods import Bernoulli, Categorical


@dataclass(frozen=True, eq=False)
class Reliability:
    """Groups of predictions, from the least sure of yes to the surest, one entry a group.

    `predicted` is the mean probability, `observed` the share of yes, `counts` the group's size, and
    `deviations` the standard deviation that `observed` has if every probability is right.
    """

    predicted: Floats
    observed: Floats
    counts: Integers
    deviations: Floats


def reliability(y: ArrayLike, q: ArrayLike, groups: int = 10) -> Reliability:
    """Labels `y` (n,) of 0 and 1 held against predicted probabilities `q` (n,) of 1.

    The predictions are sorted and cut into `groups` groups as equal in size as can be. The standard
    deviation of a group's share is √(Σ q(1 − q))/its size.

    Raises
    ------
    ValueError
        If `y` holds anything but 0 and 1, `q` is not a probability for each, or `groups` is no
        whole number from 1 to n.
    """
    seen = labels("y", y, 2)
    probabilities = real_array("q", q, seen.shape)
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError("q must be in [0, 1]")
    groups = whole("groups", groups, 1, len(seen))
    parts = np.array_split(np.argsort(probabilities, kind="stable"), groups)
    spread = [np.sqrt((probabilities[p] * (1 - probabilities[p])).sum()) / len(p) for p in parts]
    return Reliability(
        predicted=np.array([probabilities[part].mean() for part in parts]),
        observed=np.array([seen[part].mean() for part in parts]),
        counts=np.array([len(part) for part in parts]),
        deviations=np.array(spread),
    )


def temperature(likelihood: Bernoulli | Categorical, y: ArrayLike, z: ArrayLike) -> float:
    """The most likely T > 0, if all raw outputs `z` of a classifier become z/T.

    In β = 1/T the nll is convex, with derivative Σᵢ (E[z | i] − z of the true class), where E is
    taken under the model with βz; for a Bernoulli Σᵢ zᵢ (σ(βzᵢ) − yᵢ). T is the root of it.

    `y` is (n,), `z` (n,) or (n, K), best of examples that the classifier was not fitted to.

    Source: Guo et al. (2017), *On calibration of modern neural networks*.

    Raises
    ------
    ValueError
        If `likelihood` is neither of the two, or as its methods do; or if the largest entry of `z`
        is out of 1e-50 … 1e50.
    NoFiniteOptimum
        If the best T is 0 (every example's largest output is that of its class) or not below ∞
        (the outputs know no more about y than their own average over the classes).
    """
    if not isinstance(likelihood, Bernoulli | Categorical):
        raise ValueError(f"likelihood must be Bernoulli or Categorical, got {likelihood!r}")
    n, m = len(likelihood.targets(y)), likelihood.outputs
    raw = real_array("z", z, (n,) if m == 1 else (n, m))
    ordinary("z", np.abs(raw).max())

    def slope(factor: float) -> float:
        return float((likelihood.gradient(y, factor * raw) * raw).sum())

    if slope(0.0) >= 0:
        raise NoFiniteOptimum(
            "the raw outputs say nothing about y, or the opposite, so that no temperature is high "
            "enough: do not calibrate this classifier, train another"
        )
    if (_margins(likelihood, likelihood.targets(y), raw) >= 0).all():
        raise NoFiniteOptimum(
            "the largest raw output is right in every example, so that no temperature is low "
            "enough: take more examples"
        )
    high = 1.0
    while slope(high) < 0:
        high *= 2
    return float(1 / brentq(slope, 0.0, high, xtol=1e-300, rtol=1e-13, maxiter=1000))


def _margins(likelihood: Bernoulli | Categorical, y: Integers, z: Floats) -> Floats:
    """By how much each example's own raw output is above the best of the others, (n,)."""
    if isinstance(likelihood, Bernoulli):
        return np.asarray((2 * y - 1) * z)
    others = z.copy()
    others[np.arange(len(y)), y] = -np.inf
    return np.asarray(z[np.arange(len(y)), y] - others.max(axis=-1))
