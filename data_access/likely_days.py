"""Days that cannot be, such as a mistyped year: refused before they decide who holds the right about a child."""

from datetime import date
from typing import Final

from data_access.consent_keeper import NotKept
from privacy.consent import birthday

AHEAD: Final = 5  # years within which something recorded today begins
LONG: Final = 30  # years that anything about a child lies away
YOUNGEST: Final = 15  # in college


class BadDay(NotKept):
    """A day that cannot be; field: which of a form."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


def check_order(starts: date | None, ends: date | None, born: date | None, today: date) -> date:
    """The first day of a court order, if its days can be; raises BadDay. born: where it is known."""
    if starts is None:
        raise BadDay("starts", "Give the first day of the order.")
    _check_first("starts", starts, born, today)
    if ends is not None and ends < starts:
        raise BadDay("ends", "The last day lies before the first. Correct one of the two.")
    if ends is not None and ends > birthday(today, LONG):
        told = f"This day is more than {LONG} years away. Check the year, or leave it empty: until further notice."
        raise BadDay("ends", told)
    return starts


def check_enrollment(starts: date, born: date | None, today: date) -> None:
    """Raises BadDay where nobody of this age begins college. born: where it is known."""
    _check_first("enrolled", starts, born, today)
    if born is not None and starts < birthday(born, YOUNGEST):
        raise BadDay("enrolled", f"The child was or is not {YOUNGEST} yet on this day. Check the year.")


def _check_first(field: str, day: date, born: date | None, today: date) -> None:
    if born is not None and day < born:
        raise BadDay(field, "The child was not born yet on this day. Check the year.")
    if day < birthday(today, -LONG):
        raise BadDay(field, f"This day is more than {LONG} years ago. Check the year.")
    if day > birthday(today, AHEAD):
        raise BadDay(field, f"This day is more than {AHEAD} years away. Check the year.")
