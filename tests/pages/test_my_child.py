"""My child and its neighbors, asked the way the browser asks: what a parent reads before and after signing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from data_access.agreements import save_agreement
from data_access.consents import signer_of
from data_access.guardians import Families, accept
from data_access.registry.engine import transaction
from data_access.rights import record_court_order
from data_access.session import Session
from pages import _access
from privacy.agreement import Tier
from privacy.viewer import Role, Viewer
from tests.pages.conftest import outputs, spoken
from tests.support import families, town, web

NAME, TODAY = "Mara Ostrander", "2025-09-10"
CLUB = {"view": "choose", "to": "club", "for": "coordination"}
ALL = {"view": "choose", "to": "*"}
STAYS = "no_update"


@dataclass
class Parent:
    """A parent in front of the page of one child."""

    site: web.Web
    client: FlaskClient

    def sees(self, **query: str) -> str:
        """The text of a view."""
        return spoken(self.page(**query)["my-child-content"]["children"])

    def page(self, **query: str) -> dict[str, Any]:
        """All that a view's callback gives."""
        name = next(key for key in self.site.app.callback_map if key.startswith("..my-child-content.children"))
        identity = {"type": "query-store", "page": "my-child"}
        inputs = [{"id": identity, "property": "data", "value": query}]
        return self.sent(name, inputs, [], '{"page":"my-child","type":"query-store"}.data')

    def presses(
        self, act: str, query: dict[str, str], keep: Sequence[str] = (), shown: Any = None, **typed: str
    ) -> dict[str, Any]:
        """Press a button of the form; shown: what the preview gave to remember."""
        name = next(key for key in self.site.app.callback_map if key.startswith("..mc-effect.children"))
        places = [{"type": "mc-keep", "contributor": "school"}] if keep is not None else []
        fields = {"until": "2026-09-10"} | typed
        boxes = [{"type": "mc-typed", "field": field} for field in fields]
        asked = {"type": "mc-do", "act": act}
        kept = [] if shown is None else [shown]
        state = [
            [{"id": one, "property": "value", "value": list(keep)} for one in places],
            [{"id": one, "property": "id", "value": one} for one in places],
            [{"id": one, "property": "value", "value": fields[one["field"]]} for one in boxes],
            [{"id": one, "property": "id", "value": one} for one in boxes],
            [{"id": {"type": "mc-shown", "n": n}, "property": "data", "value": one} for n, one in enumerate(kept)],
            {"id": {"type": "query-store", "page": "my-child"}, "property": "data", "value": query},
        ]
        inputs = [[{"id": asked, "property": "n_clicks", "value": 1}]]
        changed = f"{json.dumps(asked, sort_keys=True, separators=(',', ':'))}.n_clicks"
        return self.sent(name, inputs, state, changed)

    def sent(self, name: str, inputs: Any, state: Any, changed: str) -> dict[str, Any]:
        body = {"output": name, "outputs": outputs(name), "inputs": inputs, "state": state, "changedPropIds": [changed]}
        answer = self.site.callback(self.client, body)
        assert answer.status_code == 200, answer.text
        return dict(json.loads(answer.text)["response"])

    def signs(self, query: dict[str, str], keep: Sequence[str]) -> dict[str, Any]:
        """Look at what will change, then sign it."""
        before = self.presses("preview", query, keep)["mc-effect"]["children"]
        (shown,) = [one["props"]["data"] for one in before if one["type"] == "Store"]
        return self.presses("sign", query, keep, shown, name=NAME, day=TODAY)


@pytest.fixture
def parent(tmp_path: Path) -> Parent:
    """A mother whose child goes to a school that may share with a club, grades without consent."""
    stores = web.empty(tmp_path)
    lifted = {"grade": "not_required"}
    with transaction(stores.registry) as connection:
        families.add_contributors(connection, "school", "club")
        families.add_child(connection, 1, {"school": datetime(2016, 5, 1, tzinfo=UTC).date()}, first_name="Quillon")
        everybody = frozenset({"*"})
        save_agreement(connection, town.clause(Tier.SHARING, "school", recipients=everybody, consent=lifted))
        save_agreement(connection, town.clause(Tier.USE, "club", contributors=frozenset({"school"})))
    site = web.make(tmp_path, stores)
    staff, colleague = (
        Families(Session(Viewer(user, "school", Role.PARTNER), stores, site.clock)) for user in ("u-school", "u-other")
    )
    address = web.email(Role.GUARDIAN)
    code = staff.invite("school", "100", NAME, "mother", address, "en").code
    told = {"email": address, "code": code, "password": web.PASSWORD, "address_key": "a", "now": site.clock()}
    accept(stores.registry, web.LEDGER_KEY, hasher=web.CHEAP, **told)
    link = staff.links()[0]
    colleague.verify(link.id, link.seen, "photo_id")
    return Parent(site, site.browser(Role.GUARDIAN))


def ordered(parent: Parent) -> None:
    """A court order takes her right away."""
    with transaction(parent.site.stores.registry) as connection:
        signer, day = signer_of(connection, NAME, web.OPENED), web.OPENED.date()
        record_court_order(connection, web.LEDGER_KEY, 100, signer, day, day + timedelta(days=9), by=families.DESK)


def names_of(drawn: Any) -> set[str]:
    """The fields and buttons of what is drawn."""
    return {word for word in ("mc-typed", "mc-shown", "mc-do", "mc-keep") if word in json.dumps(drawn)}


@pytest.mark.parametrize("lang", ["en", "es"])
def test_nothing_checked_and_nothing_shared_is_nothing_to_sign(parent: Parent, lang: str) -> None:
    told = parent.presses("preview", CLUB | {"lang": lang})["mc-effect"]["children"]
    assert spoken(told).startswith({"en": "Check at least one.", "es": "Marque al menos una cosa."}[lang])
    assert not names_of(told)
    page = parent.page(**ALL, lang=lang)["my-child-content"]["children"]
    assert {"en": "there is nothing to stop", "es": "No hay nada que parar"}[lang] in spoken(page)
    assert not names_of(page)
    for query in (CLUB, ALL):
        shown = {"keep": [], "until": None, "seen": 0, "starts": [], "stops": [], "texts": ""}
        answer = parent.presses("sign", query, (), shown, name=NAME, day=TODAY)["mc-effect"]["children"]
        assert "receipt" not in spoken(answer).lower()
    assert "Receipt 1" not in parent.sees()


@pytest.mark.parametrize(("lang", "goes"), [("en", "lets them know that your child"), ("es", "sabrán también que su")])
def test_what_goes_along_is_said_at_the_boxes_and_before_signing(parent: Parent, lang: str, goes: str) -> None:
    query = CLUB | {"lang": lang}
    assert goes in parent.sees(**query)
    assert goes in spoken(parent.presses("preview", query, ["attendance"])["mc-effect"]["children"])
    assert goes not in spoken(parent.presses("preview", query, ["child"])["mc-effect"]["children"])


def test_after_signing_the_receipt_stands_alone(parent: Parent) -> None:
    answer = parent.signs(CLUB, ["attendance"])
    told = spoken(answer["mc-effect"]["children"])
    assert answer["mc-choice"]["children"] == [] and told.startswith("Your receipt")
    line = "The club sees, from The school: attendance and that your child goes there."
    assert f"May be seen from now on{line}" in told and "because an agreement allows itThe club sees, from" in told
    assert "Form “Sharing my child’s records”" in told
    again = parent.presses("preview", CLUB, ["attendance", "child"])
    assert "mc-choice" not in again, "what was checked stays while there is nothing signed"
    stop = spoken(parent.page(**ALL)["my-child-content"]["children"])
    assert "The club can see this without your yes, because an agreement allows it: grade" in stop


@pytest.mark.parametrize("lang", ["en", "es"])
def test_under_a_court_order_nothing_untrue_is_said(parent: Parent, lang: str) -> None:
    parent.signs(CLUB, ["attendance"])
    before = parent.presses("preview", CLUB, ["attendance", "child"])["mc-effect"]["children"]
    (shown,) = [one["props"]["data"] for one in before if one["type"] == "Store"]
    ordered(parent)
    told = {"en": "By what is on file", "es": "Por lo que consta"}[lang]
    for query in ({}, CLUB, ALL, {"view": "receipt", "n": "1"}):
        page = parent.page(**query, lang=lang)["my-child-content"]["children"]
        assert told in spoken(page) and not names_of(page), query
    assert "at any time on the page" not in parent.sees(view="receipt", n="1")
    start = parent.sees(lang=lang)
    for untrue in ("You decide", "Usted decide", "The club", "court", "order", "juez", "orden"):
        assert untrue not in start, untrue
    for act, kept in (("preview", None), ("sign", shown)):
        answer = parent.presses(act, CLUB | {"lang": lang}, ["attendance"], kept, name=NAME, day=TODAY)
        assert told in spoken(answer["mc-effect"]["children"]) and not names_of(answer)
    for view in ("record", "ask"):
        assert "The club" not in parent.sees(view=view, lang=lang)


def test_the_frame_is_in_the_language_of_the_page(parent: Parent) -> None:
    """Every page of a guardian's menu has its word."""
    english, spanish = parent.page()["mc-frame"]["data"], parent.page(lang="es")["mc-frame"]["data"]
    menu = _access.menu(Role.GUARDIAN)
    assert {path for _, path in menu} == set(english["links"]) == set(spanish["links"])
    assert {path: title for title, path in menu} == english["links"]
    assert (spanish["lang"], spanish["out"], spanish["skip"]) == ("es", "Salir", "Ir al contenido")
    assert not set(english["links"].values()) & set(spanish["links"].values())


def test_what_was_asked_for_stands_in_the_parents_words(parent: Parent) -> None:
    name = next(key for key in parent.site.app.callback_map if key.startswith("..mc-asked.children"))

    def asks(words: str) -> dict[str, Any]:
        parts = {"mc-ask-who": "school", "mc-ask-kind": "copy", "mc-ask-words": words}
        state: list[Any] = [{"id": one, "property": "value", "value": value} for one, value in parts.items()]
        state.append({"id": {"type": "query-store", "page": "my-child"}, "property": "data", "value": {}})
        inputs = [{"id": "mc-ask-send", "property": "n_clicks", "value": 1}]
        return parent.sent(name, inputs, state, "mc-ask-send.n_clicks")

    assert "You wrote: “The grades of June.”" in spoken(asks("The grades of June.")["mc-ask-list"]["children"])
    again = asks("")
    assert "mc-ask-list" not in again and "asked for this already" in spoken(again["mc-asked"]["children"])
