"""A columnar copy of the consent statements, so that a community's consents are resolved in a moment.

The copy is a row of files, each a stretch of the registry's statements, which are only ever appended. A file counts
while its seal is whole and its last statement is, by number and chance token, one of this registry; what came after the
last file is read from the registry each time. So a withdrawal acts at once, and an older registry finds no file.
"""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, literal_column, select

from data_access.births import births_stamp, every_birth, of_age_since
from data_access.consented import Asked
from data_access.consents import barred_signers, coverages, enrolled_children
from data_access.files import write_whole
from data_access.registry.bulk import raw_rows
from data_access.registry.consent_tables import consent_event
from privacy.consent import Capacity, ConsentPolicy, Say
from privacy.coverage import Coverage
from privacy.effective import WIDTH, Pair, Question, Statements, effective_for_all

TAIL, STRETCH, MANY = 20_000, 1_000_000, 12
SCHEMA = pa.schema(
    [
        *((name, pa.int32()) for name in ("sequence", "child", "signer", "coverage")),
        *((name, pa.bool_()) for name in ("young", "deny", "complete")),
        ("recorded_at", pa.timestamp("us")),
        *((name, pa.date32()) for name in ("effective_on", "expires_on")),
    ]
)
BIRTHS = pa.schema([("child", pa.int64()), ("born", pa.date32())])


@dataclass(frozen=True)
class Stretch:
    """One file of the copy: the statements after one number through another."""

    path: Path
    after: int
    last: int
    token: str
    seal: str

    @classmethod
    def of(cls, path: Path) -> "Stretch | None":
        """From its name; None where it is no stretch of ours."""
        parts = path.stem.split("-")
        if len(parts) != 4 or not (parts[0].isdigit() and parts[1].isdigit()):
            return None
        return cls(path, int(parts[0]), int(parts[1]), parts[2], parts[3])


@dataclass(frozen=True)
class Resolved:
    """Children and their standing consents as bits of a question; see `effective_for_all`."""

    children: NDArray[np.int64]
    words: Sequence[NDArray[np.int64]]
    question: Question

    def having(self, pair: Pair) -> NDArray[np.int64]:
        """The children of whom this may be disclosed, for a semi-join with what is read."""
        word, bit = divmod(self.question.pairs.index(pair), WIDTH)
        found: NDArray[np.int64] = self.children[(self.words[word] >> bit & 1).astype(bool)]
        return found


@dataclass(frozen=True)
class ConsentCopy:
    """The copy of one registry's statements under a folder; key: secret of the files' seals."""

    folder: Path
    engine: Engine
    key: bytes

    def resolve(self, asked: Asked, pairs: Sequence[Pair]) -> Resolved:
        """Every child's consents that stand, by the copy and what the registry has beyond it."""
        with self.engine.connect() as connection:
            stretches = self.stretches(connection)
            rest = list(_rows(connection, stretches[-1].last if stretches else 0))
            known = coverages(connection)
            children, born = self._births(connection)
            ages = _ages(children, born, asked.today, enrolled_children(connection, asked.today))
            barred = np.array(barred_signers(connection, asked.today), np.int64)
        files = [_unpacked(one.path) for one in stretches]
        table = pa.concat_tables([SCHEMA.empty_table(), *files, *map(_sorted, rest)])
        numbers, question = sorted(known), asked.question(pairs)
        said = _statements(table, numbers, [known[n] for n in numbers], ages, barred, asked, question)
        found, words = effective_for_all(said, [known[n] for n in numbers], question)
        return Resolved(found, words, question)

    def keep_up(self, least: int = TAIL) -> int:
        """Copy what is not copied yet, where it is worth a file; gives how many statements were copied."""
        copied = 0
        with self.engine.connect() as connection:
            known = self.stretches(connection)
            after = known[-1].last if known and len(known) <= MANY else 0
            for table in _rows(connection, after):
                if table.num_rows >= least:
                    after = self._write(connection, table, after)
                    copied += table.num_rows
            self._sweep(self.stretches(connection))
            self._births(connection)
        return copied

    def stretches(self, connection: Connection) -> list[Stretch]:
        """The files that count, without a gap from the first statement on; where two begin alike, the longer."""
        there = [one for path in sorted(self.folder.glob("*.arrow")) if (one := Stretch.of(path))]
        chain: list[Stretch] = []
        while True:
            start = chain[-1].last if chain else 0
            going = [one for one in there if one.after == start and self._counts(connection, one)]
            if not going:
                return chain
            chain.append(max(going, key=lambda one: one.last))

    def _counts(self, connection: Connection, one: Stretch) -> bool:
        token = connection.scalar(select(consent_event.c.token).where(consent_event.c.sequence == one.last))
        if token is None or not hmac.compare_digest(token, one.token):
            return False
        try:
            content = one.path.read_bytes()
        except OSError:
            return False
        return hmac.compare_digest(one.seal, self._seal(content, f"{one.after} {one.last} {token}"))

    def _write(self, connection: Connection, table: pa.Table, after: int) -> int:
        last = table.column("sequence")[-1].as_py()
        token = connection.scalar(select(consent_event.c.token).where(consent_event.c.sequence == last))
        content = _packed(_sorted(table))
        name = f"{after}-{last}-{token}-{self._seal(content, f'{after} {last} {token}')}.arrow"
        write_whole(self.folder / name, lambda file: file.write(content))
        return int(last)

    def _births(self, connection: Connection) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Children and birth dates (days since 1970), kept until a roster or a match changes."""
        stamp = births_stamp(connection)
        for path in self.folder.glob(f"births-{stamp}-*.arrow"):
            content = path.read_bytes()
            if hmac.compare_digest(path.stem.rpartition("-")[2], self._seal(content, f"births {stamp}")):
                return _columns(pa.ipc.open_file(pa.BufferReader(content)).read_all())
        children, born = every_birth(connection)
        table = pa.table([pa.array(children, pa.int64()), pa.array(born, pa.date32())], schema=BIRTHS)
        content = _packed(table)
        for path in self.folder.glob("births-*.arrow"):
            path.unlink(missing_ok=True)
        name = f"births-{stamp}-{self._seal(content, f'births {stamp}')}.arrow"
        write_whole(self.folder / name, lambda file: file.write(content))
        return _columns(table)

    def _seal(self, content: bytes, what: str) -> str:
        secret = hmac.digest(self.key, f"consent copy {what}".encode(), "sha256")
        return hmac.digest(secret, content, "sha256").hex()[:40]

    def _sweep(self, used: Sequence[Stretch]) -> None:
        """Remove files that count no more; a reader that has one open keeps it."""
        kept = {one.path for one in used}
        for path in self.folder.glob("[0-9]*.arrow"):
            if path not in kept:
                path.unlink(missing_ok=True)


def _sorted(table: pa.Table) -> pa.Table:
    """By child and signer, each signer's in order of recording: what is sorted once need not be sorted again."""
    key = _numbers(table, "child").astype(np.int64) << 32 | _numbers(table, "signer")
    return table.take(np.argsort(key, kind="stable"))


def _packed(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as file:
        file.write_table(table.combine_chunks())
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _unpacked(path: Path) -> pa.Table:
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def _columns(table: pa.Table) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    return _numbers(table, "child").astype(np.int64), _numbers(table, "born")


def _numbers(table: pa.Table, name: str, missing: int = 0) -> Any:
    """A column as numbers; days since 1970, microseconds since 1970."""
    column = table.column(name).combine_chunks()
    kind = {"date32[day]": pa.int32(), "timestamp[us]": pa.int64()}.get(str(column.type))
    column = column.view(kind) if kind is not None else column
    return (column.fill_null(missing) if column.null_count else column).to_numpy(zero_copy_only=False)


UNKNOWN, MINOR, OF_AGE = 0, 1, 2


def _ages(
    children: NDArray[np.int64], born: NDArray[np.int32], today: Any, enrolled: Sequence[int]
) -> NDArray[np.uint8]:
    """By child: no birth date on file, a minor, or come of age (by day or by enrollment)."""
    top = max(int(children.max(initial=0)), max(enrolled, default=0))
    ages = np.zeros(top + 1, np.uint8)
    ages[children] = np.where(born <= np.datetime64(of_age_since(today), "D").astype(np.int64), OF_AGE, MINOR)
    late = np.array(enrolled, np.int64)
    ages[late] = np.where(ages[late] == UNKNOWN, UNKNOWN, OF_AGE)
    return ages


def _statements(
    table: pa.Table,
    numbers: Sequence[int],
    known: Sequence[Coverage],
    ages: NDArray[np.uint8],
    barred: NDArray[np.int64],
    asked: Asked,
    question: Question,
) -> Statements:
    """The statements that speak: about this, complete, in force, and made by somebody entitled."""
    place = np.zeros(max(numbers, default=0) + 1, np.int64)
    place[list(numbers)] = np.arange(len(numbers))
    about = np.array([question.bits(one).deny != 0 for one in known] or [False])
    coverage = place[_numbers(table, "coverage")]
    some = np.flatnonzero(about[coverage] & _numbers(table, "complete").astype(bool))
    coverage = coverage[some]
    child, signer = (_numbers(table, name)[some].astype(np.int64) for name in ("child", "signer"))
    age = np.where(child < len(ages), ages[np.minimum(child, len(ages) - 1)], UNKNOWN)
    minor = np.array([_minor(one, asked.policy) for one in known] or [False])[coverage]
    young = _numbers(table, "young").astype(bool)[some]
    speaks = np.where(young, (age == OF_AGE) | (minor & (age != UNKNOWN)), age == MINOR)
    if len(barred):
        speaks &= young | ~np.isin(signer, barred)
    today = int(np.datetime64(asked.today, "D").astype(np.int64))
    moment = int(np.datetime64(asked.at.astimezone(UTC).replace(tzinfo=None), "us").astype(np.int64))
    speaks &= _numbers(table, "recorded_at")[some] <= moment
    speaks &= _numbers(table, "effective_on", today)[some] <= today
    expired = (_numbers(table, "expires_on", today)[some] < today)[speaks]
    deny = _numbers(table, "deny").astype(bool)[some]
    return Statements((child << 32 | signer)[speaks], coverage[speaks], deny[speaks], expired)


def _minor(one: Coverage, policy: ConsentPolicy) -> bool:
    return one.basis in policy.minors_sign


def _rows(connection: Connection, after: int) -> Iterator[pa.Table]:
    """The statements after a number, a stretch at a time."""
    named = {"young": "capacity", "deny": "say"}
    columns = [consent_event.c[named.get(name, name)] for name in SCHEMA.names]
    query = select(*columns).where(consent_event.c.sequence > literal_column(str(int(after))))
    rows = raw_rows(connection, query.order_by(consent_event.c.sequence))
    while part := list(islice(rows, STRETCH)):
        arrays = [_array(list(values), field) for values, field in zip(zip(*part, strict=True), SCHEMA, strict=True)]
        yield pa.table(arrays, schema=SCHEMA)


def _array(values: list[Any], field: pa.Field) -> pa.Array:
    """SQLite hands days and moments over as text, truth as a number."""
    if pa.types.is_boolean(field.type):
        yes = (True, 1, Capacity.YOUNG_PERSON.value, Say.DENY.value)
        return pa.array([value in yes for value in values])
    first = next((value for value in values if value is not None), None)
    if isinstance(first, str):
        return pa.array(values, pa.string()).cast(field.type)
    return pa.array(values, field.type)
