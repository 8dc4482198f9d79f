"""Composition: the Dash application behind its guard, and the server that runs it."""

import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import dash
from flask import Flask, g
from flask_login import current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from catalog.indicators import indicators
from components import shell, theme, urlstate
from data_access.accounts import SessionLimits
from data_access.agreements import organizations
from data_access.published import NoPublication
from data_access.registry.engine import NotOpened
from data_access.stores import Stores, open_stores
from pages import (
    _access,
    _compression,
    _downloads,
    _errors,
    _guard,
    _headers,
    _identity,
    _index,
    _kept,
    _layers,
    _statics,
    accept,
    new_password,
    sign_in,
    view_as,
    welcome,
)
from pages._site import NAME, Site, attach, site
from settings import Settings, SettingsError

ROOT = Path(__file__).parent
# Enough for any callback of ours; larger bodies are refused before they are read.
LARGEST_BODY = 8 * 1024 * 1024


class Application(dash.Dash):  # type: ignore[misc]
    """Dash, without telling versions to the browser."""

    def _config(self) -> dict[str, Any]:
        told = {"dash_version", "python_version", "plotly_version", "ddk_version", "dash_version_url"}
        return {name: value for name, value in super()._config().items() if name not in told}


def make_app(
    settings: Settings, *, stores: Stores | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Application:
    """The whole application; raises SettingsError where the keys do not allow serving, and as `_make_pages`."""
    settings.check_serving()
    server, app, statics = _make_pages(settings)
    opened = stores or _open(settings)
    hashes = _finish(app, server)
    headers = _headers.page_headers(hashes, settings.secure)
    attach(server, _site(settings, opened, now))
    statics.install(server, app)
    _headers.install(server, headers)
    _compression.install(server)
    _guard.install(server, app)
    _kept.install(server, app)
    app.statics = statics
    return app


def _open(settings: Settings) -> Stores:
    return open_stores(
        settings.database_url, settings.home, settings.sealing_key, settings.time_zone, settings.ledger_head_copy
    )


def _make_pages(settings: Settings) -> tuple[Flask, Application, _statics.Statics]:
    """The pages without any data; raises BadIndicator or NoAudience where a file of ours cannot be served."""
    indicators()  # a file of the catalog that cannot be read is said now, not on every page
    server = _make_server(settings)
    statics = _statics.Statics(ROOT / "assets")
    server.jinja_env.globals["asset"] = statics.url
    return server, _make_dash(server, settings, statics), statics


def _site(settings: Settings, stores: Stores, now: Callable[[], datetime]) -> Site:
    return Site(
        stores=stores,
        community=settings.community,
        cookie=settings.cookie,
        secure=settings.secure,
        public_url=settings.public_url,
        address_key=settings.secret_key.encode(),
        now=now,
        limits=SessionLimits(settings.session_idle, settings.session_absolute),
    )


def _make_server(settings: Settings) -> Flask:
    """Flask with our own routes and error pages."""
    server = Flask("app", root_path=str(ROOT), static_folder=None, template_folder="pages/templates")
    server.config.update(SECRET_KEY=settings.secret_key, MAX_CONTENT_LENGTH=LARGEST_BODY, TRAP_HTTP_EXCEPTIONS=False)
    if settings.proxies:
        count = settings.proxies
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    server.add_url_rule("/healthz", "healthz", lambda: ("ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}))
    _identity.install(server)
    sign_in.install(server)
    welcome.install(server)
    new_password.install(server)
    accept.install(server)
    view_as.install(server)
    _layers.install(server)
    _errors.install(server)
    return server


def _make_dash(server: Flask, settings: Settings, statics: _statics.Statics) -> Application:
    theme.register()
    app = Application(
        "app",
        server=server,
        use_pages=True,
        pages_folder=str(ROOT / "pages"),
        assets_folder=str(ROOT / "assets"),
        include_assets_files=False,
        include_pages_meta=False,
        suppress_callback_exceptions=True,
        title="Quorum",
        update_title="",
        on_error=_errors.in_place,
        enable_mcp=False,
        websocket_callbacks=False,
        serve_locally=True,
        add_log_handler=False,
    )
    charts = [page["path"] for page in dash.page_registry.values() if page.get("charts")]
    app.index_string = _index.html(ROOT / "pages" / "templates" / "index.html", statics, charts)
    app.layout = partial(_frame, settings.community)
    urlstate.register(app)
    shell.register(app)
    _downloads.register(app)
    _access.guard_layouts()
    return app


def _frame(community: str) -> Any:
    """The frame for whoever is signed in."""
    if "viewer" not in g:  # Dash asks once at the start, on behalf of nobody.
        return shell.frame([], community=community, person="", organization="")
    account = current_user.account
    names = {found.id: found.name for found in organizations(site().stores.registry)}
    menu = _access.menu(g.viewer.role)
    seen = f"as seen by {g.looked_at.name}, {names[g.looked_at.organization]}" if "looker" in g else ""
    home = names[account.organization]
    return shell.frame(menu, community=community, person=account.name, organization=home, looking=seen)


def _finish(app: Application, server: Flask) -> list[str]:
    """Let Dash register what it registers with its first request, then take the hashes of its inline scripts."""
    with server.test_request_context("/"):
        server.preprocess_request()
        app.index()
    return list(app.csp_hashes())


def create_server() -> Flask:
    """For gunicorn: `gunicorn "app:create_server()"`; settings from the environment."""
    try:
        app = make_app(Settings.load(os.environ))
    except (SettingsError, NotOpened) as error:
        print(error, file=sys.stderr)  # noqa: T201  said before there is a log
        sys.exit(3)  # gunicorn's word for what cannot start; it would start a worker anew after any other
    return settled(app)


def settled(app: Application) -> Flask:
    """The server of an application, made ready for many requests; once a process.

    What is loaded lives as long as the worker, and an answer is ten thousand small objects that go at once: looking
    through either for garbage would cost a fifth of a callback. A request that waits for the database or the network
    gives its turn away and waits for the others' to end; short turns keep the slowest answers near the others.
    """
    sys.setswitchinterval(0.001)
    app.statics.warm()
    with suppress(NoPublication):  # the first reader need not wait for it to be read and checked
        app.server.extensions[NAME].stores.publications.current()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    return app.server


def serve(settings: Settings, host: str = "127.0.0.1", port: int = 8050, workers: int = 2) -> NoReturn:
    """Become gunicorn and serve until SIGTERM or SIGINT; raises as `make_app` before anything listens.

    This process is replaced, because workers forked from one that has loaded DuckDB and Arrow abort when they end.
    """
    settings.check_serving()
    settings.check_host(host)
    # What keeps it from being opened or shown is said here in a sentence; workers would end in tracebacks.
    _open(settings).registry.dispose()
    _make_pages(settings)
    sys.stdout.flush()
    sys.stderr.flush()
    command = [sys.executable, "-m", "gunicorn", *gunicorn_options(host, port, workers), "app:create_server()"]
    os.execve(command[0], command, dict(os.environ) | settings.environment())  # noqa: S606  our own interpreter


def gunicorn_options(host: str, port: int, workers: int) -> list[str]:
    """Threads for waiting, processes for computing; after SIGTERM a request under way has 20 s to finish."""
    options = {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers,
        "worker-class": "gthread",
        "threads": 4,
        "timeout": 60,
        "graceful-timeout": 20,
        "keep-alive": 15,
        "log-level": "warning",
        "chdir": ROOT,
    }
    return [f"--{name}={value}" for name, value in options.items()]
