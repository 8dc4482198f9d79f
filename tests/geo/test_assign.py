"""Each point gets exactly one answer: an area, or the reason why it has none."""

from collections import Counter

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.assign import REASONS, assign
from tests.geo.made import grid, neighborhoods, real, towns, tracts

LAYER = grid(5, 4)
TEXT = st.one_of(
    st.floats(-78, -77).map(repr),
    st.floats(42.9, 43.1).map(repr),
    st.sampled_from(
        ["", " ", "NA", "None", "0", "-0.0", "1e400", "12,5", "nan", "-77.9", "43.02", "180", "-181", "90.1"]
    ),
    st.text(max_size=5),
)


def one(lon: str, lat: str, layer: gpd.GeoDataFrame = LAYER) -> tuple[str | None, str]:
    row = assign(["x"], [lon], [lat], layer).iloc[0]
    return row["area_id"], row["reason"]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.text(max_size=3), TEXT, TEXT), max_size=8))
def test_one_row_out_for_each_row_in(rows):
    ids, lon, lat = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    found = assign(ids, lon, lat, LAYER)
    assert found["id"].tolist() == ids
    has = found["area_id"].notna()
    assert (has == (found["reason"] == "")).all()
    assert set(found.loc[~has, "reason"]) <= set(REASONS)
    for i, row in enumerate(found.itertuples()):
        alone = one(lon[i], lat[i])
        assert (alone[0] or None, alone[1]) == ((None if pd.isna(row.area_id) else row.area_id), row.reason)


def test_points_lie_where_a_plain_search_finds_them():
    chance = np.random.default_rng(7)
    west, south, east, north = LAYER.total_bounds
    # a fine raster hits borders and corners as well
    lon = chance.choice(np.append(np.linspace(west - 0.01, east + 0.01, 25), [-77.9 + c * 0.01 for c in range(6)]), 400)
    lat = chance.choice(
        np.append(np.linspace(south - 0.01, north + 0.01, 25), [43.0 + r * 0.01 for r in range(5)]), 400
    )
    found = assign(range(400), [repr(x) for x in lon.tolist()], [repr(y) for y in lat.tolist()], LAYER)
    points = shapely.points(lon, lat)
    for point, area in zip(points, found["area_id"], strict=True):
        touching = [a for a, g in zip(LAYER["area_id"], LAYER.geometry, strict=True) if g.intersects(point)]
        assert (touching or [None])[0] == (None if pd.isna(area) else area)


def test_order_of_areas_changes_nothing():
    chance = np.random.default_rng(3)
    lon = [repr(x) for x in chance.uniform(-77.91, -77.84, 300).round(2).tolist()]
    lat = [repr(y) for y in chance.uniform(42.99, 43.05, 300).round(2).tolist()]
    plain = assign(range(300), lon, lat, LAYER)
    turned = assign(range(300), lon, lat, LAYER.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(plain, turned)


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [
        ("", "43.01", "empty"),
        ("-77.88", " ", "empty"),
        ("", "NA", "empty"),
        ("NA", "43.01", "not a number"),
        ("-77,88", "43.01", "not a number"),
        ("nan", "43.01", "not a number"),
        ("inf", "43.01", "not a number"),
        ("0", "0", "at 0,0"),
        ("-0.0", "0e5", "at 0,0"),
        ("43.01", "-77.88", "probably swapped"),
        ("1e400", "43.01", "out of range"),
        ("-180.0001", "43.01", "out of range"),
        ("-77.88", "90.5", "out of range"),
        ("282.12", "43.01", "out of range"),
        ("1400000", "1150000", "out of range, probably feet or meters"),
        ("77.88", "43.01", "outside the boundaries, probably lost sign"),
        ("-77.88", "-43.01", "outside the boundaries, probably lost sign"),
        ("-77.88", "43.5", "outside the boundaries"),
        ("0", "43.01", "outside the boundaries"),
    ],
)
def test_reasons(lon, lat, reason):
    assert one(lon, lat) == (None, reason)


def test_swapped_is_told_even_where_the_swap_is_out_of_range():
    sydney = grid(2, 2, west=151.0, south=-34.0)
    assert one("-33.99", "151.005", sydney) == (None, "probably swapped")


def test_a_layer_around_0_0_may_have_a_point_there():
    assert one("0", "0", grid(2, 2, 1.0, -1.0, -1.0)) == ("000", "")


def test_180_and_minus_180_are_one_meridian():
    layer = gpd.GeoDataFrame(
        {"area_id": ["e", "w"]}, geometry=[shapely.box(179, 0, 180, 1), shapely.box(-180, 2, -179, 3)]
    )
    assert [one(*p, layer)[0] for p in (("180", "0.5"), ("-180", "0.5"), ("-180", "2.5"), ("180", "2.5"))] == [*"eeww"]


def test_different_lengths_are_an_error():
    with pytest.raises(ValueError, match="differ in length"):
        assign(["a"], ["1"], ["2", "3"], LAYER)


def texts(points: np.ndarray) -> tuple[list[str], list[str]]:
    return [repr(x) for x in points[:, 0].tolist()], [repr(y) for y in points[:, 1].tolist()]


@pytest.mark.parametrize("layer", [tracts, towns, neighborhoods])
def test_every_corner_and_middle_of_an_edge_has_exactly_one_area(layer):
    frame = layer().frame
    corners = np.unique(shapely.get_coordinates(frame.geometry.to_numpy()), axis=0)
    rings = [
        shapely.get_coordinates(r) for g in shapely.get_parts(frame.geometry.to_numpy()) for r in shapely.get_rings(g)
    ]
    middles = np.unique(np.concatenate([(r[1:] + r[:-1]) / 2 for r in rings]), axis=0)
    for points in (corners, middles):
        found = assign(range(len(points)), *texts(points), layer())
        assert len(found) == len(points) and found["area_id"].notna().all()
    touching = frame.sindex.query(shapely.points(corners), predicate="intersects")
    first = pd.Series(frame["area_id"].to_numpy()[touching[1]]).groupby(touching[0]).min()
    assert assign(range(len(corners)), *texts(corners), layer())["area_id"].tolist() == first.tolist()


def test_shared_corners_of_real_tracts():
    shapes = tracts().frame.geometry
    counted = Counter(p for g in shapes for p in set(map(tuple, shapely.get_coordinates(g).tolist())))
    shared = np.array([p for p, n in counted.items() if n > 1])
    assert len(shared) == 2046
    assert assign(range(len(shared)), *texts(shared), tracts())["area_id"].notna().all()


def test_a_point_a_step_outside_has_no_area():
    whole = shapely.union_all(tracts().frame.geometry.to_numpy())
    step = shapely.buffer(whole.simplify(0.001), 0.002)
    points = shapely.get_coordinates(shapely.segmentize(step.exterior, 0.01))
    points = points[shapely.distance(shapely.points(points), whole) > 1e-8]
    assert len(points) > 100 and assign(range(len(points)), *texts(points), tracts())["area_id"].isna().all()
    near = np.array([[-77.9 - 1e-7, 43.005], [-77.9 - 1e-10, 43.005]])
    assert assign("ab", *texts(near), LAYER)["area_id"].isna().tolist() == [True, False]


def test_real_schools_lie_in_one_tract_and_one_town_each():
    schools = pd.read_csv(real("monroe_public_schools_ccd2010.csv"), dtype=str, keep_default_na=False)
    assert len(schools) == 186
    for layer in (tracts, towns):
        found = assign(schools["nces_school_id"], schools["lon"], schools["lat"], layer())
        assert len(found) == 186 and found["area_id"].notna().all()
        points = shapely.points(schools["lon"].astype(float), schools["lat"].astype(float))
        assert len(layer().frame.sindex.query(points, predicate="intersects")[0]) == 186


def test_schools_fall_alike_in_the_layer_in_feet_and_in_degrees():
    schools = pd.read_csv(real("monroe_public_schools_ccd2010.csv"), dtype=str, keep_default_na=False)
    feet = neighborhoods("rochester_neighborhoods_nywest_ftus_shapefile.zip")
    found = [
        assign(schools["nces_school_id"], schools["lon"], schools["lat"], layer) for layer in (feet, neighborhoods())
    ]
    assert found[0]["area_id"].tolist() == found[1]["area_id"].tolist() and found[0]["area_id"].notna().sum() > 60
