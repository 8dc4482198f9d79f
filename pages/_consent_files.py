"""Files about a consent that leave: the family's copy and the scan; each is on the ledger before it goes."""

import hashlib
from typing import Any

from dash import ALL, Input, Output, callback, ctx, dcc, html, no_update

from catalog.forms import ConsentForm, versions
from components import fields
from components.consent_child import FILE
from components.receipt import copy_pdf
from components.wording import Words, wording
from data_access.child_consents import ChildConsents, Paper
from data_access.consent_registry import Line
from pages._session import current
from pages._site import site
from privacy.authorize import Refused

Names = dict[str, str]


def slot() -> Any:
    """Where a page says what became of a file."""
    return html.Div([html.Div(id=f"{FILE}-said", role="status", className="said"), dcc.Download(id=FILE)])


@callback(
    Output(FILE, "data"),
    Output(f"{FILE}-said", "children"),
    Input({"type": FILE, "what": ALL, "number": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
def download(clicks: list[int | None]) -> Any:
    """The file of the button that was pressed."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict) or not ctx.triggered[0]["value"]:
        return no_update, no_update
    book, number = ChildConsents(current()), int(ctx.triggered_id["number"])
    try:
        name, content, told = _scan(book, number) if ctx.triggered_id["what"] == "scan" else _copy(book, number)
    except Refused as refusal:
        return no_update, fields.answer(refusal.reasons[0].text, False)
    return dcc.send_bytes(content, name), fields.answer(told, True)


def _scan(book: ChildConsents, number: int) -> tuple[str, bytes, str]:
    found = book.scan(number)
    name = f"scan-{number}.{found.kind}"
    return name, found.content, f"Saved as {name}."


def _copy(book: ChildConsents, number: int) -> tuple[str, bytes, str]:
    paper = book.paper(number)
    line, words = paper.line, wording(paper.line.language)
    names = book.members()
    content = copy_pdf(words, head(words, paper, names), text(words, line, names), number, site().community)
    entry = book.note_copy(line, hashlib.sha256(content).hexdigest())
    name = f"consent-{number}-copy.pdf"
    return name, content, f"Saved as {name}. Ledger entry {entry}."


def head(words: Words, paper: Paper, names: Names) -> list[str]:
    """About whom, who decided what, when, until when."""
    line = paper.line
    relation = words(f"relations.{line.relationship}")
    signer = {"signer": line.signer, "relation": relation}
    signed = words("copy.signed", day=words.day(line.signed_on), **signer) if line.signed_on else ""
    until = words("copy.until", day=words.day(line.expires_on)) if line.expires_on else words("copy.no_day")
    return [
        words("copy.number", number=line.number, day=words.day(line.at.astimezone(site().stores.time_zone).date())),
        words("copy.child", name=_child(words, paper, names)),
        words(f"copy.{line.say}"),
        signed or words("copy.undated", **signer),
        *([until] if line.say == "permit" else []),
        *([words("copy.incomplete")] if line.missing else []),
    ]


def _child(words: Words, paper: Paper, names: Names) -> str:
    known = [
        words("copy.numbered", number=number, organization=names.get(code, code))
        for code, number in paper.numbers.items()
    ]
    return ", ".join(filter(None, [paper.child, *known]))


def text(words: Words, line: Line, names: Names) -> tuple[str, list[str]]:
    """Title and paragraphs of the form as it was signed; where its text is not kept here, or for a no, what it said."""
    found = _form(line)
    if line.say == "permit" and found is not None:
        version = words("copy.version", title=found.title, version=found.version)
        return found.title, [version, *found.filled(**_blanks(words, line, names))]
    told = _told(words, line, names)
    title = words("copy.agreed" if line.say == "permit" else "copy.refused")
    parts = [("from", "disclosing"), ("to", "recipients"), ("records", "elements"), ("why", "purposes")]
    return title, [words(f"copy.{key}", names=told[name]) for key, name in parts]


def _form(line: Line) -> ConsentForm | None:
    return versions().get((line.form, line.language, line.version))


def _blanks(words: Words, line: Line, names: Names) -> Names:
    expires = words("copy.form_day", day=words.day(line.expires_on)) if line.expires_on else words("copy.never")
    return {**_told(words, line, names), "expires": expires}


def _told(words: Words, line: Line, names: Names) -> Names:
    """What the statement covers, in the family's words."""

    def organizations(codes: tuple[str, ...], every: str) -> str:
        return words(every) if "*" in codes else words.listed(names.get(code, code) for code in codes)

    elements, purposes = line.elements, line.purposes
    return {
        "disclosing": organizations(line.contributors, "copy.every_organization"),
        "recipients": organizations(line.recipients, "copy.everyone"),
        "elements": words("copy.everything") if "*" in elements else words.listed(map(words.element, elements)),
        "purposes": words("copy.every_purpose") if "*" in purposes else words.purpose(",".join(purposes)),
    }
