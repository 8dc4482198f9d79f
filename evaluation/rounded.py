"""Intervals for published percentages: they cover chance and what rounding hides. Pure functions over arrays."""

from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluation.intervals import Interval, wilson

FloatArray = NDArray[np.float64]


def rounded_wilson(percent: ArrayLike, count: ArrayLike, n: ArrayLike, *, slack: int, fewest: int) -> Interval:
    """95 % limits in whole percent, rounded outward, from the published whole percent, count and n alone.

    Every pair of true counts that a reader must hold possible is tried: at most `slack` from those published, and
    neither part in 1..fewest-1. The limits are the outermost Wilson limits of any such pair. So they cover at least as
    often as Wilson's own on the true counts, and tell nothing that is not published. NaN where one of the three is.
    """
    share, part, whole = np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in (percent, count, n)))
    known = np.isfinite(share) & np.isfinite(part) & (np.nan_to_num(whole) > 0)
    step = np.arange(-slack, slack + 1)
    shifts = np.array(list(product(step, step)), dtype=np.float64)
    parts = np.where(known, part, 0)[..., None] + shifts[:, 0]
    wholes = np.where(known, whole, 1)[..., None] + shifts[:, 1]
    open_ = (parts >= 0) & (parts <= wholes) & (wholes > 0)
    likely = open_ & _shown(parts, fewest) & _shown(wholes - parts, fewest)
    chosen = np.where(likely.any(axis=-1, keepdims=True), likely, open_)
    found = wilson(np.where(chosen, parts, 0), np.where(chosen, wholes, 1))
    low = np.floor(100 * np.where(chosen, found.low, 1).min(axis=-1) + 1e-9)
    high = np.ceil(100 * np.where(chosen, found.high, 0).max(axis=-1) - 1e-9)
    return Interval(
        np.where(known, np.minimum(low, share), np.nan),
        np.where(known, np.maximum(high, share), np.nan),
    )


def _shown(counts: FloatArray, fewest: int) -> NDArray[np.bool_]:
    """Where a count may stand behind a published percentage."""
    return np.asarray((counts == 0) | (counts >= fewest))
