"""What is protected together: the indicators of one population in one school year, their views, one lattice."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from catalog.indicators import Indicator, indicators
from catalog.terms import dimensions
from catalog.views import View
from privacy.views import ViewShape

# The slots of a lattice key that are places; tract areas lie in towns, districts cut across both.
PLACES = {"area": ("region", "town", "county"), "district": ("district",)}
BASE = "county"


class BadPopulation(ValueError):
    """One population counted in two ways, or the same children under two names; the message says how to mend it."""


@dataclass(frozen=True)
class Plan:
    """The indicators of one population with the views still to be offered of each, in catalog order."""

    population: str
    views: tuple[tuple[str, tuple[View, ...]], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Indicator names in reading order."""
        return tuple(name for name, _ in self.views)

    @property
    def rates(self) -> tuple[str, ...]:
        """The indicators with outcome bands; each has a slot of its own in the key."""
        return tuple(name for name in self.names if not indicators()[name].is_count)

    @property
    def exact(self) -> bool:
        """True where the population's size is published exactly: it is the base count."""
        return any(indicators()[name].is_count for name in self.names)

    def of(self, name: str) -> tuple[View, ...]:
        """The views of one indicator."""
        return dict(self.views)[name]

    def without(self, dropped: Iterable[tuple[str, View]]) -> "Plan":
        """The plan with some views withdrawn, and without indicators that have none left."""
        gone = set(dropped)
        kept = ((name, tuple(v for v in views if (name, v) not in gone)) for name, views in self.views)
        return replace(self, views=tuple((name, views) for name, views in kept if views))

    @property
    def columns(self) -> tuple[str, ...]:
        """Dimensions that any view crosses, in catalog order."""
        used = {d for _, views in self.views for view in views for d in view.dimensions}
        return tuple(d for d in dimensions() if d in used)

    @property
    def levels(self) -> frozenset[str]:
        """Area levels that any view shows."""
        return frozenset(view.level for _, views in self.views for view in views)

    @property
    def hierarchies(self) -> dict[str, tuple[str, ...]]:
        """The place slots of the lattice; the finest level is the finest that is shown."""
        nested = PLACES["area"]
        finest = next(i for i, level in enumerate(nested) if level in self.levels or level == BASE)
        slots = {"area": nested[finest:] if finest < len(nested) - 1 else nested[-2:]}
        return slots | ({"district": PLACES["district"]} if "district" in self.levels else {})

    def shapes(self) -> list[ViewShape]:
        """Every view as a table of the lattice."""
        return [
            ViewShape(f"{name}|{view}", view.level, view.dimensions, None if indicators()[name].is_count else name)
            for name, views in self.views
            for view in views
        ]


def plans() -> tuple[Plan, ...]:
    """One plan per population, in catalog order; raises BadPopulation.

    The same children under two names would be protected apart: what one table hides could be read in the other.
    """
    grouped: dict[str, list[Indicator]] = {}
    named: dict[tuple[object, ...], Indicator] = {}
    for indicator in indicators().values():
        grouped.setdefault(indicator.population, []).append(indicator)
        first = named.setdefault(_universe(indicator), indicator)
        if first.population != indicator.population:
            raise BadPopulation(
                f"{first.name} and {indicator.name} count the same children. Give {indicator.name} the population "
                f"“{first.population}” too, so that both are protected together."
            )
    for name, members in grouped.items():
        if len({_universe(member) for member in members}) > 1:
            told = ", ".join(member.name for member in members)
            raise BadPopulation(
                f"The indicators of the population “{name}” ({told}) count different children: their kind, grades or "
                "other settings differ. Give the one that differs a population of its own."
            )
    return tuple(Plan(name, tuple((i.name, i.views) for i in members)) for name, members in grouped.items())


def _universe(indicator: Indicator) -> tuple[object, ...]:
    """What decides who is in the population of an indicator."""
    settings = indicator.parameters
    grades = tuple(settings.get("grades", ()))
    if indicator.kind in ("absence", "participation_bands"):
        return ("enrolled", settings["program_kind"], settings["minimum_days"], grades)
    if indicator.kind == "outcome_met":
        left_out = tuple(settings.get("left_out_values", ()))
        return ("outcome", settings["measure"], settings.get("instrument"), grades, left_out)
    if indicator.kind == "outcome_present":
        return ("young", settings["maximum_age"], tuple(settings["program_kinds"]), grades)
    return (indicator.kind, grades)
