"""Conditions that relations put on a pattern: a cell moves only as far as the others in a relation let it.

The relations are those of the table and, as they are found, others that follow from them: every linear combination of
relations is one, and the dual solution of an attack that fails names the combination that holds the cell.
"""

import numpy as np

from privacy.cuts import SLACK, Cut, cut_of, either, possible
from privacy.lattice import BoolArray, FloatArray, IntArray
from privacy.problem import Problem

Followed = tuple[IntArray, FloatArray]


class RelationCuts:
    """Finds the conditions of known relations that a pattern breaks, for all demands at once.

    A relation says sum(weight * movement) = 0 over its cells.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        matrix = problem.system.matrix
        self.count = matrix.shape[0]
        self.starts = matrix.indptr.astype(np.int64)
        self.row = np.repeat(np.arange(self.count), np.diff(matrix.indptr))
        self.cell, self.weight = matrix.indices.astype(np.int64), matrix.data
        self._known: set[bytes] = set()
        owed = problem.owed
        by_cell = np.argsort(owed.cell, kind="stable")
        self._by_cell, self._sorted = by_cell, owed.cell[by_cell]
        self.line_demand, self.line_entry = self._lines(np.arange(len(self.cell)))

    def _lines(self, entries: IntArray) -> tuple[IntArray, IntArray]:
        """One line for each entry and each demand on its cell."""
        first = np.searchsorted(self._sorted, self.cell[entries], "left")
        count = np.searchsorted(self._sorted, self.cell[entries], "right") - first
        before = np.cumsum(count) - count
        place = np.arange(count.sum()) + np.repeat(first - before, count)
        return self._by_cell[place], np.repeat(entries, count)

    def follow(self, relations: list[Followed]) -> None:
        """Take in relations that follow from the table's: cells and their weights."""
        fresh = []
        for cells, weights in relations:
            scaled = np.round(weights / weights[np.argmax(np.abs(weights) > 0.5 * np.abs(weights).max())], 6)
            name = cells.tobytes() + scaled.tobytes()
            if name not in self._known:
                self._known.add(name)
                fresh.append((cells, weights))
        if not fresh:
            return
        sizes = np.array([len(cells) for cells, _ in fresh])
        old, first = len(self.cell), self.count
        self.count += len(fresh)
        self.row = np.concatenate((self.row, np.repeat(np.arange(first, self.count), sizes)))
        self.starts = np.concatenate((self.starts, old + np.cumsum(sizes)))
        self.cell = np.concatenate((self.cell, *(cells for cells, _ in fresh)))
        self.weight = np.concatenate((self.weight, *(weights for _, weights in fresh)))
        demand, entry = self._lines(np.arange(old, len(self.cell)))
        self.line_demand = np.concatenate((self.line_demand, demand))
        self.line_entry = np.concatenate((self.line_entry, entry))

    def broken(self, hidden: BoolArray, active: BoolArray) -> list[Cut]:
        """Conditions that the pattern breaks, at least one for each active demand that a relation forbids."""
        owed = self.problem.owed
        lines = np.flatnonzero(active[self.line_demand])
        demand = self.line_demand[lines]
        rise, fall = self._room(hidden, lines)
        low, flat = rise < owed.amount[demand] - SLACK, fall < 1 - SLACK
        cannot_fall = self.problem.down[owed.attacker, owed.cell] < 1 - SLACK
        stuck = ~owed.sided | cannot_fall
        stuck[demand[flat]] = True
        falling = {int(demand[i]): int(lines[i]) for i in np.flatnonzero(flat)[::-1]}
        cuts: dict[tuple[bytes, bytes], Cut] = {}
        for i in np.flatnonzero(low & stuck[demand]):
            cut = self._cut(int(lines[i]), rising=True)
            other = falling.get(int(demand[i]))
            if owed.sided[demand[i]] and not cannot_fall[demand[i]] and other is not None:
                cut = either(cut, self._cut(int(lines[i]) if flat[i] else other, rising=False))
            cuts.setdefault((cut.cells.tobytes(), cut.shares.tobytes()), possible(cut))
        return [cut for cut in cuts.values() if cut.missed_by(hidden)]

    def _room(self, hidden: BoolArray, lines: IntArray) -> tuple[FloatArray, FloatArray]:
        """How far the rest of the relation lets the cell of each line rise and fall."""
        owed = self.problem.owed
        rise, fall = np.empty(len(lines)), np.empty(len(lines))
        owner, entry = owed.attacker[self.line_demand[lines]], self.line_entry[lines]
        for attacker in np.unique(owner).tolist():
            mine = np.flatnonzero(owner == attacker)
            plus, minus = self._sides(attacker, slice(None))
            plus, minus = plus * hidden[self.cell], minus * hidden[self.cell]
            at, row = entry[mine], self.row[entry[mine]]
            # What the cell itself adds to either side does not help it.
            more = np.bincount(self.row, plus, self.count)[row] - plus[at]
            less = np.bincount(self.row, minus, self.count)[row] - minus[at]
            weight = self.weight[at]
            rise[mine] = np.where(weight > 0, less, more) / np.abs(weight)
            fall[mine] = np.where(weight > 0, more, less) / np.abs(weight)
        return rise, fall

    def _sides(self, attacker: int, entries: slice) -> tuple[FloatArray, FloatArray]:
        """How far each entry can push its relation's sum up and down."""
        cell, weight = self.cell[entries], self.weight[entries]
        down, up = self.problem.down[attacker, cell], self.problem.up[attacker, cell]
        up_side, down_side = np.where(weight > 0, up, down), np.where(weight > 0, down, up)
        return up_side * np.abs(weight), down_side * np.abs(weight)

    def _cut(self, line: int, rising: bool) -> Cut:
        problem, demand, entry = self.problem, int(self.line_demand[line]), int(self.line_entry[line])
        row = int(self.row[entry])
        entries = slice(int(self.starts[row]), int(self.starts[row + 1]))
        plus, minus = self._sides(int(problem.owed.attacker[demand]), entries)
        weight = float(self.weight[entry])
        room = (minus if (weight > 0) == rising else plus) / abs(weight)
        cells = self.cell[entries]
        others = cells != problem.owed.cell[demand]
        needed = problem.owed.amount[demand] if rising else 1.0
        free = others & ~problem.always[cells]
        return cut_of(room[free], needed - room[others & problem.always[cells]].sum(), cells[free])
