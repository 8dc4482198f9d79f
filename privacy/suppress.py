"""Which cells to hide so that no attacker learns what the rule forbids: the cheapest choice, by cutting planes."""

import time
from collections.abc import Sequence

import numpy as np

from privacy.choose import Search
from privacy.lattice import Attacker, BoolArray, FloatArray, Lattice, Pattern, Rule
from privacy.primary import public_attacker
from privacy.problem import pose


def suppress(
    lattice: Lattice,
    rule: Rule,
    attackers: Sequence[Attacker],
    weights: FloatArray | None = None,
    previous_hidden: BoolArray | None = None,
    seconds: float | None = None,
    fixed: BoolArray | None = None,
) -> Pattern:
    """Choose the cells to hide so that every attacker's demands are met (none: the public's), as cheaply as we can.

    weights: what hiding each cell costs (default: its value). previous_hidden: cells hidden last time, cheaper to hide
    again. fixed: cells that must stay visible. Raises NoSafePattern when nothing helps.
    """
    start = time.perf_counter()
    problem = pose(lattice, rule, attackers or [public_attacker(lattice, rule)], weights, previous_hidden, fixed)
    chosen = Search(problem, seconds).run()
    primary, hidden = np.zeros(len(lattice), dtype=bool), np.zeros(len(lattice), dtype=bool)
    primary[problem.system.order[problem.owed.cell]] = True
    hidden[problem.system.order[chosen | problem.always]] = True
    return Pattern(hidden & ~lattice.latent, primary & ~lattice.latent, rule, time.perf_counter() - start)
