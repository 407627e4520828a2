"""Is there a finite optimum? Decided by linear programmes over the directions θ could run off in.

Where a convex objective has no minimum, it never rises along some direction b ≠ 0. Which directions
those are is a matter of signs, linear in b:

- Bernoulli: (2yᵢ − 1) xᵢ·b ≥ 0 for all i (Albert & Anderson 1984).
- Categorical: xᵢ·(b[yᵢ] − bₖ) ≥ 0 for all i and k (the same), but for shifts of all bₖ alike.
- Poisson: xᵢ·b ≤ 0 where yᵢ = 0, and xᵢ·b = 0 elsewhere (Correia, Guimarães & Zylkin 2021).

Gaussian, Laplace, StudentT and Gamma have none if the columns of X are independent; ScaledGaussian, which
is not convex, has a rule of its own (`interpolation`). A prior rules out all b in which it acts.
"""

import numpy as np
from scipy.linalg import null_space
from scipy.optimize import linprog

from mlelib.arguments import Floats, Integers
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
from mlelib.priors import Mask

TOLERANCE = 1e-10  # the smallest that HiGHS takes
ADVICE = (
    "add a GaussianPrior (maximum_a_posteriori), drop the columns that do it, or find more data"
)


def require_finite_optimum(objective: Objective) -> None:
    """Return if `objective` has a finite optimum; X, with the prior, must have independent columns.

    Raises
    ------
    CompleteSeparation, QuasiSeparation, AbsentClass, PoissonSeparation, Interpolation
        If it has none.
    """
    likelihood, y = objective.likelihood, objective.y
    free = ~objective.prior.felt(objective.shape).reshape(len(objective.X.T), likelihood.outputs)
    match likelihood:
        case Bernoulli():
            margins = (2 * y - 1)[:, None] * _outputs(objective.X[:, free[:, 0]])
            _require_overlap(margins, {0, 1} - set(y))
        case Categorical(classes=classes):
            margins = _contrasts(objective.X, y, free)
            _require_overlap(margins, set(range(classes)) - set(y))
        case Poisson():
            _require_rates(_outputs(objective.X[:, free[:, 0]]), y)
        case ScaledGaussian():
            if can_interpolate(objective.X, y, _outputs(objective.X[:, free[:, 1]])):
                raise Interpolation(
                    "the density has no bound: the mean can pass exactly through the rows of X on which "
                    "the scale then shrinks to 0; use fewer columns or more rows, a GaussianPrior "
                    "or a Gaussian with one sigma"
                )


def _outputs(X: Floats) -> Floats:
    """X b for every direction b, in coordinates where ‖X b‖ is √n ‖b‖."""
    return factorise(X).Q * np.sqrt(len(X)) if X.shape[1] else X


def _contrasts(X: Floats, y: Integers, free: Mask) -> Floats:
    """The margins xᵢ·(b[yᵢ] − bₖ) of all i and all k ≠ yᵢ, as a matrix that takes all b at once."""
    classes = np.arange(free.shape[1])
    other = classes != y[:, None]  # (n, K): the pairs i, k
    blocks = []
    for c in classes:
        signs = (y == c)[:, None].astype(float) - (classes == c)
        blocks.append(
            signs[other][:, None] * np.repeat(_outputs(X[:, free[:, c]]), len(classes) - 1, axis=0)
        )
    return np.hstack(blocks)


def _require_overlap(margins: Floats, absent: set[int]) -> None:
    if not _one_sided(margins):
        return
    if absent:
        raise AbsentClass(
            f"y never holds {', '.join(map(str, sorted(absent)))}, so its probability is driven to 0: "
            "leave that class out, find data that has it or add a GaussianPrior"
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
    """Raise if some direction lowers the outputs of zero counts and leaves the others as they are."""
    kernel = null_space(outputs[y > 0]) if (y > 0).any() else np.eye(outputs.shape[1])
    if _one_sided(-outputs[y == 0] @ kernel):
        raise PoissonSeparation(
            f"a combination of the columns of X differs from 0 only where y is 0, so a rate is "
            f"driven to 0: {ADVICE}"
        )


def _one_sided(margins: Floats) -> bool:
    """Is there a b with margins @ b ≥ 0, and not 0 throughout?

    The greatest sum of such margins over |bⱼ| ≤ 1 is either 0 or at least ‖margins @ b‖, which is √n
    in these coordinates: what lies between is far from both.
    """
    return _largest(margins.sum(axis=0), margins) > 0.5


def _all_positive(margins: Floats) -> bool:
    """Is there a b with margins @ b > 0? The least of them is made as large as it gets."""
    least = np.ones((len(margins), 1))
    objective = np.append(np.zeros(margins.shape[1]), 1.0)
    return _largest(objective, np.hstack([margins, -least])) > TOLERANCE


def _largest(objective: Floats, rows: Floats) -> float:
    """max objective·b, where rows @ b ≥ 0 and |bⱼ| ≤ 1."""
    if rows.size == 0:
        return 0.0
    solution = linprog(
        -objective,
        A_ub=-rows,
        b_ub=np.zeros(len(rows)),
        bounds=(-1, 1),
        method="highs",
        options={
            "primal_feasibility_tolerance": TOLERANCE,
            "dual_feasibility_tolerance": TOLERANCE,
        },
    )
    return -float(solution.fun)
