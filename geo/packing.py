"""As many connected groups with enough weight as possible (the max-p regions problem, Duque, Anselin and Rey 2012).

The problem is NP-hard. Small graphs are searched to the end; larger ones by cutting many spanning trees, each cut
optimally from its leaves (Perl and Schach 1981), and by solving small neighborhoods of the best answer again. All
random choices come from a fixed seed, so the same graph always gives the same answer.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

EXACT_NODES = 60
EXACT_STEPS = 50_000  # about a second
AGAIN_NODES = (12, 20, 24)
AGAIN_TREES = 3
AGAIN_STEPS = 1_000
TREES = 60
PATIENCE = 5  # tries in a row without gain, for each group
MOST_TRIES = 4_000  # some ten seconds


def pack(
    adjacent: Sequence[Mapping[int, object]], weight: Sequence[int], nodes: Sequence[int], need: int
) -> list[list[int]]:
    """Disjoint connected groups of `nodes` (a connected set), each of at least `need`; as many as were found."""
    nodes = sorted(nodes)
    at = {node: i for i, node in enumerate(nodes)}
    around = [sum(1 << at[other] for other in adjacent[node] if other in at) for node in nodes]
    graph = _Graph(around, [weight[node] for node in nodes], need)
    groups = graph.best()
    return [[nodes[i] for i in _bits(group)] for group in sorted(groups, key=lambda g: g & -g)]


class _Graph:
    """Nodes 0..n-1 as bits of whole numbers; a group is one number."""

    def __init__(self, around: list[int], weight: list[int], need: int) -> None:
        self.around, self.weight, self.need = around, weight, need
        self.all = (1 << len(around)) - 1
        self.chance = random.Random(len(around))  # noqa: S311 - repeatable, not secret
        self.steps = 0

    def best(self) -> list[int]:
        limit = self.sum(self.all) // self.need
        if limit == 0:
            return []
        if limit == 1:
            return [self.all]
        starts = [self.cut_tree(self.all) for _ in range(TREES)]
        if len(self.around) <= EXACT_NODES:
            self.steps = EXACT_STEPS
            starts.append(self.filled(self.all, self.exact(self.all, {})))
            if self.steps > 0:
                return starts[-1]
        return self.improved(max(starts, key=len), limit)

    def sum(self, mask: int) -> int:
        return sum(self.weight[i] for i in _bits(mask))

    def border(self, mask: int) -> int:
        found = 0
        for i in _bits(mask):
            found |= self.around[i]
        return found & ~mask

    def pieces(self, mask: int) -> Iterator[int]:
        """The connected pieces of a set of nodes."""
        while mask:
            piece, edge = 0, mask & -mask
            while edge:
                piece |= edge
                edge = self.border(edge) & mask & ~piece
            yield piece
            mask &= ~piece

    def exact(self, mask: int, known: dict[int, list[int]]) -> list[int]:
        """The most groups in any set of nodes, by search; stops early when `steps` are used up."""
        if mask in known:
            return known[mask]
        pieces = [p for p in self.pieces(mask) if self.sum(p) >= self.need]
        if len(pieces) == 1:
            found = self._exact_piece(pieces[0], known)
        else:
            found = [group for piece in pieces for group in self.exact(piece, known)]
        known[mask] = found
        return found

    def _exact_piece(self, piece: int, known: dict[int, list[int]]) -> list[int]:
        limit = self.sum(piece) // self.need
        if limit == 1:
            return [piece]
        found: list[int] = []
        start = min(_bits(piece), key=lambda i: ((self.around[i] & piece).bit_count(), i))
        for group in self._grown(1 << start, self.around[start] & piece, piece, self.weight[start]):
            rest = self.exact(piece & ~group, known)
            if 1 + len(rest) > len(found):
                found = [group, *rest]
            if len(found) == limit or self.steps <= 0:
                return found
        return found

    def _grown(self, group: int, edge: int, allowed: int, weight: int) -> Iterator[int]:
        """Every connected group that holds the start and stops growing as soon as it is heavy enough, each once."""
        self.steps -= 1
        if weight >= self.need:
            yield group
            return
        allowed &= ~group
        while edge and self.steps > 0:
            node = edge.bit_length() - 1
            edge &= ~(1 << node)
            allowed &= ~(1 << node)
            wider = edge | (self.around[node] & allowed)
            yield from self._grown(group | (1 << node), wider, allowed, weight + self.weight[node])

    def cut_tree(self, mask: int) -> list[int]:
        """A random spanning tree of a connected set, cut from its leaves; the groups cover the set."""
        start = self.chance.choice(list(_bits(mask)))
        order, parent, open_edges = [start], {start: start}, []
        self._open(start, mask, open_edges)
        while open_edges:
            at = self.chance.randrange(len(open_edges))
            open_edges[at], open_edges[-1] = open_edges[-1], open_edges[at]
            node, other = open_edges.pop()
            if other not in parent:
                parent[other] = node
                order.append(other)
                self._open(other, mask, open_edges)
        held = {i: (1 << i, self.weight[i]) for i in order}
        groups = []
        for i in reversed(order):
            group, weight = held[i]
            if weight >= self.need:
                groups.append(group)
            elif i != start:
                above, more = held[parent[i]]
                held[parent[i]] = (above | group, more + weight)
        return self.filled(mask, groups)

    def _open(self, node: int, mask: int, open_edges: list[tuple[int, int]]) -> None:
        open_edges.extend((node, other) for other in _bits(self.around[node] & mask))

    def filled(self, mask: int, groups: list[int]) -> list[int]:
        """Groups widened until they cover a connected set."""
        groups = list(groups)
        left = mask & ~_union(groups)
        while left and groups:
            before = left
            for at, group in enumerate(groups):
                more = self.border(group) & left
                groups[at] |= more
                left &= ~more
            if left == before:
                break
        return groups

    def improved(self, groups: list[int], limit: int) -> list[int]:
        """Neighborhoods of a few groups are solved again, taking every gain and every change that costs nothing."""
        idle = 0
        for _ in range(MOST_TRIES):
            if len(groups) == limit or idle > PATIENCE * len(groups) + 20:
                break
            some = self._neighborhood(groups)
            area = _union(some)
            again = self._again(area, len(some))
            idle = 0 if len(again) > len(some) else idle + 1
            if len(again) >= len(some):
                groups = [g for g in groups if g not in some] + again
        return groups

    def _neighborhood(self, groups: list[int]) -> list[int]:
        """A random group and groups around it, as many as can soon be searched, and at least three."""
        most = self.chance.choice(AGAIN_NODES)
        some = [self.chance.choice(groups)]
        area = some[0]
        while True:
            beside = self.border(area)
            more = [g for g in groups if g & beside and (len(some) < 3 or (g | area).bit_count() <= most)]
            if not more:
                return some
            some.append(self.chance.choice(more))
            area |= some[-1]

    def _again(self, area: int, before: int) -> list[int]:
        """The best of a search and of random trees for a small connected set, on a small copy of it."""
        nodes = list(_bits(area))
        at = {node: i for i, node in enumerate(nodes)}
        around = [sum(1 << at[j] for j in _bits(self.around[node] & area)) for node in nodes]
        small = _Graph(around, [self.weight[node] for node in nodes], self.need)
        small.chance = self.chance
        found = small.cut_tree(small.all)
        if small.sum(small.all) // self.need > before:
            tries = [found, *(small.cut_tree(small.all) for _ in range(AGAIN_TREES))]
            if len(nodes) <= EXACT_NODES:
                small.steps = AGAIN_STEPS
                tries.append(small.filled(small.all, small.exact(small.all, {})))
            found = max(tries, key=len)
        return [sum(1 << nodes[i] for i in _bits(group)) for group in found]


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _union(groups: list[int]) -> int:
    found = 0
    for group in groups:
        found |= group
    return found
