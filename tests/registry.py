"""Every likelihood with sample data, and with what others say about it.

`terms` are the terms of the textbook's negative log-likelihood of one example, in mpmath: an oracle
written without a look at mlelib. `loss` goes through the textbook formulas of `mlelib.losses`, and
`distribution` through scipy.stats.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from mpmath import mp, mpf
from scipy import stats
from scipy.special import expit, softmax

from mlelib import losses
from mlelib.likelihoods import (
    Bernoulli,
    Categorical,
    Gamma,
    Gaussian,
    Laplace,
    Likelihood,
    Poisson,
    ScaledGaussian,
    StudentT,
)

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Case:
    """A likelihood, y (n,), z (n,) or (n, m), and its oracles."""

    likelihood: Likelihood
    y: Array
    z: Array
    terms: Callable[[Any, list[Any]], list[Any]]  # (y, raw outputs of one example), in mpmath
    loss: Callable[[Array, Array], Array]
    distribution: Callable[[Array], Any]
    support: str  # "real", "positive", "counts" or "labels"
    dispersion: float | None = None  # of a canonical link
    convex: bool = True
    moments: float = np.inf  # moments of a lower order than this are finite

    def __str__(self) -> str:
        return str(self.likelihood)


def one_hot(y: Array, classes: int) -> Array:
    return np.eye(classes)[y]


def _z(*shape: int) -> Array:
    return np.random.default_rng(20240813).normal(size=shape, scale=2.0)


N = 16
REALS = np.random.default_rng(3).normal(size=N, scale=3.0)
AMOUNTS = np.random.default_rng(4).gamma(1.5, size=N)
COUNTS = np.array([0, 1, 2, 3, 5, 8, 13, 0, 1, 15, 16, 17, 40, 4, 0, 7])
YES_NO = np.arange(N) % 2


def _gaussian(sigma: float) -> Case:
    s = mpf(sigma)
    return Case(
        Gaussian(sigma),
        REALS,
        _z(N),
        lambda y, z: [(y - z[0]) ** 2 / (2 * s**2), mp.log(2 * mp.pi) / 2, mp.log(s)],
        lambda y, z: losses.squared_error(y, z) / (2 * sigma**2),
        lambda z: stats.norm(z, sigma),
        "real",
        dispersion=sigma**2,
    )


def _laplace(scale: float) -> Case:
    b = mpf(scale)
    return Case(
        Laplace(scale),
        REALS,
        _z(N),
        lambda y, z: [abs(y - z[0]) / b, mp.log(2), mp.log(b)],
        lambda y, z: losses.absolute_error(y, z) / scale,
        lambda z: stats.laplace(z, scale),
        "real",
    )


def _student_t(df: float, scale: float) -> Case:
    nu, s = mpf(df), mpf(scale)
    return Case(
        StudentT(df, scale),
        REALS,
        _z(N),
        lambda y, z: [
            (nu + 1) / 2 * mp.log1p(((y - z[0]) / s) ** 2 / nu),
            mp.log(s),
            mp.log(nu) / 2,
            mp.log(mp.beta(mpf(1) / 2, nu / 2)),
        ],
        lambda y, z: losses.student_t_loss(y, z, df, scale),
        lambda z: stats.t(df, z, scale),
        "real",
        convex=False,
        moments=df,
    )


def _scaled_gaussian() -> Case:
    return Case(
        ScaledGaussian(),
        REALS,
        _z(N, 2) / 2,
        lambda y, z: [
            z[1],
            (y - z[0]) ** 2 / (2 * mp.exp(z[1]) ** 2),
            mp.log(2 * mp.pi) / 2,
        ],
        lambda y, z: losses.heteroscedastic_loss(y, z[..., 0], np.exp(z[..., 1])),
        lambda z: stats.norm(z[..., 0], np.exp(z[..., 1])),
        "real",
        convex=False,
    )


def _poisson() -> Case:
    return Case(
        Poisson(),
        COUNTS,
        _z(N),
        lambda y, z: [mp.exp(z[0]), -y * z[0], mp.loggamma(y + 1)],
        lambda y, z: losses.poisson_deviance(y, np.exp(z)) / 2,
        lambda z: stats.poisson(np.exp(z)),
        "counts",
        dispersion=1.0,
    )


def _gamma(shape: float) -> Case:
    a = mpf(shape)
    return Case(
        Gamma(shape),
        AMOUNTS,
        _z(N),
        lambda y, z: [  # of (αy/μ)^α exp(−αy/μ) / (y Γ(α))
            -a * mp.log(a),
            -a * mp.log(y),
            a * z[0],
            a * y * mp.exp(-z[0]),
            mp.log(y),
            mp.loggamma(a),
        ],
        lambda y, z: shape * losses.gamma_deviance(y, np.exp(z)) / 2,
        lambda z: stats.gamma(shape, scale=np.exp(z) / shape),
        "positive",
    )


def _bernoulli() -> Case:
    return Case(
        Bernoulli(),
        YES_NO,
        _z(N),
        lambda y, z: [mp.log1p(mp.exp(-z[0] if y == 1 else z[0]))],
        lambda y, z: losses.binary_cross_entropy(y, expit(z)),
        lambda z: stats.bernoulli(expit(z)),
        "labels",
        dispersion=1.0,
    )


def _categorical(classes: int) -> Case:
    return Case(
        Categorical(classes),
        np.arange(N) % classes,
        _z(N, classes),
        lambda y, z: [
            mp.log1p(mp.fsum(mp.exp(z[k] - z[int(y)]) for k in range(classes) if k != y))
        ],
        lambda y, z: losses.cross_entropy(one_hot(y, classes), softmax(z, axis=-1)),
        lambda z: stats.multinomial(1, softmax(z, axis=-1)),
        "labels",
        dispersion=1.0,
    )


CASES = [
    _gaussian(1.0),
    _gaussian(0.3),
    _laplace(1.0),
    _laplace(2.5),
    _student_t(1.0, 1.0),
    _student_t(3.0, 0.5),
    _student_t(30.0, 2.0),
    _scaled_gaussian(),
    _poisson(),
    _gamma(0.5),
    _gamma(1.0),
    _gamma(4.5),
    _bernoulli(),
    _categorical(2),
    _categorical(3),
    _categorical(10),
]
