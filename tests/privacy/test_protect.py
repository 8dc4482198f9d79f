"""Patterns keep the promise, are cheap, and do not depend on how a table is written down."""

import json
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from intake.protect_table import protect_file
from privacy.attack import attack
from privacy.covering import parts_of
from privacy.lattice import BadTable, Lattice, NoSafePattern, Pattern, Rule
from privacy.primary import contributor_attackers, public_attacker
from privacy.protect import protect
from privacy.repair import repair
from privacy.suppress import suppress
from tests.privacy.oracle import lattices

INSTANCES = Path(__file__).parents[3] / "shared" / "suppression"
# table, rule, zeros -> most secondaries, highest cost: what plain repair reaches
FIGURES = {
    ("textbook_3x3", "exact", "hidden"): (3, 51),
    ("textbook_3x3", "provable", "hidden"): (3, 51),
    ("textbook_3x3", "provable", "shown"): (3, 51),
    ("rand_40x6", "exact", "hidden"): (13, 262),
    ("rand_40x6", "provable", "hidden"): (26, 477),
    ("rand_40x6", "provable", "shown"): (29, 545),
    ("hier_county_age", "exact", "hidden"): (8, 128),
    ("hier_county_age", "provable", "hidden"): (11, 166),
    ("hier_county_age", "provable", "shown"): (19, 283),
}


def instance(name: str) -> dict[str, Any]:
    path = INSTANCES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"the open instance {name} is not on this machine")
    return json.loads(path.read_text(encoding="utf-8"))


def table(counts: np.ndarray) -> Lattice:
    """A two-way table with its margins."""
    rows, columns = counts.shape
    full = np.pad(counts, ((0, 1), (0, 1)))
    full[-1, :-1], full[:, -1] = counts.sum(0), full[:, :-1].sum(1)
    full[-1, -1] = counts.sum()
    at = np.arange(full.size).reshape(full.shape)
    relations = [(int(at[r, -1]), at[r, :-1].tolist()) for r in range(rows + 1)]
    relations += [(int(at[-1, c]), at[:-1, c].tolist()) for c in range(columns + 1)]
    keys = [(f"r{r:02d}", f"c{c:02d}") for r, c in product(range(rows + 1), range(columns + 1))]
    return Lattice.build(keys, full.ravel(), relations)


tables = st.tuples(st.integers(1, 5), st.integers(1, 4)).flatmap(
    lambda shape: st.lists(st.integers(0, 25), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]).map(
        lambda cells: table(np.array(cells).reshape(shape))
    )
)
rules = st.builds(
    Rule, st.sampled_from(["provable", "exact"]), st.integers(2, 12), st.sampled_from(["hidden", "shown"])
)


@pytest.mark.parametrize("choose", [suppress, repair])
@settings(max_examples=25, deadline=None)
@given(lattice=tables, rule=rules)
def test_the_attacker_finds_nothing_or_the_table_is_refused(
    choose: Callable[..., Pattern], lattice: Lattice, rule: Rule
) -> None:
    reader = public_attacker(lattice, rule)
    try:
        pattern, _ = protect(lattice, rule, [reader], choose=choose)
    except NoSafePattern:
        return
    assert attack(lattice, pattern, rule, [reader]).safe
    assert (pattern.hidden | ~reader.guarded).all(), "every sensitive cell is hidden"
    assert not (pattern.hidden & (lattice.values == 0)).any() or rule.zeros == "hidden"


@pytest.mark.parametrize("choose", [suppress, repair])
@settings(max_examples=25, deadline=None)
@given(lattice=lattices(most=12), rule=rules)
def test_hierarchies_cubes_linked_views_and_latent_atoms_are_safe_or_refused(
    choose: Callable[..., Pattern], lattice: Lattice, rule: Rule
) -> None:
    reader = public_attacker(lattice, rule)
    try:
        pattern, _ = protect(lattice, rule, [reader], choose=choose)
    except NoSafePattern:
        return
    assert not (pattern.hidden & lattice.latent).any(), "a latent cell is protected by what is shown"
    assert attack(lattice, pattern, rule, [reader]).safe


@settings(max_examples=15, deadline=None)
@given(lattices(most=12), st.integers(2, 4))
def test_other_names_change_nothing_and_larger_numbers_in_proportion_stay_safe(lattice: Lattice, factor: int) -> None:
    rule = Rule(k=5)
    named = [("x", *key) for key in lattice.keys]
    latent = np.flatnonzero(lattice.latent)
    again = Lattice.build(named, lattice.values, lattice.relations, latent)
    larger = Lattice.build(lattice.keys, lattice.values * factor, lattice.relations, latent)
    try:
        pattern, _ = protect(lattice, rule, [public_attacker(lattice, rule)])
    except NoSafePattern:
        with pytest.raises(NoSafePattern):
            protect(again, rule, [public_attacker(again, rule)])
        return
    other, _ = protect(again, rule, [public_attacker(again, rule)])
    assert (other.hidden == pattern.hidden).all()
    wide = Rule(k=rule.k * factor)
    assert attack(larger, Pattern(pattern.hidden, pattern.primary, wide), wide).safe


@settings(max_examples=20, deadline=None)
@given(tables, st.data())
def test_every_contributor_attacks_in_vain(lattice: Lattice, data: st.DataObject) -> None:
    inner = {r for _, parts in lattice.relations for r in parts} - {total for total, _ in lattice.relations}
    own = np.zeros(len(lattice), dtype=np.int64)
    for cell in sorted(inner):
        own[cell] = data.draw(st.integers(0, int(lattice.values[cell])))
    for _ in range(2):
        for total, parts in lattice.relations:
            own[total] = own[list(parts)].sum()
    rule = Rule(k=5)
    readers = [public_attacker(lattice, rule), *contributor_attackers(lattice, {"school": own}, rule)]
    try:
        pattern, _ = protect(lattice, rule, readers, choose=repair)
    except NoSafePattern:
        return
    assert attack(lattice, pattern, rule, readers).safe


@settings(max_examples=15, deadline=None)
@given(tables, st.randoms())
def test_the_order_of_cells_and_relations_changes_nothing(lattice: Lattice, chance: Any) -> None:
    order = list(range(len(lattice)))
    chance.shuffle(order)
    place = {old: new for new, old in enumerate(order)}
    relations = [(place[t], [place[p] for p in reversed(parts)]) for t, parts in reversed(lattice.relations)]
    turned = Lattice.build([lattice.keys[i] for i in order], lattice.values[order], relations)
    rule = Rule(k=6)
    found = []
    for one in (lattice, turned):
        try:
            pattern, _ = protect(one, rule, [public_attacker(one, rule)])
            found.append({one.keys[i] for i in np.flatnonzero(pattern.hidden)})
        except NoSafePattern:
            found.append(None)
    assert found[0] == found[1]


@pytest.mark.parametrize("case", FIGURES, ids="-".join)
def test_open_instances_cost_no_more_than_plain_repair(case: tuple[str, Any, Any], tmp_path: Path) -> None:
    name, rule, zeros = case
    instance(name)
    protect_file(INSTANCES / f"{name}.json", tmp_path / "out.json", rule, zeros)
    done = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    most, cost = FIGURES[case]
    assert (done["cost"], len(done["secondary"])) <= (cost, most)
    assert sorted([*done["primary"], *done["secondary"]]) == done["suppressed"]


@pytest.mark.parametrize("zeros", ["hidden", "shown"])
@pytest.mark.parametrize("name", ["tracker_filters", "usersupport_135_singletons"])
def test_latent_atoms_and_lone_children_are_safe(name: str, zeros: Any, tmp_path: Path) -> None:
    raw = instance(name)
    protect_file(INSTANCES / f"{name}.json", tmp_path / "out.json", "provable", zeros)
    done = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert not set(done["suppressed"]) & set(raw.get("latent", []))
    lattice = Lattice.build(raw["keys"], raw["values"], raw["relations"], raw.get("latent", []))
    hidden, nothing = np.zeros(len(lattice), dtype=bool), np.zeros(len(lattice), dtype=bool)
    hidden[done["suppressed"]] = True
    rule = Rule("provable", raw["threshold"], zeros)
    assert attack(lattice, Pattern(hidden, nothing, rule), rule).safe


@pytest.mark.parametrize("name", ["textbook_3x3", "hier_county_age"])
def test_no_secondary_of_a_cheapest_pattern_can_be_spared(name: str) -> None:
    raw = instance(name)
    lattice = Lattice.build(raw["keys"], raw["values"], raw["relations"])
    rule = Rule("provable", raw["threshold"], "hidden")
    pattern, _ = protect(lattice, rule, [public_attacker(lattice, rule)])
    for cell in np.flatnonzero(pattern.hidden & ~pattern.primary):
        less = pattern.hidden.copy()
        less[cell] = False
        assert not attack(lattice, Pattern(less, pattern.primary, rule), rule).safe


@pytest.mark.parametrize("counts", [[[0, 0], [0, 0]], [[1, 2], [3, 1]], [[3, 40, 2]], [[4], [30], [1]], [[7]], [[70]]])
def test_plain_and_odd_tables(counts: list[list[int]]) -> None:
    lattice, rule = table(np.array(counts)), Rule()
    reader = public_attacker(lattice, rule)
    try:
        pattern, _ = protect(lattice, rule, [reader])
    except NoSafePattern:
        return
    assert attack(lattice, pattern, rule, [reader]).safe
    assert pattern.hidden.any() == bool((lattice.values < 10).any())


def test_a_table_that_must_show_everything_else_is_refused() -> None:
    lattice, rule = table(np.array([[3, 20], [20, 20]])), Rule()
    fixed = np.ones(len(lattice), dtype=bool)
    fixed[0] = False
    for choose in (suppress, repair):
        with pytest.raises(NoSafePattern):
            protect(lattice, rule, [public_attacker(lattice, rule)], fixed=fixed, choose=choose)


BAD = {
    "no keys": ({"keys": None}, "keys"),
    "a fraction": ({"values": [12, 5.5, 7]}, "fractional"),
    "a negative count": ({"values": [12, 15, -3]}, "negative"),
    "a text for a count": ({"values": [12, "5", 7]}, "not a number"),
    "relations that do not add up": ({"relations": [[0, [1]]]}, "relation 0"),
    "a position outside": ({"relations": [[0, [1, 9]]]}, "relation 0"),
    "no threshold": ({"threshold": None}, "threshold"),
    "a latent cell outside": ({"latent": [7]}, "latent"),
    "a repeated key": ({"keys": [["T"], ["a"], ["a"]]}, "twice"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_table_is_refused_by_name_and_nothing_is_written(case: str, tmp_path: Path) -> None:
    change, words = BAD[case]
    good = {"keys": [["T"], ["a"], ["b"]], "values": [12, 5, 7], "relations": [[0, [1, 2]]], "threshold": 10}
    (tmp_path / "mine.json").write_text(json.dumps(good | change), encoding="utf-8")
    with pytest.raises(BadTable, match=words) as error:
        protect_file(tmp_path / "mine.json", tmp_path / "out.json", "provable", "hidden")
    assert "mine.json" in str(error.value)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.json"]


def test_a_system_without_rows_falls_into_no_parts() -> None:
    """Where everything unmet is decided, nothing is left to divide."""
    assert parts_of(csr_array((0, 0))) == [] and parts_of(csr_array((0, 3))) == []
