"""Which areas lie in which, and which overlap."""

import pandas as pd
import pytest
import shapely

from geo.nesting import overlaps, parents_by_overlap, parents_by_point
from geo.regions import dissolve
from tests.geo.made import grid, neighborhoods, towns, tracts


def test_small_squares_lie_in_their_large_square():
    small, large = grid(4, 4, 0.01), grid(2, 2, 0.02)
    expected = [f"{(i // 8) * 2 + (i % 4) // 2:03}" for i in range(16)]
    by_overlap = parents_by_overlap(small, large)
    assert by_overlap["parent_id"].tolist() == expected and by_overlap["share"].tolist() == pytest.approx([1.0] * 16)
    assert parents_by_point(small, large)["parent_id"].tolist() == expected
    assert len(overlaps(small, large)) == 16  # what only touches does not overlap


def test_most_of_an_area_decides_and_the_lowest_id_when_equal():
    large = grid(2, 1, 0.02)
    moved = grid(2, 1, 0.02, west=-77.893).iloc[:1]  # 13 of 20 in the first
    assert parents_by_overlap(moved, large).loc[0, "parent_id"] == "000"
    half = grid(1, 1, 0.02, west=-77.89)
    assert parents_by_overlap(half, large.iloc[::-1]).loc[0, "parent_id"] == "000"
    away = grid(1, 1, west=-70)
    assert parents_by_overlap(away, large).loc[0, "share"] == 0
    assert pd.isna(parents_by_overlap(away, large).loc[0, "parent_id"])
    assert pd.isna(parents_by_point(away, large).loc[0, "parent_id"])


def test_a_sliver_is_no_overlap():
    one, other = grid(1, 1), grid(1, 1, west=-77.89 - 1e-6)
    assert overlaps(one, other).empty
    assert len(overlaps(one, other, least=0.00001)) == 1


def test_every_real_tract_lies_in_one_town():
    found = parents_by_overlap(tracts().frame, towns().frame)
    assert found["area_id"].tolist() == tracts().area_ids and found["parent_id"].notna().all()
    assert found["share"].min() > 0.5 and found["parent_id"].nunique() == 21
    assert parents_by_point(tracts().frame, towns().frame)["parent_id"].tolist() == found["parent_id"].tolist()


def test_real_tracts_cut_across_neighborhoods():
    pairs = overlaps(tracts().frame, neighborhoods().frame)
    assert pairs["area_id"].value_counts().max() > 1
    assert not pairs.duplicated(["area_id", "other_id"]).any()


def test_regions_keep_names_and_parents():
    layer = grid(4, 1).assign(name=["N", "E", "S", "W"], parent_id=["p", "p", "q", None])
    layer["land"] = [True, False, False, False]
    regions = dissolve(layer, pd.DataFrame({"area_id": layer["area_id"], "region_id": ["000", "000", "002", "002"]}))
    assert regions["area_id"].tolist() == ["000", "002"] and regions["name"].tolist() == ["N + E", "S + W"]
    assert regions["parent_id"][0] == "p" and pd.isna(regions["parent_id"][1])
    assert regions["land"].tolist() == [True, False]
    assert regions.geometry[0].normalize() == shapely.union_all(layer.geometry[:2].to_numpy()).normalize()
    with pytest.raises(ValueError, match="no region for area 003"):
        dissolve(layer, pd.DataFrame({"area_id": ["000", "001", "002"], "region_id": ["a"] * 3}))
    whole = dissolve(layer, pd.DataFrame({"area_id": layer["area_id"], "region_id": "000"}))
    assert whole["name"].tolist() == ["N and 3 more"]
