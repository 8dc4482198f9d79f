"""The lake: whole files or none, only what the registry lists, read as of a day."""

import errno
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, text

from data_access.batches import (
    Contribution,
    add_batch,
    add_facts,
    batches,
    broken_files,
    same_file,
    strike_batch,
    strike_files,
)
from data_access.files import write_whole
from data_access.lake import Lake
from data_access.lake_tables import SCHEMAS, WHEN
from data_access.registry.engine import transaction

MONTHS = [date(2025, 1, 1), date(2025, 2, 1), date(2025, 3, 1)]


@pytest.fixture
def lake(registry: Engine, tmp_path: Path) -> Lake:
    return Lake(tmp_path / "o'lake", registry)  # a quote in the path must not end a string in SQL


def days(present: int, months: list[date] = MONTHS) -> pa.Table:
    count = len(months)
    columns = [[7] * count, ["fund/p"] * count, months, [20] * count, [present] * count, [None] * count]
    return pa.table(dict(zip(SCHEMAS["attendance"].names, columns, strict=True)))


def bring(lake: Lake, present: int, sha: str = "1") -> int:
    with transaction(lake.engine) as connection:
        brought = Contribution("attendance", "fund", date(2025, 6, 1), sha * 64, "days.csv", "test")
        number = add_batch(connection, brought, 3)
        add_facts(connection, lake, number, "fund", "attendance", days(present))
    return number


def present(lake: Lake, as_of: date | None = None) -> list[int]:
    return [n for (n,) in lake.duckdb(as_of).execute("SELECT days_present FROM attendance ORDER BY ALL").fetchall()]


def test_facts_are_read_once_listed(lake: Lake) -> None:
    number = bring(lake, 19)
    assert present(lake) == [19, 19, 19]
    assert [p.relative_to(lake.folder).as_posix() for p in lake.files("attendance")] == [
        f"attendance/fund/{number}.parquet"
    ]


def test_a_file_nobody_lists_is_not_read_and_is_swept(lake: Lake) -> None:
    bring(lake, 19)
    lake.write("attendance", "fund", 99, days(5))
    (lake.folder / "attendance" / ".writing-1-a").write_bytes(b"half")
    assert present(lake) == [19, 19, 19]
    assert lake.sweep() == ["attendance/.writing-1-a", "attendance/fund/99.parquet"]
    assert present(lake) == [19, 19, 19]


@pytest.mark.postgresql
def test_a_withdrawn_batch_is_out_and_its_file_stays(lake: Lake) -> None:
    first, second = bring(lake, 19), bring(lake, 11, "2")
    with transaction(lake.engine) as connection:
        assert strike_batch(connection, first, "test") == "fund"
        assert strike_batch(connection, first, "test") is None
        assert strike_batch(connection, 77, "test") is None
    assert present(lake) == [11, 11, 11]
    assert lake.sweep() == []
    assert [b.withdrawn_by for b in batches(lake.engine)] == ["test", None]
    assert [b.id for b in batches(lake.engine, "fund")] == [first, second]


@pytest.mark.postgresql
def test_the_lake_as_it_stood_at_a_moment(lake: Lake) -> None:
    before = datetime.now(UTC)
    first = bring(lake, 19)
    between = datetime.now(UTC)
    with transaction(lake.engine) as connection:
        strike_batch(connection, first, "test")
    assert [len(lake.files("attendance", at)) for at in (before, between, None)] == [0, 1, 0]


@pytest.mark.postgresql
def test_a_newer_file_takes_the_place_of_an_older_of_the_same_batch(lake: Lake) -> None:
    number = bring(lake, 19)
    with transaction(lake.engine) as connection:
        assert strike_files(connection, "attendance", number) == 1
        add_facts(connection, lake, number, "fund", "attendance", days(3), "again")
    assert present(lake) == [3, 3, 3]


@pytest.mark.parametrize(("as_of", "rows"), [(date(2024, 12, 31), 0), (date(2025, 2, 28), 2), (None, 3)])
def test_nothing_later_than_the_day_asked_for(lake: Lake, as_of: date | None, rows: int) -> None:
    bring(lake, 19)
    assert len(present(lake, as_of)) == rows


def test_an_empty_lake_has_every_table_with_its_columns(lake: Lake) -> None:
    connection = lake.duckdb(date(2025, 1, 1))
    for table in SCHEMAS:
        found = connection.execute(f"SELECT * FROM {table}")
        assert [column[0] for column in found.description] == SCHEMAS[table].names
        assert found.fetchall() == []
    assert connection.execute("SELECT record_id, child_id, contributor FROM person").fetchall() == []


def test_empty_and_full_tables_have_the_same_types(lake: Lake) -> None:
    empty = lake.duckdb().execute("DESCRIBE attendance").fetchall()
    bring(lake, 19)
    assert lake.duckdb().execute("DESCRIBE attendance").fetchall() == empty


def test_sqlalchemy_reads_the_same(lake: Lake) -> None:
    bring(lake, 19)
    with lake.connect() as connection:
        assert connection.scalar(text("SELECT SUM(days_present) FROM attendance")) == 57
        assert connection.scalar(text("SELECT COUNT(*) FROM person")) == 0


def test_reading_some_rows_names_their_batch(lake: Lake) -> None:
    first, second = bring(lake, 19), bring(lake, 11, "2")
    found = lake.read("attendance", "fund", ["days_present"], ("month", MONTHS[1], MONTHS[1]))
    assert found.to_pylist() == [{"days_present": 19, "batch_id": first}, {"days_present": 11, "batch_id": second}]
    assert lake.read("attendance", "alder-together", ["month"], ("month", MONTHS[0], MONTHS[2])).num_rows == 0


def test_no_name_birth_date_or_address_has_a_column() -> None:
    columns = {column for schema in SCHEMAS.values() for column in schema.names}
    personal = {"last_name", "first_name", "birth_date", "street", "longitude", "latitude", "guardian_name", "local_id"}
    assert not columns & personal
    assert set(WHEN) == set(SCHEMAS) - {"program"}


@pytest.mark.postgresql
def test_the_same_file_is_known_by_kind_contributor_day_and_content(lake: Lake) -> None:
    number = bring(lake, 19)
    same = Contribution("attendance", "fund", date(2025, 6, 1), "1" * 64, "other.csv", "test")
    later = Contribution("attendance", "fund", date(2025, 7, 1), "1" * 64, "days.csv", "test")
    with lake.engine.connect() as connection:
        assert same_file(connection, same, any_day=False) == number
        assert same_file(connection, later, any_day=False) is None
        assert same_file(connection, later, any_day=True) == number


@pytest.mark.postgresql
def test_two_active_batches_of_one_file_cannot_be(lake: Lake) -> None:
    bring(lake, 19)
    with pytest.raises(Exception, match=r"(?i)unique"):
        bring(lake, 19)


@pytest.mark.postgresql
@pytest.mark.parametrize("spoil", [Path.unlink, lambda p: p.write_bytes(p.read_bytes()[:-1] + b"x")])
def test_a_missing_or_changed_file_is_named(lake: Lake, spoil: Callable[[Path], object]) -> None:
    bring(lake, 19)
    assert broken_files(lake) == []
    spoil(lake.files("attendance")[0])
    (told,) = broken_files(lake)
    assert "attendance/fund/" in told


def test_rows_of_another_form_are_not_written(lake: Lake) -> None:
    with pytest.raises((pa.ArrowInvalid, KeyError)):
        lake.write("attendance", "fund", 1, days(3).rename_columns([*SCHEMAS["attendance"].names[:-1], "minutes"]))
    with pytest.raises(pa.ArrowInvalid):
        lake.write("attendance", "fund", 1, days(40_000))
    assert not list(lake.folder.rglob("*.parquet"))


def test_a_write_that_breaks_leaves_no_file(tmp_path: Path) -> None:
    def half(file) -> None:
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "whole").write_bytes(b"before")
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "whole", half)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("whole", b"before")]


def test_files_are_the_owners_alone(lake: Lake) -> None:
    bring(lake, 19)
    (path,) = lake.files("attendance")
    assert path.stat().st_mode & 0o077 == 0
    assert pq.read_schema(path).names == SCHEMAS["attendance"].names
    assert duckdb.connect().execute("SELECT COUNT(*) FROM read_parquet(?)", [str(path)]).fetchone() == (3,)
