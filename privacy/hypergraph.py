"""Which joint tables link table shapes: acyclic shapes agree through shared margins, cyclic ones need a common joint.

An edge is the set of variables (table columns) that one shape crosses. Tables over an acyclic hypergraph that agree on
their shared margins always have a common joint table, so their own cells tell an attacker all there is to tell; over a
cyclic one they need not, and the joint cells have to enter the system (Beeri, Fagin, Maier, Yannakakis 1983).
"""

from collections.abc import Callable, Iterable

Edge = frozenset[str]


def maximal(edges: Iterable[Edge]) -> list[Edge]:
    """The edges that no other edge contains, in a fixed order."""
    unique = sorted(set(edges), key=lambda edge: (-len(edge), sorted(edge)))
    kept: list[Edge] = []
    for edge in unique:
        if not any(edge <= other for other in kept):
            kept.append(edge)
    return kept


def reduce_ears(edges: Iterable[Edge]) -> tuple[list[Edge], list[Edge]]:
    """GYO reduction: (what remains, separators met on the way); nothing remains of an acyclic hypergraph."""
    rest, separators = maximal(edges), set[Edge]()
    while True:
        lone = {v for edge in rest for v in edge if sum(v in other for other in rest) == 1}
        trimmed = [edge - lone for edge in rest]
        kept = [edge for edge in maximal(trimmed) if edge]
        separators |= {edge for edge in trimmed if edge and (edge not in kept or trimmed.count(edge) > 1)}
        if kept == rest or not kept:
            return kept, sorted(separators, key=sorted)
        rest = kept


def _cliques(edges: list[Edge], size: Callable[[Edge], int]) -> list[Edge]:
    """Cliques of a triangulation of the graph of the edges; the smallest joint table first, ties by name."""
    vertices = sorted(set().union(*edges))
    near = {v: set().union(*(edge for edge in edges if v in edge)) - {v} for v in vertices}
    found = []
    while near:
        best = min(near, key=lambda v: (size(frozenset(near[v] | {v})), len(near[v]), v))
        around = near.pop(best)
        found.append(frozenset(around | {best}))
        for vertex in around:
            near[vertex] = (near[vertex] | around) - {vertex, best}
    return maximal(found)


def joints(edges: Iterable[Edge], size: Callable[[Edge], int]) -> tuple[list[Edge], list[Edge]]:
    """(joint tables to add so that the shapes are acyclic, separators through which the tables have to agree).

    size: number of cells of the joint table over a set of variables; small joints are preferred.
    """
    given = maximal(edges)
    core, _ = reduce_ears(given)
    added = [clique for clique in _cliques(core, size) if not any(clique <= edge for edge in given)] if core else []
    rest, separators = reduce_ears([*given, *added])
    if rest:
        raise AssertionError("the joint tables do not make the shapes acyclic")
    return added, separators
