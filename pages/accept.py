"""Accept an invitation: a code and a new password, in plain HTML, open to strangers."""

import logging

from flask import Flask, redirect, render_template, request
from flask.typing import ResponseReturnValue

from data_access.accounts import AccountExists
from data_access.agreements import NotRecorded
from data_access.invitations import NotInvited, accept
from data_access.passwords import WeakPassword
from pages._site import site

log = logging.getLogger("quorum.accept")
PATH = "/accept"


def install(server: Flask) -> None:
    """Add the route `/accept`."""
    server.add_url_rule(PATH, "accept", answer, methods=["GET", "POST"])


def answer() -> ResponseReturnValue:
    """The form, or an account and the way to sign in. A refused form keeps the code, never the password."""
    if request.method == "GET":
        return _form()
    code, password = request.form.get("code", "")[:60], request.form.get("password", "")
    if password != request.form.get("again", ""):
        return _form(code=code, refusal="The two passwords are not the same. Type them again."), 422
    try:
        accept(site().stores.registry, site().stores.ledger_key, code, password, site().now())
    except (NotInvited, WeakPassword, AccountExists, NotRecorded) as refusal:
        log.warning("refused an invitation (%s)", type(refusal).__name__)
        return _form(code=code, refusal=str(refusal)), 422
    return redirect("/sign-in?why=accepted", 303)


def _form(**shown: str) -> str:
    return render_template("accept.html", community=site().community, **shown)
