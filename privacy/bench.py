"""An attack within one block of a table: movements that hold for the whole table, and relations that forbid others."""

from collections.abc import Callable

import numpy as np

from privacy.blocks import Block
from privacy.cuts import SLACK
from privacy.lattice import BoolArray, FloatArray, IntArray
from privacy.probe import Probe, SolverFailedError
from privacy.problem import Problem
from privacy.relation_cuts import Followed

# Cells that are not hidden get a trace of room, cheap ones more, so that among all reasons for a failure the one is
# found that the fewest and dearest cells could mend. All traces together stay far below 1.
TRACE, CHEAP = 1e-4, 10.0
MASS_ROUNDS = 30
# A program that raises many cells at once costs about as much as one for each of size / WORTH cells.
WORTH = 200
LARGE = 1500

Learn = Callable[[FloatArray], BoolArray]


class Bench:
    """The two models of one block: `strict` moves inner hidden cells only and its movements hold for the whole table;
    `loose` lets the edge move freely and its relations hold for the whole table."""

    def __init__(self, problem: Problem, block: Block) -> None:
        self.problem, self.block = problem, block
        self.strict, self.loose = Probe(block.matrix), Probe(block.matrix)
        self.trace = TRACE / max(1, len(block.cells)) * np.minimum(1.0, CHEAP / problem.price[block.cells])

    @property
    def work(self) -> float:
        """Work done so far."""
        return self.strict.work + self.loose.work

    def aim(self, hidden: BoolArray, attacker: int) -> None:
        """Set both models to a pattern and an attacker."""
        cells, owed = self.block.cells, self.problem.owed
        down, up = self.problem.down[attacker, cells], self.problem.up[attacker, cells]
        self.can_fall = down >= 1 - SLACK
        self.down, self.up = down * hidden[cells], up * hidden[cells]
        self.low, self.high = -self.down * self.block.inner, self.up * self.block.inner
        self.strict.limit(self.low, self.high)
        furthest = owed.amount[owed.attacker == attacker].max()
        shown = ~hidden[cells] * self.trace
        self.loose.limit(-self.down - shown * np.minimum(down, furthest), self.up + shown * np.minimum(up, furthest))

    def _at(self, demands: IntArray) -> IntArray:
        return np.searchsorted(self.block.cells, self.problem.owed.cell[demands])

    def _whole(self, movement: FloatArray) -> FloatArray:
        out = np.zeros(len(self.problem.system))
        out[self.block.cells] = movement
        return out

    def many(self, waiting: IntArray, learn: Learn) -> IntArray:
        """Raise as many cells at once as can be, a few times; returns the demands that are still open."""
        owed, chance = self.problem.owed, np.random.default_rng(1)
        for _ in range(MASS_ROUNDS):
            if len(waiting) < 2:
                break
            # Equal gains would raise cells a little that can never be raised enough, at the cost of others.
            at, high, gain = self._at(waiting), self.high.copy(), np.zeros(len(self.high))
            high[at] = np.minimum(high[at], owed.amount[waiting])
            gain[at] = chance.random(len(waiting)) / owed.amount[waiting]
            self.strict.limit(self.low, high)
            try:
                still = learn(self._whole(self.strict.push_many(gain)))[waiting]
            except SolverFailedError:
                break
            enough = (~still).sum() <= len(high) // WORTH
            waiting = waiting[still]
            if enough:
                break
        self.strict.limit(self.low, self.high)
        return waiting

    def one(self, demand: int, learn: Learn) -> list[Followed]:
        """Test one demand: the relations that forbid it; none when it is met or the block cannot tell."""
        try:
            return self._one(demand, learn)
        except SolverFailedError:
            return []

    def _one(self, demand: int, learn: Learn) -> list[Followed]:
        owed = self.problem.owed
        at = int(self._at(np.array([demand]))[0])
        sides = [(1.0, float(owed.amount[demand]))]
        if owed.sided[demand] and self.can_fall[at]:
            sides.append((-1.0, 1.0))
        exact = []
        for sign, needed in sides:
            reach, movement, costs = self.strict.push(at, sign)
            if reach >= needed - SLACK and not learn(self._whole(movement))[demand]:
                return []
            exact.append(costs)
        found = []
        for (sign, needed), costs in zip(sides, exact, strict=True):
            if len(self.high) <= LARGE:
                reach, _, better = self.loose.push(at, sign)
                if reach >= needed - SLACK and not self.block.whole:
                    return []
                costs = better if reach < needed - SLACK else costs
            elif not self.block.whole:
                return []
            found.append(self._relation(at, sign, costs))
        return found

    def _relation(self, at: int, sign: float, costs: FloatArray) -> Followed:
        """The relation between the block's cells that a solution's reduced costs amount to."""
        weights = -costs
        weights[at] += sign
        used = np.abs(weights) > 1e-7
        return self.block.cells[used], weights[used]

    def held(self, relation: Followed, demands: IntArray) -> BoolArray:
        """Which demands the relation alone forbids."""
        owed, at = self.problem.owed, self._at(demands)
        weight = np.zeros(len(self.high))
        weight[np.searchsorted(self.block.cells, relation[0])] = relation[1]
        plus = np.where(weight > 0, weight * self.up, -weight * self.down)
        minus = np.where(weight > 0, weight * self.down, -weight * self.up)
        mine = weight[at]
        size = np.where(mine == 0, np.nan, np.abs(mine))
        more, less = (plus.sum() - plus[at]) / size, (minus.sum() - minus[at]) / size
        rise, fall = np.where(mine > 0, less, more), np.where(mine > 0, more, less)
        flat = ~owed.sided[demands] | (fall < 1 - SLACK) | ~self.can_fall[at]
        return np.asarray((rise < owed.amount[demands] - SLACK) & flat)
