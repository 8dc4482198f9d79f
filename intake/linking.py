"""Which records are of one child, for now by exact name and birth date. Pure: frames in, decisions out."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd

from data_access.decisions import Link, Review
from intake.kinds import OLDEST

METHOD: Final = "exact-1"
SAME, ALONE, NO_BIRTH_DATE = "exact name and birth date", "no other record like it", "no birth date"
TWINS: Final = "same name and birth date twice on one roster"
TWO_CHILDREN: Final = "same name and birth date as two children"


@dataclass(frozen=True)
class Linking:
    """What a run decides: children that are new, links, pairs for a person to look at."""

    new_children: tuple[int, ...]
    links: tuple[Link, ...]
    reviews: tuple[Review, ...]


def normalized(names: pd.Series) -> pd.Series:
    """Names without case, accents, punctuation and spaces."""
    letters = names.astype("str").str.normalize("NFKD").str.replace(r"[\u0300-\u036f]", "", regex=True)
    return letters.str.casefold().str.replace(r"[\W_]+", "", regex=True)


def keys(identities: pd.DataFrame) -> pd.Series:
    """One text per record, the same for the same name and birth date; "" where a part is missing or a placeholder."""
    born = pd.to_datetime(identities["birth_date"], errors="coerce")
    as_of = pd.to_datetime(identities["as_of"])
    last, first = normalized(identities["last_name"]), normalized(identities["first_name"])
    whole = born.notna() & (as_of.dt.year - born.dt.year <= OLDEST) & (last != "") & (first != "")
    return (last + "|" + first + "|" + born.dt.strftime("%Y-%m-%d")).where(whole, "")


def groups(identities: pd.DataFrame) -> list[list[int]]:
    """Records with the same key, and each other record by itself; by lowest record id, so that runs agree."""
    key = identities["key"].to_numpy(dtype=object)
    records = identities["record_id"].to_numpy()
    own = np.array([f"#{record}" for record in records], dtype=object)
    codes, _ = pd.factorize(np.where(key == "", own, key))
    order = np.argsort(codes, kind="stable")
    cuts = np.flatnonzero(np.diff(codes[order])) + 1
    return [part.tolist() for part in np.split(records[order], cuts)] if len(records) else []


def link(
    identities: pd.DataFrame,
    children: Mapping[int, int],
    rosters: Mapping[int, set[int]],
    reviewed: set[tuple[int, int]],
    last_child: int,
) -> Linking:
    """Decide every record that has no child yet; what was decided before stays as it is.

    identities: record_id (ascending), birth_date, key (of `keys`). children: of records linked before.
    rosters: the rosters each record that shares a contributor and a key stands on. last_child: highest id ever given.
    """
    run = _Run(children, rosters, reviewed, last_child)
    undated = set(identities.loc[pd.isna(identities["birth_date"]), "record_id"])
    for records in groups(identities):
        if len(records) == 1:
            run.alone(records[0], NO_BIRTH_DATE if records[0] in undated else ALONE)
        else:
            run.group(records)
    return Linking(tuple(run.new), tuple(run.links), tuple(run.reviews))


class _Run:
    """The decisions of one run as they are made."""

    def __init__(
        self,
        children: Mapping[int, int],
        rosters: Mapping[int, set[int]],
        reviewed: set[tuple[int, int]],
        last_child: int,
    ) -> None:
        self._children, self._rosters, self._reviewed = dict(children), rosters, reviewed
        self._last = last_child
        self.new: list[int] = []
        self.links: list[Link] = []
        self.reviews: list[Review] = []

    def group(self, records: list[int]) -> None:
        """Records with one name and birth date: one child, unless a roster or an earlier decision says otherwise."""
        told = {self._children[r] for r in records if r in self._children}
        if any(self._together(a, b) for a, b in combinations(records, 2)):
            self._apart(records, TWINS)
        elif len(told) > 1:
            self._apart(records, TWO_CHILDREN)
        else:
            one = told.pop() if told else self._child()
            for record in records:
                self._link(record, one, SAME)

    def alone(self, record: int, reason: str) -> None:
        """A record that no other is like."""
        if record not in self._children:
            self._link(record, self._child(), reason)

    def _apart(self, records: list[int], reason: str) -> None:
        for record in records:
            self.alone(record, reason)
        for a, b in combinations(records, 2):
            settled = self._children[a] == self._children[b] and not self._together(a, b)
            if not settled and (a, b) not in self._reviewed:
                self.reviews.append(Review(a, b, reason))

    def _together(self, a: int, b: int) -> bool:
        """Whether one roster lists both: it says that they are two children."""
        return not self._rosters.get(a, set()).isdisjoint(self._rosters.get(b, set()))

    def _child(self) -> int:
        self._last += 1
        self.new.append(self._last)
        return self._last

    def _link(self, record: int, one: int, reason: str) -> None:
        if record not in self._children:
            self._children[record] = one
            self.links.append(Link(record, one, reason))
