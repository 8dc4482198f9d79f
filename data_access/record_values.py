"""The values of fields that were granted: names and births from the registry, facts from the lake, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

import pyarrow as pa
from duckdb import DuckDBPyConnection
from sqlalchemy import BigInteger, Column, Connection, MetaData, Select, String, Table, and_, case, or_, select

from catalog.periods import SchoolYear
from catalog.terms import dimensions
from data_access.births import newest_identity
from data_access.boundaries import areas, current_sets
from data_access.facts import attendance, outcome, participation, program, residence, roster
from data_access.lake import Lake
from data_access.record_grants import Grant, person_of
from data_access.registry.tables import identity

CODED: Final = ("gender", "race_ethnicity", "home_language", "grade", "economically_disadvantaged")
MEASURES: Final = {"graduation_status": "graduation", "developmental_screening": "screening"}
RESULTS: Final = {
    "kindergarten_readiness": "Ready for kindergarten",
    "reading_grade3": "Third-grade reading",
    "math_grade8": "Eighth-grade math",
    "graduation_status": "Graduation",
    "developmental_screening": "Developmental screening",
}
# The grants beside the lake's tables: every reading joins them.
granted = Table("granted", MetaData(), Column("record_id", BigInteger), Column("element", String))


@dataclass(frozen=True)
class Value:
    """One value in words; told_on: the day it is of."""

    text: str
    told_on: date | None = None


Values = dict[tuple[int, str], Value]  # record, element


def values(conn: Connection, lake: Lake, grants: Sequence[Grant], today: date) -> Values:
    """The value of every granted field that has one."""
    found = {**_names(conn, grants), **_ages(conn, grants, today)}
    with lake.connect(person=person_of([grant.row for grant in grants])) as connection:
        raw = cast(DuckDBPyConnection, connection.connection.driver_connection)
        pairs = {(grant.row.record_id, grant.source.element) for grant in grants}
        records, elements = zip(*sorted(pairs), strict=True) if pairs else ((), ())
        raw.register("granted", pa.table({"record_id": pa.array(records, pa.int64()), "element": pa.array(elements)}))
        for read in (_coded, _days, _stays, _results):
            found |= read(connection)
        found |= _homes(connection, lake)
    return found


def _of(grants: Sequence[Grant], element: str) -> list[int]:
    return sorted({grant.row.record_id for grant in grants if grant.source.element == element})


def _names(conn: Connection, grants: Sequence[Grant]) -> Values:
    records = _of(grants, "child")
    columns = (identity.c.record_id, identity.c.last_name, identity.c.first_name)
    query = newest_identity().with_only_columns(*columns).where(identity.c.record_id.in_(records))
    return {(r, "child"): Value(f"{last}, {first}") for r, last, first in conn.execute(query)}


def _ages(conn: Connection, grants: Sequence[Grant], today: date) -> Values:
    records = _of(grants, "birth_date")
    query = newest_identity().with_only_columns(identity.c.record_id, identity.c.birth_date)
    rows = conn.execute(query.where(identity.c.record_id.in_(records), identity.c.birth_date.is_not(None)))
    return {(record, "birth_date"): Value(_age(born, today), today) for record, born in rows}


def _age(born: date, today: date) -> str:
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if years >= 2:
        return f"{years} years"
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    return f"{max(months, 0)} months"


def _with(table: Table, *elements: str) -> Select[Any]:
    """Rows of a lake table for which one of the elements is granted."""
    open_ = and_(granted.c.record_id == table.c.record_id, granted.c.element.in_(elements))
    return select().select_from(table.join(granted, open_))


def _coded(lake: Connection) -> Values:
    value = case(*((granted.c.element == name, roster.c[name]) for name in CODED))
    query = _with(roster, *CODED).add_columns(roster.c.record_id, granted.c.element, roster.c.as_of, value)
    rows = lake.execute(query.where(value != "").order_by(roster.c.as_of))
    return {(record, element): Value(_title(element, told), day) for record, element, day, told in rows}


def _title(element: str, told: str) -> str:
    if element == "grade":
        return "Kindergarten" if told == "KG" else f"Grade {told.lstrip('0')}" if told.isdigit() else told
    dimension = dimensions()[element]
    code = dimension.codes.get(told, dimension.fallback)
    if element == "gender":
        return {"girl": "Girl", "boy": "Boy"}.get(str(code), "Another gender")
    return dimension.categories[code] if told in dimension.codes and code else told.replace("_", " ").capitalize()


def _days(lake: Connection) -> Values:
    columns = (attendance.c.record_id, attendance.c.month, attendance.c.days_enrolled, attendance.c.days_present)
    found: dict[tuple[int, SchoolYear], list[Any]] = {}
    for record, month, enrolled, present in lake.execute(_with(attendance, "attendance").add_columns(*columns)):
        sums = found.setdefault((record, SchoolYear.of(month)), [0, 0, month])
        sums[:] = sums[0] + (enrolled or 0), sums[1] + (present or 0), max(sums[2], month)
    told: Values = {}
    for (record, year), (enrolled, present, month) in sorted(found.items()):
        if enrolled:
            text = f"There on {present:,} of {enrolled:,} days in {year}"
            told[record, "attendance"] = Value(text, month)
    return told


def _stays(lake: Connection) -> Values:
    columns = (participation.c.record_id, participation.c.program, participation.c.start_date, participation.c.end_date)
    named = dict(lake.execute(select(program.c.program, program.c.kind)).all())
    found: dict[int, list[tuple[date, str]]] = {}
    for record, code, start, end in lake.execute(_with(participation, "participation").add_columns(*columns)):
        kind = dimensions()["program_kind"].categories.get(named.get(code, ""), "Program")
        until = f" to {end:%B %-d, %Y}" if end else ", still there"
        found.setdefault(record, []).append((start, f"{kind}: from {start:%B %-d, %Y}{until}"))
    return {(r, "participation"): Value("; ".join(t for _, t in sorted(v)), max(v)[0]) for r, v in found.items()}


def _results(lake: Connection) -> Values:
    tests = [name for name in RESULTS if name not in MEASURES]
    fits = or_(
        and_(granted.c.element == "assessment", outcome.c.measure.in_(tests)),
        *(and_(granted.c.element == element, outcome.c.measure == name) for name, element in MEASURES.items()),
    )
    columns = (outcome.c.record_id, granted.c.element, *(outcome.c[n] for n in ("measure", "date", "value", "met")))
    query = _with(outcome, "assessment", *MEASURES.values()).add_columns(*columns).where(fits)
    newest: dict[tuple[int, str], dict[str, tuple[date, str]]] = {}
    for record, element, measure, day, told, met in lake.execute(query.order_by(outcome.c.date)):
        result = {True: "yes", False: "not yet"}.get(met, str(told or "recorded").replace("_", " "))
        newest.setdefault((record, element), {})[measure] = (day, f"{RESULTS[measure]}: {result}")
    return {key: Value("; ".join(t for _, t in v.values()), max(v.values())[0]) for key, v in newest.items()}


def _homes(connection: Connection, lake: Lake) -> Values:
    columns = (residence.c.record_id, residence.c.as_of, residence.c.town)
    query = _with(residence, "residence").add_columns(*columns).where(residence.c.town != "")
    rows = connection.execute(query.order_by(residence.c.as_of)).all()
    towns = current_sets(lake.engine).get("town") if rows else None
    named = {one.area_id: one.name for one in areas(lake.engine, towns.id)} if towns else {}
    return {(record, "residence"): Value(named.get(town, town), day) for record, day, town in rows}
