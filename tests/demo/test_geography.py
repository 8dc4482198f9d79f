"""The map is one a loader can trust: areas cover the ground once, nest, and districts cut across them."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

LEVELS = {"tracts": "geoid", "towns": "town_id", "districts": "district_id", "county": "county_id"}


@pytest.fixture(scope="module")
def layers(folder: Path) -> dict[str, gpd.GeoDataFrame]:
    return {name: gpd.read_file(folder / "boundaries" / f"{name}.geojson") for name in LEVELS}


@pytest.mark.parametrize("name", LEVELS)
def test_each_layer_covers_the_county_once(layers, name):
    shapes = layers[name].geometry.to_numpy()
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    assert set(shapely.get_type_id(shapes)) == {3}  # one piece each
    gap = shapely.symmetric_difference(shapely.union_all(shapes), layers["county"].geometry.iloc[0])
    assert gap.area < 1e-12


@pytest.mark.parametrize("name", LEVELS)
def test_ids_are_unique_text_and_rings_run_as_the_standard_wants(folder, layers, name):
    assert layers[name][LEVELS[name]].is_unique
    raw = json.loads((folder / "boundaries" / f"{name}.geojson").read_text())
    assert all(isinstance(f["properties"][LEVELS[name]], str) for f in raw["features"])
    for feature in raw["features"]:
        outer, *holes = feature["geometry"]["coordinates"]
        assert shapely.is_ccw(shapely.linearrings(outer))
        assert not any(shapely.is_ccw(shapely.linearrings(hole)) for hole in holes)


def test_tracts_nest_in_towns_and_districts_cut_across(layers):
    tracts, towns, districts = layers["tracts"], layers["towns"], layers["districts"]
    assert tracts["geoid"].str.fullmatch(r"99001\d{6}").all()
    assert 170 <= len(tracts) <= 190 and len(towns) == 24 and len(districts) == 3
    assert towns["kind"].value_counts().to_dict() == {"town": 14, "city neighborhood": 10}
    inside = towns.set_index("town_id").geometry.loc[tracts["town"]].to_numpy()
    assert (shapely.difference(tracts.geometry.to_numpy(), inside) == shapely.Polygon()).all()
    parts = gpd.overlay(tracts, districts, keep_geom_type=True)
    split = parts.groupby("geoid").size()
    assert (split > 1).sum() >= 8
    assert gpd.overlay(towns, districts, keep_geom_type=True).groupby("town_id").size().gt(1).sum() >= 4


def test_tracts_are_small_in_the_city_and_large_outside(layers):
    tracts = layers["tracts"].merge(layers["towns"][["town_id", "kind"]], left_on="town", right_on="town_id")
    area = pd.Series(shapely.area(tracts.geometry.to_numpy())).groupby(tracts["kind"]).median()
    assert area["town"] > 5 * area["city neighborhood"]


def test_nobody_lives_on_the_water_or_the_airfield(folder, layers, files):
    population = pd.read_csv(folder / "boundaries" / "population.csv", dtype={"area_id": str})
    assert list(population.columns) == ["area_id", "children_under_18", "margin"]
    assert set(population["area_id"]) == set(layers["tracts"]["geoid"])
    assert 1 <= (population["children_under_18"] == -999).sum() <= 5
    empty = population.loc[population["children_under_18"] == 0, "area_id"]
    assert {"99001990000", "99001980000"} <= set(empty)
    assert not files.roster["geoid"].isin(["99001990000", "99001980000"]).any()
    water = layers["tracts"].set_index("geoid").loc["99001990000"]
    assert water["ALAND"] == "0"


def test_every_good_coordinate_lies_in_the_county(files):
    placed = files.roster["geoid"].notna()
    given = files.roster["longitude"].replace("", np.nan).notna()
    zero = files.roster["longitude"] == "0"
    swapped = pd.to_numeric(files.roster["longitude"], errors="coerce").between(40, 45)
    assert (placed == (given & ~zero & ~swapped)).all()
    worst = files.roster[files.roster["contributor"] == "beacon-after-school"].index
    assert 0 < (zero | swapped)[worst].mean() < 0.05
