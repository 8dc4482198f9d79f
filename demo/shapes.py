"""From pixels to polygons: a coverage without gaps or overlaps, in longitude and latitude."""

import numpy as np
import shapely

from demo.places import Places
from demo.terrain import PIXEL

KILOMETERS_PER_DEGREE = 111.32
TOLERANCE = 1.6  # pixels; rounds off the pixels' stairs; coverage_simplify keeps shared borders shared


def coverage(label: np.ndarray) -> np.ndarray:
    """Polygons (kilometers) of the areas 0..n-1 of a pixel picture."""
    outlines = np.array([shapely.union_all(_runs(label, number)) for number in range(label.max() + 1)])
    # A corner of one area may lie amid a side of its neighbor: give every side a point at each pixel.
    outlines = shapely.transform(shapely.segmentize(outlines, 1.0), np.round)
    simple = shapely.coverage_simplify(outlines, TOLERANCE)
    return np.asarray(shapely.transform(simple, lambda points: points * PIXEL))


def _runs(label: np.ndarray, number: int) -> np.ndarray:
    """Boxes, in pixels, of the horizontal runs of one area."""
    mine = label == number
    rows = np.flatnonzero(mine.any(axis=1))
    step = np.diff(np.pad(mine[rows], ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, start = np.nonzero(step == 1)
    _, end = np.nonzero(step == -1)
    return np.asarray(shapely.box(start, rows[row], end, rows[row] + 1))


def to_degrees(points: np.ndarray, places: Places) -> np.ndarray:
    """Kilometers (n x 2) to longitude and latitude, six decimals."""
    latitude = places.latitude + points[:, 1] / KILOMETERS_PER_DEGREE
    stretch = KILOMETERS_PER_DEGREE * np.cos(np.radians(places.latitude + 0.23))
    longitude = places.longitude + points[:, 0] / stretch
    return np.round(np.column_stack([longitude, latitude]), 6)


def project(shapes: np.ndarray, places: Places) -> np.ndarray:
    """Shapes in kilometers as shapes in degrees."""
    return np.asarray(shapely.transform(shapes, lambda points: to_degrees(points, places)))


def dissolve(shapes: np.ndarray, group: np.ndarray, count: int) -> np.ndarray:
    """Union of the shapes of each group 0..count-1, rings as RFC 7946 wants them."""
    joined = np.array([shapely.coverage_union_all(shapes[group == g]) for g in range(count)])
    return np.asarray(shapely.orient_polygons(_plain(joined)))


def _plain(shapes: np.ndarray) -> np.ndarray:
    """A MultiPolygon of one part as that part."""
    single = shapely.get_num_geometries(shapes) == 1
    return np.where(single, shapely.get_geometry(shapes, 0), shapes)
