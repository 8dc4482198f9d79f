"""Homes: points inside tracts, with an invented street address."""

from dataclasses import dataclass

import numpy as np
import shapely

from demo.geography import Geography

STREETS_PER_TRACT = 14


@dataclass(frozen=True)
class Homes:
    """Homes by number. atom: part of a tract; longitude, latitude: degrees; street: code; house: number."""

    atom: np.ndarray
    longitude: np.ndarray
    latitude: np.ndarray
    street: np.ndarray
    house: np.ndarray


def build_homes(atom: np.ndarray, geography: Geography, streets: int, rng: np.random.Generator) -> Homes:
    """A home for each requested atom."""
    points = np.empty((len(atom), 2))
    order = np.argsort(atom, kind="stable")
    ends = np.cumsum(np.bincount(atom, minlength=len(geography.atom_shapes)))
    for number, shape in enumerate(geography.atom_shapes):
        mine = order[ends[number] - np.count_nonzero(atom == number) : ends[number]]
        points[mine] = _inside(shape, len(mine), rng)
    local = rng.integers(0, streets, (len(geography.tract_town), STREETS_PER_TRACT))
    street = local[geography.atom_tract[atom], rng.integers(0, STREETS_PER_TRACT, len(atom))]
    house = rng.integers(1, 2400, len(atom))
    return Homes(atom, points[:, 0], points[:, 1], street, house)


def _inside(shape: shapely.Geometry, count: int, rng: np.random.Generator) -> np.ndarray:
    """Points strictly inside a shape, uniform over its area, six decimals."""
    shapely.prepare(shape)
    west, south, east, north = shape.bounds
    found = np.empty((0, 2))
    while len(found) < count:
        tries = np.round(rng.uniform((west, south), (east, north), (2 * (count - len(found)) + 8, 2)), 6)
        found = np.vstack([found, tries[shapely.contains_xy(shape, tries)]])
    return found[:count]
