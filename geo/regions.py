"""The shapes of merged areas."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely


def dissolve(frame: gpd.GeoDataFrame, crosswalk: pd.DataFrame) -> gpd.GeoDataFrame:
    """Regions of a crosswalk (area_id, region_id) as areas with the same columns: shapes united, names joined.

    A region has a parent only where all its areas have the same one. Raises ValueError for an area without a region.
    """
    joined = frame.merge(crosswalk[["area_id", "region_id"]], on="area_id", how="left", validate="one_to_one")
    missing = joined.loc[joined["region_id"].isna(), "area_id"].tolist()
    if missing:
        raise ValueError(f"the crosswalk has no region for area {missing[0]}")
    rows = [_region(str(region), members) for region, members in joined.groupby("region_id", sort=True)]
    regions = gpd.GeoDataFrame(rows, geometry="geometry", crs=frame.crs)
    return regions.astype({"area_id": "str", "name": "str", "parent_id": "str"})


def _region(region: str, members: gpd.GeoDataFrame) -> dict[str, Any]:
    names = members.sort_values("area_id")["name"].tolist()
    parents = members["parent_id"].unique().tolist()
    return {
        "area_id": region,
        "name": " + ".join(names) if len(names) <= 3 else f"{names[0]} and {len(names) - 1} more",
        "parent_id": parents[0] if len(parents) == 1 else None,
        "land": bool(members["land"].any()),
        "geometry": shapely.union_all(members.geometry.to_numpy()),
    }
