"""Rounded counts and percentages: the second way of making live counts safe, and coarser percentages for small groups.

Hidden counts are NaN and stay NaN through every function here.
"""

from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from privacy.lattice import FloatArray

BASE = 5
HALF = BASE // 2  # a count rounded to the base is at most this far from the true one

# Said wherever percentages stand beside rounded counts; tests/privacy/test_percent.py proves the figures.
_ROUNDED = (
    "Numbers of children are rounded to the nearest 5, so that no child can be found by subtracting. Percentages are "
    "those of the rounded numbers: they can be off by up to "
)
_OFF = {50: 8, 100: 4, 200: 3, 400: 2}
_FROM = 800
ROUNDED = f"{_ROUNDED}8 points for 50 children, 4 for 100, 3 for 200, 2 for 400, and 1 from 800 on."
ROUNDED_BRIEFLY = "To the nearest 5 children. A percentage can be off by up to 8 points for 50 children, 3 for 200."


def round_counts(counts: NDArray[Any], base: int = BASE) -> FloatArray:
    """To the nearest multiple of the base; a midpoint (only an even base has one) goes to the even multiple.

    Going up every time would make sums of rounded parts too large on average. With base 5 no whole count is a midpoint:
    8..12 become 10. Raises ValueError for a base below 1.
    """
    if base < 1:
        raise ValueError("the base of rounding must be at least 1")
    return np.asarray(np.round(np.asarray(counts, dtype=float) / base) * base)


def whole_percent(parts: NDArray[Any], wholes: NDArray[Any]) -> FloatArray:
    """Percentage in whole numbers, halves up, by whole-number arithmetic; NaN where the whole is 0 or hidden."""
    part, whole = np.broadcast_arrays(np.asarray(parts, dtype=float), np.asarray(wholes, dtype=float))
    known = np.isfinite(part) & np.isfinite(whole) & (whole > 0)
    top, bottom = np.where(known, part, 0).astype(np.int64), np.where(known, whole, 1).astype(np.int64)
    return np.where(known, (200 * top + bottom) // (2 * bottom), np.nan)


@cache
def farthest_off(size: int, fewest: int) -> int:
    """How far rounding alone can move a percentage of this many children, in points rounded up to whole ones.

    Every pair of true counts that is shown (no part in 1..fewest-1) and whose whole is published as `size` is tried.
    """
    off = 0.0
    for whole in range(max(size - HALF, 1), size + HALF + 1):
        part = np.arange(fewest, whole - fewest + 1)
        shown = whole_percent(round_counts(part), np.array(size))
        off = max(off, float(np.abs(shown - 100 * part / whole).max(initial=0)))
    return max(ceil(off - 1e-9), 1)


def rounded(size: int | None, fewest: int) -> str:
    """ROUNDED for one table, beginning with its smallest shown number of children; size: that number, None for none."""
    if size is None:
        return ROUNDED
    if size >= _FROM:
        return f"{_ROUNDED}1 point."
    points = farthest_off(size, fewest)
    first = f"{points} point{'s' if points > 1 else ''} for {size} children, the fewest in this table"
    larger = [f"{off} for {n}" for n, off in _OFF.items() if n > size]
    return f"{_ROUNDED}{', '.join([first, *larger])}, and 1 from {_FROM} on."


def live_counts(counts: NDArray[Any], k: int, base: int = BASE) -> tuple[FloatArray, float]:
    """(parts, total) of one breakdown for a page of live counts: small parts hidden, the rest rounded.

    The total is the sum of the rounded parts, the hidden ones taken together as one rounded part. Where they count
    fewer than k together, the next smallest parts (all of a size) are hidden too; where that is everything and still
    fewer than k, the total is NaN. So a hidden part is never the difference between the total and what is shown.
    """
    values = np.asarray(counts, dtype=float)
    hidden = values < k
    while hidden.any() and values[hidden].sum() < k and not hidden.all():
        hidden |= values == values[~hidden].min()
    parts = np.where(hidden, np.nan, round_counts(values, base))
    pooled = float(values[hidden].sum())
    if hidden.any() and pooled < k:
        return parts, float("nan")
    return parts, float(np.nansum(parts) + round_counts(np.array(pooled), base))


@dataclass(frozen=True)
class Coding:
    """How percentages of groups of at least `size` children are shown.

    edge: shares up to `edge` and from 100 - `edge` are shown as "at most" and "at least". step: width of the bands
    between (1: whole percent).
    """

    size: int
    edge: int
    step: int = 1


# The bands of Utah's rule for district reports; the two below 40 children are ours, wider as it asks.
BY_SIZE = (Coding(300, 1), Coding(100, 2), Coding(40, 5), Coding(20, 10, 10), Coding(0, 20, 20))


def code_percent(
    percent: NDArray[Any], sizes: NDArray[Any], policy: tuple[Coding, ...] = BY_SIZE
) -> tuple[FloatArray, FloatArray]:
    """(low, high): the band in which each percentage is shown; low = high where it is shown as it is.

    percent: whole percentages, NaN where hidden. sizes: group sizes as published. (0, edge) reads "at most edge",
    (100 - edge, 100) "at least". A size below every coding of the policy, or a hidden one, hides the percentage.
    """
    share, size = np.broadcast_arrays(np.asarray(percent, dtype=float), np.asarray(sizes, dtype=float))
    low, high = np.full(share.shape, np.nan), np.full(share.shape, np.nan)
    for coding in sorted(policy, key=lambda c: c.size):
        here = (size >= coding.size) & np.isfinite(share)
        band_low, band_high = _band(share, coding)
        low, high = np.where(here, band_low, low), np.where(here, band_high, high)
    return low, high


def _band(share: FloatArray, coding: Coding) -> tuple[FloatArray, FloatArray]:
    """Bands between the edges are edge+1..edge+step and so on; the last one ends below 100 - edge."""
    number = np.floor((share - coding.edge - 1) / coding.step)
    low = coding.edge + 1 + number * coding.step
    high = np.minimum(low + coding.step - 1, 99 - coding.edge)
    bottom, top = share <= coding.edge, share >= 100 - coding.edge
    low = np.where(bottom, 0, np.where(top, 100 - coding.edge, low))
    return low, np.where(bottom, coding.edge, np.where(top, 100, high))


def band_text(low: float, high: float) -> str:
    """How a band reads: "37%", "at most 5%", "at least 95%", "21-30%"; empty where the percentage is hidden."""
    if np.isnan(low):
        return ""
    if low == high:
        return f"{low:.0f}%"
    if low == 0:
        return f"at most {high:.0f}%"
    return f"at least {low:.0f}%" if high == 100 else f"{low:.0f}-{high:.0f}%"
