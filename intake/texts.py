"""Columns of text, looked at all at once: membership, numbers and dates, without guessing."""

from collections.abc import Collection

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Mask = np.ndarray


def text_series(cells: pa.Array | pa.ChunkedArray | list[str] | tuple[str, ...]) -> pd.Series:
    """Cells as text without the space around them."""
    array = cells if isinstance(cells, pa.Array | pa.ChunkedArray) else pa.array(cells, pa.string())
    trimmed = pc.utf8_trim_whitespace(pc.fill_null(array, ""))
    return pd.Series(pd.arrays.ArrowStringArray(trimmed.cast(pa.large_string())), dtype="str")


def arrow(cells: pd.Series) -> pa.Array:
    """The same text as one Arrow array."""
    found = pa.array(cells, pa.large_string())
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def full(cells: pd.Series, pattern: str) -> Mask:
    """Where the whole cell has a form (RE2 syntax)."""
    return _mask(pc.match_substring_regex(arrow(cells), f"^(?:{pattern})$"))


def holds(cells: pd.Series, pattern: str) -> Mask:
    """Where the cell holds something of a form (RE2 syntax)."""
    return _mask(pc.match_substring_regex(arrow(cells), pattern))


def positions(cells: pd.Series, words: Collection[str]) -> np.ndarray:
    """Place of each cell among the words, -1 where it is none of them."""
    found = pc.index_in(arrow(cells), value_set=pa.array(list(words), pa.large_string()))
    return pc.fill_null(found, -1).to_numpy(zero_copy_only=False)


def among(cells: pd.Series, words: Collection[str]) -> Mask:
    """Where the cell is one of the words."""
    return np.asarray(positions(cells, words) >= 0)


def numbers(cells: pd.Series, good: Mask, kind: pa.DataType) -> np.ndarray:
    """Cells as numbers where they are good, NaN or -1 elsewhere."""
    nothing = "-1" if pa.types.is_integer(kind) else "nan"
    picked = pc.if_else(pa.array(good), arrow(cells), nothing)
    return pc.cast(picked, kind).to_numpy(zero_copy_only=False)


def days(cells: pd.Series, good: Mask) -> np.ndarray:
    """Dates written 2015-01-31 where the form is good, NaT elsewhere and for days that no calendar has."""
    text = pc.if_else(pa.array(good), arrow(cells), "0000-00-00")
    year, month, day = (
        pc.cast(pc.utf8_slice_codeunits(text, start, stop), pa.int64()).to_numpy(zero_copy_only=False)
        for start, stop in ((0, 4), (5, 7), (8, 10))
    )
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    stamps = months.astype("datetime64[D]") + (day - 1)
    real = good & (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1) & (stamps.astype("datetime64[M]") == months)
    return np.where(real, stamps, np.datetime64("NaT")).astype("datetime64[s]")


def _mask(found: pa.Array) -> Mask:
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)
