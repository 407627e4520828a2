"""The self-checks of Chapter 2, regression and squared error (ids "2.x")."""

from mlelib.exercises.kinds import Exercise

EXERCISES: tuple[Exercise, ...] = ()
