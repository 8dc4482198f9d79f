"""SQL of what describes a child in a school year: the latest recorded value of each dimension, and where it lives."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Date, Integer, Select, String, and_, case, cast, extract, func, literal, or_, select

from catalog.periods import SchoolYear
from catalog.terms import dimensions
from data_access.facts import person, program, residence, roster
from data_access.populations import SEPARATOR, kinds, within
from data_access.scope import Scope

COLUMNS = {
    "gender": roster.c.gender,
    "race_ethnicity": roster.c.race_ethnicity,
    "home_language": roster.c.home_language,
    "economically_disadvantaged": roster.c.economically_disadvantaged,
    "grade_band": roster.c.grade,
    "age_band": roster.c.age,
}
Query = Select[Any]


def attributes(year: SchoolYear, scope: Scope, names: Sequence[str]) -> Query:
    """child_id and, per dimension, the latest non-empty recorded value behind a sort key.

    Rosters of the school year go before older ones, rosters of schools before others, later before earlier. A grade
    counts in its own school year only; an age grows with the years. Only contributors who share the dimension's
    elements count for it.
    """
    schools = select(program.c.contributor).where(program.c.kind == "school")
    order = func.concat(
        case((within(roster.c.as_of, year), "1"), else_="0"),
        case((person.c.contributor.in_(schools), "1"), else_="0"),
        cast(roster.c.as_of, String),
        SEPARATOR,
    )
    found = [_latest(name, order, year, scope) for name in names]
    return (
        select(person.c.child_id, *found)
        .join(roster, roster.c.record_id == person.c.record_id)
        .where(roster.c.as_of <= cast(literal(year.end), Date), person.c.contributor.in_(scope.sharing()))
        .group_by(person.c.child_id)
    )


def _latest(name: str, order: Any, year: SchoolYear, scope: Scope) -> Any:
    shared = person.c.contributor.in_(scope.sharing(*dimensions()[name].elements))
    value: Any = COLUMNS[name]
    if name == "age_band":
        told = and_(value.is_not(None), shared)
        value = cast(value + year.first - _first_year(roster.c.as_of), String)
    elif name == "grade_band":
        told = and_(value != "", within(roster.c.as_of, year), shared)
    else:
        told = and_(value != "", shared)
    return func.max(case((told, func.concat(order, value)))).label(name)


def _first_year(day: Any) -> Any:
    """The calendar year the school year of a day begins in."""
    return cast(extract("year", day), Integer) - case((extract("month", day) < 8, 1), else_=0)


def homes(year: SchoolYear, scope: Scope) -> Query:
    """child_id, home: the latest residence of the school year that has an area, as day, tract, town, district."""
    place = residence.c
    text = func.concat(
        cast(place.as_of, String), SEPARATOR, place.tract, SEPARATOR, place.town, SEPARATOR, place.district
    )
    return (
        select(person.c.child_id, func.max(text).label("home"))
        .join(residence, place.record_id == person.c.record_id)
        .where(
            within(place.as_of, year),
            or_(place.tract != "", place.town != ""),
            person.c.contributor.in_(scope.sharing("residence")),
        )
        .group_by(person.c.child_id)
    )


def program_kinds(year: SchoolYear, scope: Scope) -> Query:
    """child_id, program_kind: the kinds of program a child was in, joined by "+"."""
    rows = kinds(year, scope)
    told = select(rows.c.child_id, rows.c.kind).distinct().subquery()
    return select(told.c.child_id, func.string_agg(told.c.kind, "+").label("program_kind")).group_by(told.c.child_id)
