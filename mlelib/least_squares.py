"""Linear least squares by an orthogonal factorisation, refined until only rounding is left."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import qr, solve_triangular

from mlelib.arguments import Floats
from mlelib.compensated import EPS, projections, remainder
from mlelib.exceptions import RankDeficient
from mlelib.powers import lost_digits


@dataclass(frozen=True)
class Factorisation:
    """A S = Q R: Householder's, with pivoting, of A (n, d) whose columns S has brought to one size.

    S holds powers of 2, so that scaling rounds nothing. In the coordinates γ = R S⁻¹ θ, A θ is Q γ,
    and Q has orthonormal columns: there every direction is as easy to find as any other.
    """

    Q: Floats  # (n, d)
    R: Floats  # (d, d)
    order: Any  # (d,)
    scale: Floats  # (d,)

    def parameters(self, gamma: Floats) -> Floats:
        """θ from γ, of shape (d,) or, column by column, (d, k)."""
        theta = np.empty_like(gamma)
        theta[self.order] = solve_triangular(self.R, gamma)
        return (theta.T * self.scale).T

    def coordinates(self, theta: Floats) -> Floats:
        """γ from θ, likewise."""
        return np.asarray(self.R @ (theta.T / self.scale).T[self.order])


def factorise(A: Floats) -> Factorisation:
    """The factorisation of `A (n, d)`, where its columns are independent.

    Raises
    ------
    RankDeficient
        If a column, once scaled, is a combination of the others to within rounding.
    """
    n, d = A.shape
    scaled = np.array(A, order="F")  # as LAPACK takes it, or it is copied again
    scale = unit_scale(scaled)
    scaled *= scale
    Q, R, order = qr(scaled, mode="economic", pivoting=True, overwrite_a=True, check_finite=False)
    size = np.abs(np.diag(R))
    rank = int(np.sum(size > 8 * EPS * np.sqrt(max(n, d)) * size[0]))
    if rank < d:
        _complain(A.shape, rank, sorted(order[rank:].tolist()))
    return Factorisation(np.asarray(Q, dtype=float), np.asarray(R, dtype=float), order, scale)


def least_squares(A: Floats, y: Floats) -> tuple[Floats, Factorisation]:
    """The θ that minimises ‖y − A θ‖², and the factorisation of `A (n, d)`.

    Solved for θ and the residuals r together, as r + A θ = y and Aᵀ r = 0, and refined with
    remainders taken in twice the working precision (Björck 1967), until they are as small as
    rounding allows. Columns of powers are taken for the powers that they stand for (`lost_digits`).

    Raises
    ------
    RankDeficient
        As `factorise`.
    """
    factors = factorise(A)
    unit = unit_scale(y[:, None])
    A_scaled, low, target = A * factors.scale, lost_digits(A) * factors.scale, y * unit
    theta, r, step = np.zeros(A.shape[1]), np.zeros(len(y)), np.inf
    while True:
        f = remainder(target, r, A_scaled, low, theta)
        g = projections(A_scaled, low, r)
        gamma = factors.Q.T @ f + solve_triangular(factors.R, g[factors.order], trans="T")
        change = np.empty_like(theta)
        change[factors.order] = solve_triangular(factors.R, gamma)
        size = float(np.linalg.norm(change))
        if not size < step / 2:  # at rounding, where it no longer shrinks
            return theta * factors.scale / unit, factors
        theta, r, step = theta + change, r + f - factors.Q @ gamma, size


def unit_scale(A: Floats) -> Floats:
    """Powers of 2 that bring the largest entry of each column into [½, 1); 1 where all are 0."""
    return np.asarray(np.ldexp(1.0, -np.frexp(largest(A))[1]))


def largest(A: Floats) -> Floats:
    """The largest size of an entry of each column, (d,)."""
    return np.asarray(np.abs(A).max(axis=0))


def _complain(shape: tuple[int, ...], rank: int, extra: list[int]) -> None:
    n, d = shape
    if n < d:
        raise RankDeficient(
            f"X has {n} rows for {d} columns, so many parameters fit equally well: "
            "drop columns, find more data or add a GaussianPrior"
        )
    raise RankDeficient(
        f"X has {d} columns and rank {rank}: column {', '.join(map(str, extra))} (counted from 0) "
        "is a combination of the others, so many parameters fit equally well: "
        "drop it or add a GaussianPrior"
    )
