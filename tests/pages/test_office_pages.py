"""Pages of the backbone organization say first what cannot be done, and offer nothing that is refused."""

from pathlib import Path

import pytest

from data_access import accounts
from data_access.accounts import create_user
from data_access.agreements import save_agreement
from data_access.registry.engine import transaction
from privacy.agreement import State
from privacy.viewer import Role
from tests.pages.conftest import spoken
from tests.support import invented, web


@pytest.fixture
def own_site(tmp_path: Path) -> web.Web:
    stores = invented.published(tmp_path)
    web.add_people(stores)
    return web.make(stores.home, stores)


def test_an_emergency_without_anybody_to_tell_says_so_first(own_site: web.Web) -> None:
    client = own_site.browser(Role.BACKBONE)
    told = spoken(own_site.page(client, "/emergency"))
    assert "there is nobody" in told and "invite a second person of the backbone organization" in told
    assert "Who is told now" not in told and "Open for three hours" not in told
    assert "Who is told now" in spoken(own_site.page(own_site.browser(Role.PARTNER), "/emergency"))
    person = {"name": "Second", "organization": "backbone", "role": Role.BACKBONE, "password": web.PASSWORD}
    create_user(own_site.stores.registry, email="second@example.org", hasher=web.CHEAP, **person)
    assert "Who is told now" in spoken(own_site.page(client, "/emergency"))


def test_reports_offer_no_file_while_looking_as_somebody(own_site: web.Web) -> None:
    client = own_site.browser(Role.BACKBONE)
    assert "Save this report" in spoken(own_site.page(client, "/reports"))
    who = next(a.user_id for a in accounts.accounts(own_site.stores.registry) if a.role is Role.FUNDER)
    own_site.post(client, "/view-as", data={"who": who})
    told = spoken(own_site.page(client, "/reports"))
    assert "nothing can be downloaded or saved" in told and "Save this report" not in told


def test_an_agreement_that_is_not_there_is_said_to_whom_it_would_be_open(own_site: web.Web) -> None:
    for search in ("?id=zzz", "?draft=zzz"):
        told = spoken(own_site.page(own_site.browser(Role.BACKBONE), "/agreements", search))
        assert "There is no such agreement" in told and "The backbone organization" not in told
    assert "tell you more" in own_site.route(own_site.browser(Role.FUNDER), "/agreements", "?id=zzz").text


def test_a_suspended_license_is_said_to_be_one(own_site: web.Web) -> None:
    stores = own_site.stores
    with transaction(stores.registry) as connection:
        save_agreement(
            connection, web.license_of("fund").__class__(**vars(web.license_of("fund")) | {"state": State.SUSPENDED})
        )
    told = own_site.route(own_site.browser(Role.FUNDER), "/").text
    assert "is signed and suspended" in told


def test_a_bare_site_tells_the_backbone_its_first_step(tmp_path: Path) -> None:
    stores = web.empty(tmp_path)
    with transaction(stores.registry) as connection:
        ended = vars(web.license_of("backbone")) | {"state": State.ENDED}
        save_agreement(connection, web.license_of("backbone").__class__(**ended))
    site = web.make(tmp_path, stores)
    told = site.route(site.browser(Role.BACKBONE), "/").text
    assert "Draft one for it under Agreements" in told and "agreements?draft=new" in told
    assert "ublish" in told and "The backbone organization can sign one" not in told
