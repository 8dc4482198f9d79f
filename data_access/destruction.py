"""Data that are to be destroyed when an agreement is over: what is due, and who says that it is done.

The party of a license destroys what it received; the community destroys what it holds under a sharing agreement.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, func, insert, select

from data_access.agreements import NotRecorded, governing
from data_access.ledger import append
from data_access.lifecycle import Actor
from data_access.registry.agreement_tables import destruction
from data_access.registry.engine import lock
from data_access.registry.tables import batch
from privacy.agreement import Agreement, State, Tier
from privacy.viewer import Role

SOON: Final = timedelta(days=30)
NOT_OURS: Final = "Only who holds the data can say that they are destroyed: ask the backbone organization."


@dataclass(frozen=True)
class Certificate:
    """Who says, for which organization, that everything was destroyed, when and how."""

    destroyed_on: date
    method: str
    certified_by: str
    organization: str


@dataclass(frozen=True)
class Duty:
    """An agreement under which data were received, the day by which they are destroyed, and the certificate if any."""

    agreement: Agreement
    due: date
    certificate: Certificate | None

    def pressing(self, today: date) -> bool:
        """True where nobody has said so yet, and the day is past or near."""
        return self.certificate is None and self.due <= today + SOON

    def overdue(self, today: date) -> bool:
        """True from the day after."""
        return self.certificate is None and self.due < today


def duties(engine: Engine, agreements: Iterable[Agreement]) -> list[Duty]:
    """What is to be destroyed under these agreements, earliest first; a draft has brought nobody any data."""
    began = (State.ACTIVE, State.SUSPENDED, State.ENDED)
    held = [one for one in agreements if one.destruction_due is not None and one.state in began]
    here = destruction.c
    query = select(
        here.agreement, here.due, here.destroyed_on, here.method, here.certified_by, here.organization
    ).order_by(here.due)
    with engine.connect() as connection:
        said = {(name, due): Certificate(*rest) for name, due, *rest in connection.execute(query)}
    found = [Duty(one, due, said.get((one.id, due))) for one in held if (due := one.destruction_due) is not None]
    return sorted(found, key=lambda duty: (duty.due, duty.agreement.id))


def certify(conn: Connection, actor: Actor, name: str, said: Certificate) -> None:
    """Record that everything received under an agreement is destroyed; raises NotRecorded, saying what is missing."""
    lock(conn, "agreement")
    one = next(found for found in governing(conn) if found.id == name)
    said = _checked(said, one, actor.today)
    if one.destruction_due is None:
        raise NotRecorded("This agreement names no day by which data are destroyed. Amend it first.")
    _check_holder(one, actor, said)
    _check_over(conn, one, actor.today)
    here = destruction.c
    if conn.scalar(select(here.id).where(here.agreement == name, here.due == one.destruction_due)) is not None:
        raise NotRecorded("This is recorded already. Open the agreement again to read it.")
    row = {"agreement": name, "version": one.version, "due": one.destruction_due, **vars(said)}
    row |= {"recorded_by": actor.viewer.user_id, "recorded_at": datetime.now(UTC)}
    conn.execute(insert(destruction), row)
    append(
        conn,
        actor.key,
        actor=actor.viewer.user_id,
        organization=actor.viewer.organization,
        action="destruction",
        agreement=one.reference,
        detail={"due": one.destruction_due.isoformat(), "destroyed": said.destroyed_on.isoformat()},
    )


def _checked(said: Certificate, one: Agreement, today: date) -> Certificate:
    method, by = " ".join(said.method.split()), " ".join(said.certified_by.split())
    if not 5 <= len(method) <= 300:
        raise NotRecorded("Say how the data were destroyed, in 5 to 300 characters.")
    if not 3 <= len(by) <= 200:
        raise NotRecorded("Type the full name of the person who says so.")
    if not one.starts <= said.destroyed_on <= today:
        raise NotRecorded("The day lies before the agreement began, or in the future. Correct it.")
    return Certificate(said.destroyed_on, method, by, said.organization)


def _check_holder(one: Agreement, actor: Actor, said: Certificate) -> None:
    """The backbone organization speaks for itself, and records what a data user wrote on paper."""
    backbone = actor.viewer.role is Role.BACKBONE
    holder = one.party if one.tier is Tier.USE else actor.viewer.organization
    if said.organization != holder or not (backbone or (one.tier is Tier.USE and holder == actor.viewer.organization)):
        raise NotRecorded(NOT_OURS)


def _check_over(conn: Connection, one: Agreement, today: date) -> None:
    if one.active(today) or one.state is State.SUSPENDED:
        raise NotRecorded("Data can still be received under this agreement. End it first, then record this.")
    others = [a for a in governing(conn) if a.party == one.party and a.tier is Tier.SHARING and a.active(today)]
    if one.tier is Tier.SHARING and not others:
        counts = select(func.count()).select_from(batch)
        left = conn.scalar(counts.where(batch.c.contributor == one.party, batch.c.withdrawn_at.is_(None)))
        if left:
            raise NotRecorded(f"Contributions of this organization still count ({left}). Withdraw them first.")
