"""Whole percentages of true counts, beside rounded counts, without giving the true counts away."""

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import product

import numpy as np

from privacy.lattice import FloatArray, IntArray
from privacy.rounding import HALF, round_counts

Parts = tuple[int, ...]


def published_percent(bands: Sequence[IntArray], k: int) -> list[FloatArray]:
    """Percentages of each band, for cells in which every band counts at least k children.

    A reader knows the whole and each band rounded to 5, and that every band is at least k; of two bands only the first
    is shown rounded. The percentage is that of the true counts wherever at least two sizes of the whole, and two of
    every band shown, agree with all of it; elsewhere that of the rounded counts; NaN where even that leaves only one.
    """
    wholes = np.sum(bands, axis=0)
    found = np.full((len(bands), len(wholes)), np.nan)
    for cell, whole in enumerate(wholes.tolist()):
        parts = tuple(int(band[cell]) for band in bands)
        shown = _shown(_rounded(parts), int(round_counts(np.array(whole))), len(bands), k).get(parts)
        found[:, cell] = np.nan if shown is None else shown
    return list(found)


def _rounded(parts: Parts) -> Parts:
    """What is shown of the bands as counts."""
    seen = parts[:1] if len(parts) == 2 else parts
    return tuple(int(r) for r in round_counts(np.array(seen)))


@lru_cache(maxsize=65_536)
def _shown(rounded: Parts, whole: int, bands: int, k: int) -> dict[Parts, Parts]:
    """For every table that agrees with the rounded counts: the percentages it is shown with."""
    tables = _tables(rounded, whole, bands, k)
    true = {table: _percent(table) for table in tables}
    safe = _unpinned(true)
    rest = whole - rounded[0]
    fallback = _percent((rounded[0], rest) if bands == 2 else rounded, whole)
    shown = {table: percent if percent in safe else fallback for table, percent in true.items()}
    safe = _unpinned(shown)
    return {table: percent for table, percent in shown.items() if percent in safe}


def _tables(rounded: Parts, whole: int, bands: int, k: int) -> list[Parts]:
    """Every table of true counts that a reader of the rounded ones must hold possible."""
    windows = [range(max(k, r - HALF), r + HALF + 1) for r in rounded]
    sizes = range(whole - HALF, whole + HALF + 1)
    if bands == 2:
        return [(first, size - first) for first, size in product(windows[0], sizes) if size - first >= k]
    return [table for table in product(*windows) if sum(table) in sizes]


def _percent(table: Parts, whole: int | None = None) -> Parts:
    """Whole percentages, halves up; of two bands the second is what is missing to 100, as a reader takes it."""
    size = sum(table) if whole is None else whole
    percent = tuple((200 * part + size) // (2 * size) for part in table)
    return (percent[0], 100 - percent[0]) if len(table) == 2 else percent


def _unpinned(shown: dict[Parts, Parts]) -> set[Parts]:
    """Percentages behind which no whole and no band is known exactly."""
    behind: dict[Parts, list[Parts]] = defaultdict(list)
    for table, percent in shown.items():
        behind[percent].append((sum(table), *table))
    return {
        percent for percent, rows in behind.items() if all(len(set(column)) > 1 for column in zip(*rows, strict=True))
    }
