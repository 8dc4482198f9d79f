"""How two groups differ in who is in them: standardized differences of shares (Austin 2009)."""

from collections.abc import Mapping
from math import inf, sqrt
from typing import Final

UNLIKE: Final = 0.25  # from here on a group does not speak for the other


def standardized_difference(share: float, reference: float) -> float:
    """Difference of two shares in units of their common spread; infinite where both are sure and differ."""
    spread = sqrt((share * (1 - share) + reference * (1 - reference)) / 2)
    if spread == 0:
        return 0.0 if share == reference else inf if share > reference else -inf
    return (share - reference) / spread


def differences(group: Mapping[str, float], everybody: Mapping[str, float]) -> dict[str, float]:
    """Standardized difference of each category's share between a group and everybody; counts by category."""
    mine, all_ = sum(group.values()), sum(everybody.values())
    if not mine or not all_:
        return {}
    return {name: standardized_difference(group.get(name, 0) / mine, count / all_) for name, count in everybody.items()}
