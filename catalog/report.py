"""ReportSpec: a frozen request for one report that checks itself and cannot say nonsense."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from catalog.indicators import Indicator, indicators
from catalog.periods import SchoolYear
from catalog.terms import UnknownTerm, dimensions, known
from catalog.views import View

LEVELS = ("aggregate", "deidentified", "identifiable")


@dataclass(frozen=True)
class ReportSpec:
    """What is asked: an indicator in one view, for some school years, narrowed by codes.

    where: `area` or a dimension name -> codes kept (empty: all). period: school years, oldest first; empty: all.
    level: aggregate, deidentified or identifiable.
    """

    indicator: str
    view: View
    period: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    level: str = field(default="aggregate")

    def __post_init__(self) -> None:
        chosen = indicators()[known("indicator", self.indicator, indicators())]
        if self.view not in chosen.views:
            raise UnknownTerm("view of this indicator", str(self.view), tuple(str(v) for v in chosen.views))
        known("level", self.level, dict.fromkeys(LEVELS))
        for year in self.period:
            SchoolYear.parse(year)
        for name, codes in self.where:
            self._check_where(name, codes)

    def _check_where(self, name: str, codes: tuple[str, ...]) -> None:
        if name == "area":
            return
        known("filter", name, dict.fromkeys(("area", *self.view.dimensions)))
        for code in codes:
            known(dimensions()[name].title.lower(), code, dimensions()[name].categories)

    @property
    def definition(self) -> Indicator:
        """The indicator asked for."""
        return indicators()[self.indicator]

    def needs(self) -> frozenset[str]:
        """Data elements a reader's agreement must cover."""
        by_dimension = (e for d in self.view.dimensions for e in dimensions()[d].elements)
        return frozenset(self.definition.data_elements) | frozenset(by_dimension)

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "ReportSpec":
        """From URL words: i, view, year (comma-separated), area and dimension codes (comma-separated)."""
        default = next(iter(indicators()))
        name = known("indicator", query.get("i") or default, indicators())
        view = View.parse(query["view"]) if query.get("view") else indicators()[name].views[0]
        years = tuple(sorted(filter(None, (query.get("year") or "").split(","))))
        filters = ("area", *view.dimensions)
        where = tuple((f, tuple(sorted(filter(None, query[f].split(","))))) for f in filters if query.get(f))
        return cls(name, view, years, where)

    def to_query(self) -> dict[str, str]:
        """URL words that give this spec again."""
        query = {"i": self.indicator, "view": str(self.view)}
        if self.period:
            query["year"] = ",".join(self.period)
        return query | {name: ",".join(codes) for name, codes in self.where}

    def narrowed(self, **changes: object) -> "ReportSpec":
        """The same request with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]
