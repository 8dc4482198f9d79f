"""Agreements are appended, never overwritten; a file of them is read strictly and recorded all or none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from data_access.agreement_files import BadAgreementFile, read_agreement_file, record_agreement_file
from data_access.agreements import (
    NotRecorded,
    Organization,
    Signature,
    agreements,
    organizations,
    save_agreement,
    save_organization,
)
from data_access.registry.engine import transaction
from data_access.registry.tables import agreement_signature, agreement_state, ledger
from privacy.agreement import Agreement, Level, State, Tier
from tests.data_access.conftest import KEY

DEMO = Path(__file__).parents[2] / "demo" / "agreements.toml"
USE = Agreement(
    id="fund-use",
    version=1,
    tier=Tier.USE,
    title="Use",
    party="fund",
    level=Level.AGGREGATE,
    elements=frozenset({"child", "residence"}),
    purposes=frozenset({"funding_review"}),
    finest_area="town",
    minimum_count=10,
    starts=date(2024, 8, 1),
    ends=date(2027, 7, 31),
    state=State.ACTIVE,
)


def save(registry: Engine, *changes: dict[str, Any], **more: Any) -> bool:
    changed = False
    for change in changes or ({},):
        with transaction(registry) as connection:
            changed = save_agreement(connection, replace(USE, **change), **more)
    return changed


def test_what_is_saved_is_read_again(registry: Engine) -> None:
    assert save(registry)
    assert agreements(registry) == [USE]


def test_every_clause_is_saved_and_read_again(registry: Engine) -> None:
    clauses: dict[str, Any] = {
        **{name: frozenset({name, "*"}) for name in ("contributors", "recipients", "programs", "areas")},
        "consent": {"child": "required", "grade": "not_required"},
        "destruction_due": date(2028, 1, 31),
        "texts": {"legal_basis": "“Ours”, of course."},
    }
    save(registry, clauses)
    assert agreements(registry) == [replace(USE, **clauses)]


@pytest.mark.postgresql
def test_the_same_again_changes_nothing(registry: Engine) -> None:
    save(registry)
    assert not save(registry)
    with registry.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(agreement_state)) == 1


@pytest.mark.postgresql
def test_a_change_of_state_acts_at_once_and_is_kept(registry: Engine) -> None:
    save(registry)
    assert agreements(registry)[0].state is State.ACTIVE
    save(registry, {"state": State.SUSPENDED})
    assert agreements(registry)[0].state is State.SUSPENDED
    save(registry, {"state": State.ACTIVE})
    assert agreements(registry)[0].state is State.ACTIVE
    with registry.connect() as connection:
        kept = connection.scalars(select(agreement_state.c.state).order_by(agreement_state.c.sequence)).all()
    assert kept == ["active", "suspended", "active"]


@pytest.mark.postgresql
def test_another_process_sees_a_change_at_once(registry: Engine, registry_url: str, tmp_path: Path) -> None:
    from data_access.stores import open_registry

    other = open_registry(registry_url, tmp_path)
    save(registry)
    assert [a.state for a in agreements(other)] == [State.ACTIVE]
    save(registry, {"state": State.ENDED})
    assert [a.state for a in agreements(other)] == [State.ENDED]
    other.dispose()


@pytest.mark.parametrize(
    "change",
    [
        {"elements": frozenset({"child", "residence", "screening"})},
        {"level": Level.IDENTIFIABLE},
        {"finest_area": "region"},
        {"minimum_count": 5},
        {"ends": date(2030, 7, 31)},
        {"purposes": frozenset({"coordination"})},
        {"party": "alder-together"},
        {"title": "Other"},
        {"contributors": frozenset({"north"})},
        {"recipients": frozenset({"*"})},
        {"programs": frozenset({"club"})},
        {"areas": frozenset({"T1"})},
        {"consent": {"child": "not_required"}},
        {"destruction_due": date(2030, 1, 1)},
        {"texts": {"security": "Locked."}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_clauses_of_a_recorded_version_cannot_change(registry: Engine, change: dict[str, Any]) -> None:
    save(registry)
    with pytest.raises(NotRecorded, match="version 2"):
        save(registry, change)
    assert agreements(registry) == [USE]


def test_an_amendment_governs_once_it_is_past_draft(registry: Engine) -> None:
    save(registry)
    amended = {"version": 2, "minimum_count": 11}
    for state, governing in ((State.DRAFT, 1), (State.SIGNED, 1), (State.ACTIVE, 2), (State.SUSPENDED, 2)):
        save(registry, amended | {"state": state})
        assert [a.version for a in agreements(registry)] == [governing], state


def test_versions_come_one_after_another(registry: Engine) -> None:
    with pytest.raises(NotRecorded, match="is 1, not 2"):
        save(registry, {"version": 2})


@pytest.mark.postgresql
def test_a_signature_is_kept_once(registry: Engine) -> None:
    signed = [Signature("fund", "Per Okonjo", date(2024, 6, 14))]
    assert save(registry, signatures=signed)
    assert not save(registry, signatures=signed)
    with registry.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(agreement_signature)) == 1


def test_an_unknown_party_is_refused(registry: Engine) -> None:
    with pytest.raises(NotRecorded, match="nobody"):
        save(registry, {"party": "nobody"})


def test_organizations(registry: Engine) -> None:
    with transaction(registry) as connection:
        save_organization(connection, Organization("fund", "The Fund", "funder"))
        for wrong in (Organization("fund", "The Fund", "evaluator"), Organization("x", "X", "club")):
            with pytest.raises(NotRecorded):
                save_organization(connection, wrong)
        for name in ("../x", "a/b", "Ä", "", "x" * 61):
            with pytest.raises(NotRecorded, match="cannot be an id"):
                save_organization(connection, Organization(name, "X", "funder"))
    assert organizations(registry) == [
        Organization("alder-together", "Alder Together", "backbone"),
        Organization("fund", "The Fund", "funder"),
    ]


FILE = """
[[organization]]
id = "fund"
name = "Alder Community Fund"
kind = "funder"

[[agreement]]
id = "fund-use"
version = 1
tier = "use"
title = "Use"
party = "fund"
level = "aggregate"
elements = ["child", "residence"]
purposes = ["funding_review"]
finest_area = "town"
minimum_count = 10
starts = 2024-08-01
ends = 2027-07-31
state = "active"
signed = [{ organization = "fund", by = "Per Okonjo", on = 2024-06-14 }]
"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "ours.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.postgresql
def test_a_file_is_recorded_with_its_ledger_rows_and_only_once(registry: Engine, file: Callable[[str], Path]) -> None:
    content = read_agreement_file(file(FILE))
    done = [record_agreement_file(registry, KEY, content, "command") for _ in range(2)]
    assert [one.agreements for one in done] == [1, 0] and done[1].organizations == 0
    assert agreements(registry) == [USE]
    with registry.connect() as connection:
        rows = connection.execute(select(ledger.c.action, ledger.c.agreement)).all()
    assert ("agreement", "fund-use/1") in rows and {row.action for row in rows} <= {"agreement", "organization"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('elements = ["child"', 'elements = ["name"', "“name” is not a known data element"),
        ('"funding_review"', '"curiosity"', "curiosity"),
        ('"town"', '"street"', "street"),
        ('"aggregate"', '"everything"', "everything"),
        ('tier = "use"', 'tier = "loan"', "loan"),
        ('"active"', '"signd"', "signd"),
        ("minimum_count = 10", "minimum_count = 2", "minimum_count"),
        ("minimum_count = 10", 'minimum_count = "10"', "minimum_count"),
        ("version = 1", "version = true", "version"),
        ("2027-07-31", "2023-07-31", "ends lies before starts"),
        ("starts = 2024-08-01", 'starts = "2024"', "starts"),
        ("starts = 2024-08-01\n", "", "starts"),
        ('elements = ["child", "residence"]\n', "", "no field elements"),
        ('elements = ["child", "residence"]', 'elements = "child"', "list of words"),
        ('title = "Use"', "title = 3", "title"),
        ('title = "Use"', 'titel = "Use"', "unknown field titel"),
        ('organization = "fund", by', 'organization = "alder-together", by', "not among those who signed"),
        ("[[agreement]]", "[[agreemnt]]", "unknown field agreemnt"),
        ("[[agreement]]", "[[agreement", "cannot be read as TOML: look at line"),
        ("[[agreement]]", "[[agreement", "Write it as demo/agreements.toml is written"),
        ('party = "fund"', 'party = "nobody"', "nobody"),
        ("minimum_count = 10", 'minimum_count = 10\nconsent = { childs = "required" }', "childs"),
        ("minimum_count = 10", 'minimum_count = 10\nconsent = { child = "maybe" }', "maybe"),
        ("minimum_count = 10", 'minimum_count = 10\ntexts = { poem = "Roses" }', "poem"),
        ("minimum_count = 10", "minimum_count = 10\ntexts = { security = 3 }", "texts must be a table"),
        ("minimum_count = 10", 'minimum_count = 10\nrecipients = "fund"', "recipients must be a list"),
        ("minimum_count = 10", 'minimum_count = 10\ndestruction_due = "soon"', "destruction_due"),
    ],
)
def test_a_wrong_file_is_refused_by_name(
    registry: Engine, file: Callable[[str], Path], old: str, new: str, told: str
) -> None:
    assert old in FILE
    text = FILE.replace(old, new)
    text = text.replace('organization = "fund", by', 'organization = "nobody", by') if "nobody" in new else text
    with pytest.raises(BadAgreementFile) as refused:
        record_agreement_file(registry, KEY, read_agreement_file(file(text)), "command")
    assert str(refused.value).startswith("ours.toml: ")
    assert told in str(refused.value)
    assert agreements(registry) == []


def test_one_wrong_agreement_keeps_all_out(registry: Engine, file: Callable[[str], Path]) -> None:
    second = (
        FILE.replace('id = "fund-use"', 'id = "other"').replace("version = 1", "version = 3").split("[[agreement]]")[1]
    )
    with pytest.raises(BadAgreementFile, match="other"):
        record_agreement_file(registry, KEY, read_agreement_file(file(f"{FILE}\n[[agreement]]{second}")), "command")
    assert agreements(registry) == []


def test_the_demo_has_one_sharing_agreement_for_each_contributor_and_what_it_shares() -> None:
    import tomllib

    content = read_agreement_file(DEMO)
    contributors = tomllib.loads((DEMO.parent / "contributors.toml").read_text(encoding="utf-8"))["contributors"]
    sharing = [a for a, _ in content.agreements if a.tier is Tier.SHARING]
    shared = {a.party: a.elements for a in sharing if a.level < Level.IDENTIFIABLE}
    assert all(a.elements <= shared[a.party] for a in sharing), "they change nothing of what is counted"
    assert shared == {c["id"]: frozenset(c["elements"]) for c in contributors}
    users = {a.party for a, _ in content.agreements if a.tier is Tier.USE}
    assert users == {o.id for o in content.organizations}


def test_in_the_demo_a_funder_lacks_something_so_that_a_refusal_can_be_seen() -> None:
    held = {a.id: a for a, _ in read_agreement_file(DEMO).agreements}
    assert held["backbone-use"].elements - held["fund-use"].elements == {"economically_disadvantaged"}
    assert "screening" not in held["families-use"].elements
