"""The lattice of declared views: right counts, one key a cell, and all that an attacker could link."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from privacy.attack import attack
from privacy.hypergraph import joints, reduce_ears
from privacy.lattice import BadTable, Lattice, Pattern, Rule
from privacy.views import Built, ViewShape, build_lattice
from tests.support.lattices import LARGE, PLACES, large_atoms

NESTED = PLACES | {"age": ("band", "years")}
RULE = Rule("provable", 3)


def _atoms(seed: int, rows: int = 40, most: int = 4) -> pd.DataFrame:
    """Four regions in two towns, two districts across them, and a few dimensions; every code occurs."""
    rng = np.random.default_rng(seed)
    region = np.concatenate([np.arange(4), rng.integers(0, 4, rows - 4)])
    district = np.where(region == 3, 1, np.where(region == 0, 0, rng.integers(0, 2, rows)))
    district[1:3] = [0, 1]
    band = np.concatenate([np.arange(3), rng.integers(0, 3, rows - 3)])
    frame = pd.DataFrame(
        {
            "region": [f"R{r}" for r in region],
            "town": [f"T{r // 2}" for r in region],
            "county": "alder",
            "district": [f"D{d}" for d in district],
            "gender": rng.choice(["F", "M"], rows),
            "race": rng.choice(["a", "b"], rows),
            "band": [f"b{b}" for b in band],
            "years": [f"y{b // 2}" for b in band],
            "outcome:late": rng.choice(["yes", "no"], rows),
            "programs": rng.choice(["", "A", "B", "B+A"], rows),
            "count": rng.integers(0, most, rows),
        }
    )
    frame["own:north"] = frame["count"] // 2
    return frame


def _matching(atoms: pd.DataFrame, built: Built, key: tuple[str, ...]) -> pd.Series:
    """Which atom rows a cell counts, read from its key alone."""
    chosen = pd.Series(True, index=atoms.index)
    for dim, code, margin in zip(built.dims, key, built.margins, strict=True):
        if code == margin:
            continue
        if dim == "programs":
            sets = atoms["programs"].map(lambda text: {kind for kind in text.split("+") if kind})
            if code.startswith("only:"):
                wanted = set(code.removeprefix("only:").split("+")) - {"none"}
                chosen &= sets == wanted
            else:
                chosen &= sets.map(lambda kinds, code=code: code in kinds)
        elif dim in NESTED:
            level, name = code.split(":", 1)
            chosen &= atoms[level] == name
        else:
            chosen &= atoms[dim] == code
    return chosen


VIEWS = {
    "tree": [ViewShape("a", "region", ("gender",)), ViewShape("b", "town", ("race",), "outcome:late")],
    "triangle": [
        ViewShape("a", "region", ("gender",)),
        ViewShape("b", "region", ("race",)),
        ViewShape("c", "county", ("gender", "race")),
    ],
    "mixed levels": [
        ViewShape("a", "region", ("gender",)),
        ViewShape("b", "town", ("gender", "race")),
        ViewShape("c", "town", (), "outcome:late"),
    ],
    "square": [
        ViewShape("a", "town", ("gender",)),
        ViewShape("b", None, ("gender", "race")),
        ViewShape("c", None, ("race",), "outcome:late"),
        ViewShape("d", "town", (), "outcome:late"),
    ],
    "nested twice": [ViewShape("a", "region", ("years",)), ViewShape("b", "town", ("band",))],
    "places": [ViewShape("a", "region"), ViewShape("b", "district")],
    "places crossed": [ViewShape("a", "region", ("gender",)), ViewShape("b", "district", ("gender",))],
    "programs": [ViewShape("a", "town", ("programs",)), ViewShape("b", "region")],
    "programs crossed": [
        ViewShape("a", "town", ("programs",), "outcome:late"),
        ViewShape("b", None, ("programs", "race")),
    ],
}


@pytest.mark.parametrize("name", VIEWS)
def test_every_cell_counts_the_children_its_key_names(name):
    atoms = _atoms(1)
    built = build_lattice(atoms, NESTED, VIEWS[name], places=PLACES)
    for position, key in enumerate(built.lattice.keys):
        rows = _matching(atoms, built, key)
        assert built.lattice.values[position] == atoms["count"][rows].sum()
        assert built.own["north"][position] == atoms["own:north"][rows].sum()
        assert built.index[key] == position


def _whole(atoms: pd.DataFrame, built: Built) -> tuple[Lattice, list[int]]:
    """The oracle: every visible cell as a sum over the full joint table of everything; slow, but it misses nothing."""
    age = built.dims.index("age")
    aged = any(key[age] != built.margins[age] for key in built.lattice.keys)
    rest = [["band", "years"]] * aged + [[dim] for dim in built.dims if dim not in NESTED]
    joint = atoms[["region", "town", "county", "district"]].drop_duplicates()
    for column in rest:
        joint = joint.merge(atoms[column].drop_duplicates(), how="cross")
    columns = ["region", "district", *(column[0] for column in rest)]
    counts = atoms.groupby(columns)["count"].sum()
    joint["count"] = [int(counts.get(tuple(row), 0)) for row in joint[columns].itertuples(index=False)]
    visible = np.flatnonzero(~built.lattice.latent).tolist()
    keys = [("atom", str(i)) for i in range(len(joint))] + [built.lattice.keys[i] for i in visible]
    relations = [
        (len(joint) + n, np.flatnonzero(_matching(joint, built, built.lattice.keys[i])).tolist())
        for n, i in enumerate(visible)
    ]
    values = [*joint["count"], *built.lattice.values[visible]]
    return Lattice.build(keys, values, relations, latent=range(len(joint))), visible


@settings(max_examples=10, deadline=None)
@given(st.sampled_from(sorted(VIEWS)), st.integers(0, 10_000), st.sampled_from(["hidden", "shown"]))
@example("places", 4590, "shown")  # where primal simplex alone gives up
def test_the_lattice_tells_an_attacker_as_much_as_the_full_joint_table(name, seed, zeros):
    atoms, rule = _atoms(seed), Rule("provable", 3, zeros)
    built = build_lattice(atoms, NESTED, VIEWS[name], places=PLACES)
    rng = np.random.default_rng(seed)
    open_cells = ~built.lattice.latent & (built.lattice.values >= (zeros == "shown"))
    hidden = open_cells & ((built.lattice.values < 3) | (rng.random(len(built.lattice)) < 0.4))
    one = attack(built.lattice, Pattern(hidden, hidden, rule), rule, full=True)
    whole, visible = _whole(atoms, built)
    marks = np.zeros(len(whole), dtype=bool)
    marks[len(whole) - len(visible) :] = hidden[visible]
    two = attack(whole, Pattern(marks, marks, rule), rule, full=True)
    np.testing.assert_array_equal(one.low[visible], two.low[-len(visible) :])
    np.testing.assert_array_equal(one.high[visible], two.high[-len(visible) :])


def test_views_share_the_cells_they_have_in_common():
    built = build_lattice(_atoms(2), PLACES, VIEWS["tree"])
    town = built.key(area="town:T0")
    assert built.index[town] in built.views["b"]
    county = built.index[built.key()]
    assert county in built.views["a"] and county in built.views["b"]
    assert built.key()[0] == "county:alder"
    assert len(built.lattice.keys) == len(set(built.lattice.keys))
    assert not built.lattice.latent.any()


def test_an_outcome_and_its_complement_add_up_in_every_view():
    built = build_lattice(_atoms(2), PLACES, VIEWS["tree"])
    where = built.index
    parts = {where[built.key(area="town:T0", **{"outcome:late": answer})] for answer in ("yes", "no")}
    assert (where[built.key(area="town:T0")], parts) in [(t, set(p)) for t, p in built.lattice.relations]


@pytest.mark.parametrize(
    ("name", "joint"),
    [
        ("tree", 0),
        ("triangle", 4 * 2 * 2),
        ("places", 6),
        ("places crossed", 6 * (2 + 1)),
        ("programs", 2 * 4),
    ],
)
def test_latent_cells_are_added_only_where_shapes_do_not_decide(name, joint):
    built = build_lattice(_atoms(3), PLACES, VIEWS[name])
    assert built.lattice.latent.sum() == joint


def test_the_combinations_behind_program_counts_are_latent():
    built = build_lattice(_atoms(4, most=2), PLACES, VIEWS["programs"])
    assert built.key(programs="A") in built.index and built.key(area="town:T1", programs="only:A+B") in built.index
    assert built.lattice.latent[built.index[built.key(area="town:T1", programs="only:none")]]
    assert not built.lattice.latent[built.index[built.key(area="town:T1", programs="B")]]


def test_subtracting_whole_regions_from_a_district_is_seen():
    """District D0 is region R0 and a few children of R1: shown together, they give those few away."""
    atoms = pd.DataFrame(
        {
            "region": ["R0", "R1", "R1"],
            "town": "T",
            "county": "alder",
            "district": ["D0", "D0", "D1"],
            "count": [40, 2, 30],
        }
    )
    built = build_lattice(atoms, PLACES, VIEWS["places"])
    hidden = np.zeros(len(built.lattice), dtype=bool)
    found = attack(built.lattice, Pattern(hidden, hidden, RULE), RULE).found
    assert {built.lattice.keys[f.position] for f in found} == {("region:R1", "district:D0")}


def test_the_order_of_rows_and_columns_changes_nothing():
    atoms = _atoms(5)
    one = build_lattice(atoms, PLACES, VIEWS["places crossed"])
    mixed = atoms.sample(frac=1, random_state=1)[sorted(atoms.columns, reverse=True)]
    two = build_lattice(mixed, PLACES, VIEWS["places crossed"][::-1])
    assert one.lattice.keys == two.lattice.keys and one.lattice.relations == two.lattice.relations
    np.testing.assert_array_equal(one.lattice.values, two.lattice.values)


def test_a_row_without_children_declares_a_code():
    atoms = _atoms(6)
    atoms.loc[len(atoms)] = ["R9", "T1", "alder", "D1", "X", "a", "b0", "y0", "no", "", 0, 0]
    built = build_lattice(atoms, PLACES, VIEWS["places crossed"])
    assert built.lattice.values[built.index[built.key(area="region:R9")]] == 0
    assert built.key(area="region:R0", gender="X") in built.index


def test_areas_without_residents_and_impossible_cells_are_structural():
    atoms = _atoms(7)
    atoms.loc[atoms["region"].isin(["R2", "R3"]), ["count", "own:north"]] = 0
    atoms.loc[(atoms["town"] == "T0") & (atoms["race"] == "b"), ["count", "own:north"]] = 0
    known = pd.DataFrame({"region": ["R2", "R3", None], "town": [None, None, "T0"], "race": [None, None, "b"]})
    views = [ViewShape("a", "region", ("race",)), ViewShape("b", "town", ("race", "gender"))]
    built = build_lattice(atoms, PLACES, views, structural=known)
    marked = {key for key, mark in zip(built.lattice.keys, built.lattice.structural, strict=True) if mark}
    assert built.key(area="region:R2") in marked and built.key(area="region:R3", race="a") in marked
    assert built.key(area="town:T1") in marked, "both its regions are empty"
    assert built.key(area="town:T0", race="b", gender="F") in marked
    assert built.key(area="region:R1", race="b") in marked
    assert built.key(race="b") in marked
    assert built.key(area="town:T0") not in marked and built.key(race="a") not in marked


def test_a_structural_cell_with_children_is_refused():
    with pytest.raises(BadTable, match="structural"):
        build_lattice(_atoms(8), PLACES, VIEWS["tree"], structural=pd.DataFrame({"gender": ["F"]}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gender": None}, "gender"),
        ({"gender": "Total"}, "Total"),
        ({"count": -1}, "count"),
        ({"count": 1.5}, "count"),
        ({"town": "T9"}, "R0 lies in more than one town"),
    ],
)
def test_frames_that_cannot_be_right_are_refused_by_column(change, message):
    atoms = _atoms(9).astype({"count": float})
    for column, value in change.items():
        atoms.loc[0, column] = value
    with pytest.raises(BadTable, match=message):
        build_lattice(atoms, PLACES, VIEWS["tree"])


def test_missing_columns_and_no_views_are_refused():
    with pytest.raises(BadTable, match="age"):
        build_lattice(_atoms(9), PLACES, [ViewShape("a", "region", ("age",))])
    with pytest.raises(BadTable, match="no view"):
        build_lattice(_atoms(9), PLACES, [])
    with pytest.raises(BadTable, match="no dimension"):
        build_lattice(_atoms(9), {}, [ViewShape("a")])
    with pytest.raises(BadTable, match="same id"):
        build_lattice(_atoms(9), PLACES, [ViewShape("a", "region"), ViewShape("a", "town")])
    with pytest.raises(KeyError, match="age"):
        build_lattice(_atoms(9), PLACES, VIEWS["tree"]).key(age="3")


def test_a_community_without_children_is_one_cell_of_zero():
    built = build_lattice(_atoms(9)[:0], PLACES, [ViewShape("a", "region", ("gender",))])
    assert built.lattice.values.tolist() == [0]


def _edges(*names: str) -> list[frozenset[str]]:
    return [frozenset(name) for name in names]


def test_ears_come_off_acyclic_shapes_only():
    assert reduce_ears(_edges("ab", "bc", "cd")) == ([], _edges("b", "c"))
    assert reduce_ears(_edges("ab", "bc", "ca"))[0] == sorted(_edges("ab", "bc", "ca"), key=sorted)
    assert reduce_ears(_edges("abc", "ab", "bc", "ca"))[0] == []


def test_joints_are_the_smallest_that_help():
    size = {"a": 2, "b": 2, "c": 2, "d": 9}
    added, separators = joints(_edges("ab", "bc", "cd", "da"), lambda edge: int(np.prod([size[v] for v in edge])))
    assert added == _edges("abc", "acd") and frozenset("ac") in separators
    assert joints(_edges("abc", "cd"), len) == ([], _edges("c"))


def test_a_large_lattice_adds_up_on_the_true_counts():
    """Thousands of cells in views that cross and nest: cells count their children, every relation is a true sum."""
    atoms = large_atoms(4_000)
    built = build_lattice(atoms, PLACES, LARGE)
    values, relations = built.lattice.values, built.lattice.relations
    assert len(values) > 5_000 and len(relations) > 2_000
    for cell in np.random.default_rng(2).choice(len(values), 40, replace=False):
        assert values[cell] == atoms.loc[_matching(atoms, built, built.lattice.keys[cell]), "count"].sum()
    assert all(values[total] == values[list(parts)].sum() for total, parts in relations)
    tied = {cell for total, parts in relations for cell in (total, *parts)}
    assert len(tied) == len(values), "every cell stands in a sum"
