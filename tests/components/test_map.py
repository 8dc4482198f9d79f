"""Maps: hidden areas are drawn apart and hold no number; limits hold for all years; shapes come by URL."""

import json
import math
import re
from dataclasses import replace
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.cells import cells
from components.map import HATCHED, Look, Shapes, choropleth, circles, diameter, ramp, shapes, sort_areas
from components.outline import svg as outline_svg
from components.places import card, class_legend, place_list
from components.strips import svg as strip_svg
from geo.breaks import breaks
from tests.components.made import TOWNS, YEARS, made
from tests.support import invented

CONTENT = invented.grid()[1]["town-" + "0" * 16 + ".json"]
DRAWN = shapes("/layers/p/town.json", CONTENT)
# The same areas in a county three times as large each way.
WEST, SOUTH, EAST, NORTH = DRAWN.box
LARGE = replace(DRAWN, box=(2 * WEST - EAST, 2 * SOUTH - NORTH, 2 * EAST - WEST, 2 * NORTH - SOUTH))
HIDDEN = st.frozensets(st.tuples(st.just("2024-25"), st.sampled_from(list(TOWNS)[:9]), st.just(())))


def drawn(hidden: Any, indicator: str = "chronic_absence") -> tuple[Any, Any]:
    found = [c for c in cells(made(indicator=indicator, hidden=hidden)) if c.level == "town" and c.area in DRAWN.boxes]
    now = [c for c in found if c.period == "2024-25"]
    return sort_areas(now, DRAWN, ()), breaks([c.value for c in found])


@settings(deadline=None)
@given(HIDDEN)
def test_hidden_areas_are_hatched_and_nothing_else_is(hidden: Any) -> None:
    areas, classes = drawn(hidden)
    figure = choropleth(areas, classes, DRAWN, Look())
    colors = {trace["colorscale"][0][1]: trace["locations"] for trace in figure["data"]}
    assert sorted(colors.get(HATCHED, [])) == sorted(area for _, area, _ in hidden)
    text = json.dumps([t for t in figure["data"] if t["colorscale"][0][1] == HATCHED])
    assert "%" not in text and all(
        t["z"] == [0] * len(t["z"]) for t in figure["data"] if HATCHED in str(t["colorscale"])
    )
    assert '"geojson": "/layers/p/town.json"' in json.dumps(figure)
    assert len(json.dumps(figure)) < 30_000


def test_the_limits_do_not_change_with_the_year() -> None:
    _, classes = drawn(frozenset())
    values = [c.value for c in cells(made()) if c.level == "town" and c.area in DRAWN.boxes]
    assert classes == breaks(values) and len({c.period for c in cells(made())}) == len(YEARS)


def test_counts_are_circles_whose_area_is_the_count() -> None:
    areas, _ = drawn(frozenset({("2024-25", "T02", ())}), "children_served")
    figure = circles(areas, DRAWN, Look(), 500)
    marks = figure["data"][-1]
    assert "T02" not in marks["customdata"] and len(marks["customdata"]) == 8
    assert diameter(400, 400) == pytest.approx(2 * diameter(100, 400), rel=0.02)


def test_the_chosen_area_is_outlined_and_shown_close_up() -> None:
    areas, classes = drawn(frozenset())
    far = choropleth(areas, classes, LARGE, Look(chosen="T05", near=False))
    near = choropleth(areas, classes, LARGE, Look(chosen="T05", near=True))
    assert far["data"][-1]["locations"] == ["T05"] and far["data"][-1]["hoverinfo"] == "skip"
    wide, close = (f["layout"]["geo"]["lonaxis"]["range"] for f in (far, near))
    assert close[1] - close[0] < wide[1] - wide[0]


def test_the_close_view_fills_its_frame() -> None:
    areas, classes = drawn(frozenset())
    for chosen in LARGE.boxes:
        ground = choropleth(areas, classes, LARGE, Look(chosen=chosen, near=True))["layout"]["geo"]
        (west, east), (south, north) = ground["lonaxis"]["range"], ground["lataxis"]["range"]
        assert 1.1 < (east - west) * math.cos(math.radians((south + north) / 2)) / (north - south) < 1.2
        box = DRAWN.boxes[chosen]
        assert west < box[0] and south < box[1] and east > box[2] and north > box[3]


def test_an_area_without_residents_is_neither_hidden_nor_without_data() -> None:
    found = [c for c in cells(made(marks={("2024-25", "T01", ()): "z"})) if c.period == "2024-25" and c.level == "town"]
    areas = sort_areas(found, DRAWN, ["T01"])
    assert areas.empty == ("T01",) and not areas.no_data and not areas.hidden


def test_a_single_class_and_none_still_draw() -> None:
    empty = sort_areas([], DRAWN, ())
    assert choropleth(empty, breaks([]), DRAWN, Look())["data"][0]["locations"] == []
    assert ramp(0) == [] and len(ramp(1)) == 1 and len(set(ramp(5))) == 5


def test_the_legend_counts_places_and_names_what_is_hidden() -> None:
    areas, classes = drawn(frozenset({("2024-25", "T02", ()), ("2024-25", "T03", ())}))
    text = str(class_legend(areas, classes, made().spec.definition))
    assert "hidden so that no child can be recognized" in text and "not available" not in text
    counted = re.findall(r"\['([\d,]+)', \{[^}]*'children': '( places?)'", text)
    assert {noun for number, noun in counted if number == "1"} <= {" place"} and ("2", " places") in counted
    assert "('1', ' place')" in str(counted)


def test_the_limits_of_a_legend_are_those_its_places_are_classed_by() -> None:
    areas, _ = drawn(frozenset())
    found = breaks([15, 20, 25, 30])
    text = json.dumps(class_legend(areas, found, made().spec.definition))
    for low, high in pairwise(found.edges):
        last = high == found.edges[-1]
        assert f"{low:.0f} to {'' if last else 'under '}{high:.0f}\\u00a0%" in text
    assert found.classify([found.edges[1], found.edges[-1]]) == [1, found.classes - 1]
    assert class_legend(sort_areas([], DRAWN, ()), breaks([]), made().spec.definition)


def test_the_list_says_hidden_where_the_map_hatches() -> None:
    found = [c for c in cells(made(hidden=frozenset({("2024-25", "T02", ())}))) if c.period == "2024-25"]
    table = place_list("map", found, "", "x")["props"]["children"]
    rows = table["props"]["children"][2]["props"]["children"]
    (row,) = [row["props"] for row in rows if row["props"]["name"] == "Birch Hill"]
    assert (row["text"], row["beside"], row["hidden"]) == ("[c]", ["", ""], True)


def test_images_hold_drawings_and_no_numbers_of_children() -> None:
    drawn_map, height = outline_svg(CONTENT, "T05")
    assert drawn_map.count("<path") == 2 and height > 50 and "<text" not in drawn_map
    found = {c.area: c for c in cells(made(hidden=frozenset({("2024-25", "T02", ())}))) if c.period == "2024-25"}
    strip = strip_svg(found["T01"], [found["T02"], found["T03"]], found["C1"])
    assert strip.count("<circle") == 2 and "<text" not in strip


def test_shapes_are_read_once() -> None:
    assert isinstance(DRAWN, Shapes) and shapes("/layers/p/town.json", CONTENT) is DRAWN


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(list(DRAWN.boxes)), st.text("abc &<", min_size=1, max_size=40).map(str.strip)))
def test_a_name_on_a_map_never_leaves_its_area(names: dict[str, str]) -> None:
    names = {code: name for code, name in names.items() if name}
    areas, classes = drawn(frozenset())
    for ground in (DRAWN, LARGE):
        figure = choropleth(areas, classes, ground, Look(names=names))
        (west, east), (south, north) = (figure["layout"]["geo"][axis]["range"] for axis in ("lonaxis", "lataxis"))
        degree = min(650 / (east - west), 560 * math.cos(math.radians((south + north) / 2)) / (north - south))
        trace = next((t for t in figure["data"] if t.get("mode") == "text"), {"lon": [], "lat": [], "text": []})
        for lon, lat, text in zip(trace["lon"], trace["lat"], trace["text"], strict=True):
            w, s, e, n = next(box for box in ground.boxes.values() if box[0] < lon < box[2] and box[1] < lat < box[3])
            half = max(len(unescape(line)) for line in text.split("<br>")) * 6 / 2 / degree
            assert w <= lon - half and lon + half <= e and s < lat < n


def test_the_names_that_have_room_stand_on_the_map_and_beside_their_circles() -> None:
    areas, classes = drawn(frozenset())
    far = choropleth(areas, classes, DRAWN, Look(names=TOWNS))["data"][-1]
    assert sorted(far["text"]) == sorted(TOWNS[code] for code in DRAWN.boxes) and far["hoverinfo"] == "skip"
    long = choropleth(areas, classes, LARGE, Look(names=TOWNS | {"T05": "A name much too long for so small a place"}))
    assert "Cedar<br>Grove" in long["data"][-1]["text"] and "Dunmore" in long["data"][-1]["text"]
    assert not [text for text in long["data"][-1]["text"] if "name" in text]
    figure = circles(drawn(frozenset(), "children_served")[0], DRAWN, Look(names=TOWNS), 500)
    below = dict(zip(figure["data"][-1]["text"], figure["data"][-1]["lat"], strict=True))
    assert all(abs(below[TOWNS[code]] - DRAWN.middles[code][1]) > 0.004 for code in DRAWN.boxes), "beside the circle"
    assert not [t for t in choropleth(areas, classes, DRAWN, Look())["data"] if t.get("mode") == "text"]


def test_a_hidden_place_says_so_in_words_on_its_card() -> None:
    table = made(hidden=frozenset({("2024-25", "T02", ())}))
    line = [c for c in cells(table) if c.area == "T02"]
    text = str(card("map", line, table.spec.definition, "2024-25", "Alder County"))
    assert "hidden so that no child can be recognized" in text and "of 400" not in text
