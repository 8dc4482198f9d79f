"""The URL is the state: what a reader has chosen stands in the address, in codes only.

How a page uses it::

    from components import urlstate

    def layout(**query):
        query = urlstate.clean(query, defaults())          # {"i": "chronic_absence", "year": "2024-25", "peers": ""}
        year = dbc.Select(id=urlstate.control("compare", "year"), value=query["year"], options=...)
        peers = urlstate.split(query["peers"])
        chips = dbc.Checklist(id=urlstate.choices("compare", "peers"), value=peers, options=...)
        return shell.page(..., filters=[...], parts=[urlstate.store("compare", query, defaults())])

    @callback(Output("compare-content", "children"), urlstate.changed("compare"))
    def content(query):                                     # the same dictionary, at the start and after each change
        return draw(current().report(ReportSpec.from_query(query)))

- Every choice is a labelled control with a `value`: `control` for one value, `choices` for a list. A click on a map or
  a chart that chooses something sets the `value` of such a control (as the Output of a callback); nothing else writes
  the address.
- When a control changes, the browser pushes the address, the page's store receives the new query, and the callbacks
  that listen to `changed(page)` run once. The controls stay as they are: focus and scroll position are kept.
- Back, Forward and links to the same page put the values of the address, or the defaults, into the controls; a reload
  builds the layout from the address. Keys without a control (from a link) stay in the query until the address changes.
- Values are strings; a list is joined with commas, so codes have no commas. Where a default is chosen away to nothing,
  the key stands empty in the address (`peers=`).
- One store a page; its name is the page's and part of all the ids.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, dcc, html

STORE, CONTROL = "query-store", "query-control"
# Longer values are not ours.
LONGEST = 2000


def store(page: str, query: Mapping[str, str], defaults: Mapping[str, str] | None = None) -> html.Div:
    """The store a page's callbacks listen to, filled with the query the page opened with."""
    known = {"data-query": json.dumps(dict(query)), "data-query-defaults": json.dumps(dict(defaults or {}))}
    return html.Div(
        dcc.Store(id={"type": STORE, "page": page}, data=dict(query)),
        hidden=True,
        **{"data-query-page": page, **known},
    )


def control(page: str, key: str) -> dict[str, Any]:
    """Id of a control with one value for a key of the address."""
    return {"type": CONTROL, "page": page, "key": key, "many": False}


def choices(page: str, key: str) -> dict[str, Any]:
    """Id of a control with a list of values for a key of the address."""
    return {"type": CONTROL, "page": page, "key": key, "many": True}


def changed(page: str) -> Input:
    """Input of a callback that runs when the page opens and after every choice; gives the query as a dictionary."""
    return Input({"type": STORE, "page": page}, "data")


def state(page: str) -> State:
    """The query as a State, for callbacks with another trigger."""
    return State({"type": STORE, "page": page}, "data")


def clean(query: Mapping[str, Any], defaults: Mapping[str, str] | None = None) -> dict[str, str]:
    """The query `layout(**query)` received, as strings over the defaults; of a repeated key the last counts."""
    flat = {key: value[-1] if isinstance(value, list) and value else value for key, value in query.items()}
    given = {key: value[:LONGEST] for key, value in flat.items() if isinstance(value, str)}
    return dict(defaults or {}) | given


def split(value: str | None) -> list[str]:
    """The values of a key that holds a list."""
    return [part for part in (value or "").split(",") if part]


def link(path: str, query: Mapping[str, str | Sequence[str]]) -> str:
    """Address of a page with these choices."""
    words = {key: value if isinstance(value, str) else ",".join(value) for key, value in query.items()}
    text = urlencode({key: value for key, value in words.items() if value}, safe=",/")
    return f"{path}?{text}" if text else path


def register(app: Dash) -> None:
    """Add the one clientside callback to an app; `assets/urlstate.js` holds it."""
    app.clientside_callback(
        ClientsideFunction("urlstate", "changed"),
        Output({"type": STORE, "page": MATCH}, "data"),
        Input({"type": CONTROL, "page": MATCH, "key": ALL, "many": ALL}, "value"),
        State({"type": STORE, "page": MATCH}, "data"),
        prevent_initial_call=True,
    )
