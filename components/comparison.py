"""Compare: places side by side, over years, and by one dimension."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from catalog.indicators import Indicator
from catalog.terms import Dimension, area_levels, dimensions
from components import backs, theme
from components.against import against
from components.cells import SYMBOLS, Cell, cells, headline
from components.charts import Dot, Stack, dots, parts, strip
from components.grids import Grid
from components.likeness import NOBODY, Similar
from components.marks import Figure
from components.markup import Element, html
from components.panels import note, panel, sentences
from components.report import Imprint, Report, listed
from components.sentences import apart, count_word, gap_of, gap_title, movement
from components.tables import table
from components.trends import told_hidden, trend
from evaluation.disparity import Gap
from privacy.sealed import ProtectedTable

MOST_ROWS = 40
# As many places as there are colors beside that of the place in focus.
MOST_MARKED = len(theme.CATEGORIES) - 1


@dataclass(frozen=True)
class Comparison:
    """What Compare draws: places over all years and in one, groups of one place, and what the reader has chosen.

    by: the dimension asked for, "" for none; focus: code of the place in focus or ""; others: codes to compare it with,
    at most MOST_MARKED; beyond: how many more were asked for; order: see Grid.sorted_by; alike: places like the one in
    focus; without: what stands where there are no groups.
    """

    places: ProtectedTable
    now: ProtectedTable
    groups: ProtectedTable | None
    by: str
    year: str
    focus: str
    others: tuple[str, ...]
    order: str
    imprint: Imprint
    alike: Similar = NOBODY
    without: Any = None
    beyond: int = 0

    @property
    def peers(self) -> tuple[str, ...]:
        """Codes of places like the one in focus."""
        return self.alike.codes

    @cached_property
    def report(self) -> Report:
        """The table of places by school year."""
        return Report(self.places, self.imprint, order=self.order)

    @cached_property
    def strip(self) -> bool:
        """True where there are too many places for a row each."""
        return len(self.drawn[0]) > MOST_ROWS

    @cached_property
    def drawn(self) -> tuple[list[Cell], Cell | None]:
        """Cells of the chosen year in the order of the table: the places', and the county's as reference."""
        return _now(self)

    @property
    def stub(self) -> str:
        """Heading of the column of places."""
        return area_levels()[self.places.spec.view.level].singular.capitalize()


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
    blocks = [note("How to read this", *_reading(asked))]
    if asked.peers:
        names = {c.area: c.name for c in report.cells}
        alike = listed([names[code] for code in asked.peers if code in names])
        blocks.append(note("Similar places", f"{alike}.", asked.alike.words))
    blocks.append(html.Div([html.H3("What is hidden, and why"), sentences(report.notes)], className="note-block"))
    return [*blocks, note("Why it matters", report.indicator.why_it_matters)]


def _reading(asked: Comparison) -> list[str]:
    """What the marks of the first chart are."""
    if asked.report.indicator.is_count:
        return ["A dot is a count of children, each counted once."]
    if asked.strip:
        return [
            "A dot is the published number of one place; places with the same number stand above each other. Where the "
            "true rate of a place likely lies (95 % interval) is in its table, and there is no room for it in the "
            "chart. Places near each other may not differ at all."
        ]
    return [
        "A dot is the published number. The bar around it shows where the true rate of a place this size likely lies "
        "(95 % interval). Two places whose bars overlap may not differ at all."
    ]


def _now(asked: Comparison) -> tuple[list[Cell], Cell | None]:
    now = headline(cells(asked.now), asked.report.indicator)
    level = asked.places.spec.view.level
    # A row is that of a place, or of one step of an indicator in it.
    rank = {row.code: place for place, row in enumerate(asked.report.grid.rows)}
    here = [c for c in now if c.level == level and c.area != "unknown"]
    here.sort(key=lambda c: rank.get(c.area, rank.get(f"{c.area}.{c.band}", len(rank))))
    return here, next((c for c in now if c.level != level), None)


def _places(asked: Comparison) -> Element:
    here, county = asked.drawn
    level, name = asked.places.spec.view.level, asked.imprint.community
    report = Report(asked.now, asked.imprint, order=asked.order)
    marked = dict(zip(asked.others, theme.CATEGORIES[1:], strict=False))
    marked |= {asked.focus: theme.CATEGORIES[0]} if asked.focus else {}
    rows = [Dot(c.area, c.name, c, marked.get(c.area, "")) for c in here]
    reference = None if report.indicator.is_count else county
    total = Dot(county.area, county.name, county) if county else None
    return panel(
        "places",
        title=apart(here, county, report.indicator, level),
        subtitle=_subtitle(report, asked.year, intervals=not asked.strip) + _ordered_by(asked),
        told=_told(asked, here, county),
        report=report,
        figure=strip(rows, reference, name) if asked.strip else dots(rows, reference, name),
        source=_in_strip(here) if asked.strip else _bars(report.indicator),
        back=backs.of_rows(f"{report.title}, {asked.year}", asked.stub, asked.year, rows, total, asked.focus),
    )


def _bars(indicator: Indicator) -> str:
    return "" if indicator.is_count else "bars: 95 % intervals"


def _in_strip(here: Sequence[Cell]) -> str:
    """What the marks of a strip are, and what it has no room for."""
    intervals = "" if any(cell.is_count for cell in here) else "95 % intervals are in the table"
    rings = f"ring: [u] {SYMBOLS['u']}" if any(cell.unsure for cell in here) else ""
    return " · ".join(filter(None, (rings, intervals)))


def _ordered_by(asked: Comparison) -> str:
    """Said where the order is that of another year than the one drawn."""
    year = asked.order.lstrip("-")
    return f" · in the order of {year}" if year in asked.report.periods and year != asked.year else ""


def _told(asked: Comparison, here: Sequence[Cell], county: Cell | None) -> list[str]:
    """Sentences under the title about the places a reader has chosen."""
    at = {c.area: c for c in here}
    others = [at[code] for code in asked.others if code in at]
    focus = at.get(asked.focus)
    found = against(focus, others) if focus and others else against(county, [focus] if focus else others)
    most = count_word(MOST_MARKED)
    more = f"At most {most} places can be marked beside the one in focus: these are the first {most} of the address."
    return [text for text in (found, more if asked.beyond else "") if text]


def _years(asked: Comparison) -> Element:
    report, series = asked.report, lines(headline(asked.report.cells, asked.report.indicator))
    county = next(c.area for c in report.cells if c.level == "county")
    focus = list(dict.fromkeys(code for code in (asked.focus or county, *asked.others) if code in series))
    if report.indicator.is_count:  # The county is so much larger that it would press the others flat.
        series = {code: line for code, line in series.items() if (code == county) == (county in focus)}
    if len(series) > MOST_ROWS:  # So many gray lines would be a carpet.
        series = {code: line for code, line in series.items() if code in {*focus, *asked.peers, county}}
    names, reference = {c.area: c.name for c in report.cells}, county if focus[0] != county else ""
    shown = [code for code in dict.fromkeys([*focus, county]) if code in series]
    drawn = {code: series[code] for code in shown}
    shade = "" if report.indicator.is_count else f"shading: 95 % interval of {names[focus[0]]}"
    gray = "gray: other places" if len(series) > len(shown) else ""
    return panel(
        "years",
        title=movement(series[focus[0]], report.indicator).title,
        subtitle=_subtitle(report, "all school years"),
        report=report,
        figure=trend(series, shown, names, reference),
        source=" · ".join(filter(None, (shade, gray, told_hidden(drawn, names)))),
        back=_years_back(asked, drawn, names, reference),
    )


def _years_back(asked: Comparison, drawn: dict[str, list[Cell]], names: dict[str, str], reference: str) -> Element:
    """The labelled lines in numbers."""
    under = "" if asked.report.indicator.is_count else ". Under each percentage: where it likely lies (95 % interval)"
    caption = f"{asked.report.indicator.title}, places named in the chart{under}."
    return backs.of_lines(caption, asked.stub, drawn, names, reference, asked.focus)


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
    what = _parts_subtitle(report, asked.year) if in_parts else _subtitle(report, asked.year)
    drawn, back = by_group(own, report, dimension)
    return panel(
        "groups",
        title=gap_title(gap, report.indicator, dimension),
        subtitle=f"{here[0].name if here else ''} · {what}",
        report=report,
        figure=drawn,
        source=" · ".join(filter(None, (*_group_bars(report.indicator), *_not_compared(gap, report, dimension)))),
        back=back,
    )


def _group_bars(indicator: Indicator) -> tuple[str, ...]:
    """What the bars of the groups are."""
    if _in_parts(indicator):
        return ("each bar: everybody in its row", "parts are rounded and may add to 99 or 101 %")
    return (_bars(indicator),)


def _not_compared(gap: Gap | None, report: Report, dimension: Dimension) -> list[str]:
    """What is shown and yet makes no pair, where the title says that there is none."""
    if gap is not None or report.indicator.is_count:
        return []
    nobodys = [f"“{dimension.categories[dimension.fallback]}”"] if dimension.fallback else []
    return [f"not compared: {listed(['numbers marked [u]', *nobodys])}"]


def _in_parts(indicator: Indicator) -> bool:
    """True where groups are drawn as stacked bars, which show no intervals."""
    return len(indicator.bands) > 2


def by_group(own: Sequence[Cell], report: Report, dimension: Dimension) -> tuple[Figure, Element | None]:
    """Dots by group against all children of the place, and their back; parts where the indicator has several bands."""
    titles = dimension.categories
    groups = {code: [c for c in own if c.groups == (code,)] for code in titles}
    if _in_parts(report.indicator):
        everybody = Stack("all", "All", tuple(c for c in own if c.groups == ("",)))
        rows = [Stack(code, titles[code], tuple(found)) for code, found in groups.items() if found]
        return parts([everybody, *rows], report.indicator.bands), None
    dotted = [Dot(code, titles[code], found[0]) for code, found in groups.items() if found]
    all_ = next((Dot("all", "All", c) for c in own if c.groups == ("",)), None)
    reference = all_.cell if all_ and not report.indicator.is_count else None
    back = backs.of_rows(report.title, dimension.title, own[0].period if own else "", dotted, all_)
    return dots(dotted, reference, "All"), back


def _table(asked: Comparison) -> Element:
    grid: Grid = asked.report.grid
    return html.Section(
        [html.H2("All places and school years"), table(grid, page="compare", focus=asked.focus)],
        className="panel table-panel",
    )


def _subtitle(report: Report, when: str, *, intervals: bool = True) -> str:
    unit = "children" if report.indicator.is_count else "percent, with 95 % intervals" if intervals else "percent"
    what = report.indicator.numerator if report.indicator.is_count else _band(report)
    return f"{what.capitalize()} · {when} · {unit}"


def _parts_subtitle(report: Report, when: str) -> str:
    """All bands are shown; the title is about one of them."""
    what = report.indicator.numerator.capitalize()
    return f"{what}, in parts · {when} · percent · the title compares “{_band(report)}”"


def _band(report: Report) -> str:
    headline_band = report.indicator.headline or ""
    return report.indicator.bands.get(headline_band, "")
