"""The registry: its migrations make exactly its tables, writers wait for each other, moments keep their zone."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from cli.saying import mendable
from data_access.registry import tables
from data_access.registry.bulk import insert_rows
from data_access.registry.engine import NotOpened, after_commit, connect, lock, transaction
from data_access.registry.migrate import NewerRegistry, upgrade
from data_access.registry.schema import metadata
from data_access.stores import open_registry, open_stores

SAVED = {"name": "Ours", "kind": "funder"}


def add(engine: Engine, name: str) -> None:
    with transaction(engine) as connection:
        connection.execute(insert(tables.organization), SAVED | {"id": name, "recorded_at": datetime.now(UTC)})


@pytest.mark.postgresql
def test_migrations_make_the_declared_tables(registry: Engine) -> None:
    with registry.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_database_that_goes_away_is_said_in_one_line_without_what_was_written(
    postgres_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry, other = open_registry(postgres_url, tmp_path), connect(postgres_url)
    with pytest.raises(SystemExit) as left, mendable(), transaction(registry) as connection:
        connection.execute(insert(tables.organization), SAVED | {"id": "first", "recorded_at": datetime.now(UTC)})
        with transaction(other) as another:
            another.execute(select(func.pg_terminate_backend(connection.scalar(select(func.pg_backend_pid())))))
        connection.execute(insert(tables.organization), SAVED | {"id": "second", "recorded_at": datetime.now(UTC)})
    told = capsys.readouterr().err
    assert left.value.code == 2 and len(told.splitlines()) == 1 and "The database did not do" in told
    with registry.connect() as connection:
        assert "first" not in connection.scalars(select(tables.organization.c.id)).all()
    registry.dispose(), other.dispose()


@pytest.mark.postgresql
def test_no_error_repeats_what_was_to_be_written(registry: Engine) -> None:
    add(registry, "first")
    with pytest.raises(IntegrityError) as told, transaction(registry) as connection:
        row = SAVED | {"id": "first", "name": "Somebody", "recorded_at": datetime.now(UTC)}
        connection.execute(insert(tables.organization), row)
    assert "Somebody" not in str(told.value)


def test_upgrade_is_done_once_whoever_comes_first(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'empty.db'}")
    crowd = [threading.Thread(target=upgrade, args=(engine,)) for _ in range(4)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    add(engine, "first")
    engine.dispose()


@pytest.mark.postgresql
def test_a_newer_registry_is_not_touched(registry: Engine) -> None:
    with transaction(registry) as connection:
        ours = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(NewerRegistry, match="newer version"):
            upgrade(registry)
    finally:
        with transaction(registry) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :ours"), {"ours": ours})


@pytest.mark.postgresql
def test_a_failed_transaction_leaves_nothing_and_runs_nothing(registry: Engine) -> None:
    done: list[str] = []
    with pytest.raises(ZeroDivisionError), transaction(registry) as connection:
        connection.execute(insert(tables.organization), SAVED | {"id": "new", "recorded_at": datetime.now(UTC)})
        after_commit(connection, "mark", lambda: done.append("mark"))
        raise ZeroDivisionError
    with registry.connect() as connection:
        assert connection.scalar(select(func.count()).where(tables.organization.c.id == "new")) == 0
    assert done == []


def test_of_actions_after_commit_the_last_of_a_name_is_done(registry: Engine) -> None:
    done: list[int] = []
    with transaction(registry) as connection:
        after_commit(connection, "mark", lambda: done.append(1))
        after_commit(connection, "mark", lambda: done.append(2))
        assert done == []
    assert done == [2]


@pytest.mark.postgresql
def test_writers_wait_and_lose_nothing(registry: Engine) -> None:
    """Each reads the largest number, then writes the next: without waiting, two would write the same."""
    with transaction(registry) as connection:
        connection.execute(text("DROP TABLE IF EXISTS numbers"))
        connection.execute(text("CREATE TABLE numbers (n INTEGER PRIMARY KEY)"))

    def count() -> None:
        for _ in range(10):
            with transaction(registry) as connection:
                lock(connection, "numbers")
                last = connection.scalar(text("SELECT MAX(n) FROM numbers")) or 0
                connection.execute(text("INSERT INTO numbers VALUES (:n)"), {"n": last + 1})

    crowd = [threading.Thread(target=count) for _ in range(4)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    with transaction(registry) as connection:
        assert connection.scalar(text("SELECT COUNT(*) FROM numbers")) == 40
        connection.execute(text("DROP TABLE numbers"))


@pytest.mark.postgresql
def test_moments_keep_their_meaning_and_need_a_zone(registry: Engine) -> None:
    moment = datetime(2026, 3, 8, 3, 30, tzinfo=timezone(timedelta(hours=-4)))
    with transaction(registry) as connection:
        connection.execute(insert(tables.organization), SAVED | {"id": "new", "recorded_at": moment})
        found = connection.scalar(select(tables.organization.c.recorded_at).where(tables.organization.c.id == "new"))
    assert found == moment
    assert found.tzinfo is UTC
    with pytest.raises(Exception, match="time zone"), transaction(registry) as connection:
        connection.execute(insert(tables.organization), SAVED | {"id": "bad", "recorded_at": datetime(2026, 1, 1)})


@pytest.mark.postgresql
def test_rows_in_bulk_are_the_rows_one_by_one(registry: Engine) -> None:
    """Hostile text, tabs, backslashes and nothing at all arrive as they are."""
    values = ["plain", "O'Brien", "tab\there", "back\\slash", "\\N", "日本", "", "semi;colon\nline"]
    with transaction(registry) as connection:
        rows = [(n, "fund", value) for n, value in enumerate(values, start=1)]
        insert_rows(connection, tables.source_record, ("record_id", "contributor", "local_id"), rows)
        query = select(tables.source_record.c.local_id).order_by(tables.source_record.c.record_id)
        assert list(connection.scalars(query)) == values


@pytest.mark.postgresql
def test_moments_in_bulk_are_moments(registry: Engine) -> None:
    moment = datetime(2026, 3, 8, 3, 30, 0, 5, tzinfo=timezone(timedelta(hours=-4)))
    with transaction(registry) as connection:
        insert_rows(connection, tables.child, ("child_id", "since"), [(1, moment)])
        connection.execute(insert(tables.child), {"child_id": 2, "since": moment})
        found = connection.scalars(select(tables.child.c.since)).all()
    assert found == [moment, moment]


def test_sqlite_is_set_up_to_survive_a_power_cut(tmp_path: Path) -> None:
    with connect(f"sqlite:///{tmp_path / 'r.db'}").connect() as connection:
        read = {name: connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous")}
        assert read == {"journal_mode": "wal", "synchronous": 2}
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_other_databases_are_refused_in_words() -> None:
    with pytest.raises(NotOpened, match="sqlite:// or postgresql://"):
        connect("mysql://somewhere/else")


@pytest.mark.parametrize(("user", "name"), [("nobody", "postgres"), ("quorum", "missing")])
def test_a_missing_role_or_database_is_said_in_one_line(
    postgres_url: str, tmp_path: Path, user: str, name: str
) -> None:
    server = postgres_url.rpartition("@")[2].rpartition("/")[0]
    with pytest.raises(NotOpened, match=r"does not exist\)\. .*QUORUM_DATABASE_URL") as told:
        open_stores(f"postgresql://{user}:hunter2@{server}/{name}", tmp_path, b"k" * 32, ZoneInfo("UTC"))
    assert "hunter2" not in str(told.value) and len(str(told.value).splitlines()) == 1
