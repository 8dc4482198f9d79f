"""Whose records may be counted for what: the data-sharing agreements in force on a day, as data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from privacy.agreement import Agreement

SCHOOL_ATTENDANCE = "attendance"
PROGRAM_ATTENDANCE = "participation"


@dataclass(frozen=True)
class Scope:
    """elements: contributor -> data elements its agreements let the community use."""

    elements: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, agreements: Iterable[Agreement], today: date) -> "Scope":
        """From the data-sharing agreements that are active.

        One for some programs or places only, or for coordinating care alone, lets nothing into publications.
        """
        found: dict[str, frozenset[str]] = {}
        for one in agreements:
            if one.counts and one.active(today):
                found[one.party] = found.get(one.party, frozenset()) | one.elements
        return cls(found)

    def sharing(self, *elements: str) -> list[str]:
        """The contributors who share that a child is served and every one of these elements."""
        asked = {"child", *elements}
        return sorted(name for name, shared in self.elements.items() if asked <= shared)
