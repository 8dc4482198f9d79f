"""Who is asking: flask-login's current_user over the sessions kept in the registry. Nothing is remembered elsewhere."""

from typing import Any

from flask import Flask, Request, Response, g, request
from flask.sessions import SessionInterface, SessionMixin
from flask_login import AnonymousUserMixin, LoginManager, UserMixin, current_user

from data_access import accounts
from data_access.moment import moment
from pages._site import site
from privacy.viewer import Viewer


class Person(UserMixin):  # type: ignore[misc]
    """A signed-in person, read from the registry anew for each request."""

    def __init__(self, account: accounts.Account) -> None:
        self.account, self.viewer = account, account.viewer

    def get_id(self) -> str:
        """The user id."""
        return self.viewer.user_id


class _Forgotten(dict[str, Any], SessionMixin):
    """Flask's own session, which flask-login looks into: always empty, never sent."""

    accessed = modified = False


class _Unkept(SessionInterface):
    def open_session(self, app: Flask, request: Request) -> SessionMixin:
        return _Forgotten()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        return None


def install(server: Flask) -> None:
    """Let flask-login ask the session table; Flask's own cookie and the remember cookie have no effect."""
    server.session_interface = _Unkept()
    manager = LoginManager()
    manager.session_protection = None
    manager.request_loader(_person)
    manager.anonymous_user = AnonymousUserMixin
    manager.init_app(server)


def token() -> str | None:
    """The session id the browser sent, if any."""
    return request.cookies.get(site().cookie)


def viewer() -> Viewer | None:
    """The signed-in viewer of this request, or None."""
    return current_user.viewer if current_user.is_authenticated else None


def _person(_: Request) -> Person | None:
    sent = token()
    if not sent:
        return None
    g.moment = moment(site().stores, sent, site().now(), site().limits)
    return Person(g.moment.account) if g.moment else None
