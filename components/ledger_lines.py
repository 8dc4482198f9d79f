"""Entries of the ledger as a table and as CSV, and how its chain stands, in words."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from catalog.indicators import indicators
from catalog.naming import many
from catalog.terms import elements, purposes
from components.covenant import labelled
from components.markup import Element, html
from components.spreadsheets import Value, csv_of

ACTIONS: Final[Mapping[str, str]] = {
    "sign-in": "Signed in",
    "sign-in-code": "Made a one-time code for a parent or guardian",
    "download": "Downloaded a report",
    "api": "Read a report by the API",
    "list": "Saw a child in a list",
    "view": "Read one child’s record",
    "extract": "Took out an extract",
    "emergency": "Opened records in an emergency",
    "import": "Brought in a file",
    "withdraw": "Withdrew a contribution",
    "match": "Matched records of children",
    "publish": "Published",
    "agreement": "Changed an agreement",
    "organization": "Added or renamed an organization",
    "destruction": "Recorded that data were destroyed",
    "consent": "Recorded a statement of consent",
    "court order": "Recorded a court order",
    "postsecondary": "Recorded enrollment in college",
    "dispute": "A case where parents disagree",
    "consent-copy": "Made a family’s copy of a signed form",
    "consent-scan": "Opened the scan of a signed form",
    "consent-file": "Took out consents to renew",
    "guardian": "Changed a parent’s or guardian’s link",
    "family-request": "Worked on a family’s request",
    "my-child": "Read their own child’s page",
    "ledger-export": "Took out entries of the ledger",
    "verify": "Checked the ledger",
    "person": "Changed who may sign in",
    "view-as": "Looked as somebody else",
}
OUTCOMES: Final[Mapping[str, str]] = {
    "done": "Done",
    "refused": "Refused",
    "nothing": "Found nobody",
    "throttled": "Too many tries",
}
COLUMNS: Final = (
    *("sequence", "at", "action", "person", "actor", "organization", "member", "purpose", "agreement", "channel"),
    *("outcome", "child", "detail", "mac"),
)


def action_title(action: str) -> str:
    """What was done, in words."""
    return ACTIONS.get(action, action.replace("-", " ").capitalize())


def purpose_title(codes: str) -> str:
    """What for, in words."""
    return "; ".join(purposes().get(code, code) for code in codes.split(",") if code)


def report_title(detail: Mapping[str, Any]) -> str:
    """Which report, by the name of its outcome; of a child, which fields."""
    fields = sorted({field for one in detail.get("from", ()) for field in one.get("fields", ())})
    if fields:
        return ", ".join(elements()[field].title.lower() if field in elements() else field for field in fields)
    asked = detail.get("report")
    name = asked.get("i", "") if isinstance(asked, Mapping) else ""
    return indicators()[name].title if name in indicators() else str(name)


def table(rows: Sequence[Mapping[str, Any]], caption: str, full: bool, agreements: Mapping[str, str]) -> Element:
    """One row an entry; full: with person, child, outcome and codes. agreements: their titles by id."""
    titles = ["When", "What", "Who", "What for", "Agreement", *(["Outcome", "Codes"] if full else ["Outcome"])]
    head = html.Tr([html.Th(title, scope="col") for title in titles])
    body = [html.Tr(_cells(row, full, titles, agreements)) for row in rows]
    look = "data-table ledger-table cards"
    made = html.Table([html.Caption(caption), html.Thead(head), html.Tbody(body)], className=look)
    return html.Div(made, className="table-scroll", role="region", tabIndex=0, **{"aria-label": caption})


def agreement_title(reference: str, agreements: Mapping[str, str]) -> str:
    """An agreement by its title and, from the second on, its version; what is unknown stays as it is written."""
    name, _, version = reference.partition("/")
    if name == "emergency":
        return f"Emergency no. {version}"
    title = agreements.get(name, "")
    return (f"{title}, version {version}" if version not in ("", "1") else title) or reference


def _cells(row: Mapping[str, Any], full: bool, titles: Sequence[str], agreements: Mapping[str, str]) -> list[Element]:
    what = [action_title(row["action"])]
    if title := report_title(row["detail"]):
        what.append(f": {title}")
    if full and row["child"] is not None:
        what.append(f" (child {row['child']})")
    who = f"{row['person']}, {row['member']}".removesuffix(", ") if full else row["member"]
    outcome = OUTCOMES.get(row["outcome"], row["outcome"].capitalize())
    under = agreement_title(row["agreement"], agreements)
    told = ["".join(what), who, purpose_title(row["purpose"]), under, outcome, *([_codes(row)] if full else [])]
    return [html.Th(f"{row['at']:%b %-d, %Y, %-I:%M %p}", scope="row"), *labelled(titles[1:], told)]


def _codes(row: Mapping[str, Any]) -> Element:
    told = json.dumps(row["detail"], indent=1, sort_keys=True)
    name = f"Codes of entry {row['sequence']}"
    inner = html.Pre(f"{row['channel'] or 'no channel'}\n{told}\nseal {row['mac'][:16]}…")
    return html.Details([html.Summary(f"{row['sequence']}", **{"aria-label": name}), inner])


def csv_bytes(rows: Iterable[Mapping[str, Any]], full: bool) -> bytes:
    """The same entries as a file that no spreadsheet takes for formulas."""
    hidden = () if full else ("person", "actor", "child", "mac")
    names = [name for name in COLUMNS if name not in hidden]
    return csv_of(names, ({name: _plain(row[name]) for name in names} for row in rows))


def _plain(value: Any) -> Value:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, Mapping):
        return json.dumps(value, sort_keys=True)
    return value if isinstance(value, int | None) else str(value)


def chain(rows: int, why: str, checked_at: datetime | None, whole: bool) -> Element:
    """How the chain stands: its end now, and the last full check. why: what is to be mended at the end, if anything."""
    end = f"{many(rows, 'entry', 'entries')}. " + (
        why or "The newest agrees with the seal that is kept outside the database."
    )
    if checked_at is None:
        last = "The whole chain has not been checked from this page yet."
    else:
        result = "it was whole" if whole else "it was NOT whole"
        last = f"The whole chain was last checked on {checked_at:%B %-d, %Y at %-I:%M %p}: {result}."
    good = not why and whole
    look = "chain-status good" if good else "chain-status bad"
    head = html.Strong("The ledger is in order. " if good else "The ledger needs attention. ")
    return html.P([head, end, " ", last], className=look)
