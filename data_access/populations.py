"""SQL of populations: which children are in them, by whose records, and what decides their band."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, Date, Select, String, and_, case, cast, distinct, func, literal, or_, select, union

from catalog.indicators import Indicator
from catalog.periods import SchoolYear
from data_access.facts import attendance, outcome, participation, person, program, roster
from data_access.scope import PROGRAM_ATTENDANCE, SCHOOL_ATTENDANCE, Scope

SEPARATOR = "\x1f"
# What a record says about itself and where a child lives; the other elements of an outcome indicator are its measure's.
_COMMON = {"child", "residence", "participation", "attendance"}
Query = Select[Any]


def within(column: Any, year: SchoolYear) -> Any:
    """The school year a day lies in."""
    return column.between(cast(literal(year.start), Date), cast(literal(year.end), Date))


def who(column: Any) -> Any:
    """The contributors of a group of rows as one text, joined by "+"."""
    return func.string_agg(distinct(column), "+").label("contributors")


def rostered(year: SchoolYear, scope: Scope) -> Query:
    """child_id, contributors: children on a roster of the school year."""
    return (
        select(person.c.child_id, who(person.c.contributor))
        .join(roster, roster.c.record_id == person.c.record_id)
        .where(within(roster.c.as_of, year), person.c.contributor.in_(scope.sharing()))
        .group_by(person.c.child_id)
    )


def attended(year: SchoolYear, scope: Scope, kind: str) -> Query:
    """child_id, contributors, enrolled, absent, present: days in all programs of a kind, pooled for each child."""
    element = SCHOOL_ATTENDANCE if kind == "school" else PROGRAM_ATTENDANCE
    days = attendance.c
    # Months are added up by record first: some twenty rows become one before the join with children.
    by_record = (
        select(
            days.record_id,
            func.sum(days.days_enrolled).label("enrolled"),
            func.sum(func.least(days.days_present, days.days_enrolled)).label("present"),
            func.sum(days.days_present).label("all_present"),
        )
        .join(program, program.c.program == days.program)
        .where(within(days.month, year), program.c.kind == kind)
        .group_by(days.record_id)
        .cte(f"days_{kind}")
    )
    return (
        select(
            person.c.child_id,
            who(person.c.contributor),
            func.sum(by_record.c.enrolled).label("enrolled"),
            func.sum(by_record.c.enrolled - by_record.c.present).label("absent"),
            func.sum(by_record.c.all_present).label("present"),
        )
        .join(by_record, by_record.c.record_id == person.c.record_id)
        .where(person.c.contributor.in_(scope.sharing(element)))
        .group_by(person.c.child_id)
    )


def kinds(year: SchoolYear, scope: Scope) -> CTE:
    """child_id, contributor, kind: by attendance, by participation, and by the roster of a contributor of one kind."""
    by_attendance = (
        select(attendance.c.record_id, attendance.c.program)
        .where(within(attendance.c.month, year), attendance.c.days_enrolled > 0)
        .distinct()
        .subquery()
    )
    end = func.coalesce(participation.c.end_date, cast(literal(year.end), Date))
    by_stay = (
        select(participation.c.record_id, participation.c.program)
        .where(participation.c.start_date <= cast(literal(year.end), Date), end >= cast(literal(year.start), Date))
        .distinct()
        .subquery()
    )
    single = (
        select(program.c.contributor, func.min(program.c.kind).label("kind"))
        .group_by(program.c.contributor)
        .having(func.count(distinct(program.c.kind)) == 1)
        .subquery()
    )
    shared = person.c.contributor.in_(scope.sharing(PROGRAM_ATTENDANCE))
    told = [
        select(person.c.child_id, person.c.contributor, program.c.kind)
        .join(rows, rows.c.record_id == person.c.record_id)
        .join(program, program.c.program == rows.c.program)
        .where(shared)
        for rows in (by_attendance, by_stay)
    ]
    listed = (
        select(person.c.child_id, person.c.contributor, single.c.kind)
        .join(roster, roster.c.record_id == person.c.record_id)
        .join(single, single.c.contributor == person.c.contributor)
        .where(within(roster.c.as_of, year), shared)
    )
    return union(*told, listed).cte("kinds")


def in_kinds(year: SchoolYear, scope: Scope, wanted: Sequence[str]) -> Query:
    """child_id, contributors: children in programs of these kinds."""
    rows = kinds(year, scope)
    found = select(rows.c.child_id, who(rows.c.contributor)).where(rows.c.kind.in_(list(wanted)))
    return found.group_by(rows.c.child_id)


def measure_elements(indicator: Indicator) -> list[str]:
    """The data elements of the measure itself (its test, its screening)."""
    return sorted(set(indicator.data_elements) - _COMMON)


def outcomes(indicator: Indicator, year: SchoolYear, scope: Scope) -> Query:
    """child_id, contributors, latest: the newest valid outcome of the measure as day, "yes"/"no" or value.

    Of another instrument than the indicator's: left out. Two outcomes of one day: the lower in text order is not taken.
    """
    settings = indicator.parameters
    told = outcome.c.value if "met_values" in settings else case((outcome.c.met.is_(True), "yes"), else_="no")
    valid = [within(outcome.c.date, year), outcome.c.measure == settings["measure"]]
    valid.append(outcome.c.value != "" if "met_values" in settings else outcome.c.met.is_not(None))
    if "instrument" in settings:
        valid.append(outcome.c.instrument == settings["instrument"])
    return (
        select(
            person.c.child_id,
            who(person.c.contributor),
            func.max(func.concat(cast(outcome.c.date, String), SEPARATOR, told)).label("latest"),
        )
        .join(outcome, outcome.c.record_id == person.c.record_id)
        .where(and_(*valid), person.c.contributor.in_(scope.sharing(*measure_elements(indicator))))
        .group_by(person.c.child_id)
    )


def recorded(indicator: Indicator, year: SchoolYear, scope: Scope) -> Query:
    """child_id, contributors: children with any outcome of the measure in the school year."""
    return (
        select(person.c.child_id, who(person.c.contributor))
        .join(outcome, outcome.c.record_id == person.c.record_id)
        .where(
            within(outcome.c.date, year),
            outcome.c.measure == indicator.parameters["measure"],
            or_(outcome.c.value != "", outcome.c.met.is_not(None)),
            person.c.contributor.in_(scope.sharing(*measure_elements(indicator))),
        )
        .group_by(person.c.child_id)
    )
