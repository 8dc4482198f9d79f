"""Effective consents for one recipient and purpose: which child, from which contributor, which element, now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from data_access.consents import events_by_child
from data_access.ledger import goes_on
from data_access.rights import facts_by_child
from privacy.agreement import Level
from privacy.consent import ConsentPolicy
from privacy.effective import Pair, Question, effective


@dataclass(frozen=True)
class Asked:
    """To whom, for what, how close, and when."""

    recipient: str
    purpose: str
    level: Level
    at: datetime
    policy: ConsentPolicy

    @property
    def today(self) -> date:
        """The day of the moment where the community lives."""
        return self.at.astimezone(self.policy.zone).date()

    def question(self, pairs: Iterable[Pair]) -> Question:
        """What is asked about contributors and elements."""
        return Question(self.recipient, self.purpose, self.level, tuple(pairs), self.policy)


def consents_of(
    conn: Connection, children: Sequence[int], asked: Asked, pairs: Iterable[Pair]
) -> dict[int, dict[Pair, int]]:
    """The standing consents of some children, read in this transaction: child -> contributor, element -> statement.

    None stands in an older copy of the registry, which knows nothing of later withdrawals.
    """
    question, found = asked.question(pairs), {child: dict[Pair, int]() for child in children}
    if not question.pairs or not children or not goes_on(conn):
        return found
    said = events_by_child(conn, children, asked.at)
    spoken = [child for child, events in said.items() if events]
    for child, facts in facts_by_child(conn, spoken).items():
        found[child] = effective(said[child], facts, question, asked.today)
    return found
