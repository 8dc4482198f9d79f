"""Birth dates of children, and who has come of age: what decides whether a parent or the young person holds the right.

Where records disagree about a birth date the earliest counts, so that a parent's consent never outlives its day.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, exists, func, select

from data_access.registry.bulk import raw_rows
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
        found.update((child, born) for child, born in conn.execute(_births(), {"children": list(part)}))
    return found


@cache
def _births() -> Select[int, date]:
    """Made once: putting this statement together takes longer than the database's answer."""
    link = newest_link().where(match_decision.c.child_id.in_(bindparam("children", expanding=True))).subquery()
    return (
        newest_identity()
        .join(link, link.c.record_id == identity.c.record_id)
        .with_only_columns(link.c.child_id, func.min(identity.c.birth_date))
        .where(identity.c.birth_date.is_not(None))
        .group_by(link.c.child_id)
    )


def of_age_since(today: date) -> date:
    """Whoever was born on this day or before has turned 18."""
    try:
        return today.replace(year=today.year - 18)
    except ValueError:  # nobody comes of age on February 29
        return today.replace(year=today.year - 18, day=28)


def people_stamp(conn: Connection) -> str:
    """What changes where a roster comes or goes or a record is matched; an older registry that was put back and went
    on has another, because moments are part of it."""
    newest = select(*(match_decision.c[n] for n in ("sequence", "record_id", "child_id", "decided_at")))
    last = conn.execute(newest.order_by(match_decision.c.sequence.desc()).limit(1)).first()
    gone = batch.c.withdrawn_at
    rosters = select(func.max(batch.c.id), func.max(batch.c.accepted_at), func.count(gone), func.max(gone))
    told = repr((tuple(last or ()), tuple(conn.execute(rosters).one())))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def every_birth(conn: Connection) -> tuple[list[int], list[Any]]:
    """Records and the birth date on their newest roster (a date, or its text), for those that tell one."""
    order = func.row_number().over(
        partition_by=identity.c.record_id, order_by=(batch.c.as_of.desc(), batch.c.id.desc())
    )
    ranked = (
        select(identity.c.record_id, identity.c.birth_date, order.label("place"))
        .join(batch, batch.c.id == identity.c.batch_id)
        .where(batch.c.withdrawn_at.is_(None))
        .subquery()
    )
    told = ranked.c.birth_date.is_not(None)
    query = select(ranked.c.record_id, ranked.c.birth_date).where(ranked.c.place == 1, told)
    rows = list(raw_rows(conn, query))
    return [row[0] for row in rows], [row[1] for row in rows]


def _parts(children: Sequence[int], size: int = 500) -> Iterable[Sequence[int]]:
    return (children[start : start + size] for start in range(0, len(children), size))
