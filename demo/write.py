"""Writing CSV (and one XLSX) from columns, chunk by chunk."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter
from pyarrow import csv

CHUNK = 100_000


class CsvFile:
    """A CSV with a header row; `add` appends rows given as columns. With bom, as spreadsheet programs save it."""

    def __init__(self, path: Path, columns: Sequence[str], *, bom: bool = False) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.columns, self.rows = list(columns), 0
        self._file = path.open("wb")
        self._file.write((b"\xef\xbb\xbf" if bom else b"") + (",".join(columns) + "\n").encode())

    def add(self, data: Mapping[str, pa.Array | np.ndarray | Sequence[object]]) -> None:
        """Append rows; data may hold more columns than the file has."""
        table = pa.table({name: pa.array(data[name]) for name in self.columns})
        style = "needed" if _needs_quotes(table) else "none"
        csv.write_csv(table, self._file, csv.WriteOptions(include_header=False, quoting_style=style))
        self.rows += table.num_rows

    def __enter__(self) -> "CsvFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _needs_quotes(table: pa.Table) -> bool:
    """Whether a text holds a comma, a quotation mark or a line break; pyarrow else puts every text in quotes."""
    texts = [column for column in table.columns if pa.types.is_string(column.type)]
    return any(pc.any(pc.match_substring_regex(column, '[,"\r\n]')).as_py() for column in texts)


class XlsxFile:
    """The same as a workbook of text cells."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.columns, self.rows = list(columns), 0
        self._book = xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False})
        self._book.set_properties({"created": datetime(2024, 10, 1)})
        self._sheet = self._book.add_worksheet("Roster")
        self._sheet.write_row(0, 0, self.columns)

    def add(self, data: Mapping[str, pa.Array | np.ndarray | Sequence[object]]) -> None:
        """Append rows."""
        for row in zip(*(_texts(data[name]) for name in self.columns), strict=True):
            self.rows += 1
            for column, value in enumerate(row):
                if value is not None:
                    self._sheet.write_string(self.rows, column, value)

    def __enter__(self) -> "XlsxFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()


def _texts(values: pa.Array | np.ndarray | Sequence[object]) -> list[str | None]:
    return list(pc.cast(pa.array(values), pa.string()).to_pylist())


def chunks(rows: np.ndarray) -> Iterable[np.ndarray]:
    """The rows in pieces that fit in memory."""
    for start in range(0, max(len(rows), 1), CHUNK):
        yield rows[start : start + CHUNK]


def dates(day_numbers: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
    """Day numbers as dates; missing ones empty."""
    return pa.array(day_numbers.astype(np.int32), mask=missing).cast(pa.date32())


def picked(words: np.ndarray | Sequence[str], codes: np.ndarray) -> pa.Array:
    """Words by code; an empty word is an empty field."""
    values = pa.array([w or None for w in words], pa.string())
    return values.take(pa.array(codes))
