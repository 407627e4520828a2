"""All exercises of the book, by their number."""

from mlelib.exercises import (
    binary,
    likelihood,
    mse_or_bce,
    multiclass,
    posterior,
    recipe,
    regression,
)
from mlelib.exercises.kinds import Exercise

EXERCISES: dict[str, Exercise] = {
    exercise.id: exercise
    for chapter in (likelihood, regression, binary, multiclass, mse_or_bce, posterior, recipe)
    for exercise in chapter.EXERCISES
}
