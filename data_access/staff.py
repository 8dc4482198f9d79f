"""People as the backbone organization manages them: invite, role, limits, disable, end sessions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from data_access import accounts, invitations
from data_access.accounts import KIND_OF, Account
from data_access.agreements import NotRecorded, find_organization
from data_access.known_codes import unknown_codes
from data_access.ledger import append
from data_access.lifecycle import Faulty, Stale
from data_access.limits import read_limits, write_limits
from data_access.office import Office
from data_access.registry.engine import lock, transaction
from data_access.registry.tables import account
from data_access.registry.tables import session as sign_in
from privacy.viewer import Limits, Role

NOBODY = "There is no such person."
LEAVES_NOTHING = {
    "elements": "No data element is chosen, so the person would see nothing. Choose some, or “As the organization”.",
    "purposes": "No purpose is chosen, so the person would see nothing. Choose some, or “As the organization”.",
}


@dataclass(frozen=True)
class Person:
    """An account, with how many sessions are open and when one was last used."""

    account: Account
    sessions: int
    last_seen: datetime | None


class Staff(Office):
    """Everybody who may sign in. Every act is a row of the ledger, without name or address."""

    def people(self) -> list[Person]:
        """Everybody, by organization and name."""
        here = sign_in.c
        query = select(here.user_id, func.count(), func.max(here.last_seen)).group_by(here.user_id)
        with self._registry.connect() as connection:
            open_ = {user: (count, last) for user, count, last in connection.execute(query)}
        return [Person(one, *open_.get(one.user_id, (0, None))) for one in accounts.accounts(self._registry)]

    def person(self, user_id: str) -> Account:
        """One account; raises NotRecorded."""
        found = next((one for one in accounts.accounts(self._registry) if one.user_id == user_id), None)
        if found is None:
            raise NotRecorded(NOBODY)
        return found

    def invited(self) -> list[invitations.Invited]:
        """Invitations that can still be accepted."""
        return invitations.waiting(self._registry, self._now)

    def invite(self, email: str, name: str, organization: str, role: Role, limits: Limits | None = None) -> str:
        """A code for one new account; raises BadAddress, AccountExists, NotRecorded."""
        person = accounts.new_person(email, name, organization, role, limits)
        with transaction(self._registry) as connection:
            number, code = invitations.invite(connection, self._me, person, person.limits, self._now)
            self._note(connection, {"act": "invited", "role": role.value, "invitation": number}, organization)
        return code

    def withdraw_invitation(self, number: int) -> None:
        """Make a code worthless; raises NotRecorded."""
        with transaction(self._registry) as connection:
            if not invitations.withdraw(connection, number, self._now):
                raise NotRecorded("This invitation was accepted or withdrawn already.")
            self._note(connection, {"act": "invitation withdrawn", "invitation": number})

    def set_role(self, user_id: str, role: Role) -> None:
        """Give somebody another role of the organization's kind; raises NotRecorded."""
        one = self._another(user_id)
        with transaction(self._registry) as connection:
            if find_organization(connection, one.organization).kind != KIND_OF[role]:
                raise NotRecorded(f"The role {role.value} does not fit the kind of organization of this person.")
            self._change(connection, one, {"role": role.value}, f"role {role.value}")

    def set_limits(self, user_id: str, limits: Limits, seen: Limits) -> None:
        """Bound what somebody may see within the organization's agreements; acts at once.

        seen: the limits the actor looked at; raises Stale where somebody else has changed them since, NotRecorded.
        """
        one = self.person(user_id)
        self._check_limits(limits, seen)
        with transaction(self._registry) as connection:
            lock(connection, "account")
            now = read_limits(connection.scalar(select(account.c.limits).where(account.c.user_id == user_id)) or "{}")
            if now != seen:
                raise Stale("Somebody else changed the limits of this person meanwhile. Look at them, then decide.")
            self._change(connection, one, {"limits": write_limits(limits)}, "limits")

    def _check_limits(self, limits: Limits, seen: Limits) -> None:
        """Raises Faulty for a limit that leaves nothing, and for places and programs that nobody knows."""
        faults = {name: told for name, told in LEAVES_NOTHING.items() if getattr(limits, name) == frozenset()}
        new = {
            name: (getattr(limits, name) or set()) - (getattr(seen, name) or set()) for name in ("areas", "programs")
        }
        if faults := faults | unknown_codes(self.session._stores, new["areas"], new["programs"]):
            raise Faulty(faults)

    def disable(self, user_id: str) -> None:
        """Sign somebody out and let them in no more; raises NotRecorded."""
        one = self._another(user_id)
        with transaction(self._registry) as connection:
            connection.execute(delete(sign_in).where(sign_in.c.user_id == user_id))
            self._change(connection, one, {"disabled": True}, "disabled")

    def enable(self, user_id: str) -> None:
        """Let somebody in again."""
        one = self.person(user_id)
        with transaction(self._registry) as connection:
            self._change(connection, one, {"disabled": False}, "enabled")

    def end_sessions(self, user_id: str) -> None:
        """Sign somebody out everywhere."""
        one = self.person(user_id)
        with transaction(self._registry) as connection:
            connection.execute(delete(sign_in).where(sign_in.c.user_id == user_id))
            self._note(connection, {"act": "sessions ended", "user": one.user_id}, one.organization)

    @property
    def _now(self) -> datetime:
        return self.session._now()

    @property
    def _me(self) -> str:
        return self.session.viewer.user_id

    def _another(self, user_id: str) -> Account:
        one = self.person(user_id)
        if user_id == self._me:
            raise NotRecorded("You cannot do this to yourself; ask another person of the backbone organization.")
        return one

    def _change(self, conn: Connection, one: Account, values: dict[str, object], act: str) -> None:
        conn.execute(update(account).where(account.c.user_id == one.user_id).values(**values))
        self._note(conn, {"act": act, "user": one.user_id}, one.organization)

    def _note(self, conn: Connection, detail: dict[str, object], about: str = "") -> None:
        mine = self.session.viewer.organization
        told = detail | ({"organization": about} if about else {})
        append(conn, self.session._stores.ledger_key, actor=self._me, organization=mine, action="person", detail=told)
