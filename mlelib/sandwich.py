"""Standard errors that do not take the model's word for it."""

import numpy as np
from numpy.typing import ArrayLike

from mlelib.arguments import Floats, known, real_array
from mlelib.likelihoods import Likelihood
from mlelib.objectives import Objective, product


def sandwich_errors(likelihood: Likelihood, X: ArrayLike, y: ArrayLike, theta: ArrayLike) -> Floats:
    """The roots of the diagonal of H⁻¹ (Σᵢ gᵢ gᵢᵀ) H⁻¹, of the shape of `theta`.

    gᵢ is the gradient of example i's nll in the parameters, H the Hessian of their sum, both at
    `theta`, the maximum likelihood estimate. If the model is right, Σᵢ gᵢ gᵢᵀ is about H, and these
    are about the standard errors of the curvature, √(H⁻¹)ⱼⱼ. If it is wrong, they still estimate
    how much `theta` varies from data set to data set, as long as the examples are independent and n
    is large. Where H is singular, as for a softmax, its pseudo-inverse stands for H⁻¹.

    Units are those of `theta`. For a Gaussian sigma cancels.

    Source: White (1982), *Maximum likelihood estimation of misspecified models*; Huber (1967).

    Raises
    ------
    ValueError
        As `Objective` does, and if `theta` does not have its shape.
    """
    objective = Objective(likelihood, X, y)
    at = real_array("theta", theta, objective.shape)
    hessian = known("theta", objective.hessian(at), finite=True)
    z = product(objective.X, at)
    slopes = likelihood.gradient(objective.y, z).reshape(len(objective.X), -1)  # (n, m)
    with np.errstate(over="ignore", invalid="ignore"):
        each = (objective.X[:, :, None] * slopes[:, None, :]).reshape(len(slopes), -1)  # (n, d·m)
        bread = np.linalg.pinv(hessian, hermitian=True)
        errors = np.sqrt(np.diag(bread @ (each.T @ each) @ bread))
    return known("theta", errors.reshape(objective.shape), finite=True)
