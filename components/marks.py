"""Marks that all charts share: tooltips in the words of the table, hatched stubs, axes of values."""

import textwrap
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any, Final

from components import theme
from components.cells import SYMBOLS, Cell, percent
from components.scales import ticks

Figure = dict[str, Any]
STUB: Final = 0.045
LABEL: Final = 26
HATCH: Final = {"shape": "/", "fgcolor": theme.HIDDEN, "bgcolor": theme.PAPER, "size": 5, "solidity": 0.25}
HIDDEN: Final = {"color": theme.PAPER, "line": {"color": theme.HIDDEN, "width": 1}, "pattern": HATCH}


def says(label: str, cell: Cell) -> str:
    """A tooltip: the words of the table, nothing more."""
    if cell.value is None:
        why = ", ".join(SYMBOLS[mark] for mark in cell.symbol.split()) or SYMBOLS["x"]
        return f"<b>{plain(label)}</b><br>{cell.text} {why}"
    between = f"<br>likely between {cell.interval}" if cell.interval else ""
    base = f"<br>of {cell.n:,} children" if cell.n is not None and not cell.is_count else ""
    return f"<b>{plain(label)}</b><br>{cell.text}{between}{base}"


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Text from data as text: plotly would read tags in it."""
    return escape(text, quote=False)


@lru_cache(maxsize=2048)
def wrapped(text: str) -> str:
    """A row label in lines of at most 26 letters."""
    return "<br>".join(plain(line) for line in textwrap.wrap(text, LABEL)) or " "


def reach(cells: Iterable[Cell | None]) -> list[float | None]:
    """Values and limits of intervals, for the range of an axis."""
    return [value for cell in cells if cell for value in (cell.low, cell.value, cell.high)]


def value_axis(low: float, high: float, is_percent: bool) -> dict[str, Any]:
    """An axis of percentages or counts with round ticks, labelled as the cells are."""
    # On a phone a long name leaves an axis the room of five percentages or four counts, and turned ones read badly.
    places = ticks(low, high, 4 if is_percent else 3)
    words = [percent(v) if is_percent else f"{v:,}" for v in places]
    return {"range": [low, high], "tickvals": places, "ticktext": words, "tickangle": 0, "zeroline": False}
