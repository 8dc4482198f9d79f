"""Who attacks a table: what each kind of reader knows besides the published cells, and what it may not learn."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from privacy.lattice import Attacker, BadTable, BoolArray, FloatArray, IntArray, Lattice, Rule

HIDDEN_BEFORE = -1
ABSENT_BEFORE = -2


def public_attacker(
    lattice: Lattice,
    rule: Rule,
    forced: Iterable[int] | BoolArray | None = None,
    known_lower: NDArray[Any] | None = None,
    known_upper: NDArray[Any] | None = None,
) -> Attacker:
    """Any reader: knows relations, published cells, threshold and zero policy, and bounds known besides.

    forced: cells that are sensitive whatever their count. known_lower, known_upper: one bound a cell, NaN where none
    is known; a bound that the true count breaks raises BadTable, as does a forced zero where zeros are always shown.
    """
    values, open_zero = lattice.values, rule.zeros == "hidden"
    small = (values >= 1) & (values < rule.k)
    guarded = small | ((values == 0) & ~lattice.structural if open_zero else False)
    asked = _mask(forced, len(lattice))
    if (asked & (values == 0) & (lattice.structural | (not open_zero))).any():
        raise BadTable("a zero that everybody is shown cannot be kept secret")
    guarded = guarded | asked
    need = np.where(small & guarded, float(rule.k), 0.0) if rule.name == "provable" else np.zeros(len(lattice))
    lower, upper = _sharpened(lattice, _lower(lattice, rule), known_lower, known_upper)
    return Attacker("public", lower, upper, guarded, need)


def contributor_attackers(lattice: Lattice, own: Mapping[str, IntArray], rule: Rule) -> tuple[Attacker, ...]:
    """Each contributor, who knows its own children in every cell and takes them away.

    own: contributor -> its count in every cell. Guarded: a remainder (all children but its own) of 1..k-1, which must
    be able to reach k; a remainder of 0 or of at least k tells nothing. A contributor without children learns no more
    than the public and is left out.
    """
    found = []
    for name, counts in sorted(own.items()):
        mine = np.asarray(counts, dtype=np.int64)
        rest = lattice.values - mine
        if (mine < 0).any() or (rest < 0).any():
            raise BadTable(f"the contributor {name} has more children in a cell than the cell holds")
        if not mine.any():
            continue
        guarded = (rest >= 1) & (rest < rule.k)
        need = np.where(guarded & (rule.name == "provable"), mine + float(rule.k), 0.0)
        lower = np.maximum(_lower(lattice, rule), mine)
        found.append(Attacker(f"contributor {name}", lower, _no_bound(lattice), guarded, need))
    return tuple(found)


# Three publications with a few changes, and a reader who takes it that whoever is not seen to change stays the same:
# 1. A cell shown twice gives its change away, so a cell whose change is 1..k-1 is guarded and must be able to reach
#    a change of k (`need`); a single child that comes or goes thereby hides every cell that counts it.
# 2. A cell hidden before and shown now is read back into the earlier publication, where it then protects nobody;
#    hidden cells therefore stay hidden ("sticky"). What is hidden only grows, so the movement of hidden cells that
#    proved the earlier table safe leaves the published cells of the later one alone, too.
# 3. A cell shown before, unchanged, and hidden now as a mere companion protects nobody from this reader, who fills in
#    the old number. The attacker knows it (lower = upper), so protection must come from cells that did change; moving
#    along the change itself is always possible, so hiding all that changed is a way out.
# 4. A change can hide from the last publication and show against an older one, so there is one attacker for every
#    earlier publication that readers may hold.
# 5. A reader who even knows which hidden cells stayed carries what one publication says about them into the other. The
#    published numbers cannot tell the publisher of that; with the true earlier counts `change_attacker` guards it.
def previous_attacker(lattice: Lattice, before: NDArray[Any], rule: Rule, name: str = "previous") -> Attacker:
    """A reader of an earlier publication of the same cells; call once for each earlier publication.

    before: what each cell showed then; HIDDEN_BEFORE (-1) or NaN where it was hidden, ABSENT_BEFORE (-2) where there
    was no such cell. Guarded: all that the public may not learn; changes of 1..k-1 up or down, which must be able to
    reach previous + k; and every cell hidden before (but for cells now zero where zeros are always shown).
    """
    told, sticky = _read(lattice, before)
    return _of_changes(lattice, told, rule, name, sticky, public_attacker(lattice, rule))


def change_attacker(lattice: Lattice, before: NDArray[Any], rule: Rule, name: str = "changes") -> Attacker:
    """The previous reader at its strongest: knows every true earlier count in `before` (NaN where there is none)."""
    return _of_changes(
        lattice, np.asarray(before, dtype=float), rule, name, _none(lattice), public_attacker(lattice, rule)
    )


def contributor_since(
    lattice: Lattice, before: NDArray[Any], own: NDArray[Any], grown: NDArray[Any], rule: Rule, name: str
) -> Attacker:
    """A contributor with an earlier publication: takes its own children away from both, and reads all others' change.

    before: as for previous_attacker, or the true earlier counts. own: its children now, in every cell; grown: how many
    more they are than then (fewer where it has left). Guarded: what it may not learn without the earlier publication,
    and changes of all others of 1..k-1. Where the others did not change it knows the count.
    """
    told, sticky = _read(lattice, before)
    alone = contributor_attackers(lattice, {name: own}, rule)
    return _of_changes(lattice, told + grown, rule, name, sticky, *(alone or (public_attacker(lattice, rule),)))


def _read(lattice: Lattice, before: NDArray[Any]) -> tuple[FloatArray, BoolArray]:
    """What a reader was told, NaN for nothing; and the cells that stay hidden because they were."""
    was = np.asarray(before, dtype=float)
    concealed = np.isnan(was) | (was == HIDDEN_BEFORE)
    told = ~concealed & (was != ABSENT_BEFORE)
    return np.where(told, was, np.nan), concealed & ~lattice.structural & ~lattice.latent


def _none(lattice: Lattice) -> BoolArray:
    return np.zeros(len(lattice), dtype=bool)


def _of_changes(
    lattice: Lattice, was: FloatArray, rule: Rule, name: str, sticky: BoolArray, base: Attacker
) -> Attacker:
    change = np.abs(lattice.values - was)
    same = change == 0
    moved = (change >= 1) & (change < rule.k)
    guarded = (base.guarded | moved | sticky) & ~same & ~_always_shown(lattice, rule)
    need = np.where(moved & (rule.name == "provable"), was + rule.k, 0.0)
    lower = np.where(same, lattice.values, base.lower).astype(float)
    upper = np.where(same, lattice.values, base.upper).astype(float)
    return Attacker(name, lower, upper, guarded, np.where(guarded, np.maximum(base.need, need), 0.0))


def singleton_attackers(lattice: Lattice, hidden: BoolArray, rule: Rule) -> tuple[Attacker, ...]:
    """The family of each child who is alone in a hidden cell: knows that cell, and itself in the cells inside it.

    Guarded: what the public may not learn, but for the cells that make up the known one.
    """
    base = public_attacker(lattice, rule)
    inside: dict[int, set[int]] = {}
    for total, parts in lattice.relations:
        inside.setdefault(total, set()).update(parts)
    found = []
    for position in np.flatnonzero(hidden & ~lattice.latent & (lattice.values == 1)).tolist():
        lower, upper, guarded = base.lower.copy(), base.upper.copy(), base.guarded.copy()
        lower[position] = upper[position] = 1.0
        guarded[sorted(_within(position, inside))] = False
        found.append(Attacker(f"family of {'/'.join(lattice.keys[position])}", lower, upper, guarded, base.need))
    return tuple(found)


def primary(attackers: Sequence[Attacker], latent: BoolArray | None = None) -> BoolArray:
    """Cells that some attacker may not learn; without the latent ones where `latent` is given."""
    union: BoolArray = np.any([attacker.guarded for attacker in attackers], axis=0)
    return union if latent is None else union & ~latent


def too_small(lattice: Lattice, rule: Rule, minimum: int | None = None, positions: IntArray | None = None) -> bool:
    """True where the whole table (or the view at `positions`) counts fewer children than the minimum, by default k."""
    counts = lattice.values if positions is None else lattice.values[positions]
    return counts.size == 0 or int(counts.max()) < (rule.k if minimum is None else minimum)


def _within(position: int, inside: Mapping[int, set[int]]) -> set[int]:
    found, todo = {position}, [position]
    while todo:
        new = inside.get(todo.pop(), set()) - found
        found |= new
        todo += sorted(new)
    return found


def _mask(positions: Iterable[int] | BoolArray | None, size: int) -> BoolArray:
    marks = np.zeros(size, dtype=bool)
    if positions is not None:
        chosen = np.asarray(positions if isinstance(positions, np.ndarray) else list(positions))
        marks[chosen if chosen.dtype == bool else chosen.astype(np.int64)] = True
    return marks


def _always_shown(lattice: Lattice, rule: Rule) -> BoolArray:
    zero: BoolArray = lattice.values == 0
    return zero & lattice.structural if rule.zeros == "hidden" else zero & ~lattice.latent


def _lower(lattice: Lattice, rule: Rule) -> FloatArray:
    """0; where zeros are always shown, 1 for a hidden cell, but not for a latent one, which no view shows anyway."""
    if rule.zeros == "hidden":
        return np.zeros(len(lattice))
    return np.where(lattice.latent, 0, np.minimum(lattice.values, 1)).astype(float)


def _no_bound(lattice: Lattice) -> FloatArray:
    return np.full(len(lattice), np.inf)


def _sharpened(
    lattice: Lattice, lower: FloatArray, known_lower: NDArray[Any] | None, known_upper: NDArray[Any] | None
) -> tuple[FloatArray, FloatArray]:
    upper = _no_bound(lattice)
    if known_lower is not None:
        lower = np.fmax(lower, np.asarray(known_lower, dtype=float))
    if known_upper is not None:
        upper = np.fmin(upper, np.asarray(known_upper, dtype=float))
    wrong = np.flatnonzero((lattice.values < lower) | (lattice.values > upper))
    if wrong.size:
        raise BadTable(f"the known bounds of {'/'.join(lattice.keys[int(wrong[0])])} leave out its count")
    return lower, upper
