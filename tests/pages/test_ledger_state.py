"""What the pages say of the ledger is what is: a seal that could not be kept, days that are crossed."""

from pathlib import Path

from data_access.ledger import append
from data_access.registry.engine import transaction
from data_access.stores import Stores
from pages import _ledger
from privacy.viewer import Role
from tests.pages.conftest import spoken
from tests.support import invented, web


def write(stores: Stores) -> None:
    with transaction(stores.registry) as connection:
        append(connection, stores.ledger_key, actor="u", organization="fund", action="download")


def test_a_seal_that_could_not_be_kept_is_said_wherever_the_ledgers_state_is(tmp_path: Path) -> None:
    stores = invented.published(tmp_path)
    web.add_people(stores)
    site = web.make(stores.home, stores)
    client = site.browser(Role.BACKBONE)
    write(stores)
    head = stores.ledger_heads[0]
    for path in ("/", "/ledger"):
        assert "The ledger is in order." in spoken(site.page(client, path))
    kept = head.read_bytes()
    write(stores)
    head.write_bytes(kept)
    for path in ("/", "/ledger"):
        told = spoken(site.page(client, path))
        assert "The ledger needs attention." in told and "was not kept from row" in told


def test_crossed_days_are_said() -> None:
    days = {"first": "2026-03-02", "last": "2026-03-01"}
    told = _ledger.crossed(_ledger.wanted(days, ""))
    assert told.startswith("The days are crossed") and "“From” is March 2, 2026" in told
    assert not _ledger.crossed(_ledger.wanted(days | {"last": "2026-03-02"}, ""))
