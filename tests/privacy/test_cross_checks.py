"""Overlaps, gaps and ends of agreements: told exactly where they are, against the rules in one line each."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from privacy.agreement import Agreement, Level, State, Tier
from privacy.cross_checks import cross_checks, ending
from tests.privacy.who_sees_what import LICENSE, SHARING, TODAY

WHOLE = (SHARING, LICENSE)


def test_two_halves_that_fit_have_no_finding() -> None:
    assert cross_checks(WHOLE, TODAY) == ()


CASES: dict[str, tuple[tuple[Agreement, ...], str, tuple[str, ...]]] = {
    "a license for what nobody shares": (
        (replace(SHARING, elements=SHARING.elements - {"attendance"}), LICENSE),
        "no contributor it covers shares: school attendance",
        ("reads",),
    ),
    "a license for a contributor without agreement": (
        (SHARING, replace(LICENSE, contributors=frozenset({"library"}))),
        "no contributor it covers shares",
        ("reads",),
    ),
    "named children that nobody sends": (
        (replace(SHARING, recipients=frozenset({"clinic"})), LICENSE),
        "no contributor names its holder",
        ("reads",),
    ),
    "named children for another purpose": (
        (replace(SHARING, purposes=frozenset({"funding_review"})), LICENSE),
        "no contributor names its holder",
        ("reads",),
    ),
    "shared and not used": (
        (SHARING, replace(LICENSE, elements=LICENSE.elements - {"gender"})),
        "no license uses: gender",
        ("school-shares",),
    ),
    "the license has ended": ((SHARING, replace(LICENSE, state=State.ENDED)), "no license uses", ("school-shares",)),
    "a purpose that a contributor bars": (
        (
            replace(SHARING, purposes=SHARING.purposes | {"funding_review"}),
            replace(LICENSE, purposes=LICENSE.purposes | {"program_evaluation"}),
        ),
        "is to: evaluate a program. “School shares” does not let",
        ("reads", "school-shares"),
    ),
    "some places only": (
        (replace(SHARING, areas=frozenset({"T01"})), LICENSE),
        "counted in no publication",
        ("school-shares",),
    ),
    "two sharing agreements": (
        (*WHOLE, replace(SHARING, id="school-too", minimum_count=12, consent={"participation": "required"})),
        "differ in the smallest count (10 and 12) and where consent is needed; the stricter one governs",
        ("school-shares", "school-too"),
    ),
    "two licenses": (
        (*WHOLE, replace(LICENSE, id="reads-too", level=Level.DEIDENTIFIED, finest_area="town")),
        "one of them allows all of it",
        ("reads", "reads-too"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_finding_names_its_agreements(name: str) -> None:
    held, told, agreements = CASES[name]
    found = [one for one in cross_checks(held, TODAY) if told in one.text]
    assert [one.agreements for one in found] == [agreements], cross_checks(held, TODAY)


def test_what_is_not_in_force_or_alike_overlaps_nothing() -> None:
    twin = replace(SHARING, id="twin")
    other = replace(SHARING, id="other", party="library", minimum_count=20)
    asleep = replace(SHARING, id="asleep", minimum_count=20, state=State.SUSPENDED)
    charter = replace(SHARING, id="charter", tier=Tier.CHARTER, minimum_count=20)
    assert cross_checks((*WHOLE, twin, other, asleep, charter), TODAY) == ()


@pytest.mark.parametrize(
    ("days", "band"), [(-1, 0), (0, 30), (30, 30), (31, 60), (60, 60), (61, 90), (90, 90), (91, 0)]
)
def test_ends_are_told_90_60_and_30_days_before(days: int, band: int) -> None:
    one = replace(LICENSE, ends=TODAY + timedelta(days))
    assert ending([one], TODAY) == ([(band, one)] if band else [])
    assert ending([replace(one, state=State.DRAFT)], date.max - timedelta(100)) == []
