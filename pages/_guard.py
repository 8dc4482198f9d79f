"""The guard before every route: refuse by default."""

import logging
from functools import lru_cache
from urllib.parse import urlencode

from dash import Dash
from flask import Flask, Response, abort, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.exceptions import MethodNotAllowed

from catalog.indicators import BadIndicator, read_again
from data_access.looking import looking_as
from pages._access import may_call, open_to
from pages._bodies import Bodies
from pages._errors import problem
from pages._identity import viewer
from pages._origin import foreign, own_host
from pages._site import site
from pages._statics import PUBLIC_ASSETS
from privacy.viewer import Viewer

log = logging.getLogger("quorum.guard")
# Open to strangers: the way in, the health check, and what the way in is drawn with.
OPEN = frozenset({"sign_in", "accept", "welcome", "healthz", "favicon"})
PAGES = frozenset({"/", "/<path:path>"})
# Dash's own icon and its helper for developers.
SWITCHED_OFF = frozenset({"/_reload-hash", "/_favicon.ico"})
CALLBACKS = "/_dash-update-component"
MACHINES = ("/_dash-", "/_reload-hash", "/api/", "/layers/", "/assets/")


def install(server: Flask, app: Dash) -> None:
    """Put the guard before every route of the server."""

    bodies = Bodies(app.callback_map)

    @server.before_request
    def guard() -> ResponseReturnValue | None:
        _check_request()
        if _open():
            return None
        person = viewer()
        if person is None:
            return _stranger()
        _keep_up(g.moment.newest)
        g.viewer = person = _as_whom(person)
        absent = request.endpoint in PAGES and not open_to(request.path, person.role)
        if absent and request.method in {"GET", "HEAD"} and not for_machines(request.path):
            return Response(app.index(), 404)  # the frame with its menu; the router says that there is no such page
        if absent or request.endpoint in SWITCHED_OFF:
            abort(404)
        return _check_callback(app, bodies) if request.endpoint == CALLBACKS else None


@lru_cache(maxsize=1)
def _keep_up(newest: str | None) -> None:
    """Know the indicators a new publication was made of, in every worker, before it is read."""
    try:
        read_again()
    except BadIndicator:  # what stands was published from files that held; readers go on with what is known
        log.exception("An indicator cannot be read, so pages keep the former ones. Mend the file, then publish again.")


def _as_whom(person: Viewer) -> Viewer:
    """Whoever looks as somebody else is that person for this request, and `g.looker` tells who looks."""
    other = looking_as(site().stores, current_user.account)
    if other is None or request.endpoint == "view_as":
        return person
    g.looker, g.looked_at = current_user.account, other
    return other.viewer


def for_machines(path: str) -> bool:
    """True for paths that scripts ask for, where an answer in HTML would be of no use."""
    return path.startswith(MACHINES)


def _check_request() -> None:
    """Method, host and origin, before anybody is asked who they are."""
    if request.endpoint == "healthz":
        return
    if isinstance(request.routing_exception, MethodNotAllowed):
        raise request.routing_exception
    if not own_host(request, site().public_url, site().secure):
        abort(400, "This site is not known under that name.")
    if reason := foreign(request, site().public_url):
        log.warning("refused a cross-site %s (%s)", request.method, reason)
        abort(403, "This request did not come from a page of this site.")


def _open() -> bool:
    return request.endpoint in OPEN or request.path in PUBLIC_ASSETS


def _stranger() -> Response | ResponseReturnValue:
    if for_machines(request.path) or request.method not in {"GET", "HEAD"}:
        return problem(401, "Please sign in.")
    target = request.full_path.rstrip("?")
    return redirect("/sign-in" if target == "/" else f"/sign-in?{urlencode({'next': target})}")


def _check_callback(app: Dash, bodies: Bodies) -> ResponseReturnValue | None:
    """Well-formed JSON for an existing callback of a page this role may open."""
    if not request.is_json:
        return problem(415, "Send JSON.")
    body = request.get_json(silent=True)
    if sentence := bodies.fault(body):
        return problem(400, sentence)
    if not may_call(app.callback_map[body["output"]]["callback"], g.viewer.role):
        return problem(404, "There is no such page.")
    return None
