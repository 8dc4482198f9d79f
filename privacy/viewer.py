"""Who is looking: a viewer and the roles that decide which pages exist."""

from dataclasses import dataclass
from enum import StrEnum

from privacy.agreement import Level


class Role(StrEnum):
    """Roles; which data a viewer sees is decided by agreements, not by the role."""

    BACKBONE = "backbone"
    FUNDER = "funder"
    EVALUATOR = "evaluator"
    PARTNER = "partner"
    GUARDIAN = "guardian"


@dataclass(frozen=True)
class Limits:
    """A person's own scope within the organization's; None: as the organization. areas, programs: codes."""

    elements: frozenset[str] | None = None
    purposes: frozenset[str] | None = None
    level: Level | None = None
    areas: frozenset[str] | None = None
    programs: frozenset[str] | None = None


@dataclass(frozen=True)
class Viewer:
    """A signed-in person: user id, organization id, role, and the limits set for this person."""

    user_id: str
    organization: str
    role: Role
    limits: Limits = Limits()
