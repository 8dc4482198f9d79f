"""From a protected lattice to the rows of a publication: fresh numbers for what is shown, nothing for the rest."""

from collections.abc import Mapping, Sequence
from itertools import chain, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.indicators import Indicator
from catalog.terms import dimensions
from catalog.views import View
from data_access.publishing.plan import BASE
from evaluation.reliability import unreliable
from evaluation.rounded import rounded_wilson
from privacy.lattice import BoolArray, FloatArray, Key
from privacy.percent import published_percent
from privacy.rounding import HALF, round_counts, whole_percent
from privacy.views import Built

VALUES = ("n", "count", "percent", "low", "high")
COLUMNS = ("level", "area", *dimensions(), "band", *VALUES, "symbol", "indicator", "period", "view")
Places = Mapping[str, Sequence[str]]
Columns = dict[str, Any]  # of text, and of numbers as arrays


def rows_of(
    indicator: Indicator, period: str, view: View, built: Built, hidden: BoolArray, places: Places, k: int
) -> Columns:
    """All rows of one view, by column: its areas and the county, each dimension's categories and their total ("")."""
    combos = list(product(*(("", *_categories(built, d)) for d in view.dimensions)))
    spots = [(view.level, code) for code in places[view.level]]
    if view.level != BASE:
        spots += [(BASE, code) for code in places[BASE]]
    rows = [(level, code, *combo) for (level, code), combo in product(spots, combos)]
    keys = _keys(built, rows, view)
    whole = _positions(built, keys)
    bands = [_positions(built, keys, indicator.name, band) for band in indicator.bands]
    shown = list(zip(indicator.bands, bands, strict=True))
    if len(shown) == 2:
        shown = shown[:1]  # a rate: the other band is what is missing to 100 %
    if indicator.is_count:
        parts = [_counted(built, hidden, whole)]
    else:
        parts = [{**_rated(built, hidden, whole, bands, at, k), "band": [band] * len(at)} for band, at in shown]
    crossed = dict(zip(("level", "area", *view.dimensions), zip(*rows, strict=True), strict=True))
    same = {"indicator": indicator.name, "period": period, "view": str(view)}
    known = {name: [text] * len(rows) for name, text in (dict.fromkeys(dimensions(), "") | same).items()} | crossed
    return stacked([{name: (known | part)[name] for name in COLUMNS} for part in parts])


def stacked(parts: Sequence[Columns]) -> Columns:
    """The rows of all parts, one after the other. A frame is made once, of all of them: each costs a millisecond."""
    return {
        name: np.concatenate([part[name] for part in parts])
        if name in VALUES
        else [*chain.from_iterable(part[name] for part in parts)]
        for name in COLUMNS
    }


def _categories(built: Built, dimension: str) -> list[str]:
    return [c for c in dimensions()[dimension].categories if built.key(**{dimension: c}) in built.index]


def _keys(built: Built, rows: Sequence[tuple[str, ...]], view: View) -> list[Key]:
    """The key of each row's cell, with all bands of every rate together."""
    return [
        built.key(
            **({} if level == BASE else {_slot(level): f"{level}:{code}"}),
            **{d: c for d, c in zip(view.dimensions, combo, strict=True) if c},
        )
        for level, code, *combo in rows
    ]


def _positions(built: Built, keys: Sequence[Key], outcome: str = "", band: str = "") -> NDArray[np.int64]:
    """Where these cells, or those of one band of a rate, are in the lattice."""
    if outcome:
        slot = built.dims.index(outcome)
        keys = [(*key[:slot], band, *key[slot + 1 :]) for key in keys]
    return np.array([built.index[key] for key in keys], dtype=np.int64)


def _slot(level: str) -> str:
    return "district" if level == "district" else "area"


def _counted(built: Built, hidden: BoolArray, at: NDArray[np.int64]) -> Columns:
    """Exact counts of the base population where they are shown."""
    shown = ~hidden[at]
    n = _fresh(built.lattice.values[at], shown)
    symbol = np.where(~shown, "c", np.where(built.lattice.structural[at], "z", ""))
    n = np.where(symbol == "z", np.nan, n)
    nothing = np.full(len(at), np.nan)
    values = {"n": n, "count": n, "percent": nothing, "low": nothing, "high": nothing}
    return values | {"band": [""] * len(at), "symbol": symbol.tolist()}


def _rated(
    built: Built,
    hidden: BoolArray,
    whole: NDArray[np.int64],
    bands: Sequence[NDArray[np.int64]],
    at: NDArray[np.int64],
    k: int,
) -> Columns:
    """Rounded counts and whole percent, where the denominator and every band of the cell are shown.

    The percentage is that of the rounded counts: with the true one, places that add up would tell the true counts.
    """
    values = built.lattice.values
    nobody = built.lattice.structural[whole] | ((values[whole] == 0) & ~hidden[whole])
    shown = ~hidden[whole] & ~nobody
    every = shown & ~np.logical_or.reduce([hidden[band] for band in bands])
    n = round_counts(_fresh(values[whole], shown))
    which = next(i for i, band in enumerate(bands) if band is at)
    percent = _percent([values[band] for band in bands], which, every, k)
    every &= np.isfinite(percent)
    count = round_counts(_fresh(values[at], every))
    low, high = rounded_wilson(percent, count, n, slack=HALF, fewest=k)
    marks = np.where(nobody, "z", np.where(~every, "c", np.where(unreliable(percent, n, low, high), "u", "")))
    return {"n": n, "count": count, "percent": percent, "low": low, "high": high, "symbol": marks.tolist()}


def _percent(bands: Sequence[NDArray[np.int64]], which: int, every: BoolArray, k: int) -> FloatArray:
    """Whole percent of one band, where it is shown; a visible count of 0 makes it plainly 0 or a share of the rest."""
    out = np.full(len(every), np.nan)
    large = every & (np.min(bands, axis=0) >= k)
    if large.any():
        out[large] = published_percent([band[large] for band in bands], k)[which]
    rest = np.flatnonzero(every & ~large)
    if len(rest):
        whole = np.sum([band[rest] for band in bands], axis=0)
        out[rest] = whole_percent(round_counts(bands[which][rest]), round_counts(whole))
    return out


def _fresh(values: NDArray[np.int64], shown: BoolArray) -> FloatArray:
    """A new array that never held the values that are not shown."""
    out = np.full(len(values), np.nan)
    chosen = np.flatnonzero(shown)
    out[chosen] = values[chosen]
    return out
