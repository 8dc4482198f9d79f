"""One child's consents: who said what, what is in force, court orders and enrollment, and recording these."""

from datetime import date
from typing import Any

import dash
from dash import ALL as EVERY
from dash import Input, Output, State, callback, ctx, dcc, html, no_update

from components import consent_child as shown
from components import fields, shell, states
from components.consent_child import PATH
from data_access.child_consents import ChildConsents, ChildFile
from data_access.consent_entries import Order
from data_access.consent_keeper import Changed, NotKept
from data_access.likely_days import BadDay
from data_access.scans import BadScan, Scan
from pages import _consent_files, _scan_box
from pages._session import current
from pages._site import site
from pages.consent_desk import day
from privacy.authorize import Refused
from privacy.consent import RELATIONSHIPS
from privacy.viewer import Role

PAGE, TITLE, OTHER = "consent-child", "Consents of one child", "*"
SCANS = {"order": "court-order", "enrolled": "enrollment"}
dash.register_page(
    __name__,
    path=PATH,
    name=TITLE,
    title=f"{TITLE} · Quorum",
    order=62,
    audience=frozenset({Role.BACKBONE, Role.PARTNER}),
    unlisted=True,
)


def layout(id: str = "", order: str = "", **_: Any) -> Any:
    """Everything about one child; order: the entry that is to be corrected."""
    book = ChildConsents(current())
    try:
        found = book.one(_number(id))
    except Refused as refusal:
        return shell.page(
            TITLE,
            "",
            states.no_such("child", [reason.text for reason in refusal.reasons], ("All consents", "/consents")),
        )
    fixed = next((one for one in found.orders if one.number == _number(order) and not one.replaced), None)
    names = book.members()
    numbers = ", ".join(f"{number} at {names.get(code, code)}" for code, number in found.numbers.items())
    slots = [
        dcc.Link("All consents", href="/consents"),
        html.Div(now(found, names, book.everything), id=f"{PAGE}-now"),
        html.Div(ordering(found, fixed), id=f"{PAGE}-ordering"),
        fields.said(f"{PAGE}-order"),
        html.Div(enrolling(found), id=f"{PAGE}-enrolling"),
        fields.said(f"{PAGE}-enrolled"),
        dcc.Store(id=f"{PAGE}-of", data=_store(found, fixed)),
    ]
    return shell.page(f"Consents of child {found.child}", f"Number {numbers}" if numbers else "", slots)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 16 else 0


def _store(found: ChildFile, fixed: Order | None) -> dict[str, Any]:
    return {"child": found.child, "seen": found.seen, "order": fixed.number if fixed else None}


def now(found: ChildFile, names: dict[str, str], backbone: bool) -> list[Any]:
    """What is in force, every statement, what decides besides."""
    notices, zone = [html.P(words, className="banner") for words in _notices(found)], site().stores.time_zone
    if backbone and found.cases:
        notices.append(shown.cases(found.cases, "Cases about this child", zone))
    standing = shown.standing_words(found.standing, found.against)
    record = dcc.Link("Record a signed form", href=f"/consents/record?id={found.child}", className="button-quiet")
    return [
        *notices,
        html.H2("In force today"),
        *shown.in_force(found.in_force, names),
        html.H2("Who said what"),
        html.Div(record, className="acts"),
        _consent_files.slot(),
        *shown.statements(found.lines, standing, names, RELATIONSHIPS, zone),
        html.H2("Court orders"),
        *shown.orders(found.orders, found.child, zone),
        html.H2("College"),
        *shown.enrollments(found.enrollments, zone),
    ]


def _notices(found: ChildFile) -> list[str]:
    told = []
    if not found.dated:
        told.append("No roster tells this child’s birth date, so no consent can hold. The contributor can correct it.")
    if found.moved:
        told.append("The young person is 18 or in college and decides alone now.")
    if "disputed" in found.standing.values():
        told.append("Two people who may decide do not agree, so nothing is shared of what they disagree about.")
    return told


def ordering(found: ChildFile, fixed: Order | None) -> Any:
    """A court order that takes a right away."""
    people = {name: name for name in found.signers} | {OTHER: "Somebody who is not listed here"}
    starts, ends = (fixed.starts.isoformat(), (fixed.ends or "") and str(fixed.ends)) if fixed else ("", "")
    grid = [
        fields.choice(PAGE, "who", "Whose right it takes away", people, fixed.name if fixed else ""),
        fields.line(PAGE, "name", "Full name, if not listed", hint="As on the order"),
        fields.day(PAGE, "starts", "First day", starts, told=True),
        fields.day(PAGE, "ends", "Last day", ends, "Empty: until further notice", told=True),
        fields.line(PAGE, "order-evidence", "Where the paper of the order is", hint="Not needed with a scan"),
    ]
    acts = [fields.button(PAGE, "order", "Save the correction" if fixed else "Record the order", "button-main")]
    if fixed:
        acts.append(fields.button(PAGE, "strike", "This entry was a mistake"))
        acts.append(dcc.Link("Leave it as it is", href=f"{PATH}?id={found.child}"))
    title = f"Correct entry {fixed.number}" if fixed else "Record a court order"
    told = (
        "For these days the person’s statements do not count, and a parent’s own page about the child is closed. It "
        "holds from the next look at any record."
    )
    body = [html.H3(title), html.P(told), html.Div(grid, className="form-grid"), _scan_box.box(SCANS["order"])]
    return html.Section([*body, html.Div(acts, className="acts")], className="form")


def enrolling(found: ChildFile) -> Any:
    """The first day of college."""
    grid = [
        fields.day(PAGE, "enrolled", "First day of college", told=True),
        fields.line(PAGE, "enrolled-evidence", "How it is known", hint="Such as: letter of admission, folder 12"),
    ]
    acts = [fields.button(PAGE, "enrolled", "Record the first day", "button-main")]
    if found.enrollments and found.enrollments[0].starts_on:
        acts.append(fields.button(PAGE, "not-enrolled", "The newest entry was a mistake"))
    told = "From this day the young person decides alone, whatever the age. A new entry takes the place of the last."
    body = [html.H3("Record college enrollment"), html.P(told), html.Div(grid, className="form-grid")]
    scan = _scan_box.box(SCANS["enrolled"])
    return html.Section([*body, scan, html.Div(acts, className="acts")], className="form")


for _form in SCANS.values():
    _scan_box.watch(_form)


@callback(
    Output(f"{PAGE}-now", "children"),
    Output(f"{PAGE}-ordering", "children"),
    Output(f"{PAGE}-enrolling", "children"),
    Output(f"{PAGE}-of", "data"),
    Output(f"{PAGE}-order-said", "children"),
    Output(f"{PAGE}-enrolled-said", "children"),
    Output({"form": PAGE, "wrong": EVERY}, "children"),
    Input({"form": PAGE, "act": EVERY}, "n_clicks"),
    State({"form": PAGE, "field": EVERY}, "value"),
    State(f"{SCANS['order']}-scan", "contents"),
    State(f"{SCANS['enrolled']}-scan", "contents"),
    State(f"{PAGE}-of", "data"),
    prevent_initial_call=True,
)
def act(clicks: list[int | None], typed: list[Any], order: Any, enrolled: Any, store: Any) -> Any:
    """Do it; where somebody else acted meanwhile, show what is there now and keep what was typed."""
    slots = [str(one["id"]["wrong"]) for one in ctx.outputs_list[-1]]
    if not any(clicks) or not isinstance(ctx.triggered_id, dict) or not isinstance(store, dict):
        return *(no_update,) * 6, [no_update for _ in slots]
    book, what = ChildConsents(current()), str(ctx.triggered_id["act"])
    asked, names, ordered = fields.values(ctx.states_list[0], typed), book.members(), what in ("order", "strike")
    try:
        done = _do(book, what, store, asked, order if ordered else enrolled)
    except Changed as refusal:
        found = book.one(int(store["child"]))
        again = now(found, names, book.everything), no_update, no_update, store | {"seen": found.seen}
        return *again, *_said(ordered, str(refusal), False), [None for _ in slots]
    except BadDay as refusal:
        told = [str(refusal) if slot == refusal.field else None for slot in slots]
        return *(no_update,) * 4, *_said(ordered, "Not recorded yet. See what stands at the day.", False), told
    except (NotKept, BadScan) as refusal:
        return *(no_update,) * 4, *_said(ordered, str(refusal), False), [None for _ in slots]
    found = book.one(int(store["child"]))
    drawn = (ordering(found, None), no_update) if ordered else (no_update, enrolling(found))
    fixed = store if not ordered else _store(found, None)
    kept = fixed | {"seen": found.seen}
    return now(found, names, book.everything), *drawn, kept, *_said(ordered, done, True), [no_update for _ in slots]


def _said(ordered: bool, text: str, good: bool) -> tuple[Any, Any]:
    """The answer beside the form that asked; what the other form answered before is gone."""
    told = fields.answer(text, good)
    return (told, None) if ordered else (None, told)


def _do(book: ChildConsents, what: str, store: dict[str, Any], asked: dict[str, Any], contents: Any) -> str:
    child, seen = int(store.get("child") or 0), str(store.get("seen"))
    fixed = int(store["order"]) if store.get("order") else None
    scan = _scan_box.found(contents)
    if what in ("order", "strike"):
        proof: str | Scan | None = scan or str(asked.get("order-evidence") or "")
        if what == "strike" and fixed is not None:
            book.strike_order(child, seen, fixed, proof)
            return "Recorded: the order never held."
        days = day(asked.get("starts"), "First day"), day(asked.get("ends"), "Last day")
        number = book.keep_order(child, seen, _who(asked), days, proof, fixed)
        return f"Recorded as entry {number}. It holds from now on."
    starts = day(asked.get("enrolled"), "First day of college")
    if what == "enrolled" and starts is None:
        raise BadDay("enrolled", "Give the first day of college.")
    starts_on: date | None = starts if what == "enrolled" else None
    book.keep_enrollment(child, seen, starts_on, scan or str(asked.get("enrolled-evidence") or ""))
    return "Recorded. It holds from now on."


def _who(asked: dict[str, Any]) -> str:
    chosen = str(asked.get("who") or "")
    return str(asked.get("name") or "") if chosen in ("", OTHER) else chosen
