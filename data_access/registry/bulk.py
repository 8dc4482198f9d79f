"""Many rows at once: the database's own way, without a statement built for each row."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Select, Table

CHUNK = 5_000


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of plain values (text, numbers, dates, moments with a zone, None) in the order of `columns`."""
    names = ", ".join(connection.dialect.identifier_preparer.quote(table.c[name].name) for name in columns)
    into = connection.dialect.identifier_preparer.format_table(table)
    if connection.dialect.name == "postgresql":
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY {into} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([_utc(v) if isinstance(v, datetime) else v for v in row])
        return
    marks = ", ".join("?" * len(columns))
    plain = [tuple(_text(v) if isinstance(v, date) else v for v in row) for row in rows]
    if plain:
        connection.exec_driver_sql(f"INSERT INTO {into} ({names}) VALUES ({marks})", plain)  # noqa: S608


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _text(value: date) -> str:
    """A date or moment as SQLite keeps it."""
    return _utc(value).isoformat(" ", "microseconds") if isinstance(value, datetime) else value.isoformat()


def raw_rows(connection: Connection, query: Select[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query as the driver gives them, a chunk in memory at a time; parameters are our own."""
    raw: Any = connection.connection.driver_connection
    cursor = raw.cursor(name="rows") if connection.dialect.name == "postgresql" else raw.cursor()
    try:
        cursor.execute(str(query.compile(connection, compile_kwargs={"literal_binds": True})))
        while part := cursor.fetchmany(CHUNK):
            yield from part
    finally:
        cursor.close()
