"""Sliders whose range is found from the data and still reads well."""

from decimal import Decimal

import numpy as np

from mlelib.live import Slider


def round_step(step: float) -> float:
    """The nearest of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(step))
    nearest = min((1, 2, 5, 10), key=lambda digit: abs(np.log(digit * power / step)))
    return float(f"{nearest * power:.0e}")


def slider(label: str, center: float, step: float, *, reach: tuple[int, int], start: int) -> Slider:
    """A slider over multiples of `step`, so many of them below and above the one next to `center`.

    The first value is `start` steps from that middle one.
    """
    exact, middle = Decimal(str(step)), round(center / step)
    low, high, first = (float((middle + steps) * exact) for steps in (-reach[0], reach[1], start))
    return Slider(low, high, step, first, label)
