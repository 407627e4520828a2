"""Log-densities and the derivatives of their negatives in z, in mpmath, written from the formulas.

Each oracle takes y and the list z, and returns for each entry of the answer (of a symmetric matrix
the upper triangle, row by row) the terms whose sum it is. A difference of two given numbers is
exact; a function of it is a single term.
"""

from typing import Any

from mpmath import mp, mpf

from ulps.meter import Oracle

Number = Any
Oracles = dict[str, Oracle]
QUANTITIES = ("log_prob", "gradient", "curvature")


def _minus(a: Number, b: Number) -> Number:
    return mp.fsub(a, b, exact=True)


def _named(log_prob: Oracle, gradient: Oracle, curvature: Oracle) -> Oracles:
    return dict(zip(QUANTITIES, (log_prob, gradient, curvature), strict=True))


def gaussian(sigma: float) -> Oracles:
    s = mpf(sigma)
    return _named(
        lambda y, z: [[-(_minus(y, z[0]) ** 2) / 2 / s**2, -mp.log(2 * mp.pi) / 2, -mp.log(s)]],
        lambda y, z: [[_minus(z[0], y) / s**2]],
        lambda y, z: [[1 / s**2]],
    )


def scaled_gaussian() -> Oracles:
    def squared(y: Number, z: list[Number]) -> Number:
        return _minus(y, z[0]) ** 2 * mp.exp(-2 * z[1])

    return _named(
        lambda y, z: [[-z[1], -squared(y, z) / 2, -mp.log(2 * mp.pi) / 2]],
        lambda y, z: [[_minus(z[0], y) * mp.exp(-2 * z[1])], [mpf(1), -squared(y, z)]],
        lambda y, z: [
            [mp.exp(-2 * z[1])],
            [2 * _minus(y, z[0]) * mp.exp(-2 * z[1])],
            [2 * squared(y, z)],
        ],
    )


def laplace(scale: float) -> Oracles:
    b = mpf(scale)
    return _named(
        lambda y, z: [[-abs(_minus(y, z[0])) / b, -mp.log(2), -mp.log(b)]],
        lambda y, z: [[mp.sign(_minus(z[0], y)) / b]],  # 0 at the kink
        lambda y, z: [[mpf(0)]],
    )


def student_t(df: float, scale: float) -> Oracles:
    nu, s = mpf(df), mpf(scale)

    def log_prob(y: Number, z: list[Number]) -> list[list[Number]]:
        first = -(nu + 1) / 2 * mp.log1p((_minus(y, z[0]) / s) ** 2 / nu)
        beta = mp.log(mp.beta(mpf(1) / 2, nu / 2))
        return [[first, -mp.log(s), -mp.log(nu) / 2, -beta]]

    def gradient(y: Number, z: list[Number]) -> list[list[Number]]:
        r = _minus(z[0], y)
        return [[(nu + 1) * r / (nu * s**2 + r**2)]]

    def curvature(y: Number, z: list[Number]) -> list[list[Number]]:
        near, far = nu * s**2, _minus(y, z[0]) ** 2
        factor = (nu + 1) / (near + far) ** 2
        return [[factor * near, -factor * far]]

    return _named(log_prob, gradient, curvature)


def poisson() -> Oracles:
    return _named(
        lambda y, z: [[-mp.exp(z[0]), y * z[0], -mp.loggamma(mp.fadd(y, 1, exact=True))]],
        lambda y, z: [[mp.exp(z[0]), -y]],
        lambda y, z: [[mp.exp(z[0])]],
    )


def gamma(shape: float) -> Oracles:
    a = mpf(shape)

    def ratio(y: Number, z: list[Number]) -> Number:
        return a * y * mp.exp(-z[0])

    def log_prob(y: Number, z: list[Number]) -> list[list[Number]]:
        log_y = mp.log(y)
        known = [a * mp.log(a), -mp.loggamma(a)]
        return [[a * log_y, -log_y, -a * z[0], -ratio(y, z), *known]]

    return _named(log_prob, lambda y, z: [[a, -ratio(y, z)]], lambda y, z: [[ratio(y, z)]])


def bernoulli() -> Oracles:
    def away(y: Number, z: list[Number]) -> Number:
        """e^z of the other label's odds."""
        return mp.exp(-z[0] if y else z[0])

    def gradient(y: Number, z: list[Number]) -> list[list[Number]]:
        slope = 1 / (1 + 1 / away(y, z))
        return [[-slope if y else slope]]

    return _named(
        lambda y, z: [[-mp.log1p(away(y, z))]],
        gradient,
        lambda y, z: [[1 / (2 + mp.exp(z[0]) + mp.exp(-z[0]))]],
    )


def categorical() -> Oracles:
    def log_prob(y: Number, z: list[Number]) -> list[list[Number]]:
        true = int(y)
        return [[-mp.log1p(mp.fsum(mp.exp(_minus(v, z[true])) for v in _without(z, true)))]]

    def gradient(y: Number, z: list[Number]) -> list[list[Number]]:
        p, others = _probabilities(z)
        return [[-others[k] if k == y else p[k]] for k in range(len(z))]

    def curvature(y: Number, z: list[Number]) -> list[list[Number]]:
        p, others = _probabilities(z)
        pairs = [(j, k) for j in range(len(z)) for k in range(j, len(z))]
        return [[p[k] * others[k] if j == k else -p[j] * p[k]] for j, k in pairs]

    return _named(log_prob, gradient, curvature)


def _without(values: list[Number], k: int) -> list[Number]:
    return values[:k] + values[k + 1 :]


def _probabilities(z: list[Number]) -> tuple[list[Number], list[Number]]:
    """pₖ, and 1 − pₖ as the sum of the others."""
    top = max(z)
    weights = [mp.exp(_minus(v, top)) for v in z]
    total = mp.fsum(weights)
    others = [
        mp.fsum(_without(weights, k)) if 2 * w > total else total - w for k, w in enumerate(weights)
    ]
    return [w / total for w in weights], [w / total for w in others]
