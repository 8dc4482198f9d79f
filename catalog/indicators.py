"""Indicators: one TOML file each in `catalog/indicators/`; adding a file adds the indicator everywhere."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from catalog.terms import dimensions, elements, known
from catalog.views import View

FOLDER = Path(__file__).parent / "indicators"
NUMBERS = ("minimum_days", "absent_percent", "maximum_age")  # parameters that count something
LISTS = ("grades", "met_values", "left_out_values", "program_kinds")
Unit = Literal["children", "percent"]


@dataclass(frozen=True)
class Kind:
    """What a way of counting gives and takes: bands (those of band_lower where they are None) and parameters."""

    bands: tuple[str, ...] | None
    needs: tuple[str, ...] = ()
    may_have: tuple[str, ...] = ("grades",)


YES_NO = ("yes", "no")
KINDS: Mapping[str, Kind] = {
    "served": Kind(()),
    "absence": Kind(YES_NO, ("program_kind", "minimum_days", "absent_percent")),
    "outcome_met": Kind(YES_NO, ("measure",), ("grades", "instrument", "met_values", "left_out_values")),
    "outcome_present": Kind(YES_NO, ("measure", "maximum_age", "program_kinds")),
    "participation_bands": Kind(None, ("program_kind", "minimum_days", "band_program_kind", "band_lower")),
}


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
    for field in raw:
        known("field", field, {f: f for f in Indicator.__dataclass_fields__ if f != "name"})
    for table in ("bands", "parameters"):
        if not isinstance(raw.get(table, {}), dict):
            raise ValueError(f"{table} must be a table, [{table}]")
    kind, parameters = known("kind of indicator", raw["kind"], KINDS), raw.get("parameters", {})
    unit = "percent" if kind != "served" else "children"
    if raw["unit"] != unit:
        raise ValueError(f"unit must be {unit} for the kind {kind}")
    _check_parameters(kind, parameters)
    _check_bands(KINDS[kind].bands or tuple(parameters.get("band_lower", ())), tuple(raw.get("bands", ())))
    if not isinstance(raw["next_review"], date):
        raise ValueError("next_review must be a date such as 2027-06-30")
    return Indicator(
        name=name,
        title=raw["title"],
        question=raw["question"],
        unit=raw["unit"],
        kind=kind,
        population=raw["population"],
        population_title=raw["population_title"],
        numerator=raw["numerator"],
        parameters=parameters,
        data_elements=tuple(known("data element", e, elements()) for e in raw["data_elements"]),
        higher_is_better=raw.get("higher_is_better"),
        why_it_matters=raw["why_it_matters"],
        definition=raw["definition"],
        steward=raw["steward"],
        next_review=raw["next_review"],
        source=raw["source"],
        bands=dict(raw.get("bands", {})),
        views=tuple(View.parse(v) for v in raw["views"]),
        order=int(raw.get("order", 100)),
    )


def _check_parameters(kind: str, parameters: Mapping[str, Any]) -> None:
    """Refuse what the kind does not take, and values that cannot be counted by; ValueError says what it takes."""
    takes = KINDS[kind]
    for name, value in parameters.items():
        known(f"parameter of the kind {kind}", name, dict.fromkeys([*takes.needs, *takes.may_have]))
        _check_value(name, value)
    for name in takes.needs:
        if name not in parameters:
            raise ValueError(f"the kind {kind} needs parameters.{name}")
    if "left_out_values" in parameters and "met_values" not in parameters:
        raise ValueError("parameters.left_out_values needs parameters.met_values beside it")


def _check_value(name: str, value: Any) -> None:
    if name in NUMBERS:
        if not _is_count(value):
            raise ValueError(f"parameters.{name} must be a whole number such as 10")
    elif name == "band_lower":
        if not isinstance(value, dict) or not all(map(_is_count, value.values())) or 0 not in value.values():
            raise ValueError("parameters.band_lower must give each band its fewest days, and one band 0")
    elif name in LISTS and not (isinstance(value, list) and value):
        raise ValueError(f'parameters.{name} must be a list such as ["a", "b"]')
    else:
        for word in value if name in LISTS else [value]:
            _check_word(name, word)


def _check_word(name: str, word: Any) -> None:
    """A grade or kind of program as rosters and program lists write it; other words are the community's own."""
    if name == "grades":
        grade = dimensions()["grade_band"]
        known("value of parameters.grades", word, {g: g for g in grade.codes if g not in grade.categories})
    elif "program_kind" in name:
        known(f"value of parameters.{name}", word, dimensions()["program_kind"].categories)
    elif not isinstance(word, str) or not word:
        raise ValueError(f"parameters.{name} must be text in quotes")


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _check_bands(counted: tuple[str, ...], named: tuple[str, ...]) -> None:
    """The first band is the headline, so their order counts too."""
    if counted != named:
        raise ValueError(f"bands must be {_words(counted)} in this order, not {_words(named)}")


def _words(codes: tuple[str, ...]) -> str:
    return ", ".join(codes) or "left out"


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
