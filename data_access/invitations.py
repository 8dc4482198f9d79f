"""Invitations: a code that is shown once, kept as a hash, good for one account and for a week."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from argon2 import PasswordHasher
from sqlalchemy import Connection, Engine, Row, insert, select, update

from data_access.accounts import Account, add_account, check_person
from data_access.ledger import append
from data_access.limits import read_limits, write_limits
from data_access.passwords import HASHER, check_password, hashed
from data_access.registry.agreement_tables import invitation
from data_access.registry.engine import lock, transaction
from privacy.viewer import Limits, Role

GOOD_FOR: Final = timedelta(days=7)
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
NOT_VALID = (
    "This code is not valid. It may have been used, withdrawn or mistyped, or it is older than a week. "
    "Ask the person who invited you for a new one."
)


class NotInvited(ValueError):
    """A code that opens nothing; the words are the same whatever the reason."""

    def __init__(self) -> None:
        super().__init__(NOT_VALID)


@dataclass(frozen=True)
class Invited:
    """Somebody who was invited and has not come yet."""

    id: int
    email: str
    name: str
    organization: str
    role: Role
    expires_at: datetime


def invite(conn: Connection, actor: str, person: Account, limits: Limits, now: datetime) -> tuple[int, str]:
    """Record an invitation; gives its number and the code, which exists nowhere else. Raises as create_user does."""
    check_person(conn, person)
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))
    conn.execute(
        update(invitation)
        .where(invitation.c.email == person.email, invitation.c.accepted_at.is_(None))
        .where(invitation.c.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    row = {"code_hash": _hash(code), "email": person.email, "name": person.name, "organization": person.organization}
    row |= {"role": person.role.value, "limits": write_limits(limits), "invited_by": actor}
    times = {"invited_at": now, "expires_at": now + GOOD_FOR}
    number = conn.execute(insert(invitation).returning(invitation.c.id), row | times).scalar_one()
    return int(number), code


def waiting(engine: Engine, now: datetime) -> list[Invited]:
    """Invitations that can still be accepted, newest first."""
    here = invitation.c
    query = select(here.id, here.email, here.name, here.organization, here.role, here.expires_at)
    query = query.where(here.accepted_at.is_(None), here.withdrawn_at.is_(None), here.expires_at > now)
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(here.id.desc()))
        return [Invited(r.id, r.email, r.name, r.organization, Role(r.role), r.expires_at) for r in rows]


def withdraw(conn: Connection, number: int, now: datetime) -> bool:
    """Make a code worthless; False where there is none to withdraw."""
    open_ = (invitation.c.id == number) & invitation.c.accepted_at.is_(None) & invitation.c.withdrawn_at.is_(None)
    return conn.execute(update(invitation).where(open_).values(withdrawn_at=now)).rowcount == 1


def accept(
    engine: Engine, key: bytes, code: str, password: str, now: datetime, *, hasher: PasswordHasher = HASHER
) -> Account:
    """Make the account of an invitation; raises NotInvited, WeakPassword, and as create_user does."""
    with engine.connect() as connection:
        found = _open(connection, code, now)
    check_password(password, found.email, found.name)
    kept = hashed(password, hasher)
    with transaction(engine) as connection:
        lock(connection, "account")
        found = _open(connection, code, now)
        person = Account("", found.email, found.name, found.organization, Role(found.role))
        made = add_account(connection, person, kept, found.limits)
        connection.execute(update(invitation).where(invitation.c.id == found.id).values(accepted_at=now))
        detail = {"act": "accepted", "role": found.role, "invitation": found.id}
        append(connection, key, actor=made.user_id, organization=made.organization, action="person", detail=detail)
    return made


def _open(conn: Connection, code: str, now: datetime) -> Row[Any]:
    here = invitation.c
    query = select(invitation).where(here.code_hash == _hash(code), here.expires_at > now)
    found = conn.execute(query.where(here.accepted_at.is_(None), here.withdrawn_at.is_(None))).first()
    if found is None:
        raise NotInvited
    return found


def _hash(code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter in _LETTERS)
    return hashlib.sha256(f"invitation:{plain}".encode()).hexdigest()


__all__ = ["GOOD_FOR", "Invited", "NotInvited", "accept", "invite", "read_limits", "waiting", "withdraw"]
