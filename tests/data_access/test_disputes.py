"""Cases open when two who may decide disagree, end when that is gone or with a note, and open anew; on the ledger."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from data_access.agreements import Organization, save_organization
from data_access.child_consents import ChildConsents
from data_access.consent_keeper import Changed, NotKept
from data_access.consent_registry import ConsentRegistry
from data_access.disputes import Disputes
from data_access.ledger_search import LedgerReader, Search
from data_access.likely_days import BadDay
from data_access.registry.engine import transaction
from data_access.registry.tables import ledger
from data_access.session import Session
from data_access.stores import Stores
from privacy.authorize import Refused
from privacy.standing import Against
from privacy.viewer import Role, Viewer
from tests.data_access.test_consent_registry import BACKBONE, CLINIC, SCHOOL, stores
from tests.support.families import NO, START, YES, add_child, add_contributors, say

__all__ = ["stores"]
LATER = START + timedelta(hours=1)
NOTE = "Both were called twice and stay with what they said."


def cases(stores: Stores, days: int = 0) -> list[tuple[int, str]]:
    """Number and how each ended, oldest first."""
    session = Session(BACKBONE, stores, lambda: LATER + timedelta(days=days))
    return [(one.number, one.ended.how if one.ended else "open") for one in reversed(Disputes(session).all())]


def disputes(stores: Stores, viewer: Viewer = BACKBONE) -> Disputes:
    return Disputes(Session(viewer, stores, lambda: LATER))


def one_child(stores: Stores, viewer: Viewer = BACKBONE) -> ChildConsents:
    return ChildConsents(Session(viewer, stores, lambda: LATER))


def split(stores: Stores, child: int = 1) -> None:
    say(stores.registry, YES, child=child)
    say(stores.registry, NO, child=child, signer="Ivo Ostrander")


def acts(stores: Stores, action: str) -> list[Any]:
    with stores.registry.connect() as connection:
        return [row.detail for row in connection.execute(select(ledger).where(ledger.c.action == action))]


def test_a_case_opens_ends_when_one_gives_in_and_opens_anew(stores: Stores) -> None:
    assert cases(stores) == []
    split(stores)
    assert cases(stores) == [(1, "open")]
    assert cases(stores) == [(1, "open")], "one is enough"
    say(stores.registry, YES, signer="Ivo Ostrander")
    assert cases(stores) == [(1, "changed")]
    say(stores.registry, NO)
    assert cases(stores) == [(1, "changed"), (2, "open")]
    states = [detail.split('"state":"')[1].split('"')[0] for detail in acts(stores, "dispute")]
    assert states == ["opened", "changed", "opened"]
    with stores.registry.connect() as connection:
        who = connection.execute(select(ledger.c.actor, ledger.c.organization).where(ledger.c.action == "dispute"))
        assert set(who.all()) == {("system", "")}, "whoever looked has decided nothing"
    entry = LedgerReader(Session(BACKBONE, stores, lambda: LATER)).search(Search(action="dispute")).entries[0]
    assert entry.person == "The system"


def test_a_case_ends_with_a_court_order_and_opens_when_the_order_ends(stores: Stores) -> None:
    split(stores)
    assert cases(stores) == [(1, "open")]
    book = one_child(stores)
    today = LATER.date()
    book.keep_order(1, book.one(1).seen, "ivo  ostrander", (today, today + timedelta(days=1)), "Folder 9")
    assert cases(stores) == [(1, "court order")]
    assert cases(stores, days=1) == [(1, "court order")], "the order holds through its last day"
    assert cases(stores, days=2) == [(1, "court order"), (2, "open")]


def test_a_case_ends_when_the_young_person_decides_or_the_yes_runs_out(stores: Stores) -> None:
    split(stores)
    split(stores, child=2)
    assert [how for _, how in cases(stores)] == ["open", "open"]
    book = one_child(stores)
    book.keep_enrollment(1, book.one(1).seen, LATER.date(), "Letter of admission")
    assert sorted(how for _, how in cases(stores, days=400)) == ["lapsed", "moved"]


def test_a_closed_case_overrules_nobody_and_something_new_opens_another(stores: Stores) -> None:
    split(stores)
    book = disputes(stores)
    assert book.waiting() == 1
    found = book.one(1)
    assert found.odds == {1, 2}
    with pytest.raises(NotKept, match="10 to 1,000"):
        book.close(1, found.seen, "short")
    say(stores.registry, YES, signer="Somebody Else")
    with pytest.raises(Changed, match="something new"):
        book.close(1, found.seen, NOTE)
    book.close(1, book.one(1).seen, NOTE)
    with pytest.raises(Changed, match="has ended"):
        book.close(1, book.one(1).seen, NOTE)
    assert (book.waiting(), cases(stores)) == (0, [(1, "closed")])
    assert cases(stores, days=1) == [(1, "closed")], "the same disagreement is no new case"
    view = one_child(stores).one(1)
    assert view.in_force == () and "disputed" in view.standing.values()
    assert len(ConsentRegistry(Session(BACKBONE, stores, lambda: LATER)).search("disputed")[0]) == 3
    say(stores.registry, NO, signer="Ivo Ostrander")
    assert cases(stores) == [(1, "closed"), (2, "open")]


def test_cases_are_for_the_backbone_and_a_partner_hears_of_its_own_disagreements(stores: Stores) -> None:
    split(stores)
    with pytest.raises(Refused):
        disputes(stores, SCHOOL)
    with pytest.raises(Refused, match="no such case"):
        disputes(stores).one(7)

    def disputed(viewer: Viewer) -> int:
        return len(ConsentRegistry(Session(viewer, stores, lambda: LATER)).search("disputed")[0])

    assert (disputed(SCHOOL), disputed(CLINIC)) == (2, 0), "the clinic's records are not disputed"
    assert "disputed" not in one_child(stores, CLINIC).one(1).standing.values()


def test_the_desk_tells_of_a_statement_that_came_in_meanwhile(stores: Stores) -> None:
    registry = ConsentRegistry(Session(SCHOOL, stores, lambda: LATER))
    seen, said = registry.newest(), replace(YES, record=0)
    first = registry.keep_paper("100", "school", said, None, seen)
    with pytest.raises(Changed) as told:
        registry.keep_paper("100", "school", said, None, seen)
    assert int(told.value.seen) == first.number
    other = registry.keep_paper("100", "school", replace(NO, record=0, signer="Ivo Ostrander"), None, seen)
    assert cases(stores) == [(1, "open")], "a case opens with the statement"
    registry.keep_paper("100", "school", replace(said, signer="Ivo Ostrander"), None, other.number)
    assert cases(stores) == [(1, "changed")]


def test_court_orders_and_enrollment_are_recorded_corrected_and_told_to_the_second(stores: Stores) -> None:
    say(stores.registry, YES)
    book, today = one_child(stores, SCHOOL), LATER.date()
    seen = book.one(1).seen
    assert [one.contributor for one in book.one(1).in_force] == ["school"]
    for days, evidence in (((None, None), "x"), ((today, today - timedelta(days=1)), "x"), ((today, None), " ")):
        with pytest.raises(NotKept):
            book.keep_order(1, seen, "Mara Ostrander", days, evidence)
    number = book.keep_order(1, seen, "Mara Ostrander", (today, None), "Folder 9")
    view = book.one(1)
    assert (view.in_force, set(view.standing.values())) == ((), {"barred"})
    with pytest.raises(Changed):
        book.keep_enrollment(1, seen, today, "Letter")
    book.strike_order(1, view.seen, number, "Clerk's letter")
    view = book.one(1)
    assert [(one.replaced, one.mistaken) for one in view.orders] == [(False, True), (True, False)]
    assert view.in_force
    with pytest.raises(Changed):
        book.keep_order(1, view.seen, "Mara Ostrander", (today, None), "Folder 9", number)
    book.keep_enrollment(1, view.seen, today, "Letter")
    assert book.one(1).moved
    book.keep_enrollment(1, book.one(1).seen, None, "It was another student")
    assert not book.one(1).moved
    assert [one.evidence for one in book.one(1).enrollments] == ["It was another student", "Letter"]
    assert (len(acts(stores, "court order")), len(acts(stores, "postsecondary"))) == (2, 2)


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ((date(1, 1, 1), date(9999, 12, 31)), "starts"),
        ((date(2010, 5, 19), None), "starts"),
        ((date(2032, 1, 1), None), "starts"),
        ((date(2026, 1, 5), date(9999, 12, 31)), "ends"),
        ((date(2026, 1, 5), date(2026, 1, 4)), "ends"),
        ((None, None), "starts"),
    ],
)
def test_an_order_has_days_that_can_be(stores: Stores, days: tuple[date | None, date | None], field: str) -> None:
    book = one_child(stores, SCHOOL)
    with pytest.raises(BadDay) as refusal:
        book.keep_order(1, book.one(1).seen, "Mara Ostrander", days, "Folder 9")
    assert refusal.value.field == field and not book.one(1).orders


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2010, 5, 19), date(2025, 5, 19), date(2031, 1, 6)])
def test_college_begins_at_an_age_that_can_be(stores: Stores, day: date) -> None:
    book = one_child(stores, SCHOOL)
    with pytest.raises(BadDay) as refusal:
        book.keep_enrollment(1, book.one(1).seen, day, "x")
    assert refusal.value.field == "enrolled" and not book.one(1).enrollments
    book.keep_enrollment(1, book.one(1).seen, date(2025, 5, 20), "Letter of admission")


def test_a_birth_date_that_others_know_refuses_no_day(stores: Stores) -> None:
    """Tried day by day, refusals would tell it. The backbone organization may know each."""
    with transaction(stores.registry) as connection:
        add_child(connection, 9, {"school": date(2012, 5, 20), "clinic": None})
    school, backbone = one_child(stores, SCHOOL), one_child(stores)
    for book in (school, backbone):
        with pytest.raises(BadDay):
            book.keep_enrollment(9, book.one(9).seen, date(2025, 9, 1), "x")
    clinic = one_child(stores, CLINIC)
    clinic.keep_enrollment(9, clinic.one(9).seen, date(2025, 9, 1), "x")


def test_what_stands_against_a_statement_is_named_where_it_may_be_read(stores: Stores) -> None:
    """A contributor is not told of what concerns others alone."""
    yes = say(stores.registry, YES)
    later = say(stores.registry, NO)
    assert one_child(stores, SCHOOL).one(1).against == {yes: Against((later,), ())}
    elsewhere = replace(NO.coverage, disclosing=frozenset({"clinic"}))
    again = say(stores.registry, YES)
    says = {"signer": "Ivo Ostrander", "coverage": replace(NO.coverage, elements=frozenset({"grade"}))}
    no = say(stores.registry, NO, **says)
    say(stores.registry, NO, signer="Ivo Ostrander", coverage=elsewhere)
    found = one_child(stores, SCHOOL).one(1)
    assert found.standing[again] == found.standing[no] == "disputed" and found.against[yes].others == (no,)
    assert one_child(stores, CLINIC).one(1).against == {}


def test_another_contributors_children_read_as_if_they_did_not_exist(stores: Stores) -> None:
    say(stores.registry, YES, child=2)
    book = one_child(stores, CLINIC)
    told = set()
    for child in (2, 999):
        for act in (book.one, book.numbers, lambda c: book.keep_enrollment(c, "1.0.0", date(2026, 1, 1), "x")):
            with pytest.raises(Refused) as refusal:
                act(child)
            told.add(refusal.value.reasons[0].text)
    for number in (1, 999):
        with pytest.raises(Refused) as refusal:
            book.paper(number)
        told.add(refusal.value.reasons[0].text)
    assert len(told) == 2
    with stores.registry.connect() as connection:
        assert connection.scalars(select(ledger.c.child).where(ledger.c.actor == CLINIC.user_id)).all() == []


@pytest.fixture
def both(registry: Engine, tmp_path: Any) -> Stores:
    """The same on SQLite and PostgreSQL."""
    from zoneinfo import ZoneInfo

    from data_access.stores import open_stores
    from tests.support.families import KEY

    with transaction(registry) as connection:
        save_organization(connection, Organization("backbone", "The backbone", "backbone"))
        add_contributors(connection, "school", "club")
        add_child(connection, 1, {"school": date(2015, 5, 20)})
    url = registry.url.render_as_string(hide_password=False).replace("+psycopg", "")
    return open_stores(url, tmp_path, KEY, ZoneInfo("America/New_York"))


@pytest.mark.postgresql
def test_cases_and_entries_on_both_databases(both: Stores) -> None:
    split(both)
    assert cases(both) == [(1, "open")]
    book = one_child(both)
    number = book.keep_order(1, book.one(1).seen, "Ivo Ostrander", (LATER.date(), None), "Folder 9")
    book.strike_order(1, book.one(1).seen, number, "Folder 10")
    school = one_child(both, SCHOOL)
    school.keep_enrollment(1, school.one(1).seen, date(2030, 6, 1), "A plan")
    book.keep_enrollment(1, book.one(1).seen, None, "Nothing on file")
    assert [how for _, how in cases(both)] == ["court order", "open"]
    disputes(both).close(2, disputes(both).one(2).seen, NOTE)
    assert [how for _, how in cases(both, days=1)] == ["court order", "closed"]
    viewer = Viewer("u", "school", Role.PARTNER)
    lines, _ = ConsentRegistry(Session(viewer, both, lambda: LATER)).search("all", "100")
    assert [line.number for line in lines] == [2, 1]
    both.registry.dispose()
