"""How names are ordered and how years are set."""

from dataclasses import replace

from catalog.naming import by_name
from components.cells import cells
from components.charts import Dot, strip
from components.markup import html, running
from tests.components.made import made


def test_numbers_in_names_are_read_as_numbers() -> None:
    names = ["Tract 10.01", "Tract 2.01 + Tract 3", "Tract 2.01", "ashford", "Birch Hill", "Tract 2.10", ""]
    told = ["", "ashford", "Birch Hill", "Tract 2.01", "Tract 2.01 + Tract 3", "Tract 2.10", "Tract 10.01"]
    assert sorted(names, key=by_name) == told


def test_a_school_year_is_kept_together_and_a_date_is_no_year() -> None:
    before, year, after = running("Down since 2022-23.")
    assert (before, year["props"]["children"], after) == ("Down since ", "2022-23", ".")
    assert running("as of 2025-09-30") == "as of 2025-09-30" and running(None) is None
    assert html.P("2022-23")["props"]["children"][0]["props"]["className"] == "year"
    assert html.Td("2022-23")["props"]["children"] == "2022-23"


def test_a_strip_draws_what_is_to_be_read_with_care_as_rings() -> None:
    found = [c for c in cells(made()) if c.period == "2024-25"][:3]
    sure = [Dot(c.area, c.name, c) for c in found]
    unsure = [replace(sure[0], cell=replace(found[0], symbol="u")), *sure[1:]]
    assert strip(sure)["data"][0]["marker"]["symbol"] == ["circle"] * 3
    assert strip(unsure)["data"][0]["marker"]["symbol"] == ["circle-open", "circle", "circle"]
