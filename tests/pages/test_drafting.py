"""The form of an agreement: two who amend at once lose nothing; what is wrong is told at each field."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data_access.office import Office
from data_access.session import Session
from privacy.agreement import Agreement
from privacy.viewer import Role, Viewer
from tests.pages.conftest import outputs, spoken
from tests.support import invented, web


class Desk:
    """One registry, and windows on the form of one agreement."""

    def __init__(self, site: web.Web) -> None:
        self.site, self.client = site, site.browser(Role.BACKBONE)

    def open(self, name: str = "use-fund") -> "Window":
        return Window(self, self.site.page(self.client, "/agreements", f"?draft={name}"))

    def newest(self, name: str = "use-fund") -> Agreement:
        boss = Viewer("b", "backbone", Role.BACKBONE)
        return Office(Session(boss, self.site.stores, self.site.clock)).agreement(name).newest


class Window:
    """A form as a browser holds it: its values, and the store beside it."""

    def __init__(self, desk: Desk, layout: Any) -> None:
        self.desk, self.said = desk, ""
        self.store = next(c["props"]["data"] for c in components(layout) if c["props"].get("id") == "draft-of")
        self.take(layout)

    def take(self, layout: Any) -> None:
        self.layout = layout
        found = [c["props"] for c in components(layout) if "field" in named(c)]
        self.values = {p["id"]["field"]: p.get("value") for p in found}

    def save(self, **typed: Any) -> str:
        self.values |= typed
        name = next(key for key in self.desk.site.app.callback_map if key.startswith("..draft-said.children"))
        press = {"form": "draft", "act": "save"}
        states = [
            {"id": {"form": "draft", "field": f}, "property": "value", "value": v} for f, v in self.values.items()
        ]
        body = {
            "output": name,
            "outputs": outputs(name),
            "inputs": [[{"id": press, "property": "n_clicks", "value": 1}]],
            "state": [states, {"id": "draft-of", "property": "data", "value": self.store}],
            "changedPropIds": [f"{json.dumps(press, sort_keys=True, separators=(',', ':'))}.n_clicks"],
        }
        sent = self.desk.site.callback(self.desk.client, body)
        assert sent.status_code == 200, sent.text
        found = json.loads(sent.text)["response"]
        self.said = spoken(found["draft-said"]["children"])
        if "draft-fields" in found:
            self.take(found["draft-fields"]["children"])
        self.store = found.get("draft-of", {"data": self.store})["data"]
        return self.said

    def at(self, field: str) -> str:
        """All that is said at a field, with the options of the choice there."""
        for part in components(self.layout):
            inner = list(components(part["props"].get("children")))
            ids = [i["props"].get("id") for i in inner]
            if "field" in str(part["props"].get("className")).split() and {"form": "draft", "field": field} in ids:
                told = [
                    o["label"] for i in inner for o in i["props"].get("options") or () if named(i).get("field") != field
                ]
                return " ".join([spoken(part), *told])
        raise AssertionError(field)


def named(component: Any) -> dict[str, str]:
    """The id of a field, or nothing."""
    found = component["props"].get("id")
    return found if isinstance(found, dict) else {}


def components(value: Any) -> Iterator[Any]:
    """Every component in a layout, with properties."""
    if isinstance(value, list):
        for part in value:
            yield from components(part)
    elif isinstance(value, dict) and "props" in value:
        yield value
        yield from components(value["props"].get("children"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    stores = invented.published(tmp_path)
    web.add_people(stores)
    return Desk(web.make(stores.home, stores))


def test_what_one_takes_out_is_not_put_back_by_an_older_form_of_another(desk: Desk) -> None:
    first, second = desk.open(), desk.open()
    fewer = [e for e in first.values["elements"] if e not in ("race_ethnicity", "attendance")]
    assert "Saved as a draft" in first.save(elements=fewer)
    assert "somebody else changed" in second.save(title="Another title") and desk.newest().title != "Another title"
    assert second.values["elements"] == fewer and second.values["title"] == "Another title"
    assert "Changed by somebody else meanwhile; now:" in second.at("elements")
    assert "Yours, not saved yet" in second.at("title")
    assert "Saved as a draft" in second.save()
    made = desk.newest()
    assert (made.title, made.elements, made.version) == ("Another title", frozenset(fewer), 3)


def test_where_both_changed_a_field_one_has_to_choose(desk: Desk) -> None:
    for keep, title, count in (("theirs", "First 1", 12), ("mine", "Second 2", 13)):
        first, second = desk.open(), desk.open()
        assert "Saved" in first.save(title="First 1" if count == 12 else "First 2")
        second.save(title=f"Second {count - 11}", minimum_count=str(count))
        assert "Saved now: “First" in second.at("title") and "What is in the field" in second.at("title")
        assert "1 field needs mending" in second.save() and "Choose which of the two" in second.at("title")
        assert "Saved as a draft" in second.save(**{"keep.title": keep})
        assert (desk.newest().title, desk.newest().minimum_count) == (title, count)


def test_a_choice_that_was_made_or_is_open_outlives_a_third_persons_change(desk: Desk) -> None:
    first, second = desk.open(), desk.open()
    first.save(title="First")
    second.save(title="Second")
    third = desk.open()
    third.save(minimum_count="20")
    assert "somebody else" in second.save() and "Which of the two holds" in second.at("title")
    third.save(minimum_count="21")
    assert "somebody else" in second.save(**{"keep.title": "theirs"}) and second.values["title"] == "First"
    assert "Saved" in second.save(starts="2024-02-02")
    assert (desk.newest().title, desk.newest().minimum_count) == ("First", 21)


def test_what_the_form_does_not_touch_stays_and_nothing_changed_is_no_version(desk: Desk) -> None:
    before = desk.newest()
    window = desk.open()
    assert "Nothing is changed" in window.save() and desk.newest() == before
    assert "Saved" in window.save(starts="2024-03-01") and "Nothing is changed" in window.save()
    after = desk.newest()
    assert (after.version, after.starts, after.recipients) == (2, date(2024, 3, 1), before.recipients)


def test_all_that_is_wrong_is_said_at_once_each_at_its_field(desk: Desk) -> None:
    window = desk.open("new")
    wrong = {"starts": "0001-01-01", "ends": "9999-12-31", "minimum_count": 10.5, "areas": "nowhere", "programs": "zzz"}
    told = window.save(title="", id="A b", **wrong, **{"text.security": "x" * 48_000})
    assert "11 fields need mending" in told and "First day" in told and "What the agreement" not in told
    said = {
        "title": "1 to 200 characters",
        "party": "whose agreement",
        "id": "cannot be an id",
        "elements": "at least one data element",
        "purposes": "at least one purpose",
        "starts": "from 2000 to 2099",
        "ends": "from 2000 to 2099",
        "minimum_count": "whole number from 5 to 1,000",
        "areas": "“nowhere”: there is no such place. Codes look like: ",
        "programs": "Programs narrow named children only",
        "text.security": "at most 5,000 characters; this has 48,000",
    }
    assert [field for field, words in said.items() if words not in window.at(field)] == []
    assert window.values["areas"] == "nowhere", "what was typed stays"
    assert "smallest" in window.save(minimum_count=999_999_999_999).lower()
    good = {"title": "T", "id": "t-1", "party": "fund", "starts": "2025-01-01", "ends": "2026-01-01", "programs": ""}
    good |= {"minimum_count": "10", "areas": "T01", "elements": ["child"], "purposes": ["funding_review"]}
    assert "Saved" in window.save(**good, **{"text.security": "Locked."})
    assert desk.newest("t-1").areas == {"T01"}
