"""Mending polygons that a computation (not the file) broke."""

from __future__ import annotations

from collections.abc import Iterable

import shapely


def only_polygons(geometries: Iterable[shapely.Geometry]) -> shapely.Geometry:
    """One Polygon or MultiPolygon of the polygons in any geometries, lines and points dropped."""
    parts = shapely.get_parts(shapely.get_parts(list(geometries)))  # twice: collections hold multipolygons
    return shapely.union_all([p for p in parts if p.geom_type == "Polygon"])


def repaired(polygon: shapely.Geometry) -> shapely.Geometry:
    """The polygon itself when valid, else made valid with only its polygons kept."""
    return polygon if polygon.is_valid else only_polygons([shapely.make_valid(polygon)])
