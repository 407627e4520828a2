"""Where to look: raw outputs over the whole range of doubles, and targets that go with them."""

import numpy as np

from ulps.meter import LARGEST, Array

Points = tuple[Array, Array]  # y (n,), z (n,) or (n, m)
Generator = np.random.Generator

SMALLEST = 2.0**-1074
SPECIAL = [0.0, SMALLEST, 2.0**-1022, 2.0**-53, 1e-8, 1.0, 37.0, 709.782712893384, 745.13, LARGEST]
LOWEST, HIGHEST = -1073, 1024  # exponents: a fraction from ½ to 1 times 2^exponent


def magnitudes(rng: Generator, n: int, lowest: int = LOWEST) -> Array:
    """Log-uniform over all positive doubles from 2^(lowest − 1)."""
    return np.ldexp(rng.uniform(0.5, 1, n), rng.integers(lowest, HIGHEST, n, endpoint=True))


def raw(rng: Generator, n: int) -> Array:
    """Half of them of any magnitude, a tenth special, the rest where exp and log bend; any sign."""
    kinds = [
        magnitudes(rng, n),
        rng.choice(SPECIAL, n),
        10 ** rng.uniform(-3, 3, n),
        rng.uniform(0, 3, n),
        rng.uniform(30, 45, n),
        rng.uniform(690, 760, n),
    ]
    kind = rng.choice(len(kinds), n, p=[0.5, 0.1, 0.1, 0.1, 0.1, 0.1])
    return np.asarray(np.choose(kind, kinds) * rng.choice([-1, 1], n))


def around(rng: Generator, center: Array) -> Array:
    """Next to it by some ulp, or by a share of any size; finite."""
    n = len(center)
    steps = rng.integers(-3, 4, n) * np.spacing(np.minimum(np.abs(center), LARGEST / 2))
    share = 10 ** rng.uniform(-16, 1, n) * rng.choice([-1, 1], n)
    with np.errstate(over="ignore"):
        moved = np.where(rng.random(n) < 0.3, center + steps, center * (1 + share))
    return np.clip(moved, -LARGEST, LARGEST)


def reals(rng: Generator, n: int) -> Points:
    """y anywhere, around z, or some units off."""
    z = raw(rng, n)
    off = z + rng.normal(size=n) * 10 ** rng.uniform(-2, 3, n)
    return _one_of(rng, raw(rng, n), around(rng, z), np.clip(off, -LARGEST, LARGEST)), z


def scaled(rng: Generator, n: int) -> Points:
    """(μ, s) with y anywhere, or some e^s off."""
    y, mu = reals(rng, n)
    s = raw(rng, n)
    with np.errstate(over="ignore"):
        off = np.clip(mu + rng.normal(size=n) * np.exp(s), -LARGEST, LARGEST)
    return _one_of(rng, y, off), np.stack([mu, s], axis=-1)


def counts(rng: Generator, n: int) -> Points:
    """y of any magnitude, small, or around e^z."""
    z = raw(rng, n)
    big, few = magnitudes(rng, n, lowest=0), rng.integers(0, 40, n)
    return np.floor(_one_of(rng, big, few, np.abs(around(rng, _rate(z))))), z


def amounts(rng: Generator, n: int) -> Points:
    """y of any magnitude, or around e^z."""
    z = raw(rng, n)
    near = np.maximum(np.abs(around(rng, _rate(z))), SMALLEST)
    return _one_of(rng, magnitudes(rng, n), near), z


def yes_no(rng: Generator, n: int) -> Points:
    return rng.integers(0, 2, n), raw(rng, n)


def classes(rng: Generator, n: int, K: int) -> Points:
    """Rows of any numbers, of like ones far from 0, of ties, and one class far from a crowd."""
    anything = raw(rng, n * K).reshape(n, K)
    spread = 10 ** rng.uniform(-3, 3, (n, 1)) * rng.normal(size=(n, K))
    far = np.clip(raw(rng, n)[:, None] + spread, -LARGEST, LARGEST)
    ties = rng.integers(0, 20, (n, K)).astype(float)
    crowd = rng.normal(size=(n, K)) / 1e3
    with np.errstate(over="ignore"):
        crowd[np.arange(n), rng.integers(0, K, n)] += raw(rng, n)
    z = np.choose(rng.integers(0, 4, n)[:, None], [anything, far, ties, crowd])
    return _one_of(rng, rng.integers(0, K, n), z.argmax(axis=1)), z


def _rate(z: Array) -> Array:
    with np.errstate(over="ignore"):
        return np.minimum(np.exp(z), LARGEST)


def _one_of(rng: Generator, *candidates: Array) -> Array:
    return np.choose(rng.integers(0, len(candidates), len(candidates[0])), candidates)
