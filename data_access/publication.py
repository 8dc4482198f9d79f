"""One publication in memory: read and checked once, never changed, sliced for every report."""

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from catalog.indicators import indicators
from catalog.report import ReportSpec
from catalog.terms import UnknownTerm, area_levels, dimensions
from catalog.views import View
from data_access.published import (
    Area,
    Layer,
    NoPublication,
    Offer,
    Older,
    Proof,
    ProofEntry,
    ProofSummary,
    PublicationInfo,
    RuleInfo,
    Tight,
)
from data_access.recent import Recent
from privacy.sealed import ProtectedTable

RECENT = 500  # sealed tables kept in memory
FROM_BACKUP = "Restore its folder from a backup."
VALUES = ("n", "count", "percent", "low", "high")
_DAMAGED = (OSError, ValueError, KeyError, TypeError, pa.ArrowException)


@dataclass(frozen=True)
class Base:
    """What the next publication goes on from: the newest one's base geography and its offers."""

    geography: Mapping[str, object]
    offers: tuple[Offer, ...]


class Publication:
    """A checked publication. info: what it says about itself; proof; areas by level in publication order."""

    def __init__(self, info: PublicationInfo, proof: Proof, areas: tuple[Area, ...], cells: pd.DataFrame) -> None:
        self.info, self.proof = info, proof
        self.areas = {level: tuple(a for a in areas if a.level == level) for level in area_levels()}
        self.layers: dict[str, bytes] = {}
        self.recent: Recent[ProtectedTable] = Recent(RECENT)
        self._names = {(a.level, a.code): a.name for a in areas}
        self._order = {(a.level, a.code): i for i, a in enumerate(areas)}
        self._tables = _tables(cells, self._names, self._order)

    @classmethod
    def read(cls, name: str, folder: Path, listed: Mapping[str, str]) -> "Publication":
        """Read and check a folder against its listed checksums; raises NoPublication with a sentence.

        What the catalog no longer has is left out; a catalog that cannot be read is not the publication's fault.
        """
        indicators()
        try:
            files = {path: _checked(folder, path, listed) for path in listed}
            found = cls(*_parsed(files))
            found.layers = {p.removeprefix("layers/"): b for p, b in files.items() if p.startswith("layers/")}
        except _DAMAGED as error:
            told = f"cannot be shown: {_why(error)}. Please tell the backbone organization."
            raise NoPublication(f"The publication {name} {told}") from error
        return found

    def rows(self, spec: ReportSpec) -> pd.DataFrame:
        """The slice of a report; raises UnknownTerm for a school year or an area that the publication lacks."""
        table = self._tables[spec.indicator, str(spec.view)]
        for year in spec.period:
            if year not in self.info.periods:
                raise UnknownTerm("school year", year, self.info.periods)
        keep = np.ones(len(table), dtype=bool)
        if spec.period:
            keep &= table["period"].isin(spec.period).to_numpy()
        for name, codes in spec.where:
            keep &= self._narrowed(table, spec, name, codes)
        return table[keep]

    def _narrowed(self, table: pd.DataFrame, spec: ReportSpec, name: str, codes: tuple[str, ...]) -> Any:
        if name == "area":
            valid = tuple(area.code for area in self.areas[spec.view.level])
            for code in codes:
                if code not in valid:
                    raise UnknownTerm("area", code, valid)
        return table[name].isin(codes).to_numpy()

    def agrees(self, rows: pd.DataFrame) -> bool:
        """True where these rows, in any order, are exactly what is published."""
        again = _tables(rows, self._names, self._order)
        return set(again) == set(self._tables) and all(again[key].equals(self._tables[key]) for key in again)

    def judged(self, judge: Callable[[Offer], Offer]) -> PublicationInfo:
        """What the publication says about itself, with a viewer's permission on every offer."""
        return replace(self.info, offers=tuple(judge(offer) for offer in self.info.offers))

    def layer(self, level: str) -> Layer | None:
        """Where the shapes of a level are."""
        found = [name for name in sorted(self.layers) if name.startswith(f"{level}-")]
        return Layer(f"/layers/{self.info.id}/{found[0]}", found[0]) if found else None


def read_base(name: str, folder: Path, listed: Mapping[str, str]) -> Base:
    """From publication.json alone, so that publishing again mends whatever else is damaged; raises NoPublication."""
    indicators()
    try:
        about = json.loads(_checked(folder, "publication.json", listed))
        return Base(about["base_geography"], tuple(_offers(about)))
    except _DAMAGED as error:
        told = f"Nothing can be published after {name}, because its publication.json says what to go on from: "
        raise NoPublication(f"{told}{_why(error)}.", FROM_BACKUP) from error


def _checked(folder: Path, path: str, listed: Mapping[str, str]) -> bytes:
    content = (folder / path).read_bytes()
    if hashlib.sha256(content).hexdigest() != listed[path]:
        raise ValueError(f"{path} is not the file that was published")
    return content


def _why(error: Exception) -> str:
    return f"{Path(error.filename).name} is missing" if isinstance(error, FileNotFoundError) else "it is damaged"


def _tables(
    cells: pd.DataFrame, names: Mapping[tuple[str, str], str], order: Mapping[tuple[str, str], int]
) -> dict[tuple[str, str], pd.DataFrame]:
    """One sorted frame per indicator and view, with the columns of a protected table."""
    places = list(zip(cells["level"], cells["area"], strict=True))
    cells = cells.assign(area_name=[names[place] for place in places], _place=[order[place] for place in places])
    found = {}
    for (indicator, text), part in cells.groupby(["indicator", "view"], sort=False):
        view = View.parse(str(text))
        keys = {"period": part["period"], "level": part["level"] != view.level, "place": part["_place"]}
        for name in view.dimensions:
            ranks = {code: rank for rank, code in enumerate(["", *dimensions()[name].categories])}
            keys[name] = part[name].map(ranks)
        ranks = {band: rank for rank, band in enumerate(["", *indicators()[str(indicator)].bands])}
        keys["band"] = part["band"].map(ranks)
        sorted_rows = pd.DataFrame(keys).sort_values(list(keys), kind="stable").index
        columns = ["period", "level", "area", "area_name", *view.dimensions, "band", *VALUES, "symbol"]
        found[str(indicator), str(view)] = part.loc[sorted_rows, columns].reset_index(drop=True)
    return found


def _parsed(files: Mapping[str, bytes]) -> tuple[PublicationInfo, Proof, tuple[Area, ...], pd.DataFrame]:
    about = json.loads(files["publication.json"])
    proof = _proof(json.loads(files["proof.json"]))
    areas = pq.read_table(io.BytesIO(files["areas.parquet"])).to_pylist()
    cells = pq.read_table(io.BytesIO(files["cells.parquet"])).to_pandas()
    cells = cells[cells["indicator"].isin(indicators().keys())]
    listed = sorted(areas, key=lambda a: (area_levels()[a["level"]].order, a["order"], a["area"]))
    return (
        _info(about, proof),
        proof,
        tuple(Area(a["level"], a["area"], a["name"], a["parent"], a["residents"]) for a in listed),
        cells,
    )


def _info(about: dict[str, Any], proof: Proof) -> PublicationInfo:
    return PublicationInfo(
        id=about["id"],
        made_at=datetime.fromisoformat(about["made_at"]),
        as_of=date.fromisoformat(about["as_of"]),
        community=about["community"],
        rule=RuleInfo(**about["rule"]),
        data_version=about["data_version"],
        periods=tuple(about["periods"]),
        offers=tuple(_offers(about)),
        proof=ProofSummary(proof.cells, proof.hidden, proof.tightest),
        not_on_map=about["not_on_map"],
        geography=about["base_geography"],
        older=tuple(_older(entry) for entry in proof.entries if entry.carried),
    )


def _older(entry: ProofEntry) -> Older:
    """What stands is as of the day that names its publication, such as p-2026-07-31-1."""
    return Older(entry.population, entry.period, date.fromisoformat(entry.carried[2:12]))


def _offers(about: dict[str, Any]) -> list[Offer]:
    known = [name for name in indicators() if name in about["indicators"]]
    return [
        Offer(
            indicator=name,
            view=View.parse(text),
            periods=tuple(view["periods"]),
            offered=view["offered"],
            hidden_share=view["hidden_share"],
            cells=view["cells"],
            coarser=View.parse(view["coarser"]) if view["coarser"] else None,
            why=view["why"],
        )
        for name in known
        for text, view in about["indicators"][name]["views"].items()
    ]


def _proof(found: dict[str, Any]) -> Proof:
    names = {field.name for field in fields(ProofEntry)}
    kept = [{name: told for name, told in entry.items() if name in names} for entry in found["lattices"]]
    entries = [ProofEntry(**entry | {"attackers": tuple(entry["attackers"])}) for entry in kept]
    tight = tuple(Tight(**cell) for cell in found["tight"])
    return Proof(tuple(entries), found["widths"], found["hidden_by_level"], tight)
