"""Accepting a contribution: one batch, wholly in or wholly out, whatever happens while it is taken in."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
from sqlalchemy import Connection

from data_access.agreements import find_organization
from data_access.batches import Contribution, add_batch, add_facts, same_file, strike_batch
from data_access.boundaries import current_sets, load_set
from data_access.files import room_on_disk
from data_access.lake_tables import SCHEMAS
from data_access.ledger import append
from data_access.people import add_identities, add_records, known_records, rostered
from data_access.registry.engine import lock, transaction
from data_access.stores import Stores
from intake.kinds import KINDS, Facts, Kind, Known
from intake.locating import locate
from intake.problems import BadFile, Problem
from intake.reading import read_sheet
from intake.sheet import Sheet, Source


@dataclass(frozen=True)
class Accepted:
    """A batch that is in. notes: sentences for the person who brought it."""

    batch_id: int
    kind: str
    contributor: str
    as_of: date
    rows: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unchanged:
    """The very same file was in already."""

    batch_id: int


def import_file(
    stores: Stores, kind: str, path: Path, contributor: str, as_of: date | None = None, brought_by: str = "command"
) -> Accepted | Unchanged:
    """Take in one file. as_of: the day it tells of, today where not given.

    Raises BadFile (every bad row), NotRecorded (unknown contributor), NoRoom. Then nothing is stored.
    """
    source, chosen = Source.read(path), KINDS[kind]
    day = as_of or datetime.now(stores.time_zone).date()
    brought = Contribution(kind, contributor, day, source.sha256, source.kept_name, brought_by)
    any_day = as_of is None or not chosen.by_day
    with stores.registry.connect() as connection:
        find_organization(connection, contributor)
        there = same_file(connection, brought, any_day)
        known = _known(connection, stores, contributor)
    if there is not None:
        return Unchanged(there)
    sheet = read_sheet(source, chosen.required, chosen.optional)
    facts = chosen.check(sheet, day, known)
    notes = (*sheet.notes, *_ignored(sheet), *facts.notes)
    with room_on_disk(), transaction(stores.registry) as connection:
        lock(connection, "import")
        stores.lake.sweep()
        there = same_file(connection, brought, any_day)
        if there is not None:
            return Unchanged(there)
        batch_id = _accept(connection, stores, chosen, brought, facts, sheet)
    return Accepted(batch_id, kind, contributor, day, len(facts.rows), notes)


def _known(connection: Connection, stores: Stores, contributor: str) -> Known:
    programs = stores.lake.programs().to_pylist()
    codes = {row["program"].partition("/")[2] for row in programs if row["contributor"] == contributor}
    return Known(rostered(connection, contributor), codes)


def _ignored(sheet: Sheet) -> list[str]:
    return [f"Columns that were not read: {', '.join(sheet.ignored)}."] if sheet.ignored else []


def _accept(
    connection: Connection, stores: Stores, kind: Kind, brought: Contribution, facts: Facts, sheet: Sheet
) -> int:
    """Everything that makes a batch, inside the transaction."""
    rows = facts.rows
    if "child_id" in rows:
        rows = _with_records(connection, kind, brought.contributor, rows)
    if "program" in rows:
        rows = rows.assign(program=brought.contributor + "/" + rows["program"], contributor=brought.contributor)
    _check_told_before(stores, kind, brought.contributor, rows, sheet)
    batch_id = add_batch(connection, brought, len(rows))
    add_facts(connection, stores.lake, batch_id, brought.contributor, kind.name, to_arrow(kind.name, rows))
    if facts.identity is not None:
        identity = facts.identity.assign(record_id=rows["record_id"])
        add_identities(connection, batch_id, _plain(identity))
        add_residence(connection, stores, batch_id, brought.contributor, identity.assign(as_of=rows["as_of"]))
    append(
        connection,
        stores.ledger_key,
        actor=brought.brought_by,
        organization=brought.contributor,
        action="import",
        detail={"batch": batch_id, "kind": kind.name, "rows": len(rows), "sha256": brought.sha256},
    )
    return batch_id


def _with_records(connection: Connection, kind: Kind, contributor: str, rows: pd.DataFrame) -> pd.DataFrame:
    """The internal id in the place of the contributor's own; a roster brings new ones."""
    known = known_records(connection, contributor)
    if kind.by_day:
        known |= add_records(connection, contributor, [i for i in rows["child_id"].tolist() if i not in known])
    return rows.assign(record_id=rows["child_id"].map(known).astype("int64")).drop(columns="child_id")


def to_arrow(table: str, rows: pd.DataFrame) -> pa.Table:
    """Rows in the form of a lake table, in a fixed order."""
    schema = SCHEMAS[table]
    ordered = rows.sort_values(schema.names[:3], ignore_index=True, kind="stable")
    columns = [_column(ordered[field.name], field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _column(values: pd.Series, kind: pa.DataType) -> pa.Array:
    if pa.types.is_date32(kind):
        return pa.array(values.to_numpy(dtype="datetime64[D]"), kind)
    return pa.Array.from_pandas(values, type=kind)


def _check_told_before(stores: Stores, kind: Kind, contributor: str, rows: pd.DataFrame, sheet: Sheet) -> None:
    """Refuse facts that another batch that counts has told: counting them twice would be wrong, choosing a guess."""
    if not kind.keys:
        return
    when = next(name for name in kind.keys if rows[name].dtype.kind == "M")
    before = stores.lake.read(
        kind.name, contributor, list(kind.keys), (when, rows[when].min().date(), rows[when].max().date())
    )
    if not before.num_rows:
        return
    told = before.to_pandas()
    told[when] = pd.to_datetime(told[when]).astype(rows[when].dtype)
    numbered = rows[list(kind.keys)].assign(line=sheet.lines)
    both = numbered.merge(told.drop_duplicates(list(kind.keys)), on=list(kind.keys)).sort_values("line")
    problems = []
    for batch_id, found in both.groupby("batch_id"):
        first = "1 row of this file is" if len(found) == 1 else f"{len(found):,} rows of this file, this the first, are"
        mend = f"Take them out, or withdraw that batch first: quorum withdraw {batch_id}"
        problems.append(Problem(int(found["line"].iloc[0]), "", f"{first} in batch {batch_id} already. {mend}"))
    if problems:
        raise BadFile(sheet.file, problems, sheet.word)


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as a database takes them."""
    born = frame["birth_date"]
    dates = born.dt.date.astype(object).where(born.notna(), None)
    return frame.assign(birth_date=dates).to_dict("records")


def add_residence(
    connection: Connection, stores: Stores, batch_id: int, contributor: str, people: pd.DataFrame, mark: str = ""
) -> None:
    """Areas of a roster's children, one lake file; people: record_id, as_of, longitude, latitude."""
    sets = {level: load_set(stores.home, row) for level, row in current_sets(stores.registry).items()}
    placed = pd.concat([people[["record_id", "as_of"]], locate(people["longitude"], people["latitude"], sets)], axis=1)
    add_facts(connection, stores.lake, batch_id, contributor, "residence", to_arrow("residence", placed), mark)


def withdraw(stores: Stores, batch_id: int, by: str = "command") -> bool:
    """Take a batch out of everything read from now on; False where it is not in. Its file stays on the disk."""
    with transaction(stores.registry) as connection:
        lock(connection, "import")
        contributor = strike_batch(connection, batch_id, by)
        if contributor is None:
            return False
        detail = {"batch": batch_id}
        append(connection, stores.ledger_key, actor=by, organization=contributor, action="withdraw", detail=detail)
    return True
