"""The command line: what it says, its exit codes, and that nothing is stored where it refuses."""

import json
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from cli import main
from data_access.ledger import canonical

ROOT = Path(__file__).parents[1]
AGREEMENTS = ROOT / "demo" / "agreements.toml"
ROSTER = "child_id,last_name,first_name,birth_date,gender\n1,Lee,Ana,2015-03-01,F\n2,Ray,Bo,2015-04-01,M\n"
SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
Quorum = Callable[..., Result]


@pytest.fixture
def quorum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Quorum:
    """Run the command with a home folder of its own."""
    for name in [name for name in os.environ if name.startswith("QUORUM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("QUORUM_HOME", str(tmp_path / "home"))

    def run(*arguments: object, **more: object) -> Result:
        done = CliRunner().invoke(main, [str(a) for a in arguments], **more)  # type: ignore[arg-type]
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done

    return run


@pytest.fixture
def roster(tmp_path: Path, quorum: Quorum) -> Path:
    """A roster file, and the contributor it is of."""
    assert quorum("organization", "add", "north", "North Schools", "--kind", "contributor").exit_code == 0
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER)
    return path


def bring(quorum: Quorum, path: Path, kind: str = "roster") -> Result:
    return quorum("import", kind, path, "--contributor", "north", "--as-of", "2024-10-01")


def test_a_file_in_and_out_again(quorum: Quorum, roster: Path) -> None:
    done = bring(quorum, roster)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "Batch 1 is in: 2 rows of roster from north, as of 2024-10-01." in done.stdout
    assert "Nothing changed: this very file is in already, as batch 1." in bring(quorum, roster).stdout
    assert "2 records are of 2 children. New links: 2." in quorum("match").stdout
    assert "New links: 0." in quorum("match").stdout
    assert "as of 2024-10-01\t2 rows" in quorum("batches").stdout
    assert quorum("withdraw", 1).exit_code == 0
    assert "withdrawn" in quorum("batches").stdout
    assert (quorum("withdraw", 1).exit_code, quorum("withdraw", 7).exit_code) == (2, 2)
    assert "0 records" in quorum("match").stdout


def test_every_bad_row_is_said_on_standard_error(quorum: Quorum, roster: Path) -> None:
    roster.write_text(ROSTER.replace("2015-03-01", "2015-03-91").replace("Ray", ""))
    done = bring(quorum, roster)
    assert (done.exit_code, done.stdout) == (2, "")
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        "roster.csv, line 2, birth_date",
        "roster.csv, line 3, last_name",
    ]
    assert quorum("batches").stdout == ""


def test_of_very_many_bad_rows_the_first_are_said_and_the_others_are_counted(quorum: Quorum, roster: Path) -> None:
    """As in another contributor's file: no child of it is known, and here no month can be read either."""
    bring(quorum, roster)
    rows = [f"x{n},p,2024-{n + 13},20,19" for n in range(1_000)]
    roster.write_text("\n".join(["child_id,program,month,days_enrolled,days_present", *rows]))
    lines = bring(quorum, roster, "attendance").stderr.splitlines()
    places = [line.partition(":")[0] for line in lines]
    assert places[:3] == ["roster.csv, program", "roster.csv, line 2, child_id", "roster.csv, line 2, month"]
    assert lines[20] == "roster.csv: 1,981 more problems, of these kinds:"
    assert places[21:] == ["991 in month", "990 in child_id"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("import", "roster", "nowhere.csv", "--contributor", "north"), "nowhere.csv: there is no such file"),
        (("import", "roster", AGREEMENTS, "--contributor", "north"), "agreements.toml: this ending is not known"),
        (("import", "roster", AGREEMENTS, "--contributor", "south"), "No organization has the id “south”"),
        (("import", "roster", AGREEMENTS), "--contributor"),
        (("import", "roster", AGREEMENTS, "--contributor", "north", "--as-of", "1/10/24"), "“1/10/24” is not a date"),
        (("import", "boundaries", AGREEMENTS, "--level", "tract", "--id", "x", "--vintage", "2020"), "agreements.toml"),
        (("import", "population", AGREEMENTS, "--id", "x", "--value", "y", "--vintage", "2020"), "agreements.toml"),
        (("agreement", "add", "nowhere.toml"), "nowhere.toml: the file cannot be read"),
        (("organization", "add", "north", "North", "--kind", "funder"), "recorded as data contributor"),
        (("organization", "add", "../x", "X", "--kind", "funder"), "cannot be an id"),
        (("serve",), "QUORUM_SECRET_KEY is not set"),
        (("publish",), "Import"),
        (("attack",), "Nothing is published yet"),
        (("assign", "nowhere.csv", "--boundaries", "x.geojson", "--id", "x", "-o", "out.csv"), "nowhere.csv"),
    ],
    ids=lambda value: " ".join(map(str, value[:3])) if isinstance(value, tuple) else "",
)
def test_refusals_are_sentences_with_exit_code_2(
    quorum: Quorum, roster: Path, arguments: tuple[object, ...], told: str
) -> None:
    done = quorum(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told.lower() in done.stderr.lower()
    assert "Traceback" not in done.stderr


def test_wrong_settings_are_said(quorum: Quorum, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUORUM_TIME_ZONE", "Nowhere/Town")
    assert "QUORUM_TIME_ZONE" in quorum("batches").stderr


def rows(query: str, folder: Path) -> list[tuple[object, ...]]:
    """What the registry of these tests answers."""
    engine = create_engine(f"sqlite:///{folder / 'home' / 'registry.db'}")
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found


def test_agreements_and_people(quorum: Quorum, tmp_path: Path) -> None:
    assert "new or changed: 28" in quorum("agreement", "add", AGREEMENTS).stdout
    assert "new or changed: 0" in quorum("agreement", "add", AGREEMENTS).stdout
    add = ("user", "add", "--email", "ana@example.org", "--name", "Ana", "--organization", "alder-together")
    weak = quorum(*add, "--role", "backbone", "--password-stdin", input="password\n")
    assert (weak.exit_code, "tried first" in weak.stderr) == (2, True)
    good = quorum(*add, "--role", "backbone", "--password-stdin", input="four plain words together\n")
    assert good.stdout == "ana@example.org may sign in as backbone of alder-together.\n"
    told = rows("SELECT action, actor, organization, detail FROM ledger ORDER BY sequence DESC LIMIT 1", tmp_path)
    (made,) = rows("SELECT user_id FROM account", tmp_path)
    detail = {"act": "added", "role": "backbone", "user": made[0]}
    assert told == [("person", "command", "alder-together", canonical(detail))]
    again = quorum(*add, "--role", "backbone", "--password-stdin", input="four plain words together\n")
    assert (again.exit_code, "has an account already" in again.stderr) == (2, True)
    asked = quorum(
        *add[:3], "bo@example.org", *add[4:], "--role", "backbone", input="some other words\nsome other words\n"
    )
    assert asked.exit_code == 0
    assert "some other words" not in asked.output
    assert quorum(*add, "--role", "king").exit_code == 2


def test_verify_says_what_is_wrong(quorum: Quorum, roster: Path, tmp_path: Path) -> None:
    bring(quorum, roster)
    whole = quorum("verify")
    assert (whole.exit_code, whole.stdout) == (0, "Ledger: 2 rows, whole.\nLake: whole.\nPublications: whole.\n")
    next((tmp_path / "home" / "lake" / "roster").rglob("*.parquet")).unlink()
    engine = create_engine(f"sqlite:///{tmp_path / 'home' / 'registry.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE ledger SET actor = 'somebody else'"))
    engine.dispose()
    broken = quorum("verify")
    assert broken.exit_code == 1
    assert "Row 1 is not as it was written" in broken.stderr
    assert "roster/north/1.parquet is missing" in broken.stderr


def test_the_registry_is_the_owners_alone(quorum: Quorum, roster: Path, tmp_path: Path) -> None:
    bring(quorum, roster)
    modes = {
        p.name: oct(p.stat().st_mode & 0o077) for p in (tmp_path / "home").iterdir() if p.suffix in (".db", ".key")
    }
    assert modes == {"registry.db": "0o0", "ledger.key": "0o0"}


def sentence(done: Result) -> str:
    """What a refusal says: one line with exit code 2."""
    assert (done.exit_code, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.output
    return done.stderr


def test_a_second_place_for_the_seal_is_made_and_filled_by_the_next_entry(
    quorum: Quorum, roster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(quorum, roster)
    monkeypatch.setenv("QUORUM_LEDGER_HEAD_COPY", str(tmp_path / "other" / "disk" / "ledger.head"))
    new = quorum("verify")
    assert new.exit_code == 1 and "QUORUM_LEDGER_HEAD_COPY" in new.stderr and "next entry" in new.stderr
    assert quorum("withdraw", 1).exit_code == quorum("verify").exit_code == 0


def test_verify_says_that_the_seal_could_not_be_kept(quorum: Quorum, roster: Path, tmp_path: Path) -> None:
    bring(quorum, roster)
    head = tmp_path / "home" / "ledger.head"
    kept = head.read_bytes()
    quorum("withdraw", 1)
    head.write_bytes(kept)
    found = quorum("verify")
    assert found.exit_code == 1 and "Ledger: 3 rows, whole." in found.stdout
    assert "not kept from row 3 on" in found.stderr and "the next entry then keeps the seal" in found.stderr


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def test_a_key_that_did_not_seal_the_ledger_starts_nothing(
    quorum: Quorum, roster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new key is never made where rows are sealed already; `verify` runs with another one and says so."""
    bring(quorum, roster)
    other = tmp_path / "elsewhere" / "ledger.key"
    monkeypatch.setenv("QUORUM_SECRET_KEY", SECRET)
    monkeypatch.setenv("QUORUM_LEDGER_KEY_FILE", str(other))
    monkeypatch.setattr("os.execve", lambda *_: pytest.fail("no key fits"))
    commands = (("withdraw", 1), ("publish",), ("serve", "--port", free_port()))
    for command in commands:
        assert f"is not in {other}" in sentence(quorum(*command))
    assert not other.parent.exists()
    other.parent.mkdir()
    other.write_text("ab" * 32)
    for command in commands:
        assert "newest row (row 2)" in sentence(quorum(*command))
    found = quorum("verify")
    assert found.exit_code == 1 and "NOT WHOLE" in found.stdout and "QUORUM_LEDGER_KEY_FILE" in found.stderr
    monkeypatch.delenv("QUORUM_LEDGER_KEY_FILE")
    assert quorum("verify").exit_code == 0


@pytest.mark.parametrize("command", ["batches", "serve"])
@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("DATABASE_URL", "postgresql://quorum:hunter2@127.0.0.1:1/quorum?options=-chunter2", "QUORUM_DATABASE_URL"),
        ("DATABASE_URL", "postgresql://quorum:a@hunter2@localhost/quorum", "%40"),
        ("DATABASE_URL", "postgresql://quorum:hunter2@localhost:hunter2/quorum", "QUORUM_DATABASE_URL"),
        ("DATABASE_URL", "mysql://x:hunter2@localhost/x", "QUORUM_DATABASE_URL"),
        ("DATABASE_URL", "hunter2", "QUORUM_DATABASE_URL"),
        ("DATABASE_URL", "sqlite:////proc/nope/registry.db", "/proc/nope/registry.db"),
        ("HOME", "/proc/nope", "QUORUM_HOME"),
        ("LEDGER_KEY_FILE", "/proc/nope/ledger.key", "QUORUM_LEDGER_KEY_FILE"),
        ("LEDGER_KEY_FILE", "/proc", "QUORUM_LEDGER_KEY_FILE"),
    ],
)
def test_what_cannot_be_opened_is_said_in_one_line_without_a_password(
    quorum: Quorum, monkeypatch: pytest.MonkeyPatch, command: str, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv("QUORUM_SECRET_KEY", SECRET)
    monkeypatch.setattr("os.execve", lambda *_: pytest.fail("no worker is to be started"))
    monkeypatch.setenv(f"QUORUM_{name}", value)
    said = sentence(quorum(command, *(("--port", free_port()) if command == "serve" else ())))
    assert told in said and "hunter2" not in said


def test_a_registry_that_is_no_database_is_said(quorum: Quorum, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "registry.db").write_text("rubbish " * 200)
    said = sentence(quorum("verify"))
    assert str(tmp_path / "home" / "registry.db") in said and "backup" in said


def test_a_lake_with_a_file_missing_is_said_by_publishing(quorum: Quorum, roster: Path, tmp_path: Path) -> None:
    assert bring(quorum, roster).exit_code == quorum("match").exit_code == 0
    for file in (tmp_path / "home" / "lake").rglob("*.parquet"):
        file.unlink()
    assert "quorum verify" in sentence(quorum("publish"))


@contextmanager
def full_at(size: int) -> Iterator[None]:
    """No file may grow beyond this many bytes: the system answers as it does on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [0, 200_000])
def test_a_full_disk_is_said_and_the_command_can_be_given_again(quorum: Quorum, roster: Path, size: int) -> None:
    roster.write_text(ROSTER + "".join(f"x{n},Last{n},First,2015-03-01,F\n" for n in range(3_000)))
    told = "There is no room left on the disk, so nothing was stored. Free some space and try again.\n"
    with full_at(size):
        assert sentence(bring(quorum, roster)) == told
    assert bring(quorum, roster).exit_code == 0
    with full_at(size):
        assert sentence(quorum("match")) == told
    assert "New links: 3,002" in quorum("match").stdout


def square(path: Path) -> Path:
    ring = [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]
    area = {"type": "Feature", "properties": {"id": "A"}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [area]}))
    return path


def test_the_tools_on_files_need_no_database(quorum: Quorum, tmp_path: Path) -> None:
    areas, out = square(tmp_path / "areas.geojson"), tmp_path / "out.csv"
    (tmp_path / "points.csv").write_text("id,lon,lat\np,1,1\nq,5,5\n")
    done = quorum("assign", tmp_path / "points.csv", "--boundaries", areas, "--id", "id", "-o", out)
    assert done.exit_code == 0
    assert out.read_text().splitlines()[:2] == ["id,area_id,reason", "p,A,"]
    (tmp_path / "counts.csv").write_text("area_id,count\nA,7\n")
    arguments = ("--boundaries", areas, "--id", "id", "--counts", tmp_path / "counts.csv", "-o", tmp_path / "cross.csv")
    assert [quorum("merge-areas", *arguments, "--minimum", n).exit_code for n in (5, 10)] == [0, 3]
    assert not (tmp_path / "home").exists()


def test_boundaries_and_population(quorum: Quorum, tmp_path: Path) -> None:
    areas = square(tmp_path / "areas.geojson")
    put = ("import", "boundaries", areas, "--level", "tract", "--id", "id", "--vintage", "2020")
    told = quorum(*put).stdout
    assert "is in force: 1 area. Rosters placed anew: 0." in told and "--parent" in told
    assert "Nothing changed" in quorum(*put).stdout
    (tmp_path / "people.csv").write_text("area,n\nA,120\n")
    told = quorum("import", "population", tmp_path / "people.csv", "--id", "area", "--value", "n", "--vintage", "2020")
    assert "1 area matched" in told.stdout
    late = quorum("import", "population", tmp_path / "people.csv", "--id", "area", "--value", "n", "--vintage", "2010")
    assert (late.exit_code, "Nothing was stored" in late.stderr) == (2, True)


def test_help_starts_without_the_heavy_libraries() -> None:
    code = (
        "import sys; from cli import main\n"
        "try: main(['import', 'roster', '--help'])\n"
        "except SystemExit: print(sorted({'pandas', 'sqlalchemy', 'duckdb', 'geopandas', 'dash'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_one_folder_holds_one_demo(quorum: Quorum, tmp_path: Path) -> None:
    (tmp_path / "home" / "community-20000").mkdir(parents=True)
    done = quorum("demo", "--children", 3_000, "--no-serve")
    assert (done.exit_code, "holds a demo of 20,000 children" in done.stderr) == (2, True)


def test_a_missing_key_is_said_before_a_port_that_is_taken(quorum: Quorum) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = quorum("serve", "--port", other.getsockname()[1])
    assert done.exit_code == 2 and "QUORUM_SECRET_KEY is not set" in done.stderr and "Port" not in done.stderr


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (("--host", "10.99.99.99"), "10.99.99.99 is no address of this computer"),
        (("--host", "no.such.host.invalid"), "no.such.host.invalid is no address of this computer"),
        (("--host", "10.99.99.99", "--port", "80"), "--host 127.0.0.1"),
    ],
)
def test_where_nothing_can_listen_is_said_in_one_line(
    quorum: Quorum, monkeypatch: pytest.MonkeyPatch, where: tuple[str, ...], told: str
) -> None:
    monkeypatch.setenv("QUORUM_SECRET_KEY", SECRET)
    monkeypatch.setattr("cli.running._serve", lambda *_: pytest.fail("nothing can listen there"))
    assert told in sentence(quorum("serve", *where))


def test_a_home_that_is_set_but_empty_is_said(quorum: Quorum, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUORUM_HOME", "")
    assert "QUORUM_HOME is set, but empty" in sentence(quorum("batches"))


def test_an_agreement_file_says_what_it_brought(quorum: Quorum, tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    for content, told in ((b"", "no organization and no agreement"), (b"\xff\xfe\x00", "no text in UTF-8")):
        file.write_bytes(content)
        assert told in sentence(quorum("agreement", "add", file))
    two = [f'[[organization]]\nid = "{code}"\nname = "The {code}"\nkind = "funder"\n' for code in ("one", "two")]
    file.write_text("\n".join(two))
    told = quorum("agreement", "add", file).stdout
    assert told == "2 organizations read; new or renamed: 2.\n0 agreements read; new or changed: 0.\n"
    assert "new or renamed: 0" in quorum("agreement", "add", file).stdout


def test_a_member_that_is_added_or_renamed_is_on_the_ledger(quorum: Quorum, tmp_path: Path) -> None:
    for name in ("The fund", "The fund", "A fund"):
        assert quorum("organization", "add", "fund", name, "--kind", "funder").exit_code == 0
    engine = create_engine(f"sqlite:///{tmp_path / 'home' / 'registry.db'}")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT action, actor, organization, detail FROM ledger")).all()
    engine.dispose()
    assert [row[:3] for row in rows] == [("organization", "command", "fund")] * 2
    assert ["added" in rows[0].detail, "renamed" in rows[1].detail] == [True, True]


def test_an_address_that_is_none_is_said_before_the_password_is_asked_for(quorum: Quorum) -> None:
    done = quorum("user", "add", "--email", "nonsense", "--name", "N", "--organization", "x", "--role", "funder")
    assert "Password" not in done.output and "Give an e-mail address" in sentence(done)


def test_protect_says_what_a_table_needs(quorum: Quorum, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text("{}")
    said = sentence(quorum("protect", tmp_path / "t.json", "-o", tmp_path / "out.json"))
    assert "the field keys is missing" in said
    (tmp_path / "t.json").write_text(said[said.index("such as ") + 8 :])
    assert quorum("protect", tmp_path / "t.json", "-o", tmp_path / "out.json").exit_code in (0, 3), "the example is one"


def test_whose_files_may_come_in_is_said(quorum: Quorum) -> None:
    assert "or the backbone organization" in " ".join(quorum("import", "roster", "--help").stdout.split())


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_port_that_is_taken_is_said_once_before_anything_is_made(
    quorum: Quorum, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("QUORUM_SECRET_KEY", SECRET)
    monkeypatch.setattr("cli.running._serve", lambda *_: pytest.fail("the port is taken"))
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = quorum(command, "--port", port)
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert f"Port {port} is taken" in done.stderr and f"quorum {command} --port" in done.stderr
    assert not (tmp_path / "home" / "sign-ins.json").exists()
