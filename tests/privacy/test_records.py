"""Child-level records: both agreements or none, consent unless lifted, own children, a person's limits."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.terms import elements
from privacy.agreement import Agreement, Level, State, Tier
from privacy.authorize import Refused
from privacy.explain_records import explain_record
from privacy.records import RecordPermit, Source, authorize_records
from privacy.viewer import Limits, Role, Viewer

TODAY = date(2026, 11, 1)
VIEWER = Viewer("u1", "club", Role.PARTNER)
SHARING = Agreement(
    id="school-shares",
    version=2,
    tier=Tier.SHARING,
    title="School shares",
    party="school",
    level=Level.IDENTIFIABLE,
    elements=frozenset({"child", "attendance", "screening"}),
    purposes=frozenset({"coordination"}),
    finest_area="region",
    minimum_count=10,
    starts=date(2026, 1, 1),
    ends=date(2026, 12, 31),
    state=State.ACTIVE,
    recipients=frozenset({"club"}),
    consent={"child": "not_required", "screening": "not_required"},
)
LICENSE = replace(
    SHARING,
    id="club-reads",
    version=1,
    tier=Tier.USE,
    title="Club reads",
    party="club",
    recipients=frozenset(),
    elements=frozenset({"child", "attendance", "screening", "grade"}),
)
BOTH = [SHARING, LICENSE]


def read(viewer: Viewer = VIEWER, held: list[Agreement] = BOTH, purpose: str = "coordination") -> RecordPermit:
    return authorize_records(viewer, purpose, held, TODAY)


def test_both_agreements_give_what_both_name_and_consent_is_needed_unless_lifted() -> None:
    refs = ("school-shares/2", "club-reads/1")
    assert read().sources == (
        Source("school", "attendance", *refs, True),
        Source("school", "child", *refs, False),
        Source("school", "screening", *refs, True),  # health records: no clause lifts it
    )
    assert not read().own and read().level is Level.IDENTIFIABLE
    assert {reason.agreement for reason in read().reasons} == {"school-shares", "club-reads"}


def test_own_children_need_no_license_and_no_consent() -> None:
    own = replace(SHARING, level=Level.AGGREGATE, recipients=frozenset(), purposes=frozenset({"community_reporting"}))
    permit = read(replace(VIEWER, organization="school"), [own])
    assert permit.own and {s.element for s in permit.sources} == own.elements
    assert not any(source.consent for source in permit.sources)


GAPS: dict[str, list[Agreement]] = {
    "no license": [SHARING],
    "no sharing agreement": [LICENSE],
    "license for less than a child": [SHARING, replace(LICENSE, level=Level.DEIDENTIFIED)],
    "sharing of less than a child": [replace(SHARING, level=Level.DEIDENTIFIED), LICENSE],
    "license for another purpose": [SHARING, replace(LICENSE, purposes=frozenset({"funding_review"}))],
    "sharing for another purpose": [replace(SHARING, purposes=frozenset({"funding_review"})), LICENSE],
    "another recipient": [replace(SHARING, recipients=frozenset({"fund"})), LICENSE],
    "no recipient": [replace(SHARING, recipients=frozenset()), LICENSE],
    "another contributor": [SHARING, replace(LICENSE, contributors=frozenset({"clinic"}))],
    "no element in common": [SHARING, replace(LICENSE, elements=frozenset({"grade"}))],
    "license of another organization": [SHARING, replace(LICENSE, party="fund")],
    "sharing suspended": [replace(SHARING, state=State.SUSPENDED), LICENSE],
    "license ended": [SHARING, replace(LICENSE, state=State.ENDED)],
    "sharing lapsed": [replace(SHARING, ends=TODAY - timedelta(days=1)), LICENSE],
    "nothing": [],
}


@pytest.mark.parametrize("gap", GAPS)
def test_one_half_missing_refuses_with_a_reason(gap: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(held=GAPS[gap])
    assert refusal.value.reasons and all(reason.text for reason in refusal.value.reasons)


@pytest.mark.parametrize(
    "limits",
    [
        Limits(level=Level.DEIDENTIFIED),
        Limits(purposes=frozenset({"funding_review"})),
        Limits(elements=frozenset()),
    ],
)
def test_a_person_may_have_less_than_the_organization(limits: Limits) -> None:
    with pytest.raises(Refused):
        read(replace(VIEWER, limits=limits))


def test_a_guardian_reads_no_records_whatever_the_agreements_say() -> None:
    with pytest.raises(Refused, match="My child"):
        read(replace(VIEWER, role=Role.GUARDIAN))


def test_places_and_programs_of_both_agreements_and_the_person_all_hold() -> None:
    wide = [replace(SHARING, areas=frozenset({"T1"})), replace(LICENSE, programs=frozenset({"club-a"}))]
    limited = replace(VIEWER, limits=Limits(areas=frozenset({"R1"}), programs=frozenset({"club-b"})))
    source = read(limited, wide).sources[0]
    assert source.areas == (frozenset({"T1"}), frozenset({"R1"}))
    assert source.programs == (frozenset({"club-a"}), frozenset({"club-b"}))


subsets = st.frozensets(st.sampled_from(["child", "attendance", "screening", "economically_disadvantaged"]))
versions = st.builds(
    replace,
    st.sampled_from(BOTH),
    id=st.sampled_from("abc"),
    level=st.sampled_from([Level.DEIDENTIFIED, Level.IDENTIFIABLE]),
    party=st.sampled_from(["school", "club"]),
    elements=subsets,
    recipients=st.frozensets(st.sampled_from(["*", "club", "fund"]), max_size=1),
    contributors=st.frozensets(st.sampled_from(["*", "school", "clinic"]), max_size=1),
    consent=st.dictionaries(st.sampled_from(list(elements())), st.sampled_from(["required", "not_required"])),
    state=st.sampled_from([State.ACTIVE, State.SUSPENDED]),
)


@given(st.lists(versions, max_size=6), st.none() | subsets)
def test_permits_agree_with_the_rule_in_one_sentence(held: list[Agreement], mine: frozenset[str] | None) -> None:
    live = [a for a in held if a.state is State.ACTIVE]
    shares = [a for a in live if a.tier is Tier.SHARING]
    wanted: dict[tuple[str, str], bool] = {}
    for element in elements() if mine is None else mine:
        if any(a.party == "club" and element in a.elements for a in shares):
            wanted["club", element] = False
        pairs = [
            s
            for s in shares
            for u in live
            if s.party == "school"
            and u.tier is Tier.USE
            and u.party == "club"
            and min(s.level, u.level) is Level.IDENTIFIABLE
            and element in s.elements & u.elements
            and s.recipients & {"*", "club"}
            and u.contributors & {"*", "school"}
        ]
        if pairs:
            lifted = element in ("child", "attendance") and all(s.consent.get(element) == "not_required" for s in pairs)
            wanted["school", element] = not lifted
    viewer = replace(VIEWER, limits=Limits(elements=mine))
    try:
        found = {(s.contributor, s.element): s.consent for s in read(viewer, held).sources}
    except Refused:
        found = {}
    assert found == wanted
    for contributor in ("school", "club"):
        for element in ("child", "screening"):
            told = explain_record(viewer, contributor, element, "coordination", held, TODAY)
            assert all(reason.allows for reason in told) == ((contributor, element) in wanted), told
            asks = any(reason.clause == "consent" and "asks for a parent" in reason.text for reason in told)
            assert asks == wanted.get((contributor, element), False)
            assert all(reason.allows or " can " in reason.text for reason in told), "a no says who can grant it"


@pytest.mark.parametrize("tier", [Tier.USE, Tier.SHARING])
@pytest.mark.parametrize("state", [State.DRAFT, State.SIGNED, State.SUSPENDED, State.ENDED])
def test_an_agreement_that_is_not_in_force_is_cited_with_who_can_change_that(tier: Tier, state: State) -> None:
    held = [replace(a, state=state) if a.tier is tier else a for a in BOTH]
    told = [r for r in explain_record(VIEWER, "school", "attendance", "coordination", held, TODAY) if not r.allows]
    asleep = next(a for a in held if a.tier is tier)
    assert asleep.id in {r.agreement for r in told if r.clause == "state"}
    assert all(" can " in r.text for r in told)
