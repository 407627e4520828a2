"""Curvature per example: its mean, for standard errors, and a positive stand-in, for steps."""

import numpy as np

from mlelib.arguments import Floats
from mlelib.likelihoods import Gamma, Laplace, Likelihood, ScaledGaussian, StudentT


def information(likelihood: Likelihood, y: Floats, z: Floats) -> Floats:
    """The Fisher information of each example in z, (n,) or (n, m, m): the mean of the curvature.

    For canonical links (Gaussian, Bernoulli, Categorical, Poisson) the curvature does not depend on
    y and is its own mean. The others: Gamma its shape, Laplace 1/b², StudentT (ν + 1)/((ν + 3) s²),
    ScaledGaussian diag(e^(−2s), 2).
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
            with np.errstate(over="ignore"):
                matrix[:, 0, 0], matrix[:, 1, 1] = np.exp(-2 * z[:, 1]), 2.0
            return matrix
    return likelihood._curvature(y, z)


def stand_in(likelihood: Likelihood, y: Floats, z: Floats) -> Floats:
    """A positive semi-definite matrix in place of the curvature, of the same shape.

    ScaledGaussian: the Fisher information (Fisher scoring), or in s the curvature where that is
    greater: a residual far above its scale must not make too long a step. StudentT: the weights of
    iterative reweighting, (ν + 1)/(ν s² + r²). The others are convex: the curvature itself.
    """
    match likelihood:
        case ScaledGaussian():
            matrix, own = information(likelihood, y, z), likelihood._curvature(y, z)
            matrix[:, 1, 1] = np.maximum(matrix[:, 1, 1], own[:, 1, 1])
            return matrix
        case StudentT(df=df, scale=scale):
            return np.asarray((df + 1) / (df * scale**2 + (y - z) ** 2))
    return likelihood._curvature(y, z)
