"""An invented kiosk's diary: one input, and a target of each kind that a likelihood is for."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import expit

from mlelib.arguments import Floats, Integers, seed_number, whole
from mlelib.likelihoods import Categorical

SHAPE = 4.0
"""Of the Gamma that waiting times are drawn from."""


@dataclass(frozen=True, eq=False)
class Kiosk:
    """One entry per day, from the coldest to the warmest; u = (temperature − 20)/10.

    =============  =============  ==================================================================
    temperature    °C             evenly spaced from 10 to 30
    power          kWh            Gaussian, mean 30 + 6u, σ = 2
    typed          kWh            the same, where one day in ten has lost a digit: power/10
    wait           min            Gamma of shape 4, mean exp(1 + 0.7u)
    customers      in 15 minutes  Poisson, mean exp(1.2 + u)
    sold_out       1 for yes      Bernoulli, log-odds −0.5 + 3u
    favourite      a label        Categorical, raw outputs (−2.5u, 0.3, 2.5u)
    takings        100 €          Gaussian, mean 5 + 3u, σ = exp(−0.6 + u)
    =============  =============  ==================================================================
    """

    temperature: Floats
    power: Floats
    typed: Floats
    wait: Floats
    customers: Integers
    sold_out: Integers
    favourite: Integers
    takings: Floats

    favourite_names: ClassVar[tuple[str, ...]] = ("cocoa", "vanilla", "lemon")


def kiosk(days: int = 200, seed: int = 0) -> Kiosk:
    """The diary of so many days, each target drawn from the truth that `Kiosk` states.

    Raises
    ------
    ValueError
        If `days` is not a whole number of at least 2, or `seed` none of at least 0.
    """
    days = whole("days", days, 2)
    rng = np.random.default_rng(seed_number("seed", seed))
    u = np.linspace(-1, 1, days)
    power = 30 + 6 * u + 2 * rng.normal(size=days)
    lost = rng.permutation(days) < days / 10
    raw = np.stack([-2.5 * u, np.full(days, 0.3), 2.5 * u], axis=-1)
    return Kiosk(
        temperature=20 + 10 * u,
        power=power,
        typed=np.where(lost, power / 10, power),
        wait=np.exp(1 + 0.7 * u) * rng.standard_gamma(SHAPE, size=days) / SHAPE,
        customers=rng.poisson(np.exp(1.2 + u)),
        sold_out=(rng.random(days) < expit(-0.5 + 3 * u)).astype(np.int64),
        favourite=Categorical(3).sample(raw, rng),
        takings=5 + 3 * u + np.exp(-0.6 + u) * rng.normal(size=days),
    )
