"""Errors as the reader meets them: on a page of their own, as a JSON problem, or in the place of what was asked for."""

import logging
import secrets
import traceback
from typing import Any

import dash
from flask import Flask, Response, json, render_template, request
from werkzeug.exceptions import HTTPException

from catalog.terms import UnknownTerm
from components import shell, states
from data_access.published import NoPublication, NotOffered
from pages._session import current
from privacy.authorize import Refused
from privacy.viewer import Role

log = logging.getLogger("quorum.errors")
TITLES = {
    400: ("We could not read that request", "Please go back and try once more."),
    403: (
        "This request was not accepted",
        "It did not come from a page of this site. Please go back and try once more.",
    ),
    404: ("There is no such page", "The address may be mistyped, or the page is not part of your role."),
    405: ("That is not possible here", "This address cannot be used in that way."),
    413: ("That is too large", "Please send a smaller file, or fewer at a time."),
    429: ("Too many tries", "Please wait a few minutes and try again."),
    500: ("Something went wrong on our side", "Nothing was lost. Please try again in a moment."),
    503: ("The site is starting or busy", "Please try again in a moment."),
}


def problem(status: int, detail: str, **extra: str) -> Response:
    """An answer for machines after RFC 9457: status, title and one sentence."""
    title = TITLES.get(status, ("Please sign in", ""))[0]
    body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail} | extra)
    return Response(body, status, mimetype="application/problem+json")


def install(server: Flask) -> None:
    """Answer every error in our own words; details go to the log, never to the reader."""
    server.register_error_handler(HTTPException, _http_error)
    server.register_error_handler(Exception, _fault)


def record(error: BaseException) -> str:
    """Log where an error arose, without its values, and return the reference code the reader is shown."""
    reference = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    places = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames))
    log.error("reference %s: %s at %s", reference, type(error).__name__, places)
    return reference


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    response = _answer(status, None)
    response.headers.extend((k, v) for k, v in error.get_headers() if k in {"Allow", "Location", "Retry-After"})
    return response


def _fault(error: Exception) -> Response:
    return _answer(500, record(error))


def _answer(status: int, reference: str | None) -> Response:
    title, advice = TITLES.get(status, TITLES[400 if status < 500 else 500])
    if request.path.startswith(("/_dash-", "/_reload-hash", "/api/", "/layers/", "/assets/")):
        return problem(status, advice, **({"reference": reference} if reference else {}))
    page = render_template("message.html", title=title, advice=advice, reference=reference)
    return Response(page, status, mimetype="text/html")


def in_place(error: Exception) -> Any:
    """What a failed callback puts in the place of its outputs: the reason, never the old content."""
    return as_outputs(state_for(error), dash.ctx.outputs_list)


def state_for(error: Exception) -> Any:
    """The state to show for an error: a refusal, an unknown word, a missing publication, or a neutral sentence."""
    if isinstance(error, Refused):
        return states.refused([reason.text for reason in error.reasons])
    if isinstance(error, UnknownTerm):
        return states.unknown_words([(error, ())])
    if isinstance(error, NotOffered):
        return states.not_offered(str(error))
    if isinstance(error, NoPublication):
        return states.no_publication(nothing_to_show(error))
    return states.error(record(error))


def nothing_to_show(error: NoPublication) -> str:
    """Why, and what to do: what to run is said to the backbone organization alone."""
    return str(error) if current().viewer.role is Role.BACKBONE else error.sentence


def as_outputs(state: Any, outputs: Any) -> Any:
    """One value per output: the state in the first place for content, nothing old left in the others.

    Where no output is a place for words, every chart says what happened.
    """
    if not isinstance(outputs, list):
        return _value(outputs, state, here=True)
    place = next((number for number, output in enumerate(outputs) if _is_content(output)), None)
    return [_value(output, state, here=place in (number, None)) for number, output in enumerate(outputs)]


def _is_content(output: Any) -> bool:
    return not isinstance(output, list) and output["property"] == "children"


def _value(output: Any, state: Any, *, here: bool) -> Any:
    """What stands in one output. here: this is the place that says what happened."""
    if isinstance(output, list):
        return [_value(part, state, here=here) for part in output]
    if output["id"] == "_pages_store":
        return {"title": f"{states.title_of(state)} · Quorum"}
    if output["id"] == "_pages_content":
        return shell.page(states.title_of(state), "", states.body_of(state))
    words = state if here else None
    values = {"children": words, "figure": _blank(words), "rowData": []}
    return values.get(output["property"], dash.no_update)


def _blank(state: Any) -> dict[str, Any]:
    """A chart without anything, or with the heading of the state where no other output can say it."""
    axes = {"xaxis": {"visible": False}, "yaxis": {"visible": False}}
    if state is None:
        return {"data": [], "layout": axes}
    text = states.title_of(state).replace("<", "&lt;")
    note = {"text": text, "showarrow": False, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
    return {"data": [], "layout": axes | {"annotations": [note]}}
