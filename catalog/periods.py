"""School years: August 1 to July 31, named by both years ("2024-25")."""

import re
from dataclasses import dataclass
from datetime import date

from catalog.terms import UnknownTerm

_FORM = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, order=True)
class SchoolYear:
    """A school year by the calendar year it starts in."""

    first: int

    @classmethod
    def parse(cls, text: str) -> "SchoolYear":
        """From "2024-25"; raises UnknownTerm."""
        match = _FORM.fullmatch(text)
        if not match or (int(match[1]) + 1) % 100 != int(match[2]):
            raise UnknownTerm("school year", text[:20], ("such as 2024-25",))
        return cls(int(match[1]))

    @classmethod
    def of(cls, day: date) -> "SchoolYear":
        """The school year a day falls in."""
        return cls(day.year if day.month >= 8 else day.year - 1)

    def __str__(self) -> str:
        return f"{self.first}-{(self.first + 1) % 100:02d}"

    @property
    def start(self) -> date:
        """First day, August 1."""
        return date(self.first, 8, 1)

    @property
    def end(self) -> date:
        """Last day, July 31."""
        return date(self.first + 1, 7, 31)

    @property
    def reference(self) -> date:
        """The day ages are taken at: September 1."""
        return date(self.first, 9, 1)
