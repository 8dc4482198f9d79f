"""What a guardian can choose: who could see which elements under the agreements, and the statements it comes to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from catalog.forms import WITHDRAWAL, form_for
from catalog.terms import elements, purposes
from privacy.agreement import ANY, Agreement, Level
from privacy.authorize import Refused
from privacy.consent import (
    EVERYTHING,
    Basis,
    ChildFacts,
    ConsentEvent,
    ConsentPolicy,
    ConsentRequest,
    Say,
    decide_consent,
    takes_back,
)
from privacy.records import authorize_records
from privacy.viewer import Role, Viewer

ANYTHING: Final = "*"
# Of the bases that fit an element, the one a guardian is asked for first.
ORDER: Final = (Basis.FERPA, Basis.MEALS, Basis.HIPAA, Basis.PART_C, Basis.PART_2)


@dataclass(frozen=True)
class Item:
    """One element of one contributor. consent: it needs one; open: it may be seen now; until: the last day of that."""

    contributor: str
    element: str
    consent: bool
    open: bool = False
    until: date | None = None
    disputed: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """(contributor, element)."""
        return (self.contributor, self.element)


@dataclass(frozen=True)
class Offer:
    """What one organization could see for one purpose. until: the last day of the agreements behind it."""

    recipient: str
    purpose: str
    items: tuple[Item, ...]
    until: date

    @property
    def open(self) -> tuple[Item, ...]:
        """What it may see now."""
        return tuple(item for item in self.items if item.open)


@dataclass(frozen=True)
class Choice:
    """What one organization may see for one purpose from now on; recipient and purpose ANYTHING: stop everything."""

    recipient: str
    purpose: str
    keep: frozenset[tuple[str, str]]
    until: date | None


@dataclass(frozen=True)
class Said:
    """One statement that a choice comes to."""

    say: Say
    basis: Basis
    elements: frozenset[str]
    purposes: frozenset[str]
    disclosing: frozenset[str]
    recipients: frozenset[str]
    until: date | None

    @property
    def form(self) -> str:
        """The code of the form it is said on."""
        return WITHDRAWAL if self.say is Say.DENY else form_for(self.basis.value)


def offers_of(agreements: Iterable[Agreement], holding: frozenset[str], today: date) -> list[Offer]:
    """Who could see what of a child that these contributors know, by recipient and purpose."""
    active = [one for one in agreements if one.active(today)]
    ends = {f"{one.id}/{one.version}": one.ends for one in active}
    found = []
    for recipient in sorted({code for one in active for code in (one.party, *one.holders)}):
        for purpose in purposes():
            try:
                permit = authorize_records(Viewer(ANY, recipient, Role.PARTNER), purpose, active, today)
            except Refused:
                continue
            sources = [s for s in permit.sources if s.contributor in holding and s.contributor != recipient]
            if sources:
                last = min(min(ends.get(s.sharing, date.max), ends.get(s.license, date.max)) for s in sources)
                items = tuple(Item(s.contributor, s.element, s.consent) for s in sources)
                found.append(Offer(recipient, purpose, items, last))
    return found


def judged(
    offer: Offer,
    child: int,
    facts: ChildFacts | None,
    events: Sequence[ConsentEvent],
    at: datetime,
    policy: ConsentPolicy,
) -> Offer:
    """The offer with what is open now; without a birth date nothing that needs consent is."""
    return replace(offer, items=tuple(_judged(item, offer, child, facts, events, at, policy) for item in offer.items))


def _judged(
    item: Item,
    offer: Offer,
    child: int,
    facts: ChildFacts | None,
    events: Sequence[ConsentEvent],
    at: datetime,
    policy: ConsentPolicy,
) -> Item:
    if not item.consent:
        return replace(item, open=True, until=offer.until)
    if facts is None:
        return item
    words = (item.contributor, offer.recipient, offer.purpose, item.element)
    asked = ConsentRequest(child, facts, *words, Level.IDENTIFIABLE)
    decision = decide_consent(events, asked, at, policy)
    if not decision.permitted:
        return replace(item, disputed=decision.disputed)
    used = [event.expires_on for event in events if event.sequence in decision.events and event.expires_on]
    return replace(item, open=True, until=min([offer.until, *used]))


def basis_of(element: str, policy: ConsentPolicy) -> Basis:
    """The legal basis a form about this element has."""
    fitting = set(ORDER)
    for tag in elements()[element].tags:
        fitting &= policy.bases.get(tag, fitting)
    return next((basis for basis in ORDER if basis in fitting), Basis.PART_2)


def something_to_stop(choice: Choice, offers: Iterable[Offer], own: Sequence[ConsentEvent], today: date) -> bool:
    """Whether a choice that keeps nothing takes anything away: what is open by consent, or a yes of the signer's own
    that still stands behind somebody else's no. own: the signer's statements about the child."""
    wanted = (choice.recipient, choice.purpose)
    concerned = [one for one in offers if choice.recipient == ANYTHING or (one.recipient, one.purpose) == wanted]
    if any(item.consent for offer in concerned for item in offer.open):
        return True
    about = [one for one in own if _about(one, choice)]
    standing = [one for one in about if one.say is Say.PERMIT and (one.expires_on is None or today <= one.expires_on)]
    return any(not any(takes_back(later, one) for later in own) for one in standing)


def _about(event: ConsentEvent, choice: Choice) -> bool:
    whole = choice.recipient == ANYTHING
    return whole or (choice.recipient in event.recipients and choice.purpose in event.purposes)


def said(choice: Choice, offer: Offer | None, policy: ConsentPolicy) -> list[Said]:
    """The statements a choice comes to: a yes for each contributor and basis, a no for what was open and is not kept.

    A yes holds no longer than the agreements behind it. Keeping nothing says no to everything this organization could
    ask for, now and later.
    """
    if offer is None or not choice.keep:
        whole = choice.recipient == ANYTHING
        to = EVERYTHING if whole else frozenset({choice.recipient})
        what_for = EVERYTHING if whole else frozenset({choice.purpose})
        return [Said(Say.DENY, Basis.FERPA, EVERYTHING, what_for, EVERYTHING, to, None)]
    return [*_yes(choice, offer, policy), *_no(choice, offer)]


def _yes(choice: Choice, offer: Offer, policy: ConsentPolicy) -> list[Said]:
    groups: dict[tuple[str, Basis], set[str]] = {}
    for item in offer.items:
        if item.consent and item.key in choice.keep:
            groups.setdefault((item.contributor, basis_of(item.element, policy)), set()).add(item.element)
    # A withdrawal of everything stands until each part is allowed again, whatever form it was said on.
    return [
        Said(
            Say.PERMIT,
            basis,
            frozenset(words),
            frozenset({offer.purpose}),
            frozenset({contributor}),
            frozenset({offer.recipient}),
            min(choice.until or offer.until, offer.until),
        )
        for (contributor, basis), words in sorted(groups.items())
    ]


def _no(choice: Choice, offer: Offer) -> list[Said]:
    stopped: dict[str, set[str]] = {}
    for item in offer.items:
        if item.consent and item.open and item.key not in choice.keep:
            stopped.setdefault(item.contributor, set()).add(item.element)
    only = (frozenset({offer.purpose}), frozenset({offer.recipient}))
    return [
        Said(Say.DENY, Basis.FERPA, frozenset(words), only[0], frozenset({contributor}), only[1], None)
        for contributor, words in sorted(stopped.items())
    ]
