"""Match decisions: which child a record is of, appended with reason and method, never overwritten."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from data_access.registry.bulk import insert_rows
from data_access.registry.tables import child, match_decision

_COLUMNS = ("record_id", "decision", "child_id", "other_record", "reason", "method", "decided_by", "decided_at")


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
    insert_rows(connection, child, ("child_id", "since"), [(one, now) for one in new_children])
    told = (method, by, now)
    rows: list[tuple[object, ...]] = [(one.record_id, "link", one.child_id, None, one.reason, *told) for one in links]
    rows += [(one.record_id, "review", None, one.other_record, one.reason, *told) for one in reviews]
    insert_rows(connection, match_decision, _COLUMNS, rows)
