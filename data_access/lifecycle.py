"""What happens to an agreement: drafted, signed by each party, active, suspended, ended. Appended, never overwritten.

Every act names the newest state its actor had seen; if somebody else acted since, it is refused and nothing is lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo

from sqlalchemy import Connection, func, insert, select

from data_access.agreements import NotRecorded, Signature, add_signature, find_organization, save_agreement, versions
from data_access.ledger import append
from data_access.registry.engine import lock
from data_access.registry.tables import agreement, agreement_signature, agreement_state, organization
from privacy.agreement import TEXTS, Agreement, Level, State, Tier
from privacy.viewer import Role, Viewer

# What may follow what; a signature of one party keeps a draft a draft.
FOLLOWS: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.DRAFT, State.SIGNED, State.ENDED}),
    State.SIGNED: frozenset({State.ACTIVE, State.ENDED}),
    State.ACTIVE: frozenset({State.SUSPENDED, State.ENDED}),
    State.SUSPENDED: frozenset({State.ACTIVE, State.ENDED}),
    State.ENDED: frozenset(),
}


FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
LEAST_COUNT, MOST_COUNT, MOST_WORDS = 5, 1_000, 5_000
UNCHANGED = "Nothing is changed, so no new version was made."


class Stale(NotRecorded):
    """Somebody else acted since; the message says what. Look again, then decide."""


class Faulty(NotRecorded):
    """Clauses that cannot be; faults: clause -> how to mend it, a text by `text.` and its key."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = dict(faults)
        super().__init__(" ".join(self.faults.values()))


@dataclass(frozen=True)
class Actor:
    """Who acts, and with which key the act is put on the ledger. today: in the community's time zone, which is zone."""

    viewer: Viewer
    key: bytes
    today: date
    zone: tzinfo = UTC


def draft(conn: Connection, actor: Actor, new: Agreement) -> int:
    """Record version 1 of a new agreement as a draft; gives the number of its state. Raises NotRecorded."""
    lock(conn, "agreement")
    if versions(conn, new.id):
        raise NotRecorded(
            f"There is an agreement with the id “{new.id}” already. Choose another id, or amend that one."
        )
    return _add(conn, actor, replace(new, version=1, state=State.DRAFT), "drafted")


def amend(conn: Connection, actor: Actor, new: Agreement, seen: int) -> int:
    """Record the next version as a draft; what governs stays until the amendment is signed and active.

    A draft that is not active yet gives way to the new one.
    """
    newest = _newest(conn, new.id, seen)
    if (newest.tier, newest.party) != (new.tier, new.party):
        raise NotRecorded("An amendment keeps the kind of agreement and whose it is. Draft a new agreement instead.")
    if newest.state is not State.ENDED and replace(new, version=newest.version, state=newest.state) == newest:
        raise NotRecorded(UNCHANGED)
    check_clauses(new)
    if newest.state in (State.DRAFT, State.SIGNED):
        _state(conn, actor, newest, State.ENDED, f"replaced by version {newest.version + 1}")
    return _add(conn, actor, replace(new, version=newest.version + 1, state=State.DRAFT), "amended")


def sign(conn: Connection, actor: Actor, name: str, signature: Signature, seen: int) -> int:
    """One party signs the newest version; when all parties have, it is signed. Raises NotRecorded, Stale.

    A party signs for itself; the backbone organization also records what a party signed on paper.
    """
    one = _newest(conn, name, seen)
    missing = missing_signatures(conn, one)
    if one.state is not State.DRAFT:
        raise NotRecorded(f"Version {one.version} is {one.state.value}; only a draft can be signed.")
    if actor.viewer.role is not Role.BACKBONE and signature.organization != actor.viewer.organization:
        raise NotRecorded("You can sign for your own organization only.")
    if signature.organization not in missing:
        raise NotRecorded("This organization has signed already, or is not a party of this agreement.")
    _check_signature(signature, actor.today, _drafted(conn, actor, one))
    add_signature(conn, one, signature, actor.viewer.user_id)
    after = State.SIGNED if missing == {signature.organization} else State.DRAFT
    return _state(conn, actor, one, after, f"signed for {signature.organization}")


def activate(conn: Connection, actor: Actor, name: str, seen: int) -> int:
    """Let a signed version govern from this moment; the version before it ends."""
    one = _newest(conn, name, seen)
    _check_step(one, State.ACTIVE, State.SIGNED)
    before = [a for _, a in versions(conn, name) if a.version < one.version and a.state is not State.ENDED]
    if any(a.active(actor.today) for a in before) and one.starts > actor.today:
        raise NotRecorded(
            f"The version before is in force, and this one starts on {one.starts:%B %-d, %Y}. Activate it on that day."
        )
    for old in before:
        _state(conn, actor, old, State.ENDED, f"replaced by version {one.version}")
    return _state(conn, actor, one, State.ACTIVE, "activated")


def suspend(conn: Connection, actor: Actor, name: str, reason: str, seen: int) -> int:
    """Let nothing be read under an agreement from this moment, until it is resumed."""
    one = _governing(conn, name, seen)
    _check_step(one, State.SUSPENDED, State.ACTIVE)
    return _state(conn, actor, one, State.SUSPENDED, _reason(reason))


def resume(conn: Connection, actor: Actor, name: str, seen: int) -> int:
    """Let a suspended agreement govern again; only the organization that suspended it can."""
    one = _governing(conn, name, seen)
    _check_step(one, State.ACTIVE, State.SUSPENDED)
    by = conn.scalar(
        select(agreement_state.c.organization)
        .where(agreement_state.c.agreement == name, agreement_state.c.version == one.version)
        .order_by(agreement_state.c.sequence.desc())
        .limit(1)
    )
    if by and by != actor.viewer.organization:
        raise NotRecorded(f"“{find_organization(conn, by).name}” suspended this agreement, and can resume it.")
    return _state(conn, actor, one, State.ACTIVE, "resumed")


def end(conn: Connection, actor: Actor, name: str, reason: str, seen: int) -> int:
    """End an agreement for good, with all its versions and drafts; nothing is read under it from this moment."""
    _newest(conn, name, seen)
    open_ = [a for _, a in versions(conn, name) if a.state is not State.ENDED]
    if not open_:
        raise NotRecorded("This agreement has ended already.")
    return max(_state(conn, actor, one, State.ENDED, _reason(reason)) for one in open_)


def parties(conn: Connection, one: Agreement) -> frozenset[str]:
    """Who has to sign: the party, whom a license names, and the backbone organization."""
    backbone = conn.scalars(select(organization.c.id).where(organization.c.kind == "backbone"))
    return one.signers | frozenset(backbone)


def missing_signatures(conn: Connection, one: Agreement) -> set[str]:
    """The parties that have not signed this version."""
    here = agreement_signature.c
    query = select(here.organization).where(here.agreement == one.id, here.version == one.version)
    return set(parties(conn, one)) - set(conn.scalars(query))


def newest_state(conn: Connection, name: str) -> int:
    """The number of the newest state of any version; 0 where there is no such agreement."""
    query = select(func.max(agreement_state.c.sequence)).where(agreement_state.c.agreement == name)
    return conn.scalar(query) or 0


def _newest(conn: Connection, name: str, seen: int) -> Agreement:
    """The newest version, unless somebody acted since `seen`."""
    lock(conn, "agreement")
    found = versions(conn, name)
    if not found:
        raise NotRecorded("There is no such agreement.")
    if newest_state(conn, name) != seen:
        told = ", ".join(f"version {a.version} is {a.state.value}" for _, a in found[-2:])
        raise Stale(f"Somebody else changed this agreement meanwhile: {told}. Look at it again, then decide.")
    return found[-1][1]


def _governing(conn: Connection, name: str, seen: int) -> Agreement:
    """The version that governs, which may have a drafted amendment after it."""
    newest = _newest(conn, name, seen)
    past = [a for _, a in versions(conn, name) if a.state in (State.ACTIVE, State.SUSPENDED)]
    return past[-1] if past else newest


def _check_step(one: Agreement, after: State, before: State) -> None:
    if one.state is not before or after not in FOLLOWS[one.state]:
        raise NotRecorded(f"Version {one.version} is {one.state.value}; only a version that is {before.value} can.")


def _drafted(conn: Connection, actor: Actor, one: Agreement) -> date:
    """The day on which a version was drafted; never after today, whatever a clock that was set says."""
    here = agreement.c
    at = conn.scalar(select(here.recorded_at).where(here.id == one.id, here.version == one.version))
    return min(at.astimezone(actor.zone).date(), actor.today) if at else actor.today


def _check_signature(signature: Signature, today: date, drafted: date) -> None:
    if len(signature.signed_by.strip()) < 3 or len(signature.signed_by) > 200:
        raise NotRecorded("Type the full name of the person who signs.")
    if signature.signed_on > today:
        raise NotRecorded("The day of a signature cannot lie in the future.")
    if signature.signed_on < drafted:
        told = f"This version was drafted on {drafted:%B} {drafted.day}, {drafted.year}"
        raise NotRecorded(f"{told}; nobody can have signed it before. Give that day or a later one.")


def _reason(text: str) -> str:
    text = " ".join(text.split())
    if not 5 <= len(text) <= 300:
        raise NotRecorded("Say why, in 5 to 300 characters. It stays with the agreement.")
    return text


def _add(conn: Connection, actor: Actor, new: Agreement, what: str) -> int:
    check_clauses(new)
    for code in sorted(new.named):
        find_organization(conn, code)
    save_agreement(conn, new, with_state=False)
    return _state(conn, actor, new, State.DRAFT, what)


def check_clauses(one: Agreement) -> None:
    """What every agreement needs; raises Faulty, saying how to mend each clause."""
    if faults := clause_faults(one):
        raise Faulty(faults)


def clause_faults(one: Agreement) -> dict[str, str]:
    """Clauses that cannot be, each with how to mend it."""
    found = _day_faults(one)
    if not one.title.strip() or len(one.title) > 200:
        found["title"] = "Give the agreement a title of 1 to 200 characters."
    if not LEAST_COUNT <= one.minimum_count <= MOST_COUNT:
        found["minimum_count"] = f"The smallest count must be a whole number from {LEAST_COUNT} to {MOST_COUNT:,}."
    if not one.elements:
        found["elements"] = "Choose at least one data element."
    if not one.purposes:
        found["purposes"] = "Choose at least one purpose."
    if one.tier is Tier.USE and not one.contributors:
        found["contributors"] = "Choose whose data the license covers."
    if one.programs and one.level is not Level.IDENTIFIABLE:
        found["programs"] = (
            "Programs narrow named children only. Leave this empty, or choose the level of named children."
        )
    for key in TEXTS:
        if len(one.texts.get(key, "")) > MOST_WORDS:
            found[f"text.{key}"] = f"Say it in at most {MOST_WORDS:,} characters; this has {len(one.texts[key]):,}."
    return found


def _day_faults(one: Agreement) -> dict[str, str]:
    found = {}
    for name in ("starts", "ends", "destruction_due"):
        day = getattr(one, name)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            found[name] = f"Give a day from {FIRST_DAY.year} to {LAST_DAY.year}."
    if "starts" not in found and "ends" not in found and one.ends < one.starts:
        found["ends"] = "The last day lies before the first. Correct one of them."
    if one.destruction_due is not None and not found and one.destruction_due < one.ends:
        found["destruction_due"] = "The day by which data are destroyed lies before the last day. Correct one of them."
    return found


def _state(conn: Connection, actor: Actor, one: Agreement, state: State, reason: str) -> int:
    row = {"agreement": one.id, "version": one.version, "state": state.value, "at": datetime.now(UTC)}
    row |= {"changed_by": actor.viewer.user_id, "organization": actor.viewer.organization, "reason": reason}
    number = conn.execute(insert(agreement_state).returning(agreement_state.c.sequence), row).scalar_one()
    append(
        conn,
        actor.key,
        actor=actor.viewer.user_id,
        organization=actor.viewer.organization,
        action="agreement",
        agreement=one.reference,
        detail={"state": state.value, "tier": one.tier.value, "level": one.level.code},
    )
    return int(number)
