"""One-time codes with which guardians sign in: good once and for half an hour; a newer one ends those before it.

Only a hash is kept. A code is long enough that whoever reads the registry cannot find it while it is good.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from data_access.registry.guardian_tables import sign_in_code
from data_access.registry.tables import organization
from data_access.registry.tables import session as session_table

ALPHABET: Final = "ABCDEFGHJKMNPQRSTVWXYZ23456789"  # none that look or sound alike
GROUPS, IN_GROUP = 3, 4  # 59 bits
VALID: Final = timedelta(minutes=30)
VOUCHED: Final = timedelta(hours=24)  # longer than any session lasts


@dataclass(frozen=True)
class SignInCode:
    """A code for a guardian; it is told once and kept nowhere."""

    code: str
    expires_at: datetime


@dataclass(frozen=True)
class Made:
    """When a code was made for somebody, and by which organization."""

    at: datetime
    organization: str


def drawn(groups: int = GROUPS) -> str:
    """Letters and digits by chance, in groups of four."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(IN_GROUP)) for _ in range(groups))


def make_code(connection: Connection, account: str, by: str, home: str, now: datetime) -> SignInCode:
    """A new code for an account; those before it are good no more. home: the organization that gives it."""
    here = sign_in_code.c
    connection.execute(
        update(sign_in_code).where(here.account == account, here.ended_at.is_(None)).values(ended_at=now)
    )
    code, expires = drawn(), now + VALID
    row = {"account": account, "code_hash": _hash(code), "made_by": by, "organization": home, "made_at": now}
    connection.execute(insert(sign_in_code), row | {"expires_at": expires})
    return SignInCode(code, expires)


def find_code(connection: Connection, account: str, typed: str, now: datetime) -> int | None:
    """The number of a code of this account that is good now, if that was typed."""
    here = sign_in_code.c
    good = (here.expires_at > now) & here.ended_at.is_(None)
    mine = (here.code_hash == _hash(typed[:100])) & (here.account == account)
    return connection.scalar(select(here.id).where(mine, good))


def spend_code(connection: Connection, number: int, session: str, now: datetime) -> bool:
    """Use a code up for a session (told by its hash); False where somebody else was quicker.

    Sessions that earlier codes of the account opened end, so that nobody stays in on the word of one who gave those.
    """
    here = sign_in_code.c
    good = (here.id == number) & here.ended_at.is_(None)
    if connection.execute(update(sign_in_code).where(good).values(ended_at=now, session=session)).rowcount != 1:
        return False
    whose = select(here.account).where(here.id == number).scalar_subquery()
    earlier = select(here.session).where(here.account == whose, here.id != number)
    connection.execute(delete(session_table).where(session_table.c.token_hash.in_(earlier)))
    return True


def opened_with_code(connection: Connection, session: str, now: datetime) -> bool:
    """Whether a session was begun with a code within the last half hour."""
    here = sign_in_code.c
    return bool(connection.scalar(select(here.id).where(here.session == session, here.ended_at > now - VALID)))


def last_made(connection: Connection, account: str) -> Made | None:
    """The newest code that was made for somebody, whatever became of it."""
    here = sign_in_code.c
    query = select(here.made_at, organization.c.name).join(organization, organization.c.id == here.organization)
    row = connection.execute(query.where(here.account == account).order_by(here.id.desc()).limit(1)).first()
    return None if row is None else Made(*row)


def note_password(connection: Connection, session: str, now: datetime) -> None:
    """Keep that a new password was chosen in a session that a code opened."""
    connection.execute(update(sign_in_code).where(sign_in_code.c.session == session).values(password_at=now))


def vouched_by(connection: Connection, account: str, now: datetime) -> frozenset[str]:
    """Organizations on whose word alone somebody is in: they may not gain by what that person signs.

    The one whose code was used last within a day; else the one with whose code the present password was chosen.
    """
    here = sign_in_code.c
    mine = select(here.organization).where(here.account == account, here.session.is_not(None)).limit(1)
    came = mine.where(here.ended_at > now - VOUCHED).order_by(here.ended_at.desc(), here.id.desc())
    chose = mine.where(here.password_at.is_not(None)).order_by(here.password_at.desc(), here.id.desc())
    found = connection.scalar(came) or connection.scalar(chose)
    return frozenset({found} if found else ())


def _hash(typed: str) -> str:
    plain = "".join(letter for letter in typed.upper() if letter in ALPHABET)
    return hashlib.sha256(f"sign-in:{plain}".encode()).hexdigest()
