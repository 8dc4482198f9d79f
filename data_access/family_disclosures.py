"""Who has received data about a child: the record of 34 CFR 99.32 as its family reads it.

Rows of the ledger carry the child's number of their moment; which records were that child's is told by the decisions of
matching made until then. A row, or a part of it, is shown where every record it can be about is one of the child's now.
What cannot be told apart from another child is left out, and counted so that the page can say so.
"""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from data_access.ledger_search import CHILD_LEVEL
from data_access.links import records_of
from data_access.registry.tables import ledger, match_decision, source_record


@dataclass(frozen=True)
class Disclosure:
    """One time somebody received data about the child: when, who, what for, what, from whom, resting on what."""

    at: datetime
    recipient: str
    purpose: str
    action: str
    elements: tuple[str, ...]
    contributors: tuple[str, ...]
    agreement: str


@dataclass(frozen=True)
class Disclosures:
    """Newest first. unsure: how many more rows may be about this child or about another one."""

    rows: tuple[Disclosure, ...]
    unsure: int


@dataclass(frozen=True)
class _Past:
    """Which records made up which child at which time. steps: (when, child) of each record, oldest first."""

    steps: Mapping[int, list[tuple[datetime, int]]]
    contributor: Mapping[int, str]

    def records(self, child: int, at: datetime) -> dict[int, str]:
        """Contributor by record of what a number meant at a moment."""
        return {record: self.contributor[record] for record in self.steps if self._child(record, at) == child}

    def _child(self, record: int, at: datetime) -> int | None:
        steps = self.steps[record]
        place = bisect_right([when for when, _ in steps], at)
        return steps[place - 1][1] if place else None


def disclosures_of(connection: Connection, child: int, zone: ZoneInfo) -> Disclosures:
    """Every time somebody received data about the child.

    An organization's own staff at its own records are on the ledger, but no disclosure.
    """
    ours = records_of(connection, child)
    past = _past(connection, list(ours))
    query = select(ledger).where(ledger.c.child.in_(_numbers(past)), ledger.c.action.in_(CHILD_LEVEL))
    found, unsure = [], 0
    for row in connection.execute(query.where(ledger.c.outcome == "done").order_by(ledger.c.sequence.desc())):
        at = datetime.fromisoformat(row.at)
        there = past.records(row.child, at)
        told, doubtful = _told(row, there, ours)
        unsure += doubtful
        if told is not None:
            found.append(_disclosure(row, at.astimezone(zone), *told))
    return Disclosures(tuple(found), unsure)


def _numbers(past: _Past) -> set[int]:
    return {child for steps in past.steps.values() for _, child in steps}


def _told(
    row: Any, there: Mapping[int, str], ours: Mapping[int, str]
) -> tuple[tuple[tuple[str, ...], tuple[str, ...]] | None, bool]:
    """(elements, contributors) of what is surely about this child, and whether a part was left out as unsure."""
    detail = json.loads(row.detail)
    sources = {
        one["contributor"]: one["fields"] for one in detail.get("from", ()) if one["contributor"] != row.organization
    }
    elements, contributors, unsure = set[str](), set[str](), False
    for name, fields in sources.items():
        about = {record for record, contributor in there.items() if contributor == name}
        if about and about <= ours.keys():
            elements |= set(fields)
            contributors.add(name)
        unsure |= bool(about & ours.keys()) and not about <= ours.keys()
    if whole := set(detail.get("elements", ())):
        mine = there.keys() & ours.keys()
        elements |= whole if mine and mine == there.keys() else set()
        unsure |= bool(mine) and mine != there.keys()
    told = (tuple(sorted(elements)), tuple(sorted(contributors))) if elements or contributors else None
    return told, unsure


def _disclosure(row: Any, at: datetime, elements: tuple[str, ...], contributors: tuple[str, ...]) -> Disclosure:
    told = (row.organization, row.purpose or "", row.action, elements, contributors, row.agreement or "")
    return Disclosure(at, *told)


def _past(connection: Connection, records: list[int]) -> _Past:
    """The past of these records, and of every other record that ever shared a number with one of them."""
    links = (match_decision.c.decision == "link") & match_decision.c.child_id.is_not(None)
    numbers = select(match_decision.c.child_id).where(links, match_decision.c.record_id.in_(records))
    shared = select(match_decision.c.record_id).where(links, match_decision.c.child_id.in_(numbers))
    query = (
        select(
            *(match_decision.c.record_id, match_decision.c.decided_at, match_decision.c.child_id),
            source_record.c.contributor,
        )
        .join(source_record, source_record.c.record_id == match_decision.c.record_id)
        .where(links, match_decision.c.record_id.in_(shared))
        .order_by(match_decision.c.sequence)
    )
    steps, contributor = defaultdict[int, list[tuple[datetime, int]]](list), dict[int, str]()
    for record, when, child, name in connection.execute(query):
        steps[record].append((when, child))
        contributor[record] = name
    return _Past(dict(steps), contributor)
