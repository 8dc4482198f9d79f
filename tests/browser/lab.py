"""A page that only tests have: every kind of control, slow and failing answers. Served by `create_server`."""

import os
import time
from datetime import datetime, timedelta
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, callback, dcc, html
from flask import Flask

import app
from catalog.terms import UnknownTerm
from components import shell, states, theme, urlstate
from pages import _access
from privacy.authorize import Reason, Refused
from settings import Settings
from tests.support.web import OPENED

YEARS = {"2022-23": "2022–23", "2023-24": "2023–24", "2024-25": "2024–25"}
PEERS = {"T01": "Ashford", "T02": "Birch Hill", "T03": "Cedar Grove"}
DEFAULTS = {"year": "2024-25", "peers": "T01", "word": "", "answer": "plain"}
ANSWERS = {
    "plain": "right away",
    "chart": "with a chart",
    "slow": "after a second",
    "refused": "refused",
    "fault": "with a fault",
}


def layout(**query: Any) -> Any:
    """Controls, content that says what it was asked, and room to scroll."""
    query = urlstate.clean(query, DEFAULTS)
    return shell.page(
        "Laboratory",
        "Nowhere · nobody · never",
        [html.Div(id="lab-content"), html.Div(style={"height": "1500px"}), dcc.Link("Start over", href="/lab")],
        filters=_filters(query),
        notes=[html.P("A note.")],
        parts=[urlstate.store("lab", query, DEFAULTS)],
    )


def _filters(query: dict[str, str]) -> list[Any]:
    year = dbc.Select(id=urlstate.control("lab", "year"), value=query["year"], options=_options(YEARS))
    word = dbc.Input(id=urlstate.control("lab", "word"), value=query["word"], debounce=True)
    answer = dbc.Select(id=urlstate.control("lab", "answer"), value=query["answer"], options=_options(ANSWERS))
    peers = dbc.Checklist(
        id=urlstate.choices("lab", "peers"), value=urlstate.split(query["peers"]), options=_options(PEERS), inline=True
    )
    named = {"Year": year, "Word": word, "Answer": answer}
    return [html.Label([name, part]) for name, part in named.items()] + [
        html.Fieldset([html.Legend("Peers", className="filter-label"), peers])
    ]


def _options(names: dict[str, str]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in names.items()]


def content(query: dict[str, str]) -> Any:
    """Says what was asked, in the manner that was asked for."""
    if query.get("answer") == "slow":
        time.sleep(1)
    if query.get("answer") == "refused":
        raise Refused([Reason("“License” does not include: gender. The backbone organization can add it.")])
    if query.get("answer") == "fault":
        raise RuntimeError("Tamsin Quillfeather")
    words = ", ".join(f"{key}={query.get(key, '')}" for key in sorted(DEFAULTS))
    said = html.P(words, id="lab-words")
    return [said, _chart()] if query.get("answer") == "chart" else said


def _chart() -> dcc.Graph:
    figure = {"data": [{"type": "bar", "x": [3, 5], "y": ["a", "b"], "orientation": "h"}], "layout": theme.layout()}
    return dcc.Graph(figure=figure, config=theme.CONFIG, style={"height": "160px"})


def gallery(**_: Any) -> Any:
    """Every state beside the others."""
    shown = [
        states.empty("“Chronic absence” in Cedar Grove", "/lab"),
        states.refused(["“License” does not include: gender. The backbone organization can add it."] * 2),
        states.not_offered("Too many areas would be hidden by race and ethnicity.", ("the same by town", "/lab")),
        states.unknown_words([(UnknownTerm("indicator", "nope", ("chronic_absence", "third_grade_reading")), ())]),
        states.no_publication("Nothing has been published yet. The backbone organization publishes."),
        states.error("1f2e3d4c"),
    ]
    return shell.page("States", "What stands in the place of what is not there", shown, notes=[html.P("A note.")])


def register() -> None:
    """Add the pages and the callbacks to the application that is being made."""
    for name, path, draw in (("lab", "/lab", layout), ("gallery", "/gallery", gallery)):
        dash.register_page(f"tests.{name}", path=path, name=name.title(), order=99, layout=draw, audience=_access.ALL)
    callback(Output("lab-content", "children"), urlstate.changed("lab"))(content)
    callback(Output({"kind": "unused", "n": ALL}, "children"), Input({"kind": "none", "n": ALL}, "value"))(list)


def clock() -> datetime:
    """Time of the tests: always in the same year, so that agreements do not run out."""
    return OPENED + timedelta(seconds=time.monotonic() - STARTED)


STARTED = time.monotonic()


def create_server() -> Flask:
    """The demo with the laboratory."""
    guard = _access.guard_layouts
    _access.guard_layouts = lambda: (register(), guard())  # type: ignore[assignment]
    return app.make_app(Settings.load(os.environ), now=clock).server
