"""When a Gaussian whose scale is modelled too has no bound: a search by linear programmes.

With rᵢ = yᵢ − xᵢ·a and the log-scale sᵢ = xᵢ·b, −log p is Σ sᵢ + rᵢ² e^(−2sᵢ)/2 and a constant. It
falls for ever along b where Σ xᵢ·b < 0 and one a fits all rows with xᵢ·b < 0 exactly: those rows
shrink, their terms fall with sᵢ, and the squares of the others stay bounded. Otherwise it has a
minimum.
"""

import numpy as np
from numpy.typing import NDArray

from mlelib.arguments import Floats
from mlelib.least_squares import unit_scale
from mlelib.programmes import linear_programme

TOLERANCE = 1e-9

Rows = NDArray[np.bool_]


def can_interpolate(X: Floats, y: Floats, free: Rows, penalty: Floats) -> bool:
    """Is there such a b, in the columns of X (n, d) that are `free`, at a price Σ penaltyⱼ |bⱼ|?

    Let M be rows that are to shrink, and closure(M) those that any a which fits M fits as well. If
    a programme finds a b of negative cost that is negative on closure(M) alone, the answer is yes.
    If not, its multipliers make the cost a positive combination of at most d rows outside: for any
    such b, one of *those* must shrink too. Each is added to M in turn, which raises M's rank, so
    that the search is d deep at most.
    """
    scale = unit_scale(X)
    columns = X * scale
    W, price, total = columns[:, free], (penalty * scale)[free], columns[:, free].sum(axis=0)
    proofs: list[list[int]] = []

    def search(shrinking: list[int]) -> bool:
        spanned, fitted = _closure(columns, y, shrinking)
        missed = next((rows for rows in proofs if not fitted[rows].any()), None)
        if missed is None:
            outside = W[~fitted]
            both = np.concatenate([price + total, price - total])  # b = b⁺ − b⁻
            rows = np.hstack([-outside, outside])
            programme = linear_programme(both, rows, np.zeros(len(both)), np.ones(len(both)))
            if programme.cost < -TOLERANCE * len(X):
                return True
            missed = np.flatnonzero(~fitted)[-programme.prices > TOLERANCE].tolist()
            proofs.append(missed)
        return any(search([*shrinking, row]) for row in missed if not spanned[row])

    return bool(free.any()) and search([])


def _closure(X: Floats, y: Floats, rows: list[int]) -> tuple[Rows, Rows]:
    """Which rows of X are combinations of `rows`, and which of those are so in y as well."""
    combination = X @ np.linalg.pinv(X[rows])
    spanned = np.all(np.abs(X - combination @ X[rows]) <= TOLERANCE, axis=1)
    noise = TOLERANCE * max(np.ptp(y), 1e-3 * np.abs(y).max())
    return spanned, spanned & (np.abs(y - combination @ y[rows]) <= noise)
