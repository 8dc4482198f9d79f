"""Boundary files (GeoJSON, longitude and latitude) and the table of resident children."""

import json
from pathlib import Path

import numpy as np
import shapely

from demo.geography import Geography
from demo.world import World
from demo.write import CsvFile


def write_boundaries(folder: Path, geography: Geography) -> None:
    """Tracts, towns, districts and the county."""
    folder.mkdir(parents=True, exist_ok=True)
    places, towns = geography.places, geography.town_ids
    land = geography.tract_land()
    tracts = [
        {"geoid": i, "name": name, "town": towns[town], "ALAND": str(meters)}
        for i, name, town, meters in zip(
            geography.tract_ids, geography.tract_names, geography.tract_town, land, strict=True
        )
    ]
    town_rows = [{"town_id": i, "name": t.name, "kind": t.kind} for i, t in zip(towns, places.towns, strict=True)]
    districts = [{"district_id": i, "name": name} for i, name in places.districts]
    county = [{"county_id": places.county_id, "name": places.county_name}]
    _write(folder / "tracts.geojson", geography.tract_shapes(), tracts)
    _write(folder / "towns.geojson", geography.town_shapes(), town_rows)
    _write(folder / "districts.geojson", geography.district_shapes(), districts)
    _write(folder / "county.geojson", geography.county_shape(), county)


def _write(path: Path, shapes: np.ndarray, rows: list[dict[str, str]]) -> None:
    features = [
        {"type": "Feature", "properties": row, "geometry": json.loads(shapely.to_geojson(shape))}
        for row, shape in zip(rows, shapes, strict=True)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")


def write_population(path: Path, world: World, rng: np.random.Generator) -> None:
    """Children under 18 by tract as a survey estimates them, with 90 % margins and a few tracts without an estimate."""
    geography, last = world.geography, world.enrollment.present.shape[1] - 1
    lives = world.enrollment.present[:, last] & (world.enrollment.age[:, last] < 18)
    tract = geography.atom_tract[world.enrollment.atom[lives, last]]
    truth = np.bincount(tract, minlength=len(geography.tract_town))
    spread = np.clip(rng.lognormal(np.log(0.2), 0.45, len(truth)), 0.06, 0.6)
    estimate = np.maximum(0, np.round(truth * (1 + 0.4 * spread * rng.standard_normal(len(truth))))).astype(int)
    margin = np.maximum(12, np.round(1.645 * spread * estimate)).astype(int)
    estimate[geography.tract_empty] = 0
    none = rng.choice(np.flatnonzero(~geography.tract_empty), 3, replace=False)
    estimate[none], margin[none] = -999, -999
    with CsvFile(path, ("area_id", "children_under_18", "margin")) as file:
        file.add({"area_id": geography.tract_ids, "children_under_18": estimate, "margin": margin})
