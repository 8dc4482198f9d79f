"""Which areas share a border, and how much of it.

Two areas are neighbors when they share an edge exactly, however short; a shared corner is no border. Real layers also
hold borders that differ by a hair on the two sides. There, two areas are neighbors when at least 10 m of edges that fit
nobody run within 1 m of the other area (both lengths shrink with very small areas). Edges that fit another area exactly
never count, so a narrow wedge between two areas does not make them neighbors.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geo.plane import Plane
from geo.repair import only_polygons

NEAR_METERS = 1.0
ENOUGH = 10.0  # times the near distance


@dataclass(frozen=True)
class Neighbors:
    """Areas sorted by id; `borders[i]` maps a neighbor's position to meters of shared border; area in square meters."""

    ids: tuple[str, ...]
    borders: tuple[dict[int, float], ...]
    areas: tuple[float, ...]
    perimeters: tuple[float, ...]


def neighbors(frame: gpd.GeoDataFrame) -> Neighbors:
    """The neighbors in a layer in EPSG:4326 with area_id and geometry."""
    frame = frame.sort_values("area_id", ignore_index=True)
    degrees = _unbroken(frame.geometry.to_numpy())
    plane = Plane.around(degrees)
    meters = plane.to_meters(degrees)
    near = min(NEAR_METERS, 0.001 * float(np.sqrt(np.median(shapely.area(meters))))) if len(meters) else NEAR_METERS
    left, right = shapely.STRtree(meters).query(meters, predicate="dwithin", distance=near)
    left, right = left[left < right], right[left < right]
    length = np.maximum(_shared(degrees, plane, left, right), _nearly_shared(meters, near, left, right))
    found = zip(left.tolist(), right.tolist(), np.round(length, 3).tolist(), (length > 0).tolist(), strict=True)
    pairs = {(i, j): max(m, 0.001) for i, j, m, shared in found if shared}
    return Neighbors(
        tuple(frame["area_id"]),
        _both_ways(len(frame), pairs),
        tuple(np.round(shapely.area(meters), 3).tolist()),
        tuple(np.round(shapely.length(meters), 3).tolist()),
    )


def neighbors_from_pairs(
    ids: Iterable[str], pairs: Iterable[tuple[str, str]] | Mapping[tuple[str, str], float]
) -> Neighbors:
    """Neighbors without shapes: each area counts as a unit square, each border as 1 unless a length is given."""
    names = tuple(sorted(ids))
    at = {name: i for i, name in enumerate(names)}
    lengths = dict(pairs) if isinstance(pairs, Mapping) else dict.fromkeys(pairs, 1.0)
    by_position = {(at[a], at[b]): meters for (a, b), meters in lengths.items() if a != b}
    borders = _both_ways(len(names), by_position)
    perimeters = tuple(max(4.0, sum(around.values())) for around in borders)
    return Neighbors(names, borders, (1.0,) * len(names), perimeters)


def _both_ways(size: int, pairs: Mapping[tuple[int, int], float]) -> tuple[dict[int, float], ...]:
    borders: list[dict[int, float]] = [{} for _ in range(size)]
    for (i, j), meters in sorted(pairs.items()):
        borders[i][j] = borders[j][i] = meters
    return tuple(dict(sorted(around.items())) for around in borders)


def _unbroken(degrees: np.ndarray) -> np.ndarray:
    """Shapes cut at longitude 180 put together again, past 180; a layer around the whole earth stays as it is."""
    west, _, east, _ = shapely.total_bounds(degrees)
    parts, owner = shapely.get_parts(degrees, return_index=True)
    bounds = shapely.bounds(parts)
    if west > -180 or east < 180 or ((bounds[:, 0] < 0) & (bounds[:, 2] > 0)).any():
        return degrees
    moved = [
        shapely.transform(part, lambda xy: xy + np.array([360.0, 0.0])) if low < 0 else part
        for part, low in zip(parts, bounds[:, 0], strict=True)
    ]
    return np.array(
        [only_polygons([p for p, i in zip(moved, owner, strict=True) if i == at]) for at in range(len(degrees))]
    )


def _shared(degrees: np.ndarray, plane: Plane, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Meters of exactly shared edge for each pair; looked for in degrees, where equal edges are equal."""
    border = shapely.boundary(degrees)
    return shapely.length(plane.to_meters(shapely.intersection(border[left], border[right])))


def _nearly_shared(meters: np.ndarray, near: float, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Meters of edge that fits nobody and runs close by the other area; 0 where it is too little to be a border."""
    misfit = shapely.coverage_invalid_edges(meters, gap_width=near)
    length = np.zeros(len(left))
    at = np.flatnonzero(~shapely.is_empty(misfit[left]) & ~shapely.is_empty(misfit[right]))
    for a, b in ((left[at], right[at]), (right[at], left[at])):
        beside = shapely.intersection(misfit[a], shapely.buffer(meters[b], near))
        length[at] = np.maximum(length[at], shapely.length(beside))
    return np.where(length > ENOUGH * near, length, 0.0)
