"""Attacks a pattern with linear programs: in small blocks of the table, then in larger ones, then in all of it."""

import numpy as np

from privacy.bench import Bench
from privacy.blocks import Blocks
from privacy.lattice import BoolArray, FloatArray, IntArray
from privacy.problem import Problem
from privacy.relation_cuts import Followed
from privacy.witnesses import Witnesses

SMALL_TABLE = 1000
BLOCK, WIDE = 400, 1300
FEW = 30


class Separator:
    """Checks patterns against all demands; remembers the movements it finds."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.witnesses = Witnesses(problem)
        size = len(problem.system)
        sizes = [size] if size <= SMALL_TABLE else [s for s in (BLOCK, WIDE) if s < size / 2] + [size]
        self.levels = [Blocks(problem.system, problem.never, s) for s in sizes]
        self._benches: dict[tuple[int, int], Bench] = {}
        self.open: BoolArray = np.zeros(len(problem.owed), dtype=bool)
        self.failed = self.open.copy()

    @property
    def work(self) -> float:
        """Work done so far, in units of about a second."""
        return sum(bench.work for bench in self._benches.values())

    def _bench(self, level: int, number: int) -> Bench:
        if (level, number) not in self._benches:
            self._benches[level, number] = Bench(self.problem, self.levels[level].blocks[number])
        return self._benches[level, number]

    def settle(self, hidden: BoolArray, active: BoolArray) -> None:
        """Find movements for most of the active demands that a pattern meets, with few programs."""
        self.open = active & ~self.witnesses.met(hidden)
        self._settle(hidden)

    def _settle(self, hidden: BoolArray) -> None:
        owed = self.problem.owed
        for attacker in range(len(owed.down)):
            waiting = np.flatnonzero(self.open & (owed.attacker == attacker))
            if len(waiting):
                bench = self._bench(len(self.levels) - 1, self.levels[-1].home(int(owed.cell[waiting[0]])))
                bench.aim(hidden, attacker)
                bench.many(waiting, self._learn)

    def _learn(self, movement: FloatArray) -> BoolArray:
        self.open[self.witnesses.learn(movement, np.flatnonzero(self.open))] = False
        return self.open

    def holding(self, hidden: BoolArray, active: BoolArray) -> list[Followed]:
        """Relations that forbid demands which the pattern does not meet; none when all active demands are met."""
        self.open = active & ~self.witnesses.met(hidden)
        if self.open.sum() > FEW and len(self.levels) > 1:
            self._settle(hidden)
        waiting = np.flatnonzero(self.open)
        found: list[Followed] = []
        for level in range(len(self.levels)):
            unsure: list[int] = []
            for number, groups in self._groups(level, waiting).items():
                here: list[Followed] = []
                for attacker, group in groups.items():
                    self._group(self._bench(level, number), hidden, attacker, np.array(group), here, unsure)
                found += here
            waiting = np.array(unsure, dtype=np.int64)
        self.failed |= self.open
        return found

    def _groups(self, level: int, waiting: IntArray) -> dict[int, dict[int, list[int]]]:
        """Demands by block and attacker."""
        owed = self.problem.owed
        groups: dict[int, dict[int, list[int]]] = {}
        for demand in waiting.tolist():
            home = self.levels[level].home(int(owed.cell[demand]))
            groups.setdefault(home, {}).setdefault(int(owed.attacker[demand]), []).append(demand)
        return groups

    def _group(
        self, bench: Bench, hidden: BoolArray, attacker: int, group: IntArray, found: list[Followed], unsure: list[int]
    ) -> None:
        """Test demands of one attacker in one block; adds relations that forbid some, and demands left unsure."""
        group = group[self.open[group]]
        if not len(group):
            return
        bench.aim(hidden, attacker)
        # What holds a cell against one attacker mostly holds it against the next one.
        for relation in found:
            group = group[~bench.held(relation, group)]
        left = bench.many(group, self._learn)
        while len(left):
            demand, left = int(left[0]), left[1:]
            if self.open[demand]:
                relations = bench.one(demand, self._learn)
                for relation in relations:
                    left = left[~bench.held(relation, left)]
                found += relations
                if not relations and self.open[demand]:
                    unsure.append(demand)
