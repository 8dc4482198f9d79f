"""What every request asks the registry first, in one read: whose session it is, and what of its answer may be new."""

from dataclasses import dataclass
from datetime import datetime

from data_access import accounts, agreements, publications
from data_access.accounts import Account, SessionLimits
from data_access.stores import Stores

_ASKED = accounts.OF_SESSION.add_columns(
    agreements.STAMP.scalar_subquery().label("stamp"), publications.NEWEST.scalar_subquery().label("newest")
)


@dataclass(frozen=True)
class Moment:
    """account: whose session; stamp: of the agreements (see agreements_at); newest: id of the newest publication."""

    account: Account
    stamp: int | None
    newest: str | None


def moment(stores: Stores, token: str, now: datetime, limits: SessionLimits) -> Moment | None:
    """How things stand for the one whose session this is; None as session_account says."""
    with stores.registry.connect() as connection:
        row = connection.execute(_ASKED, accounts.of_session(token)).first()
    account = accounts.valid(stores.registry, token, row, now, limits)
    return None if account is None or row is None else Moment(account, row.stamp, row.newest)
