"""One condition that every safe pattern meets."""

from dataclasses import dataclass

import numpy as np

from privacy.lattice import BoolArray, FloatArray, IntArray, NoSafePattern

SLACK = 1e-6


@dataclass(frozen=True, eq=False)
class Cut:
    """The shares of those of these cells that a pattern hides add up to at least 1."""

    cells: IntArray
    shares: FloatArray

    def missed_by(self, hidden: BoolArray) -> bool:
        """Whether a pattern breaks the condition."""
        return bool(self.shares[hidden[self.cells]].sum() < 1 - SLACK)


def cut_of(room: FloatArray, needed: float, cells: IntArray) -> Cut:
    """The condition that these cells, with this much room each, make up for what is still needed."""
    useful = room > 1e-9
    return Cut(cells[useful], np.minimum(room[useful] / needed, 1.0))


def possible(cut: Cut) -> Cut:
    """The condition itself; raises NoSafePattern when hiding all its cells would not meet it."""
    if cut.shares.sum() < 1 - SLACK:
        raise NoSafePattern("no choice of hidden cells protects every sensitive cell")
    return cut


def either(first: Cut, second: Cut) -> Cut:
    """The condition that one of two conditions holds."""
    cells = np.union1d(first.cells, second.cells)
    shares = np.zeros(len(cells))
    for cut in (first, second):
        at = np.searchsorted(cells, cut.cells)
        shares[at] = np.maximum(shares[at], cut.shares)
    return Cut(cells, shares)
