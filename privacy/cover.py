"""The cheapest cells to hide that meet all conditions found so far: a covering problem, solved piece by piece."""

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array

from privacy.covering import covering
from privacy.cuts import Cut
from privacy.lattice import BoolArray, FloatArray, IntArray

NODES = 20


@dataclass(eq=False)
class Piece:
    """Conditions that share cells, directly or through others, and the choice that meets them best."""

    cuts: list[Cut] = field(default_factory=list)
    chosen: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    stale: bool = True


class Cover:
    """Conditions on a pattern and the cheapest set of cells that meets them.

    price: of each cell. nodes: how long to search for the cheapest. kept: cells that stay chosen whatever they cost (none at first).
    """

    def __init__(self, price: FloatArray) -> None:
        self.price = price
        self.nodes = NODES
        self.work = 0.0
        self.kept: BoolArray = np.zeros(len(price), dtype=bool)
        self._piece_of: list[Piece | None] = [None] * len(price)
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
        cuts = [cut for cut in cuts if cut.missed_by(self.kept)]
        if not cuts:
            return np.zeros(0, dtype=np.int64)
        if len(cuts) == 1 and not self.kept[cuts[0].cells].any() and (cuts[0].shares == 1).all():
            return cuts[0].cells[[int(np.argmin(self.price[cuts[0].cells]))]]
        cells = np.unique(np.concatenate([cut.cells for cut in cuts]))
        column = np.concatenate([np.searchsorted(cells, cut.cells) for cut in cuts])
        starts = np.concatenate(([0], np.cumsum([len(cut.cells) for cut in cuts])))
        shares = np.concatenate([cut.shares for cut in cuts])
        rows = csr_array((shares, column, starts), shape=(len(cuts), len(cells)))
        kept = self.kept[cells]
        free, needed = np.flatnonzero(~kept), 1.0 - rows @ kept.astype(float)
        picked, work = covering(self.price[cells[free]], csr_array(rows[:, free]), needed, self.nodes)
        self.work += work
        return cells[free[picked]]
