"""Organizations and agreements in the registry: versions and states are appended, never overwritten."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.pool import Pool

from data_access.registry.engine import lock
from data_access.registry.tables import agreement, agreement_signature, agreement_state, organization
from privacy.agreement import Agreement, Level, State, Tier

_SETS = ("elements", "purposes", "contributors", "recipients", "programs", "areas")
_MAPS = ("consent", "texts")
# Ids are parts of file names and of `contributor/program`.
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
KINDS: Mapping[str, str] = {
    "backbone": "Backbone organization",
    "contributor": "Data contributor",
    "funder": "Funder",
    "evaluator": "Evaluator",
    "families": "Families",
}


class NotRecorded(ValueError):
    """What was to be recorded contradicts what is; the message says what and how to mend it."""


@dataclass(frozen=True)
class Organization:
    """A member of the collaborative; kind: one of KINDS."""

    id: str
    name: str
    kind: str


@dataclass(frozen=True)
class Signature:
    """Who signed a version of an agreement for which organization, and when."""

    organization: str
    signed_by: str
    signed_on: date


def organizations(engine: Engine) -> list[Organization]:
    """All organizations, by id."""
    query = select(organization.c.id, organization.c.name, organization.c.kind).order_by(organization.c.id)
    with engine.connect() as connection:
        return [Organization(*row) for row in connection.execute(query)]


def find_organization(connection: Connection, name: str) -> Organization:
    """One organization by id; raises NotRecorded, naming those there are."""
    rows = connection.execute(select(organization.c.id, organization.c.name, organization.c.kind)).all()
    found = {row.id: Organization(*row) for row in rows}
    if name not in found:
        there = f"There are: {', '.join(sorted(found))}." if found else "There are none yet."
        raise NotRecorded(f"No organization has the id “{name}”. {there} Add one with: quorum organization add")
    return found[name]


def check_id(name: str) -> None:
    """Raises NotRecorded where a word cannot be an id."""
    if not _ID.fullmatch(name):
        raise NotRecorded(f"“{name[:60]}” cannot be an id. Use up to 60 small letters, digits and hyphens.")


def save_organization(conn: Connection, added: Organization) -> str:
    """Add an organization, or give a known one a new name; raises NotRecorded where its kind would change.

    Gives what was done: added, renamed, or nothing.
    """
    check_id(added.id)
    if added.kind not in KINDS:
        raise NotRecorded(f"“{added.kind}” is not a kind of organization. Choose one of: {', '.join(KINDS)}.")
    if not added.name.strip() or len(added.name) > 200:
        raise NotRecorded("Give the organization a name of 1 to 200 characters.")
    here = organization.c
    known = conn.execute(select(here.kind, here.name).where(here.id == added.id)).first()
    if known is None:
        row = {"id": added.id, "name": added.name, "kind": added.kind, "recorded_at": datetime.now(UTC)}
        conn.execute(insert(organization), row)
        return "added"
    if known.kind != added.kind:
        told = KINDS[known.kind].lower()
        raise NotRecorded(f"“{added.id}” is recorded as {told}; give the new organization another id.")
    conn.execute(update(organization).where(here.id == added.id).values(name=added.name))
    return "renamed" if known.name != added.name else ""


def save_agreement(
    conn: Connection, new: Agreement, signatures: Iterable[Signature] = (), *, with_state: bool = True
) -> bool:
    """Append a version, a change of state, or signatures; False where all of it was recorded already.

    The clauses of a recorded version cannot change (raises NotRecorded): an amendment is the next version.
    with_state False: the caller appends the state itself.
    """
    lock(conn, "agreement")
    check_id(new.id)
    find_organization(conn, new.party)
    recorded = dict(versions(conn, new.id))
    if new.version not in recorded:
        _add_version(conn, new, max(recorded, default=0))
    elif _clauses(recorded[new.version]) != _clauses(new):
        raise NotRecorded(
            f"Version {new.version} of the agreement “{new.id}” is recorded with other clauses. "
            f"Give the amendment the version {max(recorded) + 1}."
        )
    changed = new.version not in recorded or recorded[new.version].state is not new.state
    if changed and with_state:
        row = {"agreement": new.id, "version": new.version, "state": new.state.value, "at": datetime.now(UTC)}
        conn.execute(insert(agreement_state), row)
    signed = [add_signature(conn, new, signature) for signature in signatures]
    return changed or any(signed)


def _add_version(conn: Connection, new: Agreement, newest: int) -> None:
    if new.version != newest + 1:
        raise NotRecorded(f"The next version of the agreement “{new.id}” is {newest + 1}, not {new.version}.")
    row = {name: getattr(new, name) for name in ("id", "version", "title", "party", "minimum_count", "starts", "ends")}
    row |= {"tier": new.tier.value, "level": new.level.code, "finest_area": new.finest_area}
    row |= {name: json.dumps(sorted(getattr(new, name))) for name in _SETS}
    row |= {name: json.dumps(dict(sorted(getattr(new, name).items()))) for name in _MAPS}
    row |= {"destruction_due": new.destruction_due}
    conn.execute(insert(agreement), row | {"recorded_at": datetime.now(UTC)})


def add_signature(conn: Connection, new: Agreement, signature: Signature, user_id: str = "") -> bool:
    """Append one party's signature under a version; False where it has signed. user_id: whose account recorded it."""
    find_organization(conn, signature.organization)
    there = select(agreement_signature.c.organization).where(
        agreement_signature.c.agreement == new.id,
        agreement_signature.c.version == new.version,
        agreement_signature.c.organization == signature.organization,
    )
    if conn.scalar(there) is not None:
        return False
    row: dict[str, Any] = {"agreement": new.id, "version": new.version, "organization": signature.organization}
    row |= {"signed_by": signature.signed_by, "signed_on": signature.signed_on, "recorded_at": datetime.now(UTC)}
    row |= {"user_id": user_id}
    conn.execute(insert(agreement_signature), row)
    return True


def _clauses(one: Agreement) -> Agreement:
    return replace(one, state=State.DRAFT)


def versions(conn: Connection, name: str | None = None) -> list[tuple[int, Agreement]]:
    """Versions with their newest state, oldest version first."""
    newest = (
        select(func.max(agreement_state.c.sequence).label("sequence"))
        .group_by(agreement_state.c.agreement, agreement_state.c.version)
        .subquery()
    )
    here = (agreement_state.c.agreement == agreement.c.id) & (agreement_state.c.version == agreement.c.version)
    query = (
        select(agreement, agreement_state.c.state)
        .join(agreement_state, here)
        .join(newest, newest.c.sequence == agreement_state.c.sequence)
        .order_by(agreement.c.id, agreement.c.version)
    )
    if name is not None:
        query = query.where(agreement.c.id == name)
    return [(row["version"], _agreement(row)) for row in conn.execute(query).mappings()]


def _agreement(row: Mapping[Any, Any]) -> Agreement:
    sets: dict[str, Any] = {name: frozenset(json.loads(row[name])) for name in _SETS}
    return Agreement(
        id=row["id"],
        version=row["version"],
        tier=Tier(row["tier"]),
        title=row["title"],
        party=row["party"],
        level=Level[row["level"].upper()],
        finest_area=row["finest_area"],
        minimum_count=row["minimum_count"],
        starts=row["starts"],
        ends=row["ends"],
        state=State(row["state"]),
        destruction_due=row["destruction_due"],
        consent=MappingProxyType(json.loads(row["consent"])),
        texts=MappingProxyType(json.loads(row["texts"])),
        **sets,
    )


# Every change of agreements appends a state, so the newest state's number says whether what was read still holds.
_read: WeakKeyDictionary[Pool, tuple[int, tuple[Agreement, ...]]] = WeakKeyDictionary()


STAMP = select(func.max(agreement_state.c.sequence))


def agreements(engine: Engine) -> list[Agreement]:
    """The version of each agreement that governs: the newest that is past draft, else the draft; by id."""
    with engine.connect() as connection:
        return list(agreements_at(engine, connection.scalar(STAMP), connection))


def agreements_at(engine: Engine, stamp: int | None, connection: Connection | None = None) -> tuple[Agreement, ...]:
    """The same where STAMP has been asked: as read then or later, never earlier."""
    kept = _read.get(engine.pool)
    if kept is not None and kept[0] == (stamp or 0):
        return kept[1]
    if connection is None:
        with engine.connect() as own:
            return agreements_at(engine, own.scalar(STAMP), own)
    kept = (stamp or 0, governing(connection))
    _read[engine.pool] = kept
    return kept[1]


def governing(connection: Connection) -> tuple[Agreement, ...]:
    """The version of each agreement that governs, read anew; by id."""
    latest: dict[str, Agreement] = {}
    effective = _took_effect(connection)
    for _, one in versions(connection):
        # A drafted amendment changes nothing until it is signed and active, and nothing when it is given up.
        before = latest.get(one.id)
        if before is None or (one.id, one.version) in effective or (one.id, before.version) not in effective:
            latest[one.id] = one
    return tuple(latest.values())


def _took_effect(connection: Connection) -> set[tuple[str, int]]:
    """Versions that were ever more than a draft: in force, suspended, or recorded as ended from the start."""
    states = select(agreement_state.c.agreement, agreement_state.c.version, agreement_state.c.state)
    found: dict[tuple[str, int], list[State]] = {}
    for name, version, state in connection.execute(states.order_by(agreement_state.c.sequence)):
        found.setdefault((name, version), []).append(State(state))
    beyond = {State.ACTIVE, State.SUSPENDED}
    return {key for key, past in found.items() if not beyond.isdisjoint(past) or past[0] is State.ENDED}
