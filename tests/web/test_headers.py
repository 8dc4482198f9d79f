"""What a browser may do with our answers; nothing tells versions; nothing with data is kept."""

import base64
import hashlib
import re
import sys

import pytest

from pages._headers import policy
from tests.support.web import Web, route_body

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
PATHS = ["/", "/sign-in", "/healthz", "/nope", "/api/nope", "/_dash-layout", "/_dash-dependencies", "/assets/nope.css"]


def rules(text: str) -> dict[str, list[str]]:
    return {part.split()[0]: part.split()[1:] for part in text.split("; ")}


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_headers_and_is_not_stored(site: Web, path: str) -> None:
    for browser in (site.browser(), site.stranger()):
        answer = site.get(browser, path)
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_callbacks_have_them_too(site: Web) -> None:
    answer = site.callback(site.browser(), route_body("/"))
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_policy_evaluates_nothing_and_knows_no_other_host(site: Web) -> None:
    found = rules(site.get(site.stranger(), "/sign-in").headers["Content-Security-Policy"])
    assert "'unsafe-eval'" not in str(found) and "unsafe-inline" not in str(found["script-src"])
    assert found["default-src"] == found["base-uri"] == found["object-src"] == ["'none'"]
    sources = {source for name, sources in found.items() for source in sources}
    own = {"'self'", "'none'", "'unsafe-inline'", "data:", "blob:"}
    assert all(s in own or s.startswith("'sha256-") for s in sources), sources


def test_the_hashes_are_those_of_the_inline_scripts(site: Web) -> None:
    answer = site.get(site.browser(), "/")
    inline = re.findall(r"<script(?![^>]*src=)(?![^>]*application/json)[^>]*>(.*?)</script>", answer.text, re.S)
    allowed = rules(answer.headers["Content-Security-Policy"])["script-src"]
    made = {f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in inline}
    assert inline and made == {s for s in allowed if s.startswith("'sha256-")}


def test_a_foreign_script_changes_the_hashes() -> None:
    assert "'sha256-b'" in policy(["'sha256-a'", "'sha256-b'"])


def test_https_is_insisted_on_where_there_is_https(site: Web, real_site: Web) -> None:
    assert "Strict-Transport-Security" not in site.get(site.stranger(), "/sign-in").headers
    kept = real_site.get(real_site.stranger(), "/sign-in").headers["Strict-Transport-Security"]
    assert int(re.search(r"max-age=(\d+)", kept).group(1)) >= 31536000


def test_nothing_loads_from_another_host(site: Web) -> None:
    for browser, path in ((site.browser(), "/"), (site.stranger(), "/sign-in"), (site.stranger(), "/nope")):
        html = site.get(browser, path).text
        assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', html)


@pytest.mark.parametrize("path", ["/", "/nope", "/healthz", "/sign-in", "/_dash-layout", "/_dash-dependencies"])
def test_no_page_tells_versions(site: Web, path: str) -> None:
    import dash
    import flask
    import plotly

    told = {dash.__version__, plotly.__version__, sys.version.split()[0], "Werkzeug", "Python", "gunicorn"}
    told |= {__import__("importlib.metadata").metadata.version("flask")} if flask else set()
    for browser in (site.browser(), site.stranger()):
        answer = site.get(browser, path)
        text = re.sub(r'src="[^"]*"', "", answer.text) + str(answer.headers)
        assert not [word for word in told if word in text]


def test_signing_out_clears_what_the_browser_kept(real_site: Web) -> None:
    assert real_site.post(real_site.browser(), "/sign-out").headers["Clear-Site-Data"] == '"storage"'
