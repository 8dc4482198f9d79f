"""Benchmark facts look like the lake's own files, so that what is measured on them holds for real ones."""

import numpy as np
import pyarrow.parquet as pq

from data_access.lake_tables import SCHEMAS
from demo.bench import make_bench_attendance


def test_files_have_the_lakes_columns_and_the_rows_asked_for(tmp_path):
    written = make_bench_attendance(tmp_path, children=500, rows=12_500, seed=1)
    assert written == {"attendance": 12_500, "residence": 1_500, "roster": 1_500}
    for table, rows in written.items():
        found = pq.read_table(tmp_path / table)
        assert found.num_rows == rows
        assert found.select(SCHEMAS[table].names).cast(SCHEMAS[table]).num_rows == rows
    days = pq.read_table(tmp_path / "attendance").to_pandas()
    assert (days["days_present"] <= days["days_enrolled"]).all()
    assert not days.duplicated(["record_id", "month"]).any()
    by_child = days.groupby("record_id")[["days_enrolled", "days_present"]].sum()
    chronic = 10 * (by_child["days_enrolled"] - by_child["days_present"]) >= by_child["days_enrolled"]
    assert 0.1 < chronic.mean() < 0.4 and np.array_equal(by_child.index, range(1, 501))
