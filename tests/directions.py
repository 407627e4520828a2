"""Brute force in rational numbers for what `mlelib.existence` asks of linear programmes."""

from fractions import Fraction
from itertools import combinations

Vector = tuple[Fraction, ...]


def reduced(rows: list[Vector]) -> list[list[Fraction]]:
    """The rows of the reduced echelon form, without rows of zeros."""
    matrix = [list(row) for row in rows]
    done: list[list[Fraction]] = []
    width = len(matrix[0]) if matrix else 0
    for column in range(width):
        pivot = next((row for row in matrix if row[column] != 0), None)
        if pivot is None:
            continue
        matrix.remove(pivot)
        pivot = [entry / pivot[column] for entry in pivot]
        matrix = [[a - row[column] * b for a, b in zip(row, pivot, strict=True)] for row in matrix]
        done = [[a - row[column] * b for a, b in zip(row, pivot, strict=True)] for row in done]
        done.append(pivot)
    return done


def rank(rows: list[Vector]) -> int:
    return len(reduced(rows))


def normal(rows: list[Vector], d: int) -> Vector | None:
    """The direction orthogonal to d − 1 independent rows, None if they are dependent."""
    echelon = reduced(rows)
    if len(echelon) != d - 1:
        return None
    pivots = [next(j for j, entry in enumerate(row) if entry != 0) for row in echelon]
    (free,) = set(range(d)) - set(pivots)
    direction = [Fraction(0)] * d
    direction[free] = Fraction(1)
    for pivot, row in zip(pivots, echelon, strict=True):
        direction[pivot] = -row[free]
    return tuple(direction)


def rays(rows: list[Vector], d: int) -> list[Vector]:
    """The extreme rays of {b : row·b ≥ 0 for all rows}, whose rank must be d: then they span it."""
    found = []
    for chosen in combinations(rows, d - 1):
        direction = normal(list(chosen), d)
        for sign in (1, -1) if direction is not None else ():
            b = tuple(sign * entry for entry in direction)
            if all(dot(row, b) >= 0 for row in rows):
                found.append(b)
    return found


def in_cone(target: Vector, rows: list[Vector]) -> bool:
    """Is `target` a combination of `rows` with weights ≥ 0? (Carathéodory: of independent ones.)"""
    if not any(target):
        return True
    for size in range(1, len(target) + 1):
        for chosen in combinations(rows, size):
            weights = weights_of(target, list(chosen))
            if weights is not None and all(weight >= 0 for weight in weights):
                return True
    return False


def weights_of(target: Vector, rows: list[Vector]) -> list[Fraction] | None:
    """The weights of independent `rows` that give `target`, None if there are none."""
    if rank(rows) < len(rows):
        return None
    system = [(*column, t) for *column, t in zip(*rows, target, strict=True)]
    echelon = reduced(system)
    if len(echelon) > len(rows):
        return None
    return [row[-1] for row in echelon]


def dot(a: Vector, b: Vector) -> Fraction:
    return sum((p * q for p, q in zip(a, b, strict=True)), Fraction(0))
