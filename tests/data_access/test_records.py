"""Named children through the one door: agreement and consent both, a row of the ledger for each, nothing else said."""

import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import Engine, insert, select

from data_access.agreements import save_agreement
from data_access.consent_copy import ConsentCopy
from data_access.consented import Asked
from data_access.lake_tables import SCHEMAS
from data_access.ledger import verify
from data_access.registry.engine import transaction
from data_access.registry.tables import batch, lake_file, ledger
from data_access.session import Session
from data_access.stores import Stores
from privacy.agreement import Agreement, Level, State, Tier
from privacy.authorize import Refused
from privacy.consent import Basis, ConsentPolicy, Say
from privacy.sealed import IdentifiableRecords
from privacy.viewer import Role, Viewer
from tests.support import fresh
from tests.support.families import COVERS, KEY, NO, START, YES, add_child, add_contributors, say

NOW = START + timedelta(hours=1)
PARTNER = Viewer("u-club", "club", Role.PARTNER)
SCHOOL = Viewer("u-school", "school", Role.PARTNER)
FIELDS = frozenset({"child", "birth_date", "grade", "gender", "economically_disadvantaged"})
MEALS = "economically_disadvantaged"
INCOME = replace(COVERS, basis=Basis.MEALS, elements=frozenset({MEALS}))


def agreement(name: str, tier: Tier, party: str, **changes: object) -> Agreement:
    clauses: dict[str, object] = {"id": name, "version": 1, "tier": tier, "title": f"Agreement {name}", "party": party}
    clauses |= {"level": Level.IDENTIFIABLE, "elements": FIELDS, "purposes": frozenset({"coordination"})}
    clauses |= {"finest_area": "region", "minimum_count": 10, "starts": date(2025, 1, 1), "ends": date(2027, 6, 30)}
    return Agreement(**(clauses | {"state": State.ACTIVE} | changes))  # type: ignore[arg-type]


def lake_rows(stores: Stores, contributor: str, records: list[int], **told: object) -> None:
    """A roster of these records in the lake."""
    with stores.registry.connect() as connection:
        number = connection.scalar(select(batch.c.id).where(batch.c.contributor == contributor))
    rows = [{"record_id": r, "as_of": date(2026, 1, 1), "grade": "04", "gender": "F"} | told for r in records]
    path = stores.lake.write("roster", contributor, number, pa.Table.from_pylist(rows, schema=SCHEMAS["roster"]))
    with transaction(stores.registry) as connection:
        row = {"path": path.relative_to(stores.lake.folder).as_posix(), "table_name": "roster", "batch_id": number}
        connection.execute(insert(lake_file), row | {"rows": len(rows), "sha256": "", "listed_at": START})


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    """Three children of the school, the first two known to the clinic too; the club has a license."""
    made = fresh.stores(tmp_path, KEY)
    with transaction(made.registry) as connection:
        add_contributors(connection, "school", "clinic", "club")
        add_child(connection, 1, {"school": date(2015, 5, 20), "clinic": date(2015, 5, 20)}, last_name="Núñez")
        add_child(connection, 2, {"school": date(2016, 5, 20), "clinic": date(2016, 5, 20)}, last_name="Nash")
        add_child(connection, 3, {"school": date(2017, 5, 20)}, last_name="Quill")
        save_agreement(connection, agreement("use-club", Tier.USE, "club"))
        shares = {"recipients": frozenset({"club"})}
        save_agreement(connection, agreement("school-shares", Tier.SHARING, "school", **shares))
        save_agreement(connection, agreement("clinic-shares", Tier.SHARING, "clinic", **shares))
    lake_rows(made, "school", [100, 200, 300], economically_disadvantaged="yes")
    yield made
    made.registry.dispose()


def session(stores: Stores, viewer: Viewer = PARTNER, at: datetime = NOW) -> Session:
    return Session(viewer, stores, lambda: at)


def fields(found: IdentifiableRecords) -> dict[tuple[str, str], str]:
    shown = found.frame.dropna(subset="value")
    return {(row.contributor, row.element): row.value for row in shown.itertuples()}


def rows(engine: Engine, action: str) -> list[tuple[int | None, str]]:
    with engine.connect() as connection:
        found = connection.execute(select(ledger).where(ledger.c.action == action).order_by(ledger.c.sequence))
        return [(row.child, row.outcome) for row in found]


def test_a_partner_sees_what_agreement_and_consent_both_name(stores: Stores) -> None:
    number = say(stores.registry, YES)
    found = session(stores).child(1, "coordination")
    assert fields(found) == {
        ("school", "child"): "Núñez, Given1",
        ("school", "grade"): "Grade 4",
        ("school", "gender"): "Girl",
    }
    shown = found.frame.dropna(subset="value")
    assert set(shown["consent"]) == {number}
    assert set(shown["sharing"]) == {"school-shares/1"}
    assert set(shown["license"]) == {"use-club/1"}
    assert rows(stores.registry, "view") == [(1, "done")]
    assert "34 CFR 99.33" in found.notice


def test_what_is_absent_says_why_and_never_who_knows_the_child(stores: Stores) -> None:
    """Child 3 is not known to the clinic; its page reads like that of a child who is."""
    absent = {}
    for child in (2, 3):
        say(stores.registry, YES, child=child)
        frame = session(stores).child(child, "coordination").frame
        hidden = frame[frame["value"].isna()]
        absent[child] = {(r.contributor, r.element): r.reason for r in hidden.itertuples()}
    assert absent[2] == absent[3]
    assert absent[2]["clinic", "grade"] == "No consent is on file. A parent or guardian can give it."
    assert "No agreement in force" in absent[2]["", "attendance"]


def test_without_consent_a_child_is_nobody(stores: Stores) -> None:
    words = set()
    for child in (1, 99):
        with pytest.raises(Refused) as refusal:
            session(stores).child(child, "coordination")
        words.add(str(refusal.value))
    assert len(words) == 1
    assert rows(stores.registry, "view") == [(1, "refused"), (None, "refused")]
    assert session(stores).children("coordination").children == ()
    assert rows(stores.registry, "list") == [(None, "nothing")], "who tries one name after another is seen"


def test_a_withdrawal_holds_from_the_next_reading(stores: Stores) -> None:
    say(stores.registry, YES)
    reader = session(stores)
    assert reader.children("coordination").children == (1,)
    say(stores.registry, NO)
    assert reader.children("coordination").children == ()
    with pytest.raises(Refused):
        reader.child(1, "coordination")


def test_staff_see_their_own_children_without_consent(stores: Stores) -> None:
    found = session(stores, SCHOOL).children("coordination")
    assert found.children == (2, 1, 3)
    assert not found.more
    one = session(stores, SCHOOL).child(3, "coordination")
    assert fields(one)["school", MEALS] == "Economically disadvantaged"
    assert set(one.frame.dropna(subset="value")["consent"]) == {0}
    assert rows(stores.registry, "list") == [(2, "done"), (1, "done"), (3, "done")]


@pytest.mark.parametrize(
    ("text", "wanted"), [("núñ", (1,)), ("n", (2, 1)), ("nash given2", (2,)), ("%", ()), ("x", ())]
)
def test_names_are_searched_by_their_beginnings(stores: Stores, text: str, wanted: tuple[int, ...]) -> None:
    for child in (1, 2, 3):
        say(stores.registry, YES, child=child)
    assert session(stores).children("coordination", text).children == wanted


def test_another_spelling_that_is_not_shared_finds_nobody(stores: Stores) -> None:
    """The clinic's record is not shared, so searching must not tell how the clinic writes the name."""
    with transaction(stores.registry) as connection:
        add_child(connection, 4, {"school": date(2015, 1, 1)}, last_name="Ode")
        connection.exec_driver_sql("UPDATE identity SET last_name = 'Zamora' WHERE record_id = 101")
    say(stores.registry, YES)
    assert session(stores).children("coordination", "Zam").children == ()
    assert session(stores).children("coordination", "Núñ").children == (1,)


def test_an_agreement_that_ends_ends_the_reading(stores: Stores) -> None:
    say(stores.registry, YES)
    reader = session(stores)
    assert reader.child(1, "coordination")
    with transaction(stores.registry) as connection:
        ended = agreement(
            "school-shares", Tier.SHARING, "school", recipients=frozenset({"club"}), state=State.SUSPENDED
        )
        save_agreement(connection, ended)
    with pytest.raises(Refused):
        reader.child(1, "coordination")


def test_a_reading_that_waited_for_an_act_on_an_agreement_obeys_it(stores: Stores) -> None:
    """The reader asks while the agreement is being suspended: who was allowed a moment before is not any more."""
    say(stores.registry, YES)
    asking, told = threading.Event(), list[str]()

    def moment() -> datetime:
        asking.set()
        return NOW

    def read() -> None:
        try:
            Session(PARTNER, stores, moment).child(1, "coordination")
        except Refused as refusal:
            told.append(str(refusal))

    reader = threading.Thread(target=read)
    with transaction(stores.registry) as connection:
        shares = {"recipients": frozenset({"club"}), "state": State.SUSPENDED}
        save_agreement(connection, agreement("school-shares", Tier.SHARING, "school", **shares))
        reader.start()
        asking.wait(0.3)  # a reader who has not asked by then waits until the act is done
    reader.join()
    assert len(told) == 1


def test_limits_to_programs_and_areas_hold_for_each_record(stores: Stores) -> None:
    say(stores.registry, YES)
    with transaction(stores.registry) as connection:
        limited = agreement("use-club", Tier.USE, "club", version=2, areas=frozenset({"T01"}))
        save_agreement(connection, limited)
    assert session(stores).children("coordination").children == ()
    with stores.registry.connect() as connection:
        number = connection.scalar(select(batch.c.id).where(batch.c.contributor == "school"))
    homes = [{"record_id": 100, "as_of": date(2026, 1, 1), "tract": "T01a", "town": "T01", "district": "D1"}]
    path = stores.lake.write("residence", "school", number, pa.Table.from_pylist(homes, schema=SCHEMAS["residence"]))
    with transaction(stores.registry) as connection:
        row = {"path": path.relative_to(stores.lake.folder).as_posix(), "table_name": "residence", "batch_id": number}
        connection.execute(insert(lake_file), row | {"rows": 1, "sha256": "", "listed_at": START})
    assert session(stores).children("coordination").children == (1,)


def test_each_sharing_agreement_has_limits_of_its_own(stores: Stores) -> None:
    """The school shares most about everybody, and family income about one town's children only."""
    say(stores.registry, YES)
    say(stores.registry, YES, coverage=INCOME)
    shares = {"recipients": frozenset({"club"})}
    with transaction(stores.registry) as connection:
        wide = agreement("school-shares", Tier.SHARING, "school", version=2, elements=FIELDS - {MEALS}, **shares)
        narrow = {"elements": frozenset({MEALS}), "areas": frozenset({"T01"})}
        save_agreement(connection, wide)
        save_agreement(connection, agreement("school-town", Tier.SHARING, "school", **shares, **narrow))
    found = fields(session(stores).child(1, "coordination"))
    assert ("school", "grade") in found and ("school", MEALS) not in found


def test_many_children_are_listed_fifty_at_a_time_however_few_consent(stores: Stores) -> None:
    with transaction(stores.registry) as connection:
        for number in range(1000, 1300):
            add_child(connection, number, {"school": date(2016, 1, 1)}, last_name="Reed", first_name=f"N{number}")
    for number in (*range(1000, 1055), 1299):
        say(stores.registry, YES, child=number)
    found = session(stores).children("coordination", "reed")
    assert len(found) == 50
    assert found.more
    assert session(stores).children("coordination", "reed n1299").children == (1299,)


def test_meal_status_needs_its_consent_and_health_its_form(stores: Stores) -> None:
    say(stores.registry, YES, coverage=replace(COVERS, elements=COVERS.elements | {MEALS}))
    assert ("school", MEALS) not in fields(session(stores).child(1, "coordination"))
    say(stores.registry, YES, coverage=INCOME)
    assert ("school", MEALS) in fields(session(stores).child(1, "coordination"))


def test_the_ledger_holds_fields_agreements_and_consents_but_no_value(stores: Stores) -> None:
    number = say(stores.registry, YES)
    session(stores).child(1, "coordination")
    with stores.registry.connect() as connection:
        row = connection.execute(select(ledger).where(ledger.c.action == "view")).one()
    (rests,) = json.loads(row.detail)["from"]
    assert rests == {
        "contributor": "school", "sharing": "school-shares/1", "license": "use-club/1",
        "fields": ["child", "gender", "grade"], "consents": [number],
    }  # fmt: skip
    assert "Núñez" not in row.detail
    assert row.purpose == "coordination"


def test_two_parents_who_disagree_share_nothing(stores: Stores) -> None:
    say(stores.registry, YES)
    say(stores.registry, YES, signer="Ivo", say=Say.DENY)
    with pytest.raises(Refused):
        session(stores).child(1, "coordination")


def test_consent_ends_at_the_last_local_minute(stores: Stores) -> None:
    say(stores.registry, YES, expires_on=date(2026, 11, 1))
    last = datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC)
    assert session(stores, at=last).children("coordination").children == (1,)
    assert session(stores, at=last + timedelta(seconds=1)).children("coordination").children == ()


def test_a_backup_that_was_put_back_revives_no_withdrawn_consent(stores: Stores, tmp_path: Path) -> None:
    """The old copy still has the yes; the ledger's head, kept outside, knows that more was written."""
    copy = tmp_path / "backup.db"
    say(stores.registry, YES)
    with closing(sqlite3.connect(tmp_path / "registry.db")) as now, closing(sqlite3.connect(copy)) as there:
        now.backup(there)
    assert fields(session(stores).child(1, "coordination"))
    say(stores.registry, NO)
    stores.registry.dispose()
    for name in ("registry.db-wal", "registry.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    shutil.copy(copy, tmp_path / "registry.db")

    verdict = verify(stores.registry, KEY, stores.ledger_head)
    assert not verdict.ok
    assert "no consent counts" in verdict.why
    asked = Asked("club", "coordination", Level.IDENTIFIABLE, NOW, ConsentPolicy(stores.time_zone))
    copied = ConsentCopy(tmp_path / "consent", stores.registry, KEY)
    with pytest.raises(Refused):
        session(stores).child(1, "coordination")
    assert copied.resolve(asked, [("school", "grade")]).having(("school", "grade")).tolist() == []
    assert not verify(stores.registry, KEY, stores.ledger_head).ok, "rows written since do not make it forgotten"

    stores.ledger_head.unlink()  # somebody goes on with the older copy knowingly
    assert fields(session(stores).child(1, "coordination"))
    assert copied.resolve(asked, [("school", "grade")]).having(("school", "grade")).tolist() == [1]
