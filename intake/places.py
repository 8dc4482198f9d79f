"""Boundary sets and population tables: read strictly, reported where they do not meet, stored all or not at all."""

import re
from dataclasses import dataclass
from pathlib import Path

from catalog.naming import many
from data_access.boundaries import BoundaryRow, areas, current_sets, enter_population, enter_set, write_set
from data_access.ledger import append
from data_access.registry.engine import lock, transaction
from data_access.stores import Stores
from geo.boundaries import BoundarySet, read_boundaries
from geo.joins import JoinReport, join_report, read_population
from intake.problems import BadFile
from intake.residence import locate_again

MOST_UNMATCHED = 0.05  # a table that loses more than this share of its areas is of another year or another place


@dataclass(frozen=True)
class AcceptedSet:
    """A boundary set in force. rosters: how many were placed by it anew; notes: what is not clean."""

    row: BoundaryRow
    areas: int
    rosters: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class AcceptedPopulation:
    """A population table that is in. missing: areas whose value the table leaves open."""

    set_id: str
    report: JoinReport
    missing: int


def import_boundaries(
    stores: Stores,
    path: Path,
    *,
    level: str,
    vintage: str,
    id_field: str,
    name_field: str | None = None,
    parent_field: str | None = None,
    brought_by: str = "command",
) -> AcceptedSet | None:
    """Put a boundary set in force for its level, and place all rosters by it; None where it is in force already.

    Raises BadBoundaries. Then nothing is stored.
    """
    if not re.search(r"\b(19|20)\d\d\b", vintage):
        raise BadFile.whole(
            path.name, f"“{vintage[:20]}” is not a vintage. Give the year the areas are of, such as 2020."
        )
    read = read_boundaries(
        path, level=level, vintage=vintage, id_field=id_field, name_field=name_field, parent_field=parent_field
    )
    with transaction(stores.registry) as connection:
        lock(connection, "import")
        row = write_set(stores.home, read)
        there = current_sets(stores.registry).get(level)
        if there is not None and there.id == row.id:
            return None
        enter_set(connection, row, read)
        rosters = locate_again(connection, stores) if level in ("tract", "district") else 0
        detail = {"boundary_set": row.id, "checksum": row.checksum}
        append(connection, stores.ledger_key, actor=brought_by, organization="", action="import", detail=detail)
    return AcceptedSet(row, len(read.frame), rosters, (*read.notes, *_parents(stores, read)))


def _parents(stores: Stores, read: BoundarySet) -> list[str]:
    """Tracts whose parent is no town of the set in force: their children would have a town without a name."""
    if read.level == "tract" and read.frame["parent_id"].isna().all():
        return ["No tract says in which town it lies, and nothing can be published so. Name the field with --parent."]
    towns = current_sets(stores.registry).get("town")
    if read.level != "tract" or towns is None:
        return []
    known = {area.area_id for area in areas(stores.registry, towns.id)}
    strange = sorted({p for p in read.frame["parent_id"] if isinstance(p, str)} - known)
    parents = many(len(strange), "parent of tracts is", "parents of tracts are")
    told = f"{parents} not among the towns of {towns.id}: {', '.join(strange[:3])}."
    return [told] if strange else []


def import_population(
    stores: Stores, path: Path, *, id_field: str, value_field: str, vintage: str, brought_by: str = "command"
) -> AcceptedPopulation:
    """Record population for the boundary set in force of the same vintage that most of the table's ids are in.

    Raises BadInput, BadFile where no set of the vintage is in force or too much would be lost; the text says how much.
    """
    table = read_population(path, id_field, value_field)
    sets = current_sets(stores.registry)
    if not sets:
        raise BadFile.whole(path.name, "there are no boundaries yet. Import the boundaries first.")
    known = {row.id: {a.area_id for a in areas(stores.registry, row.id)} for row in sets.values()}
    reports = {row.id: join_report(known[row.id], table["area_id"]) for row in sets.values()}
    best = max(sets.values(), key=lambda row: (len(reports[row.id].matched), row.vintage == vintage))
    report = reports[best.id]
    _check(path.name, best, vintage, report)
    meant = table[table["area_id"].isin(report.matched)]
    values = {a: None if v != v else float(v) for a, v in zip(meant["area_id"], meant["value"], strict=True)}
    with transaction(stores.registry) as connection:
        lock(connection, "import")
        enter_population(connection, best.id, vintage, values)
        detail = {"population_of": best.id, "areas": len(values)}
        append(connection, stores.ledger_key, actor=brought_by, organization="", action="import", detail=detail)
    return AcceptedPopulation(best.id, report, sum(value is None for value in values.values()))


def _check(file: str, best: BoundaryRow, vintage: str, report: JoinReport) -> None:
    told = f"against the {best.level} boundaries of {best.vintage}: {report.sentence()}"
    if best.vintage != vintage:
        mend = f"Import the {best.level} boundaries of {vintage}, or a table of {best.vintage}."
        raise BadFile.whole(file, f"the table is of {vintage}; {told} Nothing was stored. {mend}")
    if 1 - report.share > MOST_UNMATCHED:
        raise BadFile.whole(file, f"{told} Nothing was stored. Bring the table for these boundaries.")
