"""Consent statements in the registry: appended with a row of the ledger, never changed.

A statement hangs on a contributor's record of the child; whose it is, is resolved at every read by the newest link of
that record, so it goes with the record where matching decides anew. Who signs is known by name.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select

from data_access.births import newest_link
from data_access.coverages import SETS, coverage_from, coverage_of, plain
from data_access.ledger import append_each
from data_access.links import children_of, links_of_some, of_children
from data_access.registry.consent_tables import (
    consent_coverage,
    consent_event,
    consent_signer,
)
from data_access.registry.engine import lock
from privacy.consent import Capacity, ConsentEvent, Say, missing_elements
from privacy.coverage import Coverage

CHANNELS = ("desk", "file", "guardian")


@dataclass(frozen=True)
class Statement:
    """What somebody says about sharing a child's records, as it comes in. record: a contributor's record of the child;
    signer: the name as it was written."""

    record: int
    signer: str
    relationship: str
    capacity: Capacity
    say: Say
    coverage: Coverage
    channel: str
    signed_on: date | None = None
    effective_on: date | None = None
    expires_on: date | None = None
    evidence: str | None = None
    form: str | None = None
    form_version: str | None = None
    language: str | None = None
    batch_id: int | None = None


@dataclass(frozen=True)
class By:
    """Who records, for which organization."""

    actor: str
    organization: str


@dataclass(frozen=True)
class Recorded:
    """A statement on file: as decisions read it, with who signed and how it came in."""

    event: ConsentEvent
    name: str
    relationship: str
    channel: str
    organization: str
    form: str | None
    language: str | None

    @property
    def missing(self) -> tuple[str, ...]:
        """What keeps it from being active, in words."""
        return missing_elements(self.event)


def record(conn: Connection, key: bytes, statement: Statement, *, by: By, at: datetime | None = None) -> int:
    """Append a statement with its row of the ledger and give its number; it holds for every read from then on.

    Raises ValueError where its record has not been matched to a child.
    """
    (number,) = record_many(conn, key, [statement], by=by, at=at)
    return number


def record_many(
    conn: Connection, key: bytes, statements: Sequence[Statement], *, by: By, at: datetime | None = None
) -> list[int]:
    """Append many statements in their order, each with its row of the ledger, which names the child of this moment."""
    at = at or datetime.now(UTC)
    lock(conn, "consent")
    children = children_of(conn, {one.record for one in statements})
    if any(one.record not in children for one in statements):
        raise ValueError("A statement needs a record that has been matched to a child.")
    if not statements:
        return []
    covers = {coverage: coverage_of(conn, coverage) for coverage in dict.fromkeys(one.coverage for one in statements)}
    signers = signers_of(conn, [one.signer for one in statements], at)
    rows = [event_row(one, signers[signer_key(one.signer)], covers[one.coverage], by, at) for one in statements]
    back = insert(consent_event).returning(consent_event.c.sequence, sort_by_parameter_order=True)
    numbers = [int(number) for number in conn.scalars(back, rows)]
    kept = list(zip(numbers, statements, (row["complete"] for row in rows), strict=True))
    for channel, some in groupby(kept, key=lambda one: one[1].channel):
        told = [(children[one.record], _detail(number, one, complete)) for number, one, complete in some]
        append_each(conn, key, told, actor=by.actor, organization=by.organization, action="consent", channel=channel)
    return numbers


def _detail(number: int, statement: Statement, complete: bool) -> dict[str, Any]:
    """What the ledger tells of a statement."""
    told = {"statement": number, "say": statement.say.value, "covers": plain(statement.coverage)}
    return told | {"form": statement.form, "version": statement.form_version, "complete": complete}


def missing_in(statement: Statement) -> tuple[str, ...]:
    """What keeps a statement from being active, in words."""
    return missing_elements(_event(statement, datetime.now(UTC)))


def event_row(statement: Statement, signer: int, coverage: int, by: By, at: datetime) -> dict[str, Any]:
    """The row of a statement, without its number."""
    if statement.channel not in CHANNELS:
        raise ValueError(f"“{statement.channel}” is not a way in. Choose one of: {', '.join(CHANNELS)}.")
    row = {name: getattr(statement, name) for name in _KEPT}
    row |= {"capacity": statement.capacity.value, "say": statement.say.value, "coverage": coverage, "signer": signer}
    row |= {"complete": not missing_elements(_event(statement, at)), "recorded_at": at, "recorded_by": by.actor}
    return row | {"organization": by.organization, "token": secrets.token_hex(16)}


_KEPT = (
    *("record", "relationship", "channel", "signed_on", "effective_on", "expires_on"),
    *("evidence", "form", "form_version", "language", "batch_id"),
)


def signer_key(name: str) -> str:
    """What makes two spellings of a name the same signer."""
    return " ".join(name.split()).casefold()[:200]


def known_signer(conn: Connection, name: str) -> str:
    """The signer of this name as statements and court orders name it; empty where nobody of this name has signed."""
    return str(_known_signers(conn, [signer_key(name)]).get(signer_key(name), ""))


def signer_of(conn: Connection, name: str, at: datetime) -> int:
    """The number of a signer, by name; a new one where nobody of this name has signed. What one signer says about
    one child says nothing about another."""
    return signers_of(conn, [name], at)[signer_key(name)]


def signers_of(conn: Connection, names: Sequence[str], at: datetime) -> dict[str, int]:
    """The numbers of many signers by `signer_key`; new ones as for `signer_of`."""
    wanted = {signer_key(name): " ".join(name.split())[:200] for name in reversed(names)}
    found = _known_signers(conn, sorted(wanted))
    new = [{"name": wanted[key], "name_key": key, "recorded_at": at} for key in sorted(wanted.keys() - found)]
    if new:
        conn.execute(insert(consent_signer), new)
        found |= _known_signers(conn, sorted(wanted.keys() - found))
    return found


def _known_signers(conn: Connection, keys: Sequence[str]) -> dict[str, int]:
    here, found = consent_signer.c, dict[str, int]()
    for start in range(0, len(keys), 500):
        query = select(here.name_key, here.id).where(here.name_key.in_(keys[start : start + 500]))
        found.update({str(row.name_key): row.id for row in conn.execute(query)})
    return found


def events_of(conn: Connection, child: int) -> tuple[ConsentEvent, ...]:
    """Every statement about a child, in order of recording."""
    return tuple(found.event for found in statements_of(conn, child))


def statements_of(conn: Connection, child: int) -> tuple[Recorded, ...]:
    """Every statement about a child with who signed and how it came in, in order of recording."""
    return tuple(_recorded(row) for row in conn.execute(_STATEMENTS, {"children": [child]}).mappings())


def statement_rows(conn: Connection, numbers: Sequence[int]) -> list[Recorded]:
    """Statements by number, in the order given."""
    rows = conn.execute(_joined(newest_link()).where(consent_event.c.sequence.in_(numbers))).mappings()
    found = {row["sequence"]: _recorded(row) for row in rows}
    return [found[number] for number in numbers]


def events_by_child(conn: Connection, children: Sequence[int], at: datetime) -> dict[int, list[ConsentEvent]]:
    """Every statement about some children that was recorded by a moment, in order of recording."""
    found: dict[int, list[ConsentEvent]] = {child: [] for child in children}
    for row in conn.execute(_STATEMENTS, {"children": list(children)}).mappings():
        if row["recorded_at"] <= at:
            found[row["child"]].append(_recorded(row).event)
    return found


def _joined(links: Select[tuple[int, int]]) -> Select[Any]:
    """Statements with what they cover, who signs, and the child of their record by these links."""
    link = links.subquery()
    covers = (consent_coverage.c[name] for name in ("basis", "level", *SETS))
    return (
        select(consent_event, *covers, consent_signer.c.name, link.c.child_id.label("child"))
        .join(link, link.c.record_id == consent_event.c.record)
        .join(consent_coverage, consent_coverage.c.id == consent_event.c.coverage)
        .join(consent_signer, consent_signer.c.id == consent_event.c.signer)
        .order_by(consent_event.c.sequence)
    )


_STATEMENTS = _joined(links_of_some())


def newest_statement(conn: Connection, child: int | None = None) -> int:
    """The number of the newest statement about a child, or of all; 0 where there is none."""
    query = select(func.max(consent_event.c.sequence))
    if child is not None:
        query = query.where(of_children(consent_event.c.record, [child]))
    return conn.scalar(query) or 0


def _event(statement: Statement, at: datetime, number: int = 0) -> ConsentEvent:
    covers = statement.coverage
    return ConsentEvent(
        sequence=number,
        child=0,  # whose it is does not matter for what it lacks
        signer=signer_key(statement.signer),
        capacity=statement.capacity,
        say=statement.say,
        basis=covers.basis,
        elements=covers.elements,
        purposes=covers.purposes,
        disclosing=covers.disclosing,
        recipients=covers.recipients,
        level=covers.level,
        recorded_at=at,
        signed_on=statement.signed_on,
        effective_on=statement.effective_on,
        expires_on=statement.expires_on,
        evidence=statement.evidence,
        form_version=statement.form_version,
    )


def _recorded(row: Any) -> Recorded:
    covers = coverage_from(row)
    event = ConsentEvent(
        sequence=row["sequence"],
        child=row["child"],
        signer=str(row["signer"]),
        capacity=Capacity(row["capacity"]),
        say=Say(row["say"]),
        basis=covers.basis,
        elements=covers.elements,
        purposes=covers.purposes,
        disclosing=covers.disclosing,
        recipients=covers.recipients,
        level=covers.level,
        recorded_at=row["recorded_at"],
        signed_on=row["signed_on"],
        effective_on=row["effective_on"],
        expires_on=row["expires_on"],
        evidence=row["evidence"],
        form_version=row["form_version"],
    )
    told = (row["name"], row["relationship"], row["channel"], row["organization"], row["form"], row["language"])
    return Recorded(event, *told)
