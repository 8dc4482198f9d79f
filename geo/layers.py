"""Map layers: light shapes for the browser.

Shapes are for drawing only; points are assigned on full shapes. Exterior rings are clockwise: plotly's SVG maps fill
the whole plane with counter-clockwise ones (plotly.js issue 4984), and MapLibre takes both.
"""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo.plane import Plane
from geo.repair import repaired

DECIMALS = 5  # about a meter
MORE_DECIMALS = 8  # for an area that would vanish


def layer(frame: gpd.GeoDataFrame, tolerance_m: float = 0.0) -> bytes:
    """GeoJSON of the areas, simplified by about `tolerance_m` meters with shared borders kept shared.

    Feature id = area_id, property name; areas sorted by id, so that equal areas give equal bytes, ready to compress.
    """
    light = simplified(frame.sort_values("area_id", ignore_index=True), tolerance_m)
    shapes = shapely.orient_polygons(light.geometry.to_numpy(), exterior_cw=True)
    features = [
        {"type": "Feature", "id": area, "properties": {"name": name}, "geometry": _geometry(shape)}
        for area, name, shape in zip(light["area_id"], light["name"], shapes, strict=True)
    ]
    return to_json({"type": "FeatureCollection", "features": features})


def simplified(frame: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    """The areas with fewer vertices: borders stay shared, and no area is lost.

    Broken shapes are mended first: given one, the library may leave an area empty.
    """
    if tolerance_m <= 0 or frame.empty:
        return frame
    plane = Plane.around(frame.geometry.to_numpy())
    meters = np.array([repaired(shape) for shape in plane.to_meters(frame.geometry.to_numpy())])
    light = shapely.coverage_simplify(meters, tolerance_m)
    return frame.set_geometry(gpd.GeoSeries(plane.to_degrees(light), index=frame.index, crs=frame.crs))


def _geometry(shape: shapely.Geometry) -> dict[str, Any]:
    """A GeoJSON geometry with few decimals; rings that vanish by that are left out, areas are not."""
    for decimals in (DECIMALS, MORE_DECIMALS):
        polygons = [_rings(part, decimals) for part in shapely.get_parts(shape)]
        polygons = [rings for rings in polygons if rings]
        if polygons:
            break
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def _rings(polygon: shapely.Polygon, decimals: int) -> list[list[list[float]]]:
    exterior = _ring(polygon.exterior, decimals)
    if not exterior:
        return []
    return [exterior, *(ring for inner in polygon.interiors if (ring := _ring(inner, decimals)))]


def _ring(ring: shapely.LinearRing, decimals: int) -> list[list[float]]:
    """Rounded coordinates without repeats; empty when nothing with an area is left."""
    xy = np.round(shapely.get_coordinates(ring), decimals) + 0.0  # + 0.0 turns -0.0 into 0.0
    moved = np.append(True, (np.diff(xy, axis=0) != 0).any(axis=1))
    xy = xy[moved]
    return xy.tolist() if len(xy) >= 4 and shapely.Polygon(xy).area > 0 else []


def to_json(document: dict[str, Any]) -> bytes:
    """Compact UTF-8 JSON, the same bytes for the same content."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
