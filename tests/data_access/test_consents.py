"""Consents on file: appended with their row of the ledger, read back as they were said, kept apart by child."""

import json
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, insert, select

from data_access.consents import (
    By,
    court_orders,
    events_of,
    facts_of,
    record,
    record_court_order,
    record_postsecondary,
    statements_of,
)
from data_access.registry.consent_tables import consent_coverage, consent_event
from data_access.registry.engine import transaction
from data_access.registry.tables import batch, identity, ledger
from privacy.agreement import Level
from privacy.consent import ConsentPolicy, ConsentRequest, CourtOrder, decide_consent
from tests.support.families import COVERS, DESK, KEY, NO, START, YES, add_child, add_contributors, link, say

POLICY = ConsentPolicy(ZoneInfo("America/New_York"))


@pytest.fixture
def families(registry: Engine) -> Engine:
    with transaction(registry) as connection:
        add_contributors(connection, "school", "clinic", "club")
        add_child(connection, 1, {"school": date(2015, 5, 20), "clinic": date(2015, 5, 2)})
        add_child(connection, 2, {"school": None})
    return registry


def test_what_was_said_is_read_back_and_decides(families: Engine) -> None:
    first = say(families, YES)
    second = say(families, NO, signer="mara  OSTRANDER ", evidence=None)
    with families.connect() as connection:
        events, facts = events_of(connection, 1), facts_of(connection, 1)
        names = [found.name for found in statements_of(connection, 1)]
    assert [e.sequence for e in events] == [first, second]
    assert events[0].elements == COVERS.elements
    assert events[0].signer == events[1].signer, "two spellings of one name are one signer"
    assert names == ["Mara Ostrander"] * 2
    assert facts is not None
    request = ConsentRequest(1, facts, "school", "club", "coordination", "grade", Level.IDENTIFIABLE)
    assert decide_consent(events[:1], request, START, POLICY).permitted
    assert not decide_consent(events, request, START, POLICY).permitted


def test_the_ledger_names_the_child_and_never_a_person(families: Engine) -> None:
    number = say(families, YES)
    with families.connect() as connection:
        row = connection.execute(select(ledger).where(ledger.c.action == "consent")).one()
    assert (row.child, row.actor, row.organization) == (1, DESK.actor, DESK.organization)
    assert json.loads(row.detail)["statement"] == number
    assert "Mara" not in row.detail


def test_nothing_is_recorded_without_its_row_of_the_ledger(families: Engine) -> None:
    with pytest.raises(RuntimeError, match="transaction"), families.connect() as connection, connection.begin():
        record(connection, KEY, YES, by=By("u", "school"))
    with families.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(consent_event)) == 0


def test_the_same_coverage_is_kept_once(families: Engine) -> None:
    say(families, YES)
    say(families, YES, signer="Ivo Ostrander")
    say(families, YES, coverage=replace(COVERS, level=Level.DEIDENTIFIED))
    with families.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(consent_coverage)) == 2


def test_the_earliest_birth_date_of_current_records_counts(families: Engine) -> None:
    with families.connect() as connection:
        facts = facts_of(connection, 1)
        assert facts is not None
        assert facts.birth_date == date(2015, 5, 2)
        assert facts_of(connection, 2) is None
        assert facts_of(connection, 99) is None


def test_a_newer_roster_and_another_match_correct_the_birth_date(families: Engine) -> None:
    with transaction(families) as connection:
        row = {"kind": "roster", "contributor": "clinic", "as_of": date(2026, 6, 1), "sha256": "1" * 64}
        row |= {"file_name": "r.csv", "rows": 1, "accepted_at": START, "accepted_by": "test"}
        newer = connection.scalar(insert(batch).returning(batch.c.id), row)
        old = dict(connection.execute(select(identity).where(identity.c.record_id == 101)).mappings().one())
        connection.execute(insert(identity), old | {"batch_id": newer, "birth_date": date(2015, 5, 22)})
    with transaction(families) as connection:
        assert (found := facts_of(connection, 1)) is not None
        assert found.birth_date == date(2015, 5, 20)
        link(connection, 101, 2)
        assert (found := facts_of(connection, 2)) is not None
        assert found.birth_date == date(2015, 5, 22)


def test_court_orders_and_enrollment_are_replaced_by_later_entries(families: Engine) -> None:
    say(families, YES)
    with transaction(families) as connection:
        signer = int(events_of(connection, 1)[0].signer)
        first = record_court_order(connection, KEY, 1, signer, date(2026, 2, 1), by=DESK)
        assert court_orders(connection, 1) == (CourtOrder(str(signer), date(2026, 2, 1)),)
        ends = date(2026, 3, 1)
        record_court_order(connection, KEY, 1, signer, date(2026, 2, 1), ends, by=DESK, replaces=first)
        assert court_orders(connection, 1) == (CourtOrder(str(signer), date(2026, 2, 1), ends),)
        record_postsecondary(connection, KEY, 1, date(2026, 8, 20), by=DESK)
        assert facts_of(connection, 1).postsecondary_on == date(2026, 8, 20)  # type: ignore[union-attr]
        record_postsecondary(connection, KEY, 1, None, by=DESK)
        assert facts_of(connection, 1).postsecondary_on is None  # type: ignore[union-attr]
