"""People: who may sign in, invite somebody, role and limits, sessions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import dash
from dash import ALL as EVERY
from dash import Input, Output, State, callback, ctx, dcc, html, no_update

from catalog.naming import many
from catalog.terms import elements, purposes
from components import covenant, fields, shell
from data_access.accounts import KIND_OF, Account, AccountExists, BadAddress
from data_access.agreements import KINDS, NotRecorded
from data_access.lifecycle import Stale
from data_access.limits import read_limits, write_limits
from data_access.staff import Person, Staff
from pages import _access
from pages._session import current
from pages._site import local
from privacy.agreement import Level
from privacy.viewer import Limits, Role

PAGE, PATH, TITLE = "people", "/people", "People"
INVITE = "invite"
dash.register_page(
    __name__, path=PATH, name=TITLE, title=f"{TITLE} · Quorum", order=75, audience=frozenset({Role.BACKBONE})
)
PLACES = {"areas": "Only these places", "programs": "Named children: only these programs"}
AS_ORGANIZATION = {"all": "As the organization"}


def layout(id: str = "", **_: Any) -> Any:
    """Everybody, or one person."""
    staff = Staff(current())
    try:
        return one_person(staff, id) if id else everybody(staff)
    except NotRecorded:
        return _access.not_found()


def everybody(staff: Staff) -> Any:
    """Who may sign in, who was invited, and the form to invite."""
    people, invited = staff.people(), staff.invited()
    active = sum(not one.account.disabled for one in people)
    slots = [html.Div(lists(staff, people, invited), id="people-lists"), inviting(staff)]
    title = many(active, "person may sign in", "people may sign in")
    return shell.page(title, html.Span(_open(len(invited)), id="people-open"), slots)  # type: ignore[arg-type]


def _open(invitations: int) -> str:
    return many(invitations, "invitation is open", "invitations are open")


def lists(staff: Staff, people: list[Person], invited: list[Any]) -> list[Any]:
    """The tables."""
    names = {code: found.name for code, found in staff.organizations().items()}
    rows = [
        [
            dcc.Link(one.account.name, href=f"{PATH}?id={one.account.user_id}"),
            one.account.email,
            names[one.account.organization],
            one.account.role.value.capitalize(),
            limits_in_words(one.account.limits),
            _sessions(one),
        ]
        for one in people
    ]
    heads = ["Name", "Email", "Organization", "Role", "Limits", "Signed in"]
    shown = [covenant.grid("Everybody with an account", heads, rows)]
    if invited:
        waiting = [
            [
                one.name,
                one.email,
                names[one.organization],
                one.role.value.capitalize(),
                _until(one.expires_at),
                _withdraw(one.id),
            ]
            for one in invited
        ]
        heads = ["Name", "Email", "Organization", "Role", "Code valid until", ""]
        shown += [html.H2("Invited"), covenant.grid("Invitations that nobody has accepted yet", heads, waiting)]
    return shown


def _withdraw(number: int) -> Any:
    identity = {"type": "withdraw", "number": number}
    return html.Button("Withdraw", id=identity, type="button", className="button-quiet")


def _sessions(one: Person) -> str:
    if one.account.disabled:
        return "Disabled"
    return "Yes" if one.sessions else "No"


def _until(when: datetime) -> str:
    return f"{local(when):%B %-d, %Y, %-I:%M %p}"


def inviting(staff: Staff) -> Any:
    """Invite one person."""
    names = {code: f"{found.name} ({KINDS[found.kind].lower()})" for code, found in staff.organizations().items()}
    grid = [
        fields.line(INVITE, "name", "Full name"),
        fields.line(INVITE, "email", "Email address", kind="email", most=254),
        fields.choice(INVITE, "organization", "Organization", names, hint="The role follows from its kind."),
    ]
    return html.Section(
        [
            html.H2("Invite somebody"),
            html.P("You get a code that is shown once. Hand it over yourself; it works once and for a week."),
            html.Div(grid, className="form-grid"),
            fields.said(INVITE),
            html.Div(fields.button(INVITE, "send", "Make the code", "button-main"), className="acts"),
        ],
        className="form",
    )


@callback(
    Output(f"{INVITE}-said", "children"),
    Output("people-lists", "children"),
    Output("people-open", "children"),
    Input({"form": INVITE, "act": EVERY}, "n_clicks"),
    Input({"type": "withdraw", "number": EVERY}, "n_clicks"),
    State({"form": INVITE, "field": EVERY}, "value"),
    prevent_initial_call=True,
)
def invite(clicks: list[int | None], withdrawn: list[int | None], typed: list[Any]) -> Any:
    """Make a code, or make one worthless."""
    if not any([*clicks, *withdrawn]) or not isinstance(ctx.triggered_id, dict):
        return no_update, no_update, no_update
    staff = Staff(current())
    try:
        if "number" in ctx.triggered_id:
            staff.withdraw_invitation(int(ctx.triggered_id["number"]))
            said: Any = fields.answer("Withdrawn. The code opens nothing any more.", good=True)
        else:
            said = _code(staff, fields.values(ctx.states_list[0], typed))
    except (NotRecorded, BadAddress, AccountExists) as refusal:
        return fields.answer(str(refusal), good=False), no_update, no_update
    invited = staff.invited()
    return said, lists(staff, staff.people(), invited), _open(len(invited))


def _code(staff: Staff, typed: Mapping[str, Any]) -> Any:
    members, chosen = staff.organizations(), str(typed.get("organization") or "")
    if chosen not in members:
        raise NotRecorded("Choose the organization of the person.")
    role = next(role for role, kind in KIND_OF.items() if kind == members[chosen].kind)
    code = staff.invite(str(typed.get("email") or ""), str(typed.get("name") or ""), chosen, role)
    told = "Give this code to the person. It is entered at /accept and is not shown again."
    return [fields.answer(told, good=True), html.P(html.Code(code, className="code-once"))]


def one_person(staff: Staff, user_id: str) -> Any:
    """One person: limits and what can be done."""
    one = staff.person(user_id)
    names = {code: found.name for code, found in staff.organizations().items()}
    context = f"{names[one.organization]} · {one.role.value.capitalize()}" + (" · disabled" if one.disabled else "")
    slots = [
        dcc.Link("Everybody", href=PATH),
        html.P(dcc.Link(f"Why can {one.name} (not) see something?", href=f"/why?who={one.user_id}")),
        limiting(one),
        html.Div(doing(one, staff.session.viewer.user_id), id="person-doing"),
        dcc.Store(id="person-of", data=_of(one)),
    ]
    return shell.page(html.Span(one.name), context, slots)  # type: ignore[arg-type]


def limiting(one: Account) -> Any:
    """The form of a person's limits."""
    limits = one.limits
    levels = AS_ORGANIZATION | {level.code: covenant.LEVELS[level.code] for level in Level}
    titles = {name: e.title for name, e in elements().items()}
    parts = [
        fields.choice(PAGE, "level", "Closest to a child", levels, limits.level.code if limits.level else "all"),
        *_set("elements", "Data elements", titles, limits.elements),
        *_set("purposes", "Purposes", dict(purposes()), limits.purposes),
        *(_line(name, title, getattr(limits, name)) for name, title in PLACES.items()),
    ]
    save = html.Div(fields.button(PAGE, "limits", "Save the limits", "button-main"), className="acts")
    told = "Nobody sees more than the organization's agreements allow. Here a person can be given less, at once."
    return html.Section([html.H2("Limits"), html.P(told), *parts, fields.said(PAGE), save], className="form")


def _set(field: str, label: str, titles: Mapping[str, str], held: frozenset[str] | None) -> list[Any]:
    """As the organization, or a choice."""
    narrow = {"all": "As the organization", "some": "Only those chosen here"}
    return [
        fields.choice(PAGE, f"{field}-narrow", label, narrow, "all" if held is None else "some"),
        fields.several(PAGE, field, f"{label}: those chosen", titles, sorted(held or ())),
    ]


def _line(field: str, title: str, held: frozenset[str] | None) -> Any:
    codes = ", ".join(sorted(held or ()))
    return fields.line(PAGE, field, title, codes, "Codes, commas between; empty: all.", most=2000)


def doing(one: Account, me: str) -> list[Any]:
    """Sessions and the account."""
    if one.user_id == me:
        return [html.P("This is you: another person of the backbone organization can change your account.")]
    acts = [fields.button(PAGE, "sessions", "Sign out everywhere")]
    if one.disabled:
        acts.append(fields.button(PAGE, "enable", "Let in again"))
    else:
        acts.append(fields.button(PAGE, "disable", "Disable the account", "button-grave"))
    return [html.H2("Account"), html.Div(acts, className="acts")]


@callback(
    Output(f"{PAGE}-said", "children"),
    Output("person-doing", "children"),
    Output("person-of", "data"),
    Input({"form": PAGE, "act": EVERY}, "n_clicks"),
    State({"form": PAGE, "field": EVERY}, "value"),
    State("person-of", "data"),
    prevent_initial_call=True,
)
def change(clicks: list[int | None], typed: list[Any], of: Any) -> Any:
    """Do it, and say so; where somebody else acted meanwhile, say what stands now and keep what was typed."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict) or not isinstance(of, dict):
        return no_update, no_update, no_update
    staff, who = Staff(current()), str(of.get("id"))
    try:
        done = _do(staff, str(ctx.triggered_id["act"]), of, fields.values(ctx.states_list[0], typed))
    except Stale as refusal:
        one = staff.person(who)
        told = f"{refusal} They are now: {limits_in_words(one.limits).lower()}."
        return fields.answer(told, good=False), no_update, _of(one)
    except NotRecorded as refusal:
        return fields.answer(str(refusal), good=False), no_update, no_update
    one = staff.person(who)
    return fields.answer(done, good=True), doing(one, staff.session.viewer.user_id), _of(one)


def _of(one: Account) -> dict[str, str]:
    """Whose page this is, and the limits that were seen on it."""
    return {"id": one.user_id, "seen": write_limits(one.limits)}


def _do(staff: Staff, act: str, of: Mapping[str, Any], typed: Mapping[str, Any]) -> str:
    who = str(of.get("id"))
    if act == "limits":
        staff.set_limits(who, chosen_limits(typed), read_limits(str(of.get("seen"))))
        return "Saved. It holds from now on."
    if act == "sessions":
        staff.end_sessions(who)
        return "Signed out everywhere."
    if act == "disable":
        staff.disable(who)
        return "Disabled, and signed out everywhere."
    staff.enable(who)
    return "The person may sign in again."


def chosen_limits(typed: Mapping[str, Any]) -> Limits:
    """The limits of a filled form."""
    level = str(typed.get("level") or "")

    def some(field: str) -> frozenset[str] | None:
        return frozenset(typed.get(field) or ()) if typed.get(f"{field}-narrow") == "some" else None

    def codes(field: str) -> frozenset[str] | None:
        return frozenset(word.strip() for word in str(typed.get(field) or "").split(",") if word.strip()) or None

    return Limits(
        elements=some("elements"),
        purposes=some("purposes"),
        level=Level[level.upper()] if level in covenant.LEVELS else None,
        areas=codes("areas"),
        programs=codes("programs"),
    )


def limits_in_words(limits: Limits) -> str:
    """What a person has less than the organization, in few words."""
    told = [many(len(limits.elements), "data element")] if limits.elements is not None else []
    told += [many(len(limits.purposes), "purpose")] if limits.purposes is not None else []
    told += [covenant.SHORT[limits.level.code].lower()] if limits.level is not None else []
    told += [many(len(limits.areas), "place")] if limits.areas is not None else []
    told += [many(len(limits.programs), "program")] if limits.programs is not None else []
    return ", ".join(told) or "As the organization"
