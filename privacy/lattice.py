"""The data types that suppression and attack share: lattice, rule, attacker, pattern, findings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Key = tuple[str, ...]
Relation = tuple[int, tuple[int, ...]]

RuleName = Literal["provable", "exact"]
ZeroPolicy = Literal["hidden", "shown"]


class BadTable(ValueError):
    """The table cannot be protected as given; the message names the cell or relation."""


class NoSafePattern(Exception):
    """No choice of hidden cells keeps the promise; nothing may be published."""


@dataclass(frozen=True)
class Rule:
    """The promise a pattern keeps.

    k: the smallest count that may be shown. provable: nobody can prove that a cell of 1..k-1 is below k, nor find a
    sensitive cell exactly; exact: only the latter. zeros: hidden cells may be zero, or zeros are always printed.
    """

    name: RuleName = "provable"
    k: int = 10
    zeros: ZeroPolicy = "hidden"
    version: str = "1"


def _frozen(values: Any, dtype: Any) -> NDArray[Any]:
    array = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class Lattice:
    """All cells of all views and every additive relation between them.

    values: true whole counts by position. relations: (total, parts) as positions, value[total] = sum(values[parts]).
    latent: cells no view shows. structural: zeros that everybody knows (an area without residents); they stay visible.
    Raises BadTable for negative, fractional, inconsistent or repeated input.
    """

    keys: tuple[Key, ...]
    values: IntArray
    relations: tuple[Relation, ...]
    latent: BoolArray
    structural: BoolArray

    @classmethod
    def build(
        cls,
        keys: Iterable[Sequence[str]],
        values: Sequence[float] | NDArray[Any],
        relations: Iterable[tuple[int, Sequence[int]]],
        latent: Iterable[int] = (),
        structural: Iterable[int] = (),
    ) -> "Lattice":
        """Check and freeze; latent and structural are positions."""
        names = tuple(tuple(key) for key in keys)
        counts = _checked_values(names, values)
        sums = tuple((int(total), tuple(int(p) for p in parts)) for total, parts in relations)
        _check_relations(names, counts, sums)
        hidden, known = _positions(latent, len(names), "latent"), _positions(structural, len(names), "structural")
        if (counts[known] != 0).any():
            raise BadTable(f"structural cell {_name(names, int(np.flatnonzero(known & (counts != 0))[0]))} is not zero")
        return cls(names, counts, sums, _frozen(hidden, bool), _frozen(known, bool))

    def __len__(self) -> int:
        return len(self.keys)


def _name(keys: tuple[Key, ...], position: int) -> str:
    return "/".join(keys[position])


def _checked_values(keys: tuple[Key, ...], values: Sequence[float] | NDArray[Any]) -> IntArray:
    try:
        raw = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise BadTable("values must be whole numbers") from error
    if raw.shape != (len(keys),):
        raise BadTable(f"{len(keys)} keys but {raw.size} values")
    if len(set(keys)) != len(keys):
        repeated = next(key for i, key in enumerate(keys) if key in keys[:i])
        raise BadTable(f"the key {'/'.join(repeated)} appears twice")
    for wrong, word in (
        (~np.isfinite(raw), "not a number"),
        (raw < 0, "negative"),
        (raw != np.round(raw), "fractional"),
    ):
        if wrong.any():
            raise BadTable(f"the count of {_name(keys, int(np.flatnonzero(wrong)[0]))} is {word}")
    return _frozen(np.round(raw), np.int64)


def _check_relations(keys: tuple[Key, ...], values: IntArray, relations: tuple[Relation, ...]) -> None:
    for number, (total, parts) in enumerate(relations):
        members = (total, *parts)
        if not parts or min(members) < 0 or max(members) >= len(keys):
            raise BadTable(f"relation {number} names a position outside the table")
        if len(set(members)) != len(members):
            raise BadTable(f"relation {number} ({_name(keys, total)}) names a cell twice")
        if values[total] != values[list(parts)].sum():
            found = values[list(parts)].sum()
            raise BadTable(f"relation {number}: {_name(keys, total)} is {values[total]}, its parts add up to {found}")


def _positions(positions: Iterable[int], size: int, word: str) -> BoolArray:
    marks = np.zeros(size, dtype=bool)
    for position in positions:
        if not 0 <= position < size:
            raise BadTable(f"{word} names position {position}, which is outside the table")
        marks[position] = True
    return marks


@dataclass(frozen=True, eq=False)
class Attacker:
    """One reader: what it knows besides the published cells, and what it may not find out.

    lower, upper: bounds it knows for every cell (public: 0 or 1 and infinity; a contributor: its own children).
    guarded: cells whose value it may not find exactly. need: 0, or the value that the largest possible value of the
    cell must reach (public: k for cells of 1..k-1; a contributor: own + k where the remainder is 1..k-1; a reader of
    the previous publication: previous + k where the change is 1..k-1). All arrays have one entry a cell.
    """

    name: str
    lower: FloatArray
    upper: FloatArray
    guarded: BoolArray
    need: FloatArray


@dataclass(frozen=True, eq=False)
class Pattern:
    """Which cells are hidden. primary: sensitive by rule; hidden & ~primary: secondary. Latent cells are in neither."""

    hidden: BoolArray
    primary: BoolArray
    rule: Rule
    seconds: float = 0.0


@dataclass(frozen=True)
class Finding:
    """One cell an attacker learned too much about, with the interval it can prove."""

    attacker: str
    position: int
    kind: Literal["exact", "provable"]
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Findings:
    """What the attack found: empty `found` is the proof. low, high: provable interval of every cell (whole numbers)."""

    found: tuple[Finding, ...]
    low: FloatArray
    high: FloatArray
    tightest: float
    solver: str
    seconds: float
    narrow: tuple[int, ...] = field(default=())

    @property
    def safe(self) -> bool:
        """True when no attacker found anything."""
        return not self.found
