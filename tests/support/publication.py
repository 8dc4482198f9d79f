"""A small real publication for tests: invented children, protected, attacked and written by the product's own code.

`published(home)` gives stores with a publication of all indicators and agreements for a funder and the backbone;
`session(stores)` a session on it. Making one takes some seconds, so use it in fixtures of module scope.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from catalog.terms import elements, purposes
from data_access.agreements import Organization, save_agreement, save_organization
from data_access.atoms import atoms
from data_access.publications import Draft
from data_access.published import UNKNOWN, Area
from data_access.publishing.draft import About, draft
from data_access.publishing.known_zeros import impossible
from data_access.publishing.plan import plans
from data_access.publishing.protecting import Task
from data_access.publishing.rounds import Protected, protect_all
from data_access.registry.engine import transaction
from data_access.session import Session
from data_access.stores import Stores
from privacy.agreement import Agreement, Level, State, Tier
from privacy.lattice import Rule
from privacy.viewer import Role, Viewer
from tests.support import fresh
from tests.support.children import COUNTY, DISTRICTS, TOWNS, TRACTS, population, served, with_rates
from tests.support.once import once

SIZE = 12_000
RULE = Rule()
YEARS = ("2023-24", "2024-25")
AS_OF = date(2025, 8, 15)
NOW = datetime(2025, 9, 10, 12, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
FUNDER = Viewer("u-funder", "fund", Role.FUNDER)
STAFF = Viewer("u-staff", "backbone", Role.BACKBONE)


def places() -> dict[str, list[str]]:
    """Area codes of every level."""
    return {
        "region": [*TRACTS, UNKNOWN],
        "town": [*TOWNS, UNKNOWN],
        "district": [*DISTRICTS, UNKNOWN],
        "county": ["C1"],
    }


def areas() -> list[Area]:
    """All areas, in publication order."""
    code, name = COUNTY
    regions = [Area("region", t, f"{TOWNS[t[:3]]}, tract {t[3]}", t[:3], True) for t in TRACTS]
    towns = [Area("town", t, named, code, True) for t, named in TOWNS.items()]
    districts = [Area("district", d, named, code, True) for d, named in DISTRICTS.items()]
    lost = [Area(level, UNKNOWN, "Address not known", code, False) for level in ("region", "town", "district")]
    return [*regions, lost[0], *towns, lost[1], *districts, lost[2], Area("county", code, name, "", True)]


def pairs() -> pd.DataFrame:
    """Which places meet."""
    rows = [{"region": t, "town": t[:3], "district": "D1" if t < "T06" else "D2"} for t in TRACTS]
    rows += [{"region": "T05d", "town": "T05", "district": "D2"}, {"region": "T06a", "town": "T06", "district": "D1"}]
    return pd.DataFrame([*rows, {"region": UNKNOWN, "town": UNKNOWN, "district": UNKNOWN}])


def tasks(size: int = SIZE, years: tuple[str, ...] = YEARS, rule: Rule = RULE, named: str = "") -> list[Task]:
    """One lattice per population (only those with this in their name) and year over invented children."""
    found = []
    for number, year in enumerate(years):
        children = with_rates(served(size + 100 * number, 7 + number), 70 + number)
        for plan in (plan for plan in plans() if named in plan.population):
            here = population(children, plan.population)
            counted = atoms(here, plan, {t: t for t in TRACTS}, pairs(), COUNTY[0])
            found.append(Task(plan, year, counted, impossible(here, plan), {}, places(), rule))
    return found


def shapes() -> dict[str, bytes]:
    """Squares in a row for towns and the county, as GeoJSON."""
    features = []
    for number, town in enumerate(TOWNS):
        x, y = number % 3, number // 3
        ring = [[x, y], [x, y + 1], [x + 1, y + 1], [x + 1, y], [x, y]]
        ring = [[-77.8 + 0.1 * a, 43.0 + 0.1 * b] for a, b in ring]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "id": town, "properties": {}, "geometry": geometry})
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    return {"town-0000000000000001.json": content, "outline-0000000000000001.json": content}


def agreement(party: str, **changes: object) -> Agreement:
    """A data-use agreement that allows every report."""
    clauses: dict[str, object] = {
        "id": f"use-{party}",
        "version": 1,
        "tier": Tier.USE,
        "title": f"License of {party}",
        "party": party,
        "level": Level.AGGREGATE,
        "elements": frozenset(elements()),
        "purposes": frozenset(list(purposes())[:1]),
        "finest_area": "region",
        "minimum_count": 10,
        "starts": date(2024, 1, 1),
        "ends": date(2027, 6, 30),
        "state": State.ACTIVE,
    }
    return Agreement(**clauses | changes)  # type: ignore[arg-type]


def empty(home: Path) -> Stores:
    """Stores with organizations and agreements, and nothing published."""
    stores = fresh.stores(home, b"k" * 32)
    with transaction(stores.registry) as connection:
        for code, kind in {"fund": "funder", "backbone": "backbone"}.items():
            save_organization(connection, Organization(code, f"The {code}", kind))
            save_agreement(connection, agreement(code))
    return stores


def add(stores: Stores, size: int = SIZE, years: tuple[str, ...] = YEARS) -> str:
    """Publish the invented children; gives the publication's id."""
    made = _made(size, years)
    stores.publications.add(made, "test")
    return made.id


def published(home: Path, size: int = SIZE, years: tuple[str, ...] = YEARS) -> Stores:
    """Stores with one publication of everything."""
    stores = empty(home)
    add(stores, size, years)
    return stores


def _made(size: int, years: tuple[str, ...]) -> Draft:
    """The draft, made once in a test run."""
    kept = once(f"publication-{size}-{'-'.join(years)}", lambda folder: _make(folder, size, years))
    return Draft(f"p-{AS_OF}-1", NOW, AS_OF, "0" * 64, _contents(kept / "files"), _contents(kept / "vault"))


def _make(folder: Path, size: int, years: tuple[str, ...]) -> None:
    geography = {"region_minimum": 1, "regions": len(TRACTS), "vintage": "2020"}
    about = About(f"p-{AS_OF}-1", NOW, AS_OF, COUNTY[1], Rule(), "0" * 64, geography)
    made = draft(about, protect_all(tasks(size, years), workers=1), areas(), shapes())
    for part, files in (("files", made.files), ("vault", made.vault)):
        for path, content in files.items():
            (folder / part / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / part / path).write_bytes(content)


def little(number: int = 1, rule: Rule = RULE, size: int = 2500) -> Draft:
    """A draft of young children in one year alone, made in a moment."""
    about = About(f"p-{AS_OF}-{number}", NOW.replace(minute=number), AS_OF, COUNTY[1], rule, "0" * 64, {})
    return draft(about, _little(rule, size), areas(), shapes())


@cache
def _little(rule: Rule, size: int) -> Protected:
    return protect_all(tasks(size, YEARS[-1:], rule, "graduation_cohort"), workers=1)


def _contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def session(stores: Stores, viewer: Viewer = FUNDER, now: Callable[[], datetime] = lambda: NOW) -> Session:
    """A session as pages have it."""
    return Session(viewer, stores, now)
