"""Many rows at once: the database's own way, without a statement built for each row."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of plain values (text, numbers, dates, None) in the order of `columns`; all or none."""
    names = ", ".join(connection.dialect.identifier_preparer.quote(table.c[name].name) for name in columns)
    into = connection.dialect.identifier_preparer.format_table(table)
    if connection.dialect.name == "postgresql":
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY {into} ({names}) FROM STDIN") as copy:  # type: ignore[attr-defined]
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    plain = [tuple(v.isoformat() if isinstance(v, date) else v for v in row) for row in rows]
    if plain:
        connection.exec_driver_sql(f"INSERT INTO {into} ({names}) VALUES ({marks})", plain)  # noqa: S608
