"""Statements at odds, against every request asked one by one; where each stands, against the decision."""

from datetime import timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from catalog.terms import elements
from privacy.agreement import Level
from privacy.consent import (
    Basis,
    Capacity,
    ChildFacts,
    ConsentEvent,
    ConsentRequest,
    CourtOrder,
    Say,
    decide_consent,
)
from privacy.disagreement import at_odds
from privacy.standing import Known, in_force, standings
from tests.privacy.test_consent import FACTS, NOON, POLICY, YES

WORLD = {
    "elements": ("grade", "gender", "screening"),
    "purposes": ("coordination", "funding_review"),
    "disclosing": ("school", "clinic"),
    "recipients": ("after_school", "club"),
}
LEVELS = (Level.DEIDENTIFIED, Level.IDENTIFIABLE)
DAY = timedelta(days=1)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[ConsentEvent], ChildFacts]:
    events = []
    for number in range(1, draw(st.integers(1, 7))):
        say = draw(st.sampled_from(Say))
        sets = {n: frozenset(draw(st.sets(st.sampled_from(w), min_size=1))) for n, w in WORLD.items()}
        if say is Say.DENY:
            sets = {n: frozenset({"*"}) if draw(st.booleans()) else kept for n, kept in sets.items()}
        words = {
            "signer": draw(st.sampled_from(("mother", "father", "grandparent"))),
            "capacity": draw(st.sampled_from((Capacity.PARENT, Capacity.PARENT, Capacity.YOUNG_PERSON))),
            "basis": draw(st.sampled_from((Basis.FERPA, Basis.HIPAA))),
            "level": draw(st.sampled_from(LEVELS)),
            "effective_on": draw(st.sampled_from((None, NOON.date(), NOON.date() + DAY))),
            "expires_on": draw(st.sampled_from((None, NOON.date() - DAY, NOON.date()))),
            "evidence": draw(st.sampled_from(("scan", "scan", None))),
        }
        events.append(YES.__class__(**vars(YES) | {"sequence": number, "say": say} | sets | words))
    orders = draw(st.lists(st.sampled_from(("mother", "father")), max_size=1))
    days = (NOON.date() - DAY, draw(st.sampled_from((None, NOON.date() - DAY, NOON.date()))))
    born = draw(st.sampled_from((FACTS.birth_date, NOON.date().replace(year=NOON.year - 18))))
    return events, ChildFacts(born, None, tuple(CourtOrder(one, *days) for one in orders))


def asked_one_by_one(events: list[ConsentEvent], facts: ChildFacts, contributor: str = "") -> dict[str, set[int]]:
    found: dict[str, set[int]] = {"odds": set(), "open": set()}
    for element, purpose, giver, taker in product(*WORLD.values()):
        if contributor not in ("", giver):
            continue
        for level in LEVELS:
            request = ConsentRequest(1, facts, giver, taker, purpose, element, level)
            decision = decide_consent(events, request, NOON, POLICY)
            found["odds"] |= set(decision.events) if decision.disputed else set()
            if decision.permitted and level is Level.IDENTIFIABLE:
                found["open"] |= {(giver, taker, purpose, element)}  # type: ignore[arg-type]
    return found


@given(histories())
def test_statements_at_odds_are_those_of_every_disputed_request(history: tuple[list[ConsentEvent], ChildFacts]) -> None:
    events, facts = history
    for contributor in ("", "school", "club"):
        expected = asked_one_by_one(events, facts, contributor)["odds"]
        assert at_odds(events, facts, NOON, POLICY, contributor) == expected


@given(histories())
def test_what_is_said_to_be_in_force_is_what_is_decided(history: tuple[list[ConsentEvent], ChildFacts]) -> None:
    events, facts = history
    known = Known(1, facts, tuple(events), NOON, POLICY)
    found = in_force(known, [])
    told = {(one.contributor, one.recipient, one.purpose, element) for one in found for element in one.elements}
    assert told == asked_one_by_one(events, facts)["open"]
    assert not any(one.agreed for one in found), "there is no agreement"
    used = frozenset(number for one in found for number in one.statements)
    state = standings(known, at_odds(events, facts, NOON, POLICY), used)
    assert {number for number, code in state.items() if code == "in force"} == used - at_odds(
        events, facts, NOON, POLICY
    )
    assert set(state) == {event.sequence for event in events}


def test_every_element_is_known() -> None:
    assert set(WORLD["elements"]) <= set(elements())
