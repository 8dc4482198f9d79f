"""Which cells to hide so that no attacker learns what the rule forbids: linear-program repair, then clean-up."""

import time
from collections.abc import Sequence

import numpy as np

from privacy.canonical import System, canonical
from privacy.demands import Demands, demands
from privacy.lattice import Attacker, BoolArray, FloatArray, IntArray, Lattice, NoSafePattern, Pattern, Rule
from privacy.movement import Mover


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
    size = len(lattice)
    price = np.asarray(lattice.values if weights is None else weights, dtype=float)
    price = price * np.where(previous_hidden, 0.5, 1.0) if previous_hidden is not None else price
    shown = _shown(lattice, rule, fixed)
    system = canonical(lattice, tuple(attackers), price, shown)
    owed = demands(system, attackers)
    primary = np.zeros(size, dtype=bool)
    primary[system.order[owed.cell]] = True
    primary &= ~lattice.latent
    if (primary & shown).any():
        raise NoSafePattern(
            f"{'/'.join(lattice.keys[int(np.flatnonzero(primary & shown)[0])])} must be hidden and shown"
        )
    hidden = _repair(system, owed, primary[system.order], shown[system.order], price[system.order])
    out = np.zeros(size, dtype=bool)
    out[system.order] = hidden
    return Pattern(out & ~lattice.latent, primary, rule, time.perf_counter() - start)


def _shown(lattice: Lattice, rule: Rule, fixed: BoolArray | None) -> BoolArray:
    shown = lattice.structural.copy()
    if fixed is not None:
        shown |= fixed
    if rule.zeros == "shown":
        shown |= lattice.values == 0
    return shown & ~lattice.latent


def _repair(system: System, owed: Demands, hidden: BoolArray, shown: BoolArray, price: FloatArray) -> BoolArray:
    hidden = hidden | system.latent
    cost = np.where(hidden, 1e-4, price + 1.0)
    waiting: IntArray = np.arange(len(owed))
    for number in range(len(owed.down)):
        room = np.where(shown, 0.0, owed.down[number]), np.where(shown, 0.0, owed.up[number])
        mover = Mover(system.columns, *room, cost)
        for demand in np.flatnonzero(owed.attacker == number):
            if demand not in waiting:
                continue
            movement = _cheapest(mover, owed, int(demand))
            for cell in np.flatnonzero((movement != 0) & ~hidden):
                hidden[cell], cost[cell] = True, 1e-4
                mover.set_cost(int(cell), 1e-4)
            met = owed.met_by(movement, waiting)
            if demand not in met:
                raise NoSafePattern("a movement does not do what it was made for")
            waiting = np.setdiff1d(waiting, met)
    return hidden


def _cheapest(mover: Mover, owed: Demands, demand: int) -> FloatArray:
    cell = int(owed.cell[demand])
    tries = [mover.cheapest(cell, owed.amount[demand])]
    if owed.sided[demand]:
        tries.append(mover.cheapest(cell, -1.0))
    found = [answer for answer in tries if answer is not None]
    if not found:
        raise NoSafePattern("no choice of hidden cells protects every sensitive cell")
    return min(found, key=lambda answer: answer[0])[1]
