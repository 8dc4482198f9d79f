"""How many children's consent stands, by contributor, place and group: rounded counts, never a small one.

A part of which fewer than k children agree, or fewer than k do not, is hidden, with others where it would be the rest
of a total; what is shown is rounded to tens and every total is the sum of its rounded parts. Whoever reads these counts
may read the statements they are made of, but not where a child lives: so counts that differ from earlier ones, of
whatever question, by the statements of fewer than k children are not shown; the earlier ones are, with their moment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, select

from catalog.terms import dimensions, elements
from data_access.consent_copy import ConsentCopy, Resolved
from data_access.consented import Asked
from data_access.coverage_shown import shown_for
from data_access.facts import fetch, person, residence, roster
from data_access.stores import Stores
from evaluation.balance import UNLIKE, differences
from privacy.lattice import FloatArray
from privacy.rounding import live_counts, round_counts

BASE: Final = 10
GROUPS: Final = ("gender", "race_ethnicity", "home_language", "economically_disadvantaged", "grade")


@dataclass(frozen=True)
class Part:
    """A part of the children: how many with a consent that stands, and how many without, rounded; None: hidden."""

    code: str
    consented: int | None
    others: int | None

    @property
    def children(self) -> int | None:
        """The sum of the rounded parts."""
        return None if self.consented is None or self.others is None else self.consented + self.others


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


def consent_coverage(stores: Stores, asked: Asked, contributors: Sequence[str], k: int) -> ConsentCoverage:
    """Coverage among the children on these contributors' rosters; k: the smallest count that may show."""
    copy = ConsentCopy(stores.home / "consent", stores.registry, stores.ledger_key)
    copy.keep_up()
    found = copy.resolve(asked, [(c, name) for c in contributors for name in elements()])
    with stores.lake.connect() as lake:
        people = fetch(lake, select(person).where(person.c.contributor.in_(contributors)))
        homes = _newest(lake, residence, ("town",))
        described = _newest(lake, roster, GROUPS).merge(homes, on="record_id", how="outer")
    people["consented"] = _marked(people, found)
    people = people.merge(described, on="record_id", how="left").fillna(dict.fromkeys((*GROUPS, "town"), ""))
    now = people.drop_duplicates(["child_id", "contributor"])[["child_id", "contributor", "consented", "town", *GROUPS]]
    at, held = shown_for(stores, contributors, asked.at, now, k)
    once = held.sort_values("consented", ascending=False).drop_duplicates("child_id")
    unlike = [one for name in GROUPS for one in _differences(name, once, k)]
    return ConsentCoverage(
        at, parts_of(held, "contributor", k, overlapping=True), parts_of(once, "town", k), tuple(unlike)
    )


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


def parts_of(children: pd.DataFrame, name: str, k: int, *, overlapping: bool = False) -> tuple[Part, ...]:
    """The children by a column, each part wholly shown or wholly hidden. overlapping: a child may be in several parts,
    so that there is no total a hidden part could be the rest of."""
    counts = (
        children.groupby([name, "consented"]).size().unstack(fill_value=0).reindex(columns=[True, False], fill_value=0)
    )
    told = [_live(counts[answer].to_numpy(), k, overlapping) for answer in (True, False)]
    hidden = np.isnan(told[0]) | np.isnan(told[1])
    rows = zip(counts.index, *told, hidden, strict=True)
    return tuple(Part(str(c), None if no else int(yes), None if no else int(rest)) for c, yes, rest, no in rows if c)


def _live(counts: NDArray[np.int64], k: int, overlapping: bool) -> FloatArray:
    """Where it is true of nobody, that may be said; else the small ones are hidden."""
    if not counts.any():
        return np.zeros(len(counts))
    if overlapping:
        return np.where(counts < k, np.nan, round_counts(counts, BASE))
    return live_counts(counts, k, BASE)[0]


def _differences(name: str, children: pd.DataFrame, k: int) -> list[Difference]:
    """From the rounded parts alone, so that they tell no more than these."""
    dimension = next(
        d for d in dimensions().values() if name in (*d.elements, d.name) and d.elements != ("birth_date",)
    )
    category = children[name].map(lambda told: dimension.codes.get(told, dimension.fallback))
    parts = [p for p in parts_of(children.assign(category=category), "category", k) if p.consented is not None]
    group, everybody = {p.code: p.consented or 0 for p in parts}, {p.code: p.children or 0 for p in parts}
    found = differences(group, everybody)
    titles = dimension.categories
    return [Difference(dimension.title, titles[code], size) for code, size in found.items() if everybody[code]]
