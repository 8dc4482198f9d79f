"""From protected lattices to the files of a publication."""

import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from catalog.indicators import indicators
from catalog.terms import area_levels, dimensions
from catalog.views import View
from data_access.publications import Draft
from data_access.published import UNKNOWN, Area
from data_access.publishing.cells import VALUES
from data_access.publishing.proving import Proven
from data_access.publishing.rounds import Protected
from data_access.publishing.shares import MOST_HIDDEN, Drop, Share, coarser_of, hidden_shares
from data_access.publishing.stored import unpack
from privacy.lattice import Rule
from privacy.rounding import round_counts

# How many more is not told: of a table with three numbers, a third is one of them.
HIDES = (
    f"More than {round(100 * MOST_HIDDEN)} % of the numbers of this table would have to be hidden so that no child can "
    "be recognized, so it is not offered."
)
CLOSED = (
    "This table is not in this publication: nobody brings data for it, or an earlier publication shows it with other "
    "areas or categories."
)
KEYS = ("indicator", "period", "view", "level", "area")


@dataclass(frozen=True)
class About:
    """What the publication says about itself besides its numbers. geography: boundary sets, region_minimum, regions."""

    id: str
    made_at: datetime
    as_of: date
    community: str
    rule: Rule
    data_version: str
    geography: Mapping[str, object]


def draft(about: About, found: Protected, areas: Sequence[Area], layers: Mapping[str, bytes]) -> Draft:
    """All files of a publication, as bytes; the same input gives the same cells.parquet, byte for byte."""
    cells = _sorted(found.cells)
    files = {
        "publication.json": _json(_about(about, found, cells)),
        "proof.json": _json(_proof(about.rule, found.proofs, areas)),
        "cells.parquet": _parquet(_cell_table(cells)),
        "areas.parquet": _parquet(_area_table(areas)),
        "patterns.parquet": _parquet(_pattern_table(found)),
    }
    files |= {f"layers/{name}": content for name, content in sorted(layers.items())}
    vault = {f"{o.population}-{o.period}.npz": o.vault for o in found.outcomes}
    return Draft(about.id, about.made_at, about.as_of, about.data_version, files, vault)


def _sorted(cells: pd.DataFrame) -> pd.DataFrame:
    """In catalog order of indicators, then by every key."""
    order = {name: rank for rank, name in enumerate(indicators())}
    keys = [*KEYS, *dimensions(), "band"]
    ranked = cells.assign(_rank=cells["indicator"].map(order)).sort_values(["_rank", *keys], kind="stable")
    return ranked[[*keys, *VALUES, "symbol"]].reset_index(drop=True)


def _cell_table(cells: pd.DataFrame) -> pa.Table:
    """Fresh Arrow columns; a number that is not shown is NaN, never a value under a mask."""
    texts = {c: pa.array(cells[c].astype(str).tolist(), pa.string()) for c in (*KEYS, *dimensions(), "band")}
    values = {c: pa.array(np.array(cells[c], dtype=np.float64), from_pandas=False) for c in VALUES}
    return pa.table(texts | values | {"symbol": pa.array(cells["symbol"].astype(str).tolist(), pa.string())})


def _area_table(areas: Sequence[Area]) -> pa.Table:
    rows = [
        {
            "level": a.level,
            "area": a.code,
            "name": a.name,
            "parent": a.parent,
            "residents": a.residents,
            "order": i,
        }
        for i, a in enumerate(areas)
    ]
    kinds = [(c, pa.string()) for c in ("level", "area", "name", "parent")]
    return pa.Table.from_pylist(rows, schema=pa.schema([*kinds, ("residents", pa.bool_()), ("order", pa.int32())]))


def _pattern_table(found: Protected) -> pa.Table:
    """Which cells were shown, and as what: for the differences between publications. Nothing of hidden cells."""
    parts = []
    for outcome in found.outcomes:
        stored = unpack(outcome.vault)
        cells = np.flatnonzero(~stored.lattice.latent)
        hidden = stored.pattern.hidden[cells]
        shown = np.full(len(cells), np.nan)
        counts = stored.lattice.values[cells[~hidden]].astype(float)
        shown[~hidden] = counts if stored.exact else round_counts(counts)
        parts.append(
            pa.table(
                {
                    "population": pa.array([stored.population] * len(cells)),
                    "period": pa.array([stored.period] * len(cells)),
                    "key": pa.array(["/".join(stored.lattice.keys[i]) for i in cells]),
                    "hidden": pa.array(hidden),
                    "published": pa.array(shown, from_pandas=False),
                }
            )
        )
    return pa.concat_tables(parts).combine_chunks()


def _parquet(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return sink.getvalue()


def _json(content: object) -> bytes:
    return (json.dumps(content, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def _about(about: About, found: Protected, cells: pd.DataFrame) -> dict[str, object]:
    return {
        "id": about.id,
        "made_at": about.made_at.isoformat(),
        "as_of": about.as_of.isoformat(),
        "community": about.community,
        "rule": asdict(about.rule),
        "data_version": about.data_version,
        "periods": sorted(cells["period"].unique().tolist()),
        "indicators": _indicators(found, cells),
        "base_geography": dict(about.geography),
        "not_on_map": _not_on_map(cells),
        "missing": {f"{population} {period}": why for (population, period), why in found.missing.items()},
    }


def _indicators(found: Protected, cells: pd.DataFrame) -> dict[str, object]:
    shares = hidden_shares(cells)
    about: dict[str, object] = {}
    for name, indicator in indicators().items():
        here = cells[cells["indicator"] == name]
        if here.empty:
            continue
        offered = [view for view in indicator.views if str(view) in set(here["view"])]
        views = {str(view): _view(name, view, offered, here, shares, found) for view in indicator.views}
        about[name] = {"periods": sorted(here["period"].unique().tolist()), "views": views}
    return about


def _view(
    name: str, view: View, offered: Sequence[View], here: pd.DataFrame, shares: Mapping[Drop, Share], found: Protected
) -> dict[str, object]:
    if view in offered:
        own = shares.get((name, view), Share(0, 0.0))
        periods = sorted(here.loc[here["view"] == str(view), "period"].unique().tolist())
        return _offer(periods, True, own.share, own.cells, None, "")
    coarser = coarser_of(view, offered)
    instead = f" Offered instead: {coarser.title}." if coarser else ""
    why = HIDES if (name, view) in found.withdrawn else CLOSED
    return _offer([], False, MOST_HIDDEN, 0, coarser, f"{why}{instead}")


def _offer(
    periods: list[str], offered: bool, share: float, cells: int, coarser: View | None, why: str
) -> dict[str, object]:
    return {
        "periods": periods,
        "offered": offered,
        "hidden_share": round(share, 4),
        "cells": cells,
        "coarser": str(coarser) if coarser else None,
        "why": why,
    }


def _not_on_map(cells: pd.DataFrame) -> dict[str, int]:
    """Children served without a known address, in the years in which that number is shown."""
    counts = {name for name, indicator in indicators().items() if indicator.is_count}
    rows = cells[
        cells["indicator"].isin(counts) & (cells["view"] == "town") & (cells["area"] == UNKNOWN) & cells["n"].notna()
    ]
    return {str(period): int(n) for period, n in zip(rows["period"], rows["n"], strict=True)}


def _proof(rule: Rule, proofs: Sequence[Proven], areas: Sequence[Area]) -> dict[str, object]:
    widths: Counter[str] = Counter()
    levels: dict[str, list[int]] = {}
    for proven in proofs:
        widths.update(proven.widths)
        for level, (cells, hidden) in proven.levels.items():
            both = levels.setdefault(level, [0, 0])
            both[0], both[1] = both[0] + cells, both[1] + hidden
    entries = [asdict(proven.entry) for proven in proofs]
    ordered = [level for level in area_levels() if level in levels]
    return {
        "rule": asdict(rule),
        "lattices": entries,
        "cells": sum(e["cells"] for e in entries),
        "hidden": sum(e["hidden"] for e in entries),
        "tightest": min((e["tightest"] for e in entries if e["tightest"] is not None), default=None),
        "widths": dict(widths),
        "hidden_by_level": {level: round(levels[level][1] / levels[level][0], 4) for level in ordered},
        "tight": _tight(proofs, areas),
    }


def _tight(proofs: Sequence[Proven], areas: Sequence[Area]) -> list[dict[str, object]]:
    names = {f"{a.level}:{a.code}": a.name for a in areas}
    found: list[dict[str, object]] = [
        {
            "population": proven.entry.population,
            "period": proven.entry.period,
            "cell": " · ".join(_word(part, names) for part in parts) or "the county",
            "low": low,
            "high": high,
        }
        for proven in proofs
        for parts, low, high in proven.tight
    ]
    far = float("inf")
    found.sort(key=lambda c: (far if c["high"] is None else float(str(c["high"])) - float(str(c["low"])), str(c)))
    return found[:20]


def _word(part: str, names: Mapping[str, str]) -> str:
    dim, code = part.split("=", 1)
    if dim in dimensions():
        return dimensions()[dim].categories.get(code, code)
    if dim in indicators():
        return f"{indicators()[dim].title}: {indicators()[dim].bands.get(code, code)}"
    return names.get(code, code)
