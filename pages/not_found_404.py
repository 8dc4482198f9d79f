"""Shown by Dash's router for an address without a page; itself a page for nobody."""

from typing import Any

import dash

from pages._access import not_found

dash.register_page(__name__, path="/not-found", title="No such page", audience=frozenset())


def layout(**_: Any) -> Any:
    """The state that says so."""
    return not_found()
