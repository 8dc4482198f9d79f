"""Filters: labelled native controls whose values stand in the address (see components/urlstate.py)."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, State, clientside_callback, dcc, html

from components import urlstate

Options = Mapping[str, str]


def dom_id(identity: Mapping[str, Any]) -> str:
    """The id a dictionary id has in the browser, for labels and fragments."""
    return json.dumps(dict(identity), sort_keys=True, separators=(",", ":"))


def choice(
    page: str, key: str, label: str, options: Options, value: str, width: str = "", nothing: str = "None"
) -> html.Div:
    """A drop-down with its label above it; nothing: what it says while no value is chosen."""
    identity = urlstate.control(page, key)
    return html.Div(
        [
            html.Label(label, htmlFor=dom_id(identity)),
            dbc.Select(id=identity, options=listing(options), value=value, placeholder=nothing),
        ],
        className=f"filter {width}".strip(),
    )


def plain_choice(identity: str, label: str) -> html.Div:
    """A drop-down that sets another control and does not stand in the address itself."""
    return html.Div(
        [html.Label(label, htmlFor=identity), dbc.Select(id=identity, options=[], value="", placeholder="Choose…")],
        className="filter",
    )


def adding(page: str, key: str) -> None:
    """Let the drop-down `<page>-add` put its place among the chips of a key; call once where the page is defined."""
    chips_, add = urlstate.choices(page, key), f"{page}-add"
    clientside_callback(
        ClientsideFunction("panels", "add"),
        [Output(chips_, "value"), Output(add, "value")],
        Input(add, "value"),
        State(chips_, "value"),
        prevent_initial_call=True,
    )


def nearest(page: str, levels: Mapping[str, Options]) -> dcc.Store:
    """What `following` goes by: outcome -> level -> the nearest level at which it is open."""
    return dcc.Store(id=f"{page}-nearest", data={name: dict(near) for name, near in levels.items()})


def following(page: str) -> None:
    """Let the level go to the nearest open one when another outcome is chosen; call once where the page is defined."""
    clientside_callback(
        ClientsideFunction("urlstate", "follow"),
        Output(urlstate.control(page, "level"), "value"),
        Input(urlstate.control(page, "i"), "value"),
        State(urlstate.control(page, "level"), "value"),
        State(f"{page}-nearest", "data"),
        prevent_initial_call=True,
    )


def inline(page: str, key: str, label: str, options: Options, value: str, nothing: str = "") -> html.Span:
    """A drop-down inside a sentence; its label is read, not seen."""
    identity = urlstate.control(page, key)
    return html.Span(
        [
            html.Label(label, htmlFor=dom_id(identity), className="visually-hidden"),
            dbc.Select(id=identity, options=listing(options), value=value, placeholder=nothing),
        ],
        className="inline-choice",
    )


def steps(page: str, key: str, label: str, options: Options, value: str, closed: Collection[str] = ()) -> html.Div:
    """A short row of steps of which one is chosen, such as school years below a map; closed: see `listing`."""
    return _group(
        label,
        "steps",
        dbc.RadioItems(id=urlstate.control(page, key), options=listing(options, closed), value=value, inline=True),
    )


def chips(page: str, key: str, label: str, options: Options, values: Sequence[str]) -> html.Div:
    """Several of a few, each a chip that is on or off."""
    identity = urlstate.choices(page, key)
    return _group(label, "chips", dbc.Checklist(id=identity, options=listing(options), value=list(values), inline=True))


def more(label: str, controls: Sequence[Any]) -> html.Details:
    """Filters that are seldom needed, closed at first."""
    return html.Details([html.Summary(label), html.Div(list(controls), className="more-filters")], className="more")


def listing(options: Options, closed: Collection[str] = ()) -> list[dict[str, Any]]:
    """Options as the controls take them; closed: those that cannot be chosen now."""
    return [
        {"label": title, "value": code} | ({"disabled": True} if code in closed else {})
        for code, title in options.items()
    ]


def with_current(options: Options, code: str, titles: Options) -> dict[str, str]:
    """Options with the chosen one among them, even where it is not offered, so that a reader sees what is asked."""
    return dict(options) if code in options or not code else {**options, code: titles.get(code, f"“{code}”: not known")}


def _group(label: str, look: str, control: Any) -> html.Div:
    return html.Div(
        [html.Span(label, className="filter-label"), control],
        role="group",
        className=f"filter {look}",
        **{"aria-label": label},
    )
