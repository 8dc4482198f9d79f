"""Families: staff invite parents and guardians, verify who they are, and end links."""

from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, ctx, no_update

from catalog.naming import many
from components import shell
from components.filters import dom_id, listing
from components.markup import Element, html
from data_access.accounts import BadAddress
from data_access.agreements import NotRecorded
from data_access.guardians import Families, Link
from pages import _tasks
from pages._session import current
from pages._site import local
from privacy.viewer import Role

PATH, TITLE = "/families", "Families"
LEAD = "Invite parents and guardians. They see nothing about a child until a colleague makes sure who they are."
AUDIENCE = frozenset({Role.PARTNER, Role.BACKBONE})
RELATIONSHIPS = {
    "mother": "Mother",
    "father": "Father",
    "parent": "Parent",
    "legal_guardian": "Legal guardian",
    "foster_parent": "Foster parent",
    "grandparent": "Grandparent with custody",
    "self": "The young person (18 or older, or in college)",
}
LANGUAGES = {"en": "English", "es": "Spanish"}
PROOFS = {"photo_id": "Photo ID", "known_to_staff": "Known to our staff", "court_document": "Court document"}
STATES = {
    "invited": "Invited; the code has not been used yet",
    "accepted": "The code was used; who it is waits to be verified",
    "verified": "Verified",
    "ended": "Ended",
}
INVITED = "You invited this person, so somebody else makes sure who it is: a colleague, or the backbone organization."
dash.register_page(__name__, path=PATH, name=TITLE, title=f"{TITLE} · Quorum", order=72, audience=AUDIENCE)


def layout(**_: Any) -> Any:
    """The form to invite, and every link."""
    staff = Families(current())
    content = [
        invite_form(staff),
        html.Section(
            [
                html.H2("Links"),
                html.Div(id="families-said", role="status", className="said", tabIndex=-1),
                html.Div(links(staff), id="families-links"),
            ],
            className="family",
        ),
    ]
    return shell.page(TITLE, "Parents and guardians of your children", content, lead=LEAD)


def invite_form(staff: Families) -> Element:
    """Whom, for which child."""
    ours = staff.contributors
    return html.Section(
        [
            html.H2("Invite a parent or guardian"),
            field("Organization", dbc.Select(id="fam-org", options=listing(ours), value=next(iter(ours), ""))),
            field("Your ID of the child", dbc.Input(id="fam-child", maxLength=64, autoComplete="off")),
            field("Full name of the parent or guardian", dbc.Input(id="fam-name", maxLength=200, autoComplete="off")),
            field("Relationship", dbc.Select(id="fam-relation", options=listing(RELATIONSHIPS), value="mother")),
            field("Email address", dbc.Input(id="fam-email", type="email", maxLength=254, autoComplete="off")),
            field("Language of the family", dbc.Select(id="fam-lang", options=listing(LANGUAGES), value="en")),
            html.Button("Make a code", id="fam-invite", type="button", className="button-main"),
            html.Div(id="fam-invited", role="status"),
        ],
        className="family",
    )


def field(label: str, box: Any) -> Element:
    """A labelled box."""
    identity = box.id if isinstance(box.id, str) else dom_id(box.id)
    return html.Div([html.Label(label, htmlFor=identity), box], className="field")


def links(staff: Families) -> list[Any]:
    """Every link; those that wait for the reader first."""
    found = sorted(staff.links(), key=lambda link: (link.state == "ended", not mine_to_verify(staff, link)))
    return [entry(staff, link) for link in found] or [html.P("Nobody has been invited yet.")]


def mine_to_verify(staff: Families, link: Link) -> bool:
    """Whether a link waits for the reader."""
    return link.state == "accepted" and not staff.invited(link)


def entry(staff: Families, link: Link) -> Element:
    """One link, and what can be done with it."""
    who = f"{link.guardian_name}, {RELATIONSHIPS[link.relationship].lower()}"
    about = f"Child {link.local_id} of {staff.contributors.get(link.contributor, link.contributor)} · {link.email}"
    state = f"{STATES[link.state]}, since {local(link.since):%B %-d, %Y}."
    return html.Div([html.H3(who), html.P(about), html.P(state), *actions(staff, link)], className="use")


def actions(staff: Families, link: Link) -> list[Any]:
    """Verify, where the guardian has come; end, where it has not ended."""
    if link.state == "ended":
        return []
    why = dbc.Input(id={"type": "fam-why", "link": link.id}, maxLength=200, autoComplete="off")
    end = html.Details(
        [html.Summary("End this link"), field("Why", why), button("End it now", "end", link)], className="more-quiet"
    )
    code = [button("Make a one-time sign-in code", "code", link)] if link.account else []
    told = html.Div(id={"type": "fam-said", "link": link.id}, role="status", className="said", tabIndex=-1)
    if link.state != "accepted":
        return [*_side_by_side(code), told, end]
    if staff.invited(link):
        return [html.P(INVITED, className="note"), *_side_by_side(code), told, end]
    proof = dbc.Select(id={"type": "fam-proof", "link": link.id}, options=listing(PROOFS), value="photo_id")
    sure = field("How did you make sure who it is?", proof)
    return [sure, *_side_by_side([button("Verified", "verify", link), *code]), told, end]


def _side_by_side(buttons: list[Element]) -> list[Element]:
    return [html.P(buttons, className="buttons")] if buttons else []


def button(label: str, act: str, link: Link) -> Element:
    """A button that knows what its reader saw."""
    identity = {"type": "fam-do", "act": act, "link": link.id, "seen": link.seen}
    return html.Button(label, id=identity, type="button", className="button-quiet")


@callback(
    Output("fam-invited", "children"),
    Output("families-links", "children"),
    Output("families-said", "children"),
    Output({"type": "fam-said", "link": ALL}, "children"),
    Input("fam-invite", "n_clicks"),
    *(State(f"fam-{name}", "value") for name in ("org", "child", "name", "relation", "email", "lang")),
    prevent_initial_call=True,
)
def invite(_: Any, *typed: Any) -> Any:
    """Make a code and show it once; what cannot be taken stays typed, and what was answered before goes."""
    staff, slots = Families(current()), ctx.outputs_list[-1]
    try:
        made = staff.invite(*(str(value or "") for value in typed))
    except (NotRecorded, BadAddress) as refusal:
        told = html.P(str(refusal), className="form-error", role="alert")
        return told, no_update, None, [None for _ in slots]
    told = [
        html.P(
            "Give this code to the parent or guardian. It is shown only now, works once, and only with this address."
        ),
        html.P(made.code, className="one-time-code"),
        html.P(f"They go to the page /welcome. The code is good until {local(made.expires_at):%B %-d, %Y}."),
    ]
    return told, links(staff), None, [no_update for _ in slots]


@callback(
    Output("fam-invited", "children", allow_duplicate=True),
    Output("families-links", "children", allow_duplicate=True),
    Output("families-said", "children", allow_duplicate=True),
    Output({"type": "fam-said", "link": ALL}, "children", allow_duplicate=True),
    Input({"type": "fam-do", "act": ALL, "link": ALL, "seen": ALL}, "n_clicks"),
    State({"type": "fam-proof", "link": ALL}, "value"),
    State({"type": "fam-proof", "link": ALL}, "id"),
    State({"type": "fam-why", "link": ALL}, "value"),
    State({"type": "fam-why", "link": ALL}, "id"),
    prevent_initial_call=True,
)
def act(_: Any, proofs: Any, proof_ids: Any, whys: Any, why_ids: Any) -> Any:
    """Verify or end a link and show all anew, or tell a code beside its button; what was answered before goes."""
    asked, slots = ctx.triggered_id, ctx.outputs_list[-1]
    if not ctx.triggered or not ctx.triggered[0]["value"] or not isinstance(asked, dict):
        return no_update, no_update, no_update, [no_update for _ in slots]
    staff, number = Families(current()), int(asked["link"])
    proof = {one["link"]: value for one, value in zip(proof_ids, proofs, strict=True)}.get(number)
    why = {one["link"]: value for one, value in zip(why_ids, whys, strict=True)}.get(number)
    same = [no_update for _ in slots]
    try:
        if asked["act"] == "code":
            told = code_told(staff, number)
            return None, no_update, None, [told if one["id"]["link"] == number else None for one in slots]
        if asked["act"] == "verify":
            staff.verify(number, int(asked["seen"]), str(proof or ""))
        else:
            staff.end(number, int(asked["seen"]), str(why or ""))
    except NotRecorded as refusal:
        return None, links(staff), html.P(str(refusal), className="said-error"), same
    return None, links(staff), "Verified." if asked["act"] == "verify" else "Ended.", same


def code_told(staff: Families, link: int) -> list[Element]:
    """A new one-time code, shown once."""
    made = staff.sign_in_code(link)
    told = (
        "Give this code to the parent or guardian, after you have made sure who it is. It is shown only now and works "
        "once, for 30 minutes, with their own email address on the page /sign-in. Codes made before it do not work any "
        "more. They see on their page that you made it."
    )
    return [html.P(told), html.P(made.code, className="one-time-code")]


@_tasks.source
def waiting(session: Any) -> list[_tasks.Task]:
    """Guardians who wait to be verified."""
    if session.viewer.role not in AUDIENCE:
        return []
    staff = Families(session)
    count = sum(mine_to_verify(staff, link) for link in staff.links())
    words = many(count, "parent or guardian waits", "parents or guardians wait")
    return [_tasks.Task(f"{words} for you to verify who they are.", PATH)] if count else []
