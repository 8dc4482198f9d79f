"""Quick reasons why a cell is held: bounds drawn in from relation to relation, without a linear program.

A cell moves only as far as the others in a relation let it; those in turn only as far as their own relations let them.
Following the tightest bounds back gives the combination of relations that holds the cell.
"""

from dataclasses import dataclass

import numpy as np

from privacy.cuts import SLACK
from privacy.lattice import BoolArray, FloatArray, IntArray
from privacy.problem import Problem
from privacy.relation_cuts import Followed

LEVELS = 6
TRACE, CHEAP, SURE = 1e-6, 10.0, 0.05
MOST_RELATIONS = 300
# Work of drawing in one bound once, in about seconds.
ENTRY = 2e-7
UP, DOWN = 0, 1


@dataclass(frozen=True, eq=False)
class Level:
    """Bounds after one more step. room: (up, down) of each cell. via: the entry each was drawn in by, or -1."""

    room: FloatArray
    via: IntArray


class Propagation:
    """Bounds of all cells under one pattern for one attacker."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        matrix = problem.system.matrix
        self.count = matrix.shape[0]
        self.starts = matrix.indptr
        self.row = np.repeat(np.arange(self.count), np.diff(matrix.indptr))
        self.cell, self.total = matrix.indices, matrix.data > 0
        self.order = np.argsort(self.cell, kind="stable")
        cells = self.cell[self.order]
        self.first = np.flatnonzero(np.diff(cells, prepend=-1))
        self.named = cells[self.first]
        self.work = 0.0

    def holding(self, hidden: BoolArray, attacker: int, demands: IntArray) -> list[Followed]:
        """Combinations of relations that forbid some of these demands of the attacker."""
        owed = self.problem.owed
        levels = self._levels(hidden, attacker)
        self.work += ENTRY * len(self.cell) * len(levels)
        cell, room = owed.cell[demands], levels[-1].room
        flat = room[DOWN, cell] < 1 - SURE
        held = (room[UP, cell] < owed.amount[demands] - SURE) & (~owed.sided[demands] | flat)
        found = []
        for demand in demands[held].tolist():
            sides = (UP, DOWN) if owed.sided[demand] else (UP,)
            found += [self._combined(levels, int(owed.cell[demand]), side) for side in sides]
        return [relation for relation in found if len(relation[0])]

    def _levels(self, hidden: BoolArray, attacker: int) -> list[Level]:
        problem = self.problem
        # Cells that could be hidden count a trace, so that reasons are preferred that few and dear cells could mend.
        part = np.where(hidden, 1.0, TRACE * np.minimum(1.0, CHEAP / problem.price))
        room = np.array([problem.up[attacker], problem.down[attacker]]) * part
        levels = [Level(room, np.full(room.shape, -1))]
        for _ in range(LEVELS):
            level = self._drawn_in(levels[-1].room, hidden)
            levels.append(level)
            if (level.via < 0).all():
                break
        return levels

    def _drawn_in(self, room: FloatArray, hidden: BoolArray) -> Level:
        plus = np.where(self.total, room[UP, self.cell], room[DOWN, self.cell])
        minus = np.where(self.total, room[DOWN, self.cell], room[UP, self.cell])
        more = np.bincount(self.row, plus, self.count)[self.row] - plus
        less = np.bincount(self.row, minus, self.count)[self.row] - minus
        fresh, via = room.copy(), np.full(room.shape, -1)
        for side, bound in ((UP, np.where(self.total, less, more)), (DOWN, np.where(self.total, more, less))):
            ranked = bound[self.order]
            least = np.minimum.reduceat(ranked, self.first) if len(ranked) else ranked
            where = np.flatnonzero(ranked == np.repeat(least, np.diff(self.first, append=len(ranked))))
            chosen = self.order[where[np.searchsorted(where, self.first)]] if len(where) else self.order
            closer = (least < room[side, self.named] - SLACK) & hidden[self.named]
            fresh[side, self.named[closer]] = least[closer]
            via[side, self.named[closer]] = chosen[closer]
        return Level(fresh, via)

    def _combined(self, levels: list[Level], cell: int, side: int) -> Followed:
        """The sum of relations that the bound of a cell came from."""
        weights: dict[int, float] = {}
        todo, used = [(cell, side, len(levels) - 1, 1.0)], 0
        # Whatever is left out when there are too many, the sum is still true.
        while todo and used < MOST_RELATIONS:
            at, way, height, factor = todo.pop()
            while height > 0 and levels[height].via[way, at] < 0:
                height -= 1
            if height == 0:
                continue
            entry, used = int(levels[height].via[way, at]), used + 1
            row = int(self.row[entry])
            scale = factor if self.total[entry] else -factor
            rising = (way == UP) == bool(self.total[entry])
            for i in range(int(self.starts[row]), int(self.starts[row + 1])):
                other = int(self.cell[i])
                weight = scale if self.total[i] else -scale
                weights[other] = weights.get(other, 0.0) + weight
                if i != entry:
                    todo.append((other, DOWN if rising == bool(self.total[i]) else UP, height - 1, -weight))
        cells = np.array(sorted(c for c, weight in weights.items() if abs(weight) > SLACK), dtype=np.int64)
        return cells, np.array([weights[c] for c in cells.tolist()])
