"""Tidy CSV of a report: one header row, one line a cell, codes beside titles, value beside symbol. UTF-8, RFC 4180."""

from collections.abc import Callable, Mapping
from typing import Final

from catalog.terms import dimensions
from components.cells import Cell
from components.pdf import pdf_bytes
from components.report import Report
from components.spreadsheets import csv_of
from components.workbook import xlsx_bytes
from privacy.rounding import ROUNDED


def csv_bytes(report: Report) -> bytes:
    """The report's cells as CSV; every line also carries publication, as-of date, rule, filters and definition."""
    rows = [_line(report, cell) for cell in report.cells]
    return csv_of(list(rows[0]) if rows else ["indicator"], rows)


FORMS: Final[Mapping[str, Callable[[Report], bytes]]] = {"csv": csv_bytes, "xlsx": xlsx_bytes, "pdf": pdf_bytes}


def _line(report: Report, cell: Cell) -> dict[str, str | int | None]:
    chosen, imprint = report.indicator, report.imprint
    return {
        "indicator": chosen.name,
        "indicator_title": chosen.title,
        "period": cell.period,
        "level": cell.level,
        "area": cell.area,
        "area_name": cell.name,
        **_groups(report, cell),
        "band": cell.band,
        "band_title": chosen.bands.get(cell.band, ""),
        "unit": chosen.unit,
        "value": cell.value,
        "low_95": cell.low,
        "high_95": cell.high,
        "children_counted": cell.n,
        "children_in_numerator": cell.count,
        "symbol": cell.symbol,
        "publication": imprint.publication,
        "as_of": imprint.as_of.isoformat(),
        "rule": imprint.rule,
        "rounding": "" if chosen.is_count else ROUNDED,
        "filters": report.filters,
        "definition": chosen.definition,
        "source": chosen.source,
    }


def _groups(report: Report, cell: Cell) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, code in zip(report.spec.view.dimensions, cell.groups, strict=True):
        found |= {name: code, f"{name}_title": dimensions()[name].categories.get(code, "All")}
    return found
