"""What decides besides statements, as staff record and read it: court orders and enrollment after school.

Nothing is changed: a correction is a new entry that takes the place of an earlier one.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from data_access.consents import By, signer_of
from data_access.links import of_children, record_for
from data_access.registry.case_tables import postsecondary_evidence
from data_access.registry.consent_tables import consent_signer, court_order, postsecondary
from data_access.registry.tables import account
from data_access.rights import record_court_order, record_postsecondary


@dataclass(frozen=True)
class Order:
    """An entry about a court order. replaced: a later entry took its place; organization: whose staff recorded it."""

    number: int
    signer: int
    name: str
    starts: date
    ends: date | None
    evidence: str
    replaces: int | None
    replaced: bool
    recorded_at: datetime
    recorded_by: str
    organization: str

    @property
    def mistaken(self) -> bool:
        """It says that the order never held."""
        return self.ends is not None and self.ends < self.starts


@dataclass(frozen=True)
class Enrollment:
    """An entry about the first day of college; no day: the earlier entry was a mistake. The newest counts.
    organization: whose staff recorded it."""

    number: int
    starts_on: date | None
    evidence: str
    recorded_at: datetime
    recorded_by: str
    organization: str


def orders_about(conn: Connection, child: int) -> tuple[Order, ...]:
    """Every entry about a court order, newest first."""
    query = (
        select(court_order, consent_signer.c.name, account.c.name.label("person"), account.c.organization)
        .join(consent_signer, consent_signer.c.id == court_order.c.signer)
        .outerjoin(account, account.c.user_id == court_order.c.recorded_by)
        .where(of_children(court_order.c.record, [child]))
        .order_by(court_order.c.id.desc())
    )
    rows = conn.execute(query).all()
    replaced = {row.replaces for row in rows}
    return tuple(
        Order(
            number=row.id,
            signer=row.signer,
            name=row.name,
            starts=row.starts,
            ends=row.ends,
            evidence=row.evidence or "",
            replaces=row.replaces,
            replaced=row.id in replaced,
            recorded_at=row.recorded_at,
            recorded_by=row.person or row.recorded_by,
            organization=row.organization or "",
        )
        for row in rows
    )


def enrollments_about(conn: Connection, child: int) -> tuple[Enrollment, ...]:
    """Every entry about enrollment, newest first."""
    query = (
        select(postsecondary, postsecondary_evidence.c.evidence, account.c.name.label("person"), account.c.organization)
        .outerjoin(postsecondary_evidence, postsecondary_evidence.c.entry == postsecondary.c.id)
        .outerjoin(account, account.c.user_id == postsecondary.c.recorded_by)
        .where(of_children(postsecondary.c.record, [child]))
        .order_by(postsecondary.c.id.desc())
    )
    return tuple(
        Enrollment(
            number=row.id,
            starts_on=row.starts_on,
            evidence=row.evidence or "",
            recorded_at=row.recorded_at,
            recorded_by=row.person or row.recorded_by,
            organization=row.organization or "",
        )
        for row in conn.execute(query)
    )


def add_order(
    conn: Connection,
    key: bytes,
    child: int,
    name: str,
    days: tuple[date, date | None],
    evidence: str,
    replaces: int | None,
    by: By,
    at: datetime,
) -> int:
    """Append a court order against somebody, by name; what takes the place of an entry hangs on the same record."""
    kept = conn.scalar(select(court_order.c.record).where(court_order.c.id == replaces))
    record = kept if kept is not None else _record(conn, child, by)
    signer, (starts, ends) = signer_of(conn, name, at), days
    return record_court_order(
        conn, key, record, signer, starts, ends, by=by, at=at, evidence=evidence, replaces=replaces
    )


def add_enrollment(
    conn: Connection, key: bytes, child: int, starts_on: date | None, evidence: str, by: By, at: datetime
) -> int:
    """Append the first day of college with its evidence; it takes the place of every earlier entry about the child."""
    told = select(postsecondary.c.record).where(of_children(postsecondary.c.record, [child])).distinct()
    for record in sorted(conn.scalars(told)) or [_record(conn, child, by)]:
        number = record_postsecondary(conn, key, record, starts_on, by=by, at=at)
        conn.execute(insert(postsecondary_evidence), {"entry": number, "evidence": evidence})
    return number


def _record(conn: Connection, child: int, by: By) -> int:
    """The record an entry hangs on: the organization's own where it has one."""
    found = record_for(conn, child, {by.organization})
    if found is None:
        raise ValueError("An entry needs a child with a record.")
    return found
