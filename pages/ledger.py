"""Ledger: every act, searched, filtered and exported; the chain checked now."""

from typing import Any

import dash
from dash import Input, Output, State, callback

from catalog.naming import many
from components import urlstate
from components.markup import html
from pages import _ledger
from privacy.viewer import Role

PAGE, PATH, TITLE = "ledger", "/ledger", "Ledger"
LEAD = "Who saw or changed what, when, what for, and under which agreement. Entries are added, never changed."
WHOLE = "Every one is as it was written, and none is missing."
AUDIENCE = frozenset({Role.BACKBONE})
dash.register_page(__name__, path=PATH, name=TITLE, title=f"{TITLE} · Quorum", order=85, audience=AUDIENCE)


def layout(**words: Any) -> Any:
    """The state of the chain, the filters, an empty slot; the address fills it."""
    verify = html.Button("Verify now", id=f"{PAGE}-verify", type="button", className="button-quiet")
    above = [
        html.Div(_ledger.chain(), id=f"{PAGE}-chain"),
        html.P([verify, html.Span(id=f"{PAGE}-verdict", role="status", className="note")], className="verify"),
    ]
    return _ledger.layout(PAGE, TITLE, LEAD, words, above)


@callback(
    Output(f"{PAGE}-content", "children"),
    urlstate.changed(PAGE),
    Input(f"{PAGE}-find", "n_clicks"),
    State(f"{PAGE}-words", "value"),
    State(f"{PAGE}-child", "value"),
)
def content(query: Any, _: Any, words: str | None, child: Any) -> Any:
    """One page of entries."""
    return _ledger.drawn(PATH, query, _ledger.wanted(query, words, child))


@callback(
    Output(f"{PAGE}-status", "children"),
    Output(f"{PAGE}-file", "data"),
    Input(f"{PAGE}-export", "n_clicks"),
    urlstate.state(PAGE),
    State(f"{PAGE}-words", "value"),
    State(f"{PAGE}-child", "value"),
    prevent_initial_call=True,
)
def export(_: Any, query: Any, words: str | None, child: Any) -> Any:
    """The entries as a file."""
    return _ledger.exported(_ledger.wanted(query, words, child))


@callback(
    Output(f"{PAGE}-chain", "children"),
    Output(f"{PAGE}-verdict", "children"),
    Input(f"{PAGE}-verify", "n_clicks"),
    prevent_initial_call=True,
)
def verify(_: Any) -> Any:
    """Walk the whole chain."""
    found = _ledger.reader().verify()
    result = found.why or " ".join(filter(None, [WHOLE, found.behind]))
    told = f" {many(found.rows, 'entry', 'entries')} checked. {result}"
    return _ledger.chain(), told
