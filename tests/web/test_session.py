"""The session of a request: one look at agreements and publications, and a new one with the next request."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import g
from sqlalchemy import event

from data_access.agreements import save_agreement
from data_access.registry.engine import transaction
from pages._session import current
from privacy.agreement import State
from privacy.viewer import Role, Viewer
from tests.support import web
from tests.support.web import Web

FUNDER = Viewer("u", "fund", Role.FUNDER)


@pytest.fixture
def own_site(tmp_path: Path) -> Web:
    """An application whose agreements may be changed."""
    return web.make(tmp_path, web.empty(tmp_path))


def asked(site: Web, statements: list[str] | None = None) -> Any:
    """What the funder may see, asked three times in one request."""
    with site.app.server.test_request_context("/"):
        g.viewer = FUNDER
        keep = (lambda *given: statements.append(given[2])) if statements is not None else None
        if keep:
            event.listen(site.stores.registry, "before_cursor_execute", keep)
        answers = [current().what_i_may_see() for _ in range(3)]
        if keep:
            event.remove(site.stores.registry, "before_cursor_execute", keep)
        assert answers[0] == answers[1] == answers[2]
        return answers[0]


def test_a_request_reads_the_agreements_once(own_site: Web) -> None:
    statements: list[str] = []
    asked(own_site, statements)
    assert len(statements) == len(set(statements)) <= 4


def test_the_next_request_sees_an_agreement_that_has_ended(own_site: Web) -> None:
    assert "License of fund" in asked(own_site)[0]
    with transaction(own_site.stores.registry) as connection:
        save_agreement(connection, replace(web.license_of("fund"), state=State.ENDED))
    assert "no data-use agreement in force" in asked(own_site)[0]


def test_an_agreement_ends_with_its_last_day(own_site: Web) -> None:
    last = web.license_of("fund").ends
    own_site.clock.move(days=(last - own_site.clock().date()).days)
    assert own_site.clock().date() == last and "License of fund" in asked(own_site)[0]
    own_site.clock.move(days=1)
    assert own_site.clock().date() > date(2027, 6, 30) and "no data-use agreement" in asked(own_site)[0]
