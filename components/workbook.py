"""XLSX of a report: cover, notes, the table as it stands on the page, of how many children each percentage is, and its
interval.

No formulas, no merged cells.
"""

import io
from dataclasses import replace
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from components.cells import percent
from components.grids import Column, Entry, Grid, Row
from components.report import Report, span

OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
TEXT = {"quote_prefix": True, "text_wrap": True, "valign": "top"}


def xlsx_bytes(report: Report) -> bytes:
    """The workbook; a number is a number, and reads as on the page."""
    out = io.BytesIO()
    with Workbook(out, OPTIONS) as book:
        book.set_properties({"title": report.title, "comments": f"Publication {report.imprint.publication}"})
        _pairs(book, "Cover", cover(report))
        _pairs(book, "Notes", [(str(place), note) for place, note in enumerate(report.notes, 1)])
        _table(book, "Table", report.grid)
        if report.grid.says_of:
            _table(book, "Children counted", _bases(report.grid))
            _table(book, "Intervals", _intervals(report.grid))
    return out.getvalue()


def cover(report: Report) -> list[tuple[str, str]]:
    """What the file is: label and text, also printed on the PDF."""
    chosen, imprint = report.indicator, report.imprint
    return [
        ("Table", report.title),
        ("Community", imprint.community),
        ("School years", span(report.periods)),
        ("Shown", report.filters),
        ("Counted", chosen.numerator),
        ("Out of", chosen.population_title),
        ("Definition", chosen.definition),
        ("Source", chosen.source),
        ("Steward", chosen.steward),
        ("Publication", imprint.publication),
        ("Data as of", imprint.as_of.isoformat()),
        ("Rule for small numbers", imprint.rule),
    ]


def _pairs(book: Workbook, name: str, rows: list[tuple[str, str]]) -> None:
    sheet: Worksheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    strong, plain = book.add_format({**TEXT, "bold": True}), book.add_format(TEXT)
    for place, (label, text) in enumerate(rows):
        sheet.write_string(place, 0, label, strong)
        sheet.write_string(place, 1, text, plain)


def _bases(grid: Grid) -> Grid:
    """The same grid with the number of children in the place of each percentage; what is not shown stays so."""
    rows = [replace(row, entries=tuple(map(_base, row.entries))) for row in grid.rows]
    return replace(grid, rows=tuple(rows))


def _base(entry: Entry) -> Entry:
    return entry if entry.of is None else Entry(f"{entry.of:,}", entry.of, "count")


def _intervals(grid: Grid) -> Grid:
    """The same grid with both ends of the 95 % interval in the place of each percentage."""
    columns = [Column(f"{c.code}.{end}", f"{c.title}, {end}") for c in grid.columns for end in ("from", "to")]
    rows = [replace(row, entries=tuple(end for one in row.entries for end in _ends(one))) for row in grid.rows]
    return replace(grid, columns=tuple(columns), rows=tuple(rows))


def _ends(entry: Entry) -> tuple[Entry, Entry]:
    if entry.low is None or entry.high is None:
        return entry, entry
    low, high = (Entry(percent(end), end, "percent") for end in (entry.low, entry.high))
    return low, high


def _table(book: Workbook, name: str, grid: Grid) -> None:
    sheet = book.add_worksheet(name)
    head = book.add_format({**TEXT, "bold": True, "bottom": 1})
    formats = _Formats(book)
    for place, title in enumerate((*grid.stub, *(column.title for column in grid.columns))):
        sheet.write_string(0, place, title, head)
    for line, row in enumerate(grid.rows, 1):
        _row(sheet, line, row, formats)
    sheet.freeze_panes(1, len(grid.stub))
    sheet.set_column(0, len(grid.stub) - 1, 30)
    sheet.set_column(len(grid.stub), len(grid.stub) + len(grid.columns) - 1, 14)


def _row(sheet: Worksheet, line: int, row: Row, formats: "_Formats") -> None:
    for place, words in enumerate(row.heads):
        sheet.write_string(line, place, words, formats.of(Entry(words), row.summary))
    for place, entry in enumerate(row.entries, len(row.heads)):
        look = formats.of(entry, row.summary)
        if entry.number is None:
            sheet.write_string(line, place, entry.text, look)
        else:
            sheet.write_number(line, place, entry.number, look)


class _Formats:
    """Cell formats that make a number read as on the page: `23 %`, `23 % [u]`, `12,480`."""

    def __init__(self, book: Workbook) -> None:
        self.book, self.made = book, dict[tuple[Any, ...], Any]()

    def of(self, entry: Entry, summary: bool) -> Any:
        marks = "".join(f'"\u00a0[{mark}]"' for mark in entry.symbol.split())
        base = {"text": "@", "percent": f'0"\u00a0%"{marks}', "count": f"#,##0{marks}"}[entry.kind]
        key = (base, summary, entry.number is None)
        if key not in self.made:
            aligned = {"quote_prefix": True} if entry.number is None else {"num_format": base}
            right = {"align": "right"} if entry.kind != "text" else {}
            self.made[key] = self.book.add_format({**aligned, **right, "bold": summary})
        return self.made[key]
