"""Refuse by default; every permit and every refusal comes with its reasons."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.report import ReportSpec
from catalog.terms import area_levels, elements, purposes
from privacy.agreement import Agreement, Level, State, Tier, person
from privacy.authorize import Refused, Request, authorize
from privacy.explain import explain
from privacy.viewer import Limits, Role, Viewer

TODAY = date(2026, 11, 1)
VIEWER = Viewer("u1", "fund", Role.FUNDER)
FULL = Agreement(
    id="use-1",
    version=1,
    tier=Tier.USE,
    title="Fund license",
    party="fund",
    level=Level.AGGREGATE,
    elements=frozenset(elements()),
    purposes=frozenset({"funding_review"}),
    finest_area="town",
    minimum_count=10,
    starts=date(2026, 1, 1),
    ends=date(2026, 12, 31),
    state=State.ACTIVE,
)
REQUEST = Request.of(ReportSpec.from_query({"i": "chronic_absence", "view": "town"}))

GAPS = {
    "no agreement": [],
    "another organization": [replace(FULL, party="other")],
    "draft": [replace(FULL, state=State.DRAFT)],
    "signed, not active": [replace(FULL, state=State.SIGNED)],
    "suspended": [replace(FULL, state=State.SUSPENDED)],
    "ended": [replace(FULL, state=State.ENDED)],
    "expired yesterday": [replace(FULL, ends=TODAY - timedelta(days=1))],
    "starts tomorrow": [replace(FULL, starts=TODAY + timedelta(days=1))],
    "a sharing agreement only": [replace(FULL, tier=Tier.SHARING)],
    "lacks an element": [replace(FULL, elements=FULL.elements - {"attendance"})],
    "names another person": [replace(FULL, recipients=frozenset({person("u2")}))],
    "names another organization": [replace(FULL, recipients=frozenset({"other"}))],
    "coarser areas only": [replace(FULL, finest_area="county")],
}


def test_a_license_that_sleeps_is_named_and_the_backbone_is_told_its_own_step() -> None:
    def told(viewer: Viewer, *held: Agreement) -> str:
        with pytest.raises(Refused) as refused:
            authorize(viewer, REQUEST, held, TODAY)
        return str(refused.value)

    assert "“Fund license” is signed and suspended. The organization" in told(
        VIEWER, replace(FULL, state=State.SUSPENDED)
    )
    own = told(replace(VIEWER, role=Role.BACKBONE))
    assert "Draft one for it under Agreements" in own and "The backbone organization can" not in own
    assert "The backbone organization can sign one." in told(VIEWER)


def test_a_covering_agreement_permits_and_is_cited() -> None:
    permit = authorize(VIEWER, REQUEST, [FULL], TODAY)
    assert permit.agreement == "use-1"
    assert "Fund license" in permit.reasons[0].text


@pytest.mark.parametrize("gap", GAPS)
def test_any_gap_refuses_with_a_reason(gap: str) -> None:
    with pytest.raises(Refused) as refusal:
        authorize(VIEWER, REQUEST, GAPS[gap], TODAY)
    assert refusal.value.reasons and all(reason.text for reason in refusal.value.reasons)


@pytest.mark.parametrize("day", [FULL.starts, FULL.ends])
def test_first_and_last_day_count(day: date) -> None:
    assert authorize(VIEWER, REQUEST, [FULL], day)


def test_level_and_purpose_are_compared() -> None:
    with pytest.raises(Refused, match="aggregate"):
        authorize(VIEWER, replace(REQUEST, level=Level.DEIDENTIFIED), [FULL], TODAY)
    with pytest.raises(Refused, match=r"[Ee]valuate"):
        authorize(VIEWER, replace(REQUEST, purpose="program_evaluation"), [FULL], TODAY)


def test_the_strictest_of_what_feeds_a_report_governs_and_is_cited() -> None:
    shares = replace(FULL, id="shares", title="School shares", tier=Tier.SHARING, party="school", minimum_count=20)
    permit = authorize(VIEWER, REQUEST, [FULL, shares], TODAY)
    assert permit.minimum_count == 20 and permit.reasons[-1].agreement == "shares"
    for other in (replace(shares, state=State.SUSPENDED), replace(shares, elements=frozenset({"graduation"}))):
        assert authorize(VIEWER, REQUEST, [FULL, other], TODAY).minimum_count == 10
    assert authorize(VIEWER, REQUEST, [FULL, replace(shares, minimum_count=5)], TODAY).minimum_count == 10
    with pytest.raises(Refused, match="“School shares” allows areas no smaller than county"):
        authorize(VIEWER, REQUEST, [FULL, replace(shares, finest_area="county")], TODAY)


def test_purposes_of_every_contributor_bind_what_a_report_may_be_used_for() -> None:
    both = frozenset({"funding_review", "program_evaluation"})
    wide = replace(FULL, purposes=both)

    def shares(party: str, *allowed: str, **changes: object) -> Agreement:
        named = {"id": f"{party}-{allowed[0]}", "title": f"{party} shares", "tier": Tier.SHARING, "party": party}
        return replace(FULL, purposes=frozenset(allowed), **(named | changes))  # type: ignore[arg-type]

    school, clinic = shares("school", "program_evaluation"), shares("clinic", "funding_review")
    assert authorize(VIEWER, REQUEST, [wide, school], TODAY).purposes == {"program_evaluation"}
    assert authorize(VIEWER, REQUEST, [wide, school, shares("school", "funding_review")], TODAY).purposes == both
    aside = (shares("clinic", "coordination"), shares("clinic", "funding_review", areas=frozenset({"T1"})))
    for held in ([wide], [wide, *aside], [wide, replace(school, state=State.SUSPENDED)]):
        assert authorize(VIEWER, REQUEST, held, TODAY).purposes == both, "what is not counted binds nobody"
    for asked, held in (
        (REQUEST, [wide, school, clinic]),
        (replace(REQUEST, purpose="funding_review"), [wide, school]),
    ):
        with pytest.raises(Refused, match="“school shares” does not let its data be used"):
            authorize(VIEWER, asked, held, TODAY)
        assert not all(reason.allows for reason in explain(VIEWER, asked, held, TODAY))


requests = st.builds(
    Request,
    st.frozensets(st.sampled_from(list(elements())), max_size=4),
    st.sampled_from(Level),
    st.sampled_from(list(area_levels())),
    st.one_of(st.none(), st.sampled_from(list(purposes()))),
)
agreements = st.builds(
    replace,
    st.just(FULL),
    id=st.sampled_from(["a", "b"]),
    tier=st.sampled_from(Tier),
    party=st.sampled_from(["fund", "other"]),
    level=st.sampled_from(Level),
    elements=st.just(frozenset(elements())) | st.frozensets(st.sampled_from(list(elements()))),
    purposes=st.frozensets(st.sampled_from(list(purposes())), max_size=3),
    finest_area=st.just("region") | st.sampled_from(list(area_levels())),
    ends=st.dates(date(2026, 10, 31), date(2026, 11, 4)),
    state=st.just(State.ACTIVE) | st.sampled_from(State),
    minimum_count=st.sampled_from([5, 10, 20]),
    areas=st.frozensets(st.sampled_from(["T1", "T3"]), max_size=1),
    recipients=st.frozensets(st.sampled_from(["*", "fund", "other", person("u1"), person("u2")]), max_size=2),
)


def receives(a: Agreement) -> bool:
    """Everybody of the party, unless a license names organizations or people of its party."""
    if not a.recipients:
        return a.party == "fund"
    return "fund" in a.recipients or (a.party == "fund" and not a.recipients.isdisjoint({"*", person("u1")}))


def allows(a: Agreement, r: Request) -> bool:
    """The rule once more, written as one sentence."""
    return (
        a.tier == Tier.USE
        and receives(a)
        and a.state == State.ACTIVE
        and a.starts <= TODAY <= a.ends
        and r.elements <= a.elements
        and r.level <= a.level
        and area_levels()[r.area_level].order >= area_levels()[a.finest_area].order
        and (r.purpose is None or r.purpose in a.purposes)
    )


def feeds(a: Agreement, r: Request) -> bool:
    counted = not a.areas and bool(a.purposes - {"coordination"})
    return a.tier == Tier.SHARING and a.active(TODAY) and counted and bool(a.elements & r.elements)


def contributed(held: list[Agreement], r: Request) -> frozenset[str]:
    """The purposes for which every contributor lets what is asked for be used."""
    sources = [a for a in held if feeds(a, r)]
    every = {a.party: frozenset[str]().union(*(b.purposes for b in sources if b.party == a.party)) for a in sources}
    return frozenset(purposes()).intersection(*every.values())


def person_allows(limits: Limits, r: Request, a: Agreement) -> bool:
    """A person's own limits, each None or a set."""
    return (
        (limits.elements is None or r.elements <= limits.elements)
        and (limits.level is None or r.level <= limits.level)
        and (limits.purposes is None or bool(limits.purposes & a.purposes))
        and (limits.purposes is None or r.purpose is None or r.purpose in limits.purposes)
    )


people = st.builds(
    Limits,
    elements=st.none() | st.frozensets(st.sampled_from(list(elements()))),
    purposes=st.none() | st.frozensets(st.sampled_from(list(purposes()))),
    level=st.none() | st.sampled_from(Level),
    areas=st.none() | st.frozensets(st.sampled_from(["T1", "T2"])),
)


@given(requests, st.lists(agreements, max_size=4), people)
def test_permits_agree_with_the_rule_in_one_sentence(request_: Request, held: list[Agreement], limits: Limits) -> None:
    order, viewer = area_levels(), replace(VIEWER, limits=limits)
    sources = [a for a in held if feeds(a, request_)]
    floor = all(order[request_.area_level].order >= order[a.finest_area].order for a in sources)
    common = contributed(held, request_)

    def left(a: Agreement) -> frozenset[str]:
        return a.purposes & common & (a.purposes if limits.purposes is None else limits.purposes)

    def usable(a: Agreement) -> bool:
        return not a.purposes or bool(left(a) if request_.purpose is None else request_.purpose in left(a))

    fitting = [a for a in held if floor and allows(a, request_) and person_allows(limits, request_, a) and usable(a)]
    told = explain(viewer, request_, held, TODAY)
    assert all(reason.allows or " can " in reason.text for reason in told), "a no says who can grant it"
    if not fitting:
        with pytest.raises(Refused) as refusal:
            authorize(viewer, request_, held, TODAY)
        assert set(refusal.value.reasons) <= set(told) and not all(reason.allows for reason in told)
        return
    permit = authorize(viewer, request_, held, TODAY)
    assert all(reason.allows for reason in told)
    governing = [a for a in fitting if a.id == permit.agreement and a.version == permit.agreement_version]
    assert permit.minimum_count in {max(x.minimum_count for x in (a, *sources)) for a in governing}
    assert any(permit.purposes == left(a) for a in governing)
    wanted = {tuple(filter(None, (a.areas,))) + (() if limits.areas is None else (limits.areas,)) for a in governing}
    assert permit.areas in wanted
