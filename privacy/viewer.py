"""Who is looking: a viewer and the roles that decide which pages exist."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Roles; which data a viewer sees is decided by agreements, not by the role."""

    BACKBONE = "backbone"
    FUNDER = "funder"
    EVALUATOR = "evaluator"
    PARTNER = "partner"
    GUARDIAN = "guardian"


@dataclass(frozen=True)
class Viewer:
    """A signed-in person: user id, organization id, role."""

    user_id: str
    organization: str
    role: Role
