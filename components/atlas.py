"""The Map page from one protected table: figure, sentence, list, card, legend, notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from catalog.naming import by_name, many
from components import places
from components.cells import Cell, headline
from components.map import Look, Shapes, Sorted, choropleth, circles, sort_areas
from components.marks import Figure
from components.markup import Element, html
from components.panels import buttons, note, sentences, source_line
from components.report import Imprint, Report
from components.sentences import map_sentence
from geo.breaks import Breaks, breaks
from privacy.sealed import ProtectedTable

# Areas whose names people know; a tract's is a number.
NAMED: Final = ("town", "district")


@dataclass(frozen=True)
class Atlas:
    """What the Map page draws.

    table: places over all years, so that limits are equal across them; drawn: their shapes; borders: coarser ones as
    context; inside: code of an area -> name of the coarser one it lies in; empty: codes of areas where nobody lives;
    chosen: code or ""; near: show the chosen place close up; order: by value (`-value`, `value`) or `name`.
    """

    table: ProtectedTable
    year: str
    drawn: Shapes
    borders: Shapes | None
    inside: Mapping[str, str]
    empty: tuple[str, ...]
    chosen: str
    near: bool
    order: str
    imprint: Imprint

    @cached_property
    def report(self) -> Report:
        """The table with its notes."""
        return Report(self.table, self.imprint)

    @property
    def level(self) -> str:
        """The area level shown."""
        return self.table.spec.view.level

    @cached_property
    def cells(self) -> list[Cell]:
        """Headline cells of the level's areas, all years, without children whose address is not known."""
        found = headline(self.report.cells, self.report.indicator)
        return [c for c in found if c.level == self.level and c.area != "unknown"]

    @cached_property
    def now(self) -> list[Cell]:
        """Cells of the chosen year."""
        return [cell for cell in self.cells if cell.period == self.year]

    @cached_property
    def areas(self) -> Sorted:
        """Areas on the map by what can be said of them."""
        return sort_areas(self.now, self.drawn, self.empty)

    @cached_property
    def classes(self) -> Breaks:
        """Limits of the colors, from the published values of all years."""
        return breaks([cell.value for cell in self.cells])

    @property
    def largest(self) -> int:
        """The largest count of any year, which the circles are measured by."""
        return max((cell.value or 0 for cell in self.cells), default=1)


def figure(atlas: Atlas) -> Figure:
    """Colors for rates, circles for counts."""
    names = {cell.area: cell.name for cell in atlas.now} if atlas.level in NAMED else {}
    look = Look(atlas.borders, atlas.chosen, atlas.near, names)
    if atlas.report.indicator.is_count:
        return circles(atlas.areas, atlas.drawn, look, atlas.largest)
    return choropleth(atlas.areas, atlas.classes, atlas.drawn, look)


def sentence(atlas: Atlas) -> str:
    """What the map shows."""
    return map_sentence(atlas.areas.shown, len(atlas.areas.hidden), atlas.report.indicator, atlas.level)


def context(atlas: Atlas) -> str:
    """place · population · period · as of."""
    return atlas.imprint.context(atlas.imprint.places(atlas.level), atlas.report.indicator.population_title, atlas.year)


def beside(atlas: Atlas) -> list[Any]:
    """The ranked list."""
    caption = f"{atlas.report.indicator.title}, {atlas.year}"
    return [places.place_list("map", ordered(atlas.now, atlas.order), atlas.chosen, caption)]


def card(atlas: Atlas) -> Element | None:
    """The card of the chosen place."""
    line = [cell for cell in atlas.cells if cell.area == atlas.chosen]
    inside = atlas.inside.get(atlas.chosen, "")
    return places.card("map", line, atlas.report.indicator, atlas.year, inside) if line else None


def said(atlas: Atlas) -> str:
    """What a screen reader is told when a place is chosen."""
    chosen = next((cell for cell in atlas.now if cell.area == atlas.chosen), None)
    return f"{chosen.name}: {', '.join([chosen.text, *places.meaning(chosen)])}" if chosen else ""


def ordered(found: Sequence[Cell], order: str) -> list[Cell]:
    """By name, or by value with the hidden ones last."""
    named = sorted(found, key=lambda cell: by_name(cell.name))
    if order == "name":
        return named
    shown = [cell for cell in named if cell.value is not None]
    shown.sort(key=lambda cell: cell.value or 0, reverse=order.startswith("-"))
    return [*shown, *(cell for cell in named if cell.value is None)]


def legend(atlas: Atlas) -> Element:
    """Colors or circles, and what is not shown."""
    if atlas.report.indicator.is_count:
        return places.circle_legend(atlas.areas, atlas.largest)
    return places.class_legend(atlas.areas, atlas.classes, atlas.report.indicator)


def foot(atlas: Atlas) -> list[Any]:
    """Who is not on the map, the source, and the quiet buttons."""
    line = html.P(source_line(atlas.report, "numbers are in the list"), className="source")
    return [html.P(missing(atlas), className="source"), line, buttons("map", atlas.report, turn=False)]


def missing(atlas: Atlas) -> str:
    """How many children are not on the map, and why."""
    found = headline(atlas.report.cells, atlas.report.indicator)
    lost = next((c for c in found if c.area == "unknown" and c.period == atlas.year and c.level == atlas.level), None)
    if lost is None:
        return "Everybody counted is on the map."
    if lost.symbol == "z" or lost.n == 0:
        return "Everybody counted is on the map."
    if lost.n is None:
        return "Not on the map: children whose address is not known; how many is hidden so that none can be recognized."
    about = "" if atlas.report.indicator.is_count else "about "
    children = many(lost.n, "child, whose", "children, because their")
    return f"Not on the map: {about}{children} address is not known."


def notes(atlas: Atlas) -> list[Any]:
    """How to read the map."""
    counts = "A circle’s area stands for the number of children. Colors would make large areas look full."
    rates = "Darker means a higher percentage. Neighboring shades can hide an overlap of the intervals in the list."
    hatch = "Hatched places have a number that is hidden so that no child can be recognized. Hidden does not mean low."
    blocks = [note("How to read this", counts if atlas.report.indicator.is_count else rates, hatch)]
    blocks.append(html.Div([html.H3("What is hidden, and why"), sentences(atlas.report.notes)], className="note-block"))
    return [*blocks, note("Why it matters", atlas.report.indicator.why_it_matters)]
