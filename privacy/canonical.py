"""One order of cells and relations for each table, whatever order it was written in."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, csr_array

from privacy.lattice import Attacker, BoolArray, FloatArray, IntArray, Lattice

Colors = NDArray[np.uint64]
ROUNDS = 6


@dataclass(frozen=True, eq=False)
class System:
    """A lattice in canonical order. order[i] is the lattice position of cell i.

    matrix: one row a relation, +1 at its total and -1 at its parts, so matrix @ values = 0.
    """

    order: IntArray
    values: FloatArray
    matrix: csr_array
    columns: csc_array
    latent: BoolArray

    def __len__(self) -> int:
        return len(self.order)


def canonical(lattice: Lattice, attackers: tuple[Attacker, ...], *marks: NDArray[np.generic]) -> System:
    """Order cells by what they are (value, place in the relations, what attackers know), then by key.

    Renaming categories therefore only swaps cells that nothing but their name tells apart.
    """
    row, cell, sign = _entries(lattice)
    colors = _refine(_first_colors(lattice, attackers, marks), row, cell, sign, len(lattice.relations))
    rank = np.empty(len(lattice), dtype=np.int64)
    rank[sorted(range(len(lattice)), key=lattice.keys.__getitem__)] = np.arange(len(lattice))
    order = np.lexsort((rank, colors, lattice.values))
    place = np.empty(len(lattice), dtype=np.int64)
    place[order] = np.arange(len(lattice))
    matrix = _sorted_rows(row, place[cell], sign, len(lattice))
    return System(order, lattice.values[order].astype(float), matrix, matrix.tocsc(), lattice.latent[order])


def _entries(lattice: Lattice) -> tuple[IntArray, IntArray, FloatArray]:
    """Relation, cell and sign (+1 total, -1 part) of every place in every relation."""
    sizes = np.array([1 + len(parts) for _, parts in lattice.relations], dtype=np.int64)
    cell = np.fromiter((p for total, parts in lattice.relations for p in (total, *parts)), dtype=np.int64)
    sign = -np.ones(len(cell))
    sign[np.cumsum(sizes) - sizes] = 1.0
    return np.repeat(np.arange(len(sizes)), sizes), cell, sign


def _sorted_rows(row: IntArray, cell: IntArray, sign: FloatArray, size: int) -> csr_array:
    """The relations as a matrix, in a fixed order, each once."""
    by_cell = np.lexsort((cell, row))
    ends = np.cumsum(np.bincount(row)) if len(row) else np.zeros(0, dtype=np.int64)
    named = (cell * 2 + (sign > 0))[by_cell].tolist()
    lines = sorted({tuple(named[a:b]) for a, b in pairwise([0, *ends.tolist()])})
    entries = np.array([entry for line in lines for entry in line], dtype=np.int64)
    starts = np.cumsum([0, *(len(line) for line in lines)])
    return csr_array((np.where(entries % 2, 1.0, -1.0), entries // 2, starts), shape=(len(lines), size))


def _mix(numbers: Colors) -> Colors:
    """Scramble 64-bit numbers (the finalizer of splitmix64), so that sums of them tell sets apart."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def _first_colors(lattice: Lattice, attackers: tuple[Attacker, ...], marks: tuple[NDArray[np.generic], ...]) -> Colors:
    facts: list[NDArray[np.generic]] = [lattice.values, lattice.latent, lattice.structural, *marks]
    for attacker in attackers:
        facts += [attacker.lower, attacker.upper, attacker.guarded, attacker.need]
    colors = np.zeros(len(lattice), dtype=np.uint64)
    for fact in facts:
        bits = (np.asarray(fact, dtype=float) + 0.0).view(np.uint64)
        colors = _mix(colors * np.uint64(3) + bits + np.uint64(0x9E3779B97F4A7C15))
    return colors


def _refine(colors: Colors, row: IntArray, cell: IntArray, sign: FloatArray, relations: int) -> Colors:
    """Mix every cell's color with those of the relations it stands in, as total or as part, a few times."""
    role = np.where(sign > 0, np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1B54A32D192ED03))
    for _ in range(ROUNDS):
        sums = np.zeros(relations, dtype=np.uint64)
        np.add.at(sums, row, _mix(colors[cell] + role))
        fresh = np.zeros(len(colors), dtype=np.uint64)
        np.add.at(fresh, cell, _mix(_mix(sums)[row] + role))
        colors = _mix(colors * np.uint64(3) + fresh)
    return colors
