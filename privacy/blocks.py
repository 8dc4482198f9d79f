"""Neighborhoods in a large table, within which most questions about a cell can be answered."""

import heapq
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array

from privacy.canonical import System
from privacy.lattice import BoolArray, IntArray

RENEW = {1, 2, 3, 5, 8, 13, 21, 34, 55}


@dataclass(frozen=True, eq=False)
class Block:
    """Some relations and the cells in them. inner: cells that stand in no other relation. matrix: rows x cells."""

    cells: IntArray
    inner: BoolArray
    matrix: csc_array

    @property
    def whole(self) -> bool:
        """Whether no cell stands in a relation outside the block."""
        return bool(self.inner.all())


def block_of(system: System, rows: IntArray | None, never: BoolArray) -> Block:
    """The block of these relations (None: of all), without the cells that must stay visible."""
    part = system.columns if rows is None else system.matrix[rows].tocsc()
    if rows is None and not never.any():
        return Block(np.arange(len(system)), np.ones(len(system), dtype=bool), part)
    sizes = np.diff(part.indptr)
    cells = np.flatnonzero((sizes > 0) & ~never)
    return Block(cells, sizes[cells] == np.diff(system.columns.indptr)[cells], part[:, cells])


class Blocks:
    """Blocks of about `size` cells, grown when they are first asked for; the whole table where that is small enough."""

    def __init__(self, system: System, never: BoolArray, size: int) -> None:
        self.system, self.never, self.size = system, never, size
        self.blocks: list[Block] = []
        self._home = np.full(len(system), -1)
        self._rows_of = system.columns.indices.tolist()
        self._cells_of = system.matrix.indices.tolist()

    def home(self, cell: int) -> int:
        """The number of the block to ask about a cell."""
        if self._home[cell] < 0:
            small = len(self.system) <= self.size
            block = block_of(self.system, None if small else self._grow(cell), self.never)
            mine = block.cells[block.inner]
            self._home[mine[self._home[mine] < 0]] = len(self.blocks)
            self._home[cell] = len(self.blocks)
            self.blocks.append(block)
        return int(self._home[cell])

    def _grow(self, seed: int) -> IntArray:
        """Relations around a cell: next is always the one that has the largest part of its cells inside already."""
        starts, tops = self.system.matrix.indptr, self.system.columns.indptr
        inside, taken, count = {seed}, set[int](), dict[int, int]()
        queue: list[tuple[float, int, int]] = []
        fresh = [seed]
        while True:
            touched = set[int]()
            for cell in fresh:
                for row in self._rows_of[tops[cell] : tops[cell + 1]]:
                    count[row] = count.get(row, 0) + 1
                    touched.add(row)
            for row in sorted(touched - taken):
                size = int(starts[row + 1] - starts[row])
                # Ranks need not be renewed for every cell.
                if count[row] in RENEW or count[row] == size:
                    heapq.heappush(queue, (-count[row] / size, size, row))
            while queue and (queue[0][2] in taken or (len(inside) >= self.size and queue[0][0] > -1)):
                heapq.heappop(queue)
            if not queue:
                return np.array(sorted(taken), dtype=np.int64)
            row = heapq.heappop(queue)[2]
            taken.add(row)
            fresh = [cell for cell in self._cells_of[starts[row] : starts[row + 1]] if cell not in inside]
            inside.update(fresh)
