"""Named children as sealed records: a list to choose from, and one child's fields with what each rests on."""

from collections.abc import Mapping
from typing import Any

from catalog.naming import many
from catalog.terms import elements, purposes
from components.covenant import labelled
from components.markup import Element, html
from privacy.sealed import IdentifiableRecords

OPEN = "open-child"
FOUND = ("Name", "Age", "Known to", "Record")
FIELDS = ("What", "On file", "From", "Allowed by")


def notice(records: IdentifiableRecords) -> Element:
    """What the reader may do with the records; it stands above every list and every child."""
    what = purposes()[records.purpose].lower()
    return html.P([html.Strong(f"For this purpose only: {what}. "), records.notice], className="redisclosure")


def listing(records: IdentifiableRecords, members: Mapping[str, str]) -> list[Any]:
    """The children found, each with a button that opens it."""
    if not len(records):
        told = "No child of this name is open to you for this purpose. Check the spelling, or ask for consent."
        return [html.P(told, className="note")]
    more = [html.P("There are more. Type more of the name.", className="note")] if records.more else []
    heads = html.Tr([html.Th(title, scope="col") for title in FOUND])
    rows = [_line(child, records, members) for child in records.children]
    table = html.Table(
        [html.Caption(f"{many(len(records), 'child', 'children')} found"), html.Thead(heads), html.Tbody(rows)],
        className="data-table cards",
    )
    region = html.Div(table, className="table-scroll", role="region", tabIndex=0, **{"aria-label": "Children found"})
    return [notice(records), region, *more]


def _line(child: int, records: IdentifiableRecords, members: Mapping[str, str]) -> Element:
    frame = records.frame
    mine = frame[(frame["child"] == child) & frame["value"].notna()]
    name = next(iter(mine.loc[mine["element"] == "child", "value"]), "Name not shared")
    age = next(iter(mine.loc[mine["element"] == "birth_date", "value"]), "Not shared")
    known = ", ".join(members.get(code, code) for code in sorted(set(mine["contributor"])))
    button = html.Button(
        ["Open", html.Span(f" {name}", className="visually-hidden")],
        id={"type": OPEN, "child": child},
        type="button",
        className="button-quiet",
    )
    return html.Tr([html.Th(name, scope="row"), *labelled(FOUND[1:], (age, known, button))])


def one(records: IdentifiableRecords, members: Mapping[str, str]) -> list[Any]:
    """Every field of one child: the value, who shares it, and what it rests on; then what is not shown and why."""
    frame = records.frame
    shown, hidden = frame[frame["value"].notna()], frame[frame["value"].isna()]
    named = shown.loc[shown["element"] == "child", "value"]
    name = next(iter(named), "A child whose name is not shared")
    shown = shown.iloc[shown["element"].map(list(elements()).index).argsort(kind="stable")]
    rows = [
        html.Tr(
            [
                html.Th(_title(row.element), scope="row"),
                *labelled(FIELDS[1:], (_dated(row), members.get(row.contributor, row.contributor), _rests(row))),
            ]
        )
        for row in shown.itertuples()
    ]
    heads = html.Tr([html.Th(title, scope="col") for title in FIELDS])
    caption = html.Caption("What is shared with you")
    table = html.Table([caption, html.Thead(heads), html.Tbody(rows)], className="data-table child-fields cards")
    region = html.Div(table, className="table-scroll", role="region", tabIndex=0, **{"aria-label": "What is shared"})
    entry = html.P(f"This look is entry {records.disclosures[0]} of the ledger.", className="source")
    return [html.H2(name, id="child-name", tabIndex=-1), notice(records), region, entry, *_absent(hidden, members)]


def _dated(row: Any) -> str:
    return f"{row.value} ({row.told_on:%B %-d, %Y})" if row.told_on and row.element != "birth_date" else str(row.value)


def _rests(row: Any) -> str:
    if row.sharing.startswith("emergency/"):
        return f"Emergency no. {row.sharing.partition('/')[2]}"
    consent = f", consent {row.consent}" if row.consent else ""
    return f"Agreement {row.sharing}{'' if row.sharing == row.license else f' and license {row.license}'}{consent}"


def _absent(hidden: Any, members: Mapping[str, str]) -> list[Any]:
    if not len(hidden):
        return []
    reasons: dict[tuple[str, str], list[str]] = {}
    for row in hidden.itertuples():
        reasons.setdefault((row.contributor, row.reason), []).append(_title(row.element))
    items = [
        html.Li([html.Strong(f"{members.get(who, who)}: " if who else ""), f"{_listed(titles)}. {why}"])
        for (who, why), titles in reasons.items()
    ]
    return [html.H3("What is not shown, and why"), html.Ul(items, className="absent-fields")]


def _listed(titles: list[str]) -> str:
    names = [title if n == 0 else title[0].lower() + title[1:] for n, title in enumerate(dict.fromkeys(titles))]
    return ", ".join(names)


def _title(element: str) -> str:
    return {"child": "Name", "birth_date": "Age"}.get(element, elements()[element].title)
