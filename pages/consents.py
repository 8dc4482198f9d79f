"""Consents: what is on file, what is missing or expires, how many stand, and the form at the desk."""

from base64 import b64decode
from datetime import date
from typing import Any

import dash
from dash import ALL as EVERY
from dash import Input, Output, State, callback, ctx, dcc, html, no_update

from catalog.forms import LANGUAGES, form, forms
from catalog.terms import elements, purposes
from components import consents as shown
from components import fields, shell
from data_access.consent_registry import KINDS, ConsentRegistry, NotKept
from data_access.consents import Statement
from data_access.scans import MOST, BadScan, Scan, looked_at
from pages._session import current
from privacy.agreement import Level
from privacy.consent import RELATIONSHIPS, Basis, Capacity, Say
from privacy.coverage import Coverage
from privacy.viewer import Role

PAGE, PATH, TITLE = "consents", "/consents", "Consents"
FIND, COVER, DESK = "consent-find", "consent-coverage", "consent-desk"
DAYS = {"90": "90 days", "60": "60 days", "30": "30 days"}
dash.register_page(
    __name__,
    path=PATH,
    name=TITLE,
    title=f"{TITLE} · Quorum",
    order=60,
    audience=frozenset({Role.BACKBONE, Role.PARTNER}),
)


def layout(**_: Any) -> Any:
    """The register, coverage, the desk."""
    book = ConsentRegistry(current())
    scope = "Every statement of the community" if book.everything else "Statements about your own children"
    return shell.page(TITLE, scope, [finding(), covering(book), desk(book)])


def finding() -> Any:
    """Search; nothing is listed before it is asked for, because every child listed is on the ledger."""
    grid = [
        fields.choice(FIND, "kind", "Which", KINDS, "all"),
        fields.choice(FIND, "days", "Expiring within", DAYS, "90"),
        fields.line(FIND, "words", "Signed by, or number of a child", most=100),
    ]
    acts = [
        fields.button(FIND, "list", "List", "button-main"),
        fields.button(FIND, "file", "Download the renewal list (CSV)"),
    ]
    parts = [html.H2("What is on file"), html.Div(grid, className="form-grid"), fields.said(FIND)]
    form_ = html.Section([*parts, html.Div(acts, className="acts")], className="form")
    return html.Div([form_, html.Div(id=f"{FIND}-found"), dcc.Download(id=f"{FIND}-download")])


def covering(book: ConsentRegistry) -> Any:
    """How many consents stand for a recipient and purpose."""
    grid = [
        fields.choice(COVER, "recipient", "To whom", book.members()),
        fields.choice(COVER, "purpose", "What for", purposes()),
    ]
    body = [html.H2("How many agree, and who"), html.Div(grid, className="form-grid"), fields.said(COVER)]
    acts = html.Div(fields.button(COVER, "count", "Count", "button-main"), className="acts")
    return html.Div([html.Section([*body, acts], className="form"), html.Div(id=f"{COVER}-found")])


def desk(book: ConsentRegistry) -> Any:
    """What was signed on paper."""
    mine, named = book.contributors(), {name: e.title for name, e in elements().items()}
    texts = {f"{code} {lang}": f"{one.title} ({LANGUAGES[lang]})" for (code, lang), one in forms().items()}
    grid = [
        fields.choice(DESK, "contributor", "Whose child", mine, next(iter(mine)) if len(mine) == 1 else ""),
        fields.line(DESK, "child", "The child’s number on that contributor’s roster", most=64),
        fields.line(DESK, "signer", "Who signed", hint="Full name, as on the form"),
        fields.choice(DESK, "relationship", "Who that is to the child", RELATIONSHIPS),
        fields.choice(DESK, "form", "Which form", texts, "education en"),
        fields.choice(DESK, "say", "What was decided", {"permit": "Share", "deny": "Do not share, or no longer"}),
        fields.day(DESK, "signed", "Signed on"),
        fields.day(DESK, "expires", "Holds through"),
        fields.line(DESK, "evidence", "Where the paper is", hint="Not needed with a scan"),
    ]
    box = dcc.Upload("Choose a file", id=f"{DESK}-scan", max_size=MOST, className="upload")
    upload = html.Div(html.Label(["Scan of the form (PDF, PNG or JPEG, up to 10 MB)", box]), className="field")
    wide = [
        fields.several(DESK, "recipients", "Who may receive it", book.members()),
        fields.several(DESK, "purposes", "What for", purposes()),
        fields.several(DESK, "elements", "Which records", named),
    ]
    acts = html.Div(fields.button(DESK, "keep", "Record", "button-main"), className="acts")
    name = html.P(id=f"{DESK}-scan-name", role="status", className="note")
    body = [html.H2("Record a signed form"), html.Div(grid, className="form-grid"), *wide, upload, name]
    return html.Section([*body, fields.said(DESK), acts], className="form")


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
    kind, words = str(asked.get("kind") or "all"), str(asked.get("words") or "")[:100]
    days = int(asked["days"]) if asked.get("days") in DAYS else 90
    if ctx.triggered_id["act"] == "file":
        found, total = book.search("expiring", words, days, most=100_000)
        name = f"renewals-{current().today.isoformat()}.csv"
        told = fields.answer(f"Saved {total:,} consents to renew as {name}.", True)
        return no_update, dcc.send_bytes(shown.renewal(found, book.members()), name), told
    if kind not in KINDS:
        return no_update, no_update, fields.answer("Choose what to list.", False)
    found, total = book.search(kind, words, days)
    return shown.lines(found, total, book.members(), RELATIONSHIPS), no_update, None


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
    parts = (found.contributors, found.towns, book.members(), book.towns(), found.as_of.date())
    return [*shown.balance(found.differences), *shown.coverage(*parts)], None


@callback(
    Output(f"{DESK}-scan-name", "children"),
    Input(f"{DESK}-scan", "contents"),
    State(f"{DESK}-scan", "filename"),
    prevent_initial_call=True,
)
def attached(contents: str | None, name: str | None) -> Any:
    """Look at the scan as soon as it is there."""
    try:
        scan = _scan(contents)
    except BadScan as error:
        return str(error)
    return f"Attached: {str(name)[:100]}" if scan else ""


@callback(
    Output(f"{DESK}-said", "children"),
    Input({"form": DESK, "act": EVERY}, "n_clicks"),
    State({"form": DESK, "field": EVERY}, "value"),
    State(f"{DESK}-scan", "contents"),
    prevent_initial_call=True,
)
def keep(clicks: list[int | None], _: list[Any], contents: str | None) -> Any:
    """Record the form, or say what is wrong; what was typed stays."""
    if not any(clicks):
        return no_update
    asked, book = _asked(ctx.states_list[0]), ConsentRegistry(current())
    try:
        said = _statement(asked, current().today)
        scan = _scan(contents)
        number = book.keep_paper(str(asked.get("child") or ""), str(asked.get("contributor") or ""), said, scan)
    except (NotKept, BadScan) as error:
        return fields.answer(str(error), False)
    return fields.answer(f"Recorded as consent {number}. It holds from now on.", True)


def _scan(contents: str | None) -> Scan | None:
    if not contents:
        return None
    return looked_at(b64decode(contents.partition(",")[2]))


def _statement(asked: dict[str, Any], today: date) -> Statement:
    """What was typed as a statement; the record is filled in where it is looked up. Raises NotKept."""
    code, _, language = str(asked.get("form") or "").partition(" ")
    relationship, signer = str(asked.get("relationship") or ""), " ".join(str(asked.get("signer") or "").split())
    say = str(asked.get("say") or "")
    if (
        not signer
        or relationship not in RELATIONSHIPS
        or say not in {"permit", "deny"}
        or (code, language) not in forms()
    ):
        raise NotKept("Fill in who signed, who that is to the child, which form, and what was decided.")
    signed, expires = _day(asked.get("signed"), "Signed on"), _day(asked.get("expires"), "Holds through")
    if signed and signed > today:
        raise NotKept("“Signed on” lies after today. Correct the date.")
    if signed and expires and expires < signed:
        raise NotKept("“Holds through” lies before “Signed on”. Correct one of the two.")
    text, sets = form(code, language), {name: _known(asked, name) for name in ("recipients", "purposes", "elements")}
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


def _known(asked: dict[str, Any], name: str) -> frozenset[str]:
    chosen = asked.get(name) or []
    valid = {"purposes": purposes(), "elements": elements()}.get(name)
    return frozenset(str(one) for one in chosen if valid is None or one in valid)


def _day(text: Any, named: str) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError:
        raise NotKept(f"“{named}” is not a date. Choose it again.") from None
