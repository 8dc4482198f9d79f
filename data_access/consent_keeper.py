"""Who keeps consents: the backbone for every child, a contributor's staff for its own children and records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, false, select

from data_access.agreements import NotRecorded, organizations
from data_access.consents import By
from data_access.coverages import coverages
from data_access.guardians import in_person
from data_access.ledger import append_each
from data_access.links import newest_links, of_children
from data_access.registry.consent_tables import consent_event
from data_access.registry.tables import account, source_record
from data_access.session import Session
from privacy.authorize import Reason, Refused
from privacy.consent import ConsentPolicy
from privacy.viewer import Role

NO_CHILD: Final = "There is no such child among those whose consents you keep."


def about(children: Select[Any] | Sequence[int]) -> ColumnElement[bool]:
    """The condition that a statement is about one of these children."""
    return of_children(consent_event.c.record, children)


class NotKept(NotRecorded):
    """Something that cannot be recorded; the message says how to mend it."""


class Changed(NotKept):
    """Somebody else recorded something since; seen: what is newest now. Look again, then decide."""

    def __init__(self, message: str, seen: str) -> None:
        self.seen = seen
        super().__init__(message)


@dataclass(frozen=True)
class Acting:
    """Who acts or looks, so that a case opens or ends; policy: of the community."""

    key: bytes
    by: By
    at: datetime
    policy: ConsentPolicy

    @property
    def today(self) -> date:
        """The local day."""
        return self.at.astimezone(self.policy.zone).date()


class Keeper:
    """For one viewer, now; raises Refused for whoever keeps no consents."""

    def __init__(self, session: Session) -> None:
        if session.viewer.role not in (Role.BACKBONE, Role.PARTNER):
            raise Refused([Reason("The register of consents is for contributors and the backbone organization.")])
        in_person(session)
        self._session, self._stores = session, session._stores
        self.everything = session.viewer.role is Role.BACKBONE
        self.policy = ConsentPolicy(self._stores.time_zone)
        self.today = session.today
        self._by = By(session.viewer.user_id, session.viewer.organization)

    @property
    def _acting(self) -> Acting:
        return Acting(self._stores.ledger_key, self._by, self._session._now(), self.policy)

    def contributors(self) -> dict[str, str]:
        """Whose children this viewer keeps consents for."""
        every = {one.id: one.name for one in organizations(self._stores.registry) if one.kind == "contributor"}
        mine = self._session.viewer.organization
        return every if self.everything else {mine: every.get(mine, mine)}

    def members(self) -> dict[str, str]:
        """Every organization."""
        return {one.id: one.name for one in organizations(self._stores.registry)}

    @property
    def _own(self) -> str:
        """The contributor this viewer is narrowed to; empty: none."""
        return "" if self.everything else self._session.viewer.organization

    def _mine(self, conn: Connection) -> list[ColumnElement[bool]]:
        """Statements this viewer keeps: about its own children, and about what their records may be used for."""
        if self.everything:
            return []
        return [about(self._children()), *self._covering(conn, consent_event.c.coverage)]

    def _covering(self, conn: Connection, coverage: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """The condition that a statement's coverage concerns the records of this viewer's contributors."""
        if self.everything:
            return []
        covers = [n for n, one in coverages(conn).items() if one.disclosing & {self._own, "*"}]
        return [coverage.in_(covers) if covers else false()]

    def _children(self, *where: ColumnElement[bool]) -> Select[Any]:
        """Children on a record of this viewer's contributors; where: conditions on the record."""
        link = newest_links()
        query = select(link.c.child_id).join(source_record, source_record.c.record_id == link.c.record_id)
        return query.where(source_record.c.contributor.in_(self.contributors()), *where)

    def _keeps(self, conn: Connection, child: int) -> None:
        """Raises Refused, alike where there is no such child and where it is none of theirs."""
        mine = self._children().subquery()
        if conn.scalar(select(mine.c.child_id).where(mine.c.child_id == child).limit(1)) is None:
            raise Refused([Reason(NO_CHILD)])

    def _person(self, conn: Connection, user_id: str) -> str:
        return conn.scalar(select(account.c.name).where(account.c.user_id == user_id)) or user_id

    def _note(self, conn: Connection, action: str, children: Sequence[int], **detail: Any) -> None:
        """Each child that is looked at, on the ledger."""
        told = {"register": "consents"} | detail
        append_each(
            conn,
            self._stores.ledger_key,
            [(child, told) for child in dict.fromkeys(children)],
            actor=self._by.actor,
            organization=self._by.organization,
            action=action,
            channel="page",
        )
