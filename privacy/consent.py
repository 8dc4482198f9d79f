"""Consent: what was signed, who was entitled to sign, and the one decision that follows. Refused by default.

Rules: 34 CFR 99.30 (elements of a consent), 99.4 and 99.5 (who holds the right), 42 CFR 2.31 and 45 CFR 164.508(c)
(further elements for treatment and health records), 7 CFR 245.6 and NSLA 9(b)(6) (meal status: a form that says that
meals do not depend on signing, and names who may know).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from catalog.terms import elements
from privacy.agreement import Level

EVERYTHING = frozenset({"*"})
# Who somebody can be to a child; "self" is the young person.
RELATIONSHIPS: Mapping[str, str] = MappingProxyType(
    {
        "mother": "Mother",
        "father": "Father",
        "parent": "Parent",
        "guardian": "Legal guardian",
        "foster_parent": "Foster parent",
        "grandparent": "Grandparent with custody",
        "self": "The young person",
    }
)


class Say(StrEnum):
    """What a statement says. A withdrawal is a deny."""

    PERMIT = "permit"
    DENY = "deny"


class Capacity(StrEnum):
    """In which capacity somebody signs."""

    PARENT = "parent"
    YOUNG_PERSON = "young_person"


class Basis(StrEnum):
    """The legal basis of the form that was signed; each demands its own elements."""

    FERPA = "ferpa"
    MEALS = "meals"
    PART_C = "part_c"
    HIPAA = "hipaa"
    PART_2 = "part_2"


@dataclass(frozen=True)
class ConsentEvent:
    """One statement of one signer about one child, appended and never changed.

    sequence: order of recording, which is also the order in which statements of one signer replace each other.
    elements, purposes, disclosing, recipients: codes; a deny may say {"*"}, a permit names each. Days are local.
    """

    sequence: int
    child: int
    signer: str
    capacity: Capacity
    say: Say
    basis: Basis
    elements: frozenset[str]
    purposes: frozenset[str]
    disclosing: frozenset[str]
    recipients: frozenset[str]
    level: Level
    recorded_at: datetime
    signed_on: date | None = None
    effective_on: date | None = None
    expires_on: date | None = None
    evidence: str | None = None
    form_version: str | None = None


@dataclass(frozen=True)
class CourtOrder:
    """An order that takes a signer's right away, from its first day through its last (None: until further notice)."""

    signer: str
    starts: date
    ends: date | None = None

    def bars(self, signer: str, today: date) -> bool:
        """Whether it takes this signer's right away today."""
        return self.signer == signer and self.starts <= today and (self.ends is None or today <= self.ends)


@dataclass(frozen=True)
class ChildFacts:
    """What decides who holds the right: birth date, first day of postsecondary enrollment, court orders."""

    birth_date: date
    postsecondary_on: date | None = None
    court_orders: tuple[CourtOrder, ...] = ()


@dataclass(frozen=True)
class ConsentRequest:
    """One element about one child, from one contributor to one recipient, for one purpose, at one level."""

    child: int
    facts: ChildFacts
    contributor: str
    recipient: str
    purpose: str
    element: str
    level: Level


@dataclass(frozen=True)
class Decision:
    """The answer with its reasons. disputed: entitled signers disagree, a case for the backbone organization."""

    permitted: bool
    reasons: tuple[str, ...]
    events: tuple[int, ...] = ()
    disputed: bool = False


@dataclass(frozen=True)
class ConsentPolicy:
    """What a community sets: its time zone, which basis each sensitivity tag demands, when minors may sign alone."""

    zone: ZoneInfo
    bases: Mapping[str, frozenset[Basis]] = field(
        default_factory=lambda: MappingProxyType(
            {
                "health": frozenset({Basis.HIPAA, Basis.PART_2}),
                "idea_part_c": frozenset({Basis.PART_C, Basis.HIPAA}),
                "part_2": frozenset({Basis.PART_2}),
                "meal_status": frozenset({Basis.MEALS}),
            }
        )
    )
    minors_sign: frozenset[Basis] = frozenset()


def missing_elements(event: ConsentEvent) -> tuple[str, ...]:
    """What keeps a permit from being active, in words; a deny needs nothing but its signer."""
    if event.say is Say.DENY:
        return ()
    needed: dict[str, object] = {
        "the date it was signed": event.signed_on,
        "the signature or its evidence": event.evidence,
        "which records": event.elements - EVERYTHING,
        "the purpose": event.purposes - EVERYTHING,
        "who may receive them": event.recipients - EVERYTHING,
        "who may share them": event.disclosing - EVERYTHING,
    }
    if event.basis in (Basis.HIPAA, Basis.PART_2):
        needed["the day it expires"] = event.expires_on
    if event.basis in (Basis.HIPAA, Basis.PART_2, Basis.MEALS):  # statements the law wants on the form itself
        needed["the version of the form"] = event.form_version
    return tuple(name for name, value in needed.items() if not value)


def birthday(birth_date: date, years: int) -> date:
    """The day so many years later; of February 29 it is March 1 where there is no leap day."""
    year = birth_date.year + years
    try:
        return birth_date.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def majority(birth_date: date) -> date:
    """The 18th birthday."""
    return birthday(birth_date, 18)


def right_has_moved(facts: ChildFacts, today: date) -> bool:
    """True from the first minute of the 18th birthday, or of the first day of postsecondary enrollment."""
    enrolled = facts.postsecondary_on is not None and facts.postsecondary_on <= today
    return enrolled or today >= majority(facts.birth_date)


def takes_back(later: ConsentEvent, earlier: ConsentEvent) -> bool:
    """A later word of the same signer that leaves nothing of an earlier one."""
    sets = ("elements", "purposes", "disclosing", "recipients")
    covers = all(getattr(later, n) >= EVERYTHING or getattr(later, n) >= getattr(earlier, n) for n in sets)
    follows = later.signer == earlier.signer and later.sequence > earlier.sequence
    return follows and covers and not missing_elements(later)


def decide_consent(
    events: Iterable[ConsentEvent], request: ConsentRequest, at: datetime, policy: ConsentPolicy
) -> Decision:
    """May this element be disclosed now? Latest valid statement of each entitled signer; any no outweighs every yes."""
    today = at.astimezone(policy.zone).date()
    latest: dict[str, ConsentEvent] = {}
    for event in sorted(events, key=lambda e: e.sequence):
        if _speaks(event, request, at, today) and _entitled(event, request.facts, today, policy):
            latest[event.signer] = event
    standing = list(latest.values())
    no = [e for e in standing if e.say is Say.DENY]
    yes = [e for e in standing if e.say is Say.PERMIT and not _gap(e, request, today, policy)]
    if no:
        return _denied(no, yes)
    if yes:
        return Decision(True, tuple(_granted(e) for e in yes), tuple(e.sequence for e in yes))
    gaps = [gap for e in standing if (gap := _gap(e, request, today, policy))]
    return Decision(False, tuple(gaps) or (_nobody(request.facts, today),))


def _speaks(event: ConsentEvent, request: ConsentRequest, at: datetime, today: date) -> bool:
    """The statement is complete, in force and about this request. One that has expired still speaks: it replaced
    the signer's earlier ones, which do not come back to life when it lapses."""
    known = event.child == request.child and event.recorded_at <= at
    started = event.effective_on is None or event.effective_on <= today
    return known and started and not missing_elements(event) and _covers(event, request)


def _covers(event: ConsentEvent, request: ConsentRequest) -> bool:
    asked = (
        (event.elements, request.element),
        (event.purposes, request.purpose),
        (event.disclosing, request.contributor),
        (event.recipients, request.recipient),
    )
    return all(word in said or (event.say is Say.DENY and "*" in said) for said, word in asked)


def _entitled(event: ConsentEvent, facts: ChildFacts, today: date, policy: ConsentPolicy) -> bool:
    moved = right_has_moved(facts, today)
    if event.capacity is Capacity.YOUNG_PERSON:
        return moved or event.basis in policy.minors_sign
    barred = any(order.bars(event.signer, today) for order in facts.court_orders)
    return not moved and not barred


def _gap(event: ConsentEvent, request: ConsentRequest, today: date, policy: ConsentPolicy) -> str | None:
    """Why a standing permit does not carry this request, or None."""
    if event.expires_on is not None and today > event.expires_on:
        return f"The consent expired on {event.expires_on:%B %-d, %Y}. The parent or guardian can renew it."
    if event.level < request.level:
        return f"The consent allows {event.level.code} data only."
    for tag in elements()[request.element].tags:
        if tag in policy.bases and event.basis not in policy.bases[tag]:
            return f"{elements()[request.element].title} needs a form of its own, which has not been signed."
    return None


def _denied(no: list[ConsentEvent], yes: list[ConsentEvent]) -> Decision:
    used = tuple(e.sequence for e in (*no, *yes))
    if yes:
        sentence = "The people entitled to decide do not agree, so nothing is shared until the backbone has settled it."
        return Decision(False, (sentence,), used, disputed=True)
    return Decision(False, ("Sharing was refused or withdrawn.",), used)


def _granted(event: ConsentEvent) -> str:
    until = f" through {event.expires_on:%B %-d, %Y}" if event.expires_on else ""
    return f"Consent signed on {event.signed_on:%B %-d, %Y}{until}."


def _nobody(facts: ChildFacts, today: date) -> str:
    if right_has_moved(facts, today):
        return "No consent is on file. The young person can give it."
    return "No consent is on file. A parent or guardian can give it."
