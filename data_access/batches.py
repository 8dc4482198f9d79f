"""Batches: one accepted contribution each, wholly in or wholly out; withdrawn by striking its row."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Engine, func, insert, select, update

from data_access.files import broken, sha256
from data_access.lake import Lake
from data_access.registry.tables import batch, lake_file


@dataclass(frozen=True)
class Contribution:
    """A file somebody brings: its kind, whose it is, the day it speaks of, what tells it from others."""

    kind: str
    contributor: str
    as_of: date
    sha256: str
    file_name: str
    brought_by: str


@dataclass(frozen=True)
class Batch:
    """An accepted contribution."""

    id: int
    kind: str
    contributor: str
    as_of: date
    sha256: str
    file_name: str
    rows: int
    accepted_at: datetime
    accepted_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str | None


def batches(engine: Engine, contributor: str | None = None) -> list[Batch]:
    """All batches, oldest first, withdrawn ones too."""
    query = select(batch).order_by(batch.c.id)
    if contributor is not None:
        query = query.where(batch.c.contributor == contributor)
    with engine.connect() as connection:
        return [Batch(**row) for row in connection.execute(query).mappings()]


def same_file(connection: Connection, brought: Contribution, any_day: bool) -> int | None:
    """The batch this very file is in already; any_day: whatever day it was said to speak of."""
    query = select(batch.c.id).where(
        batch.c.kind == brought.kind,
        batch.c.contributor == brought.contributor,
        batch.c.sha256 == brought.sha256,
        batch.c.withdrawn_at.is_(None),
    )
    if not any_day:
        query = query.where(batch.c.as_of == brought.as_of)
    return connection.scalar(query.order_by(batch.c.id).limit(1))


def newest_of(connection: Connection, kind: str, contributor: str) -> int:
    """The newest batch of a kind and contributor that is in, 0 for none."""
    here = (batch.c.kind == kind, batch.c.contributor == contributor, batch.c.withdrawn_at.is_(None))
    return int(connection.scalar(select(func.max(batch.c.id)).where(*here)) or 0)


def add_batch(connection: Connection, brought: Contribution, rows: int) -> int:
    """Enter the batch; its facts follow in the same transaction."""
    values: dict[str, Any] = {
        "kind": brought.kind,
        "contributor": brought.contributor,
        "as_of": brought.as_of,
        "sha256": brought.sha256,
        "file_name": brought.file_name,
        "rows": rows,
        "accepted_at": datetime.now(UTC),
        "accepted_by": brought.brought_by,
    }
    return int(connection.execute(insert(batch).returning(batch.c.id), values).scalar_one())


def add_facts(
    connection: Connection, lake: Lake, batch_id: int, contributor: str, table: str, rows: pa.Table, mark: str = ""
) -> None:
    """Write one lake file and list it; it counts when the transaction is committed."""
    path = lake.write(table, contributor, batch_id, rows, mark)
    connection.execute(
        insert(lake_file),
        {
            "path": path.relative_to(lake.folder).as_posix(),
            "table_name": table,
            "batch_id": batch_id,
            "rows": rows.num_rows,
            "sha256": sha256(path),
            "listed_at": datetime.now(UTC),
        },
    )


def strike_files(connection: Connection, table: str, batch_id: int) -> int:
    """Take a batch's files of one table off the list, for a newer one; gives how many there ever were."""
    here = (lake_file.c.table_name == table) & (lake_file.c.batch_id == batch_id)
    change = update(lake_file).where(here, lake_file.c.struck_at.is_(None))
    connection.execute(change.values(struck_at=datetime.now(UTC)))
    return connection.scalar(select(func.count()).select_from(lake_file).where(here)) or 0


def strike_batch(connection: Connection, batch_id: int, by: str) -> str | None:
    """Withdraw a batch and give its contributor; None where none of that number counts.

    Consents are not withdrawn as a batch: what a parent said is answered by what the parent says next.
    """
    change = (
        update(batch)
        .where(batch.c.id == batch_id, batch.c.withdrawn_at.is_(None), batch.c.kind != "consent")
        .values(withdrawn_at=datetime.now(UTC), withdrawn_by=by)
        .returning(batch.c.contributor)
    )
    return connection.execute(change).scalar()


def broken_files(lake: Lake) -> list[str]:
    """One sentence for each listed file that is missing or is not as it was written."""
    with lake.engine.connect() as connection:
        query = select(lake_file.c.path, lake_file.c.sha256).order_by(lake_file.c.path)
        listed: dict[str, str] = dict(connection.execute(query).all())
    return broken(lake.folder, listed, "lake file")
