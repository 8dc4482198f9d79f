"""One child's consents for staff, and cases where parents disagree."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any, Final, Protocol

from catalog.forms import LANGUAGES, versions
from components.consents import Line, Names, about, whole
from components.covenant import day, grid
from components.markup import Element, dcc, html
from privacy.standing import Against, InForce

PATH: Final = "/consents/child"
CASES: Final = "/consents/cases"
FILE: Final = "consent-file"
STANDING: Final[Names] = {
    "in force": "In force",
    "stands": "Stands: nothing of this is shared",
    "disputed": "Another person says the opposite: nothing is shared",
    "replaced": "Not in force: a later word or another person’s no stands against it",
    "expired": "Has run out",
    "later": "Not yet in force",
    "incomplete": "Not in force: something is missing",
    "undated": "Not in force: no roster tells the birth date",
    "barred": "Not in force: a court order takes the right away",
    "moved": "Not in force: the young person decides now",
    "young": "Not in force: the young person does not decide yet",
}
CHANNELS: Final[Names] = {"desk": "at the desk", "file": "from a file", "guardian": "on the family’s own page"}
ENDINGS: Final[Names] = {
    "changed": "A signer said something else",
    "court order": "A court order took a right away",
    "moved": "The young person decides now",
    "lapsed": "Nothing stands against anything any more",
    "closed": "Closed with a note; sharing stays refused",
}


class Order(Protocol):
    """An entry about a court order."""

    number: int
    name: str
    starts: date
    ends: date | None
    evidence: str
    replaces: int | None
    replaced: bool
    recorded_at: datetime
    recorded_by: str
    mistaken: bool


class Enrollment(Protocol):
    """An entry about college."""

    starts_on: date | None
    evidence: str
    recorded_at: datetime
    recorded_by: str


class Ending(Protocol):
    """How a case ended."""

    how: str
    at: datetime
    by: str
    note: str


class Case(Protocol):
    """A case."""

    number: int
    child: int
    opened_at: datetime
    ended: Any


def child_link(child: int, words: str = "") -> Element:
    """The way to one child's consents."""
    return dcc.Link(words or str(child), href=f"{PATH}?id={child}")


def in_force(found: Sequence[InForce], names: Names) -> list[Element]:
    """Who may receive what today."""
    if not found:
        return [html.P("Nobody outside may receive anything about this child that needs consent.", className="note")]
    rows = [
        (
            names.get(one.recipient, one.recipient),
            about(one.elements, [one.contributor], [one.purpose], names),
            ", ".join(map(str, one.statements)),
            day(one.until) if one.until else "No last day",
            "Yes" if one.agreed else "No agreement in force lets it through",
        )
        for one in found
    ]
    heads = ("Who", "May receive", "By statement", "Through", "Shared")
    return [grid("In force today, by consent", heads, rows)]


def statements(
    lines: Sequence[Line], standing: Mapping[int, str], names: Names, relations: Names, zone: tzinfo
) -> list[Element]:
    """Every statement, newest first, each a section of its own; standing: what its today is, in words; zone: in which
    its day is told."""
    if not lines:
        return [html.P("Nobody has said anything about this child yet.", className="note")]
    return [_statement(one, standing.get(one.number, ""), names, relations, zone) for one in lines]


def standing_words(standing: Mapping[int, str], against: Mapping[int, Against]) -> dict[int, str]:
    """Where each statement stands, in words; of one that is not in force, by which others."""
    told = {number: STANDING.get(code, "") for number, code in standing.items()}
    return told | {number: _by_which(one) or told[number] for number, one in against.items()}


def _by_which(found: Against) -> str:
    own, others = ((f"No. {n}" for n in numbers) for numbers in (found.own, found.others))
    parts = []
    if found.own:
        parts.append(f"the same person said something later ({', '.join(own)})")
    if found.others:
        parts.append(f"another person’s no stands against it ({', '.join(others)})")
    return f"Not in force: {', and '.join(parts)}" if parts else ""


def _statement(one: Line, stands: str, names: Names, relations: Names, zone: tzinfo) -> Element:
    who = f"{one.signer}, {relations.get(one.relationship, one.relationship).lower()}"
    says = "agrees" if one.say == "permit" else "says no"
    signed = f"Signed on {day(one.signed_on)}" if one.signed_on else "No date of signature"
    rows = [
        ("Today", stands),
        ("About", whole(one, names)),
        ("When", f"{signed}; recorded {_moment(one.at, zone)}, {CHANNELS.get(one.channel, one.channel)}"),
        ("Holds", _holds(one)),
        ("Form", form_title(one)),
        ("Evidence", _evidence(one)),
        *([("Missing", ", ".join(one.missing))] if one.missing else []),
    ]
    listed = [html.Div([html.Dt(title), html.Dd(words)]) for title, words in rows]
    title = html.H3(f"No. {one.number}: {who}, {says}", id=f"statement-{one.number}")
    return html.Section([title, html.Dl(listed, className="clauses"), files(one)], className="statement")


def _holds(one: Line) -> str:
    """A no does not run out: it holds until its signer says something else."""
    first = f"From {day(one.effective_on)} " if one.effective_on else ""
    if one.say == "deny":
        return f"{first}{'u' if first else 'U'}ntil this person says something else"
    return f"{first}{'t' if first else 'T'}hrough {day(one.expires_on)}" if one.expires_on else f"{first}No last day"


def form_title(one: Line) -> str:
    """Which text was signed, in which version and language."""
    if not one.form:
        return "No form named"
    texts = {(code, language): text for (code, language, _), text in versions().items()}
    found = texts.get((one.form, one.language or "en"))
    told = LANGUAGES.get(one.language, one.language)
    return f"{found.title if found else one.form}, version {one.version or 'unknown'}{f', {told}' if told else ''}"


def _evidence(one: Line) -> str:
    return "A scan" if one.evidence.startswith("scan ") else one.evidence or "None"


def files(one: Line) -> Element:
    """The family's copy, and the scan where there is one."""
    scan = [_button("scan", one.number, "Open the scan")] if one.evidence.startswith("scan ") else []
    return html.Div([_button("copy", one.number, "Copy for the family (PDF)"), *scan], className="acts")


def _button(what: str, number: int, words: str) -> Element:
    identity = {"type": FILE, "what": what, "number": number}
    told = {"aria-label": f"{words}, statement {number}"}
    return html.Button(words, id=identity, type="button", className="button-quiet", **told)


def orders(found: Sequence[Order], child: int, zone: tzinfo) -> list[Element]:
    """Entries about court orders, with the way to correct those that count."""
    if not found:
        return [html.P("No court order is on file.", className="note")]
    heads = ("Entry", "Whose right", "From", "Through", "Evidence", "Recorded", "")
    rows = [
        (
            one.number,
            one.name,
            day(one.starts),
            "Never held" if one.mistaken else day(one.ends) if one.ends else "Further notice",
            "A scan" if one.evidence.startswith("scan ") else one.evidence,
            f"{_moment(one.recorded_at, zone)}, {one.recorded_by}",
            "Replaced by a later entry" if one.replaced else _correct(one, child),
        )
        for one in found
    ]
    return [grid("Court orders, newest entry first", heads, rows)]


def _correct(one: Order, child: int) -> Element:
    label = {"aria-label": f"Correct entry {one.number}"}
    return html.Span(dcc.Link("Correct", href=f"{PATH}?id={child}&order={one.number}"), **label)


def enrollments(found: Sequence[Enrollment], zone: tzinfo) -> list[Element]:
    """Entries about college; the newest counts."""
    if not found:
        return [html.P("No enrollment after high school is on file.", className="note")]
    rows = [
        (
            day(one.starts_on) if one.starts_on else "Not enrolled: the entry before was a mistake",
            "A scan" if one.evidence.startswith("scan ") else one.evidence,
            f"{_moment(one.recorded_at, zone)}, {one.recorded_by}",
            "Counts" if place == 0 else "Replaced by a later entry",
        )
        for place, one in enumerate(found)
    ]
    return [grid("College enrollment, newest entry first", ("First day", "Evidence", "Recorded", ""), rows)]


def cases(found: Sequence[Case], caption: str, zone: tzinfo) -> Element:
    """Cases as a table; those that have ended with how."""
    heads = ("Case", "Child no.", "Since", *(("Ended", "How") if any(one.ended for one in found) else ()))
    rows = [
        (
            dcc.Link(f"Case {one.number}", href=f"{CASES}?n={one.number}"),
            child_link(one.child),
            _moment(one.opened_at, zone),
            *([_moment(one.ended.at, zone), ENDINGS.get(one.ended.how, one.ended.how)] if one.ended else ["Open", ""]),
        )
        for one in found
    ]
    return grid(caption, heads, [row[: len(heads)] for row in rows])


def ending(one: Ending, zone: tzinfo) -> Element:
    """How a case ended, in a sentence."""
    note = f" “{one.note}”" if one.note else ""
    return html.P(f"{ENDINGS.get(one.how, one.how)}, {_moment(one.at, zone)}, {one.by}.{note}", className="standing")


def _moment(when: datetime, zone: tzinfo) -> str:
    return day(when.astimezone(zone).date())
