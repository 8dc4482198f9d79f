"""Checked rows in the form of a lake table."""

import pandas as pd
import pyarrow as pa

from data_access.lake_tables import SCHEMAS


def to_arrow(table: str, rows: pd.DataFrame) -> pa.Table:
    """Rows in the form of a lake table, in a fixed order."""
    schema = SCHEMAS[table]
    ordered = rows.sort_values(schema.names[:3], ignore_index=True, kind="stable")
    columns = [_column(ordered[field.name], field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _column(values: pd.Series, kind: pa.DataType) -> pa.Array:
    if pa.types.is_date32(kind):
        return pa.array(values.to_numpy(dtype="datetime64[D]"), kind)
    return pa.Array.from_pandas(values, type=kind)
