"""Whether areas fit together without overlaps and gaps. What does not fit is said, not refused: real layers have it."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geo.errors import some
from geo.plane import Plane


@dataclass(frozen=True)
class CoverageReport:
    """Areas whose borders differ from their neighbors', and the number of holes between areas that are one piece."""

    mismatched: tuple[str, ...]
    gaps: int

    @property
    def clean(self) -> bool:
        """Whether all borders fit and nothing lies between areas."""
        return not self.mismatched and not self.gaps

    def sentences(self) -> tuple[str, ...]:
        """One sentence for each kind of fault; none for a clean layer."""
        told = []
        if self.mismatched:
            n = len(self.mismatched)
            areas = "1 area does" if n == 1 else f"{n:,} areas do"
            told.append(f"The borders of {areas} not fit those of the neighbors: {some(list(self.mismatched), 5)}.")
        if self.gaps:
            gaps = "is 1 gap" if self.gaps == 1 else f"are {self.gaps:,} gaps"
            told.append(f"There {gaps} between the areas; a point in a gap belongs to no area.")
        return tuple(told)


def coverage_report(frame: gpd.GeoDataFrame) -> CoverageReport:
    """Mismatched edges and gaps of a layer in EPSG:4326 with area_id and geometry."""
    shapes = Plane.around(frame.geometry.to_numpy()).to_meters(frame.geometry.to_numpy())
    edges = shapely.coverage_invalid_edges(shapes)
    ids = frame["area_id"].to_numpy()
    mismatched = tuple(str(i) for i in ids[~shapely.is_empty(edges)])
    return CoverageReport(mismatched, _gaps(shapes, bool(mismatched)))


def _gaps(shapes: np.ndarray, mismatched: bool) -> int:
    """Holes in the union. A hole may be a real lake, so it is said, not judged."""
    union = shapely.union_all(shapes) if mismatched else shapely.coverage_union_all(shapes)
    polygons = [part for part in shapely.get_parts(union) if part.geom_type == "Polygon"]
    return sum(int(shapely.get_num_interior_rings(polygon)) for polygon in polygons)
