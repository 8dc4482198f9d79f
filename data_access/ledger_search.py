"""Reading the ledger: the backbone reads all of it, a contributor the rows about use of its own data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, or_, select, true

from catalog.indicators import indicators
from data_access.agreements import agreements
from data_access.ledger import SYSTEM, Verdict, append, glance, verify
from data_access.registry.engine import transaction
from data_access.registry.tables import account, ledger, organization
from data_access.session import Session
from privacy.agreement import Tier
from privacy.authorize import Reason, Refused
from privacy.viewer import Role

PAGE: Final = 50
LARGEST: Final = 100_000
COMMON: Final = frozenset({"child", "residence"})
# Acts by which data reaches somebody; those about single children name the contributors they came from.
PUBLISHED: Final = frozenset({"download", "api"})
CHILD_LEVEL: Final = frozenset({"view", "list", "extract", "emergency"})


MACHINES: Final = {SYSTEM: "The system"}


class TooMany(ValueError):
    """A file of so many rows is not made; the message says how to narrow the search."""


@dataclass(frozen=True)
class Search:
    """What is looked for; empty: anything. first, last: local days. child: the internal number."""

    words: str = ""
    action: str = ""
    organization: str = ""
    actor: str = ""
    purpose: str = ""
    outcome: str = ""
    first: date | None = None
    last: date | None = None
    child: int | None = None
    page: int = 1


@dataclass(frozen=True)
class Entry:
    """One row in the words a reader knows; at: local. Contributors do not see person, child and detail."""

    sequence: int
    at: datetime
    actor: str
    person: str
    organization: str
    member: str
    action: str
    purpose: str
    agreement: str
    channel: str
    outcome: str
    child: int | None
    detail: Mapping[str, Any] = field(hash=False)
    mac: str = ""


@dataclass(frozen=True)
class Found:
    """One page of what was found, newest first."""

    entries: tuple[Entry, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Status:
    """What a glance at the ledger's end says, and when the whole chain was last walked, with which result."""

    end: Verdict
    checked_at: datetime | None
    whole: bool


class LedgerReader:
    """The ledger as one viewer may read it; raises Refused for everybody but the backbone and contributors."""

    def __init__(self, session: Session) -> None:
        if session.viewer.role not in (Role.BACKBONE, Role.PARTNER):
            raise Refused(
                [Reason("The ledger is read by the backbone organization, and by contributors for their data.")]
            )
        self.viewer, self._stores, self._today = session.viewer, session._stores, session.today
        self._session = session

    @property
    def everything(self) -> bool:
        """True for the backbone."""
        return self.viewer.role is Role.BACKBONE

    def search(self, wanted: Search) -> Found:
        """One page."""
        where = self._where(wanted)
        with self._stores.registry.connect() as connection:
            total = connection.scalar(select(func.count()).select_from(ledger).where(where)) or 0
            pages = max(1, -(-total // PAGE))
            page = min(max(1, wanted.page), pages)
            query = _newest_first(where).limit(PAGE).offset((page - 1) * PAGE)
            return Found(self._entries(connection, query), total, page, pages)

    def all(self, wanted: Search) -> tuple[Entry, ...]:
        """Everything that is found, for a file; raises TooMany. Nothing is left out silently."""
        where = self._where(wanted)
        with self._stores.registry.connect() as connection:
            total = connection.scalar(select(func.count()).select_from(ledger).where(where)) or 0
            if total > LARGEST:
                raise TooMany(f"{total:,} entries are too many for one file; {LARGEST:,} fit. Choose fewer days.")
            return self._entries(connection, _newest_first(where))

    def note_export(self, wanted: Search, sha256: str, rows: int) -> str:
        """Write that a file of entries leaves, and give the number of the row; without it no file may leave."""
        asked = {k: str(v) for k, v in vars(wanted).items() if v not in ("", None)}
        asked = {k: v for k, v in asked.items() if k not in ("words", "page")}
        detail = {"filters": asked, "rows": rows, "sha256": sha256, "searched": bool(wanted.words)}
        return f"D-{self._append('ledger-export', channel='csv', detail=detail)}"

    def members(self) -> dict[str, str]:
        """Organizations by id."""
        with self._stores.registry.connect() as connection:
            query = select(organization.c.id, organization.c.name).order_by(organization.c.name)
            return dict(connection.execute(query).all())

    def people(self) -> dict[str, str]:
        """Names of people by user id, for the backbone."""
        if not self.everything:
            return {}
        with self._stores.registry.connect() as connection:
            query = select(account.c.user_id, account.c.name).order_by(account.c.name)
            return dict(connection.execute(query).all()) | MACHINES

    def titles(self) -> dict[str, str]:
        """Titles of agreements by id, as they govern now."""
        return {one.id: one.title for one in agreements(self._stores.registry)}

    def actions(self) -> list[str]:
        """Actions there are."""
        with self._stores.registry.connect() as connection:
            return sorted(connection.scalars(select(ledger.c.action).where(self._scope()).distinct()))

    def verify(self) -> Verdict:
        """Walk the whole chain now, and write to the ledger what was found."""
        self._backbone_only()
        found = verify(self._stores.registry, self._stores.ledger_key, *self._stores.ledger_heads)
        detail = {"rows": found.rows, "first_bad": found.first_bad}
        self._append("verify", outcome="done" if found.ok else "not whole", detail=detail)
        return found

    def status(self) -> Status:
        """How the ledger stands, at a glance."""
        self._backbone_only()
        stores = self._stores
        end = glance(stores.registry, stores.ledger_key, *stores.ledger_heads)
        query = select(ledger.c.at, ledger.c.outcome).where(ledger.c.action == "verify")
        with stores.registry.connect() as connection:
            last = connection.execute(query.order_by(ledger.c.sequence.desc()).limit(1)).first()
        if last is None:
            return Status(end, None, True)
        return Status(end, _local(last.at, stores.time_zone), last.outcome == "done")

    def _backbone_only(self) -> None:
        if not self.everything:
            raise Refused([Reason("The backbone organization checks the ledger.")])

    def _append(self, action: str, **rest: Any) -> int:
        rest |= {"actor": self.viewer.user_id, "organization": self.viewer.organization, "action": action}
        with transaction(self._stores.registry) as connection:
            return append(connection, self._stores.ledger_key, **rest)

    def _where(self, wanted: Search) -> ColumnElement[bool]:
        names = ("action", "organization", "outcome", *(("actor", "child") if self.everything else ()))
        exact = {name: getattr(wanted, name) for name in names if getattr(wanted, name) not in ("", None)}
        parts = [ledger.c[name] == value for name, value in exact.items()]
        if wanted.purpose:
            parts.append(("," + ledger.c.purpose + ",").contains(f",{wanted.purpose},", autoescape=True))
        if wanted.first:
            parts.append(ledger.c.at >= self._midnight(wanted.first))
        if wanted.last:
            parts.append(ledger.c.at < self._midnight(wanted.last + timedelta(days=1)))
        if wanted.words.strip():
            open_to_all = (ledger.c.agreement, ledger.c.channel)
            searched = (*open_to_all, ledger.c.detail) if self.everything else open_to_all
            parts.append(or_(*(one.icontains(wanted.words.strip(), autoescape=True) for one in searched)))
        return and_(self._scope(), *parts)

    def _midnight(self, day: date) -> str:
        """The first moment of a local day, as the ledger writes moments."""
        local = datetime.combine(day, time(), self._stores.time_zone)
        return local.astimezone(UTC).isoformat(timespec="microseconds")

    def _scope(self) -> ColumnElement[bool]:
        """All rows for the backbone; for a contributor those about use of its data."""
        if self.everything:
            return true()
        mine = self.viewer.organization
        named = ledger.c.detail.contains(json.dumps(mine), autoescape=True)
        single = and_(ledger.c.action.in_(CHILD_LEVEL), named)
        held = self._shared_elements()
        # Who is served and where they live are part of every figure; they count where it is made of nothing else.
        made = [n for n, one in indicators().items() if held & (set(one.data_elements) - COMMON or {"child"})]
        reports = [ledger.c.detail.contains(f'"i":"{name}"', autoescape=True) for name in made]
        return or_(single, and_(ledger.c.action.in_(PUBLISHED), or_(false(), *reports)))

    def _shared_elements(self) -> frozenset[str]:
        """Elements the contributor has ever let in under the agreements that govern."""
        held = [
            one.elements
            for one in agreements(self._stores.registry)
            if one.tier is Tier.SHARING and one.party == self.viewer.organization
        ]
        return frozenset[str]().union(*held)

    def _entries(self, connection: Connection, query: Select[Any]) -> tuple[Entry, ...]:
        return tuple(self._entry(row) for row in connection.execute(query))

    def _entry(self, row: Any) -> Entry:
        full = self.everything
        detail = json.loads(row.detail)
        return Entry(
            sequence=row.sequence,
            at=_local(row.at, self._stores.time_zone),
            actor=row.actor if full else "",
            person=(row.person or MACHINES.get(row.actor, row.actor)) if full else "",
            organization=row.organization,
            member=row.member or row.organization,
            action=row.action,
            purpose=row.purpose or "",
            agreement=row.agreement or "",
            channel=row.channel or "",
            outcome=row.outcome,
            child=row.child if full else None,
            detail=detail if full else self._ours(detail),
            mac=row.mac if full else "",
        )

    def _ours(self, detail: Mapping[str, Any]) -> dict[str, Any]:
        """Of what an entry rests on, the part that came from the reader's organization."""
        parts = [one for one in detail.get("from", ()) if one.get("contributor") == self.viewer.organization]
        fields = [{"fields": one.get("fields", ())} for one in parts]
        return ({"report": detail["report"]} if "report" in detail else {}) | ({"from": fields} if fields else {})


def _newest_first(where: ColumnElement[bool]) -> Select[Any]:
    return (
        select(ledger, account.c.name.label("person"), organization.c.name.label("member"))
        .outerjoin(account, account.c.user_id == ledger.c.actor)
        .outerjoin(organization, organization.c.id == ledger.c.organization)
        .where(where)
        .order_by(ledger.c.sequence.desc())
    )


def _local(at: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(at).astimezone(zone)
