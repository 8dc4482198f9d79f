"""Change of a percentage between two school years, with its interval."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from evaluation.intervals import Rate, difference

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
def change(earlier: Rate, later: Rate, higher_is_better: bool | None = None) -> Change | None:
    """From the published percentages of two years; None where one of them is not shown.

    The two years are read as independent samples. Children who are in both make the true interval narrower, so a change
    called clear is clear.
    """
    if not (earlier.shown and later.shown):
        return None
    low, high = difference(later, earlier)
    points = later.percent - earlier.percent
    clear = low > 0 or high < 0
    return Change(points, low, high, clear, _direction(points, clear, higher_is_better))


def _direction(points: float, clear: bool, higher_is_better: bool | None) -> Direction:
    if not clear:
        return "same"
    if higher_is_better is None:
        return "higher" if points > 0 else "lower"
    return "better" if (points > 0) == higher_is_better else "worse"
