"""Child-level records through the one door: permit, consents, reading and a row of the ledger for each child, at once.

All of it happens in the session's one writing transaction, so an agreement that was ended or a consent that was
withdrawn before is never overlooked, and a reading that cannot be written to the ledger shows nothing. Nothing of it is
cached. Only `data_access.session` makes a `Reading`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd
from sqlalchemy import Connection, select

from catalog.terms import elements, known, purposes
from data_access.consented import Asked
from data_access.consents import events_of
from data_access.ledger import append
from data_access.record_grants import Grant, grants, search
from data_access.record_values import Values, values
from data_access.registry.tables import child as children_table
from data_access.rights import facts_of
from data_access.stores import Stores
from privacy.authorize import Reason, Refused
from privacy.consent import ConsentPolicy, ConsentRequest, decide_consent
from privacy.effective import Pair
from privacy.records import RecordPermit, Source
from privacy.sealed import RECORD_COLUMNS, IdentifiableRecords, seal_records
from privacy.viewer import Viewer

MOST: Final = 50
LISTED: Final = frozenset({"child", "birth_date"})
NOTICE: Final = (
    "You may use this for the purpose named above only, and pass it on to nobody without the written consent of the "
    "parent or guardian (34 CFR 99.33). Every look at a child is written down; parents can read it."
)
NO_SUCH = "No child with this number is shared with your organization for this purpose. A parent or guardian can agree."
NOTHING = "Nothing on file."
OLDER = "The records of consent were put back to an earlier state. The backbone organization has to settle it first."
NO_BIRTH = "The birth date is not on file, so nobody can be asked. The contributor can add it."


@dataclass(frozen=True)
class Reading:
    """One reader's question inside one writing transaction: the permit, the stores, and the moment."""

    conn: Connection
    permit: RecordPermit
    stores: Stores
    now: datetime

    @property
    def asked(self) -> Asked:
        """What consent is asked for."""
        viewer, policy = self.permit.viewer, ConsentPolicy(self.stores.time_zone)
        return Asked(viewer.organization, self.permit.purpose, self.permit.level, self.now, policy)

    def listing(self, text: str = "") -> IdentifiableRecords:
        """Children by name, each with its age where that is open; at most MOST."""
        found, more = search(self.conn, self.stores.lake, self.permit, self.asked, text[:100], MOST)
        if not found:  # who tries one name after another is to be seen
            viewer, key = self.permit.viewer, self.stores.ledger_key
            note_nothing(self.conn, key, viewer, "list", self.permit.purpose, outcome="nothing")
        held, _ = grants(self.conn, self.stores.lake, self.permit, self.asked, found)
        shown = [grant for grant in held if grant.source.element in LISTED]
        return self._sealed("list", _rows(shown, self._values(shown), found), found, shown, more)

    def one(self, child: int) -> IdentifiableRecords:
        """Every field of one child that may be read, and why the others may not; raises Refused."""
        held, stand = grants(self.conn, self.stores.lake, self.permit, self.asked, [child])
        if not held:
            raise Refused([Reason(NO_SUCH, None, "consent")])
        rows = _rows(held, self._values(held), [child]) + self._absent(child, held, stand[child])
        return self._sealed("view", rows, [child], held)

    def _values(self, held: Sequence[Grant]) -> Values:
        return values(self.conn, self.stores.lake, held, self.asked.today)

    def _sealed(
        self,
        action: str,
        rows: Sequence[tuple[Any, ...]],
        children: Sequence[int],
        held: Sequence[Grant],
        more: bool = False,
    ) -> IdentifiableRecords:
        numbers = [self._note(action, child, [g for g in held if g.row.child == child]) for child in children]
        frame = pd.DataFrame(list(rows), columns=list(RECORD_COLUMNS)).astype({"value": object, "told_on": object})
        frame["value"] = frame["value"].where(frame["value"].notna(), None)
        why = [reason.text for reason in self.permit.reasons]
        return seal_records(
            frame, purpose=self.permit.purpose, reasons=why, notice=NOTICE, disclosures=numbers, more=more
        )

    def _note(self, action: str, child: int, held: Sequence[Grant]) -> int:
        viewer = self.permit.viewer
        return append(
            self.conn,
            self.stores.ledger_key,
            actor=viewer.user_id,
            organization=viewer.organization,
            action=action,
            purpose=self.permit.purpose,
            agreement=held[0].source.license if held else None,
            channel="page",
            child=child,
            detail={"from": _rests(held)},
        )

    def _absent(self, child: int, held: Sequence[Grant], stand: dict[Pair, int]) -> list[tuple[Any, ...]]:
        """Fields that are not shown, with the reason: the same words whether the contributor knows the child or not."""
        viewer, read = self.permit.viewer, {(g.source.contributor, g.source.element) for g in held}
        mine = {contributor for contributor, _ in read}
        rows, offered = [], {source.element for source in self.permit.sources}
        events, facts = events_of(self.conn, child), facts_of(self.conn, child)
        for source in self.permit.sources:
            pair = (source.contributor, source.element)
            if pair in read or (source.contributor == viewer.organization and source.contributor not in mine):
                continue
            why = NOTHING
            if source.consent and pair not in stand:
                why = self._why_not(source, child, events, facts)
            rows.append((child, *pair, None, None, source.sharing, source.license, 0, why))
        none = f"No agreement in force shares this with your organization to {_purpose(self.permit.purpose)}."
        rows += [(child, "", name, None, None, "", "", 0, none) for name in elements() if name not in offered]
        return rows

    def _why_not(self, source: Source, child: int, events: Any, facts: Any) -> str:
        if facts is None:
            return NO_BIRTH
        asked = self.asked
        request = ConsentRequest(
            child, facts, source.contributor, asked.recipient, asked.purpose, source.element, asked.level
        )
        decision = decide_consent(events, request, asked.at, asked.policy)
        return OLDER if decision.permitted else " ".join(decision.reasons)


def note_nothing(
    conn: Connection,
    key: bytes,
    viewer: Viewer,
    action: str,
    purpose: str,
    child: int | None = None,
    outcome: str = "refused",
) -> None:
    """Write that somebody asked for named children and got none; a number that no child has stays unwritten."""
    there = conn.scalar(select(children_table.c.child_id).where(children_table.c.child_id == child))
    append(
        conn,
        key,
        actor=viewer.user_id,
        organization=viewer.organization,
        action=action,
        purpose=purpose,
        channel="page",
        outcome=outcome,
        child=there,
    )


def _purpose(code: str) -> str:
    title = purposes()[known("purpose", code, purposes())]
    return title[0].lower() + title[1:]


def _rows(held: Sequence[Grant], found: Values, order: Sequence[int]) -> list[tuple[Any, ...]]:
    """Fields that are shown, child by child; a record that tells nothing says so."""
    place = {child: n for n, child in enumerate(order)}
    rows = []
    for grant in sorted(held, key=lambda g: (place[g.row.child], g.row.contributor, g.source.element, g.row.record_id)):
        source, value = grant.source, found.get((grant.row.record_id, grant.source.element))
        told = (value.text, value.told_on) if value else (None, None)
        ends = (source.sharing, source.license, grant.consent, "" if value else NOTHING)
        rows.append((grant.row.child, source.contributor, source.element, *told, *ends))
    return rows


def _rests(held: Sequence[Grant]) -> list[dict[str, Any]]:
    """What a reading rests on, by contributor: fields, agreements, statements."""
    found: dict[tuple[str, str, str], list[Grant]] = {}
    for grant in held:
        key = (grant.source.contributor, grant.source.sharing, grant.source.license)
        found.setdefault(key, []).append(grant)
    return [
        {
            "contributor": contributor,
            "sharing": sharing,
            "license": license_,
            "fields": sorted({g.source.element for g in some}),
            "consents": sorted({g.consent for g in some} - {0}),
        }
        for (contributor, sharing, license_), some in sorted(found.items())
    ]
