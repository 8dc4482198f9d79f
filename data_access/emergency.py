"""Break the glass: one child's records for three hours when health or safety is in danger; a second person is told."""

import json
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Select, func, insert, select, update

from catalog.terms import elements
from data_access.agreements import NotRecorded
from data_access.births import newest_identity, newest_link
from data_access.glasses import OVER, PURPOSE, Glass, glasses, read, running
from data_access.ledger import append
from data_access.office import NOT_YOURS
from data_access.registry.agreement_tables import emergency
from data_access.registry.engine import lock, transaction
from data_access.registry.tables import account, identity, ledger, organization
from data_access.session import Session
from privacy.authorize import Reason, Refused
from privacy.viewer import Role

LASTS: Final = timedelta(hours=3)
MISSES: Final = 5
WITHIN: Final = timedelta(hours=1)
TOO_MANY: Final = "You named several children who are not on file. Call the backbone organization, or wait an hour."


@dataclass(frozen=True)
class Who:
    """The child an emergency is about, as it was typed: all three have to be exact."""

    first_name: str
    last_name: str
    birth_date: date


class Emergency:
    """Acts of staff of a contributor or of the backbone organization in an emergency. Refuses every other role."""

    def __init__(self, session: Session) -> None:
        if session.viewer.role not in (Role.PARTNER, Role.BACKBONE):
            raise Refused([Reason(NOT_YOURS)])
        self.session, self._stores = session, session._stores

    @property
    def _now(self) -> datetime:
        return self.session._now()

    def witnesses(self) -> dict[str, str]:
        """People of the backbone organization who can be told, by user id."""
        here = account.c
        query = select(here.user_id, here.name).join(organization, organization.c.id == here.organization)
        query = query.where(organization.c.kind == "backbone", here.disabled.is_(False))
        with self._stores.registry.connect() as conn:
            return {user: name for user, name in conn.execute(query) if user != self.session.viewer.user_id}

    def open(self, who: Who, fields: list[str], reason: str, threat: str, told: str) -> int:
        """Open a child's records for three hours; gives the number. Raises NotRecorded, saying what is missing."""
        reason, threat = _sentence(reason, "Say why you need the records"), _sentence(threat, "Say what the danger is")
        if told not in self.witnesses():
            raise NotRecorded("Choose a person of the backbone organization who is told now.")
        if not set(fields) & set(elements()):
            raise NotRecorded("Choose what you need to know.")
        with transaction(self._stores.registry) as conn:
            self._not_guessing(conn)
            child = _exactly(conn, who)
            if child is None:
                self._note(conn, "refused", None, {"threat": threat})
            else:
                return self._open(conn, child, sorted(fields), reason, threat, told)
        raise NotRecorded("No child of exactly this name and birth date is on file. Check the spelling and the date.")

    def _not_guessing(self, conn: Connection) -> None:
        """Whoever is told that a child is not on file may mistype, but not go through birth dates."""
        lock(conn, "emergency")
        since = (datetime.now(UTC) - WITHIN).isoformat(timespec="microseconds")  # by the ledger's own clock
        mine = (ledger.c.actor == self.session.viewer.user_id) & (ledger.c.action == "emergency")
        query = select(func.count()).where(mine, ledger.c.outcome == "refused", ledger.c.at > since)
        if (conn.scalar(query) or 0) >= MISSES:
            raise NotRecorded(TOO_MANY)

    def _open(self, conn: Connection, child: int, fields: list[str], reason: str, threat: str, told: str) -> int:
        row: dict[str, Any] = {"user_id": self.session.viewer.user_id, "child": child, "elements": json.dumps(fields)}
        row |= {"reason": reason, "threat": threat, "told": told, "starts": self._now, "ends": self._now + LASTS}
        number = int(conn.execute(insert(emergency).returning(emergency.c.id), row).scalar_one())
        detail = {"emergency": number, "threat": threat, "elements": fields, "told": told, "hours": 3}
        self._note(conn, "done", child, detail)
        return number

    def running(self) -> list[Glass]:
        """This person's emergencies that are still open; `Session.child_in_emergency` reads the child of one."""
        with self._stores.registry.connect() as conn:
            return running(conn, self.session.viewer.user_id, self._now)

    def close(self, number: int) -> None:
        """Close one's own emergency before its time; raises NotRecorded."""
        here = emergency.c
        mine = (here.id == number) & (here.user_id == self.session.viewer.user_id) & here.ended_at.is_(None)
        with transaction(self._stores.registry) as conn:
            if conn.execute(update(emergency).where(mine).values(ended_at=self._now)).rowcount != 1:
                raise NotRecorded(OVER)
            self._note(conn, "done", None, {"emergency": number, "act": "closed"})

    def told_me(self) -> list[Glass]:
        """Emergencies this person was told of and has not looked at."""
        return self._read(
            glasses().where(emergency.c.told == self.session.viewer.user_id, emergency.c.read_at.is_(None))
        )

    def everything(self) -> list[Glass]:
        """Every emergency, newest first: for the backbone organization; for others, their own."""
        query = glasses()
        if self.session.viewer.role is not Role.BACKBONE:
            query = query.where(emergency.c.user_id == self.session.viewer.user_id)
        return self._read(query)

    def looked(self, number: int) -> None:
        """The second person has looked at it; raises NotRecorded."""
        here = emergency.c
        mine = (here.id == number) & (here.told == self.session.viewer.user_id) & here.read_at.is_(None)
        with transaction(self._stores.registry) as conn:
            if conn.execute(update(emergency).where(mine).values(read_at=self._now)).rowcount != 1:
                raise NotRecorded("This is done already, or somebody else was told.")
            self._note(conn, "done", None, {"emergency": number, "act": "looked at"})

    def _read(self, query: Select[Any]) -> list[Glass]:
        with self._stores.registry.connect() as conn:
            return read(conn, query)

    def _note(self, conn: Connection, outcome: str, child: int | None, detail: dict[str, Any]) -> None:
        viewer = self.session.viewer
        who = {"actor": viewer.user_id, "organization": viewer.organization, "purpose": PURPOSE}
        append(conn, self._stores.ledger_key, action="emergency", outcome=outcome, child=child, detail=detail, **who)


def _exactly(conn: Connection, who: Who) -> int | None:
    """The child behind a record of exactly this name and birth date, whatever its capitals."""
    link = newest_link().subquery()
    query = (
        newest_identity()
        .join(link, link.c.record_id == identity.c.record_id)
        .with_only_columns(link.c.child_id, identity.c.first_name, identity.c.last_name)
        .where(identity.c.birth_date == who.birth_date)
        .order_by(link.c.child_id)
    )
    asked = (_plain(who.first_name), _plain(who.last_name))
    found = (int(child) for child, *name in conn.execute(query) if tuple(map(_plain, name)) == asked)
    return next(found, None)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()


def is_sentence(text: str) -> bool:
    """True where a reason has as many characters as one needs."""
    return 10 <= len(" ".join(text.split())) <= 500


def _sentence(text: str, told: str) -> str:
    text = " ".join(text.split())
    if not is_sentence(text):
        raise NotRecorded(f"{told}, in 10 to 500 characters and without the child's name.")
    return text
