"""Agreements as plain frozen records: who may use which data elements, at which level, for what and until when."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum


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

    def active(self, today: date) -> bool:
        """True through the last day of the period, and only in state ACTIVE."""
        return self.state is State.ACTIVE and self.starts <= today <= self.ends
