"""Emergency: open one child's records for three hours, with a reason; a second person is told at once."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import dash
from dash import ALL as EVERY
from dash import Input, Output, State, callback, ctx, dcc, html, no_update

from catalog.terms import elements
from components import children, covenant, fields, shell, states
from data_access.agreements import NotRecorded
from data_access.emergency import Emergency, Glass, Who, is_sentence
from data_access.session import Session
from pages import _tasks
from pages._session import current
from pages._site import local
from pages._tasks import Task
from privacy.authorize import Refused
from privacy.viewer import Role

PAGE, PATH, TITLE = "emergency", "/emergency", "Emergency"
LEAD = (
    "Only where somebody's health or safety is in danger now. What you open is written down, and looked at by others."
)
NEEDED = {
    "first": "Give the first name.",
    "last": "Give the last name.",
    "born": "Give the birth date of the child.",
    "elements": "Choose what you need to know.",
    "reason": "Say why you need the records, in 10 to 500 characters.",
    "threat": "Say what the danger is, in 10 to 500 characters.",
    "told": "Choose a person of the backbone organization who is told now.",
}
AUDIENCE = frozenset({Role.PARTNER, Role.BACKBONE})
dash.register_page(__name__, path=PATH, name=TITLE, title=f"{TITLE} · Quorum", order=95, audience=AUDIENCE)


@_tasks.source
def told(session: Session) -> Iterable[Task]:
    """Emergencies this person was told of."""
    if session.viewer.role is not Role.BACKBONE:
        return []
    return [
        Task(f"{one.name} opened records in an emergency. Look at why.", PATH) for one in Emergency(session).told_me()
    ]


def layout(**_: Any) -> Any:
    """Open emergencies, the form, and what was opened before."""
    desk = Emergency(current())
    slots = [html.Div(opened(desk), id="emergency-now"), fields.said(PAGE), opening(desk)]
    shown = html.Div(id="emergency-child", role="region", **{"aria-label": "Child", "aria-live": "polite"})
    return shell.page(TITLE, "For three hours, for one child", [shown, *slots], lead=LEAD)


def opened(desk: Emergency) -> list[Any]:
    """One's own open ones with their buttons, those one was told of, and the list."""
    mine = [_row(one, _button("show", one.id, "Show"), _button("close", one.id, "Close")) for one in desk.running()]
    new = [_row(one, _button("looked", one.id, "I have looked at this")) for one in desk.told_me()]
    past = [_row(one, "Yes" if one.read_at else "Not yet") for one in desk.everything()]
    heads = ["Opened by", "From", "Until", "Why", "Danger"]
    parts: list[Any] = []
    if new:
        parts.append(covenant.grid("You were told of these: please look at why", [*heads, ""], new))
    if mine:
        parts.append(covenant.grid("Your open emergencies", [*heads, "", " "], mine))
    if past:
        table = covenant.grid("Every emergency, newest first", [*heads, "Looked at"], past)
        parts.append(html.Details([html.Summary("Every emergency"), table]))
    return parts


def _row(one: Glass, *more: Any) -> list[Any]:
    starts, ends = local(one.starts), local(one.ends)
    return [one.name, f"{starts:%B %-d, %Y, %-I:%M %p}", f"{ends:%-I:%M %p}", one.reason, one.threat, *more]


def _button(act: str, number: int, label: str) -> Any:
    identity = {"type": "emergency", "act": act, "number": number}
    return html.Button(label, id=identity, type="button", className="button-quiet")


def opening(desk: Emergency) -> Any:
    """Which child, what is needed, why, who is told; where nobody can be told, what to do first."""
    told = desk.witnesses()
    if not told:
        return nobody_to_tell(desk.session.viewer.role)
    names = {
        "first": fields.line(PAGE, "first", "First name"),
        "last": fields.line(PAGE, "last", "Last name"),
        "born": fields.day(PAGE, "born", "Birth date"),
    }
    hint = "In 10 to 500 characters, without the child's name: it is written to the ledger."
    kinds = {name: element.title for name, element in elements().items()}
    rest = {
        "elements": fields.several(PAGE, "elements", "What you need to know", kinds),
        "reason": fields.long(PAGE, "reason", "Why you need it", hint="In 10 to 500 characters.", rows=2),
        "threat": fields.long(PAGE, "threat", "What the danger is, and to whom", hint=hint, rows=2),
        "told": fields.choice(PAGE, "told", "Who is told now", told),
    }
    return html.Section(
        [
            html.H2("Open a child's records"),
            html.Div([fields.needed(PAGE, *name) for name in names.items()], className="form-grid"),
            *(fields.needed(PAGE, *one) for one in rest.items()),
            html.Div(fields.button(PAGE, "open", "Open for three hours", "button-grave"), className="acts"),
        ],
        className="form",
    )


def nobody_to_tell(role: Role) -> Any:
    """Why nothing can be opened before there is somebody who looks at it, and how to mend that."""
    why = "No records can be opened yet: somebody else of the backbone organization is told of every emergency, and "
    if role is Role.BACKBONE:
        step: list[Any] = [
            "First ",
            dcc.Link("invite a second person of the backbone organization", href="/people"),
            ".",
        ]
    else:
        step = ["Ask the backbone organization to let somebody of its own sign in."]
    told = [html.P(f"{why}there is nobody."), html.P(step)]
    return html.Section([html.H2("Open a child's records"), *told], className="form")


@callback(
    Output("emergency-now", "children"),
    Output("emergency-child", "children"),
    Output(f"{PAGE}-said", "children"),
    Output({"form": PAGE, "lack": EVERY}, "children"),
    Input({"form": PAGE, "act": EVERY}, "n_clicks"),
    Input({"type": "emergency", "act": EVERY, "number": EVERY}, "n_clicks"),
    State({"form": PAGE, "field": EVERY}, "value"),
    prevent_initial_call=True,
)
def act(clicks: list[int | None], others: list[int | None], typed: list[Any]) -> Any:
    """Open, show, close, or say that one has looked; every field that is missing is named at once."""
    rooms = ctx.outputs_list[3]
    if not any([*clicks, *others]) or not isinstance(ctx.triggered_id, dict):
        return no_update, no_update, no_update, [no_update] * len(rooms)
    desk, what = Emergency(current()), str(ctx.triggered_id["act"])
    form = fields.values(ctx.states_list[0], typed)
    missing = lacking(form, desk) if what == "open" else {}
    if missing:
        told_ = fields.answer(f"Nothing is open yet. {' '.join(missing.values())}", good=False)
        return no_update, no_update, told_, fields.lacks(rooms, missing)
    return *_done(desk, what, form), fields.lacks(rooms, {})


def lacking(form: Mapping[str, Any], desk: Emergency) -> dict[str, str]:
    """Field -> what is said of it, for every field that is missing, in their order."""
    right = {field: bool(form.get(field)) for field in NEEDED}
    right |= {field: is_sentence(str(form.get(field) or "")) for field in ("reason", "threat")}
    right["born"], right["told"] = _day(form) is not None, form.get("told") in desk.witnesses()
    return {field: words for field, words in NEEDED.items() if not right[field]}


def _done(desk: Emergency, what: str, form: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    try:
        if what == "open":
            desk.open(*_asked(form))
            return opened(desk), None, fields.answer("Open for three hours. The person you chose is told.", good=True)
        number = int(ctx.triggered_id["number"])  # type: ignore[index]
        if what == "show":
            return no_update, children.one(desk.session.child_in_emergency(number), desk.session.member_names()), None
        desk.close(number) if what == "close" else desk.looked(number)
        done = "Closed. Nothing more is read." if what == "close" else "Written down that you have looked at it."
    except NotRecorded as refusal:
        return no_update, no_update, fields.answer(str(refusal), good=False)
    except Refused as refusal:
        return opened(desk), states.refused([reason.text for reason in refusal.reasons]), None
    return opened(desk), None, fields.answer(done, good=True)


def _day(typed: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(str(typed.get("born") or "")[:10])
    except ValueError:
        return None


def _asked(typed: Mapping[str, Any]) -> tuple[Who, list[str], str, str, str]:
    born = _day(typed)
    if born is None:
        raise NotRecorded(NEEDED["born"])
    who = Who(str(typed.get("first") or ""), str(typed.get("last") or ""), born)
    words = (str(typed.get(field) or "") for field in ("reason", "threat", "told"))
    reason, threat, told_ = words
    return who, list(typed.get("elements") or ()), reason, threat, told_
