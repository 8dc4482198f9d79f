"""Accounts and sessions on the server: only a hash of a session's id is kept, and a session can be ended at once."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NewType

from argon2 import PasswordHasher
from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from data_access.agreements import KINDS, NotRecorded, find_organization
from data_access.ledger import append
from data_access.limits import read_limits, write_limits
from data_access.passwords import HASHER, check_password, hashed, matches, nobody
from data_access.registry.engine import lock, transaction
from data_access.registry.tables import account, session
from data_access.sign_in_attempts import count_attempt, note_success
from data_access.sign_in_codes import find_code, opened_with_code, spend_code
from data_access.sign_in_notes import note_refusal, tell_sums
from privacy.viewer import Limits, Role, Viewer

SessionToken = NewType("SessionToken", str)
# A role belongs to one kind of organization: what its people may see follows from the organization's agreements.
KIND_OF: Mapping[Role, str] = {
    Role.BACKBONE: "backbone",
    Role.FUNDER: "funder",
    Role.EVALUATOR: "evaluator",
    Role.PARTNER: "contributor",
    Role.GUARDIAN: "families",
}
TOUCH = timedelta(minutes=1)
REFUSED = "E-mail address or password is not right, or there were too many tries. Wait 15 minutes after several tries."


class SignInRefused(Exception):
    """No session. The words are the same whatever the reason; `throttled` is for the log."""

    def __init__(self, throttled: bool = False) -> None:
        self.throttled = throttled
        super().__init__(REFUSED)


class BadAddress(ValueError):
    """A name or e-mail address that cannot be one."""


class AccountExists(ValueError):
    """The e-mail address has an account already."""


@dataclass(frozen=True)
class Account:
    """A person who may sign in. view_as: as whom their present session looks, if as somebody else."""

    user_id: str
    email: str
    name: str
    organization: str
    role: Role
    disabled: bool = False
    limits: Limits = field(default_factory=Limits)
    view_as: str | None = None

    @property
    def viewer(self) -> Viewer:
        """The person as decisions know them."""
        return Viewer(self.user_id, self.organization, self.role, self.limits)


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lasts without use, and at most."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)


_COLUMNS = (
    *(account.c.user_id, account.c.email, account.c.name),
    *(account.c.organization, account.c.role, account.c.disabled, account.c.limits),
)


# Made once: asked at every request of the site.
OF_SESSION = (
    select(*_COLUMNS, session.c.created_at, session.c.last_seen, session.c.view_as)
    .join(session)
    .where(session.c.token_hash == bindparam("token_hash"))
)


def create_user(
    engine: Engine,
    *,
    email: str,
    name: str,
    organization: str,
    role: Role,
    password: str,
    hasher: PasswordHasher = HASHER,
    ledger_key: bytes | None = None,
) -> Account:
    """Add an account; raises WeakPassword, AccountExists, NotRecorded (organization or role), BadAddress.

    ledger_key: note it on the ledger as an act of the command line; other callers note what they do themselves.
    """
    person = new_person(email, name, organization, role)
    check_password(password, person.email, person.name)
    kept = hashed(password, hasher)
    with transaction(engine) as connection:
        made = add_account(connection, person, kept)
        if ledger_key is not None:
            detail = {"act": "added", "role": role.value, "user": made.user_id}
            append(connection, ledger_key, actor="command", organization=organization, action="person", detail=detail)
    return made


def new_person(email: str, name: str, organization: str, role: Role, limits: Limits | None = None) -> Account:
    """Somebody without an account yet; raises BadAddress."""
    email, name = _address(email), " ".join(name.split())
    if not name or len(name) > 200:
        raise BadAddress("Give the person a name of 1 to 200 characters.")
    return Account("", email, name, organization, Role(role), limits=limits or Limits())


def check_person(conn: Connection, person: Account) -> None:
    """Raises NotRecorded where the organization is unknown or the role is not of its kind; AccountExists."""
    lock(conn, "account")
    kind = find_organization(conn, person.organization).kind
    if kind != KIND_OF[person.role]:
        fits = next(role for role, known in KIND_OF.items() if known == kind)
        raise NotRecorded(
            f"“{person.organization}” is recorded as {KINDS[kind].lower()}; its people have the role {fits.value}, "
            f"not {person.role.value}."
        )
    if conn.scalar(select(account.c.user_id).where(account.c.email == person.email)):
        raise AccountExists(f"{person.email} has an account already.")


def add_account(conn: Connection, person: Account, password_hash: str, limits: str = "") -> Account:
    """Record a person's account; raises as check_person does. limits: as text, where they are not the person's own."""
    check_person(conn, person)
    text = limits or write_limits(person.limits)
    made = replace(person, user_id=secrets.token_hex(8), limits=read_limits(text))
    values = {"user_id": made.user_id, "email": made.email, "name": made.name, "organization": made.organization}
    values |= {"role": made.role.value, "password_hash": password_hash, "limits": text}
    conn.execute(insert(account), values | {"disabled": False, "created_at": datetime.now(UTC)})
    return made


def set_password(engine: Engine, user_id: str, password: str, hasher: PasswordHasher = HASHER) -> None:
    """Give a person another password and end all their sessions; raises WeakPassword."""
    check_password(password)
    kept = hashed(password, hasher)
    with transaction(engine) as connection:
        connection.execute(update(account).where(account.c.user_id == user_id).values(password_hash=kept))
        connection.execute(delete(session).where(session.c.user_id == user_id))


def came_with_code(engine: Engine, token: str, now: datetime) -> bool:
    """Whether a session was begun with a one-time code within the last half hour."""
    with engine.connect() as connection:
        return opened_with_code(connection, _hash(token), now)


def accounts(engine: Engine) -> list[Account]:
    """Everybody, by organization and name."""
    with engine.connect() as connection:
        rows = connection.execute(select(*_COLUMNS).order_by(account.c.organization, account.c.name, account.c.user_id))
        return [_account(row) for row in rows]


def sign_in(
    engine: Engine,
    email: str,
    password: str,
    address_key: str,
    now: datetime,
    *,
    hasher: PasswordHasher = HASHER,
    ledger_key: bytes | None = None,
) -> SessionToken:
    """A new session, or SignInRefused in the same words and the same time for every reason.

    password: the password, or the one-time code that staff gave a guardian, which is then used up.
    address_key: where the person comes from, such as a network address; only its hash is kept. Ten wrong tries for one
    account, or fifty from one address, within 15 minutes, and further ones are refused. ledger_key: for the ledger.
    """
    who, where = _hash(email.strip().lower()), _hash(address_key)
    with engine.connect() as connection:
        query = select(*_COLUMNS, account.c.password_hash).where(account.c.email == email.strip().lower())
        found = connection.execute(query).first()
        code = find_code(connection, found.user_id if found else "", password, now)
    attempt = count_attempt(engine, who, where, now)
    right = matches(found.password_hash if found else nobody(hasher), password, hasher)
    token = None
    if attempt is not None and found is not None and not found.disabled and (right or code is not None):
        token = _begin(engine, found, attempt, now, ledger_key, None if right else code)
    if token is None:
        if ledger_key is not None:
            outcome = "refused" if attempt is not None else "throttled"
            who, home = (found.user_id, found.organization) if found else ("unknown", "unknown")
            note_refusal(engine, ledger_key, who, home, outcome, now)
        raise SignInRefused(throttled=attempt is None)
    return token


def _begin(
    engine: Engine, who: Any, attempt: int, now: datetime, key: bytes | None, code: int | None
) -> SessionToken | None:
    """A session; None where somebody else has just used the code up."""
    token = SessionToken(secrets.token_urlsafe(32))
    with transaction(engine) as connection:
        if code is not None and not spend_code(connection, code, _hash(token), now):
            return None
        note_success(connection, attempt)
        begin_session(connection, token, who, now, key, {} if code is None else {"with": "code"})
    return token


def begin_session(
    connection: Connection, token: SessionToken, who: Any, now: datetime, key: bytes | None, detail: Mapping[str, str]
) -> None:
    """A session of somebody (user_id, organization) whom the caller has made sure of, in the caller's transaction."""
    connection.execute(delete(session).where(session.c.created_at < now - timedelta(days=2)))
    values = {"token_hash": _hash(token), "user_id": who.user_id, "created_at": now, "last_seen": now}
    connection.execute(insert(session), values)
    if key is not None:
        tell_sums(connection, key, now)
        told = {"actor": who.user_id, "organization": who.organization, "action": "sign-in"}
        append(connection, key, **told, detail=dict(detail))


def session_account(
    engine: Engine, token: str, now: datetime, limits: SessionLimits = SessionLimits()
) -> Account | None:
    """Whose session this is; None where it has ended, lain idle or lasted too long, or the account is disabled."""
    with engine.connect() as connection:
        row = connection.execute(OF_SESSION, of_session(token)).first()
    return valid(engine, token, row, now, limits)


def of_session(token: str) -> dict[str, str]:
    """The parameters of OF_SESSION."""
    return {"token_hash": _hash(token)}


def valid(engine: Engine, token: str, row: Any, now: datetime, limits: SessionLimits) -> Account | None:
    """The account of a row of OF_SESSION, None as session_account says; notes that the session is used."""
    if row is None or row.disabled or now - row.last_seen > limits.idle or now - row.created_at > limits.absolute:
        return None
    if now - row.last_seen > TOUCH:
        with transaction(engine) as connection:
            # Of several requests at once the first notes it; the others have nothing to write to the disk.
            mine = (session.c.token_hash == _hash(token), session.c.last_seen < now - TOUCH)
            connection.execute(update(session).where(*mine).values(last_seen=now))
    return _account(row, row.view_as)


def account_of(engine: Engine, user_id: str) -> Account | None:
    """One account by user id."""
    with engine.connect() as connection:
        row = connection.execute(select(*_COLUMNS).where(account.c.user_id == user_id)).first()
    return None if row is None else _account(row)


def look_as(conn: Connection, token: str, user_id: str | None) -> None:
    """Let this one session look as somebody else (None: as itself again); the caller has checked who may."""
    conn.execute(update(session).where(session.c.token_hash == _hash(token)).values(view_as=user_id))


def end_session(engine: Engine, token: str) -> None:
    """Sign out."""
    with transaction(engine) as connection:
        connection.execute(delete(session).where(session.c.token_hash == _hash(token)))


def end_all_sessions(engine: Engine, user_id: str) -> None:
    """Sign a person out everywhere."""
    with transaction(engine) as connection:
        connection.execute(delete(session).where(session.c.user_id == user_id))


def _account(row: Any, view_as: str | None = None) -> Account:
    limits = read_limits(row.limits)
    return Account(row.user_id, row.email, row.name, row.organization, Role(row.role), row.disabled, limits, view_as)


def _address(email: str) -> str:
    text = email.strip().lower()
    local, at, host = text.rpartition("@")
    if not (local and at and host) or len(text) > 254 or any(c.isspace() or not c.isprintable() for c in text):
        raise BadAddress("Give an e-mail address such as ana@example.org.")
    return text


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
