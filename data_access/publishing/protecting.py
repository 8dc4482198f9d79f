"""One lattice from atoms to rows: build, protect, attack. Runs in a worker process of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

import numpy as np
import pandas as pd

from catalog.indicators import indicators
from catalog.views import View
from data_access.publishing.cells import rows_of, stacked
from data_access.publishing.plan import BASE, PLACES, Plan
from data_access.publishing.stored import Before, Stored, pack, unpack
from privacy.lattice import BoolArray, FloatArray, IntArray, NoSafePattern, Pattern, Rule
from privacy.primary import ABSENT_BEFORE, HIDDEN_BEFORE, primary
from privacy.protect import protect
from privacy.repair import repair
from privacy.views import Built, build_lattice

MEMBERSHIPS = ("program_kind",)


@dataclass(frozen=True, eq=False)
class Task:
    """All that is needed to protect one population in one school year.

    sources: rate -> contributors whose own records tell its band. structural: see build_lattice. occurring: column ->
    code of cells that everybody knows to hold a child. places: level -> area codes in order. earlier: what was kept of
    the same lattice in earlier publications, newest first, by id. corrected: see publish.
    origin: digest of all the other fields before any view was withdrawn.
    """

    plan: Plan
    period: str
    atoms: pd.DataFrame
    structural: pd.DataFrame
    sources: Mapping[str, frozenset[str]]
    places: Mapping[str, Sequence[str]]
    rule: Rule
    earlier: tuple[tuple[str, bytes], ...] = ()
    origin: str = ""
    occurring: pd.DataFrame = field(default_factory=pd.DataFrame)
    corrected: bool = False


@dataclass(frozen=True, eq=False)
class Outcome:
    """A protected lattice: its rows, and itself for the vault. failed: why there is nothing, or empty.

    carried: the first publication whose lattice stands unchanged.
    """

    population: str
    period: str
    cells: pd.DataFrame | None
    vault: bytes
    carried: str = ""
    failed: str = ""


def run(task: Task) -> Outcome:
    """Build, protect and read off the rows; a failure to find a safe pattern is an outcome, not an exception."""
    built = _built(task)
    own = known_own(built, task)
    kept = [(name, unpack(content)) for name, content in task.earlier]
    fresh = _bare(task, built, own)
    if kept and kept[0][1].same_as(fresh):
        return _outcome(kept[0][1], task.places, _first(kept))
    if kept and (changes := _changes(kept[0][1], fresh)) is not None and (np.abs(changes) < task.rule.k).all():
        return carry(task)
    befores = _befores(kept, fresh)
    asked = replace(fresh, befores=tuple(replace(one, grown={}) for one in befores) if task.corrected else befores)
    try:
        before = hidden_before(kept, fresh)
        pattern, _ = protect(built.lattice, task.rule, asked.attackers(), weights(built), before, choose=repair)
    except NoSafePattern as error:
        return Outcome(task.plan.population, task.period, None, b"", failed=str(error))
    return _outcome(replace(asked, pattern=pattern), task.places)


def screen(task: Task) -> Outcome:
    """The rows with nothing hidden but what the rule itself hides: no pattern can hide less."""
    built = _built(task)
    bare = _bare(task, built, known_own(built, task))
    hidden = primary(bare.attackers(), built.lattice.latent)
    return _outcome(replace(bare, pattern=Pattern(hidden, hidden, task.rule)), task.places)


def carry(task: Task) -> Outcome:
    """The newest earlier publication's lattice once more: nothing new is said, so nothing new can be learned.

    Views that the plan has no longer are left out.
    """
    kept = [(name, unpack(content)) for name, content in task.earlier]
    offered = {(name, str(view)) for name, views in task.plan.views for view in views}
    still = replace(kept[0][1], views=tuple(view for view in kept[0][1].views if view in offered))
    if not still.views:
        return Outcome(task.plan.population, task.period, None, b"", failed="Nothing of it is offered any longer.")
    return _outcome(still, task.places, _first(kept))


def may_carry(task: Task) -> bool:
    """True where there is an earlier lattice that keeps a promise as strict as the one given now."""
    if not task.earlier:
        return False
    then = unpack(task.earlier[0][1]).pattern.rule
    return replace(then, k=task.rule.k) == task.rule and then.k >= task.rule.k


def _changes(then: Stored, fresh: Stored) -> IntArray | None:
    """By how many children the cells differ from an earlier lattice; None where there is more to tell than numbers.

    Where no cell differs by k or more, all that differ would be hidden and mark those in which a few children changed.
    """
    place = {name: i for i, name in enumerate(then.names) if not then.lattice.latent[i]}
    here = np.flatnonzero(~fresh.lattice.latent)
    at = np.array([place.get(fresh.names[i], -1) for i in here])
    more = set(fresh.views) - set(then.views) or fresh.pattern.rule != then.pattern.rule
    return None if more or (at < 0).any() else fresh.lattice.values[here] - then.lattice.values[at]


def _first(kept: Sequence[tuple[str, Stored]]) -> str:
    """The first of the publications, newest first, from which the newest lattice stands unchanged."""
    newest = kept[0][1]
    return [name for name, _ in takewhile(lambda one: one[1].same_as(newest), kept)][-1]


def _bare(task: Task, built: Built, own: dict[str, IntArray]) -> Stored:
    """The lattice before anything is hidden."""
    nothing = np.zeros(len(built.lattice), dtype=bool)
    return Stored(
        task.plan.population,
        task.period,
        task.plan.exact,
        tuple((name, str(view)) for name, views in task.plan.views for view in views),
        built.dims,
        built.margins,
        built.lattice,
        Pattern(nothing, nothing, task.rule),
        own,
        (),
        task.origin,
        _floor(built, task),
    )


def _floor(built: Built, task: Task) -> FloatArray:
    """The least count of each cell that everybody knows of."""
    floor = np.zeros(len(built.lattice))
    for row in task.occurring.to_dict("records"):
        where = {_slot(str(c)): _code(str(c), code) for c, code in row.items() if isinstance(code, str)}
        cell = built.index.get(built.key(**where)) if set(where) <= set(built.dims) else None
        if cell is not None:
            floor[cell] = 1.0
    return floor


def _slot(column: str) -> str:
    return next((slot for slot, columns in PLACES.items() if column in columns), column)


def _code(column: str, code: str) -> str:
    return f"{column}:{code}" if _slot(column) in PLACES else code


def _built(task: Task) -> Built:
    return build_lattice(
        task.atoms,
        task.plan.hierarchies,
        task.plan.shapes(),
        structural=task.structural if len(task.structural) else None,
        memberships=MEMBERSHIPS,
    )


def _outcome(stored: Stored, places: Mapping[str, Sequence[str]], carried: str = "") -> Outcome:
    return Outcome(stored.population, stored.period, reread(stored, places), pack(stored), carried)


def reread(stored: Stored, places: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """The rows that a protected lattice shows."""
    built, k = stored.built(), stored.pattern.rule.k
    parts = [
        rows_of(indicators()[name], stored.period, View.parse(view), built, stored.pattern.hidden, places, k)
        for name, view in stored.views
        if name in indicators()
    ]
    return pd.DataFrame(stacked(parts))


def known_own(built: Built, task: Task) -> dict[str, IntArray]:
    """Each contributor's count per cell; in the cells of a rate whose bands its records do not tell, it knows none."""
    slots = {name: built.dims.index(name) for name in task.plan.rates}
    found = {}
    for contributor, counts in built.own.items():
        mine = counts.copy()
        for name, slot in slots.items():
            if contributor not in task.sources.get(name, frozenset()):
                told = np.array([key[slot] != built.margins[slot] for key in built.lattice.keys])
                mine[told] = 0
        found[contributor] = mine
    return found


def weights(built: Built) -> FloatArray:
    """What hiding a cell costs: more for large areas, for plain totals and for denominators, little for fine cells."""
    places = [i for i, name in enumerate(built.dims) if name in ("area", "district")]
    rates = [i for i, name in enumerate(built.dims) if name in indicators()]
    groups = [i for i in range(len(built.dims)) if i not in places and i not in rates]
    price = np.sqrt(built.lattice.values.astype(float)) + 1
    for position, key in enumerate(built.lattice.keys):
        local = any(key[i] != built.margins[i] for i in places)
        fine = any(key[i].startswith("region:") for i in places)
        split = any(key[i] != built.margins[i] for i in groups)
        price[position] *= (1.0 if fine else 3.0) if local else 20.0
        price[position] *= 1.0 if split else 5.0
        price[position] *= 1.0 if any(key[i] != built.margins[i] for i in rates) else 2.0
    return np.asarray(price, dtype=np.float64)


def hidden_before(kept: Sequence[tuple[str, Stored]], fresh: Stored) -> BoolArray | None:
    """Cells the newest earlier publication hid; hiding them again tells nothing new."""
    if not kept:
        return None
    then = kept[0][1]
    hidden = {name for name, mark in zip(then.names, then.pattern.hidden, strict=True) if mark}
    return np.array([name in hidden for name in fresh.names])


def _befores(kept: Sequence[tuple[str, Stored]], fresh: Stored) -> tuple[Before, ...]:
    """What readers of every earlier publication know, each state of knowledge once; and of all of them together."""
    found: list[Before] = []
    for name, then in kept:
        before = _before(name, then, fresh)
        if not any(before.same_as(other) for other in found):
            found.append(before)
    together = _together(found) if len(found) > 1 else None
    return tuple(found if together is None or any(together.same_as(one) for one in found) else [*found, together])


def _together(befores: Sequence[Before]) -> Before:
    """Who holds all of them knows of each cell the newest count that any of them showed; befores: newest first."""
    told, grown = befores[0].told.copy(), {name: more.copy() for name, more in befores[0].grown.items()}
    for before in befores[1:]:
        news = (told < 0) & (before.told >= 0)
        told = np.where(news | ((told == ABSENT_BEFORE) & (before.told == HIDDEN_BEFORE)), before.told, told)
        for name, more in before.grown.items():
            grown[name] = np.where(news, more, grown.get(name, more))
    return Before("all earlier ones", told, None, grown)


def _before(name: str, then: Stored, fresh: Stored) -> Before:
    """What readers of an earlier publication know of these cells: every count that was shown, as it truly was.

    Cells are found by what they count: another plan may cross other dimensions, and keys then have other slots.

    Of a rate they saw rounded figures. But one child is enough to tip a figure over, and two that tip say where the
    child was counted; so a change of 1..k-1 is guarded there as in exact counts.
    """
    place = {cell: position for position, cell in enumerate(then.names)}
    at = np.array([place.get(cell, -1) for cell in fresh.names])
    there = at >= 0
    shown_then = there & ~then.pattern.hidden[at] & ~then.lattice.latent[at]
    hidden_then = there & then.pattern.hidden[at]
    count = then.lattice.values[at].astype(float)
    told = np.where(shown_then, count, np.where(hidden_then, HIDDEN_BEFORE, ABSENT_BEFORE))
    return Before(name, told.astype(float), np.where(there, count, np.nan), _grown(then, fresh, at))


def _grown(then: Stored, fresh: Stored, at: IntArray) -> dict[str, IntArray]:
    """By how many of its own children each contributor's part of the cells changed; at: their positions then, or -1.

    Who has left knows what it had, and who has come had none; whose part stands knows that it does.
    """
    nobody = {"then": np.zeros(len(then.lattice), dtype=np.int64), "now": np.zeros(len(at), dtype=np.int64)}
    found = {}
    for contributor in sorted({*then.own, *fresh.own}):
        before = then.own.get(contributor, nobody["then"])[at]
        found[contributor] = np.where(at >= 0, fresh.own.get(contributor, nobody["now"]) - before, 0)
    return found


def base_lost(now: Outcome, then: Outcome) -> bool:
    """True where the earlier lattice shows a county number, bare of groups, that the new one hides or lacks."""
    return bool(_base_shown(then) - _base_shown(now))


def _base_shown(outcome: Outcome) -> set[tuple[str, str]]:
    """(indicator, band) of the county's own numbers that are shown."""
    if outcome.cells is None:
        return set()
    bare = outcome.cells[(outcome.cells["view"] == BASE) & (outcome.cells["level"] == BASE)]
    shown = bare[~bare["symbol"].str.contains("c")]
    return set(zip(shown["indicator"], shown["band"], strict=True))
