"""Gunicorn, started from Python: threads for waiting, processes for computing."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication


class _Gunicorn(BaseApplication):  # type: ignore[misc]
    """Gunicorn with our options; the application is made in each worker."""

    def __init__(self, make: Callable[[], Flask], options: dict[str, Any]) -> None:
        self.make, self.options = make, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.make()


def run(make: Callable[[], Flask], host: str, port: int, workers: int) -> None:
    """Listen until SIGTERM or SIGINT; each worker makes its own application, and so its own connections."""
    _Gunicorn(make, options(host, port, workers)).run()


def options(host: str, port: int, workers: int) -> dict[str, Any]:
    """Settings of gunicorn: a request under way has 20 s to finish after SIGTERM."""
    return {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers,
        "worker_class": "gthread",
        "threads": 4,
        "preload_app": False,
        "timeout": 60,
        "graceful_timeout": 20,
        "keepalive": 15,
        "limit_request_line": 8190,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "proc_name": "quorum",
    }
