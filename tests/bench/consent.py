"""Consents resolved in a community of a million children and five million statements: all at once, and one child."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import insert

from catalog.terms import elements
from data_access.agreements import Organization, save_organization
from data_access.consent_copy import ConsentCopy
from data_access.consented import Asked, consents_of
from data_access.consents import coverage_of
from data_access.registry.bulk import insert_rows
from data_access.registry.consent_tables import consent_event, consent_signer
from data_access.registry.engine import connect, transaction
from data_access.registry.tables import batch, child, identity, match_decision, source_record
from data_access.stores import open_registry
from privacy.agreement import Level
from privacy.consent import Basis, ConsentPolicy
from privacy.coverage import Coverage

CHILDREN, EVENTS, KEY = 1_000_000, 5_000_000, b"key of the ledger in this measure"
NOW = datetime(2026, 11, 2, 17, tzinfo=UTC)
CONTRIBUTORS = [f"contributor-{n}" for n in range(9)]
RECIPIENTS = ["club", "clinic", "mentors", "library"]
PURPOSES = ["coordination", "program_improvement"]
PLAIN = sorted(set(elements()) - {"screening"})
BUNDLES = [frozenset(PLAIN), frozenset(PLAIN[:6]), frozenset(PLAIN[4:]), frozenset({"child", "attendance"})]
ASKED = Asked("club", "coordination", Level.IDENTIFIABLE, NOW, ConsentPolicy(ZoneInfo("America/New_York")))
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


def _born(number: int) -> date:
    return date(2006, 1, 1) + timedelta(days=number * 7919 % 7200)


def _statements(known: list[int], chance: Random) -> Iterator[tuple[Any, ...]]:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(1, EVENTS + 1):
        one = chance.randrange(CHILDREN) + 1
        signer = one * 2 - (chance.random() < 0.3)
        deny = chance.random() < 0.15
        expires = date(2026, 1, 1) + timedelta(days=chance.randrange(900))
        at = start + timedelta(seconds=number * 15)
        yield (
            *(number, one, signer, "parent", "parent", "deny" if deny else "permit", chance.choice(known), True, at),
            *("u-desk", CONTRIBUTORS[0], "file", at.date(), None, expires, "paper", f"{number:032x}"),
        )


STATEMENT = (
    *("sequence", "child", "signer", "relationship", "capacity", "say", "coverage", "complete", "recorded_at"),
    *("recorded_by", "organization", "channel", "signed_on", "effective_on", "expires_on", "evidence", "token"),
)


def _fill(engine: Any) -> None:
    """A million children with a record and two signers each, and what was said about them."""
    blank = [c.name for c in identity.columns if c.name not in ("record_id", "batch_id", "birth_date")]
    numbers = range(1, CHILDREN + 1)
    raw = engine.raw_connection()  # filling is not what is measured
    for pragma in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-800000"):
        raw.driver_connection.execute(f"PRAGMA {pragma}")
    raw.close()
    with transaction(engine) as connection:
        for name in (*CONTRIBUTORS, *RECIPIENTS):
            save_organization(connection, Organization(name, name, "contributor"))
        roster = {"kind": "roster", "contributor": CONTRIBUTORS[0], "as_of": date(2026, 1, 1), "sha256": "0"}
        roster |= {"file_name": "r.csv", "rows": CHILDREN, "accepted_at": NOW, "accepted_by": "bench"}
        first = connection.scalar(insert(batch).returning(batch.c.id), roster)
        known = [coverage_of(connection, one) for one in _coverages()]
        insert_rows(connection, child, ("child_id", "since"), ((n, NOW) for n in numbers))
        record = ("record_id", "contributor", "local_id")
        insert_rows(connection, source_record, record, ((n, CONTRIBUTORS[0], str(n)) for n in numbers))
        columns = ("record_id", "batch_id", "birth_date", *blank)
        insert_rows(connection, identity, columns, ((n, first, _born(n), *[""] * len(blank)) for n in numbers))
        link = ("record_id", "decision", "child_id", "reason", "method", "decided_by", "decided_at")
        insert_rows(connection, match_decision, link, ((n, "link", n, "", "", "", NOW) for n in numbers))
        signers = ((n, (n + 1) // 2, "", str(n), NOW) for n in range(1, 2 * CHILDREN + 1))
        insert_rows(connection, consent_signer, ("id", "child", "name", "name_key", "recorded_at"), signers)
    every = _statements(known, Random(4))
    for _ in range(EVENTS // 500_000):
        with transaction(engine) as connection:
            insert_rows(connection, consent_event, STATEMENT, (next(every) for _ in range(500_000)))


def _measure(home: Path) -> dict[str, float]:
    """In a fresh process: everything for one recipient and purpose, then single children."""
    registry = connect(f"sqlite:///{home / 'registry.db'}")
    start = perf_counter()
    found = ConsentCopy(home / "consent", registry, KEY).resolve(ASKED, PAIRS)
    cold = perf_counter() - start
    rows = sum(int(np.bitwise_count(word).sum()) for word in found.words)
    times = []
    for number in range(1, 201):
        start = perf_counter()
        with registry.connect() as connection:
            consents_of(connection, [number * CHILDREN // 250], ASKED, PAIRS)
        times.append(perf_counter() - start)
    first, *times = times
    times.sort()
    return {"cold": cold, "rows": rows, "first": first, "one": times[100], "p95": times[190]}


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
    return [
        (f"consent: one recipient and purpose, cold ({what})", f"{got['cold']:.2f} s", "1.5 s or less"),
        ("consent: one child, median", f"{got['one'] * 1000:.1f} ms", "5 ms or less"),
        ("consent: one child, 95 of 100", f"{got['p95'] * 1000:.1f} ms", "5 ms or less"),
        (f"consent: the first copy of all statements ({size:.0f} MB)", f"{copied:.1f} s", "once"),
    ]


if __name__ == "__main__":
    print(json.dumps(_measure(Path(sys.argv[1]))))
