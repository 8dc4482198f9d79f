"""Many rows at once: the database's own way, without a statement built for each row."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, Table

CHUNK = 5_000


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of plain values (text, numbers, dates, None) in the order of `columns`; all or none."""
    names = ", ".join(connection.dialect.identifier_preparer.quote(table.c[name].name) for name in columns)
    into = connection.dialect.identifier_preparer.format_table(table)
    if connection.dialect.name == "postgresql":
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY {into} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    plain = [tuple(v.isoformat() if isinstance(v, date) else v for v in row) for row in rows]
    if plain:
        connection.exec_driver_sql(f"INSERT INTO {into} ({names}) VALUES ({marks})", plain)  # noqa: S608


def raw_rows(connection: Connection, query: Select[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query without parameters as the driver gives them, a chunk in memory at a time."""
    raw: Any = connection.connection.driver_connection
    cursor = raw.cursor(name="rows") if connection.dialect.name == "postgresql" else raw.cursor()
    try:
        cursor.execute(str(query.compile(connection)))
        while part := cursor.fetchmany(CHUNK):
            yield from part
    finally:
        cursor.close()
