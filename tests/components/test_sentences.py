"""Findings say what the published numbers clearly say, and no more."""

import re
from dataclasses import replace
from datetime import date

import pytest

from catalog.indicators import indicators
from catalog.terms import dimensions
from components.against import against
from components.attacker import in_words, wide
from components.cells import Cell, cells
from components.report import Imprint
from components.sentences import adverse_title, apart, gap_of, gap_title, gap_words, map_sentence, movement, overview
from components.summary import gap as gap_cell
from components.summary import outcome, overview_table
from evaluation.intervals import wilson
from tests.components.made import YEARS, made

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
        (30, None, "unknown", "The latest year is hidden"),
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
    assert found.direction == "better" and found.between == "likely under 1 to 8"


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
    assert "points apart" in gap_words(gap) or "point apart" in gap_words(gap)


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
    told = "No clear gap by language spoken at home. Too few groups to compare by family income"
    assert told in str(gap_cell(row))


def test_the_overview_counts_only_clear_changes() -> None:
    moved = {
        "Chronic absence": movement([cell(30, "2021-22"), cell(20)], ABSENCE),
        "Third-grade reading": movement([cell(40, "2021-22"), cell(41)], READING),
    }
    title, lead = overview(moved, YEARS)
    assert title == "Of two outcomes, one got better since 2021-22"
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
    assert overview(moved, YEARS)[1] == "Better: third-grade reading. Cannot be told: chronic absence."


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
