"""Answers of content pages, kept as the bytes they leave as.

A publication is frozen, and what a session gives for it is made anew when an agreement, the viewer or the day changes:
so permission is asked at every request, and the answer is drawn, written and compressed once. Only callbacks under
`_answers.answered` are kept, and only where they drew an answer; a lawful no or a fault is said anew each time.
"""

import gzip
import hashlib
from typing import Any, NamedTuple

from dash import Dash
from flask import Flask, Response, g, request

from data_access.published import NoPublication, PublicationInfo
from data_access.recent import Recent
from pages._answers import words
from pages._compression import packed
from pages._guard import CALLBACKS
from pages._session import current
from privacy.authorize import Refused

# About 10 kB each.
MOST = 500


class _Answer(NamedTuple):
    """seen: the publication as its reader may see it, which must be the very object permission gives now."""

    seen: PublicationInfo
    content: bytes


def install(server: Flask, app: Dash) -> None:
    """Let Dash answer a callback that draws from a publication only where the answer is not there yet."""
    draw = server.view_functions[CALLBACKS]
    kept: Recent[_Answer] = Recent(MOST)

    def answer() -> Response:
        body = request.get_json()
        seen = _seen() if getattr(app.callback_map[body["output"]]["callback"], "lasting", False) else None
        if seen is None:
            return _drawn()
        key = _key(seen, body)
        found = kept.get(key)
        if found is None or found.seen is not seen:
            response = _drawn()
            if "drawn" not in g:
                return response
            found = _Answer(seen, packed(response.get_data()))
            kept.set(key, found)
        return _sent(found.content)

    def _drawn() -> Response:
        return server.ensure_sync(draw)()  # type: ignore[no-any-return]

    server.view_functions[CALLBACKS] = answer


def _seen() -> PublicationInfo | None:
    try:
        return current().publication()
    except (Refused, NoPublication):
        return None


def _key(seen: PublicationInfo, body: Any) -> str:
    """Names question and publication without telling either; outputs as sent, for the answer repeats their ids."""
    question = (body["output"], body["outputs"], sorted(words(body["inputs"][0].get("value")).items()))
    return f"{id(seen)} {hashlib.sha256(repr(question).encode(errors='backslashreplace')).hexdigest()}"


def _sent(content: bytes) -> Response:
    if request.accept_encodings["gzip"] > 0:
        response = Response(content, mimetype="application/json", headers={"Content-Encoding": "gzip"})
    else:
        response = Response(gzip.decompress(content), mimetype="application/json")
    response.headers["Vary"] = "Accept-Encoding"
    return response
