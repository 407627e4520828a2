"""Solids drawn on a plain panel: points in space, seen from a viewpoint that goes round them."""

from dataclasses import dataclass

import numpy as np

from mlelib.arguments import Floats


@dataclass(frozen=True)
class View:
    """A parallel projection from a viewer at `azimuth` and `elevation`, in degrees.

    At azimuth 0 the viewer stands on the x-axis, at 90 on the y-axis; at elevation 0 on the ground,
    at 90 right above. Vertical lines stay vertical, and lengths on the screen are those in space
    wherever nothing is foreshortened. Whole degrees that differ by a full turn are the same view to
    the last bit, so that equal pictures are equal numbers.
    """

    azimuth: int
    elevation: float = 27.0

    def project(self, points: Floats) -> Floats:
        """Where points (..., 3) are seen: to the right and up, (..., 2)."""
        across = points @ [-self._sin, self._cos, 0.0]
        tilt = np.radians(self.elevation)
        up = points[..., 2] * np.cos(tilt) - self.nearness(points) * np.sin(tilt)
        return np.stack([across, up], axis=-1)

    def nearness(self, points: Floats) -> Floats:
        """How far points (..., 3) lie towards the viewer along the ground, (...): what is drawn in
        this order is covered by what stands before it."""
        return np.asarray(points @ [self._cos, self._sin, 0.0])

    @property
    def _cos(self) -> float:
        return float(np.cos(np.radians(self.azimuth % 360)))

    @property
    def _sin(self) -> float:
        return float(np.sin(np.radians(self.azimuth % 360)))
