"""For instructors: problem sets for the chapters, released and graded by nbgrader.

`python -m mlelib.assign --help` is the way in. The problems stand in the folder `assignments` of
the book's repository, so this part needs a clone of it, and nbgrader.
"""
