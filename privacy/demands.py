"""What a pattern owes to every attacker, and the movements that show that it is paid.

A movement is a vector y with matrix @ y = 0 that is zero on visible cells: values + y is another table that looks the
same from outside. A demand is met by one movement that an attacker cannot rule out and that moves the cell far enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from privacy.canonical import System
from privacy.lattice import Attacker, BoolArray, FloatArray, IntArray

TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Demands:
    """One entry a demand: attacker, cell, how far it must be able to rise; sided: falling by 1 would do as well.

    down, up: how far each cell can move for each attacker, shape (attackers, cells).
    """

    attacker: IntArray
    cell: IntArray
    amount: FloatArray
    sided: BoolArray
    down: FloatArray
    up: FloatArray

    def __len__(self) -> int:
        return len(self.cell)

    def met_by(self, movement: FloatArray, among: IntArray) -> IntArray:
        """Those of the demands in `among` that the movement meets, where need be shrunk into an attacker's bounds."""
        fall, rise = np.maximum(-movement, 0.0), np.maximum(movement, 0.0)
        moved = np.flatnonzero(np.abs(movement) > TOLERANCE)
        scale = np.ones(len(self.down))
        for side, room in ((fall, self.down), (rise, self.up)):
            needs = np.maximum(side[moved], TOLERANCE)
            with np.errstate(invalid="ignore"):
                share = np.where(side[moved] > 0, room[:, moved] / needs, np.inf)
            scale = np.minimum(scale, share.min(axis=1, initial=np.inf))
        step = movement[self.cell[among]] * scale[self.attacker[among]]
        met = step >= self.amount[among] - TOLERANCE
        met |= self.sided[among] & (step <= -1.0 + TOLERANCE)
        return among[met]


def demands(system: System, attackers: Sequence[Attacker]) -> Demands:
    """Every demand of every attacker that visible cells alone do not meet already, in canonical order."""
    values, order = system.values, system.order
    parts: list[tuple[IntArray, IntArray, FloatArray, BoolArray]] = []
    for number, attacker in enumerate(attackers):
        missing = attacker.need[order] - values
        cells = np.flatnonzero((missing > 0) | attacker.guarded[order])
        amount = np.where(missing[cells] > 0, missing[cells], 1.0)
        parts.append((np.full(len(cells), number), cells, amount, missing[cells] <= 0))
    owner, cell, amount, sided = (np.concatenate(column) for column in zip(*parts, strict=True))
    down = np.array([np.maximum(values - a.lower[order], 0.0) for a in attackers])
    up = np.array([np.maximum(a.upper[order] - values, 0.0) for a in attackers])
    return Demands(owner, cell, amount, sided, down, up)
