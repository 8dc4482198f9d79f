"""Whole percentages beside rounded counts: they are those of the rounded counts and say no more than these."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import product

import numpy as np

from privacy.lattice import FloatArray, IntArray
from privacy.rounding import HALF, round_counts, whole_percent

Parts = tuple[int, ...]


def published_percent(bands: Sequence[IntArray], k: int) -> list[FloatArray]:
    """Percentages of each band, for cells in which every band counts at least k children.

    A reader knows the whole and each band rounded to 5, and that every band is at least k; of two bands only the first
    is shown rounded. NaN where that alone leaves one size of the whole or of a band (k just above a multiple of 5).
    The percentage of the true counts would be nearer, but places that add up turn it into the counts themselves.
    """
    whole = round_counts(np.sum(bands, axis=0))
    seen = [round_counts(band) for band in (bands[:1] if len(bands) == 2 else bands)]
    cells = zip(np.transpose(seen).astype(int).tolist(), whole.astype(int).tolist(), strict=True)
    pinned = np.array([_pinned(tuple(cell), size, len(bands), k) for cell, size in cells], dtype=bool)
    percent = [whole_percent(band, whole) for band in seen]
    if len(bands) == 2:
        percent.append(100 - percent[0])  # as a reader takes it
    return [np.where(pinned, np.nan, one) for one in percent]


@lru_cache(maxsize=65_536)
def _pinned(rounded: Parts, whole: int, bands: int, k: int) -> bool:
    """True where the rounded counts leave a reader only one true count."""
    tables = _tables(rounded, whole, bands, k)
    possible = zip(*((sum(table), *table) for table in tables), strict=True)
    return not tables or any(len(set(counts)) == 1 for counts in possible)


def _tables(rounded: Parts, whole: int, bands: int, k: int) -> list[Parts]:
    """Every table of true counts that a reader of the rounded ones must hold possible."""
    windows = [range(max(k, r - HALF), r + HALF + 1) for r in rounded]
    sizes = range(whole - HALF, whole + HALF + 1)
    if bands == 2:
        return [(first, size - first) for first, size in product(windows[0], sizes) if size - first >= k]
    return [table for table in product(*windows) if sum(table) in sizes]
