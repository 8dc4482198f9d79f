"""Consents on file: appended with their row of the ledger, read back as they were said, kept apart by child."""

import json
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, insert, select

from data_access.consents import (
    By,
    events_of,
    newest_statement,
    record,
    statement_rows,
    statements_of,
)
from data_access.links import matched_records, record_for, record_of
from data_access.registry.consent_tables import consent_coverage, consent_event
from data_access.registry.engine import transaction
from data_access.registry.tables import batch, child, identity, ledger
from data_access.rights import court_orders, facts_of, record_court_order, record_postsecondary
from privacy.agreement import Level
from privacy.consent import ChildFacts, ConsentPolicy, ConsentRequest, CourtOrder, decide_consent
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


@pytest.mark.postgresql
def test_nothing_is_recorded_without_its_row_of_the_ledger(families: Engine) -> None:
    with pytest.raises(RuntimeError, match="transaction"), families.connect() as connection, connection.begin():
        record(connection, KEY, YES, by=By("u", "school"))
    with families.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(consent_event)) == 0


@pytest.mark.postgresql
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


@pytest.mark.postgresql
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
        first = record_court_order(connection, KEY, 100, signer, date(2026, 2, 1), by=DESK)
        assert court_orders(connection, 1) == (CourtOrder(str(signer), date(2026, 2, 1)),)
        ends = date(2026, 3, 1)
        record_court_order(connection, KEY, 100, signer, date(2026, 2, 1), ends, by=DESK, replaces=first)
        assert court_orders(connection, 1) == (CourtOrder(str(signer), date(2026, 2, 1), ends),)
        record_postsecondary(connection, KEY, 100, date(2026, 8, 20), by=DESK)
        assert facts_of(connection, 1).postsecondary_on == date(2026, 8, 20)  # type: ignore[union-attr]
        record_postsecondary(connection, KEY, 100, None, by=DESK)
        assert facts_of(connection, 1).postsecondary_on is None  # type: ignore[union-attr]


def test_an_order_is_replaced_on_its_own_record(families: Engine) -> None:
    """Else a split would bring back what was replaced, or take away what replaced it."""
    say(families, YES)
    with transaction(families) as connection:
        signer = int(events_of(connection, 1)[0].signer)
        first = record_court_order(connection, KEY, 100, signer, date(2026, 2, 1), by=DESK)
        with pytest.raises(ValueError, match="same record"):
            record_court_order(connection, KEY, 101, signer, date(2026, 2, 1), by=DESK, replaces=first)


def test_an_order_bars_a_signer_of_one_child_alone(families: Engine) -> None:
    say(families, YES)
    say(families, YES, child=2)
    with transaction(families) as connection:
        (here,), (there,) = events_of(connection, 1), events_of(connection, 2)
        assert here.signer == there.signer, "one name is one signer"
        record_court_order(connection, KEY, 100, int(here.signer), date(2026, 1, 1), by=DESK)
        assert court_orders(connection, 2) == ()


@pytest.mark.postgresql
def test_what_was_said_goes_with_its_record(families: Engine) -> None:
    first = say(families, YES)
    order, enrolled = date(2026, 2, 1), date(2033, 8, 20)
    with transaction(families) as connection:
        signer = int(events_of(connection, 1)[0].signer)
        record_court_order(connection, KEY, 100, signer, order, by=DESK)
        record_postsecondary(connection, KEY, 100, enrolled, by=DESK)
        link(connection, 100, 2)
        assert events_of(connection, 1) == ()
        (moved,) = events_of(connection, 2)
        assert (moved.sequence, moved.child) == (first, 2)
        assert statement_rows(connection, [first])[0].event.child == 2
        assert (newest_statement(connection, 1), newest_statement(connection, 2)) == (0, first)
        assert facts_of(connection, 2) == ChildFacts(date(2015, 5, 20), enrolled, (CourtOrder(str(signer), order),))
        assert facts_of(connection, 1) == ChildFacts(date(2015, 5, 2))
        acts = select(ledger.c.child).where(ledger.c.action.in_(["consent", "court order", "postsecondary"]))
        assert connection.scalars(acts).all() == [1, 1, 1], "the ledger keeps the child of that moment"


def test_merged_records_have_one_newest_word_of_each_signer(families: Engine) -> None:
    """The mother's later yes stands alone; her earlier no about what proved to be the same child does not."""
    say(families, NO, child=2)
    later = say(families, YES)
    with transaction(families) as connection:
        link(connection, 200, 1)
        events, facts = events_of(connection, 1), facts_of(connection, 1)
        assert facts is not None
        request = ConsentRequest(1, facts, "school", "club", "coordination", "grade", Level.IDENTIFIABLE)
        decision = decide_consent(events, request, START, POLICY)
        assert (decision.permitted, decision.events) == (True, (later,))
        link(connection, 200, 2)
        assert [event.say.value for event in events_of(connection, 2)] == ["deny"]
        assert [event.say.value for event in events_of(connection, 1)] == ["permit"]


def test_of_records_that_disagree_the_earliest_enrollment_counts(families: Engine) -> None:
    with transaction(families) as connection:
        record_postsecondary(connection, KEY, 100, date(2026, 8, 20), by=DESK)
        record_postsecondary(connection, KEY, 101, date(2026, 9, 1), by=DESK)
        record_postsecondary(connection, KEY, 101, None, by=DESK)
        assert facts_of(connection, 1).postsecondary_on == date(2026, 8, 20)  # type: ignore[union-attr]


def test_a_statement_needs_a_record_of_a_child(families: Engine) -> None:
    with pytest.raises(ValueError, match="matched"):
        say(families, YES, record=999)


@pytest.mark.postgresql
def test_the_record_of_a_child(families: Engine) -> None:
    with transaction(families) as connection:
        assert (record_of(connection, "school", "100"), record_of(connection, "clinic", "100")) == (100, None)
        assert record_for(connection, 1) == record_for(connection, 1, {"school", "clinic"}) == 100
        assert record_for(connection, 1, {"clinic"}) == 101
        assert record_for(connection, 1, {"club"}) == 100
        connection.execute(insert(child), {"child_id": 9, "since": START})
        assert record_for(connection, 9) is None
        assert matched_records(connection, "school") == {"100": 100, "200": 200}
