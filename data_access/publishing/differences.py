"""What two publications of nested populations give away when one is taken from the other."""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from data_access.publishing.stored import Stored
from privacy.attack import attack
from privacy.lattice import FloatArray
from privacy.rounding import HALF, round_counts

ROUNDS = 30


def bounds(stored: Stored) -> tuple[FloatArray, FloatArray]:
    """(low, high) of every cell for a reader of this population alone, by its relations; whole numbers.

    Exact counts are known, rounded ones to within 2 (and never below k), hidden and latent ones not at all. The bounds
    are drawn in along every relation until they stand.
    """
    lattice, pattern = stored.lattice, stored.pattern
    open_ = pattern.hidden | lattice.latent
    seen = lattice.values.astype(float) if stored.exact else round_counts(lattice.values)
    spare = 0.0 if stored.exact else float(HALF)
    least = np.where(lattice.values == 0, 0.0, float(pattern.rule.k))
    low = np.where(open_, 0.0, np.maximum(seen - spare, np.minimum(least, seen + spare)))
    high = np.where(open_, np.inf, seen + spare)
    high = np.where(lattice.structural, 0.0, high)
    low = np.where(lattice.structural, 0.0, low)
    return drawn_in(stored, low, high)


def drawn_in(stored: Stored, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Tighten bounds along total = sum of parts: a total lies between the sums of its parts' bounds, and each part
    between what the total leaves when all others are at their other end."""
    relations = stored.lattice.relations
    if not relations:
        return low, high
    totals = np.array([total for total, _ in relations])
    rows = np.repeat(np.arange(len(relations)), [len(parts) for _, parts in relations])
    parts = np.array([part for _, listed in relations for part in listed])
    sums = csr_array((np.ones(len(rows)), (rows, parts)), shape=(len(relations), len(low)))
    top = float(stored.lattice.values.max()) * 2 + 1  # stands for "no bound", and keeps sums finite
    low, high = low.copy(), np.minimum(high, top)
    for _ in range(ROUNDS):
        before = low.copy(), high.copy()
        np.maximum.at(low, totals, sums @ low)
        np.minimum.at(high, totals, sums @ high)
        below, above = (sums @ low)[rows], (sums @ high)[rows]
        np.maximum.at(low, parts, low[totals][rows] - (above - high[parts]))
        np.minimum.at(high, parts, high[totals][rows] - (below - low[parts]))
        low, high = np.maximum(low, before[0]), np.minimum(high, before[1])
        if np.array_equal(low, before[0]) and np.array_equal(high, before[1]):
            break
    return np.ceil(low - 1e-9), np.where(high >= top, np.inf, np.floor(high + 1e-9))


def exact_differences(one: Stored, two: Stored) -> list[str]:
    """Shared cells of two populations, the one inside the other, whose difference is known to be exactly 1..k-1.

    Populations that are not nested have no such difference: children are in either alone.
    """
    inner, outer = (one, two) if one.lattice.values.max() <= two.lattice.values.max() else (two, one)
    pairs = _shared(inner, outer)
    if not len(pairs) or (inner.lattice.values[pairs[:, 0]] > outer.lattice.values[pairs[:, 1]]).any():
        return []
    (low_in, high_in), (low_out, high_out) = bounds(inner), bounds(outer)
    least = np.maximum(low_out[pairs[:, 1]] - high_in[pairs[:, 0]], 0)
    most = high_out[pairs[:, 1]] - low_in[pairs[:, 0]]
    k = max(one.pattern.rule.k, two.pattern.rule.k)
    known = (least == most) & (least >= 1) & (least < k)
    return [
        f"{outer.population} less {inner.population} {inner.period}: exactly {least[i]:g} in "
        f"{'/'.join(inner.lattice.keys[pairs[i, 0]])}"
        for i in np.flatnonzero(known)
    ]


def nested_findings(inner: Stored, outer: Stored) -> list[str]:
    """What the shown numbers of a population inside another give away of it: as many children at least are there.

    Hidden cells of the outer one are attacked again by everybody who attacked them, with that besides.
    """
    if inner.exact or not outer.exact:  # everybody counted anywhere is served; no other population holds another
        return []
    floor = _floor(inner, outer)
    unknown = outer.pattern.hidden | outer.lattice.latent
    if not (unknown & (floor > bounds(outer)[0])).any():
        return []
    known = floor if outer.floor is None else np.maximum(floor, outer.floor)
    found = attack(outer.lattice, outer.pattern, outer.pattern.rule, replace(outer, floor=known).attackers()).found
    return [
        f"{f.attacker}, beside {inner.population}: {outer.population} {outer.period} "
        f"{'/'.join(outer.lattice.keys[f.position])} {f.kind} {f.low:g}..{f.high:g}"
        for f in found
    ]


def _floor(inner: Stored, outer: Stored) -> FloatArray:
    """The least count of each cell of the outer population, from the inner one; not where the data say otherwise."""
    pairs = _shared(inner, outer)
    floor = np.zeros(len(outer.lattice))
    np.maximum.at(floor, pairs[:, 1], bounds(inner)[0][pairs[:, 0]])
    return np.where(floor <= outer.lattice.values, floor, 0.0)


def _shared(inner: Stored, outer: Stored) -> np.ndarray:
    """Positions (inner, outer) of cells of the same place and groups that neither leaves latent."""
    found: list[tuple[int, int]] = []
    place = {name: i for i, name in enumerate(outer.names) if not outer.lattice.latent[i]}
    for i, name in enumerate(inner.names):
        other = place.get(name)
        if other is not None and not inner.lattice.latent[i]:
            found.append((i, other))
    return np.array(found, dtype=np.int64).reshape(-1, 2)
