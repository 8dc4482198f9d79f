"""XLSX workbooks: sizes are looked at before anything is unpacked, then the first sheet is read once, row by row."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

import openpyxl

from intake.problems import BadFile, Problem
from intake.sheet import Sheet, Source, make_sheet

MOST_BYTES, MOST_PARTS, MOST_ROWS, MOST_COLUMNS = 300 * 2**20, 2_000, 300_000, 200
AS_CSV = "Save the table as CSV UTF-8 and import that"


def read_workbook(source: Source, required: Sequence[str], optional: Sequence[str]) -> Sheet:
    """The columns asked for from the first sheet; empty rows are skipped. Raises BadFile."""
    _check_archive(source)
    try:
        book = openpyxl.load_workbook(io.BytesIO(source.content), read_only=True, data_only=True)
        title, others = book.sheetnames[0], len(book.sheetnames) - 1
        table = list(_rows(source.name, book[title]))
        book.close()
    except BadFile:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part happens to cause
        raise BadFile.whole(source.name, f"the workbook is damaged. {AS_CSV}.") from error
    if not table:
        raise BadFile.whole(source.name, f"the first sheet is empty. Its first row must name: {', '.join(required)}.")
    header = _trimmed(table[0][1])
    rows, problems = [], []
    for line, cells in table[1:]:
        if len(_trimmed(cells)) > len(header):
            problems.append(Problem(line, "", f"the row goes on to the right of the header ({len(header)} columns)."))
        rows.append([*cells[: len(header)], *[""] * (len(header) - len(cells))])
    lines = [line for line, _ in table[1:]]
    if problems:
        raise BadFile(source.name, problems, "row")
    notes = [f"Only the first sheet, “{title}”, was read; the workbook has {others} more."] if others else []
    return make_sheet(source.name, header, list(zip(*rows, strict=True)), lines, required, optional, "row", notes)


def _check_archive(source: Source) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(source.content)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            marked = any(_has_doctype(archive, part) for part in parts[:MOST_PARTS] if part.filename.endswith(".xml"))
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise BadFile.whole(
            source.name, f"this is not an Excel workbook (.xlsx), or it is damaged. {AS_CSV}."
        ) from error
    if "xl/workbook.xml" not in names or marked:
        raise BadFile.whole(source.name, f"this is not an Excel workbook (.xlsx). {AS_CSV}.")
    if sum(part.file_size for part in parts) > MOST_BYTES or len(parts) > MOST_PARTS:
        told = f"the workbook unpacks to more than {MOST_BYTES // 2**20} megabytes. {AS_CSV}."
        raise BadFile.whole(source.name, told)


def _has_doctype(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """A workbook never declares a document type; one that does wants to make the reader unpack entities."""
    with archive.open(part) as file:
        return b"<!DOCTYPE" in file.read(2_048)


def _rows(file: str, sheet: Any) -> Iterator[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # the size a file claims is not to be believed
    for line, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), start=1):
        if line > MOST_ROWS:
            raise BadFile.whole(file, f"the sheet has more than {MOST_ROWS:,} rows. {AS_CSV}.", word="row")
        row = [_text(cell) for cell in cells]
        if any(row):
            yield line, row


def _text(cell: Any) -> str:
    """A cell as its reader sees it; a whole number loses the .0 that the file format gives it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    return str(cell).strip()


def _trimmed(cells: list[str]) -> list[str]:
    last = max((i for i, cell in enumerate(cells, start=1) if cell), default=0)
    return cells[:last]
