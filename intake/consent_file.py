"""A contributor's file of consents: every row checked, wholly in or wholly out, each row on the ledger."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from catalog.forms import USUAL, form, forms
from catalog.terms import elements, purposes
from data_access.agreements import organizations
from data_access.batches import Contribution, add_batch, newest_of, same_file
from data_access.consents import By, Statement, missing_in, record_many
from data_access.ledger import append
from data_access.links import matched_records
from data_access.registry.engine import lock, transaction
from data_access.stores import Stores
from intake.batches import Accepted, Unchanged, check_contributor
from intake.checker import Checker, short
from intake.problems import BadFile, some
from intake.reading import read_sheet
from intake.sheet import Sheet, Source
from privacy.agreement import Level
from privacy.consent import RELATIONSHIPS, Basis, Capacity, Say
from privacy.coverage import Coverage

COLUMNS = (
    *("child_id", "guardian_name", "relationship", "recipient", "purpose"),
    *("elements", "decision", "signed_on", "expires_on", "evidence"),
)
MORE = ("form", "language")
DECISIONS = {"permit": Say.PERMIT, "deny": Say.DENY, "withdraw": Say.DENY}
SEPARATOR = ";"


def import_consents(
    stores: Stores, path: Path, contributor: str, brought_by: str = "command", at: datetime | None = None
) -> Accepted | Unchanged:
    """Take in one file of consents; raises BadFile (every bad row), NotRecorded. Then nothing is stored."""
    source, day = Source.read(path), (at or datetime.now(stores.time_zone)).astimezone(stores.time_zone).date()
    check_contributor(stores, contributor)
    sheet = read_sheet(source, COLUMNS, MORE)
    members = {one.id for one in organizations(stores.registry)}
    brought = Contribution("consent", contributor, day, source.sha256, source.kept_name, brought_by)
    with transaction(stores.registry) as connection:
        lock(connection, "import")
        there = same_file(connection, brought, True)
        if there is not None:
            _refuse_older(path.name, there, newest_of(connection, "consent", contributor))
            return Unchanged(there)
        said = _statements(sheet, contributor, matched_records(connection, contributor), members, day)
        batch_id = add_batch(connection, brought, len(said))
        numbered = [Statement(**(vars(one) | {"batch_id": batch_id})) for one in said]
        record_many(connection, stores.ledger_key, numbered, by=By(brought_by, contributor), at=at)
        detail = {"batch": batch_id, "kind": "consent", "rows": len(said), "sha256": source.sha256}
        append(
            connection, stores.ledger_key, actor=brought_by, organization=contributor, action="import", detail=detail
        )
    return Accepted(batch_id, "consent", contributor, day, len(said), (*sheet.notes, *_notes(said, day)))


def _refuse_older(file: str, there: int, newest: int) -> None:
    """Later files may have said otherwise, so that the words of this one would silently not count again."""
    if newest > there:
        raise BadFile.whole(
            file,
            f"this very file is in already, as batch {there}, and consents that came later (batch {newest}) count "
            "before it. Nothing was stored. To say it again, bring it with the day of the new word in signed_on.",
        )


def _statements(
    sheet: Sheet, contributor: str, records: Mapping[str, int | None], members: Collection[str], day: date
) -> list[Statement]:
    to = Checker(sheet)
    checked: dict[str, Any] = {
        "record": _records(to, records),
        "name": to.text("guardian_name", 200, required=True),
        "relationship": to.word("relationship", RELATIONSHIPS),
        "say": to.word("decision", DECISIONS),
        "recipients": _several(to, "recipient", members),
        "purposes": _several(to, "purpose", purposes()),
        "elements": _several(to, "elements", elements()),
        "signed": to.day("signed_on"),
        "expires": to.day("expires_on"),
        "evidence": to.text("evidence", 200),
        "form": _optional(to, "form", sorted({code for code, _ in forms()}), USUAL),
        "language": _optional(to, "language", ("en", "es"), "en"),
    }
    after = pd.Timestamp(day)
    to.report(checked["signed"] > after, "signed_on", "this lies after today. Correct the date.")
    early = checked["expires"] < checked["signed"]
    to.report(early, "expires_on", "this lies before signed_on. Correct one of the two.")
    _no_blanket(to, checked["say"])
    to.done()
    rows = pd.DataFrame(checked).to_dict("records")
    return [_statement({str(k): v for k, v in row.items()}, contributor) for row in rows]


def _records(to: Checker, records: Mapping[str, int | None]) -> list[int | None]:
    ids = to.text("child_id", 64, required=True)
    strange = (ids != "") & ~ids.isin(list(records))
    to.report(strange, "child_id", "this child is on no roster of yours. Import the roster first, or correct the id.")
    alone = ids.map(lambda local: local in records and records[local] is None)
    to.report(alone, "child_id", "this child has not been matched yet. Run: quorum match")
    return [records.get(local) for local in ids]


def _several(to: Checker, column: str, valid: Collection[str]) -> list[frozenset[str]]:
    cells = to.text(column, 2000)
    found = [frozenset(word.strip() for word in cell.split(SEPARATOR) if word.strip()) for cell in cells]
    wrong = [sorted(words - {"*"} - set(valid)) for words in found]

    def told(row: int) -> str:
        return f"“{short(wrong[row][0])}” is not known here. Write some of these, with “;” between: {_some(valid)}."

    to.report(pd.Series([bool(words) for words in wrong]), column, told)
    return found


def _some(valid: Collection[str]) -> str:
    return some(sorted(valid), 20)


def _optional(to: Checker, column: str, valid: Collection[str], usual: str) -> pd.Series:
    cells = to.text(column, 40)

    def told(row: int) -> str:
        return f"“{short(cells.iloc[row])}” is not one of: {', '.join(valid)}."

    to.report((cells != "") & ~cells.isin(list(valid)), column, told)
    return cells.where(cells != "", usual)


def _no_blanket(to: Checker, decisions: pd.Series) -> None:
    for column in ("recipient", "purpose", "elements"):
        blanket = to.sheet.frame[column].str.split(SEPARATOR).map(lambda words: "*" in {w.strip() for w in words})
        told = "a permit names what it covers; “*” is for a refusal or withdrawal. Name them, with “;” between."
        to.report(blanket & (decisions == "permit"), column, told)


def _statement(row: Mapping[str, Any], contributor: str) -> Statement:
    chosen, say = form(row["form"], row["language"]), DECISIONS[row["say"]]
    sets = {name: row[name] for name in ("elements", "purposes", "recipients")}
    return Statement(
        record=int(row["record"]),
        signer=row["name"],
        relationship=row["relationship"],
        capacity=Capacity.YOUNG_PERSON if row["relationship"] == "self" else Capacity.PARENT,
        say=say,
        coverage=Coverage(Basis(chosen.basis), Level.IDENTIFIABLE, disclosing=frozenset({contributor}), **sets),
        channel="file",
        signed_on=_day(row["signed"]),
        expires_on=_day(row["expires"]),
        evidence=row["evidence"] or None,
        form=chosen.code,
        form_version=chosen.version,
        language=chosen.language,
    )


def _day(stamp: Any) -> date | None:
    return None if pd.isna(stamp) else stamp.date()


def _notes(said: list[Statement], day: date) -> list[str]:
    lacking = sum(bool(missing_in(one)) for one in said)
    past = sum(one.say is Say.PERMIT and one.expires_on is not None and one.expires_on < day for one in said)
    notes = [f"{lacking:,} consents lack something and stay inactive; see Consents, Incomplete."] if lacking else []
    return [*notes, *([f"{past:,} consents have expired already."] if past else [])]
