"""Who used our data: a contributor's part of the ledger."""

from typing import Any

import dash
from dash import Input, Output, State, callback

from components import urlstate
from pages import _ledger
from privacy.viewer import Role

PAGE, PATH, TITLE = "our-data", "/our-data", "Who used our data"
LEAD = "Who saw numbers or records made from what your organization brought in, when, and what for."
AUDIENCE = frozenset({Role.PARTNER})
dash.register_page(__name__, path=PATH, name=TITLE, title=f"{TITLE} · Quorum", order=85, audience=AUDIENCE)


def layout(**words: Any) -> Any:
    """The filters and an empty slot; the address fills it."""
    return _ledger.layout(PAGE, TITLE, LEAD, words)


@callback(
    Output(f"{PAGE}-content", "children"),
    urlstate.changed(PAGE),
    Input(f"{PAGE}-find", "n_clicks"),
    State(f"{PAGE}-words", "value"),
)
def content(query: Any, _: Any, words: str | None) -> Any:
    """One page of entries."""
    return _ledger.drawn(PATH, query, _ledger.wanted(query, words))


@callback(
    Output(f"{PAGE}-status", "children"),
    Output(f"{PAGE}-file", "data"),
    Input(f"{PAGE}-export", "n_clicks"),
    urlstate.state(PAGE),
    State(f"{PAGE}-words", "value"),
    prevent_initial_call=True,
)
def export(_: Any, query: Any, words: str | None) -> Any:
    """The entries as a file."""
    return _ledger.exported(_ledger.wanted(query, words))
