"""Requests: families ask for corrections and copies; contributors answer by the day they are due."""

from datetime import date
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, ctx, no_update

from catalog.naming import many
from components import shell
from components.filters import dom_id
from components.markup import Element, html
from data_access.agreements import NotRecorded
from data_access.family_requests import FamilyRequest, FamilyTasks
from pages import _tasks
from pages._session import current
from pages._site import local
from privacy.viewer import Role

PATH, TITLE = "/tasks", "Families’ requests"
LEAD = "A family has the right to an answer within 45 days. What you write is shown to them as it stands."
AUDIENCE = frozenset({Role.PARTNER, Role.BACKBONE})
KINDS = {"correction": "Correction", "copy": "Copy of the records"}
STATES = {"done": "Done", "declined": "Not done"}
dash.register_page(__name__, path=PATH, name=TITLE, title=f"{TITLE} · Quorum", order=74, audience=AUDIENCE)


def layout(**_: Any) -> Any:
    """Open requests by the day they are due, then the answered ones."""
    content = [
        html.Div(listed(FamilyTasks(current())), id="tasks-list", className="family"),
        html.P(id="tasks-said", role="status"),
    ]
    return shell.page(TITLE, "Corrections and copies that families asked for", content, lead=LEAD)


def listed(staff: FamilyTasks) -> list[Any]:
    """Every request."""
    found = staff.requests()
    answered = [one for one in found if one.state != "open"]
    open_ = [waits(one, staff.today) for one in found if one.state == "open"]
    done = [html.Section([html.H2("Answered"), *map(answered_line, answered)])] if answered else []
    return [html.H2("Open"), *(open_ or [html.P("No request waits for an answer.")]), *done]


def waits(one: FamilyRequest, today: date) -> Element:
    """An open request with the form to answer it."""
    late = " It is overdue." if one.due_on < today else ""
    identity = {"type": "task-note", "request": one.id}
    buttons = [
        html.Button(
            label,
            id={"type": "task-do", "act": act, "request": one.id, "seen": one.seen},
            type="button",
            className=look,
        )
        for act, label, look in (("done", "Done", "button-main"), ("declined", "Not done", "button-quiet"))
    ]
    return html.Div(
        [
            html.H3(f"{KINDS[one.kind]}, due {one.due_on:%B %-d, %Y}"),
            html.P(f"{_about(one)} Asked on {local(one.asked_at):%B %-d, %Y} by {one.guardian}.{late}"),
            *([html.P(f"“{one.words}”")] if one.words else []),
            html.Label("Answer to the family", htmlFor=dom_id(identity)),
            dbc.Textarea(id=identity, maxLength=1000, rows=2),
            html.Div(buttons, className="buttons"),
        ],
        className="use",
    )


def _about(one: FamilyRequest) -> str:
    child = f"{one.child}, your ID {one.local_id}." if one.child else ""
    return f"{one.member}. {child}".strip()


def answered_line(one: FamilyRequest) -> Element:
    """An answered request in one line."""
    return html.P(f"{KINDS[one.kind]}. {_about(one)} {STATES[one.state]}: {one.note}")


@callback(
    Output("tasks-list", "children"),
    Output("tasks-said", "children"),
    Input({"type": "task-do", "act": ALL, "request": ALL, "seen": ALL}, "n_clicks"),
    State({"type": "task-note", "request": ALL}, "value"),
    State({"type": "task-note", "request": ALL}, "id"),
    prevent_initial_call=True,
)
def answer(_: Any, notes: Any, ids: Any) -> Any:
    """Close a request; a refused answer keeps what was typed."""
    asked = ctx.triggered_id
    if not ctx.triggered or not ctx.triggered[0]["value"] or not isinstance(asked, dict):
        return no_update, no_update
    staff, number = FamilyTasks(current()), int(asked["request"])
    note = {one["request"]: value for one, value in zip(ids, notes, strict=True)}.get(number)
    try:
        staff.answer(number, int(asked["seen"]), str(asked["act"]), str(note or ""))
    except NotRecorded as refusal:
        return no_update, str(refusal)
    return listed(staff), "Saved. The family can read your answer."


@_tasks.source
def waiting(session: Any) -> list[_tasks.Task]:
    """Requests that wait for an answer."""
    if session.viewer.role not in AUDIENCE:
        return []
    count, late = FamilyTasks(session).waiting()
    overdue = f" {late} overdue." if late else ""
    words = many(count, "request of a family waits", "requests of families wait")
    return [_tasks.Task(f"{words} for an answer.{overdue}", PATH)] if count else []
