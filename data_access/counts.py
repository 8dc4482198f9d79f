"""Counting: one row per child of a population in a school year, with its bands and all that describes it.

One builder per kind of indicator; an indicator of a known kind needs no code, only its file in the catalog.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, func, select

from catalog.indicators import Indicator, indicators
from catalog.periods import SchoolYear
from data_access.attributes import attributes, homes, program_kinds
from data_access.facts import fetch
from data_access.populations import SEPARATOR, attended, in_kinds, outcomes, recorded, rostered
from data_access.publishing.plan import Plan
from data_access.scope import Scope

PLACES = ("tract", "town", "district")


@dataclass(frozen=True, eq=False)
class Counted:
    """The children of a population. children: child_id, contributors, tract, town, district, recorded values per
    dimension, band per rate. sources: rate -> contributors whose records tell its band. left_out: reason -> children
    (for the quality pages; never published)."""

    children: pd.DataFrame
    sources: Mapping[str, frozenset[str]]
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Ask:
    """What a builder needs: the connection to the lake, the school year, whose records may be counted."""

    lake: Connection
    year: SchoolYear
    scope: Scope
    kept: dict[object, pd.DataFrame] = field(default_factory=dict, compare=False)

    def once(self, name: object, query: Select[Any]) -> pd.DataFrame:
        """Fetch, or give what was fetched under the name before."""
        if name not in self.kept:
            self.kept[name] = self.rows(query)
        return self.kept[name]

    def rows(self, query: Select[Any]) -> pd.DataFrame:
        """Fetch, ordered by child."""
        found = fetch(self.lake, query)
        return found.sort_values("child_id", kind="stable").reset_index(drop=True)


Builder = Callable[[Ask, Indicator], Counted]


def count(lake: Connection, plan: Plan, year: SchoolYear, scope: Scope) -> Counted:
    """The children of a plan's population with everything its views cross."""
    ask = Ask(lake, year, scope)
    parts = [BUILDERS[indicators()[name].kind](ask, indicators()[name]) for name in plan.names]
    children = parts[0].children
    for part in parts[1:]:
        children = _joined(children, part.children)
    described = describe(ask, children, _needed(plan))
    for name in plan.names:
        described = _of_grades(described, indicators()[name])
    sources = {name: who for part in parts for name, who in part.sources.items()}
    left_out = {reason: number for part in parts for reason, number in part.left_out.items()}
    return Counted(described.reset_index(drop=True), sources, left_out)


def _needed(plan: Plan) -> list[str]:
    grades = any("grades" in indicators()[name].parameters for name in plan.names)
    return [*plan.columns, *(["grade_band"] if grades and "grade_band" not in plan.columns else [])]


def _joined(one: pd.DataFrame, two: pd.DataFrame) -> pd.DataFrame:
    """Two indicators of the same children: the bands of both, the contributors of either."""
    both = one.merge(two, on="child_id", suffixes=("", "_too"), validate="one_to_one")
    if len(both) != len(one):
        raise ValueError("two indicators of one population count different children")
    joined = [_union(a, b) for a, b in zip(both["contributors"], both["contributors_too"], strict=True)]
    return both.assign(contributors=joined).drop(columns="contributors_too")


def _union(one: str, two: str) -> str:
    return "+".join(sorted({*one.split("+"), *two.split("+")} - {""}))


def describe(ask: Ask, children: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Add where each child lives and the recorded value of each dimension; "" where nothing is known."""
    own = [name for name in names if name != "program_kind"]
    found = children.merge(_homes(ask), on="child_id", how="left")
    if own:
        told = ask.rows(attributes(ask.year, ask.scope, own))
        for name in own:
            told[name] = told[name].astype("string").str.split(SEPARATOR).str[1]  # all missing has no text type
        found = found.merge(told, on="child_id", how="left")
    if "program_kind" in names:
        found = found.merge(ask.rows(program_kinds(ask.year, ask.scope)), on="child_id", how="left")
    texts = [*PLACES, *names]
    found[texts] = found[texts].astype(object).where(found[texts].notna(), "")
    if "age_band" in names:
        found["age_band"] = pd.to_numeric(found["age_band"], errors="coerce")
    return found


def _homes(ask: Ask) -> pd.DataFrame:
    found = ask.rows(homes(ask.year, ask.scope))
    parts = found.pop("home").str.split(SEPARATOR)
    return found.assign(**{name: parts.str[i + 1] for i, name in enumerate(PLACES)})


def _of_grades(children: pd.DataFrame, indicator: Indicator) -> pd.DataFrame:
    """Only children of the grades an indicator speaks of."""
    grades = indicator.parameters.get("grades")
    return children if grades is None else children[children["grade_band"].isin(grades)]


def _served(ask: Ask, _: Indicator) -> Counted:
    return Counted(ask.rows(rostered(ask.year, ask.scope)), {})


def _enrolled(ask: Ask, indicator: Indicator) -> pd.DataFrame:
    kind, least = indicator.parameters["program_kind"], indicator.parameters["minimum_days"]
    days = attended(ask.year, ask.scope, kind).subquery()
    return ask.once((kind, least), select(days).where(days.c.enrolled >= least))


def _absence(ask: Ask, indicator: Indicator) -> Counted:
    """Chronic absence: whole numbers are compared, so exactly the given percent counts."""
    days = _enrolled(ask, indicator)
    absent = 100 * days["absent"].astype("int64") >= indicator.parameters["absent_percent"] * days["enrolled"]
    bands = absent.map({True: "yes", False: "no"})
    found = days[["child_id", "contributors"]].assign(**{indicator.name: bands})
    return Counted(found, {indicator.name: _contributors(found)})


def _participation(ask: Ask, indicator: Indicator) -> Counted:
    """Days attended in programs of one kind, in bands, among the children enrolled in another."""
    settings = indicator.parameters
    enrolled = _enrolled(ask, indicator)[["child_id", "contributors"]]
    days = ask.rows(attended(ask.year, ask.scope, settings["band_program_kind"]))
    lower = sorted(settings["band_lower"].items(), key=lambda item: -item[1])
    present = enrolled["child_id"].map(days.set_index("child_id")["present"]).fillna(0)
    bands = [next(code for code, least in lower if number >= least) for number in present]
    found = _also_told_by(enrolled, days).assign(**{indicator.name: bands})
    return Counted(found, {indicator.name: _contributors(days)})


def _outcome_met(ask: Ask, indicator: Indicator) -> Counted:
    """The latest valid outcome of each child; children with a value that is left out are not in the population."""
    settings = indicator.parameters
    told = ask.rows(outcomes(indicator, ask.year, ask.scope))
    latest = told["latest"].str.split(SEPARATOR).str[1]
    inside = ~latest.isin(settings.get("left_out_values", []))
    met = set(settings.get("met_values", ["yes"]))
    bands = latest.map(lambda value: "yes" if value in met else "no")
    found = told[["child_id", "contributors"]].assign(**{indicator.name: bands})[inside].reset_index(drop=True)
    left_out = {f"{indicator.name}: value left out": int((~inside).sum())}
    if "instrument" in settings:
        left_out[f"{indicator.name}: another instrument"] = _others(ask, indicator, len(told))
    return Counted(found, {indicator.name: _contributors(told)}, left_out)


def _others(ask: Ask, indicator: Indicator, valid: int) -> int:
    """Children whose outcomes of the measure are all of other instruments, or without a result."""
    every = recorded(indicator, ask.year, ask.scope).subquery()
    return int(ask.lake.scalar(select(func.count()).select_from(every)) or 0) - valid


def _outcome_present(ask: Ask, indicator: Indicator) -> Counted:
    """Young children in programs of some kinds: has an outcome of the measure been recorded in the year?

    Whoever recorded it knows the child too, also where the program is another's.
    """
    settings = indicator.parameters
    found = ask.rows(in_kinds(ask.year, ask.scope, settings["program_kinds"]))
    ages = ask.rows(attributes(ask.year, ask.scope, ["age_band"]))
    ages["age"] = pd.to_numeric(ages.pop("age_band").str.split(SEPARATOR).str[1])
    young = found.merge(ages, on="child_id", how="left")
    unknown = int(young["age"].isna().sum())
    young = young[young["age"] <= settings["maximum_age"]].drop(columns="age").reset_index(drop=True)
    screened = ask.rows(recorded(indicator, ask.year, ask.scope))
    told = _also_told_by(young, screened)
    done = young["child_id"].isin(screened["child_id"])
    told = told.assign(**{indicator.name: done.map({True: "yes", False: "no"})})
    return Counted(told, {indicator.name: _contributors(screened)}, {f"{indicator.name}: age not known": unknown})


def _also_told_by(children: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """The children with those too who told something of them among those who know them."""
    both = children[["child_id", "contributors"]].merge(
        told[["child_id", "contributors"]], on="child_id", how="left", suffixes=("", "_too"), validate="one_to_one"
    )
    pairs = zip(both["contributors"], both["contributors_too"].fillna(""), strict=True)
    return children.assign(contributors=[_union(one, two) for one, two in pairs])


def _contributors(rows: pd.DataFrame) -> frozenset[str]:
    return frozenset(name for text in rows["contributors"].unique() for name in str(text).split("+") if name)


BUILDERS: Mapping[str, Builder] = {
    "served": _served,
    "absence": _absence,
    "outcome_met": _outcome_met,
    "outcome_present": _outcome_present,
    "participation_bands": _participation,
}
