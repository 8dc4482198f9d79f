"""A guardian who came in with a one-time code may choose a password: plain HTML in two languages."""

import logging

from flask import Flask, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from components.wording import wording
from data_access.guardians import TooLate, WeakPassword, choose_password
from pages._identity import token, viewer
from pages._site import site
from privacy.viewer import Role

log = logging.getLogger("quorum.new_password")


def install(server: Flask) -> None:
    """Add the route `/new-password`."""
    server.add_url_rule("/new-password", "new_password", answer, methods=["GET", "POST"])


def answer() -> ResponseReturnValue:
    """The form, or the page of the child with the password saved."""
    person = viewer()
    if person is None or person.role is not Role.GUARDIAN:
        abort(404)
    words = wording(request.values.get("lang", ""))
    if request.method == "GET":
        return render_template("new_password.html", words=words)
    stores, now, sent = site().stores, site().now(), token() or ""
    try:
        typed = request.form.get("password", "")
        fresh = choose_password(stores.registry, stores.ledger_key, sent, typed, now)
    except (TooLate, WeakPassword) as refusal:
        log.warning("refused a new password (%s)", type(refusal).__name__)
        why = "password.late" if isinstance(refusal, TooLate) else "welcome.refusal_password"
        return render_template("new_password.html", words=words, refusal=words(why)), 422
    response = redirect("/my-child" if words.code == "en" else f"/my-child?lang={words.code}", 303)
    response.set_cookie(site().cookie, str(fresh), path="/", secure=site().secure, httponly=True, samesite="Lax")
    return response
