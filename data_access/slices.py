"""Slices of a publication by permit and spec, kept in the cache as Arrow bytes."""

import hashlib
import json

import pandas as pd
import pyarrow as pa

from catalog.report import ReportSpec
from catalog.terms import dimensions
from data_access.cache import Cache
from data_access.publication import Publication
from data_access.published import UNKNOWN, PublicationInfo, standing
from privacy.authorize import Permit
from privacy.rounding import rounded
from privacy.sealed import ProtectedTable, seal_table

_SYMBOL_NOTES = {
    "c": "[c] Hidden so that no child can be recognized.",
    "x": "[x] Not available.",
    "z": "[z] Does not apply here, or nobody lives here.",
    "u": "[u] Few children: read with care, the number could easily have come out differently.",
}


def sliced(cache: Cache, found: Publication, permit: Permit, spec: ReportSpec) -> ProtectedTable:
    """The sealed table of a report, from memory or the cache where they have it; the caller has checked the permit."""
    asked = (permit.agreement, permit.agreement_version, permit.minimum_count, permit.request, permit.reasons, spec)
    table = found.recent.get(asked)
    if table is None:
        rows = _of_somebody(_rows(cache, _key(found, permit, spec), found, spec))
        table = seal_table(
            rows,
            spec,
            publication=found.info.id,
            as_of=found.info.as_of.isoformat(),
            notes=notes(rows, spec, found.info),
            reasons=[reason.text for reason in permit.reasons],
        )
        found.recent.set(asked, table)
    return table


def _of_somebody(rows: pd.DataFrame) -> pd.DataFrame:
    """Where everybody's address is known there are no rows of unknown ones: not shown, not counted, not explained."""
    unknown = rows["area"] == UNKNOWN
    return rows[~unknown] if rows.loc[unknown, "symbol"].eq("z").all() else rows


def _rows(cache: Cache, key: str, found: Publication, spec: ReportSpec) -> pd.DataFrame:
    kept = cache.get(key)
    if kept is not None:
        rows = _read(kept)
        if rows is not None:
            return rows
    rows = found.rows(spec)
    cache.set(key, _written(rows))
    return rows


def _key(found: Publication, permit: Permit, spec: ReportSpec) -> str:
    scope = [permit.agreement, permit.agreement_version, permit.minimum_count, int(permit.request.level)]
    reasons = [reason.text for reason in permit.reasons]
    text = json.dumps([found.info.id, scope, reasons, sorted(permit.request.elements), spec.to_query(), spec.level])
    return hashlib.sha256(text.encode()).hexdigest()


def _written(rows: pd.DataFrame) -> bytes:
    table = pa.Table.from_pandas(rows, preserve_index=False).replace_schema_metadata(None)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _read(content: bytes) -> pd.DataFrame | None:
    try:
        found: pd.DataFrame = pa.ipc.open_stream(content).read_all().to_pandas()
    except (pa.ArrowException, OSError, ValueError):
        return None
    return found


def notes(rows: pd.DataFrame, spec: ReportSpec, info: PublicationInfo) -> tuple[str, ...]:
    """Sentences for the foot of a table: what is older, what marks mean, how counts are rounded, what adds up."""
    marks = set("".join(rows["symbol"].unique())) - {" "}
    found = standing(info.not_updated(spec.definition.population, set(rows["period"])))
    found += [text for mark, text in _SYMBOL_NOTES.items() if mark in marks]
    if not spec.definition.is_count:
        found += [
            rounded(_fewest(rows), info.rule.k),
            "Intervals are 95 % and allow for the rounding. The CSV and Excel files have them all.",
        ]
    overlapping = [d for d in spec.view.dimensions if dimensions()[d].overlapping]
    found += [f"{dimensions()[d].title}: a child can be in several, so they do not add up." for d in overlapping]
    return tuple(found)


def _fewest(rows: pd.DataFrame) -> int | None:
    """The smallest number of children that a shown percentage is of."""
    sizes = rows.loc[rows["percent"].notna(), "n"]
    return int(sizes.min()) if len(sizes) else None
