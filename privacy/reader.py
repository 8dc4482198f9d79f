"""One reader's model of some connected pieces of hidden cells: which counts it must still hold possible."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from privacy.lattice import BadTable, BoolArray, FloatArray, IntArray
from privacy.reduced import Reduced, pieces_of

TOLERANCE = 1e-6
_HIGHS: Any = highspy.Highs
SOLVER = f"HiGHS {_HIGHS().version()}, primal simplex on the reduced system"
_SIMPLEX = {"presolve": "off", "solver": "simplex", "simplex_strategy": 4, "dual_feasibility_tolerance": 1e-9}
DUAL = 1  # simplex_strategy of HiGHS


class AttackFailed(RuntimeError):
    """The solver gave no usable answer: nothing is proven, and nothing may be published."""


@dataclass(frozen=True, eq=False)
class Part:
    """Some connected pieces of the reduced system, as one reader sees them.

    cells: numbers into the unknown cells; values: their true counts. columns: which of them are the unknowns z, with
    x[cells] = express @ z + constant. lower, upper: the reader's bounds of x; near, far: what follows from single
    relations. rows, least, most: what z has to satisfy besides, least <= rows @ z <= most.
    """

    cells: IntArray
    values: FloatArray
    columns: IntArray
    express: sparse.csr_array
    constant: FloatArray
    lower: FloatArray
    upper: FloatArray
    near: FloatArray
    far: FloatArray
    rows: sparse.csr_array
    least: FloatArray
    most: FloatArray


def part_of(
    system: Reduced,
    inside: BoolArray,
    values: FloatArray,
    bounds: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
) -> Part:
    """Cut out the pieces whose cells are `inside`; values and bounds (lower, upper, near, far) are of all cells."""
    cells, free = np.flatnonzero(inside), np.flatnonzero(inside[system.free])
    lower, upper, near, far = (bound[cells] for bound in bounds)
    express, constant = sparse.csr_array(system.express[cells][:, free]), system.constant[cells]
    columns = np.searchsorted(cells, system.free[free])
    first = system.free[system.rows.indices[system.rows.indptr[:-1]]]
    chosen = np.flatnonzero(inside[first])
    implied = constant + express @ lower[columns]
    totals = np.setdiff1d(np.arange(cells.size), columns)
    totals = totals[(implied[totals] < lower[totals] - TOLERANCE) | np.isfinite(upper[totals])]
    rows = sparse.csr_array(sparse.vstack([system.rows[chosen][:, free], express[totals]]))
    least = np.concatenate([system.rhs[chosen], (lower - constant)[totals]])
    most = np.concatenate([system.rhs[chosen], (upper - constant)[totals]])
    return Part(cells, values[cells], columns, express, constant, lower, upper, near, far, rows, least, most)


class Reader:
    """Finds possible tables and keeps, for every cell, the least and the largest count seen in one of them.

    seen_low, seen_high: over the tables found so far, each checked here; top, bottom: whether they are proven extremes.
    """

    def __init__(self, part: Part, scale: float, *, integer: bool = False) -> None:
        self.part = part
        self.integer = integer
        self.cap = 10 * max(np.abs(part.values).max(initial=0), np.abs(part.constant).max(initial=0)) + 1000 * scale
        self.seen_low = part.values.copy()
        self.seen_high = part.values.copy()
        self.top = np.diff(part.express.indptr) == 0
        self.bottom = self.top.copy()
        self.solves = 0
        self._highs: Any = None
        self._aim = np.zeros(part.columns.size)
        self._blocks = _blocks(part)
        self._settle()

    def stretch(self, wanted: Callable[[], tuple[BoolArray, BoolArray]]) -> None:
        """Find the largest count of every cell of the first mask and the least of the second, until nothing is wanted.

        First many cells at a time, as long as that settles a tenth of them; then one in every piece, narrowest first.
        """
        open_ends = self._open(wanted)
        while open_ends[0].any() or open_ends[1].any():
            before = sum(map(np.count_nonzero, open_ends))
            up, down = open_ends
            chosen = np.flatnonzero(up | down)
            self._move(chosen, np.where(up[chosen], 1.0, -1.0))
            open_ends = self._open(wanted)
            if sum(map(np.count_nonzero, open_ends)) > 0.9 * before:
                break
        while open_ends[0].any() or open_ends[1].any():
            self._one_each(*open_ends)
            open_ends = self._open(wanted)

    def prove(self, cells: BoolArray) -> None:
        """Find both ends of the intervals of these cells."""
        self.stretch(lambda: (cells, cells))

    def _open(self, wanted: Callable[[], tuple[BoolArray, BoolArray]]) -> tuple[BoolArray, BoolArray]:
        up, down = wanted()
        return up & ~self.top, down & ~self.bottom

    def _one_each(self, up: BoolArray, down: BoolArray) -> None:
        """Cells that have no block of the system in common are moved together."""
        cells = np.flatnonzero(up | down)
        taken, chosen = set[int](), []
        for cell in cells[np.argsort(self.width()[cells], kind="stable")].tolist():
            if taken.isdisjoint(self._blocks[cell]):
                taken |= self._blocks[cell]
                chosen.append(cell)
        rising = up[chosen]
        self._move(np.array(chosen), np.where(rising, 1.0, -1.0))
        self.top[np.array(chosen)[rising]] = True
        self.bottom[np.array(chosen)[~rising]] = True

    def width(self) -> FloatArray:
        """Distance between the outermost whole counts seen so far: never more than the interval's."""
        return np.asarray(np.floor(self.seen_high + TOLERANCE) - np.ceil(self.seen_low - TOLERANCE))

    def interval(self) -> tuple[FloatArray, FloatArray]:
        """Least and largest whole count, NaN where not proven; what reaches the model's cap has no upper end."""
        low, high = np.ceil(self.seen_low - TOLERANCE), np.floor(self.seen_high + TOLERANCE)
        high = np.where(self._endless(), np.inf, high)
        return np.where(self.bottom, low, np.nan), np.where(self.top, high, np.nan)

    def _move(self, chosen: IntArray, signs: FloatArray) -> None:
        cost = np.asarray(self.part.express[chosen].T @ signs, dtype=float)
        if self._highs is None:
            self._highs = _model(self.part, self.cap, self.integer)
        changed = np.flatnonzero(cost != self._aim).astype(np.int32)
        self._highs.changeColsCost(changed.size, changed, cost[changed])
        self._aim = cost
        x = self._table()
        if x is None:  # once more from the start: a basis kept warm for long can have drifted
            self._restart()
            x = self._table()
        if x is None and not self.integer:
            x = self._table_by_dual()
        if x is None:
            status = self._highs.modelStatusToString(self._highs.getModelStatus())
            raise AttackFailed(f"the solver found no table that fits the published one; it stopped with: {status}")
        self.seen_low = np.minimum(self.seen_low, x)
        self.seen_high = np.maximum(self.seen_high, x)
        self._settle()

    def _settle(self) -> None:
        """An end that a table reaches needs no proof: the bound of a single relation, or no bound at all."""
        self.bottom |= self.seen_low <= self.part.near + TOLERANCE
        self.top |= (self.seen_high >= self.part.far - TOLERANCE) | self._endless()

    def _endless(self) -> BoolArray:
        """Cells that reach far beyond all published numbers, up to the cap that keeps the model bounded."""
        return np.asarray(np.isinf(self.part.far) & (self.seen_high > self.cap / 2))

    def _restart(self) -> None:
        """HiGHS also refuses to run (no status) where other code of this process asked it for more threads."""
        if self._highs.getModelStatus() == highspy.HighsModelStatus.kNotset:
            _HIGHS.resetGlobalScheduler(True)
        self._highs.clearSolver()

    def _table_by_dual(self) -> FloatArray | None:
        """The same by dual simplex: once in thousands of tables the primal one gives up without a verdict."""
        self._highs.setOptionValue("simplex_strategy", DUAL)
        self._restart()
        x = self._table()
        self._highs.setOptionValue("simplex_strategy", _SIMPLEX["simplex_strategy"])
        self._highs.clearSolver()
        return x

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
        sums = self.part.rows @ z
        fits = (sums >= self.part.least - TOLERANCE) & (sums <= self.part.most + TOLERANCE)
        inside = (x >= self.part.lower - TOLERANCE) & (x <= self.part.upper + TOLERANCE)
        return x if fits.all() and inside.all() else None


def _blocks(part: Part) -> list[set[int]]:
    """For each cell the blocks of columns it depends on; no row of the system links two blocks."""
    block = pieces_of(part.rows)
    ends = part.express.indptr.tolist()
    members = block[part.express.indices].tolist()
    return [set(members[start:end]) for start, end in pairwise(ends)]


def _model(part: Part, cap: float, integer: bool) -> Any:
    matrix = part.rows
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = part.columns.size, matrix.shape[0]
    model.col_cost_ = np.zeros(part.columns.size)
    model.col_lower_ = part.lower[part.columns]
    wide = np.where(np.isinf(part.far), cap, np.maximum(part.far, cap))
    model.col_upper_ = np.minimum(part.upper, wide)[part.columns]
    model.row_lower_, model.row_upper_ = part.least, part.most
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
