"""A columnar copy of the consent statements, so that a community's consents are resolved in a moment.

The copy is a row of files, each a stretch of the registry's statements, which are only ever appended. A file counts
while its seal is whole and its last statement is, by number and chance token, one of this registry; what came after the
last file is read from the registry each time. So a withdrawal acts at once, and an older registry finds no file.
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from duckdb import DuckDBPyConnection
from sqlalchemy import Connection, Engine, literal_column, select

from data_access.files import write_whole
from data_access.registry.bulk import raw_rows
from data_access.registry.consent_tables import consent_event
from data_access.standing import Moment, barred_query, events, moved_query, undated_query

TAIL, STRETCH, MANY = 20_000, 1_000_000, 12
_TYPES = {
    **dict.fromkeys(("sequence", "child", "signer", "coverage"), pa.int64()),
    **dict.fromkeys(("capacity", "say"), pa.string()),
    "complete": pa.bool_(),
    "recorded_at": pa.timestamp("us"),
    **dict.fromkeys(("effective_on", "expires_on"), pa.date32()),
}
SCHEMA = pa.schema([(column.name, _TYPES[column.name]) for column in events.columns])


@dataclass(frozen=True)
class Stretch:
    """One file of the copy: the statements after one number through another."""

    path: Path
    after: int
    last: int
    token: str
    seal: str

    @classmethod
    def of(cls, path: Path) -> "Stretch | None":
        """From its name; None where it is no file of ours."""
        parts = path.stem.split("-")
        if len(parts) != 4 or not (parts[0].isdigit() and parts[1].isdigit()):
            return None
        return cls(path, int(parts[0]), int(parts[1]), parts[2], parts[3])


@dataclass(frozen=True)
class ConsentCopy:
    """The copy of one registry's statements under a folder; key: secret of the files' seals."""

    folder: Path
    engine: Engine
    key: bytes

    def fill(self, lake: DuckDBPyConnection, moment: Moment) -> None:
        """Put every statement and who may sign into a DuckDB, as the tables of `data_access.standing`."""
        with self.engine.connect() as connection:
            stretches = self.stretches(connection)
            rest = list(_rows(connection, stretches[-1].last if stretches else 0))
            lists = {name: _numbers(connection, query) for name, query in _lists(moment).items()}
        lake.register("consent_tail", pa.concat_tables([SCHEMA.empty_table(), *rest]))
        for name, table in lists.items():
            lake.register(name, table)
        names = ", ".join("'" + str(one.path).replace("'", "''") + "'" for one in stretches)
        files = f" UNION ALL SELECT * FROM read_parquet([{names}], hive_partitioning=false)" if stretches else ""  # noqa: S608
        lake.execute(f"CREATE OR REPLACE VIEW {events.name} AS SELECT * FROM consent_tail{files}")  # noqa: S608

    def keep_up(self, least: int = TAIL) -> int:
        """Copy what is not copied yet, where it is worth a file; gives how many statements were copied."""
        copied = 0
        with self.engine.connect() as connection:
            known = self.stretches(connection)
            after = known[-1].last if known and len(known) <= MANY else 0
            for table in _rows(connection, after):
                if table.num_rows >= least:
                    after = self._write(connection, table, after)
                    copied += table.num_rows
            self._sweep(self.stretches(connection))
        return copied

    def stretches(self, connection: Connection) -> list[Stretch]:
        """The files that count, without a gap from the first statement on; where two begin alike, the longer."""
        there = [one for path in sorted(self.folder.glob("*.parquet")) if (one := Stretch.of(path))]
        chain: list[Stretch] = []
        while True:
            start = chain[-1].last if chain else 0
            going = [one for one in there if one.after == start and self._counts(connection, one)]
            if not going:
                return chain
            chain.append(max(going, key=lambda one: one.last))

    def _counts(self, connection: Connection, one: Stretch) -> bool:
        token = connection.scalar(select(consent_event.c.token).where(consent_event.c.sequence == one.last))
        if token is None or not hmac.compare_digest(token, one.token):
            return False
        try:
            content = one.path.read_bytes()
        except OSError:
            return False
        return hmac.compare_digest(one.seal, self._seal(content, one.after, one.last, token))

    def _write(self, connection: Connection, table: pa.Table, after: int) -> int:
        last = table.column("sequence")[-1].as_py()
        token = connection.scalar(select(consent_event.c.token).where(consent_event.c.sequence == last))
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd")
        content = sink.getvalue().to_pybytes()
        name = f"{after}-{last}-{token}-{self._seal(content, after, last, str(token))}.parquet"
        write_whole(self.folder / name, lambda file: file.write(content))
        return int(last)

    def _seal(self, content: bytes, after: int, last: int, token: str) -> str:
        secret = hmac.digest(self.key, f"consent copy {after} {last} {token}".encode(), "sha256")
        return hashlib.blake2b(content, key=secret, digest_size=20).hexdigest()

    def _sweep(self, used: Sequence[Stretch]) -> None:
        """Remove files that count no more; a reader that has one open keeps it."""
        kept = {one.path for one in used}
        for path in self.folder.glob("*.parquet"):
            if path not in kept:
                path.unlink(missing_ok=True)


def _lists(moment: Moment) -> dict[str, Any]:
    return {
        "consent_moved": moved_query(moment.today),
        "consent_undated": undated_query(),
        "consent_barred": barred_query(moment.today),
    }


def _numbers(connection: Connection, query: Any) -> pa.Table:
    name = query.selected_columns.keys()[0]
    return pa.table({name: pa.array(connection.scalars(query).all(), pa.int64())})


def _rows(connection: Connection, after: int) -> Iterator[pa.Table]:
    """The statements after a number, a stretch at a time."""
    columns = [consent_event.c[name] for name in SCHEMA.names]
    query = select(*columns).where(consent_event.c.sequence > literal_column(str(int(after))))
    rows = raw_rows(connection, query.order_by(consent_event.c.sequence))
    while part := list(islice(rows, STRETCH)):
        arrays = [_array(list(values), field) for values, field in zip(zip(*part, strict=True), SCHEMA, strict=True)]
        yield pa.table(arrays, schema=SCHEMA)


def _array(values: list[Any], field: pa.Field) -> pa.Array:
    """SQLite hands days and moments over as text, truth as a number."""
    if pa.types.is_boolean(field.type):
        return pa.array([bool(value) for value in values])
    first = next((value for value in values if value is not None), None)
    if isinstance(first, str) and not pa.types.is_string(field.type):
        return pa.array(values, pa.string()).cast(field.type)
    return pa.array(values, field.type)
