"""Is there a finite optimum? Decided by linear programmes over the directions θ could run off in.

Where a convex objective has no minimum, it never rises along some direction b ≠ 0. Which directions
those are is a matter of signs, linear in b:

- Bernoulli: (2yᵢ − 1) xᵢ·b ≥ 0 for all i (Albert & Anderson 1984).
- Categorical: xᵢ·(b[yᵢ] − bₖ) ≥ 0 for all i and k (the same), but for shifts of all bₖ alike.
- Poisson: xᵢ·b ≤ 0 where yᵢ = 0, and xᵢ·b = 0 elsewhere (Correia, Guimarães & Zylkin 2021).

Gaussian, Laplace, StudentT and Gamma have none if the columns of X are independent. ScaledGaussian,
which is not convex, has a rule of its own (`interpolation`). A prior rules out every b in which it
acts, but for a Laplace prior and ScaledGaussian: there both are linear in b, and it is their sum
that counts.
"""

import numpy as np
from scipy.linalg import qr

from mlelib.arguments import Floats, Integers
from mlelib.compensated import EPS
from mlelib.exceptions import (
    AbsentClass,
    CompleteSeparation,
    Interpolation,
    PoissonSeparation,
    QuasiSeparation,
)
from mlelib.interpolation import can_interpolate
from mlelib.least_squares import factorise
from mlelib.likelihoods import Bernoulli, Categorical, Poisson, ScaledGaussian
from mlelib.objectives import Objective
from mlelib.priors import LaplacePrior, Mask
from mlelib.programmes import TOLERANCE, linear_programme

ADVICE = (
    "add a GaussianPrior (maximum_a_posteriori), drop the columns that do it, or find more data"
)

CUTS = 1000  # rows that come into a linear programme at a time


def slopes_may_prove(objective: Objective) -> bool:
    """Can a fit prove that its optimum is finite? `slopes_prove` does so for labels, flat prior."""
    labels = isinstance(objective.likelihood, Bernoulli | Categorical)
    return labels and not objective.prior.felt(objective.shape).any()


def slopes_prove(objective: Objective, Q: Floats, z: Floats) -> bool:
    """Do the raw outputs `z` (n,) or (n, m) that a fit ended at prove that its optimum is finite?

    At a minimum the slopes of the nll in z are weights that bring the sum of the rows of X to 0.
    They weigh the margins, by the probability of the label that was not seen. If these are all
    positive, no b has margins ≥ 0 but those that are 0 throughout (Stiemke 1915). What the fit has
    left of the sum is first taken out of the slopes, with the orthonormal `Q` (n, d) of X. Near
    separation some come down to rounding, and nothing is proved.
    """
    y = objective.y
    slopes = objective.likelihood._gradient(y, z).reshape(len(y), -1)
    left = Q @ (Q.T @ slopes)
    unseen = np.ones(slopes.shape, dtype=bool)
    if slopes.shape[1] > 1:
        unseen[np.arange(len(y)), y] = False
    return bool(np.all((np.abs(slopes) > 2 * np.abs(left) + TOLERANCE)[unseen]))


def require_finite_optimum(objective: Objective) -> None:
    """Return if `objective` has a finite optimum, and if its flat directions are none.

    Raises
    ------
    CompleteSeparation, QuasiSeparation, AbsentClass, PoissonSeparation, Interpolation
        If it has none.
    RankDeficient
        If the columns of X on which no prior acts are not independent.
    """
    likelihood, X, y, prior = objective.likelihood, objective.X, objective.y, objective.prior
    free = ~prior.felt(objective.shape).reshape(X.shape[1], likelihood.outputs)
    for columns in free.T:
        _outputs(X[:, columns])
    match likelihood:
        case Bernoulli():
            margins = (2 * y - 1)[:, None] * _outputs(X[:, free[:, 0]])
            _require_overlap(margins, {0, 1} - set(y.tolist()))
        case Categorical(classes=classes):
            _require_overlap(_contrasts(X, y, free), set(range(classes)) - set(y.tolist()))
        case Poisson():
            _require_rates(_outputs(X[:, free[:, 0]]), y)
        case ScaledGaussian():
            price = np.zeros(len(free))
            if isinstance(prior, LaplacePrior):
                price[~free[:, 1]] = 1 / prior.scale
            if can_interpolate(X, y, free[:, 1] | (price > 0), price):
                raise Interpolation(
                    "the density has no bound: the mean can pass exactly through rows on which the "
                    "scale then shrinks to 0; use fewer columns or more rows, add a GaussianPrior, "
                    "or take a Gaussian with one sigma"
                )


def _outputs(X: Floats) -> Floats:
    """A matrix whose b goes through all X b, in coordinates where ‖X b‖ is √n ‖b‖."""
    return factorise(X).Q * np.sqrt(len(X)) if X.shape[1] else X


def _contrasts(X: Floats, y: Integers, free: Mask) -> Floats:
    """The margins xᵢ·(b[yᵢ] − bₖ) of all i and all k ≠ yᵢ, as a matrix that takes all b at once."""
    classes = np.arange(free.shape[1])
    others = classes != y[:, None]  # (n, K): the pairs i, k
    blocks = []
    for c in classes:
        signs = (y == c)[:, None].astype(float) - (classes == c)
        outputs = np.repeat(_outputs(X[:, free[:, c]]), len(classes) - 1, axis=0)
        blocks.append(signs[others][:, None] * outputs)
    return np.hstack(blocks)


def _require_overlap(margins: Floats, absent: set[int]) -> None:
    if not _one_sided(margins):
        return
    if absent:
        raise AbsentClass(
            f"y never holds {', '.join(map(str, sorted(absent)))}, so its probability is driven to "
            "0: leave that class out, find data that has it or add a GaussianPrior"
        )
    if _all_positive(margins):
        raise CompleteSeparation(
            f"a linear rule of X sorts y without a mistake, so the weights grow for ever: {ADVICE}"
        )
    raise QuasiSeparation(
        "a linear rule of X sorts y without a mistake, but for rows on its boundary, "
        f"so the weights grow for ever: {ADVICE}"
    )


def _require_rates(outputs: Floats, y: Floats) -> None:
    if outputs.size == 0:
        return
    R = qr(outputs * (y > 0)[:, None], mode="r")[0][: outputs.shape[1]]
    _, sizes, directions = np.linalg.svd(R)  # of those that leave positive counts alone, R b = 0
    kernel = directions[sizes <= 8 * EPS * len(y)].T
    if _one_sided(-outputs[y == 0] @ kernel):
        raise PoissonSeparation(
            "a combination of the columns of X differs from 0 only where y is 0, and has one sign "
            f"there, so a rate is driven to 0: {ADVICE}"
        )


def _one_sided(margins: Floats) -> bool:
    """Is there a b with margins @ b ≥ 0, and not 0 throughout?

    The greatest sum of such margins over |bⱼ| ≤ 1 is either 0 or at least ‖margins @ b‖, which is
    √n or more in these coordinates: ½ is far from both.
    """
    return _largest(margins.sum(axis=0), margins) > 0.5


def _all_positive(margins: Floats) -> bool:
    """Is there a b with margins @ b > 0? The least margin is made as large as it gets."""
    least = np.ones((len(margins), 1))
    goal = np.append(np.zeros(margins.shape[1]), 1.0)
    return _largest(goal, np.hstack([margins, -least])) > TOLERANCE


def _largest(goal: Floats, rows: Floats) -> float:
    """max goal·b, where rows @ b ≥ 0 and |bⱼ| ≤ 1.

    By cutting planes: of many rows few decide. It starts with some, evenly spread, and adds those
    that the b found breaks most, until it breaks none.
    """
    if rows.size == 0:
        return 0.0
    ones = np.ones(rows.shape[1])
    kept = np.zeros(len(rows), dtype=bool)
    kept[:: -(-len(rows) // CUTS)] = True
    while True:
        found = linear_programme(-goal, -rows[kept], -ones, ones)
        values = rows @ found.point
        broken = np.flatnonzero(~kept & (values < -TOLERANCE))
        if not len(broken):
            return -found.cost
        kept[broken[np.argsort(values[broken])[:CUTS]]] = True
