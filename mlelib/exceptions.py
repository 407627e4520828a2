"""Why a fit has no answer: no finite optimum, or more than one. Each message says what to do."""


class NoFiniteOptimum(ValueError):  # noqa: N818  named for what it says
    """The objective falls for ever along some direction: no finite parameter is its minimum."""


class CompleteSeparation(NoFiniteOptimum):
    """A linear rule puts every label on its own side of the boundary (Albert & Anderson 1984)."""


class QuasiSeparation(NoFiniteOptimum):
    """A linear rule sorts the labels but for rows on the boundary (Albert & Anderson 1984)."""


class AbsentClass(NoFiniteOptimum):
    """A class never occurs in `y`, so its probability is driven to 0."""


class PoissonSeparation(NoFiniteOptimum):
    """A direction lowers the rate of zero counts alone (Correia, Guimarães & Zylkin 2021)."""


class Interpolation(NoFiniteOptimum):
    """The mean passes through every row whose scale then shrinks to 0: no end to the density."""


class NoUniqueOptimum(ValueError):  # noqa: N818
    """More than one parameter attains the optimum."""


class RankDeficient(NoUniqueOptimum):
    """A column of `X` is a combination of the others, so many parameters give the same outputs."""
