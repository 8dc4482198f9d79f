"""Accepting a contribution: one batch, wholly in or wholly out, whatever happens while it is taken in."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from data_access.agreements import NotRecorded, agreements, find_organization
from data_access.batches import Contribution, add_batch, add_facts, same_file, strike_batch
from data_access.ledger import append
from data_access.people import add_identities, add_records, known_records, rostered
from data_access.registry.engine import lock, transaction
from data_access.stores import Stores
from intake import texts
from intake.kinds import KINDS, Facts, Kind, Known
from intake.problems import BadFile, Problem
from intake.reading import read_sheet
from intake.residence import add_residence
from intake.sheet import Sheet, Source
from intake.to_lake import to_arrow
from privacy.agreement import Tier


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

    Raises BadFile (every bad row), NotRecorded (unknown contributor). Then nothing is stored.
    """
    source, chosen = Source.read(path), KINDS[kind]
    today = datetime.now(stores.time_zone).date()
    day = as_of or today
    if day > today:
        raise BadFile.whole(source.kept_name, f"it cannot tell of {day}, which is still to come. Correct --as-of.")
    brought = Contribution(kind, contributor, day, source.sha256, source.kept_name, brought_by)
    any_day = as_of is None or not chosen.by_day
    check_contributor(stores, contributor)
    with stores.registry.connect() as connection:
        there = same_file(connection, brought, any_day)
        if there is not None:
            return Unchanged(there)
        known = _known(connection, stores, contributor)
    sheet = read_sheet(source, chosen.required, chosen.optional)
    facts = chosen.check(sheet, day, known)
    notes = (*sheet.notes, *_ignored(sheet), *facts.notes, *_unshared(stores, contributor))
    with transaction(stores.registry) as connection:
        lock(connection, "import")
        stores.lake.sweep()
        there = same_file(connection, brought, any_day)
        if there is not None:
            return Unchanged(there)
        batch_id = _accept(connection, stores, chosen, brought, facts, sheet)
    return Accepted(batch_id, kind, contributor, day, len(facts.rows), notes)


def check_contributor(stores: Stores, contributor: str) -> None:
    """Raises NotRecorded where no contributor has this id."""
    with stores.registry.connect() as connection:
        found = find_organization(connection, contributor)
    if found.kind not in ("contributor", "backbone"):
        raise NotRecorded(f"{found.name} ({contributor}) is recorded as a {found.kind}; only contributors bring data.")


def _unshared(stores: Stores, contributor: str) -> list[str]:
    today = datetime.now(stores.time_zone).date()
    held = [a for a in agreements(stores.registry) if a.tier is Tier.SHARING and a.party == contributor]
    if any(one.active(today) for one in held):
        return []
    told = f"No data-sharing agreement with {contributor} is in force, so nothing of it is published until one is."
    return [f"{told} Record it with: quorum agreement add"]


def _known(connection: Connection, stores: Stores, contributor: str) -> Known:
    programs = stores.lake.programs(contributor)["program"].to_pylist()
    return Known(rostered(connection, contributor), {name.partition("/")[2] for name in programs})


def _ignored(sheet: Sheet) -> list[str]:
    return [f"Columns that were not read: {', '.join(sheet.ignored)}."] if sheet.ignored else []


def _accept(
    connection: Connection, stores: Stores, kind: Kind, brought: Contribution, facts: Facts, sheet: Sheet
) -> int:
    """Everything that makes a batch, inside the transaction."""
    rows = facts.rows
    if "child_id" in rows:
        rows = _with_records(connection, kind, brought, rows)
    if "program" in rows:
        rows = rows.assign(program=brought.contributor + "/" + rows["program"], contributor=brought.contributor)
    _check_told_before(stores, kind, brought.contributor, rows, sheet)
    batch_id = add_batch(connection, brought, len(rows))
    add_facts(connection, stores.lake, batch_id, brought.contributor, kind.name, to_arrow(kind.name, rows))
    if facts.identity is not None:
        identity = facts.identity.assign(record_id=rows["record_id"])
        add_identities(connection, batch_id, identity)
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


def _with_records(connection: Connection, kind: Kind, brought: Contribution, rows: pd.DataFrame) -> pd.DataFrame:
    """The internal id in the place of the contributor's own; a roster brings new ones."""
    known = known_records(connection, brought.contributor)
    if kind.by_day:
        fresh = rows["child_id"][~texts.among(rows["child_id"], known)]
        known |= add_records(connection, brought.contributor, fresh.tolist())
    numbers = np.fromiter(known.values(), dtype=np.int64, count=len(known))
    return rows.assign(record_id=numbers[texts.positions(rows["child_id"], known)]).drop(columns="child_id")


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
