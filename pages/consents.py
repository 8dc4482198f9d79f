"""Consents: how the register stands, what is on file, what is missing or expires, how many agree."""

from typing import Any

import dash
from dash import ALL as EVERY
from dash import Input, Output, State, callback, ctx, dcc, html, no_update

from catalog.naming import many
from catalog.terms import purposes
from components import consents as shown
from components import fields, shell
from components.consent_child import CASES
from data_access.consent_keeper import NotKept
from data_access.consent_registry import KINDS, ConsentRegistry
from pages._session import current
from pages._site import local
from privacy.consent import RELATIONSHIPS
from privacy.viewer import Role

PAGE, PATH, TITLE = "consents", "/consents", "Consents"
FIND, COVER = "consent-find", "consent-coverage"
COVERAGE = "coverage"
DAYS = {"90": "90 days", "60": "60 days", "30": "30 days"}
dash.register_page(
    __name__,
    path=PATH,
    name=TITLE,
    title=f"{TITLE} · Quorum",
    order=60,
    audience=frozenset({Role.BACKBONE, Role.PARTNER}),
)


def layout(view: str = "", **_: Any) -> Any:
    """What the register says, the ways to the desk and to cases, and one view of it."""
    book = ConsentRegistry(current())
    scope = "Every statement of the community" if book.everything else "Statements about your own children"
    parts = [
        html.P(id=f"{PAGE}-told", className="lead", role="status"),
        ways(book, view),
        VIEWS.get(view, finding)(book),
    ]
    title = html.Span(TITLE, id=f"{PAGE}-finding")
    return shell.page(title, scope, parts)  # type: ignore[arg-type]


def ways(book: ConsentRegistry, view: str) -> Any:
    """The views of this page, then the desk and the cases."""
    here = {"": "What is on file", COVERAGE: "How many agree, and who"}
    shown_now = view if view in VIEWS else ""
    links = [
        html.Span(title, **{"aria-current": "page"})
        if code == shown_now
        else dcc.Link(title, href=f"{PATH}?view={code}" if code else PATH)
        for code, title in here.items()
    ]
    links.append(dcc.Link("Record a signed form", href=f"{PATH}/record"))
    if book.everything:
        links.append(dcc.Link("Cases where parents disagree", href=CASES))
    return html.Nav(html.Ul([html.Li(link) for link in links]), className="views", **{"aria-label": "Consents"})


def finding(_: ConsentRegistry) -> Any:
    """Search; nothing is listed before it is asked for, because every child listed is on the ledger."""
    grid = [
        fields.choice(FIND, "kind", "Which", KINDS, "all"),
        fields.choice(FIND, "days", "Expiring within", DAYS, "90", "For the expiring ones and the renewal list"),
        fields.line(FIND, "words", "Signed by, or number of a child", most=100, hint="A roster’s number or ours"),
    ]
    acts = [
        fields.button(FIND, "list", "List", "button-main"),
        fields.button(FIND, "file", "Download the renewal list (CSV)"),
    ]
    parts = [
        html.H2("What is on file", className="visually-hidden"),
        html.Div(grid, className="form-grid"),
        fields.said(FIND),
    ]
    form_ = html.Section([*parts, html.Div(acts, className="acts")], className="form")
    return html.Div([form_, html.Div(id=f"{FIND}-found"), dcc.Download(id=f"{FIND}-download")])


def covering(book: ConsentRegistry) -> Any:
    """How many consents stand for a recipient and purpose."""
    grid = [
        fields.choice(COVER, "recipient", "To whom", book.members()),
        fields.choice(COVER, "purpose", "What for", purposes()),
    ]
    body = [
        html.H2("How many agree, and who", className="visually-hidden"),
        html.Div(grid, className="form-grid"),
        fields.said(COVER),
    ]
    acts = html.Div(fields.button(COVER, "count", "Count", "button-main"), className="acts")
    return html.Div([html.Section([*body, acts], className="form"), html.Div(id=f"{COVER}-found")])


VIEWS = {"": finding, COVERAGE: covering}


@callback(
    Output(f"{PAGE}-finding", "children"),
    Output(f"{PAGE}-told", "children"),
    Input(f"{PAGE}-finding", "id"),
)
def standing(_: str) -> Any:
    """The finding; counted after the page is there, because a large register takes its time."""
    return shown.finding(ConsentRegistry(current()).standing())


def _asked(states: Any) -> dict[str, Any]:
    return fields.values(states, [one.get("value") for one in states])


@callback(
    Output(f"{FIND}-found", "children"),
    Output(f"{FIND}-download", "data"),
    Output(f"{FIND}-said", "children"),
    Input({"form": FIND, "act": EVERY}, "n_clicks"),
    State({"form": FIND, "field": EVERY}, "value"),
    prevent_initial_call=True,
)
def find(clicks: list[int | None], _: list[Any]) -> Any:
    """The statements, or the renewal list as a file."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update, no_update, no_update
    asked, book = _asked(ctx.states_list[0]), ConsentRegistry(current())
    kind, words = str(asked.get("kind") or ""), str(asked.get("words") or "")[:100]
    days = int(asked["days"]) if asked.get("days") in DAYS else 90
    if ctx.triggered_id["act"] == "file":
        return no_update, *renewal(book, words, days)
    if kind not in KINDS:
        return no_update, no_update, fields.answer("Choose what to list.", False)
    found, total = book.search(kind, words, days)
    return shown.lines(found, total, book.members(), RELATIONSHIPS), no_update, None


def renewal(book: ConsentRegistry, words: str, days: int) -> tuple[Any, Any]:
    """The file and what is said; it leaves only if the ledger took its entry."""
    names = book.members()
    try:
        content, rows, entry = book.renewal(words, days, lambda lines: shown.renewal(lines, names))
    except NotKept as refusal:
        return no_update, fields.answer(str(refusal), False)
    name = f"renewals-{book.today.isoformat()}.csv"
    told = f"Saved {many(rows, 'consent')} to renew as {name}. Ledger entry {entry}."
    return dcc.send_bytes(content, name), fields.answer(told, True)


@callback(
    Output(f"{COVER}-found", "children"),
    Output(f"{COVER}-said", "children"),
    Input({"form": COVER, "act": EVERY}, "n_clicks"),
    State({"form": COVER, "field": EVERY}, "value"),
    prevent_initial_call=True,
)
def count(clicks: list[int | None], _: list[Any]) -> Any:
    """Coverage and the consent-bias meter."""
    if not any(clicks):
        return no_update, no_update
    asked, book = _asked(ctx.states_list[0]), ConsentRegistry(current())
    recipient, purpose = asked.get("recipient"), asked.get("purpose")
    if recipient not in book.members() or purpose not in purposes():
        return no_update, fields.answer("Choose to whom and what for.", False)
    found = book.coverage(recipient, purpose)
    parts = (found.contributors, found.towns, book.members(), book.towns(), local(found.as_of).date())
    return [*shown.balance(found.differences), *shown.coverage(*parts)], None
