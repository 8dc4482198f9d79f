"""Small areas into regions: connected, each with enough children, as many regions as possible, the same every time.

An area that has enough alone never needs to be more than the seed of its own region. So the number of regions is
greatest when groups of small areas that reach the minimum by themselves are as many as possible (`geo.packing`); small
areas left over then join a region beside them. Among equally many regions, more areas stay as they are, and then
regions are rounder (mean Polsby-Popper).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd

from geo.neighbors import Neighbors, neighbors
from geo.packing import pack
from geo.rounding_off import round_off


def merge_areas(
    areas: gpd.GeoDataFrame | Neighbors,
    counts: Mapping[str, int],
    minimum: int,
    within: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Regions of areas with at least `minimum` each: area_id, region_id (its lowest area_id), region_count.

    `counts` has one whole number >= 0 for each area; `within` names the unit whose border no region crosses. A
    connected piece that has too little as a whole becomes one region below the minimum. Rows are sorted by area_id.
    """
    near = areas if isinstance(areas, Neighbors) else neighbors(areas)
    weight = [counts[area] for area in near.ids]
    if minimum < 1 or min(weight, default=0) < 0:
        raise ValueError("the minimum must be at least 1 and no count may be negative")
    allowed = _allowed(near, within)
    region = [-1] * len(weight)
    for piece in pieces(range(len(weight)), allowed):
        _merge_piece(piece, allowed, weight, minimum, region)
    region = round_off(near, allowed, weight, minimum, region)
    return _crosswalk(near.ids, weight, region)


def _allowed(near: Neighbors, within: Mapping[str, str] | None) -> list[dict[int, float]]:
    """Borders over which areas may join."""
    if within is None:
        return [dict(around) for around in near.borders]
    unit = [within[area] for area in near.ids]
    return [{j: m for j, m in around.items() if unit[j] == unit[i]} for i, around in enumerate(near.borders)]


def pieces(nodes: Sequence[int], allowed: Sequence[Mapping[int, float]]) -> list[list[int]]:
    """The connected pieces of some areas, each sorted."""
    left, found = set(nodes), []
    for start in sorted(nodes):
        if start not in left:
            continue
        piece, edge = [], [start]
        left.discard(start)
        while edge:
            node = edge.pop()
            piece.append(node)
            beside = [j for j in allowed[node] if j in left]
            left.difference_update(beside)
            edge.extend(beside)
        found.append(sorted(piece))
    return found


def _merge_piece(
    piece: list[int], allowed: list[dict[int, float]], weight: list[int], minimum: int, region: list[int]
) -> None:
    """Sets the region of every area of one connected piece, named by one of its areas."""
    if sum(weight[i] for i in piece) < minimum:
        for i in piece:
            region[i] = piece[0]
        return
    small = [i for i in piece if weight[i] < minimum]
    for i in piece:
        region[i] = i if weight[i] >= minimum else -1
    for cluster in pieces(small, allowed):
        for group in pack(allowed, weight, cluster, minimum):
            for i in group:
                region[i] = group[0]
    _join_leftovers([i for i in small if region[i] < 0], allowed, region)


def _join_leftovers(left: list[int], allowed: list[dict[int, float]], region: list[int]) -> None:
    """Each area left over joins the region beside it with the longest shared border."""
    while left:
        before = len(left)
        for i in list(left):
            length: dict[int, float] = {}
            for j, meters in allowed[i].items():
                if region[j] >= 0:
                    length[region[j]] = length.get(region[j], 0.0) + meters
            if length:
                region[i] = min(length, key=lambda r: (-length[r], r))
                left.remove(i)
        assert len(left) < before  # a piece that reaches the minimum has a region, and it is connected


def _crosswalk(ids: Sequence[str], weight: Sequence[int], region: Sequence[int]) -> pd.DataFrame:
    total: dict[int, int] = {}
    name: dict[int, str] = {}
    for i, r in enumerate(region):
        total[r] = total.get(r, 0) + weight[i]
        name.setdefault(r, ids[i])  # ids are sorted, so the first is the lowest
    rows = [(area, name[r], total[r]) for area, r in zip(ids, region, strict=True)]
    return pd.DataFrame(rows, columns=["area_id", "region_id", "region_count"]).astype(
        {"area_id": "str", "region_id": "str", "region_count": "int64"}
    )
