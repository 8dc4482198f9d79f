"""Refuse by default; every permit and every refusal comes with its reasons."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.report import ReportSpec
from catalog.terms import area_levels, elements, purposes
from privacy.agreement import Agreement, Level, State, Tier
from privacy.authorize import Refused, Request, authorize
from privacy.viewer import Role, Viewer

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
    "coarser areas only": [replace(FULL, finest_area="county")],
}


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
    elements=st.frozensets(st.sampled_from(list(elements()))),
    purposes=st.frozensets(st.sampled_from(list(purposes()))),
    finest_area=st.sampled_from(list(area_levels())),
    ends=st.dates(date(2026, 10, 28), date(2026, 11, 4)),
    state=st.sampled_from(State),
)


def allows(a: Agreement, r: Request) -> bool:
    """The rule once more, written as one sentence."""
    return (
        a.tier == Tier.USE
        and a.party == "fund"
        and a.state == State.ACTIVE
        and a.starts <= TODAY <= a.ends
        and r.elements <= a.elements
        and r.level <= a.level
        and area_levels()[r.area_level].order >= area_levels()[a.finest_area].order
        and (r.purpose is None or r.purpose in a.purposes)
    )


@given(requests, st.lists(agreements, max_size=4))
def test_permits_agree_with_the_rule_in_one_sentence(request_: Request, held: list[Agreement]) -> None:
    if any(allows(a, request_) for a in held):
        permit = authorize(VIEWER, request_, held, TODAY)
        assert any(allows(a, request_) and a.id == permit.agreement for a in held)
    else:
        with pytest.raises(Refused):
            authorize(VIEWER, request_, held, TODAY)
