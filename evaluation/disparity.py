"""Gaps between groups: always the difference and the ratio, both on the adverse event."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from evaluation.intervals import log_ratio, newcombe


@dataclass(frozen=True)
class Gap:
    """The widest gap: group `worst` against group `best`, by name, on the event nobody wants.

    worst_percent, best_percent: the adverse event. points: their difference with its 95 % interval. ratio: worst over
    best with its interval, None where the best has none of the event.
    """

    worst: str
    best: str
    worst_percent: float
    best_percent: float
    points: float
    points_low: float
    points_high: float
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None

    @property
    def clear(self) -> bool:
        """True where the interval of the difference leaves out 0."""
        return self.points_low > 0


def adverse(percent: float, higher_is_better: bool) -> float:
    """The percentage of the event nobody wants (Keppel and Pearcy 2005: the ratio turns around otherwise)."""
    return 100 - percent if higher_is_better else percent


def widest_gap(groups: Mapping[str, tuple[float, float]], higher_is_better: bool) -> Gap | None:
    """From group -> (percent, n), only groups that are shown; None with fewer than two. Ties go by name."""
    shown = {g: (adverse(p, higher_is_better), n) for g, (p, n) in groups.items() if p == p and n > 0}
    if len(shown) < 2:
        return None
    ranked = sorted(shown, key=lambda g: (shown[g][0], g))
    return gap(ranked[-1], shown[ranked[-1]], ranked[0], shown[ranked[0]])


@lru_cache(maxsize=4096)  # asked again for the same groups with every drawing
def gap(worst: str, of_worst: tuple[float, float], best: str, of_best: tuple[float, float]) -> Gap:
    """The gap between two named groups, each (percent with the adverse event, n)."""
    (p1, n1), (p2, n2) = of_worst, of_best
    points = newcombe(p1 / 100 * n1, n1, p2 / 100 * n2, n2)
    ratio = log_ratio(p1 / 100 * n1, n1, p2 / 100 * n2, n2) if p1 > 0 and p2 > 0 else None
    return Gap(
        worst,
        best,
        p1,
        p2,
        p1 - p2,
        100 * float(points.low),
        100 * float(points.high),
        p1 / p2 if p2 > 0 else None,
        None if ratio is None else float(ratio.low),
        None if ratio is None else float(ratio.high),
    )


def index_of_disparity(groups: Mapping[str, tuple[float, float]], reference: float) -> float | None:
    """Mean absolute distance of the groups' percentages from a reference, as percent of it (Pearcy and Keppel 2002)."""
    shown = [p for p, n in groups.values() if p == p and n > 0]
    if not shown or reference <= 0:
        return None
    return 100 * sum(abs(p - reference) for p in shown) / len(shown) / reference
