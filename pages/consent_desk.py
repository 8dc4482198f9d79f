"""The desk: what was signed on paper is recorded, with its scan, and the family gets a copy."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import dash
from dash import ALL as EVERY
from dash import Input, Output, State, callback, ctx, dcc, html, no_update

from catalog.forms import LANGUAGES, form, forms
from catalog.terms import elements, purposes
from components import consent_child as one_child
from components import fields, shell, states
from data_access.child_consents import ChildConsents
from data_access.consent_keeper import Changed, NotKept
from data_access.consent_registry import ConsentRegistry
from data_access.consents import Statement
from data_access.scans import BadScan
from pages import _consent_files, _scan_box
from pages._session import current
from privacy.agreement import Level
from privacy.authorize import Refused
from privacy.consent import RELATIONSHIPS, Basis, Capacity, Say
from privacy.coverage import Coverage
from privacy.viewer import Role

PATH, TITLE, DESK = "/consents/record", "Record a signed form", "consent-desk"
LEAD = "It holds from the moment it is recorded. The family always gets a copy."
dash.register_page(
    __name__,
    path=PATH,
    name=TITLE,
    title=f"{TITLE} · Quorum",
    order=61,
    audience=frozenset({Role.BACKBONE, Role.PARTNER}),
    unlisted=True,
)


def layout(id: str = "", **_: Any) -> Any:
    """The form; for one child where the address names it."""
    book = ConsentRegistry(current())
    try:
        known = ChildConsents(current()).numbers(int(id)) if id.isdecimal() and len(id) < 16 else {}
    except Refused as refusal:
        return shell.page(
            TITLE,
            "",
            states.no_such("child", [reason.text for reason in refusal.reasons], ("All consents", "/consents")),
        )
    back = dcc.Link("All consents", href="/consents")
    seen = dcc.Store(id=f"{DESK}-seen", data=book.newest())
    return shell.page(TITLE, "Consents", [back, desk(book, known), _consent_files.slot()], lead=LEAD, parts=[seen])


def desk(book: ConsentRegistry, known: dict[str, str]) -> Any:
    """The fields; known: the child's number by contributor."""
    mine, named = book.contributors(), {name: e.title for name, e in elements().items()}
    texts = {f"{code} {lang}": f"{one.title} ({LANGUAGES[lang]})" for (code, lang), one in forms().items()}
    whose = next(iter(known), next(iter(mine)) if len(mine) == 1 else "")
    grid = [
        fields.choice(DESK, "contributor", "Whose child", mine, whose),
        fields.line(DESK, "child", "The child’s number on that contributor’s roster", known.get(whose, ""), most=64),
        fields.line(DESK, "signer", "Who signed", hint="Full name, as on the form"),
        fields.choice(DESK, "relationship", "Who that is to the child", RELATIONSHIPS),
        fields.choice(DESK, "form", "Which form", texts, "education en"),
        fields.choice(DESK, "say", "What was decided", {"permit": "Share", "deny": "Do not share, or no longer"}),
        fields.day(DESK, "signed", "Signed on"),
        fields.day(DESK, "expires", "Holds through"),
        fields.line(DESK, "evidence", "Where the paper is", hint="Not needed with a scan"),
    ]
    wide = [
        fields.several(DESK, "recipients", "Who may receive it", book.members()),
        fields.several(DESK, "purposes", "What for", purposes()),
        fields.several(DESK, "elements", "Which records", named),
    ]
    hint = html.P("For a no, an empty group means everything: nobody, for nothing, no record.", className="hint")
    acts = html.Div(fields.button(DESK, "keep", "Record", "button-main"), className="acts")
    body = [html.Div(grid, className="form-grid"), hint, *wide, _scan_box.box(DESK)]
    return html.Section([*body, fields.said(DESK), acts], className="form")


_scan_box.watch(DESK)


@callback(
    Output(f"{DESK}-said", "children"),
    Output(f"{DESK}-seen", "data"),
    Input({"form": DESK, "act": EVERY}, "n_clicks"),
    State({"form": DESK, "field": EVERY}, "value"),
    State(f"{DESK}-scan", "contents"),
    State(f"{DESK}-seen", "data"),
    prevent_initial_call=True,
)
def keep(clicks: list[int | None], _: list[Any], contents: str | None, seen: Any) -> Any:
    """Record the form, or say what is wrong; what was typed stays."""
    if not any(clicks):
        return no_update, no_update
    typed = ctx.states_list[0]
    asked, book = fields.values(typed, [one.get("value") for one in typed]), ConsentRegistry(current())
    child, contributor = str(asked.get("child") or ""), str(asked.get("contributor") or "")
    try:
        said = statement(asked, book.today, book.members())
        scan = _scan_box.found(contents)
        line = book.keep_paper(child, contributor, said, scan, seen if isinstance(seen, int) else 0)
    except Changed as refusal:
        return fields.answer(str(refusal), False), int(refusal.seen)
    except (NotKept, BadScan) as error:
        return fields.answer(str(error), False), no_update
    told = f"Recorded as statement {line.number}. "
    told += f"It is not in force yet; missing: {', '.join(line.missing)}." if line.missing else "It holds from now on."
    link = one_child.child_link(line.child, "All consents of this child")
    return [fields.answer(told, not line.missing), one_child.files(line), html.P(link)], no_update


def statement(asked: dict[str, Any], today: date, members: Mapping[str, str]) -> Statement:
    """What was typed as a statement; the child is filled in where it is looked up. Raises NotKept."""
    code, _, language = str(asked.get("form") or "").partition(" ")
    relationship, signer = str(asked.get("relationship") or ""), " ".join(str(asked.get("signer") or "").split())
    say = str(asked.get("say") or "")
    decided = say in {"permit", "deny"} and (code, language) in forms()
    if not signer or relationship not in RELATIONSHIPS or not decided:
        raise NotKept("Fill in who signed, who that is to the child, which form, and what was decided.")
    signed, expires = _days(asked, today)
    valid: dict[str, Mapping[str, object]] = {"recipients": members, "purposes": purposes(), "elements": elements()}
    text = form(code, language)
    sets = {name: frozenset(map(str, asked.get(name) or [])) & set(there) for name, there in valid.items()}
    if say == "permit" and not all(sets.values()):
        raise NotKept("Choose who may receive it, what for, and which records.")
    every = {name: found or frozenset({"*"}) for name, found in sets.items()}
    disclosing = frozenset({str(asked.get("contributor") or "")})
    return Statement(
        record=0,
        signer=signer[:200],
        relationship=relationship,
        capacity=Capacity.YOUNG_PERSON if relationship == "self" else Capacity.PARENT,
        say=Say(say),
        coverage=Coverage(Basis(text.basis), Level.IDENTIFIABLE, disclosing=disclosing, **every),
        channel="desk",
        signed_on=signed,
        expires_on=expires,
        evidence=str(asked.get("evidence") or "").strip()[:200] or None,
        form=text.code,
        form_version=text.version,
        language=language,
    )


def _days(asked: dict[str, Any], today: date) -> tuple[date | None, date | None]:
    signed, expires = (day(asked.get(n), told) for n, told in (("signed", "Signed on"), ("expires", "Holds through")))
    if signed and signed > today:
        raise NotKept("“Signed on” lies after today. Correct the date.")
    if signed and expires and expires < signed:
        raise NotKept("“Holds through” lies before “Signed on”. Correct one of the two.")
    return signed, expires


def day(text: Any, named: str) -> date | None:
    """A typed day; raises NotKept."""
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        raise NotKept(f"“{named}” is not a date. Choose it again.") from None
