"""Who attacks: what each reader knows, and what it may not learn."""

from itertools import pairwise, product

import numpy as np
import pytest

from privacy.attack import attack
from privacy.lattice import BadTable, Lattice, NoSafePattern, Rule
from privacy.primary import (
    ABSENT_BEFORE,
    HIDDEN_BEFORE,
    change_attacker,
    contributor_attackers,
    previous_attacker,
    primary,
    public_attacker,
    singleton_attackers,
    too_small,
)
from privacy.protect import protect
from tests.privacy.oracle import cross, pattern

HIDDEN, SHOWN = Rule("provable", 10, "hidden"), Rule("provable", 10, "shown")


def _cells(*values: int, latent=(), structural=()) -> Lattice:
    """Unrelated cells."""
    return Lattice.build([(f"c{i}",) for i in range(len(values))], values, [], latent, structural)


@pytest.mark.parametrize(
    ("rule", "guarded", "need", "lower"),
    [
        (HIDDEN, [1, 1, 1, 0, 0, 1], [0, 10, 10, 0, 0, 10], [0, 0, 0, 0, 0, 0]),
        (SHOWN, [0, 1, 1, 0, 0, 1], [0, 10, 10, 0, 0, 10], [0, 1, 1, 1, 0, 0]),
        (Rule("exact", 10), [1, 1, 1, 0, 0, 1], [0] * 6, [0] * 6),
    ],
)
def test_the_public_may_not_learn_small_counts_and_zeros_by_policy(rule, guarded, need, lower):
    lattice = _cells(0, 1, 9, 10, 0, 5, latent=[5], structural=[4])
    public = public_attacker(lattice, rule)
    np.testing.assert_array_equal(public.guarded, np.array(guarded, dtype=bool))
    np.testing.assert_array_equal(public.need, need)
    np.testing.assert_array_equal(public.lower, lower)
    assert np.isinf(public.upper).all()
    assert primary([public]).sum() == sum(guarded)
    np.testing.assert_array_equal(primary([public], lattice.latent), public.guarded & ~lattice.latent)


def test_cells_can_be_sensitive_by_decree_and_bounds_known_besides():
    lattice = _cells(3, 40, 0)
    public = public_attacker(
        lattice, HIDDEN, forced=[1], known_lower=np.array([1, 30, np.nan]), known_upper=np.array([np.nan, 45, 5])
    )
    assert public.guarded.tolist() == [True, True, True] and public.need.tolist() == [10, 0, 0]
    assert public.lower.tolist() == [1, 30, 0] and public.upper.tolist() == [np.inf, 45, 5]
    with pytest.raises(BadTable, match="c1"):
        public_attacker(lattice, HIDDEN, known_upper=np.array([np.nan, 39, np.nan]))
    with pytest.raises(BadTable, match="zero"):
        public_attacker(lattice, SHOWN, forced=[2])


def test_a_contributor_takes_its_own_children_away():
    lattice = _cells(25, 25, 25, 5, 0)
    own = {"north": np.array([20, 25, 15, 0, 0]), "nobody": np.zeros(5, dtype=int)}
    (north,) = contributor_attackers(lattice, own, HIDDEN)
    assert north.guarded.tolist() == [True, False, False, True, False]
    assert north.need.tolist() == [30, 0, 0, 10, 0] and north.lower.tolist() == [20, 25, 15, 0, 0]
    findings = attack(lattice, pattern(lattice, [3, 4], HIDDEN), HIDDEN, [north])
    assert {(f.position, f.kind) for f in findings.found} == {(0, "exact"), (0, "provable")}
    (north,) = contributor_attackers(lattice, {"north": own["north"]}, Rule("exact", 10, "shown"))
    assert north.lower.tolist() == [20, 25, 15, 1, 0] and not north.need.any()


def test_a_contributor_cannot_have_more_children_than_there_are():
    with pytest.raises(BadTable, match="north"):
        contributor_attackers(_cells(5), {"north": np.array([6])}, HIDDEN)


def test_a_contributor_sees_through_what_is_safe_from_the_public():
    """All of c0/c1 are North's own children, so that nothing can move there in the eyes of North."""
    lattice = cross(np.array([[9, 20], [20, 30]]))
    inner = [lattice.keys.index(key) for key in (("c0", "c0"), ("c0", "c1"), ("c1", "c0"), ("c1", "c1"))]
    mine = cross(np.array([[0, 20], [0, 0]]))
    marks = pattern(lattice, inner, HIDDEN)
    assert attack(lattice, marks, HIDDEN).safe
    (north,) = contributor_attackers(lattice, {"north": mine.values}, HIDDEN)
    found = attack(lattice, marks, HIDDEN, [public_attacker(lattice, HIDDEN), north]).found
    row = lattice.keys.index(("c0", "Total"))
    assert {(f.attacker, f.position) for f in found} == {("contributor north", inner[0]), ("contributor north", row)}


def test_a_reader_of_the_last_publication_may_not_learn_small_changes():
    lattice = _cells(40, 41, 50, 30, 60, 5, 70, 80)
    before = np.array([40, 40, 40, 39, HIDDEN_BEFORE, np.nan, ABSENT_BEFORE, 71])
    reader = previous_attacker(lattice, before, HIDDEN)
    assert reader.guarded.tolist() == [False, True, False, True, True, True, False, True]
    assert reader.need.tolist() == [0, 50, 0, 49, 0, 10, 0, 81]
    assert (reader.lower[0], reader.upper[0]) == (40, 40), "an unchanged cell that was shown is known"
    assert (reader.lower[1], reader.upper[1]) == (0, np.inf)
    assert np.isinf(reader.upper[4]), "what was hidden is not known"


def test_hidden_cells_stay_hidden_but_for_zeros_that_are_always_shown():
    lattice = _cells(0, 12, structural=[])
    before = np.array([HIDDEN_BEFORE, HIDDEN_BEFORE])
    assert previous_attacker(lattice, before, SHOWN).guarded.tolist() == [False, True]
    assert previous_attacker(lattice, before, HIDDEN).guarded.tolist() == [True, True]


def test_the_strongest_reader_knows_every_earlier_count():
    lattice = _cells(40, 5, 7, 20)
    reader = change_attacker(lattice, np.array([40.0, 5, 6, np.nan]), HIDDEN)
    assert reader.guarded.tolist() == [False, False, True, False]
    assert reader.lower.tolist()[:2] == reader.upper.tolist()[:2] == [40, 5]
    assert reader.need[2] == 16


def test_a_lone_child_knows_its_own_cells_only():
    lattice = cross(np.array([[1, 0, 8], [6, 7, 9]]))
    marks = public_attacker(lattice, HIDDEN).guarded
    families = singleton_attackers(lattice, marks, HIDDEN)
    assert [family.name for family in families] == ["family of c0/c0"]
    lone = lattice.keys.index(("c0", "c0"))
    assert families[0].lower[lone] == families[0].upper[lone] == 1 and not families[0].guarded[lone]
    assert families[0].guarded[lattice.keys.index(("c0", "c1"))]


def test_the_whole_view_has_a_least_size():
    lattice = cross(np.array([[5, 6], [2, 1]]))
    assert not too_small(lattice, HIDDEN) and too_small(lattice, HIDDEN, minimum=15)
    assert too_small(lattice, HIDDEN, positions=np.array([0, 1]))


# Three publications against a reader who knows exactly which cells of the inner table stayed as they were.

SMALL = 3
GRID = np.array(list(product(range(13), repeat=4)))


def _cell(tables: np.ndarray, key: tuple[str, str]) -> np.ndarray:
    rows, columns = ([0, 1] if code == "Total" else [int(code[1])] for code in key)
    return sum(tables[:, 2 * r + c] for r in rows for c in columns)


def _possible(lattice: Lattice, hidden: np.ndarray, zeros: str) -> np.ndarray:
    """All inner tables that fit one publication."""
    fits = np.ones(len(GRID), dtype=bool)
    for position, key in enumerate(lattice.keys):
        counts = _cell(GRID, key)
        fits &= (counts >= (zeros == "shown")) if hidden[position] else counts == lattice.values[position]
    return GRID[fits]


def _linked(one: np.ndarray, two: np.ndarray, same: np.ndarray) -> np.ndarray:
    """The tables of one that agree with some table of two where nothing changed."""
    return one[np.isin(one[:, same] @ 13 ** np.arange(same.size), two[:, same] @ 13 ** np.arange(same.size))]


INNER = [(f"c{i}", f"c{j}") for i in (0, 1) for j in (0, 1)]


def _leaks(series: list[Lattice], patterns: list[np.ndarray], rule: Rule) -> list[str]:
    inner = [np.array([lattice.values[lattice.keys.index(key)] for key in INNER]) for lattice in series]
    same = [np.flatnonzero(one == two) for one, two in pairwise(inner)]
    fits = [_possible(lattice, hidden, rule.zeros) for lattice, hidden in zip(series, patterns, strict=True)]
    for _ in range(2):
        for t, kept in enumerate(same):
            fits[t], fits[t + 1] = _linked(fits[t], fits[t + 1], kept), _linked(fits[t + 1], fits[t], kept)
    found = []
    for t, lattice in enumerate(series):
        for key, value in zip(lattice.keys, lattice.values, strict=True):
            counts = _cell(fits[t], key)
            if (rule.zeros == "shown") <= value < SMALL and (np.ptp(counts) == 0 or 0 < value <= counts.max() < SMALL):
                found.append(f"{key} in {t}")
    return found + [leak for t, kept in enumerate(same) for leak in _change_leaks(series, fits, t, kept)]


def _change_leaks(series: list[Lattice], fits: list[np.ndarray], t: int, kept: np.ndarray) -> list[str]:
    groups: dict[tuple[int, ...], list[list[np.ndarray]]] = {}
    for side, tables in enumerate((fits[t], fits[t + 1])):
        for table in tables:
            groups.setdefault(tuple(table[kept]), [[], []])[side].append(table)
    found = []
    for key, old, new in zip(series[t].keys, series[t].values, series[t + 1].values, strict=True):
        if not 1 <= abs(new - old) < SMALL:
            continue
        sides = [(_cell(np.array(one), key), _cell(np.array(two), key)) for one, two in groups.values() if one and two]
        low = min(two.min() - one.max() for one, two in sides)
        high = max(two.max() - one.min() for one, two in sides)
        if low == high or -SMALL < low <= high < SMALL:
            found.append(f"change of {key} after {t}")
    return found


def _series(seed: int) -> list[Lattice]:
    rng = np.random.default_rng(seed)
    tables = [rng.integers(0, 8, 4)]
    for _ in range(2):
        table = tables[-1].copy()
        for _ in range(rng.integers(1, 3)):
            table[rng.integers(4)] += rng.choice([-1, 1, 2])
        tables.append(np.clip(table, 0, 9))
    return [cross(table.reshape(2, 2)) for table in tables]


def _publish(series: list[Lattice], rule: Rule, remember: bool) -> list[np.ndarray]:
    patterns: list[np.ndarray] = []
    for lattice in series:
        attackers = [public_attacker(lattice, rule)]
        for old, hidden in zip(series, patterns, strict=False):
            before = np.where(hidden, HIDDEN_BEFORE, old.values)
            past = [previous_attacker(lattice, before, rule), change_attacker(lattice, old.values, rule)]
            attackers += past if remember else []
        patterns.append(protect(lattice, rule, attackers)[0].hidden)
    return patterns


@pytest.mark.parametrize("zeros", ["hidden", "shown"])
def test_three_publications_with_small_changes_leak_none_of_them(zeros):
    rule, forgetful, published = Rule("provable", SMALL, zeros), 0, 0
    for seed in range(12):
        series = _series(seed)
        try:
            assert _leaks(series, _publish(series, rule, remember=True), rule) == [], seed
            published += 1
        except NoSafePattern:
            continue
        forgetful += bool(_leaks(series, _publish(series, rule, remember=False), rule))
    assert published >= 6 and forgetful >= 3, "the check sees what forgetting the past gives away"


def test_knowing_which_hidden_cells_stayed_does_not_help_either():
    """The last c0/Total = 7 leaves at most 6 for c0/c1, and so at most 2 for c1/c0 in the first publication."""
    series = [cross(np.array(table).reshape(2, 2)) for table in ([5, 6, 2, 5], [5, 6, 1, 5], [1, 6, 1, 5])]
    rule = Rule("provable", SMALL, "shown")
    try:
        patterns = _publish(series, rule, remember=True)
    except NoSafePattern:
        return
    assert _leaks(series, patterns, rule) == []
