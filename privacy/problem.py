"""What is to be decided: which cells may be hidden, at what price, and what must be reached for every attacker."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from privacy.canonical import System, canonical
from privacy.demands import Demands, demands
from privacy.lattice import Attacker, BoolArray, FloatArray, Lattice, NoSafePattern, Rule

# No cell has to move further than this many times the largest demand; keeps numbers in the solver small.
FARTHEST = 16.0


@dataclass(frozen=True, eq=False)
class Problem:
    """A table in canonical order with its demands. All arrays have one entry a cell.

    always: hidden by rule, or latent. never: must stay visible. price: of hiding any other cell. down, up: how far a
    cell could move for each attacker if it were hidden, shape (attackers, cells), 0 where it must stay visible.
    """

    system: System
    owed: Demands
    always: BoolArray
    never: BoolArray
    price: FloatArray
    down: FloatArray
    up: FloatArray


def pose(
    lattice: Lattice,
    rule: Rule,
    attackers: Sequence[Attacker],
    weights: FloatArray | None = None,
    previous_hidden: BoolArray | None = None,
    fixed: BoolArray | None = None,
) -> Problem:
    """Put the question in canonical order. Raises NoSafePattern when a cell would have to be hidden and shown."""
    price = np.maximum(np.asarray(lattice.values if weights is None else weights, dtype=float), 0.0)
    if previous_hidden is not None:
        price = np.where(previous_hidden, price / 2, price)
    never = _never(lattice, rule, fixed)
    system = canonical(lattice, tuple(attackers), price, never)
    owed = demands(system, attackers)
    always, never = system.latent.copy(), never[system.order]
    always[owed.cell] = True
    if (always & never).any():
        cell = lattice.keys[int(system.order[np.flatnonzero(always & never)[0]])]
        raise NoSafePattern(f"{'/'.join(cell)} would have to be hidden and shown at once")
    # Among patterns of one cost the one with fewer cells: a count that can never add up to 1.
    price = price[system.order] + 1.0 / (len(system) + 1)
    farthest = FARTHEST * max(1.0, owed.amount.max(initial=1.0))
    room = [np.where(never, 0.0, np.minimum(side, farthest)) for side in (owed.down, owed.up)]
    return Problem(system, owed, always, never, price, *room)


def _never(lattice: Lattice, rule: Rule, fixed: BoolArray | None) -> BoolArray:
    never = lattice.structural.copy()
    if fixed is not None:
        never |= fixed
    if rule.zeros == "shown":
        never |= lattice.values == 0
    return never & ~lattice.latent
