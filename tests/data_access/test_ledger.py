"""The ledger notices every kind of tampering, names the first bad row, and writes all or nothing."""

import hmac
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, insert, select, text, update

from data_access import ledger as book
from data_access.ledger import append, canonical, glance, verify
from data_access.ledger_head import read_head, seal
from data_access.registry.engine import transaction
from data_access.registry.tables import ledger
from data_access.stores import open_registry
from tests.data_access.conftest import KEY


def write(engine: Engine, *actions: str) -> None:
    for action in actions:
        with transaction(engine) as connection:
            append(connection, KEY, actor="u1", organization="fund", action=action, detail={"publication": "p-1"})


@pytest.fixture
def head(tmp_path: Path) -> Path:
    return tmp_path / "ledger.head"


@pytest.fixture
def written(registry: Engine) -> Engine:
    write(registry, *(f"act-{n}" for n in range(1, 7)))
    return registry


def test_a_whole_ledger_is_whole(written: Engine, head: Path) -> None:
    assert verify(written, KEY, head) == book.Verdict(True, 6)


def test_an_empty_ledger_is_whole(registry: Engine, head: Path) -> None:
    assert verify(registry, KEY, head) == book.Verdict(True, 0)


def _edit(field: str, value: object) -> Callable[[Connection], None]:
    return lambda c: c.execute(update(ledger).where(ledger.c.sequence == 3).values({field: value})) and None


def _swap(connection: Connection) -> None:
    """Rows 3 and 4 change places with everything but their numbers."""
    rows = {r["sequence"]: dict(r) for r in connection.execute(select(ledger)).mappings()}
    for to, source in ((3, 4), (4, 3)):
        connection.execute(update(ledger).where(ledger.c.sequence == to).values(rows[source] | {"sequence": to}))


def _slip_in(connection: Connection) -> None:
    """A copy of row 2 between 2 and 3; the later ones move up."""
    rows = [dict(r) for r in connection.execute(select(ledger).order_by(ledger.c.sequence)).mappings()]
    connection.execute(delete(ledger))
    moved = [*rows[:2], rows[1], *rows[2:]]
    connection.execute(insert(ledger), [r | {"sequence": n} for n, r in enumerate(moved, start=1)])


def _close_gap(connection: Connection) -> None:
    """Row 3 is taken out and the later ones move down, so that no number is missing."""
    rows = [dict(r) for r in connection.execute(select(ledger).order_by(ledger.c.sequence)).mappings()]
    connection.execute(delete(ledger))
    left = [r for r in rows if r["sequence"] != 3]
    connection.execute(insert(ledger), [r | {"sequence": n} for n, r in enumerate(left, start=1)])


TAMPERING: dict[str, Callable[[Connection], None]] = {
    **{
        f"edit {field}": _edit(field, value)
        for field, value in {
            "at": "2026-01-01T00:00:00.000000+00:00",
            "actor": "u2",
            "organization": "alder-together",
            "action": "nothing",
            "purpose": "coordination",
            "agreement": "a/1",
            "channel": "csv",
            "outcome": "refused",
            "child": 7,
            "detail": '{"publication":"p-2"}',
            "previous": "0" * 64,
            "mac": "f" * 64,
        }.items()
    },
    "delete": lambda c: c.execute(delete(ledger).where(ledger.c.sequence == 3)) and None,
    "close the gap": _close_gap,
    "insert": _slip_in,
    "reorder": _swap,
}


@pytest.mark.postgresql
@pytest.mark.parametrize("kind", TAMPERING)
def test_tampering_is_found_at_its_first_row(written: Engine, head: Path, kind: str) -> None:
    with transaction(written) as connection:
        TAMPERING[kind](connection)
    found = verify(written, KEY, head)
    assert (found.ok, found.first_bad) == (False, 3), found
    assert "3" in found.why


def test_a_missing_row_is_called_missing(written: Engine, head: Path) -> None:
    with transaction(written) as connection:
        TAMPERING["delete"](connection)
    assert verify(written, KEY, head).why == "Row 3 is missing."


def test_a_row_of_another_copy_with_the_same_key_is_found(tmp_path: Path) -> None:
    """Its seal is good; only that it follows another row gives it away."""
    engines = {}
    for name in ("ours", "copy"):
        (tmp_path / name).mkdir()
        engines[name] = open_registry(f"sqlite:///{tmp_path / name / 'registry.db'}", tmp_path / name)
        write(engines[name], f"first of {name}", f"second of {name}", f"third of {name}")
    with engines["copy"].connect() as connection:
        strange = dict(connection.execute(select(ledger).where(ledger.c.sequence == 2)).mappings().one())
    with transaction(engines["ours"]) as connection:
        connection.execute(update(ledger).where(ledger.c.sequence == 2).values(strange))
    found = verify(engines["ours"], KEY, tmp_path / "ours" / "ledger.head")
    assert (found.ok, found.first_bad) == (False, 2)
    assert "does not follow row 1" in found.why
    for engine in engines.values():
        engine.dispose()


def test_a_cut_tail_is_found(written: Engine, head: Path) -> None:
    with transaction(written) as connection:
        connection.execute(delete(ledger).where(ledger.c.sequence > 4))
    found = verify(written, KEY, head)
    assert (found.ok, found.rows, found.first_bad) == (False, 4, 5)
    assert "cut" in found.why


def test_a_tail_written_anew_with_the_key_is_found(written: Engine, head: Path) -> None:
    """Even whoever has the key cannot make the head forget what was written."""
    kept = head.read_bytes()
    with transaction(written) as connection:
        connection.execute(delete(ledger).where(ledger.c.sequence > 4))
    write(written, "another", "history")
    head.write_bytes(kept)
    assert "another copy" in verify(written, KEY, head).why


def test_an_old_copy_put_back_is_found(tmp_path: Path) -> None:
    home, copy = tmp_path / "home", tmp_path / "copy"
    home.mkdir()
    engine = open_registry(f"sqlite:///{home / 'registry.db'}", home)
    write(engine, "one", "two")
    engine.dispose()
    shutil.copytree(home, copy)
    engine = open_registry(f"sqlite:///{home / 'registry.db'}", home)
    write(engine, "three")
    engine.dispose()
    (home / "registry.db").unlink()
    shutil.copy(copy / "registry.db", home / "registry.db")
    engine = open_registry(f"sqlite:///{home / 'registry.db'}", home)
    assert not verify(engine, KEY, home / "ledger.head").ok
    engine.dispose()


@pytest.mark.parametrize("spoil", [Path.unlink, lambda file: file.write_text("{}"), lambda file: file.write_text("x")])
def test_a_missing_or_broken_head_is_said(written: Engine, head: Path, spoil: Callable[[Path], object]) -> None:
    spoil(head)
    found = verify(written, KEY, head)
    assert not found.ok
    assert "seal" in found.why


def test_a_head_moved_back_is_found(written: Engine, head: Path) -> None:
    """Setting the head to an earlier row needs the key."""
    with written.connect() as connection:
        mac = connection.scalar(select(ledger.c.mac).where(ledger.c.sequence == 4))
    head.write_text(json.dumps({"sequence": 4, "mac": mac, "seal": read_head(head).seal}))
    assert not verify(written, KEY, head).ok


@pytest.mark.postgresql
def test_another_key_is_noticed_at_once(written: Engine, head: Path) -> None:
    assert verify(written, b"another key", head).first_bad == 1


def test_the_seal_is_plain_hmac_over_canonical_json(written: Engine) -> None:
    """What the fast paths make is what the standard library makes."""
    with written.connect() as connection:
        for row in connection.execute(select(ledger)).all():
            line = canonical([getattr(row, name) for name in book.FIELDS]).encode()
            assert row.mac == hmac.new(KEY, line, "sha256").hexdigest()


@given(st.lists(st.one_of(st.none(), st.integers(), st.text()), min_size=1), st.binary(min_size=1, max_size=200))
@settings(max_examples=100)
def test_the_fast_line_and_seal_agree_with_the_slow(fields: list[int | str | None], key: bytes) -> None:
    line = book._line(fields)
    assert line == canonical(fields).encode()
    assert book._sealer(key)(line) == hmac.digest(key, line, "sha256").hex()


WORDS = st.one_of(st.none(), st.text(), st.integers(), st.binary(max_size=4))


@given(st.integers(0), st.lists(WORDS, min_size=11, max_size=11))
def test_a_whole_row_is_sealed_as_its_fields_are(number: int, fields: list[object]) -> None:
    """Also where somebody put something into a field that does not belong there."""
    row = (number, *fields, "f" * 64)
    assert book._line_of(row) == book._line(row[:-1])


def test_nothing_is_written_where_the_act_fails(registry: Engine, head: Path) -> None:
    write(registry, "done")
    before = head.read_bytes()
    with pytest.raises(ZeroDivisionError), transaction(registry) as connection:
        append(connection, KEY, actor="u1", organization="fund", action="never")
        raise ZeroDivisionError
    assert verify(registry, KEY, head) == book.Verdict(True, 1)
    assert head.read_bytes() == before


def test_the_ledger_is_written_in_a_transaction_only(registry: Engine) -> None:
    with registry.connect() as connection, pytest.raises(RuntimeError, match="transaction"):
        append(connection, KEY, actor="u1", organization="fund", action="download")


@pytest.mark.parametrize("detail", [{"last_name": "x"}, {"child": {"birth_date": "x"}}, {"rows": [{"address": 1}]}])
def test_personal_values_never_reach_the_ledger(registry: Engine, detail: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="never holds"), transaction(registry) as connection:
        append(connection, KEY, actor="u1", organization="fund", action="download", detail=detail)


def test_threads_write_one_unbroken_chain(registry: Engine, head: Path) -> None:
    crowd = [threading.Thread(target=write, args=(registry, *["act"] * 8)) for _ in range(4)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert verify(registry, KEY, head) == book.Verdict(True, 32)
    assert read_head(head).sequence == 32


def test_processes_write_one_unbroken_chain(registry: Engine, registry_url: str, head: Path, tmp_path: Path) -> None:
    child = os.fork()
    if not child:
        try:
            write(open_registry(registry_url, tmp_path), *["act"] * 12)
        finally:
            os._exit(0)  # the count of rows tells whether it went well
    write(registry, *["act"] * 12)
    assert os.waitpid(child, 0)[1] == 0
    assert verify(registry, KEY, head) == book.Verdict(True, 24)


def test_the_head_never_goes_back(registry: Engine, head: Path) -> None:
    """A process that comes late with an older row leaves the newer head where it is."""
    from data_access.ledger_head import Head, write_head

    write(registry, "one", "two")
    newest = read_head(head)
    write_head(head, Head(1, "0" * 64, seal(KEY, 1, "0" * 64)))
    assert read_head(head) == newest


def test_a_lagging_head_is_no_loss_but_is_said(written: Engine, head: Path) -> None:
    """Killed between the commit and the head: the rows are whole, and the next row brings the head up to date."""
    kept = head.read_bytes()
    write(written, "killed after this")
    head.write_bytes(kept)
    for found in (verify(written, KEY, head), glance(written, KEY, head)):
        assert (found.ok, found.rows, found.why) == (True, 7, "")
        assert "not kept from row 7 on: it stands at row 6, the ledger at row 7" in found.behind
        assert "can write ledger.head in the folder of QUORUM_HOME" in found.behind
    write(written, "next")
    assert read_head(head).sequence == 8 and verify(written, KEY, head) == book.Verdict(True, 8)


def test_a_seal_that_follows_a_moment_later_is_not_behind(written: Engine, head: Path) -> None:
    newest = head.read_bytes()
    write(written, "next")
    later = head.read_bytes()
    head.write_bytes(newest)
    follows = threading.Timer(0.02, head.write_bytes, [later])
    follows.start()
    assert glance(written, KEY, head) == book.Verdict(True, 7)
    follows.join()


@pytest.mark.postgresql
def test_rows_keep_their_order_when_the_clock_goes_back(registry: Engine, head: Path) -> None:
    import time_machine

    with time_machine.travel("2026-11-01T06:30:00Z", tick=False):
        write(registry, "later")
    with time_machine.travel("2026-11-01T05:30:00Z", tick=False):
        write(registry, "earlier by the clock")
    assert verify(registry, KEY, head).ok
    with registry.connect() as connection:
        assert connection.scalar(text("SELECT action FROM ledger WHERE sequence = 2")) == "earlier by the clock"


def test_an_old_copy_that_is_written_on_does_not_outgrow_its_loss(written: Engine, head: Path) -> None:
    """The heads stay where they are, so that the rows that were lost are not forgotten."""
    kept = head.read_bytes()
    with transaction(written) as connection:
        connection.execute(delete(ledger).where(ledger.c.sequence > 4))
    assert glance(written, KEY, head).first_bad == 5
    write(written, *(f"another-{n}" for n in range(9)))
    assert head.read_bytes() == kept
    found = verify(written, KEY, head)
    assert (found.ok, found.rows, "another copy" in found.why) == (False, 13, True)
    assert not glance(written, KEY, head).ok


@pytest.fixture
def two_places(registry_url: str, tmp_path: Path) -> Iterator[tuple[Engine, tuple[Path, Path]]]:
    """A registry of six rows whose head is kept in two places."""
    (tmp_path / "elsewhere").mkdir()
    copy = tmp_path / "elsewhere" / "head"
    engine = open_registry(registry_url, tmp_path, copy)
    write(engine, *(f"act-{n}" for n in range(1, 7)))
    yield engine, (tmp_path / "ledger.head", copy)
    engine.dispose()


@pytest.mark.postgresql
def test_the_second_place_tells_what_the_first_was_made_to_forget(
    two_places: tuple[Engine, tuple[Path, Path]],
) -> None:
    """Database and first head are put back to an earlier state together; the second place still knows."""
    engine, (first, second) = two_places
    assert first.read_bytes() == second.read_bytes()
    assert verify(engine, KEY, first, second) == book.Verdict(True, 6)
    with transaction(engine) as connection:
        connection.execute(delete(ledger).where(ledger.c.sequence > 4))
        mac = connection.scalar(select(ledger.c.mac).where(ledger.c.sequence == 4))
    first.write_text(json.dumps({"sequence": 4, "mac": mac, "seal": seal(KEY, 4, mac)}))
    assert verify(engine, KEY, first).ok
    assert verify(engine, KEY, first, second).first_bad == 5
    write(engine, "more", "and", "more")
    assert not verify(engine, KEY, first, second).ok and not glance(engine, KEY, first, second).ok


@pytest.mark.parametrize("spoil", [Path.unlink, lambda file: file.write_text("{}"), lambda file: file.write_text("x")])
def test_a_second_place_that_fails_is_said_and_mends_with_the_next_row(
    two_places: tuple[Engine, tuple[Path, Path]], spoil: Callable[[Path], object]
) -> None:
    engine, places = two_places
    spoil(places[1])
    for found in (verify(engine, KEY, *places), glance(engine, KEY, *places)):
        assert not found.ok and "seal" in found.why
    write(engine, "next")
    assert verify(engine, KEY, *places) == glance(engine, KEY, *places) == book.Verdict(True, 7)


def test_a_second_place_out_of_reach_stops_nobody(registry_url: str, tmp_path: Path) -> None:
    engine = open_registry(registry_url, tmp_path, tmp_path / "not mounted" / "head")
    write(engine, "one")
    assert verify(engine, KEY, tmp_path / "ledger.head").ok
    assert not verify(engine, KEY, tmp_path / "ledger.head", tmp_path / "not mounted" / "head").ok
    engine.dispose()
