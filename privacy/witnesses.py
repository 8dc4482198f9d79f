"""Movements found so far, each remembered by the hidden cells that it needs and the demands that it meets."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from privacy.demands import TOLERANCE
from privacy.lattice import BoolArray, FloatArray, IntArray
from privacy.problem import Problem


class Witnesses:
    """Tells which demands a pattern meets without asking the solver again."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.settled: BoolArray = np.zeros(len(problem.owed), dtype=bool)
        self._needs: dict[bytes, int] = {}
        self._cells: list[IntArray] = []
        self._pairs: list[tuple[IntArray, IntArray]] = []

    def met(self, hidden: BoolArray) -> BoolArray:
        """Demands that a known movement among the hidden cells meets."""
        met = self.settled.copy()
        if self._cells:
            sizes = np.array([len(cells) for cells in self._cells])
            absent = np.add.reduceat(~hidden[np.concatenate(self._cells)], np.cumsum(sizes) - sizes, dtype=np.int64)
            which = np.concatenate([pair[0] for pair in self._pairs])
            demand = np.concatenate([pair[1] for pair in self._pairs])
            met[demand[absent[which] == 0]] = True
        return met

    def learn(self, movement: FloatArray, among: IntArray) -> IntArray:
        """Remember a movement; returns those of the demands in `among` that it meets."""
        got = self.problem.owed.met_by(movement, among)
        if not len(got):
            return got
        moved = np.flatnonzero(np.abs(movement) > TOLERANCE)
        chosen = moved[~self.problem.always[moved]]
        if not len(chosen):
            self.settled[got] = True
            return got
        label = self._parts(moved)
        part_of = np.full(len(movement), -1)
        part_of[moved] = label
        parts = part_of[self.problem.owed.cell[got]]
        for part in np.unique(parts):
            self._remember(chosen[part_of[chosen] == part], got[parts == part])
        return got

    def _remember(self, cells: IntArray, demands: IntArray) -> None:
        if not len(cells):
            self.settled[demands] = True
            return
        number = self._needs.setdefault(cells.tobytes(), len(self._cells))
        if number == len(self._cells):
            self._cells.append(cells)
        self._pairs.append((np.full(len(demands), number), demands))

    def _parts(self, moved: IntArray) -> IntArray:
        """Number the independent parts of a movement: cells that share no relation move for themselves."""
        columns = self.problem.system.columns
        starts, sizes = columns.indptr[moved], np.diff(columns.indptr)[moved]
        before = np.cumsum(sizes) - sizes
        rows = columns.indices[np.arange(sizes.sum()) + np.repeat(starts - before, sizes)]
        count, size = len(moved), len(moved) + self.problem.system.matrix.shape[0]
        link = coo_array((np.ones(len(rows)), (np.repeat(np.arange(count), sizes), count + rows)), (size, size))
        return np.asarray(connected_components(link, directed=False)[1][:count])
