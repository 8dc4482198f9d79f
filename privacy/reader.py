"""One reader's model of some connected pieces of hidden cells: which counts it must still hold possible."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from privacy.lattice import BadTable, BoolArray, FloatArray, IntArray
from privacy.reduced import Reduced

TOLERANCE = 1e-6
_HIGHS: Any = highspy.Highs
SOLVER = f"HiGHS {_HIGHS().version()}, primal simplex on the reduced system"
_SIMPLEX = {"presolve": "off", "solver": "simplex", "simplex_strategy": 4, "dual_feasibility_tolerance": 1e-9}


class AttackFailed(RuntimeError):
    """The solver gave no usable answer: nothing is proven, and nothing may be published."""


@dataclass(frozen=True, eq=False)
class Part:
    """The cells of some pieces of the reduced system: x = express @ z + constant, rows @ z = rhs, lower <= x <= upper.

    cells: numbers into the unknown cells; values, lower, upper: their true counts and the reader's bounds.
    columns: which of them are z. piece: connected piece of each cell.
    """

    cells: IntArray
    columns: IntArray
    express: sparse.csr_array
    constant: FloatArray
    rows: sparse.csr_array
    rhs: FloatArray
    piece: IntArray
    values: FloatArray
    lower: FloatArray
    upper: FloatArray

    @classmethod
    def of(cls, system: Reduced, pieces: IntArray, values: FloatArray, lower: FloatArray, upper: FloatArray) -> "Part":
        """Cut the given pieces out; the arrays have one entry per unknown cell of the whole system."""
        inside = np.isin(system.component, pieces)
        cells, free = np.flatnonzero(inside), np.flatnonzero(inside[system.free])
        first = system.free[system.rows.indices[system.rows.indptr[:-1]]]
        chosen = np.flatnonzero(inside[first]) if first.size else np.zeros(0, dtype=np.int64)
        return cls(
            cells,
            np.searchsorted(cells, system.free[free]),
            sparse.csr_array(system.express[cells][:, free]),
            system.constant[cells],
            sparse.csr_array(system.rows[chosen][:, free]),
            system.rhs[chosen],
            system.component[cells],
            values[cells],
            lower[cells],
            upper[cells],
        )


class Reader:
    """Finds possible tables and keeps, for every cell, the least and the largest count seen in one of them.

    seen_low, seen_high: over the tables found so far, each checked here; top, bottom: whether they are proven extremes.
    """

    def __init__(self, part: Part, scale: float, *, integer: bool = False) -> None:
        self.part = part
        self.integer = integer
        self.cap = 10 * max(np.abs(part.values).max(initial=0), np.abs(part.rhs).max(initial=0)) + 1000 * scale
        self.seen_low = part.values.copy()
        self.seen_high = part.values.copy()
        self.top = self.seen_high >= part.upper - TOLERANCE
        self.bottom = self.seen_low <= part.lower + TOLERANCE
        self.solves = 0
        self._highs: Any = None

    def stretch(self, wanted: Callable[[], tuple[BoolArray, BoolArray]]) -> None:
        """Until nothing is wanted, find the largest (first mask) or least (second) count of one cell in every piece;

        the cell with the narrowest interval so far first.
        """
        while True:
            up, down = wanted()
            up, down = up & ~self.top, down & ~self.bottom
            candidates = np.flatnonzero(up | down)
            if not candidates.size:
                return
            width = self.seen_high[candidates] - self.seen_low[candidates]
            candidates = candidates[np.lexsort((width, self.part.piece[candidates]))]
            _, first = np.unique(self.part.piece[candidates], return_index=True)
            chosen = candidates[first]
            rising = up[chosen]
            self._move(chosen, np.where(rising, 1.0, -1.0))
            self.top[chosen[rising]] = True
            self.bottom[chosen[~rising]] = True

    def prove(self, cells: BoolArray) -> None:
        """Find both ends of the intervals of these cells."""
        self.stretch(lambda: (cells, cells))

    def push(self, cells: BoolArray) -> None:
        """One table in which many of the cells are large at once: a cheap start."""
        chosen = np.flatnonzero(cells)
        if chosen.size:
            self._move(chosen, np.ones(chosen.size))

    def interval(self) -> tuple[FloatArray, FloatArray]:
        """Proven bounds, NaN where not proven; what reaches the model's cap has no upper end."""
        high = np.where(self.seen_high > self.cap / 2, np.inf, self.seen_high)
        return np.where(self.bottom, self.seen_low, np.nan), np.where(self.top, high, np.nan)

    def _move(self, chosen: IntArray, signs: FloatArray) -> None:
        cost = np.asarray(self.part.express[chosen].T @ signs, dtype=float)
        if self._highs is None:
            self._highs = _model(self.part, self.cap, self.integer)
        self._highs.changeColsCost(cost.size, np.arange(cost.size, dtype=np.int32), cost)
        x = self._table()
        if x is None:  # once more from the start: a basis kept warm for long can have drifted
            self._highs.clearSolver()
            x = self._table()
        if x is None:
            status = self._highs.modelStatusToString(self._highs.getModelStatus())
            raise AttackFailed(f"the solver found no table that fits the published one; it stopped with: {status}")
        self.seen_low = np.minimum(self.seen_low, x)
        self.seen_high = np.maximum(self.seen_high, x)
        self.bottom |= self.seen_low <= self.part.lower + TOLERANCE

    def _table(self) -> FloatArray | None:
        """The best table for the present aim, checked against all that the reader knows; None where there is none."""
        self.solves += 1
        self._highs.run()
        if self._highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            raise BadTable("the published numbers contradict each other: no table fits them")
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        z = np.array(self._highs.getSolution().col_value, dtype=float)
        z = np.round(z) if self.integer else z
        x: FloatArray = self.part.express @ z + self.part.constant
        off = np.abs(self.part.rows @ z - self.part.rhs).max(initial=0)
        outside = (x < self.part.lower - TOLERANCE) | (x > self.part.upper + TOLERANCE)
        return None if off > TOLERANCE or outside.any() else x


def _model(part: Part, cap: float, integer: bool) -> Any:
    totals = np.setdiff1d(np.arange(part.cells.size), part.columns)
    least = part.constant[totals] + part.express[totals] @ part.lower[part.columns]
    bound = totals[(least < part.lower[totals] - TOLERANCE) | np.isfinite(part.upper[totals])]
    matrix = sparse.csr_array(sparse.vstack([part.rows, part.express[bound]]))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = part.columns.size, matrix.shape[0]
    model.col_cost_ = np.zeros(part.columns.size)
    model.col_lower_ = part.lower[part.columns]
    model.col_upper_ = np.minimum(part.upper[part.columns], cap)
    model.row_lower_ = np.concatenate([part.rhs, part.lower[bound] - part.constant[bound]])
    model.row_upper_ = np.concatenate([part.rhs, part.upper[bound] - part.constant[bound]])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = matrix.data
    model.sense_ = highspy.ObjSense.kMaximize
    if integer:
        model.integrality_ = [highspy.HighsVarType.kInteger] * part.columns.size
    highs = _HIGHS()
    options: dict[str, Any] = {"output_flag": False, "threads": 1, "primal_feasibility_tolerance": 1e-9}
    options |= {"mip_rel_gap": 0.0, "mip_abs_gap": 0.5} if integer else _SIMPLEX
    for name, value in options.items():
        highs.setOptionValue(name, value)
    if highs.passModel(model) == highspy.HighsStatus.kError:
        raise AttackFailed("the solver did not take the model")
    return highs
