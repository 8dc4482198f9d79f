"""The frame around every page: rail or top menu, title, context line, filters, content, notes."""

from collections.abc import Sequence
from typing import Any

import dash
from dash import ClientsideFunction, Dash, Input, Output, clientside_callback, dcc, html

from components.markup import running

Menu = Sequence[tuple[str, str]]


def frame(menu: Menu, *, community: str, person: str, organization: str, looking: str = "") -> html.Div:
    """The whole application: the rail with the pages of this role on the left, the page itself beside it.

    menu: (title, path) in order; person and organization: who is signed in, also the stamp on printed pages. looking:
    as whom somebody looks, with the way back.
    """
    stamp = organization + (f" ({looking})" if looking else "")
    return html.Div(
        [
            html.Header(
                [
                    html.Div(
                        [
                            html.Span("Quorum", className="rail-product"),
                            html.Span(community, className="rail-community"),
                        ],
                        className="rail-brand",
                    ),
                    html.Button("Menu", id="menu-button", className="menu-button", **_menu_button()),
                    html.Div([_navigation(menu), _person(person, organization)], id="menu", className="rail-menu"),
                ],
                className="rail",
            ),
            html.Main(
                [*_looking(looking), dash.page_container, _stamp(person, stamp)],
                id="main",
                className="main",
                tabIndex=-1,
            ),
            html.Div(id="arrived", hidden=True),
        ],
        className="frame",
    )


def spoken(output: Output, words: Input) -> None:
    """Put the frame into another language while a page in it is shown; words: of `components.family.frame`.
    `assets/shell.js`."""
    clientside_callback(ClientsideFunction("shell", "speak"), output, words)


def _looking(seen: str) -> list[Any]:
    """What is shown is another person's view: say so above every page, with the way back."""
    if not seen:
        return []
    back = html.Form(
        html.Button("Back to my own view", type="submit", className="button-quiet"), action="/view-as", method="POST"
    )
    told = html.P(
        [html.Strong(f"These pages are {seen}. "), "You can look; nothing can be saved, downloaded or changed."]
    )
    return [html.Section([told, back], className="viewing", **{"aria-label": "Looking as somebody else"})]


def page(
    title: str,
    context: str,
    content: Any,
    *,
    filters: Sequence[Any] = (),
    notes: Sequence[Any] = (),
    aside: str = "Notes",
    lead: str | None = None,
    parts: Sequence[Any] = (),
) -> html.Article:
    """One page.

    title: the one h1; context: place · population · period · as of; filters: labelled native controls, at most four;
    notes: right column from 1,280 px, below otherwise; aside: its heading; parts: stores and the like, without looks.
    """
    head = [
        html.H1(title, id="page-title", tabIndex=-1),
        html.P(running(context), id="page-context", className="context"),
    ]
    if lead:
        head.append(html.P(lead, className="lead"))
    body = [html.Div(content, className="content")]
    if notes:
        body.append(html.Aside([html.H2(aside, className="notes-title"), *notes], className="notes"))
    row = [html.Div(list(filters), className="filters", role="group", **{"aria-label": "Filters"})] if filters else []
    return html.Article([*head, *row, html.Div(body, className="columns"), *parts], className="page")


def _navigation(menu: Menu) -> html.Nav:
    links = [html.Li(dcc.Link(title, href=path, className="rail-link")) for title, path in menu]
    return html.Nav(html.Ul(links), **{"aria-label": "Pages"})


def _menu_button() -> dict[str, str]:
    return {"type": "button", "aria-expanded": "false", "aria-controls": "menu"}


def _person(person: str, organization: str) -> html.Div:
    """Who is signed in, and the way out: a form, because leaving changes something."""
    out = html.Form(html.Button("Sign out", type="submit", className="rail-out"), action="/sign-out", method="POST")
    return html.Div(
        [html.Span(person, className="rail-person"), html.Span(organization, className="rail-organization"), out],
        className="rail-foot",
    )


def _stamp(person: str, organization: str) -> html.P:
    """On paper only: who printed it; the browser adds the date."""
    return html.P(
        [
            f"Printed by {person}, {organization}, on ",
            html.Span(id="print-date"),
            " from ",
            html.Span(id="print-address"),
        ],
        className="stamp",
    )


def register(app: Dash) -> None:
    """Add the clientside callback that marks the current page and gives its title the focus; `assets/shell.js`."""
    app.clientside_callback(
        ClientsideFunction("shell", "arrived"), Output("arrived", "children"), Input("_pages_store", "data")
    )
