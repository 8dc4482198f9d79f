"""The backbone organization looks as somebody else: their pages of published numbers, a banner, and the way back."""

from pathlib import Path

from data_access import accounts
from data_access.registry.engine import transaction
from data_access.registry.tables import account
from privacy.viewer import Role
from tests.support import web
from tests.support.web import Web


def look(site: Web, client: object, who: str) -> int:
    return site.post(client, "/view-as", data={"who": who}).status_code  # type: ignore[arg-type]


def test_only_the_backbone_looks_and_only_at_published_numbers(site: Web) -> None:
    ids = {one.role: one.user_id for one in accounts.accounts(site.stores.registry)}
    boss = site.browser(Role.BACKBONE)
    for role in (Role.FUNDER, Role.GUARDIAN, Role.PARTNER, Role.EVALUATOR):
        other = site.browser(role)
        assert look(site, other, ids[Role.BACKBONE]) == 404 and look(site, other, "") == 404
    assert look(site, boss, "nobody") == 404 and look(site, boss, ids[Role.BACKBONE]) == 404
    assert site.get(boss, "/agreements").status_code == 200
    assert look(site, boss, ids[Role.FUNDER]) == 303
    frame = site.get(boss, "/_dash-layout").text
    assert "as seen by Robin Funder" in frame and "Back to my own view" in frame and "/people" not in frame
    assert site.get(boss, "/").status_code == 200
    for closed in ("/agreements", "/people", "/why"):
        assert site.get(boss, closed).status_code == 404
        assert "There is no such page" in str(site.page(boss, closed))
    assert look(site, boss, "") == 303
    assert site.get(boss, "/agreements").status_code == 200
    assert "as seen by" not in site.get(boss, "/_dash-layout").text


def test_it_ends_with_the_other_account(tmp_path: Path) -> None:
    site = web.make(tmp_path, web.empty(tmp_path))
    ids = {one.role: one.user_id for one in accounts.accounts(site.stores.registry)}
    boss = site.browser(Role.BACKBONE)
    assert look(site, boss, ids[Role.FUNDER]) == 303
    with transaction(site.stores.registry) as connection:
        connection.execute(account.update().where(account.c.user_id == ids[Role.FUNDER]).values(disabled=True))
    assert "as seen by" not in site.get(boss, "/_dash-layout").text
