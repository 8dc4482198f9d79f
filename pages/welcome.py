"""Welcome: a parent or guardian takes up an invitation; plain HTML that works without JavaScript, in two languages."""

import logging

from flask import Flask, redirect, render_template, request
from flask.typing import ResponseReturnValue

from components.wording import LANGUAGES, wording
from data_access import accounts
from data_access.agreements import NotRecorded
from data_access.guardians import InvitationRefused, WeakPassword, accept
from pages._identity import token
from pages._site import site
from pages.sign_in import address_key

log = logging.getLogger("quorum.welcome")
REASONS = {
    InvitationRefused: "refusal_code",
    accounts.SignInRefused: "refusal_sign_in",
    WeakPassword: "refusal_password",
    NotRecorded: "refusal_kind",
}


def install(server: Flask) -> None:
    """Add the route `/welcome`."""
    server.add_url_rule("/welcome", "welcome", welcome, methods=["GET", "POST"])


def welcome() -> ResponseReturnValue:
    """The form, or the answer to it."""
    language = request.values.get("lang", "")
    language = language if language in LANGUAGES else LANGUAGES[0]
    return _answer(language) if request.method == "POST" else _form(language)


def _answer(language: str) -> ResponseReturnValue:
    typed = {name: request.form.get(name, "")[:254] for name in ("email", "code", "password")}
    stores, now = site().stores, site().now()
    try:
        fresh = accept(stores.registry, stores.ledger_key, **typed, address_key=address_key(), now=now)
    except tuple(REASONS) as refusal:
        log.warning("refused an invitation (%s)", type(refusal).__name__)
        reason = next(words for kind, words in REASONS.items() if isinstance(refusal, kind))
        return _form(language, typed["email"], typed["code"], wording(language)(f"welcome.{reason}")), 401
    if sent := token():
        accounts.end_session(stores.registry, sent)
    response = redirect(f"/my-child?lang={language}" if language != LANGUAGES[0] else "/my-child", 303)
    response.set_cookie(site().cookie, str(fresh), path="/", secure=site().secure, httponly=True, samesite="Lax")
    return response


def _form(language: str, email: str = "", code: str = "", refusal: str = "") -> str:
    words = wording(language)
    shown = {"words": words, "lang": language, "other": words.told["other"], "other_code": words.told["other_code"]}
    return render_template("welcome.html", community=site().community, email=email, code=code, refusal=refusal, **shown)
