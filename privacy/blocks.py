"""Small neighborhoods of a large table, within which most questions about a cell can be answered."""

import heapq
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array

from privacy.canonical import System
from privacy.lattice import BoolArray, IntArray

WHOLE_TABLE = 1000
BLOCK_CELLS = 450


@dataclass(frozen=True, eq=False)
class Block:
    """Some relations and the cells in them. inner: cells that stand in no other relation. matrix: rows x cells."""

    rows: IntArray
    cells: IntArray
    inner: BoolArray
    matrix: csc_array

    @property
    def whole(self) -> bool:
        """Whether no cell stands in a relation outside the block."""
        return bool(self.inner.all())


def block_of(system: System, rows: IntArray, never: BoolArray) -> Block:
    """The block of these relations, without the cells that must stay visible."""
    part = system.matrix[rows].tocsc()
    sizes = np.diff(part.indptr)
    cells = np.flatnonzero((sizes > 0) & ~never)
    return Block(rows, cells, sizes[cells] == np.diff(system.columns.indptr)[cells], part[:, cells])


def cover_with_blocks(system: System, cells: IntArray, never: BoolArray) -> tuple[list[Block], IntArray]:
    """Blocks and, for each cell of the table, the number of the block to ask about it (-1: none of `cells`)."""
    home = np.full(len(system), -1)
    if len(system) <= WHOLE_TABLE:
        home[cells] = 0
        return [block_of(system, np.arange(system.matrix.shape[0]), never)], home
    blocks: list[Block] = []
    for cell in cells.tolist():
        if home[cell] < 0:
            block = block_of(system, _grow(system, cell), never)
            mine = block.cells[block.inner]
            home[mine[home[mine] < 0]] = len(blocks)
            home[cell] = len(blocks)
            blocks.append(block)
    return blocks, home


def _grow(system: System, seed: int) -> IntArray:
    """Relations around a cell: always the one next that has the largest part of its cells inside already."""
    matrix, columns = system.matrix, system.columns
    starts, cells_of, tops, rows_of = matrix.indptr, matrix.indices, columns.indptr, columns.indices
    inside, taken, count = {seed}, set[int](), dict[int, int]()
    queue: list[tuple[float, int, int]] = []

    def touch(cell: int) -> None:
        for row in rows_of[tops[cell] : tops[cell + 1]].tolist():
            count[row] = count.get(row, 0) + 1
            size = int(starts[row + 1] - starts[row])
            heapq.heappush(queue, (-count[row] / size, size, row))

    touch(seed)
    while queue:
        share, _, row = heapq.heappop(queue)
        if row in taken or (len(inside) >= BLOCK_CELLS and share > -1):
            continue
        taken.add(row)
        for cell in cells_of[starts[row] : starts[row + 1]].tolist():
            if cell not in inside:
                inside.add(cell)
                touch(cell)
    return np.array(sorted(taken), dtype=np.int64)
