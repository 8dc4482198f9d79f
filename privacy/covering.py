"""The weighted covering problem: the cheapest 0/1 choice that meets every row, by branch and bound."""

import highspy
import numpy as np
from scipy.sparse import csr_array

from privacy.lattice import BoolArray, FloatArray, IntArray, NoSafePattern
from privacy.movement import quiet_solver

NODES = 400
WHOLE = 1e-6


def covering(price: FloatArray, rows: csr_array, kept: BoolArray) -> BoolArray:
    """The cheapest 0/1 choice with rows @ choice >= 1; kept entries are 1.

    Looks at no more than NODES branches; what is best by then still meets every row. Raises NoSafePattern when no
    choice does.
    """
    search = _Search(price, rows, kept)
    search.run()
    return search.best


class _Search:
    """Depth first, up branch first, on the entry closest to one half; a node is bounded by its linear relaxation."""

    def __init__(self, price: FloatArray, rows: csr_array, kept: BoolArray) -> None:
        self.price, self.rows = price, rows
        self.low, self.high = kept.astype(float), np.ones(len(price))
        self.solver = quiet_solver()
        self.solver.passModel(_model(price, rows, kept))
        self.columns = np.arange(len(price), dtype=np.int32)
        self.best = np.ones(len(price), dtype=bool)
        self.cost = np.inf

    def run(self) -> None:
        """Search; the answer is in best."""
        stack: list[tuple[IntArray, IntArray]] = [(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))]
        nodes = 0
        while stack and nodes < NODES:
            in_, out = stack.pop()
            nodes += 1
            relaxed = self._relax(in_, out)
            if relaxed is None:
                if nodes == 1:
                    raise NoSafePattern("no choice of hidden cells protects every sensitive cell")
                continue
            gap = np.abs(relaxed - np.round(relaxed))
            self._offer(relaxed)
            if gap.max() > WHOLE:
                branch = np.array([np.argmax(np.round(gap, 9))])
                stack += [(in_, np.append(out, branch)), (np.append(in_, branch), out)]

    def _relax(self, in_: IntArray, out: IntArray) -> FloatArray | None:
        """The relaxation with some entries in and some out; None where it cannot beat the best choice."""
        low, high = self.low.copy(), self.high.copy()
        low[in_], high[out] = 1.0, 0.0
        self.solver.changeColsBounds(len(low), self.columns, low, high)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        if self.solver.getInfo().objective_function_value > self.cost - WHOLE:
            return None
        return np.array(self.solver.getSolution().col_value)

    def _offer(self, relaxed: FloatArray) -> None:
        """Round up, drop what is not needed, dearest first, and keep the result if it is the best."""
        choice = relaxed > WHOLE
        covered = self.rows @ choice.astype(float)
        if np.abs(relaxed - choice).max() > WHOLE:
            columns = self.rows.tocsc()
            candidates = np.flatnonzero(choice & (self.low < 1))
            for entry in candidates[np.argsort(-self.price[candidates], kind="stable")].tolist():
                at = slice(columns.indptr[entry], columns.indptr[entry + 1])
                if (covered[columns.indices[at]] - columns.data[at] >= 1 - WHOLE).all():
                    covered[columns.indices[at]] -= columns.data[at]
                    choice[entry] = False
        cost = float(self.price[choice].sum())
        if cost < self.cost - WHOLE and (covered >= 1 - WHOLE).all():
            self.best, self.cost = choice, cost


def _model(price: FloatArray, rows: csr_array, kept: BoolArray) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(price), rows.shape[0]
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = price, kept.astype(float), np.ones(len(price))
    lp.row_lower_, lp.row_upper_ = np.ones(rows.shape[0]), np.full(rows.shape[0], highspy.kHighsInf)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    return lp
