"""Lines and points on a map: context borders, hatching of hidden areas, a point in each area, and the first view."""

from __future__ import annotations

from math import log2, sqrt
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.layers import DECIMALS, simplified, to_json
from geo.plane import Plane

Line = tuple[list[float | None], list[float | None]]  # longitudes and latitudes, None between two strokes


def outline(frame: gpd.GeoDataFrame, tolerance_m: float = 0.0) -> Line:
    """Every border of the areas, drawn once: context such as towns above tracts."""
    return _line(_borders(frame, tolerance_m))


def outline_layer(frame: gpd.GeoDataFrame, tolerance_m: float = 0.0) -> bytes:
    """The same borders as GeoJSON with one MultiLineString."""
    lines = [_rounded(part).tolist() for part in _borders(frame, tolerance_m)]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "MultiLineString", "coordinates": lines}}
    return to_json({"type": "FeatureCollection", "features": [feature]})


def hatch(frame: gpd.GeoDataFrame, spacing: float = 400.0) -> Line:
    """Diagonal strokes inside the areas, `spacing` meters apart and in line across borders; each area gets some."""
    if frame.empty:
        return [], []
    plane = Plane.around(frame.geometry.to_numpy())
    strokes: list[Any] = []
    for shape in plane.to_meters(frame.geometry.to_numpy()):
        middle = shapely.point_on_surface(shape)
        strokes += _strokes(shape, _offsets(shape, spacing)) or _strokes(shape, np.array([middle.x - middle.y]))
    return _line(plane.to_degrees(np.array(strokes, dtype=object)))


def points(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """A point inside each area, for symbols and labels: area_id, lon, lat, sorted by area_id."""
    frame = frame.sort_values("area_id", ignore_index=True)
    inside = shapely.point_on_surface(frame.geometry.to_numpy())
    return pd.DataFrame({"area_id": frame["area_id"], "lon": shapely.get_x(inside), "lat": shapely.get_y(inside)})


def first_view(frame: gpd.GeoDataFrame, width: int, height: int, margin: float = 0.05) -> tuple[float, float, float]:
    """Middle longitude and latitude, and the MapLibre zoom at which the areas fill a map of so many pixels.

    Web Mercator shows 360 degrees of longitude on 512 pixels at zoom 0.
    """
    west, south, east, north = frame.total_bounds
    low, high = (np.arctanh(np.sin(np.radians(np.clip(lat, -85, 85)))) for lat in (south, north))
    wide = max((east - west) / 360, 1e-9)
    tall = max(float(high - low) / (2 * np.pi), 1e-9)
    room = 1 - 2 * margin
    zoom = log2(min(width * room / 512 / wide, height * room / 512 / tall))
    middle = float(np.degrees(np.arcsin(np.tanh((low + high) / 2))))
    return float((west + east) / 2), middle, round(min(max(zoom, 0.0), 18.0), 2)


def _borders(frame: gpd.GeoDataFrame, tolerance_m: float) -> list[shapely.Geometry]:
    shapes = simplified(frame.sort_values("area_id", ignore_index=True), tolerance_m).geometry.to_numpy()
    lines = shapely.line_merge(shapely.union_all(shapely.boundary(shapes)))
    return [part for part in shapely.get_parts(lines) if part.length > 0]


def _offsets(shape: shapely.Geometry, spacing: float) -> np.ndarray:
    """Where diagonals x - y = c cross the box of a shape, on a raster common to all shapes."""
    west, south, east, north = shape.bounds
    step = spacing * sqrt(2)
    return np.arange(np.ceil((west - north) / step), np.floor((east - south) / step) + 1) * step


def _strokes(shape: shapely.Geometry, offsets: np.ndarray) -> list[shapely.Geometry]:
    if not len(offsets):
        return []
    _, south, _, north = shape.bounds
    ends = np.array([[(c + south, south), (c + north, north)] for c in offsets])
    inside = shapely.get_parts(shapely.intersection(shapely.linestrings(ends), shape))
    inside = shapely.get_parts(inside)  # a collection where a diagonal touches a corner
    return [part for part in inside if part.geom_type == "LineString" and part.length > 0]


def _rounded(line: shapely.Geometry) -> np.ndarray:
    return np.round(shapely.get_coordinates(line), DECIMALS) + 0.0


def _line(strokes: Any) -> Line:
    lons: list[float | None] = []
    lats: list[float | None] = []
    for stroke in strokes:
        xy = _rounded(stroke)
        lons += [*xy[:, 0].tolist(), None]
        lats += [*xy[:, 1].tolist(), None]
    return lons[:-1], lats[:-1]
