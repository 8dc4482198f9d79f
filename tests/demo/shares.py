"""How many cells of each declared view would be too small, counted from the contribution files alone.

A yardstick for the demo's sizes, simpler than the product on purpose: exact-match linking, the first non-empty value
of a child, and two rules (a count of 0..9; a remainder of 1..9 without one contributor's own children).
"""

import unicodedata
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from catalog.indicators import Indicator, indicators
from catalog.periods import SchoolYear
from catalog.terms import dimensions
from catalog.views import View

K = 10
DISTRICTS = ("merrow-city-schools", "alder-valley-schools")
PLACES = ("county", "district", "town", "region")
REGION_MINIMUM = 180


def normalized(name: str) -> str:
    """Letters only, without case and accents."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in folded if c.isalpha())


@dataclass
class Files:
    """All contributed files. roster has `child` (linked by exact match) and `person` (the truth); attendance is added

    up over the months of a year; attendance and participation have the `kind` of program.
    """

    roster: pd.DataFrame
    attendance: pd.DataFrame
    participation: pd.DataFrame
    outcome: pd.DataFrame
    tracts: gpd.GeoDataFrame
    districts: gpd.GeoDataFrame


def read_community(folder: Path) -> Files:
    """Everything index.csv lists, as text."""
    index = pd.read_csv(folder / "index.csv", dtype=str)
    tables: dict[str, list[pd.DataFrame]] = {}
    for row in index.itertuples():
        path = folder / row.path
        read = pd.read_excel if path.suffix == ".xlsx" else pd.read_csv
        frame = read(path, dtype=str, keep_default_na=False)
        year = "" if row.kind == "program" else path.parent.name
        tables.setdefault(row.kind, []).append(frame.assign(contributor=row.contributor, year=year))
    joined = {kind: pd.concat(frames, ignore_index=True).fillna("") for kind, frames in tables.items()}
    truth = pd.read_csv(folder / "truth" / "records.csv", dtype=str)
    roster = joined["roster"].merge(truth, on=["contributor", "child_id"], validate="many_to_one")
    roster["child"] = _linked(roster)
    programs = joined["program"]
    kinds = dict(zip(programs["contributor"] + "/" + programs["program"], programs["kind"], strict=True))
    tracts = gpd.read_file(folder / "boundaries" / "tracts.geojson")
    districts = gpd.read_file(folder / "boundaries" / "districts.geojson")
    days, stays, outcome = (_with_child(joined[kind], roster) for kind in ("attendance", "participation", "outcome"))
    keys = ["child", "contributor", "year", "program"]
    numbers = days[["days_enrolled", "days_present"]].astype(int)
    days = pd.concat([days[keys], numbers], axis=1).groupby(keys, sort=False, as_index=False).sum()
    for frame in (days, stays):
        frame["kind"] = (frame["contributor"] + "/" + frame["program"]).map(kinds)
    return Files(_located(roster, tracts, districts), days, stays, outcome, tracts, districts)


def name_key(frame: pd.DataFrame) -> pd.Series:
    """What exact matching compares."""
    spelled = {name: normalized(name) for name in pd.unique(frame[["last_name", "first_name"]].to_numpy().ravel())}
    return frame["last_name"].map(spelled) + "|" + frame["first_name"].map(spelled) + "|" + frame["birth_date"]


def _linked(roster: pd.DataFrame) -> pd.Series:
    """A child for each record by its newest name and birth date; records without a usable date stand alone."""
    record = roster["contributor"] + "/" + roster["child_id"]
    last = roster.assign(record=record, key=name_key(roster)).sort_values("year").groupby("record").last()
    alone = (last["birth_date"] == "") | (last["birth_date"] < "1990")
    key = last["key"].where(~alone, last.index.to_series())
    return record.map(key)


def _with_child(facts: pd.DataFrame, roster: pd.DataFrame) -> pd.DataFrame:
    known = roster.drop_duplicates(["contributor", "child_id"])[["contributor", "child_id", "child"]]
    return facts.merge(known, on=["contributor", "child_id"], how="left", validate="many_to_one")


def _located(roster: pd.DataFrame, tracts: gpd.GeoDataFrame, districts: gpd.GeoDataFrame) -> pd.DataFrame:
    points = roster[["longitude", "latitude"]].drop_duplicates().reset_index(drop=True)
    x, y = (pd.to_numeric(points[c], errors="coerce") for c in ("longitude", "latitude"))
    spot = shapely.points(x.fillna(0).to_numpy(), y.fillna(0).to_numpy())
    for shapes, field in ((tracts, "geoid"), (districts, "district_id")):
        point, area = shapely.STRtree(shapes.geometry.to_numpy()).query(spot, predicate="intersects")
        found = np.full(len(points), None, dtype=object)
        found[point] = shapes[field].to_numpy()[area]
        points[field] = found
    points["town"] = points["geoid"].map(dict(zip(tracts["geoid"], tracts["town"], strict=True)))
    return roster.merge(points, on=["longitude", "latitude"], how="left")


def children_of(files: Files, year: str) -> pd.DataFrame:
    """One row per child on a roster of the year: area codes, dimension categories, and contributors as a set."""
    roster = files.roster[files.roster["year"] == year]
    order = {c: n for n, c in enumerate(dict.fromkeys(files.roster["contributor"]))}
    roster = roster.sort_values("contributor", key=lambda c: c.map(order), kind="stable").replace("", None)
    first = roster.groupby("child").first()
    reference = SchoolYear.parse(year).reference
    born = pd.to_datetime(first["birth_date"], errors="coerce")
    first["age"] = reference.year - born.dt.year - ((born.dt.month > 9) | ((born.dt.month == 9) & (born.dt.day > 1)))
    told = _contributors(roster)
    first["contributors"] = [told[child] for child in first.index]
    return first.rename(columns={"geoid": "tract", "district_id": "district"})


def categories(children: pd.DataFrame, name: str) -> pd.Series:
    """Category of each child in one dimension."""
    dimension = dimensions()[name]
    if dimension.upper:
        edges = sorted(dimension.upper.items(), key=lambda item: item[1])
        return children["age"].map(lambda a: next((c for c, top in edges if a <= top), dimension.fallback))
    source = {"grade_band": "grade"}.get(name, name)
    return children[source].map(dimension.codes).fillna(dimension.fallback)


def population(files: Files, indicator: Indicator, year: str, children: pd.DataFrame) -> pd.DataFrame:
    """The indicator's denominator with a `band` column."""
    settings = indicator.parameters
    if indicator.kind == "served":
        return children.assign(band="all")
    if indicator.kind in ("absence", "participation_bands"):
        days, children = _days(files, year, settings["program_kind"]), _told_by(_school_days(files, year), children)
        days = days[days["days_enrolled"] >= settings["minimum_days"]]
        enrolled = children.loc[children.index.intersection(days.index)]
        if indicator.kind == "absence":
            absent = 10 * (days["days_enrolled"] - days["days_present"]) >= days["days_enrolled"]
            return enrolled.assign(band=absent.map({True: "yes", False: "no"}).reindex(enrolled.index))
        attended = _days(files, year, settings["band_program_kind"])["days_present"].reindex(enrolled.index).fillna(0)
        edges = sorted(settings["band_lower"].items(), key=lambda item: -item[1])
        return enrolled.assign(band=attended.map(lambda d: next(b for b, low in edges if d >= low)))
    outcome = files.outcome[(files.outcome["year"] == year) & (files.outcome["measure"] == settings["measure"])]
    if indicator.kind == "outcome_present":
        here = files.participation[files.participation["year"] == year]
        kind = here["kind"]
        members = children.index.intersection(here.loc[kind.isin(settings["program_kinds"]), "child"])
        told = pd.concat([here[kind.isin(settings["program_kinds"])], outcome])
        young = _told_by(told, children).loc[members]
        young = young[young["age"] <= settings["maximum_age"]]
        return young.assign(band=np.where(young.index.isin(outcome["child"]), "yes", "no"))
    return _met(outcome, settings, children)


def _met(outcome: pd.DataFrame, settings: dict, children: pd.DataFrame) -> pd.DataFrame:
    if "instrument" in settings:
        outcome = outcome[outcome["instrument"] == settings["instrument"]]
    if "met_values" in settings:
        outcome = outcome[~outcome["value"].isin(settings["left_out_values"])]
        band = outcome["value"].isin(settings["met_values"]).map({True: "yes", False: "no"})
    else:
        band = outcome["met"]
    result = band.groupby(outcome["child"]).first()
    children = _told_by(outcome, children)
    return children.loc[children.index.intersection(result.index)].assign(band=result)


def _told_by(facts: pd.DataFrame, children: pd.DataFrame) -> pd.DataFrame:
    """The children with those contributors who sent these facts about them: they know who is counted."""
    told = _contributors(facts)
    return children.assign(contributors=[told.get(child, frozenset()) for child in children.index])


def _contributors(rows: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Child -> who sent rows about it."""
    found: dict[str, set[str]] = {}
    for child, contributor in rows[["child", "contributor"]].drop_duplicates().itertuples(index=False):
        found.setdefault(child, set()).add(contributor)
    return {child: frozenset(who) for child, who in found.items()}


def _school_days(files: Files, year: str) -> pd.DataFrame:
    return files.attendance[(files.attendance["year"] == year) & files.attendance["contributor"].isin(DISTRICTS)]


def _days(files: Files, year: str, kind: str) -> pd.DataFrame:
    here = files.attendance[(files.attendance["year"] == year) & (files.attendance["kind"] == kind)]
    return here.groupby("child")[["days_enrolled", "days_present"]].sum()


def regions(files: Files, children: pd.DataFrame) -> dict[str, str]:
    """Tract -> region: the smallest tract joins its smallest neighbor in town until all have the minimum."""
    size = children["tract"].value_counts().reindex(files.tracts["geoid"], fill_value=0)
    town = dict(zip(files.tracts["geoid"], files.tracts["town"], strict=True))
    near = files.tracts.sjoin(files.tracts, predicate="touches")
    pairs = {(a, b) for a, b in zip(near["geoid_left"], near["geoid_right"], strict=True) if town[a] == town[b]}
    region = {tract: tract for tract in files.tracts["geoid"]}
    count = dict(size)
    while True:
        small = sorted((n, r) for r, n in count.items() if n < REGION_MINIMUM)
        for _, one in small:
            beside = {region[b] for a, b in pairs if region[a] == one} - {one}
            if beside:
                other = min(beside, key=lambda r: (count[r], r))
                count[other] += count.pop(one)
                region = {t: other if r == one else r for t, r in region.items()}
                break
        else:
            return region


def shares(files: Files, year: str) -> pd.DataFrame:
    """Per indicator and view: cells, zeros (where nobody of the population is), small, left over, share of both.

    Left over: one contributor's own children taken away leave 1..9.
    """
    children = children_of(files, year)
    children["region"] = children["tract"].map(regions(files, children))
    rows = []
    for name, indicator in indicators().items():
        members = population(files, indicator, year, children).assign(county="99001")
        views = [v for v in indicator.views if "program_kind" not in v.dimensions]  # overlapping: not simple cells
        for dimension in {d for view in views for d in view.dimensions}:
            members[dimension] = categories(members, dimension)
        everyone = sorted(set().union(*members["contributors"]))
        own = {c: np.array([c in who for who in members["contributors"]]) for c in everyone}
        rows += [{"indicator": name, "view": str(v), **_view(indicator, v, members, own)} for v in views]
    return pd.DataFrame(rows)


def _view(indicator: Indicator, view: View, members: pd.DataFrame, own: dict[str, np.ndarray]) -> dict[str, float]:
    bands = list(indicator.bands) or ["all"]
    place = members[view.level].fillna("unknown")
    columns = [
        (place, sorted(place.unique())),
        *((members[d], list(dimensions()[d].categories)) for d in view.dimensions),
    ]
    at, size = np.zeros(len(members), dtype=int), 1
    for column, codes in (*columns, (members["band"], bands)):
        at, size = at * len(codes) + pd.Categorical(column, codes).codes, size * len(codes)
    cells = np.bincount(at, minlength=size)
    known = np.repeat(cells.reshape(-1, len(bands)).sum(axis=1) > 0, len(bands))
    left = np.zeros(size, dtype=bool)
    for mine in own.values():  # what one contributor does not know: all but its own children
        rest = cells - np.bincount(at[mine], minlength=size)
        left |= (rest >= 1) & (rest < K)
    small, left = (cells < K) & known, left & known
    return {
        "cells": int(known.sum()),
        "zeros": int((~known).sum()),
        "small": int(small.sum()),
        "left": int((left & ~small).sum()),
        "share": float((small | left).sum() / max(known.sum(), 1)),
    }


def agreement(files: Files) -> pd.Series:
    """Share of each contributor's records that exact matching puts with the child's most common spelling."""
    last = files.roster.sort_values("year").drop_duplicates(["contributor", "child_id"], keep="last")
    common = last.groupby("person")["child"].agg(lambda keys: keys.value_counts().index[0])
    return (last["child"] == last["person"].map(common)).groupby(last["contributor"]).mean()
