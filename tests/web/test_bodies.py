"""Bodies that are no callback get a 4xx, whatever they are; the server never answers 500 to them."""

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.web import Web, route_body

ODD = ["[]", "null", "1", '"x"', "{", "{}", '{"output": 1}', '{"output": "nope.children"}', '{"output": null}', ""]
ODD += ['{"output": {"a": []}}', '{"output": "_pages_dummy.children"}', "\x00", '{"inputs": []}', "[[[[[[[[[["]


@pytest.mark.parametrize("body", ODD)
def test_odd_bodies_get_400(site: Web, body: str) -> None:
    answer = site.post(site.browser(), "/_dash-update-component", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_other_content_types_get_415(site: Web, kind: str) -> None:
    answer = site.post(site.browser(), "/_dash-update-component", data="{}", content_type=kind)
    assert answer.status_code == 415


def test_large_bodies_get_413(site: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(site.app.server.config, "MAX_CONTENT_LENGTH", 1000)
    body = route_body("/" + "a" * 2000)
    for path in ("/_dash-update-component", "/sign-in"):
        answer = site.post(site.browser(), path, json=body)
        assert answer.status_code == 413, path
    answer = site.post(site.stranger(), "/sign-in", data={"email": "a" * 2000})
    assert answer.status_code == 413


def test_there_is_a_limit(site: Web) -> None:
    assert site.app.server.config["MAX_CONTENT_LENGTH"] <= 16 * 1024 * 1024


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every position inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path] * bool(path) + [p for key, part in inner for p in places(part, (*path, key))]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_body_spoiled_anywhere_is_never_a_fault_of_ours(site: Web, data: st.DataObject) -> None:
    body = copy.deepcopy(route_body("/"))
    for path in data.draw(st.lists(st.sampled_from(places(body)), min_size=1, max_size=2)):
        holder = body
        try:
            for key in path[:-1]:
                holder = holder[key]
            _ = holder[path[-1]]  # an earlier change may have taken this place away
            holder[path[-1]] = data.draw(VALUES)
        except (TypeError, KeyError, IndexError):
            continue
    answer = site.callback(BROWSER.setdefault("one", site.browser()), body)
    if answer.status_code == 401:
        answer = site.callback(BROWSER.update(one=site.browser()) or BROWSER["one"], body)
    assert answer.status_code in {200, 204, 400}, (answer.status_code, body)


BROWSER: dict[str, Any] = {}
