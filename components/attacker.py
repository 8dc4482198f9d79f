"""What an attacker can learn from a publication: in plain words for everybody, in detail for who publishes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from textwrap import wrap
from typing import Any, Final

from catalog.indicators import indicators
from catalog.naming import many
from catalog.terms import area_levels
from components import theme
from components.cells import percent
from components.grids import Column, Entry, Grid, Row
from components.marks import Figure
from components.markup import Element, html
from components.panels import graph
from components.tables import table
from privacy.rounding import BASE

# The class of ranges without an upper limit, as a proof names it.
ENDLESS: Final = "unlimited"


@dataclass(frozen=True, slots=True)
class Lattice:
    """One population in one school year: numbers made, hidden, and the narrowest range an attacker gets."""

    population: str
    period: str
    cells: int
    hidden: int
    tightest: float | None


@dataclass(frozen=True, slots=True)
class Narrow:
    """A hidden number that can be narrowed most, by the width of what remains possible; never by its values."""

    population: str
    period: str
    cell: str
    width: float | None


@dataclass(frozen=True, slots=True)
class Share:
    """A table and the share of its numbers that is, or would be, hidden; beside it the coarser one."""

    indicator: str
    view: str
    share: float
    offered: bool
    coarser: str
    coarser_share: float | None


def in_short(cells: int, hidden: int) -> str:
    """How many numbers are hidden, and that it holds."""
    if not hidden:
        return f"None of {cells:,} numbers had to be hidden."
    return (
        f"{hidden:,} of {cells:,} numbers {'is' if hidden == 1 else 'are'} hidden so that no child can be recognized. "
        "Every attempt to work one of them out failed."
    )


def in_words(cells: int, hidden: int, tightest: float | None, k: int) -> list[str]:
    """The proof as a parent can read it."""
    prepared = f"{many(cells, 'number was', 'numbers were')} prepared for this publication."
    why = (
        f"A number is hidden when it could stand for fewer than {k} children, or when somebody could subtract other "
        "numbers from a total and find one that does."
    )
    if not hidden:
        return [f"{prepared} None of them had to be hidden.", why]
    how = (
        "Before anything was published, a program played the attacker: it took every published number and every way in "
        "which they add up, and tried to work out each hidden one. Had it succeeded once, nothing would have been "
        "published."
    )
    near = (
        "It could not narrow any hidden number that needs protection at all."
        if tightest is None
        else f"The closest it came to a hidden number that needs protection was a range {wide(tightest)} wide."
    )
    return [f"{prepared} {many(hidden, 'of them is', 'of them are')} hidden.", why, how, near]


def lattices(found: Sequence[Lattice], titles: Mapping[str, str]) -> Grid:
    """The proof by population and school year."""
    columns = (Column("cells", "Numbers"), Column("hidden", "Hidden"), Column("tightest", "Narrowest range reached"))
    rows = tuple(
        Row(
            f"{one.population}.{one.period}",
            (titles.get(one.population, one.population), one.period),
            (Entry(f"{one.cells:,}"), Entry(f"{one.hidden:,}"), Entry(wide(one.tightest))),
        )
        for one in found
    )
    return Grid(
        "Every population and school year was attacked by itself", ("Counted among", "School year"), columns, rows
    )


def panel(
    widths: Mapping[str, int],
    levels: Mapping[str, float],
    narrow: Sequence[Narrow],
    shares: Sequence[Share],
    tightest: float | None,
) -> list[Any]:
    """For who publishes: how wide the ranges are, what is hidden where, and which coarser table would hide less."""
    parts = []
    if any(widths.values()):
        title, about = "Most hidden numbers stay far from known", "How many can be narrowed to ranges of which width"
        parts.append(_section(title, about, graph("widths", histogram(widths), said(widths))))
    elif not any(levels.values()):
        about = "All numbers of this publication are shown, so there is nothing to work out."
        parts.append(_section("No number is hidden", about, None))
    if any(levels.values()):
        parts.append(
            _section(_level_title(levels), "Share of numbers hidden, by kind of place", table(_levels(levels)))
        )
    if narrow:
        title = "The hidden numbers that can be narrowed most"
        about = f"By width only; what they are stays hidden here too. {_insider(tightest)}"
        parts.append(_section(title, about, table(_narrow(narrow))))
    if shares:
        title = "Where a coarser table would hide less"
        about = "Tables that hide most, and the next coarser one that is offered and hides less"
        parts.append(_section(title, about, table(_shares(shares))))
    return parts


def histogram(widths: Mapping[str, int]) -> Figure:
    """Hidden numbers by the width of the range an attacker is left with."""
    classes = _classes(widths)
    return {
        "data": [
            {
                "type": "bar",
                "x": ["<br>".join(wrap(one, 8)) for one in classes],
                "y": list(classes.values()),
                "text": [f"{number:,}" for number in classes.values()],
                "textposition": "outside",
                "marker": {"color": theme.ACCENT},
                "hoverinfo": "skip",
                "cliponaxis": False,
            }
        ],
        "layout": theme.layout(
            height=240,
            margin={"l": 8, "r": 8, "t": 24, "b": 8},
            xaxis={
                "type": "category",
                "showgrid": False,
                "tickangle": 0,
                "title": {"text": "width of the range, in children"},
            },
            yaxis={"visible": False, "rangemode": "tozero"},
            bargap=0.4,
        ),
    }


def said(widths: Mapping[str, int]) -> str:
    """The histogram in words."""
    classes = _classes(widths).items()
    return "; ".join(f"{many(number, 'hidden number')} with a range {width} children wide" for width, number in classes)


def _classes(widths: Mapping[str, int]) -> dict[str, int]:
    """Classes by their limits in words, narrowest first; ranges without an end come last, where there are any."""
    edges = sorted((float(low), low) for low in widths if low != ENDLESS)
    found = {}
    for (low, key), after in zip_longest(edges, edges[1:]):
        found[f"{low:,.0f} to {after[0] - 1:,.0f}" if after else f"{low:,.0f} or more"] = widths[key]
    return found | ({"without end": widths[ENDLESS]} if widths.get(ENDLESS) else {})


def wide(width: float | None) -> str:
    """How wide a range is, in steps of rounded counts: some widths are sums of hidden numbers that pages round."""
    return "none" if width is None else f"at least {BASE * int(width // BASE):,} children"


def _insider(tightest: float | None) -> str:
    """The list is of an outsider; a contributor knows its own children besides."""
    if tightest is None:
        return ""
    return f"A contributor, who also knows its own children, is left with {wide(tightest)} at the closest."


def _section(title: str, subtitle: str, body: Any) -> Element:
    return html.Section([html.H2(title), html.P(subtitle, className="subtitle"), body], className="panel")


def _level_title(levels: Mapping[str, float]) -> str:
    most = max(levels, key=lambda name: levels[name])
    who = "The county hides" if most == "county" else f"{area_levels()[most].title} hide"
    return f"{who} most: {percent(round(100 * levels[most]))}"


def _levels(levels: Mapping[str, float]) -> Grid:
    rows = tuple(
        Row(name, (area_levels()[name].title,), (Entry(percent(round(100 * share))),))
        for name in area_levels()
        if (share := levels.get(name)) is not None
    )
    return Grid("Share of numbers hidden", ("Kind of place",), (Column("share", "Hidden"),), rows)


def _narrow(found: Sequence[Narrow]) -> Grid:
    ranked = sorted(found, key=lambda one: (one.width is None, one.width or 0, one.cell))
    rows = tuple(
        Row(str(i), (one.cell, one.period), (Entry("without end" if one.width is None else wide(one.width)),))
        for i, one in enumerate(ranked)
    )
    return Grid("Narrowest ranges", ("Hidden number", "School year"), (Column("width", "Width of the range"),), rows)


def _shares(found: Sequence[Share]) -> Grid:
    columns = (
        Column("share", "Hidden"),
        Column("offered", "Offered"),
        Column("coarser", "Coarser table"),
        Column("less", "Hidden there"),
    )
    rows = tuple(
        Row(
            f"{one.indicator}.{one.view}",
            (indicators()[one.indicator].title, one.view),
            (
                Entry(f"{'' if one.offered else 'more than '}{percent(round(100 * one.share))}"),
                Entry("yes" if one.offered else "no"),
                Entry(one.coarser or "none"),
                Entry("" if one.coarser_share is None else percent(round(100 * one.coarser_share))),
            ),
        )
        for one in found
    )
    return Grid("Share of numbers hidden by table", ("Outcome", "Table"), columns, rows)
