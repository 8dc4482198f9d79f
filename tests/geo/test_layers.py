"""Layers for the browser: light, whole, the same bytes every time, and no area lost."""

import gzip
import json
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.boundaries import BoundarySet, read_boundaries
from geo.layers import layer, simplified
from geo.plane import Plane
from geo.strokes import first_view, hatch, outline, outline_layer, points
from tests.geo.made import grid, neighborhoods, real, towns, tracts


def zctas() -> BoundarySet:
    return read_boundaries(real("rhode_island_zcta2010.geojson"), level="zcta", vintage="2010", id_field="ZCTA5CE10")


@pytest.mark.parametrize("boundaries", [tracts, towns, neighborhoods, zctas])
@pytest.mark.parametrize("tolerance", [0, 50, 200, 2000])
def test_every_area_is_drawn_clockwise(boundaries, tolerance):
    frame = boundaries().frame
    document = json.loads(layer(frame, tolerance))
    assert document["type"] == "FeatureCollection"
    assert [f["id"] for f in document["features"]] == frame["area_id"].tolist()
    assert [f["properties"] for f in document["features"]] == [{"name": name} for name in frame["name"]]
    for feature in document["features"]:
        geometry = feature["geometry"]
        polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
        assert polygons
        for exterior, *holes in polygons:
            assert exterior[0] == exterior[-1] and not shapely.LinearRing(exterior).is_ccw
            assert all(shapely.LinearRing(hole).is_ccw for hole in holes)
            assert all(a != b for a, b in pairwise(exterior))


def test_shared_borders_stay_shared():
    frame = tracts().frame
    for tolerance in (50, 200):
        light = simplified(frame, tolerance)
        assert shapely.coverage_is_valid(Plane.around(frame.geometry.to_numpy()).to_meters(light.geometry.to_numpy()))
        corners = [
            sum(len(p.exterior.coords) for p in shapely.get_parts(f.geometry.to_numpy())) for f in (frame, light)
        ]
        assert corners[1] < 0.9 * corners[0]


def test_the_same_areas_give_the_same_bytes():
    frame = tracts().frame
    assert layer(frame, 50) == layer(frame.sample(frac=1, random_state=3), 50)


def test_layers_are_light():
    assert len(layer(tracts().frame, 0)) < 130_000
    assert len(gzip.compress(layer(tracts().frame, 50))) < 20_000


def test_coordinates_have_five_decimals():
    document = json.loads(layer(tracts().frame, 50))
    flat = np.array([xy for f in document["features"] if f["geometry"]["type"] == "Polygon"
                     for ring in f["geometry"]["coordinates"] for xy in ring])  # fmt: skip
    assert (flat == np.round(flat, 5)).all()


def test_a_tiny_area_does_not_vanish():
    tiny = grid(2, 1).set_geometry([shapely.box(0, 0, 1e-6, 1e-6), shapely.box(1, 1, 2, 2)], crs=4326)
    for tolerance in (0, 500):
        first = json.loads(layer(tiny, tolerance))["features"][0]["geometry"]
        assert shapely.from_geojson(json.dumps(first)).area > 0


def test_broken_real_counties_are_all_drawn():
    """The file cannot be a boundary set (22 polygons are broken), but a broken shape must not stop a map."""
    import geopandas as gpd

    counties = gpd.read_file(real("us_counties_atlas10m.topojson"), layer="counties").set_crs(4326, allow_override=True)
    counties = counties.rename(columns={"id": "area_id"})
    counties = counties[~counties.geometry.is_empty]
    light = simplified(counties, 3000)
    assert not light.geometry.is_empty.any() and light.geometry.is_valid.all()


def strokes(line):
    """The strokes of a line with None between them."""
    lons, lats = line
    parts, part = [], []
    for lon, lat in zip([*lons, None], [*lats, None], strict=True):
        assert (lon is None) == (lat is None)
        if lon is None:
            parts.append(shapely.LineString(part))
            part = []
        else:
            part.append((lon, lat))
    return parts


@settings(deadline=None, max_examples=15)
@given(st.sampled_from([100.0, 300.0, 1000.0, 50_000.0]), st.integers(0, 5))
def test_every_hidden_area_has_a_stroke_and_none_runs_outside(spacing, seed):
    layer_ = grid(4, 3).sample(5, random_state=seed)
    drawn = strokes(hatch(layer_, spacing))
    whole = shapely.buffer(shapely.union_all(layer_.geometry.to_numpy()), 2e-5)
    assert all(shapely.covers(whole, stroke) for stroke in drawn)
    for shape in layer_.geometry:
        assert any(shapely.intersection(stroke, shape).length > 1e-4 for stroke in drawn)


def test_hatching_real_tracts_is_light():
    some = tracts().frame.sample(32, random_state=1)
    drawn = strokes(hatch(some, 400))
    assert len(drawn) < 600
    for shape in some.geometry:
        assert any(stroke.intersects(shape) for stroke in drawn)
    assert hatch(some.iloc[:0]) == ([], [])


def test_every_border_is_drawn_once():
    layer_ = grid(3, 2)
    drawn = strokes(outline(layer_))
    assert sum(s.length for s in drawn) == pytest.approx(0.01 * (3 * 3 + 4 * 2), abs=1e-4)
    document = json.loads(outline_layer(towns().frame, 100))
    assert document["features"][0]["geometry"]["type"] == "MultiLineString"


def test_points_lie_in_their_areas():
    found = points(tracts().frame)
    assert found["area_id"].tolist() == tracts().area_ids
    assert shapely.intersects_xy(tracts().frame.geometry.to_numpy(), found["lon"], found["lat"]).all()


@settings(deadline=None)
@given(st.integers(200, 2000), st.integers(200, 1200), st.floats(0.001, 5), st.floats(-60, 60))
def test_the_first_view_holds_all_areas(width, height, step, south):
    layer_ = grid(3, 2, step, -77.0, south)
    lon, lat, zoom = first_view(layer_, width, height)
    west, low, east, high = layer_.total_bounds
    assert west < lon < east and low < lat < high
    pixels = 512 * 2**zoom
    assert (east - west) / 360 * pixels <= width + 1
    tall = np.arctanh(np.sin(np.radians(high))) - np.arctanh(np.sin(np.radians(low)))
    assert tall / (2 * np.pi) * pixels <= height + 1
