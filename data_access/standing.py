"""Which children's consent stands, as a query: the decision of `privacy.consent.decide_consent` for many at once.

The query is a semi-join for the reads: it runs on the registry, in the reader's own transaction, and on DuckDB over a
columnar copy of the statements. Both have the columns of `events`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
)

from data_access.births import newest_identity, newest_link
from data_access.registry.consent_tables import consent_event, court_order, postsecondary
from data_access.registry.tables import Utc, identity, match_decision
from privacy.consent import Capacity, ConsentPolicy, Say
from privacy.coverage import Terms

NO, YES, NEITHER = 2, 1, 0
copied = MetaData()
# The same names on the columnar copy, and three short lists that go with it.
events = Table(
    "consent_event",
    copied,
    Column("sequence", BigInteger),
    Column("child", BigInteger),
    Column("signer", BigInteger),
    Column("capacity", String),
    Column("say", String),
    Column("coverage", BigInteger),
    Column("complete", Boolean),
    Column("recorded_at", Utc),
    Column("effective_on", Date),
    Column("expires_on", Date),
)
moved = Table("consent_moved", copied, Column("child", BigInteger))
undated = Table("consent_undated", copied, Column("child", BigInteger))
barred = Table("consent_barred", copied, Column("signer", BigInteger))


@dataclass(frozen=True)
class Moment:
    """When it is asked, and what day that is where the community lives."""

    at: datetime
    today: date

    @classmethod
    def of(cls, at: datetime, policy: ConsentPolicy) -> "Moment":
        """The moment under a policy."""
        return cls(at, at.astimezone(policy.zone).date())


@dataclass(frozen=True)
class Ground:
    """Where statements are read and what decides about signers: children whose right has moved to the young person,
    children without a birth date, signers whom a court order bars. children: the only ones asked about."""

    events: FromClause
    moved: Select[Any]
    undated: Select[Any]
    barred: Select[Any]
    children: Select[Any] | Sequence[int] | None = None


def copy_ground() -> Ground:
    """The columnar copy's tables."""
    return Ground(events, select(moved.c.child), select(undated.c.child), select(barred.c.signer))


def registry_ground(moment: Moment, children: Select[Any] | Sequence[int] | None = None) -> Ground:
    """The registry's tables; children: the only ones asked about."""
    of_age, unknown, orders = moved_query(moment.today, children), undated_query(children), barred_query(moment.today)
    return Ground(consent_event, of_age, unknown, orders, children)


def standing(terms: Terms, moment: Moment, ground: Ground) -> Select[tuple[int, int]]:
    """child, consent: the children whose consent stands on these terms, each with the number of a statement."""
    last = _last_words(terms, moment, ground).subquery()
    word = last.c.last % 4
    refused = func.max(case((word == NO, 1), else_=0))
    granted = func.max(case((word == YES, last.c.last), else_=0))
    return (
        select(last.c.child.label("child"), granted.bitwise_rshift(literal_column("2", Integer)).label("consent"))
        .group_by(last.c.child)
        .having(refused == 0, granted > 0)
    )


def _last_words(terms: Terms, moment: Moment, ground: Ground) -> Select[tuple[int, int]]:
    """The last word of each entitled signer: four times the statement's number, and what it says."""
    said = ground.events.c
    unexpired = or_(said.expires_on.is_(None), said.expires_on >= moment.today)
    word = case((said.say == Say.DENY.value, NO), (and_(said.coverage.in_(terms.carry), unexpired), YES), else_=NEITHER)
    covered = or_(
        and_(said.say == Say.DENY.value, said.coverage.in_(terms.deny)),
        and_(said.say == Say.PERMIT.value, said.coverage.in_(terms.permit)),
    )
    known = and_(
        said.complete,
        said.recorded_at <= moment.at,
        or_(said.effective_on.is_(None), said.effective_on <= moment.today),
    )
    asked = [] if ground.children is None else [said.child.in_(ground.children)]
    return (
        select(said.child, func.max(said.sequence * 4 + word).label("last"))
        .where(*asked, covered, known, _entitled(terms, ground), said.child.not_in(ground.undated))
        .group_by(said.child, said.signer)
    )


def _entitled(terms: Terms, ground: Ground) -> ColumnElement[bool]:
    said = ground.events.c
    of_age = said.child.in_(ground.moved)
    parent = and_(said.capacity == Capacity.PARENT.value, ~of_age, said.signer.not_in(ground.barred))
    young = and_(said.capacity == Capacity.YOUNG_PERSON.value, or_(of_age, said.coverage.in_(terms.minor)))
    return or_(parent, young)


def of_age_since(today: date) -> date:
    """Whoever was born on this day or before has turned 18."""
    try:
        return today.replace(year=today.year - 18)
    except ValueError:  # nobody comes of age on February 29
        return today.replace(year=today.year - 18, day=28)


def moved_query(today: date, children: Select[Any] | Sequence[int] | None = None) -> Select[Any]:
    """Children who have come of age by any of their records, or are enrolled in postsecondary education."""
    link = _links(children)
    grown = (
        newest_identity()
        .join(link, link.c.record_id == identity.c.record_id)
        .with_only_columns(link.c.child_id.label("child"))
        .where(identity.c.birth_date <= of_age_since(today))
    )
    newest = select(func.max(postsecondary.c.id)).group_by(postsecondary.c.child)
    enrolled = select(postsecondary.c.child).where(postsecondary.c.id.in_(newest), postsecondary.c.starts_on <= today)
    both = grown.union_all(enrolled).subquery()
    return select(both.c.child)


def undated_query(children: Select[Any] | Sequence[int] | None = None) -> Select[Any]:
    """Children none of whose records tells a birth date."""
    link, other = _links(children), newest_link().subquery()
    without = (
        newest_identity()
        .join(link, link.c.record_id == identity.c.record_id)
        .with_only_columns(link.c.child_id.label("child"))
        .where(identity.c.birth_date.is_(None))
        .subquery()
    )
    told = (
        newest_identity()
        .join(other, other.c.record_id == identity.c.record_id)
        .with_only_columns(other.c.child_id)
        .where(identity.c.birth_date.is_not(None), other.c.child_id.in_(select(without.c.child)))
    )
    return select(without.c.child).where(without.c.child.not_in(told))


def barred_query(today: date) -> Select[Any]:
    """Signers whom a court order in force bars."""
    replaced = select(court_order.c.replaces).where(court_order.c.replaces.is_not(None))
    held = and_(court_order.c.starts <= today, or_(court_order.c.ends.is_(None), court_order.c.ends >= today))
    return select(court_order.c.signer).where(held, court_order.c.id.not_in(replaced))


def _links(children: Select[Any] | Sequence[int] | None) -> FromClause:
    link = newest_link()
    if children is not None:
        link = link.where(match_decision.c.child_id.in_(children))
    return link.subquery()
