"""Which records are of one child: exact and cautious, the same every run, never overwritten."""

from datetime import date
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from data_access.ledger import verify
from data_access.people import unmatched
from data_access.publish import NothingToPublish, publish
from data_access.stores import Stores
from intake.batches import withdraw
from intake.linking import ALONE, NO_BIRTH_DATE, SAME, TWINS, TWO_CHILDREN, keys, link, normalized
from intake.matching import match
from tests.intake.conftest import KEY, Bring, rows

AS_OF = date(2024, 10, 1)
BORN = date(2015, 3, 1)


def people(*triples: tuple[str, str, date | None]) -> pd.DataFrame:
    """Records 1, 2, 3 ... of these last names, first names and birth dates."""
    last, first, born = zip(*triples, strict=True)
    frame = {"record_id": range(1, len(triples) + 1), "last_name": last, "first_name": first, "birth_date": born}
    made = pd.DataFrame(frame | {"as_of": AS_OF})
    return made.assign(key=keys(made))


def linked(identities: pd.DataFrame, rosters: dict[int, set[int]] | None = None, **before: Any) -> dict[int, int]:
    """Child by record after one run."""
    told = before.get("children", {})
    done = link(identities, told, rosters or {}, before.get("reviewed", set()), max([0, *told.values()]))
    return told | {one.record_id: one.child_id for one in done.links}


@pytest.mark.parametrize(
    "other",
    [
        ("lee", "ANA MARIA", BORN),
        ("Lee", "Ana-María", BORN),
        ("Le'e", "Anamaría", BORN),
        (" L.E.E. ", "Aña María", BORN),
    ],
)
def test_names_are_the_same_without_case_accents_and_marks(other: tuple[str, str, date]) -> None:
    assert linked(people(("Lee", "Ana María", BORN), other)) == {1: 1, 2: 1}


@pytest.mark.parametrize(
    "other",
    [
        ("Lee", "Ann", BORN),
        ("Li", "Ana", BORN),
        ("Ana", "Lee", BORN),
        ("Lee", "Ana", date(2015, 1, 3)),
        ("Lee", "Ana", None),
        ("Le", "eAna", BORN),
    ],
)
def test_anything_else_is_another_child(other: tuple[str, str, date | None]) -> None:
    assert linked(people(("Lee", "Ana", BORN), other)) == {1: 1, 2: 2}


@pytest.mark.parametrize("born", [None, date(1900, 1, 1)])
@pytest.mark.parametrize("name", ["Ana", "***"])
def test_records_without_a_real_birth_date_or_name_stay_alone(born: date | None, name: str) -> None:
    done = link(people(("Lee", name, born), ("Lee", name, born)), {}, {}, set(), 0)
    assert [one.child_id for one in done.links] == [1, 2]
    assert {one.reason for one in done.links} == ({NO_BIRTH_DATE} if born is None else {ALONE})


def test_names_in_other_scripts_keep_their_letters() -> None:
    assert normalized(pd.Series(["李 娜", "Оле́г", "Straße", "ŞAHİN"])).tolist() == ["李娜", "олег", "strasse", "sahin"]


TRIO = people(("Lee", "Ana", BORN), ("Lee", "Ana", BORN), ("Lee", "Ana", BORN))


def test_twins_of_one_name_on_one_roster_stay_apart_for_a_person_to_look_at() -> None:
    """Records 1 and 2 stand on roster 5, so they are two children; nobody knows which of them record 3 is."""
    done = link(TRIO, {}, {1: {5}, 2: {5}}, set(), 0)
    assert [(one.record_id, one.child_id) for one in done.links] == [(1, 1), (2, 2), (3, 3)]
    assert [(one.record_id, one.other_record) for one in done.reviews] == [(1, 2), (1, 3), (2, 3)]
    assert {one.reason for one in done.reviews} == {TWINS}


def test_a_new_number_for_the_same_child_in_a_later_roster_is_linked() -> None:
    assert linked(TRIO, {1: {5}, 2: {6}}) == {1: 1, 2: 1, 3: 1}


def test_a_record_like_two_children_goes_to_review() -> None:
    done = link(TRIO, {1: 4, 2: 9}, {}, set(), 9)
    assert [(one.record_id, one.child_id, one.reason) for one in done.links] == [(3, 10, TWO_CHILDREN)]
    assert [(one.record_id, one.other_record) for one in done.reviews] == [(1, 2), (1, 3), (2, 3)]


def test_a_link_of_before_stays_and_draws_new_records() -> None:
    assert linked(TRIO, children={2: 7}) == {1: 7, 2: 7, 3: 7}


def test_a_link_of_before_that_a_roster_contradicts_goes_to_review() -> None:
    done = link(TRIO, {1: 7, 2: 7, 3: 7}, {1: {5}, 2: {5}}, set(), 7)
    assert done.links == ()
    assert [(one.record_id, one.other_record) for one in done.reviews] == [(1, 2)]


def test_a_renamed_record_stays_with_its_child() -> None:
    assert linked(people(("Lee", "Ana", BORN), ("Ray", "Ana", BORN)), children={1: 3, 2: 3}) == {1: 3, 2: 3}


def test_child_ids_go_on_and_are_never_given_twice() -> None:
    done = link(people(("A", "B", BORN), ("C", "D", BORN)), {1: 2}, {}, set(), 40)
    assert done.new_children == (41,)


WHO = st.tuples(st.sampled_from(["Lee", "lee", "Ray"]), st.sampled_from(["Ana", "Bo"]), st.sampled_from([BORN, None]))


@given(st.lists(WHO, min_size=1, max_size=9), st.data())
@settings(max_examples=50)
def test_every_record_has_one_child_and_a_second_run_changes_nothing(
    triples: list[tuple[str, str, date | None]], data: st.DataObject
) -> None:
    records = range(1, len(triples) + 1)
    rosters = {r: {data.draw(st.integers(1, 4), label=f"roster of {r}")} for r in records}
    identities = people(*triples)
    first = link(identities, {}, rosters, set(), 0)
    children = {one.record_id: one.child_id for one in first.links}
    assert sorted(children) == list(records)
    assert sorted(set(children.values())) == list(first.new_children)
    for one in first.reviews:
        assert children[one.record_id] != children[one.other_record]
    together = [(a, b) for a in records for b in records if a < b and children[a] == children[b]]
    for a, b in together:
        assert triples[a - 1][2] == triples[b - 1][2] is not None
        assert not rosters[a] & rosters[b]
    told = {(one.record_id, one.other_record) for one in first.reviews}
    again = link(identities, children, rosters, told, max(children.values()))
    assert (again.new_children, again.links, again.reviews) == ((), (), ())


HEADER = "child_id,last_name,first_name,birth_date,gender\n"


def test_a_run_is_recorded_and_repeats_itself(stores: Stores, bring: Bring) -> None:
    bring("roster", HEADER + "1,Lee,Ana,2015-03-01,F\n2,Lee,Ben,2015-03-01,M\n3,Ray,Cy,,M\n")
    bring("roster", HEADER + "b,LEE,Ána,2015-03-01,F\nc,Ray,Cy,,M\n", "south")
    assert unmatched(stores.registry) == 5
    with pytest.raises(NothingToPublish, match=r"5 records on rosters are not matched .* quorum match"):
        publish(stores, as_of=AS_OF, today=AS_OF)
    done = match(stores)
    assert (done.records, done.children, done.new_links, done.new_reviews) == (5, 4, 5, 0)
    assert unmatched(stores.registry) == 0
    found = rows(stores, "SELECT record_id, child_id, contributor FROM person ORDER BY 1")
    assert found == [(1, 1, "north"), (2, 2, "north"), (3, 3, "north"), (4, 1, "south"), (5, 4, "south")]
    with stores.registry.connect() as connection:
        decisions = connection.execute(text("SELECT * FROM match_decision")).all()
    again = match(stores)
    assert (again.new_links, again.new_reviews) == (0, 0)
    with stores.registry.connect() as connection:
        assert connection.execute(text("SELECT * FROM match_decision")).all() == decisions
    assert {row.record_id: row.reason for row in decisions} == {
        1: SAME,
        4: SAME,
        2: ALONE,
        3: NO_BIRTH_DATE,
        5: NO_BIRTH_DATE,
    }
    assert {(row.method, row.decided_by) for row in decisions} == {("exact-1", "command")}
    assert verify(stores.registry, KEY, stores.ledger_head).rows == 3


def test_twins_on_a_roster_are_put_up_for_review_once(stores: Stores, bring: Bring) -> None:
    bring("roster", HEADER + "1,Lee,Ana,2015-03-01,F\n2,lee,ana,2015-03-01,F\n")
    assert (match(stores).new_reviews, match(stores).new_reviews) == (1, 0)
    assert rows(stores, "SELECT COUNT(DISTINCT child_id) FROM person") == [(2,)]


def test_new_rosters_keep_children_and_withdrawn_ones_leave(stores: Stores, bring: Bring) -> None:
    bring("roster", HEADER + "1,Lee,Ana,2015-03-01,F\n")
    match(stores)
    bring("roster", HEADER + "b,Lee,Ana,2015-03-01,F\nc,New,One,2016-01-01,F\n", "south")
    match(stores)
    assert rows(stores, "SELECT record_id, child_id FROM person ORDER BY 1") == [(1, 1), (2, 1), (3, 2)]
    withdraw(stores, 1)
    match(stores)
    assert rows(stores, "SELECT record_id, child_id FROM person ORDER BY 1") == [(2, 1), (3, 2)]


def test_a_person_as_of_today_is_of_the_newest_roster(stores: Stores, bring: Bring) -> None:
    """A name mended in a later roster brings the record to its child, if it has none yet."""
    bring("roster", HEADER + "1,Lee,Ana,2015-03-01,F\n")
    bring("roster", HEADER + "b,Lea,Ana,2015-03-01,F\n", "south")
    bring("roster", HEADER + "b,Lee,Ana,2015-03-01,F\n", "south", as_of=date(2025, 10, 1))
    assert match(stores).children == 1
