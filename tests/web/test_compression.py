"""Answers with data travel compressed; pages with a token do not."""

import gzip
import json

from tests.support.web import Web, route_body

PACKED = {"Accept-Encoding": "gzip"}


def test_long_json_is_compressed_where_the_browser_can_unpack_it(site: Web) -> None:
    browser = site.browser()
    packed, plain = (site.get(browser, "/_dash-dependencies", headers=h) for h in (PACKED, {}))
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert json.loads(gzip.decompress(packed.data)) == json.loads(plain.data)
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert packed.headers["Cache-Control"] == "no-store" and "Accept-Encoding" in packed.headers["Vary"]


def test_callbacks_too(site: Web) -> None:
    headers = {"Origin": site.origin, **PACKED}
    answer = site.post(site.browser(), "/_dash-update-component", headers, json=route_body("/nope" + "x" * 10))
    text = gzip.decompress(answer.data) if answer.headers.get("Content-Encoding") == "gzip" else answer.data
    assert b"There is no such page" in text


def test_pages_and_small_answers_are_not(site: Web) -> None:
    for path in ("/", "/nope", "/healthz"):
        assert "Content-Encoding" not in site.get(site.browser(), path, headers=PACKED).headers
