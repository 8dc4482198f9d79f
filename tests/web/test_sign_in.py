"""Signing in and out: cookies, throttling, sessions that end everywhere, and where one goes next."""

import pytest
from flask_login.utils import encode_cookie

from data_access import accounts
from pages._origin import local_path
from privacy.viewer import Role
from tests.support.web import PASSWORD, Web, email


def sign_in(site: Web, client: object, password: str = PASSWORD, next_: str = "", who: str = "funder@example.org"):
    return site.post(client, "/sign-in", data={"email": who, "password": password, "next": next_})


def cookie(answer: object) -> str:
    return answer.headers["Set-Cookie"].split(";")[0].split("=", 1)[1]


def test_the_form_is_plain_html(site: Web) -> None:
    answer = site.get(site.stranger(), "/sign-in")
    assert answer.status_code == 200
    assert "<script" not in answer.text and 'method="post"' in answer.text and '<html lang="en">' in answer.text


def test_a_real_cookie_has_every_flag(real_site: Web) -> None:
    answer = sign_in(real_site, real_site.stranger())
    assert answer.status_code == 303
    flags = {part.strip().lower() for part in answer.headers["Set-Cookie"].split(";")[1:]}
    assert answer.headers["Set-Cookie"].startswith("__Host-quorum=")
    assert flags == {"secure", "httponly", "path=/", "samesite=lax"}


def test_the_demo_cookie_goes_without_https(site: Web) -> None:
    answer = sign_in(site, site.stranger())
    flags = {part.strip().lower() for part in answer.headers["Set-Cookie"].split(";")[1:]}
    assert answer.headers["Set-Cookie"].startswith("quorum=")
    assert flags == {"httponly", "path=/", "samesite=lax"}


def test_only_one_cookie_is_ever_set(site: Web) -> None:
    browser = site.browser()
    assert all("Set-Cookie" not in site.get(browser, path).headers for path in ("/", "/_dash-layout", "/sign-in"))
    assert len(sign_in(site, site.stranger()).headers.getlist("Set-Cookie")) == 1


def test_signing_in_gives_a_new_id_and_ends_the_old(site: Web) -> None:
    client = site.stranger()
    first = cookie(sign_in(site, client))
    second = cookie(sign_in(site, client))
    assert first != second and len(second) >= 43
    old = site.stranger()
    site.give(old, first)
    assert site.get(old, "/_dash-layout").status_code == 401


def test_an_id_chosen_by_somebody_else_is_not_taken_over(site: Web) -> None:
    client = site.stranger()
    site.give(client, "chosen-by-an-attacker")
    assert cookie(sign_in(site, client)) != "chosen-by-an-attacker"


def test_signing_out_ends_the_session_everywhere(site: Web) -> None:
    browser = site.browser()
    copy = site.stranger()
    site.give(copy, browser.get_cookie("quorum", domain="127.0.0.1").value)
    assert site.get(copy, "/_dash-layout").status_code == 200
    answer = site.post(browser, "/sign-out")
    assert answer.status_code == 303 and "quorum=;" in answer.headers["Set-Cookie"]
    assert site.get(copy, "/_dash-layout").status_code == 401


def test_a_get_never_signs_out(site: Web) -> None:
    browser = site.browser()
    assert site.get(browser, "/sign-out").status_code == 404
    assert site.get(browser, "/_dash-layout").status_code == 200


def test_no_remember_cookie_signs_anybody_in(site: Web) -> None:
    person = next(a for a in accounts.accounts(site.stores.registry) if a.role is Role.FUNDER)
    client = site.stranger()
    with site.app.server.app_context():
        forged = encode_cookie(person.user_id, key=site.app.server.secret_key)
    client.set_cookie("remember_token", forged, domain="127.0.0.1")
    assert site.get(client, "/_dash-layout").status_code == 401


def test_wrong_and_unknown_get_the_same_words(site: Web) -> None:
    wrong = sign_in(site, site.stranger(), "not the password")
    unknown = sign_in(site, site.stranger(), "not the password", who="nobody@example.org")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace("funder@", "nobody@") == unknown.text
    assert "<title>Error: Sign in" in wrong.text and 'value="funder@example.org"' in wrong.text
    assert "not the password" not in wrong.text


def test_ten_wrong_tries_are_enough_and_look_like_one(site: Web, real_site: Web) -> None:
    answers = [sign_in(site, site.stranger(), "not the password") for _ in range(10)]
    right = sign_in(real_site, real_site.stranger())  # another worker: the same table
    assert right.status_code == 401 and right.text == answers[0].text
    site.clock.move(minutes=16)
    assert sign_in(site, site.stranger()).status_code == 303


def test_what_is_typed_comes_back_as_text(site: Web) -> None:
    answer = sign_in(site, site.stranger(), who='"><script>alert(1)</script>@example.org')
    assert "<script>alert" not in answer.text and "&lt;script&gt;" in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https:evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\\evil.example",
        "\\\\evil",
        "/\t/evil.example",
        "/\n/evil",
        "evil",
        "",
        "/sign-out",
        "/sign-in?next=/",
        "/" + "a" * 3000,
    ],
)
def test_next_leads_to_a_page_of_ours_only(site: Web, target: str) -> None:
    assert local_path(target) == "/"
    answer = sign_in(site, site.stranger(), next_=target)
    assert answer.status_code == 303 and answer.location == "/"


def test_next_keeps_a_page_with_its_query(site: Web) -> None:
    answer = sign_in(site, site.stranger(), next_="/compare?i=chronic_absence&peers=T01,T02")
    assert answer.location == "/compare?i=chronic_absence&peers=T01,T02"


def test_the_signed_in_do_not_see_the_form(site: Web) -> None:
    answer = site.get(site.browser(), "/sign-in?next=/map")
    assert (answer.status_code, answer.location) == (302, "/map")


def test_missing_fields_are_a_refusal_not_a_fault(site: Web) -> None:
    assert site.post(site.stranger(), "/sign-in", data={}).status_code == 401
    assert site.post(site.stranger(), "/sign-in", json={"email": email(Role.FUNDER)}).status_code == 401


def test_network_addresses_are_not_kept(site: Web) -> None:
    from sqlalchemy import select

    from data_access.registry.tables import sign_in_attempt

    sign_in(site, site.stranger(), "not the password")
    with site.stores.registry.connect() as connection:
        rows = connection.execute(select(sign_in_attempt)).fetchall()
    assert rows and "127.0.0.1" not in str(rows)
