"""Small mistakes planted in the attacker and in who attacks: each must be noticed, or the checks guard nothing."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import highspy
import numpy as np
import pytest

from privacy.lattice import Attacker, BadTable, Lattice, Pattern, Rule
from tests.privacy.oracle import brute, cross, overlaps, tree

ROOM = Path(__file__).parents[2] / "privacy"
MODULES = ("primary", "reduced", "reader", "attack")
K = 3

MUTANTS = [
    ("primary", "(values < rule.k)", "(values <= rule.k)"),
    ("primary", "(values >= 1)", "(values > 1)"),
    ("primary", "np.minimum(lattice.values, 1)", "np.minimum(lattice.values, 0)"),
    ("primary", "np.where(lattice.latent, 0,", "np.where(lattice.structural, 0,"),
    ("primary", "(values == 0) & ~lattice.structural if open_zero else False", "False"),
    ("primary", "float(rule.k), 0.0) if rule.name", "float(rule.k - 1), 0.0) if rule.name"),
    ("primary", "rest = lattice.values - mine", "rest = lattice.values"),
    ("primary", "(rest < rule.k)", "(rest <= rule.k)"),
    ("primary", "mine + float(rule.k)", "float(rule.k)"),
    ("primary", "np.maximum(_lower(lattice, rule), mine)", "_lower(lattice, rule)"),
    ("primary", "(change < rule.k)", "(change <= rule.k)"),
    ("primary", 'moved & (rule.name == "provable"), was + rule.k', 'moved & (rule.name == "provable"), was'),
    ("primary", "np.abs(lattice.values - was)", "lattice.values - was"),
    ("primary", "np.isnan(was) | (was == HIDDEN_BEFORE)", "np.isnan(was)"),
    ("primary", "upper = np.where(same, lattice.values, base.upper)", "upper = np.where(same, np.inf, base.upper)"),
    ("reduced", "for t, p in lattice.relations)", "for t, p in (lattice.relations[1], *lattice.relations[1:]))"),
    ("reduced", "signs[starts[:-1]] = 1.0", "signs[starts[:-1]] = -1.0"),
    ("reduced", "rest = np.setdiff1d(np.arange(rhs.size), defining.rows)", "rest = np.arange(0)"),
    ("reduced", "known[defining.totals] = rhs[defining.rows]", "known[defining.totals] = 0"),
    ("reduced", "rhs = -(matrix @", "rhs = (matrix @"),
    ("reduced", "np.where(total, highest, -lowest)", "np.where(total, highest, lowest)"),
    ("reader", "self.seen_high = np.maximum(self.seen_high, x)", "self.seen_high = np.minimum(self.seen_high, x)"),
    ("reader", "return x if fits.all() and inside.all() else None", "return x"),
    ("reader", "!= highspy.HighsModelStatus.kOptimal", "== highspy.HighsModelStatus.kInfeasible"),
    ("reader", "model.col_lower_ = part.lower[part.columns]", "model.col_lower_ = part.columns * 0.0"),
    ("reader", "totals = totals[(implied[totals] < lower[totals] - TOLERANCE) | np", "totals = totals[np"),
    ("reader", "np.floor(self.seen_high + TOLERANCE)\n", "np.ceil(self.seen_high)\n"),
    ("attack", "reader.seen_high < need - TOLERANCE", "reader.seen_high > need - TOLERANCE"),
    ("attack", "reader.seen_high < value + 1 - TOLERANCE", "reader.seen_high < value - TOLERANCE"),
    ("attack", "(pattern.hidden | lattice.latent)", "pattern.hidden"),
    ("attack", "lattice.latent) & ~lattice.structural", "lattice.latent)"),
    ("attack", "attacker.guarded & ~self._open(attacker) & ~self.lattice.structural\n", "attacker.guarded & False\n"),
    ("attack", "if low == high == value:", "if low == high > value:"),
    ("attack", "if high < attacker.need[position]:", "if high <= attacker.need[position]:"),
    ("attack", "unknown[list(known or ())] = False", "unknown[list(known or ())] = True"),
    ("attack", 'rule.zeros == "shown" and zero.any()', 'rule.zeros == "hidden" and zero.any()'),
]


@pytest.fixture
def room(monkeypatch):
    """Loads fresh copies of the attacker's modules, one of them with a text replaced."""

    def load(changed: str = "", old: str = "", new: str = "") -> dict[str, ModuleType]:
        loaded = {}
        for name in MODULES:
            path = ROOM / f"{name}.py"
            text = path.read_text(encoding="utf-8")
            if name == changed:
                assert old in text, "the mutation no longer applies: choose another"
                text = text.replace(old, new, 1)
            spec = importlib.util.spec_from_loader(f"privacy.{name}", loader=None)
            loaded[name] = importlib.util.module_from_spec(spec)
            monkeypatch.setitem(sys.modules, f"privacy.{name}", loaded[name])
            exec(compile(text, str(path), "exec"), loaded[name].__dict__)
        return loaded

    return load


def _plain(lattice: Lattice, rule: Rule) -> Attacker:
    """The public by the wording of the rule, told apart from the product's."""
    guarded, need, lower = [], [], []
    for count, latent, structural in zip(lattice.values, lattice.latent, lattice.structural, strict=True):
        guarded.append(0 < count < rule.k or (count == 0 and rule.zeros == "hidden" and not structural))
        need.append(rule.k if 0 < count < rule.k and rule.name == "provable" else 0)
        lower.append(1 if rule.zeros == "shown" and not latent and count else 0)
    upper = np.full(len(lattice), np.inf)
    return Attacker("public", np.array(lower, dtype=float), upper, np.array(guarded), np.array(need, dtype=float))


def _cases() -> Iterator[tuple[Lattice, Pattern, Rule]]:
    """Tables on which linear programs are as good as whole numbers."""
    rng = np.random.default_rng(4)
    structural = Lattice.build([("a",), ("b",), ("c",), ("d",)], [0, 2, 2, 4], [(3, [0, 1, 2])], structural=[0])
    makers = [lambda: cross(rng.integers(0, 5, (2, 3))), lambda: tree(rng.integers(0, 5, (2, 2, 2)))]
    keys = [("x",), ("y",), ("z",), ("x+y",), ("all",)]
    behind = Lattice.build(keys, [1, 1, 2, 2, 4], [(3, [0, 1]), (4, [2, 3])], latent=[0, 1, 2])
    fixed = [
        structural,
        behind,
        overlaps([12, 2, 15, 1], [[0, 1, 2], [0], [2], [3], [0, 3]]),
        overlaps([1, 1], [[0, 1]]),
    ]
    for lattice in [*fixed, *(maker() for maker in makers * 6)]:
        for rule in (Rule("provable", K), Rule("provable", K, "shown"), Rule("exact", K)):
            floor = 1 if rule.zeros == "shown" else 0
            may = ~lattice.latent & (lattice.values >= floor)
            hidden = may & ((lattice.values < K) | (rng.random(len(lattice)) < 0.3))
            hidden &= np.isin(np.arange(len(lattice)), [part for _, parts in lattice.relations for part in parts])
            yield lattice, Pattern(hidden, hidden, rule), rule


def _against_enumeration(loaded: dict[str, ModuleType]) -> bool:
    for lattice, shown, rule in _cases():
        plain = _plain(lattice, rule)
        bounds = brute(lattice, shown.hidden, plain, int(lattice.values.max()))
        findings = loaded["attack"].attack(lattice, shown, rule, full=True)
        expected = set()
        for i in np.flatnonzero(plain.guarded).tolist():
            low, high = bounds.get(i, (lattice.values[i],) * 2)
            expected |= {(i, "exact")} if low == high else set()
            expected |= {(i, "provable")} if high < plain.need[i] else set()
        told = list(zip(findings.low, findings.high, strict=True))
        known = [bounds.get(i, (value, value)) for i, value in enumerate(lattice.values)]
        if {(f.position, f.kind) for f in findings.found} != expected or told != known:
            return False
    return True


def _contributors(loaded: dict[str, ModuleType]) -> bool:
    lattice = Lattice.build([("a",), ("b",), ("c",), ("d",)], [9, 9, 9, 2], [])
    own = {"north": np.array([7, 9, 6, 0])}
    (north,) = loaded["primary"].contributor_attackers(lattice, own, Rule("provable", K))
    return (north.guarded.tolist(), north.need.tolist(), north.lower.tolist()) == (
        [True, False, False, True],
        [10, 0, 0, 3],
        [7, 9, 6, 0],
    )


def _changes(loaded: dict[str, ModuleType]) -> bool:
    lattice = Lattice.build([(f"c{i}",) for i in range(6)], [9, 9, 9, 9, 9, 9], [])
    before = np.array([9, 8, 11, 6, -1, np.nan])
    reader = loaded["primary"].previous_attacker(lattice, before, Rule("provable", K))
    return (reader.guarded.tolist(), reader.need.tolist(), reader.upper.tolist()[0]) == (
        [False, True, True, False, True, True],
        [0, 11, 14, 0, 0, 0],
        9,
    )


def _knowledge(loaded: dict[str, ModuleType]) -> bool:
    lattice, rule = cross(np.array([[1, 9], [8, 30]])), Rule("provable", K)
    hidden = np.array(["Total" not in key for key in lattice.keys])
    shown = Pattern(hidden, hidden, rule)
    known = int(np.flatnonzero(hidden)[-1])
    attack = loaded["attack"].attack
    return attack(lattice, shown, rule).safe and not attack(lattice, shown, rule, known=[known]).safe


def _thirds(loaded: dict[str, ModuleType]) -> bool:
    """An upper end of 1.6 is a whole count of 1."""
    lattice = overlaps([1, 1, 1], [[0, 1], [1, 2], [0, 2]])
    public = _plain(lattice, Rule("exact", K))
    upper = np.where(lattice.latent, 1.6, np.inf)
    loose = Attacker("loose", public.lower, upper, lattice.latent, np.where(lattice.latent, 2.0, 0.0))
    hidden = ~lattice.latent
    findings = loaded["attack"].attack(
        lattice, Pattern(hidden, hidden, Rule("exact", K)), Rule("exact", K), [loose], full=True
    )
    return findings.high[lattice.latent].tolist() == [1, 1, 1]


class _Solver:
    """The real solver with one answer replaced."""

    def __init__(self, **answers) -> None:
        self.real, self.answers = highspy.Highs(), answers

    def __getattr__(self, name):
        return self.answers.get(name) or getattr(self.real, name)


class _Lie:
    def __init__(self, size: int) -> None:
        self.col_value = [1000.0] * size


def _distrust(loaded: dict[str, ModuleType]) -> bool:
    lattice, rule = cross(np.array([[1, 9], [8, 30]])), Rule("provable", K)
    hidden = np.array(["Total" not in key for key in lattice.keys])
    for solver in (
        lambda: _Solver(getModelStatus=lambda: highspy.HighsModelStatus.kTimeLimit),
        lambda: _Solver(getSolution=lambda: _Lie(4)),
    ):
        loaded["reader"]._HIGHS = solver
        try:
            loaded["attack"].attack(lattice, Pattern(hidden, hidden, rule), rule)
        except loaded["attack"].AttackFailed:
            continue
        return False
    return True


def _zeros_in_sight(loaded: dict[str, ModuleType]) -> bool:
    lattice, rule = cross(np.array([[0, 9]])), Rule("provable", K, "shown")
    hidden = np.ones(len(lattice), dtype=bool)
    try:
        loaded["attack"].attack(lattice, Pattern(hidden, hidden, rule), rule)
    except BadTable:
        return True
    return False


CHECKS = (_contributors, _changes, _knowledge, _zeros_in_sight, _thirds, _against_enumeration, _distrust)


def _passes(loaded: dict[str, ModuleType], check) -> bool:
    try:
        return bool(check(loaded))
    except Exception:
        return False


def test_the_checks_pass_on_the_product_itself(room):
    loaded = room()
    assert [check.__name__ for check in CHECKS if not check(loaded)] == []


@pytest.mark.parametrize(("module", "old", "new"), MUTANTS)
def test_a_planted_mistake_is_noticed(room, module, old, new):
    loaded = room(module, old, new)
    assert not all(_passes(loaded, check) for check in CHECKS)
