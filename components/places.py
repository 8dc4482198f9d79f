"""Beside a map: the ranked list of its areas, the card of the chosen one, and a legend that is also a histogram."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from catalog.indicators import Indicator
from catalog.naming import many
from components import urlstate
from components.cells import SYMBOLS, Cell, number
from components.map import Sorted, diameter, ramp
from components.markup import Element, dcc, element, html, leaf
from components.sentences import Movement, movement
from geo.breaks import Breaks

ROW = "place-button"
# The code of the button that lets the chosen place go.
NOWHERE = "-"
# A span that is only looked at; without children it is a smaller part of each update of a map.
_look = partial(leaf, "dash_html_components", "Span")


def place_list(page: str, cells: Sequence[Cell], chosen: str, caption: str) -> Element:
    """Areas with value, interval and number of children, each a button that chooses it; in the caller's order."""
    rows = [_place(page, cell, chosen) for cell in cells]
    counts = bool(cells) and cells[0].is_count
    titles = ["Place", "Children"] if counts else ["Place", "Value", "Likely between"]
    heads = [html.Th(title, scope="col", className="value" if place else "") for place, title in enumerate(titles)]
    made = html.Table([html.Caption(caption), html.Thead(html.Tr(heads)), html.Tbody(rows)], className="data-table")
    return html.Div(made, className="place-list", role="region", tabIndex=0, **{"aria-label": caption})


def _place(page: str, cell: Cell, chosen: str) -> Element:
    """A row that `quorum.Place` in assets/panels.js draws: spelled out in elements it takes four times the bytes."""
    identity = {"type": ROW, "page": page, "area": cell.area}
    looks = {"hidden": cell.hidden, "chosen": cell.area == chosen}
    shown: dict[str, Any] = {look: True for look, on in looks.items() if on}
    if not cell.is_count:
        shown["beside"] = [cell.interval, "" if cell.n is None else f"of {number(cell.n)}"]
    return leaf("quorum", "Place", id=identity, name=cell.name, text=cell.text, **shown)


def meaning(cell: Cell) -> list[str]:
    """The marks of a number in words: above all, why there is none."""
    return [SYMBOLS[mark] for mark in cell.symbol.split()]


def card(page: str, line: Sequence[Cell], indicator: Indicator, year: str, inside: str) -> Element:
    """The chosen area: its value, its interval, how it moved, and where to read on. line: its cells by year."""
    now = next((cell for cell in line if cell.period == year), line[-1])
    moved = movement([cell for cell in line if cell.period <= now.period], indicator)
    base = f"of {now.n:,} {indicator.population_title}" if now.n is not None and not indicator.is_count else ""
    words = [f"likely {now.interval}" if now.interval else "", base, *meaning(now)]
    place = {"level": now.level, "area": now.area, "year": now.period}
    links = [
        dcc.Link("Compare", href=urlstate.link("/compare", {"i": indicator.name, **place})),
        dcc.Link("Community profile", href=urlstate.link("/profile", place)),
    ]
    close = {"type": ROW, "page": page, "area": NOWHERE}
    # `quorum.Card` in assets/panels.js: a section that comes into sight when its place is chosen.
    return element(
        "quorum",
        "Card",
        [
            html.Button("Close", id=close, type="button", className="panel-button card-close"),
            html.H2(now.name),
            html.P(inside, className="note") if inside else None,
            html.P(
                [
                    html.Span([now.text, " "], className="headline-number"),
                    html.Span(" · ".join(filter(None, words)), className="note"),
                ]
            ),
            None if now.hidden else html.P(_moved(moved)),
            html.P(links, className="card-links"),
        ],
        area=now.area,
        label=f"{now.name}, the chosen place",
    )


def _moved(found: Movement) -> str:
    since = f" since {found.since}" if found.since else ""
    return f"{found.words}{since}{f' ({found.between})' if found.between else ''}"


def class_legend(areas: Sorted, classes: Breaks, indicator: Indicator) -> Element:
    """Colors with their limits, and how many areas are in each."""
    counts = [0] * classes.classes
    for found in classes.classify([cell.value for cell in areas.shown]):
        if found is not None:
            counts[found] += 1
    # A value on a limit is in the upper class; only the last class has its upper limit too.
    told = classes.labels("\u00a0%")
    labels = [*(label.replace(" to ", " to under ") for label in told[:-1]), *told[-1:]]
    rows = [
        _entry({"background": color}, label, count, max(counts, default=1))
        for color, label, count in zip(ramp(classes.classes), labels, counts, strict=True)
    ]
    title = f"{indicator.title}: color and number of places"
    return _legend(title, [*rows, *_marks(areas)], "The limits are the same for all school years.")


def circle_legend(areas: Sorted, largest: int) -> Element:
    """Three circles with the counts they stand for."""
    unit = 10 ** max(len(str(largest)) - 2, 0)
    steps = [max(round(largest * share / unit), 1) * unit for share in (0.1, 0.4, 1.0)]
    rows = []
    for step in steps:
        size = f"{diameter(step, largest)}px"
        swatch = _look(className="swatch circle", style={"width": size, "height": size})
        rows.append(html.Li([html.Span(swatch, className="swatch-room"), html.Span(f"{step:,} children")]))
    return _legend("Size of a circle", [*rows, *_marks(areas)], "The same size for all school years.")


def _legend(title: str, rows: list[Any], foot: str) -> Element:
    return html.Div(
        [html.H3(title), html.Ul(rows, className="legend-rows"), html.P(foot, className="note")], className="legend"
    )


def _entry(look: dict[str, str], label: str, count: int, largest: int) -> Element:
    bar = _look(className="legend-bar", style={"width": f"{round(100 * count / max(largest, 1))}%", **look})
    return html.Li(
        [
            _look(className="swatch", style=look),
            html.Span(label, className="legend-label"),
            html.Span(bar, className="legend-room", **{"aria-hidden": "true"}),
            _count(count),
        ]
    )


def _count(places: int) -> Element:
    number, _, noun = many(places, "place").partition(" ")
    return html.Span([number, html.Span(f" {noun}", className="visually-hidden")], className="legend-count")


def _marks(areas: Sorted) -> list[Element]:
    kinds = [
        ("hatched", "[c] hidden so that no child can be recognized", len(areas.hidden)),
        ("dotted", "[x] not available", len(areas.no_data)),
        ("blank", "[z] nobody lives here", len(areas.empty)),
    ]
    return [
        html.Li(
            [
                _look(className=f"swatch {look}"),
                html.Span(label, className="legend-label wide"),
                _count(count),
            ]
        )
        for look, label, count in kinds
        if count
    ]
