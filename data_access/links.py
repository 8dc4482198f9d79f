"""Which child a record is of, and which records a child has: by the newest link of each record, resolved at every read.

What hangs on a record (consents, court orders, guardians) goes with it when matching decides anew.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, Select, Subquery, bindparam, select

from data_access.births import newest_link
from data_access.registry.tables import batch, identity, match_decision, source_record


def links_of_some() -> Select[tuple[int, int]]:
    """record_id, child_id of the children that are given as "children" where the statement is run; for statements
    that are made once, because putting them together takes longer than the database's answer."""
    return newest_link().where(match_decision.c.child_id.in_(bindparam("children", expanding=True)))


def newest_links(name: str | None = None) -> Subquery:
    """record_id, child_id: the newest link of each record, to join with."""
    return newest_link().subquery(name)


def child_of(connection: Connection, record: int) -> int | None:
    """The child a record is of, by its newest link."""
    return connection.scalar(
        select(match_decision.c.child_id)
        .where(match_decision.c.record_id == record, match_decision.c.decision == "link")
        .order_by(match_decision.c.sequence.desc())
        .limit(1)
    )


def children_of(connection: Connection, records: Collection[int]) -> dict[int, int]:
    """Child by record, for those that have one."""
    wanted, found = sorted(set(records)), dict[int, int]()
    for start in range(0, len(wanted), 500):
        part = newest_link().where(match_decision.c.record_id.in_(wanted[start : start + 500]))
        found.update({row.record_id: row.child_id for row in connection.execute(part)})
    return found


def records_of(connection: Connection, child: int) -> dict[int, str]:
    """Contributor by record of a child."""
    newest = newest_link().where(match_decision.c.child_id == child).subquery()
    query = select(newest.c.record_id, source_record.c.contributor).join(
        source_record, source_record.c.record_id == newest.c.record_id
    )
    return dict(connection.execute(query.order_by(source_record.c.contributor)).all())


def record_of(connection: Connection, contributor: str, local_id: str) -> int | None:
    """A contributor's record by its own child id; None where it is on no roster that counts or not matched yet."""
    query = _rostered().where(source_record.c.contributor == contributor, source_record.c.local_id == local_id)
    found = connection.execute(query).first()
    return None if found is None or found.child_id is None else int(found.record_id)


def matched_records(connection: Connection, contributor: str) -> dict[str, int | None]:
    """Records by a contributor's own child ids, for those on a roster that counts; None where not matched yet."""
    rows = connection.execute(_rostered().where(source_record.c.contributor == contributor))
    return {row.local_id: None if row.child_id is None else row.record_id for row in rows}


def _rostered() -> Select[tuple[str, int, int]]:
    """local_id, record_id, child_id of records on a roster that counts."""
    link = newest_links()
    return (
        select(source_record.c.local_id, source_record.c.record_id, link.c.child_id)
        .join(identity, identity.c.record_id == source_record.c.record_id)
        .join(batch, batch.c.id == identity.c.batch_id)
        .outerjoin(link, link.c.record_id == source_record.c.record_id)
        .where(batch.c.withdrawn_at.is_(None))
        .distinct()
    )


def record_for(connection: Connection, child: int, disclosing: Collection[str] = ()) -> int | None:
    """The record to hang something on where only a child is known: its lowest at a contributor that discloses, else
    its lowest; None where there is no such child."""
    held = records_of(connection, child)
    fitting = [record for record, contributor in held.items() if contributor in disclosing]
    return min(fitting or held, default=None)


def of_children(record: ColumnElement[int], children: Sequence[int] | Select[tuple[int]]) -> ColumnElement[bool]:
    """The condition that a row hangs on a record of one of these children."""
    link = newest_link().where(match_decision.c.child_id.in_(children))
    return record.in_(link.with_only_columns(match_decision.c.record_id))
