"""Gaps between groups: always the difference and the ratio, both on the adverse event."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from evaluation.intervals import Rate, difference


@dataclass(frozen=True)
class Gap:
    """The widest gap: group `worst` against group `best`, by name, on the event nobody wants.

    worst_percent, best_percent: the adverse event. points: their difference with its 95 % interval. ratio: worst over
    best, None where the best has none of the event.
    """

    worst: str
    best: str
    worst_percent: float
    best_percent: float
    points: float
    points_low: float
    points_high: float
    ratio: float | None

    @property
    def clear(self) -> bool:
        """True where the interval of the difference leaves out 0."""
        return self.points_low > 0


def widest_gap(groups: Mapping[str, Rate], higher_is_better: bool) -> Gap | None:
    """Among the groups that are shown, on the event nobody wants; None with fewer than two. Ties go by name.

    The adverse event, because the ratio turns around otherwise (Keppel and Pearcy 2005).
    """
    shown = {g: rate.turned() if higher_is_better else rate for g, rate in groups.items() if rate.shown}
    if len(shown) < 2:
        return None
    ranked = sorted(shown, key=lambda g: (shown[g].percent, g))
    return gap(ranked[-1], shown[ranked[-1]], ranked[0], shown[ranked[0]])


@lru_cache(maxsize=4096)  # asked again for the same groups with every drawing
def gap(worst: str, of_worst: Rate, best: str, of_best: Rate) -> Gap:
    """The gap between two named groups, each with the adverse event."""
    low, high = difference(of_worst, of_best)
    p1, p2 = of_worst.percent, of_best.percent
    return Gap(worst, best, p1, p2, p1 - p2, low, high, p1 / p2 if p2 > 0 else None)


def index_of_disparity(groups: Mapping[str, tuple[float, float]], reference: float) -> float | None:
    """Mean absolute distance of the groups' percentages from a reference, as percent of it (Pearcy and Keppel 2002)."""
    shown = [p for p, n in groups.values() if p == p and n > 0]
    if not shown or reference <= 0:
        return None
    return 100 * sum(abs(p - reference) for p in shown) / len(shown) / reference
