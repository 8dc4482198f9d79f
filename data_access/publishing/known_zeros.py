"""Zeros that everybody knows before any count: they stay visible and protect nobody."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from catalog.indicators import indicators
from catalog.terms import Dimension, dimensions
from data_access.atoms import categorized
from data_access.published import UNKNOWN
from data_access.publishing.plan import Plan

COVERED = 100
LOST_BY = {"region": "tract", "town": "town", "district": "district"}


def impossible(children: pd.DataFrame, plan: Plan, empty_areas: Mapping[str, list[str]] | None = None) -> pd.DataFrame:
    """Rows of column -> code that nobody can be in, as `build_lattice` takes them.

    Categories that the indicator's own definition excludes (a grade, an age); areas without residents; "not recorded"
    and "address not known" where every child's is, which says something of the records, not of children.
    """
    found: list[dict[str, str]] = []
    for name in plan.columns:
        dimension = dimensions()[name]
        codes = _excluded(plan, dimension)
        if not dimension.overlapping and dimension.fallback and len(children):
            present = set(categorized(children[name], dimension))
            codes |= {dimension.fallback} - present
        found += [{name: code} for code in dimension.categories if code in codes]
    levels = {level for columns in plan.hierarchies.values() for level in columns}
    lost = [{level: UNKNOWN} for level, column in LOST_BY.items() if level in levels and (children[column] != "").all()]
    for level, areas in (empty_areas or {}).items():
        found += [{level: area} for area in areas if level in levels]
    return pd.DataFrame([*found, *lost])


def occurring(children: pd.DataFrame, plan: Plan, lived_in: Mapping[str, list[str]] | None = None) -> pd.DataFrame:
    """Rows of column -> code that would be known zeros if nobody were in them: whoever sees no zero knows of one child.

    lived_in: level -> areas said to be without residents where children of the population live all the same.
    """
    found: list[dict[str, str]] = []
    for name in plan.columns:
        dimension = dimensions()[name]
        if not dimension.overlapping and dimension.fallback and dimension.fallback not in _excluded(plan, dimension):
            here = set(categorized(children[name], dimension))
            found += [{name: dimension.fallback}] if dimension.fallback in here else []
    levels = {level for columns in plan.hierarchies.values() for level in columns}
    found += [
        {level: UNKNOWN} for level, column in LOST_BY.items() if level in levels and (children[column] == "").any()
    ]
    found += [{level: area} for level, areas in (lived_in or {}).items() for area in areas if level in levels]
    return pd.DataFrame(found)


def uncovered(children: Mapping[str, pd.DataFrame], served: pd.DataFrame, least: int = COVERED) -> list[str]:
    """Districts where no partner has ever had a child of a population, though many children there are served.

    That says which school districts take part, not who lives there. children: school year -> the population.
    """
    present = {code for frame in children.values() for code in frame["district"].unique()}
    many = served.loc[served["district"] != "", "district"].value_counts()
    return sorted(str(code) for code in many.index[many >= least] if code not in present)


def _excluded(plan: Plan, dimension: Dimension) -> set[str]:
    """Categories outside every indicator of the plan."""
    settings: list[Mapping[str, Any]] = [indicators()[name].parameters for name in plan.names]
    if dimension.name == "grade_band" and all("grades" in s for s in settings):
        reached = {dimension.codes.get(g, str(dimension.fallback)) for s in settings for g in s["grades"]}
        return set(dimension.categories) - reached
    if dimension.name == "age_band" and all("maximum_age" in s for s in settings):
        oldest = max(int(s["maximum_age"]) for s in settings)
        reached = {str(code) for code in categorized(pd.Series(range(oldest + 1)), dimension)}
        return set(dimension.categories) - reached
    return set()
