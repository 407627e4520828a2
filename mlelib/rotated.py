"""An objective in the coordinates of an orthogonal factorisation, where Newton's method is at ease."""

import numpy as np
from scipy.linalg import block_diag, cholesky, solve_triangular

from mlelib.arguments import Floats
from mlelib.information import information, stand_in
from mlelib.least_squares import factorise
from mlelib.likelihoods import Categorical
from mlelib.objectives import Objective
from mlelib.priors import GaussianPrior


class Rotated:
    """The objective, under a flat or a Gaussian prior, as a function of γₖ = Rₖ θₖ for each output k.

    The prior adds a row 1/τ for each parameter that it acts on to X before X is factorised, so that
    d > n is no hindrance. Then zₖ = Qₖ γₖ on the rows of the examples, the prior is ½‖Qₖ γₖ‖² on its
    own, and the scale of the columns plays no part. Positions are vectors (m·d,), output after
    output. The prior's normaliser is left out of the value.

    A softmax gives the same probabilities if all K entries of a row of θ are shifted alike. `shifts`
    says on which rows (d,) no prior objects; `gauge` (m·d, g) spans those directions. Added to
    the Hessian it makes that definite and alters no step.

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
        self.factors = [
            factorise(np.vstack([objective.X, np.diag(acts / tau)[acts]])) for acts in felt.T
        ]
        self.Q = [factors.Q[: self.n] for factors in self.factors]
        below = [factors.Q[self.n :] for factors in self.factors]
        self.prior = block_diag(*[Q.T @ Q for Q in below])
        softmax = isinstance(self.likelihood, Categorical)
        self.shifts = np.zeros(self.d, dtype=bool) if not softmax else ~felt.any(axis=1)
        self.gauge = self._gauge()

    def outputs(self, position: Floats) -> Floats:
        """The raw outputs z, (n,) or (n, m)."""
        gammas = position.reshape(self.m, self.d)
        z = np.column_stack([Q @ gamma for Q, gamma in zip(self.Q, gammas, strict=True)])
        return z[:, 0] if self.m == 1 else z

    def value(self, position: Floats) -> float:
        nll = self.likelihood.nll(self.y, self.outputs(position))
        return float(nll.sum() + 0.5 * position @ self.prior @ position)

    def gradient(self, position: Floats) -> Floats:
        slopes = self.likelihood.gradient(self.y, self.outputs(position)).reshape(self.n, self.m)
        data = [Q.T @ slope for Q, slope in zip(self.Q, slopes.T, strict=True)]
        return np.concatenate(data) + self.prior @ position

    def hessian(self, position: Floats) -> Floats:
        return self._matrix(self.likelihood.curvature(self.y, self.outputs(position)))

    def stand_in(self, position: Floats) -> Floats:
        return self._matrix(stand_in(self.likelihood, self.y, self.outputs(position)))

    def coordinates(self, outputs: Floats) -> Floats:
        """The position whose outputs are nearest to `outputs` (n, m), with the prior's pull."""
        pairs = zip(self.Q, outputs.T, strict=True)
        return np.concatenate([Q.T @ output for Q, output in pairs])

    def parameters(self, position: Floats) -> Floats:
        """θ, (d,) or (d, m). A softmax's rows on which no prior acts sum to 0."""
        gammas = position.reshape(self.m, self.d)
        pairs = zip(self.factors, gammas, strict=True)
        theta = np.column_stack([factors.parameters(gamma) for factors, gamma in pairs])
        theta[self.shifts] -= theta[self.shifts].mean(axis=1, keepdims=True)
        return theta[:, 0] if self.m == 1 else theta

    def standard_errors(self, position: Floats) -> Floats:
        """Square roots of the diagonal of the information's inverse, of the shape of θ.

        For a softmax, of its pseudo-inverse.

        Raises
        ------
        LinAlgError
            If the information has no inverse.
        """
        weights = information(self.likelihood, self.y, self.outputs(position))
        root = cholesky(self._matrix(weights), lower=True)
        maps = block_diag(*[factors.parameters(np.eye(self.d)) for factors in self.factors])
        by_output = maps.reshape(self.m, self.d, -1)  # θ[j, k] = by_output[k, j] · position
        by_output[:, self.shifts] -= by_output[:, self.shifts].mean(axis=0)
        deviations = np.linalg.norm(solve_triangular(root, maps.T, lower=True), axis=0)
        errors = deviations.reshape(self.m, self.d).T
        return errors[:, 0] if self.m == 1 else errors

    def _matrix(self, weights: Floats) -> Floats:
        """The Hessian for a curvature per example of `weights`, with the gauge added."""
        weights = weights.reshape(self.n, self.m, self.m)
        blocks = [
            [left.T @ (weights[:, k, j, None] * right) for j, right in enumerate(self.Q)]
            for k, left in enumerate(self.Q)
        ]
        return np.block(blocks) + self.prior + self.gauge @ self.gauge.T

    def _gauge(self) -> Floats:
        directions = np.concatenate(
            [factors.coordinates(np.eye(self.d)[:, self.shifts]) for factors in self.factors]
        )
        return np.linalg.qr(directions)[0]
