"""Grids: how a report's cells stand in rows and columns. Page, XLSX and PDF draw the same grid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from catalog.indicators import Indicator
from catalog.naming import by_name
from catalog.terms import area_levels, dimensions
from catalog.views import View
from components.cells import Cell

Kind = Literal["percent", "count", "text"]
ALL: Final = {"": "All"}
# The code of "Address not known"; those rows are no place and stay below the places.
UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in a grid: the words, the number behind them (None where not shown) and its marks.

    of: how many children a percentage is of; low, high: its 95 % interval; None for counts and where nothing is shown.
    under: what stands under the words in the place of that.
    """

    text: str
    number: int | None = None
    kind: Kind = "text"
    symbol: str = ""
    of: int | None = None
    low: int | None = None
    high: int | None = None
    under: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of values: its code (used in URLs) and its heading."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row: code, the headings at its left and its entries. summary: a total or a reference, kept at the foot."""

    code: str
    heads: tuple[str, ...]
    entries: tuple[Entry, ...]
    summary: bool = False


@dataclass(frozen=True)
class Grid:
    """A table as it is drawn: caption, headings of the left columns, columns of values, rows.

    stepped: the first column holds steps of an indicator (its bands), whose own order is kept in the place of the
    alphabet's.
    """

    caption: str
    stub: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    order: str = field(default="")
    stepped: bool = False

    @property
    def says_of(self) -> bool:
        """True where percentages stand with the number of children they are of."""
        return any(entry.of is not None for row in self.rows for entry in row.entries)

    def sorted_by(self, order: str) -> "Grid":
        """Rows in another order: a column's code or `name`, `-` for the largest first; hidden ones come last."""
        code, backward = order.lstrip("-"), order.startswith("-")
        body = [row for row in self.rows if not row.summary and not row.code.startswith(UNKNOWN)]
        foot = [row for row in self.rows if row.summary or row.code.startswith(UNKNOWN)]
        places = {column.code: place for place, column in enumerate(self.columns)}
        if code == "name" and self.stepped:
            steps = list(dict.fromkeys(row.heads[0] for row in body))
            body.sort(key=lambda row: steps.index(row.heads[0]), reverse=backward)
        elif code == "name":
            body.sort(key=lambda row: by_name("".join(row.heads[:1])), reverse=backward)
        elif code in places:
            body.sort(key=lambda row: _rank(row.entries[places[code]], backward))
        else:
            return self
        return replace(self, rows=(*body, *foot), order=order)


def _rank(entry: Entry, backward: bool) -> tuple[bool, float]:
    if entry.number is None:
        return (True, 0)
    return (False, -entry.number if backward else entry.number)


def entry(cell: Cell | None) -> Entry:
    """A cell as an entry of a grid; a combination no table holds is `[x]`, not available."""
    if cell is None:
        return Entry("[x]", symbol="x")
    if cell.is_count:
        return Entry(cell.text, cell.value, "count", cell.symbol)
    return Entry(cell.text, cell.value, "percent", cell.symbol, cell.n, cell.low, cell.high)


@dataclass(frozen=True)
class Axis:
    """What varies in a report: its name (period, area, band or a dimension), heading and codes with titles."""

    name: str
    title: str
    codes: Mapping[str, str]


def axes(found: Sequence[Cell], indicator: Indicator, view: View) -> list[Axis]:
    """The axes along which these cells vary, area first; one of them is kept for the columns when nothing varies."""
    bands = dict(indicator.bands) if len({c.band for c in found}) > 1 else {}
    others = [
        *(_dimension(name, {c.groups[place] for c in found}) for place, name in enumerate(view.dimensions)),
        Axis("band", indicator.numerator.capitalize(), bands),
    ]
    varying = [axis for axis in others if len(axis.codes) > 1]
    years = Axis("period", "School year", {year: year for year in sorted({c.period for c in found})})
    area = Axis("area", area_levels()[view.level].singular.capitalize(), {c.area: c.name for c in found})
    # A table of the county alone needs no column that says so in every row, unless nothing else stands there.
    alone = view.level == "county" and len(varying) + (len(years.codes) > 1) > 1
    return [*([] if alone else [area]), *([years] if len(years.codes) > 1 or not varying else []), *varying]


def _dimension(name: str, present: Iterable[str]) -> Axis:
    held = set(present)
    codes = {code: title for code, title in {**dimensions()[name].categories, **ALL}.items() if code in held}
    return Axis(name, dimensions()[name].title, codes)


def crosstab(found: Sequence[Cell], indicator: Indicator, view: View, across: str, caption: str) -> Grid:
    """Cells in rows and columns: `across` names the axis of the columns, the others stand in the rows.

    Rows of an area level other than the view's are totals and stay at the foot. What does not vary is said in the
    heading, not repeated in every row. A combination that no table holds is `[x]`.
    """
    if not found:
        return Grid(caption, (), (), ())
    varying = axes(found, indicator, view)
    over = next((axis for axis in varying if axis.name == across and axis.name != "area"), varying[-1])
    beside = [axis for axis in varying if axis is not over]
    alone = _names(found[0], view)
    at = {tuple(_names(cell, view).values()): cell for cell in found}
    totals = {cell.area for cell in found if cell.level != view.level}
    rows = []
    for key in _products(beside):
        held = [at.get(tuple((alone | key | {over.name: code}).values())) for code in over.codes]
        if any(held):
            heads = tuple(axis.codes[key[axis.name]] for axis in beside)
            rows.append(Row(_code(key), heads, tuple(map(entry, held)), key.get("area") in totals))
    columns = tuple(Column(code or "all", title) for code, title in over.codes.items())
    stepped = [axis.name for axis in beside[:1]] == ["band"]
    return Grid(caption, tuple(axis.title for axis in beside), columns, tuple(rows), stepped=stepped)


def _names(cell: Cell, view: View) -> dict[str, str]:
    """Where a cell stands: axis name -> code, in one fixed order."""
    groups = dict(zip(view.dimensions, cell.groups, strict=True))
    return {"area": cell.area, "period": cell.period, **groups, "band": cell.band}


def _code(key: Mapping[str, str]) -> str:
    return ".".join(code or "all" for code in key.values())


def _products(beside: Sequence[Axis]) -> list[dict[str, str]]:
    keys: list[dict[str, str]] = [{}]
    for axis in beside:
        keys = [key | {axis.name: code} for key in keys for code in axis.codes]
    return keys
