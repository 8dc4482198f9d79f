"""Pages with which staff serve families: answers stand where somebody asked, and the address is answered truly."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from components.consent_child import standing_words
from data_access.guardians import Families, accept
from data_access.registry.engine import transaction
from data_access.session import Session
from privacy.standing import Against
from privacy.viewer import Role, Viewer
from tests.pages.conftest import spoken
from tests.support import families, web

ASSETS = Path(__file__).parents[2] / "assets"


@dataclass
class Desk:
    """Somebody of the backbone organization in front of the pages."""

    site: web.Web
    client: FlaskClient

    def page(self, path: str, search: str = "") -> Any:
        return self.site.page(self.client, path, search)

    def sends(self, start: str, listed: dict[str, list[dict[str, Any]]], inputs: Any, state: Any) -> dict[str, Any]:
        """Call the callback whose outputs begin so; listed: the ids behind each pattern among them."""
        name = next(key for key in self.site.app.callback_map if key.startswith(start))
        found: list[Any] = []
        for part in name.strip(".").split("..."):
            identity, _, prop = part.rpartition(".")
            own = prop.split("@")[0]
            if identity.startswith("{"):
                key = next(key for key in listed if key in identity)
                found.append([{"id": one, "property": own} for one in listed[key]])
            else:
                found.append({"id": identity, "property": prop})
        pressed = inputs[0][0]["id"] if isinstance(inputs[0], list) else inputs[0]["id"]
        spelled = pressed if isinstance(pressed, str) else json.dumps(pressed, sort_keys=True, separators=(",", ":"))
        body = {"output": name, "outputs": found, "inputs": inputs, "state": state}
        answer = self.site.callback(self.client, body | {"changedPropIds": [f"{spelled}.n_clicks"]})
        assert answer.status_code == 200, answer.text
        return dict(json.loads(answer.text)["response"])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A school with two children, each with a parent who has come in."""
    stores = web.empty(tmp_path)
    with transaction(stores.registry) as connection:
        families.add_contributors(connection, "school")
        for child in (1, 2):
            families.add_child(connection, child, {"school": date(2012, 5, 1)})
    site = web.make(tmp_path, stores)
    staff = Families(Session(Viewer("u-school", "school", Role.PARTNER), stores, site.clock))
    for child in (1, 2):
        address = f"p{child}@example.org"
        code = staff.invite("school", f"{child}00", f"Parent {child}", "mother", address, "en").code
        told = {"email": address, "code": code, "password": web.PASSWORD, "address_key": "a", "now": site.clock()}
        accept(stores.registry, web.LEDGER_KEY, hasher=web.CHEAP, **told)
    families.say(stores.registry, families.YES, web.OPENED)
    return Desk(site, site.browser(Role.BACKBONE))


@pytest.mark.parametrize("path", ["/consents/child?id=abc", "/consents/child?id=99", "/consents/record?id=99"])
def test_a_child_that_is_not_there_is_not_called_closed(desk: Desk, path: str) -> None:
    place, _, words = path.partition("?")
    told = spoken(desk.page(place, f"?{words}"))
    assert "There is no such child" in told and "Not open to your organization" not in told and "All consents" in told


def test_a_case_that_is_not_there_is_not_called_closed(desk: Desk) -> None:
    told = spoken(desk.page("/consents/cases", "?n=9999"))
    assert "There is no such case" in told and "Not open" not in told and "All cases" in told


def test_a_code_stands_beside_its_button_and_old_answers_go(desk: Desk) -> None:
    page = json.dumps(desk.page("/families"))
    assert page.index('"type": "fam-said", "link": 1') - page.index("Make a one-time sign-in code") < 20_000
    slots = [{"type": "fam-said", "link": number} for number in (2, 1)]
    button = {"type": "fam-do", "act": "code", "link": 1, "seen": 3}
    inputs = [[{"id": button, "property": "n_clicks", "value": 1}]]
    answer = desk.sends("..fam-invited.children@", {"fam-said": slots}, inputs, [[], [], [], []])
    assert answer["fam-invited"]["children"] is None and answer["families-said"]["children"] is None
    first, second = (answer[json.dumps(one, sort_keys=True, separators=(",", ":"))]["children"] for one in slots)
    assert first is None and "one-time-code" in json.dumps(second)
    typed = [{"id": f"fam-{name}", "property": "value", "value": ""} for name in ("org", "child", "name", "relation")]
    typed += [{"id": f"fam-{name}", "property": "value", "value": "x@example.org"} for name in ("email", "lang")]
    sent = [{"id": "fam-invite", "property": "n_clicks", "value": 1}]
    refused = desk.sends("..fam-invited.children...families-links", {"fam-said": slots}, sent, typed)
    assert "form-error" in json.dumps(refused["fam-invited"])
    assert all(refused[key]["children"] is None for key in refused if "fam-said" in key)


@pytest.mark.parametrize(
    ("act", "typed", "field", "says"),
    [
        ("enrolled", {"enrolled": "1900-01-01", "enrolled-evidence": "x"}, "enrolled", "was not born yet"),
        ("order", {"who": "Mara Ostrander", "starts": "0001-01-01", "ends": "9999-12-31"}, "starts", "not born yet"),
        ("order", {"who": "Mara Ostrander", "starts": "2025-09-01", "ends": "9999-12-31"}, "ends", "30 years away"),
    ],
)
def test_a_day_that_cannot_be_is_said_at_its_field(
    desk: Desk, act: str, typed: dict[str, str], field: str, says: str
) -> None:
    names = ("who", "name", "starts", "ends", "order-evidence", "enrolled", "enrolled-evidence")
    fields = [{"id": {"form": "consent-child", "field": n}, "property": "value", "value": typed.get(n)} for n in names]
    slots = [{"form": "consent-child", "wrong": name} for name in ("starts", "ends", "enrolled")]
    inputs = [[{"id": {"act": act, "form": "consent-child"}, "property": "n_clicks", "value": 1}]]
    rest: list[Any] = [
        {"id": f"{n}-scan", "property": "contents", "value": None} for n in ("court-order", "enrollment")
    ]
    store = {"child": 1, "seen": "1.0.0", "order": None}
    state = [fields, *rest, {"id": "consent-child-of", "property": "data", "value": store}]
    answer = desk.sends("..consent-child-now.children", {"wrong": slots}, inputs, state)
    told = {key: value["children"] for key, value in answer.items() if "wrong" in key}
    assert {key for key, text in told.items() if text} == {f'{{"form":"consent-child","wrong":"{field}"}}'}
    assert says in next(text for text in told.values() if text)
    assert "consent-child-now" not in answer and "consent-child-ordering" not in answer, "what was typed stays"
    said = "order" if act == "order" else "enrolled"
    assert "Not recorded yet" in spoken(answer[f"consent-child-{said}-said"]["children"])


def test_a_statement_that_is_not_in_force_names_which_others() -> None:
    codes = dict.fromkeys((1, 2, 3, 4), "replaced")
    found = {1: Against((5,), ()), 2: Against((), (6, 7)), 3: Against((5,), (6,)), 4: Against((), ())}
    told = standing_words(codes, found)
    assert told[1] == "Not in force: the same person said something later (No. 5)"
    assert told[2] == "Not in force: another person’s no stands against it (No. 6, No. 7)"
    assert "(No. 5), and another person’s no stands against it (No. 6)" in told[3]
    assert "a later word or another person’s no" in told[4], "what the reader may not see is not named"


def test_long_words_break_and_answers_cover_nothing() -> None:
    body = next(line for line in (ASSETS / "app.css").read_text().splitlines() if line.startswith("body {"))
    assert "overflow-wrap: break-word" in body
    assert "sticky" not in (ASSETS / "consent.css").read_text()
