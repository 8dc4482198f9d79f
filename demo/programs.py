"""The contributors' programs: schools by town and grade, clubs, sites and branches."""

from dataclasses import dataclass

import numpy as np

from demo.contributors import BEACON, CLINIC, EARLY, LIBRARY, MENTORS, MERROW, TRAILHEAD, VALLEY, VISITS, Contributor
from demo.enrollment import serves_beacon
from demo.geography import Geography

MIDDLE = ("Foundry", "Lakeshore", "Cedar Ridge", "Highland", "Riverbend", "Harbor View")
HIGH = ("Merrow East High School", "Merrow West High School", "Lake Shore High School")
VALLEY_HIGH = ("Alder Valley High School", "Sorrel Creek High School", "North County High School")


@dataclass(frozen=True)
class Programs:
    """A contributor's programs. rows: (program, name, kind, site); by_town: program of each town, by step of school."""

    rows: tuple[tuple[str, str, str, str], ...]
    by_town: np.ndarray
    academy: int = -1

    def of(self, town: np.ndarray, grade: np.ndarray, academy: np.ndarray) -> np.ndarray:
        """Program number of each child: town, grade (0 kindergarten..12) and whether at the academy."""
        if self.academy < 0:
            return np.asarray(self.by_town[0][town] if len(self.by_town) == 1 else self._school(town, grade))
        return np.where(academy, self.academy, self._school(town, grade))

    def _school(self, town: np.ndarray, grade: np.ndarray) -> np.ndarray:
        return np.asarray(self.by_town[np.searchsorted([6, 9], grade, side="right"), town])

    @property
    def codes(self) -> list[str]:
        """Program codes in order."""
        return [row[0] for row in self.rows]


def build_programs(contributors: tuple[Contributor, ...], geography: Geography) -> tuple[Programs, ...]:
    """Programs of all contributors, in their order."""
    towns = geography.places.towns
    names = [t.name for t in towns]
    beacon = [serves_beacon(t.name, t.in_city) for t in towns]
    made = {
        MERROW: _schools("MC", [0 in t.districts for t in towns], names, HIGH),
        VALLEY: _schools("AV", [1 in t.districts for t in towns], names, VALLEY_HIGH, academy=True),
        EARLY: _sites("BS", "early_childhood", names, 4, "Bright Start Center at {}"),
        VISITS: _sites("FY", "home_visiting", names, 24, "First Years Visits"),
        CLINIC: _sites("LH", "health", names, 8, "Lakeside Pediatrics, {}"),
        BEACON: _clubs("BE", names, beacon, "Beacon Club, {}"),
        TRAILHEAD: _clubs("TH", names, [not b for b in beacon], "Trailhead Club, {}"),
        LIBRARY: _sites("LB", "summer", names, 3, "Summer Reading Adventure, {} Branch"),
        MENTORS: _sites("HM", "mentoring", names, 24, "One-to-One Mentoring"),
    }
    return tuple(made[number] for number in range(len(contributors)))


def _schools(
    prefix: str, mine: list[bool], names: list[str], high: tuple[str, ...], *, academy: bool = False
) -> Programs:
    """Elementary schools by town, middle and high schools for neighboring towns."""
    towns = [n for n, ours in enumerate(mine) if ours]
    rows, by_town = [], np.zeros((3, len(names)), dtype=np.int64)
    for step, (letter, group) in enumerate((("E", 1), ("M", 3), ("H", -(-len(towns) // 3)))):
        for place, town in enumerate(towns):
            number = place // group
            if place % group == 0:
                title = (f"{names[town]} Elementary", f"{MIDDLE[number % 6]} Middle School", high[number % 3])[step]
                rows.append((f"{prefix}-{letter}{number + 1:02d}", title, "school", names[town]))
            by_town[step, town] = len(rows) - 1
    if academy:
        rows.append((f"{prefix}-X01", "Fieldstone Dual-Language Academy", "school", "Penfold"))
    return Programs(tuple(rows), by_town, len(rows) - 1 if academy else -1)


def _sites(prefix: str, kind: str, names: list[str], group: int, title: str) -> Programs:
    """One site for each few towns in list order."""
    hosts = names[::group]
    rows = tuple((f"{prefix}-{n + 1:02d}", title.format(host), kind, host) for n, host in enumerate(hosts))
    return Programs(rows, (np.arange(len(names)) // group)[None, :])


def _clubs(prefix: str, names: list[str], mine: list[bool], title: str) -> Programs:
    """One club for each town served."""
    hosts = [name for name, ours in zip(names, mine, strict=True) if ours]
    rows = tuple((f"{prefix}-{n + 1:02d}", title.format(host), "after_school", host) for n, host in enumerate(hosts))
    return Programs(rows, np.maximum(np.cumsum(mine) - 1, 0)[None, :])
