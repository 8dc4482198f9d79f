"""A record that matching moves takes its family's view with it, and nothing of another child comes along."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, insert

from data_access.family_disclosures import disclosures_of
from data_access.family_requests import ask, asked
from data_access.registry.engine import connect, transaction
from data_access.registry.schema import metadata
from data_access.registry.tables import child, ledger, match_decision
from tests.support import families
from tests.support.town import ZONE, Town, keep, open_now, sign

START = datetime(2026, 1, 5, 15, tzinfo=UTC)
GIVERS = ("school", "clinic")


@dataclass(frozen=True)
class Look:
    """Somebody looked at what was one child then, at what one contributor gave."""

    number: int
    giver: str


@dataclass(frozen=True)
class Move:
    """A record became another child's."""

    record: int
    number: int


def relink(conn: Connection, record: int, number: int, at: datetime) -> None:
    row = {"record_id": record, "decision": "link", "child_id": number, "reason": "test", "method": "test"}
    conn.execute(insert(match_decision), row | {"decided_by": "test", "decided_at": at})


def note(conn: Connection, sequence: int, number: int, giver: str, at: datetime) -> None:
    detail = f'{{"from":[{{"contributor":"{giver}","fields":["grade"]}}]}}'
    row = {"sequence": sequence, "at": at.isoformat(), "actor": "u", "organization": "club", "action": "view"}
    row |= {"outcome": "done", "child": number, "detail": detail, "previous": "", "mac": ""}
    conn.execute(insert(ledger), row)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Three children with a record at each of two contributors: records 100, 101, 200, ..."""
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('small') / 'r.db'}")
    metadata.create_all(engine)
    with transaction(engine) as conn:
        families.add_contributors(conn, *GIVERS)
        for number in (1, 2, 3):
            families.add_child(conn, number, dict.fromkeys(GIVERS, date(2016, 5, 1)))
    return engine


STEPS = st.one_of(
    st.builds(Look, st.integers(1, 3), st.sampled_from(GIVERS)),
    st.builds(Move, st.sampled_from([100, 101, 200, 201, 300, 301]), st.integers(1, 3)),
)


@given(steps=st.lists(STEPS, max_size=12))
@settings(max_examples=30, deadline=None)
def test_only_what_was_surely_about_ones_own_child_is_shown(small: Engine, steps: list[Look | Move]) -> None:
    """Against a model that keeps, for each look, which records it was about."""
    where = {number * 100 + n: number for number in (1, 2, 3) for n in (0, 1)}
    looks: list[tuple[datetime, frozenset[int]]] = []
    with transaction(small) as conn:
        conn.execute(delete(ledger))
        conn.execute(delete(match_decision))
        for record, number in where.items():
            relink(conn, record, number, START)
        for n, step in enumerate(steps, start=1):
            at = START + timedelta(minutes=n)
            if isinstance(step, Move):
                where[step.record] = step.number
                relink(conn, step.record, step.number, at)
            else:
                note(conn, n, step.number, step.giver, at)
                about = {r for r, c in where.items() if c == step.number and GIVERS[r % 100] == step.giver}
                looks.append((at, frozenset(about)))
        for number in (1, 2, 3):
            ours = {record for record, its in where.items() if its == number}
            found = disclosures_of(conn, number, ZONE)
            sure = [at for at, about in looks if about and about <= ours]
            assert [one.at for one in found.rows] == sure[::-1]
            assert found.unsure == sum(bool(about & ours) and not about <= ours for _, about in looks)


def test_what_a_guardian_sees_follows_the_record(town: Town) -> None:
    """The school's record of child 1 turns out to be another child's; the club's record stays behind."""
    guardian = town.known()
    number = sign(guardian, keep("attendance", "child"))
    ask(guardian, guardian.child(1), "copy", "school", "")
    assert set(guardian.held(guardian.child(1))) == {"school", "club"}
    with transaction(town.stores.registry) as conn:
        conn.execute(insert(child), {"child_id": 9, "since": town.now})
        relink(conn, 100, 9, town.now)
    moved = guardian.child(1)
    assert moved.child_id == 9 and moved.first_name == "Given1"
    assert set(guardian.held(moved)) == {"school"}, "nothing of the child that stayed behind"
    assert [one.number for one in guardian.receipts(moved)] == [number]
    assert guardian.receipt(moved, number).texts, "what was signed stays readable"
    assert [one.state for one in asked(guardian, moved)] == ["open"]
    assert "grade" in open_now(guardian)
