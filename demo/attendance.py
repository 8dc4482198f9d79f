"""Days by month: enrolled and present, at school and in programs."""

from dataclasses import dataclass

import numpy as np

from demo.years import PROGRAM_DAYS, SCHOOL_DAYS

FEBRUARY = 5  # index of the month when children change districts


@dataclass(frozen=True)
class Days:
    """By child (rows) and month (columns): days enrolled and days present; row: which child of the caller's list."""

    enrolled: np.ndarray
    present: np.ndarray


def spread(total: np.ndarray, offered: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Deal `total` days (by row) at random over the offered days (row x month), never more than a month has."""
    left, rest = total.astype(np.int64), offered.sum(axis=1).astype(np.int64)
    dealt = np.zeros(offered.shape, dtype=np.int64)
    for month in range(offered.shape[1]):
        here = offered[:, month].astype(np.int64)
        rest = rest - here
        dealt[:, month] = rng.hypergeometric(here, rest, left)
        left = left - dealt[:, month]
    return dealt


def school_days(joined: np.ndarray, left: np.ndarray, chronic: np.ndarray, rng: np.random.Generator) -> Days:
    """A school year. joined: came in February; left: went then; chronic: misses a tenth of the days or more."""
    enrolled = _enrolled(joined, left, rng)
    total = enrolled.sum(axis=1)
    many = np.ceil(total * np.clip(0.1 + rng.exponential(0.075, len(total)), 0.1, 0.8))
    few = np.minimum(np.floor(total * 0.1 * rng.beta(2.0, 1.8, len(total))), (total - 1) // 10)
    absent = np.where(chronic, many, np.maximum(few, 0))
    return Days(enrolled, enrolled - spread(absent, enrolled, rng))


def _enrolled(joined: np.ndarray, left: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Days enrolled by month; a few children come late, go early, or leave within days."""
    count, months = len(joined), len(SCHOOL_DAYS)
    draw = rng.random(count)
    start = np.where(draw < 0.02, rng.integers(1, 9, count), 0)
    end = np.where((draw >= 0.02) & (draw < 0.04), rng.integers(1, 9, count), months - 1)
    start, end = np.where(joined, FEBRUARY, start), np.where(left, FEBRUARY - 1, end)
    start = np.minimum(start, end)
    month = np.arange(months)
    days = np.where((month >= start[:, None]) & (month <= end[:, None]), np.array(SCHOOL_DAYS), 0)
    brief = (draw > 0.997) & ~joined
    days[brief] = 0
    days[brief, 0] = rng.integers(3, 9, brief.sum())
    return days


def club_days(regular: np.ndarray, rng: np.random.Generator) -> Days:
    """A year of after-school days; regular: 30 days or more, everybody else 1 to 29."""
    count = len(regular)
    total = np.where(regular, 30 + np.floor(108 * rng.beta(1.3, 1.6, count)), 1 + np.floor(29 * rng.random(count)))
    start = np.where(regular, rng.integers(0, 2, count), rng.integers(0, 8, count))
    offered = np.where(np.arange(len(PROGRAM_DAYS)) >= start[:, None], np.array(PROGRAM_DAYS), 0)
    total = np.minimum(total, offered.sum(axis=1))
    return Days(offered, spread(total, offered, rng))
