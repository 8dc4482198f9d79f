"""Which fields of which children a permit and the consents that stand open: ids only, nothing about a child is read.

Names and values are read by joining these grants (`data_access.record_values`), so a field without one is never read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from data_access.births import newest_identity, newest_link
from data_access.consented import Asked, consents_of
from data_access.facts import attendance, participation, residence
from data_access.lake import Lake
from data_access.lake_tables import PERSON
from data_access.registry.tables import identity, match_decision, source_record
from privacy.effective import Pair
from privacy.records import RecordPermit, Source

CHUNKS = (200, 1_000, 5_000)


@dataclass(frozen=True)
class Row:
    """A contributor's record of a child."""

    record_id: int
    child: int
    contributor: str


@dataclass(frozen=True)
class Grant:
    """One field of one record that may be read, and what it rests on. consent: number of a statement, 0 if none is
    needed."""

    row: Row
    source: Source
    consent: int


def search(
    conn: Connection, lake: Lake, permit: RecordPermit, asked: Asked, text: str, most: int
) -> tuple[list[int], bool]:
    """Up to so many children whose names are open to the reader, in order of name; and whether there are more."""
    found: dict[int, None] = {}
    named = {s.contributor: s for s in permit.sources if s.element == "child"}
    bound = [(s.contributor, s.element) for s in named.values() if s.consent]
    skipped = 0
    for size in chain(CHUNKS, repeat(CHUNKS[-1])):
        query = _candidates(sorted(named), text).limit(size).offset(skipped)
        rows = [Row(*row[:3]) for row in conn.execute(query)]
        stand = consents_of(conn, sorted({row.child for row in rows}), asked, bound)
        free = [r for r in rows if not named[r.contributor].consent or (r.contributor, "child") in stand[r.child]]
        for row, _ in _inside(lake, [(row, named[row.contributor]) for row in free]):
            found.setdefault(row.child)
        skipped += size
        if len(found) > most or len(rows) < size:
            break
    return list(found)[:most], len(found) > most


def _candidates(contributors: Sequence[str], text: str) -> Select[Any]:
    """record_id, child_id, contributor, place of records whose name has every word of the text at a word's start."""
    link = newest_link().subquery()
    place = func.row_number().over(order_by=(identity.c.last_name, identity.c.first_name, identity.c.record_id))
    return (
        newest_identity()
        .join(link, link.c.record_id == identity.c.record_id)
        .join(source_record, source_record.c.record_id == identity.c.record_id)
        .with_only_columns(identity.c.record_id, link.c.child_id, source_record.c.contributor, place.label("place"))
        .where(source_record.c.contributor.in_(contributors), *(_named(word) for word in text.split()[:6]))
        .order_by("place")
    )


def _named(word: str) -> ColumnElement[bool]:
    columns = (identity.c.last_name, identity.c.first_name, identity.c.middle_name)
    # SQLite tells small and capital letters apart outside of English.
    ways = {word, word.title(), word.upper()} if not word.isascii() else set()
    plain = (c.istartswith(word, autoescape=True) for c in columns)
    return or_(*plain, *(c.startswith(way, autoescape=True) for c in columns for way in sorted(ways)))


def rows_of(conn: Connection, children: Sequence[int], contributors: Iterable[str]) -> list[Row]:
    """The current records of some children at some contributors."""
    link = newest_link().where(match_decision.c.child_id.in_(children)).subquery()
    query = (
        newest_identity()
        .join(link, link.c.record_id == identity.c.record_id)
        .join(source_record, source_record.c.record_id == identity.c.record_id)
        .with_only_columns(identity.c.record_id, link.c.child_id, source_record.c.contributor)
        .where(source_record.c.contributor.in_(sorted(set(contributors))))
    )
    return [Row(*row) for row in conn.execute(query.order_by(identity.c.record_id))]


def grants(
    conn: Connection, lake: Lake, permit: RecordPermit, asked: Asked, children: Sequence[int]
) -> tuple[list[Grant], dict[int, dict[Pair, int]]]:
    """Every field that may be read of some children, and the consents that stand for them."""
    bound = [(s.contributor, s.element) for s in permit.sources if s.consent]
    stand = consents_of(conn, children, asked, bound)
    by_contributor: dict[str, list[Source]] = {}
    for source in permit.sources:
        by_contributor.setdefault(source.contributor, []).append(source)
    rows = rows_of(conn, children, by_contributor)
    pairs = [(row, source) for row in rows for source in by_contributor[row.contributor]]
    found = []
    for row, source in _inside(lake, pairs):
        consent = stand[row.child].get((source.contributor, source.element), 0)
        if consent or not source.consent:
            found.append(Grant(row, source, consent))
    return found, stand


def _inside(lake: Lake, pairs: Sequence[tuple[Row, Source]]) -> list[tuple[Row, Source]]:
    """Records with sources whose programs and areas they lie in; each source has limits of its own."""
    bound = {row.record_id: row for row, source in pairs if source.programs or source.areas}
    there = _whereabouts(lake, list(bound.values())) if bound else {}

    def within(row: Row, source: Source) -> bool:
        marks = there.get(row.record_id, frozenset())
        return all(not limit.isdisjoint(marks) for limit in (*source.programs, *source.areas))

    return [(row, source) for row, source in pairs if within(row, source)]


def _whereabouts(lake: Lake, rows: Sequence[Row]) -> dict[int, frozenset[str]]:
    """Codes of each record's programs and of the areas of its newest residence."""
    found: dict[int, set[str]] = {row.record_id: set() for row in rows}
    latest: dict[int, Any] = {}
    with lake.connect(person=person_of(rows)) as connection:
        records = list(found)
        for table in (attendance, participation):
            query = select(table.c.record_id, table.c.program).where(table.c.record_id.in_(records)).distinct()
            for record, program in connection.execute(query):
                found[record].add(program)
        query = select(residence).where(residence.c.record_id.in_(records)).order_by(residence.c.as_of)
        for home in connection.execute(query):
            latest[home.record_id] = (home.tract, home.town, home.district)
    return {record: frozenset({*programs, *latest.get(record, ())} - {""}) for record, programs in found.items()}


def person_of(rows: Sequence[Row]) -> pa.Table:
    """The lake's `person` with these records alone."""
    columns = ([r.record_id for r in rows], [r.child for r in rows], [r.contributor for r in rows])
    return pa.table(dict(zip(PERSON.names, columns, strict=True)), schema=PERSON)
