"""When a Gaussian whose scale is modelled too has no bound: a search by linear programmes.

With rᵢ = yᵢ − xᵢ·a and the log-scale sᵢ = xᵢ·b, −log p is Σ sᵢ + rᵢ² e^(−2sᵢ)/2 and a constant. It
falls for ever along b where Σ xᵢ·b < 0 and one a fits all rows with xᵢ·b < 0 exactly: those rows
shrink, their terms fall with sᵢ, and the squares of the others stay bounded. Otherwise it has a
minimum.
"""

import numpy as np
from numpy.typing import NDArray

from mlelib.arguments import Floats, Integers
from mlelib.least_squares import unit_scale
from mlelib.programmes import linear_programme

TOLERANCE = 1e-9
CHUNK = 2000
LIMIT = 10_000  # sets of rows: all of them up to d = 5

Rows = NDArray[np.bool_]


def can_interpolate(X: Floats, y: Floats, free: Rows, penalty: Floats) -> bool:
    """Is there such a b, in the columns of X (n, d) that are `free`, at a price Σ penaltyⱼ |bⱼ|?

    Let M be rows that are to shrink, a an answer of X a = y on M, and F all the rows that it fits.
    If a programme finds a b of negative cost that is negative on F alone, the answer is yes. If
    not, its multipliers make the cost a positive combination of at most d rows outside F: for any
    such b, one of *those* must shrink too. Each is added to M in turn, which raises M's rank, so
    that the search ends after d^d sets at most. After `LIMIT` sets it stops and says no, as is true
    of rows in general position: an a fits no more than d of them.
    """
    if not free.any():
        return False
    scale = unit_scale(X)
    columns, price = X * scale, (penalty * scale)[free]
    noise = TOLERANCE * max(np.ptp(y), 1e-3 * np.abs(y).max())
    proofs: list[Integers] = []
    waiting, seen = [np.zeros((1, 0), dtype=np.int64)], 0  # sets M, of one size each
    while waiting and seen < LIMIT:
        sets = waiting.pop()
        inverses = np.linalg.pinv(columns[sets])  # (sets, d, size)
        answers = (inverses @ y[sets][:, :, None])[:, :, 0]
        gaps = [np.abs(y[rows] - answers @ columns[rows].T) for rows in proofs]
        hits = np.array([np.any(gap <= noise, axis=1) for gap in gaps]).reshape(-1, len(sets))
        unproven = np.flatnonzero(hits.all(axis=0))
        if len(unproven):
            fitted = np.abs(y - columns @ answers[unproven[0]]) <= noise
            proof = _outsiders(columns[:, free], price, fitted)
            if proof is None:
                return True
            proofs.append(proof)
            waiting.append(sets)
            continue
        seen += len(sets)
        first = hits.argmin(axis=0)
        for number, rows in enumerate(proofs):
            few = first == number
            spanned = columns[rows] @ inverses[few] @ columns[sets[few]]
            further = np.abs(columns[rows] - spanned).max(axis=2) > TOLERANCE
            which, column = np.nonzero(further)
            grown = np.column_stack([sets[few][which], rows[column]])
            waiting += [grown[k : k + CHUNK] for k in range(0, len(grown), CHUNK)]
    return False


def _outsiders(W: Floats, price: Floats, fitted: Rows) -> Integers | None:
    """Rows outside `fitted` of which one must shrink; None if a b of negative cost needs none."""
    outside, total = W[~fitted], W.sum(axis=0)
    cost = np.concatenate([price + total, price - total])  # b = b⁺ − b⁻, both from 0 to 1
    sides = np.hstack([-outside, outside])
    programme = linear_programme(cost, sides, np.zeros(len(cost)), np.ones(len(cost)))
    if programme.cost < -TOLERANCE * len(W):
        return None
    return np.flatnonzero(~fitted)[-programme.prices > TOLERANCE]
