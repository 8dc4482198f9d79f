"""Real layers, made layers, simulated counts and the plain greedy merge that ours is measured against."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.stats import poisson

from geo.boundaries import BoundarySet, read_boundaries
from geo.joins import read_population
from geo.neighbors import Neighbors

REAL = Path(__file__).parents[3] / "shared" / "geo"


def real(name: str) -> Path:
    """A real file, or the test is skipped."""
    if not (REAL / name).exists():
        pytest.skip(f"the real file {name} is not beside the repository (../shared/geo)")
    return REAL / name


@lru_cache
def tracts() -> BoundarySet:
    return read_boundaries(
        real("monroe_tracts_cb2017.geojson"), level="tract", vintage="2010", id_field="GEOID", name_field="NAME"
    )


@lru_cache
def towns() -> BoundarySet:
    path = real("monroe_towns_tiger2013.geojson")
    return read_boundaries(path, level="town", vintage="2013", id_field="GEOID", name_field="NAME")


def neighborhoods(file: str = "rochester_neighborhoods.geojson") -> BoundarySet:
    return read_boundaries(real(file), level="neighborhood", vintage="2013", id_field="NBHDS_ID", name_field="NAME")


def simulated_counts(seed: int, small: int = 59, minimum: int = 10) -> dict[str, int]:
    """Counts of children in Monroe's tracts, drawn so that `small` tracts have fewer than the minimum."""
    table = read_population(real("monroe_total_population_tracts2010.csv"), "GEOID", "total_population")
    people = table.set_index("area_id")["value"].reindex(tracts().area_ids).to_numpy()
    chance = np.random.default_rng(seed)
    rate, luck = people * chance.lognormal(0, 0.6, len(people)), chance.random(len(people))
    low, high = 1e-6, 1.0
    for _ in range(80):
        middle = (low * high) ** 0.5
        few = (poisson.ppf(luck, rate * middle) < minimum).sum() > small
        low, high = (middle, high) if few else (low, middle)
    counts = poisson.ppf(luck, rate * high).astype(int).tolist()
    return dict(zip(tracts().area_ids, counts, strict=True))


def plain_greedy(near: Neighbors, counts: Mapping[str, int], minimum: int) -> list[int]:
    """Smallest region first, to a small neighbor if there is one, then over the longest border; region of each area."""
    region = list(range(len(near.ids)))
    total = {i: counts[area] for i, area in enumerate(near.ids)}
    while small := [r for r in total if total[r] < minimum]:
        one = min(small, key=lambda r: (total[r], r))
        beside: dict[int, float] = {}
        for i, own in enumerate(region):
            for j, meters in near.borders[i].items() if own == one else ():
                if region[j] != one:
                    beside[region[j]] = beside.get(region[j], 0.0) + meters
        if not beside:
            break
        other = max(beside, key=lambda r: (total[r] < minimum, beside[r], -r))
        total[other] += total.pop(one)
        region = [other if r == one else r for r in region]
    return region


def square(x: float, y: float, size: float = 1.0, turn: float = 1.0) -> shapely.Polygon:
    return shapely.box(x * turn, y * turn, (x + size) * turn, (y + size) * turn)


def grid(columns: int, rows: int, step: float = 0.01, west: float = -77.9, south: float = 43.0) -> gpd.GeoDataFrame:
    """A checkerboard layer; ids in reading order."""
    cells = [(c, r) for r in range(rows) for c in range(columns)]
    xs, ys = [west + c * step for c in range(columns + 1)], [south + r * step for r in range(rows + 1)]
    shapes = [shapely.box(xs[c], ys[r], xs[c + 1], ys[r + 1]) for c, r in cells]
    ids = [f"{i:03}" for i in range(len(cells))]
    columns_of = {"area_id": ids, "name": ids, "parent_id": None, "land": True}
    return gpd.GeoDataFrame(columns_of, geometry=shapes, crs=4326).astype({"parent_id": "str"})


def write_geojson(path: Path, features: list[tuple[dict[str, object], object]], **top: object) -> Path:
    """A GeoJSON file of (properties, geometry); geometry: a shape, a GeoJSON dict or None."""
    written = [
        {
            "type": "Feature",
            "properties": properties,
            "geometry": json.loads(shapely.to_geojson(g)) if isinstance(g, shapely.Geometry) else g,
        }
        for properties, g in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", **top, "features": written}), encoding="utf-8")
    return path
