"""Tries to sign in: each is counted before it is judged, and too many from one place or for one account are refused."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from data_access.registry.engine import lock, transaction
from data_access.registry.tables import sign_in_attempt

TRIES: Final = 10
FROM_ADDRESS: Final = 50  # an address may be a whole school
WITHIN: Final = timedelta(minutes=15)


def count_attempt(engine: Engine, who: str, where: str, now: datetime) -> int | None:
    """Count a try before it is judged, so that many at once cannot slip through; None where there were too many."""
    tries = sign_in_attempt.c
    with transaction(engine) as connection:
        lock(connection, "sign-in")
        connection.execute(delete(sign_in_attempt).where(tries.at < now - timedelta(days=30)))
        recent = select(func.count()).where(tries.at > now - WITHIN, tries.succeeded.is_(False))
        if any(
            (connection.scalar(recent.where(key)) or 0) >= most
            for key, most in ((tries.account_key == who, TRIES), (tries.address_key == where, FROM_ADDRESS))
        ):
            return None
        values = {"at": now, "account_key": who, "address_key": where, "succeeded": False}
        return int(connection.execute(insert(sign_in_attempt).returning(tries.id), values).scalar_one())


def note_success(connection: Connection, attempt: int) -> None:
    """A try that was none too many after all."""
    connection.execute(update(sign_in_attempt).where(sign_in_attempt.c.id == attempt).values(succeeded=True))
