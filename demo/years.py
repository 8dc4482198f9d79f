"""The four school years, their months and days."""

from datetime import date

import numpy as np

from catalog.periods import SchoolYear

YEARS = tuple(SchoolYear(first) for first in (2022, 2023, 2024, 2025))
SCHOOL_DAYS = (18, 20, 18, 16, 19, 18, 20, 17, 21, 13)  # September to June, 180 in all
PROGRAM_DAYS = (12, 18, 15, 13, 17, 16, 18, 15, 16)  # after-school, September to May, 140 in all


def days(*values: date) -> np.ndarray:
    """Dates as day numbers."""
    return np.array(values, dtype="datetime64[D]").astype(np.int64)


def day(value: date) -> int:
    """A date as a day number."""
    return int(days(value)[0])


def months(year: SchoolYear, count: int) -> list[str]:
    """Months of a school year from September on, such as 2022-09."""
    start = np.datetime64(f"{year.first}-09")
    return [str(start + n) for n in range(count)]
