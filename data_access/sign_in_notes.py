"""Sign-ins on the ledger: each one that succeeds; refused ones singly up to a limit, the rest as a sum.

Without the limit, anybody on the internet could make the ledger grow by trying.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, select, update

from data_access.ledger import append
from data_access.registry.engine import lock, transaction
from data_access.registry.guardian_tables import sign_in_tally

SPAN: Final = timedelta(minutes=15)
# Rows a quarter of an hour and account; tries at accounts that do not exist count as one account together.
SINGLY: Final[Mapping[str, int]] = {"refused": 20, "throttled": 1}


def note_refusal(engine: Engine, key: bytes, actor: str, organization: str, outcome: str, now: datetime) -> None:
    """Count a refused try and write its row, unless too many of its kind were written in this quarter of an hour."""
    with transaction(engine) as connection:
        lock(connection, "sign-in")
        tell_sums(connection, key, now)
        if _counted(connection, _since(now), actor, organization, outcome) <= SINGLY[outcome]:
            append(connection, key, actor=actor, organization=organization, action="sign-in", outcome=outcome)


def _since(now: datetime) -> datetime:
    span = SPAN.total_seconds()
    return datetime.fromtimestamp(now.timestamp() // span * span, now.tzinfo)


def _counted(connection: Connection, since: datetime, actor: str, organization: str, outcome: str) -> int:
    """How many there are now, with this one."""
    tally = sign_in_tally.c
    here = (tally.since == since) & (tally.actor == actor) & (tally.outcome == outcome)
    tries = (connection.scalar(select(tally.tries).where(here)) or 0) + 1
    if tries > 1:
        connection.execute(update(sign_in_tally).where(here).values(tries=tries))
    else:
        row = {"since": since, "actor": actor, "outcome": outcome, "organization": organization, "tries": 1}
        connection.execute(insert(sign_in_tally), row)
    return tries


def tell_sums(connection: Connection, key: bytes, now: datetime) -> None:
    """One row for what each earlier quarter of an hour left unwritten; then it is forgotten."""
    past = sign_in_tally.c.since < _since(now)
    for row in connection.execute(select(sign_in_tally).where(past).order_by(sign_in_tally.c.since)).all():
        more = row.tries - SINGLY[row.outcome]
        if more > 0:
            who = {"actor": row.actor, "organization": row.organization, "outcome": row.outcome}
            detail = {"further_tries": more, "from": row.since.isoformat(), "minutes": int(SPAN.total_seconds() // 60)}
            append(connection, key, action="sign-in", detail=detail, **who)
    connection.execute(delete(sign_in_tally).where(past))
