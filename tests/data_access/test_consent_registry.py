"""The register of consents: who reads what of it, what expires, is missing or disputed, rounded counts, scans."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from components.consents import finding, renewal
from data_access.agreements import Organization, save_organization
from data_access.child_consents import ChildConsents
from data_access.consent_keeper import NotKept
from data_access.consent_registry import ConsentRegistry
from data_access.consents import statements_of
from data_access.ledger import verify
from data_access.registry.consent_tables import dispute
from data_access.registry.engine import transaction
from data_access.registry.tables import account, ledger
from data_access.scans import BadScan, looked_at, uploaded
from data_access.session import Session
from data_access.stores import Stores
from evaluation.balance import differences, standardized_difference
from privacy.authorize import Refused
from privacy.viewer import Role, Viewer
from tests.support import fresh
from tests.support.families import KEY, NO, START, YES, add_child, add_contributors, say

BACKBONE = Viewer("u-backbone", "backbone", Role.BACKBONE)
CLINIC = Viewer("u-clinic", "clinic", Role.PARTNER)
SCHOOL = Viewer("u-school", "school", Role.PARTNER)
PDF = b"%PDF-1.7\nscan\n%%EOF\n"


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    made = fresh.stores(tmp_path, KEY)
    with transaction(made.registry) as connection:
        save_organization(connection, Organization("backbone", "The backbone", "backbone"))
        add_contributors(connection, "school", "clinic", "club")
        add_child(connection, 1, {"school": date(2010, 5, 20), "clinic": date(2010, 5, 19)})
        add_child(connection, 2, {"school": date(2016, 5, 20)})
        add_child(connection, 3, {"clinic": date(2016, 5, 20)})
        person = {"email": "s@school.example", "name": "Sam School", "role": "partner", "password_hash": "x"}
        person |= {"user_id": "u-school", "organization": "school", "limits": "", "disabled": False}
        connection.execute(insert(account), person | {"created_at": START})
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
    book(stores, SCHOOL).keep_paper("100", "school", said, scan, 0)
    with stores.registry.connect() as connection:
        (kept,) = statements_of(connection, 1)
    assert kept.event.evidence == scan.reference
    file = stores.home / "scans" / scan.sha256
    assert file.read_bytes() == PDF
    assert file.stat().st_mode & 0o777 == 0o600
    for local, contributor in (("999", "school"), ("100", "clinic")):
        with pytest.raises(NotKept):
            book(stores, SCHOOL).keep_paper(local, contributor, said, scan, 9)


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
    (clinic,) = [part for part in counted.contributors if part.code == "clinic"]
    assert (clinic.consented, clinic.others, clinic.children) == (None, None, None), "two children are too few"
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


@pytest.mark.parametrize(
    "contents", ["", "x", "data:application/pdf;base64,JVBE*", "data:application/pdf;base64,JVBER", "data:,J\u00e9"]
)
def test_what_did_not_arrive_whole_is_told_in_a_sentence(contents: str) -> None:
    with pytest.raises(BadScan):
        uploaded(contents)
    whole = "data:text/plain;base64," + b64encode(PDF).decode()
    assert uploaded(whole).kind == "pdf", "what the browser calls it does not count"
    with pytest.raises(BadScan, match="no whole PDF"):
        uploaded("data:application/pdf;base64," + b64encode(PDF[:-6]).decode())


def test_a_scan_is_opened_by_those_who_keep_it_and_on_the_ledger(stores: Stores) -> None:
    scan = looked_at(PDF)
    line = book(stores, SCHOOL).keep_paper("100", "school", replace(YES, record=0, evidence=None), scan, 0)

    def child_book(viewer: Viewer) -> ChildConsents:
        return ChildConsents(Session(viewer, stores, lambda: START))

    assert child_book(SCHOOL).scan(line.number).content == PDF
    with pytest.raises(Refused, match="no such statement"):
        child_book(CLINIC).scan(line.number)
    child_book(SCHOOL).note_copy(line, "0" * 64)
    (stores.home / "scans" / scan.sha256).write_bytes(b"another file")
    with pytest.raises(Refused, match="no scan"):
        child_book(BACKBONE).scan(line.number)
    with stores.registry.connect() as connection:
        rows = connection.execute(select(ledger.c.action, ledger.c.actor).where(ledger.c.child == 1)).all()
    assert {("consent-scan", "u-school"), ("consent-copy", "u-school")} <= set(map(tuple, rows))


def test_the_renewal_list_leaves_whole_with_its_hash_and_every_child_on_the_ledger(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = START.date() + timedelta(10)
    for child in (1, 2):
        say(stores.registry, YES, child=child, expires_on=soon)
    content, rows, entry = book(stores).renewal("", 30, lambda lines: renewal(lines, {}))
    assert (rows, content.count(b"\n")) == (2, 3)
    with stores.registry.connect() as connection:
        told = connection.execute(select(ledger).order_by(ledger.c.sequence.desc()).limit(3)).all()
    assert [(row.action, row.child) for row in told] == [("consent-file", None), ("list", 2), ("list", 1)]
    assert hashlib.sha256(content).hexdigest() in told[0].detail and entry == f"D-{told[0].sequence}"
    assert verify(stores.registry, KEY, *stores.ledger_heads).ok
    monkeypatch.setattr("data_access.consent_registry.IN_A_FILE", 1)
    with pytest.raises(NotKept, match="2 consents are too many"):
        book(stores).renewal("", 30, lambda lines: renewal(lines, {}))


def test_a_file_that_cannot_be_made_leaves_nothing_on_the_ledger(stores: Stores) -> None:
    say(stores.registry, YES, expires_on=START.date())
    with stores.registry.connect() as connection:
        before = connection.scalars(select(ledger.c.sequence)).all()
    with pytest.raises(ZeroDivisionError):
        book(stores).renewal("", 30, lambda lines: bytes(1 // 0))
    with stores.registry.connect() as connection:
        assert connection.scalars(select(ledger.c.sequence)).all() == before


def test_the_finding_counts_each_statement_where_it_stands(stores: Stores) -> None:
    today = START.date()
    say(stores.registry, YES)
    say(stores.registry, replace(YES, expires_on=today + timedelta(days=30)), signer="Ivo Ostrander", child=2)
    say(stores.registry, replace(YES, effective_on=today + timedelta(days=5)), signer="Ada Ostrander", child=2)
    say(stores.registry, replace(YES, signed_on=None), child=3)
    say(stores.registry, NO)
    found = book(stores).standing()
    assert (found.statements, found.held, found.incomplete, found.expiring) == (5, 1, 1, 1)
    assert book(stores, CLINIC).standing().statements < 5, "a contributor counts its own"
    title, told = finding(found)
    assert title.startswith("1 of 5 statements is") and "1 is incomplete, 1 expires" in told
