"""Guardians: invited with a code by a contributor or the backbone, linked to a child once staff verified who it is."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from argon2 import PasswordHasher
from sqlalchemy import Connection, Engine, delete, insert, select, update

from data_access import accounts
from data_access.accounts import SessionToken
from data_access.agreements import NotRecorded
from data_access.guardian_links import Link, add_event, links_of
from data_access.ledger import append
from data_access.links import child_of
from data_access.looking import ONLY_LOOKING, Looking
from data_access.passwords import HASHER, WeakPassword, check_password, hashed
from data_access.registry.engine import lock, transaction
from data_access.registry.guardian_tables import guardian_link
from data_access.registry.tables import account, organization, session, source_record
from data_access.session import Session
from data_access.sign_in_codes import SignInCode, drawn, make_code, note_password
from data_access.sign_in_notes import note_refusal
from privacy.authorize import Reason, Refused
from privacy.viewer import Role

GROUPS: Final = 4  # of four letters or digits: 78 bits
VALID: Final = timedelta(days=14)
RELATIONSHIPS: Final = ("mother", "father", "parent", "legal_guardian", "foster_parent", "grandparent", "self")
LANGUAGES: Final = ("en", "es")
PROOFS: Final = ("photo_id", "known_to_staff", "court_document")
NO_CODE = (
    "This code and this e-mail address do not fit together, or the code has expired or was used. Ask for a new one."
)
INVITER = "Whoever invited somebody does not also make sure who it is. Ask a colleague, or the backbone organization."
OTHER_KIND = "This e-mail address belongs to an account of another kind. Ask to be invited at another address."


class InvitationRefused(Exception):
    """The code opens nothing; the words are the same whatever the reason."""


class TooLate(Exception):
    """It is too long since the code was used, or none was."""


class Changed(NotRecorded):
    """Somebody else acted on this link since; look again, then decide."""


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
        code = drawn(GROUPS)
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
        """Say that staff have made sure who the guardian is, and how; raises Changed, NotRecorded to the inviter."""
        if proof not in PROOFS:
            raise NotRecorded("Say how you made sure who the person is.")
        self._move(link, seen, ("accepted",), "verified", proof)

    def end(self, link: int, seen: int, why: str) -> None:
        """End a link; from now on the guardian sees nothing of the child through it. Raises Changed."""
        self._move(link, seen, ("invited", "accepted", "verified"), "ended", " ".join(why.split())[:200])

    def sign_in_code(self, link: int) -> SignInCode:
        """A one-time code with which a guardian signs in instead of a password; raises NotRecorded."""
        with transaction(self._stores.registry) as connection:
            lock(connection, "guardian")
            found = next((one for one in links_of(connection, link) if one.contributor in self.contributors), None)
            if found is None or found.account is None or found.state not in ("accepted", "verified"):
                raise NotRecorded("There is nobody behind this link who could sign in.")
            me = self.viewer
            made = make_code(connection, found.account, me.user_id, me.organization, self._now())
            told: dict[str, Any] = {"actor": me.user_id, "organization": me.organization, "action": "sign-in-code"}
            detail = {"link": link, "for": found.account}
            append(connection, self._stores.ledger_key, detail=detail, **told)
        return made

    def invited(self, link: Link) -> bool:
        """Whether it was this person who invited; then somebody else makes sure who it is."""
        return link.inviter == self.viewer.user_id

    def _move(self, link: int, seen: int, before: tuple[str, ...], after: str, note: str) -> None:
        with transaction(self._stores.registry) as connection:
            lock(connection, "guardian")
            found = next((one for one in links_of(connection, link) if one.contributor in self.contributors), None)
            if found is None:
                raise NotRecorded("There is no such link.")
            if after == "verified" and self.invited(found):
                raise NotRecorded(INVITER)
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

    Somebody who has an account as a guardian gives its password or a one-time code; others choose a password, or none,
    and sign in with a fresh code each time.
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
        password = password or secrets.token_urlsafe(32)  # one that nobody knows
        check_password(password, email, link.guardian_name)
        who, home = link.guardian_name, _families(engine)
        role = Role.GUARDIAN
        accounts.create_user(
            engine, email=email, name=who, organization=home, role=role, password=password, hasher=hasher
        )
    token = accounts.sign_in(engine, email, password, address_key, now, hasher=hasher, ledger_key=key)
    _take_up(engine, key, email, code, now)
    return token


def choose_password(
    engine: Engine,
    key: bytes,
    token: str,
    password: str,
    now: datetime,
    hasher: PasswordHasher = HASHER,
) -> SessionToken:
    """A new password for a guardian who has just come in with a code; all sessions end, and a new one begins with it.

    Raises WeakPassword; TooLate where the session was not begun with a code within half an hour.
    """
    person = accounts.session_account(engine, token, now)
    if person is None or person.role is not Role.GUARDIAN or not accounts.came_with_code(engine, token, now):
        raise TooLate
    check_password(password, person.email, person.name)
    kept, fresh = hashed(password, hasher), SessionToken(secrets.token_urlsafe(32))
    with transaction(engine) as connection:
        connection.execute(update(account).where(account.c.user_id == person.user_id).values(password_hash=kept))
        connection.execute(delete(session).where(session.c.user_id == person.user_id))
        note_password(connection, accounts._hash(token), now)
        told: dict[str, Any] = {"actor": person.user_id, "organization": person.organization, "action": "person"}
        append(connection, key, detail={"act": "password"}, **told)
        accounts.begin_session(connection, fresh, person, now, key, {})
    return fresh


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


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


__all__ = ["Changed", "Families", "InvitationRefused", "Invited", "Link", "TooLate", "WeakPassword", "accept"]
