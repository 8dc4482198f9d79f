"""What changes state must come from a page of this very origin; GET changes nothing; odd methods are refused."""

import pytest

from privacy.viewer import Role
from tests.support.web import HERE, PASSWORD, REAL, Web, email, route_body

ACCEPTED = [
    {"Sec-Fetch-Site": "same-origin", "Origin": HERE},
    {"Sec-Fetch-Site": "same-origin"},
    {"Origin": HERE},
]
REFUSED = [
    {"Sec-Fetch-Site": "cross-site", "Origin": HERE},
    {"Sec-Fetch-Site": "same-site", "Origin": HERE},
    {"Sec-Fetch-Site": "none", "Origin": HERE},
    {"Sec-Fetch-Site": "same-origin, cross-site"},
    {"Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
    {"Origin": "http://evil.example"},
    {"Origin": "https://127.0.0.1"},
    {"Origin": HERE + ":8051"},
    {"Origin": HERE + ".evil.example"},
    {"Origin": "null"},
    {"Origin": "http://"},
    {"Origin": ""},
    {},
]


@pytest.mark.parametrize("headers", ACCEPTED)
def test_our_own_pages_may_ask(site: Web, headers: dict[str, str]) -> None:
    assert site.post(site.browser(), "/_dash-update-component", headers, json=route_body("/")).status_code == 200


@pytest.mark.parametrize("headers", REFUSED)
@pytest.mark.parametrize("path", ["/_dash-update-component", "/sign-out", "/sign-in"])
def test_other_sites_may_not(site: Web, headers: dict[str, str], path: str) -> None:
    browser = site.browser()
    assert site.post(browser, path, headers, json=route_body("/")).status_code == 403
    assert site.get(browser, "/_dash-layout").status_code == 200


def test_a_real_site_compares_with_its_public_address(real_site: Web) -> None:
    form = {"email": email(Role.FUNDER), "password": PASSWORD}
    for origin, wanted in ((REAL, 303), ("http://quorum.example.org", 403), (REAL + ":444", 403)):
        headers = {"Origin": origin}
        assert real_site.post(real_site.stranger(), "/sign-in", headers, data=form).status_code == wanted


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.7", "localhost.evil.example"])
def test_the_demo_answers_to_no_other_name(site: Web, host: str) -> None:
    answer = site.browser().get("/sign-in", base_url=HERE, headers={"Host": host})
    assert answer.status_code == 400


@pytest.mark.parametrize("host", ["localhost", "localhost:8050", "127.0.0.1:9", "[::1]:8050"])
def test_the_demo_answers_to_this_computer(site: Web, host: str) -> None:
    assert site.stranger().get("/sign-in", base_url="http://" + host).status_code == 200


def test_a_real_site_answers_to_its_public_name_only(real_site: Web) -> None:
    assert real_site.stranger().get("/sign-in", base_url="https://other.example").status_code == 400
    assert real_site.stranger().get("/healthz", base_url="http://10.0.0.7").status_code == 200


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "QUORUM"])
@pytest.mark.parametrize("path", ["/", "/_dash-layout", "/sign-in", "/nope"])
def test_other_methods_are_refused_with_the_allowed_ones(site: Web, method: str, path: str) -> None:
    for browser in (site.browser(), site.stranger()):
        answer = browser.open(path, method=method, base_url=site.origin, headers={"Origin": site.origin})
        assert answer.status_code == 405
        assert "GET" in answer.headers["Allow"]


def test_a_get_changes_nothing(site: Web) -> None:
    from sqlalchemy import inspect, text

    def counts() -> dict[str, int]:
        names = inspect(site.stores.registry).get_table_names()
        with site.stores.registry.connect() as connection:
            return {n: connection.execute(text(f'select count(*) from "{n}"')).scalar_one() for n in names}

    browser = site.browser()
    before = counts()
    for path in ("/", "/sign-in", "/sign-out", "/_dash-layout", "/_dash-dependencies", "/layers/a/b", "/healthz"):
        site.get(browser, path)
        site.get(site.stranger(), path)
    assert counts() == before
