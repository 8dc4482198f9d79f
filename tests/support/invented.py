"""An invented publication for tests of pages: many places and years in a second, hidden cells where a test wants them.

The numbers are made up cell by cell and were never protected; what pages do with a really protected publication is
tested with tests/support/publication.py. Nobody here exists.
"""

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from catalog.indicators import Indicator, indicators
from catalog.terms import dimensions
from catalog.views import View
from data_access.agreements import Organization, save_agreement, save_organization
from data_access.publications import Draft
from data_access.registry.engine import transaction
from data_access.stores import Stores
from evaluation.rounded import rounded_wilson
from tests.support import publication

YEARS = ("2021-22", "2022-23", "2023-24", "2024-25")
COUNTY = ("C1", "Alder County")
NOT_UPDATED = ("graduation_cohort", "2021-22")  # these numbers are an earlier publication's, as of August 20, 2022
SIZES = {
    "served": 12_400, "enrolled": 9_200, "young_children": 3_100, "kindergarten_assessed": 720,
    "grade3_reading_tested": 690, "grade8_math_tested": 640, "graduation_cohort": 610,
}  # fmt: skip
BASES = {
    "chronic_absence": (0.27, -0.018), "kindergarten_readiness": (0.5, 0.02), "third_grade_reading": (0.44, 0.004),
    "eighth_grade_math": (0.36, -0.012), "four_year_graduation": (0.84, 0.008), "developmental_screening": (0.42, 0.05),
    "after_school_participation": (0.16, 0.01),
}  # fmt: skip
NOTHING = {"n": np.nan, "count": np.nan, "percent": np.nan, "low": np.nan, "high": np.nan}


@dataclass(frozen=True)
class Place:
    """A level's area: code, name, parent, its share of the county's children, and whether anybody lives there."""

    code: str
    name: str
    parent: str
    share: float
    residents: bool = True


def grid() -> tuple[dict[str, list[Place]], dict[str, bytes]]:
    """A county of squares: 9 towns of 4 tract areas, 2 districts; areas by level and GeoJSON by file name."""
    names = [
        "Ashford",
        "Birch Hill",
        "Cedar Grove",
        "Dunmore",
        "East Harbor",
        "Fairlea",
        "Glenwood",
        "Hollis",
        "Ironbridge",
    ]
    weights = np.linspace(1, 4, 9) / np.linspace(1, 4, 9).sum()
    towns = [Place(f"T{i:02d}", name, "C1", w) for i, (name, w) in enumerate(zip(names, weights, strict=True), 1)]
    regions = [
        Place(f"{t.code}{p}", f"{t.name}, tract {p.upper()}", t.code, t.share * s, residents=f"{t.code}{p}" != "T01d")
        for t in towns
        for p, s in zip("abcd", (0.5, 0.3, 0.18, 0.02), strict=True)
    ]
    districts = [Place("D1", "Alder City Schools", "C1", 0.6), Place("D2", "Valley Union Schools", "C1", 0.4)]
    places = {"region": regions, "town": towns, "district": districts, "county": [Place(*COUNTY, "", 1.0)]}
    squares = {t.code: ((i % 3) * 2, (i // 3) * 2, 2) for i, t in enumerate(towns)}
    small = {
        f"{code}{p}": (x + dx, y + dy, 1)
        for code, (x, y, _) in squares.items()
        for p, (dx, dy) in zip("abcd", product((0, 1), (0, 1)), strict=True)
    }
    halves = {"D1": (0, 0, 3), "D2": (3, 0, 3)}
    layers = {
        f"{level}-{'0' * 16}.json": _geojson(s)
        for level, s in (("town", squares), ("region", small), ("district", halves))
    }
    return places, layers | {f"county-{'0' * 16}.json": _geojson({"C1": (0, 0, 6)})}


def _geojson(squares: Mapping[str, tuple[int, int, int]]) -> bytes:
    features = []
    for code, (x, y, size) in sorted(squares.items()):
        ring = [[x, y], [x, y + size], [x + size, y + size], [x + size, y], [x, y]]
        ring = [[round(-77.8 + 0.05 * a, 5), round(43.0 + 0.04 * b, 5)] for a, b in ring]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "id": code, "properties": {"name": code}, "geometry": geometry})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@dataclass
class Community:
    """What is published: places by level, layers, years; hidden: predicate over a row (dict) that makes it [c]."""

    places: dict[str, list[Place]]
    layers: dict[str, bytes]
    years: tuple[str, ...] = YEARS
    fewest: int = 12
    withheld: frozenset[tuple[str, str]] = frozenset()
    fixed: Mapping[tuple[str, ...], Mapping[str, object]] = field(default_factory=dict)

    def cells(self) -> pd.DataFrame:
        """All rows of cells.parquet."""
        chance = np.random.default_rng(5)
        rows = [
            row
            for indicator in indicators().values()
            for view in indicator.views
            if (indicator.name, str(view)) not in self.withheld
            for year in self.years
            for row in self._rows(indicator, view, year, chance)
        ]
        frame = pd.DataFrame(rows)
        columns = ["indicator", "period", "view", "level", "area", *dimensions(), "band", *NOTHING, "symbol"]
        return frame.reindex(columns=columns).fillna(dict.fromkeys(dimensions(), ""))

    def _rows(
        self, indicator: Indicator, view: View, year: str, chance: np.random.Generator
    ) -> Iterable[dict[str, object]]:
        spots = [(view.level, place) for place in self.places[view.level]]
        if view.level != "county":
            spots += [(view.level, Place("unknown", "", "", 0.011)), ("county", self.places["county"][0])]
        groups = [("", *dimensions()[d].categories) for d in view.dimensions]
        bands = (
            [""] if indicator.is_count else list(indicator.bands) if len(indicator.bands) > 2 else [indicator.headline]
        )
        for level, place in spots:
            for combo in product(*groups):
                share = place.share * float(
                    np.prod([_weight(d, c) for d, c in zip(view.dimensions, combo, strict=True)])
                )
                n = SIZES[indicator.population] * share * (1 + 0.02 * self.years.index(year))
                for band in bands:
                    key = {
                        "indicator": indicator.name,
                        "period": year,
                        "view": str(view),
                        "level": level,
                        "area": place.code,
                    }
                    key |= dict(zip(view.dimensions, combo, strict=True)) | {"band": band}
                    yield key | self._values(indicator, key, place, n, combo, chance)

    def _values(
        self,
        indicator: Indicator,
        key: Mapping[str, object],
        place: Place,
        n: float,
        combo: tuple[str, ...],
        chance: np.random.Generator,
    ) -> dict[str, object]:
        name = (indicator.name, str(key["period"]), str(key["view"]), place.code, *combo)
        if name in self.fixed:
            return dict(NOTHING) | dict(self.fixed[name])
        if not place.residents:
            return NOTHING | {"symbol": "z"}
        if indicator.is_count:
            return NOTHING | ({"symbol": "c"} if n < self.fewest else {"n": round(n), "count": round(n), "symbol": ""})
        base, slope = BASES[indicator.name]
        poor = 0.08 * (sum(map(ord, place.code)) % 5 - 2) / 2 if place.code not in ("C1", "unknown") else 0
        gap = 0.07 * sum((hash_of(c) % 5) - 2 for c in combo if c)
        p = base + slope * self.years.index(str(key["period"])) + poor + gap
        p *= {"some": 1.4, "none": 1.0}.get(str(key["band"]), 1.0)
        p = min(max(p + chance.normal(0, 0.012), 0.03), 0.95) if key["band"] != "none" else 0.55
        return _rate(n, p, self.fewest)


def _rate(n: float, p: float, fewest: int) -> dict[str, object]:
    base, count = 5 * round(n / 5), 5 * round(n * p / 5)
    if n < 3 * fewest:
        return NOTHING | {"symbol": "c"}
    if n * min(p, 1 - p) < fewest:  # a publication may hold how many children a hidden percentage is of
        return NOTHING | {"n": base, "symbol": "c"}
    percent = round(100 * count / base)
    low, high = rounded_wilson(percent, count, base, slack=2, fewest=fewest)
    return {
        "n": base, "count": count, "percent": percent, "low": int(low), "high": int(high),
        "symbol": "u" if base < 60 else "",
    }  # fmt: skip


def hash_of(text: str) -> int:
    """A number from a text, the same in every run."""
    return sum(i * ord(letter) for i, letter in enumerate(text, 1))


def _weight(dimension: str, code: str) -> float:
    if not code:
        return 1.0
    given = {"girl": 0.487, "boy": 0.495, "other": 0.018, "yes": 0.41, "no": 0.56, "unknown": 0.03,
             "white": 0.5, "hispanic": 0.22, "black": 0.15, "asian": 0.07, "another": 0.06,
             "english": 0.76, "spanish": 0.16}  # fmt: skip
    return (
        given.get(code, 1 / len(dimensions()[dimension].categories))
        if code != "other" or dimension == "gender"
        else 0.08
    )


def files(made: Community) -> dict[str, bytes]:
    """The files of the publication."""
    cells = made.cells()
    offers: dict[str, dict[str, object]] = {}
    for indicator in indicators().values():
        views = {}
        for view in indicator.views:
            here = cells[(cells["indicator"] == indicator.name) & (cells["view"] == str(view))]
            offered = len(here) > 0
            share = float(here["symbol"].str.contains("c").mean()) if offered else 0.3
            coarser = None if offered else "county"
            why = (
                ""
                if offered
                else "More than 30 % of the numbers of this table would have to be hidden so that no child can be "
                "recognized."
            )
            views[str(view)] = {
                "periods": list(made.years) if offered else [], "offered": offered, "hidden_share": round(share, 4),
                "cells": len(here), "coarser": coarser, "why": why,
            }  # fmt: skip
        offers[indicator.name] = {"periods": list(made.years), "views": views}
    rule = {"name": "provable", "k": 10, "zeros": "hidden", "version": "1"}
    about = {
        "id": "p-2025-08-15-1", "made_at": "2025-09-01T14:00:00+00:00", "as_of": "2025-08-15", "community": COUNTY[1],
        "rule": rule, "data_version": "0" * 64, "periods": list(made.years), "indicators": offers,
        "base_geography": {"region_minimum": 30, "regions": len(made.places["region"]), "vintage": "2020"},
        "not_on_map": dict.fromkeys(made.years, 136), "missing": {},
    }  # fmt: skip
    rows = [
        {"level": level, "area": p.code, "name": p.name, "parent": p.parent, "residents": p.residents, "order": i}
        for level, places in made.places.items()
        for i, p in enumerate(
            [*places, *([Place("unknown", "Address not known", "C1", 0, False)] if level != "county" else [])]
        )
    ]
    return {
        "publication.json": json.dumps(about).encode(),
        "proof.json": json.dumps(_proof(cells, made.years)).encode(),
        "cells.parquet": _parquet(cells),
        "areas.parquet": _parquet(pd.DataFrame(rows)),
    } | {f"layers/{name}": content for name, content in made.layers.items()}


def _parquet(frame: pd.DataFrame) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), sink)
    return sink.getvalue()


def _proof(cells: pd.DataFrame, years: tuple[str, ...]) -> dict[str, object]:
    entries = []
    for population, year in product(SIZES, years):
        mine = [i.name for i in indicators().values() if i.population == population]
        here = cells[cells["indicator"].isin(mine) & (cells["period"] == year)]
        hidden = int(here["symbol"].str.contains("c").sum())
        entries.append(
            {"population": population, "period": year, "cells": len(here), "hidden": hidden, "primary": hidden // 3,
             "rule": "provable", "zeros": "hidden", "k": 10, "version": "1", "tightest": 11.0 + len(entries) % 4,
             "solver": "highs 1.15", "seconds": 1.25, "attackers": ["everybody", "school", "clinic"], "carried": ""}
            | ({"carried": "p-2022-08-20-1"} if (population, year) == NOT_UPDATED else {})
        )  # fmt: skip
    levels = {
        level: round(float(here["symbol"].str.contains("c").mean()), 4)
        for level in ("region", "town", "district", "county")
        if len(here := cells[cells["level"] == level])
    }
    tight = [
        {
            "population": "enrolled",
            "period": years[-1],
            "cell": f"Ashford, tract {p}: chronically absent",
            "low": 0,
            "high": 11 + i,
        }
        for i, p in enumerate("ABCD")
    ]
    widths = {"0": 0, "10": 31, "20": 84, "50": 120, "100": 18, "unlimited": 2}
    if not any(levels.values()):
        entries = [entry | {"tightest": None} for entry in entries]
        tight, widths = [], dict.fromkeys(widths, 0)
    return {"lattices": entries, "tight": tight, "hidden_by_level": levels, "widths": widths}


# What the partner of tests/support/web.py may see: the whole county, and little of that.
LITTLE = {"finest_area": "county", "elements": frozenset({"child", "residence", "attendance"})}


def published(home: Path, made: Community | None = None) -> Stores:
    """Stores with this publication and agreements for every organization of tests/support/web.py."""
    stores = publication.empty(home)
    add(stores, made or Community(*grid()))
    with transaction(stores.registry) as connection:
        for code, kind in {"eval": "evaluator", "club": "contributor", "families": "families"}.items():
            save_organization(connection, Organization(code, f"The {code}", kind))
            save_agreement(connection, publication.agreement(code, **(LITTLE if code == "club" else {})))
    return stores


def add(stores: Stores, made: Community) -> None:
    """List the publication."""
    draft = Draft("p-2025-08-15-1", datetime(2025, 9, 1, 14, tzinfo=UTC), date(2025, 8, 15), "0" * 64, files(made), {})
    stores.publications.add(draft, "test")
