"""Answers kept as bytes: the same as drawn anew, and never given where permission, person or question is another."""

import gzip
import inspect
import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, update

from data_access import accounts
from data_access.registry.engine import transaction
from data_access.registry.tables import account
from privacy.viewer import Role
from tests.pages.conftest import Reader, outputs
from tests.pages.test_answers import USUAL
from tests.support import web

PATH = "/_dash-update-component"


def body_of(site: web.Web, query: Any) -> dict[str, Any]:
    """What a browser sends for a question to Compare."""
    name = next(key for key in site.app.callback_map if key.startswith("..compare-content.children"))
    store = {"id": {"type": "query-store", "page": "compare"}, "property": "data", "value": query}
    return {"output": name, "outputs": outputs(name), "inputs": [store]}


def unique(word: str) -> dict[str, str]:
    """A question nobody else asks."""
    return USUAL["compare"] | {"of-a-test": word}


@pytest.fixture
def compare(site: web.Web) -> dict[str, Any]:
    """The names the page's callback works with: those of this very site, for Dash loads its pages anew for each."""
    callback = site.app.callback_map[body_of(site, {})["output"]]["callback"]
    return inspect.unwrap(callback).__globals__


@pytest.fixture
def drawings(compare: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What Compare was asked to draw, one entry a drawing."""
    drawn: list[str] = []
    ask = compare["ask"]

    def noted(query: Any, choices: Any) -> Any:
        drawn.append(query["of-a-test"])
        return ask(query, choices)

    monkeypatch.setitem(compare, "ask", noted)
    yield drawn


def test_an_answer_is_drawn_once_and_is_the_same_packed_and_plain(site: web.Web, drawings: list[str]) -> None:
    browser, body = site.browser(Role.FUNDER), body_of(site, unique("same"))
    headers = {"Origin": site.origin, "Accept-Encoding": "gzip"}
    packed = [site.post(browser, PATH, headers, json=body) for _ in range(2)]
    plain = site.callback(browser, body)
    assert drawings == ["same"]
    assert {json.dumps(json.loads(gzip.decompress(p.data))) for p in packed} == {json.dumps(plain.json)}
    assert "Content-Encoding" not in plain.headers and packed[1].headers["Content-Encoding"] == "gzip"
    for answer in (*packed, plain):
        assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["Content-Security-Policy"] and answer.mimetype == "application/json"


def test_a_session_that_ended_gets_nothing_that_is_kept(site: web.Web) -> None:
    browser, body = site.browser(Role.FUNDER), body_of(site, unique("ended"))
    assert site.callback(browser, body).status_code == site.callback(browser, body).status_code == 200
    token = browser.get_cookie("quorum", domain="127.0.0.1")
    assert token is not None
    accounts.end_session(site.stores.registry, token.value)
    assert site.callback(browser, body).status_code == 401
    assert site.callback(site.stranger(), body).status_code == 401


def test_a_disabled_account_and_another_role_hold_at_the_next_request(site: web.Web) -> None:
    browser, body = site.browser(Role.FUNDER), body_of(site, unique("role"))
    first = site.callback(browser, body).json

    def changed(**values: Any) -> Any:
        with transaction(site.stores.registry) as connection:
            connection.execute(update(account).where(account.c.email == web.email(Role.FUNDER)).values(**values))
        return site.callback(browser, body)

    try:
        assert changed(disabled=True).status_code == 401
        club = {"organization": "club", "role": Role.PARTNER.value}
        assert "areas no smaller than" in changed(disabled=False, **club).text
    finally:
        assert changed(organization="fund", role=Role.FUNDER.value, disabled=False).json == first


def test_a_spoiled_question_spoils_no_other_readers_answer(site: web.Web) -> None:
    """An id with 0 in the place of false is the same to a comparison, and another id to a browser."""
    browser, right = site.browser(Role.FUNDER), body_of(site, unique("spoiled"))
    spoiled = json.loads(json.dumps(right))
    for output in spoiled["outputs"]:
        if isinstance(output["id"], dict):
            output["id"]["many"] = int(output["id"]["many"])
    site.callback(browser, spoiled)
    assert '"many\\":false' in json.dumps(list(site.callback(browser, right).json["response"]))


def test_a_fault_and_a_lawful_no_are_said_anew(
    site: web.Web, compare: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, body = site.browser(Role.FUNDER), body_of(site, unique("fault"))
    with monkeypatch.context() as broken:
        broken.setitem(compare, "ask", lambda *_: 1 / 0)
        assert "state-error" in site.callback(browser, body).text
    assert "state-" not in site.callback(browser, body).text
    unknown = body_of(site, USUAL["compare"] | {"year": "1999-00"})
    assert all("is not a known" in site.callback(browser, unknown).text for _ in range(2))


def test_a_request_reads_the_registry_once(site: web.Web, funder: Reader) -> None:
    """Whose session, which agreements, which publication: one statement, also where an answer is drawn."""
    funder.answer("compare", unique("before"))
    statements: list[str] = []
    keep = lambda *given: statements.append(given[2])  # noqa: E731
    event.listen(site.stores.registry, "before_cursor_execute", keep)
    try:
        for _ in range(2):
            funder.answer("compare", unique("read"))
    finally:
        event.remove(site.stores.registry, "before_cursor_execute", keep)
    assert len(statements) == 2 and all("token_hash" in one for one in statements)
