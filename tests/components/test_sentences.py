"""Findings say what the published numbers clearly say, and no more."""

import re
from dataclasses import replace
from datetime import date

import pytest

from catalog.indicators import indicators
from catalog.terms import dimensions
from catalog.views import View
from components import theme
from components.against import against
from components.attacker import in_words, wide
from components.cells import Cell, cells
from components.places import card
from components.report import Imprint, unprepared
from components.sentences import (
    adverse_title,
    apart,
    gap_of,
    gap_pair,
    gap_title,
    gap_words,
    map_sentence,
    movement,
    overview,
)
from components.sparkline import svg
from components.states import Closed
from components.summary import Outcome, not_shown, outcome, overview_table
from components.summary import gap as gap_cell
from evaluation.disparity import widest_gap
from evaluation.intervals import Rate, wilson
from tests.components.made import YEARS, made
from tests.pages.conftest import spoken

ABSENCE, SERVED = indicators()["chronic_absence"], indicators()["children_served"]
READING = indicators()["third_grade_reading"]


def cell(value: int | None, period: str = "2024-25", n: int = 400, area: str = "T01", symbol: str = "") -> Cell:
    low, high = (None, None) if value is None else (round(100 * float(v)) for v in wilson(value / 100 * n, n))
    n_shown = None if value is None else n
    return Cell(
        period,
        "town",
        area,
        area,
        (),
        "yes",
        n_shown,
        n_shown,
        value,
        low,
        high,
        symbol or ("c" if value is None else ""),
        False,
    )


@pytest.mark.parametrize(
    ("first", "last", "direction", "words"),
    [
        (30, 20, "better", "Down 10 points"),
        (20, 30, "worse", "Up 10 points"),
        (30, 29, "same", "No clear change"),
        (30, None, "unknown", "2024-25 is hidden so that no child can be recognized"),
        (None, 30, "unknown", "Too few years to tell"),
    ],
)
def test_a_change_is_called_so_only_when_it_is_clear(
    first: int | None, last: int | None, direction: str, words: str
) -> None:
    found = movement([cell(first, "2021-22"), cell(last)], ABSENCE)
    assert (found.direction, found.words) == (direction, words)


def test_better_depends_on_the_indicator() -> None:
    line = [cell(30, "2021-22"), cell(45)]
    assert movement(line, ABSENCE).direction == "worse" and movement(line, READING).direction == "better"


def test_a_clear_change_never_has_an_interval_that_reads_as_none() -> None:
    found = movement([cell(30, "2021-22", 1000), cell(26, n=1400)], ABSENCE)
    assert found.direction == "better" and found.between == "likely from under 1 to 8 points"


def test_places_differ_only_with_their_whole_interval() -> None:
    county = replace(cell(23), level="county")
    words = apart([cell(23), cell(26), cell(28), cell(18)], county, ABSENCE, "town")
    assert (
        words
        == "Chronic absence: of 4 towns and neighborhoods, 1 clearly above and 1 clearly below the county’s 23\u00a0%"
    )
    one = [apart([cell(value)], county, ABSENCE, "town") for value in (23, 40, 10)]
    assert one == [
        "Chronic absence: T01 does not differ clearly from the county’s 23\u00a0%",
        "Chronic absence: T01 is clearly above the county’s 23\u00a0%",
        "Chronic absence: T01 is clearly below the county’s 23\u00a0%",
    ]
    assert apart([cell(None)], county, ABSENCE, "town").endswith("no number can be shown for towns and neighborhoods")
    some = apart([cell(23), cell(40), cell(None), cell(None)], county, ABSENCE, "town")
    assert some.endswith("of 2 towns and neighborhoods, 1 clearly above the county’s 23\u00a0%; 2 more are hidden")
    assert apart([cell(23), cell(24), cell(None)], county, ABSENCE, "town").endswith("; 1 more is hidden")


def test_chosen_places_are_held_against_the_one_in_focus() -> None:
    def place(name: str, value: int | None, n: int = 400) -> Cell:
        return replace(cell(value, n=n), name=name)

    focus = place("Ashford", 30)
    others = [place("Birch", 45), place("Cedar", 31), place("Dunmore", 33), place("Easton", 12), place("Fay", None)]
    assert against(focus, others) == (
        "Compared with Ashford (30\u00a0%): Birch (45\u00a0%) is clearly higher; Easton (12\u00a0%) is clearly lower; "
        "no clear difference for Cedar (31\u00a0%) and Dunmore (33\u00a0%); Fay is hidden."
    )
    wide = against(place("Ashford", 30, 25), [place("Birch", 45, 25)])
    assert wide.endswith(": no clear difference for Birch (45\u00a0%)."), "of few children"
    county = replace(place("Alder County", 23), level="county", low=23, high=23)
    assert "no clear difference for Cedar" in against(county, [place("Cedar", 26)]), "as the title counts"
    assert "is clearly higher" in against(county, [place("Cedar", 29)])
    unseen = against(place("Ashford", None), others)
    assert unseen == "Nothing can be compared with Ashford in 2024-25: its number is hidden."
    assert against(focus, []) == "" == against(None, others)


def test_two_places_can_differ_clearly_though_their_intervals_overlap() -> None:
    """The test is of the difference, as for changes and gaps."""
    one, two = replace(cell(30), low=26, high=34), replace(cell(37), low=33, high=41)
    assert "T01 (37\u00a0%) is clearly higher" in against(one, [two])


def test_the_largest_shown_is_not_called_the_largest_where_some_are_hidden() -> None:
    counted = [replace(cell(v, area=a), is_count=True) for v, a in ((50, "T01"), (None, "T02"))]
    words = "T01 has the most children served: 50"
    assert apart(counted, None, SERVED, "town") == f"Of the places shown, {words}"
    assert apart(counted[:1], None, SERVED, "town") == words


def test_a_gap_is_told_on_the_event_nobody_wants_and_leaves_out_mixed_groups() -> None:
    found = [
        c for c in cells(made("county*economically_disadvantaged", "third_grade_reading")) if c.period == "2024-25"
    ]
    income = dimensions()["economically_disadvantaged"]
    gap = gap_of(found, READING, income)
    assert gap is not None and {gap.worst, gap.best} <= {"Economically disadvantaged", "Not economically disadvantaged"}
    shown = {c.groups[0]: c.value for c in found}
    assert gap.worst_percent == 100 - min(shown["yes"] or 0, shown["no"] or 0)
    assert str(min(shown["yes"] or 0, shown["no"] or 0)) in gap_title(gap, READING, income) or not gap.clear
    assert "points apart" in gap_words(gap, READING) or "point apart" in gap_words(gap, READING)


def test_overview_and_compare_give_a_gap_in_the_direction_of_the_row() -> None:
    """Proficient in the row, proficient in the pair; the ratio is of those who are not, and says so."""
    gap = widest_gap({"Hispanic or Latino": Rate(42, 36, 48), "White": Rate(58, 54, 62)}, higher_is_better=True)
    assert gap is not None
    race = dimensions()["race_ethnicity"]
    row = Outcome(READING, (cell(52),), ((race, gap),))
    (pair, note) = (spoken(part) for part in gap_cell(row))
    assert pair == "Race and ethnicity: Hispanic or Latino\u00a042\u00a0%, White\u00a058\u00a0%"
    assert note == "16 points apart (likely 9 to 23); not yet proficient 1.4 times as often"
    assert pair.partition(": ")[2] in gap_title(gap, READING, race)
    often = Outcome(indicators()["after_school_participation"], (cell(9),), ((race, gap),))
    assert spoken(gap_cell(often)[0]).endswith("Latino\u00a042\u00a0%, White\u00a058\u00a0%")
    assert spoken(gap_cell(often)[1]).endswith("; 1 to 29 days or not at all 1.4 times as often")


def test_an_adverse_outcome_says_its_ratio_in_its_own_words() -> None:
    gap = widest_gap({"Girls": Rate(30, 27, 33), "Boys": Rate(20, 17, 23)}, higher_is_better=False)
    assert gap is not None and gap_pair(gap, ABSENCE) == "girls\u00a030\u00a0%, boys\u00a020\u00a0%"
    assert gap_words(gap, ABSENCE).endswith("; chronically absent 1.5 times as often")


def test_a_gap_does_not_keep_silent_about_groups_that_could_not_be_compared() -> None:
    income, gender, language, race = (
        dimensions()[d] for d in ("economically_disadvantaged", "gender", "home_language", "race_ethnicity")
    )
    graduation = indicators()["four_year_graduation"]
    missing = "“L” does not include: family income status. The backbone organization can add it."
    shut = (
        (income, Closed("refused", (missing,))),
        (language, Closed("hidden", ("33 % of the numbers would have to be hidden.",))),
        (gender, Closed("unprepared", ("x",))),
        (race, Closed("unprepared", ("x",))),
    )
    row = Outcome(graduation, (cell(78),), shut=shut)
    assert spoken(gap_cell(row)) == (
        "Family income is not open to you. Not shown by language spoken at home, so that no child can be recognized. "
        "Not prepared by gender or race and ethnicity."
    )
    assert not_shown([row, replace(row, shut=shut[:1])]) == [
        f"Family income is not open to you. {missing}",
        "Four-year graduation by language spoken at home: 33 % of the numbers would have to be hidden.",
        "Four-year graduation is not prepared by gender or by race and ethnicity. Its steward (School partners' "
        "assessment directors) chose tables by language spoken at home and by family income, and can add others.",
    ]
    clear = outcome(made("county"), [made("county*gender")])
    assert clear is not None and "Family income is not open" in spoken(gap_cell(replace(clear, shut=shut[:1])))


def test_what_is_prepared_for_the_county_only_is_said_with_who_can_add_to_it() -> None:
    told = unprepared(indicators()["after_school_participation"], [View("town")])
    assert told == (
        "After-school participation is not prepared by town or neighborhood. Its steward (Out-of-school-time work "
        "group) chose tables for the whole county only, and can add others."
    )


def test_the_outcomes_of_a_place_are_compared_at_a_level_that_is_open() -> None:
    row = outcome(made("county"), [])
    assert row is not None
    assert "/compare?i=chronic_absence&level=district" in str(overview_table([replace(row, level="district")], [], ""))
    assert "/reports?i=chronic_absence&level=county" in str(overview_table([row], [], ""))


@pytest.mark.parametrize("value", [30, None])
def test_a_sparkline_marks_the_year_whose_value_stands_beside_it(value: int | None) -> None:
    line = [cell(20, "2021-22"), cell(value, "2022-23"), cell(40, "2023-24")]
    first, last = (re.findall(rf"<[^>]*{theme.ACCENT}[^>]*>", svg(line, year)) for year in ("2022-23", ""))
    assert len(first) == len(last) == 1 and first != last
    assert ("<rect" if value is None else "<circle") in first[0] and 'cx="126.0"' in last[0]


def test_the_card_of_a_place_tells_the_change_up_to_the_chosen_year() -> None:
    line = [cell(40, "2021-22"), cell(30, "2022-23"), cell(10, "2024-25")]
    said = card("map", line, ABSENCE, "2022-23", "")
    assert "Down 10 points since 2021-22" in spoken(said) and "year=2022-23" in str(said)
    assert "No earlier school year to compare with" in spoken(card("map", line, ABSENCE, "2021-22", ""))


def test_the_county_is_not_the_county_of_itself() -> None:
    imprint = Imprint("Alder County", "p", date(2025, 8, 5), "r")
    assert imprint.places("county") == "Alder County"
    assert imprint.places("district") == "School districts of Alder County"
    alone = [replace(cell(20), level="county", name="Alder County")]
    assert apart(alone, None, ABSENCE, "county") == "Chronic absence in Alder County: 20\u00a0%"
    assert apart([cell(None)], None, ABSENCE, "county").endswith("no number can be shown for the county")


def test_a_gap_needs_two_groups_that_are_shown() -> None:
    hidden = frozenset({("2024-25", "C1", ("yes",))})
    found = [c for c in cells(made("county*economically_disadvantaged", hidden=hidden)) if c.period == "2024-25"]
    income = dimensions()["economically_disadvantaged"]
    assert gap_of(found, ABSENCE, income) is None
    assert gap_title(None, ABSENCE, income) == "By family income: too few groups to compare"


def test_overview_and_compare_say_the_same_where_groups_cannot_be_compared() -> None:
    """Two values are shown, but one is of few children and one of nobody's group."""
    hidden, marks = frozenset({("2024-25", "C1", ("no",))}), {("2024-25", "C1", ("yes",)): "u"}
    by_income = made("county*economically_disadvantaged", hidden=hidden, marks=marks)
    by_language = made("county*home_language")
    row = outcome(made("county"), [by_income, by_language])
    assert row is not None and row.gap is None
    told = "No clear gap by language spoken at home. Too few groups to compare by family income."
    assert told in str(gap_cell(row))


def test_the_overview_counts_only_clear_changes() -> None:
    moved = {
        "Chronic absence": movement([cell(30, "2021-22"), cell(20)], ABSENCE),
        "Third-grade reading": movement([cell(40, "2021-22"), cell(41)], READING),
    }
    title, lead = overview(moved, YEARS)
    assert title == "Of two outcomes, one got better and none got worse since 2021-22"
    assert lead == "Better: chronic absence. No clear change: third-grade reading."
    alone = {"Chronic absence": moved["Chronic absence"]}
    assert overview(alone, YEARS) == ("Chronic absence got better since 2021-22", "")
    assert overview({"x": moved["Third-grade reading"]}, YEARS) == (
        "No outcome has clearly changed since 2021-22",
        "",
    )


def test_the_overview_does_not_call_unchanged_what_it_cannot_tell() -> None:
    unknown = movement([cell(30)], ABSENCE)
    assert overview({"Chronic absence": unknown}, YEARS) == (
        "Whether outcomes changed since 2021-22 cannot be told",
        "",
    )
    moved = {"Third-grade reading": movement([cell(30, "2021-22"), cell(45)], READING), "Chronic absence": unknown}
    assert overview(moved, YEARS) == (
        "Of two outcomes, one got better, none got worse and one cannot be told since 2021-22",
        "Better: third-grade reading. Cannot be told: chronic absence.",
    )


def test_the_overview_says_that_something_got_worse() -> None:
    moved = {
        "Chronic absence": movement([cell(20, "2021-22"), cell(30)], ABSENCE),
        "Third-grade reading": movement([cell(40, "2021-22"), cell(41)], READING),
    }
    assert overview(moved, YEARS)[0] == "Of two outcomes, none got better and one got worse since 2021-22"


def test_one_school_year_is_told_as_one() -> None:
    alone = made("county", "chronic_absence", years=("2024-25",))
    row = outcome(alone, [])
    assert row is not None
    assert overview({"x": row.movement}, ("2024-25",)) == ("One school year is published so far: 2024-25", "")
    drawn = str(overview_table([row], [], ""))
    assert "2024-25 to 2024-25" not in drawn and "since 2024-25" not in drawn


def test_a_map_says_its_span_and_what_is_hidden() -> None:
    words = map_sentence([cell(20), cell(30, area="T02")], 2, ABSENCE, "town")
    assert words.startswith("Chronic absence in 2 towns and neighborhoods: from 20\u00a0% in T01 to 30\u00a0% in T02.")
    assert "In 2 more it is hidden" in words
    assert "the same everywhere" in map_sentence([cell(20), cell(20, area="T02")], 0, ABSENCE, "town")
    assert map_sentence([cell(20)], 0, ABSENCE, "town") == "Chronic absence in T01: 20\u00a0%."
    assert "No number can be shown" in map_sentence([], 3, ABSENCE, "town")


def test_the_as_of_date_reads_as_people_write_it() -> None:
    assert Imprint("Alder County", "p", date(2025, 8, 5), "r").context("a", "", "b") == "a · b · as of August 5, 2025"


def test_what_rounds_to_nothing_has_no_sign() -> None:
    spans = [movement([cell(40, "2021-22", n), cell(44, n=n)], READING).between for n in range(200, 1000, 5)]
    assert any("likely 0 to" in span for span in spans) and not any(re.search(r"[+−]0\b", span) for span in spans)


def test_the_event_nobody_wants_is_said_in_the_words_of_its_bands() -> None:
    assert adverse_title(indicators()["after_school_participation"]) == "1 to 29 days or not at all"
    assert adverse_title(ABSENCE) == "Chronically absent" and adverse_title(READING) == "Not yet proficient"


@pytest.mark.parametrize(
    ("width", "told"), [(None, "none"), (9.0, "at least 5 children"), (37.0, "at least 35 children")]
)
def test_the_width_of_a_range_is_told_in_steps(width: float | None, told: str) -> None:
    """Of 27 and 10 hidden children a range 37 wide remains: told exactly, it would be a sum that pages round."""
    assert wide(width) == told
    assert told == "none" or f"a range {told} wide" in in_words(10, 2, width, 10)[-1]
