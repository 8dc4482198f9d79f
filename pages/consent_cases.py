"""Cases where parents disagree: which are open, who says what, and how one ends. For the backbone."""

from typing import Any

import dash
from dash import ALL as EVERY
from dash import Input, Output, State, callback, ctx, dcc, html, no_update

from catalog.naming import many
from components import consent_child as shown
from components import fields, shell, states
from components.consent_child import CASES, PATH
from data_access.consent_keeper import Changed, NotKept
from data_access.consent_registry import line_of
from data_access.disputes import CaseFile, Disputes
from pages import _consent_files, _tasks
from pages._session import current
from pages._site import local, site
from privacy.authorize import Refused
from privacy.consent import RELATIONSHIPS
from privacy.viewer import Role

PAGE, TITLE = "consent-case", "Cases where parents disagree"
LEAD = "While two people who may decide do not agree, nothing is shared of what they disagree about."
dash.register_page(
    __name__,
    path=CASES,
    name=TITLE,
    title=f"{TITLE} · Quorum",
    order=63,
    audience=frozenset({Role.BACKBONE}),
    unlisted=True,
)


def layout(n: str = "", **_: Any) -> Any:
    """Every case, or one."""
    book = Disputes(current())
    if not n:
        return every(book)
    try:
        found = book.one(int(n) if n.isdecimal() and len(n) < 16 else 0)
    except Refused as refusal:
        return shell.page(
            TITLE, "", states.no_such("case", [reason.text for reason in refusal.reasons], ("All cases", CASES))
        )
    slots = [
        dcc.Link("All cases", href=CASES),
        html.Div(now(book, found), id=f"{PAGE}-now"),
        html.Div(ways(found), id=f"{PAGE}-ways"),
        fields.said(PAGE),
        dcc.Store(id=f"{PAGE}-of", data=_store(found)),
    ]
    about = f"Child {found.case.child} · since {local(found.case.opened_at):%B %-d, %Y}"
    return shell.page(f"Case {found.case.number}", about, slots)


def every(book: Disputes) -> Any:
    """Open cases first, then those that have ended."""
    found = book.all()
    open_, ended = [one for one in found if one.ended is None], [one for one in found if one.ended is not None]
    title = many(len(open_), "case is open", "cases are open")
    zone = site().stores.time_zone
    none = html.P("No case is open: nobody who may decide stands against another.", className="note")
    content = [
        dcc.Link("All consents", href="/consents"),
        html.H2("Open"),
        shown.cases(open_, "Cases that wait, newest first", zone) if open_ else none,
        *([html.H2("Ended"), shown.cases(ended, "Cases that have ended, newest first", zone)] if ended else []),
    ]
    return shell.page(title, TITLE, content, lead=LEAD)


def now(book: Disputes, found: CaseFile) -> list[Any]:
    """Where the case stands, who stands against whom, and what else was said."""
    case, names, zone = found.case, book.members(), site().stores.time_zone
    lines = [line_of(one) for one in reversed(found.said)]
    against = [line for line in lines if line.number in found.odds]
    rest = [line for line in lines if line.number not in found.odds]
    state = (
        shown.ending(case.ended, zone)
        if case.ended
        else html.P("Open: nothing of this is shared.", className="standing")
    )
    standing = dict.fromkeys(found.odds, shown.STANDING["disputed"])
    told = [html.H2("Who stands against whom"), *shown.statements(against, standing, names, RELATIONSHIPS, zone)]
    more = [html.Summary(f"What else was said ({len(rest)})"), *shown.statements(rest, {}, names, RELATIONSHIPS, zone)]
    return [
        state,
        html.P(shown.child_link(case.child, "All consents of this child")),
        _consent_files.slot(),
        *(told if against else []),
        *([html.Details(more)] if rest else []),
    ]


def ways(found: CaseFile) -> list[Any]:
    """How an open case can end."""
    if found.case.ended is not None:
        return []
    child = found.case.child
    record = dcc.Link("record it at the desk", href=f"/consents/record?id={child}")
    order = dcc.Link("record the order", href=f"{PATH}?id={child}")
    listed = html.Ul(
        [
            html.Li(["One of them says something else: ", record, ". The case then ends by itself."]),
            html.Li(["A court has taken a right away: ", order, ". The case then ends by itself."]),
            html.Li("They go on disagreeing: close the case here. Nobody is overruled, and sharing stays refused."),
        ]
    )
    note = fields.long(PAGE, "note", "What was tried, and why it is closed", hint="10 to 1,000 characters.", rows=3)
    acts = html.Div(fields.button(PAGE, "close", "Close the case; sharing stays refused"), className="acts")
    return [html.H2("How it can end"), listed, html.Section([html.H3("Close it"), note, acts], className="form")]


def _store(found: CaseFile) -> dict[str, Any]:
    return {"case": found.case.number, "seen": found.seen}


@callback(
    Output(f"{PAGE}-now", "children"),
    Output(f"{PAGE}-ways", "children"),
    Output(f"{PAGE}-of", "data"),
    Output(f"{PAGE}-said", "children"),
    Input({"form": PAGE, "act": EVERY}, "n_clicks"),
    State({"form": PAGE, "field": EVERY}, "value"),
    State(f"{PAGE}-of", "data"),
    prevent_initial_call=True,
)
def close(clicks: list[int | None], typed: list[Any], store: Any) -> Any:
    """Close the case; where something was said meanwhile, show it and keep what was typed."""
    if not any(clicks) or not isinstance(store, dict):
        return (no_update,) * 4
    book, number = Disputes(current()), int(store.get("case") or 0)
    asked = fields.values(ctx.states_list[0], typed)
    try:
        book.close(number, str(store.get("seen")), str(asked.get("note") or ""))
    except Changed as refusal:
        found = book.one(number)
        drawn = ways(found) if found.case.ended else no_update
        return now(book, found), drawn, _store(found), fields.answer(str(refusal), good=False)
    except NotKept as refusal:
        return no_update, no_update, no_update, fields.answer(str(refusal), good=False)
    found = book.one(number)
    return now(book, found), ways(found), _store(found), fields.answer("Closed. Sharing stays refused.", good=True)


@_tasks.source
def waiting(session: Any) -> list[_tasks.Task]:
    """Cases that wait for the backbone."""
    if session.viewer.role is not Role.BACKBONE:
        return []
    count = Disputes(session).waiting()
    words = "In 1 case parents disagree" if count == 1 else f"In {count} cases parents disagree"
    return [_tasks.Task(f"{words} about sharing a child’s records.", CASES)] if count else []
