"""Children are counted, not rows; by the definitions of the catalog; only from records that may be counted."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pandas as pd
import pytest

from catalog.indicators import indicators
from catalog.periods import SchoolYear
from catalog.terms import dimensions, elements
from data_access.atoms import categorized
from data_access.counts import Counted, count
from data_access.publishing.plan import BadPopulation, Plan, plans
from data_access.scope import Scope
from privacy.agreement import Agreement, Level, State, Tier
from tests.data_access.recount import Recount
from tests.support.lake import Rows, blank, community, lake_of

YEAR = SchoolYear(2023)
EVERYTHING = Scope({who: frozenset(elements()) for who in ("north", "south", "club", "fort", "steps", "clinic")})
PARTLY = Scope(
    EVERYTHING.elements
    | {"south": frozenset(elements()) - {"attendance", "gender"}, "clinic": frozenset({"child", "screening"})}
    | {"fort": frozenset(), "steps": frozenset(elements()) - {"residence"}}
)


def plan_of(indicator: str) -> Plan:
    return next(plan for plan in plans() if indicator in plan.names)


def counted(rows: Rows, indicator: str, year: SchoolYear = YEAR, scope: Scope = EVERYTHING) -> Counted:
    with lake_of(rows) as lake:
        return count(lake, plan_of(indicator), year, scope)


def bands(rows: Rows, indicator: str, **more: Any) -> Mapping[int, str]:
    found = counted(rows, indicator, **more).children
    return dict(zip(found["child_id"].tolist(), found[indicator].tolist(), strict=True))


def child(rows: Rows, number: int, *contributors: str) -> list[int]:
    """Add a child with one record per contributor; gives the record ids."""
    made = []
    for contributor in contributors:
        record = len(rows["person"]) + 1
        rows["person"].append({"record_id": record, "child_id": number, "contributor": contributor})
        rows["roster"].append(
            {"record_id": record, "as_of": date(2023, 10, 1), "age": 8, "grade": "03", "gender": "F"}
            | {"race_ethnicity": "white", "home_language": "english", "economically_disadvantaged": "no"}
        )
        made.append(record)
    return made


def days(rows: Rows, record: int, program: str, enrolled: int, present: int, month: date = date(2023, 9, 1)) -> None:
    row = {"record_id": record, "program": program, "month": month}
    rows["attendance"].append(row | {"days_enrolled": enrolled, "days_present": present})


SCOPES = {"everything": EVERYTHING, "partly": PARTLY}


class Recounted:
    """Communities by seed, each in one lake, and their recounts: every indicator is asked of the same ones."""

    def __init__(self, opened: ExitStack) -> None:
        self.rows = cache(community)
        self.lake = cache(lambda seed: opened.enter_context(lake_of(self.rows(seed))))
        self.again = cache(lambda seed, year, scope: Recount(self.rows(seed), year, SCOPES[scope]))
        self.described = cache(lambda seed, year, scope, number: self.again(seed, year, scope).described(number))


@pytest.fixture(scope="module")
def recounted() -> Iterator[Recounted]:
    with ExitStack() as opened:
        yield Recounted(opened)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("indicator", list(indicators()))
def test_sql_equals_a_recount_by_hand(indicator: str, scope: str, seed: int, recounted: Recounted) -> None:
    lake, plan, chosen = recounted.lake(seed), plan_of(indicator), indicators()[indicator]
    for year in (SchoolYear(2023), SchoolYear(2024)):
        found = count(lake, plan, year, SCOPES[scope]).children.set_index("child_id")
        expected = recounted.again(seed, year.first, scope).children(chosen)
        assert set(found.index) == set(expected)
        for number, one in expected.items():
            assert one["band"] == ("" if chosen.is_count else found.at[number, indicator])
            assert one["who"] <= set(found.at[number, "contributors"].split("+"))
            _same_description(recounted.described(seed, year.first, scope, number), found.loc[number], plan)


def _same_description(expected: Mapping[str, Any], found: "pd.Series[Any]", plan: Plan) -> None:
    for name in ("tract", "town", "district", *plan.columns):
        if name == "age_band":
            assert expected[name] == (None if pd.isna(found[name]) else found[name])
        elif name != "program_kind":
            assert expected[name] == found[name], name


def test_kinds_of_program_are_recounted_too() -> None:
    rows = community(11)
    again = Recount(rows, 2023, EVERYTHING)
    found = counted(rows, "children_served").children
    for number, told in zip(found["child_id"], found["program_kind"], strict=True):
        assert set(told.split("+")) - {""} == set(again.kinds(number))


def test_a_child_of_three_partners_is_one_child() -> None:
    rows = blank()
    child(rows, 1, "north", "club", "clinic")
    found = counted(rows, "children_served").children
    assert found["child_id"].tolist() == [1] and set(found["contributors"][0].split("+")) == {"north", "club", "clinic"}


@pytest.mark.parametrize(
    ("enrolled", "absent", "band"), [(100, 10, "yes"), (101, 10, "no"), (100, 9, "no"), (30, 3, "yes")]
)
def test_exactly_ten_percent_is_chronic(enrolled: int, absent: int, band: str) -> None:
    rows = blank()
    (record,) = child(rows, 1, "north")
    days(rows, record, "north/school", enrolled, enrolled - absent)
    assert bands(rows, "chronic_absence") == {1: band}


def test_days_are_pooled_over_schools_and_records() -> None:
    rows = blank()
    north, south = child(rows, 1, "north", "south")
    days(rows, north, "north/school", 90, 90)
    days(rows, south, "south/school", 20, 8, date(2024, 3, 1))  # 60 % absent there, 11 % in all
    assert bands(rows, "chronic_absence") == {1: "yes"}
    assert set(counted(rows, "chronic_absence").children["contributors"][0].split("+")) == {"north", "south"}


def test_who_enters_late_counts_from_the_tenth_day() -> None:
    rows = blank()
    for number, enrolled in ((1, 9), (2, 10)):
        (record,) = child(rows, number, "north")
        days(rows, record, "north/school", enrolled, 0, date(2024, 6, 1))
    assert bands(rows, "chronic_absence") == {2: "yes"}


def test_other_school_years_and_other_programs_do_not_count() -> None:
    rows = blank()
    (record,) = child(rows, 1, "north")
    days(rows, record, "north/school", 100, 100, date(2023, 8, 1))
    days(rows, record, "north/school", 100, 0, date(2023, 7, 1))
    days(rows, record, "north/school", 100, 0, date(2024, 8, 1))
    (other,) = child(rows, 1, "club")
    days(rows, other, "club/days", 100, 0)
    assert bands(rows, "chronic_absence") == {1: "no"}


@pytest.mark.parametrize(("present", "band"), [(0, "none"), (1, "some"), (29, "some"), (30, "regular")])
def test_bands_of_days_attended(present: int, band: str) -> None:
    rows = blank()
    school, club, fort = child(rows, 1, "north", "club", "fort")
    days(rows, school, "north/school", 50, 50)
    days(rows, club, "club/days", 60, present // 2)
    days(rows, fort, "fort/days", 60, present - present // 2)
    assert bands(rows, "after_school_participation") == {1: band}


def test_outcomes_of_another_instrument_are_left_out_and_counted() -> None:
    rows = blank()
    for number, instrument in ((1, "ARI"), (2, "OTHER")):
        (record,) = child(rows, number, "north")
        rows["roster"][-1]["grade"] = "KG"
        rows["outcome"].append(
            {"record_id": record, "measure": "kindergarten_readiness", "date": date(2023, 9, 20)}
            | {"value": "", "met": True, "instrument": instrument}
        )
    assert bands(rows, "kindergarten_readiness") == {1: "yes"}
    assert counted(rows, "kindergarten_readiness").left_out["kindergarten_readiness: another instrument"] == 1


def test_only_agreements_in_force_let_records_be_counted() -> None:
    north = Agreement(
        "s", 1, Tier.SHARING, "t", "north", Level.AGGREGATE, frozenset({"child", "gender"}),
        frozenset({"funding_review", "coordination"}), "region", 10, date(2023, 1, 1), date(2024, 6, 30), State.ACTIVE,
    )  # fmt: skip
    held = [north, replace(north, party="south", state=State.SUSPENDED), replace(north, party="club", tier=Tier.USE)]
    assert Scope.of(held, date(2024, 6, 30)).sharing("gender") == ["north"]
    assert Scope.of(held, date(2024, 6, 30)).sharing("grade") == []
    assert Scope.of(held, date(2024, 7, 1)).sharing() == []
    for part in ({"programs": {"p"}}, {"areas": {"T1"}}, {"purposes": {"coordination"}}):
        some = replace(north, party="clinic", **{k: frozenset(v) for k, v in part.items()})  # type: ignore[arg-type]
        assert Scope.of([*held, some], date(2024, 6, 30)).sharing() == ["north"], "a part is not counted as the whole"


@pytest.mark.parametrize(
    ("name", "recorded", "code"),
    [
        ("gender", "F", "girl"), ("gender", "", "other"), ("gender", "X", "other"), ("grade_band", "KG", "k_2"),
        ("grade_band", "12", "g9_12"), ("grade_band", "PK", "none"), ("age_band", 2, "a00_02"),
        ("age_band", 3, "a03_04"),
        ("age_band", 13, "a10_13"), ("age_band", 14, "a14_18"), ("age_band", None, "a14_18"),
        ("race_ethnicity", "NA", "another"), ("program_kind", "school+summer+school", "school+summer"),
    ],
)  # fmt: skip
def test_recorded_values_become_categories(name: str, recorded: Any, code: str) -> None:
    assert categorized(pd.Series([recorded], dtype=object), dimensions()[name]).tolist() == [code]


def test_grades_of_one_indicator_do_not_narrow_the_others_of_its_population(monkeypatch: pytest.MonkeyPatch) -> None:
    absence = indicators()["chronic_absence"]
    narrower = replace(absence, parameters={**absence.parameters, "grades": ["KG"]})
    changed = {**indicators(), "chronic_absence": narrower}
    monkeypatch.setattr("data_access.publishing.plan.indicators", lambda: changed)
    with pytest.raises(BadPopulation, match="enrolled"):
        plans()


@pytest.mark.parametrize("name", [n for n, i in indicators().items() if len(plan_of(n).names) > 1])
def test_the_same_children_are_never_two_populations(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Protected apart, a total that one table hides could be read in the other."""
    changed = {**indicators(), name: replace(indicators()[name], population="others")}
    monkeypatch.setattr("data_access.publishing.plan.indicators", lambda: changed)
    with pytest.raises(BadPopulation, match=f"{name}" + r".* the same children"):
        plans()
