"""The linear program behind everything: the cheapest movement that lets one cell move far enough."""

import highspy
import numpy as np
from scipy.sparse import csc_array, hstack

from privacy.lattice import FloatArray

INFINITE = highspy.kHighsInf
DROP = 1e-7
RUN, COLUMN, STEP = 2.0e-4, 2.5e-6, 2.2e-5


def quiet_solver() -> highspy.Highs:
    """A HiGHS instance that says nothing, uses one thread and gives the same answer every time."""
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 1),
        ("presolve", "off"),
        ("solver", "simplex"),
        ("primal_feasibility_tolerance", 1e-9),
        ("dual_feasibility_tolerance", 1e-9),
        ("primal_simplex_bound_perturbation_multiplier", 0.0),
    ):
        solver.setOptionValue(option, value)
    return solver


def work_of(columns: int, facts: highspy.HighsInfo) -> float:
    """The work of one run, counted in about seconds, so that a budget gives the same pattern on every machine."""
    return RUN + COLUMN * columns + STEP * max(0, int(facts.simplex_iteration_count))


class Mover:
    """Cheapest movements over one set of relations, kept warm from one cell to the next.

    Columns come in pairs: how far a cell rises and how far it falls. cost: price of moving each cell by 1.
    """

    def __init__(self, matrix: csc_array, down: FloatArray, up: FloatArray, cost: FloatArray) -> None:
        self.size = matrix.shape[1]
        self.up, self.down = up.copy(), down.copy()
        self.solver = quiet_solver()
        both = csc_array(hstack([matrix, -matrix]))
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = 2 * self.size, matrix.shape[0]
        lp.col_cost_ = np.concatenate((cost, cost))
        lp.col_lower_ = np.zeros(2 * self.size)
        lp.col_upper_ = np.concatenate((up, down))
        lp.row_lower_ = lp.row_upper_ = np.zeros(matrix.shape[0])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = both.indptr, both.indices, both.data
        self.solver.passModel(lp)

    def set_cost(self, cell: int, cost: float) -> None:
        """Change what it costs to move a cell."""
        self.solver.changeColCost(cell, cost)
        self.solver.changeColCost(cell + self.size, cost)

    def set_room(self, down: FloatArray, up: FloatArray) -> None:
        """Change how far every cell may move."""
        self.up, self.down = up.copy(), down.copy()
        columns = np.arange(2 * self.size, dtype=np.int32)
        self.solver.changeColsBounds(2 * self.size, columns, np.zeros(2 * self.size), np.concatenate((up, down)))

    def cheapest(self, cell: int, step: float) -> tuple[float, FloatArray] | None:
        """The cheapest movement in which the cell moves by step (negative: falls); None when there is none."""
        room = self.up[cell] if step > 0 else self.down[cell]
        if room < abs(step):
            return None
        moving, still = (cell, cell + self.size) if step > 0 else (cell + self.size, cell)
        self.solver.changeColBounds(moving, abs(step), abs(step))
        self.solver.changeColBounds(still, 0.0, 0.0)
        self.solver.run()
        best = self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        answer = None
        if best:
            columns = np.array(self.solver.getSolution().col_value)
            movement = columns[: self.size] - columns[self.size :]
            movement[np.abs(movement) < DROP] = 0.0
            answer = self.solver.getObjectiveValue(), movement
        self.solver.changeColBounds(cell, 0.0, self.up[cell])
        self.solver.changeColBounds(cell + self.size, 0.0, self.down[cell])
        return answer
