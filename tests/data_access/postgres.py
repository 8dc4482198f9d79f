"""A private PostgreSQL for tests: its own folder and port, run by somebody who is not root, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

PROGRAMS = Path("/usr/lib/postgresql/15/bin")
OWNERS = ("postgres", "nobody")
PREFIX = "quorum-pg-"


def why_not() -> str:
    """Why it cannot be run here; nothing if it can."""
    if not (PROGRAMS / "initdb").exists():
        return "PostgreSQL 15 is not on this machine"
    if os.geteuid() == 0 and (_owner() is None or shutil.which("runuser") is None):
        return "PostgreSQL does not run as root, and there is nobody else to run it"
    return ""


@contextmanager
def server() -> Iterator[str]:
    """The URL of a fresh server, without a database name; it is stopped at the end."""
    owner = _owner() if os.geteuid() == 0 else None
    _sweep(owner)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    (folder / "tests.pid").write_text(str(os.getpid()))
    if owner is not None:
        shutil.chown(folder, owner)
    port = _free_port()
    data = folder / "data"
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=40"
    try:
        _run(owner, "initdb", "-D", data, "-U", "quorum", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        _run(owner, "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql://quorum@127.0.0.1:{port}"
        finally:
            _stop(owner, data)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def empty(url: str, tables: Iterable[str]) -> None:
    """Take every row away and let the numbers begin anew. TRUNCATE would make a new file for each table: ten times
    the work, and most of these tests write into few tables."""
    gone = "; ".join(f"DELETE FROM {table}" for table in tables)
    anew = "SELECT setval(quote_ident(sequencename)::regclass, start_value, false) FROM pg_sequences"
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")  # neither references nor triggers object
        connection.execute(f"{gone}; {anew} WHERE last_value IS NOT NULL")


def _sweep(owner: str | None) -> None:
    """Stop servers of test runs that were killed before they could do it themselves."""
    for mark in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/tests.pid"):
        if not Path("/proc", mark.read_text()).exists():
            with suppress(subprocess.CalledProcessError):
                _stop(owner, mark.parent / "data")
            shutil.rmtree(mark.parent, ignore_errors=True)


def _stop(owner: str | None, data: Path) -> None:
    _run(owner, "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def _owner() -> str | None:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in OWNERS if name in known), None)


def _run(owner: str | None, program: str, *arguments: str | Path) -> None:
    command = [str(PROGRAMS / program), *map(str, arguments)]
    if owner is not None:
        command = ["runuser", "-u", owner, "--", *command]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
