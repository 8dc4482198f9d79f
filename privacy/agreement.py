"""Agreements as plain frozen records: who may use which data elements, at which level, for what and until when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from types import MappingProxyType

ANY = "*"
ANYBODY = frozenset({ANY})
ONE_CHILD = frozenset({"coordination"})  # purposes for which nobody reads published numbers
PERSON = "person:"  # no organization's id has a colon
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


def person(user_id: str) -> str:
    """How a license names one person among its recipients."""
    return f"{PERSON}{user_id}"


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

    @property
    def title(self) -> str:
        """The same in the words of readers."""
        return {1: "Counts", 2: "De-identified", 3: "Named children"}[self.value]


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
    contributors: whose data a license reaches. recipients: of a sharing agreement, the organizations that may receive
    child-level data ("*": every member with a license); of a license, the organizations and people of its party (as
    `person` writes them) who may receive anything under it, empty for everybody of the party. programs, areas: codes,
    empty for all. consent: data element -> required or not_required, for child-level data; required where nothing is
    said. destruction_due: the last day on which what was received may still be kept. texts: keys of TEXTS -> paragraph.
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

    @property
    def whole(self) -> bool:
        """True where it is about all programs and places of its party."""
        return not (self.programs or self.areas)

    @property
    def counts(self) -> bool:
        """True where a sharing agreement lets data into publications: whole, and not for single children alone."""
        return self.tier is Tier.SHARING and self.whole and not self.purposes <= ONE_CHILD

    @property
    def named(self) -> frozenset[str]:
        """The organizations among a license's recipients; they sign it too."""
        return frozenset(one for one in self.recipients if one != ANY and not one.startswith(PERSON))

    @property
    def signers(self) -> frozenset[str]:
        """Who signs besides the backbone organization: the party, and whom a license names."""
        return frozenset({self.party}) | (self.named if self.tier is Tier.USE else frozenset())

    @property
    def holders(self) -> frozenset[str]:
        """The organizations some of whose people may receive data under a license."""
        own = not self.recipients or self.recipients != self.named
        return self.named | ({self.party} if own else frozenset())

    def serves(self, user_id: str, organization: str) -> bool:
        """True where a license lets this person receive data; user_id "*": somebody of the organization."""
        if organization in self.named or organization not in self.holders:
            return organization in self.named
        whole = not self.recipients or ANY in self.recipients
        return whole or user_id == ANY or person(user_id) in self.recipients

    def sends_to(self, organization: str) -> bool:
        """True where a sharing agreement lets this organization receive child-level data."""
        return not self.recipients.isdisjoint({ANY, organization})
