"""The one door to data, for the viewer of the current request."""

from flask import g

from data_access.session import Session
from pages._site import site


def current() -> Session:
    """The viewer's session; made once a request."""
    if "session" not in g:
        g.session = Session(g.viewer, site().stores, site().now)
    session: Session = g.session
    return session
