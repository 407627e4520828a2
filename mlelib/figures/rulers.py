"""A ruler on an axis whose quantity depends on a choice: its ticks and its name change with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from mlelib.arguments import Floats
from mlelib.figures import style


@dataclass(frozen=True)
class Scale:
    """A quantity on a ruler: its name, the values at both ends, and its ticks, named or not."""

    name: str
    low: float
    high: float
    ticks: tuple[float, ...]
    tick_names: tuple[str, ...] = field(default=())

    def place(self, values: ArrayLike) -> Floats:
        """Where values are along the ruler, 0 at its low end and 1 at its high end."""
        return (np.asarray(values, dtype=np.float64) - self.low) / (self.high - self.low)

    @property
    def texts(self) -> tuple[str, ...]:
        """What stands at the ticks."""
        return self.tick_names or tuple(style.number(tick, "g") for tick in self.ticks)


class Ruler:
    """Ticks and a name beside an axis whose limits are 0 and 1, for one of several `scales`."""

    def __init__(
        self, axes: Axes, side: Literal["left", "bottom"], scales: Mapping[str, Scale]
    ) -> None:
        self.scales, self._upright = scales, side == "left"
        axis = axes.yaxis if self._upright else axes.xaxis
        axis.set_ticks([])
        across = axes.get_yaxis_transform() if self._upright else axes.get_xaxis_transform()
        self._marks = Line2D(
            [], [], linestyle="", marker=0 if self._upright else 3, markersize=3.5, color=style.INK
        )
        self._marks.set(transform=across, clip_on=False, markeredgewidth=style.FINE)
        axes.add_line(self._marks)
        most = max(len(scale.ticks) for scale in scales.values())
        gap = -0.025 if self._upright else -0.035
        align = ("right", "center") if self._upright else ("center", "top")
        self._numbers = [
            axes.text(gap, gap, "", transform=across, ha=align[0], va=align[1]) for _ in range(most)
        ]
        for number in self._numbers:
            number.set(size=style.TICK_SIZE, color=style.INK)
        place = (-0.17, 0.5) if self._upright else (0.5, -0.135)
        self._name = axes.text(*place, "", transform=axes.transAxes, ha="center", va="center")
        self._name.set(size=style.TEXT_SIZE, color=style.INK, rotation=90 if self._upright else 0)

    def set(self, choice: str) -> list[Artist]:
        """Show the scale of this choice."""
        scale = self.scales[choice]
        along = scale.place(scale.ticks)
        edge = np.zeros_like(along)
        self._marks.set_data(*((edge, along) if self._upright else (along, edge)))
        for rank, number in enumerate(self._numbers):
            shown = rank < len(along)
            number.set_text(scale.texts[rank] if shown else "")
            if self._upright:
                number.set_y(along[rank] if shown else 0)
            else:
                number.set_x(along[rank] if shown else 0)
        self._name.set_text(scale.name)
        return [self._marks, *self._numbers, self._name]
