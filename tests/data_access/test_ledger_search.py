"""Readers of the ledger find what they look for, contributors only use of their own data, and files are noted first."""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import Engine, delete, select

from components import ledger_lines
from data_access.agreements import Organization, save_agreement, save_organization
from data_access.cache import Cache
from data_access.lake import Lake
from data_access.ledger import append
from data_access.ledger_search import PAGE, LedgerReader, Search, TooMany
from data_access.publications import Publications
from data_access.registry.engine import transaction
from data_access.registry.tables import ledger
from data_access.session import Session
from data_access.stores import Stores
from privacy.agreement import Agreement, Level, State, Tier
from privacy.authorize import Refused
from privacy.viewer import Role, Viewer
from tests.data_access.conftest import KEY

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
DAYS = ("2026-11-01T03:59:59Z", "2026-11-01T04:00:00Z", "2026-11-02T04:59:59Z", "2026-11-02T05:00:00Z")


def rests(contributor: str) -> dict[str, object]:
    return {
        "contributor": contributor,
        "fields": ["attendance"],
        "sharing": f"{contributor}-sharing/1",
        "consents": [3],
    }


ACTS = (
    ("download", "fund", "community_reporting,funding_review", {"report": {"i": "chronic_absence", "view": "town"}}),
    ("download", "fund", "funding_review", {"report": {"i": "developmental_screening", "view": "county"}}),
    ("list", "club", "coordination", {"from": [rests("school"), rests("school-two")]}),
    ("view", "club", "coordination", {"from": [rests("school-two")]}),
    ("sign-in", "fund", None, {}),
    ("agreement", "school", None, {"state": "active", "who": "school"}),
)


@pytest.fixture
def stores(registry: Engine, tmp_path: Path) -> Iterator[Stores]:
    """A ledger with every act at every moment, and a school that shares attendance."""
    with transaction(registry) as connection:
        for code in ("school", "school-two", "club"):
            save_organization(connection, Organization(code, f"The {code}", "contributor"))
        save_agreement(connection, sharing("school"))
    for moment, (action, organization, purpose, detail) in product(DAYS, ACTS):
        child = 7 if action in ("list", "view") else None
        row = {"action": action, "organization": organization, "purpose": purpose, "detail": detail, "child": child}
        with time_machine.travel(moment, tick=False), transaction(registry) as connection:
            append(connection, KEY, actor="u1", outcome="refused" if action == "sign-in" else "done", **row)
    lake, publications = Lake(tmp_path / "lake", registry), Publications(tmp_path / "publications", registry)
    yield Stores(registry, lake, publications, Cache(tmp_path / "cache", b"k" * 32), KEY, ZONE, tmp_path)


def sharing(party: str) -> Agreement:
    return Agreement(
        id=f"{party}-sharing",
        version=1,
        tier=Tier.SHARING,
        title=f"Sharing of {party}",
        party=party,
        level=Level.AGGREGATE,
        elements=frozenset({"child", "residence", "attendance"}),
        purposes=frozenset({"community_reporting"}),
        finest_area="region",
        minimum_count=10,
        starts=date(2020, 1, 1),
        ends=date(2030, 1, 1),
        state=State.ACTIVE,
    )


def reader(stores: Stores, role: Role, organization: str) -> LedgerReader:
    return LedgerReader(Session(Viewer("u9", organization, role), stores, lambda: NOW))


def backbone(stores: Stores) -> LedgerReader:
    return reader(stores, Role.BACKBONE, "alder-together")


SEARCHES: dict[str, tuple[Search, Callable[[dict[str, object]], bool]]] = {
    "nothing": (Search(), lambda _: True),
    "action": (Search(action="view"), lambda row: row["action"] == "view"),
    "organization": (Search(organization="club"), lambda row: row["organization"] == "club"),
    "actor": (Search(actor="u2"), lambda row: row["actor"] == "u2"),
    "purpose": (Search(purpose="funding_review"), lambda row: "funding_review" in str(row["purpose"]).split(",")),
    "part of a purpose": (Search(purpose="funding"), lambda _: False),
    "outcome": (Search(outcome="refused"), lambda row: row["outcome"] == "refused"),
    "child": (Search(child=7), lambda row: row["child"] == 7),
    "words": (Search(words="CHRONIC_"), lambda row: "chronic_" in str(row["detail"])),
    "first day, standard time comes": (Search(first=date(2026, 11, 2)), lambda row: str(row["at"]) >= "2026-11-02T05"),
    "last day": (Search(last=date(2026, 10, 31)), lambda row: str(row["at"]) < "2026-11-01T04"),
    "one long day": (
        Search(first=date(2026, 11, 1), last=date(2026, 11, 1)),
        lambda row: "2026-11-01T04" <= str(row["at"]) < "2026-11-02T05",
    ),
    "two at once": (
        Search(action="download", last=date(2026, 10, 31)),
        lambda row: row["action"] == "download" and str(row["at"]) < "2026-11-01T04",
    ),
}


@pytest.mark.postgresql
@pytest.mark.parametrize("name", SEARCHES)
def test_what_is_found_is_what_was_asked(stores: Stores, name: str) -> None:
    wanted, fits = SEARCHES[name]
    with stores.registry.connect() as connection:
        rows = [dict(row) for row in connection.execute(select(ledger)).mappings()]
    expected = [row["sequence"] for row in sorted(rows, key=lambda r: -r["sequence"]) if fits(row)]
    assert [entry.sequence for entry in backbone(stores).all(wanted)] == expected
    assert backbone(stores).search(wanted).total == len(expected)


def test_pages_hold_everything_once(stores: Stores) -> None:
    with transaction(stores.registry) as connection:
        for _ in range(2 * PAGE):
            append(connection, KEY, actor="u1", organization="fund", action="sign-in")
    book = backbone(stores)
    pages = [book.search(Search(page=number)) for number in range(1, book.search(Search()).pages + 1)]
    found = [entry.sequence for page in pages for entry in page.entries]
    assert found == sorted(found, reverse=True) and len(found) == len(set(found)) == pages[0].total
    assert book.search(Search(page=999)).page == len(pages)


@pytest.mark.postgresql
def test_a_contributor_reads_use_of_its_own_data_only(stores: Stores) -> None:
    """A report made from what it shares, and records of children that came from it; nobody's name, child or codes."""
    found = reader(stores, Role.PARTNER, "school").all(Search())
    assert {(entry.action, entry.detail["report"]["i"] if "report" in entry.detail else "") for entry in found} == {
        ("download", "chronic_absence"),
        ("list", ""),
    }
    assert [entry.detail for entry in found if entry.action == "list"] == [{"from": [{"fields": ["attendance"]}]}] * 4
    assert len(found) == 2 * len(DAYS)
    assert {(entry.person, entry.actor, entry.child, entry.mac) for entry in found} == {("", "", None, "")}
    assert {entry.member for entry in found} == {"Alder Community Fund", "The club"}
    assert not any(entry.action == "list" for entry in reader(stores, Role.PARTNER, "club").all(Search()))


@pytest.mark.postgresql
@pytest.mark.parametrize("wanted", [Search(child=7), Search(actor="u1"), Search(words="school-two")])
def test_a_contributors_search_asks_nothing_it_is_not_shown(stores: Stores, wanted: Search) -> None:
    mine = reader(stores, Role.PARTNER, "school")
    shown = [entry.sequence for entry in mine.all(Search())]
    assert [entry.sequence for entry in mine.all(wanted)] in (shown, [])
    assert mine.people() == {}
    with pytest.raises(Refused):
        mine.status()
    with pytest.raises(Refused):
        mine.verify()


@pytest.mark.parametrize("role", [Role.FUNDER, Role.EVALUATOR, Role.GUARDIAN])
def test_others_do_not_read_it(stores: Stores, role: Role) -> None:
    with pytest.raises(Refused):
        reader(stores, role, "fund")


def test_a_file_is_on_the_ledger_before_it_leaves(stores: Stores) -> None:
    book = backbone(stores)
    rows = book.all(Search(action="view"))
    number = book.note_export(Search(action="view", words="a name"), "0" * 64, len(rows))
    noted = book.search(Search(action="ledger-export")).entries[0]
    assert number == f"D-{noted.sequence}" and noted.detail["rows"] == 4 and noted.actor == "u9"
    assert noted.detail["filters"] == {"action": "view"} and "a name" not in str(noted)


def test_a_file_is_never_cut_silently(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_access.ledger_search.LARGEST", 5)
    with pytest.raises(TooMany, match="24 entries"):
        backbone(stores).all(Search())


def test_no_cell_is_a_formula_and_codes_come_back(stores: Stores) -> None:
    with transaction(stores.registry) as connection:
        append(connection, KEY, actor="=cmd", organization="fund", action="+1", channel="@x", agreement="-a\r\nb")
    rows = [asdict(entry) for entry in backbone(stores).all(Search())]
    read = list(csv.reader(io.StringIO(ledger_lines.csv_bytes(rows, True).decode(), newline="")))
    assert len(read) == len(rows) + 1
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for line in read for cell in line)
    short = next(csv.reader(io.StringIO(ledger_lines.csv_bytes(rows, False).decode(), newline="")))
    assert not {"person", "actor", "child", "mac"} & set(short)


@pytest.mark.postgresql
def test_a_check_is_remembered_where_nobody_can_forge_it(stores: Stores) -> None:
    book = backbone(stores)
    assert book.status().checked_at is None and book.status().end.ok
    assert book.verify().ok
    assert book.status().whole and book.status().checked_at
    with transaction(stores.registry) as connection:
        connection.execute(delete(ledger).where(ledger.c.sequence == 3))
    assert book.status().end.ok  # the end alone does not show it
    assert book.verify().first_bad == 3
    assert not book.status().whole


def test_an_entry_names_its_agreement_by_title() -> None:
    titles = {"use-fund": "What the fund may use"}
    told = [ledger_lines.agreement_title(one, titles) for one in ("use-fund/1", "use-fund/3", "emergency/1", "")]
    assert told == ["What the fund may use", "What the fund may use, version 3", "Emergency no. 1", ""]
