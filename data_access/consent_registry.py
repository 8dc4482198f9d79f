"""The register of consents as staff work with it: search, what is missing, what expires, what is disputed, the desk.

The backbone works with every statement; a contributor with those about its own children that concern its records.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from data_access.boundaries import areas, current_sets
from data_access.consent_coverage import ConsentCoverage, consent_coverage
from data_access.consent_keeper import Changed, Keeper, NotKept, about
from data_access.consented import Asked
from data_access.consents import (
    Recorded,
    Statement,
    newest_statement,
    record,
    signer_key,
    statement_rows,
)
from data_access.disputes import CLOSED, cases, keep_up, odds_of, review
from data_access.ledger import append
from data_access.links import child_of, newest_links, record_of
from data_access.registry.consent_tables import consent_event, consent_signer
from data_access.registry.engine import lock, transaction
from data_access.registry.tables import source_record
from data_access.scans import Scan, keep, typed
from privacy.agreement import Level
from privacy.consent import Say
from privacy.lattice import Rule

MOST: Final = 50
SOON: Final = 90  # days
IN_A_FILE: Final = 100_000
PART: Final = 5_000  # numbers a database takes in one question
KINDS: Final = {
    "all": "All statements",
    "incomplete": "Incomplete",
    "expiring": "Expiring",
    "disputed": "Parents disagree",
}


@dataclass(frozen=True)
class Line:
    """One statement as the register lists it. at: when it was recorded; form, version: what was signed."""

    number: int
    child: int
    signer: str
    relationship: str
    say: str
    contributors: tuple[str, ...]
    recipients: tuple[str, ...]
    purposes: tuple[str, ...]
    elements: tuple[str, ...]
    signed_on: date | None
    effective_on: date | None
    expires_on: date | None
    missing: tuple[str, ...]
    evidence: str
    form: str
    version: str
    language: str
    channel: str
    at: datetime


@dataclass(frozen=True)
class Standing:
    """How the register stands: statements in all; of these a yes that is complete and within its days, and how many
    are incomplete, expire within 90 days, stand against another parent's."""

    statements: int
    held: int
    incomplete: int
    expiring: int
    disputed: int


class ConsentRegistry(Keeper):
    """For one viewer, now; raises Refused for whoever keeps no consents."""

    def towns(self) -> dict[str, str]:
        """The names of towns."""
        found = current_sets(self._stores.registry).get("town")
        return {one.area_id: one.name for one in areas(self._stores.registry, found.id)} if found else {}

    def search(self, kind: str, text: str = "", days: int = 90, most: int = MOST) -> tuple[list[Line], int]:
        """Statements of a kind, newest first (expiring ones: the next first), and how many there are; each child shown
        is on the ledger."""
        if kind == "disputed":
            keep_up(self._stores.registry, self._acting)
        with transaction(self._stores.registry) as conn:
            lines, total = self._found(conn, kind, text, days, most)
            self._note(conn, "list", [line.child for line in lines], kind=kind)
        return lines, total

    def standing(self) -> Standing:
        """Counts of statements; no child is shown, so none is on the ledger."""
        keep_up(self._stores.registry, self._acting)
        with transaction(self._stores.registry) as conn:
            mine = self._mine(conn)
            kinds = {kind: [*mine, *self._kind(conn, kind, SOON)] for kind in (*KINDS, "held")}
            found = {
                kind: conn.scalar(select(func.count()).select_from(consent_event).where(*where)) or 0
                for kind, where in kinds.items()
            }
        return Standing(*(found[kind] for kind in ("all", "held", "incomplete", "expiring", "disputed")))

    def renewal(self, text: str, days: int, made: Callable[[Sequence[Line]], bytes]) -> tuple[bytes, int, str]:
        """The file of consents to renew, its lines, and its entry on the ledger, which names every child besides.

        Nothing is left out: raises NotKept where it would be too long.
        """
        with transaction(self._stores.registry) as conn:
            lines, total = self._found(conn, "expiring", text, days, IN_A_FILE)
            if total > IN_A_FILE:
                many = f"{total:,} consents are too many for one file; {IN_A_FILE:,} fit."
                raise NotKept(f"{many} Choose fewer days, or a contributor’s staff can make their own.")
            content = made(lines)
            self._note(conn, "list", [line.child for line in lines], kind="renewal")
            detail = {"days": days, "rows": total, "sha256": hashlib.sha256(content).hexdigest()}
            row = append(
                conn,
                self._stores.ledger_key,
                actor=self._by.actor,
                organization=self._by.organization,
                action="consent-file",
                channel="csv",
                detail=detail,
            )
        return content, total, f"D-{row}"

    def coverage(self, recipient: str, purpose: str) -> ConsentCoverage:
        """How many consents stand for a recipient and purpose, as rounded counts."""
        asked = Asked(recipient, purpose, Level.IDENTIFIABLE, self._session._now(), self.policy)
        known = [one.minimum_count for one in self._session._agreements() if one.active(self.today)]
        return consent_coverage(self._stores, asked, sorted(self.contributors()), max(known, default=Rule().k))

    def newest(self) -> int:
        """The newest statement of all: what a form at the desk had seen when it was opened."""
        with self._stores.registry.connect() as conn:
            return newest_statement(conn)

    def keep_paper(self, local_id: str, contributor: str, said: Statement, scan: Scan | None, seen: int) -> Line:
        """Record what was signed at the desk, with its scan; raises NotKept, Changed where somebody has recorded a
        statement of the same signer since `seen`."""
        if contributor not in self.contributors():
            raise NotKept("Choose whose child this is.")
        with transaction(self._stores.registry) as conn:
            lock(conn, "consent")
            held = record_of(conn, contributor, local_id.strip())
            child = child_of(conn, held) if held is not None else None
            if held is None or child is None:
                raise NotKept("No child on the newest rosters has this number. Check it on the contributor’s roster.")
            self._nobody_since(conn, child, said.signer, seen)
            if scan is not None:
                keep(conn, self._stores.home, scan)
            said = replace(said, record=held, evidence=scan.reference if scan else typed(said.evidence) or None)
            number = record(conn, self._stores.ledger_key, said, by=self._by, at=self._session._now())
            review(conn, [child], self._acting)
            return line_of(statement_rows(conn, [number])[0])

    def _nobody_since(self, conn: Connection, child: int, signer: str, seen: int) -> None:
        """Raises Changed where a statement of this signer came in meanwhile: two people may hold the same paper."""
        where = [*self._mine(conn), about([child]), consent_event.c.sequence > seen]
        numbers = list(conn.scalars(select(consent_event.c.sequence).where(*where).order_by(consent_event.c.sequence)))
        newer = [one for one in statement_rows(conn, numbers) if signer_key(one.name) == signer_key(signer)]
        if newer:
            number = newer[-1].event.sequence
            told = f"Statement {number} of this person about this child was recorded since you opened this form."
            raise Changed(f"{told} Nothing was recorded now. If yours is another, press the button again.", str(number))

    def _found(self, conn: Connection, kind: str, text: str, days: int, most: int) -> tuple[list[Line], int]:
        where = [*self._mine(conn), *self._kind(conn, kind, days)]
        if text.strip():
            where.append(self._said_by(text.strip()))
        total = conn.scalar(select(func.count()).select_from(consent_event).where(*where)) or 0
        order = consent_event.c.expires_on if kind == "expiring" else consent_event.c.sequence.desc()
        query = select(consent_event.c.sequence).where(*where).order_by(order, consent_event.c.sequence)
        numbers = list(conn.scalars(query.limit(most)))
        parts = (numbers[start : start + PART] for start in range(0, len(numbers), PART))
        return [line_of(found) for part in parts for found in statement_rows(conn, part)], total

    def _kind(self, conn: Connection, kind: str, days: int) -> list[ColumnElement[bool]]:
        today = self.today
        if kind == "incomplete":
            return [consent_event.c.complete.is_(False), ~self._followed(conn)]
        if kind == "expiring":
            ends = consent_event.c.expires_on.between(today, today + timedelta(days=days))
            return [ends, consent_event.c.say == Say.PERMIT.value, consent_event.c.complete, ~self._followed(conn)]
        if kind == "held":
            first, last = consent_event.c.effective_on, consent_event.c.expires_on
            within = [or_(first.is_(None), first <= today), or_(last.is_(None), last >= today)]
            return [*within, consent_event.c.say == Say.PERMIT.value, consent_event.c.complete, ~self._followed(conn)]
        if kind == "disputed":
            return [consent_event.c.sequence.in_(self._disputed(conn))]
        return []

    def _followed(self, conn: Connection) -> ColumnElement[bool]:
        """The signer has said something else since about the same, or has said no, in statements this viewer keeps."""
        later, here, there = consent_event.alias("later"), newest_links("here"), newest_links("there")
        same = or_(later.c.coverage == consent_event.c.coverage, later.c.say == Say.DENY.value)
        return exists().where(
            and_(later.c.signer == consent_event.c.signer, later.c.sequence > consent_event.c.sequence, same),
            and_(here.c.record_id == consent_event.c.record, there.c.record_id == later.c.record),
            here.c.child_id == there.c.child_id,
            *self._covering(conn, later.c.coverage),
        )

    def _disputed(self, conn: Connection) -> list[int]:
        """The statements that stand against each other now, as far as this viewer's records are concerned."""
        last = {one.child: one for one in cases(conn)}
        split = [c for c, one in last.items() if one.ended is None or one.ended.how == CLOSED]
        odds = odds_of(conn, split, self._acting, self._own)
        return sorted(number for numbers in odds.values() for number in numbers)

    def _said_by(self, text: str) -> ColumnElement[bool]:
        """By name of the signer, by a contributor's number of the child, by our own."""
        words = [consent_signer.c.name.icontains(word, autoescape=True) for word in text.split()[:6]]
        named: Select[Any] = select(consent_signer.c.id).where(*words)
        local = about(self._children(source_record.c.local_id == text))
        ours = about([int(text)] if text.isdecimal() and len(text) < 10 else [])
        return or_(consent_event.c.signer.in_(named), local, ours)


def line_of(found: Recorded) -> Line:
    """A statement on file as the register lists it."""
    event = found.event
    return Line(
        number=event.sequence,
        child=event.child,
        signer=found.name,
        relationship=found.relationship,
        say=event.say.value,
        contributors=tuple(sorted(event.disclosing)),
        recipients=tuple(sorted(event.recipients)),
        purposes=tuple(sorted(event.purposes)),
        elements=tuple(sorted(event.elements)),
        signed_on=event.signed_on,
        effective_on=event.effective_on,
        expires_on=event.expires_on,
        missing=found.missing,
        evidence=event.evidence or "",
        form=found.form or "",
        version=event.form_version or "",
        language=found.language or "",
        channel=found.channel,
        at=event.recorded_at,
    )
