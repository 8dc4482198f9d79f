"""Birth dates of children, and who has come of age: what decides whether a parent or the young person holds the right.

Where records disagree about a birth date the earliest counts, so that a parent's consent never outlives its day.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Connection, Select, and_, exists, func, select

from data_access.registry.tables import batch, identity, match_decision


def newest_link() -> Select[tuple[int, int]]:
    """record_id, child_id: the newest link of each record."""
    later = match_decision.alias("later")
    replaced = exists().where(
        later.c.record_id == match_decision.c.record_id,
        later.c.sequence > match_decision.c.sequence,
        later.c.decision == "link",
    )
    return select(match_decision.c.record_id, match_decision.c.child_id).where(
        match_decision.c.decision == "link", ~replaced
    )


def newest_identity() -> Select[tuple[int, int]]:
    """record_id, batch_id: each record on its newest roster that counts; conditions on identity narrow it."""
    other, newer = identity.alias("other"), batch.alias("newer")
    replaced = (
        exists()
        .where(other.c.record_id == identity.c.record_id)
        .where(newer.c.id == other.c.batch_id, newer.c.withdrawn_at.is_(None))
        .where((newer.c.as_of > batch.c.as_of) | and_(newer.c.as_of == batch.c.as_of, newer.c.id > batch.c.id))
    )
    return (
        select(identity.c.record_id, identity.c.batch_id)
        .join(batch, batch.c.id == identity.c.batch_id)
        .where(batch.c.withdrawn_at.is_(None), ~replaced)
    )


def birth_dates(conn: Connection, children: Sequence[int]) -> dict[int, date]:
    """The earliest birth date on the newest rosters of each child's records."""
    found: dict[int, date] = {}
    for part in _parts(children):
        link = newest_link().where(match_decision.c.child_id.in_(part)).subquery()
        query = (
            newest_identity()
            .join(link, link.c.record_id == identity.c.record_id)
            .with_only_columns(link.c.child_id, func.min(identity.c.birth_date))
            .where(identity.c.birth_date.is_not(None))
            .group_by(link.c.child_id)
        )
        found.update((child, born) for child, born in conn.execute(query))
    return found


def _parts(children: Sequence[int], size: int = 500) -> Iterable[Sequence[int]]:
    return (children[start : start + size] for start in range(0, len(children), size))
