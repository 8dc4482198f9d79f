"""Source records (a contributor's record of a child), their identities, and the children behind them."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
from sqlalchemy import Connection, Engine, Select, func, select

from data_access.registry.bulk import insert_rows
from data_access.registry.tables import batch, identity, match_decision, source_record

IDENTITY = tuple(column.name for column in identity.columns if column.name not in ("record_id", "batch_id"))


def known_records(connection: Connection, contributor: str) -> dict[str, int]:
    """Record ids by a contributor's own child ids."""
    query = select(source_record.c.local_id, source_record.c.record_id).where(
        source_record.c.contributor == contributor
    )
    return dict(connection.execute(query).all())


def rostered(connection: Connection, contributor: str) -> dict[str, int]:
    """The same, for those on a roster that counts."""
    query = (
        select(source_record.c.local_id, source_record.c.record_id)
        .join(identity, identity.c.record_id == source_record.c.record_id)
        .join(batch, batch.c.id == identity.c.batch_id)
        .where(source_record.c.contributor == contributor, batch.c.withdrawn_at.is_(None))
        .distinct()
    )
    return dict(connection.execute(query).all())


def add_records(connection: Connection, contributor: str, local_ids: Sequence[str]) -> dict[str, int]:
    """Give each new local id a record id that nobody had before; inside the import's transaction."""
    last = connection.scalar(select(func.max(source_record.c.record_id))) or 0
    fresh = {local: last + n for n, local in enumerate(local_ids, start=1)}
    rows = [(record, contributor, local) for local, record in fresh.items()]
    insert_rows(connection, source_record, ("record_id", "contributor", "local_id"), rows)
    return fresh


def add_identities(connection: Connection, batch_id: int, people: pd.DataFrame) -> None:
    """Append one version of each record's identity: the columns of IDENTITY and record_id."""
    born = people["birth_date"].dt.date.astype(object).where(people["birth_date"].notna(), None)
    columns = [people["record_id"].tolist(), [batch_id] * len(people)]
    columns += [(born if name == "birth_date" else people[name]).tolist() for name in IDENTITY]
    insert_rows(connection, identity, ("record_id", "batch_id", *IDENTITY), zip(*columns, strict=True))


def _rostered() -> Select[tuple[int, int]]:
    """Records with the newest roster batch that still counts."""
    order = func.row_number().over(
        partition_by=identity.c.record_id, order_by=(batch.c.as_of.desc(), batch.c.id.desc())
    )
    ranked = (
        select(identity.c.record_id, identity.c.batch_id, order.label("rank"))
        .join(batch, batch.c.id == identity.c.batch_id)
        .where(batch.c.withdrawn_at.is_(None))
        .subquery()
    )
    return select(ranked.c.record_id, ranked.c.batch_id).where(ranked.c.rank == 1)


def current_identities(connection: Connection) -> pd.DataFrame:
    """Each rostered record once, by its newest roster, in order of record_id.

    Columns record_id, contributor, batch_id, as_of, last_name, first_name, birth_date (None where not known).
    """
    newest = _rostered().subquery()
    query = (
        select(
            identity.c.record_id,
            source_record.c.contributor,
            identity.c.batch_id,
            batch.c.as_of,
            identity.c.last_name,
            identity.c.first_name,
            identity.c.birth_date,
        )
        .join(newest, (newest.c.record_id == identity.c.record_id) & (newest.c.batch_id == identity.c.batch_id))
        .join(source_record, source_record.c.record_id == identity.c.record_id)
        .join(batch, batch.c.id == identity.c.batch_id)
        .order_by(identity.c.record_id)
    )
    return _frame(connection, query)


def roster_points(connection: Connection) -> pd.DataFrame:
    """Every line of every roster that counts: batch_id, contributor, as_of, record_id, longitude, latitude (text)."""
    query = (
        select(
            identity.c.batch_id,
            batch.c.contributor,
            batch.c.as_of,
            identity.c.record_id,
            identity.c.longitude,
            identity.c.latitude,
        )
        .join(batch, batch.c.id == identity.c.batch_id)
        .where(batch.c.withdrawn_at.is_(None))
        .order_by(identity.c.batch_id, identity.c.record_id)
    )
    found = _frame(connection, query)
    return found.assign(as_of=pd.to_datetime(found["as_of"]))


def shared_rosters(connection: Connection, records: Sequence[int]) -> dict[int, set[int]]:
    """The rosters that count on which each of some records stands."""
    query = (
        select(identity.c.record_id, identity.c.batch_id)
        .join(batch, batch.c.id == identity.c.batch_id)
        .where(batch.c.withdrawn_at.is_(None))
    )
    wanted, found = set(records), dict[int, set[int]]()
    for record, roster in connection.execute(query):
        if record in wanted:
            found.setdefault(record, set()).add(roster)
    return found


def _frame(connection: Connection, query: Select[Any]) -> pd.DataFrame:
    """A query's columns; made column by column, because pandas looks long at each row object."""
    names = [column.name for column in query.selected_columns]
    columns = list(zip(*connection.execute(query), strict=True)) or [()] * len(names)
    return pd.DataFrame({name: list(column) for name, column in zip(names, columns, strict=True)})


def current_children(connection: Connection) -> dict[int, int]:
    """Child by record, by the newest link of each record."""
    newest = (
        select(func.max(match_decision.c.sequence).label("sequence"))
        .where(match_decision.c.decision == "link")
        .group_by(match_decision.c.record_id)
        .subquery()
    )
    query = select(match_decision.c.record_id, match_decision.c.child_id).join(
        newest, newest.c.sequence == match_decision.c.sequence
    )
    return dict(connection.execute(query).all())


def person_table(engine: Engine) -> pa.Table:
    """record_id, child_id, contributor of every record that is on a roster that counts and has been matched."""
    newest = _rostered().subquery()
    query = select(newest.c.record_id, source_record.c.contributor).join(
        source_record, source_record.c.record_id == newest.c.record_id
    )
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(newest.c.record_id)).fetchall()
        children = current_children(connection)
    known = [(r, children[r], c) for r, c in rows if r in children]
    records, child_ids, contributors = zip(*known, strict=True) if known else ((), (), ())
    return pa.table(
        {
            "record_id": pa.array(records, pa.int64()),
            "child_id": pa.array(child_ids, pa.int64()),
            "contributor": pa.array(contributors, pa.string()),
        }
    )


def unmatched(engine: Engine) -> int:
    """How many rostered records have no child yet, because matching has not been run since."""
    newest = _rostered().subquery()
    matched = select(match_decision.c.record_id).where(match_decision.c.decision == "link")
    query = select(func.count()).select_from(newest).where(newest.c.record_id.not_in(matched))
    with engine.connect() as connection:
        return connection.scalar(query) or 0
