"""The server as it runs for real: started by `app.serve`, ended by SIGTERM, refusing what is too large."""

import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from privacy.viewer import Role
from tests.support import web
from tests.support.server import Server, answered, free_port

START = """
import sys
from app import serve
from tests.support.web import settings
from pathlib import Path
if __name__ == "__main__":
    serve(settings(Path(sys.argv[1])), "127.0.0.1", int(sys.argv[2]), int(sys.argv[3]))
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Two workers, as `quorum serve` starts them."""
    home = tmp_path_factory.mktemp("serve")
    stores = web.empty(home)
    server = begin(stores, home, workers=2)
    yield server
    server.stop()
    text = server.log.read_text()
    assert "SIGABRT" not in text and "Traceback" not in text, text


def begin(stores: object, home: Path, workers: int) -> Server:
    port, log = free_port(), home / "server.log"
    command = [sys.executable, "-c", START, str(home), str(port), str(workers)]
    with log.open("wb") as out:
        root = Path(__file__).parents[2]
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=root)
    answered(f"http://127.0.0.1:{port}", process, log)
    return Server(f"http://127.0.0.1:{port}", stores, process, log, web.Clock().now)


def connection(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=20)


def test_both_workers_know_a_session_at_once(running: Server) -> None:
    from datetime import UTC, datetime

    from data_access import accounts

    token = accounts.sign_in(running.stores.registry, web.email(Role.FUNDER), web.PASSWORD, "t", datetime.now(UTC))
    headers = {"Cookie": f"quorum={token}"}

    def statuses() -> set[int]:
        found = set()
        for _ in range(12):  # a new connection each time: any worker may answer
            asked = connection(running)
            asked.request("GET", "/_dash-layout", headers=headers)
            found.add(asked.getresponse().status)
            asked.close()
        return found

    assert statuses() == {200}
    accounts.end_session(running.stores.registry, token)
    assert statuses() == {401}


def test_a_stream_of_unknown_length_is_not_read(running: Server) -> None:
    """Without a length a body counts as empty, so it can fill no memory; with one, 413 comes before it is read."""
    host, port = running.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        head = f"POST /sign-in HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {running.url}\r\n"
        head += "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
        line.sendall(head.encode())
        piece = b"10000\r\n" + b"a" * 65536 + b"\r\n"
        try:
            for _ in range(160):  # 10 MB
                line.sendall(piece)
            line.sendall(b"0\r\n\r\n")
        except OSError:
            pass  # refused while sending
        answer = line.recv(200)
    assert answer.startswith((b"HTTP/1.1 401", b"HTTP/1.1 413")), answer
    asked = connection(running)
    form = {"Origin": running.url, "Content-Type": "application/x-www-form-urlencoded", "Content-Length": "9000000"}
    asked.request("POST", "/sign-in", body=b"a", headers=form)
    assert asked.getresponse().status == 413


def test_the_server_header_tells_no_version(running: Server) -> None:
    asked = connection(running)
    asked.request("GET", "/healthz")
    answer = asked.getresponse()
    assert answer.read() == b"ok\n"
    assert not any(sign.isdigit() for sign in answer.headers.get("Server", ""))


@pytest.mark.slow
def test_sigterm_lets_a_request_under_way_finish(running: Server) -> None:
    """The last test of this file: it ends the server."""
    server = running
    host, port = server.url.removeprefix("http://").split(":")
    answers: list[bytes] = []
    started = threading.Event()

    def slow() -> None:
        body = b"email=a%40example.org&password=" + b"x" * 20
        with socket.create_connection((host, int(port)), timeout=30) as line:
            head = f"POST /sign-in HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {server.url}\r\n"
            head += f"Content-Length: {len(body)}\r\n"
            line.sendall((head + "Content-Type: application/x-www-form-urlencoded\r\n\r\n").encode() + body[:10])
            started.set()
            time.sleep(1.5)  # the rest of the request comes after the signal
            line.sendall(body[10:])
            answers.append(line.recv(100))

    thread = threading.Thread(target=slow)
    thread.start()
    started.wait(10)
    time.sleep(0.5)
    server.process.send_signal(signal.SIGTERM)
    thread.join(30)
    assert server.process.wait(30) == 0
    assert answers and answers[0].startswith(b"HTTP/1.1 401")
