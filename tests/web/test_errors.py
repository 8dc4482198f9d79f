"""Errors: in the reader's words, in the place of what was asked for, and without a value in page or log."""

import json
import logging
from types import SimpleNamespace
from typing import Any

import dash
import pytest

from catalog.terms import UnknownTerm
from catalog.views import View
from data_access.published import NoPublication, NotOffered
from pages import _errors
from privacy.authorize import Reason, Refused
from tests.support.web import Web, route_body

PLANTED = "Tamsin Quillfeather, born 2014-03-02"


@pytest.fixture
def broken(site: Web, monkeypatch: pytest.MonkeyPatch):
    """Make the start page raise an error."""

    def breaks(error: Exception) -> None:
        def layout(**_: Any) -> None:
            raise error

        monkeypatch.setitem(dash.page_registry["pages.overview"], "layout", layout)

    return breaks


@pytest.mark.parametrize("path", ["/nope", "/compare/", "/overview/../..", "/%00", "/assets", "/_dash-nope"])
def test_unknown_paths_are_404(site: Web, path: str) -> None:
    answer = site.get(site.browser(), path)
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/api/nope", "/api/v1/children/7", "/layers/p-1/town-0.json"])
def test_unknown_paths_for_scripts_are_problems(site: Web, path: str) -> None:
    answer = site.get(site.browser(), path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json["status"] == 404 and answer.json["title"]


def test_a_page_of_ours_says_that_there_is_none(site: Web) -> None:
    """Who is signed in gets it in the frame, with the menu; the router puts the words there."""
    client = site.browser()
    sent = site.get(client, "/nope")
    assert sent.status_code == 404 and "_dash-config" in sent.text
    told = json.dumps(site.page(client, "/nope"))
    assert "There is no such page" in told and '"href": "/"' in told.replace('":"', '": "')


REASONS = [Reason("“License” does not include: gender. The backbone organization can add it.", "a")]
MAPPED = [
    (Refused(REASONS), "does not include: gender"),
    (UnknownTerm("indicator", "nope", ("chronic_absence",)), "chronic_absence"),
    (NotOffered(View("county"), "Too many areas would be hidden."), "Too many areas would be hidden."),
    (NoPublication("Nothing has been published yet."), "Nothing has been published yet."),
]


@pytest.mark.parametrize(("error", "words"), MAPPED, ids=lambda value: type(value).__name__)
def test_a_lawful_no_stands_in_the_place_of_the_page(site: Web, broken: Any, error: Exception, words: str) -> None:
    broken(error)
    children = json.dumps(site.page(site.browser(), "/"), ensure_ascii=False)
    assert words in children and '"type": "H1"' in children


def test_a_fault_shows_a_reference_and_nothing_else(site: Web, broken: Any, caplog: pytest.LogCaptureFixture) -> None:
    broken(RuntimeError(PLANTED))
    with caplog.at_level(logging.DEBUG):
        children = json.dumps(site.page(site.browser(), "/"))
    assert "This part could not be shown" in children
    assert PLANTED not in children and PLANTED not in caplog.text and "Quillfeather" not in caplog.text
    reference = caplog.records[-1].args[0]
    assert reference in children and "RuntimeError" in caplog.text and "test_errors.py" in caplog.text


def test_a_fault_outside_callbacks_is_neutral_too(
    site: Web, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError(PLANTED)

    monkeypatch.setitem(site.app.server.view_functions, "/", fails)
    with caplog.at_level(logging.DEBUG):
        answer = site.get(site.browser(), "/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert PLANTED not in answer.text and PLANTED not in caplog.text


def outputs(*names: str) -> list[Any]:
    return [dict(zip(("id", "property"), name.split("."), strict=True)) for name in names]


def shown(value: Any) -> Any:
    return type(value).__name__ if not isinstance(value, (dict, list)) else value


def test_every_output_of_a_failed_callback_loses_its_old_content(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = outputs("c-chart.figure", "c-notes.children", "c-table.rowData", "c-title.children", "c-store.data")
    monkeypatch.setattr(_errors.dash, "ctx", SimpleNamespace(outputs_list=asked))
    figure, notes, rows, title, store = _errors.in_place(Refused(REASONS))
    assert figure["data"] == [] and "annotations" not in figure["layout"] and rows == [] and title is None
    assert "gender" in str(notes) and store is dash.no_update


def test_a_single_output_and_a_pattern_get_values_of_their_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_errors.dash, "ctx", SimpleNamespace(outputs_list=outputs("a.children")[0]))
    assert "gender" in str(_errors.in_place(Refused(REASONS)))
    pattern = [outputs("a.children", "b.children"), outputs("c.children")[0]]
    monkeypatch.setattr(_errors.dash, "ctx", SimpleNamespace(outputs_list=pattern))
    values, panel = _errors.in_place(Refused(REASONS))
    assert values == [None, None] and "gender" in str(panel)


def test_a_refusal_without_a_place_for_words_is_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = outputs("c-chart.figure")[0]
    monkeypatch.setattr(_errors.dash, "ctx", SimpleNamespace(outputs_list=asked))
    figure = _errors.in_place(Refused(REASONS))
    assert "Not open to your organization" in str(figure)


def test_routing_to_an_unknown_page_stays_in_the_frame(site: Web) -> None:
    assert "There is no such page" in json.dumps(site.page(site.browser(), "/nope"))


@pytest.mark.parametrize("search", ["?i=nope", "?i=a&i=b", "?=&&&", "?" + "x" * 5000, "?page_path=1&self=2&_layout=3"])
def test_any_query_is_taken(site: Web, search: str) -> None:
    answer = site.callback(site.browser(), route_body("/", search))
    assert answer.status_code == 200
    assert "could not be shown" not in answer.text


def test_a_page_that_is_refused_has_a_title_too(site: Web, broken: Any) -> None:
    broken(Refused(REASONS))
    answer = site.route(site.browser(), "/").json["response"]
    assert answer["_pages_store"]["data"]["title"] == "Not open to your organization · Quorum"
