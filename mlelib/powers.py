"""Polynomial designs: the digits that rounding took from the powers of a column."""

import numpy as np

from mlelib.arguments import Floats
from mlelib.compensated import EPS, two_product, two_sum


def lost_digits(X: Floats) -> Floats:
    """What to add to `X (n, d)` so that its columns of rounded powers x², x³, … hold the powers.

    A column counts as xᵏ if each entry is within k roundings of it, as after `x**k` or
    `numpy.vander`, and if the lower powers are columns too. At degree 10 (NIST's Filip) the rounded
    columns tell 8 digits of the coefficients, whichever way one solves for them; with the lost
    digits put back, 14. All other columns get 0, and no entry is moved by more than the roundings
    that made it.
    """
    lost = np.zeros_like(X)
    with np.errstate(over="ignore", invalid="ignore"):
        powers = [_rounded_powers(X, base) for base in X.T]
    for found in sorted(powers, key=len):  # those of x overwrite those of x²
        for column, digits in found.items():
            lost[:, column] = digits
    return lost


def _rounded_powers(X: Floats, base: Floats) -> dict[int, Floats]:
    """The columns of `X` that are x², x³, … of `base`, each with its lost digits."""
    found: dict[int, Floats] = {}
    power, low = base, np.zeros_like(base)
    for degree in range(2, X.shape[1] + 1):
        product, error = two_product(power, base)
        power, low = two_sum(product, error + low * base)
        bound = degree * EPS * np.abs(power)
        likely = np.flatnonzero(np.abs(X[0] - power[0]) <= bound[0])  # one row rules out nearly all
        equal = [j for j in likely.tolist() if np.all(np.abs(X[:, j] - power) <= bound)]
        if not equal:
            break
        found |= {j: (power - X[:, j]) + low for j in equal}
    return found
