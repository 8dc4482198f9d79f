"""A columnar copy of the consent statements, so that a community's consents are resolved in a moment.

The copy is a row of files, each a stretch of the registry's statements, which are only ever appended. A file counts
while its seal is whole and its last statement is, by number and chance token, one of this registry; what came after the
last file is read from the registry each time. So a withdrawal acts at once, and an older registry finds no file.
The files keep the record a statement hangs on; whose it is, is resolved when they are read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, select

from data_access.births import people_stamp
from data_access.consent_ground import KIND as WHOSE
from data_access.consent_ground import MINOR, OF_AGE, UNKNOWN, Ground, ground, whose
from data_access.consented import Asked
from data_access.coverages import coverages
from data_access.ledger import goes_on
from data_access.registry.bulk import raw_rows
from data_access.registry.consent_tables import consent_event
from data_access.sealed_folder import SealedFolder
from privacy.consent import Capacity, Say
from privacy.effective import Bits, Pair, Question, Standing, Statements, effective_for_all

SAID: Final = "said2"  # the number is that of the layout; files of another are not found
TAIL, STRETCH, MANY = 20_000, 1_000_000, 12
SCHEMA = pa.schema(
    [
        *((name, pa.int32()) for name in ("sequence", "record", "signer", "coverage")),
        *((name, pa.bool_()) for name in ("young", "deny")),
        ("recorded_at", pa.timestamp("us")),
        *((name, pa.date32()) for name in ("effective_on", "expires_on")),
    ]
)
EVER: Final = {"effective_on": date.min, "expires_on": date.max}  # where nothing is said


@dataclass(frozen=True)
class Stretch:
    """One file of the copy: the complete statements after one number through another."""

    after: int
    last: int
    token: str
    table: pa.Table

    @property
    def stamp(self) -> str:
        """What its file is called by."""
        return f"{self.after}-{self.last}-{self.token}"


@dataclass(frozen=True)
class Resolved:
    """The consents that stand, as answers to a question."""

    standing: Standing
    question: Question

    def having(self, pair: Pair) -> NDArray[np.int64]:
        """The children of whom this may be disclosed, for a semi-join with what is read."""
        return self.standing.having(self.question.pairs.index(pair))


@dataclass(frozen=True)
class ConsentCopy:
    """The copy of one registry's statements under a folder; key: secret of the files' seals."""

    folder: Path
    engine: Engine
    key: bytes

    @property
    def _files(self) -> SealedFolder:
        return SealedFolder(self.folder, self.key)

    def resolve(self, asked: Asked, pairs: Sequence[Pair]) -> Resolved:
        """Every child's consents that stand, by the copy and what the registry has beyond it; none where that is
        an older copy of itself."""
        question = asked.question(pairs)
        with self.engine.connect() as connection:
            if not goes_on(connection):
                nothing = np.full(len(question.pairs), -1)
                return Resolved(Standing(np.zeros(0, np.int64), [], nothing), question)
            stretches = self.stretches(connection)
            rest = [part for _, part in _rows(connection, stretches[-1].last if stretches else 0)]
            known = coverages(connection)
            rests_on = ground(connection, self._files, asked.today)
        numbers = sorted(known)
        every = [question.bits(known[number]) for number in numbers]
        minor = [known[number].basis in asked.policy.minors_sign for number in numbers]
        about = _About(numbers, every, minor, asked, rests_on)
        parts = [about.those_that_speak(table) for table in (*(one.table for one in stretches), *rest)]
        return Resolved(effective_for_all(_together(parts), every, len(question.pairs)), question)

    def keep_up(self, least: int = TAIL) -> int:
        """Copy what is not copied yet, where it is worth a file; gives how many statements were copied."""
        copied = 0
        with self.engine.connect() as connection:
            child, _ = whose(connection, self._files)
            known = self.stretches(connection)
            after = known[-1].last if known and len(known) <= MANY else 0
            for last, table in _rows(connection, after):
                if last - after >= least:
                    token = connection.scalar(select(consent_event.c.token).where(consent_event.c.sequence == last))
                    self._files.write(SAID, f"{after}-{last}-{token}", _sorted(table, child))
                    copied, after = copied + last - after, last
            used = {(SAID, one.stamp) for one in self.stretches(connection)}
            self._files.sweep({*used, (WHOSE, people_stamp(connection))})
        return copied

    def stretches(self, connection: Connection) -> list[Stretch]:
        """The files that count, without a gap from the first statement on; where two begin alike, the longer."""
        ends: dict[int, list[tuple[int, str]]] = {}
        for stamp in self._files.stamps(SAID):
            after, last, token = stamp.split("-")
            ends.setdefault(int(after), []).append((int(last), token))
        chain: list[Stretch] = []
        while True:
            start = chain[-1].last if chain else 0
            going = sorted(ends.get(start, []), reverse=True)
            found = next((one for last, token in going if (one := self._read(connection, start, last, token))), None)
            if found is None:
                return chain
            chain.append(found)

    def _read(self, connection: Connection, after: int, last: int, token: str) -> Stretch | None:
        """A stretch that is whole and of this registry."""
        there = connection.scalar(select(consent_event.c.token).where(consent_event.c.sequence == last))
        table = self._files.read(SAID, f"{after}-{last}-{token}") if there == token else None
        return None if table is None else Stretch(after, last, token, table)


def _numbers(table: pa.Table, name: str) -> NDArray[Any]:
    """A column as numbers; days since 1970, microseconds since 1970."""
    column = table.column(name).combine_chunks()
    kind = {"date32[day]": pa.int32(), "timestamp[us]": pa.int64()}.get(str(column.type))
    numbers: NDArray[Any] = (column if kind is None else column.view(kind)).to_numpy(zero_copy_only=False)
    return numbers


class _About:
    """Which statements speak: about this, in force, and made by somebody entitled. numbers: those of the coverages,
    ascending; every: what each says about the question; minor: whether a minor may sign its form."""

    def __init__(
        self, numbers: Sequence[int], every: Sequence[Bits], minor: Sequence[bool], asked: Asked, rests_on: Ground
    ) -> None:
        self.place = np.zeros(max(numbers, default=0) + 1, np.int32)
        self.place[list(numbers)] = np.arange(len(numbers))
        self.wanted = np.zeros(len(self.place), bool)
        self.wanted[list(numbers)] = [bits.deny != 0 for bits in every]
        self.minor = np.array([*minor, False])
        self.today = _days(asked.today)
        self.moment = int(np.datetime64(asked.at.astimezone(UTC).replace(tzinfo=None), "us").astype(np.int64))
        self.ground = rests_on

    def those_that_speak(self, table: pa.Table) -> Statements:
        """Of one stretch."""
        coverage = _numbers(table, "coverage")
        some = np.flatnonzero(self.wanted[coverage])
        coverage = self.place[coverage[some]]
        record = _known(_numbers(table, "record")[some], self.ground.child)
        child, signer = self.ground.child[record].astype(np.int64), _numbers(table, "signer")[some]
        key, age, young = child << 32 | signer, self.ground.age[record], _numbers(table, "young")[some]
        speaks = np.where(young, (age == OF_AGE) | (self.minor[coverage] & (age != UNKNOWN)), age == MINOR)
        if len(self.ground.barred):
            speaks &= young | ~np.isin(key, self.ground.barred)
        speaks &= _numbers(table, "recorded_at")[some] <= self.moment
        speaks &= _numbers(table, "effective_on")[some] <= self.today
        expired, deny = _numbers(table, "expires_on")[some] < self.today, _numbers(table, "deny")[some]
        number = _numbers(table, "sequence")[some]
        return Statements(*(column[speaks] for column in (key, number, coverage, deny, expired)))


def _days(day: date) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))


def _together(parts: Sequence[Statements]) -> Statements:
    def all_of(name: str, kind: type) -> NDArray[Any]:
        return np.concatenate([np.zeros(0, kind), *(getattr(part, name) for part in parts)])

    kinds = {"key": np.int64, "number": np.int32, "coverage": np.int32, "deny": np.bool_, "expired": np.bool_}
    return Statements(**{name: all_of(name, kind) for name, kind in kinds.items()})


def _rows(connection: Connection, after: int) -> Iterator[tuple[int, pa.Table]]:
    """The complete statements after a number, a stretch at a time, and the number of each stretch's last."""
    named = {"young": "capacity", "deny": "say"}
    columns = [consent_event.c[named.get(name, name)] for name in SCHEMA.names]
    query = select(*columns, consent_event.c.complete).where(consent_event.c.sequence > after)
    rows = raw_rows(connection, query.order_by(consent_event.c.sequence))
    while part := list(islice(rows, STRETCH)):
        whole = [row[:-1] for row in part if row[-1]]
        told = zip(*whole, strict=True) if whole else ([] for _ in SCHEMA)
        arrays = [_array(list(values), field) for values, field in zip(told, SCHEMA, strict=True)]
        yield part[-1][0], pa.table(arrays, schema=SCHEMA)


def _known(record: NDArray[np.int32], child: NDArray[np.int32]) -> NDArray[np.int32]:
    """Records; 0, which is of no child, for those that were made later than this was looked up."""
    return np.where(record < len(child), record, np.int32(0))


def _sorted(table: pa.Table, child: NDArray[np.int32]) -> pa.Table:
    """By child and signer as they are now, which is how a reader sorts: what is nearly sorted is soon sorted again."""
    key = child[_known(_numbers(table, "record"), child)].astype(np.int64) << 32 | _numbers(table, "signer")
    return table.take(np.argsort(key, kind="stable"))


def _array(values: list[Any], field: pa.Field) -> pa.Array:
    """SQLite hands days and moments over as text, truth as a number."""
    if pa.types.is_boolean(field.type):
        yes = {True, Capacity.YOUNG_PERSON.value, Say.DENY.value}
        return pa.array([value in yes for value in values])
    first = next((value for value in values if value is not None), None)
    told = pa.array(values, pa.string()).cast(field.type) if isinstance(first, str) else pa.array(values, field.type)
    return told.fill_null(EVER[field.name]) if field.name in EVER else told
