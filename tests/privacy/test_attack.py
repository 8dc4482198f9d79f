"""The attacker: finds all there is to find, over all relations, and never takes silence for safety."""

from collections import Counter
from dataclasses import replace
from time import perf_counter

import highspy
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from privacy import reader as reader_module
from privacy.attack import AttackFailed, attack
from privacy.lattice import Attacker, BadTable, Lattice, Pattern, Rule
from privacy.primary import primary, public_attacker
from tests.privacy.oracle import brute, cases, cross, overlaps, pattern, tree

PROVABLE = Rule("provable", 3)


def _verdict(lattice, attacker, bounds) -> set[tuple[int, str]]:
    found = set()
    for position in np.flatnonzero(attacker.guarded & ~lattice.structural).tolist():
        low, high = bounds.get(position, (lattice.values[position],) * 2)
        found |= {(position, "exact")} if low == high else set()
        found |= {(position, "provable")} if high < attacker.need[position] else set()
    return found


@settings(max_examples=25, deadline=None)
@given(cases())
def test_the_integer_attacker_agrees_with_all_whole_tables(case):
    lattice, hidden, rule = case
    attacker = public_attacker(lattice, rule)
    most = int(lattice.values.max()) + 4
    attacker = replace(attacker, upper=np.full(len(lattice), float(most)))
    shown = pattern(lattice, hidden, rule)
    bounds = brute(lattice, shown.hidden, attacker, most)
    findings = attack(lattice, shown, rule, [attacker], integer=True, full=True)
    assert {c: (findings.low[c], findings.high[c]) for c in bounds} == bounds
    assert {(f.position, f.kind) for f in findings.found} == _verdict(lattice, attacker, bounds)


@settings(max_examples=25, deadline=None)
@given(cases())
def test_the_attacker_never_rules_out_a_whole_table_and_what_it_reports_is_so(case):
    lattice, hidden, rule = case
    most = int(lattice.values.max()) + 4
    attacker = replace(public_attacker(lattice, rule), upper=np.full(len(lattice), float(most)))
    shown = pattern(lattice, hidden, rule)
    bounds = brute(lattice, shown.hidden, attacker, most)
    findings = attack(lattice, shown, rule, [attacker], full=True)
    for cell, (low, high) in bounds.items():
        assert findings.low[cell] <= low <= high <= findings.high[cell]
    assert {(f.position, f.kind) for f in findings.found} <= _verdict(lattice, attacker, bounds)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 3), st.integers(1, 4), st.data())
def test_on_two_way_tables_and_hierarchies_it_finds_all_there_is(rows, columns, data):
    counts = data.draw(st.lists(st.integers(0, 5), min_size=rows * columns, max_size=rows * columns))
    lattice = cross(np.array(counts).reshape(rows, columns))
    rule = Rule("provable", 3, data.draw(st.sampled_from(["hidden", "shown"])))
    attacker = public_attacker(lattice, rule)
    marks = primary([attacker], lattice.latent)
    assume(not marks[lattice.keys.index(("Total", "Total"))])
    bounds = brute(lattice, marks, attacker, int(lattice.values.max()))
    findings = attack(lattice, Pattern(marks, marks, rule), rule, [attacker])
    assert {(f.position, f.kind) for f in findings.found} == _verdict(lattice, attacker, bounds)


@settings(max_examples=15, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_order_of_cells_relations_and_parts_changes_nothing(case, random):
    lattice, hidden, rule = case
    order = list(range(len(lattice)))
    random.shuffle(order)
    to = {old: new for new, old in enumerate(order)}
    relations = [(to[t], random.sample([to[p] for p in parts], len(parts))) for t, parts in lattice.relations]
    random.shuffle(relations)
    other = Lattice.build(
        [lattice.keys[i] for i in order],
        lattice.values[order],
        relations,
        [to[i] for i in np.flatnonzero(lattice.latent).tolist()],
    )
    one = attack(lattice, pattern(lattice, hidden, rule), rule, full=True)
    two = attack(other, pattern(other, [to[i] for i in hidden.tolist()], rule), rule, full=True)
    np.testing.assert_array_equal(one.low, two.low[[to[i] for i in range(len(lattice))]])
    np.testing.assert_array_equal(one.high, two.high[[to[i] for i in range(len(lattice))]])
    assert {(to[f.position], f.kind) for f in one.found} == {(f.position, f.kind) for f in two.found}
    assert one.tightest == two.tightest


@settings(max_examples=15, deadline=None)
@given(cases())
def test_the_quick_verdict_is_the_full_one(case):
    lattice, hidden, rule = case
    quick = attack(lattice, pattern(lattice, hidden, rule), rule)
    full = attack(lattice, pattern(lattice, hidden, rule), rule, full=True)
    assert quick.found == full.found and quick.tightest == full.tightest
    guarded = public_attacker(lattice, rule).guarded
    widths = (full.high - full.low)[guarded]
    assert full.tightest == np.min(widths, initial=np.inf)
    assert full.narrow == tuple(np.flatnonzero(guarded & (full.high - full.low < rule.k)))
    assert set(quick.narrow) <= set(full.narrow)


def _square() -> Lattice:
    return cross(np.array([[1, 9, 20], [8, 30, 4], [25, 6, 40]]))


def test_a_hidden_square_is_safe_and_any_cell_of_it_shown_is_noticed():
    lattice, rule = _square(), Rule("provable", 3)
    square = [lattice.keys.index(key) for key in (("c0", "c0"), ("c0", "c1"), ("c1", "c0"), ("c1", "c1"))]
    assert attack(lattice, pattern(lattice, square, rule), rule).safe
    for gone in square:
        findings = attack(lattice, pattern(lattice, set(square) - {gone}, rule), rule)
        assert {f.position for f in findings.found} == {square[0]}


def test_a_sensitive_cell_in_plain_sight_is_a_finding():
    lattice = _square()
    findings = attack(lattice, pattern(lattice, [], PROVABLE), PROVABLE)
    assert [(f.kind, f.low, f.high) for f in findings.found] == [("exact", 1, 1), ("provable", 1, 1)]
    assert findings.tightest == 0


def test_nothing_hidden_and_nothing_to_hide():
    lattice = cross(np.array([[10, 20], [30, 40]]))
    findings = attack(lattice, pattern(lattice, [], PROVABLE), PROVABLE, full=True)
    assert findings.safe and findings.tightest == np.inf
    np.testing.assert_array_equal(findings.low, lattice.values)


def test_an_open_upper_end_is_infinite():
    lattice = cross(np.array([[1, 2]]))
    findings = attack(lattice, pattern(lattice, range(len(lattice)), PROVABLE), PROVABLE, full=True)
    assert findings.safe and np.isinf(findings.high).all() and (findings.low == 0).all()


def test_zeros_shown_gives_the_attacker_a_lower_bound_of_one():
    # 2 + 1 + 1 hidden in a column of 4: with zeros possible each may be 0..4, with zeros shown each is 1 or 2.
    lattice = cross(np.array([[2, 20], [1, 20], [1, 20]]))
    inner = [lattice.keys.index((f"c{i}", "c0")) for i in range(3)]
    sums = [lattice.keys.index((f"c{i}", "Total")) for i in range(3)]
    hidden, shown = Rule("provable", 3), Rule("provable", 3, "shown")
    assert attack(lattice, pattern(lattice, inner + sums, hidden), hidden).safe
    found = attack(lattice, pattern(lattice, inner + sums, shown), shown).found
    assert {f.position for f in found} == set(inner) and {f.kind for f in found} == {"provable"}


def test_a_hidden_zero_where_zeros_are_shown_is_refused():
    lattice, rule = cross(np.array([[0, 5]])), Rule("provable", 3, "shown")
    with pytest.raises(BadTable, match="c0/c0"):
        attack(lattice, pattern(lattice, [0], rule), rule)


def test_latent_atoms_are_attacked_though_no_view_shows_them():
    lattice = overlaps([12, 2, 15], [[0, 1, 2], [0], [2]])
    findings = attack(lattice, pattern(lattice, [], PROVABLE), PROVABLE)
    assert {(f.position, f.kind) for f in findings.found} == {(1, "exact"), (1, "provable")}
    assert attack(lattice, pattern(lattice, [4], PROVABLE), PROVABLE).safe


def test_structural_zeros_stay_known():
    lattice = Lattice.build([("a",), ("b",), ("c",), ("sum",)], [0, 2, 3, 5], [(3, [0, 1, 2])], structural=[0])
    findings = attack(lattice, pattern(lattice, [0, 1, 2], Rule("provable", 9)), Rule("provable", 9), full=True)
    assert findings.low[0] == findings.high[0] == 0 and not any(f.position == 0 for f in findings.found)
    assert findings.high[1] == 5


def test_what_an_attacker_knows_besides_counts():
    lattice = cross(np.array([[1, 9], [8, 30]]))
    inner = [lattice.keys.index((a, b)) for a in ("c0", "c1") for b in ("c0", "c1")]
    hidden = pattern(lattice, inner, PROVABLE)
    assert attack(lattice, hidden, PROVABLE).safe
    assert not attack(lattice, hidden, PROVABLE, known=[inner[3]]).safe
    bound = np.where(np.arange(len(lattice)) == inner[1], 8.0, np.nan)
    reader = public_attacker(lattice, PROVABLE, known_lower=bound)
    findings = attack(lattice, hidden, PROVABLE, [reader])
    assert [(f.kind, f.low, f.high) for f in findings.found] == [("provable", 0, 2)]


def test_the_family_of_a_lone_child_attacks_with_what_it_knows():
    lattice, rule = cross(np.array([[1, 3, 20], [2, 1, 20], [30, 30, 30]])), Rule("exact", 4)
    hidden = pattern(lattice, np.flatnonzero(lattice.values < 4), rule)
    assert attack(lattice, hidden, rule).safe
    found = attack(lattice, hidden, rule, singletons=True).found
    assert {f.attacker for f in found} == {"family of c0/c0", "family of c1/c1"}
    assert len(found) == 6


def test_attackers_with_more_knowledge_are_reported_by_name():
    lattice = cross(np.array([[1, 9], [8, 30]]))
    inner = [lattice.keys.index((a, b)) for a in ("c0", "c1") for b in ("c0", "c1")]
    public = public_attacker(lattice, PROVABLE)
    upper = public.upper.copy()
    upper[inner[3]] = 31
    insider = Attacker("insider", public.lower, upper, public.guarded, public.need)
    findings = attack(lattice, pattern(lattice, inner, PROVABLE), PROVABLE, [public, insider])
    assert {f.attacker for f in findings.found} == {"insider"}
    assert findings.tightest == 2


def test_a_need_can_lie_above_the_count_of_a_large_cell():
    lattice = cross(np.array([[40, 5], [6, 50]]))
    inner = [lattice.keys.index((a, b)) for a in ("c0", "c1") for b in ("c0", "c1")]
    public = public_attacker(lattice, Rule("provable", 10))
    need = np.where(np.arange(len(lattice)) == inner[0], 50.0, 0.0)
    changes = Attacker("changes", public.lower, public.upper, need > 0, need)
    findings = attack(lattice, pattern(lattice, inner, PROVABLE), PROVABLE, [changes])
    assert [(f.kind, f.low, f.high) for f in findings.found] == [("provable", 0, 45)]


def _broken(lattice: Lattice, position: int, value: int) -> Lattice:
    values = lattice.values.copy()
    values[position] = value
    return Lattice(lattice.keys, values, lattice.relations, lattice.latent, lattice.structural)


def test_numbers_that_contradict_each_other_are_refused():
    lattice = cross(np.array([[1, 9], [8, 30]]))
    inner = [lattice.keys.index((a, b)) for a in ("c0", "c1") for b in ("c0", "c1")]
    total = lattice.keys.index(("Total", "Total"))
    with pytest.raises(BadTable, match="contradict"):
        attack(_broken(lattice, total, 99), pattern(lattice, inner, PROVABLE), PROVABLE)
    margin = lattice.keys.index(("c0", "Total"))
    with pytest.raises(BadTable, match="contradict"):
        attack(_broken(lattice, margin, 60), pattern(lattice, [*inner, total], PROVABLE), PROVABLE)


def test_knowledge_that_is_not_so_is_refused():
    lattice = cross(np.array([[1, 9], [8, 30]]))
    public = public_attacker(lattice, PROVABLE)
    wrong = replace(public, lower=public.lower + 5)
    with pytest.raises(BadTable, match="public"):
        attack(lattice, pattern(lattice, [0, 1, 3, 4], PROVABLE), PROVABLE, [wrong])


class _Solver:
    """The real solver, with some answers replaced."""

    def __init__(self, **answers) -> None:
        self.real, self.answers = highspy.Highs(), answers

    def __getattr__(self, name):
        return self.answers.get(name) or getattr(self.real, name)


class _Lie:
    col_value: tuple[float, ...] = ()


def _lying():
    solver = _Solver()

    def solution():
        lie = _Lie()
        lie.col_value = tuple(value + 100 for value in solver.real.getSolution().col_value)
        return lie

    solver.answers["getSolution"] = solution
    return solver


@pytest.mark.parametrize("status", ["kTimeLimit", "kUnknown", "kIterationLimit", "kSolveError", "kUnbounded"])
def test_a_solver_that_gives_up_proves_nothing(monkeypatch, status):
    answer = getattr(highspy.HighsModelStatus, status)
    monkeypatch.setattr(reader_module, "_HIGHS", lambda: _Solver(getModelStatus=lambda: answer))
    with pytest.raises(AttackFailed):
        attack(_square(), pattern(_square(), [0, 1, 4, 5], PROVABLE), PROVABLE)


def test_a_solver_that_lies_proves_nothing(monkeypatch):
    monkeypatch.setattr(reader_module, "_HIGHS", _lying)
    with pytest.raises(AttackFailed):
        attack(_square(), pattern(_square(), [0, 1, 4, 5], PROVABLE), PROVABLE)


def test_other_code_may_use_the_solver_with_more_threads():
    other = highspy.Highs()
    other.setOptionValue("output_flag", False)
    other.setOptionValue("threads", 2)
    other.resetGlobalScheduler(True)
    other.addVar(0, 1)
    other.run()
    rule = Rule("provable", 3)
    assert attack(_square(), pattern(_square(), [0, 1, 4, 5], rule), rule).safe


def test_intervals_are_compared_in_whole_numbers_with_a_tolerance():
    lattice = cross(np.array([[1, 9], [8, 30]]))
    inner = [lattice.keys.index((a, b)) for a in ("c0", "c1") for b in ("c0", "c1")]
    public = public_attacker(lattice, Rule("exact", 3))
    nearly = replace(public, lower=np.where(public.guarded, 1 - 1e-9, 0.0), upper=np.where(public.guarded, 1.4, np.inf))
    findings = attack(lattice, pattern(lattice, inner, PROVABLE), PROVABLE, [nearly])
    assert [(f.kind, f.low, f.high) for f in findings.found] == [("exact", 1, 1)]
    assert findings.tightest == 0


def test_relations_that_define_each_other_in_a_circle():
    keys = [("a",), ("b",), ("c",), ("d",)]
    lattice = Lattice.build(keys, [2, 2, 5, 7], [(0, [1]), (1, [0]), (3, [0, 2]), (3, [1, 2])])
    findings = attack(lattice, pattern(lattice, [0, 1, 2], PROVABLE), PROVABLE, full=True)
    assert findings.low.tolist() == [0, 0, 0, 7] and findings.high.tolist() == [7, 7, 7, 7]


def test_a_pattern_of_another_table_is_refused():
    with pytest.raises(BadTable, match="marks"):
        attack(_square(), pattern(cross(np.array([[1, 2]])), [0], PROVABLE), PROVABLE)


def _large() -> Lattice:
    rng = np.random.default_rng(5)
    return tree(rng.poisson(rng.lognormal(2.5, 1.0, (30, 40, 3))))


def test_thousands_of_cells_in_about_a_second():
    lattice, rule = _large(), Rule("provable", 10)
    marks = primary([public_attacker(lattice, rule)], lattice.latent)
    marks |= np.array(["None" in key for key in lattice.keys])
    began = perf_counter()
    findings = attack(lattice, Pattern(marks, marks, rule), rule, full=True)
    assert len(lattice) > 4_000 and marks.sum() > 1_400
    assert perf_counter() - began < 5 and not np.isnan(findings.high).any()


def test_known_instances(instance):
    name, lattice, rule, expected = instance
    public = public_attacker(lattice, Rule("provable", rule.k, "shown"))
    reader = public if rule.zeros == "shown" else replace(public, lower=np.zeros(len(lattice)))
    marks = primary([reader], lattice.latent)
    findings = attack(lattice, Pattern(marks, marks, rule), rule, [reader])
    kinds = Counter(f.kind for f in findings.found)
    assert (kinds["exact"], kinds["provable"]) == expected, name
