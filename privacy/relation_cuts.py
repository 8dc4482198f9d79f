"""Conditions that single relations put on a pattern: a cell moves only as far as the others in the relation let it."""

from dataclasses import dataclass

import numpy as np

from privacy.lattice import BoolArray, FloatArray, IntArray, NoSafePattern
from privacy.problem import Problem

SLACK = 1e-6


@dataclass(frozen=True, eq=False)
class Cut:
    """A condition every safe pattern meets: the shares of the cells that it hides add up to at least 1."""

    cells: IntArray
    shares: FloatArray

    def missed_by(self, hidden: BoolArray) -> bool:
        """Whether a pattern breaks the condition."""
        return bool(self.shares[hidden[self.cells]].sum() < 1 - SLACK)


def cut_of(room: FloatArray, still_needed: float, cells: IntArray) -> Cut:
    """The condition that cells with this much room each must make up for what is still needed."""
    useful = room > 1e-9
    return Cut(cells[useful], np.minimum(room[useful] / still_needed, 1.0))


def possible(cut: Cut) -> Cut:
    """The condition itself; raises NoSafePattern when there is no cell that could meet it."""
    if cut.shares.sum() < 1 - SLACK:
        raise NoSafePattern("no choice of hidden cells protects every sensitive cell")
    return cut


def either(first: Cut, second: Cut) -> Cut:
    """The condition that one of two conditions holds."""
    cells = np.union1d(first.cells, second.cells)
    shares = np.zeros(len(cells))
    for cut in (first, second):
        at = np.searchsorted(cells, cut.cells)
        shares[at] = np.maximum(shares[at], cut.shares)
    return Cut(cells, shares)


class RelationCuts:
    """Finds the conditions of single relations that a pattern breaks, for all demands at once."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        matrix, columns = problem.system.matrix, problem.system.columns
        self.row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        self.cell, self.sign = matrix.indices.astype(np.int64), matrix.data
        starts, sizes = columns.indptr[:-1], np.diff(columns.indptr)
        cells = problem.owed.cell
        # One line for each demand and each relation that its cell stands in.
        self.demand = np.repeat(np.arange(len(cells)), sizes[cells])
        first = np.cumsum(sizes[cells]) - sizes[cells]
        line = np.arange(len(self.demand)) - np.repeat(first - starts[cells], sizes[cells])
        self.line_row, self.line_sign = columns.indices[line].astype(np.int64), columns.data[line]

    def broken(self, hidden: BoolArray, active: BoolArray) -> list[Cut]:
        """Conditions that the pattern breaks for the active demands, at least one for each that relations forbid."""
        owed = self.problem.owed
        lines = np.flatnonzero(active[self.demand])
        demand = self.demand[lines]
        rise, fall = self._room(hidden, lines)
        low, flat = rise < owed.amount[demand] - SLACK, fall < 1 - SLACK
        stuck = ~owed.sided
        stuck[demand[flat]] = True
        cannot_fall = self.problem.down[owed.attacker, owed.cell] < 1 - SLACK
        wanted = np.flatnonzero(low & (stuck | cannot_fall)[demand])
        falling = {int(demand[i]): int(lines[i]) for i in np.flatnonzero(flat)[::-1]}
        cuts: dict[tuple[bytes, bytes], Cut] = {}
        for i in wanted:
            cut = self._cut(int(lines[i]), hidden, rising=True)
            other = falling.get(int(demand[i]))
            if owed.sided[demand[i]] and not cannot_fall[demand[i]] and other is not None:
                cut = either(cut, self._cut(int(lines[i]) if flat[i] else other, hidden, rising=False))
            cuts.setdefault((cut.cells.tobytes(), cut.shares.tobytes()), possible(cut))
        return list(cuts.values())

    def _room(self, hidden: BoolArray, lines: IntArray) -> tuple[FloatArray, FloatArray]:
        """How far the rest of the relation lets the cell of each line rise and fall."""
        owed, size = self.problem.owed, self.problem.system.matrix.shape[0]
        rise, fall = np.empty(len(lines)), np.empty(len(lines))
        owner, cells = owed.attacker[self.demand[lines]], owed.cell[self.demand[lines]]
        is_total = self.line_sign[lines] > 0
        for attacker in range(len(self.problem.down)):
            mine = np.flatnonzero(owner == attacker)
            down, up = self.problem.down[attacker], self.problem.up[attacker]
            at, total = cells[mine], is_total[mine]
            plus, minus = self._sides(attacker, slice(None))
            open_ = hidden[self.cell]
            more = np.bincount(self.row, plus * open_, size)[self.line_row[lines[mine]]]
            less = np.bincount(self.row, minus * open_, size)[self.line_row[lines[mine]]]
            # What the cell itself adds to either side does not help it.
            rise[mine] = np.where(total, less - down[at], more - down[at])
            fall[mine] = np.where(total, more - up[at], less - up[at])
        return rise, fall

    def _sides(self, attacker: int, entries: slice) -> tuple[FloatArray, FloatArray]:
        """How far each entry of a relation can push the sum (total - parts) up and down."""
        cell, total = self.cell[entries], self.sign[entries] > 0
        down, up = self.problem.down[attacker, cell], self.problem.up[attacker, cell]
        return np.where(total, up, down), np.where(total, down, up)

    def _cut(self, line: int, hidden: BoolArray, rising: bool) -> Cut:
        problem, demand, row = self.problem, int(self.demand[line]), int(self.line_row[line])
        starts = problem.system.matrix.indptr
        entries = slice(int(starts[row]), int(starts[row + 1]))
        plus, minus = self._sides(int(problem.owed.attacker[demand]), entries)
        room = minus if (self.line_sign[line] > 0) == rising else plus
        cells = self.cell[entries]
        others = cells != problem.owed.cell[demand]
        given = room[others & problem.always[cells]].sum()
        needed = (problem.owed.amount[demand] if rising else 1.0) - given
        free = others & ~problem.always[cells]
        return cut_of(room[free], needed, cells[free])
