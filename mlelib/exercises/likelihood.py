"""The self-checks of Chapter 1, likelihood and the log (ids "1.x")."""

from mlelib.exercises.kinds import Exercise

EXERCISES: tuple[Exercise, ...] = ()
