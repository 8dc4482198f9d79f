"""Every route is closed to strangers; pages and their callbacks exist for the roles of their audience only."""

import re
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import dash
import pytest
from werkzeug.routing import Rule

from app import serve
from catalog.indicators import BadIndicator
from cli.saying import mendable
from data_access import accounts
from pages import _access, _guard
from privacy.viewer import Role
from tests.support.web import Web, route_body, settings

OPEN = {"/healthz", "/sign-in", "/accept", "/welcome", "/favicon.ico"}


def address(rule: Rule) -> str:
    """Some address of a route."""
    return re.sub(r"<[^>]*>", "some", rule.rule)


def test_strangers_get_nothing_from_any_route(site: Web) -> None:
    asked = 0
    for rule in site.app.server.url_map.iter_rules():
        for method in sorted(rule.methods - {"OPTIONS"}):
            if address(rule) in OPEN:
                continue
            answer = site.stranger().open(
                address(rule), method=method, base_url=site.origin, headers={"Origin": site.origin}, json={}
            )
            asked += 1
            assert answer.status_code in {302, 401}, (method, rule.rule, answer.status_code)
            assert "children" not in answer.text and "dash" not in answer.text.lower(), rule.rule
    assert asked >= 8


@pytest.mark.parametrize("path", ["/_dash-layout", "/_dash-dependencies", "/_reload-hash", "/api/nope", "/layers/a/b"])
def test_strangers_scripts_get_401(site: Web, path: str) -> None:
    answer = site.get(site.stranger(), path)
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


def test_strangers_are_sent_to_sign_in_and_back(site: Web) -> None:
    answer = site.get(site.stranger(), "/compare?i=chronic_absence&year=2024-25")
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=%2Fcompare%3Fi%3Dchronic_absence%26year%3D2024-25"


def test_options_and_head_are_no_way_round(site: Web) -> None:
    assert site.stranger().options("/_dash-layout", base_url=site.origin).status_code == 401
    assert site.stranger().head("/", base_url=site.origin).status_code == 302


@pytest.mark.parametrize("role", list(Role))
def test_pages_exist_for_their_audience_only(site: Web, role: Role) -> None:
    browser = site.browser(role)
    for page in dash.page_registry.values():
        wanted = 200 if role in page["audience"] else 404
        assert site.get(browser, page["path"]).status_code == wanted, (role, page["path"])


def test_every_page_names_its_audience() -> None:
    nameless = [name for name, page in dash.page_registry.items() if not isinstance(page.get("audience"), frozenset)]
    assert not nameless


def test_a_page_without_audience_is_for_nobody() -> None:
    assert not any(_access.may_open({}, role) for role in Role)


def test_the_router_gives_no_page_to_another_role(site: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    page = dash.page_registry["pages.overview"]
    monkeypatch.setitem(page, "audience", frozenset({Role.BACKBONE}))
    monkeypatch.setitem(page, "layout", __import__("functools").partial(_access._layout, page, asked.append))
    answer = site.route(site.browser(Role.FUNDER), "/")
    assert "There is no such page" in answer.text
    assert not asked


def test_callbacks_of_a_page_are_for_its_audience(site: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def secret(_: str) -> None: ...

    secret.__module__ = "pages.overview"
    assert _access.may_call(secret, Role.FUNDER)
    monkeypatch.setitem(dash.page_registry["pages.overview"], "audience", frozenset({Role.BACKBONE}))
    assert not _access.may_call(secret, Role.FUNDER)
    body = route_body("/")
    monkeypatch.setitem(site.app.callback_map[body["output"]], "callback", secret)
    assert site.callback(site.browser(Role.FUNDER), body).status_code == 404


def test_the_menu_has_the_pages_of_the_role(site: Web) -> None:
    layout = site.get(site.browser(Role.FUNDER), "/_dash-layout").text
    for title, path in _access.menu(Role.FUNDER):
        assert f'"href":"{path}"' in layout.replace("\\u002f", "/"), title
    assert "Robin Funder" in layout and "The fund" in layout


def test_sessions_end_when_idle(site: Web) -> None:
    browser = site.browser()
    site.clock.move(minutes=29)
    assert site.get(browser, "/").status_code == 200
    site.clock.move(minutes=31)
    assert site.get(browser, "/").status_code == 302
    assert site.get(browser, "/_dash-layout").status_code == 401
    assert site.route(browser, "/").status_code == 401


def test_sessions_end_after_twelve_hours_however_busy(site: Web) -> None:
    browser = site.browser()
    for _ in range(36):
        site.clock.move(minutes=20)
        assert site.get(browser, "/_dash-layout").status_code == 200
    site.clock.move(minutes=1)
    assert site.route(browser, "/").status_code == 401


def test_a_role_changed_by_the_backbone_holds_at_the_next_request(site: Web) -> None:
    from sqlalchemy import update

    from data_access.registry.tables import account

    browser = site.browser(Role.EVALUATOR)
    rename = update(account).where(account.c.email == "evaluator@example.org")
    with site.stores.registry.begin() as connection:
        connection.execute(rename.values(disabled=True))
    assert site.get(browser, "/_dash-layout").status_code == 401
    with site.stores.registry.begin() as connection:
        connection.execute(rename.values(disabled=False))
    assert site.get(browser, "/_dash-layout").status_code == 200


def test_sessions_ended_by_an_administrator_end_at_once(site: Web) -> None:
    here, there = site.browser(Role.PARTNER), site.browser(Role.PARTNER)
    person = next(a for a in accounts.accounts(site.stores.registry) if a.role is Role.PARTNER)
    accounts.end_all_sessions(site.stores.registry, person.user_id)
    assert {site.get(browser, "/_dash-layout").status_code for browser in (here, there)} == {401}


def test_limits_come_from_the_settings(site: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    known = site.app.server.extensions["quorum"]
    short = __import__("dataclasses").replace(known, limits=accounts.SessionLimits(timedelta(seconds=5)))
    monkeypatch.setitem(site.app.server.extensions, "quorum", short)
    browser = site.browser()
    site.clock.move(seconds=6)
    assert site.get(browser, "/_dash-layout").status_code == 401


def test_risky_parts_of_dash_are_off(site: Web) -> None:
    rules = {rule.rule for rule in site.app.server.url_map.iter_rules()}
    assert not any("mcp" in rule or "ws" in rule.split("/")[-1] for rule in rules), rules
    assert not site.app._enable_mcp and not site.app._websocket_callbacks
    assert not site.app.callback_api_paths
    assert site.app.validation_layout is None
    assert site.get(site.browser(), "/_reload-hash").status_code == 404


@pytest.mark.parametrize("said", [{}, {"audience": "funder"}, {"audience": frozenset({"nobody"})}])
def test_a_page_that_does_not_say_for_whom_it_is_stops_the_start(
    said: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = {"module": "pages.mine", "path": "/mine", "name": "Mine", "layout": None}
    monkeypatch.setattr(dash, "page_registry", {"pages.mine": page | said})
    with pytest.raises(_access.NoAudience, match=r"pages/mine.py.*audience=") as error:
        _access.guard_layouts()
    monkeypatch.setattr("app._make_pages", Mock(side_effect=error.value))
    monkeypatch.setattr("os.execve", lambda *_: pytest.fail("it was started"))
    with pytest.raises(SystemExit), mendable():  # the command says the sentence alone
        serve(settings(tmp_path))
    assert capsys.readouterr().err == f"{error.value}\n"


def test_every_worker_reads_the_indicators_again_with_a_new_publication(
    site: Web, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    read: list[str] = []
    monkeypatch.setattr(_guard, "read_again", lambda: read.append("once"))
    _guard._keep_up.cache_clear()
    browser = site.browser()
    assert [site.get(browser, "/compare").status_code for _ in range(2)] == [200, 200] and read == ["once"]
    _guard._keep_up("a newer one")
    assert read == ["once", "once"]

    def bad() -> None:
        raise BadIndicator("mine.toml: the field 'steward' is missing.")

    monkeypatch.setattr(_guard, "read_again", bad)
    assert site.get(browser, "/compare").status_code == 200, "readers do not suffer from a file that is being written"
    assert "mine.toml" in caplog.text
    _guard._keep_up.cache_clear()
