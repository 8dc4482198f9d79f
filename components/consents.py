"""The register of consents: lists, coverage, and how the consented differ from all."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Protocol

from catalog.terms import elements, purposes
from components.covenant import grid
from components.markup import Element, dcc, html
from components.spreadsheets import csv_of

Names = Mapping[str, str]
FEW: Final = "Too few to say"


class Line(Protocol):
    """A statement as the register lists it."""

    number: int
    child: int
    signer: str
    relationship: str
    say: str
    contributors: tuple[str, ...]
    recipients: tuple[str, ...]
    purposes: tuple[str, ...]
    elements: tuple[str, ...]
    signed_on: date | None
    effective_on: date | None
    expires_on: date | None
    missing: tuple[str, ...]
    evidence: str
    form: str
    version: str
    language: str
    channel: str
    at: datetime


class Part(Protocol):
    """A part of the children with its rounded counts; None: hidden."""

    code: str
    consented: int | None
    others: int | None
    children: int | None


class Counts(Protocol):
    """How the register stands, in numbers of statements."""

    statements: int
    held: int
    incomplete: int
    expiring: int
    disputed: int


def finding(found: Counts) -> tuple[str, str]:
    """The title in words, and what needs somebody's hand."""
    if not found.statements:
        return "No statement is on file yet", "The first signed form makes the register."
    are = "is" if found.held == 1 else "are"
    title = f"{found.held:,} of {found.statements:,} statements {are} a yes that holds today"
    return title, (
        f"{_many(found.incomplete, 'is incomplete', 'are incomplete')}, "
        f"{_many(found.expiring, 'expires within 90 days', 'expire within 90 days').lower()}, and "
        f"{_many(found.disputed, 'stands', 'stand').lower()} against another parent’s."
    )


def _many(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}" if count else f"None {one}"


def lines(found: Sequence[Line], total: int, names: Names, relations: Names) -> Element:
    """Statements as a table."""
    if not found:
        return html.P("No statement fits this search.", className="note")
    heads = ("No.", "Signed by", "Child no.", "Says", "Who may share what with whom", "Signed", "Until", "Missing")
    rows = [
        (
            one.number,
            f"{one.signer} ({relations.get(one.relationship, one.relationship).lower()})",
            dcc.Link(str(one.child), href=f"/consents/child?id={one.child}"),
            "Yes" if one.say == "permit" else "No",
            whole(one, names),
            _day(one.signed_on),
            _day(one.expires_on),
            ", ".join(one.missing) or "Nothing",
        )
        for one in found
    ]
    shown = f"{len(found):,} of {total:,}" if total > len(found) else f"{total:,}"
    return grid(f"{shown} {'statement' if total == 1 else 'statements'}", heads, rows)


def whole(one: Line, names: Names) -> str:
    """All that a statement is about."""
    to = some(one.recipients, names, "everybody")
    return f"{about(one.elements, one.contributors, one.purposes, names)}. To: {to}."


def about(what: Sequence[str], who: Sequence[str], why: Sequence[str], names: Names) -> str:
    """Which records, of whom, for what."""
    told = some(what, {name: e.title.lower() for name, e in elements().items()}, "all records")
    purpose = some(why, {code: title.lower() for code, title in purposes().items()}, "any purpose")
    return f"{told}, from {some(who, names, 'everybody')}. For: {purpose}"


def some(codes: Sequence[str], names: Names, everything: str) -> str:
    """Codes by name; `*` is everything."""
    return everything if "*" in codes else ", ".join(names.get(code, code) for code in codes) or "nobody named"


def _day(when: date | None) -> str:
    return f"{when:%b %-d, %Y}" if when else "No date"


def renewal(found: Sequence[Line], names: Names) -> bytes:
    """The renewal list as CSV: whom to ask again, for what, in which language."""
    titles = ("statement", "child", "signer", "relationship", "expires_on", "contributors", "recipients", "purposes")
    rows = [
        {
            "statement": one.number,
            "child": one.child,
            "signer": one.signer,
            "relationship": one.relationship,
            "expires_on": one.expires_on.isoformat() if one.expires_on else "",
            "contributors": some(one.contributors, names, "all"),
            "recipients": some(one.recipients, names, "all"),
            "purposes": "; ".join(one.purposes),
            "elements": "; ".join(one.elements),
            "language": one.language,
        }
        for one in found
    ]
    return csv_of((*titles, "elements", "language"), rows)


def coverage(by_contributor: Sequence[Part], by_town: Sequence[Part], names: Names, towns: Names, as_of: date) -> Any:
    """Rounded counts by contributor and town."""
    told = (
        f"Consents that stood on {as_of:%B %-d, %Y}. So that no child can be recognized, counts are rounded to tens, "
        "small groups are left out, and counts change only when enough children’s consents have changed."
    )
    tables = [
        grid(title, (head, "Children", "With consent", "Share"), [_share(p, known) for p in parts])
        for title, head, parts, known in (
            ("By contributor", "Contributor", by_contributor, names),
            ("By town", "Town", by_town, towns),
        )
        if parts
    ]
    return [html.P(told, className="note"), *tables]


def _share(part: Part, names: Names) -> tuple[str, str, str, str]:
    name = names.get(part.code, part.code)
    if part.children is None or part.consented is None:
        return name, FEW, FEW, FEW
    share = f"{round(100 * part.consented / part.children)} %" if part.children >= 50 else FEW
    return name, f"{part.children:,}", f"{part.consented:,}", share


def balance(found: Sequence[Any]) -> list[Any]:
    """How the consented differ from all; a banner where they do not speak for everybody."""
    if not found:
        return [html.P("There are too few consents to compare.", className="note")]
    unlike = [one for one in found if one.unlike]
    head = html.P(html.Strong("The consented differ from all children."))
    sides = {"Fewer": [one for one in unlike if one.size < 0], "More": [one for one in unlike if one.size > 0]}
    named = [html.P(f"{side}: {'; '.join(map(_group, ones))}.") for side, ones in sides.items() if ones]
    banner = [html.Div([head, *named], className="banner")] if unlike else []
    rows = [(_group(one), _size(one.size), "Yes" if one.unlike else "No") for one in found]
    heads = ("Group", "Standardized difference", "Over 0.25")
    return [*banner, grid("How the consented differ from all enrolled", heads, rows)]


def _group(one: Any) -> str:
    return f"{one.dimension}: {one.category}"


def _size(size: float) -> str:
    return "Nobody" if size == float("-inf") else "Everybody" if size == float("inf") else f"{size:+.2f}"
