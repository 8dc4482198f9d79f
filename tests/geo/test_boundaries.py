"""Boundary files are read strictly: text ids, longitude/latitude, whole polygons; what cannot be used is named."""

import json
import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.boundaries import BoundarySet, read_boundaries
from geo.errors import BadBoundaries
from tests.geo.made import neighborhoods, real, square, towns, tracts, write_geojson

A, B = square(-77, 43), square(-76, 43)
BOW = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
OPEN = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}
FLAT = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [0, 0]]]}
FEET = square(1_400_000, 1_150_000, 100)


def read(path: Path, id_field: str = "id", **more: str) -> BoundarySet:
    return read_boundaries(path, level="area", vintage="2020", id_field=id_field, **more)


@pytest.mark.parametrize(
    ("features", "top", "words"),
    [
        ([({"id": "a"}, A), ({"id": "a"}, B)], {}, ["field id", "a more than once"]),
        ([({"id": 1}, A), ({"id": 1.0}, B)], {}, ["field id", "1 more than once"]),
        ([({"id": "a"}, A), ({"id": None}, B)], {}, ["field id", "empty", "number 2"]),
        ([({"id": "a"}, A), ({"id": "  "}, B)], {}, ["field id", "empty", "number 2"]),
        ([({"ID": "a"}, A)], {}, ["no field id", "ID"]),
        ([({"id": "good"}, A), ({"id": "bow"}, BOW)], {}, ["area bow", "broken"]),
        ([({"id": "flat"}, FLAT)], {}, ["area flat", "broken"]),
        ([({"id": "open"}, OPEN)], {}, ["area open", "open ring"]),
        ([({"id": "none"}, None), ({"id": "b"}, B)], {}, ["area none", "no shape"]),
        ([({"id": "void"}, {"type": "Polygon", "coordinates": []})], {}, ["area void", "empty"]),
        ([({"id": "p"}, shapely.Point(1, 2)), ({"id": "b"}, B)], {}, ["area p", "Point"]),
        ([({"id": "l"}, shapely.LineString([(1, 2), (3, 4)]))], {}, ["area l", "LineString"]),
        ([({"id": "c"}, shapely.GeometryCollection([A]))], {}, ["area c", "GeometryCollection"]),
        ([({"id": "f"}, FEET)], {}, ["area f", "feet or meters"]),
        ([({"id": "a"}, A)], {"crs": None}, ["coordinate system"]),
        ([({"id": "a"}, A)], {"crs": {"type": "name", "properties": {"name": "moon"}}}, ["coordinate system"]),
        ([], {}, ["no areas"]),
    ],
)
def test_refuses_with_one_sentence(tmp_path, features, top, words):
    path = write_geojson(tmp_path / "layer.geojson", features, **top)
    with pytest.raises(BadBoundaries) as refusal:
        read(path)
    told = str(refusal.value)
    assert told.startswith("layer.geojson: ") and told.endswith(".") and "\n" not in told
    assert all(word in told for word in words), told


@pytest.mark.parametrize(
    "content", [b"", b"hello", b'{"type":"FeatureCollection","features":[{"type"', b"PK\x03\x04xx"]
)
@pytest.mark.parametrize("name", ["a.geojson", "a.shp", "a.zip", "a.gpkg", "a"])
def test_a_file_that_is_no_layer_is_refused(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadBoundaries, match=f"^{name}: "):
        read(tmp_path / name)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(BadBoundaries, match=r"^none\.geojson: there is no such file"):
        read(tmp_path / "none.geojson")


def test_ids_stay_text(tmp_path):
    ids = {"00123": "00123", 36055000200: "36055000200", 7.0: "7", 2.5: "2.5", "2013-01-02": "2013-01-02", "NA": "NA"}
    ids |= {12345678901234567890123: "12345678901234567890123", "None": "None", "1.0": "1.0"}
    path = write_geojson(tmp_path / "a.geojson", [({"id": given}, square(i, 0)) for i, given in enumerate(ids)])
    assert read(path).area_ids == sorted(ids.values())


def test_feature_ids_outside_the_properties(tmp_path):
    shape = json.loads(shapely.to_geojson(A))
    features = [{"type": "Feature", "id": 5, "properties": {"n": i}, "geometry": shape} for i in range(2)]
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    with pytest.raises(BadBoundaries, match="5 more than once"):
        read(tmp_path / "a.geojson")
    assert read(tmp_path / "a.geojson", "n").area_ids == ["0", "1"]


def test_order_of_features_and_corners_changes_nothing(tmp_path):
    turned = shapely.Polygon([*A.exterior.coords[2:], *A.exterior.coords[1:3]])
    one = read(write_geojson(tmp_path / "one.geojson", [({"id": "a", "x": 1}, A), ({"id": "b"}, B)]))
    other = read(write_geojson(tmp_path / "other.geojson", [({"id": "b"}, B.reverse()), ({"id": "a"}, turned)]))
    assert one.checksum == other.checksum and one.id == other.id
    assert one.frame.geometry.to_wkb().tolist() == other.frame.geometry.to_wkb().tolist()
    moved = read(write_geojson(tmp_path / "moved.geojson", [({"id": "a"}, B), ({"id": "b"}, A)]))
    assert moved.checksum != one.checksum


def test_columns(tmp_path):
    features = [({"id": 1, "n": "North", "up": 7, "ALAND": 5}, A), ({"id": 2, "n": None, "up": None, "ALAND": 0}, B)]
    path = write_geojson(tmp_path / "a.geojson", features)
    frame = read(path, name_field="n", parent_field="up").frame
    assert frame["name"].tolist() == ["North", "2"]
    assert frame["parent_id"][0] == "7" and frame["parent_id"].isna()[1]
    assert frame["land"].tolist() == [True, False]
    assert frame.crs == "EPSG:4326"
    with pytest.raises(BadBoundaries, match="field up is empty for area 2"):
        read(path, within="up")
    with pytest.raises(BadBoundaries, match="no field county"):
        read(path, within="county")


@pytest.fixture
def layer() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"id": ["01", "02"]}, geometry=[square(-77.6, 43.1, 0.1), square(-77.5, 43.1, 0.1)], crs=4326
    )


@pytest.mark.filterwarnings("ignore")
def test_a_shapefile_needs_its_coordinate_system(tmp_path, layer):
    layer.to_crs(2262).to_file(tmp_path / "feet.shp")
    found = read(tmp_path / "feet.shp").frame
    assert shapely.equals_exact(found.geometry.to_numpy(), layer.geometry.normalize().to_numpy(), 1e-6).all()
    (tmp_path / "feet.prj").unlink()
    with pytest.raises(BadBoundaries, match=r"^feet\.shp: .*coordinate system"):
        read(tmp_path / "feet.shp")


@pytest.mark.filterwarnings("ignore")
def test_a_zip_may_hold_the_layer_in_a_folder(tmp_path, layer):
    layer.to_file(tmp_path / "x.shp")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for part in ("shp", "shx", "dbf", "prj", "cpg"):
            archive.write(tmp_path / f"x.{part}", f"two words/x.{part}")
        archive.writestr("two words/metadata.json", "{}")
    assert read(tmp_path / "x.zip").area_ids == ["01", "02"]
    shutil.copy(tmp_path / "x.zip", tmp_path / "y.zip")
    with zipfile.ZipFile(tmp_path / "y.zip", "a") as archive:
        archive.write(tmp_path / "x.shp", "other.shp")
    with pytest.raises(BadBoundaries, match="several boundary files"):
        read(tmp_path / "y.zip")


@pytest.mark.filterwarnings("ignore")
def test_the_layer_with_the_field_is_taken(tmp_path, layer):
    layer.to_file(tmp_path / "a.gpkg", layer="one")
    layer.rename(columns={"id": "code"}).to_file(tmp_path / "a.gpkg", layer="two")
    assert read(tmp_path / "a.gpkg", "code").area_ids == ["01", "02"]
    layer.to_file(tmp_path / "a.gpkg", layer="three")
    with pytest.raises(BadBoundaries, match=r"several layers have the field id \(one, three\)"):
        read(tmp_path / "a.gpkg")
    assert read(tmp_path / "a.gpkg", layer="three").area_ids == ["01", "02"]


def test_shapes_past_longitude_180_are_cut_there(tmp_path):
    path = write_geojson(tmp_path / "a.geojson", [({"id": "a"}, shapely.box(170, -18, 185, -17))])
    shape = read(path).frame.geometry[0]
    assert shape.bounds == (-180, -18, 180, -17) and shape.area == pytest.approx(15)
    assert shape.intersects(shapely.Point(-176, -17.5)) and not shape.intersects(shapely.Point(0, -17.5))


@pytest.mark.filterwarnings("ignore")
def test_a_flat_map_across_longitude_180(tmp_path):
    flat = gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.box(1.6e6, 3.8e6, 2.6e6, 4.0e6)], crs=3460)  # Fiji
    flat.to_file(tmp_path / "fiji.shp")
    shape = read(tmp_path / "fiji.shp").frame.geometry[0]
    assert shape.is_valid and shape.area < 40 and not shape.intersects(shapely.Point(0, -17.5))


def test_real_tracts():
    found = tracts()
    assert (found.level, found.vintage, len(found.frame), found.notes) == ("tract", "2010", 192, ())
    assert len(found.checksum) == 64 and found.id == f"tract-2010-{found.checksum[:8]}"
    assert found.frame["area_id"].is_unique and found.area_ids[0] == "36055000200"


def test_real_towns_with_one_that_is_only_water():
    frame = towns().frame
    assert len(frame) == 22 and frame.loc[~frame["land"], "area_id"].tolist() == ["3605500000"]


def test_the_messy_real_layer_loads_with_notes():
    notes = neighborhoods().notes
    assert len(notes) == 2 and "4 areas do not fit" in notes[0] and "gaps" in notes[1]


def test_the_layer_in_feet_is_the_layer_in_degrees():
    feet = neighborhoods("rochester_neighborhoods_nywest_ftus_shapefile.zip").frame.set_index("area_id")
    degrees = neighborhoods().frame.set_index("area_id")
    assert sorted(feet.index) == sorted(degrees.index) and "1" in feet.index
    one, other = feet.geometry.to_numpy(), degrees.geometry[feet.index].to_numpy()
    different = shapely.area(shapely.symmetric_difference(one, other)) / shapely.area(other)
    assert different.max() < 0.001
    assert feet["name"].to_dict() == degrees["name"].to_dict()


def test_topojson_layers():
    path = real("us_counties_atlas10m.topojson")
    states = read(path, layer="states")
    assert len(states.frame) > 50 and "01" in states.area_ids
    with pytest.raises(BadBoundaries, match="several layers"):
        read(path)
    with pytest.raises(BadBoundaries, match="area 51610 has an empty shape"):
        read(path, layer="counties")
