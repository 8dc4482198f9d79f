"""From one row per child to counts per combination of everything the views of a lattice cross."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from catalog.indicators import indicators
from catalog.terms import Dimension, dimensions
from data_access.published import UNKNOWN
from data_access.publishing.plan import Plan

OWN = "own:"


def categorized(recorded: pd.Series, dimension: Dimension) -> pd.Series:
    """Recorded values as category codes; what the catalog does not know becomes the fallback."""
    distinct = pd.Index(recorded.unique())
    if dimension.overlapping:
        known = {value: _several(str(value), dimension) for value in distinct}
    elif dimension.upper:
        known = {value: _up_to(value, dimension) for value in distinct}
    else:
        known = {value: dimension.codes.get(str(value), str(dimension.fallback)) for value in distinct}
    return recorded.map(known).astype(object)


def _several(text: str, dimension: Dimension) -> str:
    return "+".join(sorted({dimension.codes[word] for word in text.split("+") if word in dimension.codes}))


def _up_to(value: object, dimension: Dimension) -> str:
    if isinstance(value, (int, float, np.integer, np.floating)) and value == value and value >= 0:
        for code, highest in sorted(dimension.upper.items(), key=lambda item: item[1]):
            if value <= highest:
                return code
    return str(dimension.fallback)


def atoms(
    children: pd.DataFrame, plan: Plan, regions: Mapping[str, str], pairs: pd.DataFrame, county: str
) -> pd.DataFrame:
    """Counts per combination, with `own:<contributor>` columns, and rows of count 0 for all that could occur.

    children: tract, town, district ("" where not known), one column per dimension (recorded values) and per rate of
    the plan (band codes), contributors ("a+b"). regions: tract -> region. pairs: region, town, district that meet.
    """
    found = {
        "region": children["tract"].map(regions).fillna("").astype(object),
        "town": children["town"].astype(object),
        "district": children["district"].replace("", UNKNOWN).astype(object),
        "county": county,
    }
    frame = pd.DataFrame(found, index=children.index)
    frame["town"] = frame["town"].replace("", UNKNOWN)
    frame["region"] = _in_town(frame["region"], frame["town"])
    for name in plan.columns:
        frame[name] = categorized(children[name], dimensions()[name])
    for name in plan.rates:
        frame[name] = children[name].astype(object)
    keys = [*{c for columns in plan.hierarchies.values() for c in columns}, *plan.columns, *plan.rates]
    keys = [c for c in frame.columns if c in keys]
    own = _own(children["contributors"])
    counted = pd.concat([frame[keys], own], axis=1).assign(count=1)
    grouped = counted.groupby(keys, sort=True, observed=True).sum().reset_index()
    every = pd.concat([grouped, _declared(plan, pairs, county, keys)], ignore_index=True)
    counts = ("count", *own.columns)
    return every.fillna(dict.fromkeys(counts, 0)).astype(dict.fromkeys(counts, "int64"))


def _in_town(region: pd.Series, town: pd.Series) -> pd.Series:
    """A child whose town is known and whose tract is not belongs to its town's own "unknown"."""
    lost = np.where(town == UNKNOWN, UNKNOWN, UNKNOWN + "." + town.astype(str))
    return pd.Series(np.where(region == "", lost, region), index=region.index, dtype=object)


def _own(contributors: pd.Series) -> pd.DataFrame:
    distinct = {text: set(str(text).split("+")) - {""} for text in contributors.unique()}
    names = sorted(set().union(*distinct.values())) if distinct else []
    return pd.DataFrame(
        {f"{OWN}{name}": contributors.map({t: int(name in who) for t, who in distinct.items()}) for name in names},
        index=contributors.index,
    )


def _declared(plan: Plan, pairs: pd.DataFrame, county: str, keys: Sequence[str]) -> pd.DataFrame:
    """Rows of count 0: every pair of places that meets, every category, every band."""
    first = {d: next(iter(dimensions()[d].categories)) for d in plan.columns}
    first |= {name: next(iter(indicators()[name].bands)) for name in plan.rates}
    places = pairs.assign(county=county)
    rows = [row | first for row in places.to_dict("records")]
    here = places.iloc[0].to_dict()
    for dimension in plan.columns:
        rows += [here | first | {dimension: code} for code in dimensions()[dimension].categories]
    for name in plan.rates:
        rows += [here | first | {name: band} for band in indicators()[name].bands]
    return pd.DataFrame(rows)[list(keys)].drop_duplicates().assign(count=0)
