"""Better regions, equally many: two regions side by side are divided anew while that helps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import pi

from geo.neighbors import Neighbors

Allowed = Sequence[Mapping[int, float]]
ROUNDS = 12
SEARCHED = 10  # areas of two regions for which every division is tried; beyond, single areas move over
ALONE = 0.1  # what an area that stays as it is is worth, in roundness


def round_off(
    near: Neighbors, allowed: Allowed, weight: Sequence[int], minimum: int, region: Sequence[int]
) -> list[int]:
    """Regions after all new divisions that keep more areas unchanged or make regions rounder."""
    state = _Regions(near, allowed, weight, minimum, region)
    for _ in range(ROUNDS):
        changed = [state.divide_anew(a, b) for a in sorted(state.members) for b in state.beside(a) if a < b]
        if not any(changed):
            break
    return state.region


class _Regions:
    def __init__(
        self, near: Neighbors, allowed: Allowed, weight: Sequence[int], minimum: int, region: Sequence[int]
    ) -> None:
        self.near, self.allowed, self.weight, self.minimum = near, allowed, weight, minimum
        self.region = list(region)
        groups: dict[int, list[int]] = {}
        for i, r in enumerate(region):
            groups.setdefault(r, []).append(i)
        self.members = {r: frozenset(group) for r, group in groups.items()}
        self.known: dict[frozenset[int], float] = {}
        self.tried: set[frozenset[int]] = set()

    def beside(self, r: int) -> list[int]:
        """The regions that a region may exchange areas with."""
        return sorted({self.region[j] for i in self.members[r] for j in self.allowed[i]} - {r})

    def divide_anew(self, a: int, b: int) -> bool:
        """Takes the best division of two regions into two; False when it is the present one."""
        both = self.members[a] | self.members[b]
        pair = frozenset([self.members[a], self.members[b]])
        if len(both) == 2 or pair in self.tried:
            return False
        self.tried.add(pair)
        best, found = self.worth(self.members[a]) + self.worth(self.members[b]) + 1e-6, None
        for part in self._parts(both, a):
            rest = both - part
            if self._stands(part) and self._stands(rest):
                worth = self.worth(part) + self.worth(rest)
                if worth > best:
                    best, found = worth, part
        if found is None:
            return False
        for r, group in ((a, found), (b, both - found)):
            self.members[r] = group
            for i in group:
                self.region[i] = r
        return True

    def _parts(self, both: frozenset[int], a: int) -> Iterator[frozenset[int]]:
        """All halves with the lowest area, or for many areas the halves one move away."""
        if len(both) > SEARCHED:
            yield from (self.members[a] ^ {i} for i in sorted(both))
            return
        first, *others = sorted(both)
        for mask in range(1 << len(others)):
            yield frozenset([first, *(other for at, other in enumerate(others) if mask >> at & 1)])

    def _stands(self, group: frozenset[int]) -> bool:
        """Whether the areas have enough together and are one piece."""
        if sum(self.weight[i] for i in group) < self.minimum:
            return False
        reached, edge = set(), [next(iter(group), -1)]
        while edge and edge != [-1]:
            i = edge.pop()
            reached.add(i)
            edge.extend(j for j in self.allowed[i] if j in group and j not in reached)
        return bool(group) and len(reached) == len(group)

    def worth(self, group: frozenset[int]) -> float:
        """Roundness, and more for a single area; remembered."""
        if group not in self.known:
            self.known[group] = round(self.roundness(group) + (ALONE if len(group) == 1 else 0.0), 6)
        return self.known[group]

    def roundness(self, group: frozenset[int]) -> float:
        """Polsby-Popper: 4 pi area / perimeter^2, 1 for a circle (Polsby and Popper 1991)."""
        around = sum(self.near.perimeters[i] for i in sorted(group))
        inside = sum(m for i in sorted(group) for j, m in self.near.borders[i].items() if j in group)
        perimeter = around - inside  # each inner border is in two perimeters, and counted from both sides
        area = sum(self.near.areas[i] for i in sorted(group))
        return 4 * pi * area / perimeter**2 if perimeter > 0 else 0.0
