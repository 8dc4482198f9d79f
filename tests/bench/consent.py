"""Consents resolved in a community of a million children and five million statements: all at once, and one child."""

import json
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from catalog.terms import elements
from data_access.agreements import Organization, save_organization
from data_access.consent_copy import ConsentCopy
from data_access.consented import Asked, consents_of
from data_access.coverages import coverage_of
from data_access.registry.consent_tables import consent_event
from data_access.registry.engine import connect, transaction
from data_access.registry.tables import batch, identity
from data_access.stores import open_registry
from privacy.agreement import Level
from privacy.consent import Basis, ConsentPolicy
from privacy.coverage import Coverage

CHILDREN, EVENTS, KEY = 1_000_000, 5_000_000, b"key of the ledger in this measure"
NOW = datetime(2026, 11, 2, 17, tzinfo=UTC)
CONTRIBUTORS = [f"contributor-{n}" for n in range(9)]
RECIPIENTS = ["club", "clinic", "mentors", "library"]
PURPOSES = ["coordination", "program_improvement"]
POLICY = ConsentPolicy(ZoneInfo("America/New_York"))
PLAIN = sorted(name for name, one in elements().items() if not set(one.tags) & set(POLICY.bases))
BUNDLES = [frozenset(PLAIN), frozenset(PLAIN[:6]), frozenset(PLAIN[4:]), frozenset({"child", "attendance"})]
ASKED = Asked("club", "coordination", Level.IDENTIFIABLE, NOW, POLICY)
PAIRS = [(contributor, element) for contributor in CONTRIBUTORS for element in elements()]


def _coverages() -> list[Coverage]:
    """Who shares what with whom: contributors and recipients alone or all, one purpose or both, four bundles."""
    return [
        Coverage(
            Basis.FERPA, Level.IDENTIFIABLE, bundle, frozenset(purposes), frozenset(discloses), frozenset(receives)
        )
        for bundle in BUNDLES
        for purposes in ([PURPOSES[0]], PURPOSES)
        for discloses in (*([one] for one in CONTRIBUTORS), CONTRIBUTORS)
        for receives in (*([one] for one in RECIPIENTS), RECIPIENTS)
    ]


# A million children, each with a record; every second has one at another contributor too. Written by the database
# itself, because that is not what is measured.
NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {})"
CHILD = f"CASE WHEN n <= {CHILDREN} THEN n ELSE (n - {CHILDREN}) * 2 END"
PEOPLE = (
    f"INSERT INTO child {NUMBERS} SELECT n, '2026-01-01 00:00:00.000000' FROM numbers",
    f"INSERT INTO source_record {NUMBERS} SELECT n, 'contributor-' || (n * 7 % 9), n FROM numbers",
    f"INSERT INTO identity (record_id, batch_id, birth_date, {{blank}}) {NUMBERS} "
    f"SELECT n, 1, date('2006-01-01', (({CHILD}) * 7919 % 7200) || ' days'), {{empty}} FROM numbers",
    "INSERT INTO match_decision (record_id, decision, child_id, reason, method, decided_by, decided_at) "
    f"{NUMBERS} SELECT n, 'link', {CHILD}, '', '', '', '2026-01-01 00:00:00.000000' FROM numbers",
    f"INSERT INTO consent_signer {NUMBERS} SELECT n, '', n, '2026-01-01 00:00:00.000000' FROM numbers",
)
# a, b, c: chance enough, from the number. Each child has two who sign; seven of twenty statements are the second's.
STATEMENTS = f"""
INSERT INTO consent_event (sequence, record, signer, relationship, capacity, say, coverage, complete, recorded_at,
    recorded_by, organization, channel, signed_on, expires_on, evidence, token)
{NUMBERS.format(EVENTS)},
first AS (SELECT n, n * 2654435761 & 4294967295 AS a FROM numbers),
second AS (SELECT n, (a >> 7) * 2246822519 + n * 3266489917 & 4294967295 AS b FROM first),
third AS (SELECT n, b, (b >> 9) * 668265263 + (n << 5) * 374761393 & 4294967295 AS c FROM second),
drawn AS (SELECT n, 1 + (b * {CHILDREN} >> 32) AS child, c FROM third)
SELECT n, CASE WHEN child % 2 = 0 AND c & 1 THEN {CHILDREN} + child / 2 ELSE child END,
    child * 2 - ((c >> 1) % 20 < 7), 'parent', 'parent', CASE WHEN (c >> 6) % 20 < 3 THEN 'deny' ELSE 'permit' END,
    1 + (c >> 11) % {{coverages}}, 1, strftime('%Y-%m-%d %H:%M:%S.000000', 1704067200 + n * 15, 'unixepoch'),
    'u-desk', 'contributor-0', 'file', date(1704067200 + n * 15, 'unixepoch'),
    date('2026-01-01', ((c >> 13) % 900) || ' days'), 'paper', printf('%032x', n)
FROM drawn
"""


def _fill(engine: Any) -> None:
    """The community and what was said in it."""
    blank = [c.name for c in identity.columns if c.name not in ("record_id", "batch_id", "birth_date")]
    words = {"blank": ", ".join(blank), "empty": ", ".join(["''"] * len(blank))}
    raw = engine.raw_connection()
    for pragma in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-800000", "temp_store=MEMORY"):
        raw.driver_connection.execute(f"PRAGMA {pragma}")
    raw.close()
    with transaction(engine) as connection:
        for name in (*CONTRIBUTORS, *RECIPIENTS):
            save_organization(connection, Organization(name, name, "contributor"))
        roster = {"kind": "roster", "contributor": CONTRIBUTORS[0], "as_of": date(2026, 1, 1), "sha256": "0"}
        roster |= {"file_name": "r.csv", "rows": CHILDREN, "accepted_at": NOW, "accepted_by": "bench"}
        connection.execute(insert(batch), roster)
        known = [coverage_of(connection, one) for one in _coverages()]
        records = CHILDREN * 3 // 2
        for statement, many in zip(PEOPLE, (CHILDREN, records, records, records, CHILDREN * 2), strict=True):
            connection.exec_driver_sql(statement.format(many, **words))
        for index in consent_event.indexes:
            index.drop(connection)
        connection.exec_driver_sql(STATEMENTS.format(coverages=len(known)))
        for index in consent_event.indexes:
            index.create(connection)
        connection.exec_driver_sql("ANALYZE")


def _measure(home: Path) -> dict[str, float]:
    """In a fresh process: everything for one recipient and purpose, then single children."""
    registry = connect(f"sqlite:///{home / 'registry.db'}")
    start, begun = perf_counter(), process_time()
    found = ConsentCopy(home / "consent", registry, KEY).resolve(ASKED, PAIRS)
    cold, work = perf_counter() - start, process_time() - begun
    rows = sum(len(found.having(pair)) for pair in PAIRS)
    times, works = [], []
    for number in range(1, 201):
        start, begun = perf_counter(), process_time()
        with registry.connect() as connection:
            consents_of(connection, [number * CHILDREN // 250], ASKED, PAIRS)
        times.append(perf_counter() - start)
        works.append(process_time() - begun)
    one, work_one = sorted(times[1:]), sorted(works[1:])
    told = {"cold": cold, "work": work, "rows": rows, "one": one[100], "p95": one[190]}
    return told | {"work_one": work_one[100]}


def bench() -> list[tuple[str, str, str]]:
    """Rows (name, measured, asked)."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        engine = open_registry(f"sqlite:///{home / 'registry.db'}", home)
        _fill(engine)
        start = perf_counter()
        ConsentCopy(home / "consent", engine, KEY).keep_up()
        copied = perf_counter() - start
        engine.dispose()
        run = [sys.executable, "-m", "tests.bench.consent", str(home)]
        told = subprocess.run(run, check=True, capture_output=True, text=True).stdout
        size = sum(path.stat().st_size for path in (home / "consent").iterdir()) / 1e6
    got = json.loads(told)
    what = f"{got['rows']:,} consents of {CHILDREN:,} children, {EVENTS:,} statements"
    worked = f"{got['cold']:.2f} s ({got['work']:.2f} s of processor)"
    single = f"{got['one'] * 1000:.1f} ms ({got['work_one'] * 1000:.1f} ms of processor)"
    return [
        (f"consent: one recipient and purpose, cold ({what})", worked, "1.5 s or less"),
        ("consent: one child, median", single, "5 ms or less"),
        ("consent: one child, 95 of 100", f"{got['p95'] * 1000:.1f} ms", "5 ms or less"),
        (f"consent: the first copy of all statements ({size:.0f} MB)", f"{copied:.1f} s", "once"),
    ]


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]))))
