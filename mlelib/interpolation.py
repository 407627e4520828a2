"""When a Gaussian whose scale is modelled too has no bound: a search by linear programmes.

With rᵢ = yᵢ − xᵢ·a and the log-scale sᵢ = wᵢ·b, −log p is Σ sᵢ + rᵢ² e^(−2sᵢ)/2 and a constant. It
falls for ever along b where Σ wᵢ·b < 0 and one a fits all rows with wᵢ·b < 0 exactly: those rows
shrink, their terms fall with sᵢ, and the squares of all others stay bounded. Otherwise it has a
minimum.
"""

import numpy as np
from scipy.optimize import linprog

from mlelib.arguments import Floats

TOLERANCE = 1e-9


def can_interpolate(X: Floats, y: Floats, W: Floats) -> bool:
    """Is there such a b, for means X a, (n, d), and log-scales W b, (n, k)?

    Let M be rows that are to shrink, and closure(M) those that an a which fits M then fits as well.
    If a programme finds a b with Σ wᵢ·b < 0 that is negative on closure(M) alone, the answer is yes.
    If not, its multipliers show Σ wᵢ to be a positive combination of at most k rows outside: for any
    such b, one of *those* must shrink too, whatever M. Each is added to M in turn, which raises M's
    rank, so that the search is d deep at most.
    """
    return W.shape[1] > 0 and _search(X, y, W, [], [])


def _search(X: Floats, y: Floats, W: Floats, shrinking: list[int], proofs: list[list[int]]) -> bool:
    spanned, fitted = _closure(X, y, shrinking)
    missed = next((rows for rows in proofs if not fitted[rows].any()), None)
    if missed is None:
        programme = linprog(
            W.sum(axis=0),
            A_ub=-W[~fitted],
            b_ub=np.zeros(np.sum(~fitted)),
            bounds=(-1, 1),
            method="highs",
        )
        if programme.fun < -TOLERANCE * len(W):
            return True
        weights = -programme.ineqlin.marginals
        missed = np.flatnonzero(~fitted)[weights > TOLERANCE].tolist()
        proofs.append(missed)
    further = [row for row in missed if not spanned[row]]
    return any(_search(X, y, W, [*shrinking, row], proofs) for row in further)


def _closure(X: Floats, y: Floats, rows: list[int]) -> tuple[Floats, Floats]:
    """Which rows of X are combinations of `rows`, and on which of those y is the same combination."""
    size = np.abs(X).max(axis=0)
    combination = (X / size) @ np.linalg.pinv(X[rows] / size)
    rest = np.abs(X - combination @ X[rows]) <= TOLERANCE * size
    spanned = rest.all(axis=1)
    fitted = np.abs(y - combination @ y[rows]) <= TOLERANCE * np.abs(y).max()
    return spanned, spanned & fitted
