"""Agreements: the register, one agreement as text and clauses, and what can be done with it now."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

import dash
from dash import ALL as EVERY
from dash import Input, Output, State, callback, ctx, dcc, html, no_update

from catalog.naming import many
from catalog.terms import UnknownTerm
from components import covenant, fields, shell
from data_access.agreements import NotRecorded
from data_access.lifecycle import Stale
from data_access.office import Office, Party, party
from data_access.register import Entry
from pages import _drafted, _drafting, _register, _upkeep
from pages._session import current
from pages._site import local
from privacy.agreement import Agreement
from privacy.agreement import State as Standing
from privacy.authorize import Refused
from privacy.viewer import Role

PAGE, PATH, TITLE = "agreements", "/agreements", "Agreements"
AUDIENCE = frozenset({Role.BACKBONE, Role.PARTNER, Role.FUNDER, Role.EVALUATOR})
dash.register_page(__name__, path=PATH, name=TITLE, title=f"{TITLE} · Quorum", order=70, audience=AUDIENCE)
Names = Mapping[str, str]


def layout(id: str = "", draft: str = "", **_: Any) -> Any:
    """The register, one agreement, or the form of a draft."""
    desk = party(current())
    try:
        if draft:
            return drafting(Office(current()), draft)
        return one_agreement(desk, id) if id else register(desk)
    except Refused as refusal:
        if not isinstance(desk, Office):
            raise
        back = dcc.Link("All agreements", href=PATH)
        return shell.page("There is no such agreement", "", [html.P(str(refusal)), back])


def register(desk: Party) -> Any:
    """Who may have what, and every agreement."""
    members, found = desk.organizations(), desk.register()
    today = desk.session.today
    force = sum(one.active(today) for one in found)
    title = f"{force} of {many(len(found), 'agreement is', 'agreements are')} in force"
    new = dcc.Link("Draft an agreement", href=f"{PATH}?draft=new", className="button-quiet")
    office = isinstance(desk, Office)
    seen = _register.matrix(desk, members) if office else _register.exchange(desk, members)
    content = [*([new] if office else []), *_upkeep.listed(desk), seen, *_upkeep.checks(desk)]
    content.append(_register.listing(found, members, today))
    return shell.page(title, f"{many(len(members), 'organization')} · {covenant.day(today)}", content)


def one_agreement(desk: Party, name: str) -> Any:
    """One agreement: what it says, where it stands, what can be done."""
    found = desk.agreement(name)
    names = _names(desk)
    slots = [
        html.Div(now(desk, found, names), id="agreement-now"),
        fields.said(PAGE),
        html.Div(acts(desk, found, names), id="agreement-acts"),
        dcc.Store(id="agreement-seen", data={"id": found.id, "seen": found.seen}),
    ]
    back = dcc.Link("All agreements", href=PATH)
    title = html.Span(found.governing.title)
    stands = html.Span(context(found, names, desk.session.today), id="agreement-context")
    return shell.page(title, stands, [html.P(back), *slots])  # type: ignore[arg-type]


def context(found: Entry, names: Names, today: date) -> str:
    """party · kind · version · state."""
    one = found.governing
    kind = covenant.TIERS[one.tier].split(":")[0]
    return f"{names[one.party]} · {kind} · version {one.version} · {covenant.standing(one, today)}"


def now(desk: Party, found: Entry, names: Names) -> list[Any]:
    """State, an amendment if there is one, the text, signatures and history."""
    one, today = found.governing, desk.session.today
    parts: list[Any] = [html.P(html.Strong(covenant.standing(one, today) + "."), className="standing")]
    parts += _upkeep.destroyed(desk, found.id, names)
    if found.amendment is not None:
        rows = covenant.differences(one, found.amendment, names)
        caption = f"What version {found.amendment.version} would change; it is {found.amendment.state.value}"
        parts.append(covenant.grid(caption, ["Clause", "Now", "With the amendment"], rows))
    if desk.session.viewer.role is Role.BACKBONE and found.newest.state in (Standing.DRAFT, Standing.SIGNED):
        link = dcc.Link("What would change?", href=f"/why?if={found.id}", className="button-quiet")
        parts.append(html.P(link))
    return [*parts, covenant.text(one, names), *record(found, names)]


def record(found: Entry, names: Names) -> list[Any]:
    """Signatures and history."""
    signed = [
        (names[s.organization], s.signed_by, covenant.day(s.signed_on), version)
        for version, all_ in found.signatures.items()
        for s in all_
    ]
    steps = [
        (f"{local(s.at):%B %-d, %Y, %-I:%M %p}", f"Version {s.version}", covenant.STATES[s.state], s.by, s.reason)
        for s in found.steps
    ]
    by = covenant.grid("Who signed, and when", ["For", "Signed by", "On", "Version"], signed)
    history = covenant.grid("Every state, oldest first", ["When", "Version", "State", "By", "Why"], steps)
    return [
        html.H2("Signatures"),
        by if signed else html.P("Nobody has signed yet."),
        html.Details([html.Summary("History"), history]),
    ]


def acts(desk: Party, found: Entry, names: Names) -> list[Any]:
    """What can be done with the agreement in its present state, by this person."""
    office, newest, one = isinstance(desk, Office), found.newest, found.governing
    mine = desk.session.viewer.organization
    shown: list[Any] = []
    ways: list[Any] = []
    signers = {code: names[code] for code in found.missing if office or code == mine}
    if newest.state is Standing.DRAFT and signers:
        shown.append(signing(newest, signers, mine, desk.session.today))
    if newest.state is Standing.SIGNED and office:
        ways.append(fields.button(PAGE, "activate", f"Put version {newest.version} in force", "button-main"))
    if one.state is Standing.SUSPENDED:
        ways.append(fields.button(PAGE, "resume", "Resume", "button-main"))
    if office:
        ways.append(dcc.Link("Amend", href=f"{PATH}?draft={found.id}", className="button-quiet"))
    if any(v.state is not Standing.ENDED for v in found.versions):
        shown.append(stopping(one))
    ways = [html.Div(ways, className="acts")] if ways else []
    return [html.H2("What can be done"), *ways, *shown, *_upkeep.destroying(desk, found.id, PAGE)]


def signing(one: Agreement, signers: Names, mine: str, today: date) -> Any:
    """Sign: whose signature, the typed name, the day."""
    chosen = mine if mine in signers else next(iter(signers))
    grid = [
        fields.choice(PAGE, "organization", "Signature for", signers, chosen),
        fields.line(PAGE, "name", "Full name of the person who signs"),
        fields.day(PAGE, "on", "Signed on", today.isoformat()),
    ]
    button = html.Div(fields.button(PAGE, "sign", f"Sign version {one.version}", "button-main"), className="acts")
    return html.Section([html.H3("Sign"), html.Div(grid, className="form-grid"), button], className="form")


def stopping(one: Agreement) -> Any:
    """Suspend or end, with the reason."""
    told = "From that moment nothing more is read under this agreement: pages, saved reports and downloads included."
    buttons = [fields.button(PAGE, "end", "End for good", "button-grave")]
    if one.state is Standing.ACTIVE:
        buttons.insert(0, fields.button(PAGE, "suspend", "Suspend", "button-quiet"))
    title = "Suspend or end" if len(buttons) > 1 else "End"
    why = fields.long(PAGE, "reason", "Why", hint="In 5 to 300 characters; it stays with the agreement.", rows=2)
    return html.Section([html.H3(title), html.P(told), why, html.Div(buttons, className="acts")], className="form")


def _names(desk: Party) -> dict[str, str]:
    return {code: found.name for code, found in desk.organizations().items()} | desk.nameable()


@callback(
    Output("agreement-now", "children"),
    Output("agreement-context", "children"),
    Output("agreement-acts", "children"),
    Output("agreement-seen", "data"),
    Output(f"{PAGE}-said", "children"),
    Input({"form": PAGE, "act": EVERY}, "n_clicks"),
    State({"form": PAGE, "field": EVERY}, "value"),
    State("agreement-seen", "data"),
    prevent_initial_call=True,
)
def act(clicks: list[int | None], typed: list[Any], store: Any) -> Any:
    """Do it; where somebody else acted meanwhile, show the agreement as it is now and keep what was typed."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict) or not isinstance(store, dict):
        return (no_update,) * 5
    desk, what = party(current()), str(ctx.triggered_id["act"])
    name, seen = str(store.get("id")), int(store.get("seen") or 0)
    try:
        done = _do(desk, what, name, seen, fields.values(ctx.states_list[0], typed))
    except Stale as refusal:
        return *_again(desk, name, keep=True), fields.answer(str(refusal), good=False)
    except NotRecorded as refusal:
        return *(no_update,) * 4, fields.answer(str(refusal), good=False)
    return *_again(desk, name), fields.answer(done, good=True)


def _again(desk: Party, name: str, keep: bool = False) -> tuple[Any, ...]:
    """The agreement as it stands now; keep: what can be done stays as it is, with all that was typed."""
    fresh, names = desk.agreement(name), _names(desk)
    doing = no_update if keep else acts(desk, fresh, names)
    stands = context(fresh, names, desk.session.today)
    return now(desk, fresh, names), stands, doing, {"id": name, "seen": fresh.seen}


def _do(desk: Party, what: str, name: str, seen: int, typed: Mapping[str, Any]) -> str:
    if what == "sign":
        when = _signed_on(typed)
        desk.sign(name, str(typed.get("organization") or ""), str(typed.get("name") or ""), when, seen)
        return "Signed."
    if what == "suspend":
        desk.suspend(name, str(typed.get("reason") or ""), seen)
        return "Suspended. Nothing is read under this agreement any more."
    if what == "end":
        desk.end(name, str(typed.get("reason") or ""), seen)
        return "Ended. Nothing is read under this agreement any more."
    if what == "resume":
        desk.resume(name, seen)
        return "Resumed."
    if what == "destroyed":
        desk.certify(name, _upkeep.certificate(desk, name, typed))
        return "Recorded. The certificate stays with the agreement."
    if what == "activate" and isinstance(desk, Office):
        desk.activate(name, seen)
        return "In force from now."
    raise NotRecorded("This cannot be done here.")


def _signed_on(typed: Mapping[str, Any]) -> date:
    try:
        return date.fromisoformat(str(typed.get("on") or "")[:10])
    except ValueError:
        raise NotRecorded("Give the day of the signature as a date, such as 2026-11-22.") from None


def drafting(office: Office, name: str) -> Any:
    """The form: new, or an amendment of one agreement."""
    found = None if name == "new" else office.agreement(name)
    one = found.newest if found else None
    store = dcc.Store(id="draft-of", data=_basis(found))
    title = f"Amend “{found.governing.title}”" if found else "Draft an agreement"
    back = dcc.Link("All agreements", href=PATH)
    shown = _drafting.form(_form(office, one, _drafted.filled(one)))
    return shell.page(title, "A draft allows nothing until it is signed and in force", [back, shown], parts=[store])


def _form(office: Office, one: Agreement | None, values: _drafted.Values, **more: Any) -> _drafting.Form:
    return _drafting.Form(one, office.organizations(), office.staff(), values, **more)


def _basis(found: Entry | None, both: Collection[str] = ()) -> dict[str, Any]:
    """On which version a form is filled in, and which fields somebody else changed too."""
    if found is None:
        return {}
    return {"id": found.id, "seen": found.seen, "version": found.newest.version, "both": sorted(both)}


@callback(
    Output(f"{_drafting.FORM}-said", "children"),
    Output(f"{_drafting.FORM}-fields", "children"),
    Output("draft-of", "data"),
    Input({"form": _drafting.FORM, "act": EVERY}, "n_clicks"),
    State({"form": _drafting.FORM, "field": EVERY}, "value"),
    State("draft-of", "data"),
    prevent_initial_call=True,
)
def save(clicks: list[int | None], typed: list[Any], store: Any) -> Any:
    """Record the draft; a refused form keeps what was typed, and shows at each field what is to be mended."""
    if not any(clicks):
        return (no_update,) * 3
    office, of = Office(current()), store if isinstance(store, dict) else {}
    return _saved(office, of, fields.values(ctx.states_list[0], typed))


def _saved(office: Office, of: Mapping[str, Any], typed: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    found = office.agreement(str(of["id"])) if of.get("id") else None
    before = found.newest if found else None
    began = _began(found, of) if found else None
    theirs, both = _drafted.filled(began), of.get("both") or ()
    values, unsettled = _drafted.settled(_drafted.read(typed, before), both, theirs, typed)
    if found is not None and found.seen != of.get("seen"):
        return _meanwhile(office, of, found, values, unsettled)
    merged = _drafted.Merged(values, theirs, frozenset(both), frozenset(both)) if both else None
    new, unread = _drafted.made(values, before)
    faults = office.faults(new, before) | unread | unsettled
    if faults:
        more = {"faults": faults, "merged": merged, "kept": typed}
        return _mend(faults), _drafting.parts(_form(office, before, values, **more)), no_update
    try:
        office.amend(new, int(of["seen"])) if before else office.draft(new)
    except Stale:
        return _meanwhile(office, of, office.agreement(new.id), values, unsettled)
    except (NotRecorded, UnknownTerm) as refusal:
        return fields.answer(str(refusal), good=False), no_update, no_update
    fresh = office.agreement(new.id)
    link = dcc.Link("Open the draft", href=f"{PATH}?id={new.id}")
    said = [fields.answer("Saved as a draft. It allows nothing yet.", good=True), link]
    return said, _drafting.parts(_form(office, fresh.newest, _drafted.filled(fresh.newest))), _basis(fresh)


def _mend(faults: Collection[str]) -> Any:
    """Which fields are to be mended; each says how."""
    named = [title for name, title in _drafting.LABELS.items() if name in faults]
    told = f"Not saved: {many(len(faults), 'field needs', 'fields need')} mending. See at: {covenant.lists(named)}."
    return fields.answer(told, good=False)


def _began(found: Entry, of: Mapping[str, Any]) -> Agreement:
    """The version that a form was filled in on."""
    return next((one for one in found.versions if one.version == of.get("version")), found.newest)


def _meanwhile(
    office: Office, of: Mapping[str, Any], found: Entry, values: _drafted.Values, unsettled: Collection[str]
) -> tuple[Any, Any, Any]:
    """Somebody else acted: the form on top of what they saved; what was changed here is kept, nothing is recorded."""
    theirs = _drafted.filled(found.newest)
    merged = _drafted.beside(_drafted.filled(_began(found, of)), values, theirs, unsettled)
    newest = f"the newest is version {found.newest.version} ({covenant.STATES[found.newest.state].lower()})"
    told = f"Not saved: somebody else changed this agreement meanwhile; {newest}. "
    told += (
        "What they changed is marked in the form, and so is what you changed. Look at it, then save."
        if merged.changed_there
        else "Its clauses are as you saw them. Look at it again, then decide."
    )
    shown = _form(office, found.newest, merged.values, merged=merged)
    return fields.answer(told, good=False), _drafting.parts(shown), _basis(found, merged.both)
