"""A person's limits as text in the registry."""

import json

from privacy.agreement import Level
from privacy.viewer import Limits

_SETS = ("elements", "purposes", "areas", "programs")


def write_limits(limits: Limits) -> str:
    """As JSON; what is not limited is left out."""
    found: dict[str, object] = {
        name: sorted(getattr(limits, name)) for name in _SETS if getattr(limits, name) is not None
    }
    if limits.level is not None:
        found["level"] = limits.level.code
    return json.dumps(found, sort_keys=True)


def read_limits(text: str) -> Limits:
    """From JSON; raises ValueError where it is damaged, because no limit would be more than was meant."""
    found = json.loads(text)
    if not isinstance(found, dict) or not set(found) <= {*_SETS, "level"}:
        raise ValueError("The limits of a person cannot be read.")
    sets = {name: frozenset(found[name]) if name in found else None for name in _SETS}
    return Limits(**sets, level=Level[found["level"].upper()] if "level" in found else None)
