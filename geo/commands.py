"""The two standalone commands on files: points to areas, and small areas into regions.

Both raise BadInput (or its child BadBoundaries) with one sentence when an input is not usable; then no file is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from catalog.naming import many
from geo.assign import assign
from geo.boundaries import BoundarySet, read_boundaries
from geo.errors import BadInput, some
from geo.files import check_place, write_csv
from geo.merge import merge_areas
from geo.neighbors import Neighbors, neighbors
from geo.tables import read_text_table

MOST_CHILDREN = 10**12  # a count beyond this is a slip, and sums stay exact below it


@dataclass(frozen=True)
class AssignSummary:
    """What an assignment did: points, those with an area, and how many have none for which reason."""

    out: Path
    points: int
    assigned: int
    reasons: Mapping[str, int]
    notes: tuple[str, ...]

    def lines(self) -> list[str]:
        """What to tell the person at the terminal."""
        told = [f"{self.out.name}: {self.assigned:,} of {self.points:,} points lie in an area."]
        told += [f"{many(n, 'point')} without an area: {reason}." for reason, n in self.reasons.items()]
        return [*told, *self.notes]


@dataclass(frozen=True)
class MergeSummary:
    """What a merge did. `below` are regions that stay below the minimum; when there is one, the command exits with 3.

    `islands` are areas with no neighbor that they may join, whatever their count.
    """

    out: Path
    minimum: int
    areas: int
    regions: int
    unchanged: int
    islands: tuple[str, ...]
    below: Mapping[str, int]
    notes: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        """0, or 3 when a region is below the minimum."""
        return 3 if self.below else 0

    def lines(self) -> list[str]:
        """What to tell the person at the terminal."""
        made = f"{many(self.areas, 'area')} became {many(self.regions, 'region')} of at least {self.minimum:,}"
        told = [f"{self.out.name}: {made}; unchanged: {self.unchanged:,}."]
        fine = [area for area in self.islands if area not in self.below]
        if fine:
            told.append(f"No neighbor to join, enough alone: {some(fine, 10)}.")
        told += [
            f"Region {region} has {count:,}, below the minimum of {self.minimum:,}, and no neighbor left to join."
            for region, count in self.below.items()
        ]
        return [*told, *self.notes]


def assign_file(points: Path, boundaries: Path, id_field: str, out: Path) -> AssignSummary:
    """Writes id,area_id,reason for each row of `points` (columns id, lon, lat), in its order. Raises BadInput."""
    check_place(out, points, boundaries)
    table = read_text_table(Path(points), ("id", "lon", "lat"))
    areas = _areas(boundaries, id_field)
    columns = table.columns
    found = assign(columns["id"], columns["lon"], columns["lat"], areas)
    found["area_id"] = found["area_id"].fillna("")
    write_csv(out, list(found.columns), zip(*(found[c].tolist() for c in found.columns), strict=True))
    reasons = found.loc[found["area_id"] == "", "reason"].value_counts(sort=False)
    by_number = dict(sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0])))
    return AssignSummary(Path(out), len(found), int((found["area_id"] != "").sum()), by_number, areas.notes)


def merge_file(
    boundaries: Path, id_field: str, counts: Path, minimum: int, within: str | None, out: Path
) -> MergeSummary:
    """Writes area_id,region_id,region_count for each area, sorted. Raises BadInput; too small islands are written."""
    if minimum < 1:
        raise BadInput(f"--minimum: {minimum} is too low; it must be at least 1.")
    check_place(out, boundaries, counts)
    areas = _areas(boundaries, id_field, within)
    number = _counts(Path(counts), areas, Path(boundaries).name)
    unit = dict(zip(areas.area_ids, areas.frame["within_id"], strict=True)) if within else None
    near = neighbors(areas.frame)
    crosswalk = merge_areas(near, number, minimum, unit)
    write_csv(out, list(crosswalk.columns), crosswalk.itertuples(index=False, name=None))
    return _merge_summary(Path(out), minimum, crosswalk, _alone(near, unit), areas.notes)


def _areas(boundaries: Path, id_field: str, within: str | None = None) -> BoundarySet:
    return read_boundaries(boundaries, level="area", vintage="", id_field=id_field, within=within)


def _counts(path: Path, areas: BoundarySet, shapes: str) -> dict[str, int]:
    """The count of every area, each once."""
    table = read_text_table(path, ("area_id", "count"))
    known, line_of, number = set(areas.area_ids), {}, {}
    rows = zip(table.lines, table.columns["area_id"], table.columns["count"], strict=True)
    for line, area, text in rows:
        where = f"{path.name}, line {line}, column"
        if area not in known:
            told = f"{shapes} has no area '{area}' in field {areas.id_field}"
            raise BadInput(f"{where} area_id: {told}; mend the id or take the line out.")
        if area in line_of:
            raise BadInput(f"{where} area_id: area {area} was already given on line {line_of[area]}; keep one of them.")
        line_of[area] = line
        number[area] = _whole(f"{where} count", text)
    missing = [area for area in areas.area_ids if area not in number]
    if missing:
        told = f"there is no count for area {some(missing)} of {shapes}"
        raise BadInput(f"{path.name}, column area_id: {told}; add a line for each, with 0 where nobody lives.")
    return number


def _whole(where: str, text: str) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()):
        raise BadInput(f"{where}: '{text}' is not a whole number of 0 or more; write digits only, such as 12.")
    if len(digits) > 30 or int(digits) > MOST_CHILDREN:
        raise BadInput(f"{where}: '{digits[:30]}' is too large for a count; mend it.")
    return int(digits)


def _alone(near: Neighbors, unit: Mapping[str, str] | None) -> tuple[str, ...]:
    """Areas with no neighbor that they may join."""
    found = []
    for area, around in zip(near.ids, near.borders, strict=True):
        if not any(unit is None or unit[near.ids[j]] == unit[area] for j in around):
            found.append(area)
    return tuple(found)


def _merge_summary(
    out: Path, minimum: int, crosswalk: pd.DataFrame, islands: tuple[str, ...], notes: tuple[str, ...]
) -> MergeSummary:
    regions = crosswalk.groupby("region_id")["region_count"].agg(["first", "size"])
    below = regions.loc[regions["first"] < minimum, "first"]
    return MergeSummary(
        out=out,
        minimum=minimum,
        areas=len(crosswalk),
        regions=len(regions),
        unchanged=int((regions["size"] == 1).sum()),
        islands=islands,
        below={str(region): int(count) for region, count in below.items()},
        notes=notes,
    )
