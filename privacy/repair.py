"""Plain linear-program repair: one cheapest movement for every demand that is still owed. Quick on large lattices.

The cutting planes of `privacy.suppress` find cheaper patterns; on a lattice with ten attackers they take minutes where
this takes seconds.
"""

import time
from collections.abc import Sequence

import numpy as np

from privacy.lattice import Attacker, BoolArray, FloatArray, IntArray, Lattice, NoSafePattern, Pattern, Rule
from privacy.movement import Mover
from privacy.problem import Problem, pose

HIDDEN_PRICE = 1e-4


def repair(
    lattice: Lattice,
    rule: Rule,
    attackers: Sequence[Attacker],
    weights: FloatArray | None = None,
    previous_hidden: BoolArray | None = None,
    seconds: float | None = None,
    fixed: BoolArray | None = None,
) -> Pattern:
    """Choose the cells to hide so that every attacker's demands are met; arguments and errors as in suppress."""
    start = time.perf_counter()
    problem = pose(lattice, rule, attackers, weights, previous_hidden, fixed)
    chosen = _repaired(problem)
    primary, hidden = np.zeros(len(lattice), dtype=bool), np.zeros(len(lattice), dtype=bool)
    primary[problem.system.order[problem.owed.cell]] = True
    hidden[problem.system.order[chosen]] = True
    return Pattern(hidden & ~lattice.latent, primary & ~lattice.latent, rule, time.perf_counter() - start)


def _repaired(problem: Problem) -> BoolArray:
    """Every demand in turn, those that need the most first, so that their movements meet many others as well."""
    owed, hidden = problem.owed, problem.always.copy()
    waiting: IntArray = np.arange(len(owed))
    for attacker in range(len(owed.down)):
        cost = np.where(hidden, HIDDEN_PRICE, problem.price + 1.0)
        mover = Mover(problem.system.columns, problem.down[attacker], problem.up[attacker], cost)
        mine = np.flatnonzero(owed.attacker == attacker)
        for demand in mine[np.argsort(-owed.amount[mine], kind="stable")].tolist():
            if demand not in waiting:
                continue
            movement = _cheapest(mover, problem, demand)
            for cell in np.flatnonzero((movement != 0) & ~hidden).tolist():
                hidden[cell] = True
                mover.set_cost(cell, HIDDEN_PRICE)
            waiting = np.setdiff1d(waiting, owed.met_by(movement, waiting))
            if demand in waiting:
                raise NoSafePattern("a movement does not do what it was made for")
    return hidden


def _cheapest(mover: Mover, problem: Problem, demand: int) -> FloatArray:
    owed = problem.owed
    cell = int(owed.cell[demand])
    tries = [mover.cheapest(cell, owed.amount[demand])]
    if owed.sided[demand]:
        tries.append(mover.cheapest(cell, -1.0))
    found = [answer for answer in tries if answer is not None]
    if not found:
        raise NoSafePattern("no choice of hidden cells protects every sensitive cell")
    return min(found, key=lambda answer: answer[0])[1]
