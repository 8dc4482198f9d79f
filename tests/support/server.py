"""A real server process for browser tests and benchmarks, on this computer only, stopped by its own handle."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app import gunicorn_options
from data_access import accounts
from data_access.stores import Stores
from privacy.viewer import Role
from tests.support import web


@dataclass(frozen=True)
class Server:
    """Where the application answers, on which stores, and what time it is there."""

    url: str
    stores: Stores
    process: "subprocess.Popen[bytes]"
    log: Path
    opened: datetime

    def token(self, role: Role) -> str:
        """A fresh session of the test person of a role."""
        return accounts.sign_in(self.stores.registry, web.email(role), web.PASSWORD, "tests", self.opened)

    def stop(self) -> None:
        """End it as a system would; it must end by itself and cleanly."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0, self.log.read_text()


def start(
    stores: Stores, log: Path, workers: int = 1, application: str = "tests.browser.lab:create_server()"
) -> Server:
    """Start an application of the tests (its clock begins at `web.OPENED`) on a free port."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", *gunicorn_options("127.0.0.1", port, workers), application]
    environment = dict(os.environ) | web.settings(stores.home).environment()
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    answered(url, process, log)
    return Server(url, stores, process, log, web.OPENED)


def free_port() -> int:
    """A port of this computer that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answered(url: str, process: "subprocess.Popen[bytes]", log: Path, seconds: float = 300) -> None:
    """Wait until the server answers; fails when it ends or takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url + "/healthz", timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError(f"the server did not answer:\n{log.read_text()[-2000:]}")
