"""Linear programmes in the one form that is needed here, solved by scipy's HiGHS."""

from typing import Any, NamedTuple

import numpy as np

from mlelib.arguments import Floats

TOLERANCE = 1e-10  # the smallest that HiGHS takes


class Solution(NamedTuple):
    """Where the least cost is, the cost, the prices of the constraints (its derivatives in their
    zeros), and steps."""

    point: Floats
    cost: float
    prices: Floats
    steps: int


def linear_programme(
    cost: Floats, rows: Floats, lower: Floats, upper: Floats, equal: bool = False
) -> Solution:
    """min cost·b over lower ≤ b ≤ upper where rows @ b ≤ 0, or = 0 if `equal`.

    Raises
    ------
    RuntimeError
        If HiGHS gives up.
    """
    from scipy.optimize import linprog  # noqa: PLC0415  slower to import than all else together

    kind = "eq" if equal else "ub"
    arguments: dict[str, Any] = {
        f"A_{kind}": rows,
        f"b_{kind}": np.zeros(len(rows)),
        "bounds": np.column_stack([lower, upper]),
        "options": {
            "primal_feasibility_tolerance": TOLERANCE,
            "dual_feasibility_tolerance": TOLERANCE,
        },
    }
    result: Any = linprog(cost, method="highs", **arguments)
    if result.status != 0:
        raise RuntimeError(f"the linear programme was not solved: {result.message}")
    constraints = result.eqlin if equal else result.ineqlin
    prices = np.asarray(constraints.marginals)
    return Solution(np.asarray(result.x), float(result.fun), prices, int(result.nit))
