"""From a protected lattice to the rows of a publication: fresh numbers for what is shown, nothing for the rest."""

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catalog.indicators import Indicator
from catalog.terms import dimensions
from catalog.views import View
from data_access.publishing.plan import BASE
from evaluation.reliability import unreliable
from evaluation.rounded import rounded_wilson
from privacy.lattice import BoolArray, FloatArray
from privacy.percent import published_percent
from privacy.rounding import HALF, round_counts, whole_percent
from privacy.views import Built

VALUES = ("n", "count", "percent", "low", "high")
Places = Mapping[str, Sequence[str]]


def rows_of(
    indicator: Indicator, period: str, view: View, built: Built, hidden: BoolArray, places: Places, k: int
) -> pd.DataFrame:
    """All rows of one view: its areas and the county, each dimension's categories and their total ("")."""
    combos = list(product(*(("", *_categories(built, d)) for d in view.dimensions)))
    spots = [(view.level, code) for code in places[view.level]]
    if view.level != BASE:
        spots += [(BASE, code) for code in places[BASE]]
    frame = pd.DataFrame(
        [(level, code, *combo) for (level, code), combo in product(spots, combos)],
        columns=["level", "area", *view.dimensions],
    )
    frame = frame.assign(**{d: "" for d in dimensions() if d not in view.dimensions})
    whole = _positions(built, frame, view)
    bands = [_positions(built, frame, view, indicator.name, band) for band in indicator.bands]
    shown = [(b, at) for b, at in zip(indicator.bands, bands, strict=True)]
    if len(shown) == 2:
        shown = shown[:1]  # a rate: the other band is what is missing to 100 %
    if indicator.is_count:
        parts = [_counted(built, hidden, whole)]
    else:
        parts = [_rated(built, hidden, whole, bands, at, k).assign(band=band) for band, at in shown]
    found = pd.concat([pd.concat([frame, part], axis=1) for part in parts], ignore_index=True)
    return found.assign(indicator=indicator.name, period=period, view=str(view))


def _categories(built: Built, dimension: str) -> list[str]:
    return [c for c in dimensions()[dimension].categories if built.key(**{dimension: c}) in built.index]


def _positions(
    built: Built, frame: pd.DataFrame, view: View, outcome: str | None = None, band: str = ""
) -> NDArray[np.int64]:
    """Where each row's cell is in the lattice."""
    fixed = {} if outcome is None else {outcome: band}
    found = []
    for level, code, *combo in frame[["level", "area", *view.dimensions]].itertuples(index=False):
        place = {} if level == BASE else {_slot(level): f"{level}:{code}"}
        groups = {d: c for d, c in zip(view.dimensions, combo, strict=True) if c}
        found.append(built.index[built.key(**place, **groups, **fixed)])
    return np.array(found, dtype=np.int64)


def _slot(level: str) -> str:
    return "district" if level == "district" else "area"


def _counted(built: Built, hidden: BoolArray, at: NDArray[np.int64]) -> pd.DataFrame:
    """Exact counts of the base population where they are shown."""
    shown = ~hidden[at]
    n = _fresh(built.lattice.values[at], shown)
    symbol = np.where(~shown, "c", np.where(built.lattice.structural[at], "z", ""))
    n = np.where(symbol == "z", np.nan, n)
    nothing = np.full(len(at), np.nan)
    return pd.DataFrame(
        {"band": "", "n": n, "count": n, "percent": nothing, "low": nothing, "high": nothing, "symbol": symbol}
    )


def _rated(
    built: Built,
    hidden: BoolArray,
    whole: NDArray[np.int64],
    bands: Sequence[NDArray[np.int64]],
    at: NDArray[np.int64],
    k: int,
) -> pd.DataFrame:
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
    return pd.DataFrame({"n": n, "count": count, "percent": percent, "low": low, "high": high, "symbol": marks})


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
