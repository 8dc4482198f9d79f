"""Children: staff look up named children that are their own, or that agreements and parents share with them."""

from typing import Any

import dash
from dash import ALL as EVERY
from dash import Input, Output, State, callback, ctx, html, no_update

from catalog.terms import UnknownTerm, purposes
from components import children as shown
from components import fields, shell, states
from pages._session import current
from privacy.authorize import Refused
from privacy.viewer import Role

PAGE, PATH, TITLE = "children", "/children", "Children"
FORM = "find-child"
LEAD = "Your own children, and those whose parents agreed that others share with you. Every look is written down."
dash.register_page(
    __name__, path=PATH, name=TITLE, title=f"{TITLE} · Quorum", order=55, audience=frozenset({Role.PARTNER})
)


def layout(**_: Any) -> Any:
    """The question; nothing is read before it is asked."""
    may = {name: purposes()[name] for name in current().record_purposes()}
    if not may:
        told = "No agreement in force opens named children to you. The backbone organization can sign one."
        return shell.page(TITLE, "", states.refused([told]))
    form = html.Section(
        [
            html.Div(
                [
                    fields.choice(FORM, "purpose", "What for", may, next(iter(may)) if len(may) == 1 else ""),
                    fields.line(FORM, "name", "Name", hint="The beginning of a first or last name", most=100),
                ],
                className="form-grid",
            ),
            fields.said(FORM),
            html.Div(fields.button(FORM, "find", "Find", "button-main"), className="acts"),
        ],
        className="form",
    )
    one = html.Div(id="children-one", role="region", **{"aria-label": "Child", "aria-live": "polite"})
    slots = [one, html.Div(id="children-found")]
    return shell.page(TITLE, "Child-level records", [form, *slots], lead=LEAD)


@callback(
    Output("children-found", "children"),
    Output("children-one", "children"),
    Output(f"{FORM}-said", "children"),
    Input({"form": FORM, "act": EVERY}, "n_clicks"),
    State({"form": FORM, "field": EVERY}, "value"),
    prevent_initial_call=True,
)
def find(clicks: list[int | None], _: list[Any]) -> Any:
    """Children of this name that are open for this purpose."""
    if not any(clicks):
        return no_update, no_update, no_update
    asked = fields.values(ctx.states_list[0], [one.get("value") for one in ctx.states_list[0]])
    purpose, name = str(asked.get("purpose") or ""), " ".join(str(asked.get("name") or "").split())
    if not purpose:
        return no_update, no_update, fields.answer("Choose what you need it for.", False)
    if not name:
        return no_update, no_update, fields.answer("Type the beginning of a name.", False)
    session = current()
    try:
        found = session.children(purpose, name)
    except Refused as refusal:
        return states.refused([reason.text for reason in refusal.reasons]), None, None
    except UnknownTerm as error:
        return None, None, fields.answer(str(error), False)
    return shown.listing(found, session.member_names()), None, None


@callback(
    Output("children-one", "children", allow_duplicate=True),
    Input({"type": shown.OPEN, "child": EVERY}, "n_clicks"),
    State({"form": FORM, "field": EVERY}, "value"),
    prevent_initial_call=True,
)
def open_child(clicks: list[int | None], _: list[Any]) -> Any:
    """One child, read anew."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update
    asked = fields.values(ctx.states_list[0], [one.get("value") for one in ctx.states_list[0]])
    session = current()
    try:
        found = session.child(int(ctx.triggered_id["child"]), str(asked.get("purpose") or ""))
    except (Refused, UnknownTerm) as refusal:
        reasons = refusal.reasons if isinstance(refusal, Refused) else ()
        return states.refused([reason.text for reason in reasons] or [str(refusal)])
    return shown.one(found, session.member_names())
