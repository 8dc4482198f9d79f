"""Agreements as plain frozen records: who may use which data elements, at which level, for what and until when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from types import MappingProxyType

ANY = "*"
ANYBODY = frozenset({ANY})
REQUIRED, NOT_REQUIRED = "required", "not_required"
# Rules of their own that no clause can lift: school-meal status, health, early intervention, treatment records.
ALWAYS_CONSENT = frozenset({"meal_status", "health", "idea_part_c", "part_2"})
# What an agreement says in words, in reading order.
TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "legal_basis": "Legal basis",
        "populations": "Whose data",
        "redisclosure": "Passing data on",
        "retention": "How long data are kept",
        "destruction": "How data are destroyed",
        "security": "How data are kept safe",
        "breach_contact": "Whom to tell after a breach",
    }
)


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


class Level(IntEnum):
    """How close to a child a use comes; a permit for one level covers the lower ones."""

    AGGREGATE = 1
    DEIDENTIFIED = 2
    IDENTIFIABLE = 3

    @property
    def code(self) -> str:
        """The word used in the catalog and in files."""
        return self.name.lower()


class Tier(StrEnum):
    """Charter (who takes part), data sharing agreement (data in), data-use license (data out)."""

    CHARTER = "charter"
    SHARING = "sharing"
    USE = "use"


class State(StrEnum):
    """Where an agreement stands; only active ones allow anything."""

    DRAFT = "draft"
    SIGNED = "signed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


@dataclass(frozen=True)
class Agreement:
    """One version of one agreement.

    party: the organization that shares (SHARING) or uses (USE) data; level, elements, purposes: what is allowed;
    finest_area: the finest area level results may have; minimum_count: k; days run from starts through ends.
    contributors: whose data a license reaches; recipients: who may receive child-level data that a contributor shares
    ("*": all; every member with a license). programs, areas: codes, empty for all. consent: data element -> required or
    not_required, for child-level data; required where nothing is said. texts: keys of TEXTS -> a paragraph.
    """

    id: str
    version: int
    tier: Tier
    title: str
    party: str
    level: Level
    elements: frozenset[str]
    purposes: frozenset[str]
    finest_area: str
    minimum_count: int
    starts: date
    ends: date
    state: State
    contributors: frozenset[str] = ANYBODY
    recipients: frozenset[str] = frozenset()
    programs: frozenset[str] = frozenset()
    areas: frozenset[str] = frozenset()
    consent: Mapping[str, str] = field(default_factory=_nothing, hash=False)
    destruction_due: date | None = None
    texts: Mapping[str, str] = field(default_factory=_nothing, hash=False)

    @property
    def reference(self) -> str:
        """How decisions and the ledger cite it: id/version."""
        return f"{self.id}/{self.version}"

    def active(self, today: date) -> bool:
        """True through the last day of the period, and only in state ACTIVE."""
        return self.state is State.ACTIVE and self.starts <= today <= self.ends

    def reaches(self, contributor: str) -> bool:
        """True where a license covers data of this contributor."""
        return not self.contributors.isdisjoint({ANY, contributor})

    def sends_to(self, organization: str) -> bool:
        """True where a sharing agreement lets this organization receive child-level data."""
        return not self.recipients.isdisjoint({ANY, organization})
