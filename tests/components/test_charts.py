"""Charts: a hidden cell is a hatched stub with its mark, in every trace and tooltip; zero is never drawn for it."""

import json
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.indicators import indicators
from components.cells import Cell, cells, headline
from components.charts import Dot, Stack, dots, parts, strip
from components.marks import value_axis
from components.scales import limits, spread, ticks
from components.sparkline import svg
from components.trends import hidden_years, told_hidden, trend
from tests.components.made import TOWNS, YEARS, made

HIDDEN = st.frozensets(st.tuples(st.sampled_from(YEARS), st.sampled_from(list(TOWNS)), st.just(())))
NUMBER = re.compile(r"\d")


def places(hidden: Any, year: str = "2024-25") -> list[Cell]:
    return [c for c in cells(made(hidden=hidden)) if c.period == year and c.level == "town"]


@settings(deadline=None)
@given(HIDDEN)
def test_dots_show_each_place_once_and_nothing_of_hidden_ones(hidden: Any) -> None:
    rows = [Dot(c.area, c.name, c) for c in places(hidden)]
    figure = dots(rows)
    points = {
        code: value
        for t in figure["data"]
        if t["type"] == "scatter"
        for code, value in zip(t["y"], t["x"], strict=True)
    }
    stubs = [trace for trace in figure["data"] if trace["type"] == "bar"]
    assert points == {row.code: row.cell.value for row in rows if row.cell.value is not None}
    marked = [code for trace in stubs for code in trace["y"]]
    assert sorted(marked) == sorted(row.code for row in rows if row.cell.hidden)
    for trace in stubs:
        assert set(trace["text"]) == {"[c]"} and trace["marker"]["pattern"]["shape"]
        assert not any(NUMBER.search(text) for text in trace["hovertext"])
        assert len(set(trace["x"])) == 1, "the length of a stub says nothing"


def test_a_number_to_be_read_with_care_says_so_in_the_chart() -> None:
    found = made(hidden=frozenset({("2024-25", "T05", ())}), marks={("2024-25", "T03", ()): "u"})
    here = [c for c in cells(found) if c.period == "2024-25" and c.level == "town"]
    axis = dots([Dot(c.area, c.name, c, "#0b6b72" if c.area == "T03" else "") for c in here])["layout"]["yaxis"]
    marked = {code for code, words in zip(axis["tickvals"], axis["ticktext"], strict=True) if "[" in words}
    assert marked == {"T03"} and any(words.endswith("</b> [u]") for words in axis["ticktext"])


@settings(deadline=None)
@given(HIDDEN)
def test_lines_have_gaps_where_years_are_hidden(hidden: Any) -> None:
    series: dict[str, list[Cell]] = {}
    for cell in cells(made(hidden=hidden)):
        series.setdefault(cell.area, []).append(cell)
    figure = trend(series, ["T03", "T05"], TOWNS | {"C1": "Alder County"}, "C1")
    traces = [t for t in figure["data"] if t["type"] == "scatter" and "fill" not in t]
    gray, *bright = traces
    step = len(YEARS) + 1
    drawn = [gray["y"][i : i + step] for i in range(0, len(gray["y"]), step)]
    assert all(line[-1] is None for line in drawn), "a gap after each line"
    drawn = [line[:-1] for line in drawn] + [trace["y"] for trace in bright]
    assert len(bright) == 3 and len(drawn) == len(series)
    assert sorted(map(str, drawn)) == sorted(str([c.value for c in line]) for line in series.values())
    gaps = [trace for trace in figure["data"] if trace["type"] == "bar"]
    assert all(len({*trace["y"]}) == 1 for trace in gaps), "the size of a stub says nothing"
    missing = sorted((year, area) for year, area, _ in hidden if area in ("T03", "T05"))
    assert sum(len(trace["x"]) for trace in gaps) == len(missing)
    owner = {"#0b6b72": "T03", "#c8622a": "T05"}
    marks = [note for note in figure["layout"]["annotations"] if note["text"] == "[c]"]
    assert sorted((note["x"], owner[note["font"]["color"]]) for note in marks) == missing, "in the color of its line"
    told = told_hidden({code: series[code] for code in ("T03", "T05")}, TOWNS)
    assert all((TOWNS[area] in told) and year in told for year, area in missing)


def test_a_hidden_year_is_marked_at_its_line_and_marks_do_not_touch() -> None:
    hidden = frozenset({("2022-23", "T03", ()), ("2022-23", "T05", ()), ("2024-25", "T03", ())})
    lines = {area: [c for c in cells(made(hidden=hidden)) if c.area == area] for area in ("T03", "T05")}
    spots = hidden_years(lines, 0.0, 100.0)
    three, five = lines["T03"], spots["T05"][0].height
    first, last = spots["T03"]
    assert last.height == three[2].value, "beside the last year that is shown"
    assert abs(first.height - five) >= 12
    alone = hidden_years({"T03": three}, 0.0, 100.0)["T03"][0].height
    assert alone == ((three[0].value or 0) + (three[2].value or 0)) / 2


def test_the_interval_of_a_line_leaves_hidden_years_out() -> None:
    line = [c for c in cells(made(hidden=frozenset({("2022-23", "T03", ())}))) if c.area == "T03"]
    ribbon = next(t for t in trend({"T03": line}, ["T03"], TOWNS)["data"] if "fill" in t)
    assert "2022-23" not in ribbon["x"] and None not in ribbon["y"]


@settings(deadline=None)
@given(HIDDEN)
def test_a_strip_draws_what_is_shown_and_a_hatched_stub_for_each_hidden_place(hidden: Any) -> None:
    rows = [Dot(c.area, c.name, c, "#0b6b72" if c.area == "T03" else "") for c in places(hidden)]
    figure = strip(rows)
    missing = {row.label for row in rows if row.cell.hidden}
    dotted = [trace for trace in figure["data"] if trace["type"] == "scatter"]
    assert sum(len(trace["x"]) for trace in dotted) == len(rows) - len(missing)
    stubs = [trace for trace in figure["data"] if trace["type"] == "bar"]
    assert len(stubs) == bool(missing)
    for trace in stubs:
        assert len(trace["x"]) == len(missing) and trace["marker"]["pattern"]["shape"]
        assert all(any(name in text for name in missing) for text in trace["hovertext"])
        assert not any(NUMBER.search(text) for text in trace["hovertext"])
        axis = figure["layout"]["xaxis"]
        assert axis["range"][0] < min(trace["x"]) and max(trace["x"]) < min(axis["tickvals"]), "beside the axis"


def test_labels_near_an_edge_grow_into_the_plot() -> None:
    spot = places(frozenset())[0]
    for drawing in (dots, strip):
        for value, anchor in ((2, "left"), (50, "center"), (98, "right")):
            rows = [Dot(str(v), f"Town {v}", replace(spot, value=v, low=v, high=v), "#0b6b72") for v in (2, 50, 98)]
            words = drawing(rows, replace(spot, value=value, low=value, high=value), "Alder County")["layout"]
            told = {one["text"]: one.get("xanchor") for one in words["annotations"]}
            assert told.pop(f"Alder County {value}\u00a0%") == anchor
            assert told in ({}, {"Town 2": "left", "Town 50": "center", "Town 98": "right"})


def test_parts_leave_a_hatched_rest_without_a_number() -> None:
    bands = indicators()["after_school_participation"].bands
    found = cells(made("county", "after_school_participation", hidden=frozenset({("2024-25", "C1", ())})))
    figure = parts([Stack("C1", "Alder County", tuple(c for c in found if c.period == "2024-25"))], bands)
    rest = figure["data"][-1]
    assert rest["text"] == ["[c]"] and not NUMBER.search(rest["hovertext"][0])
    assert all(not trace["x"] for trace in figure["data"][:-1])


def test_whole_rows_of_parts_are_equally_long_whatever_their_rounded_parts_add_to() -> None:
    found = [c for c in cells(made("county", "after_school_participation")) if c.period == "2024-25"]
    values = [(11, 10, 80), (33, 33, 33), (9, 9, 82)]
    rows = [Stack(str(sum(v)), "", tuple(replace(c, value=x) for c, x in zip(found, v, strict=True))) for v in values]
    drawn = parts(rows, indicators()["after_school_participation"].bands)["data"]
    for at, told in enumerate(values):
        assert sum(trace["x"][at] for trace in drawn[:3]) == pytest.approx(100)
        assert [trace["text"][at] for trace in drawn[:3]] == [f"{value}\u00a0%" for value in told], (
            "labels as published"
        )


def test_a_number_that_a_part_has_no_room_for_is_left_out_whole() -> None:
    """Cut off, 11 % would read as 1 %; what fits depends on the width of the window, so the browser decides."""
    found = cells(made("county", "after_school_participation"))
    now = tuple(c for c in found if c.period == "2024-25")
    figure = parts([Stack("C1", "Alder County", now)], indicators()["after_school_participation"].bands)
    assert figure["layout"]["uniformtext"]["mode"] == "hide"
    assert figure["layout"]["xaxis"]["tickvals"][-1] == 100, "the axis says where a whole ends"
    assert figure["layout"]["margin"]["r"] >= 20, "and has room for that label"


@given(st.integers(0, 90), st.integers(5, 100), st.booleans())
def test_labels_of_an_axis_stand_level_and_are_few(low: int, length: int, is_percent: bool) -> None:
    axis = value_axis(low, min(low + length, 100), is_percent)
    assert axis["tickangle"] == 0 and 1 <= len(axis["tickvals"]) <= (5 if is_percent else 4)


def test_a_sparkline_has_a_stub_for_a_hidden_year_and_no_text() -> None:
    line = [c for c in cells(made(hidden=frozenset({("2022-23", "T03", ())}))) if c.area == "T03"]
    drawn = svg(line)
    assert drawn.count("<rect x=") == 1 and drawn.count("<circle") == 4 and "<text" not in drawn


def test_names_cannot_carry_tags_into_a_chart() -> None:
    (cell, *_) = places(frozenset())
    figure = json.dumps(dots([Dot("T01", "<img src=x onerror=alert(1)>", cell)]))
    assert "<img" not in figure and "&lt;img" in figure


def test_headlines_of_bands_are_one_a_place() -> None:
    chosen = indicators()["after_school_participation"]
    assert len(headline(cells(made("county", chosen.name)), chosen)) == len(YEARS)


@settings(deadline=None)
@given(st.lists(st.integers(0, 100), min_size=1), st.booleans())
def test_a_range_holds_all_values_and_some_ticks(values: list[int], zero: bool) -> None:
    low, high = limits(values, percent=True, from_zero=zero)
    assert 0 <= low <= min(values) and max(values) <= high <= 100
    assert all(low <= tick <= high for tick in ticks(low, high)) and len(ticks(low, high)) <= 8


@settings(deadline=None)
@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.floats(0, 100), max_size=6))
def test_labels_do_not_touch(wanted: dict[str, float]) -> None:
    found = sorted(spread(wanted, 7.0, 0.0, 100.0).values())
    assert all(b - a >= 7 - 0.2 for a, b in pairwise(found))
