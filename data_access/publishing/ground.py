"""The base geography of a publication: areas in order, tracts joined into regions once, map layers, who meets whom."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
from sqlalchemy import Engine

from catalog.naming import by_name
from data_access.boundaries import BoundaryRow, areas, current_sets, load_set, residents
from data_access.publications import Publications
from data_access.published import UNKNOWN, Area
from geo.layers import layer
from geo.merge import merge_areas
from geo.neighbors import neighbors
from geo.nesting import overlaps
from geo.regions import dissolve
from geo.strokes import outline_layer

TOLERANCE = 50.0  # meters; map shapes only, children were placed on the full ones
LOST = "Address not known"
PAIR = ["region", "town", "district"]


class NoGround(ValueError):
    """The boundaries that a publication needs are missing."""


@dataclass(frozen=True, eq=False)
class Ground:
    """areas: of all levels, in publication order. regions: tract -> region. pairs: region, town, district that meet.

    empty: level -> areas where nobody lives. about: what publication.json says of it.
    """

    areas: tuple[Area, ...]
    regions: Mapping[str, str]
    pairs: pd.DataFrame
    empty: Mapping[str, list[str]]
    layers: Mapping[str, bytes]
    about: Mapping[str, object]

    @property
    def county(self) -> str:
        """The code of the whole."""
        return next(a.code for a in self.areas if a.level == "county")

    @property
    def places(self) -> dict[str, list[str]]:
        """Level -> area codes in order."""
        found: dict[str, list[str]] = {}
        for area in self.areas:
            found.setdefault(area.level, []).append(area.code)
        return found


def base_ground(
    registry: Engine, home: Publications, homes: pd.DataFrame, minimum: int, before: Mapping[str, object] | None
) -> Ground:
    """The ground of a publication.

    homes: period, tract, town, district of every child served, "" where not known. minimum: children a region must
    have in every period. before: base_geography of the last publication; while its tracts stand, its regions do, or
    are joined further where the minimum has risen: overlapping regions of two publications could be subtracted.
    """
    sets = current_sets(registry)
    if "tract" not in sets or "town" not in sets:
        raise NoGround("There are no boundaries of tracts and towns yet. Import the boundaries first.")
    frames = {level: load_set(home.folder.parent, row).frame for level, row in sets.items()}
    tracts = frames["tract"]
    _refuse_apart(tracts, frames["town"], sets)
    counts = _served(homes, tracts["area_id"])
    lived_in = _lived_in(registry, sets["tract"], set(homes["tract"]) & set(tracts["area_id"]))
    regions = _regions(tracts, counts, lived_in, minimum, sets["tract"], before)
    crosswalk = pd.DataFrame({"area_id": list(regions), "region_id": list(regions.values())})
    frames["region"] = dissolve(tracts, crosswalk)
    filled = {"region": {regions[t] for t in lived_in}, "town": _towns_of(tracts, lived_in)}
    listed = _areas(registry, sets, frames, filled)
    about = {
        "boundary_sets": {level: row.id for level, row in sorted(sets.items())},
        "checksums": {level: row.checksum for level, row in sorted(sets.items())},
        "vintage": sets["tract"].vintage,
        "region_minimum": minimum,
        "regions": len(frames["region"]),
        "crosswalk": dict(sorted(regions.items())),
    }
    empty = {level: sorted(set(frames[level]["area_id"]) - inhabited) for level, inhabited in sorted(filled.items())}
    return Ground(listed, regions, _pairs(homes, frames, regions), empty, _layers(frames), about)


def _refuse_apart(tracts: gpd.GeoDataFrame, towns: gpd.GeoDataFrame, sets: Mapping[str, BoundaryRow]) -> None:
    """Towns that no tract names as its own: nobody would live in them."""
    apart = sorted(set(towns["area_id"].astype(str)) - set(tracts["parent_id"].dropna().astype(str)))
    if apart:
        names = f"{', '.join(apart[:3])}{' and others' if len(apart) > 3 else ''}"
        raise NoGround(
            f"No tract of {sets['tract'].id} lies in {names} of {sets['town'].id}. Import the tracts again and name "
            "the field that holds the town of each: quorum import boundaries FILE --level tract --parent FIELD …"
        )


def _served(homes: pd.DataFrame, tracts: pd.Series) -> pd.Series:
    """Children served per tract in the leanest period."""
    by_period = homes[homes["tract"] != ""].groupby(["period", "tract"]).size().unstack("tract", fill_value=0)
    return by_period.min().reindex(tracts, fill_value=0).astype("int64")


def _lived_in(registry: Engine, tracts: BoundaryRow, homes: set[str]) -> set[str]:
    """Tracts with residents: by the population table, or because a child lives there; all land without a table."""
    population = residents(registry, tracts.id)
    land = {area.area_id for area in areas(registry, tracts.id) if area.land}
    told = {area for area, value in population.items() if value > 0}
    unknown = land - set(population)
    return told | unknown | homes


def _regions(
    tracts: gpd.GeoDataFrame,
    counts: pd.Series,
    lived_in: set[str],
    minimum: int,
    row: BoundaryRow,
    before: Mapping[str, object] | None,
) -> dict[str, str]:
    """tract -> region; tracts without residents stay alone."""
    frame, within = tracts, dict(zip(tracts["area_id"], tracts["parent_id"].fillna("").astype(str), strict=True))
    first = {area: area for area in tracts["area_id"]}
    kept = _standing(row, before)
    if kept is not None:
        if minimum <= int(str(before["region_minimum"])):  # type: ignore[index]
            return kept
        first = kept
        frame = dissolve(tracts, pd.DataFrame({"area_id": list(kept), "region_id": list(kept.values())}))
        within = dict(zip(frame["area_id"], frame["parent_id"].fillna("").astype(str), strict=True))
    inhabited = {first[tract] for tract in lived_in}
    there = frame[frame["area_id"].isin(inhabited)]
    weight = counts.groupby(counts.index.map(first)).sum()
    merged = merge_areas(
        neighbors(there),
        {a: int(weight[a]) for a in there["area_id"]},
        minimum,
        {a: within[a] for a in there["area_id"]},
    )
    joined = dict(zip(merged["area_id"], merged["region_id"], strict=True))
    return {tract: str(joined.get(region, region)) for tract, region in sorted(first.items())}


def _standing(row: BoundaryRow, before: Mapping[str, object] | None) -> dict[str, str] | None:
    """The regions of the last publication where it was made of the same tracts."""
    if before is None:
        return None
    checksums, crosswalk = before.get("checksums"), before.get("crosswalk")
    if not isinstance(checksums, dict) or not isinstance(crosswalk, dict) or checksums.get("tract") != row.checksum:
        return None
    return {str(tract): str(region) for tract, region in crosswalk.items()}


def _towns_of(tracts: gpd.GeoDataFrame, lived_in: set[str]) -> set[str]:
    inside = tracts["area_id"].isin(lived_in) & tracts["parent_id"].notna()
    return set(tracts.loc[inside, "parent_id"].astype(str))


def _areas(
    registry: Engine,
    sets: Mapping[str, BoundaryRow],
    frames: Mapping[str, gpd.GeoDataFrame],
    filled: Mapping[str, set[str]],
) -> tuple[Area, ...]:
    county, name = "county", "The county"
    if "county" in sets:
        first = areas(registry, sets["county"].id)[0]
        county, name = first.area_id, first.name
    found: list[Area] = []
    for level in ("region", "town", "district"):
        if level not in frames:
            continue
        here = frames[level]
        rows = [
            Area(
                level,
                str(code),
                str(named) or str(code),
                str(parent) if level == "region" and isinstance(parent, str) else county,
                code in filled.get(level, {code}),
            )
            for code, named, parent in zip(here["area_id"], here["name"], here["parent_id"], strict=True)
        ]
        found += sorted(rows, key=lambda area: (by_name(area.name), by_name(area.code)))
        found.append(Area(level, UNKNOWN, LOST, county, False))
    return (*found, Area("county", county, name, "", True))


def _pairs(homes: pd.DataFrame, frames: Mapping[str, gpd.GeoDataFrame], regions: Mapping[str, str]) -> pd.DataFrame:
    """Regions, towns and districts that overlap on the ground or in any child's address; public knowledge."""
    tracts = frames["tract"]
    towns = dict(zip(tracts["area_id"], tracts["parent_id"].fillna(UNKNOWN).astype(str), strict=True))
    met = homes.loc[homes["tract"] != "", ["tract", "town", "district"]].drop_duplicates()
    parts = [met]
    if "district" in frames:
        shared = overlaps(tracts, frames["district"])
        parts.append(
            pd.DataFrame(
                {"tract": shared["area_id"], "town": shared["area_id"].map(towns), "district": shared["other_id"]}
            )
        )
    alone = [t for t in tracts["area_id"] if not any((part["tract"] == t).any() for part in parts)]
    parts.append(pd.DataFrame({"tract": alone, "town": [towns[t] for t in alone], "district": UNKNOWN}))
    every = pd.concat(parts, ignore_index=True).replace("", UNKNOWN)
    every["region"] = every["tract"].map(regions)
    lost = pd.DataFrame([dict.fromkeys(PAIR, UNKNOWN)])
    found = pd.concat([every[PAIR], lost], ignore_index=True).drop_duplicates()
    return found.sort_values(PAIR, ignore_index=True)


def _layers(frames: Mapping[str, gpd.GeoDataFrame]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for level in ("region", "town", "district", "county"):
        if level in frames:
            _add(found, level, layer(frames[level], TOLERANCE))
    _add(found, "outline", outline_layer(frames["town"], TOLERANCE))
    return found


def _add(found: dict[str, bytes], level: str, content: bytes) -> None:
    found[f"{level}-{hashlib.sha256(content).hexdigest()[:16]}.json"] = content


def changed_levels(about: Mapping[str, object], before: Mapping[str, object]) -> frozenset[str]:
    """Levels whose areas are not those of an earlier publication: their old and new areas could be subtracted."""
    one, two = about["checksums"], before.get("checksums")
    if not isinstance(one, dict) or not isinstance(two, dict):
        return frozenset({"region", "town", "district"})
    changed = {level for level in ("town", "district") if one.get(level) != two.get(level)}
    tracts = one.get("tract") != two.get("tract")
    # Towns and regions are made of tracts, so other tracts are other towns as well.
    changed |= {"region", "town"} if tracts else set()
    return frozenset(changed | ({"region"} if about["crosswalk"] != before.get("crosswalk") else set()))
