"""Cells of a protected table as plain records, and the one place that decides how a cell reads.

Page, tooltip, CSV, XLSX and PDF all take a cell's words from here, so they cannot differ.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from catalog.indicators import Indicator
from privacy.sealed import ProtectedTable

NARROW: Final = "\u00a0"
SYMBOLS: Final[Mapping[str, str]] = {
    "c": "hidden so that no child can be recognized",
    "x": "not available",
    "z": "does not apply here",
    "u": "few children, read with care",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a table, or the reason why there is none.

    value: whole percent for a rate, children for a count; None where not shown. n: how many children it is of, never
    without the value. low, high: its 95 % interval.
    groups: category codes in the order of the view's dimensions, "" for all children. symbol: marks without brackets.
    """

    period: str
    level: str
    area: str
    name: str
    groups: tuple[str, ...]
    band: str
    n: int | None
    count: int | None
    value: int | None
    low: int | None
    high: int | None
    symbol: str
    is_count: bool

    @property
    def text(self) -> str:
        """What a reader sees: `23 %`, `23 % [u]`, `12,480` or a mark alone."""
        return _text(self.value, self.symbol, self.is_count)

    @property
    def interval(self) -> str:
        """The 95 % interval in words, empty where there is none."""
        if self.low is None or self.high is None:
            return ""
        return f"{self.low}–{self.high}{NARROW}%"

    @property
    def unsure(self) -> bool:
        """True where a shown number is of so few children that it is marked."""
        return "u" in self.symbol.split()

    @property
    def hidden(self) -> bool:
        """True where the number is hidden so that no child can be recognized."""
        return "c" in self.symbol.split()


# The same few hundred texts stand in every table and tooltip.
@lru_cache(maxsize=4096)
def _text(value: int | None, symbol: str, is_count: bool) -> str:
    marks = "".join(f"{NARROW}[{mark}]" for mark in symbol.split())
    if value is None:
        return marks.strip(NARROW) or "[x]"
    return (number(value) if is_count else percent(value)) + marks


# A sealed table never changes, and a page asks for the cells of one several times.
@lru_cache(maxsize=128)
def cells(table: ProtectedTable) -> tuple[Cell, ...]:
    """The cells of a sealed table, in its order."""
    frame, chosen = table.frame, table.spec.definition
    groups = list(zip(*(frame[d].tolist() for d in table.spec.view.dimensions), strict=True))
    words = [frame[c].tolist() for c in ("period", "level", "area", "area_name")]
    numbers = [_whole(frame[c].tolist()) for c in ("n", "count", "percent", "low", "high")]
    n, count, share, low, high = numbers
    value = count if chosen.is_count else share
    told = [None if found is None else base for base, found in zip(n, value, strict=True)]
    columns = (
        *words,
        groups or [()] * len(frame),
        frame["band"].tolist(),
        told,
        count,
        value,
        low,
        high,
        frame["symbol"].tolist(),
    )
    return tuple(Cell(*row, chosen.is_count) for row in zip(*columns, strict=True))


def headline(found: Iterable[Cell], indicator: Indicator) -> list[Cell]:
    """Only the band that stands for the indicator in one number."""
    wanted = ("", indicator.headline)
    return [c for c in found if c.band in wanted]


def number(value: int) -> str:
    """12480 -> 12,480."""
    return f"{value:,}"


def percent(value: int) -> str:
    """23 -> 23 % with a space that does not break."""
    return f"{value}{NARROW}%"


def _whole(values: list[float]) -> list[int | None]:
    return [None if v is None or v != v else round(v) for v in values]
