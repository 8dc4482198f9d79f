"""The lake's tables: what every file of each holds. Names, birth dates and addresses are not among them."""

from types import MappingProxyType
from typing import Final

import pyarrow as pa

_RECORD = pa.field("record_id", pa.int64(), nullable=False)
_CODES = ("grade", "gender", "race_ethnicity", "home_language", "economically_disadvantaged")

SCHEMAS: Final = MappingProxyType(
    {
        "roster": pa.schema(
            [_RECORD, ("as_of", pa.date32()), ("age", pa.int16()), *((code, pa.string()) for code in _CODES)]
        ),
        "residence": pa.schema(
            [
                _RECORD,
                ("as_of", pa.date32()),
                ("tract", pa.string()),
                ("town", pa.string()),
                ("district", pa.string()),
                ("reason", pa.string()),
                ("boundary_sets", pa.string()),
            ]
        ),
        "attendance": pa.schema(
            [
                _RECORD,
                ("program", pa.string()),
                ("month", pa.date32()),
                ("days_enrolled", pa.int16()),
                ("days_present", pa.int16()),
                ("hours", pa.float32()),
            ]
        ),
        "participation": pa.schema(
            [_RECORD, ("program", pa.string()), ("start_date", pa.date32()), ("end_date", pa.date32())]
        ),
        "outcome": pa.schema(
            [
                _RECORD,
                ("measure", pa.string()),
                ("date", pa.date32()),
                ("value", pa.string()),
                ("met", pa.bool_()),
                ("instrument", pa.string()),
            ]
        ),
        "program": pa.schema(
            [
                ("program", pa.string()),
                ("contributor", pa.string()),
                ("name", pa.string()),
                ("kind", pa.string()),
                ("site", pa.string()),
            ]
        ),
    }
)

# The column that says when a row's fact was so; a reading as of a day leaves later rows out.
WHEN: Final = MappingProxyType(
    {
        "roster": "as_of",
        "residence": "as_of",
        "attendance": "month",
        "participation": "start_date",
        "outcome": "date",
    }
)
PERSON: Final = pa.schema([_RECORD, pa.field("child_id", pa.int64(), nullable=False), ("contributor", pa.string())])
