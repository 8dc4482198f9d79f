"""The cheapest cells to hide that meet all conditions found so far: a covering problem, solved part by part."""

import numpy as np
from scipy.sparse import csr_array

from privacy.covering import covering, parts_of
from privacy.cuts import SLACK, Cut
from privacy.lattice import BoolArray, FloatArray, IntArray
from privacy.movement import quiet_solver


class Cover:
    """Conditions on a pattern and cheap sets of cells that meet them. nodes: how long to search for the cheapest."""

    def __init__(self, size: int, nodes: int) -> None:
        self.size, self.nodes = size, nodes
        self.work = 0.0
        self._fresh: list[Cut] = []
        self._cell, self._share = np.zeros(0, dtype=np.int64), np.zeros(0)
        self._start = np.zeros(0, dtype=np.int64)
        self._row = self._cell
        self._known: dict[bytes, IntArray] = {}
        self._solver = quiet_solver()

    def add(self, cuts: list[Cut]) -> None:
        """Take conditions in."""
        sizes = np.array([len(cut.cells) for cut in cuts])
        self._start = np.concatenate((self._start, len(self._cell) + np.cumsum(sizes) - sizes))
        self._cell = np.concatenate((self._cell, *(cut.cells for cut in cuts)))
        self._share = np.concatenate((self._share, *(cut.shares for cut in cuts)))
        self._row = np.repeat(np.arange(len(self._start)), np.diff(self._start, append=len(self._cell)))

    def near(self, cuts: list[Cut]) -> BoolArray:
        """Cells that share a condition with a cell of these conditions."""
        inside = np.zeros(self.size, dtype=bool)
        inside[np.concatenate([cut.cells for cut in cuts])] = True
        touched = np.zeros(len(self._start), dtype=bool)
        touched[self._row[inside[self._cell]]] = True
        inside[self._cell[touched[self._row]]] = True
        return inside

    def renew(self) -> None:
        """Forget solutions, for a change of prices."""
        self._known.clear()

    def solve(self, price: FloatArray, kept: BoolArray) -> BoolArray:
        """The cells to choose: those kept, and the cheapest that meet what these leave unmet.

        A part of the problem that was solved before is not solved again for small changes of price.
        """
        chosen = kept.copy()
        if not len(self._start):
            return chosen
        needed = 1.0 - np.add.reduceat(self._share * kept[self._cell], self._start)
        unmet = needed > SLACK
        use = unmet[self._row] & ~kept[self._cell]
        if not use.any():
            return chosen
        cells, column = np.unique(self._cell[use], return_inverse=True)
        number = np.cumsum(unmet) - 1
        row = number[self._row[use]]
        rows = csr_array((self._share[use], (row, column)), shape=(int(unmet.sum()), len(cells)))
        for part in parts_of(rows):
            mine = cells[part.columns]
            chosen[mine[self._best(part.matrix, mine, needed[unmet][part.rows], price[mine])]] = True
        return chosen

    def _best(self, rows: csr_array, cells: IntArray, needed: FloatArray, price: FloatArray) -> IntArray:
        if len(needed) == 1 and (rows.data >= needed[0]).all():
            return np.array([np.argmin(price)])
        name = b"".join(array.tobytes() for array in (cells, needed, rows.indptr, rows.indices, rows.data))
        if name not in self._known:
            picked, work = covering(price, rows, needed, self.nodes, self._solver)
            self.work += work
            self._known[name] = np.flatnonzero(picked)
        return self._known[name]
