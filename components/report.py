"""A report as a reader gets it: a protected table, how it is laid out, and what a reader must know about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from catalog.indicators import Indicator
from catalog.report import ReportSpec
from catalog.terms import area_levels, dimensions
from catalog.views import View
from components.cells import Cell, cells
from components.grids import Axis, Grid, axes, crosstab
from privacy.sealed import ProtectedTable


@dataclass(frozen=True)
class Imprint:
    """What stands on every page and in every file: community, publication, as-of date, rule in words."""

    community: str
    publication: str
    as_of: date
    rule: str

    def places(self, level: str) -> str:
        """The areas of a level by name: `School districts of Alder County`; the county is itself."""
        return self.community if level == "county" else f"{area_levels()[level].title} of {self.community}"

    @property
    def day(self) -> str:
        """The as-of date as people write it."""
        return f"{self.as_of:%B} {self.as_of.day}, {self.as_of.year}"

    def context(self, *parts: str) -> str:
        """The line under a title: place, population, period, as of."""
        return " · ".join([*filter(None, parts), f"as of {self.day}"])


@dataclass(frozen=True)
class Report:
    """A sealed table and how it is drawn.

    Its rows include the published totals (the county, and "" for all children of a dimension); nothing is added up
    here. across: what stands in the columns. order: how rows are sorted (see Grid.sorted_by).
    """

    main: ProtectedTable
    imprint: Imprint
    across: str = "period"
    order: str = ""

    @property
    def spec(self) -> ReportSpec:
        """What was asked."""
        return self.main.spec

    @property
    def indicator(self) -> Indicator:
        """The indicator shown."""
        return self.main.spec.definition

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells of the table, totals included."""
        return cells(self.main)

    @property
    def grid(self) -> Grid:
        """Rows and columns as drawn on the page, in the workbook and on paper."""
        return _grid(self.main, self.across, self.order)

    @property
    def axes(self) -> list[Axis]:
        """What varies besides the places and can stand in the columns."""
        found = axes(self.cells, self.indicator, self.spec.view) if self.cells else []
        return [axis for axis in found if axis.name != "area"]

    @property
    def years(self) -> str:
        """The school years in words."""
        return span(self.periods)

    @property
    def title(self) -> str:
        """Indicator, areas and groups in words."""
        return _title(self.spec)

    @property
    def periods(self) -> tuple[str, ...]:
        """School years in the table, oldest first."""
        return tuple(sorted({cell.period for cell in self.cells}))

    @property
    def filters(self) -> str:
        """What was asked, in one line."""
        kept = [f"{name.replace('_', ' ')}: {', '.join(codes)}" for name, codes in self.spec.where if codes]
        return "; ".join([place(self.spec), span(self.periods), *kept])

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the foot: what is hidden and why, how totals came about, what the marks mean."""
        return (*hidden_sentences(self.cells), *self._total_notes(), *self.main.notes)

    def _total_notes(self) -> tuple[str, ...]:
        totals = any("" in cell.groups or cell.level != self.spec.view.level for cell in self.cells)
        return ("Totals are published numbers of their own, not sums of what is shown.",) if totals else ()

    @property
    def filename(self) -> str:
        """topic_place_period_asof, without an ending."""
        years = "-to-".join(dict.fromkeys((self.periods[0], self.periods[-1]))) if self.periods else "none"
        words = (self.indicator.name, f"by {self.spec.view}", years, self.imprint.as_of.isoformat())
        return "_".join(re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-") for word in words)


# Asked again and again of tables that never change.
@lru_cache(maxsize=128)
def _grid(table: ProtectedTable, across: str, order: str) -> Grid:
    made = crosstab(cells(table), table.spec.definition, table.spec.view, across, _title(table.spec))
    return made.sorted_by(order) if order else made


def _title(spec: ReportSpec) -> str:
    return f"{spec.definition.title} {place(spec)}"


def place(spec: ReportSpec) -> str:
    """The rows of a report in words: `by town or neighborhood and gender`, `in the county`."""
    return by(spec.view) or "in the county"


def by(view: View) -> str:
    """The rows of a view in words; "" for the county alone."""
    groups = [dimensions()[d].title.lower() for d in view.dimensions]
    level = [] if view.level == "county" else [area_levels()[view.level].singular]
    return f"by {listed([*level, *groups])}" if level or groups else ""


def unprepared(indicator: Indicator, views: Sequence[View]) -> str:
    """Why tables do not exist, which do, and who can add them."""
    wanted = [view for view in indicator.views if bool(view.dimensions) == bool(views[0].dimensions)]
    near = [view for view in wanted if view.level == views[0].level and view.dimensions] or wanted
    there = [by(view) or "for the whole county" for view in near]
    chosen = f"chose tables {listed(there)}{' only' if len(there) == 1 else ''}, and " if there else ""
    asked = " or ".join(by(view) or "for the whole county" for view in views)
    return f"{indicator.title} is not prepared {asked}. Its steward ({indicator.steward}) {chosen}can add others."


def span(periods: Sequence[str]) -> str:
    """School years in words: `2024-25` or `2021-22 to 2024-25`."""
    ends = list(dict.fromkeys((periods[0], periods[-1]))) if periods else ["no school year"]
    return " to ".join(ends)


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""


def hidden_sentences(found: Sequence[Cell]) -> tuple[str, ...]:
    """How many numbers are hidden and why, in words a parent understands."""
    hidden = sum(cell.hidden for cell in found)
    if not hidden:
        return ("No number in this table is hidden.",)
    # Beside the map of one year, the numbers of all years would otherwise read as those of the map.
    over = " in all school years" if len({cell.period for cell in found}) > 1 else ""
    many = f"{hidden} of {len(found)} numbers{over} {'are' if hidden > 1 else 'is'}"
    return (
        f"{many} hidden so that no child can be recognized, and marked [c].",
        "A number is hidden when it stands for very few children, or when it could be used to work out one that does.",
    )
