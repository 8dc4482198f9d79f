"""Content pages on an invented publication, asked the way the browser asks: through the router and the callbacks."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from privacy.viewer import Role
from tests.support import invented, web

# Two towns and their county are published so that the two hidden towns together must be this many children.
PLANTED = 7331
SERVED = ("children_served", "2024-25", "town")
FIXED = {
    (*SERVED, "T03"): {"symbol": "c"},
    (*SERVED, "T04"): {"symbol": "c"},
}
# Everybody who took this test has an address.
NOBODY = {("eighth_grade_math", year, "town", "unknown"): {"symbol": "z"} for year in invented.YEARS}


def planted() -> invented.Community:
    """The county with two hidden towns whose sum is PLANTED."""
    places, layers = invented.grid()
    made = invented.Community(places, layers, fixed=FIXED | NOBODY)
    frame = made.cells()
    keys = (frame["indicator"] == SERVED[0]) & (frame["period"] == SERVED[1]) & (frame["view"] == SERVED[2])
    shown = int(frame.loc[keys & (frame["level"] == "town"), "count"].sum())
    whole = {"n": shown + PLANTED, "count": shown + PLANTED, "symbol": ""}
    return invented.Community(places, layers, fixed=FIXED | NOBODY | {(*SERVED, "C1"): whole})


@dataclass
class Reader:
    """Somebody of one role in front of the pages."""

    site: web.Web
    client: FlaskClient

    def layout(self, path: str, search: str = "") -> Any:
        """What the router gives for an address."""
        return self.site.page(self.client, path, search)

    def answer(self, page: str, query: dict[str, Any]) -> dict[str, Any]:
        """What the page's callback gives for a query: `id.property` -> value; ids of patterns as `type/key`."""
        name = next(key for key in self.site.app.callback_map if key.startswith(f"..{page}-content.children"))
        body = {
            "output": name,
            "outputs": outputs(name),
            "inputs": [{"id": {"type": "query-store", "page": page}, "property": "data", "value": query}],
            "changedPropIds": [f'{{"page":"{page}","type":"query-store"}}.data'],
        }
        sent = self.site.callback(self.client, body)
        assert sent.status_code == 200, sent.text
        found = json.loads(sent.text)["response"]
        return {f"{part}.{prop}": value for part, props in found.items() for prop, value in props.items()}

    def press(self, panel: str, form: str, spec: dict[str, Any]) -> tuple[Any, bytes]:
        """Press a download button: what the status says, and the bytes that leave (none: empty)."""
        name = next(key for key in self.site.app.callback_map if '"type":"download-file"' in key)
        identity = {"form": form, "panel": panel, "type": "download"}
        body = {
            "output": name,
            "outputs": [
                {"id": {"type": "download-status", "panel": panel}, "property": "children"},
                {"id": {"type": "download-file", "panel": panel}, "property": "data"},
            ],
            "inputs": [[{"id": identity, "property": "n_clicks", "value": 1}]],
            "state": [{"id": {"type": "download-spec", "panel": panel}, "property": "data", "value": spec}],
            "changedPropIds": [f"{json.dumps(identity, sort_keys=True, separators=(',', ':'))}.n_clicks"],
        }
        sent = self.site.callback(self.client, body)
        assert sent.status_code == 200, sent.text
        found = json.loads(sent.text)["response"]
        values = {key: next(iter(props.values())) for key, props in found.items()}
        data = next((value for key, value in values.items() if "download-file" in key), None)
        status = next((value for key, value in values.items() if "download-status" in key), None)
        return status, base64.b64decode(data["content"]) if data else b""


def outputs(name: str) -> list[dict[str, Any]]:
    """The outputs a browser would send for a callback."""
    parts = name.strip(".").split("...")
    found = [part.rpartition(".") for part in parts]
    return [{"id": json.loads(i) if i.startswith("{") else i, "property": prop} for i, _, prop in found]


def decoded(value: Any) -> Any:
    """The same with plotly's binary arrays and our drawings spelled out, so that a search finds what is in them."""
    if isinstance(value, dict):
        if "bdata" in value:
            return np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"]).tolist()
        return {key: decoded(part) for key, part in value.items()}
    if isinstance(value, list):
        return [decoded(part) for part in value]
    if isinstance(value, str) and value.startswith("data:image/svg+xml;base64,"):
        return base64.b64decode(value.partition(",")[2]).decode()
    return value


def texts(value: Any) -> Iterator[str]:
    """Every text and number anywhere in a component."""
    if isinstance(value, dict):
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)
    elif value is not None:
        yield str(value)


def spoken(part: Any) -> str:
    """What a reader sees of a component: its text alone, put together."""
    if isinstance(part, dict) and part.get("type") == "Rows":
        return "".join(map("".join, body(part)))
    if isinstance(part, dict):
        return spoken(part.get("props", {}).get("children"))
    return "".join(map(spoken, part)) if isinstance(part, list) else "" if part is None else str(part)


def body(rows: Any) -> list[list[str]]:
    """What a reader sees in the rows of a table: headings and values."""
    values = [[value["text"] + value.get("of", "") for value in row["values"]] for row in rows["props"]["rows"]]
    return [[*row["heads"], *told] for row, told in zip(rows["props"]["rows"], values, strict=True)]


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> web.Web:
    """The application on the planted publication, with a person for every role."""
    stores = invented.published(tmp_path_factory.mktemp("pages"), planted())
    web.add_people(stores)
    return web.make(stores.home, stores)


@pytest.fixture(scope="package")
def funder(site: web.Web) -> Reader:
    """A funder."""
    return Reader(site, site.browser(Role.FUNDER))


@pytest.fixture(scope="package")
def backbone(site: web.Web) -> Reader:
    """Somebody of the backbone organization."""
    return Reader(site, site.browser(Role.BACKBONE))
