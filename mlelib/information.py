"""Curvature per example for two uses: standard errors, and steps where the Hessian is indefinite."""

import numpy as np

from mlelib.arguments import Floats
from mlelib.likelihoods import Gamma, Laplace, Likelihood, ScaledGaussian, StudentT


def information(likelihood: Likelihood, y: Floats, z: Floats) -> Floats:
    """The Fisher information of each example in its raw outputs: the mean curvature under the model.

    (n,), or (n, m, m) for m outputs. For canonical links (Gaussian, Bernoulli, Categorical, Poisson) the
    curvature does not depend on y and is the information. The others: Gamma its shape, Laplace 1/b²,
    StudentT (ν + 1)/((ν + 3) s²) and ScaledGaussian diag(e^−2s, 2).
    """
    match likelihood:
        case Gamma(shape=shape):
            return np.full(len(y), shape)
        case Laplace(scale=scale):
            return np.full(len(y), 1 / scale**2)
        case StudentT(df=df, scale=scale):
            return np.full(len(y), (df + 1) / (df + 3) / scale**2)
        case ScaledGaussian():
            matrix = np.zeros((len(y), 2, 2))
            matrix[:, 0, 0], matrix[:, 1, 1] = np.exp(-2 * z[:, 1]), 2.0
            return matrix
    return likelihood._curvature(y, z)


def stand_in(likelihood: Likelihood, y: Floats, z: Floats) -> Floats:
    """A positive semi-definite stand-in for the curvature, of the same shape.

    ScaledGaussian: the Fisher information (Fisher scoring). StudentT: the weights (ν + 1)/(ν s² + r²) of
    iterative reweighting. The others are convex, and theirs is the curvature itself.
    """
    match likelihood:
        case ScaledGaussian():
            return information(likelihood, y, z)
        case StudentT(df=df, scale=scale):
            return np.asarray((df + 1) / (df * scale**2 + (y - z) ** 2))
    return likelihood._curvature(y, z)
