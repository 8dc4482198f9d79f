"""Community profile: one place, its children, and its outcomes beside the county and similar places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.indicators import Indicator
from catalog.terms import area_levels, dimensions
from components import urlstate
from components.cells import Cell, cells, headline, number
from components.likeness import Similar
from components.markup import Element, dcc, html
from components.report import Imprint, listed
from components.sentences import count_word, movement, share_words
from components.sparkline import sparkline
from components.strips import strip_image
from components.summary import change, closed_row, value
from privacy.rounding import ROUNDED
from privacy.sealed import ProtectedTable


@dataclass(frozen=True)
class Without:
    """An outcome that is not shown for this kind of place: the county's table, why, (title, URL) of what is open."""

    county: ProtectedTable
    why: str
    instead: tuple[str, str] | None


@dataclass(frozen=True)
class Portrait:
    """What the profile shows of one place.

    tables: one per outcome at the place's level; without: outcomes not shown at this level; closed: those not open to
    the viewer at all, and why; mixes: children served by one dimension each; alike: similar places; names: code ->
    name; inside: the coarser place, if any; older: sentences on what was not updated.
    """

    level: str
    area: str
    names: Mapping[str, str]
    year: str
    tables: Sequence[ProtectedTable]
    without: Sequence[Without]
    closed: Sequence[tuple[Indicator, str]]
    mixes: Sequence[ProtectedTable]
    alike: Similar
    imprint: Imprint
    inside: str = ""
    older: Sequence[str] = ()

    @property
    def name(self) -> str:
        """The place's name."""
        return self.names[self.area]


def title(asked: Portrait) -> str:
    """The place, and on how many outcomes it differs clearly from the county."""
    stands = [found for t in asked.tables if not t.spec.definition.is_count and (found := standing(t, asked))]
    better, worse = stands.count("better"), stands.count("worse")
    if not stands:
        return asked.name
    if not better and not worse:
        return f"{asked.name}: no outcome differs clearly from the county’s"
    parts = [f"{count_word(many)} clearly {way}" for many, way in ((better, "better"), (worse, "worse")) if many]
    shown = f"{count_word(len(stands))} outcome{'s' if len(stands) > 1 else ''} shown"
    return f"{asked.name}: of {shown}, {listed(parts)} than the county"


def standing(table: ProtectedTable, asked: Portrait) -> str:
    """better, worse, higher or lower where the whole interval lies on one side of the county's value; else same."""
    here, county = now(table, asked)
    if asked.level == "county":
        return ""
    if here is None or county is None or county.value is None or here.low is None or here.high is None:
        return ""
    above, below = here.low > county.value, here.high < county.value
    if not above and not below:
        return "same"
    good = table.spec.definition.higher_is_better
    return ("higher" if above else "lower") if good is None else "better" if above == good else "worse"


def now(table: ProtectedTable, asked: Portrait) -> tuple[Cell | None, Cell | None]:
    """The place's and the county's headline cells of the chosen year."""
    found = [c for c in headline(cells(table), table.spec.definition) if c.period == asked.year]
    here = next((c for c in found if (c.level, c.area) == (asked.level, asked.area)), None)
    return here, next((c for c in found if c.level == "county"), None)


def context(asked: Portrait) -> str:
    """place · population · period · as of."""
    kind, county = area_levels()[asked.level].singular, asked.imprint.community
    where = county if asked.level == "county" else f"{kind[:1].upper()}{kind[1:]} in {asked.inside or county}"
    return asked.imprint.context(where, "children served by all partners", asked.year)


def content(asked: Portrait, drawn: Element | None) -> list[Any]:
    """Outline map and population, then the outcomes."""
    head = html.Div([*([] if drawn is None else [drawn]), population(asked)], className="portrait-head")
    return [head, html.H2("Outcomes"), outcomes(asked), _key(asked)]


def population(asked: Portrait) -> Element:
    """Children served here, and who they are, in percent."""
    served = next((t for t in asked.tables if t.spec.definition.is_count), None)
    blocks = []
    if served is not None:
        here, county = now(served, asked)
        if here is not None:
            share = "" if asked.level == "county" else share_words(here, county)
            blocks.append(html.P([html.Span(here.text, className="headline-number"), f" children served{share}"]))
    return html.Div(
        [*blocks, html.Div([mix(t, asked) for t in asked.mixes], className="mixes")], className="population"
    )


def mix(table: ProtectedTable, asked: Portrait) -> Element:
    """Groups of the place's children with bars; a hidden group says so."""
    dimension = dimensions()[table.spec.view.dimensions[0]]
    here = {c.groups[0]: c for c in cells(table) if c.area == asked.area and c.period == asked.year}
    whole = here.get("")
    rows = [_group(title_, here[code], whole) for code, title_ in dimension.categories.items() if code in here]
    return html.Div([html.H3(dimension.title), html.Ul(rows, className="mix")])


def _group(title_: str, cell: Cell, whole: Cell | None) -> Element:
    if cell.value is None or whole is None or not whole.value:
        look, text = html.Span(className="mix-bar hatched"), cell.text
    else:
        part = round(100 * cell.value / whole.value)
        look, text = html.Span(className="mix-bar", style={"width": f"{part}%"}), f"{cell.text} · {part}\u00a0%"
    room = html.Span(look, className="mix-room", **{"aria-hidden": "true"})
    return html.Li([html.Span(title_, className="mix-name"), room, html.Span(text, className="mix-value")])


def outcomes(asked: Portrait) -> Element:
    """One row an outcome: here, over the years, against the county and similar places."""
    heads = ["Outcome", asked.name, "School years", "Change"]
    heads += [] if asked.level == "county" else [asked.imprint.community, "Among similar places"]
    rows = [_row(table, asked) for table in asked.tables]
    rows += [_absent(one.county, asked, one.why, one.instead) for one in asked.without]
    rows += [closed_row(indicator, why, len(heads) - 1) for indicator, why in asked.closed]
    return html.Table(
        [
            html.Caption(f"Outcomes of {asked.name}, {asked.year}", className="visually-hidden"),
            html.Thead(html.Tr([html.Th(text, scope="col") for text in heads])),
            html.Tbody(rows),
        ],
        className="outcomes portrait",
    )


def _row(table: ProtectedTable, asked: Portrait) -> Element:
    indicator = table.spec.definition
    found = headline(cells(table), indicator)
    line = sorted((c for c in found if (c.level, c.area) == (asked.level, asked.area)), key=lambda c: c.period)
    here, county = now(table, asked)
    if here is None or not line:
        return _absent(table, asked, f"Not available for {asked.name} in {asked.year}.")
    peers = [c for c in found if c.area in asked.alike.codes and c.level == asked.level and c.period == asked.year]
    spoken = ", ".join(f"{c.period}: {c.text}" for c in line)
    moved = movement([c for c in line if c.period <= asked.year], indicator)
    own = [
        html.Th(_name(indicator, asked), scope="row"),
        html.Td(value(here), **{"data-label": asked.name}),
        html.Td(sparkline(line, spoken, asked.year), **{"data-label": "School years"}),
        html.Td(change(moved, ""), **{"data-label": "Change"}),
    ]
    if asked.level == "county":
        return html.Tr(own)
    others = [
        html.Td(_against(county, standing(table, asked)), **{"data-label": asked.imprint.community}),
        html.Td(_among(here, peers, county), **{"data-label": "Among similar places"}),
    ]
    return html.Tr([*own, *others])


def _name(indicator: Indicator, asked: Portrait) -> list[Any]:
    place = {"level": asked.level, "area": asked.area, "year": asked.year}
    address = urlstate.link("/compare", {"i": indicator.name, **place})
    which = html.Span(f": {indicator.title}", className="visually-hidden")
    band = "each counted once" if indicator.is_count else indicator.bands[indicator.headline or ""].lower()
    link = dcc.Link(["Compare", which], href=address, className="outcome-link")
    return [html.Span(indicator.title, className="outcome-name"), html.Span(band, className="note"), link]


def _against(county: Cell | None, stands: str) -> list[Any]:
    words = {"better": "here clearly better", "worse": "here clearly worse", "same": "no clear difference"}
    said = words.get(stands, {"higher": "here higher", "lower": "here lower"}.get(stands, ""))
    return [*_county(county), html.Span(said, className=f"note stands-{stands}")]


def _county(county: Cell | None) -> list[Any]:
    """The county's number, and of how many children it is."""
    if county is None:
        return [html.Span("[x]")]
    of = county.n if county.value is not None and not county.is_count else None
    under = [] if of is None else [html.Span(f"of {number(of)} children", className="note")]
    return [html.Span(county.text), *under]


def _among(here: Cell, peers: Sequence[Cell], county: Cell | None) -> Any:
    if here.value is None or here.is_count or not peers:
        return None
    return strip_image(here, peers, county)


def _absent(table: ProtectedTable, asked: Portrait, why: str, instead: tuple[str, str] | None = None) -> Element:
    found = [c for c in headline(cells(table), table.spec.definition) if c.period == asked.year and c.level == "county"]
    link = [] if instead is None else [" ", dcc.Link(f"Show {instead[0]}", href=instead[1])]
    county = _county(next(iter(found), None))
    return html.Tr(
        [
            html.Th(html.Span(table.spec.definition.title, className="outcome-name"), scope="row"),
            html.Td([why, *link], colSpan=3, className="note absent"),
            html.Td(county, **{"data-label": asked.imprint.community}),
            html.Td(None),
        ]
    )


def _key(asked: Portrait) -> Element:
    marks = "[c] means hidden so that no child can be recognized; [u], few children, read with care."
    words = marks if asked.level == "county" else f"{_similar(asked)} {marks}"
    return html.Div([html.P(text, className="source") for text in (words, *asked.older, ROUNDED)])


def _similar(asked: Portrait) -> str:
    alike = listed([asked.names[code] for code in asked.alike.codes if code in asked.names]) or "none could be found"
    return (
        f"Similar places: {alike}.{f' {asked.alike.words}' if asked.alike.codes else ''} In the last column: filled, "
        f"{asked.name} with its 95 % interval; rings, similar places; dotted line, the county."
    )
