"""Areas of one layer in areas of another: parents where the file names none, and pairs that overlap."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.plane import Plane

SLIVER = 0.001  # a smaller share of both areas comes from lines drawn differently, not from the ground
COLUMNS = ["area_id", "parent_id", "share"]


def overlaps(areas: gpd.GeoDataFrame, others: gpd.GeoDataFrame, least: float = SLIVER) -> pd.DataFrame:
    """Pairs that overlap: area_id, other_id, and the shares of the one (`share`) and the other (`other_share`), 0-1.

    A pair is left out when what it has in common is less than `least` of both. Sorted by area_id and other_id.
    """
    plane = Plane.around(np.concatenate([areas.geometry.to_numpy(), others.geometry.to_numpy()]))
    one, other = plane.to_meters(areas.geometry.to_numpy()), plane.to_meters(others.geometry.to_numpy())
    i, j = shapely.STRtree(other).query(one, predicate="intersects")
    common = shapely.area(shapely.intersection(one[i], other[j]))
    pairs = pd.DataFrame(
        {
            "area_id": areas["area_id"].to_numpy()[i],
            "other_id": others["area_id"].to_numpy()[j],
            "share": common / shapely.area(one)[i],
            "other_share": common / shapely.area(other)[j],
        }
    )
    pairs = pairs[(pairs["share"] >= least) | (pairs["other_share"] >= least)]
    return pairs.sort_values(["area_id", "other_id"], ignore_index=True)


def parents_by_overlap(areas: gpd.GeoDataFrame, parents: gpd.GeoDataFrame) -> pd.DataFrame:
    """For each area the parent that covers most of it (lowest id where equal): area_id, parent_id, share.

    An area outside all parents has parent_id None and share 0. One row for each area, in the order given.
    """
    pairs = overlaps(areas, parents, least=0.0)
    pairs["rounded"] = pairs["share"].round(9)
    best = pairs[pairs["share"] > 0].sort_values(["area_id", "rounded", "other_id"], ascending=[True, False, True])
    best = best.drop_duplicates("area_id").set_index("area_id")
    found = best.reindex(areas["area_id"])
    ids = [None if pd.isna(p) else str(p) for p in found["other_id"]]
    share = found["share"].fillna(0.0).clip(upper=1.0).to_numpy()
    return pd.DataFrame({"area_id": areas["area_id"].to_numpy(), "parent_id": ids, "share": share}, columns=COLUMNS)


def parents_by_point(areas: gpd.GeoDataFrame, parents: gpd.GeoDataFrame) -> pd.DataFrame:
    """For each area the parent that holds a point inside it (lowest id on a border): area_id, parent_id."""
    inside = shapely.point_on_surface(areas.geometry.to_numpy())
    ordered = parents.sort_values("area_id", ignore_index=True)
    i, j = shapely.STRtree(ordered.geometry.to_numpy()).query(inside, predicate="intersects")
    first = pd.Series(j).groupby(i).min()
    ids = ordered["area_id"].to_numpy()
    found = [str(ids[first[k]]) if k in first.index else None for k in range(len(areas))]
    return pd.DataFrame({"area_id": areas["area_id"].to_numpy(), "parent_id": found})
