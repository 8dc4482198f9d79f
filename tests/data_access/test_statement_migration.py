"""What was said before statements hung on records is carried over: to the right record, on both kinds of database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, create_engine, insert, text

from data_access.consents import By, events_of, record
from data_access.registry.engine import connect, transaction
from data_access.registry.migrate import FOLDER
from data_access.registry.schema import metadata
from data_access.rights import court_orders, facts_of
from data_access.stores import open_registry
from privacy.consent import CourtOrder
from tests.support.families import KEY, YES, add_child, add_contributors, link

NOW = datetime(2026, 1, 5, 15)  # as the tables keep it
COVERS = {"basis": "ferpa", "level": "identifiable", "elements": '["child"]', "purposes": "[]", "recipients": "[]"}


@pytest.fixture(params=["sqlite", "postgresql"])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A registry of the version before, with nothing in it."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'older.db'}"
    else:
        server = request.getfixturevalue("postgres_url")
        admin = create_engine(server.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("DROP DATABASE IF EXISTS older"))
            connection.execute(text("CREATE DATABASE older"))
        admin.dispose()
        url = server.rpartition("/")[0] + "/older"
    engine = connect(url)
    move(engine, "0004")
    yield engine
    engine.dispose()


def move(engine: Engine, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    with transaction(engine) as connection:
        config.attributes["connection"] = connection
        current = MigrationContext.configure(connection).get_current_revision()
        (command.downgrade if current is not None and current > to else command.upgrade)(config, to)


def put(conn: Connection, known: MetaData, table: str, **values: Any) -> None:
    conn.execute(insert(known.tables[table]), values)


def said(conn: Connection, known: MetaData, number: int, child: int, signer: int, coverage: int) -> None:
    told = {"relationship": "mother", "capacity": "parent", "say": "permit", "complete": True, "channel": "desk"}
    told |= {"recorded_at": NOW, "recorded_by": "u", "organization": "school", "token": str(number)}
    key = {"sequence": number, "child": child, "signer": signer, "coverage": coverage}
    put(conn, known, "consent_event", **key, **told)


def fill(engine: Engine) -> None:
    """Child 1 at the school (100) and the clinic (101); child 2 at the school; record 300 went from 3 to 2."""
    known = MetaData()
    known.reflect(engine)
    with transaction(engine) as conn:
        add_contributors(conn, "school", "clinic", "club")
        add_child(conn, 1, {"school": date(2015, 5, 20), "clinic": date(2015, 5, 20)})
        add_child(conn, 2, {"school": date(2016, 5, 20)})
        add_child(conn, 3, {"school": date(2016, 5, 20)})
        link(conn, 300, 2)
        for number, sharing in ((1, '["school"]'), (2, '["clinic"]'), (3, '["*"]'), (4, '["club"]')):
            put(conn, known, "consent_coverage", digest=str(number), disclosing=sharing, **COVERS)
        for number, child, key in ((1, 1, "mara"), (2, 2, "mara"), (3, 2, "ivo"), (9, 3, "ivo")):
            named = {"name": key.title(), "name_key": key, "recorded_at": NOW}
            put(conn, known, "consent_signer", id=number, child=child, **named)
        for number, *rest in ((1, 1, 1, 1), (2, 1, 1, 2), (3, 1, 1, 3), (4, 1, 1, 4), (5, 2, 2, 1), (7, 3, 9, 1)):
            said(conn, known, number, *rest)
        told = {"recorded_at": NOW, "recorded_by": "u"}
        put(conn, known, "court_order", id=1, child=2, signer=2, starts=date(2026, 1, 1), **told)
        put(conn, known, "court_order", id=2, child=2, signer=2, starts=date(2026, 2, 1), replaces=1, **told)
        put(conn, known, "postsecondary", id=4, child=1, starts_on=date(2033, 8, 1), **told)
        put(conn, known, "dispute", id=6, child=1, event=3, opened_at=NOW)
        put(conn, known, "dispute_end", dispute=6, settled_at=NOW, settled_by="u", how="agreed")


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as conn:
        return [tuple(row) for row in conn.execute(text(query))]


def test_rows_are_carried_to_the_records_they_are_about(older: Engine, tmp_path: Path) -> None:
    fill(older)
    open_registry(older.url.render_as_string(hide_password=False), tmp_path).dispose()
    with older.connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []
    # The school's, the clinic's, anybody's, and a contributor's that has no record of the child: the lowest.
    assert rows(older, "SELECT sequence, record, signer FROM consent_event ORDER BY 1") == [
        (1, 100, 1), (2, 101, 1), (3, 100, 1), (4, 100, 1), (5, 200, 1), (7, 300, 3),
    ]  # fmt: skip
    assert rows(older, "SELECT id, name_key FROM consent_signer ORDER BY 1") == [(1, "mara"), (3, "ivo")]
    assert rows(older, "SELECT id, child, event FROM dispute") == [(6, 1, 3)]
    assert rows(older, "SELECT dispute, how FROM dispute_end") == [(6, "agreed")]
    with older.connect() as conn:
        assert [event.sequence for event in events_of(conn, 1)] == [1, 2, 3, 4]
        assert [event.sequence for event in events_of(conn, 2)] == [5, 7]
        assert events_of(conn, 3) == ()
        assert court_orders(conn, 2) == (CourtOrder("1", date(2026, 2, 1)),)
        facts = facts_of(conn, 1)
    assert facts is not None
    assert facts.postsecondary_on == date(2033, 8, 1)
    with transaction(older) as conn:
        assert record(conn, KEY, YES, by=By("u", "school"), at=datetime(2026, 3, 1, tzinfo=UTC)) == 8
    assert rows(older, "SELECT id FROM consent_signer WHERE name_key = 'mara ostrander'") == [(10,)]


def test_there_is_a_way_back(older: Engine) -> None:
    fill(older)
    move(older, "0005")
    move(older, "0004")
    assert rows(older, "SELECT sequence, child FROM consent_event ORDER BY 1") == [
        (1, 1), (2, 1), (3, 1), (4, 1), (5, 2), (7, 2),
    ]  # fmt: skip
    signers = "SELECT e.sequence, s.child, s.name_key FROM consent_event e JOIN consent_signer s ON s.id = e.signer"
    told = rows(older, f"{signers} WHERE e.sequence > 3 ORDER BY 1")
    assert told == [(4, 1, "mara"), (5, 2, "mara"), (7, 2, "ivo")]
    assert rows(older, "SELECT child FROM court_order") == [(2,), (2,)]
    assert rows(older, "SELECT child, starts_on IS NOT NULL FROM postsecondary")[0][0] == 1
