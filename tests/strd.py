"""NIST's certified least-squares problems, as printed and in rational numbers."""

import csv
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

DATA = Path(__file__).parent / "data" / "strd"
WAMPLER = [f"Wampler{k}" for k in range(1, 6)]
NAMES = ["Norris", "Pontius", "NoInt1", "NoInt2", "Filip", "Longley", *WAMPLER]
POLYNOMIALS = ["Norris", "Pontius", "Filip", *WAMPLER]


@dataclass(frozen=True, eq=False)
class Certified:
    """A set: its cells as printed, and the certified numbers as printed."""

    name: str
    cells: list[list[str]]  # y and the predictors
    estimates: list[str]
    deviations: list[str]
    residual: str

    @property
    def y(self) -> np.ndarray:
        return np.array([float(row[0]) for row in self.cells])

    @property
    def X(self) -> np.ndarray:  # noqa: N802  the field's name
        return np.array([[float(entry) for entry in row] for row in self.design()])

    def design(self) -> list[list[Fraction]]:
        """The model's matrix, without rounding."""
        predictors = [[Fraction(cell) for cell in row[1:]] for row in self.cells]
        if self.name.startswith("NoInt"):
            return predictors
        if self.name == "Longley":
            return [[Fraction(1), *row] for row in predictors]
        return [[x**k for k in range(len(self.estimates))] for (x,) in predictors]


def load(name: str) -> Certified:
    with (DATA / "certified.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["set"] == name]
    with (DATA / f"{name}.csv").open() as file:
        cells = list(csv.reader(file))[1:]
    *parameters, residual = rows
    return Certified(
        name,
        cells,
        [row["estimate"] for row in parameters],
        [row["standard_deviation"] for row in parameters],
        residual["standard_deviation"],
    )


def solve(A: list[list[Fraction]], b: list[Fraction]) -> list[Fraction]:
    """A⁻¹ b by elimination, for a definite A."""
    rows = [[*row, value] for row, value in zip(A, b, strict=True)]
    for i in range(len(rows)):
        rows[i] = [entry / rows[i][i] for entry in rows[i]]
        for j in range(len(rows)):
            if j != i:
                rows[j] = [p - rows[j][i] * q for p, q in zip(rows[j], rows[i], strict=True)]
    return [row[-1] for row in rows]


def least_squares(X: list[list[Fraction]], y: list[Fraction]) -> list[Fraction]:
    """argmin ‖y − X θ‖², without rounding."""
    return solve(gram(X), [dot(column, y) for column in zip(*X, strict=True)])


def gram(X: list[list[Fraction]]) -> list[list[Fraction]]:
    columns = list(zip(*X, strict=True))
    return [[dot(a, b) for b in columns] for a in columns]


def dot(a, b) -> Fraction:
    return sum((p * q for p, q in zip(a, b, strict=True)), Fraction(0))


def fractions(array: np.ndarray) -> list:
    """The floating-point numbers themselves, as rational numbers."""
    return [fractions(row) if np.ndim(row) else Fraction(row) for row in array]


def digits(found: np.ndarray, true: list[str]) -> float:
    """Correct significant digits of the worst entry, of the 15 certified (McCullough 1998).

    Of an entry that is 0, correct decimals.
    """
    certified = np.array([float(value) for value in true])
    error = np.abs(found - certified) / np.where(certified == 0, 1.0, np.abs(certified))
    return float(np.min(np.clip(-np.log10(np.maximum(error, 1e-15)), 0, 15)))
