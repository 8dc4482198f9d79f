"""The independent attacker: what can be proven about hidden cells from everything that is published.

Written apart from the suppression code, in another formulation: published cells and hidden totals are substituted
away, and what remains is moved by primal simplex. Safety never rests on the solver's word: a cell counts as safe only
through a table that was checked here to agree with all that is published, and that the reader cannot rule out.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from privacy.lattice import (
    Attacker,
    BadTable,
    BoolArray,
    Finding,
    Findings,
    FloatArray,
    IntArray,
    Lattice,
    Pattern,
    Rule,
)
from privacy.primary import public_attacker, singleton_attackers
from privacy.reader import SOLVER, TOLERANCE, AttackFailed, Reader, part_of
from privacy.reduced import Reduced, incidence, narrowed, packs, reduce_system

__all__ = ["AttackFailed", "attack"]
_PACK = 400


def attack(
    lattice: Lattice,
    pattern: Pattern,
    rule: Rule,
    attackers: Sequence[Attacker] = (),
    *,
    integer: bool = False,
    known: Collection[int] | None = None,
    singletons: bool = False,
    full: bool = False,
) -> Findings:
    """Attack a pattern by every attacker (none given: the public) over all relations at once.

    integer: the attacker also uses that counts are whole (small tables only). known: positions that every attacker
    knows exactly. singletons: the family of each child alone in a hidden cell attacks as well.
    Findings: tightest: the narrowest interval (high - low) of any guarded cell, infinite where none is guarded. low,
    high: the least and largest whole count that the first attacker can prove; with `full` for every cell, otherwise
    NaN where the verdict did not need it. narrow: guarded cells that the first attacker can prove to lie within fewer
    than k counts, complete with `full`.
    Raises BadTable where the published numbers contradict each other or the rule, AttackFailed without an answer.
    """
    began = perf_counter()
    readers = [*(attackers or [public_attacker(lattice, rule)])]
    readers += singleton_attackers(lattice, pattern.hidden, rule) if singletons else ()
    room = _Room(lattice, _unknown(lattice, pattern, rule, known), rule, integer)
    found: list[Finding] = []
    for attacker in readers:
        found += room.verdict(attacker)
    tightest = np.inf
    for attacker in readers:
        tightest = room.narrowest(attacker, tightest)
    low, high = room.intervals(readers[0], full)
    narrow = np.flatnonzero(readers[0].guarded & (high - low < rule.k))
    seconds = perf_counter() - began
    return Findings(tuple(found), low, high, float(tightest), SOLVER, seconds, tuple(narrow.tolist()))


def _unknown(lattice: Lattice, pattern: Pattern, rule: Rule, known: Collection[int] | None) -> BoolArray:
    """Hidden and latent cells, but for zeros that everybody knows."""
    if pattern.hidden.shape != (len(lattice),):
        raise BadTable(f"the pattern has {pattern.hidden.size} marks for {len(lattice)} cells")
    zero = pattern.hidden & ~lattice.latent & ~lattice.structural & (lattice.values == 0)
    if rule.zeros == "shown" and zero.any():
        name = "/".join(lattice.keys[int(np.flatnonzero(zero)[0])])
        raise BadTable(f"zeros are always shown under this rule, but {name} is hidden")
    unknown = (pattern.hidden | lattice.latent) & ~lattice.structural
    unknown[list(known or ())] = False
    return unknown


@dataclass(eq=False)
class _Room:
    """Keeps reduced systems and models, so that attackers with the same bounds on a piece share its tables."""

    lattice: Lattice
    unknown: BoolArray
    rule: Rule
    integer: bool
    systems: dict[bytes, Reduced] = field(default_factory=dict)
    models: dict[tuple[bytes, ...], Reader] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.matrix = incidence(self.lattice)

    def verdict(self, attacker: Attacker) -> Iterator[Finding]:
        """What the attacker finds; guarded cells in plain sight first."""
        plain = attacker.guarded & ~self._open(attacker) & ~self.lattice.structural
        for position in np.flatnonzero(plain).tolist():
            value = float(self.lattice.values[position])
            yield from _findings(attacker, position, value, value, value)
        for reader, cells in self._readers(attacker):
            guarded, need = attacker.guarded[cells], attacker.need[cells]
            bad = _examine(reader, guarded, need)
            low, high = reader.interval()
            for i in np.flatnonzero(bad).tolist():
                yield from _findings(attacker, int(cells[i]), float(low[i]), float(high[i]), reader.part.values[i])

    def narrowest(self, attacker: Attacker, limit: float) -> float:
        """The narrowest interval of a guarded cell, or the limit where that is narrower."""
        if (attacker.guarded & ~self._open(attacker) & ~self.lattice.structural).any():
            return 0.0
        for reader, cells in self._readers(attacker):
            limit = _narrowest(reader, attacker.guarded[cells], limit)
        return limit

    def intervals(self, attacker: Attacker, full: bool) -> tuple[FloatArray, FloatArray]:
        """What the attacker can prove of every cell; NaN where that was not looked at."""
        low, high = self.lattice.values.astype(float), self.lattice.values.astype(float)
        low[self._open(attacker)] = high[self._open(attacker)] = np.nan
        for reader, cells in self._readers(attacker, every=full):
            if full:
                reader.prove(np.ones(cells.size, dtype=bool))
            low[cells], high[cells] = reader.interval()
        return low, high

    def _open(self, attacker: Attacker) -> BoolArray:
        return self.unknown & (attacker.lower < attacker.upper)

    def _system(self, attacker: Attacker) -> Reduced:
        unknown = self._open(attacker)
        if unknown.tobytes() not in self.systems:
            self.systems[unknown.tobytes()] = reduce_system(self.lattice, self.matrix, unknown)
        return self.systems[unknown.tobytes()]

    def _readers(self, attacker: Attacker, every: bool = False) -> Iterator[tuple[Reader, IntArray]]:
        """The models of all pieces with a guarded cell (or of every piece), with the positions of their cells."""
        system = self._system(attacker)
        values = self.lattice.values[system.cells].astype(float)
        lower, upper = attacker.lower[system.cells], attacker.upper[system.cells]
        if (values < lower - TOLERANCE).any() or (values > upper + TOLERANCE).any():
            raise BadTable(f"what {attacker.name} is said to know does not fit the counts")
        guarded = attacker.guarded[system.cells]
        bounds = (lower, upper, *narrowed(system, lower, upper))
        for pieces in packs(system.component, _PACK):
            inside = np.isin(system.component, pieces)
            if every or guarded[inside].any():
                key = (system.cells[inside].tobytes(), lower[inside].tobytes(), upper[inside].tobytes())
                if key not in self.models:
                    part = part_of(system, inside, values, bounds)
                    self.models[key] = Reader(part, self.rule.k, integer=self.integer)
                yield self.models[key], system.cells[inside]


def _short(reader: Reader, guarded: BoolArray, need: FloatArray) -> BoolArray:
    """Guarded cells that no table found so far raises to what they need."""
    return guarded & (reader.seen_high < need - TOLERANCE)


def _single(reader: Reader, guarded: BoolArray) -> BoolArray:
    """Guarded cells that no table found so far moves by a whole child."""
    value = reader.part.values
    return guarded & (reader.seen_high < value + 1 - TOLERANCE) & (reader.seen_low > value - 1 + TOLERANCE)


def _examine(reader: Reader, guarded: BoolArray, need: FloatArray) -> BoolArray:
    """Search until every guarded cell is witnessed as safe or proven not to be; returns the latter, bounds proven."""

    def wanted() -> tuple[BoolArray, BoolArray]:
        single = _single(reader, guarded)
        return single | _short(reader, guarded, need), single & reader.top

    reader.stretch(wanted)
    bad = _single(reader, guarded) | _short(reader, guarded, need)
    reader.prove(bad)
    return bad


def _narrowest(reader: Reader, guarded: BoolArray, limit: float) -> float:
    """Prove intervals, narrowest so far first, until no other can be narrower than the narrowest proven one."""

    def best() -> float:
        low, high = reader.interval()
        return float(np.nanmin((high - low)[guarded], initial=limit))

    def wanted() -> tuple[BoolArray, BoolArray]:
        rivals = guarded & (reader.width() < best())
        return rivals, rivals

    reader.stretch(wanted)
    return best()


def _findings(attacker: Attacker, position: int, low: float, high: float, value: float) -> Iterator[Finding]:
    """Compared in whole numbers: exact, where no other whole number fits; provable, where none reaches the need."""
    if low == high == value:
        yield Finding(attacker.name, position, "exact", low, high)
    if high < attacker.need[position]:
        yield Finding(attacker.name, position, "provable", low, high)
