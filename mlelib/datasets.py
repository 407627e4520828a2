"""The book's data: real penguins, invented people, counted coins.

Each function returns arrays of one entry per example; classes are integers 0 … K − 1, their names a
tuple beside them.
"""

import csv
from dataclasses import dataclass
from importlib.resources import files
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, ndtr, ndtri, softmax

from mlelib.arguments import Floats, Integers, real_array, seed_number, together, whole


@dataclass(frozen=True, eq=False)
class Penguins:
    """Penguins of the Palmer Archipelago, one entry per bird, named as the columns of the file.

    `species`, `island` and `sex` are labels into `species_names`, `island_names`, `sex_names`.
    """

    species: Integers
    island: Integers
    bill_length_mm: Floats
    bill_depth_mm: Floats
    flipper_length_mm: Floats
    body_mass_g: Floats
    sex: Integers
    year: Integers

    species_names: ClassVar[tuple[str, ...]] = ("Adelie", "Chinstrap", "Gentoo")
    island_names: ClassVar[tuple[str, ...]] = ("Biscoe", "Dream", "Torgersen")
    sex_names: ClassVar[tuple[str, ...]] = ("female", "male")


def penguins() -> Penguins:
    """The 333 complete rows of the Palmer penguins: Gorman, Williams & Fraser (2014), CC0.

    Collected 2007–2009; published as a data package by Horst, Hill & Gorman (2020). References and
    what was left out stand in `mlelib/data/README.md`.
    """
    text = files("mlelib").joinpath("data/penguins.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))

    def numbers(column: str) -> Floats:
        return np.array([float(row[column]) for row in rows])

    def classes(column: str, names: tuple[str, ...]) -> Integers:
        return np.array([names.index(row[column]) for row in rows])

    return Penguins(
        species=classes("species", Penguins.species_names),
        island=classes("island", Penguins.island_names),
        bill_length_mm=numbers("bill_length_mm"),
        bill_depth_mm=numbers("bill_depth_mm"),
        flipper_length_mm=numbers("flipper_length_mm"),
        body_mass_g=numbers("body_mass_g"),
        sex=classes("sex", Penguins.sex_names),
        year=np.array([int(row["year"]) for row in rows]),
    )


@dataclass(frozen=True, eq=False)
class People:
    """Invented adults: `height` in m, `weight` in kg, and two verdicts drawn from a known truth.

    `diet` is 1 for "should diet", else 0; `weight_class` is a label into `class_names`. The truth
    is linear in log height and log weight, through the body-mass index BMI = weight/height²:

        log-odds of diet      16·log(BMI/25)
        raw output, under    −16·log(BMI/18.5)
        raw output, normal     0
        raw output, over      16·log(BMI/25)

    a Bernoulli behind a sigmoid and a Categorical behind a softmax. An index of 25 makes "should
    diet" an even chance, and 4.4 % more (2^(1/16)) doubles its odds; neighbouring classes are
    equally likely at 18.5 and 25.
    """

    height: Floats
    weight: Floats
    diet: Integers
    weight_class: Integers

    class_names: ClassVar[tuple[str, ...]] = ("under", "normal", "over")

    @property
    def bmi(self) -> Floats:
        """The body-mass index weight/height², in kg/m²."""
        return self.weight / self.height**2

    @staticmethod
    def p_diet(height: ArrayLike, weight: ArrayLike) -> Floats:
        """The true probability of "should diet"; height and weight broadcast together.

        Raises
        ------
        ValueError
            If a height or weight is not a finite number above 0, or they do not broadcast.
        """
        return np.asarray(expit(_raw_over(_log_bmi(height, weight))))

    @staticmethod
    def p_class(height: ArrayLike, weight: ArrayLike) -> Floats:
        """The true probabilities of the three classes, along a new last axis.

        Raises
        ------
        ValueError
            If a height or weight is not a finite number above 0, or they do not broadcast.
        """
        log_bmi = _log_bmi(height, weight)
        under = _SHARPNESS * (np.log(18.5) - log_bmi)
        z = np.stack([under, np.zeros_like(log_bmi), _raw_over(log_bmi)], axis=-1)
        return np.asarray(softmax(z, axis=-1))


def people(n: int = 300, seed: int = 0) -> People:
    """Invented adults, in place of a survey that nobody took: nobody's data, and no medical advice.

    Height and BMI are independent and log-normal, around 1.70 m (±5.5 %) and 23 (±18 %), each cut
    at 2.5 standard deviations: 1.48–1.95 m, BMI 14.7–36.1. The verdicts are drawn from
    `People.p_diet` and `People.p_class`, independently, so that they overlap: the best any model
    can do is 84 % right on `diet` and 75 % on `weight_class`. (A real weight class is a rule about
    BMI, with no chance in it; think of ours as given by eye.)

    Why this truth: in log height and log weight, logistic and softmax regression are the true
    model, and their estimates can be held against the numbers above. In plain height and weight
    the true boundary weight = 25·height² is a curve, yet the best straight one stays within
    1.2 kg of it from 1.50 to 1.92 m, at a cost of 0.0021 nats per person: a wrong model that is
    useful.

    Raises
    ------
    ValueError
        If `n` is not a whole number of at least 1, or `seed` none of at least 0.
    """
    n = whole("n", n, 1)
    rng = np.random.default_rng(seed_number("seed", seed))
    height = 1.70 * np.exp(0.055 * _cut_normal(rng, n))
    weight = 23 * np.exp(0.18 * _cut_normal(rng, n)) * height**2
    diet = rng.random(n) < People.p_diet(height, weight)
    below = People.p_class(height, weight).cumsum(axis=-1)[:, :-1]
    weight_class = (rng.random((n, 1)) > below).sum(axis=-1)
    return People(height, weight, diet.astype(np.int64), weight_class)


def coins(heads: int, tails: int, seed: int = 0) -> Integers:
    """Tosses with these counts, 1 for heads and 0 for tails, in a random order.

    Raises
    ------
    ValueError
        If a count or the seed is not a whole number of at least 0.
    """
    tosses = np.repeat([1, 0], [whole("heads", heads, 0), whole("tails", tails, 0)])
    return np.random.default_rng(seed_number("seed", seed)).permutation(tosses)


_SHARPNESS = 16.0


def _raw_over(log_bmi: Floats) -> Floats:
    z: Floats = _SHARPNESS * (log_bmi - np.log(25))
    return z


def _log_bmi(height: ArrayLike, weight: ArrayLike) -> Floats:
    h, w = real_array("height", height), real_array("weight", weight)
    for name, value in (("height", h), ("weight", w)):
        if not (value > 0).all():
            raise ValueError(f"{name} must be above 0, got {value[value <= 0].flat[0]}")
    together("height", h, "weight", w)
    log_bmi: Floats = np.log(w) - 2 * np.log(h)
    return log_bmi


def _cut_normal(rng: np.random.Generator, n: int) -> Floats:
    """Standard normal numbers between −2.5 and 2.5, by inverting the distribution function."""
    return np.asarray(ndtri(rng.uniform(ndtr(-2.5), ndtr(2.5), n)))
