"""What others recorded about a child shows in nothing that a contributor reads, lists, is refused or is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from data_access.child_consents import ChildConsents, ChildFile
from data_access.consent_keeper import Changed, NotKept
from data_access.scans import looked_at
from data_access.session import Session
from data_access.stores import Stores
from privacy.authorize import Refused
from privacy.viewer import Viewer
from tests.data_access.test_consent_registry import BACKBONE, CLINIC, PDF, SCHOOL, book, found, stores
from tests.support.families import COVERS, NO, START, YES, say

__all__ = ["stores"]
TODAY = START.date()
OF_CLINIC = replace(COVERS, disclosing=frozenset({"clinic"}))
OF_SCHOOL = replace(NO.coverage, disclosing=frozenset({"school"}))


def child(stores: Stores, viewer: Viewer) -> ChildConsents:
    return ChildConsents(Session(viewer, stores, lambda: START))


def of_clinic(stores: Stores) -> tuple[ChildFile, list[int], list[int]]:
    """All that the clinic can read of child 1."""
    registry = book(stores, CLINIC)
    return child(stores, CLINIC).one(1), found(registry, "expiring", days=90), found(registry, "incomplete")


def test_statements_and_orders_about_others_records_leave_no_trace(stores: Stores) -> None:
    say(stores.registry, YES, coverage=OF_CLINIC, expires_on=TODAY + timedelta(30))
    before = of_clinic(stores)
    assert before[1] == [1]
    say(stores.registry, YES, signer="Ivo Ostrander")
    say(stores.registry, NO, coverage=OF_SCHOOL)
    staff = child(stores, SCHOOL)
    order = staff.keep_order(1, staff.one(1).seen, "Ivo Ostrander", (TODAY, None), "Folder 9")
    assert of_clinic(stores) == before
    assert staff.one(1).orders and child(stores, BACKBONE).one(1).orders
    desk, seen = child(stores, CLINIC), before[0].seen
    told = set()
    for number in (order, 999):
        with pytest.raises(NotKept) as refused:
            desk.strike_order(1, seen, number, "x")
        with pytest.raises(Changed) as changed:
            desk.keep_order(1, seen, "Ivo Ostrander", (TODAY, TODAY), "x", number)
        told.add((str(refused.value), str(changed.value), changed.value.seen))
    assert len(told) == 1
    theirs = replace(YES, record=0, signer="Ivo Ostrander", coverage=OF_CLINIC)
    assert book(stores, CLINIC).keep_paper("101", "clinic", theirs, None, 0).number == 4, "nothing of theirs came in"


def test_who_else_knows_the_child_is_not_told_by_what_they_recorded(stores: Stores) -> None:
    say(stores.registry, YES, coverage=OF_CLINIC)
    staff = child(stores, SCHOOL)
    staff.keep_order(1, staff.one(1).seen, "Mara Ostrander", (TODAY, None), "The school's folder 9")
    staff.keep_enrollment(1, staff.one(1).seen, TODAY, "The school's letter")
    view = child(stores, CLINIC).one(1)
    assert len(view.orders) == len(view.enrollments) == 1 and view.moved, "they decide about the clinic's records too"
    assert "school" not in str((view.orders, view.enrollments)).lower()
    for viewer in (SCHOOL, BACKBONE):
        assert "Sam School" in str(child(stores, viewer).one(1).orders)


def test_the_name_of_a_scan_opens_nothing_when_it_is_typed(stores: Stores) -> None:
    scan = looked_at(PDF)
    book(stores, SCHOOL).keep_paper("100", "school", replace(YES, record=0, evidence=None), scan, 0)
    typed = replace(YES, record=0, coverage=OF_CLINIC, evidence=f" {scan.reference}")
    line = book(stores, CLINIC).keep_paper("101", "clinic", typed, None, 0)
    with pytest.raises(Refused, match="no scan"):
        child(stores, CLINIC).scan(line.number)
