"""Intervals for proportions, counts and differences of proportions. Pure functions over arrays.

Every function takes scalars or arrays and answers in floats; a zero denominator gives NaN limits on purpose ("no
interval"), never by accident. z: 1.959964 for 95 %.
"""

from math import hypot
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtri, ndtri

FloatArray = NDArray[np.float64]
Z95 = float(ndtri(0.975))


class Interval(NamedTuple):
    """Lower and upper limit, arrays of the shape of the input."""

    low: FloatArray
    high: FloatArray


class Rate(NamedTuple):
    """A published percentage, 0..100, with its 95 % limits; NaN where it is not shown."""

    percent: float
    low: float
    high: float

    @property
    def shown(self) -> bool:
        """False where one of the three is NaN."""
        return self.percent == self.percent and self.low == self.low and self.high == self.high

    def turned(self) -> "Rate":
        """The percentage of everybody else."""
        return Rate(100 - self.percent, 100 - self.high, 100 - self.low)


def z_for(confidence: float) -> float:
    """The two-sided normal quantile; raises ValueError outside 0..1."""
    if not 0 < confidence < 1:
        raise ValueError("the confidence level lies between 0 and 1")
    return float(ndtri(0.5 + confidence / 2))


def wilson(count: ArrayLike, n: ArrayLike, z: float = Z95) -> Interval:
    """Wilson score interval of a proportion, 0..1 (Wilson 1927). count may be fractional; 0 <= count <= n."""
    x, size = _checked(count, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        p = x / size
        middle = p + z * z / (2 * size)
        spread = z * np.sqrt(p * (1 - p) / size + z * z / (4 * size * size))
        low, high = (middle - spread) / (1 + z * z / size), (middle + spread) / (1 + z * z / size)
    return Interval(
        np.where(size > 0, np.clip(np.minimum(low, p), 0, 1), np.nan),
        np.where(size > 0, np.clip(np.maximum(high, p), 0, 1), np.nan),
    )


def poisson(count: ArrayLike, confidence: float = 0.95) -> Interval:
    """Exact interval of a count of events (Garwood 1936)."""
    events, _ = _checked(count, count)
    half = (1 - confidence) / 2
    low = np.where(events > 0, chdtri(2 * np.maximum(events, 0.5), 1 - half) / 2, 0.0)
    return Interval(low, chdtri(2 * events + 2, half) / 2)


def byar(count: ArrayLike, z: float = Z95) -> Interval:
    """Byar's approximation for a count of events; meant for 10 events and more (Breslow and Day 1987, p. 69)."""
    events, _ = _checked(count, count)
    with np.errstate(divide="ignore", invalid="ignore"):
        low = events * (1 - 1 / (9 * events) - z / (3 * np.sqrt(events))) ** 3
    more = events + 1
    high = more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3
    return Interval(np.where(events > 0, low, 0.0), high)


def newcombe(count_1: ArrayLike, n_1: ArrayLike, count_2: ArrayLike, n_2: ArrayLike, z: float = Z95) -> Interval:
    """Interval of p1 - p2 for independent samples, -1..1: Newcombe's hybrid score method (1998, method 10)."""
    (x1, size1), (x2, size2) = _checked(count_1, n_1), _checked(count_2, n_2)
    one, two = wilson(x1, size1, z), wilson(x2, size2, z)
    with np.errstate(divide="ignore", invalid="ignore"):
        p1, p2 = x1 / size1, x2 / size2
    low = p1 - p2 - np.sqrt((p1 - one.low) ** 2 + (two.high - p2) ** 2)
    high = p1 - p2 + np.sqrt((one.high - p1) ** 2 + (p2 - two.low) ** 2)
    return Interval(low, high)


def difference(one: Rate, two: Rate) -> tuple[float, float]:
    """Limits of one minus two in points, from each one's own limits (MOVER, Donner and Zou 2012).

    With Wilson limits it is Newcombe's method 10; with wider ones, as of rounded counts, it is wider in the same way.
    """
    low = one.percent - two.percent - hypot(one.percent - one.low, two.high - two.percent)
    high = one.percent - two.percent + hypot(one.high - one.percent, two.percent - two.low)
    return low, high


def stands(one: Rate, two: Rate) -> int:
    """1 where one is clearly higher than two, -1 where clearly lower, 0 where the interval of the difference has 0."""
    low, high = difference(one, two)
    return (low > 0) - (high < 0)


def log_ratio(count_1: ArrayLike, n_1: ArrayLike, count_2: ArrayLike, n_2: ArrayLike, z: float = Z95) -> Interval:
    """Interval of the ratio p1 / p2 on the log scale (Katz 1978); no interval (NaN) where a count is zero."""
    (x1, size1), (x2, size2) = _checked(count_1, n_1), _checked(count_2, n_2)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (x1 / size1) / (x2 / size2)
        spread = z * np.sqrt(1 / x1 - 1 / size1 + 1 / x2 - 1 / size2)
        low, high = ratio * np.exp(-spread), ratio * np.exp(spread)
    known = (x1 > 0) & (x2 > 0)
    return Interval(np.where(known, low, np.nan), np.where(known, high, np.nan))


def _checked(count: ArrayLike, n: ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, size = np.broadcast_arrays(np.asarray(count, dtype=np.float64), np.asarray(n, dtype=np.float64))
    with np.errstate(invalid="ignore"):
        if (x < 0).any() or (x > size + 1e-9).any():
            raise ValueError("a count lies between 0 and its denominator")
    return x, size
