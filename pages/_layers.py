"""Map layers: served by a name that changes with the content, behind the session, kept by the browser."""

import gzip
from functools import lru_cache

from flask import Flask, Response, abort, request

from data_access.published import NoPublication
from pages._session import current
from pages._statics import FOREVER
from privacy.authorize import Refused


def install(server: Flask) -> None:
    """Add the route `/layers/<publication>/<file>`."""
    server.add_url_rule("/layers/<publication>/<file>", "layer", layer)


def layer(publication: str, file: str) -> Response:
    """GeoJSON of one layer of one publication, compressed."""
    try:
        plain = current().layer_bytes(publication, file)
    except (NoPublication, Refused):
        abort(404)
    squeezed = request.accept_encodings["gzip"] > 0
    response = Response(_compressed(plain) if squeezed else plain, mimetype="application/geo+json")
    if squeezed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers.update({"Cache-Control": FOREVER, "Vary": "Accept-Encoding"})
    return response


@lru_cache(maxsize=32)
def _compressed(plain: bytes) -> bytes:
    return gzip.compress(plain, 6, mtime=0)
