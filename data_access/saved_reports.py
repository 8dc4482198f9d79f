"""Reports a person keeps: a name and the query that gives the report again."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update

from data_access.registry.tables import saved_report

MOST = 100


class NotSaved(ValueError):
    """A report that cannot be kept; the message says why."""


@dataclass(frozen=True)
class SavedReport:
    """A kept report; query: the words of its URL, codes only."""

    id: int
    name: str
    query: str
    saved_at: datetime


def saved(engine: Engine, user_id: str) -> list[SavedReport]:
    """One person's reports, by name."""
    here = saved_report.c
    query = select(here.id, here.name, here.query, here.saved_at).where(here.user_id == user_id)
    with engine.connect() as connection:
        return [SavedReport(*row) for row in connection.execute(query.order_by(here.name, here.id))]


def save(conn: Connection, user_id: str, name: str, query: str) -> int:
    """Keep a report under a name; the same name again takes the new query. Raises NotSaved."""
    name = " ".join(name.split())
    if not name or len(name) > 120 or not name.isprintable():
        raise NotSaved("Give the report a name of 1 to 120 characters.")
    if len(query) > 2000:
        raise NotSaved("This report has too many filters to be saved. Choose fewer areas.")
    mine = (saved_report.c.user_id == user_id) & (saved_report.c.name == name)
    there = conn.scalar(select(saved_report.c.id).where(mine))
    values = {"query": query, "saved_at": datetime.now(UTC)}
    if there is not None:
        conn.execute(update(saved_report).where(mine).values(**values))
        return int(there)
    _check_room(conn, user_id)
    new = insert(saved_report).returning(saved_report.c.id)
    return int(conn.execute(new, {"user_id": user_id, "name": name, **values}).scalar_one())


def _check_room(conn: Connection, user_id: str) -> None:
    kept = conn.scalars(select(saved_report.c.id).where(saved_report.c.user_id == user_id)).all()
    if len(kept) >= MOST:
        raise NotSaved(f"You have {MOST} saved reports already. Remove one first.")


def remove(conn: Connection, user_id: str, number: int) -> bool:
    """Forget one of this person's reports; False where it is not theirs, the same as where there is none."""
    mine = (saved_report.c.user_id == user_id) & (saved_report.c.id == number)
    return conn.execute(delete(saved_report).where(mine)).rowcount == 1
