"""Indicators: one TOML file each in `catalog/indicators/`; adding a file adds the indicator everywhere."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from catalog.terms import elements, known
from catalog.views import View

FOLDER = Path(__file__).parent / "indicators"
KINDS = ("served", "absence", "outcome_met", "outcome_present", "participation_bands")
NUMBERS = {"minimum_days", "absent_percent", "maximum_age"}  # parameters that count something
Unit = Literal["children", "percent"]


class BadIndicator(ValueError):
    """An indicator file that does not hold; the message names file, field and mend."""


@dataclass(frozen=True)
class Indicator:
    """A figure: numerator / denominator over one population.

    kind: how it is counted (one of KINDS); parameters: that kind's settings. population: the name of the denominator;
    indicators with the same population share one lattice. bands: outcome codes with titles; rates have yes and no.
    views: shapes that may be shown; the finest area level is the finest of them.
    """

    name: str
    title: str
    question: str
    unit: Unit
    kind: str
    population: str
    population_title: str
    numerator: str
    parameters: Mapping[str, Any]
    data_elements: tuple[str, ...]
    higher_is_better: bool | None
    why_it_matters: str
    definition: str
    steward: str
    next_review: date
    source: str
    bands: Mapping[str, str]
    views: tuple[View, ...]
    order: int = 100

    @property
    def is_count(self) -> bool:
        """True for the base count, the only figure published as exact counts."""
        return self.unit == "children"

    @property
    def headline(self) -> str | None:
        """The band that stands for the indicator in one number; none for a count."""
        return None if self.is_count else next(iter(self.bands))


def load_indicator(path: Path) -> Indicator:
    """Read and check one file; raises BadIndicator naming file and field."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return _indicator(path.stem, raw)
    except KeyError as error:
        raise BadIndicator(f"{path.name}: the field {error} is missing.") from error
    except (ValueError, TypeError) as error:
        raise BadIndicator(f"{path.name}: {error}") from error


def _indicator(name: str, raw: dict[str, Any]) -> Indicator:
    if raw["unit"] not in ("children", "percent"):
        raise ValueError("unit must be children or percent")
    for parameter in NUMBERS & set(raw.get("parameters", {})):
        if type(raw["parameters"][parameter]) is not int:
            raise ValueError(f"{parameter} must be a whole number such as 10")
    if not isinstance(raw["next_review"], date):
        raise ValueError("next_review must be a date such as 2027-06-30")
    return Indicator(
        name=name,
        title=raw["title"],
        question=raw["question"],
        unit=raw["unit"],
        kind=known("kind of indicator", raw["kind"], dict.fromkeys(KINDS)),
        population=raw["population"],
        population_title=raw["population_title"],
        numerator=raw["numerator"],
        parameters=raw.get("parameters", {}),
        data_elements=tuple(known("data element", e, elements()) for e in raw["data_elements"]),
        higher_is_better=raw.get("higher_is_better"),
        why_it_matters=raw["why_it_matters"],
        definition=raw["definition"],
        steward=raw["steward"],
        next_review=raw["next_review"],
        source=raw["source"],
        bands={} if raw["unit"] == "children" else dict(raw["bands"]),
        views=tuple(View.parse(v) for v in raw["views"]),
        order=int(raw.get("order", 100)),
    )


@cache
def indicators(folder: Path = FOLDER) -> Mapping[str, Indicator]:
    """All indicators by name, in reading order; as they were when first asked for, until `read_again`."""
    return _read(folder)


def read_again(folder: Path = FOLDER) -> None:
    """Take the files as they are now; raises BadIndicator where one does not hold, and what is known stays."""
    if _read(folder) != indicators(folder):
        indicators.cache_clear()


def _read(folder: Path) -> Mapping[str, Indicator]:
    found = [load_indicator(path) for path in sorted(folder.glob("*.toml"))]
    return {i.name: i for i in sorted(found, key=lambda i: (i.order, i.name))}
