"""Grids as plain HTML tables: caption, scoped headings, sortable by buttons where a page keeps the order."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, ClientsideFunction, Input, Output, State, clientside_callback

from components import urlstate
from components.grids import Column, Entry, Grid, Row
from components.markup import YEAR, Element, html, leaf

SORT = "sort-button"


def table(grid: Grid, page: str = "", focus: str = "", body: Element | None = None) -> Element:
    """The grid as a table that scrolls by itself where it is wider than the page; of years the newest are seen first.

    page: the page whose `sort` control keeps the order; without it the headings are plain. focus: code of the row in
    focus. body: its rows where they are drawn already.
    """
    heads = [*_names(grid, page), *(_head(column, grid, page, "value") for column in grid.columns)]
    swipe = [html.Span(" Swipe for more columns.", className="on-phones")] if len(grid.columns) > 2 else []
    parts = [
        html.Caption(html.Span([_caption(grid), *swipe])),
        html.Thead(html.Tr(heads)),
        body or body_of(grid, focus),
    ]
    made = html.Table(parts, className="data-table")
    years = all(map(YEAR.fullmatch, (column.code for column in grid.columns)))
    look = "table-scroll newest-in-sight" if years else "table-scroll"
    return html.Div(made, className=look, role="region", tabIndex=0, **{"aria-label": grid.caption})


def body_of(grid: Grid, focus: str = "") -> Element:
    """The rows of a grid, drawn by `quorum.Rows` in assets/panels.js: in elements they were most of an answer."""
    return leaf("quorum", "Rows", rows=[_row(row, focus) for row in grid.rows])


def sorting(page: str) -> None:
    """Let the headings of a page's tables set its `sort` control; call once where the page is defined."""
    clientside_callback(
        ClientsideFunction("panels", "sort"),
        Output(urlstate.control(page, "sort"), "value"),
        Input({"type": SORT, "page": page, "column": ALL}, "n_clicks"),
        State(urlstate.control(page, "sort"), "value"),
        prevent_initial_call=True,
    )


def orders(columns: Mapping[str, str]) -> dict[str, str]:
    """Orders a reader can choose: by name, and by each column both ways."""
    found = {"name": "By name", "-name": "By name, Z to A"}
    for code, title in columns.items():
        found |= {f"-{code}": f"{title}: highest first", code: f"{title}: lowest first"}
    return found


def _caption(grid: Grid) -> str:
    return f"{grid.caption}. Under each percentage: of how many children." if grid.says_of else grid.caption


def _names(grid: Grid, page: str) -> list[Element]:
    """Headings of the columns of names; on a phone the first holds them all (see `quorum.Rows`)."""
    first, *others = (Column("name", title) for title in grid.stub)
    told = html.Span(" · ".join(column.title for column in others), className="on-phones")
    return [_head(first, grid, page, under=[told] if others else []), *(_head(c, grid, "", "beside") for c in others)]


def _head(column: Column, grid: Grid, page: str, look: str = "", under: Sequence[Element] = ()) -> Element:
    if not page:
        return html.Th([column.title, *under], scope="col", className=look)
    way = {column.code: "ascending", f"-{column.code}": "descending"}.get(grid.order, "none")
    identity = {"type": SORT, "page": page, "column": column.code}
    button = html.Button(column.title, id=identity, type="button", className="sort-button")
    return html.Th([button, *under], scope="col", className=look, **{"aria-sort": way})


def _row(row: Row, focus: str) -> dict[str, Any]:
    looks = {"summary": row.summary, "focus": bool(focus) and row.code.split(".")[0] == focus}
    look = " ".join(name for name, on in looks.items() if on)
    return {"look": look, "heads": row.heads, "values": [_value(entry) for entry in row.entries]}


def _value(entry: Entry) -> dict[str, Any]:
    value: dict[str, Any] = {"text": entry.text}
    if "c" in entry.symbol.split():
        value["hidden"] = True
    if entry.under or entry.of is not None:
        value["of"] = f" {entry.under}" if entry.under else f" of {entry.of:,}"
    return value
