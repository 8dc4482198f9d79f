"""Peers: the communities whose children are most alike in number and mix."""

import math
from collections.abc import Mapping


def peers(place: str, sizes: Mapping[str, float], mix: Mapping[str, Mapping[str, float]], number: int = 4) -> list[str]:
    """The nearest other places, nearest first, ties by name.

    sizes: children served per place. mix: place -> group -> percent of its children; groups hidden in either place are
    left out of the pair. Distance: difference of the logarithms of size (a doubling counts 1) and, beside it, half the
    sum of differences of shares (0 the same mix, 1 nothing in common) counted double. A place that shows no size has
    no peers and is none.
    """
    if not sizes.get(place, 0) > 0:
        return []
    others = [other for other, size in sizes.items() if other != place and size > 0]
    return sorted(others, key=lambda other: (_distance(place, other, sizes, mix), other))[:number]


def _distance(one: str, two: str, sizes: Mapping[str, float], mix: Mapping[str, Mapping[str, float]]) -> float:
    size = abs(math.log2(sizes[one] / sizes[two]))
    first, second = mix.get(one, {}), mix.get(two, {})
    shared = [g for g in first if g in second and first[g] == first[g] and second[g] == second[g]]
    unlike = sum(abs(first[g] - second[g]) for g in shared) / 200 if shared else 0.5
    return math.hypot(size, 2 * unlike)
