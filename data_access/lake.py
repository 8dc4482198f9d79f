"""The lake: facts as Parquet, one immutable file per batch and table. Only the files the registry lists exist."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import cast

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection
from duckdb import connect as open_duckdb
from sqlalchemy import Connection, Engine, Select, create_engine, or_, select
from sqlalchemy.pool import StaticPool

from data_access.files import TEMPORARY, write_whole
from data_access.lake_tables import PERSON, SCHEMAS, WHEN
from data_access.people import person_table
from data_access.registry.tables import batch, lake_file


@dataclass(frozen=True)
class Lake:
    """The folder of facts and the registry that lists its files."""

    folder: Path
    engine: Engine

    def write(self, table: str, contributor: str, batch_id: int, rows: pa.Table, mark: str = "") -> Path:
        """Write one file, whole or not at all; it counts once the registry lists it. mark: tells versions apart."""
        path = self.folder / table / contributor / f"{batch_id}{mark and '-'}{mark}.parquet"
        whole = rows.select(SCHEMAS[table].names).cast(SCHEMAS[table])
        write_whole(path, lambda file: pq.write_table(whole, file, compression="zstd"))
        return path

    def files(self, table: str, at: datetime | None = None, contributor: str | None = None) -> list[Path]:
        """The files that count, oldest batch first; at: as the registry stood at that moment."""
        query = _listed(at).where(lake_file.c.table_name == table)
        if contributor is not None:
            query = query.where(batch.c.contributor == contributor)
        with self.engine.connect() as connection:
            return [self.folder / path for path in connection.scalars(query)]

    def read(self, table: str, contributor: str, columns: list[str], between: tuple[str, date, date]) -> pa.Table:
        """Columns of one contributor's rows, with each row's batch_id; between: column, least and greatest value."""
        name, least, most = between
        keep = [(name, ">=", pa.scalar(least, pa.date32())), (name, "<=", pa.scalar(most, pa.date32()))]
        parts = [self.empty(table, columns)]
        for path in self.files(table, contributor=contributor):
            part = pq.read_table(path, columns=columns, filters=keep, partitioning=None)
            parts.append(part.append_column("batch_id", pa.array([_batch(path)] * part.num_rows, pa.int64())))
        return pa.concat_tables(parts)

    @staticmethod
    def empty(table: str, columns: list[str]) -> pa.Table:
        """No rows of some columns, and of batch_id."""
        return pa.schema([*(SCHEMAS[table].field(c) for c in columns), ("batch_id", pa.int64())]).empty_table()

    def programs(self, contributor: str | None = None) -> pa.Table:
        """Every program (of one contributor) once, as the newest file tells it."""
        parts = [pq.read_table(path, partitioning=None) for path in self.files("program", contributor=contributor)]
        latest = {row["program"]: row for part in parts for row in part.to_pylist()}
        return pa.Table.from_pylist([latest[name] for name in sorted(latest)], schema=SCHEMAS["program"])

    def duckdb(self, as_of: date | None = None) -> DuckDBPyConnection:
        """A DuckDB in memory with a view per lake table, `program` and `person`; as_of: nothing later than that day."""
        connection = open_duckdb(":memory:")
        self._fill(connection, as_of)
        return connection

    @contextmanager
    def connect(self, as_of: date | None = None, person: pa.Table | None = None) -> Iterator[Connection]:
        """The same views under SQLAlchemy; person: the only records to know whose they are."""
        engine = create_engine("duckdb:///:memory:", poolclass=StaticPool)
        try:
            with engine.connect() as connection:
                self._fill(cast(DuckDBPyConnection, connection.connection.driver_connection), as_of, person)
                yield connection
        finally:
            engine.dispose()

    def _fill(self, connection: DuckDBPyConnection, as_of: date | None, person: pa.Table | None = None) -> None:
        for table in WHEN:
            connection.execute(_view(table, self.files(table), as_of))
        connection.register("program", self.programs())
        known = person_table(self.engine) if person is None else person
        connection.register("person", known.cast(PERSON))

    def sweep(self) -> list[str]:
        """Remove what broken runs left: temporary files and files nobody lists. Call it where no import is running."""
        with self.engine.connect() as connection:
            listed = set(connection.scalars(select(lake_file.c.path)))
        swept = []
        for folder, _, names in os.walk(self.folder):
            place = os.path.relpath(folder, self.folder)
            for name in names:
                here = name if place == "." else f"{place}/{name}"
                if name.startswith(TEMPORARY) or here not in listed:
                    Path(folder, name).unlink()
                    swept.append(here)
        return sorted(swept)


def _batch(path: Path) -> int:
    return int(path.stem.partition("-")[0])


def _listed(at: datetime | None) -> Select[str]:
    query = select(lake_file.c.path).join(batch).order_by(batch.c.id, lake_file.c.path)
    if at is None:
        return query.where(lake_file.c.struck_at.is_(None), batch.c.withdrawn_at.is_(None))
    return query.where(
        lake_file.c.listed_at <= at,
        or_(lake_file.c.struck_at.is_(None), lake_file.c.struck_at > at),
        or_(batch.c.withdrawn_at.is_(None), batch.c.withdrawn_at > at),
    )


def _view(table: str, paths: list[Path], as_of: date | None) -> str:
    """SQL of a view over these files. The names are ours; a folder's quotes are doubled."""
    if not paths:
        types = ", ".join(f"CAST(NULL AS {_sql_type(f.type)}) AS {f.name}" for f in SCHEMAS[table])
        return f"CREATE VIEW {table} AS SELECT {types} WHERE false"
    names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    until = f" WHERE {WHEN[table]} <= DATE '{as_of.isoformat()}'" if as_of else ""
    return f"CREATE VIEW {table} AS SELECT * FROM read_parquet([{names}], hive_partitioning=false){until}"  # noqa: S608


def _sql_type(kind: pa.DataType) -> str:
    words = {"int64": "BIGINT", "int16": "SMALLINT", "float": "REAL", "bool": "BOOLEAN", "date32[day]": "DATE"}
    return words.get(str(kind), "VARCHAR")
