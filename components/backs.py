"""Backs of panels: what their charts show, in numbers."""

from collections.abc import Mapping, Sequence

from components.cells import Cell
from components.charts import Dot
from components.grids import Column, Entry, Grid, Row, entry
from components.markup import Element
from components.tables import table


def of_rows(caption: str, names: str, values: str, rows: Sequence[Dot], total: Dot | None, focus: str = "") -> Element:
    """A chart of dots turned over: value, interval and of how many children, row by row in the order drawn.

    names, values: headings; total: the reference line, at the foot; focus: code of the row in focus.
    """
    counts = any(row.cell.is_count for row in rows)
    columns = [Column("value", values), *([] if counts else [Column("between", "Likely between")])]
    made = [Row(row.code, (row.label,), _entries(row.cell)) for row in rows]
    foot = [Row(total.code, (total.label,), _entries(total.cell), summary=True)] if total else []
    return table(Grid(caption, (names,), tuple(columns), (*made, *foot)), focus=focus)


def of_lines(
    caption: str, names: str, lines: Mapping[str, Sequence[Cell]], titles: Mapping[str, str], total: str, focus: str
) -> Element:
    """Labelled lines turned over: each year with its interval; total: code of the line kept at the foot."""
    years = sorted({cell.period for line in lines.values() for cell in line})
    rows = []
    for code in [*(code for code in lines if code != total), *(code for code in lines if code == total)]:
        at = {cell.period: _over_interval(cell) for cell in lines[code]}
        entries = tuple(at.get(year) or entry(None) for year in years)
        rows.append(Row(code, (titles[code],), entries, summary=code == total))
    return table(Grid(caption, (names,), tuple(Column(year, year) for year in years), tuple(rows)), focus=focus)


def _entries(cell: Cell) -> tuple[Entry, ...]:
    """Value and interval; where nothing is shown the mark stands for both."""
    if cell.is_count:
        return (entry(cell),)
    return entry(cell), Entry(cell.interval or cell.text, symbol=cell.symbol if cell.value is None else "")


def _over_interval(cell: Cell) -> Entry:
    return Entry(cell.text, cell.value, symbol=cell.symbol, under=cell.interval)
