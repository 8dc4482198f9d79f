"""Rows and columns: every cell once, hidden ones last in any order, totals at the foot, nothing added up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.indicators import indicators
from components.cells import cells
from components.grids import Grid, crosstab
from tests.components.made import TOWNS, YEARS, made

AREAS = st.frozensets(st.tuples(st.sampled_from(YEARS), st.sampled_from(list(TOWNS)), st.just(())))


def grid(hidden: frozenset[tuple[str, str, tuple[str, ...]]], across: str = "period", view: str = "town") -> Grid:
    table = made(view, hidden=hidden)
    return crosstab(cells(table), indicators()["chronic_absence"], table.spec.view, across, "x")


@settings(deadline=None)
@given(AREAS, st.sampled_from([*YEARS, "name"]), st.booleans())
def test_sorting_keeps_every_row_with_hidden_last_and_totals_at_the_foot(
    hidden: frozenset[tuple[str, str, tuple[str, ...]]], column: str, backward: bool
) -> None:
    before = grid(hidden)
    after = before.sorted_by(f"-{column}" if backward else column)
    assert sorted(row.code for row in after.rows) == sorted(row.code for row in before.rows)
    assert after.rows[-1].summary and sum(row.summary for row in after.rows) == 1
    if column == "name":
        names = [row.heads for row in after.rows[:-1]]
        assert names == sorted(names, reverse=backward)
        return
    found = [row.entries[YEARS.index(column)].number for row in after.rows[:-1]]
    shown = [value for value in found if value is not None]
    assert shown == sorted(shown, reverse=backward) and found[: len(shown)] == shown


def test_bands_keep_the_order_of_their_indicator() -> None:
    chosen = indicators()["after_school_participation"]
    table = made("county", chosen.name)
    drawn = crosstab(cells(table), chosen, table.spec.view, "period", "x")
    ordered = list(chosen.bands.values())
    assert ordered != sorted(ordered) and [row.heads[0] for row in drawn.sorted_by("name").rows] == ordered
    assert [row.heads[0] for row in drawn.sorted_by("-name").rows] == ordered[::-1]
    across = crosstab(cells(table), chosen, table.spec.view, "band", "x").sorted_by("name")
    assert [column.title for column in across.columns] == ordered


def test_a_place_where_nobody_lives_keeps_its_row() -> None:
    place = made(marks={(year, "T10", ()): "z" for year in YEARS})
    kept = crosstab(cells(place), indicators()["chronic_absence"], place.spec.view, "period", "x")
    assert "Juniper Flats" in [row.heads[0] for row in kept.rows]


def test_an_unknown_order_changes_nothing() -> None:
    assert grid(frozenset()).sorted_by("-nonsense").rows == grid(frozenset()).rows


@pytest.mark.parametrize("across", ["period", "economically_disadvantaged", "nonsense", "area", ""])
def test_any_axis_can_stand_in_the_columns(across: str) -> None:
    drawn = grid(frozenset(), across, "town*economically_disadvantaged")
    assert len(drawn.rows) * len(drawn.columns) == 11 * 4 * 4
    assert [column.title for column in drawn.columns][-1] == ("2024-25" if across == "period" else "All")


def test_the_county_alone_needs_no_column_of_its_name() -> None:
    assert grid(frozenset(), "gender", "county*gender").stub == ("School year",)
    assert grid(frozenset(), "period", "county").stub == ("County",)


def test_a_total_is_the_published_one_and_not_a_sum() -> None:
    totals = grid(frozenset({("2024-25", "T03", ())})).rows[-1]
    county = next(c for c in cells(made("county")) if c.period == "2024-25")
    assert totals.entries[-1].number == county.value


def test_no_rows_make_an_empty_grid() -> None:
    assert crosstab([], indicators()["chronic_absence"], made().spec.view, "period", "x").rows == ()
