"""Links between guardians and the records of children: where each stands is told by its newest event.

Events are appended, never changed. A link hangs on a contributor's record, so it follows that record wherever matching
puts it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from data_access.registry.guardian_tables import guardian_event, guardian_link
from data_access.registry.tables import source_record


@dataclass(frozen=True)
class Link:
    """A guardian of one record of a child. state: invited, accepted, verified, ended; seen: its newest event.

    inviter: user id of the person who invited.
    """

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
    inviter: str


def add_event(
    connection: Connection, link: int, state: str, by: str, now: datetime, *, account: str | None = None, note: str = ""
) -> None:
    """Append what happened to a link."""
    row: dict[str, Any] = {"link": link, "state": state, "by": by, "at": now, "account": account, "note": note}
    connection.execute(insert(guardian_event), row)


def links_of(connection: Connection, link: int | None = None, account: str | None = None) -> list[Link]:
    """Links with where they stand, oldest first; narrowed to one, or to those of an account."""
    event, newest, first = guardian_event, guardian_event.alias("newest"), guardian_event.alias("first")
    last = select(func.max(newest.c.sequence)).where(newest.c.link == guardian_link.c.id).scalar_subquery()
    inviter = select(first.c.by).where(first.c.link == guardian_link.c.id, first.c.state == "invited").scalar_subquery()
    query = (
        select(guardian_link, event, inviter.label("inviter"), source_record.c.contributor, source_record.c.local_id)
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
    told = ("guardian_name", "relationship", "email", "language", "expires_at", "inviter")
    names = ("id", "record_id", "contributor", "local_id", *told)
    rest = {"state": row["state"], "seen": row["sequence"], "account": row["account"], "since": row["at"]}
    return Link(**{name: row[name] for name in names}, **rest)
