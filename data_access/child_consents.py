"""One child's consents for staff: every statement, what is in force today for whom, and what decides besides.

Each look is on the ledger, each entry names the newest one its author had seen, and each copy that leaves is a row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, func, select

from data_access.births import birth_dates, newest_identity
from data_access.consent_entries import (
    Enrollment,
    Order,
    add_enrollment,
    add_order,
    enrollments_about,
    orders_about,
)
from data_access.consent_keeper import Changed, Keeper, NotKept
from data_access.consent_registry import Line, line_of
from data_access.consents import Recorded, signer_key, statement_rows, statements_of
from data_access.disputes import Case, cases, odds_of, review
from data_access.ledger import append
from data_access.likely_days import check_enrollment, check_order
from data_access.links import newest_links
from data_access.registry.consent_tables import consent_event
from data_access.registry.engine import lock, transaction
from data_access.registry.tables import identity, source_record
from data_access.rights import facts_of
from data_access.scans import Scan, keep, kept, typed
from privacy.authorize import Reason, Refused
from privacy.consent import right_has_moved
from privacy.standing import Against, InForce, Known, against, in_force, standings

Entry = TypeVar("Entry", Order, Enrollment)
ELSEWHERE: Final = "Kept by others"
NO_STATEMENT: Final = "There is no such statement among those you keep."


@dataclass(frozen=True)
class ChildFile:
    """Everything staff see about one child's consents. standing: by number of a statement; against: which of those they
    see stand against one that is not in force; seen: what is newest."""

    child: int
    numbers: dict[str, str]
    lines: tuple[Line, ...]
    standing: dict[int, str]
    against: dict[int, Against]
    in_force: tuple[InForce, ...]
    orders: tuple[Order, ...]
    enrollments: tuple[Enrollment, ...]
    cases: tuple[Case, ...]
    dated: bool
    moved: bool
    seen: str

    @property
    def signers(self) -> list[str]:
        """Who has signed or is named by an order."""
        return sorted({*(line.signer for line in self.lines), *(order.name for order in self.orders)})


@dataclass(frozen=True)
class _Told:
    """Of what was recorded about a child, the part that one viewer may read; nothing else may show, decide or be named
    to them, or they would learn that there is more."""

    lines: tuple[Line, ...]
    orders: tuple[Order, ...]
    enrollments: tuple[Enrollment, ...]

    @property
    def seen(self) -> str:
        """What is newest; another text where something was recorded since."""
        kinds: tuple[Sequence[Line | Order | Enrollment], ...] = (self.lines, self.orders, self.enrollments)
        return ".".join(str(max((one.number for one in kind), default=0)) for kind in kinds)


@dataclass(frozen=True)
class Paper:
    """What a copy is made of: the statement, and the child as the reader knows it: number by contributor, and for a
    contributor's own staff the first name on its roster."""

    line: Line
    numbers: dict[str, str]
    child: str


class ChildConsents(Keeper):
    """One child's consents, for whoever keeps them; raises Refused alike where there is no such child."""

    def one(self, child: int) -> ChildFile:
        """Everything about one child; the look is on the ledger."""
        with transaction(self._stores.registry) as conn:
            self._keeps(conn, child)
            self._note(conn, "list", [child], kind="child")
            return self._file(conn, child)

    def numbers(self, child: int) -> dict[str, str]:
        """The child's number at each of this viewer's contributors; raises Refused."""
        with self._stores.registry.connect() as conn:
            self._keeps(conn, child)
            return self._numbers(conn, child)

    def keep_order(
        self,
        child: int,
        seen: str,
        name: str,
        days: tuple[date | None, date | None],
        evidence: str | Scan | None,
        replaces: int | None = None,
    ) -> int:
        """Record a court order against a signer, or what takes the place of an entry; raises NotKept, Changed."""
        if not signer_key(name):
            raise NotKept("Say whose right the order takes away: the full name, as on the order.")
        starts = check_order(*days, self._born(child), self.today)
        return self._order(child, seen, name, (starts, days[1]), evidence, replaces)

    def strike_order(self, child: int, seen: str, number: int, evidence: str | Scan | None) -> int:
        """Say that an entry was a mistake and the order never held; raises NotKept, Changed."""
        with self._stores.registry.connect() as conn:
            self._keeps(conn, child)
            found = next((one for one in self._told(conn, child).orders if one.number == number), None)
        if found is None:
            raise NotKept("There is no such entry.")
        return self._order(child, seen, found.name, (found.starts, found.starts - timedelta(days=1)), evidence, number)

    def keep_enrollment(self, child: int, seen: str, starts_on: date | None, evidence: str | Scan | None) -> int:
        """Record the first day of college, from which the young person decides; no day: the earlier entry was a
        mistake. Raises NotKept, Changed."""
        if starts_on is not None:
            check_enrollment(starts_on, self._born(child), self.today)
        with transaction(self._stores.registry) as conn:
            told = self._ready(conn, child, seen, evidence)
            key, at = self._stores.ledger_key, self._session._now()
            number = add_enrollment(conn, key, child, starts_on, told, self._by, at)
            review(conn, [child], self._acting)
        return number

    def paper(self, number: int) -> Paper:
        """What a family's copy of a statement is made of; raises Refused."""
        with self._stores.registry.connect() as conn:
            line = self._line(conn, number)
            known = self._numbers(conn, line.child)
            named = {code: n for code, n in known.items() if {code, "*"} & set(line.contributors)}
            return Paper(line, named or known, self._known_as(conn, line))

    def note_copy(self, line: Line, sha256: str) -> str:
        """Write to the ledger that a copy leaves, and give the number of the row; without it no copy may leave."""
        detail = {"statement": line.number, "form": line.form, "version": line.version, "sha256": sha256}
        with transaction(self._stores.registry) as conn:
            return f"D-{self._row(conn, 'consent-copy', 'pdf', line.child, detail)}"

    def scan(self, number: int) -> Scan:
        """The scan behind a statement; the look is on the ledger. Raises Refused."""
        with transaction(self._stores.registry) as conn:
            line = self._line(conn, number)
            name = line.evidence.removeprefix("scan ")
            found = kept(conn, self._stores.home, name) if name != line.evidence else None
            if found is None:
                raise Refused([Reason("There is no scan of this statement.")])
            self._row(conn, "consent-scan", found.kind, line.child, {"statement": number, "sha256": name})
        return found

    def _order(
        self,
        child: int,
        seen: str,
        name: str,
        days: tuple[date, date | None],
        evidence: str | Scan | None,
        replaces: int | None,
    ) -> int:
        with transaction(self._stores.registry) as conn:
            told = self._ready(conn, child, seen, evidence)
            known = self._told(conn, child)
            if replaces is not None and replaces not in [one.number for one in known.orders if not one.replaced]:
                raise Changed("Another entry took the place of this one. Look again.", known.seen)
            key, at = self._stores.ledger_key, self._session._now()
            number = add_order(conn, key, child, name, days, told, replaces, self._by, at)
            review(conn, [child], self._acting)
        return number

    def _ready(self, conn: Connection, child: int, seen: str, evidence: str | Scan | None) -> str:
        """The evidence as an entry names it; raises Refused, Changed, NotKept."""
        lock(conn, "consent")
        self._keeps(conn, child)
        newest = self._told(conn, child).seen
        if newest != seen:
            told = (
                "Somebody else recorded something about this child meanwhile. Look at what is there now, then decide."
            )
            raise Changed(told, newest)
        if isinstance(evidence, Scan):
            keep(conn, self._stores.home, evidence)
            return evidence.reference
        told = typed(evidence)
        if not told:
            raise NotKept("Attach a scan, or say where the paper is.")
        return told

    def _file(self, conn: Connection, child: int) -> ChildFile:
        facts, said = facts_of(conn, child), statements_of(conn, child)
        known = Known(child, facts, tuple(one.event for one in said), self._session._now(), self.policy)
        told = self._told(conn, child, said)
        odds = odds_of(conn, [child], self._acting, self._own).get(child, frozenset())
        found = in_force(known, self._session._agreements(), self._own)
        standing = standings(known, odds, frozenset(n for one in found for n in one.statements))
        shown = frozenset(line.number for line in told.lines)
        return ChildFile(
            child=child,
            numbers=self._numbers(conn, child),
            lines=told.lines,
            standing={n: code for n, code in standing.items() if n in shown},
            against=against(known, standing, shown),
            in_force=found,
            orders=told.orders,
            enrollments=told.enrollments,
            cases=tuple(one for one in cases(conn, [child]) if self.everything or odds),
            dated=facts is not None,
            moved=facts is not None and right_has_moved(facts, self.today),
            seen=told.seen,
        )

    def _told(self, conn: Connection, child: int, said: Sequence[Recorded] | None = None) -> _Told:
        every = statements_of(conn, child) if said is None else said
        lines = [line for line in map(line_of, every) if not self._own or {self._own, "*"} & set(line.contributors)]
        signers = {signer_key(line.signer) for line in lines}
        orders = (self._veiled(one) for one in orders_about(conn, child) if self._concerns(one, signers))
        enrollments = (self._veiled(one) for one in enrollments_about(conn, child))
        return _Told(tuple(reversed(lines)), tuple(orders), tuple(enrollments))

    def _veiled(self, entry: Entry) -> Entry:
        """What others recorded decides for everybody; who they are would tell where else the child is known."""
        if self.everything or entry.organization == self._own:
            return entry
        return replace(entry, evidence=ELSEWHERE, recorded_by=ELSEWHERE, organization="")

    def _concerns(self, order: Order, signers: set[str]) -> bool:
        return self.everything or order.organization == self._own or signer_key(order.name) in signers

    def _line(self, conn: Connection, number: int) -> Line:
        """A statement this viewer keeps; raises Refused alike where there is none."""
        where = [consent_event.c.sequence == number, *self._mine(conn)]
        if conn.scalar(select(func.count()).select_from(consent_event).where(*where)) != 1:
            raise Refused([Reason(NO_STATEMENT)])
        return line_of(statement_rows(conn, [number])[0])

    def _numbers(self, conn: Connection, child: int) -> dict[str, str]:
        """The child's number at each of this viewer's contributors."""
        link = newest_links()
        query = (
            select(source_record.c.contributor, source_record.c.local_id)
            .join(link, link.c.record_id == source_record.c.record_id)
            .where(link.c.child_id == child, source_record.c.contributor.in_(self.contributors()))
            .order_by(source_record.c.contributor.desc(), source_record.c.local_id.desc())
        )
        return dict(conn.execute(query).all())

    def _known_as(self, conn: Connection, line: Line) -> str:
        """The child's first name on a contributor's own roster, for its own staff; else nothing."""
        names = [] if self.everything else [row.first_name for row in self._on_own_roster(conn, line.child)]
        return next(iter(names), "")

    def _born(self, child: int) -> date | None:
        """The birth date as this viewer may know it: a contributor's staff from their own roster alone, or refusals
        would tell them what others have."""
        with self._stores.registry.connect() as conn:
            self._keeps(conn, child)
            if self.everything:
                return birth_dates(conn, [child]).get(child)
            return min((row.birth_date for row in self._on_own_roster(conn, child) if row.birth_date), default=None)

    def _on_own_roster(self, conn: Connection, child: int) -> Sequence[Any]:
        """First name and birth date on the newest roster of the contributor this viewer is narrowed to."""
        newest, link = newest_identity().subquery(), newest_links()
        query = (
            select(identity.c.first_name, identity.c.birth_date)
            .join(newest, (newest.c.record_id == identity.c.record_id) & (newest.c.batch_id == identity.c.batch_id))
            .join(link, link.c.record_id == identity.c.record_id)
            .join(source_record, source_record.c.record_id == identity.c.record_id)
            .where(link.c.child_id == child, source_record.c.contributor == self._own)
        )
        return conn.execute(query).all()

    def _row(self, conn: Connection, action: str, channel: str, child: int, detail: dict[str, object]) -> int:
        who = {"actor": self._by.actor, "organization": self._by.organization}
        return append(conn, self._stores.ledger_key, action=action, channel=channel, child=child, detail=detail, **who)
