"""Answers in JSON are compressed on the way, for readers on a phone.

Pages in HTML are not: they carry a token of the page load, and compressing a secret beside something an outsider can
choose tells about the secret. The JSON answers carry neither.
"""

import gzip

from flask import Flask, Response, request

SMALLEST = 2000
# Above this level the answer gets hardly smaller and takes longer.
LEVEL = 3


def install(server: Flask) -> None:
    """Compress the answers of the server that gain by it."""

    @server.after_request
    def squeeze(response: Response) -> Response:
        if not _worth_it(response):
            return response
        response.set_data(packed(response.get_data()))
        response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        return response


def packed(content: bytes) -> bytes:
    """The content compressed, without a time in it."""
    return gzip.compress(content, LEVEL, mtime=0)


def _worth_it(response: Response) -> bool:
    plain = response.mimetype == "application/json" and "Content-Encoding" not in response.headers
    long = not response.is_streamed and (response.content_length or 0) >= SMALLEST
    return plain and long and response.status_code == 200 and request.accept_encodings["gzip"] > 0
