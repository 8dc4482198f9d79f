"""The cheapest cells to hide that meet all conditions found so far: a covering problem, solved piece by piece."""

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from privacy.covering import covering
from privacy.cuts import SLACK, Cut
from privacy.lattice import BoolArray, FloatArray, IntArray
from privacy.movement import quiet_solver

NODES = 20


@dataclass(eq=False)
class Piece:
    """Conditions that share cells, directly or through others, and the choice that meets them best."""

    cuts: list[Cut] = field(default_factory=list)
    chosen: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    stale: bool = True


class Cover:
    """Conditions on a pattern and the cheapest set of cells that meets them.

    price: of each cell. nodes: how long to search for the cheapest. kept: cells that stay chosen whatever they cost,
    none at first.
    """

    def __init__(self, price: FloatArray) -> None:
        self.price = price
        self.nodes = NODES
        self.work = 0.0
        self.kept: BoolArray = np.zeros(len(price), dtype=bool)
        self._piece_of: list[Piece | None] = [None] * len(price)
        self._solver = quiet_solver()
        self._pieces: dict[int, Piece] = {}

    def add(self, cuts: list[Cut]) -> None:
        """Take conditions in."""
        for cut in cuts:
            self._home(cut.cells).cuts.append(cut)

    def _home(self, cells: IntArray) -> Piece:
        """The one piece of these cells, pieces that they link made one."""
        found = {id(p): p for c in cells.tolist() if (p := self._piece_of[c]) is not None}
        home = max(found.values(), key=lambda p: len(p.cuts), default=Piece())
        home.stale = True
        self._pieces[id(home)] = home
        for other in found.values():
            if other is not home:
                home.cuts += other.cuts
                del self._pieces[id(other)]
                for cut in other.cuts:
                    self._claim(cut.cells, home)
        self._claim(cells, home)
        return home

    def _claim(self, cells: IntArray, home: Piece) -> None:
        for cell in cells.tolist():
            self._piece_of[cell] = home

    def keep(self, cells: BoolArray) -> None:
        """Fix these cells as chosen, and no others; pieces with a change are solved again."""
        for piece in self._pieces.values():
            touched = np.concatenate([cut.cells for cut in piece.cuts])
            piece.stale |= bool((self.kept[touched] != cells[touched]).any())
        self.kept = cells.copy()

    def renew(self) -> None:
        """Solve every piece again, for a change of prices."""
        for piece in self._pieces.values():
            piece.stale = True

    def solve(self) -> BoolArray:
        """The cells to choose: kept ones and, in each piece, the cheapest that meet its conditions."""
        chosen = self.kept.copy()
        for piece in self._pieces.values():
            if piece.stale:
                piece.chosen = self._cheapest(piece.cuts)
                piece.stale = False
            chosen[piece.chosen] = True
        return chosen

    def _cheapest(self, cuts: list[Cut]) -> IntArray:
        every, shares = np.concatenate([c.cells for c in cuts]), np.concatenate([c.shares for c in cuts])
        sizes = np.array([len(c.cells) for c in cuts])
        needed = 1.0 - np.add.reduceat(shares * self.kept[every], np.cumsum(sizes) - sizes)
        unmet = needed > SLACK
        use = np.repeat(unmet, sizes) & ~self.kept[every]
        if not use.any():
            return every[:0]
        if len(cuts) == 1 and (shares == 1).all():
            return every[[int(np.argmin(self.price[every]))]]
        cells, column = np.unique(every[use], return_inverse=True)
        row = np.repeat(np.cumsum(unmet) - 1, sizes)[use]
        starts = np.searchsorted(row, np.arange(unmet.sum() + 1))
        rows = csr_array((shares[use], column, starts), shape=(int(unmet.sum()), len(cells)))
        picked, work = covering(self.price[cells], rows, needed[unmet], self.nodes, self._solver)
        self.work += work
        return cells[picked]
