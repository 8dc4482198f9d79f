"""The nine contributors, read from contributors.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
MERROW, VALLEY, EARLY, VISITS, CLINIC, BEACON, TRAILHEAD, LIBRARY, MENTORS = range(9)


@dataclass(frozen=True)
class Contributor:
    """Who contributes what, and how well it keeps its records (shares of records, by kind of fault)."""

    id: str
    name: str
    kinds: tuple[str, ...]
    elements: tuple[str, ...]
    prefix: str
    digits: int
    lacks: tuple[str, ...]
    quality: dict[str, float]
    capitals: bool
    district: str = ""


def load_contributors() -> tuple[Contributor, ...]:
    """In the order of the numbers above."""
    raw = tomllib.loads((HERE / "contributors.toml").read_text(encoding="utf-8"))
    lists = ("kinds", "elements", "lacks")
    return tuple(Contributor(**{k: tuple(v) if k in lists else v for k, v in c.items()}) for c in raw["contributors"])
