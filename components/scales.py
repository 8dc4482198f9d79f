"""Axis ranges, ticks and label places: plain arithmetic for charts."""

from collections.abc import Iterable, Mapping, Sequence

STEPS = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)


def limits(values: Iterable[float | None], *, percent: bool, from_zero: bool = False) -> tuple[float, float]:
    """A range with a little air around all values; percentages stay within 0 and 100."""
    shown = [v for v in values if v is not None]
    if not shown:
        return (0.0, 100.0) if percent else (0.0, 10.0)
    low, high = (0.0 if from_zero else min(shown)), max(shown)
    air = max((high - low) * 0.08, 2.0 if percent else 0.0, 0.02 * abs(high))
    low, high = (low if from_zero else low - air), high + air
    return (max(low, 0.0), min(high, 100.0) if percent else high)


def ticks(low: float, high: float, most: int = 6) -> list[int]:
    """Round numbers within a range, at most `most` and one more."""
    step = next((s for s in STEPS if (high - low) / s <= most), STEPS[-1])
    first = int(-(-low // step)) * step
    return list(range(first, int(high) + 1, step))


def spread(wanted: Mapping[str, float], gap: float, low: float, high: float) -> dict[str, float]:
    """Places for labels at least `gap` apart, as near as can be to where they are wanted, within low and high."""
    order = sorted(wanted, key=lambda name: (wanted[name], name))
    places = [min(max(wanted[name], low), high) for name in order]
    for _ in range(50):
        _push_apart(places, gap, low, high)
    return dict(zip(order, places, strict=True))


def _push_apart(places: list[float], gap: float, low: float, high: float) -> None:
    for i in range(len(places) - 1):
        short = gap - (places[i + 1] - places[i])
        if short > 0:
            places[i] -= short / 2
            places[i + 1] += short / 2
    _keep_inside(places, gap, low, high)


def _keep_inside(places: list[float], gap: float, low: float, high: float) -> None:
    if places and places[0] < low:
        places[0] = low
        for i in range(1, len(places)):
            places[i] = max(places[i], places[i - 1] + gap)
    if places and places[-1] > high:
        places[-1] = high
        for i in range(len(places) - 2, -1, -1):
            places[i] = min(places[i], places[i + 1] - gap)


def longest(words: Sequence[str]) -> int:
    """Length of the longest word group, for the width of a label column."""
    return max(map(len, words), default=0)
