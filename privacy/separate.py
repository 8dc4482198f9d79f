"""Attacks a pattern with linear programs: a movement for every demand that it meets, a condition where it fails."""

import numpy as np

from privacy.blocks import Block, block_of, cover_with_blocks
from privacy.lattice import BoolArray, FloatArray, IntArray
from privacy.problem import Problem
from privacy.probe import Probe
from privacy.relation_cuts import Cut, cut_of, either, possible
from privacy.witnesses import Witnesses

# Cells that are not hidden get a trace of room, so that among all reasons for a failure the one is found that the
# fewest cells could mend. All traces together stay far below SURE.
TRACE = 1e-4
SURE = 0.05
MASS_ROUNDS = 12
MASS_GAIN = 0.04


class Bench:
    """The two models of one block: `strict` moves inner hidden cells only and its movements hold for the whole table;
    `loose` lets the edge move freely and its conditions hold for the whole table."""

    def __init__(self, problem: Problem, block: Block) -> None:
        self.problem, self.block = problem, block
        self.strict, self.loose = Probe(block.matrix), Probe(block.matrix)
        self.place = {cell: i for i, cell in enumerate(block.cells.tolist())}
        self.trace = TRACE / max(1, len(block.cells))

    def aim(self, hidden: BoolArray, attacker: int) -> None:
        """Set both models to a pattern and an attacker."""
        cells = self.block.cells
        self.down, self.up = self.problem.down[attacker, cells], self.problem.up[attacker, cells]
        self.hidden = hidden[cells]
        moving = self.hidden & self.block.inner
        self.low, self.high = np.where(moving, -self.down, 0.0), np.where(moving, self.up, 0.0)
        self.strict.limit(self.low, self.high)
        part = np.where(self.hidden, 1.0, self.trace)
        self.loose.limit(-self.down * part, self.up * part)

    def whole(self, movement: FloatArray) -> FloatArray:
        """A movement of the block as a movement of the table."""
        out = np.zeros(len(self.problem.system))
        out[self.block.cells] = movement
        return out

    def cut(self, cell: int, needed: float, costs: FloatArray) -> Cut:
        """The condition that a solution's reduced costs amount to."""
        costs = costs.copy()
        costs[self.place[cell]] = 0.0
        room = np.where(costs > 1e-9, costs * self.up, np.where(costs < -1e-9, -costs * self.down, 0.0))
        given = self.problem.always[self.block.cells]
        return cut_of(room[~given], needed - room[given].sum(), self.block.cells[~given])


class Separator:
    """Checks patterns against all demands; remembers the movements it finds."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.witnesses = Witnesses(problem)
        self.blocks, self.home = cover_with_blocks(problem.system, problem.owed.cell, problem.never)
        self._benches: dict[int, Bench] = {}
        self.work = 0

    def bench(self, number: int) -> Bench:
        """The models of a block, made when first asked for; -1 is the whole table."""
        if number not in self._benches:
            rows = np.arange(self.problem.system.matrix.shape[0])
            block = self.blocks[number] if number >= 0 else block_of(self.problem.system, rows, self.problem.never)
            self._benches[number] = Bench(self.problem, block)
        return self._benches[number]

    def settle(self, hidden: BoolArray, active: BoolArray) -> None:
        """Find out with few programs over the whole table which of the demands a pattern meets."""
        owed = self.problem.owed
        bench = self.bench(0 if len(self.blocks) == 1 else -1)
        for attacker in range(len(owed.down)):
            waiting = np.flatnonzero(active & ~self.witnesses.met(hidden) & (owed.attacker == attacker))
            if len(waiting):
                bench.aim(hidden, attacker)
                self._many(bench, waiting)

    def broken(self, hidden: BoolArray, active: BoolArray) -> list[Cut]:
        """Conditions that the pattern breaks; none when every active demand is met."""
        owed = self.problem.owed
        waiting = np.flatnonzero(active & ~self.witnesses.met(hidden))
        cuts: list[Cut] = []
        unsure: list[int] = []
        where = self.home[owed.cell[waiting]]
        for number, attacker in sorted(set(zip(where.tolist(), owed.attacker[waiting].tolist(), strict=True))):
            group = waiting[(where == number) & (owed.attacker[waiting] == attacker)]
            group = group[~self.witnesses.met(hidden)[group]]
            cuts += self._group(number, hidden, attacker, group, unsure)
        rest = np.array(unsure, dtype=np.int64)
        for attacker in np.unique(owed.attacker[rest]):
            group = rest[(owed.attacker[rest] == attacker) & ~self.witnesses.met(hidden)[rest]]
            cuts += self._group(-1, hidden, int(attacker), group, [])
        return cuts

    def _group(self, number: int, hidden: BoolArray, attacker: int, group: IntArray, unsure: list[int]) -> list[Cut]:
        if not len(group):
            return []
        bench = self.bench(number)
        bench.aim(hidden, attacker)
        left = self._many(bench, group)
        cuts: list[Cut] = []
        done = set[int]()
        for demand in left.tolist():
            if demand in done:
                continue
            cut, got = self._one(bench, demand, left)
            done.update(got.tolist())
            if cut is not None and cut.missed_by(hidden):
                cuts.append(possible(cut))
            elif demand not in done:
                unsure.append(demand)
        return cuts

    def _many(self, bench: Bench, waiting: IntArray) -> IntArray:
        """Movements that raise as many cells at once as they can; returns the demands that none of them met."""
        owed = self.problem.owed
        for _ in range(MASS_ROUNDS):
            if len(waiting) < 2:
                break
            at = np.array([bench.place[c] for c in owed.cell[waiting].tolist()])
            high, gain = bench.high.copy(), np.zeros(len(bench.high))
            high[at] = np.minimum(high[at], owed.amount[waiting])
            gain[at] = 1.0 / owed.amount[waiting]
            bench.strict.limit(bench.low, high)
            movement = bench.whole(bench.strict.push_many(gain))
            self.work += 1
            got = self.witnesses.learn(movement, waiting)
            waiting = np.setdiff1d(waiting, got, assume_unique=True)
            if len(got) < MASS_GAIN * len(waiting) + 1:
                break
        bench.strict.limit(bench.low, bench.high)
        return waiting

    def _one(self, bench: Bench, demand: int, waiting: IntArray) -> tuple[Cut | None, IntArray]:
        """Test one demand: the condition that fails (None: not sure), and the demands met on the way."""
        owed = self.problem.owed
        cell, found = int(owed.cell[demand]), None
        at = bench.place[cell]
        sides = [(1.0, float(owed.amount[demand]))]
        if owed.sided[demand] and bench.down[at] >= 1:
            sides.append((-1.0, 1.0))
        met = np.zeros(0, dtype=np.int64)
        for sign, needed in sides:
            reach, _, costs = bench.loose.push(at, sign)
            self.work += 1
            if reach >= needed - SURE:
                _, movement, exact = bench.strict.push(at, sign)
                got = self.witnesses.learn(bench.whole(movement), waiting)
                met = np.union1d(met, got)
                if demand in got:
                    return None, met
                if not bench.block.whole:
                    return None, met
                costs = costs if reach < needed - 1e-6 else exact
            cut = bench.cut(cell, needed, costs)
            found = cut if found is None else either(found, cut)
        return found, met
