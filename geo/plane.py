"""A flat local frame in meters.

Longitude and latitude are only shifted and scaled (equirectangular around the middle of the box). Straight lines stay
straight and equal vertices stay equal, so a shared border is still shared afterwards, which a true map projection
does not promise where one side has a vertex more. Lengths are right to about 1 % across a county.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians
from typing import Any

import numpy as np
import shapely

METERS_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Plane:
    """Middle of the box in degrees, and meters for a degree of longitude (`kx`) and latitude (`ky`) there."""

    lon0: float
    lat0: float
    kx: float
    ky: float = METERS_PER_DEGREE

    @classmethod
    def around(cls, geometries: Any) -> Plane:
        """The plane around longitude/latitude geometries; empty input gives the plane at 0, 0."""
        west, south, east, north = shapely.total_bounds(geometries)
        if not np.isfinite(west):
            west = south = east = north = 0.0
        middle = (south + north) / 2
        return cls((west + east) / 2, middle, METERS_PER_DEGREE * max(cos(radians(middle)), 0.01))

    def to_meters(self, geometries: Any) -> Any:
        """Geometries in degrees -> in meters."""
        return shapely.transform(geometries, lambda xy: (xy - (self.lon0, self.lat0)) * (self.kx, self.ky))

    def to_degrees(self, geometries: Any) -> Any:
        """Geometries in meters -> in degrees."""
        return shapely.transform(geometries, lambda xy: xy / (self.kx, self.ky) + (self.lon0, self.lat0))
