"""The attacker's system with as few unknowns as possible: published cells and hidden totals are substituted away."""

from dataclasses import dataclass
from itertools import chain

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from privacy.lattice import BadTable, BoolArray, FloatArray, IntArray, Lattice


@dataclass(frozen=True, eq=False)
class Reduced:
    """Unknown cells as affine functions of the free ones: x[cells] = express @ x[free] + constant.

    cells: positions of the unknown cells. free: numbers (into cells) of those that remain unknowns; the others are
    totals, written as sums. rows, rhs: what the free cells still have to satisfy, rows @ x[free] = rhs.
    relations, known: the same before substitution, relations @ x[cells] = known.
    component: for every unknown cell the connected piece it lies in; nothing links two pieces.
    """

    cells: IntArray
    free: IntArray
    express: sparse.csr_array
    constant: FloatArray
    rows: sparse.csr_array
    rhs: FloatArray
    component: IntArray
    relations: sparse.csr_array
    known: FloatArray


def incidence(lattice: Lattice) -> sparse.csr_array:
    """Relations x cells: 1 at the total, -1 at the parts, so that incidence @ values = 0."""
    sizes = np.fromiter(
        (len(parts) + 1 for _, parts in lattice.relations), dtype=np.int64, count=len(lattice.relations)
    )
    members = np.fromiter(chain.from_iterable((t, *p) for t, p in lattice.relations), dtype=np.int64, count=sizes.sum())
    starts = np.concatenate([[0], np.cumsum(sizes)])
    signs = np.full(members.size, -1.0)
    signs[starts[:-1]] = 1.0
    return sparse.csr_array((signs, members, starts), shape=(len(lattice.relations), len(lattice)))


def reduce_system(lattice: Lattice, matrix: sparse.csr_array, unknown: BoolArray) -> Reduced:
    """Put the known counts in, then write each unknown total as the sum of one of its relations."""
    cells = np.flatnonzero(unknown)
    inner = matrix[:, cells]
    live = np.diff(inner.indptr) > 0
    system = sparse.csr_array(inner[live])
    rhs = -(matrix @ np.where(unknown, 0, lattice.values).astype(float))
    _agree(rhs[~live])
    rhs = rhs[live]
    defining = _definitions(system)
    total = np.full(cells.size, -1)
    total[defining.totals] = defining.rows
    free = np.flatnonzero(total < 0)
    express, constant = _substitute(system, rhs, defining, free, cells.size)
    rest = np.setdiff1d(np.arange(rhs.size), defining.rows)
    rows, right = _remaining(system[rest], rhs[rest], express, constant)
    return Reduced(cells, free, express, constant, rows, right, pieces_of(system), system, rhs)


@dataclass(frozen=True, eq=False)
class _Definitions:
    totals: IntArray
    rows: IntArray


def _definitions(system: sparse.csr_array) -> _Definitions:
    """For each unknown total its shortest relation; totals that define each other in a circle stay unknowns."""
    entries = sparse.coo_array(system)
    is_total = entries.data > 0
    rows, totals = entries.coords[0][is_total], entries.coords[1][is_total]
    order = np.lexsort((rows, np.diff(system.indptr)[rows], totals))
    chosen, first = np.unique(totals[order], return_index=True)
    lines = rows[order][first]
    links = _links(system, chosen, lines)
    _, label = csgraph.connected_components(links, directed=True, connection="strong")
    alone = np.bincount(label)[label[chosen]] == 1
    return _Definitions(chosen[alone].astype(np.int64), lines[alone].astype(np.int64))


def _links(system: sparse.csr_array, totals: IntArray, lines: IntArray) -> sparse.csr_array:
    """Square matrix P with P[total, part] = 1 for the chosen relations."""
    size = system.shape[1]
    chosen = sparse.coo_array(-system[lines])
    parts = chosen.data > 0
    where = (totals[chosen.coords[0][parts]], chosen.coords[1][parts])
    return sparse.csr_array((np.ones(int(parts.sum())), where), shape=(size, size))


def _substitute(
    system: sparse.csr_array, rhs: FloatArray, defining: _Definitions, free: IntArray, size: int
) -> tuple[sparse.csr_array, FloatArray]:
    """(I - P)^-1 applied to the free cells and to the known parts; P has no circles, so the series ends."""
    links = _links(system, defining.totals, defining.rows)
    term = sparse.csr_array((np.ones(free.size), (free, np.arange(free.size))), shape=(size, free.size))
    known = np.zeros(size)
    known[defining.totals] = rhs[defining.rows]
    express, constant = term, known
    while True:
        term, known = links @ term, links @ known
        if not term.nnz and not known.any():
            return sparse.csr_array(express), constant
        express, constant = express + term, constant + known


def _remaining(
    system: sparse.csr_array, rhs: FloatArray, express: sparse.csr_array, constant: FloatArray
) -> tuple[sparse.csr_array, FloatArray]:
    rows = sparse.csr_array(system @ express)
    rows.eliminate_zeros()
    right = rhs - system @ constant
    filled = np.diff(rows.indptr) > 0
    _agree(right[~filled])
    return sparse.csr_array(rows[filled]), right[filled]


def pieces_of(matrix: sparse.csr_array) -> IntArray:
    """For every column of the matrix the number of its connected piece; a row connects the columns it holds."""
    height, width = matrix.shape
    rows, columns = sparse.coo_array(matrix).coords
    links = (np.ones(rows.size), (rows, height + columns))
    graph = sparse.csr_array(links, shape=(height + width, height + width))
    _, label = csgraph.connected_components(graph, directed=False)
    _, number = np.unique(label[height:], return_inverse=True)
    return number.astype(np.int64)


def _agree(left_over: FloatArray) -> None:
    if np.abs(left_over).max(initial=0) > 1e-6:
        raise BadTable("the published numbers contradict each other")


def narrowed(system: Reduced, lower: FloatArray, upper: FloatArray, rounds: int = 6) -> tuple[FloatArray, FloatArray]:
    """Bounds of the unknown cells from one relation at a time, a few times over: true, but seldom the best."""
    entries = sparse.coo_array(system.relations)
    rows, cells, total = entries.coords[0], entries.coords[1], entries.data > 0
    for _ in range(rounds):
        least, most = np.where(total, lower[cells], -upper[cells]), np.where(total, upper[cells], -lower[cells])
        highest = system.known[rows] - _others(rows, least, -np.inf)
        lowest = system.known[rows] - _others(rows, most, np.inf)
        low, high = lower.copy(), upper.copy()
        np.minimum.at(high, cells, np.where(total, highest, -lowest))
        np.maximum.at(low, cells, np.where(total, lowest, -highest))
        if (low == lower).all() and (high == upper).all():
            break
        lower, upper = low, high
    return lower, upper


def _others(rows: IntArray, terms: FloatArray, endless: float) -> FloatArray:
    """For each entry of the matrix the sum of the other terms of its row; `endless` where one of those is infinite."""
    infinite = ~np.isfinite(terms)
    finite = np.where(infinite, 0, terms)
    count = np.bincount(rows, infinite)[rows] - infinite
    return np.where(count > 0, endless, np.bincount(rows, finite)[rows] - finite)


def packs(component: IntArray, size: int) -> list[IntArray]:
    """Numbers of the pieces to be solved together: large ones alone, small ones together up to `size` cells."""
    counts = np.bincount(component)
    found: list[list[int]] = []
    room = 0
    for piece in np.argsort(-counts, kind="stable").tolist():
        if counts[piece] > room:
            found.append([])
            room = max(size, int(counts[piece]))
        found[-1].append(piece)
        room -= int(counts[piece])
    return [np.array(pieces) for pieces in found]
