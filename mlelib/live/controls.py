"""What a reader can move: a slider, a choice, a toggle, and a pad that drives sliders from inside
an axes.

A control has a grid, the values that a static page offers and a state table is sampled at. In a
kernel a slider also takes values between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isclose
from typing import Any

from matplotlib.axes import Axes

Value = str | float | int | bool


@dataclass(frozen=True)
class Slider:
    """A number from `min` to `max` in steps; whole numbers (`int`) if min, max and step are.

    `value` is the first state and lies on the grid min, min + step, …; so does max. `play=True`
    adds a button that walks the grid by itself.

    Raises
    ------
    ValueError
        If the range is empty or no whole number of steps, or the first value is off the grid.
    """

    min: float
    max: float
    step: float
    value: float
    label: str
    play: bool = False

    def __post_init__(self) -> None:
        for name in ("min", "max", "step", "value"):
            number = getattr(self, name)
            if isinstance(number, bool) or not isinstance(number, int | float):
                raise ValueError(f"{name} of a Slider must be a number, got {number!r}")
            if not Decimal(str(number)).is_finite():
                raise ValueError(f"{name} of a Slider must be finite, got {number!r}")
        if self.step <= 0 or self.max <= self.min:
            raise ValueError(
                "a Slider needs min < max and step > 0, "
                f"got min={self.min}, max={self.max}, step={self.step}"
            )
        for name in ("max", "value"):
            if self._steps(getattr(self, name)) % 1:
                raise ValueError(
                    f"{name} of a Slider must be min plus a whole number of steps, "
                    f"got {name}={getattr(self, name)}, min={self.min}, step={self.step}"
                )
        _check_label(self.label)
        self.check("value", self.value)

    @property
    def whole(self) -> bool:
        """Whether the values are whole numbers."""
        return all(isinstance(number, int) for number in (self.min, self.max, self.step))

    @property
    def decimals(self) -> int:
        """How many decimals it takes to write every value of the grid."""
        exponents = (
            Decimal(str(number)).normalize().as_tuple().exponent for number in (self.min, self.step)
        )
        return max(0, *(-int(exponent) for exponent in exponents))

    def grid(self) -> tuple[Value, ...]:
        """Every value on offer, in order, each the float nearest to its decimal notation."""
        return tuple(map(self._at, range(int(self._steps(self.max)) + 1)))

    def inside(self, value: Any) -> float:
        """The value nearest to `value` that the slider can have, on its grid or between."""
        within = min(self.max, max(self.min, value))
        return round(within) if self.whole else float(within)

    def place(self, value: Any) -> int:
        """How many steps from `min` the value of the grid is that is nearest to `value`."""
        return round((self.inside(value) - self.min) / self.step)

    def nearest(self, value: Any) -> float:
        """The value of the grid that is nearest to `value`."""
        return self._at(self.place(value))

    def snap(self, value: float) -> float:
        """`value`, free of the rounding errors of whoever counted steps in floating point."""
        nearest = self.nearest(value)
        return nearest if isclose(value, nearest, rel_tol=0, abs_tol=1e-6 * self.step) else value

    def check(self, name: str, value: Any) -> Value:
        """`value` as this control hands it to an update; `ValueError` if it is out of range."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(
                f"{name} must be a number from {self.min} to {self.max}, got {value!r}"
            )
        if not self.min <= value <= self.max:
            raise ValueError(f"{name} must lie from {self.min} to {self.max}, got {value!r}")
        if self.whole and value != int(value):
            raise ValueError(f"{name} must be a whole number, got {value!r}")
        return int(value) if self.whole else float(value)

    def spec(self) -> dict[str, Any]:
        """What a host needs to build the control, ready for JSON."""
        return {
            "kind": "slider",
            "label": self.label,
            "value": self.value,
            "min": self.min,
            "max": self.max,
            "step": self.step,
            "decimals": self.decimals,
            "play": self.play,
        }

    def _at(self, place: int) -> float:
        number = Decimal(str(self.min)) + place * Decimal(str(self.step))
        return int(number) if self.whole else float(number)

    def _steps(self, number: float) -> Decimal:
        return (Decimal(str(number)) - Decimal(str(self.min))) / Decimal(str(self.step))


@dataclass(frozen=True)
class Choice:
    """One of a few values: strings or numbers, shown as `str` writes them.

    Raises
    ------
    ValueError
        For fewer than two options, equal ones, anything but strings and numbers, or a first value
        that is none of them.
    """

    options: Sequence[str | float]
    value: str | float
    label: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", tuple(self.options))
        for option in self.options:
            if isinstance(option, bool) or not isinstance(option, str | int | float):
                raise ValueError(f"options of a Choice must be strings or numbers, got {option!r}")
        if len(self.options) < 2 or len({str(option) for option in self.options}) < len(
            self.options
        ):
            raise ValueError(f"a Choice needs two or more different options, got {self.options}")
        _check_label(self.label)
        self.check("value", self.value)

    def grid(self) -> tuple[Value, ...]:
        """The options."""
        return tuple(self.options)

    def check(self, name: str, value: Any) -> Value:
        """`value` as this control hands it to an update; `ValueError` if it is no option."""
        if isinstance(value, bool) or value not in self.options:
            raise ValueError(f"{name} must be one of {list(self.options)}, got {value!r}")
        return self.options[self.options.index(value)]

    def spec(self) -> dict[str, Any]:
        """What a host needs to build the control, ready for JSON."""
        return {
            "kind": "choice",
            "label": self.label,
            "value": self.value,
            "options": list(self.options),
        }


@dataclass(frozen=True)
class Toggle:
    """On or off."""

    value: bool
    label: str

    def __post_init__(self) -> None:
        _check_label(self.label)
        self.check("value", self.value)

    def grid(self) -> tuple[Value, ...]:
        """Off, then on."""
        return (False, True)

    def check(self, name: str, value: Any) -> Value:
        """`value` as this control hands it to an update; `ValueError` if it is neither True nor
        False."""
        if not isinstance(value, bool):
            raise ValueError(f"{name} must be True or False, got {value!r}")
        return value

    def spec(self) -> dict[str, Any]:
        """What a host needs to build the control, ready for JSON."""
        return {"kind": "toggle", "label": self.label, "value": self.value}


Control = Slider | Choice | Toggle


@dataclass(frozen=True)
class Pad:
    """An axes in which the pointer drives sliders: `x` and `y` name the controls, None leaves that
    direction free.

    A slider's value is the coordinate in data units; the axes may be linear or logarithmic, either
    way round.

    With `triangle=True` the pad is the triangle between the lower corners of the axes and the
    middle of its upper edge. Then x runs from its left side to its right side at every height, as
    it does along the lower edge: a share of the width at that height, so that no value of the two
    sliders lies outside. It needs both.
    """

    axes: Axes
    x: str | None = None
    y: str | None = None
    triangle: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.axes, Axes) or self.axes.name != "rectilinear":
            raise ValueError(f"axes of a Pad must be plain two-dimensional Axes, got {self.axes!r}")
        if self.x is None and self.y is None:
            raise ValueError("a Pad needs the name of a control for x, for y, or for both")
        if self.triangle and None in (self.x, self.y):
            raise ValueError(f"a triangle needs x and y, got x={self.x!r}, y={self.y!r}")
        scales = {self.axes.get_xscale(), self.axes.get_yscale()} - {"linear", "log"}
        if scales:
            raise ValueError(f"axes of a Pad must be linear or logarithmic, got {scales.pop()!r}")


def _check_label(label: Any) -> None:
    if not isinstance(label, str) or not label.strip():
        raise ValueError(f"label of a control must be some text, got {label!r}")
