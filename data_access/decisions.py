"""Match decisions: which child a record is of, appended with reason and method, never overwritten."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from data_access.registry.tables import child, match_decision


@dataclass(frozen=True)
class Link:
    """This record is of this child."""

    record_id: int
    child_id: int
    reason: str


@dataclass(frozen=True)
class Review:
    """A person should look at these two records."""

    record_id: int
    other_record: int
    reason: str


def last_child(connection: Connection) -> int:
    """The highest child id ever given; none is given twice."""
    return connection.scalar(select(func.max(child.c.child_id))) or 0


def reviewed(connection: Connection) -> set[tuple[int, int]]:
    """Pairs of records that were put up for review or judged, lower id first."""
    query = select(match_decision.c.record_id, match_decision.c.other_record).where(
        match_decision.c.other_record.is_not(None)
    )
    return {(min(a, b), max(a, b)) for a, b in connection.execute(query)}


def add_decisions(
    connection: Connection,
    new_children: Iterable[int],
    links: Iterable[Link],
    reviews: Iterable[Review],
    method: str,
    by: str,
) -> None:
    """Append children and decisions."""
    now = datetime.now(UTC)
    children = [{"child_id": one, "since": now} for one in new_children]
    common: dict[str, Any] = {"method": method, "decided_by": by, "decided_at": now}
    rows = [
        {"record_id": one.record_id, "decision": "link", "child_id": one.child_id, "reason": one.reason} | common
        for one in links
    ]
    pairs = [
        {"record_id": one.record_id, "decision": "review", "other_record": one.other_record, "reason": one.reason}
        | common
        for one in reviews
    ]
    for table, values in ((child, children), (match_decision, rows), (match_decision, pairs)):
        if values:
            connection.execute(insert(table), values)
