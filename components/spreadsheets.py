"""CSV that spreadsheets open as text and numbers, never as formulas. UTF-8, RFC 4180."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

LEADS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
Value = str | int | None


def csv_of(names: Sequence[str], rows: Iterable[Mapping[str, Value]]) -> bytes:
    """A header row and a line for each row."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=names, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: safe(value) for name, value in row.items()} for row in rows)
    return out.getvalue().encode("utf-8")


def safe(value: Value) -> Value:
    """Text that a spreadsheet cannot take for a formula; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(LEADS) else value
