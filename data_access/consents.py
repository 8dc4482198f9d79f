"""Consent statements in the registry: appended with a row of the ledger, never changed; and what else decides.

A statement is recorded under the child it is about. Who signs is known by name within one child; what a statement
covers is kept once for all statements that cover the same.
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, insert, select

from data_access.births import birth_dates
from data_access.ledger import append, canonical
from data_access.registry.consent_tables import (
    consent_coverage,
    consent_event,
    consent_signer,
    court_order,
    postsecondary,
)
from data_access.registry.engine import lock
from privacy.agreement import Level
from privacy.consent import Basis, Capacity, ChildFacts, ConsentEvent, CourtOrder, Say, missing_elements
from privacy.coverage import Coverage

CHANNELS = ("desk", "file", "guardian")
SETS = ("elements", "purposes", "disclosing", "recipients")


@dataclass(frozen=True)
class Statement:
    """What somebody says about sharing a child's records, as it comes in. signer: the name as it was written."""

    child: int
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
    """Append a statement with its row of the ledger and give its number; it holds for every read from then on."""
    at = at or datetime.now(UTC)
    lock(conn, "consent")
    signer = signer_of(conn, statement.child, statement.signer, at)
    row = event_row(statement, signer, coverage_of(conn, statement.coverage), by, at)
    number = int(conn.execute(insert(consent_event).returning(consent_event.c.sequence), row).scalar_one())
    _note(conn, key, number, statement, by, row["complete"])
    return number


def _note(conn: Connection, key: bytes, number: int, statement: Statement, by: By, complete: bool) -> None:
    append(
        conn,
        key,
        actor=by.actor,
        organization=by.organization,
        action="consent",
        channel=statement.channel,
        child=statement.child,
        detail={"statement": number, "say": statement.say.value, "covers": _plain(statement.coverage)}
        | {"form": statement.form, "version": statement.form_version, "complete": complete},
    )


def record_many(
    conn: Connection, key: bytes, statements: Sequence[Statement], *, by: By, at: datetime | None = None
) -> list[int]:
    """Append many statements in their order, each with its row of the ledger."""
    at = at or datetime.now(UTC)
    lock(conn, "consent")
    known: dict[Coverage, int] = {}
    rows = []
    for one in statements:
        if one.coverage not in known:
            known[one.coverage] = coverage_of(conn, one.coverage)
        rows.append(event_row(one, signer_of(conn, one.child, one.signer, at), known[one.coverage], by, at))
    if not rows:
        return []
    back = insert(consent_event).returning(consent_event.c.sequence, sort_by_parameter_order=True)
    numbers = [int(number) for number in conn.scalars(back, rows)]
    for number, one, row in zip(numbers, statements, rows, strict=True):
        _note(conn, key, number, one, by, row["complete"])
    return numbers


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
    *("child", "relationship", "channel", "signed_on", "effective_on", "expires_on"),
    *("evidence", "form", "form_version", "language", "batch_id"),
)


def signer_key(name: str) -> str:
    """What makes two spellings of a name the same signer of one child."""
    return " ".join(name.split()).casefold()[:200]


def signer_of(conn: Connection, child: int, name: str, at: datetime) -> int:
    """The number of a signer of this child, by name; a new one where nobody of this name has signed."""
    found = conn.scalar(
        select(consent_signer.c.id).where(
            consent_signer.c.child == child, consent_signer.c.name_key == signer_key(name)
        )
    )
    if found is None:
        row = {"child": child, "name": " ".join(name.split())[:200], "name_key": signer_key(name), "recorded_at": at}
        found = conn.execute(insert(consent_signer).returning(consent_signer.c.id), row).scalar_one()
    return int(found)


def coverage_of(conn: Connection, coverage: Coverage) -> int:
    """The number of a coverage; written where nobody has said the same before."""
    digest = hashlib.sha256(canonical(_plain(coverage)).encode()).hexdigest()
    found = conn.scalar(select(consent_coverage.c.id).where(consent_coverage.c.digest == digest))
    if found is None:
        row = {name: json.dumps(sorted(getattr(coverage, name))) for name in SETS}
        row |= {"digest": digest, "basis": coverage.basis.value, "level": coverage.level.code}
        found = conn.execute(insert(consent_coverage).returning(consent_coverage.c.id), row).scalar_one()
    return int(found)


def events_of(conn: Connection, child: int) -> tuple[ConsentEvent, ...]:
    """Every statement about a child, in order of recording."""
    return tuple(found.event for found in statements_of(conn, child))


def statements_of(conn: Connection, child: int) -> tuple[Recorded, ...]:
    """Every statement about a child with who signed and how it came in, in order of recording."""
    return tuple(_recorded(row) for row in conn.execute(_STATEMENTS, {"children": [child]}).mappings())


def statement_rows(conn: Connection, numbers: Sequence[int]) -> list[Recorded]:
    """Statements by number, in the order given."""
    rows = conn.execute(_JOINED.where(consent_event.c.sequence.in_(numbers))).mappings()
    found = {row["sequence"]: _recorded(row) for row in rows}
    return [found[number] for number in numbers]


def events_by_child(conn: Connection, children: Sequence[int], at: datetime) -> dict[int, list[ConsentEvent]]:
    """Every statement about some children that was recorded by a moment, in order of recording."""
    found: dict[int, list[ConsentEvent]] = {child: [] for child in children}
    for row in conn.execute(_STATEMENTS, {"children": list(children)}).mappings():
        if row["recorded_at"] <= at:
            found[row["child"]].append(_recorded(row).event)
    return found


_JOINED = (
    select(consent_event, *(consent_coverage.c[n] for n in ("basis", "level", *SETS)), consent_signer.c.name)
    .join(consent_coverage, consent_coverage.c.id == consent_event.c.coverage)
    .join(consent_signer, consent_signer.c.id == consent_event.c.signer)
    .order_by(consent_event.c.sequence)
)
_STATEMENTS = _JOINED.where(consent_event.c.child.in_(bindparam("children", expanding=True)))


def facts_of(conn: Connection, child: int) -> ChildFacts | None:
    """What decides who holds the right; None where no record tells a birth date, so that nobody can be asked."""
    return facts_by_child(conn, [child]).get(child)


def facts_by_child(conn: Connection, children: Sequence[int]) -> dict[int, ChildFacts]:
    """The same for some children; those without a birth date are left out."""
    enrolled = select(postsecondary.c.child, postsecondary.c.starts_on).where(postsecondary.c.child.in_(children))
    starts = dict(conn.execute(enrolled.order_by(postsecondary.c.id)).all())
    orders: dict[int, list[CourtOrder]] = {}
    for row in conn.execute(_orders().where(court_order.c.child.in_(children)).order_by(court_order.c.id)):
        orders.setdefault(row.child, []).append(CourtOrder(str(row.signer), row.starts, row.ends))
    return {
        child: ChildFacts(born, starts.get(child), tuple(orders.get(child, ())))
        for child, born in birth_dates(conn, children).items()
    }


def _orders() -> Select[Any]:
    replaced = select(court_order.c.replaces).where(court_order.c.replaces.is_not(None))
    return select(court_order).where(court_order.c.id.not_in(replaced))


def court_orders(conn: Connection, child: int) -> tuple[CourtOrder, ...]:
    """The court orders about a child that no later entry replaces."""
    rows = conn.execute(_orders().where(court_order.c.child == child).order_by(court_order.c.id))
    return tuple(CourtOrder(str(row.signer), row.starts, row.ends) for row in rows)


def barred_signers(conn: Connection, today: date) -> list[int]:
    """Signers whom a court order in force bars."""
    held = [one for one in conn.execute(_orders()) if one.starts <= today and (one.ends is None or today <= one.ends)]
    return [one.signer for one in held]


def enrolled_children(conn: Connection, today: date) -> list[int]:
    """Children whose postsecondary enrollment has begun."""
    newest = dict(
        conn.execute(select(postsecondary.c.child, postsecondary.c.starts_on).order_by(postsecondary.c.id)).all()
    )
    return [child for child, starts in newest.items() if starts is not None and starts <= today]


def record_court_order(
    conn: Connection,
    key: bytes,
    child: int,
    signer: int,
    starts: date,
    ends: date | None = None,
    *,
    by: By,
    at: datetime | None = None,
    evidence: str | None = None,
    replaces: int | None = None,
) -> int:
    """Append a court order that takes a signer's right away for its days, or that replaces an earlier entry."""
    row: dict[str, Any] = {"child": child, "signer": signer, "starts": starts, "ends": ends, "evidence": evidence}
    row |= {"replaces": replaces, "recorded_at": at or datetime.now(UTC), "recorded_by": by.actor}
    number = int(conn.execute(insert(court_order).returning(court_order.c.id), row).scalar_one())
    detail = {"order": number, "signer": signer, "replaces": replaces}
    append(conn, key, actor=by.actor, organization=by.organization, action="court order", child=child, detail=detail)
    return number


def record_postsecondary(
    conn: Connection, key: bytes, child: int, starts_on: date | None, *, by: By, at: datetime | None = None
) -> int:
    """Append the first day of postsecondary enrollment; None says that an earlier entry was a mistake."""
    row = {"child": child, "starts_on": starts_on, "recorded_at": at or datetime.now(UTC), "recorded_by": by.actor}
    number = int(conn.execute(insert(postsecondary).returning(postsecondary.c.id), row).scalar_one())
    detail = {"entry": number, "enrolled": starts_on is not None}
    append(conn, key, actor=by.actor, organization=by.organization, action="postsecondary", child=child, detail=detail)
    return number


def coverages(conn: Connection) -> dict[int, Coverage]:
    """Every coverage there is, by number."""
    return {row["id"]: coverage_from(row) for row in conn.execute(select(consent_coverage)).mappings()}


def newest_statement(conn: Connection) -> int:
    """The number of the newest statement; 0 where there is none."""
    return conn.scalar(select(func.max(consent_event.c.sequence))) or 0


def _plain(coverage: Coverage) -> dict[str, Any]:
    return {name: sorted(getattr(coverage, name)) for name in SETS} | {
        "basis": coverage.basis.value,
        "level": coverage.level.code,
    }


def _event(statement: Statement, at: datetime, number: int = 0) -> ConsentEvent:
    covers = statement.coverage
    return ConsentEvent(
        sequence=number,
        child=statement.child,
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


def coverage_from(row: Any) -> Coverage:
    """A coverage from its row."""
    return _coverage(row["basis"], row["level"], *(row[name] for name in SETS))


@lru_cache(maxsize=4096)
def _coverage(basis: str, level: str, *sets: str) -> Coverage:
    said = (frozenset(json.loads(text)) for text in sets)
    return Coverage(Basis(basis), Level[level.upper()], *said)


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
