"""Sums of products in twice the working precision (Dekker 1971; Ogita, Rump & Oishi 2005)."""

import numpy as np

from mlelib.arguments import Floats

EPS = float(np.finfo(float).eps)
SPLITTER = 2.0**27 + 1  # cuts a double into two halves whose products are exact


def two_sum(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """fl(a + b) and what its rounding dropped: their sum is a + b."""
    total = a + b
    b_part = total - a
    return total, (a - (total - b_part)) + (b - b_part)


def two_product(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """fl(a b) and what its rounding dropped: their sum is a b, for |a|, |b| below 1e150."""
    product = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, error


def remainder(y: Floats, r: Floats, A: Floats, A_low: Floats, theta: Floats) -> Floats:
    """y − r − (A + A_low) θ, shape (n,), with A_low the digits that rounding took from A."""
    total, dropped = two_sum(y, -r)
    for column, column_low, weight in zip(A.T, A_low.T, theta, strict=True):
        product, product_error = two_product(column, np.full_like(column, -weight))
        total, sum_error = two_sum(total, product)
        dropped += (product_error + sum_error) - column_low * weight
    return total + dropped


def projections(A: Floats, A_low: Floats, r: Floats) -> Floats:
    """(A + A_low)ᵀ r, shape (d,), likewise."""
    terms, errors = two_product(A, r[:, None])
    dropped = np.sum(errors + A_low * r[:, None], axis=0)
    while len(terms) > 1:
        half = len(terms) // 2
        rest = terms[2 * half :]  # the last row where their number is odd
        terms, errors = two_sum(terms[:half], terms[half : 2 * half])
        dropped += errors.sum(axis=0)
        terms = np.concatenate([terms, rest])
    return np.asarray(terms[0] + dropped)


def _halves(a: Floats) -> tuple[Floats, Floats]:
    spread = a * SPLITTER
    high = spread - (spread - a)
    return high, a - high
