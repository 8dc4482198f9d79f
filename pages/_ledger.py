"""What the two pages of the ledger share: filters, one page of entries, the file."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc as dash_core
from dash import html as dash_html

from catalog.naming import many
from catalog.terms import purposes
from components import filters, ledger_lines, shell, urlstate
from components.covenant import day as as_words
from components.markup import Element, dcc, html
from data_access.ledger_search import Found, LedgerReader, Search, TooMany
from pages._session import current

KEYS = ("action", "organization", "actor", "purpose", "outcome", "first", "last", "page")
ANY = {"": "Any"}


def reader() -> LedgerReader:
    """The ledger for whoever is looking; raises Refused."""
    return LedgerReader(current())


def layout(page: str, title: str, lead: str, words: Mapping[str, Any], above: Any = ()) -> Any:
    """The page around its slot."""
    book = reader()
    query = urlstate.clean(words, dict.fromkeys(KEYS, ""))
    context = "Every entry, newest first" if book.everything else "Entries about your organization’s data, newest first"
    parts = [urlstate.store(page, query, dict.fromkeys(KEYS, ""))]
    shown = [*above, html.Div(id=f"{page}-content"), files(page)]
    return shell.page(title, context, shown, filters=controls(page, book, query), lead=lead, parts=parts)


def controls(page: str, book: LedgerReader, query: Mapping[str, str]) -> list[Any]:
    """Filters; what a person types stays out of the address."""

    def choice(key: str, label: str, options: Mapping[str, str]) -> Any:
        named = filters.with_current(ANY | dict(options), query[key], {})
        return filters.choice(page, key, label, named, query[key], "wide" if key == "action" else "", nothing="Any")

    actions = {name: ledger_lines.action_title(name) for name in book.actions()}
    first = [
        choice("action", "What was done", actions),
        choice("organization", "Organization", book.members()),
        _day(page, "first", "From", query),
        _day(page, "last", "Through", query),
    ]
    rest = [choice("purpose", "What for", purposes()), choice("outcome", "Outcome", ledger_lines.OUTCOMES)]
    if book.everything:
        rest += [choice("actor", "Person", book.people()), _typed(f"{page}-child", "Number of a child", "number")]
    rest += [_typed(f"{page}-words", "Words", "search"), _button(f"{page}-find", "Search")]
    return [*first, filters.more("More filters", rest)]


def _day(page: str, key: str, label: str, query: Mapping[str, str]) -> Any:
    identity = urlstate.control(page, key)
    box = dbc.Input(id=identity, type="date", value=query[key], debounce=True)
    return dash_html.Div([dash_html.Label(label, htmlFor=filters.dom_id(identity)), box], className="filter")


def _typed(identity: str, label: str, kind: str) -> Any:
    box = dbc.Input(id=identity, type=kind, autoComplete="off", maxLength=100)
    return dash_html.Div([dash_html.Label(label, htmlFor=identity), box], className="filter")


def _button(identity: str, label: str) -> Any:
    return dash_html.Button(label, id=identity, type="button", className="button-quiet find")


def files(page: str) -> Element:
    """The export, with what came of it."""
    return html.Div(
        [
            _button(f"{page}-export", "Download these entries (CSV)"),
            html.P(id=f"{page}-status", role="status", className="note"),
            dash_core.Download(id=f"{page}-file"),
        ],
        className="export",
    )


def wanted(query: Any, words: str | None, child: Any = None) -> Search:
    """The search that address and typed words ask for; what cannot be read is left out."""
    asked = urlstate.clean(query if isinstance(query, dict) else {}, dict.fromkeys(KEYS, ""))
    exact = {key: asked[key] for key in ("action", "organization", "actor", "purpose", "outcome")}
    number = int(child) if str(child or "").strip().isdecimal() and len(str(child).strip()) < 18 else None
    page = int(asked["page"]) if asked["page"].isdecimal() and len(asked["page"]) < 9 else 1
    days = {key: _as_day(asked[key]) for key in ("first", "last")}
    return Search(words=str(words or "")[:100], child=number, page=page, **exact, **days)


def _as_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def drawn(path: str, query: Any, asked: Search) -> list[Any]:
    """One page of entries with the way to the next."""
    book = reader()
    if told := crossed(asked):
        return [html.P(told, className="note")]
    found = book.search(asked)
    if not found.total:
        return [html.P("No entry fits this search.", className="note")]
    rows = [asdict(entry) for entry in found.entries]
    table = ledger_lines.table(rows, _caption(found), book.everything, book.titles())
    return [table, _pages(path, query, found)]


def crossed(asked: Search) -> str:
    """What to say where the last day lies before the first."""
    if not asked.first or not asked.last or asked.first <= asked.last:
        return ""
    days = f"“From” is {as_words(asked.first)}, “Through” is {as_words(asked.last)}"
    return f"The days are crossed, so nothing was looked for: {days}. Let “From” be the earlier one."


def _caption(found: Found) -> str:
    count = many(found.total, "entry", "entries")
    return count if found.pages == 1 else f"{count}, page {found.page:,} of {found.pages:,}"


def _pages(path: str, query: Any, found: Found) -> Element:
    asked = urlstate.clean(query if isinstance(query, dict) else {})
    near = {"Newer entries": found.page - 1, "Older entries": found.page + 1}
    links = [
        dcc.Link(title, href=urlstate.link(path, asked | {"page": str(number)}), className="button-quiet")
        for title, number in near.items()
        if 1 <= number <= found.pages
    ]
    return html.Nav(links, className="pages", **{"aria-label": "Pages of entries"})


def exported(asked: Search) -> tuple[str, Any]:
    """What is said, and the file; it leaves only if the ledger took the entry."""
    book = reader()
    if told := crossed(asked):
        return told, None
    try:
        rows = [asdict(entry) for entry in book.all(asked)]
    except TooMany as error:
        return str(error), None
    content = ledger_lines.csv_bytes(rows, book.everything)
    number = book.note_export(asked, hashlib.sha256(content).hexdigest(), len(rows))
    name = f"ledger-{current().today.isoformat()}.csv"
    return f"Saved {many(len(rows), 'entry', 'entries')} as {name}. Ledger entry {number}.", dash_core.send_bytes(
        content, name
    )


def chain() -> Element:
    """How the chain stands; for the backbone."""
    found = reader().status()
    return ledger_lines.chain(found.end.rows, found.end.why or found.end.behind, found.checked_at, found.whole)
