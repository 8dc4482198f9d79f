"""The weighted covering problem: the cheapest 0/1 choice that meets every row, by branch and bound."""

from dataclasses import dataclass

import highspy
import numpy as np
from scipy.sparse import csc_array, csr_array
from scipy.sparse.csgraph import connected_components

from privacy.lattice import BoolArray, FloatArray, IntArray, NoSafePattern
from privacy.movement import work_of

WHOLE = 1e-6
FEWEST_NODES, OFTEN_ROWS = 3, 60
# Work of a node and of a row besides that of the solver, in about seconds.
NODE, ROW = 3e-4, 2e-5


def covering(
    price: FloatArray, rows: csr_array, needed: FloatArray, nodes: int, solver: highspy.Highs
) -> tuple[BoolArray, float]:
    """The cheapest 0/1 choice with rows @ choice >= needed, where nothing is negative, and the work it took.

    Looks at no more than so many nodes for each independent part; what is best by then still meets every row.
    Raises NoSafePattern when no choice does.
    """
    search = _Search(price, rows, needed, solver)
    relaxed = search.relax()
    if relaxed is None:
        raise NoSafePattern("no choice of hidden cells protects every sensitive cell")
    search.offer(relaxed)
    if np.abs(relaxed - np.round(relaxed)).max() <= WHOLE:
        return search.best, search.work
    open_, inside = search.undecided()
    best = inside.copy()
    needed = needed - rows @ inside.astype(float)
    unmet = np.flatnonzero(needed > WHOLE)
    left = csr_array(rows[unmet][:, open_])
    for part in parts_of(left):
        mine = open_[part.columns]
        piece = _Search(price[mine], part.matrix, needed[unmet][part.rows], solver)
        piece.run(nodes)
        best[mine[piece.best]] = True
        search.work += piece.work
    return best if price[best].sum() < search.cost else search.best, search.work


@dataclass(frozen=True, eq=False)
class Part:
    """Rows and columns of a larger matrix that have nothing to do with the rest of it, and what they cross in."""

    rows: IntArray
    columns: IntArray
    matrix: csr_array


def parts_of(rows: csr_array) -> list[Part]:
    """The independent parts of a system, none where it has no rows; columns in no row are left out."""
    count, size = rows.shape
    if not count:
        return []
    entries = np.repeat(np.arange(count), np.diff(rows.indptr))
    link = csr_array((np.ones(rows.nnz), (entries, count + rows.indices)), (count + size, count + size))
    label = connected_components(link, directed=False)[1]
    by_row, by_column = np.argsort(label[:count], kind="stable"), np.argsort(label[count:], kind="stable")
    matrix = rows[by_row][:, by_column]
    matrix.sort_indices()
    names, first = np.unique(label[:count][by_row], return_index=True)
    left = np.searchsorted(label[count:][by_column], names, "left").tolist()
    right = np.searchsorted(label[count:][by_column], names, "right").tolist()
    parts = []
    for a, b, c, d in zip(first, [*first[1:], count], left, right, strict=True):
        x, y = matrix.indptr[a], matrix.indptr[b]
        inner = (matrix.data[x:y], matrix.indices[x:y] - c, matrix.indptr[a : b + 1] - x)
        parts.append(Part(by_row[a:b], by_column[c:d], csr_array(inner, shape=(b - a, d - c))))
    return parts


class _Search:
    """Depth first, up branch first, on the entry closest to one half; a node is bounded by its linear relaxation."""

    def __init__(self, price: FloatArray, rows: csr_array, needed: FloatArray, solver: highspy.Highs) -> None:
        self.price, self.rows, self.needed, self.solver = price, rows, needed, solver
        self.solver.passModel(_model(price, rows, self.needed))
        self.columns = np.arange(len(price), dtype=np.int32)
        self.best = np.ones(len(price), dtype=bool)
        self.cost = float(price.sum()) + 1.0
        self.bound, self.work = 0.0, ROW * rows.shape[0]
        self._by_column: csc_array | None = None

    def run(self, nodes: int) -> None:
        """Search; the answer is in best. Large parts are worth fewer nodes."""
        nodes = max(FEWEST_NODES, min(nodes, nodes * OFTEN_ROWS // self.rows.shape[0]))
        none = np.zeros(0, dtype=np.int64)
        stack: list[tuple[IntArray, IntArray]] = [(none, none)]
        while stack and nodes > 0:
            inside, outside = stack.pop()
            nodes -= 1
            relaxed = self.relax(inside, outside)
            if relaxed is None:
                continue
            gap = np.abs(relaxed - np.round(relaxed))
            if gap.max() <= WHOLE or not len(inside) + len(outside) or not nodes:
                self.offer(relaxed)
            if gap.max() > WHOLE:
                branch = np.array([np.argmax(np.round(gap, 9))])
                stack += [(inside, np.append(outside, branch)), (np.append(inside, branch), outside)]

    def relax(self, inside: IntArray | None = None, outside: IntArray | None = None) -> FloatArray | None:
        """The relaxation with some entries in and some out; None where it cannot beat the best choice."""
        if inside is not None:
            low, high = np.zeros(len(self.price)), np.ones(len(self.price))
            low[inside], high[outside] = 1.0, 0.0
            self.solver.changeColsBounds(len(low), self.columns, low, high)
        self.solver.run()
        self.work += NODE + work_of(len(self.price), self.solver.getInfo())
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        self.bound = self.solver.getInfo().objective_function_value
        return np.array(self.solver.getSolution().col_value) if self.bound < self.cost - WHOLE else None

    def undecided(self) -> tuple[IntArray, BoolArray]:
        """Entries that a better choice than the best may have in or out, and those that it must have in."""
        costs, spare = np.array(self.solver.getSolution().col_dual), self.cost - self.bound
        inside = costs < -spare
        return np.flatnonzero(~inside & (costs <= spare)), inside

    def offer(self, relaxed: FloatArray) -> None:
        """Round up, drop what is not needed, dearest first, and keep the result if it is the best."""
        choice = relaxed > WHOLE
        covered = self.rows @ choice.astype(float) - self.needed
        if np.abs(relaxed - choice).max() > WHOLE:
            if self._by_column is None:
                self._by_column = self.rows.tocsc()
            at, rows, shares = self._by_column.indptr, self._by_column.indices, self._by_column.data
            for entry in np.flatnonzero(choice)[np.argsort(-self.price[choice], kind="stable")].tolist():
                mine = slice(at[entry], at[entry + 1])
                if (covered[rows[mine]] >= shares[mine] - WHOLE).all():
                    covered[rows[mine]] -= shares[mine]
                    choice[entry] = False
        cost = float(self.price[choice].sum())
        if cost < self.cost - WHOLE and (covered >= -WHOLE).all():
            self.best, self.cost = choice, cost


def _model(price: FloatArray, rows: csr_array, needed: FloatArray) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(price), rows.shape[0]
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = price, np.zeros(len(price)), np.ones(len(price))
    lp.row_lower_, lp.row_upper_ = needed, np.full(rows.shape[0], highspy.kHighsInf)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    return lp
