"""An objective in the coordinates of an orthogonal factorisation: where Newton's method works."""

import numpy as np
from scipy.linalg import block_diag, cholesky, solve_triangular

from mlelib.arguments import Floats
from mlelib.information import information, stand_in
from mlelib.least_squares import factorise
from mlelib.likelihoods import Categorical
from mlelib.objectives import BLOCK, Objective
from mlelib.priors import GaussianPrior


class Rotated:
    """An objective with a flat or a Gaussian prior, as a function of γₖ = Rₖ θₖ for each output k.

    The prior adds a row 1/τ to X for each parameter that it acts on before X is factorised, so that
    d > n is no hindrance. Then zₖ = Qₖ γₖ on the rows of the examples, the prior is ½‖Qₖ γₖ‖² on
    its own, and the scale of the columns plays no part. Positions are vectors (m·d,), output by
    output. The prior's normaliser is left out of the value.

    A softmax gives the same probabilities if all K entries of a row of θ are shifted alike. On the
    rows `shifts` (d,) the optimum therefore sums to 0: no prior acts there, or the same on all K.
    `gauge` (m·d, g) spans those directions; added to the Hessian it makes that definite, and the
    steps, which start with sums of 0, stay as they were.

    Raises
    ------
    RankDeficient
        If the columns of X, with the prior's rows under it, are not independent.
    """

    def __init__(self, objective: Objective) -> None:
        self.likelihood, self.y = objective.likelihood, objective.y
        self.n, self.d = objective.X.shape
        self.m = self.likelihood.outputs
        tau = objective.prior.tau if isinstance(objective.prior, GaussianPrior) else np.inf
        felt = objective.prior.felt(objective.shape).reshape(self.d, self.m)
        unlike = {
            tuple(acts): factorise(
                np.vstack([objective.X, np.diag(acts / tau)[acts]]) if acts.any() else objective.X
            )
            for acts in np.unique(felt.T, axis=0)
        }
        self.factors = [unlike[tuple(acts)] for acts in felt.T]
        self.Q = [factors.Q[: self.n] for factors in self.factors]
        self.alike = [  # a Q, and the outputs that have it
            (factors.Q[: self.n], np.flatnonzero([tuple(column) == acts for column in felt.T]))
            for acts, factors in unlike.items()
        ]
        below = [factors.Q[self.n :] for factors in self.factors]
        self.prior = block_diag(*[Q.T @ Q for Q in below])
        softmax = isinstance(self.likelihood, Categorical)
        alike = bool(np.all(felt == felt[:, :1]))  # else the coordinates of the K outputs differ
        self.shifts = np.full(self.d, softmax) & (alike | ~felt.any(axis=1))
        self.gauge = self._gauge()
        self.asked = np.empty(0), np.empty(0)
        self.shift_variance = np.where(self.shifts & felt.all(axis=1), tau**2 / self.m, 0.0)

    def outputs(self, position: Floats) -> Floats:
        """The raw outputs z, (n,) or (n, m); kept until another array is asked about."""
        if position is not self.asked[0]:
            gammas = position.reshape(self.m, self.d)
            z = np.column_stack([Q @ gamma for Q, gamma in zip(self.Q, gammas, strict=True)])
            self.asked = position, z[:, 0] if self.m == 1 else z
        return self.asked[1]

    def value(self, position: Floats) -> float:
        with np.errstate(over="ignore"):
            nll = self.likelihood._nll(self.y, self.outputs(position).copy()).sum()
        return float(nll + 0.5 * position @ self.prior @ position)

    def gradient(self, position: Floats) -> Floats:
        slopes = self.likelihood._gradient(self.y, self.outputs(position)).reshape(self.n, self.m)
        data = [Q.T @ slope for Q, slope in zip(self.Q, slopes.T, strict=True)]
        return np.asarray(np.concatenate(data) + self.prior @ position)

    def hessian(self, position: Floats) -> Floats:
        return self._matrix(self.likelihood._curvature(self.y, self.outputs(position)))

    def stand_in(self, position: Floats) -> Floats:
        return self._matrix(stand_in(self.likelihood, self.y, self.outputs(position)))

    def coordinates(self, outputs: Floats) -> Floats:
        """The position whose outputs are nearest to `outputs` (n, m), with the prior's pull."""
        pairs = zip(self.Q, outputs.T, strict=True)
        return np.concatenate([Q.T @ output for Q, output in pairs])

    def parameters(self, position: Floats) -> Floats:
        """θ, (d,) or (d, m). Of a softmax, the rows `shifts` sum to 0."""
        gammas = position.reshape(self.m, self.d)
        pairs = zip(self.factors, gammas, strict=True)
        theta = np.column_stack([factors.parameters(gamma) for factors, gamma in pairs])
        theta[self.shifts] -= theta[self.shifts].mean(axis=1, keepdims=True)
        return theta[:, 0] if self.m == 1 else theta

    def standard_errors(self, position: Floats) -> Floats:
        """Square roots of the diagonal of the information's inverse, of the shape of θ.

        For a softmax, of its pseudo-inverse, and τ²/K for a shift, of which only the prior knows.

        Raises
        ------
        LinAlgError
            If the information has no inverse.
        """
        weights = information(self.likelihood, self.y, self.outputs(position))
        root = cholesky(self._matrix(weights), lower=True)
        maps = [factors.parameters(np.eye(self.d)) for factors in self.factors]
        by_output = block_diag(*maps).reshape(self.m, self.d, -1)  # θ[j, k] = by_output[k, j] · γ
        by_output[:, self.shifts] -= by_output[:, self.shifts].mean(axis=0)
        halves = solve_triangular(root, by_output.reshape(self.m * self.d, -1).T, lower=True)
        variances = np.sum(halves**2, axis=0).reshape(self.m, self.d).T
        errors = np.sqrt(variances + self.shift_variance[:, None])
        return np.asarray(errors[:, 0] if self.m == 1 else errors)

    def _matrix(self, weights: Floats) -> Floats:
        """The Hessian for a curvature per example of `weights`, with the gauge added."""
        weights = weights.reshape(self.n, self.m, self.m)
        matrix = np.empty((self.m, self.d, self.m, self.d))
        for left, k in self.alike:
            for right, j in self.alike:
                matrix[k[:, None], :, j] = _products(left, right, weights[:, k[:, None], j])
        matrix = matrix.reshape(self.m * self.d, -1)
        return np.asarray(matrix + self.prior + self.gauge @ self.gauge.T)

    def _gauge(self) -> Floats:
        directions = np.concatenate(
            [factors.coordinates(np.eye(self.d)[:, self.shifts]) for factors in self.factors]
        )
        return np.linalg.qr(directions)[0]


def _products(left: Floats, right: Floats, weights: Floats) -> Floats:
    """Σᵢ weights[i, k, j] left[i] right[i]ᵀ for all k and j at once, (a, b, d, d).

    Each product of two columns is made once, in blocks that fit the cache, and not for each k and
    j. Where `left` is `right`, `weights` must be symmetric, and so is all else.
    """
    (n, d), (a, b) = left.shape, weights.shape[1:]
    if a == b == 1:
        size = max(1, BLOCK // 4 // d)
        parts = (slice(row, row + size) for row in range(0, n, size))
        return np.asarray(sum(left[p].T @ (weights[p, 0] * right[p]) for p in parts))[None, None]
    same = left is right
    i, j = np.triu_indices(d) if same else np.indices((d, d)).reshape(2, -1)
    k, m = np.triu_indices(a) if same else np.indices((a, b)).reshape(2, -1)
    total, size = np.zeros((len(k), len(i))), max(1, BLOCK // 2 // len(i))
    for row in range(0, n, size):
        some = slice(row, row + size)
        pairs = left[some].T[i] * right[some].T[j]
        total += weights[some, k, m].T @ pairs.T
    products = np.empty((a, b, d, d))
    products[k[:, None], m[:, None], i, j] = total
    if same:
        products[k[:, None], m[:, None], j, i] = total
        products[m, k] = products[k, m]
    return products
