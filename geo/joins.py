"""Tables against boundaries: what matches, and what a silent join would lose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from catalog.naming import many
from geo.errors import BadInput
from geo.numbers import read_numbers
from geo.tables import read_text_table

NO_ESTIMATE = -999.0  # how the CDC/ATSDR SVI files write a missing estimate


@dataclass(frozen=True)
class JoinReport:
    """Area ids with shape and data, those of the table without a shape, and those of the boundaries without data."""

    matched: tuple[str, ...]
    without_shape: tuple[str, ...]
    without_data: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share of all ids that match, 0 to 1."""
        everything = len(self.matched) + len(self.without_shape) + len(self.without_data)
        return len(self.matched) / everything if everything else 1.0

    def sentence(self) -> str:
        """The figures in one sentence, with the usual reason where many are lost."""
        told = (
            f"{many(len(self.matched), 'area')} matched, {many(len(self.without_shape), 'row')} without a shape, "
            f"{many(len(self.without_data), 'shape')} without data."
        )
        lost = self.without_shape and self.without_data
        return f"{told} The two may be of different years (vintages)." if lost else told


def join_report(boundary_ids: Iterable[str], table_ids: Iterable[str]) -> JoinReport:
    """How the ids of a boundary set and of a table meet; each id counts once, all sorted."""
    shapes, rows = set(boundary_ids), set(table_ids)
    return JoinReport(tuple(sorted(shapes & rows)), tuple(sorted(rows - shapes)), tuple(sorted(shapes - rows)))


def read_population(path: Path | str, id_field: str, value_field: str) -> pd.DataFrame:
    """A population or denominator table: area_id (text) and value (NaN where empty or -999). Raises BadInput."""
    table = read_text_table(Path(path), (id_field, value_field))
    ids, text = [i.strip() for i in table.columns[id_field]], table.columns[value_field]
    values, _, wrong = read_numbers(text)
    values[values == NO_ESTIMATE] = np.nan
    for row in np.flatnonzero(wrong | (values < 0) | np.isinf(values)):
        told = f"{table.file}, line {table.lines[row]}, column {value_field}"
        raise BadInput(f"{told}: '{text[row]}' is not a number of people; write a number, or leave it empty.")
    seen: dict[str, int] = {}
    for line, area in zip(table.lines, ids, strict=True):
        told = f"{table.file}, line {line}, column {id_field}"
        if not area:
            raise BadInput(f"{told}: the area id is empty; fill it in.")
        if area in seen:
            raise BadInput(f"{told}: area {area} was already given on line {seen[area]}; keep one of them.")
        seen[area] = line
    return pd.DataFrame({"area_id": pd.Series(ids, dtype="str"), "value": values})
