"""Compare: drawing, words, table and controls of one answer agree with each other."""

import json
from typing import Any

import pytest

from components import comparison
from tests.pages.conftest import Reader, body, decoded, spoken
from tests.pages.test_answers import USUAL

ASKED = USUAL["compare"] | {"by": "gender"}


def answer(reader: Reader, **query: str) -> dict[str, Any]:
    return reader.answer("compare", ASKED | query)


def found(part: Any, wanted: Any) -> list[Any]:
    """Every element of a component for which `wanted` holds, in order."""
    if isinstance(part, list):
        return [hit for one in part for hit in found(one, wanted)]
    if not isinstance(part, dict):
        return []
    here = [part] if "props" in part and wanted(part) else []
    return here + [hit for one in part.values() for hit in found(one, wanted)]


def panel(given: dict[str, Any], name: str) -> Any:
    (hit,) = found(given["compare-content.children"], lambda one: one["props"].get("id") == f"panel-{name}")
    return hit


def rows(part: Any) -> list[list[str]]:
    """The last table of a part, without children whose address is not known: they are in no chart."""
    told = body(found(part, lambda one: one["type"] == "Rows")[-1])
    return [row for row in told if row[0] != "Address not known"]


def figure(given: dict[str, Any], name: str) -> Any:
    (hit,) = found(panel(given, name), lambda one: one["type"] == "Graph")
    return decoded(hit["props"]["figure"])


def control(given: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return next(value for name, value in given.items() if f'"key":"{key}"' in name)


def test_the_back_of_a_panel_is_that_panel_in_numbers(funder: Reader) -> None:
    given = answer(funder, area="T05", **{"with": "T06"})
    everything = rows(given["compare-content.children"])
    places, years, groups = (rows(panel(given, name)) for name in ("places", "years", "groups"))
    assert [row[0] for row in places] == [row[0] for row in everything], "in the same order"
    assert [row[1] for row in places] == [row[-1] for row in everything], "the year that is drawn, of how many"
    assert [row[0] for row in years] == ["East Harbor", "Fairlea", "Alder County"], "the lines that are named"
    for row in (*places, *groups):
        assert len(row) == 3 and (row[2][-1] == "%" and "–" in row[2]) == row[1][0].isdigit(), row
    shown = [value for row in years for value in row[1:] if value[0].isdigit()]
    assert shown and all(value.count("%") == 2 and "–" in value for value in shown), "intervals under the numbers"
    assert len(json.dumps(given)) < 60_000


def test_places_without_a_row_of_their_own_are_not_said_to_have_bars(
    funder: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "MOST_ROWS", 5)
    given = answer(funder, level="region", many="1")
    front, notes = panel(given, "places"), spoken(given["compare-notes.children"])
    said = spoken(front["props"]["children"][:2])
    assert "interval" not in said and "bar" not in notes.split("What is hidden")[0]
    assert "95 % intervals are in the table" in spoken(front) and "bars" not in spoken(front).partition("Source")[2]
    rings = "circle-open" in str(figure(given, "places")["data"])
    assert ("ring: [u] few children" in spoken(front)) is rings is ("[u]" in str(rows(front)))
    hidden = sum(row[1] == "[c]" for row in rows(front))
    stubs = [trace for trace in figure(given, "places")["data"] if trace["type"] == "bar"]
    assert hidden > 1 and f"; {hidden} more are hidden" in said
    assert [len(trace["x"]) for trace in stubs] == [hidden]
    assert {trace["marker"]["pattern"]["shape"] for trace in stubs} == {"/"}


def test_the_note_on_rounding_begins_with_the_fewest_children_of_the_table(funder: Reader) -> None:
    given = answer(funder, level="region")
    counts = [int(v.split(" of ")[1].replace(",", "")) for r in rows(given["compare-content.children"]) for v in r[1:]
              if " of " in v]  # fmt: skip
    assert f"points for {min(counts)} children, the fewest in this table" in spoken(given["compare-notes.children"])


def test_parts_say_that_they_are_rounded(funder: Reader) -> None:
    given = answer(funder, i="after_school_participation", level="county")
    assert "parts are rounded and may add to 99 or 101 %" in spoken(panel(given, "groups"))


def test_no_more_places_look_chosen_than_are_marked(funder: Reader) -> None:
    towns = [f"T{number:02d}" for number in range(1, 10) if number != 5]
    given = answer(funder, area="T05", **{"with": ",".join(towns)})
    chips = control(given, "with")
    assert [chip["value"] for chip in chips] == towns[:5] and not any(chip.get("disabled") for chip in chips)
    assert "At most five places can be marked" in spoken(panel(given, "places"))
    assert [option["value"] for option in given["compare-add.options"]] == [""], "and none can be added"
    bold = [words for words in figure(given, "places")["layout"]["yaxis"]["ticktext"] if "<b>" in words]
    assert len(bold) == 6
    five = answer(funder, area="T05", **{"with": ",".join(towns[:5])})
    assert "At most" not in spoken(panel(five, "places"))
    assert {chip["value"] for chip in control(five, "with") if chip.get("disabled")} == {
        chip["value"] for chip in control(five, "with")
    } - {*towns[:5]}
    layout = json.dumps(funder.layout("/compare", f"?area=T05&with={','.join(towns)}"))
    assert "up to five" in layout and json.dumps(towns[:5]) in layout and json.dumps(towns[:6]) not in layout


def test_a_sentence_speaks_of_the_places_chosen(funder: Reader) -> None:
    def told(**query: str) -> str:
        return spoken(
            found(panel(answer(funder, **query), "places"), lambda one: one["props"].get("className") == "told")
        )

    assert told() == ""
    for code, name in (("T01", "Ashford"), ("T06", "Fairlea"), ("T09", "Ironbridge")):
        assert told(area="T05", **{"with": code}).startswith("Compared with East Harbor (")
        assert name in told(area="T05", **{"with": code})
    assert told(area="T05").startswith("Compared with Alder County (") and "East Harbor (" in told(area="T05")
    assert told(i="children_served", area="T05", **{"with": "T03"}).endswith("and Cedar Grove [c].")


def test_chart_and_table_stand_in_one_order(funder: Reader) -> None:
    for order in ("-2021-22", "2022-23", "-2024-25", "-name", "-none"):
        given = answer(funder, sort=order)
        names = [row[0] for row in rows(given["compare-content.children"]) if row[0] != "Alder County"]
        assert figure(given, "places")["layout"]["yaxis"]["ticktext"] == names, order
        year = order.strip("-") if order in ("-2021-22", "2022-23") else ""
        assert (f"in the order of {year}" if year else "in the order") in spoken(panel(given, "places")) or not year
        assert year or "in the order" not in spoken(panel(given, "places"))


def test_the_control_of_groups_shows_what_was_asked(funder: Reader) -> None:
    given = answer(funder, i="third_grade_reading", by="grade_band")
    assert "not prepared by grade" in spoken(given["compare-content.children"])
    assert {"label": "Grade", "value": "grade_band"} in control(given, "by")


def test_counts_begin_at_zero(funder: Reader) -> None:
    given = answer(funder, i="children_served")
    for name, axis in (("places", "xaxis"), ("years", "yaxis"), ("groups", "xaxis")):
        drawn = figure(given, name)["layout"][axis]
        assert drawn["range"][0] == 0 and drawn["ticktext"][0] == "0" and len(drawn["ticktext"]) > 1, name


def test_a_place_has_one_color_on_the_page(funder: Reader) -> None:
    for query in ({"with": "T06"}, {"area": "T05", "with": "T06"}):
        given = answer(funder, **query)
        dot = next(t for t in figure(given, "places")["data"] if "T06" in t["y"] and t["marker"]["size"] == 11)
        lines = (t for t in figure(given, "years")["data"] if "Fairlea" in str(t.get("hovertext")))
        line = next(t for t in lines if "color" in t["line"])
        assert dot["marker"]["color"][dot["y"].index("T06")] == line["line"]["color"]
