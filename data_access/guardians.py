"""Guardians: invited with a code by a contributor or the backbone, linked to a child once staff verified who it is.

Where a link stands is told by its newest event; events are appended, never changed.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from argon2 import PasswordHasher
from sqlalchemy import Connection, Engine, func, insert, select

from data_access import accounts
from data_access.accounts import SessionToken
from data_access.agreements import NotRecorded
from data_access.ledger import append
from data_access.links import child_of
from data_access.looking import ONLY_LOOKING, Looking
from data_access.passwords import HASHER, WeakPassword, check_password
from data_access.registry.engine import lock, transaction
from data_access.registry.guardian_tables import guardian_event, guardian_link
from data_access.registry.tables import account, organization, source_record
from data_access.session import Session
from data_access.sign_in_notes import note_refusal
from privacy.authorize import Reason, Refused
from privacy.viewer import Role

ALPHABET: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
GROUPS, IN_GROUP = 4, 4  # 78 bits
VALID: Final = timedelta(days=14)
RELATIONSHIPS: Final = ("mother", "father", "parent", "legal_guardian", "foster_parent", "grandparent", "self")
LANGUAGES: Final = ("en", "es")
PROOFS: Final = ("photo_id", "known_to_staff", "court_document")
NO_CODE = (
    "This code and this e-mail address do not fit together, or the code has expired or was used. Ask for a new one."
)
OTHER_KIND = "This e-mail address belongs to an account of another kind. Ask to be invited at another address."


class InvitationRefused(Exception):
    """The code opens nothing; the words are the same whatever the reason."""


class Changed(NotRecorded):
    """Somebody else acted on this link since; look again, then decide."""


@dataclass(frozen=True)
class Link:
    """A guardian of one record of a child. state: invited, accepted, verified, ended; seen: its newest event."""

    id: int
    record_id: int
    contributor: str
    local_id: str
    guardian_name: str
    relationship: str
    email: str
    language: str
    state: str
    seen: int
    account: str | None
    since: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Invited:
    """An invitation; the code is told once and kept nowhere."""

    link: int
    code: str
    expires_at: datetime


class Families:
    """The acts of a contributor's staff, and of the backbone, on the links between guardians and children."""

    def __init__(self, session: Session) -> None:
        if session.viewer.role not in (Role.BACKBONE, Role.PARTNER):
            raise Refused([Reason("Families are invited by contributors and by the backbone organization.")])
        in_person(session)
        self.viewer, self._stores, self._now = session.viewer, session._stores, session._now

    @property
    def contributors(self) -> dict[str, str]:
        """Organizations whose children this person may invite families of, by id."""
        query = select(organization.c.id, organization.c.name).where(organization.c.kind == "contributor")
        if self.viewer.role is not Role.BACKBONE:
            query = query.where(organization.c.id == self.viewer.organization)
        with self._stores.registry.connect() as connection:
            return dict(connection.execute(query.order_by(organization.c.name)).all())

    def links(self) -> list[Link]:
        """Every link of their children, newest first."""
        with self._stores.registry.connect() as connection:
            return [link for link in reversed(links_of(connection)) if link.contributor in self.contributors]

    def invite(
        self, contributor: str, local_id: str, guardian_name: str, relationship: str, email: str, language: str
    ) -> Invited:
        """Invite somebody as a guardian of a child; raises NotRecorded, saying what to mend."""
        name, email = " ".join(guardian_name.split()), accounts._address(email)
        if not name or len(name) > 200:
            raise NotRecorded("Type the full name of the parent or guardian.")
        if relationship not in RELATIONSHIPS or language not in LANGUAGES:
            raise NotRecorded("Choose the relationship to the child and the language of the family.")
        code = "-".join("".join(secrets.choice(ALPHABET) for _ in range(IN_GROUP)) for _ in range(GROUPS))
        expires = self._now() + VALID
        with transaction(self._stores.registry) as connection:
            record = self._record(connection, contributor, local_id.strip())
            row = {"record_id": record, "guardian_name": name, "relationship": relationship, "email": email}
            row |= {"language": language, "invited_by": self.viewer.organization, "code_hash": _hash(code)}
            link = connection.execute(
                insert(guardian_link).returning(guardian_link.c.id), row | {"expires_at": expires}
            )
            number = int(link.scalar_one())
            self._event(connection, number, record, "invited")
        return Invited(number, code, expires)

    def verify(self, link: int, seen: int, proof: str) -> None:
        """Say that staff have made sure who the guardian is, and how; raises Changed."""
        if proof not in PROOFS:
            raise NotRecorded("Say how you made sure who the person is.")
        self._move(link, seen, ("accepted",), "verified", proof)

    def end(self, link: int, seen: int, why: str) -> None:
        """End a link; from now on the guardian sees nothing of the child through it. Raises Changed."""
        self._move(link, seen, ("invited", "accepted", "verified"), "ended", " ".join(why.split())[:200])

    def _move(self, link: int, seen: int, before: tuple[str, ...], after: str, note: str) -> None:
        with transaction(self._stores.registry) as connection:
            lock(connection, "guardian")
            found = next((one for one in links_of(connection, link) if one.contributor in self.contributors), None)
            if found is None:
                raise NotRecorded("There is no such link.")
            if found.seen != seen or found.state not in before:
                raise Changed("Somebody else has acted on this link since. Look at it again, then decide.")
            self._event(connection, link, found.record_id, after, note, found.account)

    def _record(self, connection: Connection, contributor: str, local_id: str) -> int:
        here = (source_record.c.contributor == contributor) & (source_record.c.local_id == local_id)
        record = connection.scalar(select(source_record.c.record_id).where(here))
        known = record is not None and contributor in self.contributors and child_of(connection, record) is not None
        if not known or record is None:
            raise NotRecorded(f"No child on a roster of this organization has the ID “{local_id[:60]}”.")
        return int(record)

    def _event(
        self, connection: Connection, link: int, record: int, state: str, note: str = "", who: str | None = None
    ) -> None:
        add_event(connection, link, state, self.viewer.user_id, self._now(), account=who, note=note)
        append(
            connection,
            self._stores.ledger_key,
            actor=self.viewer.user_id,
            organization=self.viewer.organization,
            action="guardian",
            child=child_of(connection, record),
            detail={"link": link, "state": state} | ({"proof": note} if state == "verified" else {}),
        )


def in_person(session: Session) -> None:
    """Names of families and children are for the person alone, not for who looks as that person; raises Refused."""
    if isinstance(session, Looking):
        raise Refused([Reason(ONLY_LOOKING)])


def accept(
    engine: Engine,
    key: bytes,
    *,
    email: str,
    code: str,
    password: str,
    address_key: str,
    now: datetime,
    hasher: PasswordHasher = HASHER,
) -> SessionToken:
    """Take up an invitation and sign in; raises InvitationRefused, WeakPassword, SignInRefused, NotRecorded.

    Somebody who has an account as a guardian gives its password; others choose one.
    """
    email = email.strip().lower()
    with engine.connect() as connection:
        link = _open_invitation(connection, email, code, now)
        known = connection.execute(select(account.c.user_id, account.c.role).where(account.c.email == email)).first()
    if link is None:
        note_refusal(engine, key, "unknown", "unknown", "refused", now)
        raise InvitationRefused(NO_CODE)
    if known is not None and known.role != Role.GUARDIAN:
        raise NotRecorded(OTHER_KIND)
    if known is None:
        check_password(password, email, link.guardian_name)
        home = {"email": email, "name": link.guardian_name, "organization": _families(engine)}
        accounts.create_user(engine, role=Role.GUARDIAN, password=password, hasher=hasher, **home)
    token = accounts.sign_in(engine, email, password, address_key, now, hasher=hasher, ledger_key=key)
    _take_up(engine, key, email, code, now)
    return token


def _take_up(engine: Engine, key: bytes, email: str, code: str, now: datetime) -> None:
    with transaction(engine) as connection:
        lock(connection, "guardian")
        link = _open_invitation(connection, email, code, now)
        who = connection.execute(
            select(account.c.user_id, account.c.organization).where(account.c.email == email)
        ).one()
        if link is None:
            raise InvitationRefused(NO_CODE)
        add_event(connection, link.id, "accepted", who.user_id, now, account=who.user_id)
        detail = {"link": link.id, "state": "accepted"}
        child = child_of(connection, link.record_id)
        told = {"actor": who.user_id, "organization": who.organization, "action": "guardian"}
        append(connection, key, child=child, detail=detail, **told)


def _open_invitation(connection: Connection, email: str, code: str, now: datetime) -> Link | None:
    kept = _hash("".join(code.split()).upper())
    number = connection.scalar(select(guardian_link.c.id).where(guardian_link.c.code_hash == kept))
    found = links_of(connection, number) if number is not None else []
    return next((one for one in found if one.email == email and one.state == "invited" and now < one.expires_at), None)


def _families(engine: Engine) -> str:
    with engine.connect() as connection:
        query = select(organization.c.id).where(organization.c.kind == "families").order_by(organization.c.id)
        found = connection.scalar(query.limit(1))
    if found is None:
        raise NotRecorded("Families have no organization yet. Add it with: quorum organization add families Families")
    return str(found)


def add_event(
    connection: Connection, link: int, state: str, by: str, now: datetime, *, account: str | None = None, note: str = ""
) -> None:
    """Append what happened to a link."""
    row: dict[str, Any] = {"link": link, "state": state, "by": by, "at": now, "account": account, "note": note}
    connection.execute(insert(guardian_event), row)


def links_of(connection: Connection, link: int | None = None, account: str | None = None) -> list[Link]:
    """Links with where they stand, oldest first; narrowed to one, or to those of an account."""
    event, newest = guardian_event, guardian_event.alias("newest")
    last = select(func.max(newest.c.sequence)).where(newest.c.link == guardian_link.c.id).scalar_subquery()
    query = (
        select(guardian_link, event, source_record.c.contributor, source_record.c.local_id)
        .join(event, event.c.link == guardian_link.c.id)
        .join(source_record, source_record.c.record_id == guardian_link.c.record_id)
        .where(event.c.sequence == last)
        .order_by(guardian_link.c.id)
    )
    if link is not None:
        query = query.where(guardian_link.c.id == link)
    if account is not None:
        query = query.where(event.c.account == account)
    return [_link(row) for row in connection.execute(query).mappings()]


def _link(row: Any) -> Link:
    names = ("id", "record_id", "contributor", "local_id", "guardian_name", "relationship", "email", "language")
    rest = {"state": row["state"], "seen": row["sequence"], "account": row["account"], "since": row["at"]}
    return Link(**{name: row[name] for name in names}, **rest, expires_at=row["expires_at"])


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


__all__ = ["Changed", "Families", "InvitationRefused", "Invited", "Link", "WeakPassword", "accept", "links_of"]
