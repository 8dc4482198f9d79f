"""Looking as somebody else: the session of another viewer that reads no more than they do, and writes nothing."""

from dataclasses import replace
from typing import Any, NoReturn

from data_access import accounts
from data_access.accounts import Account, SessionToken
from data_access.ledger import append
from data_access.office import NOT_YOURS, Office
from data_access.registry.engine import READ_ONLY, transaction
from data_access.session import Session
from data_access.stores import Stores
from privacy.authorize import Reason, Refused

ONLY_LOOKING = "You are looking as somebody else. Nothing can be saved, downloaded or changed, and no child is shown."


class Looking(Session):
    """A viewer's session in the hands of somebody else: published numbers only."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise Refused([Reason(ONLY_LOOKING)])

    disclose = save_report = remove_report = children = child = child_in_emergency = _refuse


def read_only(stores: Stores) -> Stores:
    """The same stores, through which nothing can be written."""
    return replace(stores, registry=stores.registry.execution_options(**{READ_ONLY: True}))


def looking_as(stores: Stores, own: Account) -> Account | None:
    """As whom a session looks; None where it is itself, or the other may not sign in any more."""
    if own.view_as is None or own.viewer.role.value != "backbone":
        return None
    found = accounts.account_of(stores.registry, own.view_as)
    return None if found is None or found.disabled else found


class Mirror(Office):
    """The backbone organization looks as somebody else, and stops; both are on the ledger."""

    def look_as(self, token: str, user_id: str) -> None:
        """From the next request on, this one session shows what that person sees; raises Refused."""
        found = accounts.account_of(self._registry, user_id)
        if found is None or found.disabled or user_id == self.session.viewer.user_id:
            raise Refused([Reason(NOT_YOURS)])
        self._set(token, user_id, {"act": "started", "user": user_id})

    def as_myself(self, token: str) -> None:
        """Show one's own pages again."""
        self._set(token, None, {"act": "stopped"})

    def _set(self, token: str, user_id: str | None, detail: dict[str, object]) -> None:
        me = self.session.viewer
        with transaction(self._registry) as connection:
            accounts.look_as(connection, SessionToken(token), user_id)
            key = self.session._stores.ledger_key
            append(connection, key, actor=me.user_id, organization=me.organization, action="view-as", detail=detail)

    def session_of(self, user_id: str) -> Looking:
        """What somebody sees, as a session that only looks; raises Refused."""
        found = accounts.account_of(self._registry, user_id)
        if found is None:
            raise Refused([Reason(NOT_YOURS)])
        return Looking(found.viewer, read_only(self.session._stores), self.session._now)
