"""Numbers out of text, strictly: no thousands marks, no decimal comma, no words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SIMPLE = r"^-?[0-9]{1,9}(\.[0-9]{1,17})?$"  # what the fast reader certainly reads to the nearest number


def read_numbers(text: Sequence[Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Text -> (numbers, empty, not a number), each as long as the text; NaN where there is no number.

    A number too large for a float is infinite. None and NaN count as empty; `NaN` and `inf` in text are no numbers.
    """
    trimmed = pc.fill_null(pc.utf8_trim_whitespace(_as_text(text)), "")
    empty = pc.equal(trimmed, "").to_numpy(zero_copy_only=False)
    simple = pc.match_substring_regex(trimmed, _SIMPLE)
    numbers = np.array(pc.cast(pc.if_else(simple, trimmed, "nan"), pa.float64()).to_numpy(zero_copy_only=False))
    for i in np.flatnonzero(np.isnan(numbers) & ~empty):
        value = trimmed[int(i)].as_py()
        if _NUMBER.fullmatch(value):
            numbers[i] = float(value)
    return numbers, empty, np.isnan(numbers) & ~empty


def _as_text(values: Sequence[Any]) -> pa.Array:
    if isinstance(values, np.ndarray | list | tuple):
        plain: Any = values
    else:
        plain = list(values)
    try:
        return pa.array(plain, pa.string(), from_pandas=True)
    except (pa.ArrowTypeError, pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return pa.array([None if v is None or v != v else str(v) for v in plain], pa.string())
