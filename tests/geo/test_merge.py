"""Regions are connected, large enough, inside their unit, as many as possible, and the same whatever the order."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.merge import merge_areas, pieces
from geo.neighbors import Neighbors, neighbors, neighbors_from_pairs
from geo.packing import _Graph, pack
from geo.regions import dissolve
from geo.rounding_off import _Regions
from tests.geo.made import grid, plain_greedy, simulated_counts, tracts


def board(columns: int, rows: int, without: frozenset[int] = frozenset()) -> Neighbors:
    """A checkerboard; some of its borders may be taken away by their number."""
    ids = [f"{i:02}" for i in range(columns * rows)]
    right = [(i, i + 1) for i in range(len(ids)) if (i + 1) % columns]
    down = [(i, i + columns) for i in range(len(ids) - columns)]
    kept = [pair for at, pair in enumerate(right + down) if at not in without]
    return neighbors_from_pairs(ids, [(ids[i], ids[j]) for i, j in kept])


def connected(near: Neighbors, group: set[int]) -> bool:
    return len(pieces(sorted(group), [{j: m for j, m in b.items() if j in group} for b in near.borders])) == 1


def most_regions(near: Neighbors, weight: list[int], minimum: int, nodes: frozenset[int]) -> int:
    """By trying everything: the most connected regions of at least the minimum that cover the nodes; -1 for none."""

    @cache
    def most(left: frozenset[int]) -> int:
        if not left:
            return 0
        first, others, best = min(left), sorted(left - {min(left)}), -1
        for mask in range(1 << len(others)):
            group = frozenset([first, *(o for at, o in enumerate(others) if mask >> at & 1)])
            if sum(weight[i] for i in group) >= minimum and connected(near, set(group)):
                rest = most(left - group)
                best = max(best, rest + 1 if rest >= 0 else -1)
        return best

    return most(nodes)


def check(near: Neighbors, counts: Mapping[str, int], minimum: int, within: Mapping[str, str] | None) -> pd.DataFrame:
    """Everything that a crosswalk must be, however many regions it has."""
    found = merge_areas(near, counts, minimum, within)
    assert found["area_id"].tolist() == sorted(counts)
    at = {area: i for i, area in enumerate(near.ids)}
    for region, members in found.groupby("region_id"):
        group = {at[a] for a in members["area_id"]}
        total = sum(counts[a] for a in members["area_id"])
        assert region == min(members["area_id"]) and (members["region_count"] == total).all()
        assert connected(near, group)
        assert within is None or len({within[a] for a in members["area_id"]}) == 1
        if total < minimum:  # then nothing is left to join
            beside = {near.ids[j] for i in group for j in near.borders[i]} - set(members["area_id"])
            assert within is not None or not beside
            assert not [a for a in beside if within and within[a] == within[region]]
    return found


small_boards = st.tuples(
    st.sampled_from([(2, 2), (3, 2), (3, 3), (4, 2), (5, 2), (9, 1)]),
    st.frozensets(st.integers(0, 16), max_size=4),
    st.lists(st.integers(0, 9), min_size=10, max_size=10),
    st.integers(1, 25),
    st.sampled_from([None, "ab", "aab"]),
)


@settings(deadline=None, max_examples=60)
@given(small_boards)
def test_small_boards_have_as_many_regions_as_possible(case):
    (columns, rows), without, weights, minimum, units = case
    near = board(columns, rows, without)
    weight = weights[: len(near.ids)]
    counts = dict(zip(near.ids, weight, strict=True))
    within = {area: units[i % len(units)] for i, area in enumerate(near.ids)} if units else None
    found = check(near, counts, minimum, within)
    allowed = [
        {j: m for j, m in b.items() if not within or within[near.ids[j]] == within[near.ids[i]]}
        for i, b in enumerate(near.borders)
    ]
    asked = 0
    for piece in pieces(range(len(weight)), allowed):
        fits = sum(weight[i] for i in piece) >= minimum
        asked += most_regions(near, weight, minimum, frozenset(piece)) if fits else 1
    assert found["region_id"].nunique() == asked


@settings(deadline=None, max_examples=15)
@given(
    st.tuples(st.integers(1, 7), st.integers(1, 7)),
    st.lists(st.integers(0, 12), min_size=64, max_size=64),
    st.integers(1, 60),
    st.integers(1, 4),
)
def test_larger_boards(size, weights, minimum, units):
    near = board(*size)
    counts = dict(zip(near.ids, weights, strict=False))
    check(near, counts, minimum, None)
    check(near, counts, minimum, {area: str(int(area) % units) for area in near.ids})


@settings(deadline=None, max_examples=20)
@given(st.permutations(range(20)), st.lists(st.integers(0, 12), min_size=20, max_size=20), st.integers(1, 40))
def test_order_of_areas_changes_nothing(order, weights, minimum):
    layer = grid(5, 4)
    counts = dict(zip(layer["area_id"], weights, strict=True))
    turned = dict(sorted(counts.items(), key=lambda pair: order[int(pair[0])]))
    plain = merge_areas(layer, counts, minimum)
    pd.testing.assert_frame_equal(plain, merge_areas(layer.iloc[list(order)], turned, minimum))


@settings(deadline=None, max_examples=12)
@given(st.lists(st.integers(0, 9), min_size=16, max_size=16), st.integers(1, 30))
def test_searching_neighborhoods_keeps_groups_sound(weights, minimum):
    """The way for large layers, forced on a small one: never unsound, and never worse than one region a piece."""
    near = board(4, 4)
    graph = _Graph([sum(1 << j for j in b) for b in near.borders], weights, minimum)
    groups = graph.improved([graph.all], sum(weights) // minimum)
    assert sum(groups) == graph.all and len(groups) >= 1
    for group in groups:
        nodes = {i for i in range(16) if group >> i & 1}
        assert connected(near, nodes) and (len(groups) == 1 or sum(weights[i] for i in nodes) >= minimum)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(0, 7), min_size=2, max_size=8),
    st.lists(st.integers(0, 6), min_size=9, max_size=9),
    st.integers(2, 10),
)
def test_small_trees_have_as_many_groups_as_possible(parents, weights, minimum):
    """Stars and chains, where a group must branch; every weight is too small alone or not."""
    ids = [str(i) for i in range(len(parents) + 1)]
    near = neighbors_from_pairs(ids, [(str(i + 1), str(min(p, i))) for i, p in enumerate(parents)])
    weight, nodes = weights[: len(ids)], frozenset(range(len(ids)))
    asked = most_regions(near, weight, minimum, nodes) if sum(weight[i] for i in nodes) >= minimum else 0
    assert len(pack(near.borders, weight, sorted(nodes), minimum)) == asked
    if asked:
        around = [sum(1 << j for j in b) for b in near.borders]
        assert len(_Graph(around, weight, minimum).cut_tree((1 << len(ids)) - 1)) == asked


def test_a_large_board_is_searched_in_neighborhoods():
    """Cutting trees alone finds 35 groups in each of these; the sums would allow 46, the search finds 39."""
    for seed in (0, 1):
        near, weight = board(10, 10), np.random.default_rng(seed).integers(0, 10, 100).tolist()
        groups = pack(near.borders, weight, range(100), 10)
        assert all(connected(near, set(g)) and sum(weight[i] for i in g) >= 10 for g in groups)
        assert len({i for g in groups for i in g}) == sum(map(len, groups)) == 100
        assert len(groups) >= 38


def test_a_part_of_the_graph_is_searched_to_the_end():
    for seed in range(3):
        weight = np.random.default_rng(seed).integers(0, 9, 12).tolist()
        near = board(4, 3)
        found = pack(near.borders, weight, range(12), 10)
        assert len(found) == most_regions(near, weight, 10, frozenset(range(12)))


def test_corners_are_no_borders():
    layer = grid(2, 2).iloc[[0, 3]]
    assert [dict(b) for b in neighbors(layer).borders] == [{}, {}]
    found = merge_areas(layer, {"000": 3, "003": 20}, 10)
    assert found["region_id"].tolist() == ["000", "003"]


def test_islands_stay_alone():
    layer = grid(6, 1).iloc[[0, 1, 3, 5]]
    found = merge_areas(layer, {"000": 4, "001": 7, "003": 2, "005": 50}, 10)
    assert found["region_id"].tolist() == ["000", "000", "003", "005"]
    assert found["region_count"].tolist() == [11, 11, 2, 50]


def test_borders_with_a_vertex_more_on_one_side_are_borders():
    upper = shapely.box(-77.90, 43.01, -77.88, 43.02)
    lower = [shapely.box(-77.90, 43.00, -77.89, 43.01), shapely.box(-77.89, 43.00, -77.88, 43.01)]
    layer = grid(3, 1).set_geometry([upper, *lower], crs=4326)
    assert [set(b) for b in neighbors(layer).borders] == [{1, 2}, {0, 2}, {0, 1}]


@pytest.mark.parametrize(("gap", "borders"), [(0.5, True), (-0.5, True), (5.0, False)])
def test_borders_that_differ_by_a_hair_are_borders(gap, borders):
    layer = grid(2, 1)
    moved = shapely.box(-77.89 + gap / 81_400, 43.0 + 3e-6, -77.88, 43.01)  # 81.4 km to the degree at 43 north
    layer = layer.set_geometry([layer.geometry[0], moved], crs=4326)
    assert bool(neighbors(layer).borders[0]) is borders


def test_a_narrow_wedge_between_two_areas_keeps_them_apart():
    tip, left, right = (-77.9, 43.0), (-77.9002, 43.05), (-77.8998, 43.05)
    wedge = shapely.Polygon([tip, left, right])
    west = shapely.Polygon([tip, (-77.95, 43.0), (-77.95, 43.05), left])
    east = shapely.Polygon([tip, right, (-77.85, 43.05), (-77.85, 43.0)])
    layer = grid(3, 1).set_geometry([west, wedge, east], crs=4326)
    assert [set(b) for b in neighbors(layer).borders] == [{1}, {0, 2}, {1}]


def test_areas_on_both_sides_of_longitude_180_are_neighbors():
    layer = grid(2, 1).set_geometry([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -179, 1)], crs=4326)
    assert merge_areas(layer, {"000": 5, "001": 6}, 10)["region_id"].nunique() == 1


def test_wrong_input_is_an_error():
    for counts, minimum in (({"000": 1, "001": -1}, 5), ({"000": 1, "001": 1}, 0)):
        with pytest.raises(ValueError, match="at least 1"):
            merge_areas(grid(2, 1), counts, minimum)


@pytest.mark.parametrize("seed", range(4))
def test_real_tracts_better_than_the_plain_greedy_merge(seed):
    near, counts = neighbors(tracts().frame), simulated_counts(seed)
    assert sum(n < 10 for n in counts.values()) == 59
    found = check(near, counts, 10, None)
    plain = plain_greedy(near, counts, 10)
    unchanged = (found["region_id"].value_counts() == 1).sum()
    assert found["region_count"].min() >= 10
    assert found["region_id"].nunique() >= max(148, len(set(plain)))
    assert unchanged >= sum(plain.count(r) == 1 for r in set(plain))
    at = {area: i for i, area in enumerate(near.ids)}
    ours = [at[r] for r in found["region_id"]]
    assert roundness(near, ours) >= roundness(near, plain) - 0.005


def roundness(near: Neighbors, region: list[int]) -> float:
    state = _Regions(near, near.borders, [0] * len(region), 1, region)
    return float(np.mean([state.roundness(group) for group in state.members.values()]))


def test_roundness_is_that_of_the_drawn_regions():
    frame = tracts().frame
    found = merge_areas(frame, simulated_counts(1), 10)
    regions = dissolve(frame, found)
    near, whole = neighbors(frame), neighbors(regions)
    at = {area: i for i, area in enumerate(near.ids)}
    drawn = np.mean([4 * np.pi * a / p**2 for a, p in zip(whole.areas, whole.perimeters, strict=True)])
    assert roundness(near, [at[r] for r in found["region_id"]]) == pytest.approx(drawn, abs=1e-3)
    assert shapely.union_all(regions.geometry.to_numpy()).symmetric_difference(
        shapely.union_all(frame.geometry.to_numpy())
    ).area == pytest.approx(0, abs=1e-9)
    assert set(regions["area_id"]) == set(found["region_id"])


def test_real_tracts_when_most_are_too_small():
    near, counts = neighbors(tracts().frame), simulated_counts(2)
    found = check(near, counts, 40, None)
    assert found["region_id"].nunique() > 1.1 * len(set(plain_greedy(near, counts, 40)))
