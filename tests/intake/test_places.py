"""Boundaries and population: placed by the areas in force, reported where they do not meet, real files included."""

import json
from pathlib import Path
from typing import Any

import pytest

from data_access.boundaries import areas, current_sets, load_set, residents
from data_access.stores import Stores
from geo.errors import BadBoundaries
from intake.places import import_boundaries, import_population
from intake.problems import BadFile
from tests.intake.conftest import Bring, rows

REAL = Path(__file__).parents[3] / "shared" / "geo"
real = pytest.mark.skipif(not REAL.exists(), reason="the real boundary files are not on this machine")
POINTS = (
    "child_id,last_name,first_name,birth_date,gender,longitude,latitude\n"
    "1,A,A,2015-01-01,F,-77.5,43.5\n2,B,B,2015-01-01,F,-76.5,43.5\n3,C,C,2015-01-01,F,,\n"
    "4,D,D,2015-01-01,F,43.5,-77.5\n5,E,E,2015-01-01,F,0,0\n6,F,F,2015-01-01,F,-99,43\n7,G,G,2015-01-01,F,here,there\n"
)


def squares(folder: Path, name: str, boxes: dict[str, tuple[float, float]], **more: Any) -> Path:
    """Areas of one degree, by id -> longitude and latitude of the corner; more: properties by id."""
    features = [
        {
            "type": "Feature",
            "properties": {"id": key, "name": f"Area {key}", **more.get(key, {})},
            "geometry": {"type": "Polygon", "coordinates": [[[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]]},
        }
        for key, (x, y) in boxes.items()
    ]
    path = folder / f"{name}.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def tracts(folder: Path, **options: Any) -> Path:
    boxes = {"T1": (-78.0, 43.0), "T2": (-77.0, 43.0)}
    return squares(folder, "tracts", boxes, T1={"town": "West"}, T2={"town": "East"}, **options)


def put(stores: Stores, path: Path, level: str = "tract", vintage: str = "2020", **fields: Any):
    named = {"id_field": "id", "name_field": "name"} | ({"parent_field": "town"} if level == "tract" else {}) | fields
    return import_boundaries(stores, path, level=level, vintage=vintage, **named)


def placed(stores: Stores) -> list[tuple[Any, ...]]:
    return rows(stores, "SELECT record_id, tract, town, district, reason FROM residence ORDER BY 1")


def test_children_are_placed_by_the_areas_in_force(stores: Stores, bring: Bring, tmp_path: Path) -> None:
    put(stores, tracts(tmp_path))
    put(stores, squares(tmp_path, "districts", {"D": (-77.5, 43.0)}), "district")
    bring("roster", POINTS)
    assert placed(stores) == [
        (1, "T1", "West", "D", ""),
        (2, "T2", "East", "D", ""),
        (3, "", "", "", "empty"),
        (4, "", "", "", "probably swapped"),
        (5, "", "", "", "at 0,0"),
        (6, "", "", "", "outside the boundaries"),
        (7, "", "", "", "not a number"),
    ]
    (found,) = rows(stores, "SELECT DISTINCT boundary_sets FROM residence")
    assert found[0] == " ".join(current_sets(stores.registry)[level].id for level in ("tract", "district"))


def test_without_boundaries_nobody_is_placed_and_the_reason_says_so(stores: Stores, bring: Bring) -> None:
    bring("roster", POINTS)
    assert {row[1:] for row in placed(stores)} == {("", "", "", "no boundaries")}


def test_new_boundaries_place_every_roster_anew(stores: Stores, bring: Bring, tmp_path: Path) -> None:
    bring("roster", POINTS)
    bring("roster", POINTS, "south")
    done = put(stores, tracts(tmp_path))
    assert done.rosters == 2
    assert [row[1] for row in placed(stores)][:2] == ["T1", "T2"]
    assert len(placed(stores)) == 14
    other = squares(tmp_path, "other", {"X": (-78.0, 43.0)}, X={"town": "One"})
    assert put(stores, other).rosters == 2
    assert [row[1:3] for row in placed(stores)][:2] == [("X", "One"), ("", "")]
    assert put(stores, tracts(tmp_path)).rosters == 2
    assert [row[1] for row in placed(stores)][:2] == ["T1", "T2"]
    assert stores.lake.sweep() == []


def test_the_same_boundaries_twice_change_nothing(stores: Stores, tmp_path: Path) -> None:
    assert put(stores, tracts(tmp_path)) is not None
    assert put(stores, tracts(tmp_path)) is None


def test_the_same_shapes_with_other_parents_are_another_set(stores: Stores, tmp_path: Path) -> None:
    first = put(stores, tracts(tmp_path), parent_field=None)
    second = put(stores, tracts(tmp_path))
    assert first.row.id != second.row.id
    assert [a.parent for a in areas(stores.registry, second.row.id)] == ["West", "East"]


def test_a_set_is_kept_with_its_shapes(stores: Stores, tmp_path: Path) -> None:
    made = put(stores, tracts(tmp_path))
    (tmp_path / "tracts.geojson").unlink()
    kept = load_set(stores.home, current_sets(stores.registry)["tract"])
    assert kept.area_ids == ["T1", "T2"]
    assert kept.frame.geometry.bounds["minx"].tolist() == [-78, -77]
    assert (made.areas, kept.checksum) == (2, made.row.checksum)


def test_parents_that_are_no_towns_are_noted(stores: Stores, tmp_path: Path) -> None:
    put(stores, squares(tmp_path, "towns", {"West": (-78.0, 43.0)}), "town")
    assert "East" in " ".join(put(stores, tracts(tmp_path)).notes)


def test_unusable_boundaries_store_nothing(stores: Stores, tmp_path: Path) -> None:
    path = tmp_path / "broken.geojson"
    path.write_text('{"type": "FeatureCollection", "features": []}')
    with pytest.raises(BadBoundaries):
        put(stores, path)
    with pytest.raises(BadBoundaries, match="no field nowhere"):
        put(stores, tracts(tmp_path), id_field="nowhere")
    assert current_sets(stores.registry) == {}


def test_one_parent_that_is_no_town_is_told_as_one(stores: Stores, tmp_path: Path) -> None:
    put(stores, squares(tmp_path, "towns", {"East": (-77.0, 43.0)}), "town")
    (note,) = put(stores, tracts(tmp_path)).notes
    assert note.startswith("1 parent of tracts is not among the towns") and note.endswith("West.")


def people(stores: Stores, folder: Path, content: str, vintage: str = "2020"):
    path = folder / "people.csv"
    path.write_text(content)
    return import_population(stores, path, id_field="area", value_field="people", vintage=vintage)


def test_population_is_recorded_and_replaced(stores: Stores, tmp_path: Path) -> None:
    row = put(stores, tracts(tmp_path)).row
    done = people(stores, tmp_path, "area,people\nT1,120\nT2,-999\n")
    assert (done.set_id, len(done.report.matched), done.missing) == (row.id, 2, 1)
    assert residents(stores.registry, row.id) == {"T1": 120.0}
    people(stores, tmp_path, "area,people\nT1,0\nT2,7\n")
    assert residents(stores.registry, row.id) == {"T1": 0.0, "T2": 7.0}


@pytest.mark.parametrize(
    ("content", "vintage", "told"),
    [
        ("area,people\nT1,1\nT9,2\n", "2020", "1 area matched, 1 row without a shape, 1 shape without data"),
        ("area,people\nT1,1\nT2,2\n", "2010", "the table is of 2010; against the tract boundaries of 2020"),
    ],
)
def test_tables_that_do_not_meet_are_reported_and_not_joined(
    stores: Stores, tmp_path: Path, content: str, vintage: str, told: str
) -> None:
    row = put(stores, tracts(tmp_path)).row
    with pytest.raises(BadFile, match=told):
        people(stores, tmp_path, content, vintage)
    assert residents(stores.registry, row.id) == {}


def test_population_needs_boundaries(stores: Stores, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="Import the boundaries first"):
        people(stores, tmp_path, "area,people\nT1,1\n")


@real
def test_the_real_tracts_load_and_the_newer_table_is_reported(stores: Stores) -> None:
    done = import_boundaries(
        stores, REAL / "monroe_tracts_cb2017.geojson", level="tract", vintage="2010", id_field="GEOID"
    )
    assert (done.areas, done.row.vintage, len(done.row.checksum)) == (192, "2010", 64)
    for vintage in ("2010", "2020"):
        with pytest.raises(BadFile, match="168 areas matched, 42 rows without a shape, 24 shapes without data"):
            import_population(
                stores,
                REAL / "monroe_svi_tracts2020.csv",
                id_field="FIPS",
                value_field="E_TOTPOP",
                vintage=vintage,
            )
    assert residents(stores.registry, done.row.id) == {}
    fits = import_population(
        stores,
        REAL / "monroe_total_population_tracts2010.csv",
        id_field="GEOID",
        value_field="total_population",
        vintage="2010",
    )
    assert (len(fits.report.matched), len(fits.report.without_shape), len(fits.report.without_data)) == (192, 1, 0)


@real
def test_real_schools_stand_in_one_tract_each(stores: Stores, bring: Bring) -> None:
    """186 public schools as if they were addresses of a roster."""
    import pandas as pd

    import_boundaries(stores, REAL / "monroe_tracts_cb2017.geojson", level="tract", vintage="2010", id_field="GEOID")
    schools = pd.read_csv(REAL / "monroe_public_schools_ccd2010.csv", dtype=str, keep_default_na=False)
    longitude, latitude = (next(c for c in schools if c.lower().startswith(w)) for w in ("lon", "lat"))
    lines = [
        f"s{n},School,Number{n},2015-01-01,,{x},{y}"
        for n, (x, y) in enumerate(zip(schools[longitude], schools[latitude], strict=True))
    ]
    bring("roster", "\n".join([POINTS.splitlines()[0], *lines]))
    assert rows(stores, "SELECT COUNT(*), COUNT(*) FILTER (tract <> ''), MAX(reason) FROM residence") == [
        (186, 186, "")
    ]
