"""The invented places of Alder County, read from places.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Town:
    """A town or city neighborhood. x, y in kilometers; children: relative number; people: shares by group;
    districts: numbers of the school districts that share it."""

    name: str
    kind: str
    x: float
    y: float
    tracts: int
    children: float
    poverty: float
    people: dict[str, float]
    districts: list[int]

    @property
    def in_city(self) -> bool:
        """True for a neighborhood of the city."""
        return self.kind == "city neighborhood"


@dataclass(frozen=True)
class EmptyTract:
    """A tract without residents and the town it lies in."""

    name: str
    town: str
    code: str


@dataclass(frozen=True)
class Places:
    """Everything with a name on the map."""

    county_id: str
    county_name: str
    collaborative: str
    state: str
    longitude: float
    latitude: float
    towns: tuple[Town, ...]
    empty: tuple[EmptyTract, ...]
    districts: tuple[tuple[str, str], ...]

    def town_number(self, name: str) -> int:
        """Position of a town by name."""
        return [t.name for t in self.towns].index(name)


def load_places() -> Places:
    """The places of places.toml."""
    raw = tomllib.loads((HERE / "places.toml").read_text(encoding="utf-8"))
    return Places(
        county_id=raw["county"]["id"],
        county_name=raw["county"]["name"],
        collaborative=raw["collaborative"],
        state=raw["state"],
        longitude=raw["origin"]["longitude"],
        latitude=raw["origin"]["latitude"],
        towns=tuple(Town(**t) for t in raw["towns"]),
        empty=tuple(EmptyTract(**t) for t in raw["empty"]),
        districts=tuple((d["id"], d["name"]) for d in raw["districts"]),
    )
