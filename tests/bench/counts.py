"""One indicator and year counted over 20 million rows of attendance and a million children, in a process of its own."""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection, case, create_engine, func, select
from sqlalchemy.pool import StaticPool

from catalog.indicators import indicators
from catalog.periods import SchoolYear
from catalog.terms import elements
from data_access.attributes import homes
from data_access.facts import fetch
from data_access.populations import SEPARATOR, attended
from data_access.scope import Scope

CHILDREN, ROWS = 1_000_000, 20_000_000
CONTRIBUTOR = "merrow-city-schools"


def _views(lake: Connection, folder: Path) -> None:
    """The benchmark's files as the lake shows its own."""
    for table in ("attendance", "residence", "roster"):
        lake.exec_driver_sql(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{folder}/{table}/*/*.parquet')")
    lake.exec_driver_sql(
        f"CREATE TABLE person AS SELECT range AS record_id, range AS child_id, '{CONTRIBUTOR}' AS contributor "
        f"FROM range(1, {CHILDREN + 1})"
    )
    lake.exec_driver_sql(
        f"CREATE TABLE program AS SELECT DISTINCT program, '{CONTRIBUTOR}' AS contributor, 'school' AS kind "
        "FROM attendance"
    )


def _aggregate(lake: Connection, year: SchoolYear) -> int:
    """Children by town and band, by the product's own expressions; gives the number of children."""
    scope = Scope({CONTRIBUTOR: frozenset(elements())})
    settings = indicators()["chronic_absence"].parameters
    days = attended(year, scope, settings["program_kind"]).subquery()
    home = homes(year, scope).subquery()
    town = func.split_part(home.c.home, SEPARATOR, 3).label("town")
    band = case((100 * days.c.absent >= settings["absent_percent"] * days.c.enrolled, "yes"), else_="no").label("band")
    query = (
        select(town, band, func.count().label("children"))
        .select_from(days.outerjoin(home, home.c.child_id == days.c.child_id))
        .where(days.c.enrolled >= settings["minimum_days"])
        .group_by(town, band)
    )
    return int(fetch(lake, query)["children"].sum())


def _measure(folder: Path) -> dict[str, float]:
    engine = create_engine("duckdb:///:memory:", poolclass=StaticPool)
    with engine.connect() as lake:
        _views(lake, folder)
        last = lake.exec_driver_sql("SELECT max(month) FROM attendance").scalar_one()
        before = resource.getrusage(resource.RUSAGE_SELF)
        began, seconds = perf_counter(), []
        for _ in range(3):
            began = perf_counter()
            children = _aggregate(lake, SchoolYear.of(last))
            seconds.append(perf_counter() - began)
        after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 3
    return {"seconds": min(seconds), "children": children, "cpu": cpu, "peak": after.ru_maxrss / 2**20}


def bench() -> Iterator[tuple[str, str, str]]:
    """Rows: figure, measured, asked."""
    from demo.bench import make_bench_attendance

    with tempfile.TemporaryDirectory() as folder:
        rows = make_bench_attendance(Path(folder), CHILDREN, ROWS)["attendance"]
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.counts", folder], capture_output=True, check=True, text=True
        )
    found = json.loads(done.stdout)
    what = f"chronic absence by town, one year, {rows:,} rows, {found['children']:,} children"
    yield what, f"{found['seconds']:.2f} s ({found['cpu']:.1f} s of processor)", "< 3 s"
    yield "its memory at the peak", f"{found['peak']:.2f} GiB", "< 3 GB"


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]))))
