"""Hostile input for every public function of the package.

An example is a valid call of one of the `ENTRIES`, of which one argument is then changed: put into
other clothes, which must not change the answer, or made wrong (`costumes`). `contract` judges what
the call does. `python -m tests.fuzz 100000` runs so many examples and counts.
"""
