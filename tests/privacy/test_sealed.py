"""A sealed value cannot be made, changed, extended or carried away outside its maker."""

import copy
import dataclasses
import json
import pickle

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from catalog.report import ReportSpec
from privacy import sealed
from privacy.sealed import RECORD_COLUMNS, IdentifiableRecords, ProtectedTable, SealBroken, seal_records, seal_table

SPEC = ReportSpec.from_query({"i": "chronic_absence", "view": "county"})


def frame(symbol: str = "c", percent: float = np.nan) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "period": ["2024-25", "2025-26"],
            "area": ["x", "x"],
            "n": [100.0, np.nan],
            "count": [25.0, np.nan],
            "percent": [25.0, percent],
            "low": [18.0, np.nan],
            "high": [34.0, np.nan],
            "symbol": ["", symbol],
        }
    )


@pytest.fixture
def table() -> ProtectedTable:
    return seal_table(frame(), SPEC, publication="p1", as_of="2026-10-01")


FORGERIES = {
    "constructor": lambda t: ProtectedTable(),
    "constructor with fields": lambda t: type(t)(frame(), SPEC),
    "replace": lambda t: dataclasses.replace(t, as_of="x"),
    "setattr": lambda t: setattr(t, "as_of", "x"),
    "setattr of the frame": lambda t: setattr(t, "_frame", frame()),
    "delattr": lambda t: delattr(t, "notes"),
    "new attribute": lambda t: setattr(t, "raw", 1),
    "subclass": lambda t: type("Mine", (ProtectedTable,), {}),
    "pickle": pickle.dumps,
    "json": json.dumps,
    "plotly": lambda t: go.Figure(data=t),
    "dict": lambda t: vars(t),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_sealed_table_resists(table: ProtectedTable, forgery: str) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError)):
        FORGERIES[forgery](table)


def test_a_subclass_of_the_base_is_refused() -> None:
    with pytest.raises(SealBroken):
        type("Mine", (sealed._Sealed,), {"__module__": "elsewhere"})


def test_the_frame_handed_out_is_a_copy(table: ProtectedTable) -> None:
    handed = table.frame
    handed.loc[:, "percent"] = 99.0
    assert table.frame["percent"].tolist()[0] == 25.0
    assert copy.deepcopy(table) is table


def test_a_frame_changed_after_sealing_changes_nothing() -> None:
    mine = frame()
    sealed_table = seal_table(mine, SPEC, publication="p1", as_of="2026-10-01")
    mine.loc[:, "percent"] = 99.0
    assert sealed_table.frame["percent"].tolist()[0] == 25.0


def test_a_hidden_cell_with_a_number_is_never_sealed() -> None:
    with pytest.raises(SealBroken):
        seal_table(frame(percent=4.0), SPEC, publication="p1", as_of="2026-10-01")


def test_repr_holds_no_numbers(table: ProtectedTable) -> None:
    assert "25" not in repr(table)
    assert table.hidden == 1


def fields(**changes: object) -> pd.DataFrame:
    row = {"child": 7, "contributor": "school", "element": "grade", "value": "Grade 4", "told_on": None}
    row |= {"sharing": "share/1", "license": "use/1", "consent": 3, "reason": ""} | changes
    return pd.DataFrame([row], columns=list(RECORD_COLUMNS))


def records(frame: pd.DataFrame, disclosures: tuple[int, ...] = (1,)) -> IdentifiableRecords:
    return seal_records(frame, purpose="coordination", reasons=(), notice="", disclosures=disclosures)


@pytest.mark.parametrize("forgery", FORGERIES)
def test_sealed_records_resist(forgery: str) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError)):
        FORGERIES[forgery](records(fields()))


def test_records_are_sealed_only_with_agreement_reason_and_ledger() -> None:
    mine = fields()
    kept = records(mine)
    mine.loc[:, "value"] = "other"
    kept.frame.loc[:, "value"] = "other"
    assert kept.frame["value"].tolist() == ["Grade 4"]
    assert "Grade 4" not in repr(kept)
    for broken in (fields(sharing=""), fields(value=None), fields(reason="because")):
        with pytest.raises(SealBroken):
            records(broken)
    with pytest.raises(SealBroken, match="ledger"):
        records(fields(), ())
