"""The disclosure ledger: append-only rows, each sealed with the row before it by a key kept outside the database."""

import hashlib
import hmac
import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as _quoted
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Row, insert, select

from data_access.ledger_head import Head, HeadUnreadable, kept_through, read_head, seal, write_head
from data_access.registry.bulk import raw_rows
from data_access.registry.engine import after_commit, awaits_commit, is_writing, lock
from data_access.registry.tables import ledger

GENESIS: Final = "0" * 64
SYSTEM: Final = "system"  # the actor where nobody decided anything: what the rules notice by themselves
HEAD: Final = "ledger_head"  # execution option of the engine: the files the newest seal is kept in
LOST: Final = (
    "Consents may have been withdrawn since that are not in it, so no consent counts until this is settled: put the "
    "newest copy back, or record again what was withdrawn and then remove ledger.head and its second copy."
)
NEW_COPY: Final = " Where QUORUM_LEDGER_HEAD_COPY is newly set, the next entry of the ledger writes it."
log = logging.getLogger(__name__)
FIELDS: Final = tuple(c.name for c in ledger.columns if c.name != "mac")
# Values of children have no place on the ledger; a key like these is a mistake of ours and stops the act.
_PERSONAL = re.compile(r"(last|first|middle|full|guardian|child)_?name|birth|dob|address|street|itude|phone|e_?mail")


def canonical(value: Any) -> str:
    """One text for one value: sorted keys, no spaces, plain characters."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def append(
    conn: Connection,
    key: bytes,
    *,
    actor: str,
    organization: str,
    action: str,
    purpose: str | None = None,
    agreement: str | None = None,
    channel: str | None = None,
    outcome: str = "done",
    child: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Append one row inside the caller's `transaction` and return its number; if it cannot be written, nothing is done.

    actor: user id, the command that acted, or SYSTEM. child: the internal id where the row is about one child.
    detail: what was asked, as codes, counts and hashes; never values, names or birth dates.
    """
    told: dict[str, Any] = {"actor": actor, "organization": organization, "action": action, "purpose": purpose}
    told |= {"agreement": agreement, "channel": channel, "outcome": outcome}
    return _append(conn, key, told, [(child, detail or {})])


def append_each(
    conn: Connection,
    key: bytes,
    about: Sequence[tuple[int, Mapping[str, Any]]],
    *,
    actor: str,
    organization: str,
    action: str,
    channel: str,
) -> None:
    """Append a row about each of many children (child, detail) at once, in their order; else on `append`'s terms."""
    told: dict[str, Any] = {"actor": actor, "organization": organization, "action": action}
    told |= {"purpose": None, "agreement": None, "channel": channel, "outcome": "done"}
    if about:
        _append(conn, key, told, about)


def _append(
    conn: Connection, key: bytes, told: Mapping[str, Any], about: Sequence[tuple[int | None, Mapping[str, Any]]]
) -> int:
    """One row for each child with its detail, the same otherwise; gives the number of the last."""
    if not is_writing(conn):
        raise RuntimeError("The ledger is written inside data_access.registry.engine.transaction only.")
    details = _details(about)
    lock(conn, "ledger")
    last = newest(conn)
    number, mac = (last.sequence, last.mac) if last else (0, GENESIS)
    same = {**told, "at": datetime.now(UTC).isoformat(timespec="microseconds")}
    rows: list[dict[str, Any]] = []
    for (child, _), detail in zip(about, details, strict=True):
        number += 1
        row = same | {"sequence": number, "child": child, "detail": detail, "previous": mac}
        mac = hmac.digest(key, _line(row[name] for name in FIELDS), "sha256").hex()
        rows.append(row | {"mac": mac})
    conn.execute(insert(ledger), rows)
    _keep_head(conn, key, number, mac)
    return int(number)


def _details(about: Sequence[tuple[int | None, Mapping[str, Any]]]) -> list[str]:
    """The details as they are kept; what many rows share is looked at once. Raises ValueError for a value's name."""
    known: dict[int, str] = {}
    for _, detail in about:
        if id(detail) not in known:
            _refuse_personal(detail)
            known[id(detail)] = canonical(detail)
    return [known[id(detail)] for _, detail in about]


def _keep_head(conn: Connection, key: bytes, sequence: int, mac: str) -> None:
    files = [Path(file) for file in conn.get_execution_options().get(HEAD, ())]
    if not files or not (awaits_commit(conn, HEAD) or _continued(conn, key, files)):
        return
    head = Head(sequence, mac, seal(key, sequence, mac))
    after_commit(conn, HEAD, lambda: _keep(files, head))


def _keep(files: Sequence[Path], head: Head) -> None:
    for file in files:
        write_head(file, head)


def _continued(conn: Connection, key: bytes, files: Sequence[Path]) -> bool:
    """Whether the rows go on from every head that is kept.

    After a cut or an old copy the heads stay where they are: rows written since must not make the loss forgotten.
    """
    for file in files:
        try:
            head = read_head(file)
        except (HeadUnreadable, OSError):
            continue
        mac = head and conn.scalar(select(ledger.c.mac).where(ledger.c.sequence == head.sequence))
        if head is not None and (mac != head.mac or not head.sealed(key)):
            log.error("The ledger does not go on from its newest seal at row %d; run: quorum verify", head.sequence)
            return False
    return True


def goes_on(conn: Connection) -> bool:
    """Whether the rows reach every newest seal that is kept. Where not, this is an older copy of the registry: what was
    withdrawn after it was made is not in it."""
    files = [Path(file) for file in conn.get_execution_options().get(HEAD, ())]
    if _reaches(conn, files):
        return True
    with conn.engine.connect() as now:  # a row may have been written since this transaction began to look
        return _reaches(now, files)


def _reaches(conn: Connection, files: Sequence[Path]) -> bool:
    for file in files:
        try:
            head = read_head(file)
        except (HeadUnreadable, OSError):
            continue
        if head and conn.scalar(select(ledger.c.mac).where(ledger.c.sequence == head.sequence)) != head.mac:
            return False
    return True


def _refuse_personal(value: Any) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if _PERSONAL.search(str(name)):
                raise ValueError(f"The ledger never holds “{name}”.")
            _refuse_personal(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _refuse_personal(inner)


@dataclass(frozen=True)
class Verdict:
    """Whether the ledger is whole. first_bad: number of the first row that is not; why: one sentence.

    behind: what is to be mended where a seal that is kept outside stands behind the rows, which is no loss yet.
    """

    ok: bool
    rows: int
    first_bad: int | None = None
    why: str = ""
    behind: str = ""


def verify(engine: Engine, key: bytes, *head_files: Path) -> Verdict:
    """Walk the whole chain and compare its end with the heads kept outside the database."""
    try:
        heads = [read_head(file) for file in head_files]
    except (HeadUnreadable, OSError):
        return Verdict(False, 0, None, "The file that keeps the ledger's newest seal cannot be read.")
    previous, number = GENESIS, 0
    at_heads: dict[int, str | None] = dict.fromkeys(head.sequence for head in heads if head)
    query = select(*(ledger.c[name] for name in FIELDS), ledger.c.mac).order_by(ledger.c.sequence)
    sealed = _sealer(key)
    with engine.connect() as connection:
        for row in raw_rows(connection, query):
            number += 1
            why = _wrong(row, number, previous, sealed)
            if why:
                return Verdict(False, number - 1, number, why)
            previous = row[-1]
            if number in at_heads:
                at_heads[number] = previous
    for place, head in enumerate(heads):
        why = _wrong_head(head, number, at_heads.get(head.sequence) if head else None, key, place)
        if why:
            return Verdict(False, number, number + 1 if head and head.sequence > number else None, why)
    return Verdict(True, number, behind=_behind(head_files, number))


def glance(engine: Engine, key: bytes, *head_files: Path) -> Verdict:
    """The newest row and the heads without walking the chain: a cut end or an old copy shows at once."""
    with engine.connect() as connection:
        last = newest(connection)
        rows = last.sequence if last else 0
        if last and not sealed_with(key, last):
            return Verdict(False, rows - 1, rows, f"Row {rows} is not as it was written.")
        for place, file in enumerate(head_files):
            try:
                head = read_head(file)
            except (HeadUnreadable, OSError):
                return Verdict(False, rows, None, "The file that keeps the ledger's newest seal cannot be read.")
            at = connection.scalar(select(ledger.c.mac).where(ledger.c.sequence == (head.sequence if head else 0)))
            why = _wrong_head(head, rows, at, key, place)
            if why:
                return Verdict(False, rows, rows + 1 if head and head.sequence > rows else None, why)
    return Verdict(True, rows, behind=_behind(head_files, rows))


def _behind(files: Sequence[Path], rows: int) -> str:
    """What is to be said where a kept seal does not reach the newest row."""
    for place, file in enumerate(files):
        kept = kept_through(file, rows)
        if kept < rows:
            where = "the place that QUORUM_LEDGER_HEAD_COPY names" if place else "the folder of QUORUM_HOME"
            return (
                f"The seal outside the database was not kept from row {kept + 1:,} on: it stands at row {kept:,}, the "
                f"ledger at row {rows:,}. Rows that were cut off after row {kept:,} would not be missed. See that the "
                f"site can write {file.name} in {where}; the next entry then keeps the seal."
            )
    return ""


def newest(conn: Connection) -> Row[Any] | None:
    """The newest row."""
    return conn.execute(select(ledger).order_by(ledger.c.sequence.desc()).limit(1)).first()


def sealed_with(key: bytes, row: Row[Any]) -> bool:
    """True where a row is as it was written with this key."""
    return bool(_sealer(key)(_line(getattr(row, name) for name in FIELDS)) == row.mac)


def other_key(engine: Engine, key: bytes) -> str:
    """What to do where the newest row is not sealed with this key; nothing where it is, or where there is none."""
    with engine.connect() as connection:
        last = newest(connection)
    if last is None or sealed_with(key, last):
        return ""
    return (
        f"The ledger’s newest row (row {last.sequence}) is not sealed with the key in use: put the ledger.key that "
        "sealed it back, or point QUORUM_LEDGER_KEY_FILE at it. Where this is that key, the row was changed; "
        "quorum verify says more."
    )


def _wrong(row: Sequence[Any], number: int, previous: str, sealed: Callable[[bytes], str]) -> str:
    """What is wrong with the row that should be this number; nothing if it is whole."""
    if row[0] != number:
        return f"Row {number} is missing." if row[0] > number else f"A row numbered {row[0]} was put in."
    if sealed(_line_of(row)) != row[-1]:
        return f"Row {number} is not as it was written, or the key is not the one it was written with."
    if row[-2] != previous:
        return f"Row {number} does not follow row {number - 1}: a row was exchanged or left out."
    return ""


def _sealer(key: bytes) -> Callable[[bytes], str]:
    """HMAC-SHA256 (RFC 2104) in hexadecimal digits with the key's part worked out once: twice as fast a row."""
    block = hashlib.sha256(key).digest() if len(key) > 64 else key
    inner = hashlib.sha256(bytes(k ^ 0x36 for k in block.ljust(64, b"\0")))
    outer = hashlib.sha256(bytes(k ^ 0x5C for k in block.ljust(64, b"\0")))

    def sealed(text: bytes) -> str:
        first, second = inner.copy(), outer.copy()
        first.update(text)
        second.update(first.digest())
        return second.hexdigest()

    return sealed


def _line(fields: Iterable[int | str | None]) -> bytes:
    """What is sealed: the canonical JSON list of the fields, put together by hand because every row passes here."""
    parts = [_quoted(v) if isinstance(v, str) else "null" if v is None else str(v) for v in fields]
    return f"[{','.join(parts)}]".encode()


def _line_of(row: Sequence[Any]) -> bytes:
    """The same for a whole row as it is read, its fields named one by one because that is a quarter quicker."""
    number, at, actor, home, action, purpose, agreement, channel, outcome, child, detail, previous, _ = row
    if child is not None and child.__class__ is not int:
        return _line(row[:-1])
    try:
        return (
            f"[{number},{_quoted(at)},{_quoted(actor)},{_quoted(home)},{_quoted(action)},"
            f"{'null' if purpose is None else _quoted(purpose)},{'null' if agreement is None else _quoted(agreement)},"
            f"{'null' if channel is None else _quoted(channel)},{_quoted(outcome)},"
            f"{'null' if child is None else child},{_quoted(detail)},{_quoted(previous)}]"
        ).encode()
    except TypeError:  # somebody put something else into a field of words
        return _line(row[:-1])


def _wrong_head(head: Head | None, rows: int, at_head: str | None, key: bytes, place: int = 0) -> str:
    file = "The second file that keeps the newest seal" if place else "The file that keeps the newest seal"
    if head is None:
        return f"{file} is missing, so a cut end would not show.{NEW_COPY if place else ''}" if rows else ""
    if not head.sealed(key):
        return f"{file} was changed, or the key is another."
    if head.sequence > rows:
        return (
            f"The ledger ends at row {rows}, but row {head.sequence} was written: its end is cut or it is an old copy. "
            f"{LOST}"
        )
    if head.mac != at_head:
        return f"Row {head.sequence} is not the row that was written: the ledger is another copy. {LOST}"
    return ""
