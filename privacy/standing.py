"""Where each statement about a child stands today, and what is in force: for staff who ask why.

`decide_consent` and the reads decide; this tells what they come to, and follows the same rules.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from catalog.terms import elements
from privacy.agreement import Agreement, Level
from privacy.choices import judged, offers_of
from privacy.consent import (
    EVERYTHING,
    Capacity,
    ChildFacts,
    ConsentEvent,
    ConsentPolicy,
    Say,
    missing_elements,
    right_has_moved,
    takes_back,
)
from privacy.effective import Pair, Question, effective

# Statements that speak today, whether they are followed or not.
COUNTING: Final = frozenset({"in force", "stands", "disputed", "replaced", "expired"})
NO: Final = frozenset({"stands", "disputed"})


@dataclass(frozen=True)
class InForce:
    """What one organization may receive of one contributor today, resting on which statements, until when.

    agreed: agreements in force let it through; where not, nothing is shared however much the family agrees.
    """

    recipient: str
    purpose: str
    contributor: str
    elements: tuple[str, ...]
    statements: tuple[int, ...]
    until: date | None
    agreed: bool


@dataclass(frozen=True)
class Against:
    """Which statements stand against one that is not in force: later words of its own signer, and no of others."""

    own: tuple[int, ...]
    others: tuple[int, ...]


@dataclass(frozen=True)
class Known:
    """A child as decisions know it, at a moment; events: those recorded by then, in order."""

    child: int
    facts: ChildFacts | None
    events: tuple[ConsentEvent, ...]
    at: datetime
    policy: ConsentPolicy

    @property
    def today(self) -> date:
        """The local day."""
        return self.at.astimezone(self.policy.zone).date()


def in_force(known: Known, agreements: Iterable[Agreement], only: str = "") -> tuple[InForce, ...]:
    """The consents that stand, by recipient, purpose and contributor (only: one), and whether agreements carry them."""
    if known.facts is None:
        return ()
    yes = [event for event in known.events if event.say is Say.PERMIT]
    giving = {name for event in yes for name in event.disclosing if only in ("", name)}
    pairs = tuple((contributor, name) for contributor in sorted(giving) for name in elements())
    carried = _carried(known, agreements)
    found: list[InForce] = []
    for recipient, purpose in sorted({(r, p) for event in yes for r in event.recipients for p in event.purposes}):
        question = Question(recipient, purpose, Level.IDENTIFIABLE, pairs, known.policy)
        open_ = effective(known.events, known.facts, question, known.today)
        found += _grouped(recipient, purpose, open_, carried.get((recipient, purpose), frozenset()), known.events)
    return tuple(found)


def _carried(known: Known, agreements: Iterable[Agreement]) -> dict[tuple[str, str], frozenset[Pair]]:
    """What agreements and consents together open, by recipient and purpose."""
    holding = frozenset(name for event in known.events for name in event.disclosing)
    told = [
        judged(one, known.child, known.facts, known.events, known.at, known.policy)
        for one in offers_of(agreements, holding, known.today)
    ]
    return {(one.recipient, one.purpose): frozenset(item.key for item in one.open) for one in told}


def _grouped(
    recipient: str, purpose: str, open_: Mapping[Pair, int], carried: frozenset[Pair], events: Sequence[ConsentEvent]
) -> list[InForce]:
    ends = {event.sequence: event.expires_on for event in events}
    found = []
    for contributor, agreed in sorted({(pair[0], pair in carried) for pair in open_}):
        keys = [key for key in open_ if key[0] == contributor and (key in carried) is agreed]
        statements = tuple(sorted({open_[key] for key in keys}))
        until = min((day for number in statements if (day := ends[number]) is not None), default=None)
        named = tuple(element for _, element in keys)
        found.append(InForce(recipient, purpose, contributor, named, statements, until, agreed))
    return found


def standings(known: Known, odds: frozenset[int], used: frozenset[int]) -> dict[int, str]:
    """A code for each statement; odds: those at odds with another's; used: those that something in force rests on."""
    return {one.sequence: _stands(one, known, odds, used) for one in known.events}


def against(known: Known, standing: Mapping[int, str], shown: frozenset[int]) -> dict[int, Against]:
    """What stands against each replaced statement, of the statements that may be shown."""
    counting = [one for one in known.events if one.sequence in shown and standing[one.sequence] in COUNTING]
    return {
        one.sequence: Against(
            tuple(other.sequence for other in counting if _later_word(other, one)),
            tuple(n for other in counting if standing[n := other.sequence] in NO and _no_of_another(other, one)),
        )
        for one in known.events
        if one.sequence in shown and standing[one.sequence] == "replaced"
    }


def _later_word(other: ConsentEvent, one: ConsentEvent) -> bool:
    return other.signer == one.signer and other.sequence > one.sequence and _meet(other, one)


def _no_of_another(other: ConsentEvent, one: ConsentEvent) -> bool:
    return one.say is Say.PERMIT and other.say is Say.DENY and other.signer != one.signer and _meet(other, one)


def _meet(one: ConsentEvent, other: ConsentEvent) -> bool:
    """Whether two statements are about something in common."""
    pairs = [
        (getattr(one, name), getattr(other, name)) for name in ("elements", "purposes", "disclosing", "recipients")
    ]
    return all(a & b or EVERYTHING & (a | b) for a, b in pairs)


def _stands(one: ConsentEvent, known: Known, odds: frozenset[int], used: frozenset[int]) -> str:
    if missing_elements(one):
        return "incomplete"
    if known.facts is None:
        return "undated"
    if one.effective_on is not None and one.effective_on > known.today:
        return "later"
    if one.sequence in odds:
        return "disputed"
    if unable := _unable(one, known.facts, known.today, known.policy):
        return unable
    if one.say is Say.DENY:
        return "replaced" if any(takes_back(later, one) for later in known.events) else "stands"
    if one.expires_on is not None and one.expires_on < known.today:
        return "expired"
    return "in force" if one.sequence in used else "replaced"


def _unable(one: ConsentEvent, facts: ChildFacts, today: date, policy: ConsentPolicy) -> str:
    """Why the signer cannot decide today; empty: can."""
    moved = right_has_moved(facts, today)
    if one.capacity is Capacity.YOUNG_PERSON:
        return "" if moved or one.basis in policy.minors_sign else "young"
    if moved:
        return "moved"
    barred = any(order.bars(one.signer, today) for order in facts.court_orders)
    return "barred" if barred else ""
