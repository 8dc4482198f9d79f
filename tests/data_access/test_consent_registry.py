"""The register of consents: who reads what of it, what expires, is missing or disputed, rounded counts, scans."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from components.consents import renewal
from data_access.agreements import Organization, save_organization
from data_access.consent_registry import ConsentRegistry, NotKept
from data_access.consents import statements_of
from data_access.registry.consent_tables import dispute
from data_access.registry.engine import transaction
from data_access.registry.tables import ledger
from data_access.scans import BadScan, looked_at
from data_access.session import Session
from data_access.stores import Stores, open_stores
from evaluation.balance import differences, standardized_difference
from privacy.authorize import Refused
from privacy.viewer import Role, Viewer
from tests.support.families import KEY, NO, START, YES, add_child, add_contributors, say

BACKBONE = Viewer("u-backbone", "backbone", Role.BACKBONE)
CLINIC = Viewer("u-clinic", "clinic", Role.PARTNER)
SCHOOL = Viewer("u-school", "school", Role.PARTNER)
PDF = b"%PDF-1.7\nscan\n%%EOF\n"


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    made = open_stores(f"sqlite:///{tmp_path / 'registry.db'}", tmp_path, KEY, ZoneInfo("America/New_York"))
    with transaction(made.registry) as connection:
        save_organization(connection, Organization("backbone", "The backbone", "backbone"))
        add_contributors(connection, "school", "clinic", "club")
        add_child(connection, 1, {"school": date(2015, 5, 20), "clinic": date(2015, 5, 20)})
        add_child(connection, 2, {"school": date(2016, 5, 20)})
        add_child(connection, 3, {"clinic": date(2016, 5, 20)})
    yield made
    made.registry.dispose()


def book(stores: Stores, viewer: Viewer = BACKBONE) -> ConsentRegistry:
    return ConsentRegistry(Session(viewer, stores, lambda: START))


def found(registry: ConsentRegistry, kind: str, text: str = "", days: int = 90) -> list[int]:
    return [line.number for line in registry.search(kind, text, days)[0]]


def test_a_contributor_reads_statements_about_its_own_children_and_records(stores: Stores) -> None:
    about_school = say(stores.registry, YES)
    about_all = say(stores.registry, NO, child=3)
    assert found(book(stores), "all") == [about_all, about_school]
    assert found(book(stores, SCHOOL), "all") == [about_school]
    assert found(book(stores, CLINIC), "all") == [about_all], "what the school may share is not the clinic's concern"
    for role in (Role.FUNDER, Role.EVALUATOR, Role.GUARDIAN):
        with pytest.raises(Refused):
            book(stores, Viewer("u", "club", role))
    with stores.registry.connect() as connection:
        listed = connection.execute(select(ledger.c.actor, ledger.c.child).where(ledger.c.action == "list")).all()
    assert ("u-clinic", 3) in listed
    assert ("u-clinic", 1) not in listed


def test_search_by_signer_or_number(stores: Stores) -> None:
    first = say(stores.registry, YES)
    second = say(stores.registry, YES, child=2, signer="Ivo Quill")
    assert found(book(stores), "all", "ostrander mara") == [first]
    assert found(book(stores), "all", "2") == [second]
    assert found(book(stores), "all", "%") == []


def test_what_expires_within_some_days_and_is_not_renewed(stores: Stores) -> None:
    today = START.date()
    soon = say(stores.registry, YES, expires_on=today + timedelta(30))
    later = say(stores.registry, YES, child=2, expires_on=today + timedelta(60))
    say(stores.registry, YES, child=3, expires_on=today - timedelta(1))
    assert found(book(stores), "expiring", days=30) == [soon]
    assert found(book(stores), "expiring", days=60) == [soon, later]
    say(stores.registry, YES, child=2)
    assert found(book(stores), "expiring", days=60) == [soon]
    lines, _ = book(stores).search("expiring", days=60)
    assert b"Mara Ostrander" in renewal(lines, {})


def test_what_is_incomplete_says_what_is_missing(stores: Stores) -> None:
    number = say(stores.registry, YES, evidence=None)
    (line,) = book(stores).search("incomplete")[0]
    assert (line.number, line.missing) == (number, ("the signature or its evidence",))
    say(stores.registry, YES)
    assert found(book(stores), "incomplete") == []


def test_parents_who_disagree_are_a_case_until_one_gives_in(stores: Stores) -> None:
    say(stores.registry, YES)
    assert found(book(stores), "disputed") == []
    say(stores.registry, NO, signer="Ivo Ostrander")
    assert len(found(book(stores), "disputed")) == 2
    with stores.registry.connect() as connection:
        assert connection.scalars(select(dispute.c.child)).all() == [1]
    say(stores.registry, NO)
    assert found(book(stores), "disputed") == []


def test_the_desk_records_a_form_with_its_scan(stores: Stores) -> None:
    scan = looked_at(PDF)
    said = replace(YES, record=0, evidence=None, channel="desk")
    book(stores, SCHOOL).keep_paper("100", "school", said, scan)
    with stores.registry.connect() as connection:
        (kept,) = statements_of(connection, 1)
    assert kept.event.evidence == scan.reference
    file = stores.home / "scans" / scan.sha256
    assert file.read_bytes() == PDF
    assert file.stat().st_mode & 0o777 == 0o600
    for local, contributor in (("999", "school"), ("100", "clinic")):
        with pytest.raises(NotKept):
            book(stores, SCHOOL).keep_paper(local, contributor, said, scan)


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"MZ\x90", PDF[:-6], b"\x89PNG\r\n\x1a\nshort", b"\xff\xd8\xffcut", PDF + b"x" * (10 * 2**20)],
)
def test_what_is_no_whole_scan_is_refused(content: bytes) -> None:
    with pytest.raises(BadScan):
        looked_at(content)


def test_counts_are_rounded_and_totals_are_sums_of_rounded_parts(stores: Stores) -> None:
    with transaction(stores.registry) as connection:
        for number in range(100, 157):
            add_child(connection, number, {"school": date(2016, 1, 1)})
    for number in range(100, 123):
        say(stores.registry, YES, child=number)
    counted = book(stores).coverage("club", "coordination")
    (school,) = [part for part in counted.contributors if part.code == "school"]
    assert (school.consented, school.others, school.children) == (20, 40, 60)
    assert all(part.consented % 10 == part.others % 10 == 0 for part in (*counted.contributors, *counted.towns))
    assert [
        part for part in book(stores, CLINIC).coverage("club", "coordination").contributors if part.code != "clinic"
    ] == []


def test_standardized_differences_are_those_of_the_formula() -> None:
    assert standardized_difference(0.5, 0.5) == 0
    assert standardized_difference(0.6, 0.4) == pytest.approx(0.2 / 0.24**0.5)
    assert standardized_difference(1.0, 0.0) == float("inf")
    told = differences({"girls": 30, "boys": 10}, {"girls": 50, "boys": 50})
    assert told["girls"] == pytest.approx(-told["boys"])
    assert told["girls"] > 0.25
    assert differences({}, {"girls": 5}) == {}
