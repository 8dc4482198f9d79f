"""What decides who holds the right to consent: birth date, postsecondary enrollment, court orders; appended only.

Like statements these hang on a contributor's record of the child, and go with it where matching decides anew.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Select, exists, insert, select

from data_access.births import birth_dates
from data_access.consents import By
from data_access.ledger import append
from data_access.links import child_of, links_of_some
from data_access.registry.consent_tables import court_order, postsecondary
from privacy.consent import ChildFacts, CourtOrder


def facts_of(conn: Connection, child: int) -> ChildFacts | None:
    """What decides who holds the right; None where no record tells a birth date, so that nobody can be asked."""
    return facts_by_child(conn, [child]).get(child)


def facts_by_child(conn: Connection, children: Sequence[int]) -> dict[int, ChildFacts]:
    """The same for some children; those without a birth date are left out."""
    some = {"children": list(children)}
    starts = earliest(conn.execute(_ENROLLED, some).all())
    orders: dict[int, list[CourtOrder]] = {}
    for row in conn.execute(_ORDERS, some):
        orders.setdefault(row.child, []).append(CourtOrder(str(row.signer), row.starts, row.ends))
    return {
        child: ChildFacts(born, starts.get(child), tuple(orders.get(child, ())))
        for child, born in birth_dates(conn, children).items()
    }


def earliest(entries: Iterable[Any]) -> dict[int, date]:
    """First day of postsecondary enrollment by child. entries: child, record, starts_on in order of recording.

    The newest entry of each record counts; where records of one child disagree, its earliest day, so that a parent's
    consent never outlives it.
    """
    newest = {(child, record): starts for child, record, starts in entries}
    found: dict[int, date] = {}
    for (child, _), starts in newest.items():
        if starts is not None:
            found[child] = min(starts, found.get(child, starts))
    return found


def enrollments(links: Select[tuple[int, int]]) -> Select[Any]:
    """child, record, starts_on of entries about postsecondary enrollment, in order of recording."""
    link, entry = links.subquery(), postsecondary.c
    query = select(link.c.child_id.label("child"), entry.record, entry.starts_on)
    return query.join(link, link.c.record_id == entry.record).order_by(entry.id)


def orders_in(links: Select[tuple[int, int]]) -> Select[Any]:
    """Court orders that no later entry replaces, with the child of their record, in order of recording."""
    link, replaced = links.subquery(), court_order.alias("later")
    query = select(court_order, link.c.child_id.label("child")).join(link, link.c.record_id == court_order.c.record)
    return query.where(~exists().where(replaced.c.replaces == court_order.c.id)).order_by(court_order.c.id)


_ENROLLED, _ORDERS = enrollments(links_of_some()), orders_in(links_of_some())


def court_orders(conn: Connection, child: int) -> tuple[CourtOrder, ...]:
    """The court orders about a child that no later entry replaces."""
    rows = conn.execute(_ORDERS, {"children": [child]})
    return tuple(CourtOrder(str(row.signer), row.starts, row.ends) for row in rows)


def record_court_order(
    conn: Connection,
    key: bytes,
    record: int,
    signer: int,
    starts: date,
    ends: date | None = None,
    *,
    by: By,
    at: datetime | None = None,
    evidence: str | None = None,
    replaces: int | None = None,
) -> int:
    """Append a court order that takes a signer's right in a record's child away for its days, or that replaces an
    earlier entry; raises ValueError where that one hangs on another record, which might be of another child one day."""
    if replaces is not None and conn.scalar(select(court_order.c.record).where(court_order.c.id == replaces)) != record:
        raise ValueError("An order is replaced by one on the same record.")
    row: dict[str, Any] = {"record": record, "signer": signer, "starts": starts, "ends": ends, "evidence": evidence}
    row |= {"replaces": replaces, "recorded_at": at or datetime.now(UTC), "recorded_by": by.actor}
    number = int(conn.execute(insert(court_order).returning(court_order.c.id), row).scalar_one())
    detail = {"order": number, "signer": signer, "replaces": replaces}
    told: dict[str, Any] = {"actor": by.actor, "organization": by.organization, "action": "court order"}
    append(conn, key, child=child_of(conn, record), detail=detail, **told)
    return number


def record_postsecondary(
    conn: Connection, key: bytes, record: int, starts_on: date | None, *, by: By, at: datetime | None = None
) -> int:
    """Append the first day of postsecondary enrollment; None says that the record's earlier entry was a mistake."""
    row = {"record": record, "starts_on": starts_on, "recorded_at": at or datetime.now(UTC), "recorded_by": by.actor}
    number = int(conn.execute(insert(postsecondary).returning(postsecondary.c.id), row).scalar_one())
    detail = {"entry": number, "enrolled": starts_on is not None}
    told: dict[str, Any] = {"actor": by.actor, "organization": by.organization, "action": "postsecondary"}
    append(conn, key, child=child_of(conn, record), detail=detail, **told)
    return number
