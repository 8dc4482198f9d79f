"""Static files: nothing outside the lists, compressed, kept for a year, and small enough for a phone."""

import gzip
import re
import sys
from pathlib import Path

import dash
import pytest
from plotly.offline import get_plotlyjs_version

from pages import _statics
from tests.support.web import Web

# The kinds of traces there are in plotly's schema, as our figures name them.
TRACE = (
    r'"type": "(bar|box|choropleth|choroplethmap|heatmap|histogram|pie|scatter|scattergeo|scattergl|sunburst|table)"'
)


def linked(site: Web) -> list[str]:
    """Addresses of what the first page loads."""
    html = site.get(site.browser(), "/").text
    return [
        u for u in re.findall(r'(?:src|href|data-plotly)="(/[^"]+)"', html) if u.startswith(("/assets", "/_dash-comp"))
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../app.py",
        "/assets/%2e%2e/app.py",
        "/assets/..%2fapp.py",
        "/assets/....//app.py",
        "/.git/config",
        "/assets/.hidden",
        "/assets/fonts",
        "/assets/",
        "/assets/nope.css",
        "/assets//etc/passwd",
        "/app.py",
        "/_dash-component-suites/os/path.py",
        "/_dash-component-suites/dash/dash.py",
        "/_dash-component-suites/x/y.js",
        "/_dash-component-suites/dash/../dash.py",
        "/_dash-component-suites/dash/dcc/async-markdown.js.map",
        "/settings.py",
        "/_dash-component-suites/dash/version.py",
        "/_dash-component-suites/flask/app.py",
        "/_dash-component-suites/dash/",
    ],
)
def test_other_files_are_404(site: Web, path: str) -> None:
    assert site.get(site.browser(), path).status_code == 404
    assert site.get(site.stranger(), path).status_code in {302, 401}


def test_what_the_first_page_loads_is_compressed_and_kept(site: Web) -> None:
    browser = site.browser()
    assert len(linked(site)) > 10
    for url in linked(site):
        answer = site.get(browser, url, headers={"Accept-Encoding": "gzip, br"})
        assert answer.status_code == 200, url
        assert "immutable" in answer.headers["Cache-Control"], url
        assert "Cookie" not in answer.headers.get("Vary", ""), url
        if not url.endswith(".woff2"):
            assert answer.headers["Content-Encoding"] == "gzip", url
        plain = site.get(browser, url, headers={"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.headers
        squeezed = answer.headers.get("Content-Encoding") == "gzip"
        assert (gzip.decompress(answer.data) if squeezed else answer.data) == plain.data


def test_the_library_of_charts_is_that_of_the_package_and_draws_every_kind_of_trace_we_use() -> None:
    root = Path(_statics.__file__).parents[1]
    version, kinds = re.match(
        r"/\* plotly.js v([\d.]+): ([a-z, ]+)\.", (root / "assets/plotly.min.js").read_text()
    ).groups()
    assert version == get_plotlyjs_version()
    drawn = {kind for path in (root / "components").glob("*.py") for kind in re.findall(TRACE, path.read_text())}
    assert {"scatter", "choropleth"} <= drawn <= set(kinds.split(", "))


def test_the_first_visit_stays_under_three_megabytes(site: Web) -> None:
    """With plotly, which is fetched early, and the grid's large part, which loads when first drawn."""
    browser = site.browser()
    suites = "/_dash-component-suites/"
    late = ["dash_ag_grid/async-community.js", "dash/dcc/async-graph.js"]
    urls = linked(site) + [suites + name for name in late]
    sizes = [len(site.get(browser, url, headers={"Accept-Encoding": "gzip"}).data) for url in urls]
    assert sum(sizes) < 2_900_000, sum(sizes)


def test_a_file_the_browser_has_is_not_sent_again(site: Web) -> None:
    first = site.get(site.browser(), "/assets/app.css")
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = site.get(site.browser(), "/assets/app.css", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_changed_file_has_another_address(tmp_path) -> None:
    (tmp_path / "a.css").write_text("a {}")
    before = _statics.Statics(tmp_path).url("a.css")
    (tmp_path / "a.css").write_text("b {}")
    assert _statics.Statics(tmp_path).url("a.css") != before


def test_an_old_address_is_not_kept_with_new_content(site: Web) -> None:
    answer = site.get(site.browser(), "/assets/app.css?v=0000000000000000")
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_strangers_get_what_the_sign_in_page_needs_and_nothing_more(site: Web) -> None:
    page = site.get(site.stranger(), "/sign-in").text
    styles = re.findall(r'href="(/assets[^"]+)"', page)
    fonts = re.findall(r'url\("(fonts/[^"]+)"\)', site.get(site.stranger(), "/assets/tokens.css").text)
    for url in [*styles, *(f"/assets/{font}" for font in fonts), "/favicon.ico"]:
        assert site.get(site.stranger(), url).status_code == 200, url
    assert site.get(site.stranger(), "/assets/app.css").status_code == 401
    assert {p.partition("?")[0] for p in styles} | {f"/assets/{f}" for f in fonts} == _statics.PUBLIC_ASSETS


def test_the_pages_with_charts_ask_for_their_library_early(site: Web) -> None:
    html = site.get(site.browser(), "/").text
    early = re.search(r'data-charts="([^"]*)"', html)
    # The overview draws none, and is where most readers come from.
    drawing = {page["path"] for page in dash.page_registry.values() if draws(page["module"])}
    assert early and set(early[1].split()) == drawing | {"/"} and {"/compare", "/map"} <= drawing


def draws(module: str) -> bool:
    """A page with a figure of its own, or one whose content is made of panels with charts."""
    text = Path(str(sys.modules[module].__file__)).read_text(encoding="utf-8")
    return "dcc.Graph(" in text or "comparison.content(" in text
