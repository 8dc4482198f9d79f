"""What a page was asked in its address, checked against what is published and open to the viewer.

Choices offered are the viewer's own: indicators, levels and groups no agreement of theirs allows are not listed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from catalog.indicators import Indicator, indicators
from catalog.naming import by_name
from catalog.report import ReportSpec
from catalog.terms import area_levels, dimensions, known
from catalog.views import View
from components.filters import with_current
from components.report import Imprint, listed, unprepared
from components.states import Closed
from data_access.published import NOT_YET, Area, NotOffered, Offer, Older, PublicationInfo, standing
from data_access.session import Session
from pages._session import open_areas
from privacy.sealed import ProtectedTable

RULES = {
    "provable": "no one can prove that a hidden number is below {k}",
    "exact": "no hidden number can be found exactly",
}


@dataclass(frozen=True)
class Choices:
    """What can be chosen from one publication by one viewer."""

    session: Session
    info: PublicationInfo

    @classmethod
    def of(cls, session: Session) -> "Choices":
        """The choices of the newest publication; raises NoPublication, Refused."""
        return cls(session, session.publication())

    @cached_property
    def open(self) -> tuple[Offer, ...]:
        """Views that are offered and permitted."""
        return tuple(offer for offer in self.info.offers if offer.offered and offer.permitted)

    @property
    def years(self) -> dict[str, str]:
        """School years, newest first."""
        return {year: year for year in reversed(self.info.periods)}

    @property
    def latest(self) -> str:
        """The newest school year."""
        return self.info.periods[-1]

    @property
    def imprint(self) -> Imprint:
        """What stands on every page and in every file."""
        info, rule = self.info, self.info.rule
        promise = RULES.get(rule.name, rule.name).format(k=rule.k)
        words = f"{promise} (rule {rule.name}, k = {rule.k}, zeros {rule.zeros}, version {rule.version})"
        return Imprint(info.community, info.id, info.as_of, words)

    def outcomes(self, *, rates_only: bool = False) -> dict[str, str]:
        """Indicators with at least one open view."""
        names = {offer.indicator for offer in self.open}
        return {n: i.title for n, i in indicators().items() if n in names and not (rates_only and i.is_count)}

    def closed_outcomes(self) -> list[Offer]:
        """For each indicator none of whose views is permitted, the offer that says why."""
        permitted = {offer.indicator for offer in self.info.offers if offer.permitted}
        closed = {o.indicator: o for o in reversed(self.info.offers) if o.indicator not in permitted and o.reasons}
        return [closed[name] for name in indicators() if name in closed]

    def not_updated(self, names: Iterable[str]) -> list[str]:
        """Which of these outcomes show numbers of an earlier publication: a sentence for each of its days."""
        asked, shown = list(names), defaultdict[Older, list[str]](list)
        for name in asked:
            for one in self.info.not_updated(indicators()[name].population, self.info.periods):
                shown[replace(one, population="")].append(indicators()[name].title)
        alike = defaultdict[tuple[str, ...], list[Older]](list)
        for one, titles in shown.items():
            alike[tuple(titles)].append(one)
        return [
            text
            for titles, older in alike.items()
            for text in standing(older, "" if len(asked) == len(titles) > 1 else f", {listed(titles).lower()}")
        ]

    def levels(self, indicator: str, *, with_county: bool = False) -> dict[str, str]:
        """Area levels at which an indicator is open, coarsest first."""
        held = {o.view.level for o in self.open if o.indicator == indicator and not o.view.dimensions}
        names = [level for level in reversed(area_levels()) if level in held and (with_county or level != "county")]
        return {level: area_levels()[level].title for level in names}

    def levels_around(self, indicator: str, shown: str) -> dict[str, str]:
        """Levels for a page of places: the county only where it is what is shown, or nothing else is open."""
        county = shown == "county" or not self.levels(indicator)
        return self.levels(indicator, with_county=county)

    def nearest(self, *, with_county: bool = True) -> dict[str, dict[str, str]]:
        """Outcome -> level -> the nearest one at which it is open, "" for none; the county where there is no other."""
        order = list(area_levels())

        def near(name: str, level: str) -> str:
            far = {
                one: abs(order.index(one) - order.index(level)) for one in self.levels(name, with_county=with_county)
            }
            return min(far, key=lambda one: (one != level, one == "county", far[one]), default="")

        return {name: {level: near(name, level) for level in order} for name in self.outcomes()}

    def groups(self, indicator: str, level: str = "") -> dict[str, str]:
        """Dimensions by which an indicator is open, at this level or at any."""
        held = {
            dimension
            for offer in self.open
            if offer.indicator == indicator and len(offer.view.dimensions) == 1 and level in ("", offer.view.level)
            for dimension in offer.view.dimensions
        }
        return {name: d.title for name, d in dimensions().items() if name in held}

    def has(self, indicator: str, view: View) -> bool:
        """True where a view is offered and permitted."""
        return any(offer.indicator == indicator and offer.view == view for offer in self.open)

    def closed(self, indicator: str, view: View) -> Closed | None:
        """Why a table is not open to the viewer, in the words of the session; None where it is."""
        if view not in indicators()[indicator].views:
            return Closed("unprepared", (unprepared(indicators()[indicator], [view]),))
        offer = self.info.offer(indicator, view)
        if offer is None:
            return Closed("unprepared", (NOT_YET,))
        if not offer.permitted:
            return Closed("refused", offer.reasons)
        return None if offer.offered else Closed("hidden", (offer.why,))

    def usual_level(self, indicator: str) -> str:
        """The level at which an outcome is opened first: towns, or the coarsest one there is; "" for none."""
        levels = self.levels(indicator)
        return "town" if "town" in levels else next(iter(levels), "")

    def places(self, level: str) -> dict[str, str]:
        """Areas of a level by name; without the children whose address is not known."""
        return {area.code: area.name for area in sorted(self.areas(level), key=lambda area: by_name(area.name))}

    def areas(self, level: str) -> list[Area]:
        """Areas of a level in publication order, without "unknown"."""
        return [area for area in self.session.areas(level) if area.code != "unknown"]

    def named(self, options: Mapping[str, str], code: str) -> dict[str, str]:
        """Options with the code a control has now, by its name in the catalog or the publication."""
        titles = {name: level.title for name, level in area_levels().items()}
        titles |= {name: dimension.title for name, dimension in dimensions().items()}
        titles |= {name: indicator.title for name, indicator in indicators().items()}
        return with_current(options, code, titles | open_areas(self.session))

    def report(self, indicator: str, view: View, *years: str, area: Iterable[str] = ()) -> ProtectedTable:
        """A table through the one door; raises Refused, NotOffered, UnknownTerm."""
        if view not in indicators()[indicator].views:
            raise NotOffered(self.instead(indicator, view), unprepared(indicators()[indicator], [view]))
        where = (("area", tuple(sorted(area))),) if area else ()
        return self.session.report(ReportSpec(indicator, view, tuple(sorted(years)), where))

    def instead(self, indicator: str, view: View) -> View | None:
        """The nearest open view in the place of one that an indicator does not have."""
        mine = [offer.view for offer in self.open if offer.indicator == indicator]
        levels = list(area_levels())
        near = sorted(
            mine, key=lambda v: (v.dimensions != view.dimensions, abs(levels.index(v.level) - levels.index(view.level)))
        )
        return next(iter([v for v in near if v.dimensions in (view.dimensions, ())]), None)


def outcome(query: Mapping[str, str]) -> Indicator:
    """The indicator asked for; raises UnknownTerm."""
    return indicators()[known("outcome", query.get("i", ""), indicators())]


def level(query: Mapping[str, str]) -> str:
    """The area level asked for; raises UnknownTerm."""
    return known("kind of place", query.get("level", ""), area_levels())


def year(query: Mapping[str, str], choices: Choices) -> str:
    """The school year asked for; raises UnknownTerm."""
    return known("school year", query.get("year", ""), choices.years)


def order(query: Mapping[str, str], choices: Choices, offered: Mapping[str, str]) -> str:
    """The order of rows asked for: one of those offered, or by what another table has in its columns.

    A table without that column keeps its own order. Raises UnknownTerm.
    """
    groups = {code for dimension in dimensions().values() for code in dimension.categories}
    bands = {code for indicator in indicators().values() for code in indicator.bands}
    word = query.get("sort", "")
    return word if word.lstrip("-") in {*choices.years, *groups, *bands, "all"} else known("order", word, offered)


def place(code: str, choices: Choices, level: str) -> str:
    """An area of this level; empty for none, or for one of another level (the level was changed after choosing it).

    Raises UnknownTerm for a code that no level has.
    """
    here = choices.places(level)
    if code in here or not code:
        return code
    return "" if code in open_areas(choices.session) else known("place", code, here)
