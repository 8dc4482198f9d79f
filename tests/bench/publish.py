"""A whole publication of the demo: 20,000 children, 8 indicators, 4 school years; then reports and the attack on it."""

import os
import statistics
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

from catalog.report import ReportSpec
from catalog.views import View
from data_access.attacks import attack_publications
from data_access.publish import publish
from data_access.session import Session
from data_access.stores import Stores, open_stores
from privacy.viewer import Role, Viewer

DAY = date(2026, 8, 1)
AGREEMENTS = Path(__file__).parents[2] / "demo" / "agreements.toml"
FUNDER = Viewer("bench", "alder-community-fund", Role.FUNDER)


def _prepared(home: Path) -> Stores:
    from demo.make import make_community
    from intake.community import bring_in

    stores = open_stores(f"sqlite:///{home / 'registry.db'}", home, b"k" * 32, ZoneInfo("America/New_York"))
    make_community(home / "files")
    bring_in(stores, home / "files", AGREEMENTS, lambda *_: None)
    return stores


def _processor() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def bench() -> Iterator[tuple[str, str, str]]:
    """Rows: figure, measured, asked."""
    with tempfile.TemporaryDirectory() as folder:
        stores = _prepared(Path(folder))
        began, used = perf_counter(), _processor()
        info = publish(stores, as_of=DAY, today=DAY)
        told = f"{perf_counter() - began:.0f} s ({_processor() - used:.0f} s of processor)"
        yield f"publish {info.proof.cells:,} cells, {len(info.periods)} school years", told, "< 100 s"
        offered = [o for o in info.offers if o.offered]
        cells = sum(o.cells for o in offered)
        hidden = sum(o.cells * o.hidden_share for o in offered) / cells
        yield (
            f"hidden in {len(offered)} views offered ({len(info.offers) - len(offered)} withdrawn)",
            f"{hidden:.1%}",
            "",
        )
        worst = max(offered, key=lambda o: o.hidden_share)
        yield f"most hidden: {worst.indicator} {worst.view}", f"{worst.hidden_share:.0%}", "about 15 %, at most 30 %"
        began = perf_counter()
        publish(stores, as_of=DAY, today=DAY)
        yield "publish the same again", f"{perf_counter() - began:.0f} s", ""
        yield "a report, warm", f"{_report(stores):.2f} ms", "< 3 ms"
        report = attack_publications(stores)
        told = f"{report.seconds:.0f} s, tightest interval {report.tightest:g}, {len(report.findings)} findings"
        yield f"attack {len(report.entries)} lattices and {report.pairs} pairs", told, "0 findings"


def _report(stores: Stores) -> float:
    """Median milliseconds of one report."""
    spec, took = ReportSpec("chronic_absence", View("town")), []
    for _ in range(200):
        began = perf_counter()
        Session(FUNDER, stores, lambda: datetime(2026, 8, 1, 12, tzinfo=UTC)).report(spec)
        took.append(1000 * (perf_counter() - began))
    return statistics.median(took)
