"""Slow and plain counterparts: every whole table that fits what a reader knows, and small lattices to try."""

from collections.abc import Iterator
from itertools import product

import numpy as np
from hypothesis import strategies as st

from privacy.lattice import Attacker, BoolArray, IntArray, Lattice, Pattern, Rule

Interval = tuple[int, int]


def pattern(lattice: Lattice, hidden, rule: Rule) -> Pattern:
    marks = np.zeros(len(lattice), dtype=bool)
    marks[list(hidden)] = True
    return Pattern(marks, marks, rule)


def tables(lattice: Lattice, unknown: BoolArray, lower, upper, most: int) -> Iterator[list[int]]:
    """All whole tables over the unknown cells (in order of position), every cell at most `most`."""
    cells = np.flatnonzero(unknown).tolist()
    span = {
        i: (int(lower[i]), int(min(upper[i], most))) if unknown[i] else (int(lattice.values[i]),) * 2
        for i in range(len(lattice))
    }
    touching = {c: [r for r in lattice.relations if c == r[0] or c in r[1]] for c in cells}

    def fits(relation) -> bool:
        total, parts = relation
        least, largest = sum(span[p][0] for p in parts), sum(span[p][1] for p in parts)
        return span[total][0] <= largest and span[total][1] >= least

    def walk(number: int) -> Iterator[list[int]]:
        if number == len(cells):
            yield [span[c][0] for c in cells]
            return
        cell = cells[number]
        kept = span[cell]
        for value in range(kept[0], kept[1] + 1):
            span[cell] = (value, value)
            if all(fits(relation) for relation in touching[cell]):
                yield from walk(number + 1)
        span[cell] = kept

    if all(fits(relation) for relation in lattice.relations):
        yield from walk(0)


def brute(lattice: Lattice, hidden: BoolArray, attacker: Attacker, most: int) -> dict[int, Interval]:
    """Least and largest count of every unknown cell over all tables."""
    unknown = (hidden | lattice.latent) & ~lattice.structural
    found = np.array(list(tables(lattice, unknown, attacker.lower, attacker.upper, most)))
    cells = np.flatnonzero(unknown).tolist()
    if not cells:
        return {}
    return {c: (int(found[:, i].min()), int(found[:, i].max())) for i, c in enumerate(cells)}


def cross(counts: np.ndarray, latent_inner: bool = False) -> Lattice:
    """A table of any number of dimensions with all its margins; every cell summed along each dimension."""
    shape = counts.shape
    names = list(product(*([*(f"c{i}" for i in range(size)), "Total"] for size in shape)))
    where = {name: i for i, name in enumerate(names)}

    def value(name) -> int:
        return int(counts[tuple(slice(None) if code == "Total" else int(code[1:]) for code in name)].sum())

    relations = [
        (where[name], [where[(*name[:axis], f"c{i}", *name[axis + 1 :])] for i in range(shape[axis])])
        for name in names
        for axis, code in enumerate(name)
        if code == "Total"
    ]
    latent = [i for i, name in enumerate(names) if latent_inner and "Total" not in name]
    return Lattice.build(names, [value(name) for name in names], relations, latent)


def tree(counts: np.ndarray) -> Lattice:
    """Towns x regions x two groups, with towns, the county and group margins: a hierarchy crossed with a dimension."""
    towns, regions, groups = counts.shape
    keys, values = [], []

    def add(name, number) -> int:
        keys.append(name)
        values.append(int(number))
        return len(keys) - 1

    at = {}
    for group in [*range(groups), None]:
        pick = counts if group is None else counts[:, :, group : group + 1]
        at["county", group] = add(("county", str(group)), pick.sum())
        for t in range(towns):
            at[t, group] = add((f"t{t}", str(group)), pick[t].sum())
            for r in range(regions):
                at[t, r, group] = add((f"t{t}r{r}", str(group)), pick[t, r].sum())
    relations = []
    for group in [*range(groups), None]:
        relations.append((at["county", group], [at[t, group] for t in range(towns)]))
        relations += [(at[t, group], [at[t, r, group] for r in range(regions)]) for t in range(towns)]
    for place in {key[:-1] for key in at}:
        relations.append((at[*place, None], [at[*place, g] for g in range(groups)]))
    return Lattice.build(keys, values, sorted(relations))


def overlaps(atoms: list[int], views: list[list[int]]) -> Lattice:
    """Latent atoms, and views that are any sums of them."""
    keys = [("atom", str(i)) for i in range(len(atoms))] + [("view", str(i)) for i in range(len(views))]
    values = [*atoms, *(sum(atoms[i] for i in view) for view in views)]
    relations = [(len(atoms) + n, view) for n, view in enumerate(views)]
    return Lattice.build(keys, values, relations, latent=range(len(atoms)))


def _counts(shape: tuple[int, ...], most: int):
    size = int(np.prod(shape))
    return st.lists(st.integers(0, most), min_size=size, max_size=size).map(lambda x: np.array(x).reshape(shape))


@st.composite
def lattices(draw, most: int = 4) -> Lattice:
    """Two-way and three-way tables, hierarchies, latent inner cells, overlapping sums."""
    kind = draw(st.sampled_from(["flat", "cube", "tree", "latent", "overlaps"]))
    if kind == "flat":
        return cross(draw(_counts(draw(st.sampled_from([(1, 1), (1, 3), (2, 2), (2, 3), (3, 3)])), most)))
    if kind == "cube":
        return cross(draw(_counts((2, 2, 2), most)))
    if kind == "tree":
        return tree(draw(_counts((2, 2, 2), most)))
    if kind == "latent":
        return cross(draw(_counts((2, 2, 2), 3)), latent_inner=True)
    size = draw(st.integers(1, 5))
    views = draw(st.lists(st.sets(st.integers(0, size - 1), min_size=1).map(sorted), min_size=1, max_size=5))
    return overlaps(draw(_counts((size,), most)).tolist(), views)


@st.composite
def cases(draw, most_hidden: int = 14, zeros: str | None = None) -> tuple[Lattice, IntArray, Rule]:
    """A lattice, the positions hidden (sensitive cells and some others) and the rule."""
    lattice = draw(lattices())
    rule = Rule(draw(st.sampled_from(["provable", "exact"])), 3, zeros or draw(st.sampled_from(["hidden", "shown"])))
    floor = 0 if rule.zeros == "hidden" else 1
    may = np.flatnonzero(~lattice.latent & (lattice.values >= floor))
    must = [i for i in may.tolist() if lattice.values[i] < rule.k]
    more = draw(st.sets(st.sampled_from(may.tolist()), max_size=6)) if may.size else set()
    hidden = sorted({*must, *more})
    return lattice, np.array(hidden[: max(0, most_hidden - int(lattice.latent.sum()))], dtype=np.int64), rule
