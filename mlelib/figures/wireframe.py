"""Solids on a plain panel: points in space as a viewer sees them who goes round."""

from dataclasses import dataclass

import numpy as np

from mlelib.arguments import Floats


@dataclass(frozen=True)
class View:
    """A parallel projection towards a viewer at `azimuth` and `elevation`, in degrees.

    The viewer stands on the x-axis at azimuth 0 and on the y-axis at 90, on the ground at
    elevation 0 and right above at 90. Vertical lines stay vertical, and nothing grows smaller with
    its distance. Azimuths that differ by full turns give equal numbers to the last bit.
    """

    azimuth: float
    elevation: float

    def project(self, points: Floats) -> Floats:
        """Where points (..., 3) are seen: to the right and up, (..., 2)."""
        azimuth, elevation = np.radians([self.azimuth % 360, self.elevation])
        right = points @ [-np.sin(azimuth), np.cos(azimuth), 0.0]
        up = points[..., 2] * np.cos(elevation) - self.nearness(points) * np.sin(elevation)
        return np.stack([right, up], axis=-1)

    def nearness(self, points: Floats) -> Floats:
        """How far points (..., 3) lie towards the viewer along the ground, (...).

        Draw in its order: what is near covers what is far.
        """
        azimuth = np.radians(self.azimuth % 360)
        return np.asarray(points @ [np.cos(azimuth), np.sin(azimuth), 0.0])
