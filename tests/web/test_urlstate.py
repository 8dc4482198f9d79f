"""The Python half of the URL state; the browser's half is tested in tests/browser."""

import json
from urllib.parse import parse_qs

from hypothesis import given
from hypothesis import strategies as st

from components import urlstate

CODES = st.text("abcxyz0189_-", min_size=1, max_size=8)


@given(st.dictionaries(CODES, st.lists(CODES, min_size=1, max_size=4)))
def test_a_link_gives_the_choices_back(choices: dict[str, list[str]]) -> None:
    path, _, text = urlstate.link("/compare", choices).partition("?")
    assert path == "/compare"
    query = urlstate.clean({key: value[0] for key, value in parse_qs(text).items()})
    assert {key: urlstate.split(value) for key, value in query.items()} == choices


def test_a_link_leaves_out_what_is_empty() -> None:
    assert urlstate.link("/map", {"year": "", "peers": []}) == "/map"


def test_the_query_covers_the_defaults() -> None:
    defaults = {"i": "chronic_absence", "peers": "T01"}
    assert urlstate.clean({"peers": ""}, defaults) == {"i": "chronic_absence", "peers": ""}
    assert urlstate.clean({"i": ["a", "b"]}, defaults)["i"] == "b"


def test_odd_values_are_left_out_or_cut() -> None:
    assert urlstate.clean({"a": None, "b": 3, "c": [], "d": ["x", 4]}) == {}
    assert len(urlstate.clean({"a": "x" * 9000})["a"]) == urlstate.LONGEST


def test_the_store_tells_the_browser_page_query_and_defaults() -> None:
    part = urlstate.store("compare", {"i": "x"}, {"i": "y"}).to_plotly_json()["props"]
    assert part["data-query-page"] == "compare"
    assert json.loads(part["data-query"]) == {"i": "x"} and json.loads(part["data-query-defaults"]) == {"i": "y"}
    assert part["children"].data == {"i": "x"} and part["children"].id == urlstate.changed("compare").component_id
