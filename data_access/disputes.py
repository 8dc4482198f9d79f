"""Cases: two people who may both decide do not agree, so nothing is shared until it is settled.

A case opens when a disagreement appears and ends when it is gone: a signer says something else, a court takes a right
away, the young person comes of age, a yes runs out. The backbone may close a case with a note; it cannot overrule a
parent, so sharing stays refused. What is said after a case has ended can open a new one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, and_, delete, func, insert, select

from data_access.consent_keeper import Acting, Changed, Keeper, NotKept, about
from data_access.consents import By, Recorded, events_by_child, newest_statement, statements_of
from data_access.ledger import SYSTEM, append
from data_access.links import newest_links
from data_access.registry.case_tables import dispute_note, dispute_review
from data_access.registry.consent_tables import consent_event, dispute, dispute_end
from data_access.registry.engine import lock, transaction
from data_access.rights import facts_by_child
from data_access.session import Session
from privacy.authorize import Reason, Refused
from privacy.consent import right_has_moved
from privacy.disagreement import at_odds
from privacy.viewer import Role

CLOSED: Final = "closed"
PART: Final = 500


@dataclass(frozen=True)
class Ending:
    """How a case ended: changed, court order, moved (to the young person), lapsed, or closed with a note."""

    how: str
    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True)
class Case:
    """A case; event: the statement it opened with; through: the newest statement known when it was closed."""

    number: int
    child: int
    event: int
    opened_at: datetime
    ended: Ending | None
    through: int = 0


def review(conn: Connection, children: Sequence[int], acting: Acting) -> None:
    """Open a case for each child about whom a disagreement has appeared, and end the cases that nothing is behind.

    Nobody decides this, whoever's request it happens in, so the ledger says that the system did.
    """
    lock(conn, "dispute")
    acting = replace(acting, by=By(SYSTEM, ""))
    for child, odds, last in _standing(conn, children, acting):
        if _appeared(odds, last):
            row = {"child": child, "event": max(odds), "opened_at": acting.at}
            number = int(conn.execute(insert(dispute).returning(dispute.c.id), row).scalar_one())
            _note(conn, acting, child, number, "opened", sorted(odds))
        elif last is not None and last.ended is None and not odds:
            _end(conn, acting, last, _why(conn, last, acting))


def keep_up(engine: Engine, acting: Acting) -> None:
    """Review whoever something may have happened to since the last time: once a day everybody, because days decide too,
    then those about whom something was said."""
    with engine.connect() as conn:
        after = _reviewed(conn, acting)
        if after is not None and after == newest_statement(conn):
            return
        through = newest_statement(conn)
        children = _candidates(conn, after or 0) | {one.child for one in cases(conn) if one.ended is None}
        due = [child for part in _parts(sorted(children)) for child in _due(conn, part, acting)]
    with transaction(engine) as conn:
        review(conn, due, acting)
        conn.execute(delete(dispute_review).where(dispute_review.c.day == acting.today))
        conn.execute(insert(dispute_review), {"day": acting.today, "through": through})


def cases(conn: Connection, children: Sequence[int] | None = None) -> list[Case]:
    """Cases in the order they were opened; narrowed to some children."""
    link, here = newest_links(), dispute.c
    query = (
        select(here.id, link.c.child_id.label("child"), here.event, here.opened_at, dispute_end, dispute_note)
        .join(consent_event, consent_event.c.sequence == here.event)
        .join(link, link.c.record_id == consent_event.c.record)
        .outerjoin(dispute_end, dispute_end.c.dispute == dispute.c.id)
        .outerjoin(dispute_note, dispute_note.c.dispute == dispute.c.id)
        .order_by(dispute.c.id)
    )
    if children is not None:
        query = query.where(about(children))
    return [_case(row) for row in conn.execute(query)]


def odds_of(
    conn: Connection, children: Sequence[int], acting: Acting, contributor: str = ""
) -> dict[int, frozenset[int]]:
    """The statements that stand against each other, by child; only children with any."""
    said, facts = events_by_child(conn, children, acting.at), facts_by_child(conn, children)
    told = {c: at_odds(said[c], f, acting.at, acting.policy, contributor) for c, f in facts.items() if said[c]}
    return {child: numbers for child, numbers in told.items() if numbers}


class Disputes(Keeper):
    """Cases for the backbone; raises Refused for everybody else."""

    def __init__(self, session: Session) -> None:
        if session.viewer.role is not Role.BACKBONE:
            raise Refused([Reason("Cases are settled by the backbone organization.")])
        super().__init__(session)

    def waiting(self) -> int:
        """How many cases are open."""
        return sum(one.ended is None for one in self.all())

    def all(self) -> list[Case]:
        """Every case, newest first."""
        keep_up(self._stores.registry, self._acting)
        with self._stores.registry.connect() as conn:
            return cases(conn)[::-1]

    def one(self, number: int) -> "CaseFile":
        """One case with who says what; the look is on the ledger. Raises Refused."""
        with transaction(self._stores.registry) as conn:
            found = self._find(conn, number)
            review(conn, [found.child], self._acting)
            found = self._find(conn, number)
            odds = odds_of(conn, [found.child], self._acting).get(found.child, frozenset())
            self._note(conn, "list", [found.child], kind="case", case=number)
            ended = found.ended and replace(found.ended, by=self._settler(conn, found.ended.by))
            said = statements_of(conn, found.child)
        return CaseFile(replace(found, ended=ended), said, odds, str(said[-1].event.sequence))

    def close(self, number: int, seen: str, note: str) -> None:
        """Close a case whose signers go on disagreeing; sharing stays refused. Raises NotKept, Changed."""
        note = " ".join(note.split())
        if not 10 <= len(note) <= 1000:
            raise NotKept("Say in 10 to 1,000 characters what was tried and why the case is closed.")
        with transaction(self._stores.registry) as conn:
            child = self._find(conn, number).child
            review(conn, [child], self._acting)
            found = self._find(conn, number)
            newest = statements_of(conn, child)[-1].event.sequence
            if found.ended is None and str(newest) == seen:
                _end(conn, self._acting, found, CLOSED)
                conn.execute(insert(dispute_note), {"dispute": number, "note": note, "through": newest})
                return
        told = "This case has ended meanwhile." if found.ended else "A parent has said something new meanwhile."
        raise Changed(f"{told} Look at it again, then decide.", str(newest))

    def _settler(self, conn: Connection, by: str) -> str:
        return "the system" if by == SYSTEM else self._person(conn, by)

    def _find(self, conn: Connection, number: int) -> Case:
        found = next((one for one in cases(conn) if one.number == number), None)
        if found is None:
            raise Refused([Reason("There is no such case.")])
        return found


@dataclass(frozen=True)
class CaseFile:
    """One case: every statement about the child, which of them stand against each other now, what is newest."""

    case: Case
    said: tuple[Recorded, ...]
    odds: frozenset[int]
    seen: str


def _standing(
    conn: Connection, children: Sequence[int], acting: Acting
) -> list[tuple[int, frozenset[int], Case | None]]:
    """Each child with its statements at odds and its newest case."""
    odds, last = odds_of(conn, children, acting), {one.child: one for one in cases(conn, children)}
    return [(child, odds.get(child, frozenset()), last.get(child)) for child in children]


def _due(conn: Connection, children: Sequence[int], acting: Acting) -> list[int]:
    found = _standing(conn, children, acting)
    return [c for c, odds, last in found if _appeared(odds, last) or (last and last.ended is None and not odds)]


def _appeared(odds: frozenset[int], last: Case | None) -> bool:
    """Whether the disagreement is none that a case is or was about."""
    if not odds or last is None:
        return bool(odds)
    return last.ended is not None and (last.ended.how != CLOSED or max(odds) > last.through)


def _why(conn: Connection, case: Case, acting: Acting) -> str:
    """What ended a disagreement: asked again without court orders, and of the newest statement."""
    said = events_by_child(conn, [case.child], acting.at)[case.child]
    facts = facts_by_child(conn, [case.child]).get(case.child)
    if facts and right_has_moved(facts, acting.today):
        return "moved"
    if facts and at_odds(said, replace(facts, court_orders=()), acting.at, acting.policy):
        return "court order"
    return "changed" if said and said[-1].sequence > case.event else "lapsed"


def _end(conn: Connection, acting: Acting, case: Case, how: str) -> None:
    row = {"dispute": case.number, "settled_at": acting.at, "settled_by": acting.by.actor, "how": how}
    conn.execute(insert(dispute_end), row)
    _note(conn, acting, case.child, case.number, how, [])


def _note(conn: Connection, acting: Acting, child: int, number: int, state: str, statements: Iterable[int]) -> None:
    detail = {"case": number, "state": state, "statements": list(statements)}
    told = {"actor": acting.by.actor, "organization": acting.by.organization, "action": "dispute"}
    append(conn, acting.key, child=child, detail=detail, **told)


def _reviewed(conn: Connection, acting: Acting) -> int | None:
    """The newest statement that was looked at today; None: nobody has looked yet."""
    return conn.scalar(select(dispute_review.c.through).where(dispute_review.c.day == acting.today))


def _candidates(conn: Connection, after: int) -> set[int]:
    """Children about whom several people have said different things, one of them after a number."""
    link = newest_links()
    query = (
        select(link.c.child_id)
        .join(consent_event, consent_event.c.record == link.c.record_id)
        .group_by(link.c.child_id)
        .having(
            and_(
                func.count(consent_event.c.signer.distinct()) > 1,
                func.min(consent_event.c.say) != func.max(consent_event.c.say),
            )
        )
    )
    if after:
        said = newest_links("said")
        new = select(said.c.child_id).join(consent_event, consent_event.c.record == said.c.record_id)
        query = query.where(link.c.child_id.in_(new.where(consent_event.c.sequence > after)))
    return set(conn.scalars(query))


def _parts(children: Sequence[int]) -> Iterable[Sequence[int]]:
    return (children[start : start + PART] for start in range(0, len(children), PART))


def _case(row: Any) -> Case:
    ended = Ending(row.how, row.settled_at, row.settled_by, row.note or "") if row.how else None
    return Case(row.id, row.child, row.event, row.opened_at, ended, row.through or 0)
