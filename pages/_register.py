"""On the register of agreements: who may have whose data today, and every agreement."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from dash import dcc, html

from components import covenant
from components.markup import Element
from data_access.agreements import Organization
from data_access.office import Party
from data_access.register import Cell
from privacy.agreement import Agreement, Tier

PATH = "/agreements"
BESIDES = " (consent is asked besides, child by child)"


def matrix(desk: Party, members: Mapping[str, Organization]) -> Any:
    """Contributor by data user: the closest level allowed today."""
    cells = desk.matrix()
    if not cells:
        told = "No data of any contributor are open to a data user today: it takes an agreement on each side."
        return html.Section([html.H2("Who sees what"), html.P(told)])
    givers = sorted({giver for giver, _ in cells})
    takers = sorted({taker for _, taker in cells})
    heads = ["Contributor", *(members[code].name for code in takers)]
    rows = [[members[g].name, *(_cell(cells.get((g, t))) for t in takers)] for g in givers]
    caption = f"Who may have whose data today, and how close to a child{BESIDES}"
    return html.Section([html.H2("Who sees what"), covenant.grid(caption, heads, rows, "matrix")])


def exchange(desk: Party, members: Mapping[str, Organization]) -> Any:
    """What one organization gives and what it gets: of what the others give each other its matrix knows nothing."""
    cells, mine = desk.matrix(), desk.session.viewer.organization
    gets = [[members[giver].name, _cell(cell)] for (giver, taker), cell in sorted(cells.items()) if taker == mine]
    gives = [[members[taker].name, _cell(cell)] for (giver, taker), cell in sorted(cells.items()) if giver == mine]
    tables = [
        covenant.grid(f"{caption}{BESIDES}", [head, "At most"], rows)
        for caption, head, rows in (
            ("Who may have your data today", "Data user", gives),
            ("Whose data you may have today", "Contributor", gets),
        )
        if rows
    ]
    none = html.P(
        "Nobody may have your data today, and you may have nobody\u2019s: it takes an agreement on each side."
    )
    return html.Section([html.H2("Who sees what"), *(tables or [none])])


def _cell(cell: Cell | None) -> Element | str:
    if cell is None:
        return "Nothing"
    code = cell.level.code
    return html.Span(covenant.SHORT[code], className=f"matrix-cell level-{code}")


def listing(found: list[Agreement], members: Mapping[str, Organization], today: date) -> Any:
    """Every agreement with its state, by kind."""
    rows = [
        [
            dcc.Link(one.title, href=f"{PATH}?id={one.id}"),
            members[one.party].name,
            covenant.TIERS[one.tier].split(":")[0],
            covenant.SHORT[one.level.code],
            covenant.standing(one, today),
            covenant.day(one.ends),
        ]
        for one in sorted(found, key=lambda one: (list(Tier).index(one.tier), one.title))
    ]
    heads = ["Agreement", "Whose", "Kind", "Level", "State", "Last day"]
    return html.Section([html.H2("Register"), covenant.grid("Every agreement, by kind", heads, rows)])
