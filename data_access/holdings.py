"""Which kinds of data organizations hold about one child: titles, never values."""

from collections.abc import Mapping

from duckdb import connect as open_duckdb
from sqlalchemy import Connection, select

from data_access.lake import Lake
from data_access.lake_tables import WHEN
from data_access.registry.tables import batch, identity

KINDS = ("roster", "residence", "attendance", "participation", "outcome")


def holdings(connection: Connection, lake: Lake, records: Mapping[int, str]) -> dict[str, tuple[str, ...]]:
    """Kinds of data by contributor. records: contributor by record of the child."""
    query = select(identity.c.record_id).join(batch, batch.c.id == identity.c.batch_id)
    on_roster = set(
        connection.scalars(query.where(identity.c.record_id.in_(list(records)), batch.c.withdrawn_at.is_(None)))
    )
    found: dict[str, set[str]] = {contributor: set() for contributor in records.values()}
    for record in on_roster:
        found[records[record]].add("roster")
    for record, contributor in records.items():
        found[contributor].update(_kinds(lake, record, contributor))
    return {name: tuple(kind for kind in KINDS if kind in kinds) for name, kinds in sorted(found.items()) if kinds}


def _kinds(lake: Lake, record: int, contributor: str) -> set[str]:
    """Tables that have a row of this record in a file that counts; no value is read."""
    found, asked = set(), "SELECT 1 FROM read_parquet(?, hive_partitioning=false) WHERE record_id = ? LIMIT 1"
    with open_duckdb(":memory:") as connection:
        for table in WHEN:
            names = [str(path) for path in lake.files(table, contributor=contributor)]
            if names and connection.execute(asked, [names, record]).fetchone():
                found.add(table)
    return found
