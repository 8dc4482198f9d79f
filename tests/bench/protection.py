"""How cheap and how quick patterns are: open instances and generated tables, beside plain linear-program repair.

Rows: (figure, measured, asked). Seconds are processor seconds from the lattice to the pattern.
"""

import json
import time
from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import product
from pathlib import Path

import numpy as np

from privacy.lattice import Lattice, Rule
from privacy.primary import contributor_attackers, public_attacker
from privacy.repair import repair
from privacy.suppress import suppress
from privacy.views import build_lattice
from tests.support.lattices import LARGE, PLACES, large_atoms

FOLDER = Path(__file__).parents[3] / "shared" / "suppression"
RULES = (("exact", "hidden"), ("provable", "hidden"), ("provable", "shown"))
# table -> secondaries and cost at most under each of RULES, and seconds
ASKED = {
    "textbook_3x3": (((3, 51), (3, 51), (3, 51)), 0.05),
    "rand_40x6": (((13, 262), (26, 477), (29, 545)), 0.3),
    "hier_county_age": (((8, 128), (11, 166), (19, 283)), 0.4),
}
Tree = Mapping[str, str]
Counts = Mapping[tuple[str, ...], int]


def crossed(trees: list[Tree], counts: Counts) -> Lattice:
    """The table of all codes of some hierarchies ({code: parent}), from the counts of their leaves."""
    values: dict[tuple[str, ...], int] = {}
    for leaf, count in counts.items():
        for cell in product(*(_upward(tree, code) for tree, code in zip(trees, leaf, strict=True))):
            values[cell] = values.get(cell, 0) + count
    place = {cell: i for i, cell in enumerate(values)}
    inside: list[dict[str, list[str]]] = [{} for _ in trees]
    for tree, parts in zip(trees, inside, strict=True):
        for code, parent in tree.items():
            parts.setdefault(parent, []).append(code)
    relations = [
        (place[cell], [place[(*cell[:axis], code, *cell[axis + 1 :])] for code in parts[cell[axis]]])
        for cell in values
        for axis, parts in enumerate(inside)
        if cell[axis] in parts
    ]
    return Lattice.build(list(values), list(values.values()), relations)


def _upward(tree: Tree, code: str) -> list[str]:
    found = [code]
    while found[-1] in tree:
        found.append(tree[found[-1]])
    return found


def flat(name: str, size: int) -> Tree:
    """One total over `size` codes."""
    return {f"{name}{i:02d}": "Total" for i in range(size)}


def places(regions: int, areas: int, chance: np.random.Generator) -> Tree:
    """Areas in regions in a whole."""
    tree = {f"R{i:02d}": "Total" for i in range(regions)}
    homes = [*range(regions), *chance.integers(regions, size=areas - regions).tolist()]
    return tree | {f"A{i:04d}": f"R{home:02d}" for i, home in enumerate(homes)}


def drawn(trees: list[Tree], mean: float, spread: float, chance: np.random.Generator) -> dict[tuple[str, ...], int]:
    """Counts of the leaves: some codes are common, some are rare."""
    leaves = [[code for code in tree if code not in set(tree.values())] for tree in trees]
    weight = [chance.gamma(1 / spread, spread, len(codes)) for codes in leaves]
    expected = mean * reduce(np.multiply, np.ix_(*weight)) * chance.gamma(3, 1 / 3, tuple(map(len, leaves)))
    return dict(zip(product(*leaves), chance.poisson(expected).ravel().tolist(), strict=True))


def generated(kind: str, seed: int = 1) -> Lattice:
    """A table of about 550 (flat, three ways), 4,000 or 19,000 cells (three levels of places x 5 x 2)."""
    chance = np.random.default_rng(seed)
    if kind == "flat 550":
        trees = [flat("a", 10), flat("b", 9), flat("c", 4)]
        return crossed(trees, drawn(trees, 40.0, 0.4, chance))
    regions, areas = {"4,000": (21, 200), "19,000": (54, 1000)}[kind]
    trees = [places(regions, areas, chance), flat("b", 5), flat("c", 2)]
    return crossed(trees, drawn(trees, 30.0, 0.5, chance))


def linked(seed: int = 1) -> Lattice:
    """Three two-way views of one population that share their margins; what they cross in full is shown nowhere."""
    chance = np.random.default_rng(seed)
    trees = [flat("a", 12), flat("b", 6), flat("c", 5)]
    full = crossed(trees, drawn(trees, 12.0, 0.6, chance))
    inner = [i for i, key in enumerate(full.keys) if "Total" not in key]
    return Lattice.build(full.keys, full.values, full.relations, latent=inner)


def contributed(readers: int = 9, seed: int = 1) -> tuple[Lattice, dict[str, np.ndarray]]:
    """A table of about 2,000 cells and what each of some contributors put into every cell."""
    chance = np.random.default_rng(seed)
    trees = [places(18, 150, chance), flat("b", 3), flat("c", 2)]
    counts = drawn(trees, 25.0, 0.4, chance)
    split = {leaf: chance.multinomial(n, chance.dirichlet(np.full(readers + 1, 0.3))) for leaf, n in counts.items()}
    whole = crossed(trees, counts)
    own = {}
    for reader in range(readers):
        part = crossed(trees, {leaf: int(numbers[reader]) for leaf, numbers in split.items()})
        place = {key: i for i, key in enumerate(part.keys)}
        own[f"contributor {reader}"] = part.values[[place[key] for key in whole.keys]]
    return whole, own


def bench() -> Iterator[tuple[str, str, str]]:
    """One row a figure."""
    yield _built()
    for name, (asked, seconds) in ASKED.items():
        yield from _instance(name, asked, seconds)
    for kind, limit in (("flat 550", 2.0), ("4,000", 2.5), ("19,000", 20.0)):
        lattice = generated(kind)
        for rule in RULES:
            yield _generated(f"{kind} cells", lattice, Rule(rule[0], 10, rule[1]), limit, plain=kind != "19,000")
    yield _generated("linked views", linked(), Rule(), 2.0, plain=True)
    whole, own = contributed()
    start = time.process_time()
    readers = [public_attacker(whole, Rule()), *contributor_attackers(whole, own, Rule())]
    pattern = suppress(whole, Rule(), readers)
    took = time.process_time() - start
    yield f"{len(whole)} cells, {len(readers)} readers", _measured(whole, pattern, took), "3 s"


def _built() -> tuple[str, str, str]:
    """The lattice of six views, from 20,000 kinds of children."""
    atoms = large_atoms(20_000)
    start = time.process_time()
    lattice = build_lattice(atoms, PLACES, LARGE).lattice
    return f"{len(lattice)} cells and their relations", f"{time.process_time() - start:.2f} s", "0.5 s"


def _measured(lattice, pattern, seconds: float) -> str:
    spare = pattern.hidden & ~pattern.primary
    return f"{spare.sum()} / {lattice.values[spare].sum()} in {seconds:.2f} s"


def _instance(name: str, asked, seconds: float) -> Iterator[tuple[str, str, str]]:
    path = FOLDER / f"{name}.json"
    if not path.exists():
        yield name, "not at hand", ""
        return
    table = json.loads(path.read_text(encoding="utf-8"))
    for (rule, zeros), (most, cost) in zip(RULES, asked, strict=True):
        start = time.process_time()
        lattice = Lattice.build(table["keys"], table["values"], table["relations"])
        pattern = suppress(
            lattice, promise := Rule(rule, table["threshold"], zeros), [public_attacker(lattice, promise)]
        )
        took = time.process_time() - start
        yield f"{name}, {rule}, zeros {zeros}", _measured(lattice, pattern, took), f"{most} / {cost} in {seconds} s"


def _generated(name: str, lattice: Lattice, rule: Rule, limit: float, plain: bool) -> tuple[str, str, str]:
    readers = [public_attacker(lattice, rule)]
    start = time.process_time()
    pattern = suppress(lattice, rule, readers)
    took = time.process_time() - start
    asked = f"{limit} s"
    if plain:
        spare = (simple := repair(lattice, rule, readers)).hidden & ~simple.primary
        asked = f"plain repair: {spare.sum()} / {lattice.values[spare].sum()}; {asked}"
    return f"{name} ({len(lattice)}), {rule.name}, zeros {rule.zeros}", _measured(lattice, pattern, took), asked
