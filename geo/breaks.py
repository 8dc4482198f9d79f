"""Class breaks for maps, from publishable values only: round numbers, so that no limit is one area's value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

import numpy as np

MOST_CLASSES = 5


@dataclass(frozen=True)
class Breaks:
    """Limits of the classes, ascending, one more than there are classes; around a named reference if there is one."""

    edges: tuple[float, ...]
    reference: float | None = None
    reference_name: str = ""

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return max(len(self.edges) - 1, 0)

    def classify(self, values: Iterable[float | None]) -> list[int | None]:
        """The class of each value from 0, None where it is missing. A value on a limit is in the upper class."""
        return [self._class(value) for value in values]

    def _class(self, value: float | None) -> int | None:
        if value is None or not isfinite(value) or not self.classes:
            return None
        at = int(np.searchsorted(self.edges, value, side="right")) - 1
        return min(max(at, 0), self.classes - 1)

    def labels(self, unit: str = "") -> list[str]:
        """A text for each class, such as `10 to 20 %`, or its distance from the reference."""
        if self.reference is not None:
            return self._around(unit)
        return [f"{_plain(low)} to {_plain(high)}{unit}" for low, high in zip(self.edges, self.edges[1:], strict=False)]

    def _around(self, unit: str) -> list[str]:
        told, middle = [], self.reference or 0.0
        for at, (low, high) in enumerate(zip(self.edges, self.edges[1:], strict=False)):
            side = "below" if high <= middle else "above"
            near, far = sorted((abs(low - middle), abs(high - middle)))
            outermost = at in (0, self.classes - 1) and near > 0
            reach = f"more than {_plain(near)}" if outermost else f"up to {_plain(far)}"
            told.append(f"{reach}{unit} {side} {self.reference_name}".rstrip())
        return told


def breaks(values: Iterable[float | None], at_most: int = MOST_CLASSES) -> Breaks:
    """Equal steps of 1, 2 or 5 times a power of ten, at most `at_most` classes and no more than distinct values.

    Missing values are dropped first; no value gives no class, and equal values give one.
    """
    there = _there(values)
    if not there:
        return Breaks(())
    low, high = there[0], there[-1]
    fewest = 2 if low < 0 < high else 1  # 0 is always a limit
    most = max(fewest, min(at_most, MOST_CLASSES, len(there)))
    for step in _steps((high - low) / most or max(abs(high), 1.0) / 10):
        first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
        last = max(last, first + 1)
        # The tolerance takes the dust of floats for a limit; where a value really lies beyond, one more class holds it.
        first -= _exact(first, step) > low
        last += _exact(last, step) < high
        if last - first <= most:
            return Breaks(tuple(_exact(k, step) for k in range(first, last + 1)))
    raise AssertionError("the steps grow without end")


def breaks_around(values: Iterable[float | None], reference: float, name: str, at_most: int = 4) -> Breaks:
    """Classes on both sides of a named reference, in round steps from it; the outermost classes are open."""
    there = _there(values)
    if not there:
        return Breaks(())
    reach = max(abs(there[0] - reference), abs(there[-1] - reference))
    sides = 1 if at_most < 4 or len(there) < 3 else 2
    step = next(iter(_steps(reach / sides or max(abs(reference), 1.0) / 10)))
    edges = tuple(round(reference + _exact(k, step), 10) for k in range(-sides, sides + 1))
    return Breaks(edges, reference, name)


def _there(values: Iterable[float | None]) -> Sequence[float]:
    """The distinct values that are there, ascending."""
    return sorted({float(v) for v in values if v is not None and isfinite(v)})


def _steps(least: float) -> Iterable[float]:
    """Round steps from `least` up: 1, 2, 5, 10, ..."""
    power = floor(log10(least)) - 1
    while True:
        for factor in (1, 2, 5):
            step = factor * 10.0**power
            if step >= least * (1 - 1e-9):
                yield step
        power += 1


def _exact(k: int, step: float) -> float:
    """k steps without the dust of floats; a step has one digit."""
    return round(k * step, max(0, 1 - floor(log10(step)))) + 0.0


def _plain(value: float) -> str:
    return f"{round(value, 10):,.10f}".rstrip("0").rstrip(".")
