"""Points to areas: one answer for each point, in the order given, and a reason where there is no area."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.boundaries import BoundarySet
from geo.numbers import read_numbers

# A point this near (in degrees, about 0.1 mm) lies on the border: the middle of an edge has no exact float.
HAIR = 1e-9

EMPTY = "empty"
NOT_A_NUMBER = "not a number"
AT_ZERO = "at 0,0"
SWAPPED = "probably swapped"
OUT_OF_RANGE = "out of range"
FEET = "out of range, probably feet or meters"
LOST_SIGN = "outside the boundaries, probably lost sign"
OUTSIDE = "outside the boundaries"
REASONS = (EMPTY, NOT_A_NUMBER, AT_ZERO, SWAPPED, FEET, OUT_OF_RANGE, LOST_SIGN, OUTSIDE)


def assign(
    ids: Sequence[Any], lon: Sequence[Any], lat: Sequence[Any], boundaries: BoundarySet | gpd.GeoDataFrame
) -> pd.DataFrame:
    """The area of each point: id, area_id (None where none), reason (one of REASONS, "" where there is an area).

    Coordinates are text in degrees. One row out for each row in, in the same order. A point on a border belongs to the
    touching area with the lowest id (as text). Raises ValueError when the three differ in length.
    """
    if not len(ids) == len(lon) == len(lat):
        raise ValueError(f"ids, lon and lat differ in length: {len(ids)}, {len(lon)}, {len(lat)}")
    frame = boundaries.frame if isinstance(boundaries, BoundarySet) else boundaries
    frame = frame.sort_values("area_id", ignore_index=True)
    x, x_empty, x_wrong = read_numbers(lon)
    y, y_empty, y_wrong = read_numbers(lat)
    area = _lowest_area(x, y, frame.geometry.to_numpy())
    reason = _reasons(x, y, x_empty | y_empty, x_wrong | y_wrong, frame.total_bounds)
    area_ids = np.append(frame["area_id"].to_numpy(dtype=object), None)
    reason[area >= 0] = ""
    return pd.DataFrame({"id": ids, "area_id": area_ids[area], "reason": reason})


def _lowest_area(x: np.ndarray, y: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """For each point the first shape that holds or touches it, else the first within a hair, else -1."""
    usable = np.flatnonzero(np.isfinite(x) & np.isfinite(y) & (np.abs(x) <= 180) & (np.abs(y) <= 90))
    area = np.full(len(x), -1, dtype=np.int64)
    shapely.prepare(shapes)
    area[usable] = _first(x[usable], y[usable], shapes, 0.0)
    left = usable[area[usable] < 0]
    area[left] = _first(x[left], y[left], shapes, HAIR)
    turned = left[(np.abs(x[left]) == 180) & (area[left] < 0)]  # 180 and -180 are the same meridian
    area[turned] = _first(-x[turned], y[turned], shapes, HAIR)
    return area


def _first(x: np.ndarray, y: np.ndarray, shapes: np.ndarray, near: float) -> np.ndarray:
    area = np.full(len(x), -1, dtype=np.int64)
    for i, some in _candidates(x, y, shapes, near):
        some = some[area[some] < 0]
        if near:
            hit = shapely.dwithin(shapes[i], shapely.points(x[some], y[some]), near)
        else:
            hit = shapely.intersects_xy(shapes[i], x[some], y[some])
        area[some[hit]] = i
    return area


def _candidates(x: np.ndarray, y: np.ndarray, shapes: np.ndarray, near: float) -> Iterator[tuple[int, np.ndarray]]:
    """For each shape the points in its box; points sorted by longitude make that a slice."""
    order = np.argsort(x, kind="stable")
    sorted_x, sorted_y = x[order], y[order]
    for i, (west, south, east, north) in enumerate(shapely.bounds(shapes)):
        low = np.searchsorted(sorted_x, west - near, side="left")
        high = np.searchsorted(sorted_x, east + near, side="right")
        inside = (sorted_y[low:high] >= south - near) & (sorted_y[low:high] <= north + near)
        if inside.any():
            yield i, order[low:high][inside]


def _reasons(x: np.ndarray, y: np.ndarray, empty: np.ndarray, wrong: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Why a point would have no area; the first reason that fits."""
    with np.errstate(invalid="ignore"):
        zero = (x == 0) & (y == 0)
        outside = (np.abs(x) > 180) | (np.abs(y) > 90)
        lost = _in_box(-x, y, box) | _in_box(x, -y, box) | _in_box(-x, -y, box)
        swapped = _in_box(y, x, box)
        feet = outside & (np.minimum(np.abs(x), np.abs(y)) > 1000) & np.isfinite(x) & np.isfinite(y)
        here = _in_box(x, y, box)
    tests = [empty, wrong, zero, swapped & ~here, feet, outside, lost & ~here]
    return np.select(tests, [np.array(r, dtype=object) for r in REASONS[:-1]], np.array(OUTSIDE, dtype=object))


def _in_box(x: np.ndarray, y: np.ndarray, box: np.ndarray) -> np.ndarray:
    west, south, east, north = box
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)
