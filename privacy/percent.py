"""Whole percentages beside rounded counts: they are those of the rounded counts and say no more than these."""

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
    is shown rounded. NaN where that alone leaves one size of the whole or of a band (k just above a multiple of 5).
    The percentage of the true counts would be nearer, but places that add up turn it into the counts themselves.
    """
    wholes = round_counts(np.sum(bands, axis=0)).astype(np.int64)
    seen = np.array([round_counts(band) for band in (bands[:1] if len(bands) == 2 else bands)], dtype=np.int64)
    found = [
        _shown(tuple(cell), whole, len(bands), k) for cell, whole in zip(seen.T.tolist(), wholes.tolist(), strict=True)
    ]
    return list(np.array(found, dtype=np.float64).reshape(-1, len(bands)).T)


@lru_cache(maxsize=65_536)
def _shown(rounded: Parts, whole: int, bands: int, k: int) -> tuple[float, ...]:
    """The percentages of rounded counts; NaN where these leave a reader only one true count."""
    tables = _tables(rounded, whole, bands, k)
    possible = zip(*((sum(table), *table) for table in tables), strict=True)
    if not tables or any(len(set(counts)) == 1 for counts in possible):
        return (np.nan,) * bands
    return _percent(rounded, whole, bands)


def _tables(rounded: Parts, whole: int, bands: int, k: int) -> list[Parts]:
    """Every table of true counts that a reader of the rounded ones must hold possible."""
    windows = [range(max(k, r - HALF), r + HALF + 1) for r in rounded]
    sizes = range(whole - HALF, whole + HALF + 1)
    if bands == 2:
        return [(first, size - first) for first, size in product(windows[0], sizes) if size - first >= k]
    return [table for table in product(*windows) if sum(table) in sizes]


def _percent(rounded: Parts, whole: int, bands: int) -> Parts:
    """Whole percentages, halves up; of two bands the second is what is missing to 100, as a reader takes it."""
    percent = tuple((200 * part + whole) // (2 * whole) for part in rounded)
    return (percent[0], 100 - percent[0]) if bands == 2 else percent
