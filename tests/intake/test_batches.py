"""A batch is wholly in or wholly out; the same file twice is once; every bad row is named with the mend."""

import os
import resource
import signal
import sys
import threading
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data_access.agreements import NotRecorded
from data_access.batches import batches
from data_access.ledger import verify
from data_access.stores import Stores, open_stores
from intake.batches import Accepted, Unchanged, import_file, withdraw
from intake.problems import BadFile
from tests.intake.conftest import (
    ATTENDANCE,
    DAY,
    KEY,
    OUTCOME,
    PARTICIPATION,
    PROGRAM,
    ROSTER,
    Bring,
    everything,
    rows,
)


def test_each_kind_becomes_its_facts(stores: Stores, begun: Bring) -> None:
    for kind, content in (("attendance", ATTENDANCE), ("participation", PARTICIPATION), ("outcome", OUTCOME)):
        begun(kind, content)
    assert rows(stores, "SELECT record_id, as_of, age, gender, grade FROM roster ORDER BY 1") == [
        (1, DAY, 9, "F", ""),
        (2, DAY, 8, "M", ""),
        (3, DAY, None, "", ""),
    ]
    assert rows(stores, "SELECT * FROM attendance ORDER BY 1") == [
        (1, "north/P1", date(2024, 9, 1), 20, 19, None),
        (2, "north/P1", date(2024, 9, 1), 20, 12, None),
    ]
    assert rows(stores, "SELECT * FROM participation ORDER BY 1") == [
        (1, "north/P2", date(2024, 9, 3), None),
        (2, "north/P2", date(2024, 9, 3), date(2025, 5, 30)),
    ]
    assert rows(stores, "SELECT * FROM outcome") == [(1, "reading_grade3", date(2025, 5, 1), "412", True, "STATE-ELA")]
    assert rows(stores, "SELECT * FROM program ORDER BY 1")[1] == (
        "north/P2",
        "north",
        "Chess",
        "after_school",
        "South",
    )


def test_text_is_kept_as_it_was_written(stores: Stores, begun: Bring) -> None:
    with stores.registry.connect() as connection:
        found = connection.execute(
            text(
                "SELECT local_id, last_name, first_name, birth_date FROM identity JOIN source_record USING (record_id)"
                " ORDER BY record_id"
            )
        ).all()
    assert [tuple(row) for row in found] == [
        ("00123", "NA", "None", "2015-03-01"),
        ("00124", "Núñez", "Ana María", "2016-04-02"),
        ("B-7", "O'Hara", "Li", None),
    ]


def test_no_name_reaches_the_lake_or_the_ledger(stores: Stores, begun: Bring) -> None:
    for path in (stores.home / "lake").rglob("*.parquet"):
        content = path.read_bytes()
        assert not any(word.encode() in content for word in ("Núñez", "O'Hara", "00124"))
    with stores.registry.connect() as connection:
        told = str(connection.execute(text("SELECT * FROM ledger")).all())
    assert not any(word in told for word in ("Núñez", "O'Hara", "2015"))


def test_the_same_file_twice_changes_nothing(stores: Stores, begun: Bring) -> None:
    first = begun("attendance", ATTENDANCE)
    before = everything(stores)
    assert isinstance(first, Accepted)
    assert begun("attendance", ATTENDANCE) == Unchanged(first.batch_id)
    assert begun("attendance", ATTENDANCE, as_of=date(2025, 1, 1), name="other.csv") == Unchanged(first.batch_id)
    assert begun("roster", ROSTER, as_of=None) == Unchanged(2)
    assert everything(stores) == before


def test_a_roster_of_another_day_is_another_roster(stores: Stores, begun: Bring) -> None:
    """Identities gain a version, records keep their ids, new children get new ones."""
    later = ROSTER.replace("O'Hara", "Hara") + "N9,New,One,2018-01-01,F\n"
    begun("roster", later, as_of=date(2025, 10, 1))
    found = rows(stores, "SELECT record_id, as_of, age FROM roster ORDER BY 2, 1")
    assert [(r, d.year, a) for r, d, a in found] == [
        *((1, 2024, 9), (2, 2024, 8), (3, 2024, None)),
        *((1, 2025, 10), (2, 2025, 9), (3, 2025, None), (4, 2025, 7)),
    ]
    with stores.registry.connect() as connection:
        kept = connection.scalars(text("SELECT last_name FROM identity WHERE record_id = 3 ORDER BY batch_id")).all()
    assert kept == ["O'Hara", "Hara"]


def test_one_local_id_of_two_contributors_is_two_records(stores: Stores, begun: Bring) -> None:
    begun("roster", ROSTER, "south")
    assert rows(stores, "SELECT COUNT(DISTINCT record_id) FROM roster") == [(6,)]


BAD: dict[str, tuple[str, str, list[str]]] = {
    "unknown child": (
        "attendance",
        ATTENDANCE.replace("00124", "00999"),
        ["line 3, child_id: no roster of this contributor has this child_id"],
    ),
    "leading zeros lost": ("attendance", ATTENDANCE.replace("00123", "123"), ["line 2, child_id: no roster"]),
    "unknown program": ("attendance", ATTENDANCE.replace("P1", "P9", 1), ["line 2, program: “P9” is not on"]),
    "no such month": ("attendance", ATTENDANCE.replace("2024-09", "2024-13", 1), ["line 2, month: “2024-13”"]),
    "a day for a month": ("attendance", ATTENDANCE.replace("2024-09", "2024-09-02", 1), ["line 2, month"]),
    "more days than the month has": (
        "attendance",
        ATTENDANCE.replace("20,19", "31,19"),
        ["line 2, days_enrolled: the"],
    ),
    "more present than enrolled": (
        "attendance",
        ATTENDANCE.replace("20,19", "20,21"),
        ["line 2, days_present: this is"],
    ),
    "days that are no number": ("attendance", ATTENDANCE.replace("20,19", "20,x"), ["line 2, days_present: “x”"]),
    "negative days": (
        "attendance",
        ATTENDANCE.replace("20,19", "-1,-1"),
        ["line 2, days_enrolled", "line 2, days_present"],
    ),
    "half days": ("attendance", ATTENDANCE.replace("20,19", "20,9.5"), ["line 2, days_present: “9.5”"]),
    "no days": ("attendance", ATTENDANCE.replace("20,19", ","), ["line 2, days_enrolled", "line 2, days_present"]),
    "the same month twice": (
        "attendance",
        ATTENDANCE + "00123,P1,2024-09-01,20,19\n",
        ["line 4, program: this child, program and month are in line 2 already"],
    ),
    "a start that is no date": (
        "participation",
        PARTICIPATION.replace("2024-09-03,\n", "9/3/24,\n"),
        ["line 2, start_date"],
    ),
    "no start": ("participation", PARTICIPATION.replace("2024-09-03,\n", ",\n"), ["line 2, start_date: this is empty"]),
    "an end before the start": (
        "participation",
        PARTICIPATION.replace("2025-05-30", "2023-05-30"),
        ["line 3, end_date"],
    ),
    "a year nobody means": ("participation", PARTICIPATION.replace("2025-05-30", "0205-05-30"), ["line 3, end_date"]),
    "a result of nothing": (
        "outcome",
        OUTCOME.replace("412,yes", ","),
        ["line 2, value: this is empty, and so is met"],
    ),
    "neither yes nor no": ("outcome", OUTCOME.replace("yes", "maybe"), ["line 2, met"]),
    "the thirtieth of February": (
        "outcome",
        OUTCOME.replace("2025-05-01", "2025-02-30"),
        ["line 2, date: “2025-02-30”"],
    ),
    "an unknown kind": (
        "program",
        PROGRAM.replace("after_school", "club"),
        ["line 3, kind: “club” is not known here."],
    ),
    "a program twice": ("program", PROGRAM.replace("P2", "P1"), ["line 3, program: this program is in line 2 already"]),
    "a child twice": (
        "roster",
        ROSTER.replace("00124", "00123"),
        ["line 3, child_id: this child_id is in line 2 already"],
    ),
    "a child without id": ("roster", ROSTER.replace("00124", ""), ["line 3, child_id: this is empty"]),
    "a child without name": ("roster", ROSTER.replace("Núñez", " "), ["line 3, last_name: this is empty"]),
    "born on no day": (
        "roster",
        ROSTER.replace("2015-03-01", "2015-02-29"),
        ["line 2, birth_date: this is not a date"],
    ),
    "born in another order": (
        "roster",
        ROSTER.replace("2015-03-01", "03/01/2015"),
        ["line 2, birth_date: this is not"],
    ),
    "born later": (
        "roster",
        ROSTER.replace("2015-03-01", "2024-10-02"),
        ["line 2, birth_date: this lies after 2024-10-01"],
    ),
    "a name that turns text around": (
        "roster",
        ROSTER.replace("Núñez", "N\u202eez"),
        ["line 3, last_name: this holds"],
    ),
    "a name too long": ("roster", ROSTER.replace("Núñez", "N" * 101), ["line 3, last_name: this is longer than 100"]),
    "several at once": (
        "attendance",
        ATTENDANCE.replace("00123", "x").replace("20,12", "20,99"),
        ["line 2, child_id", "line 3, days_present"],
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_rows_are_all_named_and_nothing_is_stored(standing: tuple[Stores, Bring], case: str) -> None:
    stores, bring = standing
    kind, content, told = BAD[case]
    before = everything(stores)
    with pytest.raises(BadFile) as refused:
        bring(kind, content)
    sentences = refused.value.sentences
    assert len(sentences) == len(told), sentences
    for sentence, start in zip(sentences, told, strict=True):
        assert sentence.startswith(f"{kind}.csv, {start}"), sentence
        assert sentence.rstrip().endswith((".", "12"))
    assert everything(stores) == before


def test_coordinates_that_are_no_place_are_counted_in_a_note(begun: Bring) -> None:
    head = "child_id,last_name,first_name,birth_date,gender,longitude,latitude\n"
    places = ("-77.61,43.15", "abc,43.15", "-77.61,99", "-77.61,", ",")
    done = begun("roster", head + "".join(f"x{n},Last,First,2015-03-01,F,{at}\n" for n, at in enumerate(places)))
    assert any(note.startswith("3 rows have a longitude or latitude that is no place") for note in done.notes)


@pytest.mark.parametrize("case", ["born on no day", "born in another order", "a name too long", "unknown child"])
def test_personal_values_are_not_repeated(standing: tuple[Stores, Bring], case: str) -> None:
    kind, content, _ = BAD[case]
    with pytest.raises(BadFile) as refused:
        standing[1](kind, content)
    assert not any(value in str(refused.value) for value in ("02-29", "03/01", "NNN", "00999"))


def test_ten_thousand_rows_with_three_bad_ones_name_three(bring: Bring) -> None:
    lines = [f"c{n},Last{n},First{n},2015-03-01,F" for n in range(10_000)]
    lines[17] = "c17,Last,First,2015-03-41,F"
    lines[5_000] = ",Last,First,2015-03-01,F"
    lines[9_999] = "c3,Last,First,2015-03-01,F"
    with pytest.raises(BadFile) as refused:
        bring("roster", "\n".join([ROSTER.splitlines()[0], *lines]))
    assert [(p.line, p.column) for p in refused.value.problems] == [
        (19, "birth_date"),
        (5002, "child_id"),
        (10001, "child_id"),
    ]


def test_the_first_file_to_bring_is_named(bring: Bring) -> None:
    with pytest.raises(BadFile) as refused:
        bring("attendance", ATTENDANCE)
    assert "no roster of this contributor yet" in str(refused.value)
    assert "no list of this contributor's programs yet" in str(refused.value)


def test_facts_told_before_are_refused_with_the_batch_to_withdraw(stores: Stores, begun: Bring) -> None:
    first = begun("attendance", ATTENDANCE)
    assert isinstance(first, Accepted)
    corrected = ATTENDANCE.replace("20,12", "20,13")
    with pytest.raises(
        BadFile, match=f"2 rows of this file.* batch {first.batch_id} already.*withdraw {first.batch_id}"
    ):
        begun("attendance", corrected)
    assert withdraw(stores, first.batch_id)
    begun("attendance", corrected)
    assert rows(stores, "SELECT days_present FROM attendance ORDER BY 1") == [(13,), (19,)]


def test_another_month_of_the_same_children_is_welcome(stores: Stores, begun: Bring) -> None:
    begun("attendance", ATTENDANCE)
    begun("attendance", ATTENDANCE.replace("2024-09", "2024-10"))
    assert rows(stores, "SELECT COUNT(*) FROM attendance") == [(4,)]


def test_a_newer_program_list_renames_and_adds(stores: Stores, begun: Bring) -> None:
    begun("program", "program,name,kind,site\nP2,Chess Club,after_school,South\nP3,Art,summer,\n")
    found = rows(stores, "SELECT program, name FROM program ORDER BY 1")
    assert found == [("north/P1", "First School"), ("north/P2", "Chess Club"), ("north/P3", "Art")]


def test_withdrawing_takes_a_batch_out_once(stores: Stores, begun: Bring) -> None:
    done = begun("attendance", ATTENDANCE)
    assert isinstance(done, Accepted)
    assert withdraw(stores, done.batch_id)
    assert not withdraw(stores, done.batch_id)
    assert not withdraw(stores, 99)
    assert rows(stores, "SELECT COUNT(*) FROM attendance") == [(0,)]
    again = begun("attendance", ATTENDANCE)
    assert isinstance(again, Accepted)
    assert again.batch_id > done.batch_id


def test_children_of_a_withdrawn_roster_are_unknown(stores: Stores, begun: Bring) -> None:
    withdraw(stores, 2)
    with pytest.raises(BadFile, match="no roster of this contributor yet"):
        begun("attendance", ATTENDANCE)
    begun("roster", ROSTER)
    assert rows(stores, "SELECT record_id FROM roster ORDER BY 1") == [(1,), (2,), (3,)]


def test_who_may_bring_is_said(bring: Bring) -> None:
    with pytest.raises(NotRecorded, match=r"nobody.*north, south"):
        bring("roster", ROSTER, "nobody")
    with pytest.raises(NotRecorded, match="only contributors"):
        bring("roster", ROSTER, "fund")


def test_what_is_odd_is_noted(begun: Bring) -> None:
    odd = "child_id,last_name,first_name,birth_date,gender,grade,shoe size\n1,A,B,1900-01-01,F,3,36\n2,C,D,,M,03,\n"
    done = begun("roster", odd, as_of=date(2025, 10, 1))
    assert isinstance(done, Accepted)
    notes = " ".join(done.notes)
    assert "Columns that were not read: shoe size." in notes
    assert "1 row has a grade that the catalog does not list" in notes
    assert "1 date of birth lies more than 26 years back" in notes
    assert "No data-sharing agreement with north is in force" in notes


def test_a_workbook_is_taken_like_a_csv_file(stores: Stores, begun: Bring, tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for line in ATTENDANCE.splitlines():
        book.active.append([int(c) if c in ("20", "19", "12") else c for c in line.split(",")])
    book.save(tmp_path / "made.xlsx")
    begun("attendance", (tmp_path / "made.xlsx").read_bytes(), name="attendance.xlsx")
    assert rows(stores, "SELECT days_present FROM attendance ORDER BY 1") == [(12,), (19,)]


def test_two_imports_at_once_are_both_whole(stores: Stores, bring: Bring, tmp_path: Path) -> None:
    """Of two at the same moment one waits; of the same file, one finds it in already."""
    files = {"north": ROSTER, "south": ROSTER.replace("00123", "00777")}
    for contributor, content in files.items():
        (tmp_path / f"{contributor}.csv").write_text(content)
    done: list[Accepted | Unchanged] = []

    def run(contributor: str) -> None:
        done.append(import_file(stores, "roster", tmp_path / f"{contributor}.csv", contributor, DAY))

    crowd = [threading.Thread(target=run, args=(name,)) for name in ("north", "south", "north", "south")]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert sorted(type(one).__name__ for one in done) == ["Accepted", "Accepted", "Unchanged", "Unchanged"]
    assert rows(stores, "SELECT COUNT(*), COUNT(DISTINCT record_id) FROM roster") == [(6, 6)]
    assert verify(stores.registry, KEY, stores.ledger_head).ok


WATCHED = {"open", "os.rename", "os.remove", "os.mkdir", "sqlite3.connect", "fcntl.flock"}


def _import_until(stores: Stores, path: Path, count: int) -> int:
    """Import in a child process that is killed at its count-th touch of the disk; gives how it ended."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    left = [count]

    def watch(event: str, _arguments: tuple[object, ...]) -> None:
        if event in WATCHED:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    try:
        mine = open_stores(f"sqlite:///{stores.home}/registry.db", stores.home, KEY, stores.time_zone)
        sys.addaudithook(watch)
        import_file(mine, "roster", path, "north", DAY)
    finally:
        os._exit(0)


def test_killed_at_any_point_leaves_all_or_nothing(stores: Stores, tmp_path: Path) -> None:
    """Killed with signal 9 at every touch of the disk in turn, until the import gets through."""
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER)
    outcomes = []
    for count in range(1, 200):
        status = _import_until(stores, path, count)
        found = len(batches(stores.registry))
        listed = rows(stores, "SELECT COUNT(*) FROM roster")[0][0]
        with stores.registry.connect() as connection:
            identities, acts = (connection.scalar(text(f"SELECT COUNT(*) FROM {t}")) for t in ("identity", "ledger"))
        assert (found, listed, identities, acts) in {(0, 0, 0, 0), (1, 3, 3, 1)}, f"killed at {count}"
        outcomes.append(found)
        if status == 0 or found:
            break
    assert outcomes[-1] == 1
    assert len(outcomes) > 8
    assert import_file(stores, "roster", path, "north", DAY) == Unchanged(1)
    import_file(stores, "program", _written(tmp_path, PROGRAM), "north", DAY)
    assert len([p for p in stores.lake.folder.rglob("*") if p.is_file()]) == 3
    assert verify(stores.registry, KEY, stores.ledger_head).ok


def _written(folder: Path, content: str) -> Path:
    path = folder / "program.csv"
    path.write_text(content)
    return path


@pytest.mark.parametrize("limit", [0, 3_000])
def test_on_a_full_disk_nothing_is_stored(stores: Stores, begun: Bring, tmp_path: Path, limit: int) -> None:
    """No file may grow beyond the limit: the system answers as it does on a full disk."""
    before = everything(stores)
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER.replace("Hara", "Hare") + "".join(f"x{n},Last,First,2015-03-01,F\n" for n in range(2_000)))
    child = os.fork()
    if not child:
        code = 9
        try:
            mine = open_stores(f"sqlite:///{stores.home}/registry.db", stores.home, KEY, stores.time_zone)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            import_file(mine, "roster", path, "north", date(2025, 10, 1))
            code = 0
        except (OSError, DBAPIError):
            code = 7
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert everything(stores) == before
    begun("attendance", ATTENDANCE)


def test_progress_is_of_no_concern_to_a_file(begun: Bring, capfd: pytest.CaptureFixture[str]) -> None:
    begun("attendance", ATTENDANCE)
    assert capfd.readouterr() == ("", "")


def test_what_a_broken_import_left_is_swept_by_the_next(stores: Stores, begun: Bring) -> None:
    (stores.lake.folder / "roster" / "north" / "99.parquet").write_bytes(b"orphan")
    begun("attendance", ATTENDANCE)
    assert not (stores.lake.folder / "roster" / "north" / "99.parquet").exists()
