"""Change of a percentage between two school years, with its interval."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from evaluation.intervals import newcombe

Direction = Literal["better", "worse", "same", "higher", "lower"]


@dataclass(frozen=True)
class Change:
    """points: later minus earlier, in percentage points; low, high: 95 % interval. clear: the interval leaves out 0.

    direction: better or worse where the indicator says which way is good, otherwise higher or lower; same where the
    change is not clear.
    """

    points: float
    low: float
    high: float
    clear: bool
    direction: Direction


@lru_cache(maxsize=4096)  # asked again for the same places with every drawing
def change(
    earlier: tuple[float, float], later: tuple[float, float], higher_is_better: bool | None = None
) -> Change | None:
    """From (percent, n) of two years; None where one of them is not shown (NaN) or counts nobody.

    The two years are read as independent samples (Newcombe 1998, method 10). Children who are in both make the true
    interval narrower, so a change called clear is clear.
    """
    (p0, n0), (p1, n1) = earlier, later
    if not (n0 > 0 and n1 > 0 and p0 == p0 and p1 == p1):
        return None
    limits = newcombe(p1 / 100 * n1, n1, p0 / 100 * n0, n0)
    low, high = 100 * float(limits.low), 100 * float(limits.high)
    clear = low > 0 or high < 0
    return Change(p1 - p0, low, high, clear, _direction(p1 - p0, clear, higher_is_better))


def _direction(points: float, clear: bool, higher_is_better: bool | None) -> Direction:
    if not clear:
        return "same"
    if higher_is_better is None:
        return "higher" if points > 0 else "lower"
    return "better" if (points > 0) == higher_is_better else "worse"
