"""Invented children in a registry: records of several contributors, births, and what their parents say."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from data_access.agreements import Organization, save_organization
from data_access.consents import By, Statement, record
from data_access.registry.engine import transaction
from data_access.registry.tables import batch, child, identity, match_decision, organization, source_record
from privacy.agreement import Level
from privacy.consent import Basis, Capacity, Say
from privacy.coverage import Coverage

KEY = b"k" * 32  # of the ledger, as in servers that tests start
START = datetime(2026, 1, 5, 15, tzinfo=UTC)
DESK = By("u-desk", "school")
STAR = frozenset({"*"})
COVERS = Coverage(
    Basis.FERPA,
    Level.IDENTIFIABLE,
    frozenset({"child", "grade", "gender"}),
    frozenset({"coordination"}),
    frozenset({"school"}),
    frozenset({"club"}),
)
YES = Statement(
    record=100,
    signer="Mara Ostrander",
    relationship="mother",
    capacity=Capacity.PARENT,
    say=Say.PERMIT,
    coverage=COVERS,
    channel="desk",
    signed_on=date(2026, 1, 5),
    expires_on=date(2027, 1, 5),
    evidence="paper 17",
    form="ferpa-release",
    form_version="1",
    language="en",
)
NO = replace(
    YES, say=Say.DENY, coverage=replace(COVERS, elements=STAR, purposes=STAR, disclosing=STAR, recipients=STAR)
)
_EMPTY = {c.name: "" for c in identity.columns if c.name not in ("record_id", "batch_id", "birth_date")}


def add_contributors(conn: Connection, *names: str) -> None:
    """Contributors, each with one roster."""
    for name in names:
        if conn.scalar(select(organization.c.id).where(organization.c.id == name)) is None:
            save_organization(conn, Organization(name, f"The {name}", "contributor"))
        row: dict[str, Any] = {"kind": "roster", "contributor": name, "as_of": date(2026, 1, 1), "sha256": "0" * 64}
        row |= {"file_name": "roster.csv", "rows": 1, "accepted_at": START, "accepted_by": "test"}
        conn.execute(insert(batch), row)


def add_child(conn: Connection, number: int, born: Mapping[str, date | None], **names: str) -> None:
    """A child with a record at each contributor; record ids are child * 100 + n."""
    conn.execute(insert(child), {"child_id": number, "since": START})
    for n, (contributor, day) in enumerate(born.items()):
        record_id = number * 100 + n
        conn.execute(
            insert(source_record), {"record_id": record_id, "contributor": contributor, "local_id": str(record_id)}
        )
        roster = conn.scalar(select(batch.c.id).where(batch.c.contributor == contributor))
        told = {"last_name": f"Family{number}", "first_name": f"Given{number}"} | names
        conn.execute(insert(identity), _EMPTY | {"record_id": record_id, "batch_id": roster, "birth_date": day} | told)
        link(conn, record_id, number)


def link(conn: Connection, record_id: int, number: int) -> None:
    """Decide that a record is this child's."""
    row = {"record_id": record_id, "decision": "link", "child_id": number, "reason": "test", "method": "test"}
    conn.execute(insert(match_decision), row | {"decided_by": "test", "decided_at": START})


def say(engine: Engine, statement: Statement, at: datetime = START, *, child: int = 0, **changes: Any) -> int:
    """Record a statement with some fields changed; child: on the first record of this child."""
    if child:
        changes["record"] = child * 100
    with transaction(engine) as connection:
        return record(connection, KEY, replace(statement, **changes), by=DESK, at=at)


def from_club(statement: Statement) -> Statement:
    """The same about records of the club, for the school."""
    there = replace(statement.coverage, disclosing=frozenset({"club"}), recipients=frozenset({"school"}))
    return replace(statement, coverage=there)
