"""Invented sealed tables for tests of components; no table here describes real children."""

from itertools import product

import pandas as pd

from catalog.indicators import indicators
from catalog.report import ReportSpec
from catalog.terms import dimensions
from catalog.views import View
from privacy.sealed import ProtectedTable, seal_table

YEARS = ("2021-22", "2022-23", "2023-24", "2024-25")
TOWNS = {
    "T01": "Ashford", "T02": "Birch Hill", "T03": "Cedar Grove", "T04": "Dunmore", "T05": "East Harbor",
    "T06": "Fairlea", "T07": "Glenwood", "T08": "Hollis", "T09": "Ironbridge", "T10": "Juniper Flats",
}  # fmt: skip
AREAS = {
    "town": TOWNS,
    "county": {"C1": "Alder County"},
    "district": {"D1": "Alder City Schools", "D2": "Valley Union"},
}


def share(area: str, year: str, groups: tuple[str, ...], band: str) -> int:
    """A whole percent that differs by place, year and group, the same each time."""
    rank = sum(ord(letter) for letter in area) % 10
    return 14 + 2 * rank + 2 * (int(year[3]) - 1) + 7 * sum(len(g) % 3 for g in groups) + 3 * (len(band) % 3)


def made(
    view: str = "town",
    indicator: str = "chronic_absence",
    years: tuple[str, ...] = YEARS,
    hidden: frozenset[tuple[str, str, tuple[str, ...]]] = frozenset(),
    marks: dict[tuple[str, str, tuple[str, ...]], str] | None = None,
    n: int = 400,
) -> ProtectedTable:
    """A sealed table of one view with its county rows and "" totals, as a session gives it.

    Cells in `hidden` as (year, area, groups) carry [c] and no number.
    """
    chosen, shape = indicators()[indicator], View.parse(view)
    categories = [("", *dimensions()[d].categories) for d in shape.dimensions]
    places = [(shape.level, *place) for place in AREAS[shape.level].items()]
    places += [("county", *place) for place in AREAS["county"].items() if shape.level != "county"]
    bands = ("",) if chosen.is_count else (tuple(chosen.bands) if len(chosen.bands) > 2 else (chosen.headline,))
    rows = []
    for year, (level, area, name), *groups, band in product(years, places, *categories, bands):
        key = (year, area, tuple(groups))
        symbol = "c" if key in hidden else (marks or {}).get(key, "")
        row = {"period": year, "level": level, "area": area, "area_name": name}
        row |= dict(zip(shape.dimensions, groups, strict=True)) | {"band": band}
        rows.append(row | numbers(chosen.is_count, share(area, year, tuple(groups), band), n, symbol))
    return seal_table(
        pd.DataFrame(rows),
        ReportSpec(indicator, shape, years),
        publication="p-2025-09-30-1",
        as_of="2025-09-30",
        notes=("Days are pooled over all schools.",),
        reasons=("Allowed by “Alder funders' license” through June 30, 2027.",),
    )


def numbers(is_count: bool, value: int, n: int, symbol: str) -> dict[str, float | str]:
    """The value columns of one row; where it is hidden, a publication may still hold how many children it is of."""
    nothing = float("nan")
    if set(symbol.split()) & set("cxz"):
        base = n if "c" in symbol.split() and not is_count else nothing
        return {"n": base, "count": nothing, "percent": nothing, "low": nothing, "high": nothing, "symbol": symbol}
    if is_count:
        return {
            "n": n + value,
            "count": n + value,
            "percent": nothing,
            "low": nothing,
            "high": nothing,
            "symbol": symbol,
        }
    count = 5 * round(n * value / 500)
    return {"n": n, "count": count, "percent": value, "low": value - 4, "high": value + 4, "symbol": symbol}
