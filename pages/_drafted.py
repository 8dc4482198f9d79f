"""What a filled form of an agreement says: as values, as an agreement, and beside what others saved meanwhile."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from catalog.terms import area_levels, elements, purposes
from components import covenant, fields
from data_access.agreements import NotRecorded, check_id
from data_access.lifecycle import LEAST_COUNT, MOST_COUNT
from privacy.agreement import ALWAYS_CONSENT, ANY, NOT_REQUIRED, REQUIRED, TEXTS, Agreement, Level, State, Tier

Values = dict[str, Any]
SETS = ("elements", "purposes", "contributors", "recipients", "receivers", "free")
CODES = ("areas", "programs")
DAYS = {"starts": "first day", "ends": "last day", "destruction_due": "day"}
NEW = ("tier", "party", "id")
# Clauses that are filled in under another name.
CLAUSES = {"receivers": "recipients", "free": "consent"}
KEEP, THEIRS, MINE = "keep.", "theirs", "mine"


@dataclass(frozen=True)
class Merged:
    """A form beside what was saved meanwhile. values: theirs with what was changed here; both: changed by both."""

    values: Values
    theirs: Values
    changed_here: frozenset[str]
    changed_there: frozenset[str]

    @property
    def both(self) -> frozenset[str]:
        """Fields that both changed, and not to the same."""
        return frozenset(f for f in self.changed_here & self.changed_there if self.values[f] != self.theirs[f])


def free_elements() -> dict[str, str]:
    """Data elements for which a sharing agreement may do without consent, with their titles."""
    return {name: e.title for name, e in elements().items() if ALWAYS_CONSENT.isdisjoint(e.tags)}


def filled(one: Agreement | None) -> Values:
    """The values of the form for a version, or of an empty form."""
    if one is None:
        empty: Values = {name: [] for name in SETS} | {"contributors": [ANY]}
        empty |= dict.fromkeys(("title", "party", "id", *DAYS, *CODES, *(f"text.{key}" for key in TEXTS)), "")
        return empty | {"tier": Tier.USE.value, "level": "aggregate", "finest_area": "town", "minimum_count": "10"}
    found: Values = {"title": one.title, "level": one.level.code, "finest_area": one.finest_area}
    found |= {"minimum_count": str(one.minimum_count), "elements": sorted(one.elements)}
    found |= {"purposes": sorted(one.purposes)}
    found |= {name: day.isoformat() if (day := getattr(one, name)) else "" for name in DAYS}
    found |= {name: ", ".join(sorted(getattr(one, name))) for name in CODES}
    found |= {f"text.{key}": one.texts.get(key, "").strip() for key in TEXTS}
    return found | _sides(one)


def _sides(one: Agreement) -> Values:
    """Who is on the other side."""
    if one.tier is Tier.USE:
        return {"contributors": sorted(one.contributors), "receivers": sorted(one.recipients)}
    if one.tier is Tier.SHARING:
        free = [name for name in free_elements() if one.consent.get(name) == NOT_REQUIRED]
        return {"recipients": sorted(one.recipients), "free": sorted(free)}
    return {}


def read(typed: Mapping[str, Any], before: Agreement | None) -> Values:
    """The values of a filled form, written as `filled` writes them."""
    given = {name: value for name, value in typed.items() if not name.startswith((KEEP, "receivers:"))}
    if before is None or before.tier is Tier.USE:
        given["receivers"] = fields.gathered(typed, "receivers")
    found = {name: _plain(name, value) for name, value in given.items()}
    return found if before is None else {name: v for name, v in found.items() if name not in NEW}


def _plain(name: str, value: Any) -> Any:
    if name in SETS:
        return sorted(map(str, value or ()))
    text = "" if value is None else str(value).strip()
    if name in CODES:
        return ", ".join(sorted({word.strip() for word in text.split(",")} - {""}))
    if name == "minimum_count":
        return text.removesuffix(".0")
    return text[:10] if name in DAYS else " ".join(text.split()) if name == "title" else text


def beside(base: Values, mine: Values, theirs: Values, unsettled: Collection[str] = ()) -> Merged:
    """What was changed here since `base`, on top of what somebody else has saved since; unsettled: by both before."""
    here = frozenset(name for name in mine if mine[name] != base.get(name))
    there = frozenset(name for name in mine if theirs.get(name) != base.get(name) or name in unsettled)
    return Merged({n: mine[n] if n in here else theirs.get(n) for n in mine}, theirs, here, there)


def settled(
    values: Values, both: Collection[str], theirs: Values, typed: Mapping[str, Any]
) -> tuple[Values, dict[str, str]]:
    """The form once it was chosen what holds of what both changed, and a fault where it was not."""
    choices = {n: str(typed.get(f"{KEEP}{n}") or "") for n in both if values.get(n) != theirs.get(n)}
    faults = {n: "Choose which of the two holds." for n, one in choices.items() if one not in (THEIRS, MINE)}
    return values | {name: theirs[name] for name, one in choices.items() if one == THEIRS}, faults


def made(values: Values, before: Agreement | None) -> tuple[Agreement, dict[str, str]]:
    """The agreement of a form, and what of it cannot be read; for that something harmless stands in the agreement.

    Of an amendment, whatever the form leaves as it is stays as it was recorded.
    """
    faults = _faults(values, before)
    whole = _whole(values, before, faults)
    if before is None:
        return whole, faults
    old = filled(before)
    changed = {CLAUSES.get(n, "texts" if n.startswith("text.") else n) for n, v in values.items() if v != old.get(n)}
    clauses = {name: getattr(whole, name) for name in changed}
    return replace(before, version=before.version + 1, state=State.DRAFT, **clauses), faults


def _faults(values: Values, before: Agreement | None) -> dict[str, str]:
    """Fields that cannot be read, with how to mend them."""
    valid: dict[str, tuple[Collection[str], str]] = {
        "level": (covenant.LEVELS, "Choose a level."),
        "finest_area": (area_levels(), "Choose the smallest areas."),
    }
    found = {name: told for name, (words, told) in valid.items() if values[name] not in words}
    for name, title in DAYS.items():
        if _day(values[name]) is None and (values[name] or name != "destruction_due"):
            found[name] = f"Give the {title} as a date, such as 2027-06-30."
    count = values["minimum_count"]
    if not (count.isascii() and count.isdigit() and len(count) < 10):
        found["minimum_count"] = f"The smallest count must be a whole number from {LEAST_COUNT} to {MOST_COUNT:,}."
    return found | (_new_faults(values) if before is None else {})


def _new_faults(values: Values) -> dict[str, str]:
    found = {} if values["tier"] in covenant.TIERS else {"tier": "Choose a kind of agreement."}
    if not values["party"]:
        found["party"] = "Choose whose agreement it is."
    try:
        check_id(values["id"])
    except NotRecorded as error:
        found["id"] = str(error) if values["id"] else "Give the agreement a short name, such as fund-use-2027."
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _whole(values: Values, before: Agreement | None, faults: Collection[str]) -> Agreement:
    tier = before.tier if before else Tier(values["tier"] if "tier" not in faults else Tier.USE)
    starts, ends = (_day(values[name]) for name in ("starts", "ends"))
    chosen = {name: frozenset(values.get(name) or ()) for name in SETS}
    consent = dict.fromkeys(values["elements"], REQUIRED) | dict.fromkeys(chosen["free"], NOT_REQUIRED)
    return Agreement(
        id=before.id if before else values["id"],
        version=before.version + 1 if before else 1,
        tier=tier,
        title=values["title"],
        party=before.party if before else values["party"],
        level=Level[values["level"].upper()] if "level" not in faults else Level.AGGREGATE,
        elements=chosen["elements"] & elements().keys(),
        purposes=chosen["purposes"] & purposes().keys(),
        finest_area=values["finest_area"],
        minimum_count=int(values["minimum_count"]) if "minimum_count" not in faults else LEAST_COUNT,
        starts=starts or ends or date.max,
        ends=ends or starts or date.max,
        state=State.DRAFT,
        contributors=chosen["contributors"] if tier is Tier.USE else frozenset({ANY}),
        recipients={Tier.USE: chosen["receivers"], Tier.SHARING: chosen["recipients"]}.get(tier, frozenset()),
        programs=_codes(values["programs"]),
        areas=_codes(values["areas"]),
        consent=consent if tier is Tier.SHARING else {},
        destruction_due=_day(values["destruction_due"]),
        texts={key: values[f"text.{key}"] for key in TEXTS if values[f"text.{key}"]},
    )


def _codes(text: str) -> frozenset[str]:
    return frozenset(word.strip() for word in text.split(",") if word.strip())
