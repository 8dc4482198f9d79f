"""How many children's consent stands, by contributor, place and group: rounded counts, never a small one.

Every part is rounded to tens and every total is the sum of its rounded parts, so nothing can be taken from anything.
Whoever reads these counts may read the statements they are made of, so they are of this moment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pandas as pd
from sqlalchemy import Connection, Table, select

from catalog.terms import dimensions, elements
from data_access.consent_copy import ConsentCopy, Resolved
from data_access.consented import Asked
from data_access.facts import fetch, person, residence, roster
from data_access.stores import Stores
from evaluation.balance import UNLIKE, differences

BASE: Final = 10
GROUPS: Final = ("gender", "race_ethnicity", "home_language", "economically_disadvantaged", "grade")


@dataclass(frozen=True)
class Part:
    """A part of the children: how many, and how many with a consent that stands; both rounded."""

    code: str
    consented: int
    others: int

    @property
    def children(self) -> int:
        """The sum of the rounded parts."""
        return self.consented + self.others


@dataclass(frozen=True)
class Difference:
    """How a group's share among the consented differs from its share among all, in standard units."""

    dimension: str
    category: str
    size: float

    @property
    def unlike(self) -> bool:
        """Whether the consented do not speak for all in this."""
        return abs(self.size) > UNLIKE


@dataclass(frozen=True)
class ConsentCoverage:
    """For one recipient and purpose, at a moment."""

    as_of: datetime
    contributors: tuple[Part, ...]
    towns: tuple[Part, ...]
    differences: tuple[Difference, ...]


def consent_coverage(stores: Stores, asked: Asked, contributors: Sequence[str]) -> ConsentCoverage:
    """Coverage among the children on these contributors' rosters."""
    copy = ConsentCopy(stores.home / "consent", stores.registry, stores.ledger_key)
    copy.keep_up()
    found = copy.resolve(asked, [(c, name) for c in contributors for name in elements()])
    with stores.lake.connect() as lake:
        people = fetch(lake, select(person).where(person.c.contributor.in_(contributors)))
        homes = _newest(lake, residence, ("town",))
        described = _newest(lake, roster, GROUPS).merge(homes, on="record_id", how="outer")
    people["consented"] = _marked(people, found)
    people = people.merge(described, on="record_id", how="left").fillna(dict.fromkeys((*GROUPS, "town"), ""))
    once = people.sort_values("consented", ascending=False).drop_duplicates("child_id")
    unlike = [one for name in GROUPS for one in _differences(name, once)]
    held = people.drop_duplicates(["child_id", "contributor"])
    return ConsentCoverage(asked.at, _parts(held, "contributor"), _parts(once, "town"), tuple(unlike))


def _marked(people: pd.DataFrame, found: Resolved) -> pd.Series:
    """Whether a consent stands for any field of the record's contributor."""
    have: dict[str, set[int]] = {}
    for contributor, name in found.question.pairs:
        have.setdefault(contributor, set()).update(found.having((contributor, name)).tolist())
    mine = zip(people["child_id"], people["contributor"], strict=True)
    return pd.Series([child in have.get(contributor, ()) for child, contributor in mine], index=people.index)


def _newest(lake: Connection, table: Table, names: Iterable[str]) -> pd.DataFrame:
    """Each record's newest row."""
    rows = fetch(lake, select(table.c.record_id, table.c.as_of, *(table.c[name] for name in names)))
    return rows.sort_values("as_of").drop_duplicates("record_id", keep="last").drop(columns="as_of")


def _parts(children: pd.DataFrame, name: str) -> tuple[Part, ...]:
    counts = (
        children.groupby([name, "consented"]).size().unstack(fill_value=0).reindex(columns=[True, False], fill_value=0)
    )
    return tuple(Part(str(code), _round(row[True]), _round(row[False])) for code, row in counts.iterrows() if code)


def _round(count: int) -> int:
    return BASE * int(count / BASE + 0.5)


def _differences(name: str, children: pd.DataFrame) -> list[Difference]:
    """From the rounded parts alone, so that they tell no more than these."""
    dimension = next(
        d for d in dimensions().values() if name in (*d.elements, d.name) and d.elements != ("birth_date",)
    )
    category = children[name].map(lambda told: dimension.codes.get(told, dimension.fallback))
    parts = _parts(children.assign(category=category), "category")
    group, everybody = {p.code: p.consented for p in parts}, {p.code: p.children for p in parts}
    found = differences(group, everybody)
    titles = dimension.categories
    return [Difference(dimension.title, titles[code], size) for code, size in found.items() if everybody[code]]
