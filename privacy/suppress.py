"""Which cells to hide so that no attacker learns what the rule forbids: the cheapest choice, by cutting planes."""

import time
from collections.abc import Sequence

import numpy as np

from privacy.cover import Cover
from privacy.lattice import Attacker, BoolArray, FloatArray, Lattice, Pattern, Rule
from privacy.problem import Problem, pose
from privacy.relation_cuts import RelationCuts
from privacy.separate import Separator


def suppress(
    lattice: Lattice,
    rule: Rule,
    attackers: Sequence[Attacker],
    weights: FloatArray | None = None,
    previous_hidden: BoolArray | None = None,
    seconds: float | None = None,
    fixed: BoolArray | None = None,
) -> Pattern:
    """Choose the cells to hide so that every attacker's demands are met, as cheaply as we can.

    weights: what hiding each cell costs (default: its value). previous_hidden: cells hidden last time, cheaper to hide
    again. fixed: cells that must stay visible. Raises NoSafePattern when nothing helps.
    """
    start = time.perf_counter()
    problem = pose(lattice, rule, attackers, weights, previous_hidden, fixed)
    chosen = _choose(problem)
    primary, hidden = np.zeros(len(lattice), dtype=bool), np.zeros(len(lattice), dtype=bool)
    primary[problem.system.order[problem.owed.cell]] = True
    hidden[problem.system.order[chosen | problem.always]] = True
    return Pattern(hidden & ~lattice.latent, primary & ~lattice.latent, rule, time.perf_counter() - start)


def _choose(problem: Problem) -> BoolArray:
    """Cells to hide besides those that always are."""
    cover, relations, separator = Cover(problem.price), RelationCuts(problem), Separator(problem)
    active = np.ones(len(problem.owed), dtype=bool)
    chosen = np.zeros(len(problem.price), dtype=bool)
    separator.settle(problem.always, active)
    active &= ~separator.witnesses.settled
    while True:
        hidden = chosen | problem.always
        cuts = relations.broken(hidden, active) or separator.broken(hidden, active)
        if not cuts:
            return chosen
        cover.add(cuts)
        chosen = cover.solve()
