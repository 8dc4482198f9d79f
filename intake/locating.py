"""From coordinates to areas: tract and district by the point, the town as the tract's parent."""

from collections.abc import Mapping

import pandas as pd

from geo.assign import assign
from geo.boundaries import BoundarySet

NO_BOUNDARIES = "no boundaries"


def locate(longitude: pd.Series, latitude: pd.Series, sets: Mapping[str, BoundarySet]) -> pd.DataFrame:
    """tract, town, district ("" where there is none), reason (of the tract), boundary_sets (ids, joined by spaces).

    Coordinates are text as contributed. Each distinct point is looked up once.
    """
    points = pd.DataFrame({"longitude": longitude.to_numpy(), "latitude": latitude.to_numpy()})
    distinct = points.drop_duplicates(ignore_index=True)
    found = {level: _areas(distinct, sets[level]) for level in ("tract", "district") if level in sets}
    distinct["tract"], distinct["reason"] = found.get("tract", ("", NO_BOUNDARIES))
    distinct["district"] = found["district"][0] if "district" in found else ""
    parents = _parents(sets.get("tract"))
    distinct["town"] = [parents.get(tract, "") for tract in distinct["tract"]]
    placed = points.merge(distinct, how="left", on=["longitude", "latitude"], validate="many_to_one")
    placed["boundary_sets"] = " ".join(sets[level].id for level in ("tract", "district") if level in sets)
    return placed[["tract", "town", "district", "reason", "boundary_sets"]].set_index(longitude.index)


def _areas(points: pd.DataFrame, boundaries: BoundarySet) -> tuple[pd.Series, pd.Series]:
    found = assign(range(len(points)), points["longitude"].tolist(), points["latitude"].tolist(), boundaries)
    return found["area_id"].fillna(""), found["reason"]


def _parents(tracts: BoundarySet | None) -> dict[str, str]:
    if tracts is None:
        return {}
    pairs = zip(tracts.frame["area_id"], tracts.frame["parent_id"], strict=True)
    return {name: parent for name, parent in pairs if isinstance(parent, str)}
