"""Compare: places side by side, over years, and by one dimension."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from catalog.indicators import Indicator
from catalog.naming import by_name
from catalog.terms import Dimension, dimensions
from components import theme
from components.cells import Cell, headline
from components.charts import Dot, Stack, dots, parts, strip
from components.grids import Grid
from components.likeness import NOBODY, Similar
from components.marks import Figure
from components.markup import Element, html
from components.panels import note, panel, sentences
from components.report import Imprint, Report, listed
from components.sentences import apart, gap_of, gap_title, movement
from components.tables import body_of, table
from components.trends import trend
from evaluation.disparity import Gap
from privacy.sealed import ProtectedTable

MOST_ROWS = 40


@dataclass(frozen=True)
class Comparison:
    """What Compare draws: places over all years, groups of one place, and what the reader has chosen.

    by: the dimension asked for, "" for none; focus: code of the place in focus or ""; others: codes to compare it with;
    order: see Grid.sorted_by; alike: places like the one in focus; without: what stands where there are no groups.
    """

    places: ProtectedTable
    groups: ProtectedTable | None
    by: str
    year: str
    focus: str
    others: tuple[str, ...]
    order: str
    imprint: Imprint
    alike: Similar = NOBODY
    without: Any = None

    @property
    def peers(self) -> tuple[str, ...]:
        """Codes of places like the one in focus."""
        return self.alike.codes

    @cached_property
    def report(self) -> Report:
        """The table of places by school year."""
        return Report(self.places, self.imprint, order=self.order)

    @cached_property
    def body(self) -> Element:
        """Its rows, for the backs of two panels and the table below them."""
        return body_of(self.report.grid, self.focus)

    @cached_property
    def back(self) -> Element:
        """That table drawn, for the backs of two panels."""
        return table(self.report.grid, body=self.body)


def content(asked: Comparison) -> list[Any]:
    """Panels of places, of years and of groups, and the table under them."""
    panels = [_places(asked), _years(asked)]
    if asked.groups is not None:
        panels.append(_groups(asked, asked.groups))
    elif asked.without is not None:
        panels.append(asked.without)
    return [*panels, _table(asked)]


def context(asked: Comparison) -> str:
    """place · population · period · as of."""
    places = asked.imprint.places(asked.places.spec.view.level)
    return asked.imprint.context(places, asked.report.indicator.population_title, asked.year)


def notes(asked: Comparison) -> list[Any]:
    """How to read the page, beside it."""
    report = asked.report
    blocks = [
        note(
            "How to read this",
            "A dot is the published number. The bar around it shows where the true rate of a place this size likely "
            "lies (95 % interval). Two places whose bars overlap may not differ at all.",
        )
    ]
    if report.indicator.is_count:
        blocks = [note("How to read this", "A dot is a count of children, each counted once.")]
    if asked.peers:
        names = {c.area: c.name for c in report.cells}
        alike = listed([names[code] for code in asked.peers if code in names])
        blocks.append(note("Similar places", f"{alike}.", asked.alike.words))
    blocks.append(html.Div([html.H3("What is hidden, and why"), sentences(report.notes)], className="note-block"))
    return [*blocks, note("Why it matters", report.indicator.why_it_matters)]


def _now(asked: Comparison) -> tuple[list[Cell], Cell | None]:
    """Cells of the chosen year: the places', and the county's as reference."""
    chosen = asked.report.indicator
    now = [c for c in headline(asked.report.cells, chosen) if c.period == asked.year]
    level = asked.places.spec.view.level
    here = [c for c in now if c.level == level and c.area != "unknown"]
    return here, next((c for c in now if c.level != level), None)


def _places(asked: Comparison) -> Element:
    here, county = _now(asked)
    report, level = asked.report, asked.places.spec.view.level
    colors = dict(zip(filter(None, (asked.focus, *asked.others)), theme.CATEGORIES, strict=False))
    rows = [Dot(c.area, c.name, c, colors.get(c.area, "")) for c in _ordered(here, asked.order)]
    reference = None if report.indicator.is_count else county
    drawn = (
        dots(rows, reference, asked.imprint.community)
        if len(rows) <= MOST_ROWS
        else strip(rows, reference, asked.imprint.community)
    )
    return panel(
        "places",
        title=apart(here, county, report.indicator, level),
        subtitle=_subtitle(report, asked.year),
        report=report,
        figure=drawn,
        back=asked.back,
    )


def _ordered(here: Sequence[Cell], order: str) -> list[Cell]:
    named = sorted(here, key=lambda c: by_name(c.name), reverse=order == "-name")
    if order.lstrip("-") == "name":
        return named
    shown = [c for c in named if c.value is not None]
    shown.sort(key=lambda c: c.value or 0, reverse=order.startswith("-"))
    return [*shown, *(c for c in named if c.value is None)]


def _years(asked: Comparison) -> Element:
    report, series = asked.report, lines(headline(asked.report.cells, asked.report.indicator))
    county = next(c.area for c in report.cells if c.level == "county")
    focus = list(dict.fromkeys(code for code in (asked.focus or county, *asked.others) if code in series))
    if report.indicator.is_count:  # The county is so much larger that it would press the others flat.
        series = {code: line for code, line in series.items() if (code == county) == (county in focus)}
    if len(series) > MOST_ROWS:  # So many gray lines would be a carpet.
        series = {code: line for code, line in series.items() if code in {*focus, *asked.peers, county}}
    names, reference = {c.area: c.name for c in report.cells}, county if focus[0] != county else ""
    shown = list(dict.fromkeys([*focus, county]))
    drawn = trend(series, [c for c in shown if c in series], names, reference)
    return panel(
        "years",
        title=movement(series[focus[0]], report.indicator).title,
        subtitle=_subtitle(report, "all school years"),
        report=report,
        figure=drawn,
        source="gray: other places" if len(series) > len(focus) + 1 else "",
        back=asked.back,
    )


def lines(found: Sequence[Cell]) -> dict[str, list[Cell]]:
    """Cells by area, in order of school years; without children whose address is not known."""
    series: dict[str, list[Cell]] = {}
    for cell in sorted(found, key=lambda c: c.period):
        if cell.area != "unknown" and not any(cell.groups):
            series.setdefault(cell.area, []).append(cell)
    return series


def _groups(asked: Comparison, table_: ProtectedTable) -> Element:
    report = Report(table_, asked.imprint, across=table_.spec.view.dimensions[0])
    dimension = dimensions()[table_.spec.view.dimensions[0]]
    own = [c for c in report.cells if c.level == table_.spec.view.level and c.period == asked.year]
    here = headline(own, report.indicator)
    gap = gap_of(here, report.indicator, dimension)
    in_parts = _in_parts(report.indicator)
    bars = ["each bar: everybody in its row"] if in_parts else []
    what = _parts_subtitle(report, asked.year) if in_parts else _subtitle(report, asked.year)
    return panel(
        "groups",
        title=gap_title(gap, report.indicator, dimension),
        subtitle=f"{here[0].name if here else ''} · {what}",
        report=report,
        figure=by_group(own, report, dimension.name),
        source=" · ".join([*bars, *_not_compared(gap, report, dimension)]),
    )


def _not_compared(gap: Gap | None, report: Report, dimension: Dimension) -> list[str]:
    """What is shown and yet makes no pair, where the title says that there is none."""
    if gap is not None or report.indicator.is_count:
        return []
    nobodys = [f"“{dimension.categories[dimension.fallback]}”"] if dimension.fallback else []
    return [f"not compared: {listed(['numbers marked [u]', *nobodys])}"]


def _in_parts(indicator: Indicator) -> bool:
    """True where groups are drawn as stacked bars, which show no intervals."""
    return len(indicator.bands) > 2


def by_group(own: Sequence[Cell], report: Report, dimension: str) -> Figure:
    """Dots by group against all children of the place; stacked parts where the indicator has several bands."""
    titles = dimensions()[dimension].categories
    groups = {code: [c for c in own if c.groups == (code,)] for code in titles}
    if _in_parts(report.indicator):
        everybody = Stack("all", "All", tuple(c for c in own if c.groups == ("",)))
        rows = [Stack(code, titles[code], tuple(found)) for code, found in groups.items() if found]
        return parts([everybody, *rows], report.indicator.bands)
    all_children = next((c for c in own if c.groups == ("",)), None)
    reference = None if report.indicator.is_count else all_children
    return dots([Dot(code, titles[code], found[0]) for code, found in groups.items() if found], reference, "All")


def _table(asked: Comparison) -> Element:
    grid: Grid = asked.report.grid
    return html.Section(
        [html.H2("All places and school years"), table(grid, page="compare", body=asked.body)],
        className="panel table-panel",
    )


def _subtitle(report: Report, when: str) -> str:
    unit = "children" if report.indicator.is_count else "percent, with 95 % intervals"
    what = report.indicator.numerator if report.indicator.is_count else _band(report)
    return f"{what.capitalize()} · {when} · {unit}"


def _parts_subtitle(report: Report, when: str) -> str:
    """All bands are shown; the title is about one of them."""
    what = report.indicator.numerator.capitalize()
    return f"{what}, in parts · {when} · percent · the title compares “{_band(report)}”"


def _band(report: Report) -> str:
    headline_band = report.indicator.headline or ""
    return report.indicator.bands.get(headline_band, "")
