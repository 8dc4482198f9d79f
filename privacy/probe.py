"""How far can one cell move? The attacker's linear program, with only the objective changing from cell to cell."""

import highspy
import numpy as np
from scipy.sparse import csc_array

from privacy.lattice import FloatArray
from privacy.movement import quiet_solver, work_of

PRIMAL, DUAL = 4, 1


class SolverFailedError(ArithmeticError):
    """No answer from the solver, whichever way it started."""


class Probe:
    """Largest movements over one set of relations. Columns are cells, 0 is where they are."""

    def __init__(self, matrix: csc_array) -> None:
        self.size = matrix.shape[1]
        self.solver = quiet_solver()
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.size, matrix.shape[0]
        lp.col_cost_ = lp.col_lower_ = lp.col_upper_ = np.zeros(self.size)
        lp.row_lower_ = lp.row_upper_ = np.zeros(matrix.shape[0])
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
        self.solver.passModel(lp)
        self._all = np.arange(self.size, dtype=np.int32)
        self._pushed = 0
        self.work = 0.0

    def limit(self, low: FloatArray, high: FloatArray) -> None:
        """Set how far every cell may move."""
        self.solver.changeColsBounds(self.size, self._all, low, high)

    def push(self, cell: int, sign: float) -> tuple[float, FloatArray, FloatArray]:
        """Move one cell as far as it goes (sign -1: down): the distance, the movement and the reduced costs."""
        self.solver.changeColCost(self._pushed, 0.0)
        self.solver.changeColCost(cell, sign)
        self._pushed = cell
        self.solver.setOptionValue("simplex_strategy", PRIMAL)
        return self._run()

    def push_many(self, gain: FloatArray) -> FloatArray:
        """One movement that is worth the most when moving cell i by 1 is worth gain[i]."""
        self.solver.changeColsCost(self.size, self._all, gain)
        self.solver.setOptionValue("simplex_strategy", DUAL)
        movement = self._run()[1]
        self.solver.changeColsCost(self.size, self._all, np.zeros(self.size))
        return movement

    def _run(self) -> tuple[float, FloatArray, FloatArray]:
        for strategy in (None, DUAL, PRIMAL):
            if strategy is not None:
                # A warm start can lead into numerical trouble; a cold one seldom does.
                self.solver.clearSolver()
                self.solver.setOptionValue("simplex_strategy", strategy)
            self.solver.run()
            if self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal:
                break
        else:
            raise SolverFailedError(f"the solver stopped with {self.solver.getModelStatus()}")
        solution, facts = self.solver.getSolution(), self.solver.getInfo()
        self.work += work_of(self.size, facts)
        return facts.objective_function_value, np.array(solution.col_value), np.array(solution.col_dual)
