"""An agreement as a person reads it: sentences first, clauses beneath, history at the end."""

from collections.abc import Mapping, Sequence
from datetime import date

from catalog.terms import area_levels, elements, purposes
from components.markup import Element, html
from privacy.agreement import ALWAYS_CONSENT, ANY, NOT_REQUIRED, TEXTS, Agreement, Level, State, Tier

Names = Mapping[str, str]
TIERS: Names = {
    Tier.CHARTER: "Charter: who takes part",
    Tier.SHARING: "Data sharing agreement: a contributor lets data in",
    Tier.USE: "Data-use license: a data user gets data out",
}
LEVELS: Names = {
    "aggregate": "Protected counts and percentages",
    "deidentified": "Rows about children without names",
    "identifiable": "Named children",
}
SHORT: Names = {level.code: level.title for level in Level}
STATES: Names = {
    State.DRAFT: "Draft",
    State.SIGNED: "Signed, not in force yet",
    State.ACTIVE: "In force",
    State.SUSPENDED: "Suspended",
    State.ENDED: "Ended",
}


def day(when: date) -> str:
    """A day in words."""
    return f"{when:%B} {when.day}, {when.year}"


def standing(one: Agreement, today: date) -> str:
    """Where an agreement stands today, in a few words."""
    if one.state is State.ACTIVE and today > one.ends:
        return f"Lapsed on {day(one.ends)}"
    if one.state is State.ACTIVE and today < one.starts:
        return f"In force from {day(one.starts)}"
    return STATES[one.state]


def lists(words: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def paragraphs(one: Agreement, names: Names) -> list[str]:
    """The agreement in sentences that a parent understands."""
    who = names.get(one.party, one.party)
    told = lists([elements()[e].title.lower() for e in elements() if e in one.elements])
    why = lists([purposes()[p].lower() for p in purposes() if p in one.purposes])
    through = f"from {day(one.starts)} through {day(one.ends)}"
    how = LEVELS[one.level.code].lower()
    opening = {
        Tier.CHARTER: f"{who} and its members agree to work together, {through}.",
        Tier.SHARING: f"{who} lets the community use data about the children it serves, {through}.",
        Tier.USE: f"{who} may use data of {_some(one.contributors, names, 'all contributors')}, {through}.",
    }
    found = [opening[one.tier], f"The data are: {told}.", f"They may be used to: {why}."]
    found.append(f"The closest anybody comes to a child is: {how}.")
    finest = area_levels()[one.finest_area].title.lower()
    found.append(f"Results are shown for areas no smaller than {finest}, and never a count below {one.minimum_count}.")
    if one.tier is Tier.SHARING and not one.whole:
        found.append("Because it is about a part of the data only, nothing of it is counted in publications.")
    if one.areas:
        found.append(f"Only these places are meant: {lists(sorted(one.areas))}.")
    if one.programs:
        found.append(f"Of named children, only records in these programs are meant: {lists(sorted(one.programs))}.")
    return found + _closeness(one, names)


def _closeness(one: Agreement, names: Names) -> list[str]:
    """What holds for named children."""
    found = []
    if one.tier is Tier.SHARING and one.level is Level.IDENTIFIABLE:
        to = _some(one.recipients, names, "every member with a license")
        found.append(
            f"Named children may be shared with {to}." if one.recipients else "No one receives named children."
        )
        found.append(consent_rule(one))
    if one.tier is Tier.USE and one.recipients:
        found.append(f"Only these may receive the data: {receivers(one, names)}.")
    if one.destruction_due is not None:
        found.append(f"What was received is destroyed by {day(one.destruction_due)}.")
    return found


def receivers(one: Agreement, names: Names) -> str:
    """Who may receive anything under a license."""
    everybody = f"everybody of {names.get(one.party, one.party)}"
    told = [names.get(code, "one more person") for code in sorted(one.recipients - {ANY})]
    return lists([*([everybody] if ANY in one.recipients else []), *told]) or everybody


def consent_rule(one: Agreement) -> str:
    """For which data a parent's consent is needed."""
    free = [
        element
        for element in elements()
        if element in one.elements
        and one.consent.get(element) == NOT_REQUIRED
        and ALWAYS_CONSENT.isdisjoint(elements()[element].tags)
    ]
    if not free:
        return "A parent's or guardian's consent is needed for every child and everything that is shared."
    told = lists([elements()[e].title.lower() for e in free])
    return f"A parent's or guardian's consent is needed for everything but: {told}."


def _some(codes: frozenset[str], names: Names, everyone: str) -> str:
    return everyone if ANY in codes else lists(sorted(names.get(code, code) for code in codes))


def clauses(one: Agreement, names: Names) -> list[tuple[str, str]]:
    """Every clause by its title."""
    rows = [
        ("Kind", TIERS[one.tier]),
        ("Whose agreement", names.get(one.party, one.party)),
        ("Level", LEVELS[one.level.code]),
        ("Data elements", lists([elements()[e].title for e in elements() if e in one.elements])),
        ("Purposes", lists([purposes()[p] for p in purposes() if p in one.purposes])),
        ("Smallest areas", area_levels()[one.finest_area].title),
        ("Smallest count", str(one.minimum_count)),
        ("First day", day(one.starts)),
        ("Last day", day(one.ends)),
        ("Programs", lists(sorted(one.programs)) or "All"),
        ("Places", lists(sorted(one.areas)) or "All"),
    ]
    if one.tier is Tier.USE:
        rows.append(("Whose data", _some(one.contributors, names, "All contributors")))
        told = receivers(one, names)
        rows.append(("Who may receive data", told[:1].upper() + told[1:]))
    if one.tier is Tier.SHARING:
        rows.append(
            ("May receive named children", _some(one.recipients, names, "Every member with a license") or "Nobody")
        )
        rows.append(("Consent", consent_rule(one)))
    rows.append(("Destroyed by", day(one.destruction_due) if one.destruction_due else "No day set"))
    return rows + [(title, one.texts[key]) for key, title in TEXTS.items() if key in one.texts]


def text(one: Agreement, names: Names) -> Element:
    """The sentences, and the clauses behind a summary."""
    rows = [html.Div([html.Dt(title), html.Dd(words)]) for title, words in clauses(one, names)]
    return html.Div(
        [
            *(html.P(sentence) for sentence in paragraphs(one, names)),
            html.Details([html.Summary("All clauses"), html.Dl(rows, className="clauses")], open=True),
        ],
        className="covenant",
    )


def differences(old: Agreement, new: Agreement, names: Names) -> list[tuple[str, str, str]]:
    """(clause, before, after) of what an amendment changes."""
    before, after = dict(clauses(old, names)), dict(clauses(new, names))
    titles = [*before, *(title for title in after if title not in before)]
    rows = [(title, before.get(title, "—"), after.get(title, "—")) for title in titles]
    return [("Title", old.title, new.title)] * (old.title != new.title) + [r for r in rows if r[1] != r[2]]


def grid(caption: str, heads: Sequence[str], rows: Sequence[Sequence[object]], look: str = "cards") -> Element:
    """A plain table; the first cell of a row is its heading. look: on a phone `cards`, or `matrix` that scrolls."""
    body = [html.Tr([html.Th(row[0], scope="row"), *labelled(heads[1:], row[1:])]) for row in rows]
    made = html.Table(
        [html.Caption(caption), html.Thead(html.Tr([html.Th(h, scope="col") for h in heads])), html.Tbody(body)],
        className=f"data-table office-table {look}",
    )
    return html.Div(made, className="table-scroll", role="region", tabIndex=0, **{"aria-label": caption})


def labelled(heads: Sequence[str], cells: Sequence[object]) -> list[Element]:
    """Cells that know their heading: where a row is a card, it stands before each of them."""
    return [
        html.Td(cell, **({"data-label": head} if head.strip() else {})) for head, cell in zip(heads, cells, strict=True)
    ]
