"""All exercises of the book, by their number."""

from mlelib.exercises import binary, likelihood, multiclass, regression
from mlelib.exercises.kinds import Exercise

EXERCISES: dict[str, Exercise] = {
    exercise.id: exercise
    for chapter in (likelihood, regression, binary, multiclass)
    for exercise in chapter.EXERCISES
}
