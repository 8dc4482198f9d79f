"""About the data: every definition, the marks, and which tables are offered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catalog.indicators import Indicator
from catalog.terms import elements
from components.cells import SYMBOLS, percent
from components.markup import Element, html
from privacy.rounding import ROUNDED


@dataclass(frozen=True, slots=True)
class Offered:
    """One table of an indicator: its title, whether it is offered, what share is hidden, and the sentence if not."""

    title: str
    offered: bool
    share: float
    why: str


def marks() -> Element:
    """What the marks mean, the same everywhere."""
    long = {
        "c": "The number stands for very few children, or could be used to work out one that does. Hidden is not zero.",
        "x": "Nobody reported it, or no table holds it.",
        "z": "It cannot exist here, for example where nobody lives.",
        "u": "The number is shown, but with so few children it could easily have come out differently.",
    }
    parts = [(html.Dt(f"[{mark}] {words}"), html.Dd(long[mark])) for mark, words in SYMBOLS.items()]
    return html.Dl([part for pair in parts for part in pair], className="marks")


def rounding() -> list[Any]:
    """How numbers are rounded, and how far off a percentage can be for it."""
    exact = "Children served is the one number that is exact: nothing else is counted among the same children."
    intervals = (
        "The interval beside a percentage (“likely 38–52 %”) is as wide as chance and the rounding make it, so that it "
        "holds what the exact numbers would say. Changes and gaps are called clear only where it still shows them. A "
        "percentage that rounding alone could move by 5 points or more always carries [u]."
    )
    return [html.P(text) for text in (ROUNDED, intervals, exact)]


def definition(indicator: Indicator, tables: Sequence[Offered]) -> Element:
    """One indicator: what is counted, among whom, from where, who answers for it, and where it is shown."""
    kinds = [elements()[name].title.lower() for name in indicator.data_elements]
    pairs = [
        ("Question", indicator.question),
        ("Counted", indicator.numerator),
        ("Out of", indicator.population_title),
        ("Definition", indicator.definition),
        ("Why it matters", indicator.why_it_matters),
        ("Better is", {True: "higher", False: "lower", None: "neither higher nor lower"}[indicator.higher_is_better]),
        ("Source", indicator.source),
        ("Data elements", ", ".join(kinds)),
        ("Steward", indicator.steward),
        ("Next review", f"{indicator.next_review:%B} {indicator.next_review.day}, {indicator.next_review.year}"),
    ]
    body = [part for label, text in pairs for part in (html.Dt(label), html.Dd(text))]
    return html.Section(
        [html.H3(indicator.title), html.Dl([*body, html.Dt("Shown"), html.Dd(_shown(tables))], className="definition")],
        id=indicator.name,
        className="entry",
    )


def _shown(tables: Sequence[Offered]) -> list[Any]:
    whole = [t.title.lower() for t in tables if t.offered and t.share == 0]
    partly = [f"{t.title.lower()} ({_hidden(t.share)})" for t in tables if t.offered and t.share > 0]
    withheld = [html.Li(f"{t.title}: {t.why}") for t in tables if not t.offered]
    lines = [html.P(f"Nothing hidden: {'; '.join(whole)}.")] if whole else []
    lines += [html.P(f"Some hidden: {'; '.join(partly)}.")] if partly else []
    if withheld:
        many = f"{len(withheld)} tables not shown, and why" if len(withheld) > 1 else "1 table not shown, and why"
        lines.append(html.Details([html.Summary(many), html.Ul(withheld)]))
    return lines or [html.P("Not in this publication.")]


def _hidden(share: float) -> str:
    return percent(max(round(100 * share), 1))
