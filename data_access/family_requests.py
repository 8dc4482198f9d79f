"""What families ask for: a correction or a copy. Each is a task of the contributor with a day it is due."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select

from data_access.agreements import NotRecorded
from data_access.births import newest_identity
from data_access.guardians import Changed, in_person
from data_access.ledger import append
from data_access.links import child_of, records_of
from data_access.my_child import Child, Guardian
from data_access.registry.engine import lock, transaction
from data_access.registry.guardian_tables import family_request, family_request_event, guardian_link
from data_access.registry.tables import identity, organization, source_record
from data_access.session import Session
from privacy.authorize import Reason, Refused
from privacy.viewer import Role

KINDS: Final = ("correction", "copy")
# 34 CFR 99.10: access within 45 days; a correction is answered within the same time.
WITHIN: Final = timedelta(days=45)
LONGEST: Final = 2000


class AskedAlready(NotRecorded):
    """The same was asked before and waits for its answer."""


@dataclass(frozen=True)
class FamilyRequest:
    """One request with where it stands: open, done or declined; seen: number of its newest event."""

    id: int
    kind: str
    words: str
    contributor: str
    member: str
    guardian: str
    local_id: str
    child: str
    asked_at: datetime
    due_on: date
    state: str
    note: str
    seen: int


def ask(guardian: Guardian, child: Child, kind: str, contributor: str, words: str) -> int:
    """Ask a contributor for a correction or a copy; raises NotRecorded, AskedAlready. Gives the request's number."""
    words = words.strip()
    if kind not in KINDS or (kind == "correction" and not words) or len(words) > LONGEST:
        raise NotRecorded("Say in a few words what is wrong.")
    stores = guardian._stores
    with transaction(stores.registry) as connection:
        lock(connection, "family-request")
        found = guardian._still_theirs(connection, child)
        if not found.theirs or contributor not in records_of(connection, found.child_id).values():
            raise Refused([Reason("This organization has no record of your child.")])
        row = {"link": found.link.id, "contributor": contributor, "kind": kind, "words": words}
        alike = and_(*(family_request.c[name] == row[name] for name in ("link", "contributor", "kind")))
        if any(_same(one, words) for one in _requests(connection, alike)):
            raise AskedAlready("This has been asked for already.")
        row |= {"asked_at": guardian._now(), "due_on": guardian.today + WITHIN}
        made = insert(family_request).returning(family_request.c.id)
        number = int(connection.execute(made, row).scalar_one())
        _event(connection, number, "open", guardian.viewer.user_id, guardian._now(), "")
        detail = {"request": number, "kind": kind, "to": contributor, "state": "open"}
        told = {"actor": guardian.viewer.user_id, "organization": guardian.viewer.organization}
        append(connection, stores.ledger_key, action="family-request", child=found.child_id, detail=detail, **told)
    return number


def _same(one: FamilyRequest, words: str) -> bool:
    """Whether a request that waits asks for the same; without words it asks for no more than any other of its kind."""
    return one.state == "open" and (not words or " ".join(one.words.split()) == " ".join(words.split()))


def asked(guardian: Guardian, child: Child) -> tuple[FamilyRequest, ...]:
    """What this guardian has asked for about a child, newest first."""
    if not child.theirs:
        raise Refused([Reason("There is no such child on your page.")])
    with guardian._stores.registry.connect() as connection:
        return _requests(connection, family_request.c.link.in_(guardian._links(child)))


class FamilyTasks:
    """The requests a contributor's staff answer; the backbone sees those of all."""

    def __init__(self, session: Session) -> None:
        if session.viewer.role not in (Role.BACKBONE, Role.PARTNER):
            raise Refused([Reason("Requests of families are answered by contributors.")])
        in_person(session)
        self.viewer, self.today = session.viewer, session.today
        self._stores, self._now = session._stores, session._now

    def requests(self) -> tuple[FamilyRequest, ...]:
        """All of them: open ones first, by the day they are due."""
        with self._stores.registry.connect() as connection:
            found = _requests(connection, self._mine())
        if self.viewer.role is Role.BACKBONE:  # whose child it is, is the contributor's to know
            found = tuple(replace(one, child="", local_id="") for one in found)
        return tuple(sorted(found, key=lambda one: (one.state != "open", one.due_on, one.id)))

    def waiting(self) -> tuple[int, int]:
        """How many are open, and how many of them are overdue."""
        due = [one.due_on for one in self.requests() if one.state == "open"]
        return len(due), sum(day < self.today for day in due)

    def answer(self, number: int, seen: int, state: str, note: str) -> None:
        """Close a request as done or declined, with words for the family; raises NotRecorded, Changed."""
        note = note.strip()
        if state not in ("done", "declined") or not note or len(note) > 1000:
            raise NotRecorded("Write the family a few words: what was done, or why not.")
        with transaction(self._stores.registry) as connection:
            lock(connection, "family-request")
            found = _requests(connection, self._mine() & (family_request.c.id == number))
            if not found:
                raise NotRecorded("There is no such request.")
            if found[0].seen != seen or found[0].state != "open":
                raise Changed("Somebody else has answered this request since.")
            _event(connection, number, state, self.viewer.user_id, self._now(), note)
            told: dict[str, Any] = {"actor": self.viewer.user_id, "organization": self.viewer.organization}
            told |= {"child": _child(connection, number), "detail": {"request": number, "state": state}}
            append(connection, self._stores.ledger_key, action="family-request", **told)

    def _mine(self) -> ColumnElement[bool]:
        if self.viewer.role is Role.BACKBONE:
            return family_request.c.id.is_not(None)
        return family_request.c.contributor == self.viewer.organization


def _child(connection: Connection, number: int) -> int | None:
    query = select(guardian_link.c.record_id).join(family_request, family_request.c.link == guardian_link.c.id)
    record = connection.scalar(query.where(family_request.c.id == number))
    return None if record is None else child_of(connection, record)


def _event(connection: Connection, number: int, state: str, by: str, now: datetime, note: str) -> None:
    row = {"request": number, "state": state, "by": by, "note": note, "at": now}
    connection.execute(insert(family_request_event), row)


def _requests(connection: Connection, where: ColumnElement[bool]) -> tuple[FamilyRequest, ...]:
    event, later = family_request_event, family_request_event.alias("later")
    last = select(func.max(later.c.sequence)).where(later.c.request == family_request.c.id).scalar_subquery()
    query = (
        select(
            family_request,
            *(event.c.state, event.c.note, event.c.sequence),
            *(guardian_link.c.record_id, guardian_link.c.guardian_name, organization.c.name),
        )
        .join(event, event.c.request == family_request.c.id)
        .join(guardian_link, guardian_link.c.id == family_request.c.link)
        .join(organization, organization.c.id == family_request.c.contributor)
        .where(event.c.sequence == last, where)
        .order_by(family_request.c.id.desc())
    )
    return tuple(_request(connection, row) for row in connection.execute(query))


def _request(connection: Connection, row: Any) -> FamilyRequest:
    local_id, child = _record(connection, row.record_id, row.contributor)
    return FamilyRequest(
        id=row.id,
        kind=row.kind,
        words=row.words,
        contributor=row.contributor,
        member=row.name,
        guardian=row.guardian_name,
        local_id=local_id,
        child=child,
        asked_at=row.asked_at,
        due_on=row.due_on,
        state=row.state,
        note=row.note,
        seen=row.sequence,
    )


def _record(connection: Connection, record: int, contributor: str) -> tuple[str, str]:
    """The contributor's own ID of the child, and the first name on its own roster."""
    child = child_of(connection, record)
    held = records_of(connection, child) if child is not None else {}
    own = next((number for number, name in held.items() if name == contributor), None)
    if own is None:
        return "", ""
    newest = newest_identity().where(identity.c.record_id == own).subquery()
    here = (identity.c.record_id == newest.c.record_id) & (identity.c.batch_id == newest.c.batch_id)
    query = select(source_record.c.local_id, identity.c.first_name, identity.c.last_name)
    query = query.join(identity, identity.c.record_id == source_record.c.record_id).join(newest, here)
    found = connection.execute(query).first()
    return (found.local_id, f"{found.first_name} {found.last_name}") if found else ("", "")
