"""Pages at the server and in the browser: `bench()` gives (figure, measured, asked) on the small community.

Callbacks are those a browser really sent, replayed with changing years; everything stays on this computer.
"""

import http.client
import json
import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from data_access.stores import Stores
from privacy.viewer import Role
from tests.need_browser import CHROMIUM, MISSING
from tests.support.community import prepared
from tests.support.server import Server, start

Row = tuple[str, str, str]
ALONE, CLIENTS, EACH = 200, 8, 60
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
CALLBACK = "/_dash-update-component"


def bench() -> Iterator[Row]:
    """Rows for pages: callbacks alone and under load, first and repeated visit."""
    with tempfile.TemporaryDirectory() as folder:
        yield from measured(prepared(Path(folder)), Path(folder) / "server.log")


def measured(stores: Stores, log: Path) -> Iterator[Row]:
    """The same on stores that are there already."""
    if not CHROMIUM.exists():
        yield ("pages in a browser", MISSING, "")
        return
    server = start(stores, log, workers=2)
    try:
        visits, sent = visit(server)
        yield from visits
        yield from _callback(server, "Compare", sent["/compare"], "p50 < 10 ms")
        yield from _clients(server, sent["/compare"])
        yield from _callback(server, "Map value update", sent["/map"], "p50 < 20 ms")
    finally:
        server.stop()


def visit(server: Server) -> tuple[list[Row], dict[str, Any]]:
    """First visit, repeated visit, first chart, first map; and the bodies of the last callback of each page."""
    from playwright.sync_api import sync_playwright

    rows, sent = [], {}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        token = server.token(Role.BACKBONE)
        context.add_cookies([{"name": "quorum", "value": token, "url": server.url, "httpOnly": True}])
        for visit_, limit in (("first visit", "< 3 MB, chart < 3 s"), ("repeat visit", "< 200 kB")):
            size, seconds, bodies = _open(context, server.url + "/compare")
            sent["/compare"] = bodies["compare-content"]
            rows.append(
                (f"Compare, {visit_}: on the wire, first chart", f"{size / 1e6:.3f} MB, {seconds:.1f} s", limit)
            )
        size, seconds, bodies = _open(context, server.url + "/map")
        sent["/map"] = bodies["map-graph"]
        rows.append(("Map, statics known: on the wire, first map", f"{size / 1e6:.3f} MB, {seconds:.1f} s", ""))
        browser.close()
    return rows, sent


def _open(context: Any, url: str) -> tuple[int, float, dict[str, Any]]:
    """Bytes on the wire until the page is quiet, seconds until the first chart, bodies by the first output's id."""
    page = context.new_page()
    wire, bodies = [0], {}
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: wire.append(int(event["encodedDataLength"])))

    def keep(request: Any) -> None:
        if CALLBACK in request.url:
            body = json.loads(request.post_data)
            for output in body["outputs"] if isinstance(body["outputs"], list) else [body["outputs"]]:
                bodies[str(output["id"] if isinstance(output, dict) else "")] = body

    page.on("request", keep)
    began = time.perf_counter()
    page.goto(url)
    page.wait_for_selector(".js-plotly-plot .main-svg", state="attached", timeout=60_000)
    seconds = time.perf_counter() - began
    page.wait_for_load_state("networkidle")
    page.close()
    return sum(wire), seconds, bodies


def _post(line: http.client.HTTPConnection, server: Server, token: str, body: bytes) -> bytes:
    headers = {"Cookie": f"quorum={token}", "Origin": server.url, "Content-Type": "application/json"}
    headers["Accept-Encoding"] = "gzip"  # as browsers do
    line.request("POST", CALLBACK, body=body, headers=headers)
    answer = line.getresponse()
    content = answer.read()
    assert answer.status == 200, (answer.status, content[:300])
    return content


def variants(body: dict[str, Any]) -> list[bytes]:
    """The callback for several school years."""
    text = json.dumps(body)
    years = sorted(set(re.findall(r"20\d\d-\d\d", text)))
    last = years[-1]
    first = int(last[:4])
    others = [f"{first - back}-{(first - back + 1) % 100:02d}" for back in range(2)]
    return [text.replace(last, year).encode() for year in others]


def _callback(server: Server, name: str, body: dict[str, Any], asked: str) -> Iterator[Row]:
    token, line = server.token(Role.BACKBONE), _line(server)
    bodies = variants(body)
    sizes = [len(_post(line, server, token, b)) for b in bodies * 4]
    before, times = cpu(server), []
    for number in range(ALONE):
        began = time.perf_counter()
        _post(line, server, token, bodies[number % len(bodies)])
        times.append(1000 * (time.perf_counter() - began))
    spent = 1000 * (cpu(server) - before) / ALONE
    yield (f"{name} alone: p50, p95, CPU", f"{median(times):.1f}, {_p95(times):.1f}, {spent:.1f} ms", asked)
    yield (f"{name}: answer on the wire", f"{max(sizes) / 1000:.1f} kB", "< 30 kB" if "Map" in name else "")


def _clients(server: Server, body: dict[str, Any]) -> Iterator[Row]:
    token, bodies, times = server.token(Role.BACKBONE), variants(body), []

    def client(number: int) -> None:
        line = _line(server)
        for turn in range(EACH):
            began = time.perf_counter()
            _post(line, server, token, bodies[(number + turn) % len(bodies)])
            times.append(1000 * (time.perf_counter() - began))

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = len(times) / (time.perf_counter() - began)
    load = os.getloadavg()[0]
    yield (
        f"Compare, {CLIENTS} clients, 2 workers: p95, rate",
        f"{_p95(times):.0f} ms, {rate:.0f}/s (load of the machine {load:.1f})",
        "p95 < 40 ms, > 200/s",
    )


def _line(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


def cpu(server: Server) -> float:
    """Seconds of processor time the workers have used."""
    ticks = os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    stats = [Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split() for child in children]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / ticks
