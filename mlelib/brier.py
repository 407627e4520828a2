"""The squared error of a sigmoid, which is what "MSE for classification" minimises.

For a label y in {0, 1} let e = |y − σ(z)| = σ(t), t = (1 − 2y)·z, be the probability that the model
gives the wrong label. The loss of one example, its slope and its curvature in z are

    e²,    (1 − 2y)·2e²(1 − e),    2e²(1 − e)(2 − 3e),

so that it curves down wherever e > 2/3. It is the Brier score (Brier 1950), and no likelihood of
the labels: e^(−e²) does not sum to 1 over them. Its twin with a likelihood is
`Objective(Bernoulli(), X, y)`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mlelib.arguments import Floats, Integers, known, labels, real_array
from mlelib.numerics import sigmoid
from mlelib.objectives import parameter_batch, product, summed_losses, weighted_gram


@dataclass(frozen=True, eq=False)
class BrierObjective:
    """Σᵢ (yᵢ − σ(xᵢ·θ))²: a sum over all n examples, no mean, and without a unit.

    `X` is (n, d), its own column of ones included (`add_intercept`), `y` (n,) labels 0 or 1, and
    `theta` (d,). It has the methods of an `Objective`, so that `grid`, `chord`, `hessian_spectrum`
    and `gradient_descent` take either. No probability is clipped; all is right to the last digits
    for z = xᵢ·θ up to ±1e300.

    Raises
    ------
    ValueError
        If `X` or `y` is not finite, empty or of the wrong shape, or if `y` holds other labels.
    """

    X: Any
    y: Any

    def __post_init__(self) -> None:
        X, y = real_array("X", self.X, (None, None)), labels("y", self.y, 2)
        if len(X) != len(y):
            raise ValueError(
                f"X must have one row for each of the {len(y)} entries of y, got shape {X.shape}"
            )
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "y", y)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of theta: (d,)."""
        return (self.X.shape[1],)

    def value(self, theta: ArrayLike) -> float:
        """The objective at `theta`."""
        return float(_loss(self.y, self._logits(theta)).sum())

    def gradient(self, theta: ArrayLike) -> Floats:
        """Its gradient, (d,): Σᵢ (1 − 2yᵢ)·2eᵢ²(1 − eᵢ)·xᵢ."""
        sign = 1.0 - 2.0 * self.y
        t = sign * self._logits(theta)
        with np.errstate(over="ignore", invalid="ignore"):
            return known("theta", self.X.T @ (sign * 2 * sigmoid(t) ** 2 * sigmoid(-t)))

    def hessian(self, theta: ArrayLike) -> Floats:
        """Its second derivatives, (d, d): Σᵢ 2eᵢ²(1 − eᵢ)(2 − 3eᵢ)·xᵢxᵢᵀ."""
        t = (1.0 - 2.0 * self.y) * self._logits(theta)
        e = sigmoid(t)
        return known("theta", weighted_gram(self.X, 2 * e**2 * sigmoid(-t) * (2 - 3 * e)))

    def values(self, thetas: ArrayLike) -> Floats:
        """The objective at many parameters, `thetas` (..., d), in bounded memory; (...)."""
        batch, axes = parameter_batch(thetas, self.shape)
        return summed_losses(_loss, self.X, self.y, batch).reshape(axes)

    def _logits(self, theta: ArrayLike) -> Floats:
        return product(self.X, real_array("theta", theta, self.shape))


def _loss(y: Integers, z: Floats) -> Floats:
    """(y − σ(z))², as the square of σ(±z): at y = 1 there is no 1 − σ(z) to cancel."""
    return np.asarray(sigmoid((1.0 - 2.0 * y) * z) ** 2)
