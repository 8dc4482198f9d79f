"""An emergency's form says at once, over each field, what is missing; nothing typed is taken away."""

import json
from typing import Any

from privacy.viewer import Role
from tests.pages.conftest import Reader, outputs, spoken
from tests.support import web

FIELDS = ("first", "last", "born", "elements", "reason", "threat", "told")


def press(reader: Reader, typed: dict[str, Any]) -> dict[str, Any]:
    """What the page answers to “Open for three hours”: id -> component."""
    name = next(key for key in reader.site.app.callback_map if "emergency-child.children" in key)
    button = {"act": "open", "form": "emergency"}
    rooms = [{"id": {"form": "emergency", "lack": field}, "property": "children"} for field in FIELDS]
    ids = [{"form": "emergency", "field": field} for field in FIELDS]
    body = {
        "output": name,
        "outputs": [*outputs(name)[:3], rooms],
        "inputs": [[{"id": button, "property": "n_clicks", "value": 1}], []],
        "state": [[{"id": i, "property": "value", "value": typed.get(i["field"])} for i in ids]],
        "changedPropIds": [f"{json.dumps(button, separators=(',', ':'))}.n_clicks"],
    }
    sent = reader.site.callback(reader.client, body)
    assert sent.status_code == 200, sent.text
    return {key: props["children"] for key, props in json.loads(sent.text)["response"].items()}


def test_every_missing_field_is_named_over_itself_and_over_the_form(site: web.Web) -> None:
    partner = Reader(site, site.browser(Role.PARTNER))
    told = press(partner, {})
    words = {json.loads(key)["lack"]: spoken(part) for key, part in told.items() if key.startswith("{")}
    assert set(words) == set(FIELDS) and all(words.values()) and "birth date" in words["born"]
    assert all(text in spoken(told["emergency-said"]) for text in words.values())
    assert set(told) == {"emergency-said", *(key for key in told if key.startswith("{"))}, "the form stays as it is"
    some = press(partner, {"first": "Ada", "last": "Quill", "born": "2015-02-30", "reason": "short"})
    lacking = {json.loads(key)["lack"] for key, part in some.items() if key.startswith("{") and part}
    assert lacking == {"born", "elements", "reason", "threat", "told"}
