"""Do the agreements fit together? Where two of them say different things, and where one half of a pair is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from catalog.terms import area_levels, elements, purposes
from privacy.agreement import ONE_CHILD, Agreement, Level, Tier

BANDS = (30, 60, 90)


@dataclass(frozen=True)
class Finding:
    """One sentence about one or two agreements (ids). kind: overlap or gap."""

    kind: str
    text: str
    agreements: tuple[str, ...]


def cross_checks(agreements: Iterable[Agreement], today: date) -> tuple[Finding, ...]:
    """Overlaps and gaps among the agreements in force."""
    active = sorted((one for one in agreements if one.active(today)), key=lambda one: one.id)
    sharing = [one for one in active if one.tier is Tier.SHARING]
    licenses = [one for one in active if one.tier is Tier.USE]
    found = [gap for one in licenses for gap in _unfed(one, sharing)]
    found += [gap for one in sharing for gap in _unused(one, licenses)]
    found += [gap for one in licenses for gap in _barred(one, sharing)]
    found += [_uncounted(one) for one in sharing if not one.whole]
    found += [_overlap(*pair) for pair in combinations(active, 2) if _same_ground(*pair) and _differences(*pair)]
    return tuple(found)


def ending(agreements: Iterable[Agreement], today: date) -> list[tuple[int, Agreement]]:
    """Agreements in force that end within 30, 60 or 90 days, with that number of days; soonest first."""
    active = sorted((one for one in agreements if one.active(today)), key=lambda one: (one.ends, one.id))
    bands = [(next((b for b in BANDS if one.ends <= today + timedelta(b)), 0), one) for one in active]
    return [(band, one) for band, one in bands if band]


def _unfed(license_: Agreement, sharing: Sequence[Agreement]) -> list[Finding]:
    """What a license allows and nobody lets in."""
    reached = [one for one in sharing if license_.reaches(one.party)]
    shared = frozenset[str]().union(*(one.elements for one in reached))
    found = []
    if missing := license_.elements - shared:
        told = f"“{license_.title}” allows data that no contributor it covers shares: {_titles(missing)}."
        found.append(Finding("gap", told, (license_.id,)))
    if license_.level is Level.IDENTIFIABLE and not any(_meets(license_, one) for one in reached):
        told = f"“{license_.title}” allows named children, but no contributor names its holder for any of its purposes."
        found.append(Finding("gap", told, (license_.id,)))
    return found


def _meets(license_: Agreement, sharing: Agreement) -> bool:
    """True where the two together open named children to somebody."""
    both = sharing.level is Level.IDENTIFIABLE and license_.purposes & sharing.purposes
    return bool(both) and any(sharing.sends_to(holder) for holder in license_.holders)


def _unused(sharing: Agreement, licenses: Sequence[Agreement]) -> list[Finding]:
    """What a contributor lets in and nobody may use."""
    used = frozenset[str]().union(*(one.elements for one in licenses if one.reaches(sharing.party)))
    if not (idle := sharing.elements - used):
        return []
    return [Finding("gap", f"“{sharing.title}” shares data that no license uses: {_titles(idle)}.", (sharing.id,))]


def _barred(license_: Agreement, sharing: Sequence[Agreement]) -> list[Finding]:
    """Purposes of a license for which a contributor does not let its numbers be used."""
    feeding = [one for one in sharing if one.counts and one.elements & license_.elements]
    found = []
    for party in sorted({one.party for one in feeding}):
        mine = [one for one in feeding if one.party == party]
        if barred := license_.purposes.difference(ONE_CHILD, *(one.purposes for one in mine)):
            why = ", ".join(purposes()[p].lower() for p in sorted(barred))
            told = f"“{license_.title}” is to: {why}. “{mine[0].title}” does not let its numbers be used for that."
            found.append(Finding("gap", told, (license_.id, mine[0].id)))
    return found


def _uncounted(sharing: Agreement) -> Finding:
    told = f"“{sharing.title}” lets in some programs or places only, so its data are counted in no publication."
    return Finding("gap", told, (sharing.id,))


def _same_ground(one: Agreement, other: Agreement) -> bool:
    """Two of one kind and party about the same data for the same purpose."""
    alike = one.tier is other.tier is not Tier.CHARTER and one.party == other.party
    return alike and bool(one.elements & other.elements and one.purposes & other.purposes)


def _differences(one: Agreement, other: Agreement) -> list[str]:
    told = []
    if one.minimum_count != other.minimum_count:
        told.append(f"the smallest count ({one.minimum_count} and {other.minimum_count})")
    if one.finest_area != other.finest_area:
        names = [area_levels()[a.finest_area].title.lower() for a in (one, other)]
        told.append(f"the smallest areas ({names[0]} and {names[1]})")
    if one.level is not other.level:
        told.append(f"the level ({one.level.title} and {other.level.title})")
    if any(one.consent.get(e) != other.consent.get(e) for e in one.elements & other.elements):
        told.append("where consent is needed")
    return told


def _overlap(one: Agreement, other: Agreement) -> Finding:
    governs = (
        "the stricter one governs"
        if one.tier is Tier.SHARING
        else "a request is allowed where one of them allows all of it"
    )
    why = ", ".join(purposes()[p].lower() for p in sorted(one.purposes & other.purposes))
    what = " and ".join(filter(None, [", ".join(_differences(one, other)[:-1]), _differences(one, other)[-1]]))
    told = f"“{one.title}” and “{other.title}” cover the same data, to: {why}. They differ in {what}; {governs}."
    return Finding("overlap", told, (one.id, other.id))


def _titles(names: Iterable[str]) -> str:
    chosen = set(names)
    return ", ".join(one.title.lower() for name, one in elements().items() if name in chosen)
