"""The register of consents as staff work with it: search, what is missing, what expires, what is disputed, the desk.

The backbone works with every statement; a contributor with those about its own children that concern its records.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from data_access.agreements import organizations
from data_access.boundaries import areas, current_sets
from data_access.consent_coverage import ConsentCoverage, consent_coverage
from data_access.consented import Asked
from data_access.consents import By, Statement, events_of, newest_statement, record, statement_rows
from data_access.coverages import coverages
from data_access.ledger import append
from data_access.links import child_of, newest_links, of_children, record_of
from data_access.registry.consent_tables import consent_event, consent_signer, dispute
from data_access.registry.engine import transaction
from data_access.registry.tables import source_record
from data_access.rights import facts_of
from data_access.scans import Scan, keep
from data_access.session import Session
from privacy.agreement import Level
from privacy.authorize import Reason, Refused
from privacy.consent import ConsentPolicy, ConsentRequest, Say, decide_consent
from privacy.viewer import Role

MOST: Final = 50
KINDS: Final = {
    "all": "All statements",
    "incomplete": "Incomplete",
    "expiring": "Expiring",
    "disputed": "Parents disagree",
}


class NotKept(ValueError):
    """A consent that cannot be recorded; the message says how to mend it."""


@dataclass(frozen=True)
class Line:
    """One statement as the register lists it."""

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
    expires_on: date | None
    missing: tuple[str, ...]
    language: str


class ConsentRegistry:
    """For one viewer, now; raises Refused for whoever keeps no consents."""

    def __init__(self, session: Session) -> None:
        if session.viewer.role not in (Role.BACKBONE, Role.PARTNER):
            raise Refused([Reason("The register of consents is for contributors and the backbone organization.")])
        self._session, self._stores = session, session._stores
        self.everything = session.viewer.role is Role.BACKBONE
        self.policy = ConsentPolicy(self._stores.time_zone)

    def contributors(self) -> dict[str, str]:
        """Whose children this viewer records consents for."""
        every = {one.id: one.name for one in organizations(self._stores.registry) if one.kind == "contributor"}
        mine = self._session.viewer.organization
        return every if self.everything else {mine: every.get(mine, mine)}

    def members(self) -> dict[str, str]:
        """Every organization."""
        return {one.id: one.name for one in organizations(self._stores.registry)}

    def towns(self) -> dict[str, str]:
        """The names of towns."""
        found = current_sets(self._stores.registry).get("town")
        return {one.area_id: one.name for one in areas(self._stores.registry, found.id)} if found else {}

    def search(self, kind: str, text: str = "", days: int = 90, most: int = MOST) -> tuple[list[Line], int]:
        """Statements of a kind, newest first (expiring ones: the next first), and how many there are; each child shown
        is on the ledger."""
        with transaction(self._stores.registry) as conn:
            where = [*self._mine(conn), *self._kind(conn, kind, days)]
            if text.strip():
                where.append(_said_by(text))
            total = conn.scalar(select(func.count()).select_from(consent_event).where(*where)) or 0
            order = consent_event.c.expires_on if kind == "expiring" else consent_event.c.sequence.desc()
            query = select(consent_event.c.sequence).where(*where).order_by(order, consent_event.c.sequence)
            lines = [_line(found) for found in statement_rows(conn, list(conn.scalars(query.limit(most))))]
            self._note(conn, "list", kind, lines)
        return lines, total

    def coverage(self, recipient: str, purpose: str) -> ConsentCoverage:
        """How many consents stand for a recipient and purpose, as rounded counts."""
        asked = Asked(recipient, purpose, Level.IDENTIFIABLE, self._session._now(), self.policy)
        return consent_coverage(self._stores, asked, sorted(self.contributors()))

    def keep_paper(self, local_id: str, contributor: str, statement: Statement, scan: Scan | None) -> int:
        """Record what was signed at the desk, with its scan; raises NotKept."""
        viewer = self._session.viewer
        if contributor not in self.contributors():
            raise NotKept("Choose whose child this is.")
        with transaction(self._stores.registry) as conn:
            held = record_of(conn, contributor, local_id.strip())
            child = child_of(conn, held) if held is not None else None
            if held is None or child is None:
                raise NotKept("No child on the newest rosters has this number. Check it on the contributor’s roster.")
            if scan is not None:
                keep(conn, self._stores.home, scan)
            evidence = scan.reference if scan else statement.evidence
            said = replace(statement, record=held, evidence=evidence)
            by = By(viewer.user_id, viewer.organization)
            number = record(conn, self._stores.ledger_key, said, by=by, at=self._session._now())
            if disagree(conn, child, self._session._now(), self.policy):
                open_case(conn, child, number, self._session._now())
        return number

    def _mine(self, conn: Connection) -> list[ColumnElement[bool]]:
        if self.everything:
            return []
        mine = self._session.viewer.organization
        link = newest_links()
        own = (
            select(link.c.child_id)
            .join(source_record, source_record.c.record_id == link.c.record_id)
            .where(source_record.c.contributor == mine)
        )
        about = [n for n, one in coverages(conn).items() if one.disclosing & {mine, "*"}]
        return [of_children(consent_event.c.record, own), consent_event.c.coverage.in_(about)]

    def _kind(self, conn: Connection, kind: str, days: int) -> list[ColumnElement[bool]]:
        today = self._session.today
        if kind == "incomplete":
            return [consent_event.c.complete.is_(False), ~_followed()]
        if kind == "expiring":
            ends = consent_event.c.expires_on.between(today, today + timedelta(days=days))
            return [ends, consent_event.c.say == Say.PERMIT.value, consent_event.c.complete, ~_followed()]
        if kind == "disputed":
            return [of_children(consent_event.c.record, self._disputed(conn)), ~_followed()]
        return []

    def _disputed(self, conn: Connection) -> list[int]:
        """Children whose entitled signers disagree today; a case is opened for each that has none."""
        said, link = consent_event.c, newest_links()
        split = (
            select(link.c.child_id)
            .join(consent_event, said.record == link.c.record_id)
            .where(*self._mine(conn))
            .group_by(link.c.child_id)
            .having(func.count(said.signer.distinct()) > 1, func.min(said.say) != func.max(said.say))
        )
        now = self._session._now()
        found = [child for child in conn.scalars(split) if disagree(conn, child, now, self.policy)]
        for child in found:
            open_case(conn, child, newest_statement(conn, child), now)
        return found

    def _note(self, conn: Connection, action: str, kind: str, lines: Sequence[Line]) -> None:
        viewer = self._session.viewer
        for child in dict.fromkeys(line.child for line in lines):
            append(
                conn,
                self._stores.ledger_key,
                actor=viewer.user_id,
                organization=viewer.organization,
                action=action,
                channel="page",
                child=child,
                detail={"register": "consents", "kind": kind},
            )


def disagree(conn: Connection, child: int, at: datetime, policy: ConsentPolicy) -> bool:
    """Whether a yes and a no of entitled signers stand against each other."""
    facts, events = facts_of(conn, child), events_of(conn, child)
    if facts is None:
        return False
    asked = {
        (contributor, recipient, purpose, element, event.level)
        for event in events
        if event.say is Say.PERMIT
        for contributor in event.disclosing
        for recipient in event.recipients
        for purpose in event.purposes
        for element in event.elements - {"*"}
    }
    return any(decide_consent(events, ConsentRequest(child, facts, *one), at, policy).disputed for one in asked)


def open_case(conn: Connection, child: int, event: int, at: datetime) -> None:
    """A case for the backbone; one a child."""
    if conn.scalar(select(dispute.c.id).where(dispute.c.child == child)) is None:
        conn.execute(dispute.insert().values(child=child, event=event, opened_at=at))


def _followed() -> ColumnElement[bool]:
    """The signer has said something else since about the same, or has said no."""
    later, here, there = consent_event.alias("later"), newest_links("here"), newest_links("there")
    same = or_(later.c.coverage == consent_event.c.coverage, later.c.say == Say.DENY.value)
    return exists().where(
        and_(later.c.signer == consent_event.c.signer, later.c.sequence > consent_event.c.sequence, same),
        and_(here.c.record_id == consent_event.c.record, there.c.record_id == later.c.record),
        here.c.child_id == there.c.child_id,
    )


def _said_by(text: str) -> ColumnElement[bool]:
    words = [consent_signer.c.name.icontains(word, autoescape=True) for word in text.split()[:6]]
    named: Select[Any] = select(consent_signer.c.id).where(*words)
    if text.strip().isdecimal() and len(text.strip()) < 10:
        return or_(consent_event.c.signer.in_(named), of_children(consent_event.c.record, [int(text)]))
    return consent_event.c.signer.in_(named)


def _line(found: Any) -> Line:
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
        expires_on=event.expires_on,
        missing=found.missing,
        language=found.language or "",
    )
