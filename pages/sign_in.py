"""Sign in, sign out: plain HTML forms that work without JavaScript."""

import hashlib
import hmac
import logging
from urllib.parse import parse_qs, urlsplit

from flask import Flask, redirect, render_template, request
from flask.typing import ResponseReturnValue

from components.wording import LANGUAGES, wording
from data_access import accounts
from pages._identity import token, viewer
from pages._origin import local_path
from pages._site import site
from privacy.viewer import Role

log = logging.getLogger("quorum.sign_in")
MESSAGES = ("accepted", "out", "ended")


def install(server: Flask) -> None:
    """Add the routes `/sign-in` and `/sign-out`."""
    server.add_url_rule("/sign-in", "sign_in", sign_in, methods=["GET", "POST"])
    server.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])


def sign_in() -> ResponseReturnValue:
    """The form, or the answer to it; a signed-in person goes on to the page they wanted."""
    target = local_path(request.values.get("next"))
    if request.method == "POST":
        return _answer(target)
    if viewer() is not None:
        return redirect(target)
    return _form(target, message=request.args.get("why", ""))


def sign_out() -> ResponseReturnValue:
    """End the session on the server, so that the cookie is worth nothing anywhere."""
    if sent := token():
        accounts.end_session(site().stores.registry, sent)
    response = redirect("/sign-in?why=out", 303)
    response.delete_cookie(site().cookie, path="/", secure=site().secure, httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def _answer(target: str) -> ResponseReturnValue:
    email = request.form.get("email", "").strip()
    password = request.form.get("password", "")
    registry, key = site().stores.registry, site().stores.ledger_key
    try:
        fresh = accounts.sign_in(registry, email, password, address_key(), site().now(), ledger_key=key)
    except accounts.SignInRefused as refusal:
        log.warning("refused a sign-in%s", ", throttled" if refusal.throttled else "")
        return _form(target, email=email, refused=True), 401
    if sent := token():  # Whoever was signed in here before is not any more.
        accounts.end_session(registry, sent)
    response = redirect(_start(str(fresh)) if target == "/" else target, 303)
    response.set_cookie(site().cookie, str(fresh), path="/", secure=site().secure, httponly=True, samesite="Lax")
    return response


def _start(fresh: str) -> str:
    """The start page of whoever has just signed in: guardians come for their own children, in their language."""
    person = accounts.session_account(site().stores.registry, fresh, site().now(), site().limits)
    if person is None or person.role is not Role.GUARDIAN:
        return "/"
    words = wording(_language("/"))
    return "/my-child" if words.code == LANGUAGES[0] else f"/my-child?lang={words.code}"


def _form(target: str, message: str = "", email: str = "", refused: bool = False) -> str:
    words = wording(_language(target))
    told = words(f"sign_in.{message}") if message in MESSAGES else ""
    shown = {"words": words, "message": told, "email": email, "refused": refused, "next": target}
    return render_template("sign_in.html", community=site().community, **shown)


def _language(target: str) -> str:
    """The language asked for, or that of the page somebody wants to go back to."""
    there = parse_qs(urlsplit(target).query).get("lang", [""])[0]
    return request.values.get("lang") or there


def address_key() -> str:
    """A throttling key for the network address that does not tell the address."""
    address = (request.remote_addr or "").encode()
    return hmac.new(site().address_key, address, hashlib.sha256).hexdigest()[:32]
