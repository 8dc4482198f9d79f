"""The slots of a cell key: levels, codes, and how codes of a fine level map to those of a coarser one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from privacy.lattice import BadTable, IntArray

Shape = tuple[str | None, ...]
Codes = list[IntArray]
_Spread = tuple[IntArray, IntArray]


@dataclass(frozen=True, eq=False)
class Axis:
    """One slot of the key.

    levels: from fine to coarse, without a coarsest level of a single code (that code is the margin). labels: codes of
    each level in order. atoms: code of each atom row at the finest level. maps: level -> (starts, codes), the codes
    each finest code belongs to; one code each, except for a membership, whose finest level are the combinations.
    """

    name: str
    levels: tuple[str, ...]
    margin: str
    labels: dict[str, list[str]]
    atoms: IntArray
    maps: dict[str, _Spread]
    member: bool = False
    prefixed: bool = False

    @property
    def finest(self) -> str:
        """The level of the atoms."""
        return self.levels[0]

    def label(self, level: str, code: str) -> str:
        """A raw code as it stands in a key."""
        return f"{level}:{code}" if self.prefixed else code

    def codes_at(self, level: str) -> IntArray:
        """The code of each atom row at a level of single codes."""
        return self.maps[level][1][self.atoms]

    def is_below(self, coarse: str | None, fine: str | None) -> bool:
        """True where the coarse level (None: the margin) is a sum of the fine one, or the same."""
        if coarse == fine:
            return True
        if fine is None or (self.member and fine != self.finest):
            return False
        return coarse is None or self.levels.index(coarse) > self.levels.index(fine)

    def spread(self, fine: str, coarse: str) -> _Spread:
        """(starts, codes): the coarse codes that each fine code belongs to."""
        if fine == coarse:
            size = len(self.labels[fine])
            return np.arange(size + 1), np.arange(size)
        if fine == self.finest:
            return self.maps[coarse]
        _, example = np.unique(self.maps[fine][1], return_index=True)
        return np.arange(example.size + 1), self.maps[coarse][1][example]


def below(axes: Sequence[Axis], coarse: Shape, fine: Shape) -> bool:
    """True where every cell of the coarse shape is a sum of cells of the fine one."""
    return all(axis.is_below(c, f) for axis, c, f in zip(axes, coarse, fine, strict=True))


def project(axes: Sequence[Axis], fine: Shape, codes: Codes, coarse: Shape) -> tuple[IntArray, Codes]:
    """(rows, codes): for every fine cell (row) the coarse cells it is part of, one code per axis."""
    rows = np.arange(codes[0].size if codes else 0)
    found: Codes = []
    for axis, here, there, code in zip(axes, fine, coarse, codes, strict=True):
        if here is None or there is None:
            found.append(np.zeros(rows.size, dtype=np.int64))
            continue
        starts, into = axis.spread(here, there)
        times = np.diff(starts)[code[rows]]
        first = np.repeat(np.cumsum(times) - times, times)
        target = into[np.repeat(starts[code[rows]], times) + np.arange(first.size) - first]
        rows, found = np.repeat(rows, times), [np.repeat(old, times) for old in found]
        found.append(target)
    return rows, found


def axes_of(
    atoms: pd.DataFrame, hierarchies: Mapping[str, Sequence[str]], used: set[str], memberships: Collection[str]
) -> list[Axis]:
    """Hierarchies in the order given, then every other used column by name; raises BadTable for a column at fault."""
    nested = {column for columns in hierarchies.values() for column in columns}
    for column in sorted(used | nested):
        if column not in atoms.columns:
            raise BadTable(f"the atoms have no column {column}")
        if atoms[column].isna().any():
            raise BadTable(f"the column {column} has an empty code")
    axes = [_hierarchy(atoms, name, tuple(columns)) for name, columns in hierarchies.items()]
    for column in sorted(used - nested):
        axes.append(_membership(atoms, column) if column in memberships else _flat(atoms, column))
    if not axes:
        raise BadTable("there is no dimension: name a hierarchy, or give a view a dimension")
    return axes


def _coded(atoms: pd.DataFrame, column: str) -> tuple[IntArray, list[str]]:
    codes, labels = pd.factorize(atoms[column].astype(str), sort=True)
    return codes.astype(np.int64), [str(label) for label in labels]


def _identity(size: int) -> _Spread:
    return np.arange(size + 1), np.arange(size)


def _flat(atoms: pd.DataFrame, column: str) -> Axis:
    codes, labels = _coded(atoms, column)
    if "Total" in labels or "" in labels:
        raise BadTable(
            f"the column {column} uses the code {'Total' if 'Total' in labels else ''!r}, which is kept for margins"
        )
    return Axis(column, (column,), "Total", {column: labels}, codes, {column: _identity(len(labels))})


def _hierarchy(atoms: pd.DataFrame, name: str, columns: tuple[str, ...]) -> Axis:
    coded = {column: _coded(atoms, column) for column in columns}
    finest, labels = coded[columns[0]]
    maps, named = {}, {}
    for fine, coarse in pairwise(columns):
        pairs = pd.DataFrame({"fine": coded[fine][0], "coarse": coded[coarse][0]}).drop_duplicates()
        twice = pairs["fine"][pairs["fine"].duplicated()]
        if len(twice):
            raise BadTable(f"{fine} {coded[fine][1][int(twice.iloc[0])]} lies in more than one {coarse}")
    _, example = np.unique(finest, return_index=True)
    for column, (codes, names) in coded.items():
        maps[column] = (np.arange(len(labels) + 1), codes[example])
        named[column] = [f"{column}:{label}" for label in names]
    top = columns[-1]
    if len(columns) > 1 and len(named[top]) == 1:
        return Axis(name, columns[:-1], named[top][0], named, finest, maps, prefixed=True)
    return Axis(name, columns, "Total", named, finest, maps, prefixed=True)


def _membership(atoms: pd.DataFrame, column: str) -> Axis:
    """Two levels: the combinations, which divide the children, and the codes in them, which overlap."""
    split = ["+".join(sorted(set(text.split("+")) - {""})) for text in atoms[column].astype(str)]
    codes, combos = pd.factorize(np.array(split, dtype=object), sort=True)
    kinds = sorted({kind for combo in combos for kind in combo.split("+")} - {""})
    inside = [[kinds.index(kind) for kind in combo.split("+") if kind] for combo in combos]
    starts = np.concatenate([[0], np.cumsum([len(members) for members in inside])]).astype(np.int64)
    into = np.array([kind for members in inside for kind in members], dtype=np.int64)
    finest = f"only:{column}"
    labels = {finest: [f"only:{combo or 'none'}" for combo in combos], column: kinds}
    maps = {finest: _identity(len(combos)), column: (starts, into)}
    return Axis(column, (finest, column), "Total", labels, codes.astype(np.int64), maps, member=True)
