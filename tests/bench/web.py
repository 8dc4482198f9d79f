"""Pages at the server and in the browser: `bench()` gives (figure, measured, asked) on the small community.

The server is the real one with its two workers. Callbacks are those a browser really sent, replayed with changing
years; everything stays on this computer, so who asks takes its part of the processors, which is told beside.
"""

import gzip
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
from tests.bench._line import Answer, Line
from tests.need_browser import MISSING, chromium
from tests.support.community import prepared
from tests.support.server import Server, start

Row = tuple[str, str, str]
ALONE, CLIENTS, EACH = 200, 8, 100
APPLICATION = "tests.bench._served:create_server()"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
CALLBACK = "/_dash-update-component"


def bench() -> Iterator[Row]:
    """Rows for pages: callbacks alone and under load, first and repeated visit."""
    with tempfile.TemporaryDirectory() as folder:
        yield from measured(prepared(Path(folder)), Path(folder) / "server.log")


def measured(stores: Stores, log: Path) -> Iterator[Row]:
    """The same on stores that are there already."""
    if chromium() is None:
        yield ("pages in a browser", MISSING, "")
        return
    server = start(stores, log, workers=2, application=APPLICATION)
    try:
        visits, sent = visit(server)
        yield from visits
        for name, page, asked in (("Compare", "/compare", "p50 < 10 ms"), ("Map value update", "/map", "p50 < 20 ms")):
            again = variants(sent[page])
            yield _alone(server, f"{name}, drawn before", again * (ALONE // len(again)), asked)
            yield _alone(server, f"{name}, drawn anew", anew(sent[page]), asked)
        yield _size(server, sent["/map"])
        yield from _clients(server, sent["/compare"])
    finally:
        server.stop()


def visit(server: Server) -> tuple[list[Row], dict[str, Any]]:
    """First visit, repeated visit, first chart, first map; and the bodies of the last callback of each page."""
    from playwright.sync_api import sync_playwright

    rows, sent = [], {}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=FLAGS)
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


def variants(body: dict[str, Any]) -> list[bytes]:
    """The callback for several school years."""
    text = json.dumps(body)
    years = sorted(set(re.findall(r"20\d\d-\d\d", text)))
    last = years[-1]
    first = int(last[:4])
    others = [f"{first - back}-{(first - back + 1) % 100:02d}" for back in range(2)]
    return [text.replace(last, year).encode() for year in others]


def anew(body: dict[str, Any]) -> list[bytes]:
    """The callback with a word that changes nothing but that nobody has asked it yet."""
    bodies = [json.loads(json.dumps(body)) for _ in range(ALONE)]
    for number, one in enumerate(bodies):
        one["inputs"][0]["value"]["bench"] = str(number)
    return [json.dumps(one).encode() for one in bodies]


def _alone(server: Server, name: str, bodies: list[bytes], asked: str) -> Row:
    """One reader, one question after the other."""
    line, times = _line(server), []
    for body in variants(json.loads(bodies[0])) * 4:
        line.post(body)  # both workers have seen the publication
    before = cpu(server)
    for body in bodies:
        began = time.perf_counter()
        _good(line.post(body))
        times.append(1000 * (time.perf_counter() - began))
    spent = 1000 * (cpu(server) - before) / len(bodies)
    return (f"{name}, alone: p50, p95, CPU", f"{median(times):.1f}, {_p95(times):.1f}, {spent:.1f} ms", asked)


def _size(server: Server, body: dict[str, Any]) -> Row:
    line = _line(server)
    sent = [_good(line.post(one)) for one in variants(body)]
    wire, raw = max(map(len, sent)), max(len(gzip.decompress(one)) for one in sent)
    return ("Map value update: unpacked, on the wire", f"{raw / 1000:.1f} kB, {wire / 1000:.1f} kB", "< 30 kB")


def _clients(server: Server, body: dict[str, Any]) -> Iterator[Row]:
    """Eight readers at once, each asking as fast as it is answered."""
    bodies, times, token = variants(body), [], server.token(Role.BACKBONE)

    def client(number: int) -> None:
        line = Line(server.url, token, CALLBACK)
        for turn in range(EACH):
            began = time.perf_counter()
            _good(line.post(bodies[(number + turn) % len(bodies)]))
            times.append(1000 * (time.perf_counter() - began))

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    began, own, theirs = time.perf_counter(), time.process_time(), cpu(server)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate, many = len(times) / (time.perf_counter() - began), len(times)
    figure = f"Compare, {CLIENTS} clients, 2 workers: p50, p95, rate"
    yield (figure, f"{median(times):.0f}, {_p95(times):.0f} ms, {rate:.0f}/s", "p95 < 40 ms, > 200/s")
    spent = f"{1000 * (cpu(server) - theirs) / many:.1f}, {1000 * (time.process_time() - own) / many:.1f} ms"
    yield ("  CPU of a request: server, who asks", f"{spent} (load of the machine {os.getloadavg()[0]:.1f})", "")
    yield ("  memory of the two workers", f"{memory(server) / 1e6:.0f} MB", "")


def _line(server: Server) -> Line:
    return Line(server.url, server.token(Role.BACKBONE), CALLBACK)


def _good(answer: Answer) -> bytes:
    assert answer.status == 200, answer
    return answer.body


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


def cpu(server: Server) -> float:
    """Seconds of processor time the workers have used."""
    ticks = os.sysconf("SC_CLK_TCK")
    stats = [(place / "stat").read_text().rpartition(")")[2].split() for place in _workers(server)]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / ticks


def memory(server: Server) -> int:
    """Bytes the workers hold; what they share counts once."""
    found = [re.search(r"^Pss: *(\d+)", (place / "smaps_rollup").read_text(), re.M) for place in _workers(server)]
    return sum(1024 * int(one[1]) for one in found if one)


def _workers(server: Server) -> list[Path]:
    pid = server.process.pid
    return [Path("/proc", child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
