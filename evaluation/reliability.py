"""The mark [u]: is a published percentage stable enough to read without care? Not a privacy rule."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FEWEST = 30
WIDEST = 0.30
NARROWEST = 0.05
RELATIVE = 1.30


def unreliable(percent: ArrayLike, n: ArrayLike, low: ArrayLike, high: ArrayLike) -> NDArray[np.bool_]:
    """True where a percentage (0..100, with its 95 % limits) is of low reliability.

    After the NCHS presentation standards for proportions (2017), which would hide such figures; here they are marked:
    fewer than 30 children; an interval of 30 points or more; or one of more than 5 points that is wider than 130 % of
    the percentage or of its complement, whichever is smaller.
    """
    p, size = np.asarray(percent, dtype=float) / 100, np.asarray(n, dtype=float)
    width = (np.asarray(high, dtype=float) - np.asarray(low, dtype=float)) / 100
    with np.errstate(invalid="ignore"):
        relative = (width > NARROWEST) & (width > RELATIVE * np.minimum(p, 1 - p))
        marked: NDArray[np.bool_] = (size < FEWEST) | (width >= WIDEST) | relative
    return marked & np.isfinite(p)
