"""Look as somebody else, and stop: plain forms, because the whole frame changes."""

from flask import Flask, abort, g, redirect, request
from flask.typing import ResponseReturnValue

from data_access.looking import Mirror
from data_access.session import Session
from pages._identity import token
from pages._site import site
from privacy.authorize import Refused


def install(server: Flask) -> None:
    """Add the route `/view-as`: with a person's id, look as that person; without, as oneself."""
    server.add_url_rule("/view-as", "view_as", answer, methods=["POST"])


def answer() -> ResponseReturnValue:
    """From the next page on; refused alike for every other role and where there is no such person."""
    who = request.form.get("who", "")
    try:
        mirror = Mirror(Session(g.viewer, site().stores, site().now))
        mirror.look_as(token() or "", who) if who else mirror.as_myself(token() or "")
    except Refused:
        abort(404)
    return redirect("/" if who else "/why", 303)
