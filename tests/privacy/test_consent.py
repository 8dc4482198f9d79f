"""The consent decision, as a table of cases and against the rule written a second time."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.forms import forms
from catalog.terms import Element, elements
from privacy.agreement import ALWAYS_CONSENT, Level
from privacy.consent import (
    Basis,
    Capacity,
    ChildFacts,
    ConsentEvent,
    ConsentPolicy,
    ConsentRequest,
    CourtOrder,
    Say,
    decide_consent,
    majority,
    missing_elements,
)
from privacy.effective import Question, effective

NEW_YORK = ZoneInfo("America/New_York")
POLICY = ConsentPolicy(NEW_YORK)
FACTS = ChildFacts(date(2015, 5, 20))
NOON = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)
REQUEST = ConsentRequest(1, FACTS, "school", "after_school", "coordination", "grade", Level.IDENTIFIABLE)
YES = ConsentEvent(
    sequence=1,
    child=1,
    signer="mother",
    capacity=Capacity.PARENT,
    say=Say.PERMIT,
    basis=Basis.FERPA,
    elements=frozenset({"grade", "gender"}),
    purposes=frozenset({"coordination"}),
    disclosing=frozenset({"school"}),
    recipients=frozenset({"after_school"}),
    level=Level.IDENTIFIABLE,
    recorded_at=datetime(2026, 1, 5, tzinfo=UTC),
    signed_on=date(2026, 1, 5),
    expires_on=date(2027, 1, 5),
    evidence="scan 17",
)
STAR = frozenset({"*"})
NO_ALL = replace(
    YES, sequence=2, say=Say.DENY, elements=STAR, purposes=STAR, disclosing=STAR, recipients=STAR, evidence=None
)

CASES = {
    "nothing on file": ([], False, "No consent"),
    "one complete consent": ([YES], True, "signed on January 5, 2026"),
    "another child's": ([replace(YES, child=2)], False, "No consent"),
    "another recipient": ([replace(YES, recipients=frozenset({"clinic"}))], False, "No consent"),
    "another purpose": ([replace(YES, purposes=frozenset({"funding_review"}))], False, "No consent"),
    "another contributor": ([replace(YES, disclosing=frozenset({"clinic"}))], False, "No consent"),
    "another element": ([replace(YES, elements=frozenset({"gender"}))], False, "No consent"),
    "a lower level": ([replace(YES, level=Level.DEIDENTIFIED)], False, "deidentified"),
    "unsigned": ([replace(YES, evidence=None)], False, "No consent"),
    "undated": ([replace(YES, signed_on=None)], False, "No consent"),
    "blanket permit": ([replace(YES, elements=STAR)], False, "No consent"),
    "not yet effective": ([replace(YES, effective_on=date(2026, 11, 3))], False, "No consent"),
    "withdrawn": ([YES, NO_ALL], False, "withdrawn"),
    "withdrawn and given again": ([YES, NO_ALL, replace(YES, sequence=3)], True, "signed"),
    "withdrawn without paper": ([YES, replace(NO_ALL, signed_on=None)], False, "withdrawn"),
    "shortened, and the shorter one lapsed": (
        [YES, replace(YES, sequence=2, expires_on=date(2026, 6, 1))],
        False,
        "expired on June 1, 2026",
    ),
    "an incomplete later one changes nothing": ([YES, replace(YES, sequence=2, signed_on=None)], True, "signed"),
    "both parents agree": ([YES, replace(YES, sequence=2, signer="father")], True, "signed"),
    "parents disagree": ([YES, replace(NO_ALL, signer="father")], False, "do not agree"),
    "the young person signs too early": ([replace(YES, capacity=Capacity.YOUNG_PERSON)], False, "No consent"),
    "narrowed to a lower level": ([YES, replace(YES, sequence=2, level=Level.DEIDENTIFIED)], False, "deidentified"),
    "a no of another purpose": ([YES, replace(NO_ALL, purposes=frozenset({"funding_review"}))], True, "signed"),
    "a no that has a last day stands": ([YES, replace(NO_ALL, expires_on=date(2026, 2, 1))], False, "withdrawn"),
    "both parents, one lapsed": (
        [YES, replace(YES, sequence=2, signer="father", expires_on=date(2026, 6, 1))],
        True,
        "signed",
    ),
    "withdrawn later than now": ([YES, replace(NO_ALL, recorded_at=NOON + timedelta(seconds=1))], True, "signed"),
    "withdrawn this very second": ([YES, replace(NO_ALL, recorded_at=NOON)], False, "withdrawn"),
}


@pytest.mark.parametrize("case", CASES)
def test_decision_table(case: str) -> None:
    events, permitted, words = CASES[case]
    decision = decide_consent(events, REQUEST, NOON, POLICY)
    assert decision.permitted is permitted
    assert any(words in reason for reason in decision.reasons), decision.reasons
    assert decision.disputed is (case == "parents disagree")


@pytest.mark.parametrize(
    ("orders", "permitted"),
    [
        ((CourtOrder("father", date(2026, 1, 1)),), True),
        ((CourtOrder("father", date(2026, 1, 1), date(2026, 11, 1)),), False),
        ((CourtOrder("father", date(2026, 11, 3)),), False),
        ((CourtOrder("mother", date(2026, 1, 1)),), False),
    ],
)
def test_a_court_order_takes_the_right_away_for_its_days(orders: tuple[CourtOrder, ...], permitted: bool) -> None:
    request = replace(REQUEST, facts=replace(FACTS, court_orders=orders))
    assert decide_consent([YES, replace(NO_ALL, signer="father")], request, NOON, POLICY).permitted is permitted


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu"])
def test_expiry_holds_through_its_last_local_minute(zone: str) -> None:
    policy = replace(POLICY, zone=ZoneInfo(zone))
    event = replace(YES, expires_on=date(2026, 11, 1))  # the day clocks go back in New York
    midnight = datetime.combine(date(2026, 11, 2), time(), policy.zone).astimezone(UTC)
    assert decide_consent([event], REQUEST, midnight - timedelta(seconds=1), policy).permitted
    assert not decide_consent([event], REQUEST, midnight, policy).permitted


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu"])
def test_the_right_moves_in_the_first_minute_of_the_birthday(zone: str) -> None:
    policy = replace(POLICY, zone=ZoneInfo(zone))
    birthday = date(2026, 11, 2)
    request = replace(REQUEST, facts=ChildFacts(birthday.replace(year=2008)))
    own = replace(YES, sequence=2, signer="child", capacity=Capacity.YOUNG_PERSON)
    midnight = datetime.combine(birthday, time(), policy.zone).astimezone(UTC)
    before, after = midnight - timedelta(seconds=1), midnight
    assert decide_consent([YES], request, before, policy).permitted
    assert not decide_consent([YES], request, after, policy).permitted
    assert not decide_consent([own], request, before, policy).permitted
    assert decide_consent([own, replace(NO_ALL, sequence=3)], request, after, policy).permitted


def test_postsecondary_enrollment_moves_the_right_before_18() -> None:
    request = replace(REQUEST, facts=ChildFacts(date(2009, 1, 1), postsecondary_on=date(2026, 11, 2)))
    assert decide_consent([YES], request, NOON - timedelta(days=1), POLICY).permitted
    assert not decide_consent([YES], request, NOON, POLICY).permitted


def test_a_leap_day_child_comes_of_age_on_march_first() -> None:
    assert majority(date(2008, 2, 29)) == date(2026, 3, 1)
    assert majority(date(2008, 3, 1)) == date(2026, 3, 1)


# Which forms open an element of each tag; one without a rule of its own is open to every form.
OPENED_BY = {
    (): set(Basis),
    ("education_record",): set(Basis),
    ("meal_status",): {Basis.MEALS},
    ("health",): {Basis.HIPAA, Basis.PART_2},
    ("idea_part_c",): {Basis.PART_C, Basis.HIPAA},
    ("part_2",): {Basis.PART_2},
    ("health", "idea_part_c"): {Basis.HIPAA},
    ("health", "part_2"): {Basis.PART_2},
    ("meal_status", "health"): set(),
}


@pytest.mark.parametrize("tags", OPENED_BY)
def test_each_tag_has_its_own_rule(tags: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """One by one and for many at once alike."""
    known = {**elements(), "grade": Element("grade", "Grade", tags)}
    monkeypatch.setattr("privacy.consent.elements", lambda: known)
    monkeypatch.setattr("privacy.effective.elements", lambda: known)
    words = ("after_school", "coordination", Level.IDENTIFIABLE, (("school", "grade"),), POLICY)
    for basis in Basis:
        signed = replace(YES, basis=basis, form_version="7")
        decision = decide_consent([signed], REQUEST, NOON, POLICY)
        assert decision.permitted is (basis in OPENED_BY[tags]), (basis, decision.reasons)
        assert bool(effective([signed], FACTS, Question(*words), NOON.date())) is decision.permitted


def test_every_tag_that_always_needs_consent_has_a_form() -> None:
    assert set(POLICY.bases) == ALWAYS_CONSENT
    assert {form.basis for form in forms().values()} >= {Basis.FERPA, Basis.MEALS, Basis.PART_C, Basis.HIPAA}


NEEDED = {
    "the date it was signed": {"signed_on": None},
    "the signature or its evidence": {"evidence": ""},
    "which records": {"elements": STAR},
    "the purpose": {"purposes": frozenset()},
    "who may receive them": {"recipients": STAR},
    "who may share them": {"disclosing": STAR},
    "the day it expires": {"expires_on": None},
    "the version of the form": {"form_version": None},
}
ON_SOME = {
    "the day it expires": {Basis.HIPAA, Basis.PART_2},
    "the version of the form": {Basis.HIPAA, Basis.PART_2, Basis.MEALS},
}


@pytest.mark.parametrize("basis", Basis)
@pytest.mark.parametrize("missing", NEEDED)
def test_required_elements_by_legal_basis(basis: Basis, missing: str) -> None:
    whole = replace(YES, basis=basis, form_version="7")
    assert missing_elements(whole) == ()
    lacking = replace(whole, **NEEDED[missing])
    assert missing_elements(lacking) == ((missing,) if basis in ON_SOME.get(missing, set(Basis)) else ())
    assert missing_elements(replace(lacking, say=Say.DENY)) == (), "a no needs nothing but its signer"


def test_minors_sign_only_where_the_community_says_so() -> None:
    own = replace(YES, basis=Basis.PART_2, form_version="7", capacity=Capacity.YOUNG_PERSON, signer="child")
    assert not decide_consent([own], REQUEST, NOON, POLICY).permitted
    allowed = replace(POLICY, minors_sign=frozenset({Basis.PART_2}))
    assert decide_consent([own], REQUEST, NOON, allowed).permitted
    assert not decide_consent([replace(own, basis=Basis.FERPA)], REQUEST, NOON, allowed).permitted


signers = st.sampled_from(["mother", "father"])
words = st.sampled_from([frozenset({"grade"}), frozenset({"gender"}), STAR])
events = st.lists(
    st.builds(
        replace,
        st.just(YES),
        signer=signers,
        say=st.sampled_from(Say),
        elements=words,
        recorded_at=st.datetimes(datetime(2026, 10, 25), datetime(2026, 11, 9)).map(lambda d: d.replace(tzinfo=UTC)),
        expires_on=st.dates(date(2026, 10, 30), date(2026, 11, 5)),
        evidence=st.sampled_from(["scan", None]),
    ),
    max_size=6,
).map(lambda found: [replace(e, sequence=n) for n, e in enumerate(sorted(found, key=lambda e: e.recorded_at))])


def verdict(history: list[ConsentEvent], at: datetime) -> bool:
    """The rule once more: walk the history and keep each parent's last word about grades."""
    today, last = at.astimezone(NEW_YORK).date(), {}
    for e in history:
        about = "grade" in e.elements or (e.say == "deny" and "*" in e.elements)
        whole = e.say == "deny" or bool(e.evidence)
        if e.recorded_at <= at and about and whole:
            last[e.signer] = e
    if any(e.say == "deny" for e in last.values()):
        return False
    return any(e.expires_on >= today for e in last.values())


@given(events, st.datetimes(datetime(2026, 10, 26), datetime(2026, 11, 8)))
def test_any_history_is_decided_like_the_rule_in_words(history: list[ConsentEvent], when: datetime) -> None:
    at = when.replace(tzinfo=UTC)
    backwards = list(reversed(history))
    assert decide_consent(backwards, REQUEST, at, POLICY).permitted is verdict(history, at)
